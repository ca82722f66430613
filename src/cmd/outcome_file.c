#include "cmd/outcome_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "chat/view.h"
#include "cmd/progress.h"
#include "cmd/table.h"
#include "gateway/decide.h"
#include "intent/learned.h"

enum { ARENA_FACTOR = 12, QUALITY_MOST = 1000 };

struct reader {
    struct outcome_file *out;
    const struct outcome_file_how *how;
    struct json_doc line, request;
    struct arena arena;
    struct buf body; // a request built from a prompt
    struct sample *sample;
    uint64_t *seen; // an open table of what rows are known by
    size_t seen_mask, seen_count;
};

// ---------------------------------------------------------------- a line

// The view of the request in the line. What is wrong, or NULL.
static const char *view_line(struct reader *r, struct chat_view *view) {
    const struct config *c = r->how->config;
    const struct json_limits limits = {(uint32_t)c->limits.json_depth, (uint32_t)c->limits.json_values};
    uint32_t request = json_get(&r->line, 0, "request"), prompt = json_get(&r->line, 0, "prompt");
    struct span body;
    size_t at;
    if (json_is(&r->line, request, JSON_OBJECT)) {
        body = json_raw(&r->line, request);
    } else if (json_is(&r->line, prompt, JSON_STRING)) {
        if (json_text(&r->line, prompt).len == 0) return "\"prompt\" is empty";
        buf_reset(&r->body);
        buf_add_z(&r->body, "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":");
        buf_add_span(&r->body, json_raw(&r->line, prompt));
        buf_add_z(&r->body, "}]}");
        body = buf_span(&r->body);
    } else {
        return "neither a string \"prompt\" nor an object \"request\"";
    }
    struct chat_fault fault = {0};
    if (json_parse(&r->request, body, &limits, &at) != JSON_OK)
        return "the request is deeper or longer than limits.json_*";
    if (chat_view_openai(view, &r->request, (uint32_t)c->limits.messages, &r->arena, &fault) != 0)
        return "\"request\" is no chat completion request";
    return NULL;
}

// A quality; 0/1, true/false, or a score. What is wrong, or NULL.
static const char *read_quality(const struct json_doc *doc, const char *name, float *out) {
    uint32_t node = json_get(doc, 0, name);
    double v;
    bool weak = !strcmp(name, "weak");
    if (node == 0) return weak ? "\"weak\" is missing" : "\"strong\" is missing";
    if (json_is(doc, node, JSON_TRUE) || json_is(doc, node, JSON_FALSE)) v = json_is_true(doc, node);
    else if (!json_real(doc, node, &v)) return weak ? "\"weak\" is no number" : "\"strong\" is no number";
    if (!isfinite(v) || fabs(v) > QUALITY_MOST)
        return weak ? "\"weak\" is beyond -1000 to 1000" : "\"strong\" is beyond -1000 to 1000";
    *out = (float)v;
    return NULL;
}

static uint16_t label_of(struct outcome_file *f, const struct json_doc *doc) {
    static const char *const NAMES[] = {"task", "category", "domain"};
    uint32_t node = 0;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES && !json_is(doc, node, JSON_STRING); i++)
        node = json_get(doc, 0, NAMES[i]);
    if (!json_is(doc, node, JSON_STRING) || json_text(doc, node).len == 0 || json_text(doc, node).len > 64) return 0;
    for (size_t i = 1; i < f->label_count; i++)
        if (json_text_is(doc, node, f->labels[i])) return (uint16_t)i;
    if (f->label_count == OUTCOME_LABELS) return 0;
    char text[65] = "";
    text[json_unescape(json_text(doc, node), text)] = 0;
    f->labels[f->label_count] = mem_copy_z(text);
    return (uint16_t)f->label_count++;
}

// True when a request with these qualities was there before.
static bool is_duplicate(struct reader *r, const struct intent_input *in, float weak, float strong) {
    float qualities[2] = {weak, strong};
    uint64_t h = hash_bytes(qualities, sizeof qualities, 1);
    h = hash_bytes(in->text.at, in->text.len, hash_bytes(in->system.at, in->system.len, h)) | 1;
    if (r->seen_count * 2 >= r->seen_mask) {
        size_t old = r->seen ? r->seen_mask + 1 : 0, slots = old ? 2 * old : 4096;
        uint64_t *before = r->seen;
        r->seen = mem_new_array(slots, sizeof *r->seen);
        r->seen_mask = slots - 1;
        for (size_t i = 0; i < old; i++) {
            size_t k = before[i] & r->seen_mask;
            while (before[i] && r->seen[k]) k = (k + 1) & r->seen_mask;
            if (before[i]) r->seen[k] = before[i];
        }
        free(before);
    }
    size_t i = h & r->seen_mask;
    while (r->seen[i] && r->seen[i] != h) i = (i + 1) & r->seen_mask;
    bool known = r->seen[i] == h;
    r->seen[i] = h;
    r->seen_count += !known;
    return known;
}

static void add_row(struct reader *r, const struct intent_input *in, float weak, float strong) {
    const struct weights *w = r->how->weights;
    struct score score;
    float unused;
    sample_read(w, in, r->sample);
    intent_score(w, in, &score);
    struct outcome_row *row = outcomes_add(&r->out->rows, r->sample);
    row->weak = weak;
    row->strong = strong;
    row->length = (float)in->text.len;
    row->input_tokens = (float)in->input_tokens;
    row->output_tokens = (float)score.output_tokens;
    row->label = label_of(r->out, &r->line);
    row->use_score = score.score;
    row->use_p_local = score.p_local;
    (void)sample_score(w, r->sample, true, &row->base_score, &unused);
    for (int t = 0; t < TASK_COUNT; t++)
        if (!strcmp(score.task, weights_task_name((enum weights_task)t))) row->task = (uint16_t)t;
}

// What is wrong with the line, or NULL.
static const char *read_line(struct reader *r, struct span text) {
    const struct config *c = r->how->config;
    const struct json_limits limits = {(uint32_t)c->limits.json_depth, (uint32_t)c->limits.json_values};
    struct chat_view view;
    float weak, strong;
    size_t at;
    if (json_parse(&r->line, text, &limits, &at) != JSON_OK) return "not JSON";
    if (json_type(&r->line, 0) != JSON_OBJECT) return "not a JSON object";
    const char *wrong = read_quality(&r->line, "weak", &weak);
    if (!wrong) wrong = read_quality(&r->line, "strong", &strong);
    if (!wrong) wrong = view_line(r, &view);
    if (wrong) return wrong;
    struct intent_input in = decide_intent(&view, &r->arena);
    if (r->how->drop_duplicates && is_duplicate(r, &in, weak, strong)) r->out->duplicates++;
    else if (r->out->rows.count == r->how->max_rows) r->out->left_out++;
    else add_row(r, &in, weak, strong);
    return NULL;
}

// ---------------------------------------------------------------- the file

static void note_fault(struct outcome_file *f, uint64_t line, const char *why) {
    if (f->faulty < OUTCOME_FAULTS) {
        f->faults[f->faulty].line = line;
        span_copy_z(f->faults[f->faulty].why, sizeof f->faults->why, why);
    }
    f->faulty++;
}

static int read_lines(struct reader *r, struct table *t, struct err *e) {
    struct progress p;
    uint64_t told = 0;
    int status;
    progress_start(&p, "reading outcomes", t->total);
    while ((status = table_next(t, e)) == 1) {
        struct span line = span_trim(table_field(t, 0));
        progress_add(&p, t->bytes - told);
        told = t->bytes;
        if (line.len == 0) continue;
        r->out->lines++;
        const char *wrong = read_line(r, line);
        if (wrong) note_fault(r->out, t->line, wrong);
        arena_reset(&r->arena);
    }
    progress_end(&p);
    return status;
}

int outcome_file_read(struct outcome_file *f, const char *path, const struct outcome_file_how *how, struct err *e) {
    struct table *t = mem_new(sizeof *t);
    struct reader r = {.out = f, .how = how, .sample = mem_new(sizeof *r.sample)};
    *f = (struct outcome_file){.labels = mem_new_array(OUTCOME_LABELS, sizeof *f->labels), .label_count = 1};
    f->labels[0] = "none";
    arena_init(&r.arena, (size_t)TABLE_RECORD_BYTES * ARENA_FACTOR);
    buf_init(&r.body, TABLE_RECORD_BYTES + 128);
    int status = table_open(t, path, false, e);
    if (status == 0) {
        t->separator = 0; // a line is a value, whatever the file is called
        status = read_lines(&r, t, e);
        table_close(t);
    }
    if (status == 0) outcomes_group(&f->rows);
    json_free(&r.line);
    json_free(&r.request);
    arena_release(&r.arena);
    buf_free(&r.body);
    free(r.sample);
    free(r.seen);
    free(t);
    return status;
}

void outcome_file_release(struct outcome_file *f) {
    for (size_t i = 1; i < f->label_count; i++) free((void *)(uintptr_t)f->labels[i]);
    free(f->labels);
    outcomes_free(&f->rows);
    *f = (struct outcome_file){0};
}

void outcome_file_warn(const struct outcome_file *f, const char *path) {
    for (uint64_t i = 0; i < f->faulty && i < OUTCOME_FAULTS; i++)
        fprintf(stderr, "sluice: %s:%llu: %s\n", path, (unsigned long long)f->faults[i].line, f->faults[i].why);
    if (f->faulty)
        fprintf(stderr, "sluice: %llu of %llu lines were left out\n", (unsigned long long)f->faulty,
                (unsigned long long)f->lines);
    if (f->duplicates) fprintf(stderr, "sluice: %llu lines repeat another\n", (unsigned long long)f->duplicates);
    if (f->left_out)
        fprintf(stderr, "sluice: %llu lines beyond the first %u were not read\n", (unsigned long long)f->left_out,
                f->rows.count);
}
