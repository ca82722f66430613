#include "verify/text.h"

#include "base/hash.h"
#include "gate/checks.h"

bool text_is_blank(struct span text) {
    return span_trim(text).len == 0;
}

// ---------------------------------------------------------------- cut

static bool has_open_fence(struct span text) {
    bool open = false;
    for (size_t at = 0; at < text.len;) {
        const char *end = memchr(text.at + at, '\n', text.len - at);
        struct span line = span_sub(text, at, end ? (size_t)(end - text.at) - at : text.len);
        struct span trimmed = span_trim(line);
        if (span_starts(trimmed, SPAN("```"))) open = !open;
        at += line.len + 1;
    }
    return open;
}

static bool begins_as_json(struct span text) {
    struct span rest = span_trim(span_sub(text, 1, SIZE_MAX));
    char open = text.at[0], next = rest.len ? rest.at[0] : ' ';
    return open == '{' ? next == '"' : open == '[' && (next == '{' || next == '[' || next == '"');
}

static bool has_open_bracket(struct span text) {
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (quoted && c == '\\') i++;
        else if (c == '"') quoted = !quoted;
        else if (!quoted && (c == '{' || c == '[')) depth++;
        else if (!quoted && (c == '}' || c == ']') && depth) depth--;
    }
    return quoted || depth > 0;
}

bool text_is_cut(struct span text) {
    text = span_trim(text);
    if (!text.len) return false;
    return has_open_fence(text) || (begins_as_json(text) && has_open_bracket(text));
}

// ---------------------------------------------------------------- circles

enum { WORD_BYTES = 12, SLOTS = 2 * TEXT_LOOP_WORDS };

static bool is_word(unsigned char c) {
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

// The length of the word at `at`: letters and digits, or one other character of UTF-8; 0 for what stands between.
// Long ones are cut, so that "aaaa..." is many words.
static size_t word_at(struct span text, size_t at) {
    size_t n = 0;
    while (n < WORD_BYTES && at + n < text.len && is_word((unsigned char)text.at[at + n])) n++;
    if (n || (unsigned char)text.at[at] < 0x80) return n;
    for (n = 1; at + n < text.len && ((unsigned char)text.at[at + n] & 0xc0) == 0x80;) n++;
    return n;
}

// Hashes of the last words, oldest first; returns how many.
static size_t last_words(struct span text, uint64_t out[static TEXT_LOOP_WORDS]) {
    uint64_t ring[TEXT_LOOP_WORDS];
    size_t n = 0;
    // 16 bytes a word are enough; what is before is not read
    size_t window = (size_t)TEXT_LOOP_WORDS * 16;
    for (size_t at = text.len > window ? text.len - window : 0; at < text.len;) {
        size_t len = word_at(text, at);
        if (len) ring[n++ % TEXT_LOOP_WORDS] = hash_bytes(text.at + at, len, 0);
        at += len ? len : 1;
    }
    size_t kept = n < TEXT_LOOP_WORDS ? n : TEXT_LOOP_WORDS;
    for (size_t i = 0; i < kept; i++) out[i] = ring[(n - kept + i) % TEXT_LOOP_WORDS];
    return kept;
}

double text_repetition(struct span text) {
    uint64_t words[TEXT_LOOP_WORDS], slots[SLOTS] = {0};
    size_t n = last_words(text, words), again = 0;
    if (n < TEXT_LOOP_LEAST) return 0;
    for (size_t i = 0; i + TEXT_LOOP_GRAM <= n; i++) {
        uint64_t gram = hash_bytes(&words[i], TEXT_LOOP_GRAM * sizeof *words, 1) | 1;
        size_t slot = gram >> 1 & (SLOTS - 1);
        while (slots[slot] && slots[slot] != gram) slot = (slot + 1) & (SLOTS - 1);
        again += slots[slot] == gram;
        slots[slot] = gram;
    }
    return (double)again / (double)(n - TEXT_LOOP_GRAM + 1);
}

// ---------------------------------------------------------------- refusals

// What may come before.
static const char *const APOLOGIES[] = {
    "i'm sorry, but ",
    "i am sorry, but ",
    "i'm sorry. ",
    "i am sorry. ",
    "i'm sorry, ",
    "sorry, but ",
    "sorry, ",
    "i apologize, but ",
    "i apologise, but ",
    "unfortunately, ",
    "es tut mir leid, aber ",
    "es tut mir leid, ",
    "leider ",
    "je suis désolé, mais ",
    "désolé, ",
    "lo siento, pero ",
    "lo siento, ",
};
static const char *const PHRASES[] = {
    "i cannot ",
    "i can't ",
    "i can not ",
    "i am unable to ",
    "i'm unable to ",
    "i am not able to ",
    "i'm not able to ",
    "i won't be able to ",
    "i do not have access",
    "i don't have access",
    "i do not have the ability",
    "i don't have the ability",
    "i do not have enough information",
    "i don't have enough information",
    "i must decline",
    "i will not ",
    "as an ai",
    "as a language model",
    "as a large language model",
    "ich kann leider ",
    "ich kann nicht ",
    "ich kann dir ",
    "kann ich ",
    "als ki",
    "je ne peux pas ",
    "je ne suis pas en mesure",
    "no puedo ",
    "no tengo acceso",
};

// Lower case, straight apostrophes, single spaces; what does not fit is left out.
static struct span plain(struct span text, char *out, size_t size) {
    size_t n = 0;
    for (size_t i = 0; i < text.len && n + 1 < size; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (span_starts(span_sub(text, i, 3), SPAN("\u2019"))) c = '\'', i += 2;
        if (c >= 'A' && c <= 'Z') c |= 32;
        if (c <= ' ') c = ' ';
        if (c == ' ' && (n == 0 || out[n - 1] == ' ')) continue;
        out[n++] = (char)c;
    }
    return span_make(out, n);
}

static const char *starts_with_one(struct span text, const char *const *phrases, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (span_starts(text, span_from(phrases[i]))) return phrases[i];
    return NULL;
}

bool text_is_refusal(struct span text, struct span request) {
    char bytes[TEXT_REFUSAL_BYTES + 1];
    text = span_trim(text);
    if (text.len > TEXT_REFUSAL_BYTES) return false;
    struct span said = plain(text, bytes, sizeof bytes);
    const char *apology = starts_with_one(said, APOLOGIES, sizeof APOLOGIES / sizeof *APOLOGIES);
    if (apology) said = span_sub(said, strlen(apology), SIZE_MAX);
    const char *phrase = starts_with_one(said, PHRASES, sizeof PHRASES / sizeof *PHRASES);
    return phrase && !contains_nocase(request, phrase);
}
