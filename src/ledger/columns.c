#include "ledger/columns.h"

#include <math.h>

#include "base/clock.h"
#include "wire/json.h"

#define TEXT(field)                                                                                                    \
    { #field, COLUMN_TEXT, offsetof(struct ledger_row, field), sizeof(((struct ledger_row *)0)->field) }
#define ONE(kind, field)                                                                                               \
    { #field, kind, offsetof(struct ledger_row, field), 0 }
#define ZONE(label, zone)                                                                                              \
    { "bytes_out_" label, COLUMN_COUNT, offsetof(struct ledger_row, bytes_out[zone]), 0 }

// The order of CREATE TABLE, JSON and CSV. A new column goes to the end, with a new STORE_VERSION.
const struct column COLUMNS[] = {
    TEXT(id),
    ONE(COLUMN_COUNT, started_us),
    TEXT(endpoint),
    TEXT(user),
    TEXT(asked_model),
    TEXT(model),
    TEXT(upstream),
    TEXT(route),
    TEXT(reason),
    TEXT(degraded),
    TEXT(task),
    ONE(COLUMN_FLOAT, score),
    ONE(COLUMN_FLOAT, p_local),
    ONE(COLUMN_FLOAT, complexity),
    ONE(COLUMN_FLOAT, ambiguity),
    TEXT(classes),
    TEXT(receipt),
    ONE(COLUMN_BOOL, sensitive),
    ONE(COLUMN_BOOL, stream),
    ONE(COLUMN_INT, status),
    TEXT(outcome),
    TEXT(error_code),
    TEXT(finish),
    ONE(COLUMN_U32, attempts),
    ONE(COLUMN_U32, retries),
    ONE(COLUMN_U32, throttles),
    ONE(COLUMN_MAYBE, input_tokens),
    ONE(COLUMN_MAYBE, output_tokens),
    ONE(COLUMN_MAYBE, cached_tokens),
    ONE(COLUMN_MAYBE, cache_write_tokens),
    ONE(COLUMN_MAYBE, reasoning_tokens),
    ONE(COLUMN_BOOL, usage_estimated),
    ONE(COLUMN_REAL, cost_usd),
    ONE(COLUMN_REAL, baseline_usd),
    ONE(COLUMN_MAYBE, ttft_us),
    ONE(COLUMN_COUNT, total_us),
    ONE(COLUMN_COUNT, overhead_us),
    ONE(COLUMN_COUNT, bytes_in),
    ZONE("local", ZONE_LOCAL),
    ZONE("eu", ZONE_EU),
    ZONE("us", ZONE_US),
    ZONE("any", ZONE_ANY),
    ONE(COLUMN_COUNT, bytes_answered),
    {NULL, COLUMN_TEXT, 0, 0},
};

// A value out of its place; `known` is false for what is stored as NULL.
struct cell {
    enum { CELL_TEXT, CELL_WHOLE, CELL_REAL, CELL_BOOL } kind;
    bool known;
    struct span text;
    int64_t whole;
    double real;
};

static struct cell cell_of(const struct column *c, const struct ledger_row *row) {
    const void *at = (const char *)row + c->offset;
    double real;
    switch (c->type) {
    case COLUMN_TEXT: return (struct cell){.kind = CELL_TEXT, .known = true, .text = {at, strnlen(at, c->size)}};
    case COLUMN_COUNT: return (struct cell){.kind = CELL_WHOLE, .known = true, .whole = *(const int64_t *)at};
    case COLUMN_MAYBE:
        return (struct cell){.kind = CELL_WHOLE, .known = *(const int64_t *)at >= 0, .whole = *(const int64_t *)at};
    case COLUMN_INT: return (struct cell){.kind = CELL_WHOLE, .known = true, .whole = *(const int *)at};
    case COLUMN_U32: return (struct cell){.kind = CELL_WHOLE, .known = true, .whole = *(const uint32_t *)at};
    case COLUMN_BOOL: return (struct cell){.kind = CELL_BOOL, .known = true, .whole = *(const bool *)at};
    case COLUMN_FLOAT:
        real = (double)*(const float *)at;
        return (struct cell){.kind = CELL_REAL, .known = isfinite(real), .real = real};
    case COLUMN_REAL:
        real = *(const double *)at;
        return (struct cell){.kind = CELL_REAL, .known = isfinite(real), .real = real};
    }
    return (struct cell){.known = false};
}

// ---------------------------------------------------------------- SQL

const char *column_sql_type(const struct column *c) {
    if (c->type == COLUMN_TEXT) return "TEXT";
    return c->type == COLUMN_FLOAT || c->type == COLUMN_REAL ? "REAL" : "INTEGER";
}

void columns_list(struct buf *out) {
    for (const struct column *c = COLUMNS; c->name; c++) buf_printf(out, "%s%s", c == COLUMNS ? "" : ", ", c->name);
}

void columns_result(sqlite3_context *out, int column, const struct ledger_row *row) {
    struct cell v = cell_of(&COLUMNS[column], row);
    if (!v.known) sqlite3_result_null(out);
    else if (v.kind == CELL_TEXT) sqlite3_result_text(out, v.text.at, (int)v.text.len, SQLITE_STATIC);
    else if (v.kind == CELL_REAL) sqlite3_result_double(out, v.real);
    else sqlite3_result_int64(out, v.whole);
}

void columns_read(sqlite3_stmt *statement, struct ledger_row *row) {
    *row = (struct ledger_row){.status = 0};
    for (const struct column *c = COLUMNS; c->name; c++) {
        int i = (int)(c - COLUMNS);
        void *at = (char *)row + c->offset;
        bool null = sqlite3_column_type(statement, i) == SQLITE_NULL;
        int64_t whole = sqlite3_column_int64(statement, i);
        switch (c->type) {
        case COLUMN_TEXT: {
            const unsigned char *text = sqlite3_column_text(statement, i);
            size_t n = text ? strlen((const char *)text) : 0;
            if (n >= c->size) n = c->size - 1;
            if (n) memcpy(at, text, n);
            break;
        }
        case COLUMN_COUNT: *(int64_t *)at = whole; break;
        case COLUMN_MAYBE: *(int64_t *)at = null ? -1 : whole; break;
        case COLUMN_INT: *(int *)at = (int)whole; break;
        case COLUMN_U32: *(uint32_t *)at = (uint32_t)whole; break;
        case COLUMN_BOOL: *(bool *)at = whole != 0; break;
        case COLUMN_FLOAT: *(float *)at = null ? NAN : (float)sqlite3_column_double(statement, i); break;
        case COLUMN_REAL: *(double *)at = null ? NAN : sqlite3_column_double(statement, i); break;
        }
    }
}

// ---------------------------------------------------------------- for people and programs

static void put_real(const struct column *c, double v, struct buf *out) {
    // a float has seven digits; more would only show how it is stored
    buf_printf(out, c->type == COLUMN_FLOAT ? "%.7g" : "%.15g", v);
}

void ledger_row_json(const struct ledger_row *row, struct buf *out) {
    char time[25];
    clock_format_utc(row->started_us, time);
    buf_printf(out, "{\"time\":\"%s\"", time);
    for (const struct column *c = COLUMNS; c->name; c++) {
        struct cell v = cell_of(c, row);
        buf_printf(out, ",\"%s\":", c->name);
        if (!v.known) buf_add_z(out, "null");
        else if (v.kind == CELL_TEXT) json_put_string(out, v.text);
        else if (v.kind == CELL_BOOL) buf_add_z(out, v.whole ? "true" : "false");
        else if (v.kind == CELL_REAL) put_real(c, v.real, out);
        else buf_add_i64(out, v.whole);
    }
    buf_add_char(out, '}');
}

void columns_csv_header(struct buf *out) {
    buf_add_z(out, "time");
    for (const struct column *c = COLUMNS; c->name; c++) buf_printf(out, ",%s", c->name);
    buf_add_z(out, "\r\n");
}

// RFC 4180. A caller chooses some of these texts, so one that a spreadsheet would take for a formula
// gets an apostrophe in front.
static void put_csv_text(struct span s, struct buf *out) {
    bool quote = false, formula = s.len && strchr("=+-@\t\r", s.at[0]);
    for (size_t i = 0; i < s.len; i++) quote = quote || strchr(",\"\r\n", s.at[i]);
    if (quote) buf_add_char(out, '"');
    if (formula) buf_add_char(out, '\'');
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '"') buf_add_char(out, '"');
        buf_add_char(out, s.at[i]);
    }
    if (quote) buf_add_char(out, '"');
}

void columns_csv_row(const struct ledger_row *row, struct buf *out) {
    char time[25];
    clock_format_utc(row->started_us, time);
    buf_add_z(out, time);
    for (const struct column *c = COLUMNS; c->name; c++) {
        struct cell v = cell_of(c, row);
        buf_add_char(out, ',');
        if (!v.known) continue;
        if (v.kind == CELL_TEXT) put_csv_text(v.text, out);
        else if (v.kind == CELL_REAL) put_real(c, v.real, out);
        else buf_add_i64(out, v.whole);
    }
    buf_add_z(out, "\r\n");
}
