#include "verify/ground.h"

#include <math.h>

#include "verify/ground_internal.h"
#include "verify/words.h"

struct ground {
    struct arena *arena;
    struct span folded, squeezed; // squeezed: without spaces
    double *numbers;
    struct ground_date *dates;
    uint32_t number_count, date_count;
};

static struct span squeeze(struct span folded, struct arena *arena) {
    char *out = arena_alloc(arena, folded.len + 1);
    size_t n = 0;
    if (!out) return span_make(NULL, SIZE_MAX);
    for (size_t i = 0; i < folded.len; i++)
        if (folded.at[i] != ' ') out[n++] = folded.at[i];
    return span_make(out, n);
}

struct ground *ground_new(struct span text, struct arena *arena) {
    struct ground *g = arena_alloc(arena, sizeof *g);
    if (!g) return NULL;
    g->arena = arena;
    g->folded = words_of(text, arena);
    if (g->folded.len == SIZE_MAX) return NULL;
    g->squeezed = squeeze(g->folded, arena);
    g->numbers = arena_alloc_array(arena, GROUND_NUMBERS, sizeof *g->numbers);
    g->dates = arena_alloc_array(arena, GROUND_DATES, sizeof *g->dates);
    if (g->squeezed.len == SIZE_MAX || !g->numbers || !g->dates) return NULL;
    g->number_count = ground_read_numbers(text, g->folded, g->numbers, GROUND_NUMBERS);
    g->date_count = ground_read_dates(g->folded, g->dates, GROUND_DATES, NULL);
    return g;
}

bool ground_has_number(const struct ground *g, double v) {
    double near = 1e-9 * fmax(1, fabs(v));
    for (uint32_t i = 0; i < g->number_count; i++)
        if (fabs(fabs(v) - g->numbers[i]) <= near) return true;
    return g->number_count == GROUND_NUMBERS; // there may be more
}

static bool has_folded(const struct ground *g, struct span folded) {
    return folded.len <= 1 || memmem(g->folded.at, g->folded.len, folded.at, folded.len) != NULL;
}

static bool is_digits(struct span word) {
    for (size_t i = 0; i < word.len; i++)
        if (word.at[i] < '0' || word.at[i] > '9') return false;
    return word.len > 0;
}

// The words of a value beside its digits, each of which must stand in the text somewhere.
static bool has_words(const struct ground *g, struct span folded) {
    size_t at = 0;
    for (;;) {
        struct span word = words_next(folded, &at);
        if (word.len == 0) return true;
        // with the spaces around it, which belong to the folded text
        if (!is_digits(word) && !has_folded(g, span_make(word.at - 1, word.len + 2))) return false;
    }
}

// A number, perhaps with a currency or a unit.
static bool has_as_number(const struct ground *g, struct span value, struct span folded) {
    double numbers[GROUND_READINGS];
    uint32_t n = ground_one_number(value, numbers);
    if (n == 0 || !has_words(g, folded)) return false;
    for (uint32_t i = 0; i < n; i++)
        if (ground_has_number(g, numbers[i])) return true;
    return false;
}

static bool same_date(struct ground_date a, struct ground_date b) {
    bool year =
        !a.year || !b.year || a.year == b.year || ((a.year < 100 || b.year < 100) && a.year % 100 == b.year % 100);
    return a.month == b.month && a.day == b.day && year;
}

// A date, perhaps with a time of day.
static bool has_as_date(const struct ground *g, struct span folded) {
    enum { MOST = 8 };
    struct ground_date dates[MOST];
    bool only = false;
    uint32_t n = ground_read_dates(folded, dates, MOST, &only);
    if (!only) return false;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < g->date_count; k++)
            if (same_date(dates[i], g->dates[k])) return true;
    return g->date_count == GROUND_DATES;
}

bool ground_has_text(const struct ground *g, struct span value) {
    struct span folded = words_of(value, g->arena);
    if (folded.len == SIZE_MAX || has_folded(g, folded)) return true;
    if (has_as_number(g, value, folded) || has_as_date(g, folded)) return true;
    struct span squeezed = squeeze(folded, g->arena);
    if (squeezed.len == SIZE_MAX) return true;
    return squeezed.len >= GROUND_SQUEEZED_LEAST &&
           memmem(g->squeezed.at, g->squeezed.len, squeezed.at, squeezed.len) != NULL;
}
