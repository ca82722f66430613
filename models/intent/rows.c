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
                      .judged = NAN,
                      .task = -1,
                      .intent = INTENT_NONE,
                      .weight = 1};
    return r;
}

// ---------------------------------------------------------------- what a set's categories mean

// The first entry whose set is the row's and whose category is a part of the row's ("" fits all) applies.
// Nobody's judgement of an answer is in this table: it is a guess of how much a kind of request wants the frontier,
// and of how many words a model answers it with (0: as the row says).
struct label {
    const char *set, *category;
    float wanted, weight, complexity, words;
    int task;
    bool routine, hard;
};

#define T(x) TASK_##x
static const struct label LABELS[] = {
    // set              category      wanted wght cplx words task          routine hard
    {"clinc150_train", "oos", -0.6f, 1, 0.25f, 0, T(CHAT), true, false},
    {"clinc150_train", "translate", -1, 0.5f, 0.1f, 0, T(TRANSLATE), true, false},
    {"clinc150_train", "", -1, 0.5f, 0.1f, 0, T(CHAT), true, false},
    {"banking77_train", "", -1, 0.5f, 0.15f, 0, T(CHAT), true, false},
    {"self_instruct_seed", "classification", -0.8f, 1, 0.2f, 0, T(CLASSIFY), true, false},
    {"self_instruct_seed", "Grammarly", -0.8f, 1, 0.2f, 0, T(REWRITE), true, false},
    {"self_instruct_seed", "Leetcode", 0.9f, 1, 0.7f, 0, T(CODE), false, true},
    {"self_instruct_seed", "StackOverflow", 0.8f, 1, 0.6f, 0, T(CODE), false, true},
    {"self_instruct_seed", "", -0.2f, 1, 0.35f, 0, -1, false, false},
    {"t0_tasktype", "pair_classification", -0.8f, 0.5f, 0.3f, 14, T(COMPARE), false, false},
    {"t0_tasktype", "classification", -0.9f, 0.5f, 0.2f, 5, T(CLASSIFY), false, false},
    {"t0_tasktype", "summarization", -0.9f, 1, 0.3f, 0, T(SUMMARIZE), false, false},
    {"t0_tasktype", "rewrite", -0.8f, 0.5f, 0.25f, 0, T(REWRITE), false, false},
    {"t0_tasktype", "closed_qa", -0.7f, 0.5f, 0.3f, 25, T(EXTRACT), false, false},
    {"t0_tasktype", "open_qa", -0.3f, 0.5f, 0.4f, 40, T(QA), false, false},
    {"t0_tasktype", "question_generation", -0.6f, 0.5f, 0.3f, 12, T(ASK), false, false},
    {"t0_tasktype", "text_generation", -0.4f, 0.5f, 0.35f, 0, T(WRITE), false, false},
    {"arena_hard", "coding", 1, 4, 0.85f, 0, T(CODE), false, true},
    {"arena_hard", "math", 1, 4, 0.9f, 0, T(MATHS), false, true},
    {"arena_hard", "creative", 0.7f, 4, 0.65f, 0, T(WRITE), false, true},
    {"gsm8k", "", 0.7f, 1, 0.55f, 0, T(MATHS), false, true},
    {"mmlu", "elementary_mathematics", 0.3f, 1, 0.4f, 0, T(MATHS), false, false},
    {"mmlu", "college_math", 0.3f, 1, 0.8f, 0, T(MATHS), false, false},
    {"mmlu", "abstract_algebra", 0.3f, 1, 0.8f, 0, T(MATHS), false, false},
    {"mmlu", "mathematics", 0.3f, 1, 0.65f, 0, T(MATHS), false, false},
    {"mmlu", "statistics", 0.3f, 1, 0.6f, 0, T(MATHS), false, false},
    {"mmlu", "formal_logic", 0.3f, 1, 0.65f, 0, T(REASONING), false, false},
    {"mmlu", "physics", 0.3f, 1, 0.65f, 0, T(REASONING), false, false},
    {"mmlu", "elementary", 0.3f, 1, 0.4f, 0, T(QA), false, false},
    {"mmlu", "college", 0.3f, 1, 0.65f, 0, T(QA), false, false},
    {"mmlu", "professional", 0.3f, 1, 0.65f, 0, T(QA), false, false},
    {"mmlu", "", 0.3f, 1, 0.5f, 0, T(QA), false, false},
    {"llmrouter14", "gsm8k", 0.7f, 1, 0.55f, 0, T(MATHS), false, true},
    {"llmrouter14", "mgsm", 0.7f, 1, 0.55f, 0, T(MATHS), false, true},
    {"llmrouter14", "math", 0.8f, 1, 0.8f, 0, T(MATHS), false, true},
    {"llmrouter14", "gpqa", 0.6f, 1, 0.9f, 0, T(REASONING), false, true},
    {"llmrouter14", "logicgrid", 1, 2, 0.7f, 0, T(REASONING), false, true},
    {"llmrouter14", "mbpp", 0.9f, 1, 0.55f, 0, T(CODE), false, true},
    {"llmrouter14", "human_eval", 1, 2, 0.6f, 0, T(CODE), false, true},
    {"llmrouter14", "commongen", 0, 1, 0.3f, 0, T(WRITE), false, false},
    {"llmrouter14", "trivia_qa", -0.2f, 1, 0.4f, 0, T(QA), false, false},
    {"llmrouter14", "natural_qa", -0.2f, 1, 0.4f, 0, T(QA), false, false},
    {"llmrouter14", "arc_challenge", -0.1f, 1, 0.4f, 0, T(QA), false, false},
    {"llmrouter14", "mmlu", 0.3f, 1, 0.4f, 0, T(QA), false, false},
    {"llmrouter14", "", -0.2f, 1, 0.4f, 0, T(QA), false, false},
};
#undef T

static const char *const MEASURED_ONLY[] = {"alpacaeval", "flask", "clamber", "instructwild_types"};

// The intents of CLINC150 are numbered as they come. Questions of general knowledge stand for what nobody foresaw.
static int intent_of(const struct row *r) {
    static struct span known[INTENT_BANKING];
    static int count;
    if (!strcmp(r->set, "banking77_train")) return INTENT_BANKING;
    if (span_is_z(r->category, "trivia_qa") || span_is_z(r->category, "natural_qa")) return INTENT_OUTSIDE;
    if (strcmp(r->set, "clinc150_train") != 0) return INTENT_NONE;
    if (span_is_z(r->category, "oos")) return INTENT_OUTSIDE;
    for (int i = 0; i < count; i++)
        if (span_is(known[i], r->category)) return i;
    known[count] = r->category;
    return count < INTENT_BANKING ? count++ : INTENT_NONE;
}

// A model says about twice as much as the people who wrote these answers.
static const float WRITTEN_BY_A_PERSON = 4;

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
    r->weight = l->weight;
    r->complexity = l->complexity;
    if (l->words > 0) r->out_words = l->words;
    else if (!strcmp(r->set, "self_instruct_seed")) r->out_words *= WRITTEN_BY_A_PERSON;
    r->task = l->task;
    r->routine = l->routine;
    r->hard = l->hard;
    r->intent = intent_of(r);
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
    r->dataset = text_of(doc, "dataset");
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

// "gigaword_write" and "gigaword_first" are one data set.
static struct span family_of(struct span dataset) {
    static const char *const FAMILIES[] = {"gigaword", "xsum", "ropes", "wiqa", "trec"};
    for (size_t i = 0; i < sizeof FAMILIES / sizeof *FAMILIES; i++)
        if (span_find(dataset, span_from(FAMILIES[i])) == 0) return span_from(FAMILIES[i]);
    return dataset;
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
        struct row *r = &rows->at[i];
        struct span name = r->dataset.len ? family_of(r->dataset) : rows->at[root_of(parent, i)].text;
        if (r->fold != FOLD_ALWAYS) r->fold = (int)(hash_bytes(name.at, name.len, 11) % FOLDS);
    }
    free(o.hash);
    free(o.row);
    free(o.uses);
    free(parent);
}
