#include "report/tally.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "text/utf8.h"

enum { MODEL_SLOTS = 4096, CELL_SLOTS = 131072, OTHER_MODELS = 0 };

void tally_init(struct tally *t, const struct price_book *book) {
    *t = (struct tally){.book = book, .first_us = INT64_MAX, .last_us = INT64_MIN};
    t->models = mem_new_array(TALLY_MODELS + 1, sizeof *t->models);
    t->model_slots = mem_new_array(MODEL_SLOTS, sizeof *t->model_slots);
    t->cell_slots = mem_new_array(CELL_SLOTS, sizeof *t->cell_slots);
    t->weeks = mem_new_array(TALLY_WEEKS, sizeof *t->weeks);
    t->models[OTHER_MODELS] = (struct tally_model){.name = mem_copy_z("(other models)"), .last_day = INT64_MAX};
    t->model_count = 1;
}

void tally_free(struct tally *t) {
    for (uint32_t i = 0; i < t->model_count; i++) free(t->models[i].name);
    for (uint32_t i = 0; i < t->week_count; i++) {
        sketch_free(&t->weeks[i].latency);
        sketch_free(&t->weeks[i].ttft);
    }
    free(t->models);
    free(t->model_slots);
    free(t->cells);
    free(t->cell_slots);
    free(t->weeks);
    sketch_free(&t->latency);
    sketch_free(&t->ttft);
    sketch_free(&t->input);
    sketch_free(&t->output);
}

// ---------------------------------------------------------------- places

// Slots hold an index and one more, so that 0 is free.
static struct tally_model *model_of(struct tally *t, struct span name, struct err *e) {
    struct tally_model *last = &t->models[t->last_model];
    if (t->last_model && span_is(last->key, name)) return last;
    uint64_t hash = hash_bytes(name.at, name.len, 0);
    uint32_t slot = (uint32_t)hash & (MODEL_SLOTS - 1);
    for (; t->model_slots[slot]; slot = (slot + 1) & (MODEL_SLOTS - 1)) {
        struct tally_model *m = &t->models[t->model_slots[slot] - 1];
        if (m->hash != hash || !span_is(m->key, name)) continue;
        t->last_model = (uint32_t)(m - t->models);
        return m;
    }
    if (utf8_valid_prefix(name) != name.len) {
        err_set(e, "model is not UTF-8");
        return NULL;
    }
    if (t->model_count > TALLY_MODELS) {
        t->models_left_out++;
        t->last_model = OTHER_MODELS;
        return &t->models[OTHER_MODELS];
    }
    struct tally_model *m = &t->models[t->model_count];
    *m = (struct tally_model){.name = mem_copy_span(name), .hash = hash, .last_day = INT64_MAX};
    m->key = span_make(m->name, name.len);
    rates_set(&m->rates, t->book, m->key);
    t->last_model = t->model_count++;
    t->model_slots[slot] = t->model_count;
    return m;
}

static struct tally_cell *cell_of(struct tally *t, struct tally_model *m, int64_t day) {
    if (m->last_day == day) return &t->cells[m->cell];
    uint32_t model = (uint32_t)(m - t->models);
    uint32_t slot;
    for (;;) {
        slot = (uint32_t)hash_mix((uint64_t)day * 1024 + model) & (CELL_SLOTS - 1);
        for (; t->cell_slots[slot]; slot = (slot + 1) & (CELL_SLOTS - 1)) {
            const struct tally_cell *c = &t->cells[t->cell_slots[slot] - 1];
            if (c->day == day && c->model == model) break;
        }
        // a cell without a day may always be made: there are no more of them than models
        if (t->cell_slots[slot] || t->cell_count < TALLY_CELLS || day == TALLY_NO_DAY) break;
        t->days_left_out++;
        day = TALLY_NO_DAY;
    }
    if (!t->cell_slots[slot]) {
        if (t->cell_count == t->cell_cap) {
            t->cell_cap = t->cell_cap ? t->cell_cap * 2 : 256;
            t->cells = mem_grow(t->cells, t->cell_cap * sizeof *t->cells);
        }
        t->cells[t->cell_count++] = (struct tally_cell){.day = day, .model = model};
        t->cell_slots[slot] = t->cell_count;
    }
    m->last_day = day;
    m->cell = t->cell_slots[slot] - 1;
    return &t->cells[m->cell];
}

// 1970-01-01 was a Thursday.
static struct tally_week *week_of(struct tally *t, int64_t day) {
    int64_t week = day + 3 >= 0 ? (day + 3) / 7 : -1;
    if (t->week_count && t->weeks[t->last_week].week == week) return &t->weeks[t->last_week];
    for (uint32_t i = 0; i < t->week_count; i++) {
        if (t->weeks[i].week != week) continue;
        t->last_week = i;
        return &t->weeks[i];
    }
    if (t->week_count == TALLY_WEEKS) return NULL;
    t->last_week = t->week_count++;
    t->weeks[t->last_week] = (struct tally_week){.week = week};
    return &t->weeks[t->last_week];
}

// ---------------------------------------------------------------- sums

void sums_add(struct sums *a, const struct sums *b) {
    a->rows += b->rows;
    a->requests += b->requests;
    a->requests_unknown += b->requests_unknown;
    a->input += b->input;
    a->output += b->output;
    a->cached += b->cached;
    a->cache_write += b->cache_write;
    a->reasoning += b->reasoning;
    a->tokens_unknown += b->tokens_unknown;
    a->logged += b->logged;
    a->book += b->book;
    a->book_input += b->book_input;
    a->logged_priced += b->logged_priced;
    a->book_logged += b->book_logged;
    a->logged_rows += b->logged_rows;
    a->book_rows += b->book_rows;
    a->both_rows += b->both_rows;
    a->status_rows += b->status_rows;
    a->failed += b->failed;
    a->throttled += b->throttled;
    a->retry_rows += b->retry_rows;
    a->retries += b->retries;
    a->bytes_out += b->bytes_out;
    a->bytes_back += b->bytes_back;
    a->bytes_rows += b->bytes_rows;
}

bool sums_spend(const struct sums *s, pico *out) {
    *out = s->book + s->logged - s->logged_priced;
    return s->book_rows || s->logged_rows;
}

static void add_ends(struct sums *s, const struct usage_row *row) {
    if (row->failed >= 0) {
        s->status_rows += row->requests > 0 ? row->requests : 0;
        s->failed += row->failed;
    } else if (row->status >= 0) {
        s->status_rows++;
        s->failed += row->status >= 400;
        s->throttled += row->status == 429;
    }
    if (row->throttles > 0 && row->status != 429) s->throttled += row->throttles;
    if (row->retries >= 0) {
        s->retry_rows++;
        s->retries += row->retries;
    }
    if (row->bytes_out >= 0 || row->bytes_back >= 0) {
        s->bytes_rows++;
        s->bytes_out += row->bytes_out > 0 ? row->bytes_out : 0;
        s->bytes_back += row->bytes_back > 0 ? row->bytes_back : 0;
    }
}

static void add_row(struct sums *s, const struct usage_row *row, const struct row_cost *book) {
    s->rows++;
    if (row->requests >= 0) s->requests += row->requests;
    else s->requests_unknown++;
    s->input += row->input > 0 ? row->input : 0;
    s->output += row->output > 0 ? row->output : 0;
    s->cached += row->cached;
    s->cache_write += row->cache_write;
    s->reasoning += row->reasoning;
    s->tokens_unknown += row->input < 0 || row->output < 0;
    if (row->has_cost) {
        s->logged += row->cost;
        s->logged_rows++;
    }
    if (book) {
        s->book += book->total;
        s->book_input += book->input;
        s->book_rows++;
    }
    if (book && row->has_cost) {
        s->logged_priced += row->cost;
        s->book_logged += book->total;
        s->both_rows++;
    }
    if (row->status >= 0 || row->failed >= 0 || row->throttles > 0 || row->retries >= 0 || row->bytes_out >= 0 ||
        row->bytes_back >= 0)
        add_ends(s, row);
}

static void add_times(struct tally *t, const struct usage_row *row, int64_t day) {
    struct tally_week *w = day == TALLY_NO_DAY ? NULL : week_of(t, day);
    if (row->latency_us >= 0) {
        sketch_add(&t->latency, (uint64_t)row->latency_us);
        if (w) sketch_add(&w->latency, (uint64_t)row->latency_us);
    }
    if (row->ttft_us >= 0) {
        sketch_add(&t->ttft, (uint64_t)row->ttft_us);
        if (w) sketch_add(&w->ttft, (uint64_t)row->ttft_us);
    }
    if (row->input >= 0) sketch_add(&t->input, (uint64_t)row->input);
    if (row->output >= 0) sketch_add(&t->output, (uint64_t)row->output);
}

// ---------------------------------------------------------------- money that is not dollars

static int add_currency(struct tally *t, const struct usage_row *row, struct err *e) {
    char name[8] = "";
    for (size_t i = 0; i < row->currency.len && i < sizeof name - 1; i++) {
        char c = row->currency.at[i];
        name[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
        if (name[i] < 'A' || name[i] > 'Z') return err_set(e, "currency is no code of letters");
    }
    uint32_t i = 0;
    while (i < t->currency_count && strcmp(t->currencies[i].name, name) != 0) i++;
    if (i == TALLY_CURRENCIES) return err_set(e, "more than %d currencies", TALLY_CURRENCIES);
    if (i == t->currency_count) span_copy_z(t->currencies[t->currency_count++].name, sizeof name, name);
    t->currencies[i].sum += row->cost;
    t->currencies[i].rows++;
    return 0;
}

static bool is_usd(struct span currency) {
    return !currency.len || span_is_nocase(currency, SPAN("usd"));
}

// What a local model answered costs 0 per token, whatever its name.
static bool cost_of(const struct tally_model *m, const struct usage_row *row, bool single, struct row_cost *out) {
    if (!span_is_z(row->route, "local")) return rates_cost(&m->rates, row, single, out);
    *out = (struct row_cost){0};
    return true;
}

int tally_add(struct tally *t, const struct usage_row *given, bool single, struct err *e) {
    struct usage_row other;
    const struct usage_row *row = given;
    if (row->has_cost && !is_usd(row->currency)) {
        if (add_currency(t, row, e) != 0) return -1;
        other = *row;
        other.has_cost = false;
        row = &other;
        if (row->cost_kind == COST_BILLED) return 0;
    }
    if (row->cost_kind == COST_BILLED) {
        t->billed += row->cost;
        t->bill_rows++;
    }
    struct tally_model *m = model_of(t, row->model, e);
    if (!m) return -1;
    int64_t day = row->time_us == INT64_MIN ? TALLY_NO_DAY : value_day(row->time_us);
    if (row->time_us == INT64_MIN) t->undated++;
    if (row->time_us != INT64_MIN && row->time_us < t->first_us) t->first_us = row->time_us;
    if (row->time_us > t->last_us) t->last_us = row->time_us;
    if (row->cost_kind == COST_BILLED) return 0;
    struct row_cost cost;
    bool priced = cost_of(m, row, single, &cost);
    struct tally_cell *c = cell_of(t, m, day);
    add_row(&c->sums, row, priced ? &cost : NULL);
    if (single) {
        t->singles++;
        add_times(t, row, day);
    }
    return 0;
}

void tally_close(struct tally *t) {
    t->all = (struct sums){0};
    for (uint32_t i = 0; i < t->model_count; i++) t->models[i].sums = (struct sums){0};
    for (uint32_t i = 0; i < t->cell_count; i++) {
        sums_add(&t->models[t->cells[i].model].sums, &t->cells[i].sums);
        sums_add(&t->all, &t->cells[i].sums);
    }
}

bool tally_cost_of(const struct tally *t, const struct usage_row *row, struct row_cost *out) {
    return cost_of(&t->models[t->last_model], row, true, out);
}
