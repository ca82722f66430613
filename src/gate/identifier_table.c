// Identifiers of the English-speaking world, Germany, and of kinds that every country has. See identifier.h.
#include "gate/identifier.h"

#define ROW(id, type, name, class_, shape, check, arg, date, context, said, alone, free, flags)                        \
    {                                                                                                                  \
        {"id." id, type, name, CLASS_##class_, WEIGHT_HARD, said},                                                     \
            {"id." id "-shape", type, "possible " name, CLASS_##class_, WEIGHT_SOFT, alone}, shape, check, arg, date,  \
            context, said, alone, free, flags                                                                          \
    }

#define MBI_LETTER "[AC-HJKMNP-RT-Y]"
#define MBI_EITHER "[AC-HJKMNP-RT-Y0-9]"
#define UK_LETTER "[A-HJ-PR-Z]"
#define UK_YEAR "[A-HJ-NPR-TV-Y]"
#define ICAO_FIRST "[CFGHJKLMNPRTVWXYZ]"
#define ICAO "[CFGHJKLMNPRTVWXYZ0-9]"
#define INWARD "~d[ABD-HJLNP-UW-Z]2"
#define DOCUMENT CONTEXT_PASSPORT | CONTEXT_NATIONAL

static const struct identifier ROWS[] = {
    // United States
    ROW("us-npi", "US_NPI", "provider identifier", PHI, "[12]d9|[12]d3~d3~d3", checksum_luhn, "80840", NULL,
        CONTEXT_DOCTOR, 0.85f, 0.40f, 0, IDENTIFIER_PLAIN),
    ROW("us-aba", "ABA_ROUTING_NUMBER", "bank routing number", PII, "[0-36-8]d8|[0-36-8]d3-d4-d", checksum_weighted,
        "10 371371371", NULL, CONTEXT_ROUTING, 0.90f, 0.40f, 0, IDENTIFIER_PLAIN),
    ROW("us-dea", "MEDICAL_LICENSE", "medical licence", PHI, "[ABCDEFGHJKLMPRSTUX][A-Z9]d7", checksum_dea, NULL, NULL,
        CONTEXT_DOCTOR, 0.90f, 0.45f, 0.30f, IDENTIFIER_UPPER),
    ROW("us-mbi", "US_MBI", "Medicare number", PHI,
        "[1-9]" MBI_LETTER MBI_EITHER "d~" MBI_LETTER MBI_EITHER "d~" MBI_LETTER "2d2", NULL, NULL, NULL,
        CONTEXT_HEALTH | CONTEXT_CARE, 0.90f, 0.60f, 0.60f, IDENTIFIER_UPPER),
    ROW("us-itin", "US_ITIN", "taxpayer number", PII,
        "[9]d2?[5]d?d4|[9]d2?[6][0-5]?d4|[9]d2?[7]d?d4|[9]d2?[8][0-8]?d4|[9]d2?[9][0-24-9]?d4", NULL, NULL, NULL,
        CONTEXT_TAX, 0.85f, 0.40f, 0, IDENTIFIER_PLAIN),
    ROW("us-ssn", "US_SSN", "social security number", PII,
        "[0-8]d2-d2-d4|[0-8]d2 d2 d4|[0-8]d2.d2.d4|[0-8]d2-d6|[0-8]d4-d4", checksum_ssn, NULL, NULL, CONTEXT_SSN, 0.90f,
        0.30f, 0, 0),
    ROW("us-ssn-run", "US_SSN", "social security number", PII, "[0-8]d8", checksum_ssn, NULL, NULL, CONTEXT_SSN, 0.90f,
        0, 0, 0),
    ROW("us-passport", "US_PASSPORT", "passport number", PII, "ad8", NULL, NULL, NULL, DOCUMENT, 0.80f, 0.30f, 0,
        IDENTIFIER_PLAIN),
    ROW("us-zip", "ZIP_CODE", "ZIP code", PII, "d5-d4", NULL, NULL, NULL, CONTEXT_POST, 0.40f, 0.20f, 0.10f, 0),

    // United Kingdom
    ROW("uk-nhs", "UK_NHS", "NHS number", PHI, "d3~d3~d4", checksum_weighted, "11 a987654321", NULL,
        CONTEXT_HEALTH | CONTEXT_CARE, 0.85f, 0.40f, 0, IDENTIFIER_PLAIN),
    ROW("uk-nino", "UK_NINO", "National Insurance number", PII, "[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]?d2?d2?d2?[A-D]",
        checksum_prefix, "!BG GB KN NK NT TN ZZ", NULL, CONTEXT_NATIONAL | CONTEXT_TAX, 0.90f, 0.60f, 0.60f,
        IDENTIFIER_UPPER),
    ROW("uk-passport", "PASSPORT", "passport number", PII, "a2d7", NULL, NULL, NULL, DOCUMENT, 0.80f, 0.30f, 0, 0),
    ROW("uk-driving", "UK_DRIVING_LICENCE", "driving licence", PII, "[A-Z][A-Z9]4d[0156]d[0-3]d2[A-Z9]2xa2",
        checksum_driver, NULL, NULL, CONTEXT_LICENCE | CONTEXT_LICENCE_WORD, 0.95f, 0.80f, 0.70f, IDENTIFIER_UPPER),
    ROW("uk-postcode", "UK_POSTCODE", "postcode", PII,
        "[A-PR-UWYZ]d" INWARD "|[A-PR-UWYZ]d2" INWARD "|[A-PR-UWYZ][A-HK-Y]d" INWARD "|[A-PR-UWYZ][A-HK-Y]d2" INWARD
        "|[A-PR-UWYZ]d[A-HJKPSTUW]" INWARD "|[A-PR-UWYZ][A-HK-Y]d[ABEHMNPRV-Y]" INWARD "|GIR~[0]AA",
        NULL, NULL, NULL, CONTEXT_POST, 0.45f, 0.30f, 0.25f, IDENTIFIER_UPPER),
    ROW("uk-plate", "UK_VEHICLE_REGISTRATION", "vehicle registration", PII,
        "[A-HJ-PR-Y][A-HJ-PR-Y][0][2-9]~" UK_LETTER "3|[A-HJ-PR-Y][A-HJ-PR-Y][12]d~" UK_LETTER
        "3|[A-HJ-PR-Y][A-HJ-PR-Y][5][1-9]~" UK_LETTER "3|[A-HJ-PR-Y][A-HJ-PR-Y][67]d~" UK_LETTER "3|" UK_YEAR
        "d1:3~" UK_LETTER "3|" UK_LETTER "3~d1:3" UK_YEAR,
        NULL, NULL, NULL, CONTEXT_PLATE, 0.70f, 0.30f, 0, 0),

    // Canada, Australia
    ROW("ca-sin", "CA_SIN", "social insurance number", PII, "[1-79]d2~d3~d3", checksum_luhn, NULL, NULL,
        CONTEXT_NATIONAL | CONTEXT_SSN | CONTEXT_TAX, 0.90f, 0.40f, 0, IDENTIFIER_PLAIN),
    ROW("au-abn", "AU_ABN", "Australian business number", PII, "d2~d3~d3~d3", checksum_abn, NULL, NULL,
        CONTEXT_COMPANY | CONTEXT_TAX, 0.70f, 0.40f, 0.30f, IDENTIFIER_PLAIN | IDENTIFIER_STRICT),
    ROW("au-acn", "AU_ACN", "Australian company number", PII, "d3~d3~d3", checksum_weighted, "10 876543211", NULL,
        CONTEXT_COMPANY, 0.70f, 0.30f, 0, IDENTIFIER_PLAIN),
    ROW("au-tfn", "AU_TFN", "tax file number", PII, "d3~d3~d3", checksum_weighted, "11 14375869a", NULL, CONTEXT_TAX,
        0.90f, 0.30f, 0, 0),
    ROW("au-medicare", "AU_MEDICARE", "Medicare number", PHI, "[2-6]d3~d5~d", checksum_weighted, "10 137913799", NULL,
        CONTEXT_HEALTH | CONTEXT_CARE, 0.90f, 0.40f, 0, IDENTIFIER_PLAIN),

    // Germany
    ROW("de-tax", "DE_TAX_ID", "tax identification number", PII, "[1-9]d10|[1-9]d~d3~d3~d3", checksum_idnr, NULL, NULL,
        CONTEXT_TAX, 0.90f, 0.40f, 0, IDENTIFIER_PLAIN),
    ROW("de-vat", "DE_VAT_ID", "VAT number", PII, "DE?d9|DE?d3?d3?d3", checksum_mod11_10, NULL, NULL,
        CONTEXT_TAX | CONTEXT_COMPANY, 0.90f, 0.60f, 0.60f, IDENTIFIER_UPPER),
    ROW("de-vat-form", "DE_VAT_ID", "VAT number", PII, "DE?d9|DE?d3?d3?d3|ATUd8|[A-Z]2d9:12|NLd9[B]d2", NULL, NULL,
        NULL, CONTEXT_TAX, 0.70f, 0, 0, 0),
    ROW("de-id", "DE_ID_CARD", "identity card or passport", PII, ICAO_FIRST ICAO "7d|T[0-9]d7", checksum_icao, NULL,
        NULL, DOCUMENT, 0.85f, 0.40f, 0.20f, IDENTIFIER_UPPER),
    ROW("de-id-temporary", "DE_ID_CARD", "identity card", PII, "Td8", NULL, NULL, NULL, DOCUMENT, 0.70f, 0.30f, 0, 0),
    ROW("de-pension", "DE_SOCIAL_SECURITY", "pension insurance number", PII, "d2~d6~ad3|d2?d6?a?d3", checksum_rvnr,
        NULL, "d2g", CONTEXT_NATIONAL | CONTEXT_HEALTH, 0.95f, 0.85f, 0.85f, IDENTIFIER_UPPER),
    ROW("de-health", "DE_HEALTH_INSURANCE", "health insurance number", PHI, "ad9", checksum_kvnr, NULL, NULL,
        CONTEXT_HEALTH | CONTEXT_CARE, 0.90f, 0.45f, 0.30f, IDENTIFIER_UPPER),
    ROW("de-doctor", "DE_LANR", "physician number", PHI, "d9", checksum_weighted, "10 4949491", NULL, CONTEXT_DOCTOR,
        0.70f, 0.30f, 0, IDENTIFIER_PLAIN),
    ROW("de-practice", "DE_BSNR", "medical practice number", PHI, "d9", checksum_prefix,
        "01 02 03 17 20 35 38 46 51 52 71 72 73 74 78 83 88 93 98", NULL, CONTEXT_DOCTOR, 0.65f, 0.25f, 0,
        IDENTIFIER_PLAIN),
    ROW("de-tax-number", "DE_TAX_NUMBER", "tax number", PII, "d2:3/d3/d5|d3/d4/d4|d5/d5", NULL, NULL, NULL, CONTEXT_TAX,
        0.85f, 0.40f, 0.30f, 0),
    ROW("de-tax-elster", "DE_TAX_NUMBER", "tax number", PII,
        "[1][01]d2[0]d8|[2][1-46-8]d2[0]d8|[3][0-2]d2[0]d8|[4][01]d2[0]d8|[59]d3[0]d8", NULL, NULL, NULL, CONTEXT_TAX,
        0.80f, 0.25f, 0, IDENTIFIER_PLAIN),
    ROW("de-register", "DE_HANDELSREGISTER", "company register number", PII, "HR[AB]?d1:6|HR[AB]?d1:6?[A-Z]", NULL,
        NULL, NULL, CONTEXT_COMPANY, 0.45f, 0.40f, 0.30f, IDENTIFIER_CAPITALS),
    ROW("de-plate", "DE_KFZ", "vehicle registration", PII,
        "a1:3 a1:2 d1:4|a1:3-a1:2 d1:4|a1:3-a1:2-d1:4|a1:3 a1:2 d1:4[EH]|a1:3-a1:2 d1:4[EH]|a1:3-a1:2-d1:4[EH]", NULL,
        NULL, NULL, CONTEXT_PLATE, 0.70f, 0.30f, 0, IDENTIFIER_CAPITALS),
    ROW("de-postcode", "DE_PLZ", "postcode", PII, "d5", checksum_prefix, "!00 01000 05 43 62 99999", NULL, CONTEXT_POST,
        0.40f, 0.20f, 0, IDENTIFIER_SOLE),
    ROW("de-driving", "DE_FUEHRERSCHEIN", "driving licence", PII, "a2d8x|ad2x6dx", checksum_dense, "4", NULL,
        CONTEXT_LICENCE | CONTEXT_LICENCE_WORD, 0.85f, 0, 0, 0),

    // Wallets
    ROW("crypto", "CRYPTO", "wallet address", PII, "x26:36", checksum_base58, NULL, NULL, CONTEXT_WALLET, 0.99f, 0.95f,
        0.95f, IDENTIFIER_NO_CASE),
    ROW("crypto-bech32", "CRYPTO", "wallet address", PII, "[BLT][CTB][C1]x11:60|BCRT[1]x11:60", checksum_bech32, NULL,
        NULL, CONTEXT_WALLET, 0.99f, 0.95f, 0.95f, IDENTIFIER_NO_CASE),
    ROW("crypto-ethereum", "CRYPTO", "wallet address", PII, "[0]X[0-9A-F]40", NULL, NULL, NULL, CONTEXT_WALLET, 0.95f,
        0.60f, 0.60f, 0),

    // Of any country, where words say what it is
    ROW("passport", "PASSPORT", "passport number", PII, "a1:2d7:8|a2d6|d8:9|a3d6|ad7a|d2a2d5|ad2a2d4", NULL, NULL, NULL,
        CONTEXT_PASSPORT, 0.70f, 0, 0, 0),
    ROW("driving", "US_DRIVER_LICENSE", "driving licence", PII,
        "w5:18|d3~d3~d3|a1d3?d3?d3|a1d3?d4?d4|a1d4-d5-d5|d2~d3~d3|d2:4~d2:4~d2:6", checksum_dense, "5", NULL,
        CONTEXT_LICENCE, 0.65f, 0, 0, 0),
    ROW("tax", "TAX_ID", "tax number", PII, "a2d8:12|d8:15|d2:4?d3:7|d2:3?d3:4?d3:5|d2:3?d3?d3?d3|d2?d3?d3?d4?d2",
        checksum_dense, "8", NULL, CONTEXT_TAX, 0.60f, 0, 0, 0),
    ROW("national", "NATIONAL_ID", "identity number", PII,
        "a1:3d6:12|d8:15|d7:8a|d6[-+A]d3:4x|d2:4?d3:6?d2:6|d3?d3?d3?d2|d4?d4?d4|d1?d4?d5?d2?d1", checksum_dense, "6",
        NULL, CONTEXT_NATIONAL, 0.60f, 0, 0, 0),
    ROW("record", "MEDICAL_RECORD_NUMBER", "medical record number", PHI, "w5:16|d3~d3~d3|d2~d2~d2", checksum_dense, "4",
        NULL, CONTEXT_CARE, 0.65f, 0, 0, 0),
    ROW("account", "US_BANK_NUMBER", "bank account number", PII,
        "d8:17|a3:6d6:14|d7:9a|d4~d4~d4|d4~d4~d2:4|d2-d2-d2~d8", NULL, NULL, NULL, CONTEXT_BANK, 0.50f, 0, 0,
        IDENTIFIER_PLAIN),
    ROW("plate", "LICENSE_PLATE", "vehicle registration", PII,
        "a1:3~d2:4|d1:3~a2:3|a2d2a2:3|da3d3|a2?d3?a2|a3?d1d|d3a3|d2:3?a1:3?d2:4|d4a3", NULL, NULL, NULL, CONTEXT_PLATE,
        0.40f, 0, 0, IDENTIFIER_CAPITALS),
};

const struct identifier_list IDENTIFIERS = {ROWS, sizeof ROWS / sizeof *ROWS};
