// An averaged perceptron with a margin. It learns from its own mistakes in its own company: what stands before a token
// has the tags that it gave, not the right ones.
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "fit.h"

// Where the features have their weights: at first each feature of a large table, then only those that are kept.
struct table {
    struct name_bucket *buckets; // kept features, or NULL
    uint32_t count;              // of buckets
    uint64_t *seen;              // of the large table: feature of each row, 0 = none yet
    uint32_t *uses;
};

struct learner {
    struct table *table;
    float (*weights)[NAME_LABELS], (*sums)[NAME_LABELS]; // sums: weight times the steps that it did not stand
    double steps;
    uint64_t random;
};

enum { LARGE_ROWS = 1 << 21, NO_ROW = LARGE_ROWS };

static uint32_t row_of(struct table *t, uint64_t feature) {
    if (t->buckets) {
        uint32_t bucket = name_bucket_of(feature, t->count), row = name_row(&t->buckets[bucket], feature);
        return row == BUCKET_ROWS ? NO_ROW : bucket * BUCKET_ROWS + row;
    }
    uint32_t row = (uint32_t)(feature >> 43);
    if (!t->seen[row]) t->seen[row] = feature;
    if (t->seen[row] != feature) return NO_ROW; // first come, first served
    t->uses[row]++;
    return row;
}

// A name's knowledge is hidden in so many of a hundred cases, its word itself in so many others: what stands around
// it has to do then.
enum { HIDE_PERCENT = 25, WORD_DROP_PERCENT = 10 };
// How far the right label must lead, and how many runs with different dice are averaged.
enum { LEAD = 3, RUNS = 3 };

static uint32_t below(struct learner *l, uint32_t n) {
    l->random ^= l->random << 13;
    l->random ^= l->random >> 7;
    l->random ^= l->random << 17;
    return (uint32_t)((l->random >> 32) * n >> 32);
}

static uint8_t label_of(const struct gold *g, const struct name_token *t, uint8_t before) {
    if (!g || g->type == SPAN_SKIP) return LABEL_NONE;
    if (g->type == NAME_GROUP) return LABEL_GROUP;
    uint8_t first = (uint8_t)(g->type * 2 + 1);
    bool inside = t->start > g->start && (before == first || before == first + 1);
    return inside ? (uint8_t)(first + 1) : first;
}

// Names that no list holds are common; in made-up rows each is in one. So knowledge about some is taken away.
static void hide_known(struct learner *l, const struct row *r, struct name_segment *seg) {
    const struct gold *last = NULL;
    bool hide = false;
    for (uint32_t i = 0; i < seg->count; i++) {
        struct name_token *t = &seg->tokens[i];
        const struct gold *g = row_gold(r, t);
        if (g != last) hide = g && below(l, 100) < HIDE_PERCENT;
        last = g;
        if (g && hide && t->shape != SHAPE_LOWER && g->type != NAME_GROUP) t->known &= KNOWN_COMMON;
    }
}

static void update(struct learner *l, const uint32_t *rows, uint8_t label, float by) {
    for (int i = 0; i < NAME_FEATURES; i++) {
        if (rows[i] == NO_ROW) continue;
        l->weights[rows[i]][label] += by;
        l->sums[rows[i]][label] += (float)(l->steps * by);
    }
}

static void learn_token(struct learner *l, const struct row *r, struct name_segment *seg, uint32_t i,
                        struct name_memory *memory) {
    struct name_token *t = &seg->tokens[i];
    uint64_t features[NAME_FEATURES];
    uint32_t rows[NAME_FEATURES], hash = t->hash;
    float sum[NAME_LABELS] = {0};
    if (below(l, 100) < WORD_DROP_PERCENT && t->shape != SHAPE_LOWER && t->shape != SHAPE_MARK) t->hash = 1;
    name_features(seg, i, r->text, memory, features);
    t->hash = hash;
    for (int f = 0; f < NAME_FEATURES; f++) rows[f] = row_of(l->table, features[f]);
    for (int f = 0; f < NAME_FEATURES; f++)
        for (int k = 0; k < NAME_LABELS && rows[f] != NO_ROW; k++) sum[k] += l->weights[rows[f]][k];
    uint8_t best = LABEL_NONE, before = seg->tokens[(int64_t)i - 1].tag;
    for (uint8_t k = 1; k < NAME_LABELS; k++)
        if (sum[k] > sum[best] && name_label_follows(k, before)) best = k;
    const struct gold *g = row_gold(r, t);
    t->tag = best;
    if (best != LABEL_NONE && name_label_type(best) == NAME_PERSON && t->shape != SHAPE_INITIAL &&
        t->shape != SHAPE_MARK)
        name_memory_add(memory, t->hash);
    if (g && g->type == SPAN_SKIP) return;
    uint8_t want = label_of(g, t, before);
    l->steps++;
    uint8_t rival = want == LABEL_NONE ? 1 : LABEL_NONE;
    for (uint8_t k = 0; k < NAME_LABELS; k++)
        if (k != want && sum[k] > sum[rival] && name_label_follows(k, before)) rival = k;
    if (sum[want] - sum[rival] > LEAD) return;
    update(l, rows, want, 1);
    update(l, rows, rival, -1);
}

static void learn_row(struct learner *l, const struct row *r, const struct name_filter *filter) {
    struct name_segment seg;
    struct name_memory memory = {{0}};
    name_segment_init(&seg);
    for (size_t at = 0; at < r->text.len;) {
        at = name_segment_read(&seg, r->text, at, filter);
        if (seg.candidates == 0) continue;
        hide_known(l, r, &seg);
        for (uint32_t i = 0; i < seg.count; i++)
            if (name_looks(&seg, i, r->text)) learn_token(l, r, &seg, i, &memory);
    }
}

static int by_size(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

// Integers in buckets, relative to LABEL_NONE.
static struct model quantise(const float *mean, const struct table *table, const struct name_filter *filter) {
    size_t rows = (size_t)table->count * BUCKET_ROWS, used = 0, slots = (size_t)filter->buckets * FILTER_BUCKET * 2;
    float *sizes = mem_new_array(rows * NAME_LABELS, sizeof *sizes);
    for (size_t i = 0; i < rows * NAME_LABELS; i++) {
        float relative = mean[i] - mean[i / NAME_LABELS * NAME_LABELS];
        if (relative != 0) sizes[used++] = fabsf(relative);
    }
    qsort(sizes, used, sizeof *sizes, by_size);
    float scale = 127 / (used ? sizes[used - 1 - used / 1000] : 1);
    free(sizes);
    struct model m = {.body_len = table->count * sizeof(struct name_bucket) + slots};
    m.body = mem_new(m.body_len);
    struct name_bucket *buckets = (struct name_bucket *)(void *)m.body;
    for (size_t i = 0; i < rows; i++) {
        struct name_bucket *b = &buckets[i / BUCKET_ROWS];
        const float *w = mean + i * NAME_LABELS;
        b->tags[i % BUCKET_ROWS] = table->buckets[i / BUCKET_ROWS].tags[i % BUCKET_ROWS];
        for (int k = 1; k < NAME_LABELS; k++)
            b->weights[i % BUCKET_ROWS][k - 1] = (int8_t)lrintf(fmaxf(-127, fminf(127, (w[k] - w[0]) * scale)));
    }
    memcpy(m.body + m.body_len - slots, filter->slots, slots);
    m.names.header = (struct names_header){.features = table->count, .words = filter->buckets, .labels = NAME_LABELS};
    for (int t = 0; t < NAME_TYPES; t++) m.names.header.slope[t] = 0.02f;
    m.names.buckets = buckets;
    m.names.filter = (struct name_filter){(const uint16_t *)(const void *)(buckets + table->count), filter->buckets};
    return m;
}

static void learn(struct learner *l, const struct rows *rows, size_t *order, size_t count, uint32_t epochs,
                  const struct name_filter *filter) {
    for (uint32_t epoch = 0; epoch < epochs; epoch++) {
        for (size_t i = count; i > 1; i--) {
            size_t j = below(l, (uint32_t)i), keep = order[i - 1];
            order[i - 1] = order[j];
            order[j] = keep;
        }
        for (size_t i = 0; i < count; i++) learn_row(l, &rows->at[order[i]], filter);
    }
}

// Adds the averaged weights of one run.
static void run(struct learner *l, size_t table_rows, const struct rows *rows, size_t *order, size_t count,
                uint32_t epochs, const struct name_filter *filter, float *mean) {
    l->weights = mem_new_array(table_rows, sizeof *l->weights);
    l->sums = mem_new_array(table_rows, sizeof *l->sums);
    l->steps = 1;
    learn(l, rows, order, count, epochs, filter);
    for (size_t i = 0; i < table_rows * NAME_LABELS; i++)
        mean[i] += l->weights[0][i] - (float)(l->sums[0][i] / l->steps);
    free(l->weights);
    free(l->sums);
}

struct worth {
    uint64_t feature;
    float value;
};

static int by_worth(const void *a, const void *b) {
    const struct worth *x = a, *y = b;
    if (x->value != y->value) return x->value > y->value ? -1 : 1;
    return x->feature < y->feature ? -1 : x->feature > y->feature;
}

// Fills the buckets with the features whose weights moved the most, over all their uses.
static void keep_best(struct table *t, const float *mean, uint32_t buckets) {
    struct worth *all = mem_new_array(LARGE_ROWS, sizeof *all);
    size_t count = 0;
    for (size_t i = 0; i < LARGE_ROWS; i++) {
        float square = 0;
        const float *w = mean + i * NAME_LABELS;
        for (int k = 1; k < NAME_LABELS; k++) square += (w[k] - w[0]) * (w[k] - w[0]);
        if (square > 0) all[count++] = (struct worth){t->seen[i], sqrtf(square * (float)t->uses[i])};
    }
    qsort(all, count, sizeof *all, by_worth);
    t->buckets = mem_new_array(buckets, sizeof *t->buckets);
    t->count = buckets;
    for (size_t i = 0; i < count; i++) {
        struct name_bucket *b = &t->buckets[name_bucket_of(all[i].feature, buckets)];
        if (name_row(b, all[i].feature) != BUCKET_ROWS) continue; // its tag is taken
        for (int k = 0; k < BUCKET_ROWS; k++)
            if (!b->tags[k]) {
                b->tags[k] = name_tag(all[i].feature);
                break;
            }
    }
    free(all);
}

struct model perceptron_train(const struct rows *rows, const struct choice *choice, const struct name_filter *filter,
                              uint32_t buckets, uint32_t epochs) {
    struct table table = {.buckets = NULL};
    struct learner l = {.table = &table, .random = 88172645463325252u};
    size_t count = 0, *order = mem_new_array(rows->count, sizeof *order), kept = (size_t)buckets * BUCKET_ROWS;
    for (size_t i = 0; i < rows->count; i++)
        if (row_is_chosen(&rows->at[i], choice)) order[count++] = i;
    float *mean = mem_new_array((size_t)LARGE_ROWS * NAME_LABELS, sizeof *mean);
    table.seen = mem_new_array(LARGE_ROWS, sizeof *table.seen);
    table.uses = mem_new_array(LARGE_ROWS, sizeof *table.uses);
    run(&l, LARGE_ROWS, rows, order, count, epochs, filter, mean);
    keep_best(&table, mean, buckets);
    memset(mean, 0, kept * NAME_LABELS * sizeof *mean);
    for (int turn = 0; turn < RUNS; turn++) run(&l, kept, rows, order, count, epochs, filter, mean);
    struct model m = quantise(mean, &table, filter);
    free(order);
    free(mean);
    free(table.seen);
    free(table.uses);
    free(table.buckets);
    return m;
}

void model_free(struct model *m) {
    free(m->body);
}
