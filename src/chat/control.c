#include "chat/control.h"

static const char ZERO_WIDTH_SPACE[] = "\xe2\x80\x8b";

// Bytes of the first UTF-8 character of a token.
static size_t first_character(const char *token) {
    size_t n = 1;
    while (((unsigned char)token[n] & 0xc0) == 0x80) n++;
    return n;
}

static bool can_be_broken(const char *token) {
    return token && token[0] && token[first_character(token)];
}

void chat_control_begins(const char *const *tokens, size_t count, char begins[static CONTROL_BEGINS]) {
    size_t n = 0;
    begins[0] = 0;
    for (size_t t = 0; t < count; t++) {
        if (!can_be_broken(tokens[t]) || strchr(begins, tokens[t][0])) continue;
        begins[n++] = tokens[t][0]; // at most 255: none is NUL
        begins[n] = 0;
    }
}

static bool token_at(struct span text, const char *const *tokens, size_t count) {
    for (size_t t = 0; t < count; t++)
        if (can_be_broken(tokens[t]) && span_starts(text, span_from(tokens[t]))) return true;
    return false;
}

bool control_tokens_in(struct span text, const struct chat_shape *shape) {
    if (!shape->control_begins) return true;
    const char *end = text.at + text.len;
    for (const char *first = shape->control_begins; *first; first++)
        for (const char *p = text.at; p < end && (p = memchr(p, *first, (size_t)(end - p))); p++)
            if (token_at(span_make(p, (size_t)(end - p)), shape->control_tokens, shape->control_token_count))
                return true;
    return false;
}

// The raw bytes of one unit (a plain byte, or an escape) at raw.at[i], and what it decodes to.
static size_t unit_at(struct span raw, size_t i, char decoded[static 12], size_t *len) {
    size_t n = 1;
    if (raw.at[i] == '\\' && raw.len - i > 1) {
        n = raw.at[i + 1] == 'u' ? 6 : 2;
        // a pair of surrogates is one character; two escapes that are no pair decode to two, which is as good
        if (n == 6 && raw.len - i >= 12 && (raw.at[i + 2] | 0x20) == 'd' && raw.at[i + 6] == '\\' &&
            raw.at[i + 7] == 'u' && strchr("89abAB", raw.at[i + 3]) && (raw.at[i + 8] | 0x20) == 'd' &&
            strchr("cdefCDEF", raw.at[i + 9]))
            n = 12;
    }
    *len = json_unescape(span_make(raw.at + i, n), decoded);
    return n;
}

// Raw length of the first character of the token when the string goes on with that token at i, else 0.
static size_t match(struct span raw, size_t i, const char *token) {
    size_t want = strlen(token), got = 0, head = first_character(token), head_raw = 0, from = i;
    while (got < want && i < raw.len) {
        char decoded[12];
        size_t len, n = unit_at(raw, i, decoded, &len);
        if (len > want - got || memcmp(decoded, token + got, len) != 0) return 0;
        got += len;
        i += n;
        if (!head_raw && got >= head) head_raw = i - from;
    }
    return got == want ? head_raw : 0;
}

bool chat_break_control_tokens(struct span raw, const char *const *tokens, size_t count, struct buf *out) {
    char first[CONTROL_BEGINS];
    bool begins[256] = {false};
    chat_control_begins(tokens, count, first);
    for (const char *f = first; *f; f++) begins[(unsigned char)*f] = true;
    size_t done = 0;
    bool changed = false;
    struct chat_shape look = {.control_tokens = tokens, .control_token_count = count, .control_begins = first};
    if (!raw.len || (!memchr(raw.at, '\\', raw.len) && !control_tokens_in(raw, &look))) return false;
    for (size_t i = 0; i < raw.len;) {
        if (raw.at[i] != '\\' && !begins[(unsigned char)raw.at[i]]) {
            i++;
            continue;
        }
        char decoded[12];
        size_t len, n = unit_at(raw, i, decoded, &len), head = 0;
        if (len && begins[(unsigned char)decoded[0]])
            for (size_t t = 0; t < count && !head; t++)
                if (can_be_broken(tokens[t])) head = match(raw, i, tokens[t]);
        if (head) {
            buf_add(out, raw.at + done, i + head - done);
            buf_add_z(out, ZERO_WIDTH_SPACE);
            done = i + head;
            changed = true;
            n = head;
        }
        i += n;
    }
    if (changed) buf_add(out, raw.at + done, raw.len - done);
    return changed;
}
