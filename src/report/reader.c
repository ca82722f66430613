#include "report/reader.h"

#include <stdlib.h>

#include "base/mem.h"
#include "report/reader_internal.h"
#include "report/unpack.h"

// ---------------------------------------------------------------- what a file is

static bool starts(struct span s, const char *bytes, size_t n) {
    return span_starts(s, span_make(bytes, n));
}

// What is no text is said by its name, with the way to mend it.
static int check_text(struct window *w, struct err *e) {
    struct span head = window_rest(w);
    if (!head.len) return err_set(e, "is empty");
    w->start += head.len - span_unmarked(head).len;
    enum packing packing = unpack_recognise(head);
    if (packing != PACKING_NONE) return err_set(e, "is packed twice; unpack it once");
    bool marked = starts(head, "\xff\xfe", 2) || starts(head, "\xfe\xff", 2);
    struct span begin = span_sub(head, 0, 4096);
    size_t nuls = 0;
    for (size_t i = 0; i < begin.len; i++) nuls += !begin.at[i];
    if (marked || nuls > begin.len / 4)
        return err_set(e, "is UTF-16 or UTF-32; make it UTF-8: iconv -f UTF-16 -t UTF-8 OLD > NEW");
    // further on a NUL costs the row that it stands in
    const char *line = begin.len > 64 ? memchr(begin.at + 64, '\n', begin.len - 64) : NULL;
    if (memchr(begin.at, 0, line ? (size_t)(line - begin.at) : begin.len))
        return err_set(e, "is no text: it begins with NUL bytes");
    if (!memchr(begin.at, '\n', begin.len) && memchr(begin.at, '\r', begin.len) && begin.at[0] != '{' &&
        begin.at[0] != '[')
        return err_set(e, "ends its lines with CR only; make them LF: tr '\\r' '\\n' < OLD > NEW");
    return 0;
}

static int open_text(struct reader *r, struct err *e) {
    int more = 1;
    // two blocks at most: enough to see a first entry of usual size
    for (int i = 0; i < 2 && more > 0 && r->window.len < SOURCE_BLOCK_BYTES; i++) more = window_fill(&r->window, e);
    if (more < 0 || check_text(&r->window, e) != 0) return -1;
    struct span text = span_trim(window_rest(&r->window));
    if (!text.len) return err_set(e, "holds nothing but white space");
    if (text.at[0] == '<') return err_set(e, "is HTML or XML, which no export is; was an error page saved?");
    return text.at[0] == '{' || text.at[0] == '[' ? reader_json_open(r, e) : reader_csv_open(r, e);
}

static struct reader *reader_new(const struct reader_options *options) {
    struct reader *r = mem_new(sizeof *r);
    r->options = *options;
    for (size_t i = 0; i < options->map_count && i < LAYOUT_MAPS; i++) r->maps[i] = options->maps[i];
    r->fields.now_us = options->now_us;
    return r;
}

struct reader *reader_open_source(struct source *source, const struct reader_options *options, struct err *e) {
    struct reader *r = reader_new(options);
    r->source = source;
    window_init(&r->window, source, options->record_bytes ? options->record_bytes : WINDOW_RECORD_BYTES);
    if (open_text(r, e) == 0) return r;
    reader_free(r);
    return NULL;
}

struct reader *reader_open(const char *path, const struct reader_options *options, struct err *e) {
    struct source *source = source_open(path, e);
    if (!source) return NULL;
    if (!source_is_sqlite(source)) return reader_open_source(source, options, e);
    struct reader *r = reader_new(options);
    r->source = source;
    if (reader_ledger_open(r, path, e) == 0) return r;
    reader_free(r);
    return NULL;
}

void reader_free(struct reader *r) {
    if (!r) return;
    if (r->kind) r->kind->free(r);
    window_free(&r->window);
    source_close(r->source);
    mem_wipe(r->texts, sizeof r->texts);
    free(r);
}

// ---------------------------------------------------------------- what they have in common

int reader_pick_format(const struct reader *r, unsigned in, format_has *has, void *context, const struct format **out,
                       struct err *e) {
    const struct format *format = r->options.format;
    if (format && !(format->in & in))
        return err_set(e, "--format %s is no %s, and this file is", format->name, in == FORMAT_CSV ? "CSV" : "JSON");
    if (!format) format = format_recognise(in, has, context);
    if (!format && r->options.map_count) format = &FORMAT_MAPPED;
    *out = format;
    return 0;
}

uint32_t reader_json_at(const struct json_doc *doc, uint32_t node, struct span path) {
    while (path.len) {
        size_t dot = span_find(path, SPAN("."));
        if (doc->nodes[node].type != JSON_OBJECT) return 0;
        node = json_get_key(doc, node, dot == SIZE_MAX ? path : span_sub(path, 0, dot));
        if (!node) return 0;
        path = dot == SIZE_MAX ? SPAN_NONE : span_sub(path, dot + 1, path.len);
    }
    return node;
}

bool reader_says_nothing(struct span raw) {
    static const char *const NOTHING[] = {"", "null", "{}", "[]", "\"\"", "\"{}\"", "\"[]\"", "None", "NULL", "\\N"};
    if (raw.len > 4 || (raw.len && raw.at[0] >= '0' && raw.at[0] <= '9')) return false;
    if (!raw.len) return true;
    raw = span_trim(raw);
    for (size_t i = 0; i < sizeof NOTHING / sizeof *NOTHING; i++)
        if (span_is_z(raw, NOTHING[i])) return true;
    return false;
}

static int keep_string(struct reader *r, struct span raw, enum field f, struct span *out, struct err *e) {
    if (raw.len > READER_SHORT_TEXT || raw.len > sizeof r->texts - r->text_len)
        return err_set(e, "%s is longer than %d bytes", field_name(f), READER_SHORT_TEXT);
    size_t n = json_unescape(raw, r->texts + r->text_len);
    *out = span_make(r->texts + r->text_len, n);
    r->text_len += n;
    return 0;
}

int reader_take_json(struct reader *r, struct usage_row *row, const struct target *t, const struct json_doc *doc,
                     uint32_t node, struct err *e) {
    enum json_type type = json_type(doc, node);
    struct span text = json_raw(doc, node);
    if (type == JSON_NULL) return 0;
    if (t->field == FIELD_PROMPT || t->field == FIELD_RESPONSE) {
        if (reader_says_nothing(text)) return 0;
    } else if (t->field == FIELD_ERROR && (type == JSON_OBJECT || type == JSON_ARRAY)) {
        text = span_sub(text, 0, text.len > 2 ? 1 : 0); // empty or not
    } else if (type == JSON_OBJECT || type == JSON_ARRAY) {
        return err_set(e, "%s is no plain value", field_name(t->field));
    } else if (type == JSON_STRING) {
        text = json_text(doc, node);
        if (doc->nodes[node].escaped && keep_string(r, text, t->field, &text, e) != 0) return -1;
    }
    return field_read(row, t->field, t->unit, text, &r->fields, e);
}

// A name of a model goes into tables and reports.
static int check_name(struct span *name, struct err *e) {
    *name = span_trim(*name);
    if (name->len > 255) return err_set(e, "model is longer than 255 bytes");
    for (size_t i = 0; i < name->len; i++)
        if ((unsigned char)name->at[i] < ' ') return err_set(e, "model holds control characters");
    return 0;
}

enum reader_status reader_finish(struct reader *r, struct usage_row *row, struct span kind, struct err *e) {
    const struct format *f = r->layout.format;
    if (f->kind && kind.len && !span_is_nocase(kind, span_from(f->kind))) return READER_LEFT_OUT;
    if (format_finish(f, row, e) != 0 || check_name(&row->model, e) != 0) return READER_BAD;
    if (row->input < 0 && row->output < 0 && !row->has_cost && !row->prompt.len) {
        err_set(e, "tells neither tokens nor a cost nor a prompt");
        return READER_BAD;
    }
    return READER_ROW;
}

enum reader_status reader_next(struct reader *r, struct usage_row *row, struct err *e) {
    row_clear(row);
    r->text_len = 0;
    return r->kind->next(r, row, e);
}

struct span reader_decode(struct reader *r, struct span raw) {
    return r->kind->decode(r, raw);
}

uint64_t reader_line(const struct reader *r) {
    return r->line;
}

const struct format *reader_format(const struct reader *r) {
    return r->layout.format;
}

uint64_t reader_unreadable_cells(const struct reader *r) {
    return r->unreadable_cells;
}

uint64_t reader_position(const struct reader *r) {
    return source_position(r->source);
}

const char *reader_container(const struct reader *r) {
    return r->kind->name;
}

const char *reader_compression(const struct reader *r) {
    return source_compression(r->source);
}
