#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "fit.h"
#include "wire/json.h"

static void fail(const char *what, const char *path) {
    fprintf(stderr, "fit: %s: %s\n", path, what);
    exit(1);
}

static struct span read_file(const char *path) {
    FILE *f = fopen(path, "rb");
    if (!f) fail("cannot be opened", path);
    fseek(f, 0, SEEK_END);
    size_t len = (size_t)ftell(f);
    rewind(f);
    char *at = mem_new(len + 1);
    if (fread(at, 1, len, f) != len) fail("cannot be read", path);
    fclose(f);
    return span_make(at, len);
}

static uint8_t type_of(struct span name) {
    static const char *const TYPES[] = {"PERSON", "PLACE", "ORG", "GROUP", "SKIP"};
    for (uint8_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
        if (span_is_z(name, TYPES[i])) return i;
    return SPAN_SKIP;
}

static void read_row(struct row *r, const struct json_doc *doc) {
    uint32_t text = json_get(doc, 0, "text"), spans = json_get(doc, 0, "spans");
    struct span raw = json_text(doc, text), set = json_text(doc, json_get(doc, 0, "set"));
    char *decoded = mem_new(raw.len + 1);
    int64_t group = 0, start = 0, end = 0;
    r->text = span_make(decoded, json_unescape(raw, decoded));
    snprintf(r->set, sizeof r->set, "%.*s", SPAN_ARG(set));
    (void)json_int(doc, json_get(doc, 0, "group"), &group);
    r->fold = (uint32_t)(hash_bytes(&group, sizeof group, 7) % FOLDS);
    r->spans = mem_new_array(json_count(doc, spans), sizeof *r->spans);
    for (uint32_t v = spans + 1; v < doc->nodes[spans].next; v = doc->nodes[v].next) {
        (void)json_int(doc, json_get(doc, v, "start"), &start);
        (void)json_int(doc, json_get(doc, v, "end"), &end);
        r->spans[r->count++] = (struct gold){
            .start = (uint32_t)start, .end = (uint32_t)end, .type = type_of(json_text(doc, json_get(doc, v, "type")))};
    }
}

struct rows rows_load(const char *path) {
    struct span file = read_file(path);
    struct rows rows = {.count = 0};
    struct json_doc doc = {.text = NULL};
    size_t cap = 0, at = 0;
    while (at < file.len) {
        const char *stop = memchr(file.at + at, '\n', file.len - at);
        size_t end = stop ? (size_t)(stop - file.at) : file.len, fault;
        const struct json_limits limits = {.max_depth = 8, .max_nodes = 4096};
        if (json_parse(&doc, span_sub(file, at, end - at), &limits, &fault) != JSON_OK) fail("is not JSON lines", path);
        if (rows.count == cap) {
            cap = cap ? cap * 2 : 1024;
            rows.at = mem_grow(rows.at, cap * sizeof *rows.at);
        }
        rows.at[rows.count] = (struct row){.count = 0};
        read_row(&rows.at[rows.count++], &doc);
        at = end + 1;
    }
    json_free(&doc);
    free((void *)(uintptr_t)file.at);
    return rows;
}

static bool begins(const char *text, const char *with) {
    return strncmp(text, with, strlen(with)) == 0;
}

bool row_is_gold(const struct row *r) {
    return !begins(r->set, "templates") && !begins(r->set, "banking") && !begins(r->set, "mmlu") &&
           !strstr(r->set, "-swapped");
}

bool row_is_chosen(const struct row *r, const struct choice *c) {
    if (begins(r->set, "only-")) return false;
    if (c->without_set && begins(r->set, c->without_set)) return false;
    bool folded = !begins(r->set, "templates") && !begins(r->set, "banking") && !begins(r->set, "mmlu");
    return !(folded && (int)r->fold == c->without_fold);
}

const struct gold *row_gold(const struct row *r, const struct name_token *t) {
    for (uint32_t i = 0; i < r->count; i++)
        if (t->start >= r->spans[i].start && t->start < r->spans[i].end) return &r->spans[i];
    return NULL;
}
