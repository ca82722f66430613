// A log as CSV: the header names the columns, each record is an entry.
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "report/pick.h"
#include "report/reader_internal.h"

enum { HEADER_BYTES = 256 * 1024, NESTED_MOST = 4, NO_NESTED = UINT16_MAX };

struct csv_reader {
    struct csv csv;
    struct buf header; // the names, one behind the other
    uint32_t name_ends[CSV_FIELDS];
    size_t column_count;
    uint16_t column_of[LAYOUT_MOST]; // of each base
    struct {
        struct picks picks;
        struct span values[PICK_MOST];
        bool looked;                 // in this record
    } nested[NESTED_MOST];           // columns that hold JSON
    uint16_t nested_of[LAYOUT_MOST]; // of each base; and which value each target is
    uint16_t value_of[LAYOUT_MOST];
    uint32_t nested_count;
    struct span cells[LAYOUT_MOST];
};

static struct span column_name(const struct csv_reader *x, size_t i) {
    uint32_t from = i ? x->name_ends[i - 1] : 0;
    return span_sub(buf_span(&x->header), from, x->name_ends[i] - from);
}

// The column of a name, CSV_FIELDS when there is none.
static size_t column_by_name(const struct csv_reader *x, struct span name) {
    for (size_t i = 0; i < x->column_count; i++)
        if (span_is_nocase(column_name(x, i), name)) return i;
    return CSV_FIELDS;
}

static bool has_column(void *context, struct span name) {
    const struct csv_reader *x = context;
    if (column_by_name(x, name) != CSV_FIELDS) return true;
    size_t dot = span_find(name, SPAN("."));
    return dot != SIZE_MAX && column_by_name(x, span_sub(name, 0, dot)) != CSV_FIELDS;
}

static bool has_base(void *context, struct span name) {
    return column_by_name(context, name) != CSV_FIELDS;
}

// ---------------------------------------------------------------- header

static int read_header(struct csv_reader *x, struct err *e) {
    enum csv_status status = csv_next(&x->csv, e);
    if (status == CSV_BAD) {
        struct err why = *e;
        return err_set(e, "the header line: %s", why.text);
    }
    if (status != CSV_RECORD) return status == CSV_END ? err_set(e, "is empty") : -1;
    for (size_t i = 0; i < x->csv.count; i++) {
        buf_add_span(&x->header, span_trim(csv_text(&x->csv, i)));
        x->name_ends[i] = (uint32_t)x->header.len;
    }
    x->column_count = x->csv.count;
    return x->header.full ? err_set(e, "the header line has more than %d bytes", HEADER_BYTES) : 0;
}

static int unknown_columns(const struct csv_reader *x, struct err *e) {
    char names[240];
    size_t len = 0;
    for (size_t i = 0; i < x->column_count && i < 12; i++) {
        int n = snprintf(names + len, sizeof names - len, "%s%.*s", i ? ", " : "", SPAN_ARG(column_name(x, i)));
        if (n < 0 || (size_t)n >= sizeof names - len) break;
        len += (size_t)n;
    }
    names[len] = 0;
    return err_set(
        e,
        "no known format (columns: %s%s). Say what they are, as in --map time=COLUMN --map model=COLUMN "
        "--map input_tokens=COLUMN --map output_tokens=COLUMN; `sluice audit --help` lists fields and formats",
        names, x->column_count > 12 ? ", ..." : "");
}

// Columns that hold JSON, each with what is wanted from it.
static int bind_nested(struct reader *r, struct csv_reader *x, struct err *e) {
    memset(x->nested_of, 0xff, sizeof x->nested_of);
    for (size_t i = 0; i < r->layout.target_count; i++) {
        const struct target *t = &r->layout.targets[i];
        if (!t->rest) continue;
        uint16_t *n = &x->nested_of[t->base];
        if (*n == NO_NESTED && x->nested_count == NESTED_MOST)
            return err_set(e, "more than %d columns that hold JSON", NESTED_MOST);
        if (*n == NO_NESTED) *n = (uint16_t)x->nested_count++;
        struct picks *p = &x->nested[*n].picks;
        x->value_of[i] = (uint16_t)p->count;
        if (!picks_add(p, span_sub(t->name, t->rest, t->name.len)))
            return err_set(e, "more than %d values from one column, or nested deeper than %d", PICK_MOST, PICK_DEPTH);
    }
    return 0;
}

static int bind_columns(struct reader *r, struct csv_reader *x, struct err *e) {
    const struct format *format = NULL;
    if (reader_pick_format(r, FORMAT_CSV, has_column, x, &format, e) != 0) return -1;
    if (!format) return unknown_columns(x, e);
    if (layout_bind(&r->layout, format, r->maps, r->options.map_count, has_base, x, e) != 0) return -1;
    for (size_t b = 0; b < r->layout.base_count; b++) {
        size_t column = column_by_name(x, r->layout.bases[b]);
        x->column_of[b] = (uint16_t)column;
        for (size_t i = column + 1; i < x->column_count; i++)
            if (span_is_nocase(column_name(x, i), r->layout.bases[b]))
                return err_set(e, "the column '%.*s' is there twice", SPAN_ARG(r->layout.bases[b]));
    }
    if (r->layout.target_count == 0) return unknown_columns(x, e);
    return bind_nested(r, x, e);
}

// ---------------------------------------------------------------- records

// What the JSON of a cell says for a target; looked for once a record and cell. SPAN_NONE: nothing.
static struct span nested_value(struct reader *r, struct csv_reader *x, size_t target) {
    const struct target *t = &r->layout.targets[target];
    uint16_t n = x->nested_of[t->base];
    if (!x->nested[n].looked) {
        struct span cell = span_trim(csv_raw(&x->csv, x->column_of[t->base]));
        size_t quotes = cell.len && cell.at[0] == '"' ? 2 : 1;
        if (quotes == 2) cell = span_sub(cell, 1, cell.len - 2);
        x->nested[n].looked = true;
        bool found = picks_find(&x->nested[n].picks, cell, quotes, x->nested[n].values);
        r->unreadable_cells += !found && !reader_says_nothing(cell);
        if (!found) memset(x->nested[n].values, 0, sizeof x->nested[n].values);
    }
    struct span value = x->nested[n].values[x->value_of[target]];
    // of a string only what is within its quotes, one or two bytes each
    while (value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"')
        value = span_sub(value, 1, value.len - 2);
    return value;
}

static int take_cell(struct reader *r, struct csv_reader *x, size_t target, struct usage_row *row, struct span *kind,
                     struct err *e) {
    const struct target *t = &r->layout.targets[target];
    struct span cell = t->rest ? nested_value(r, x, target) : x->cells[t->base];
    if (cell.len <= 4 && reader_says_nothing(cell)) return 0;
    if (t->field == FIELD_KIND) *kind = cell;
    return field_read(row, t->field, t->unit, cell, &r->fields, e);
}

static bool is_long_text(enum field f) {
    return f == FIELD_PROMPT || f == FIELD_RESPONSE;
}

static enum reader_status take_record(struct reader *r, struct csv_reader *x, struct usage_row *row, struct err *e) {
    const struct layout *l = &r->layout;
    struct span kind = SPAN_NONE;
    if (x->csv.count != x->column_count) {
        err_set(e, "%zu columns, and the header has %zu", x->csv.count, x->column_count);
        return READER_BAD;
    }
    for (size_t b = 0; b < l->base_count; b++) x->cells[b] = (struct span){NULL, SIZE_MAX};
    for (size_t n = 0; n < x->nested_count; n++) x->nested[n].looked = false;
    for (size_t i = 0; i < l->target_count; i++) {
        const struct target *t = &l->targets[i];
        // long texts stay as they are until somebody wants to read them
        if (!t->rest && x->cells[t->base].len == SIZE_MAX)
            x->cells[t->base] = is_long_text(t->field) ? span_trim(csv_raw(&x->csv, x->column_of[t->base]))
                                                       : csv_text(&x->csv, x->column_of[t->base]);
        if (take_cell(r, x, i, row, &kind, e) != 0) return READER_BAD;
    }
    return reader_finish(r, row, kind, e);
}

static enum reader_status next(struct reader *r, struct usage_row *row, struct err *e) {
    struct csv_reader *x = r->state;
    for (;;) {
        enum csv_status status = csv_next(&x->csv, e);
        r->line = x->csv.line;
        switch (status) {
        case CSV_BAD: return READER_BAD;
        case CSV_END: return READER_END;
        case CSV_FAILED: return READER_FAILED;
        case CSV_RECORD: break;
        }
        bool blank = x->csv.count == 1 && !span_trim(csv_raw(&x->csv, 0)).len;
        if (!blank) return take_record(r, x, row, e);
    }
}

// Helicone's export tool doubles the quotes of JSON twice: {""model"":... Only an empty key begins like that, and then
// comes its colon.
static bool is_doubled_json(struct span s) {
    if (s.len && s.at[0] == '[') s = span_sub(s, 1, s.len - 1);
    return s.len > 3 && memcmp(s.at, "{\"\"", 3) == 0 && s.at[3] != ':' && s.at[3] != ' ';
}

static struct span decode(struct reader *r, struct span raw) {
    struct span text = csv_unquote(raw);
    (void)r;
    return is_doubled_json(text) ? csv_halve_quotes(text) : text;
}

static void free_state(struct reader *r) {
    struct csv_reader *x = r->state;
    csv_free(&x->csv);
    buf_free(&x->header);
    free(x);
}

static const struct reader_kind KIND = {"CSV", next, decode, free_state};

int reader_csv_open(struct reader *r, struct err *e) {
    struct csv_reader *x = mem_new(sizeof *x);
    r->state = x;
    r->kind = &KIND;
    buf_init(&x->header, HEADER_BYTES);
    csv_init(&x->csv, &r->window, csv_guess_separator(window_rest(&r->window)));
    return read_header(x, e) || bind_columns(r, x, e) ? -1 : 0;
}
