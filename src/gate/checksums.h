// Check digits of identifiers. Each function takes the compact value (digits and upper-case letters, separators taken
// out) and an argument of the rule's row, is pure, and says whether the value is one that could have been issued.
// The formulas are those of the issuing authorities; the row of identifier_table.c says which it uses.
#ifndef SLUICE_GATE_CHECKSUMS_H
#define SLUICE_GATE_CHECKSUMS_H

#include "base/span.h"

typedef bool checksum_fn(struct span value, const char *arg);

// Sum of weight times value is 0 modulo `arg`: "11 876543210" is the modulus and a weight per character; a-z weigh
// 10 to 35, and `-` weighs -1. Letters of the value count 10 to 35.
checksum_fn checksum_weighted;
// As above over all but the last character, which is the remainder itself ("=11 ..."), what is missing to the modulus
// ("11 ..."), the last digit of the modulus minus the remainder ("+11 ..."), or, after a comma, the character of that
// index: "11,0123456789X ...".
checksum_fn checksum_remainder;
// ISO/IEC 7812. `arg`: digits that stand before the value for the sum, or NULL.
checksum_fn checksum_luhn;
checksum_fn checksum_luhn10;    // of the last ten digits: Sweden
checksum_fn checksum_verhoeff;  // ISO 7064's rival over the dihedral group; all digits
checksum_fn checksum_mod11_10;  // ISO 7064, MOD 11,10; leading letters are left out
checksum_fn checksum_idnr;      // Germany: taxpayer; MOD 11,10, and at most one digit stands more than once
checksum_fn checksum_icao;      // ICAO 9303: weights 7 3 1, last digit checks the rest
checksum_fn checksum_mod23;     // Spain: digits modulo 23 choose the letter; X Y Z stand for 0 1 2
checksum_fn checksum_cif;       // Spain: companies
checksum_fn checksum_tckn;      // Turkey
checksum_fn checksum_two_mod11; // two check digits of modulus 11. `arg`: the weights of the second, one digit longer
checksum_fn checksum_mod97;     // the last two digits are 97 minus the rest modulo 97. France, Belgium
checksum_fn checksum_fiscal;    // Italy: person
checksum_fn checksum_hetu;      // Finland
checksum_fn checksum_abn;       // Australia: company, modulus 89
checksum_fn checksum_brn;       // Korea: company
checksum_fn checksum_frn;       // Korea: foreigners
checksum_fn checksum_kvnr;      // Germany: the letter counts as two digits, weights 1 2
checksum_fn checksum_rvnr;      // Germany: pension insurance
checksum_fn checksum_dea;       // United States: prescribers
checksum_fn checksum_curp;      // Mexico
checksum_fn checksum_my_number; // Japan
checksum_fn checksum_rut;       // Chile: weights 2 to 7 from the right
checksum_fn checksum_ean;       // weights 1 3; Switzerland
checksum_fn checksum_nric;      // Singapore: residents and foreigners
checksum_fn checksum_fodsel;    // Norway
checksum_fn checksum_ssn;       // United States: no check digit, but areas, groups and serials that were never used
checksum_fn checksum_driver;    // Great Britain: no public check digit; name is padded with 9, month and day are such

// No check digit, but parts that were given out. `arg`: "01 02 17", what the value begins with; "!BG GB", what it does
// not; "1-81", a range of its first two digits.
checksum_fn checksum_prefix;
checksum_fn checksum_trunk; // as checksum_prefix, past a first 0
checksum_fn checksum_range;
// At least `arg` digits, and as many digits as letters: a number, not a word with one.
checksum_fn checksum_dense;

// base58check of 25 bytes: version, hash, checksum. `arg` is not used.
checksum_fn checksum_base58;
// bech32 and bech32m with its human readable part; all lower case.
checksum_fn checksum_bech32;

// True for digits that are all the same.
bool is_uniform(struct span value);
// True for a value like 1111111 or 1234567, which stands for a number and is none.
bool is_sequence(struct span value);
// True when it holds six digits in sequence, as made-up numbers do.
bool has_sequence(struct span value);

#endif
