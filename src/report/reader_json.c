// A log as JSON: lines, an array, or pages of a provider's API with buckets and results.
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "report/pieces.h"
#include "report/reader_internal.h"

static const struct json_limits LIMITS = {READER_JSON_DEPTH, READER_JSON_VALUES};

// Elements that are still to be visited.
struct list {
    uint32_t at, end; // nodes; at == end: none is left
};

struct json_reader {
    struct pieces pieces;
    struct json_doc doc;
    struct list outer;   // entries or buckets of the piece
    struct list results; // of a bucket
    uint32_t bucket;     // the object around the results; 0 with none
    struct buf decoded;
};

static struct list elements(const struct json_doc *doc, uint32_t array) {
    return (struct list){array + 1, doc->nodes[array].next};
}

static uint32_t take(const struct json_doc *doc, struct list *l) {
    uint32_t node = l->at;
    l->at = doc->nodes[node].next;
    return node;
}

static bool left(const struct list *l) {
    return l->at < l->end;
}

// ---------------------------------------------------------------- recognising

struct lookup {
    const struct json_doc *doc;
    uint32_t row, around; // `around`: 0 with none that is not the root
    bool has_around;
};

static bool has_path(void *context, struct span path) {
    const struct lookup *l = context;
    if (reader_json_at(l->doc, l->row, path)) return true;
    return l->has_around && reader_json_at(l->doc, l->around, path);
}

static int unknown_keys(const struct json_doc *doc, uint32_t row, struct err *e) {
    char names[240];
    size_t len = 0, count = 0;
    for (uint32_t k = row + 1; k < doc->nodes[row].next; k = doc->nodes[k + 1].next) {
        if (count++ == 12) break;
        int n = snprintf(names + len, sizeof names - len, "%s%.*s", len ? ", " : "", SPAN_ARG(json_text(doc, k)));
        if (n < 0 || (size_t)n >= sizeof names - len) break;
        len += (size_t)n;
    }
    names[len] = 0;
    return err_set(
        e,
        "no known format (keys: %s%s). Say what they are, as in --map time=KEY --map model=KEY "
        "--map input_tokens=KEY --map output_tokens=usage.KEY; `sluice audit --help` lists fields and formats",
        names, count > 12 ? ", ..." : "");
}

static int recognise(struct reader *r, struct json_reader *x, uint32_t row, struct err *e) {
    struct lookup l = {&x->doc, row, x->bucket, x->results.end != 0};
    const struct format *format = NULL;
    if (reader_pick_format(r, FORMAT_JSON, has_path, &l, &format, e) != 0) return -1;
    if (!format) return unknown_keys(&x->doc, row, e);
    return layout_bind(&r->layout, format, r->maps, r->options.map_count, NULL, NULL, e); // other entries may have more
}

// ---------------------------------------------------------------- rows

static int take_target(struct reader *r, struct json_reader *x, uint32_t node, const struct target *t,
                       struct usage_row *row, struct span *kind, struct err *e) {
    if (t->rest) {
        r->unreadable_cells += x->doc.nodes[node].type == JSON_STRING; // JSON within a string
        node = reader_json_at(&x->doc, node, span_sub(t->name, t->rest, t->name.len));
    }
    if (!node) return 0;
    if (t->field == FIELD_KIND) *kind = json_text(&x->doc, node);
    return reader_take_json(r, row, t, &x->doc, node, e);
}

static enum reader_status take_row(struct reader *r, struct json_reader *x, uint32_t object, struct usage_row *row,
                                   struct err *e) {
    const struct layout *l = &r->layout;
    uint32_t bases[LAYOUT_MOST];
    struct span kind = SPAN_NONE;
    if (x->doc.nodes[object].type != JSON_OBJECT) {
        err_set(e, "an entry is no JSON object");
        return READER_BAD;
    }
    if (!l->format && recognise(r, x, object, e) != 0) return READER_FAILED;
    for (size_t b = 0; b < l->base_count; b++) {
        bases[b] = json_get_key(&x->doc, object, l->bases[b]);
        if (!bases[b] && x->results.end) bases[b] = json_get_key(&x->doc, x->bucket, l->bases[b]);
    }
    for (size_t i = 0; i < l->target_count; i++) {
        const struct target *t = &l->targets[i];
        if (bases[t->base] && take_target(r, x, bases[t->base], t, row, &kind, e) != 0) return READER_BAD;
    }
    return reader_finish(r, row, kind, e);
}

// What a piece holds: a page's data, or itself.
static void begin_piece(struct json_reader *x) {
    uint32_t data = json_get(&x->doc, 0, "data");
    x->results = (struct list){0, 0};
    x->outer = (struct list){0, x->doc.nodes[0].next};
    if (json_is(&x->doc, data, JSON_ARRAY)) x->outer = elements(&x->doc, data);
    else if (x->doc.nodes[0].type == JSON_ARRAY) x->outer = elements(&x->doc, 0);
}

// The next object that is an entry, of the piece in work. False when there is none left.
static bool next_object(struct json_reader *x, uint32_t *object) {
    for (;;) {
        if (left(&x->results)) {
            *object = take(&x->doc, &x->results);
            return true;
        }
        x->results = (struct list){0, 0};
        if (!left(&x->outer)) return false;
        uint32_t node = take(&x->doc, &x->outer), results = json_get(&x->doc, node, "results");
        if (!json_is(&x->doc, results, JSON_ARRAY)) {
            *object = node;
            return true;
        }
        x->bucket = node;
        x->results = elements(&x->doc, results);
    }
}

static enum reader_status next(struct reader *r, struct usage_row *row, struct err *e) {
    struct json_reader *x = r->state;
    for (;;) {
        uint32_t object;
        struct span piece;
        size_t at;
        if (next_object(x, &object)) return take_row(r, x, object, row, e);
        x->outer = (struct list){0, 0};
        enum piece_status status = pieces_next(&x->pieces, &piece, e);
        r->line = x->pieces.line;
        if (status == PIECE_BAD) return READER_BAD;
        if (status == PIECE_END) return READER_END;
        if (status == PIECE_FAILED) return READER_FAILED;
        enum json_status parsed = json_parse(&x->doc, piece, &LIMITS, &at);
        if (parsed != JSON_OK) {
            err_set(e, "%s (byte %zu of the entry)", json_status_text(parsed), at);
            return READER_BAD;
        }
        begin_piece(x);
    }
}

static struct span decode(struct reader *r, struct span raw) {
    struct json_reader *x = r->state;
    if (raw.len < 2 || raw.at[0] != '"') return raw;
    raw = span_sub(raw, 1, raw.len - 2);
    buf_reset(&x->decoded);
    char *to = buf_reserve(&x->decoded, raw.len);
    if (!to) return SPAN_NONE;
    return span_make(to, json_unescape(raw, to));
}

static void free_state(struct reader *r) {
    struct json_reader *x = r->state;
    json_free(&x->doc);
    buf_free(&x->decoded);
    free(x);
}

static const struct reader_kind LINES = {"JSON lines", next, decode, free_state};
static const struct reader_kind VALUES = {"JSON", next, decode, free_state};

// A value a line, when most of the first lines are objects; one of them may be broken.
static bool is_by_line(struct json_reader *x, struct span text) {
    enum { LINES_LOOKED_AT = 8 };
    size_t lines = 0, whole = 0, at;
    while (lines < LINES_LOOKED_AT && text.at && text.at[0] != '[') {
        const char *end = memchr(text.at, '\n', text.len);
        if (!end) break;
        struct span line = span_trim(span_sub(text, 0, (size_t)(end - text.at)));
        text = span_sub(text, (size_t)(end - text.at) + 1, text.len);
        if (!line.len) continue;
        lines++;
        whole += line.at[0] == '{' && json_parse(&x->doc, line, &LIMITS, &at) == JSON_OK;
    }
    return whole && whole * 2 >= lines;
}

int reader_json_open(struct reader *r, struct err *e) {
    struct json_reader *x = mem_new(sizeof *x);
    struct span text = window_rest(&r->window);
    (void)e;
    r->state = x;
    buf_init(&x->decoded, r->window.most);
    while (text.len && (unsigned char)text.at[0] <= ' ') text = span_sub(text, 1, text.len);
    bool by_line = is_by_line(x, text);
    json_free(&x->doc);
    r->kind = by_line ? &LINES : &VALUES;
    pieces_init(&x->pieces, &r->window, by_line);
    return 0;
}
