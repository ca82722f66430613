#include "verify/words.h"

#include "gate/own_fold.h"

// What a byte grows to at most: " usd" of a sign, "ae" of a letter, " 1" of a digit behind a letter; and one space.
enum { MOST_GROWTH = 5 };

enum kind { KIND_SPACE, KIND_LETTER, KIND_DIGIT, KIND_ALONE };

struct writer {
    char *at;
    size_t len;
    enum kind last;
};

static void put(struct writer *w, enum kind kind, const void *bytes, size_t n) {
    if ((kind != w->last || kind == KIND_ALONE) && w->last != KIND_SPACE) w->at[w->len++] = ' ';
    w->last = kind;
    if (n) memcpy(w->at + w->len, bytes, n);
    w->len += n;
}

static const struct {
    const char *sign, *code;
} CURRENCIES[] = {{"$", "usd"},      {"\u20ac", "eur"}, {"\u00a3", "gbp"},
                  {"\u00a5", "jpy"}, {"\u20b9", "inr"}, {"\u20bd", "rub"}};

// Bytes of the sign at `at`, 0 when there is none.
static size_t put_currency(struct writer *w, struct span text, size_t at) {
    char c = text.at[at];
    if (c != '$' && (unsigned char)c < 0xc2) return 0;
    for (size_t i = 0; i < sizeof CURRENCIES / sizeof *CURRENCIES; i++) {
        size_t n = strlen(CURRENCIES[i].sign);
        if (!span_is_z(span_sub(text, at, n), CURRENCIES[i].sign)) continue;
        put(w, KIND_ALONE, CURRENCIES[i].code, 3);
        return n;
    }
    return 0;
}

struct span words_of(struct span text, struct arena *arena) {
    if (text.len > SIZE_MAX / MOST_GROWTH - 2) return span_make(NULL, SIZE_MAX);
    struct writer w = {.at = arena_alloc(arena, text.len * MOST_GROWTH + 2), .last = KIND_LETTER};
    if (!w.at) return span_make(NULL, SIZE_MAX);
    put(&w, KIND_SPACE, NULL, 0); // the first space
    for (size_t at = 0; at < text.len;) {
        size_t sign = put_currency(&w, text, at);
        at += sign;
        if (sign) continue;
        struct fold f = fold_at(text, at);
        at += f.read;
        if (f.kind == FOLD_NOTHING) continue;
        bool digit = f.len == 1 && f.bytes[0] >= '0' && f.bytes[0] <= '9';
        enum kind kind = f.kind == FOLD_SEPARATOR ? KIND_SPACE
                         : f.kind == FOLD_SINGLE  ? KIND_ALONE
                         : digit                  ? KIND_DIGIT
                                                  : KIND_LETTER;
        put(&w, kind, f.bytes, f.len);
    }
    put(&w, KIND_SPACE, NULL, 0);
    return span_make(w.at, w.len);
}

struct span words_next(struct span words, size_t *at) {
    while (*at < words.len && words.at[*at] == ' ') ++*at;
    size_t from = *at;
    while (*at < words.len && words.at[*at] != ' ') ++*at;
    return span_sub(words, from, *at - from);
}
