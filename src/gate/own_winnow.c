// Winnowing. Three passes over each block, because each of them is then a short loop: fold, hash, choose.
#include "gate/own_internal.h"
#include "text/utf8.h"

void winnow_start(struct winnow *w, const struct own_key *key, struct span text, bool weigh) {
    w->text = text;
    w->weigh = weigh;
    memcpy(w->key, key->gram, sizeof w->key);
    w->order = key->print;
    w->at = w->count = w->best = w->taken = 0;
    w->started = w->done = false;
}

// Folds up to BLOCK bytes more. Here and below what the loops need is held in variables of their own: a store of a byte
// may, for all that the compiler knows, change any field.
static void read_block(struct winnow *w) {
    const struct span text = w->text;
    const unsigned char *p = (const unsigned char *)text.at;
    uint8_t *bytes = w->bytes;
    uint32_t *places = w->places;
    size_t n = w->count, at = w->at, most = n + BLOCK;
    while (n < most && at < text.len) {
        uint8_t c = 0;
        size_t stop = text.len - at < most - n ? text.len : at + (most - n);
        for (; at < stop && (c = FOLD_ASCII[p[at]]) != 1; at++) {
            bytes[n] = c;
            places[n] = (uint32_t)at;
            n += c != 0;
        }
        if (c != 1 || at == stop) continue;
        struct fold f = fold_wide(text, at);
        for (uint8_t i = 0; i < f.len; i++) {
            bytes[n] = f.bytes[i];
            places[n++] = (uint32_t)at;
        }
        at += f.read;
    }
    w->count = n;
    w->at = at;
    w->done = at >= text.len;
}

// Values of grams [from, to). Two products of sums with the key (NH of Black and others, 1999), mixed: a rolling hash
// does less, but each step of it waits for the one before.
static void hash_block(struct winnow *w, size_t from, size_t to) {
    const uint64_t a = w->key[0], b = w->key[1], c = w->key[2], d = w->key[3], order = w->order;
    const uint8_t *p = w->bytes + from;
    uint64_t *out = w->values + from, *end = w->values + to;
    for (; out < end; out++, p++) {
        uint64_t x[4];
        memcpy(x, p, sizeof x);
        uint64_t h = (x[0] + a) * (x[1] + b) + (x[2] + c) * (x[3] + d);
        *out = (h ^ h >> 29) * order;
    }
}

// Of less than six kinds of characters.
static bool is_plain(const uint8_t gram[static GRAM]) {
    uint64_t kinds = 0;
    for (int i = 0; i < GRAM; i += 8) {
        for (int k = i; k < i + 8; k++) kinds |= 1ull << (gram[k] & 63);
        uint64_t rest = kinds;
        for (int k = 0; k < 5; k++) rest &= rest - 1;
        if (rest) return false; // six kinds, nearly always at once
    }
    return true;
}

static size_t take(struct winnow *w, struct winnow_print *out) {
    size_t g = w->best, last = w->places[g + GRAM - 1];
    w->taken = g + 1;
    if (w->weigh && is_plain(w->bytes + g)) return 0;
    size_t end = last + utf8_length((unsigned char)w->text.at[last]);
    *out = (struct winnow_print){.print = w->values[g] & ~(uint64_t)DOCUMENT_MASK,
                                 .start = w->places[g],
                                 .end = (uint32_t)(end < w->text.len ? end : w->text.len)};
    return 1;
}

// The last one of grams [first, last] with the least value. Without branches: which one is less, nothing foretells.
static size_t least(const struct winnow *w, size_t first, size_t last) {
    const uint64_t *values = w->values;
    size_t best = first;
    uint64_t value = values[first];
    for (size_t g = first + 1; g <= last; g++) {
        uint64_t less = 0 - (uint64_t)(values[g] <= value);
        value = (values[g] & less) | (value & ~less);
        best = (g & less) | (best & ~less);
    }
    return best;
}

// Slides the window over grams [from, last].
static size_t choose(struct winnow *w, size_t from, size_t last, struct winnow_print *out) {
    const uint64_t *values = w->values;
    size_t n = 0, gone = w->started ? w->best + WINDOW : from; // from this gram on the best one is out of the window
    uint64_t best = w->started ? values[w->best] : 0;
    for (size_t g = from; g <= last; g++) {
        if (g < gone && values[g] >= best) continue;
        w->best = g < gone ? g : least(w, g - (WINDOW - 1), g);
        best = values[w->best];
        gone = w->best + WINDOW;
        if (w->best + 1 != w->taken) n += take(w, &out[n]);
    }
    w->started = true;
    return n;
}

size_t winnow_block(struct winnow *w, struct winnow_print out[static BLOCK + 4]) {
    size_t before = w->count, n = 0;
    read_block(w);
    if (w->count >= GRAM) hash_block(w, before < GRAM ? 0 : before - (GRAM - 1), w->count - (GRAM - 1));
    if (w->count >= CARRY) {
        size_t from = before >= CARRY ? before - (GRAM - 1) : WINDOW - 1;
        n = choose(w, from, w->count - GRAM, out);
    } else if (w->done && w->count >= GRAM) { // less than a window: the least of what there is
        w->best = least(w, 0, w->count - GRAM);
        n = take(w, out);
    }
    if (w->done || w->count <= CARRY) return n;
    size_t gone = w->count - CARRY;
    memmove(w->bytes, w->bytes + gone, CARRY * sizeof *w->bytes);
    memmove(w->places, w->places + gone, CARRY * sizeof *w->places);
    memmove(w->values, w->values + gone, WINDOW * sizeof *w->values);
    w->best -= gone < w->best ? gone : w->best;
    w->taken -= gone < w->taken ? gone : w->taken;
    w->count = CARRY;
    return n;
}
