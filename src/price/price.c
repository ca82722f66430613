#include "price/price.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "config/config.h"
#include "config/embedded.h"
#include "price/internal.h"

enum { FIRST_SLOTS = 64 };

// ---------------------------------------------------------------- the table

static uint32_t *slot_of(const struct price_book *b, struct span name) {
    uint64_t i = hash_bytes(name.at, name.len, 0);
    for (;; i++) {
        uint32_t *slot = &b->slots[i & (b->slot_cap - 1)];
        if (!*slot || span_is_z(name, b->prices[*slot - 1].name)) return slot;
    }
}

static void grow(struct price_book *b) {
    free(b->slots);
    b->slot_cap = b->slot_cap ? b->slot_cap * 2 : FIRST_SLOTS;
    b->cap = b->slot_cap / 2;
    b->slots = mem_new_array(b->slot_cap, sizeof *b->slots);
    b->prices = mem_grow(b->prices, b->cap * sizeof *b->prices);
    for (uint32_t i = 0; i < b->count; i++) *slot_of(b, span_from(b->prices[i].name)) = i + 1;
}

struct price *book_get(const struct price_book *b, struct span name) {
    if (!b->slot_cap || !name.len) return NULL;
    uint32_t slot = *slot_of(b, name);
    return slot ? &b->prices[slot - 1] : NULL;
}

struct price *book_add(struct price_book *b, struct span name) {
    if (b->count == b->cap) grow(b);
    uint32_t *slot = slot_of(b, name);
    struct price *p = &b->prices[b->count];
    *p = (struct price){.name = arena_copy(&b->arena, name)};
    *slot = ++b->count;
    return p;
}

void book_fault(struct price_book *b, uint32_t line, struct span model, const char *format, ...) {
    if (b->fault_count++ >= PRICE_BOOK_MAX_FAULTS) return;
    if (!b->faults) b->faults = mem_new_array(PRICE_BOOK_MAX_FAULTS, sizeof *b->faults);
    va_list args;
    char why[256];
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    b->faults[b->fault_count - 1] = (struct price_fault){line, arena_copy(&b->arena, span_sub(model, 0, 120)),
                                                         arena_copy(&b->arena, span_from(why))};
}

size_t price_book_count(const struct price_book *b) {
    return b->count;
}

const struct price *price_book_at(const struct price_book *b, size_t i) {
    return &b->prices[i];
}

size_t price_book_unpriced(const struct price_book *b) {
    return b->unpriced;
}

size_t price_book_fault_count(const struct price_book *b) {
    return b->fault_count;
}

const struct price_fault *price_book_fault(const struct price_book *b, size_t i) {
    return i < b->fault_count && i < PRICE_BOOK_MAX_FAULTS ? &b->faults[i] : NULL;
}

void price_book_free(struct price_book *b) {
    if (!b) return;
    arena_release(&b->arena);
    free(b->prices);
    free(b->slots);
    free(b->faults);
    free(b);
}

// ---------------------------------------------------------------- loading

static int read_file(const char *path, struct buf *text, struct err *e) {
    char piece[65536];
    size_t n;
    FILE *f = fopen(path, "rb");
    if (!f) return err_set(e, "%s: %s", path, strerror(errno));
    while ((n = fread(piece, 1, sizeof piece, f)) > 0 && !text->full) buf_add(text, piece, n);
    int fault = ferror(f) ? errno : 0;
    fclose(f);
    if (fault) return err_set(e, "%s: %s", path, strerror(fault));
    if (text->full) return err_set(e, "%s: larger than %d bytes; is it a price book?", path, PRICE_BOOK_MAX_BYTES);
    return 0;
}

struct price_book *price_book_load(struct span builtin, const char *path, double most_loss, struct err *e) {
    struct price_book *b = mem_new(sizeof *b);
    struct buf text;
    // bounded by the size of the files
    arena_init(&b->arena, SIZE_MAX);
    buf_init(&text, PRICE_BOOK_MAX_BYTES);
    int status = builtin.len ? book_read(b, builtin, "built-in", most_loss, e) : 0;
    if (!status && *path) status = read_file(path, &text, e);
    if (!status && *path) status = book_read(b, buf_span(&text), path, most_loss, e);
    buf_free(&text);
    if (!status) return b;
    price_book_free(b);
    return NULL;
}

struct price_book *price_book_of(const struct config *config, struct err *e) {
    return price_book_load(embedded_prices(), config->data.prices, (double)config->data.prices_max_loss, e);
}

int price_book_check_loss(const struct price_book *old, const struct price_book *fresh, double most_loss,
                          struct err *e) {
    size_t lost = 0;
    const char *first = "";
    for (uint32_t i = 0; i < old->count; i++)
        if (!book_get(fresh, span_from(old->prices[i].name)) && lost++ == 0) first = old->prices[i].name;
    double percent = old->count ? 100 * (double)lost / old->count : 0;
    if (percent <= most_loss) return 0;
    return err_set(e,
                   "prices: %zu of %u models are gone (%.1f %%; data.prices_max_loss allows %g), the first is "
                   "%.80s; if that is meant, start again, or raise it",
                   lost, old->count, percent, most_loss, first);
}

// ---------------------------------------------------------------- finding

// The length of s without a date or "-latest" at its end; d stands for a digit.
static size_t without_date(struct span s) {
    static const char *const DATES[] = {"-dddd-dd-dd", "-dddddddd", "@dddddddd", "-latest"};
    for (size_t k = 0; k < sizeof DATES / sizeof *DATES; k++) {
        size_t n = strlen(DATES[k]), i = 0;
        bool latest = DATES[k][1] == 'l';
        if (s.len <= n) continue;
        const char *tail = s.at + s.len - n;
        while (i < n && (DATES[k][i] == 'd' && !latest ? tail[i] >= '0' && tail[i] <= '9' : tail[i] == DATES[k][i]))
            i++;
        if (i == n) return s.len - n;
    }
    return s.len;
}

static const struct price *find_without_provider(const struct price_book *b, struct span model, unsigned *found) {
    const struct price *p = book_get(b, model);
    const char *slash;
    while (!p && model.len && (slash = memchr(model.at, '/', model.len))) {
        model = span_sub(model, (size_t)(slash - model.at) + 1, model.len);
        *found |= PRICE_WITHOUT_PROVIDER;
        p = book_get(b, model);
    }
    return p;
}

const struct price *price_find_how(const struct price_book *b, struct span model, unsigned *found) {
    unsigned how = PRICE_EXACT;
    const struct price *p = find_without_provider(b, model, &how);
    if (!p) {
        size_t n = without_date(model);
        how = PRICE_WITHOUT_DATE;
        p = n < model.len ? find_without_provider(b, span_make(model.at, n), &how) : NULL;
    }
    if (found) *found = how;
    return p;
}

const struct price *price_find(const struct price_book *b, struct span model) {
    return price_find_how(b, model, NULL);
}

const char *price_found_text(unsigned found) {
    static const char *const TEXTS[] = {"exact", "without the provider", "without the date",
                                        "without the provider and the date"};
    return TEXTS[found & 3];
}
