#include "intent/lines.h"

#include <math.h>

#include "wire/json.h"

static struct line *own_line(struct lines *l, const char *task) {
    for (uint32_t i = 0; i < l->count; i++)
        if (strcmp(l->at[i].task, task) == 0) return &l->at[i];
    return NULL;
}

const struct line *lines_find(const struct lines *l, const char *task) {
    const struct line *all = NULL;
    for (uint32_t i = 0; i < l->count; i++) {
        if (strcmp(l->at[i].task, task) == 0) return &l->at[i];
        if (!*l->at[i].task) all = &l->at[i];
    }
    return all;
}

bool lines_put(struct lines *l, const struct line *line) {
    struct line *to = own_line(l, line->task);
    if (!to && l->count == LINES_MOST) return false;
    if (!to) to = &l->at[l->count++];
    *to = *line;
    return true;
}

void lines_drop(struct lines *l, const char *task) {
    struct line *line = own_line(l, task);
    if (line) *line = l->at[--l->count];
}

// ---------------------------------------------------------------- as a file

static void put_bound(struct buf *out, const char *key, float bound) {
    json_put_key(out, key);
    if (isfinite(bound)) buf_printf(out, "%.6g", (double)bound);
    else buf_add_z(out, "null");
}

void lines_write(const struct lines *l, struct buf *out) {
    buf_printf(out, "{\"format\":%d,\"lines\":[", LINES_FORMAT);
    for (uint32_t i = 0; i < l->count; i++) {
        const struct line *line = &l->at[i];
        buf_add_z(out, i ? ",{\"task\":" : "{\"task\":");
        json_put_z(out, line->task);
        put_bound(out, "mean", line->mean);
        put_bound(out, "least", line->least);
        buf_printf(out, ",\"good\":%u,\"bad\":%u,\"caught\":%u,\"doubted\":%u}", line->good, line->bad, line->caught,
                   line->doubted);
    }
    buf_add_z(out, "]}\n");
}

static bool read_count(const struct json_doc *doc, uint32_t object, const char *key, uint32_t *out) {
    int64_t n;
    if (!json_int(doc, json_get(doc, object, key), &n) || n < 0 || n > UINT32_MAX) return false;
    *out = (uint32_t)n;
    return true;
}

static bool read_bound(const struct json_doc *doc, uint32_t object, const char *key, float *out) {
    double bound;
    uint32_t node = json_get(doc, object, key);
    *out = -INFINITY;
    if (node && json_type(doc, node) == JSON_NULL) return true;
    if (!json_real(doc, node, &bound) || !(bound <= 0)) return false;
    *out = (float)bound;
    return true;
}

static bool read_line(const struct json_doc *doc, uint32_t object, struct line *out) {
    struct span task = json_text(doc, json_get(doc, object, "task"));
    *out = (struct line){.good = 0};
    if (!json_is(doc, json_get(doc, object, "task"), JSON_STRING) || task.len >= sizeof out->task) return false;
    if (task.len) memcpy(out->task, task.at, task.len);
    return read_bound(doc, object, "mean", &out->mean) && read_bound(doc, object, "least", &out->least) &&
           read_count(doc, object, "good", &out->good) && read_count(doc, object, "bad", &out->bad) &&
           read_count(doc, object, "caught", &out->caught) && read_count(doc, object, "doubted", &out->doubted);
}

static bool read_all(const struct json_doc *doc, struct lines *out) {
    int64_t format;
    uint32_t list = doc->count && json_type(doc, 0) == JSON_OBJECT ? json_get(doc, 0, "lines") : 0;
    if (!json_is(doc, list, JSON_ARRAY) || !json_int(doc, json_get(doc, 0, "format"), &format)) return false;
    if (format != LINES_FORMAT) return false;
    for (uint32_t v = list + 1; v < doc->nodes[list].next; v = doc->nodes[v].next) {
        struct line line;
        if (!json_is(doc, v, JSON_OBJECT) || !read_line(doc, v, &line) || !lines_put(out, &line)) return false;
    }
    return true;
}

int lines_read(struct span text, struct lines *out, struct err *e) {
    static const struct json_limits LIMITS = {.max_depth = 4, .max_nodes = 1024};
    struct json_doc doc = {0};
    size_t at;
    *out = (struct lines){.count = 0};
    bool good = json_parse(&doc, text, &LIMITS, &at) == JSON_OK && read_all(&doc, out);
    json_free(&doc);
    if (good) return 0;
    out->count = 0;
    return err_set(e, "learned lines: damaged, or of another version of sluice; learn them again");
}
