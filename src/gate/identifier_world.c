// Identifiers of the rest of the world, and telephone numbers as they are written in their own country. See
// identifier.h.
#include "gate/identifier.h"

#define ROW(id, type, name, class_, shape, check, arg, date, context, said, alone, free, flags)                        \
    {                                                                                                                  \
        {"id." id, type, name, CLASS_##class_, WEIGHT_HARD, said},                                                     \
            {"id." id "-shape", type, "possible " name, CLASS_##class_, WEIGHT_SOFT, alone}, shape, check, arg, date,  \
            context, said, alone, free, flags                                                                          \
    }

#define DOCUMENT CONTEXT_PASSPORT | CONTEXT_NATIONAL
#define ITALIAN "[0-9L-NP-V]"
// Areas of Turkey, without and with the trunk prefix.
#define TR_AREAS                                                                                                       \
    "212 216 222 224 226 228 232 236 242 246 248 252 256 258 262 264 266 272 274 276 282 284 "                         \
    "286 288 312 318 322 324 326 328 332 338 342 344 346 348 352 354 356 358 362 364 366 368 "                         \
    "370 372 374 376 378 380 382 384 386 388 412 414 416 422 424 426 428 432 434 436 438 442 "                         \
    "446 452 454 456 458 462 464 466 472 474 476 478 482 484 486 488"
#define PHONE(id, shape, said, alone, free)                                                                            \
    ROW(id, "PHONE_NUMBER", "phone number", PII, shape, NULL, NULL, NULL, CONTEXT_PHONE | CONTEXT_CALL, said, alone,   \
        free, IDENTIFIER_PLAIN)

static const struct identifier ROWS[] = {
    // Spain, Italy, Portugal, France, Belgium, Netherlands, Switzerland, Austria, Ireland, Poland
    ROW("es-nif", "ES_NIF", "NIF", PII, "d7:8?a", checksum_mod23, NULL, NULL, CONTEXT_TAX | CONTEXT_NATIONAL, 0.90f,
        0.60f, 0.50f, IDENTIFIER_UPPER),
    ROW("es-nie", "ES_NIE", "NIE", PII, "[XYZ]?d7?a", checksum_mod23, NULL, NULL, CONTEXT_TAX | CONTEXT_NATIONAL, 0.95f,
        0.60f, 0.60f, IDENTIFIER_UPPER),
    ROW("es-cif", "ES_CIF", "company tax number", PII, "[ABCDEFGHJNP-SUVW]-d7x|[ABCDEFGHJNP-SUVW]d7x", checksum_cif,
        NULL, NULL, CONTEXT_TAX | CONTEXT_COMPANY, 0.70f, 0, 0, IDENTIFIER_CAPITALS),
    ROW("es-passport", "PASSPORT", "passport number", PII, "a3d6", NULL, NULL, NULL, DOCUMENT, 0.75f, 0.30f, 0, 0),
    ROW("it-fiscal", "IT_FISCAL_CODE", "codice fiscale", PII, "a6" ITALIAN "2[ABCDEHLMPR-T]" ITALIAN "2a" ITALIAN "3a",
        checksum_fiscal, NULL, NULL, CONTEXT_TAX | CONTEXT_NATIONAL, 0.99f, 0.95f, 0.95f, 0),
    ROW("it-fiscal-form", "IT_FISCAL_CODE", "codice fiscale", PII, "a6d2[ABCDEHLMPR-T]d2ad3a", NULL, NULL, NULL,
        CONTEXT_TAX | CONTEXT_NATIONAL, 0.85f, 0.60f, 0.60f, 0),
    ROW("it-vat", "IT_VAT_CODE", "partita IVA", PII, "d11|ITd11|d8?d3", checksum_luhn, NULL, NULL,
        CONTEXT_TAX | CONTEXT_COMPANY, 0.80f, 0.30f, 0, IDENTIFIER_PLAIN),
    ROW("it-driving", "IT_DRIVER_LICENSE", "driving licence", PII, "a2d7a|U[1][B-DF-HJ-NP-TV-Z0-9]7a", NULL, NULL, NULL,
        CONTEXT_LICENCE | CONTEXT_LICENCE_WORD, 0.85f, 0.40f, 0.20f, IDENTIFIER_UPPER),
    ROW("it-id", "IT_IDENTITY_CARD", "identity card", PII, "a2d5a2|a2 ?d7|d7a2", NULL, NULL, NULL, CONTEXT_NATIONAL,
        0.75f, 0, 0, 0),
    ROW("pt-nif", "PT_NIF", "NIF", PII, "[1-35689]d2~d3~d3", checksum_remainder, "11 98765432", NULL, CONTEXT_TAX,
        0.85f, 0, 0, IDENTIFIER_PLAIN),
    ROW("fr-nir", "FR_NIR", "social insurance number", PII,
        "[12]d2[01]d10d|[12]?d2?[01]d?d2?d3?d3?d2|[12] d2 [01]d d2 d3 d3 d2", checksum_mod97, NULL, NULL,
        CONTEXT_NATIONAL | CONTEXT_HEALTH | CONTEXT_SSN, 0.95f, 0.80f, 0.80f, IDENTIFIER_PLAIN),
    ROW("be-nn", "BE_NATIONAL_NUMBER", "national number", PII, "d2.d2.d2-d3.d2", checksum_mod97, NULL, "y0",
        CONTEXT_NATIONAL, 0.95f, 0.60f, 0.60f, IDENTIFIER_PLAIN),
    ROW("be-nn-2000", "BE_NATIONAL_NUMBER", "national number", PII, "d2.d2.d2-d3.d2", checksum_mod97, "2", "y0",
        CONTEXT_NATIONAL, 0.95f, 0.60f, 0.60f, IDENTIFIER_PLAIN),
    ROW("be-nn-run", "BE_NATIONAL_NUMBER", "national number", PII, "d11", checksum_mod97, NULL, "y0", CONTEXT_NATIONAL,
        0.95f, 0, 0, IDENTIFIER_PLAIN),
    ROW("nl-bsn", "NL_BSN", "BSN", PII, "d9|d4?d2?d3|d3?d3?d3", checksum_weighted, "11 98765432-", NULL,
        CONTEXT_NATIONAL | CONTEXT_TAX, 0.90f, 0, 0, IDENTIFIER_PLAIN),
    ROW("ch-ahv", "CH_AHV", "AHV number", PII, "[7][5][6]?d4?d4?d2", checksum_ean, NULL, NULL,
        CONTEXT_NATIONAL | CONTEXT_SSN, 0.95f, 0.60f, 0.60f, 0),
    ROW("at-svnr", "AT_SVNR", "social insurance number", PII, "[1-9]d3?d6", checksum_weighted, "11 379-584216", "d4?",
        CONTEXT_NATIONAL | CONTEXT_HEALTH, 0.90f, 0.30f, 0, IDENTIFIER_PLAIN),
    ROW("ie-pps", "IE_PPS", "PPS number", PII, "d7a", checksum_remainder, "=23,WABCDEFGHIJKLMNOPQRSTUV 8765432", NULL,
        CONTEXT_NATIONAL | CONTEXT_TAX, 0.90f, 0.40f, 0.30f, IDENTIFIER_UPPER),
    ROW("pl-pesel", "PL_PESEL", "PESEL", PII, "d11", checksum_weighted, "10 13791379131", "y0p", CONTEXT_NATIONAL,
        0.95f, 0.45f, 0, 0),

    // Nordic countries
    ROW("se-person", "SE_PERSONNUMMER", "personnummer", PII, "d6[-+]d4|d6d4", checksum_luhn10, NULL, "y0s",
        CONTEXT_NATIONAL, 0.95f, 0.45f, 0.30f, IDENTIFIER_PLAIN),
    ROW("se-person-century", "SE_PERSONNUMMER", "personnummer", PII, "[12]d7[-+]d4|[12]d7d4", checksum_luhn10, NULL,
        "Y0s", CONTEXT_NATIONAL, 0.95f, 0.60f, 0.60f, IDENTIFIER_PLAIN),
    ROW("se-company", "SE_ORGANISATIONSNUMMER", "organisationsnummer", PII, "[1-35-9]d[2-9]d3-d4|[1-35-9]d[2-9]d7",
        checksum_luhn, NULL, NULL, CONTEXT_COMPANY | CONTEXT_NATIONAL, 0.70f, 0.30f, 0,
        IDENTIFIER_PLAIN | IDENTIFIER_STRICT),
    ROW("fi-hetu", "FI_PERSONAL_IDENTITY_CODE", "henkilotunnus", PII, "d6[-+A-FU-Y]d3[0-9A-FHJ-NPR-Y]", checksum_hetu,
        NULL, "d0", CONTEXT_NATIONAL, 0.95f, 0.85f, 0.85f, IDENTIFIER_UPPER),
    ROW("no-person", "NO_FODSELSNUMMER", "fodselsnummer", PII, "d6~d5", checksum_fodsel, NULL, "d0n", CONTEXT_NATIONAL,
        0.95f, 0.60f, 0.60f, IDENTIFIER_PLAIN),
    ROW("dk-cpr", "DK_CPR", "CPR number", PII, "d6-d4|d10", NULL, NULL, "d0", CONTEXT_NATIONAL, 0.85f, 0, 0,
        IDENTIFIER_PLAIN),

    // Asia, Turkey
    ROW("in-aadhaar", "IN_AADHAAR", "Aadhaar", PII, "[2-9]d3~d4~d4", checksum_verhoeff, NULL, NULL, CONTEXT_NATIONAL,
        0.90f, 0.45f, 0, IDENTIFIER_PLAIN),
    ROW("in-pan", "IN_PAN", "PAN", PII, "a3[ABCEFGHJKLNPT]ad4a", NULL, NULL, NULL, CONTEXT_TAX, 0.90f, 0.60f, 0.60f,
        IDENTIFIER_UPPER),
    ROW("in-pan-form", "IN_PAN", "PAN", PII, "a5d4a", NULL, NULL, NULL, CONTEXT_TAX, 0.70f, 0.30f, 0, 0),
    ROW("in-gstin", "IN_GSTIN", "GSTIN", PII, "d2a5d4a[1-9A-Z]Zx", checksum_range, "1-37", NULL,
        CONTEXT_TAX | CONTEXT_COMPANY, 0.90f, 0.70f, 0.70f, IDENTIFIER_UPPER),
    ROW("in-passport", "PASSPORT", "passport number", PII, "[A-PR-WY][1-9]d~d4[1-9]", NULL, NULL, NULL,
        CONTEXT_PASSPORT, 0.75f, 0.30f, 0, IDENTIFIER_PLAIN),
    ROW("in-voter", "IN_VOTER", "voter number", PII, "a3d7", NULL, NULL, NULL, CONTEXT_VOTER, 0.75f, 0.30f, 0.20f,
        IDENTIFIER_UPPER),
    ROW("in-plate", "IN_VEHICLE_REGISTRATION", "vehicle registration", PII, "a2~d1:2~a1:3~d4", checksum_prefix,
        "AN AP AR AS BR CG CH DD DL DN GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR PB PY RJ SK TN TR TS UK "
        "UP "
        "WB",
        NULL, CONTEXT_PLATE, 0.75f, 0.40f, 0.30f, IDENTIFIER_UPPER),
    ROW("in-plate-old", "IN_VEHICLE_REGISTRATION", "vehicle registration", PII, "a2d4|a3d4|ad5", NULL, NULL, NULL,
        CONTEXT_PLATE, 0.60f, 0.20f, 0, IDENTIFIER_CAPITALS | IDENTIFIER_SOLE),
    ROW("kr-rrn", "KR_RRN", "resident number", PII, "d6-[1-8]d6", NULL, NULL, "y0", CONTEXT_NATIONAL, 0.95f, 0.60f,
        0.60f, IDENTIFIER_PLAIN),
    // Without a right check digit (numbers since 2020 have none) a run is one of a citizen, and none of South Africa.
    ROW("kr-rrn-run", "KR_RRN", "resident number", PII, "d6[1-4]d3[3-9]d2|d6[1-4]d4[0-7]d", NULL, NULL, "y0",
        CONTEXT_NATIONAL, 0.90f, 0.30f, 0, IDENTIFIER_PLAIN),
    ROW("kr-rrn-check", "KR_RRN", "resident number", PII, "d6[1-4]d6", checksum_remainder, "+11 234567892345", "y0",
        CONTEXT_NATIONAL, 0.95f, 0.40f, 0, IDENTIFIER_PLAIN),
    ROW("kr-frn-check", "KR_FRN", "foreigner number", PII, "d6[5-8]d6", checksum_frn, NULL, "y0", CONTEXT_NATIONAL,
        0.95f, 0.40f, 0, IDENTIFIER_PLAIN),
    ROW("kr-frn-run", "KR_FRN", "foreigner number", PII, "d6[5-8]d6", NULL, NULL, "y0", CONTEXT_NATIONAL, 0.90f, 0, 0,
        IDENTIFIER_PLAIN),
    ROW("kr-company", "KR_BRN", "business number", PII, "d3-d2-d5|d10", checksum_brn, NULL, NULL,
        CONTEXT_COMPANY | CONTEXT_TAX, 0.70f, 0.30f, 0, IDENTIFIER_PLAIN | IDENTIFIER_STRICT),
    ROW("kr-driving", "KR_DRIVER_LICENSE", "driving licence", PII, "[12]d-[0-26-9]d-d6-d2|[12]d [0-26-9]d d6 d2",
        checksum_prefix, "11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 28", NULL,
        CONTEXT_LICENCE | CONTEXT_LICENCE_WORD, 0.80f, 0.30f, 0, 0),
    ROW("kr-driving-run", "KR_DRIVER_LICENSE", "driving licence", PII, "[12]d[0-26-9]d9", checksum_prefix,
        "11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 28", NULL, CONTEXT_LICENCE | CONTEXT_LICENCE_WORD, 0.80f, 0, 0,
        IDENTIFIER_PLAIN),
    ROW("kr-passport", "PASSPORT", "passport number", PII, "[MSRODG]d3ad4|[MSRODG]d8", NULL, NULL, NULL, DOCUMENT,
        0.80f, 0.30f, 0, 0),
    ROW("th-tnin", "TH_TNIN", "Thai identity number", PII,
        "[1-9][134]d11|[1-9][2][0-7]d10|[1-9][5][0-8]d10|[1-9][67][0-7]d10|[1-9][89][0-6]d10|d-d4-d5-d2-d",
        checksum_remainder, "+11 dcba98765432", NULL, CONTEXT_NATIONAL, 0.95f, 0.45f, 0, 0),
    ROW("sg-nric", "SG_NRIC_FIN", "NRIC", PII, "[STFGM]d7a", checksum_nric, NULL, NULL, CONTEXT_NATIONAL, 0.95f, 0.60f,
        0.60f, IDENTIFIER_UPPER),
    ROW("sg-nric-form", "SG_NRIC_FIN", "NRIC", PII, "[STFGMAB]d7a", NULL, NULL, NULL, CONTEXT_NATIONAL, 0.70f, 0.30f, 0,
        IDENTIFIER_CAPITALS),
    ROW("sg-uen", "SG_UEN", "UEN", PII, "d8a", checksum_remainder, "=11,XMKECAWLJDB a4938271", NULL, CONTEXT_COMPANY,
        0.70f, 0.30f, 0, IDENTIFIER_CAPITALS),
    ROW("sg-uen-local", "SG_UEN", "UEN", PII, "[12]d8a", checksum_remainder, "=11,ZKCMDNERGWH a86497531", NULL,
        CONTEXT_COMPANY, 0.70f, 0.40f, 0.30f, IDENTIFIER_CAPITALS),
    ROW("sg-uen-other", "SG_UEN", "UEN", PII, "[STR]d2a2d4a", NULL, NULL, NULL, CONTEXT_COMPANY, 0.70f, 0.40f, 0.30f,
        IDENTIFIER_CAPITALS),
    ROW("ph-tin", "PH_TIN", "TIN", PII, "d3~d3~d3|d3~d3~d3~d3", checksum_weighted, "11 98765432-", NULL, CONTEXT_TAX,
        0.85f, 0, 0, IDENTIFIER_PLAIN),
    ROW("ph-tin-branch", "PH_TIN", "TIN", PII, "d3-d3-d3-d3", checksum_weighted, "11 98765432-", NULL, CONTEXT_TAX,
        0.85f, 0.40f, 0.30f, IDENTIFIER_PLAIN),
    ROW("cn-resident", "CN_RESIDENT_ID", "resident number", PII, "[1-8]d16[0-9X]", checksum_remainder,
        "=11,10X98765432 79a584216379a5842", "Y6", CONTEXT_NATIONAL, 0.99f, 0.90f, 0.90f, 0),
    ROW("jp-my-number", "JP_MY_NUMBER", "My Number", PII, "d4~d4~d4", checksum_my_number, NULL, NULL, CONTEXT_NATIONAL,
        0.90f, 0, 0, IDENTIFIER_PLAIN),
    ROW("tr-tckn", "TR_NATIONAL_ID", "TCKN", PII, "[1-9]d10", checksum_tckn, NULL, NULL, CONTEXT_NATIONAL, 0.95f, 0.60f,
        0.45f, IDENTIFIER_PLAIN),
    ROW("tr-plate", "TR_LICENSE_PLATE", "vehicle registration", PII, "d2~a1~d2:4|d2~a2~d2:4|d2~a3~d2:4", checksum_range,
        "1-81", NULL, CONTEXT_PLATE, 0.75f, 0.30f, 0, 0),

    // Africa, America
    ROW("za-id", "ZA_ID_NUMBER", "South African identity number", PII, "d6d4[0-2][89]d|d6 d4 [0-2][89]d", checksum_luhn,
        NULL, "y0", CONTEXT_NATIONAL, 0.95f, 0.60f, 0.60f, 0),
    ROW("ng-nin", "NG_NIN", "NIN", PII, "d11|d4 d3 d4", checksum_verhoeff, NULL, NULL, CONTEXT_NATIONAL, 0.90f, 0, 0,
        IDENTIFIER_PLAIN),
    ROW("ng-plate", "NG_VEHICLE_REGISTRATION", "vehicle registration", PII, "a3?d3a2", NULL, NULL, NULL, CONTEXT_PLATE,
        0.75f, 0.40f, 0.20f, IDENTIFIER_UPPER),
    ROW("br-cpf", "BR_CPF", "CPF", PII, "d3.d3.d3-d2|d9-d2", checksum_two_mod11, "ba98765432", NULL,
        CONTEXT_TAX | CONTEXT_NATIONAL, 0.99f, 0.80f, 0.80f, 0),
    ROW("br-cpf-run", "BR_CPF", "CPF", PII, "d11", checksum_two_mod11, "ba98765432", NULL,
        CONTEXT_TAX | CONTEXT_NATIONAL, 0.95f, 0.45f, 0.30f, IDENTIFIER_STRICT),
    ROW("br-cnpj", "BR_CNPJ", "CNPJ", PII, "d2.d3.d3/d4-d2|d14", checksum_two_mod11, "6543298765432", NULL,
        CONTEXT_TAX | CONTEXT_COMPANY, 0.80f, 0.45f, 0.45f, 0),
    ROW("mx-curp", "MX_CURP", "CURP", PII, "a4d6[HMX]a5xd", checksum_curp, NULL, "y4", CONTEXT_NATIONAL | CONTEXT_TAX,
        0.99f, 0.95f, 0.95f, IDENTIFIER_UPPER),
    ROW("ar-cuit", "AR_CUIT", "CUIT", PII, "[23]d-d8-d|[23]d9d", checksum_remainder, "11 5432765432", NULL, CONTEXT_TAX,
        0.90f, 0, 0, IDENTIFIER_PLAIN),
    ROW("ar-cuit-dashed", "AR_CUIT", "CUIT", PII, "[23]d-d8-d", checksum_remainder, "11 5432765432", NULL, CONTEXT_TAX,
        0.90f, 0.60f, 0.60f, IDENTIFIER_PLAIN),
    ROW("cl-rut", "CL_RUT", "RUT", PII, "d1:2.d3.d3-[0-9K]", checksum_rut, NULL, NULL, CONTEXT_TAX | CONTEXT_NATIONAL,
        0.95f, 0.60f, 0.60f, 0),
    ROW("cl-rut-run", "CL_RUT", "RUT", PII, "d7:8-[0-9K]", checksum_rut, NULL, NULL, CONTEXT_TAX | CONTEXT_NATIONAL,
        0.90f, 0, 0, IDENTIFIER_PLAIN),

    // Of machines, in the notations without colons
    ROW("mac", "MAC_ADDRESS", "MAC address", PII,
        "[0-9A-F]2-[0-9A-F]2-[0-9A-F]2-[0-9A-F]2-[0-9A-F]2-[0-9A-F]2|[0-9A-F]4.[0-9A-F]4.[0-9A-F]4", NULL, NULL, NULL,
        0, 0.49f, 0.49f, 0.49f, 0),

    // Telephone numbers without a country code
    PHONE("phone.ph", "[0][9]d9|[0][9]d2~d3~d4", 0.85f, 0.40f, 0.30f),
    PHONE("phone.tr-mobile", "[0]?[5][0345]d?d3?d2?d2|[0]?[5][0345]d?d7", 0.85f, 0.40f, 0.30f),
    PHONE("phone.tr-mobile-run", "[5][0345]d~d3~d2~d2|[5][0345]d8", 0.85f, 0.30f, 0),
    ROW("phone.tr", "PHONE_NUMBER", "phone number", PII, "[0]d10|[0]d3~d3~d2~d2", checksum_trunk, TR_AREAS, NULL,
        CONTEXT_PHONE | CONTEXT_CALL, 0.85f, 0.40f, 0.20f, IDENTIFIER_PLAIN),
    ROW("phone.tr-run", "PHONE_NUMBER", "phone number", PII, "d10|d3~d3~d2~d2", checksum_prefix, TR_AREAS, NULL,
        CONTEXT_PHONE | CONTEXT_CALL, 0.85f, 0.25f, 0, IDENTIFIER_PLAIN),
    PHONE("phone.cn", "[1][3-9]d9|[1][3-9]d~d4~d4", 0.85f, 0.40f, 0.30f),
    PHONE("phone.jp", "[0][5789][0]-d4-d4|[0][5789][0] d4 d4", 0.85f, 0.45f, 0.45f),
    PHONE("phone.kr", "[0][1][016-9]-d3:4-d4|[0][1][016-9] d3:4 d4", 0.85f, 0.45f, 0.45f),
    PHONE("phone.run", "[0][5789][0]d8|[0][1][0]d8", 0.85f, 0.40f, 0),
    PHONE("phone.fr", "[0][1-79] d2 d2 d2 d2|[0][1-79].d2.d2.d2.d2|[0][1-79]-d2-d2-d2-d2", 0.85f, 0.40f, 0.30f),
    PHONE("phone.uk-mobile", "[0][7]d3 d6|[0][7]d3 d3 d3|[0][7]d2 d4 d4", 0.85f, 0.40f, 0.30f),
    PHONE("phone.uk", "[0][2]d d4 d4|[0][1]d3 d6|[0][1]d2 d3 d4", 0.85f, 0.40f, 0.30f),
    PHONE("phone.au", "[0][4]d2 d3 d3|[0][23478] d4 d4", 0.85f, 0.40f, 0.30f),
    PHONE("phone.in-mobile", "[6-9]d4 d5|[0][6-9]d4 d5", 0.85f, 0.30f, 0.20f),
    PHONE("phone.br", "[1-9]d [9]d4-d4", 0.85f, 0.45f, 0.45f),
    PHONE("phone.trunk", "[0]d1:4[-/]d5:8", 0.85f, 0.40f, 0.30f),
};

const struct identifier_list IDENTIFIERS_WORLD = {ROWS, sizeof ROWS / sizeof *ROWS};
