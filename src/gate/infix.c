// Tokens known by a piece in their middle.
#include "gate/checks.h"
#include "gate/likeness.h"
#include "gate/scan.h"

struct infix_rule {
    struct rule rule;
    const char *infix;
    uint16_t set_before, min_before, max_before;
    uint16_t set_after, min_after, max_after;
    bool tilde; // '~' belongs to both sides
};

#define INFIX(id, type, name)                                                                                          \
    { "secret." id, type, name, CLASS_SECRET, WEIGHT_GRAVE, 0.95f }

static const struct infix_rule INFIXES[] = {
    {INFIX("terraform", "TERRAFORM_TOKEN", "Terraform token"), ".atlasv1.", CHARS_ALNUM, 14, 14, CHARS_URL64, 60, 72,
     false},
    {INFIX("mailchimp", "MAILCHIMP_KEY", "Mailchimp key"), "-us", CHARS_HEX, 32, 32, CHARS_DIGIT, 1, 2, false},
    {INFIX("azure-client", "AZURE_CLIENT_SECRET", "Azure client secret"), "Q~", CHARS_WORD | CHARS_DOT, 4, 4,
     CHARS_URL64 | CHARS_DOT, 31, 34, true},
    {INFIX("openai-infix", "OPENAI_KEY", "OpenAI key"), "T3BlbkFJ", CHARS_URL64, 20, 160, CHARS_URL64, 20, 160, false},
    {INFIX("telegram", "TELEGRAM_TOKEN", "Telegram bot token"), ":AA", CHARS_DIGIT, 8, 10, CHARS_URL64, 32, 34, false},
    {INFIX("firebase", "FIREBASE_KEY", "Firebase server key"), ":APA91b", CHARS_URL64, 11, 22, CHARS_URL64, 120, 180,
     false},
    {INFIX("deepl", "DEEPL_KEY", "DeepL key"), ":fx", CHARS_HEX | CHARS_DASH, 36, 36, 0, 0, 0, false},
};

static bool belongs(char c, unsigned set, bool tilde) {
    return char_in(c, set) || (tilde && c == '~');
}

static void verify_infix(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    const struct infix_rule *r = anchor->with;
    size_t before = 0, after = 0;
    while (before <= r->max_before && before < start &&
           belongs(s->text.at[start - 1 - before], r->set_before, r->tilde))
        before++;
    if (before < r->min_before || before > r->max_before) return;
    while (after <= r->max_after && end + after < s->text.len &&
           belongs(s->text.at[end + after], r->set_after, r->tilde))
        after++;
    while (after > r->min_after && s->text.at[end + after - 1] == '.') after--;
    if (after < r->min_after || after > r->max_after) return;
    if (!after && end < s->text.len && char_in(s->text.at[end], CHARS_WORD)) return;
    if (r->tilde && !char_in(s->text.at[start - 1], CHARS_DIGIT)) return;
    struct span whole = span_sub(s->text, start - before, before + end - start + after);
    if (count_distinct(whole) < 12 || is_placeholder(whole)) return;
    scan_report(s, &r->rule, start - before, end + after);
    s->done = end + after;
}

size_t infix_anchors(struct anchor *out) {
    size_t count = sizeof INFIXES / sizeof *INFIXES;
    for (size_t i = 0; out && i < count; i++)
        out[i] = (struct anchor){.literal = INFIXES[i].infix, .verify = verify_infix, .with = &INFIXES[i]};
    return count;
}
// ---------------------------------------------------------------- Discord

// Called at a dot: id.time.signature, where the id is a number in base64.
size_t dot_verify(struct scan *s, size_t at) {
    enum { TIME = 6 };
    if (at + 1 + TIME >= s->text.len || s->text.at[at + 1 + TIME] != '.' || at < 23) return at + 1;
    if (run_length(s->text, at + 1, CHARS_URL64, TIME) < TIME) return at + 1;
    size_t id = 0;
    while (id < 30 && id < at && char_in(s->text.at[at - 1 - id], CHARS_URL64)) id++;
    size_t signature = run_length(s->text, at + 2 + TIME, CHARS_URL64, 41);
    if (id < 24 || id > 26 || signature < 27 || signature > 40) return at + 1;
    char plain[24];
    size_t len = base64_decode(span_sub(s->text, at - id, id), plain, sizeof plain);
    bool number = len >= 15 && run_length(span_make(plain, len), 0, CHARS_DIGIT, len) == len;
    bool likely = strchr("MNO", s->text.at[at - id]) && count_kinds(span_sub(s->text, at - id, id)) >= 3;
    if (!number && !likely) return at + 1;
    scan_report_scored(s, &RULES[RULE_DISCORD], at - id, at + 2 + TIME + signature, number ? 0.95f : 0.75f);
    return at + 2 + TIME + signature;
}
