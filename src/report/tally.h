// Sums over the rows of logs: in all, by model and day, by week. Memory grows with models and days, not with rows.
#ifndef SLUICE_REPORT_TALLY_H
#define SLUICE_REPORT_TALLY_H

#include "report/rates.h"
#include "report/sketch.h"

enum {
    TALLY_MODELS = 1024, // names told apart; further ones are summed as "(other models)"
    TALLY_CELLS = 32768, // pairs of day and model; further days of a model are summed without a day
    TALLY_WEEKS = 520,   // with percentiles of their own
    TALLY_CURRENCIES = 16,
};
#define TALLY_NO_DAY INT64_MIN

struct sums {
    int64_t rows;
    int64_t requests, requests_unknown; // known ones; rows that do not tell for how many they stand
    int64_t input, output, cached, cache_write, reasoning;
    int64_t tokens_unknown;        // rows without both counts
    pico logged, book, book_input; // what the log says it cost; what it costs by the price book
    pico logged_priced;            // what the log says of the rows that the book has a price for, and the reverse
    pico book_logged;
    int64_t logged_rows, book_rows, both_rows;
    int64_t status_rows, failed, throttled; // requests whose end is known; of them failed; of these by 429
    int64_t retry_rows, retries;
    int64_t bytes_out, bytes_back, bytes_rows;
};

struct tally_model {
    char *name; // owned
    struct span key;
    uint64_t hash;
    struct rates rates;
    struct sums sums;
    int64_t last_day; // and its cell
    uint32_t cell;
};

struct tally_cell {
    int64_t day;
    uint32_t model;
    struct sums sums;
};

struct tally_week {
    int64_t week; // days since 1970 of its Monday, divided by 7
    struct sketch latency, ttft;
};

struct tally {
    const struct price_book *book;
    struct tally_model *models;
    uint32_t model_count;
    uint32_t *model_slots;
    uint32_t last_model;
    uint64_t models_left_out; // rows under "(other models)"
    struct tally_cell *cells;
    uint32_t cell_count, cell_cap;
    uint32_t *cell_slots;
    uint64_t days_left_out;
    struct tally_week *weeks;
    uint32_t week_count, last_week;
    struct sums all;
    int64_t undated;
    int64_t first_us, last_us;                  // INT64_MAX, INT64_MIN with none
    struct sketch latency, ttft, input, output; // of single requests only
    int64_t singles;                            // rows that are one request each
    pico billed;                                // lines of bills, USD
    int64_t bill_rows;
    struct {
        char name[8];
        pico sum;
        int64_t rows;
    } currencies[TALLY_CURRENCIES]; // other than USD: never added to anything
    uint32_t currency_count;
};

void tally_init(struct tally *t, const struct price_book *book);
void tally_free(struct tally *t);

// -1 when the row cannot be counted (an amount in one currency too many, a name that is not UTF-8).
int tally_add(struct tally *t, const struct usage_row *row, bool single, struct err *e)
    __attribute__((warn_unused_result));
// Sums up: `all`, and `sums` of each model. May be called again after further rows.
void tally_close(struct tally *t);
// What the row added last, a single request, costs by the book, if that is known.
bool tally_cost_of(const struct tally *t, const struct usage_row *row, struct row_cost *out);

void sums_add(struct sums *into, const struct sums *from);
// What is known best: by the book, and for rows that it has no price for what the log says. Unknown when neither tells.
bool sums_spend(const struct sums *s, pico *out);

#endif
