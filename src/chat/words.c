#include "chat/words.h"

enum { LONGEST = 21 };

#define ENTRY(id, text) [WORD_##id] = {text, sizeof(text) - 1},
static const struct {
    char text[LONGEST + 1];
    uint8_t len;
} WORDS[WORD_COUNT + 1] = {CHAT_WORDS(ENTRY)}; // ended by a word without length
#undef ENTRY

// Where the words of a length begin.
static const uint8_t FIRST[LONGEST + 1] = {
    [1] = WORD_N,
    [2] = WORD_ID,
    [3] = WORD_URL,
    [4] = WORD_ROLE,
    [5] = WORD_MODEL,
    [6] = WORD_STREAM,
    [7] = WORD_CONTENT,
    [8] = WORD_MESSAGES,
    [9] = WORD_IMAGE_URL,
    [10] = WORD_TOOL_CALLS,
    [11] = WORD_TEMPERATURE,
    [12] = WORD_TOOL_CALL_ID,
    [13] = WORD_FUNCTION_CALL,
    [14] = WORD_STREAM_OPTIONS,
    [15] = WORD_RESPONSE_FORMAT,
    [16] = WORD_PRESENCE_PENALTY,
    [17] = WORD_FREQUENCY_PENALTY,
    [19] = WORD_PARALLEL_TOOL_CALLS,
    [20] = WORD_ADDITIONAL_PROPERTIES,
    [21] = WORD_MAX_COMPLETION_TOKENS,
};

// Four bytes that may stand anywhere.
static inline uint32_t four(const char *p) {
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

enum chat_word chat_word_of(struct span key) {
    size_t n = key.len;
    if (n > LONGEST || !FIRST[n]) return WORD_NONE;
    unsigned w = FIRST[n];
    if (n < 4) return memcmp(WORDS[w].text, key.at, n) == 0 ? (enum chat_word)w : WORD_NONE; // one of each length
    uint32_t begin = four(key.at), end = four(key.at + n - 4);
    for (; WORDS[w].len == n; w++) // both ends decide for most, and for all up to eight bytes
        if (four(WORDS[w].text) == begin && four(WORDS[w].text + n - 4) == end &&
            (n <= 8 || memcmp(WORDS[w].text + 4, key.at + 4, n - 8) == 0))
            return (enum chat_word)w;
    return WORD_NONE;
}

const char *chat_word_text(enum chat_word word) {
    return WORDS[word].text;
}
