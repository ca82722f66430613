// Tokens that carry a prefix of their own: the one verifier of all rows.
#include "gate/token.h"

// ---------------------------------------------------------------- checks of several formats

float check_base62(struct span body) {
    return check_base62_crc(body) ? 0.99f : 0.90f; // fakes and truncated copies fail it: raises, never refuses
}

float check_mixed(struct span body) {
    return count_kinds(body) >= 3 ? 0.90f : 0;
}

float check_dotted(struct span body) {
    return span_find(body, SPAN(".")) != SIZE_MAX ? 0.95f : 0;
}

float check_paths(struct span body) {
    size_t slashes = 0;
    for (size_t i = 0; i < body.len; i++) slashes += body.at[i] == '/';
    return slashes >= 1 && count_distinct(body) >= 8 ? 0.95f : 0;
}

// ---------------------------------------------------------------- verifying

static bool is_sample(struct span body) {
    return count_distinct(body) < (body.len < 20   ? 5u
                                   : body.len < 32 ? 7u
                                                   : 9u) ||
           contains_nocase(body, "example") || contains_nocase(body, "xxxxx") || contains_nocase(body, "your");
}

static void verify_token(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    const struct token_rule *t = anchor->with;
    if (start && s->text.at[start - 1] == '+') return; // in the midst of base64
    size_t n = run_length(s->text, end, t->set, (size_t)t->max + 1);
    // The full stop of a sentence belongs to no token.
    while (n && n <= t->max && char_in(s->text.at[end + n - 1], CHARS_DOT)) n--;
    if (n < t->min || n > t->max) return;
    if (end + n < s->text.len && char_in(s->text.at[end + n], CHARS_ALNUM)) return;
    struct span body = span_sub(s->text, end, n);
    if (is_sample(body)) return;
    float score = t->check ? t->check(body) : t->rule.score;
    if (score <= 0) return;
    scan_report_scored(s, &t->rule, start, end + n, score);
    s->done = end + n;
}

size_t token_anchors(struct anchor *out) {
    static const struct token_rule *const TABLES[] = {CODE_TOKENS, CLOUD_TOKENS, SERVICE_TOKENS};
    size_t count = 0;
    for (size_t i = 0; i < sizeof TABLES / sizeof *TABLES; i++)
        for (const struct token_rule *t = TABLES[i]; t->prefix; t++, count++)
            if (out)
                out[count] =
                    (struct anchor){.literal = t->prefix, .flags = ANCHOR_STEM, .verify = verify_token, .with = t};
    return count;
}
