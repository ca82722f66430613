#include "gate/street.h"

#include <string.h>

// The tables are short, and asked only about words next to a number.
static bool is_one_of(struct span word, const char *const *words) {
    for (; *words; words++)
        if ((word.at[0] | 0x20) == (**words | 0x20) && span_is_nocase(word, span_from(*words))) return true;
    return false;
}

static bool ends_like(struct span word, const char *const *endings) {
    for (; *endings; endings++) {
        struct span ending = span_from(*endings);
        if (word.len >= ending.len + 3 && span_is_nocase(span_sub(word, word.len - ending.len, ending.len), ending))
            return true;
    }
    return false;
}

enum street street_after(struct span word) {
    static const char *const CERTAIN[] = {
        "street",  "str",   "st",    "avenue", "ave",        "road",     "rd",   "boulevard", "blvd",
        "lane",    "ln",    "drive", "dr",     "parkway",    "pkwy",     "hwy",  "crescent",  "cres",
        "terrace", "ter",   "mews",  "alley",  "expressway", "turnpike", "quay", "causeway",  "esplanade",
        "utca",    "körút", "krt",   "sokak",  "caddesi",    "marg",     "crt",  "cct",       NULL};
    static const char *const MAYBE[] = {
        "court",   "ct",     "place",  "pl",      "square", "sq",       "way",    "close", "grove",   "gardens",
        "row",     "hill",   "parade", "circle",  "cir",    "trail",    "trl",    "plaza", "loop",    "wharf",
        "walk",    "view",   "rise",   "green",   "park",   "parks",    "bridge", "gate",  "path",    "ridge",
        "point",   "common", "yard",   "vale",    "mount",  "u",        "út",     "tér",   "heights", "extensions",
        "passage", "tee",    "pst",    "mnt",     "útja",   "köz",      "sétány", "cesta", "wei",     "polku",
        "väg",     "manor",  "cove",   "highway", "fort",   "crossing", "cad",    "nagar", NULL};
    if (is_one_of(word, CERTAIN)) return STREET_CERTAIN;
    return is_one_of(word, MAYBE) ? STREET_MAYBE : STREET_NONE;
}

bool street_before(struct span word) {
    static const char *const WORDS[] = {
        "rue",     "allée",      "allee",    "impasse",  "quai",      "chemin",  "ruelle",  "faubourg",  "calle",
        "avenida", "avda",       "av",       "paseo",    "plaza",     "plaça",   "carrer",  "carretera", "camino",
        "ronda",   "via",        "viale",    "piazza",   "piazzale",  "corso",   "vicolo",  "largo",     "strada",
        "rua",     "rúa",        "travessa", "praça",    "praca",     "estrada", "rodovia", "alameda",   "ul",
        "ulica",   "ulice",      "ulitsa",   "aleja",    "aleje",     "al",      "os",      "osiedle",   "plac",
        "calea",   "bulevardul", "bd",       "avenue",   "boulevard", "place",   "jalan",   "jl",        "trg",
        "nám",     "náměstí",    "třída",    "rambla",   "cours",     "carrera", "calzada", "prospekt",  "улица",
        "ул",      "проспект",   "οδός",     "λεωφόρος", NULL};
    return is_one_of(word, WORDS);
}

enum street street_glued(struct span word) {
    static const char *const CERTAIN[] = {
        "straße", "strasse", "straat", "str",  "weg",    "gasse",    "platz", "allee",  "allé",  "laan", "plein",
        "gracht", "singel",  "vej",    "gade", "vænget", "stræde",   "gatan", "vägen",  "gränd", "gata", "gaten",
        "veien",  "vegen",   "katu",   "kuja", "tänav",  "chaussee", "vegur", "stígur", NULL};
    static const char *const MAYBE[] = {"ring", "damm", "ufer",  "kade",  "dijk",   "torv", "gate",   "tie",    "polku",
                                        "hof",  "wall", "markt", "steig", "graben", "väg",  "bakken", "parken", NULL};
    if (ends_like(word, CERTAIN)) return STREET_CERTAIN;
    return ends_like(word, MAYBE) ? STREET_MAYBE : STREET_NONE;
}

bool street_particle(struct span word) {
    static const char *const WORDS[] = {"de",  "del", "della", "dei", "delle", "da",  "do", "dos", "das", "di",  "du",
                                        "des", "la",  "le",    "les", "los",   "las", "el", "van", "von", "der", "den",
                                        "of",  "the", "and",   "y",   "e",     "d",   "l",  "à",   "a",   NULL};
    return is_one_of(word, WORDS);
}

bool street_unit(struct span word) {
    static const char *const WORDS[] = {"suite",   "ste",   "apt",    "apartment", "appt",   "apto",     "unit",
                                        "flat",    "floor", "room",   "rm",        "bldg",   "building", "bte",
                                        "wohnung", "whg",   "etage",  "piso",      "planta", "interno",  "scala",
                                        "byt",     "lok",   "puerta", NULL};
    return is_one_of(word, WORDS);
}

bool street_counted(struct span word) {
    static const char *const WORDS[] = {
        "chapter", "section",   "figure",  "fig",      "table",    "page",   "windows",  "version", "step",   "level",
        "part",    "question",  "exhibit", "article",  "act",      "type",   "class",    "grade",   "year",   "day",
        "week",    "line",      "row",     "item",     "issue",    "volume", "vol",      "no",      "number", "example",
        "case",    "phase",     "stage",   "january",  "february", "march",  "april",    "may",     "june",   "july",
        "august",  "september", "october", "november", "december", "python", "java",     "ticket",  "order",  "invoice",
        "channel", "appendix",  "problem", "exercise", "lesson",   "task",   "option",   "group",   "team",   "player",
        "user",    "test",      "model",   "rule",     "route",    "flight", "platform", "track",   "zone",   "block",
        "zip",     "age",       "aged",    "i",        "in",       "at",     "on",       "is",      "card",   "account",
        "id",      "phone",     "psalm",   "euro",     "eur",      "usd",    "room",     "unit",    "suite",  "apt",
        "box",     "ip",        "port",    "ssn",      "fy",       "q",      "spring",   "summer",  "autumn", "fall",
        "winter",  "tel",       "fax",     "pin",      "code",     "ext",    "passport", "mrn",     "zips",   "plz",
        "cp",      "cap",       "isbn",    "license",  "licence",  "jan",    "feb",      "mar",     "apr",    "jun",
        "jul",     "aug",       "sep",     "oct",      "nov",      "dec",    NULL};
    return is_one_of(word, WORDS);
}

bool street_state(struct span word, char digit) {
    // First digit of the ZIP code, then its states; military mail and territories among them.
    static const char *const STATES[10] = {"CT MA ME NH NJ PR RI VT VI AE",
                                           "DE NY PA",
                                           "DC MD NC SC VA WV",
                                           "AL FL GA MS TN AA",
                                           "IN KY MI OH",
                                           "IA MN MT ND SD WI",
                                           "IL KS MO NE",
                                           "AR LA OK TX",
                                           "AZ CO ID NM NV UT WY",
                                           "AK CA HI OR WA GU AP"};
    if (word.len != 2 || digit < '0' || digit > '9') return false;
    // Military mail is written with any ZIP code in made-up text.
    if (word.at[0] == 'A' && (word.at[1] == 'A' || word.at[1] == 'E' || word.at[1] == 'P')) return true;
    for (const char *p = STATES[digit - '0']; *p; p += p[2] ? 3 : 2)
        if (p[0] == word.at[0] && p[1] == word.at[1]) return true;
    return false;
}
