#include "ledger/columns.h"

#include <math.h>

#include "base/clock.h"
#include "ledger/pack.h"
#include "wire/json.h"

#define SIZE(field) sizeof(((struct ledger_row *)0)->field)
#define TEXT(part, field)                                                                                              \
    { #field, COLUMN_TEXT, part, offsetof(struct ledger_row, field), SIZE(field) }
#define ONE(part, kind, field)                                                                                         \
    { #field, kind, part, offsetof(struct ledger_row, field), SIZE(field) }
#define ZONE(label, zone)                                                                                              \
    { "bytes_out_" label, COLUMN_COUNT, PACKED, offsetof(struct ledger_row, bytes_out[zone]), SIZE(bytes_out[zone]) }

#define PLAIN COLUMN_PLAIN
#define PACKED COLUMN_PACKED
#define RARE COLUMN_RARE
#define SHARED COLUMN_SHARED

// The order of the view `request`, of JSON and CSV. A new column goes to the end, with a new STORE_VERSION.
// SHARED is for what has few values, so that few sets of them exist; RARE for what most rows do not have, and for every
// new column that is not shared. A column never changes its part.
const struct column COLUMNS[] = {
    TEXT(PLAIN, id),
    ONE(PLAIN, COLUMN_COUNT, started_us),
    TEXT(SHARED, endpoint),
    TEXT(PLAIN, user),
    TEXT(SHARED, asked_model),
    TEXT(SHARED, model),
    TEXT(SHARED, upstream),
    TEXT(SHARED, route),
    TEXT(SHARED, reason),
    TEXT(SHARED, degraded),
    TEXT(SHARED, task),
    ONE(PACKED, COLUMN_FLOAT, score),
    ONE(PACKED, COLUMN_FLOAT, p_local),
    ONE(PACKED, COLUMN_FLOAT, complexity),
    ONE(PACKED, COLUMN_FLOAT, ambiguity),
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
    ONE(PACKED, COLUMN_MAYBE, input_tokens),
    ONE(PACKED, COLUMN_MAYBE, output_tokens),
    ONE(PACKED, COLUMN_MAYBE, cached_tokens),
    ONE(PACKED, COLUMN_MAYBE, cache_write_tokens),
    ONE(PACKED, COLUMN_MAYBE, reasoning_tokens),
    ONE(SHARED, COLUMN_BOOL, usage_estimated),
    ONE(PLAIN, COLUMN_REAL, cost_usd),
    ONE(PLAIN, COLUMN_REAL, baseline_usd),
    ONE(PACKED, COLUMN_MAYBE, ttft_us),
    ONE(PACKED, COLUMN_COUNT, total_us),
    ONE(PACKED, COLUMN_COUNT, overhead_us),
    ONE(PACKED, COLUMN_COUNT, bytes_in),
    ZONE("local", ZONE_LOCAL),
    ZONE("eu", ZONE_EU),
    ZONE("us", ZONE_US),
    ZONE("any", ZONE_ANY),
    ONE(PACKED, COLUMN_COUNT, bytes_answered),
    ONE(PACKED, COLUMN_MAYBE, cache_write_1h_tokens),
    TEXT(SHARED, service_tier),
    ONE(PLAIN, COLUMN_DECISION, decision),
    TEXT(SHARED, verify),
    ONE(RARE, COLUMN_COUNT, unused_input_tokens),
    ONE(RARE, COLUMN_COUNT, unused_output_tokens),
    ONE(RARE, COLUMN_FLOAT, logprob_mean),
    ONE(RARE, COLUMN_FLOAT, logprob_least),
    TEXT(SHARED, line),
    {NULL, COLUMN_TEXT, PLAIN, 0, 0},
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

// A wide row has NULL in its words, an ordinary one nothing in `wide`.
void columns_view(struct buf *out) {
    const char *comma = "";
    for (const struct column *c = COLUMNS; c->name; c++) {
        buf_add_z(out, comma);
        comma = ", ";
        if (c->part == COLUMN_PACKED) {
            buf_add_z(out, "coalesce(");
            packed_sql(c->offset, out);
            buf_printf(out, ", wide.%s) AS ", c->name);
        } else if (c->part == COLUMN_RARE && c->type == COLUMN_COUNT) {
            buf_printf(out, "CASE WHEN %s IS NULL THEN wide.%s ELSE 0 END AS ", WORD_NAMES[0], c->name);
        } else if (c->part == COLUMN_RARE) {
            buf_add_z(out, "wide.");
        } else if (c->offset == offsetof(struct ledger_row, user)) { // NULL is an empty one, but in rows of old files
            buf_printf(out, "CASE WHEN %s IS NULL THEN user ELSE coalesce(user, '') END AS ", WORD_NAMES[0]);
        }
        buf_add_z(out, c->name);
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
