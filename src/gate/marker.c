// Confidentiality markers: what a document says about itself. A sentence that asks about a marker is not one.
#include "gate/checks.h"
#include "gate/scan.h"

// How a marker must stand to be one.
enum manner {
    MANNER_ANY,   // wherever it stands
    MANNER_SHOUT, // as written, in a line that is not all capitals
    MANNER_LABEL, // alone in brackets, or at the begin of a line before a colon, a dash or its end
    MANNER_TERM,  // soft wherever it stands
};

static const uint8_t ANY = MANNER_ANY, SHOUT = MANNER_SHOUT, LABEL = MANNER_LABEL, TERM = MANNER_TERM;

static struct span line_around(struct span text, size_t start, size_t end) {
    enum { REACH = 160 };
    size_t first = start, last = end;
    while (first && start - first < REACH && text.at[first - 1] != '\n') first--;
    while (last < text.len && last - end < REACH && text.at[last] != '\n') last++;
    return span_sub(text, first, last - first);
}

// Asked about or quoted: "what does TLP:RED mean", "the word 'confidential'".
static bool is_mention(struct span text, size_t start, size_t end) {
    static const char *const BEFORE[] = {
        "what is", "what's",  "what does", "define ", "the word",           "the term", "the phrase", "meaning of",
        "label ",  "labeled", "labelled",  "marked",  "difference between", "stamped",  "what are",   "mean by"};
    static const char *const AFTER[] = {" mean", " stand for", " label", " marker", " marking"};
    if (start && end < text.len) {
        char left = text.at[start - 1], right = text.at[end];
        if ((left == '"' || left == '\'' || left == '`') && right == left) return true;
    }
    size_t from = start > 40 ? start - 40 : 0;
    struct span before = span_sub(text, from, start - from), after = span_sub(text, end, 24);
    for (size_t i = 0; i < sizeof BEFORE / sizeof *BEFORE; i++)
        if (contains_nocase(before, BEFORE[i])) return true;
    for (size_t i = 0; i < sizeof AFTER / sizeof *AFTER; i++)
        if (contains_nocase(after, AFTER[i])) return true;
    return false;
}

static bool is_shouted_line(struct span line, size_t marker) {
    size_t upper = 0, lower = 0;
    for (size_t i = 0; i < line.len; i++) {
        upper += char_in(line.at[i], CHARS_UPPER);
        lower += char_in(line.at[i], CHARS_LOWER);
    }
    // A heading that is the marker and a few words more is no shouting.
    return lower == 0 && upper > marker + 60;
}

static bool is_label(struct span text, size_t start, size_t end) {
    while (start && (text.at[start - 1] == ' ' || text.at[start - 1] == '*' || text.at[start - 1] == '#')) start--;
    while (end < text.len && (text.at[end] == ' ' || text.at[end] == '*')) end++;
    char left = start ? text.at[start - 1] : '\n', right = end < text.len ? text.at[end] : '\n';
    if ((left == '[' && right == ']') || (left == '(' && right == ')')) return true;
    return left == '\n' &&
           (right == '\n' || right == '\r' || right == ':' || right == '-' || right == '/' || right == '|');
}

static void verify_marker(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    enum manner manner = *(const uint8_t *)anchor->with;
    if (manner == MANNER_SHOUT && is_shouted_line(line_around(s->text, start, end), end - start)) return;
    if (manner == MANNER_LABEL && !is_label(s->text, start, end)) return;
    enum rule_id rule = manner == MANNER_TERM ? RULE_MARKER_TERM : RULE_MARKER;
    // With no room left to list it, it is taken for what it says: the closer look costs 2 us.
    if (s->count < GATE_MAX_FINDINGS && is_mention(s->text, start, end)) rule = RULE_MARKER_MENTION;
    scan_report(s, &RULES[rule], start, end);
    s->done = end;
}

// The operator asked for the word, so it counts wherever it stands.
void marker_verify_custom(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    scan_report(s, &RULES[RULE_MARKER_CUSTOM], start, end);
}

#define MARKER(literal, flags, manner)                                                                                 \
    { literal, ANCHOR_WORD | (flags), 0, verify_marker, &manner }
#define FREE(literal, manner) MARKER(literal, ANCHOR_CASELESS, manner)
#define EXACT(literal, manner) MARKER(literal, 0, manner)

const struct anchor MARKER_ANCHORS[] = {
    EXACT("CONFIDENTIAL", SHOUT),
    EXACT("Confidential", LABEL),
    FREE("strictly confidential", ANY),
    FREE("highly confidential", ANY),
    FREE("company confidential", ANY),
    FREE("confidential and proprietary", ANY),
    FREE("proprietary and confidential", ANY),
    FREE("confidential information of", ANY),
    FREE("confidentiality notice", ANY),
    FREE("privileged and confidential", ANY),
    FREE("privileged & confidential", ANY),
    FREE("commercial in confidence", ANY),
    FREE("streng vertraulich", ANY),
    FREE("strictement confidentiel", ANY),
    FREE("internal use only", ANY),
    EXACT("INTERNAL ONLY", SHOUT),
    FREE("internal only", LABEL),
    FREE("company internal", LABEL),
    FREE("for official use only", ANY),
    FREE("not for public release", ANY),
    FREE("not for external distribution", ANY),
    FREE("do not distribute", ANY),
    FREE("not for distribution", ANY),
    EXACT("RESTRICTED", LABEL),
    EXACT("PROPRIETARY", LABEL),
    FREE("tlp:red", ANY),
    FREE("tlp: red", ANY),
    FREE("tlp:amber", ANY),
    FREE("tlp: amber", ANY),
    FREE("attorney-client privileged", ANY),
    FREE("attorney client privileged", ANY),
    EXACT("ATTORNEY-CLIENT", SHOUT),
    EXACT("ATTORNEY WORK PRODUCT", SHOUT),
    FREE("attorney-client privilege", TERM),
    FREE("trade secret", TERM),
    EXACT("TRADE SECRET", SHOUT),
    FREE("under nda", ANY),
    FREE("subject to nda", ANY),
    FREE("subject to an nda", ANY),
    FREE("covered by nda", ANY),
    FREE("under embargo until", ANY),
    EXACT("CUI//", ANY),
    EXACT("CUI", LABEL),
    EXACT("//NOFORN", ANY),
    EXACT("SECRET//", ANY),
    EXACT("CUI//SP", ANY),
    EXACT("FOUO", SHOUT),
    EXACT("U//FOUO", ANY),
    EXACT("CONFIDENTIAL//", ANY),
    EXACT("NOFORN", SHOUT),
    EXACT("NATO RESTRICTED", ANY),
    EXACT("NATO CONFIDENTIAL", ANY),
    EXACT("NATO SECRET", ANY),
    EXACT("RESTREINT UE", ANY),
    EXACT("OFFICIAL-SENSITIVE", ANY),
    EXACT("OFFICIAL SENSITIVE", ANY),
    FREE("controlled unclassified information", TERM),
    FREE("export controlled", LABEL),
    FREE("itar controlled", ANY),
    FREE("tlp:amber+strict", ANY),
    FREE("tlp-red", ANY),
    FREE("tlp-amber", ANY),
    FREE("tlp:green", TERM),
    FREE("tlp: green", TERM),
    FREE("not for onward distribution", ANY),
    FREE("not for further distribution", ANY),
    FREE("not for circulation", ANY),
    FREE("not for publication", LABEL),
    FREE("not to be disclosed", ANY),
    FREE("do not forward", LABEL),
    FREE("do not share externally", ANY),
    FREE("do not share outside", ANY),
    FREE("for internal use", LABEL),
    FREE("internal use", LABEL),
    FREE("need-to-know basis", TERM),
    FREE("embargoed until", ANY),
    FREE("embargoed", LABEL),
    FREE("strict embargo", ANY),
    FREE("privileged communication", ANY),
    EXACT("PRIVILEGED", LABEL),
    FREE("without prejudice", LABEL),
    FREE("under our nda", ANY),
    FREE("under the nda", ANY),
    FREE("non-disclosure agreement", TERM),
    FREE("bound by nda", ANY),
    FREE("company proprietary", ANY),
    FREE("proprietary information of", ANY),
    FREE("contains confidential information", ANY),
    FREE("board confidential", ANY),
    FREE("private and confidential", ANY),
    FREE("private & confidential", ANY),
    FREE("confidential draft", LABEL),
    FREE("unveröffentlicht", LABEL),
    FREE("nur für den internen gebrauch", ANY),
    FREE("nur für internen gebrauch", ANY),
    FREE("nur zur internen verwendung", ANY),
    FREE("nur für den dienstgebrauch", ANY),
    EXACT("VS-NfD", ANY),
    EXACT("VERTRAULICH", SHOUT),
    EXACT("Vertraulich", LABEL),
    FREE("firmengeheimnis", TERM),
    FREE("geschäftsgeheimnis", TERM),
    FREE("nicht zur weitergabe", ANY),
    FREE("sperrfrist bis", ANY),
    FREE("usage interne", LABEL),
    FREE("à usage interne uniquement", ANY),
    FREE("diffusion restreinte", ANY),
    FREE("ne pas diffuser", ANY),
    EXACT("CONFIDENTIEL", SHOUT),
    EXACT("Confidentiel", LABEL),
    FREE("secret professionnel", TERM),
    FREE("sous embargo", ANY),
    FREE("estrictamente confidencial", ANY),
    EXACT("CONFIDENCIAL", SHOUT),
    EXACT("Confidencial", LABEL),
    FREE("uso interno exclusivamente", ANY),
    FREE("solo para uso interno", ANY),
    FREE("uso interno", LABEL),
    FREE("no difundir", ANY),
    FREE("secreto comercial", TERM),
    FREE("strettamente confidenziale", ANY),
    FREE("strettamente riservato", ANY),
    EXACT("RISERVATO", SHOUT),
    EXACT("Riservato", LABEL),
    FREE("solo per uso interno", ANY),
    FREE("ad uso interno", ANY),
    FREE("non divulgare", ANY),
    FREE("segreto industriale", TERM),
    {0},
};
