#include "ledger/columns.h"

#include <math.h>

#include "base/clock.h"
#include "wire/json.h"

#define SIZE(field) sizeof(((struct ledger_row *)0)->field)
#define TEXT(part, field)                                                                                              \
    { #field, COLUMN_TEXT, part, offsetof(struct ledger_row, field), SIZE(field), false }
#define ONE(part, kind, field)                                                                                         \
    { #field, kind, part, offsetof(struct ledger_row, field), SIZE(field), false }
#define ALIKE(kind, field)                                                                                             \
    { #field, kind, OWN, offsetof(struct ledger_row, field), SIZE(field), true }
#define ZONE(label, zone, alike)                                                                                       \
    {                                                                                                                  \
        "bytes_out_" label, COLUMN_COUNT, OWN, offsetof(struct ledger_row, bytes_out[zone]), SIZE(bytes_out[zone]),    \
            alike                                                                                                      \
    }

#define OWN COLUMN_OWN
#define SHARED COLUMN_SHARED

// The order of the view `request`, of JSON and CSV. A new column goes to the end, with a new STORE_VERSION.
// SHARED is for what has few values, so that few sets of them exist; a column never changes its part. ALIKE is for what
// most rows have in common with their neighbours.
const struct column COLUMNS[] = {
    TEXT(OWN, id),
    ONE(OWN, COLUMN_COUNT, started_us),
    TEXT(SHARED, endpoint),
    ALIKE(COLUMN_TEXT, user),
    TEXT(SHARED, asked_model),
    TEXT(SHARED, model),
    TEXT(SHARED, upstream),
    TEXT(SHARED, route),
    TEXT(SHARED, reason),
    TEXT(SHARED, degraded),
    TEXT(SHARED, task),
    ONE(OWN, COLUMN_FLOAT, score),
    ONE(OWN, COLUMN_FLOAT, p_local),
    ONE(OWN, COLUMN_FLOAT, complexity),
    ONE(OWN, COLUMN_FLOAT, ambiguity),
    TEXT(SHARED, classes),
    TEXT(SHARED, receipt),
    ONE(SHARED, COLUMN_BOOL, sensitive),
    ONE(SHARED, COLUMN_BOOL, stream),
    ONE(SHARED, COLUMN_INT, status),
    TEXT(SHARED, outcome),
    TEXT(SHARED, error_code),
    TEXT(SHARED, finish),
    ONE(SHARED, COLUMN_U32, attempts),
    ONE(SHARED, COLUMN_U32, retries),
    ONE(SHARED, COLUMN_U32, throttles),
    ONE(OWN, COLUMN_MAYBE, input_tokens),
    ONE(OWN, COLUMN_MAYBE, output_tokens),
    ALIKE(COLUMN_MAYBE, cached_tokens),
    ALIKE(COLUMN_MAYBE, cache_write_tokens),
    ALIKE(COLUMN_MAYBE, reasoning_tokens),
    ONE(SHARED, COLUMN_BOOL, usage_estimated),
    ALIKE(COLUMN_REAL, cost_usd),
    ONE(OWN, COLUMN_REAL, baseline_usd),
    ONE(OWN, COLUMN_MAYBE, ttft_us),
    ONE(OWN, COLUMN_COUNT, total_us),
    ONE(OWN, COLUMN_COUNT, overhead_us),
    ONE(OWN, COLUMN_COUNT, bytes_in),
    ZONE("local", ZONE_LOCAL, false),
    ZONE("eu", ZONE_EU, true),
    ZONE("us", ZONE_US, true),
    ZONE("any", ZONE_ANY, true),
    ONE(OWN, COLUMN_COUNT, bytes_answered),
    ALIKE(COLUMN_MAYBE, cache_write_1h_tokens),
    TEXT(SHARED, service_tier),
    ONE(OWN, COLUMN_DECISION, decision),
    TEXT(SHARED, verify),
    ALIKE(COLUMN_COUNT, unused_input_tokens),
    ALIKE(COLUMN_COUNT, unused_output_tokens),
    ALIKE(COLUMN_FLOAT, logprob_mean),
    ALIKE(COLUMN_FLOAT, logprob_least),
    TEXT(SHARED, line),
    {NULL, COLUMN_TEXT, OWN, 0, 0, false},
};

// A value out of its place; `known` is false for what is stored as NULL.
struct cell {
    enum { CELL_TEXT, CELL_WHOLE, CELL_REAL, CELL_BOOL, CELL_BYTES } kind;
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
    case COLUMN_DECISION:
        return (struct cell){
            .kind = CELL_BYTES, .known = *(const uint8_t *)at != 0, .text = {at, sizeof row->decision}};
    }
    return (struct cell){.known = false};
}

// ---------------------------------------------------------------- SQL

const char *column_sql_type(const struct column *c) {
    if (c->type == COLUMN_TEXT) return "TEXT";
    if (c->type == COLUMN_DECISION) return "BLOB";
    return c->type == COLUMN_FLOAT || c->type == COLUMN_REAL ? "REAL" : "INTEGER";
}

void columns_list(struct buf *out, unsigned parts) {
    const char *comma = "";
    for (const struct column *c = COLUMNS; c->name; c++) {
        if (!(c->part & parts)) continue;
        buf_printf(out, "%s%s", comma, c->name);
        comma = ", ";
    }
}

static void bind(sqlite3_stmt *statement, int at, const struct column *c, const struct ledger_row *row) {
    struct cell v = cell_of(c, row);
    if (!v.known) sqlite3_bind_null(statement, at);
    else if (v.kind == CELL_TEXT) sqlite3_bind_text(statement, at, v.text.at, (int)v.text.len, SQLITE_STATIC);
    else if (v.kind == CELL_BYTES) sqlite3_bind_blob(statement, at, v.text.at, (int)v.text.len, SQLITE_STATIC);
    else if (v.kind == CELL_REAL) sqlite3_bind_double(statement, at, v.real);
    else sqlite3_bind_int64(statement, at, v.whole);
}

void columns_bind(sqlite3_stmt *statement, unsigned parts, const struct ledger_row *row) {
    int at = 1;
    for (const struct column *c = COLUMNS; c->name; c++)
        if (c->part & parts) bind(statement, at++, c, row);
}

void columns_bind_alike(sqlite3_stmt *statement, const struct ledger_row *row) {
    int at = 1;
    for (const struct column *c = COLUMNS; c->name; c++)
        if (c->alike) bind(statement, at++, c, row);
}

static inline bool same(const char *a, const char *b, size_t size) {
    uint64_t x, y;
    if (size != sizeof x) return memcmp(a, b, size) == 0;
    memcpy(&x, a, sizeof x); // nearly all
    memcpy(&y, b, sizeof y);
    return x == y;
}

bool columns_are_alike(const struct ledger_row *rows, size_t n) {
    for (const struct column *c = COLUMNS; c->name; c++) {
        if (!c->alike) continue;
        const char *first = (const char *)rows + c->offset;
        size_t size = c->type == COLUMN_TEXT ? strnlen(first, c->size - 1) + 1 : c->size;
        for (size_t i = 1; i < n; i++)
            if (!same(first, (const char *)&rows[i] + c->offset, size)) return false;
    }
    return true;
}

// Called for every value of every row, hence not by way of a cell.
void columns_result(sqlite3_context *out, int column, const struct ledger_row *row) {
    const struct column *c = &COLUMNS[column];
    const void *at = (const char *)row + c->offset;
    int64_t whole;
    double real;
    switch (c->type) {
    case COLUMN_TEXT: sqlite3_result_text(out, at, (int)strnlen(at, c->size), SQLITE_STATIC); return;
    case COLUMN_COUNT: sqlite3_result_int64(out, *(const int64_t *)at); return;
    case COLUMN_MAYBE:
        whole = *(const int64_t *)at;
        if (whole >= 0) sqlite3_result_int64(out, whole); // otherwise it stays NULL
        return;
    case COLUMN_INT: sqlite3_result_int64(out, *(const int *)at); return;
    case COLUMN_U32: sqlite3_result_int64(out, *(const uint32_t *)at); return;
    case COLUMN_BOOL: sqlite3_result_int64(out, *(const bool *)at); return;
    case COLUMN_FLOAT:
    case COLUMN_REAL:
        real = c->type == COLUMN_FLOAT ? (double)*(const float *)at : *(const double *)at;
        if (isfinite(real)) sqlite3_result_double(out, real);
        return;
    case COLUMN_DECISION:
        if (*(const uint8_t *)at) sqlite3_result_blob(out, at, sizeof row->decision, SQLITE_STATIC);
        return;
    }
}

void columns_read(sqlite3_stmt *statement, unsigned parts, struct ledger_row *row) {
    int i = -1;
    *row = (struct ledger_row){.status = 0};
    for (const struct column *c = COLUMNS; c->name; c++) {
        if (!(c->part & parts)) continue;
        i++;
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
        case COLUMN_DECISION:
            if (sqlite3_column_bytes(statement, i) == (int)sizeof row->decision)
                memcpy(at, sqlite3_column_blob(statement, i), sizeof row->decision);
            break;
        }
    }
}

size_t columns_key(const struct ledger_row *row, char out[static COLUMNS_KEY_BYTES]) {
    static const size_t SIZES[] = {[COLUMN_INT] = sizeof(int), [COLUMN_U32] = sizeof(uint32_t), [COLUMN_BOOL] = 1};
    char *to = out;
    for (const struct column *c = COLUMNS; c->name; c++) {
        if (c->part != COLUMN_SHARED) continue;
        const char *at = (const char *)row + c->offset;
        size_t n = c->type == COLUMN_TEXT ? strnlen(at, c->size) : SIZES[c->type];
        memcpy(to, at, n);
        to += n;
        if (c->type == COLUMN_TEXT) *to++ = 0;
    }
    return (size_t)(to - out);
}

// ---------------------------------------------------------------- for people and programs

static void put_real(const struct column *c, double v, struct buf *out) {
    // a float has seven digits; more would only show how it is stored
    buf_printf(out, c->type == COLUMN_FLOAT ? "%.7g" : "%.15g", v);
}

void ledger_decision_json(const struct ledger_decision *d, struct buf *out) {
    static const char *const AIMS[] = {"target_local_share", "quality_floor", "max_cost"};
    const struct {
        const char *name;
        double value;
    } numbers[] = {{"threshold", (double)d->threshold},          {"expected_cost_usd", (double)d->expected_usd},
                   {"switch_gain_usd", (double)d->gain_usd},     {"switch_loss_usd", (double)d->loss_usd},
                   {"expected_input_tokens", d->input_tokens},   {"expected_output_tokens", d->output_tokens},
                   {"expected_cached_tokens", d->cached_tokens}, {"expected_wait_ms", d->wait_ms}};
    const struct {
        const char *name;
        enum decision_flag flag;
    } flags[] = {{"hard", DECISION_HARD}, {"free", DECISION_FREE}, {"priced", DECISION_PRICED}};
    if (d->format != DECISION_FORMAT) {
        buf_add_z(out, "null");
        return;
    }
    buf_printf(out, "{\"aim\":\"%s\"", AIMS[d->aim < 3 ? d->aim : 0]);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (isfinite(numbers[i].value)) buf_printf(out, ",\"%s\":%.7g", numbers[i].name, numbers[i].value);
        else buf_printf(out, ",\"%s\":null", numbers[i].name);
    }
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        buf_printf(out, ",\"%s\":%s", flags[i].name, d->flags & flags[i].flag ? "true" : "false");
    const char *session = !(d->flags & DECISION_SESSION)      ? "null"
                          : d->flags & DECISION_SESSION_LOCAL ? "\"local\""
                                                              : "\"frontier\"";
    buf_printf(out, ",\"session\":%s}", session);
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
        else if (v.kind == CELL_BYTES) ledger_decision_json(&row->decision, out);
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

static void put_csv_decision(const struct ledger_row *row, struct buf *out) {
    struct buf json;
    buf_init(&json, 4096);
    ledger_decision_json(&row->decision, &json);
    put_csv_text(buf_span(&json), out);
    buf_free(&json);
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
        else if (v.kind == CELL_BYTES) put_csv_decision(row, out);
        else if (v.kind == CELL_REAL) put_real(c, v.real, out);
        else buf_add_i64(out, v.whole);
    }
    buf_add_z(out, "\r\n");
}
