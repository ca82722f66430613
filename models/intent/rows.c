#include "rows.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "wire/json.h"

enum { MAX_FILE_BYTES = 64 << 20 };

struct row *rows_add(struct rows *rows) {
    if (rows->count == rows->cap) {
        rows->cap = rows->cap ? rows->cap * 2 : 4096;
        rows->at = mem_grow(rows->at, rows->cap * sizeof *rows->at);
    }
    struct row *r = &rows->at[rows->count++];
    *r = (struct row){.weak = NAN,
                      .strong = NAN,
                      .out_words = NAN,
                      .wanted = NAN,
                      .complexity = NAN,
                      .ambiguity = NAN,
                      .judged = NAN,
                      .task = -1,
                      .weight = 1};
    return r;
}

// ---------------------------------------------------------------- what a set's categories mean

// The first entry whose set is the row's and whose category is a part of the row's ("" fits all) applies.
// `gain` is what a point of strong - weak adds to `wanted`.
struct label {
    const char *set, *category;
    float wanted, gain, weight, complexity;
    int task;
    bool routine, hard;
};

// What these sets gain differs from prompt to prompt more than from subject to subject: one base for all.
// The gain is chosen on the folds: 0.8 gives MMLU .56, 1.5 .59, 2.5 .61, 4 .63, and from 3 on more of the
// routine traffic looks hard.
#define GAIN 3.0f
#define MMLU_BASE 0.2f
#define T(x) TASK_##x
static const struct label LABELS[] = {
    // set              category        wanted gain  wght  cplx  task          routine hard
    {"clinc150_train", "oos", -0.6f, 0, 1, 0.25f, T(CHAT), true, false},
    {"clinc150_train", "translate", -1, 0, 0.5f, 0.1f, T(TRANSLATE), true, false},
    {"clinc150_train", "", -1, 0, 0.5f, 0.1f, T(CHAT), true, false},
    {"banking77_train", "", -1, 0, 0.5f, 0.15f, T(CHAT), true, false},
    {"self_instruct_seed", "classification", -0.9f, 0, 1, 0.2f, T(CLASSIFY), true, false},
    {"self_instruct_seed", "Grammarly", -0.9f, 0, 1, 0.2f, T(REWRITE), true, false},
    {"self_instruct_seed", "generation", -0.3f, 0, 1, 0.4f, -1, false, false},
    {"self_instruct_seed", "", -0.4f, 0, 1, 0.35f, -1, false, false},
    {"t0_tasktype", "pair_classification", -0.8f, 0, 0.5f, 0.3f, T(CLASSIFY), false, false},
    {"t0_tasktype", "classification", -0.9f, 0, 0.5f, 0.2f, T(CLASSIFY), false, false},
    {"t0_tasktype", "summarization", -0.9f, 0, 2, 0.3f, T(SUMMARIZE), false, false},
    {"t0_tasktype", "rewrite", -0.8f, 0, 0.5f, 0.25f, T(REWRITE), false, false},
    {"t0_tasktype", "closed_qa", -0.7f, 0, 0.5f, 0.3f, T(EXTRACT), false, false},
    {"t0_tasktype", "open_qa", -0.3f, 0, 0.5f, 0.4f, T(QA), false, false},
    {"t0_tasktype", "question_generation", -0.6f, 0, 0.5f, 0.3f, T(WRITE), false, false},
    {"t0_tasktype", "text_generation", -0.5f, 0, 0.5f, 0.35f, T(WRITE), false, false},
    {"arena_hard", "coding", 1, 0, 3, 0.85f, T(CODE), false, true},
    {"arena_hard", "math", 1, 0, 3, 0.9f, T(MATHS), false, true},
    {"arena_hard", "creative", 0.9f, 0, 3, 0.65f, T(WRITE), false, true},
    {"gsm8k", "", 0.4f, GAIN, 1, 0.55f, T(MATHS), false, true},
    {"mmlu", "elementary_mathematics", MMLU_BASE, GAIN, 1, 0.4f, T(MATHS), false, false},
    {"mmlu", "college_math", MMLU_BASE, GAIN, 1, 0.8f, T(MATHS), false, true},
    {"mmlu", "abstract_algebra", MMLU_BASE, GAIN, 1, 0.8f, T(MATHS), false, true},
    {"mmlu", "mathematics", MMLU_BASE, GAIN, 1, 0.65f, T(MATHS), false, true},
    {"mmlu", "statistics", MMLU_BASE, GAIN, 1, 0.6f, T(MATHS), false, true},
    {"mmlu", "formal_logic", MMLU_BASE, GAIN, 1, 0.65f, T(REASONING), false, true},
    {"mmlu", "physics", MMLU_BASE, GAIN, 1, 0.65f, T(REASONING), false, true},
    {"mmlu", "elementary", MMLU_BASE, GAIN, 1, 0.4f, T(QA), false, false},
    {"mmlu", "college", MMLU_BASE, GAIN, 1, 0.65f, T(QA), false, true},
    {"mmlu", "professional", MMLU_BASE, GAIN, 1, 0.65f, T(QA), false, true},
    {"mmlu", "moral_scenarios", MMLU_BASE, GAIN, 1, 0.5f, T(REASONING), false, false},
    {"mmlu", "", MMLU_BASE, GAIN, 1, 0.5f, T(QA), false, false},
    {"llmrouter14", "gsm8k", 0.4f, GAIN, 1, 0.55f, T(MATHS), false, true},
    {"llmrouter14", "mgsm", 0.4f, GAIN, 1, 0.55f, T(MATHS), false, true},
    {"llmrouter14", "math", 0.6f, GAIN, 1, 0.8f, T(MATHS), false, true},
    {"llmrouter14", "gpqa", 0.5f, GAIN, 1, 0.9f, T(REASONING), false, true},
    {"llmrouter14", "logicgrid", 0.6f, GAIN, 1, 0.7f, T(REASONING), false, true},
    {"llmrouter14", "mbpp", 0.4f, GAIN, 1, 0.55f, T(CODE), false, true},
    {"llmrouter14", "human_eval", 0.4f, GAIN, 1, 0.6f, T(CODE), false, true},
    {"llmrouter14", "commongen", -0.4f, GAIN, 1, 0.3f, T(WRITE), false, false},
    {"llmrouter14", "", 0, GAIN, 1, 0.4f, T(QA), false, false},
};
#undef T

static const char *const MEASURED_ONLY[] = {"alpacaeval", "flask", "clamber", "instructwild_types"};

static void label(struct row *r) {
    for (size_t i = 0; i < sizeof MEASURED_ONLY / sizeof *MEASURED_ONLY; i++)
        if (!strcmp(r->set, MEASURED_ONLY[i])) r->measured_only = true;
    if (r->measured_only) return;
    const struct label *l = LABELS, *end = LABELS + sizeof LABELS / sizeof *LABELS;
    while (l < end && (strcmp(l->set, r->set) != 0 ||
                       (*l->category && span_find(r->category, span_from(l->category)) == SIZE_MAX)))
        l++;
    if (l == end) return;
    r->wanted = l->wanted;
    // the mean gap of these sets is about .15: a row that gains nothing is below its kind's base
    if (l->gain > 0 && !isnan(r->weak)) r->wanted += l->gain * (r->strong - r->weak - 0.15f);
    r->weight = l->weight;
    r->complexity = l->complexity;
    r->task = l->task;
    r->routine = l->routine;
    r->hard = l->hard;
    if (!strcmp(r->set, "clinc150_train")) r->ambiguity = span_is_z(r->category, "oos") ? 1 : 0;
    else if (!strcmp(r->set, "banking77_train") || !strcmp(r->set, "arena_hard")) r->ambiguity = 0;
}

// ---------------------------------------------------------------- reading

// Decoded text that lives as long as the program: rows point into it.
static struct span text_of(const struct json_doc *doc, const char *key) {
    uint32_t node = json_get(doc, 0, key);
    struct span raw = json_text(doc, node);
    if (raw.len == 0) return SPAN_NONE;
    char *out = mem_new(raw.len + 1);
    return span_make(out, json_unescape(raw, out));
}

static float real_of(const struct json_doc *doc, const char *key) {
    double v;
    return json_real(doc, json_get(doc, 0, key), &v) ? (float)v : NAN;
}

static void read_row(struct rows *rows, const char *set, const struct json_doc *doc) {
    struct span text = text_of(doc, "prompt");
    if (text.len == 0) return;
    struct row *r = rows_add(rows);
    r->set = set;
    r->text = text;
    r->category = text_of(doc, "category");
    if (r->category.len == 0) r->category = text_of(doc, "domain");
    r->weak = real_of(doc, "weak");
    r->strong = real_of(doc, "strong");
    r->out_words = real_of(doc, "out_words");
    if (isnan(r->out_words)) r->out_words = real_of(doc, "strong_words");
    r->judged = !strcmp(set, "clamber") ? (float)span_is_z(r->category, "ambiguous") : real_of(doc, "difficulty");
    label(r);
}

int rows_read(struct rows *rows, const char *path, struct err *e) {
    FILE *f = fopen(path, "rb");
    if (!f) return err_set(e, "%s: %s", path, strerror(errno));
    const char *base = strrchr(path, '/');
    char *set = mem_copy_z(base ? base + 1 : path);
    char *dot = strchr(set, '.');
    if (dot) *dot = 0;
    static const struct json_limits LIMITS = {.max_depth = 16, .max_nodes = 10000};
    struct json_doc doc = {0};
    char *line = NULL;
    size_t cap = 0, number = 0, at;
    ssize_t n;
    int result = 0;
    while (result == 0 && (n = getline(&line, &cap, f)) > 0) {
        number++;
        if (n > MAX_FILE_BYTES || json_parse(&doc, span_make(line, (size_t)n), &LIMITS, &at) != JSON_OK)
            result = err_set(e, "%s:%zu: not a JSON object", path, number);
        else read_row(rows, set, &doc);
    }
    json_free(&doc);
    free(line);
    fclose(f);
    return result;
}

// ---------------------------------------------------------------- folds

// Rows that share wording are joined: a union-find over the first owner of each run of words. Wording that
// more than a few rows share is stock ("which of the following is true?") and joins nobody.
struct owners {
    uint64_t *hash;
    uint32_t *row;
    uint16_t *uses;
    size_t mask;
    uint32_t *parent; // NULL while runs are counted
};

enum { RUN_WORDS = 12, STOCK_USES = 6 };

static uint32_t root_of(uint32_t *parent, uint32_t i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
}

static void see_run(struct owners *o, uint32_t row, uint64_t hash) {
    size_t i = hash & o->mask;
    while (o->hash[i] && o->hash[i] != hash) i = (i + 1) & o->mask;
    if (!o->parent) {
        if (!o->hash[i]) o->row[i] = row;
        o->hash[i] = hash;
        o->uses[i] = (uint16_t)(o->uses[i] + (o->uses[i] < STOCK_USES + 1));
    } else if (o->uses[i] <= STOCK_USES) {
        o->parent[root_of(o->parent, row)] = root_of(o->parent, o->row[i]);
    }
}

static void see_row(struct owners *o, uint32_t row, struct span text) {
    uint64_t ring[RUN_WORDS] = {0};
    size_t words = 0;
    for (size_t i = 0; i < text.len;) {
        while (i < text.len && (unsigned char)text.at[i] <= ' ') i++;
        size_t begin = i;
        while (i < text.len && (unsigned char)text.at[i] > ' ') i++;
        if (i == begin) break;
        ring[words++ % RUN_WORDS] = hash_bytes(text.at + begin, i - begin, 7);
        if (words < RUN_WORDS) continue;
        uint64_t h = 0;
        for (size_t k = 0; k < RUN_WORDS; k++) h = hash_bytes(&ring[(words + k) % RUN_WORDS], 8, h);
        see_run(o, row, h | 1);
    }
}

void rows_fold(struct rows *rows) {
    size_t slots = (size_t)1 << 23; // about four times the runs
    struct owners o = {mem_new_array(slots, 8), mem_new_array(slots, 4), mem_new_array(slots, 2), slots - 1, NULL};
    uint32_t *parent = mem_new_array(rows->count, sizeof *parent);
    for (uint32_t i = 0; i < rows->count; i++) parent[i] = i;
    for (uint32_t i = 0; i < rows->count; i++) see_row(&o, i, rows->at[i].text);
    o.parent = parent;
    for (uint32_t i = 0; i < rows->count; i++) see_row(&o, i, rows->at[i].text);
    for (uint32_t i = 0; i < rows->count; i++) {
        struct span name = rows->at[root_of(parent, i)].text;
        rows->at[i].fold = (int)(hash_bytes(name.at, name.len, 11) % FOLDS);
    }
    free(o.hash);
    free(o.row);
    free(o.uses);
    free(parent);
}
