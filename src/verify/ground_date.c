// Dates among the words of a folded text: 2024 03 05, 5 3 24, 20240305, march 5 th 2024, 5 de marzo de 2024.
#include "verify/ground_internal.h"
#include "verify/words.h"

enum { WINDOW = 7 }; // words that a date takes at most: "5 th of march of 2024" and one more

// Names of the months, folded, with a space on both sides: English, German, French, Spanish.
static const char *const MONTHS[] = {
    " january jan januar janvier enero ene ",
    " february feb februar fevrier fev febrero ",
    " march mar marz maerz mars marzo ",
    " april apr avril avr abril abr ",
    " may mai mayo ",
    " june jun juni juin junio ",
    " july jul juli juillet juil julio ",
    " august aug aout agosto ago ",
    " september sep sept septembre septiembre ",
    " october oct oktober okt octobre octubre ",
    " november nov novembre noviembre ",
    " december dec dezember dez decembre diciembre dic ",
};

// `word` is one of a folded text: the spaces around it are there.
static int month_of(struct span word) {
    if (word.len < 3) return 0;
    for (int m = 0; m < 12; m++)
        if (span_find(span_from(MONTHS[m]), span_make(word.at - 1, word.len + 2)) != SIZE_MAX) return m + 1;
    return 0;
}

// The number of up to `most` digits, or -1.
static int number_of(struct span word, size_t most) {
    int v = 0;
    if (word.len == 0 || word.len > most) return -1;
    for (size_t i = 0; i < word.len; i++) {
        if (word.at[i] < '0' || word.at[i] > '9') return -1;
        v = v * 10 + (word.at[i] - '0');
    }
    return v;
}

static bool is_filler(struct span word) {
    static const char *const WORDS[] = {"st", "nd", "rd", "th", "of", "de", "the", "del", "er"};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (span_is_z(word, WORDS[i])) return true;
    return false;
}

struct finder {
    struct ground_date *out;
    uint32_t count, max;
};

static bool add(struct finder *f, int year, int month, int day) {
    if (month < 1 || month > 12 || day < 1 || day > 31 || year < 0) return false;
    if (f->count < f->max) f->out[f->count++] = (struct ground_date){year, month, day};
    return true;
}

static int year_of(struct span word) {
    return word.len == 4 || word.len == 2 ? number_of(word, 4) : -1;
}

// Three numbers, in every order that they allow. Returns how many words were a date.
static size_t read_numbers(struct finder *f, const struct span words[static WINDOW]) {
    int a = number_of(words[0], 2), b = number_of(words[1], 2), c = year_of(words[2]);
    if (words[0].len == 8 && number_of(words[0], 8) > 0) { // 20240305
        int all = number_of(words[0], 8);
        return add(f, all / 10000, all / 100 % 100, all % 100) ? 1 : 0;
    }
    if (words[0].len == 4) return add(f, number_of(words[0], 4), b, number_of(words[2], 2)) ? 3 : 0;
    if (c < 0) return 0;
    bool day_first = add(f, c, b, a), month_first = add(f, c, a, b);
    return day_first || month_first ? 3 : 0;
}

// A month's name with a day on either side of it, and perhaps a year.
static size_t read_named(struct finder *f, const struct span words[static WINDOW]) {
    int month = month_of(words[0]), day = month ? -1 : number_of(words[0], 2);
    size_t i = 1;
    if (month == 0 && day < 0) return 0;
    while (i + 1 < WINDOW && is_filler(words[i])) i++;
    if (month) day = number_of(words[i++], 2);
    else month = month_of(words[i++]);
    size_t end = i;
    while (i + 1 < WINDOW && is_filler(words[i])) i++;
    int year = words[i].len == 4 ? number_of(words[i], 4) : -1;
    if (!add(f, year > 0 ? year : 0, month, day)) return 0;
    return year > 0 ? i + 1 : end;
}

// What may follow a date that is the whole of a value: "t 10 00 00 z".
static bool is_clock(struct span folded, size_t at) {
    struct span word;
    while ((word = words_next(folded, &at)).len)
        if (number_of(word, 6) < 0 && !span_is_z(word, "t") && !span_is_z(word, "z") && !is_filler(word)) return false;
    return true;
}

uint32_t ground_read_dates(struct span folded, struct ground_date *out, uint32_t max, bool *only) {
    struct finder f = {.out = out, .max = max};
    struct span words[WINDOW];
    size_t next = 0;
    for (int i = 0; i < WINDOW; i++) words[i] = words_next(folded, &next);
    for (bool first = true; words[0].len && f.count < max; first = false) {
        size_t used = read_named(&f, words);
        if (!used) used = read_numbers(&f, words);
        if (first && only && used) {
            const char *end = words[used - 1].at + words[used - 1].len;
            *only = is_clock(folded, (size_t)(end - folded.at));
        }
        memmove(words, words + 1, (WINDOW - 1) * sizeof *words);
        words[WINDOW - 1] = words_next(folded, &next);
    }
    return f.count;
}
