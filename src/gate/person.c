// What is said of a person besides the name: ages, titles, nationalities, religions.
#include "gate/checks.h"
#include "gate/soft.h"

static const struct rule AGE = {"age.years", "AGE", "age", CLASS_PII, WEIGHT_SOFT, 0.50f};
static const struct rule TITLE = {"person.title", "TITLE", "title of a person", CLASS_PII, WEIGHT_SOFT, 0.40f};
static const struct rule TITLED = {"name.titled", "PERSON", "name after a title", CLASS_PII, WEIGHT_SOFT, 0.80f};
static const struct rule NRP = {"person.group", "NRP",       "nationality, religion or politics",
                                CLASS_PII,      WEIGHT_SOFT, 0.30f};

// ---------------------------------------------------------------- ages

static bool follows(struct span text, size_t at, const char *const *endings) {
    for (; *endings; endings++) {
        struct span ending = span_from(*endings);
        size_t end = at + ending.len;
        if (span_is_nocase(span_sub(text, at, ending.len), ending) &&
            (end >= text.len || !char_in(text.at[end], CHARS_ALPHA)))
            return true;
    }
    return false;
}

// "turned 40.", "turn 30 next week": the number is the whole of it.
static bool ends_a_thought(struct span text, size_t at) {
    static const char *const AFTER[] = {" today", " this",  " next", " tomorrow",  " in",  " on", " soon",
                                        " and",   " years", " last", " yesterday", " now", NULL};
    return at >= text.len || strchr(".,;!?\n)\"", text.at[at]) || follows(text, at, AFTER);
}

static bool is_said_before(struct span text, size_t at, size_t end) {
    static const char *const AGED[] = {"aged", "age", "Age:", NULL}, *const TURNED[] = {"turn", "turned", "turning",
                                                                                        NULL};
    size_t i = at;
    while (i && at - i < 3 && strchr(" :=", text.at[i - 1])) i--;
    struct span word = i < at ? word_before(text, i) : SPAN_NONE;
    if (word.len == 2 && span_is_nocase(word, SPAN("of")) && i > 6) word = word_before(text, i - 3); // "age of 34"
    for (const char *const *w = AGED; *w; w++)
        if (span_is_nocase(word, span_from(*w))) return end >= text.len || !strchr("%-:/", text.at[end]);
    for (const char *const *w = TURNED; *w; w++)
        if (span_is_nocase(word, span_from(*w))) return ends_a_thought(text, end);
    return false;
}

// "(34M)", "(F, 34)": how people write age and sex.
static bool is_bracketed(struct span text, size_t at, size_t end) {
    if (at == 0 || text.at[at - 1] != '(' || end + 1 >= text.len) return false;
    return strchr("MFmf", text.at[end]) && text.at[end + 1] == ')';
}

void age_find(struct scan *s, size_t at) {
    static const char *const AFTER[] = {" years old", " year old",  "-year-old",     "-years-old", " year-old",
                                        " yrs old",   " yr old",    "-yr-old",       " y/o",       "y/o",
                                        " yo",        "yo",         " years of age", " ans",       " años",
                                        " anni",      " jahre alt", "-jährig",       "-jährige",   "-jährigen",
                                        "-jähriger",  " jaar oud",  " lat",          " anos",      NULL};
    struct span text = s->text;
    size_t n = run_length(text, at, CHARS_DIGIT, 4), end = at + n;
    if (n > 3 || (n == 3 && text.at[at] != '1') || (at && strchr("$.,/:", text.at[at - 1]))) return;
    // All of them begin so; most numbers are told by it.
    char next = end < text.len ? text.at[end] : 0, letter = end + 1 < text.len ? (char)(text.at[end + 1] | 0x20) : 0;
    bool likely = (next == ' ' && (letter == 'y' || letter == 'a' || letter == 'j' || letter == 'l')) || next == '-' ||
                  next == 'y';
    if (likely && follows(text, end, AFTER)) {
        scan_report(s, &AGE, at, end);
        return;
    }
    if (is_bracketed(text, at, end) || (at > 3 && is_said_before(text, at, end))) scan_report(s, &AGE, at, end);
}

// ---------------------------------------------------------------- titles and groups

// A title is one where a name follows.
static void verify_title(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    struct span text = s->text;
    size_t i = end;
    if (i < text.len && text.at[i] == '.') i++;
    if (i + 1 >= text.len || text.at[i] != ' ') return;
    // "mr. smith", in haste; "ms." is a unit too.
    struct span name = word_at(text, i + 1);
    bool in_haste = text.at[start] == 'm' && text.at[start + 1] == 'r' && name.len >= 3;
    if (!word_is_name(name) && !in_haste) return;
    scan_report(s, &TITLE, start, i);
    if (!word_is_name(name)) return;
    size_t from = (size_t)(name.at - text.at), to = from + name.len;
    for (int more = 0; more < 3 && to + 1 < text.len && text.at[to] == ' '; more++) {
        struct span next = word_at(text, to + 1);
        if (!word_is_name(next)) break;
        to = (size_t)(next.at - text.at) + next.len;
    }
    scan_report(s, &TITLED, from, to);
}

// Languages are called like those who speak them: "studying English", "into French". So are countries: "Czech
// Republic".
static bool is_language(struct span text, size_t start, size_t end) {
    static const char *const BEFORE[] = {"speak",    "speaks",  "speaking", "learn",    "learning", "study",
                                         "studying", "studied", "teach",    "teaching", "into",     "to",
                                         "in",       "fluent",  "write",    "from",     NULL};
    if (start > 2 && (text.at[start - 1] == '(' || text.at[start - 1] == '"')) return true;
    struct span word = start > 2 ? word_before(text, start - 1) : SPAN_NONE;
    for (const char *const *w = BEFORE; *w; w++)
        if (span_is_nocase(word, span_from(*w))) return true;
    return span_starts(span_sub(text, end, 9), SPAN(" Republic")) ||
           span_starts(span_sub(text, end, 9), SPAN(" language"));
}

static void verify_group(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    if (is_language(s->text, start, end)) return;
    scan_report(s, &NRP, start, end);
}

#define TITLE_WORD(literal)                                                                                            \
    { literal, ANCHOR_WORD, 0, verify_title, NULL }
#define GROUP(literal)                                                                                                 \
    { literal, ANCHOR_WORD, 0, verify_group, NULL }

const struct anchor PERSON_ANCHORS[] = {
    TITLE_WORD("Mr"),       TITLE_WORD("Mrs"),
    TITLE_WORD("Ms"),       TITLE_WORD("Mx"),
    TITLE_WORD("Miss"),     TITLE_WORD("Dr"),
    TITLE_WORD("Prof"),     TITLE_WORD("Professor"),
    TITLE_WORD("Sir"),      TITLE_WORD("Madam"),
    TITLE_WORD("Lady"),     TITLE_WORD("Rev"),
    TITLE_WORD("Hon"),      TITLE_WORD("Herr"),
    TITLE_WORD("Frau"),     TITLE_WORD("Herrn"),
    TITLE_WORD("Monsieur"), TITLE_WORD("Madame"),
    TITLE_WORD("Mme"),      TITLE_WORD("Mlle"),
    TITLE_WORD("Señor"),    TITLE_WORD("Señora"),
    TITLE_WORD("Sr"),       TITLE_WORD("Sra"),
    TITLE_WORD("Signor"),   TITLE_WORD("Signora"),
    TITLE_WORD("Sig"),      TITLE_WORD("Dott"),
    TITLE_WORD("Don"),      TITLE_WORD("Doña"),
    TITLE_WORD("mr."),      TITLE_WORD("ms."),
    TITLE_WORD("mrs."),     TITLE_WORD("dr."),
    TITLE_WORD("MR"),       TITLE_WORD("MRS"),
    TITLE_WORD("DR"),       GROUP("Afghan"),
    GROUP("African"),       GROUP("Albanian"),
    GROUP("Algerian"),      GROUP("American"),
    GROUP("Arab"),          GROUP("Argentine"),
    GROUP("Argentinian"),   GROUP("Armenian"),
    GROUP("Asian"),         GROUP("Australian"),
    GROUP("Austrian"),      GROUP("Bangladeshi"),
    GROUP("Belgian"),       GROUP("Bolivian"),
    GROUP("Bosnian"),       GROUP("Brazilian"),
    GROUP("British"),       GROUP("Bulgarian"),
    GROUP("Cambodian"),     GROUP("Canadian"),
    GROUP("Chilean"),       GROUP("Chinese"),
    GROUP("Colombian"),     GROUP("Croatian"),
    GROUP("Cuban"),         GROUP("Cypriot"),
    GROUP("Czech"),         GROUP("Danish"),
    GROUP("Dutch"),         GROUP("Egyptian"),
    GROUP("English"),       GROUP("Estonian"),
    GROUP("Ethiopian"),     GROUP("European"),
    GROUP("Filipino"),      GROUP("Finnish"),
    GROUP("French"),        GROUP("Georgian"),
    GROUP("German"),        GROUP("Ghanaian"),
    GROUP("Greek"),         GROUP("Greenlander"),
    GROUP("Haitian"),       GROUP("Hispanic"),
    GROUP("Hungarian"),     GROUP("Icelandic"),
    GROUP("Indian"),        GROUP("Indonesian"),
    GROUP("Iranian"),       GROUP("Iraqi"),
    GROUP("Irish"),         GROUP("Israeli"),
    GROUP("Italian"),       GROUP("Jamaican"),
    GROUP("Japanese"),      GROUP("Jordanian"),
    GROUP("Kenyan"),        GROUP("Korean"),
    GROUP("Kurdish"),       GROUP("Latvian"),
    GROUP("Lebanese"),      GROUP("Libyan"),
    GROUP("Lithuanian"),    GROUP("Malaysian"),
    GROUP("Mexican"),       GROUP("Mongolian"),
    GROUP("Moroccan"),      GROUP("Nepalese"),
    GROUP("Nigerian"),      GROUP("Norwegian"),
    GROUP("Pakistani"),     GROUP("Palestinian"),
    GROUP("Peruvian"),      GROUP("Polish"),
    GROUP("Portuguese"),    GROUP("Romanian"),
    GROUP("Russian"),       GROUP("Saudi"),
    GROUP("Scottish"),      GROUP("Serbian"),
    GROUP("Singaporean"),   GROUP("Slovak"),
    GROUP("Slovenian"),     GROUP("Somali"),
    GROUP("Spanish"),       GROUP("Sudanese"),
    GROUP("Swedish"),       GROUP("Swiss"),
    GROUP("Syrian"),        GROUP("Taiwanese"),
    GROUP("Thai"),          GROUP("Tunisian"),
    GROUP("Turkish"),       GROUP("Ugandan"),
    GROUP("Ukrainian"),     GROUP("Uruguayan"),
    GROUP("Venezuelan"),    GROUP("Vietnamese"),
    GROUP("Welsh"),         GROUP("Yemeni"),
    GROUP("Zimbabwean"),    GROUP("Buddhist"),
    GROUP("Catholic"),      GROUP("Christian"),
    GROUP("Hindu"),         GROUP("Jewish"),
    GROUP("Mormon"),        GROUP("Muslim"),
    GROUP("Protestant"),    GROUP("Sikh"),
    GROUP("Atheist"),       GROUP("Republican"),
    GROUP("Democrat"),      GROUP("Communist"),
    GROUP("Socialist"),     {0},
};
