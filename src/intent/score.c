#include "intent/score.h"

#include <math.h>
#if defined __x86_64__
#include <immintrin.h>
#endif

#include "base/wide.h"
#include "intent/learned.h"
#include "intent/recall.h"
#include "intent/weights.h"

static const float COUNT_BOUND = 4; // deviations: a count far outside what was seen must not decide alone
enum { OUTPUT_TOKENS_MAX = 16384 };

BODY float count_of(const struct weights *w, const struct features *f, uint32_t i) {
    // scale holds gain / deviation, or 0: bound in units of the gain
    float v = (f->counts[i] - w->mean[i]) * w->scale[i];
    float bound = COUNT_BOUND * w->header.count_gain;
    return v > bound ? bound : v < -bound ? -bound : v;
}

float weights_count(const struct weights *w, const struct features *f, uint32_t i) {
    return count_of(w, f, i);
}

_Static_assert(sizeof(struct weights_row) == ONCE_AHEAD * WEIGHTS_ROW_BUCKETS, "rows are fetched ahead");
BODY const struct weights_row *row_of(const struct weights *w, uint32_t bucket) {
    return &w->row[bucket / WEIGHTS_ROW_BUCKETS];
}

#if defined __x86_64__

_Static_assert(WEIGHTS_ROW_OUTPUTS == 16, "the outputs of a row are a vector");
enum { ROWS_AT_ONCE = 256 }; // sums of so many bytes fit 16 bits

// Sixteen more bytes to sixteen sums.
WIDE static inline __m256i add_row(__m256i sum, const uint8_t *row) {
    return _mm256_add_epi16(sum, _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(const void *)row)));
}

WIDE static inline void sum_rows_wide(const struct weights *w, const uint16_t *buckets, uint32_t count,
                                      uint32_t sums[static WEIGHTS_OUTPUTS]) {
    for (uint32_t i = 0; i < count;) {
        uint32_t end = count - i > ROWS_AT_ONCE ? i + ROWS_AT_ONCE : count, frontier = 0;
        __m256i sum = _mm256_setzero_si256();
        for (; i < end; i++) {
            const struct weights_row *row = row_of(w, buckets[i]);
            sum = add_row(sum, row->outputs);
            frontier += row->frontier[buckets[i] % WEIGHTS_ROW_BUCKETS];
        }
        uint16_t each[WEIGHTS_ROW_OUTPUTS];
        _mm256_storeu_si256((__m256i *)(void *)each, sum);
        for (uint32_t o = 0; o < WEIGHTS_ROW_OUTPUTS; o++) sums[o] += each[o];
        sums[OUTPUT_FRONTIER] += frontier;
    }
}

// Adds eight sums of 16 bits to every second of sixteen.
static inline void widen(__m128i sums, uint32_t *to) {
    uint16_t each[8];
    _mm_storeu_si128((__m128i *)each, sums);
    for (int i = 0; i < 8; i++) to[i * 2] += each[i];
}

static void sum_rows(const struct weights *w, const uint16_t *buckets, uint32_t count,
                     uint32_t sums[static WEIGHTS_OUTPUTS]) {
    const __m128i low = _mm_set1_epi16(0xff);
    for (uint32_t i = 0; i < count;) {
        uint32_t end = count - i > ROWS_AT_ONCE ? i + ROWS_AT_ONCE : count, frontier = 0;
        __m128i even = _mm_setzero_si128(), odd = even;
        for (; i < end; i++) {
            const struct weights_row *row = row_of(w, buckets[i]);
            __m128i outputs = _mm_load_si128((const __m128i *)(const void *)row->outputs);
            even = _mm_add_epi16(even, _mm_and_si128(outputs, low));
            odd = _mm_add_epi16(odd, _mm_srli_epi16(outputs, 8));
            frontier += row->frontier[buckets[i] % WEIGHTS_ROW_BUCKETS];
        }
        widen(even, sums);
        widen(odd, sums + 1);
        sums[OUTPUT_FRONTIER] += frontier;
    }
}

#else

static void sum_rows_wide(const struct weights *w, const uint16_t *buckets, uint32_t count,
                          uint32_t sums[static WEIGHTS_OUTPUTS]) {
    (void)w, (void)buckets, (void)count, (void)sums;
}

static void sum_rows(const struct weights *w, const uint16_t *buckets, uint32_t count,
                     uint32_t sums[static WEIGHTS_OUTPUTS]) {
    for (uint32_t i = 0; i < count; i++) {
        const struct weights_row *row = row_of(w, buckets[i]);
        for (uint32_t o = 0; o < WEIGHTS_ROW_OUTPUTS; o++) sums[o] += row->outputs[o];
        sums[OUTPUT_FRONTIER] += row->frontier[buckets[i] % WEIGHTS_ROW_BUCKETS];
    }
}

#endif

BODY void add_sums(const struct weights *w, const uint32_t *sums, uint32_t count, float value, float *outputs) {
    for (uint32_t o = 0; o <= OUTPUT_FRONTIER; o++)
        outputs[o] += (float)(int32_t)(sums[o] - count * WEIGHTS_ZERO) * value * w->step[o];
}

static void add_buckets_narrow(const struct weights *w, const uint16_t *buckets, uint32_t count, float value,
                               float *outputs) {
    uint32_t sums[WEIGHTS_OUTPUTS] = {0};
    sum_rows(w, buckets, count, sums);
    add_sums(w, sums, count, value, outputs);
}

WIDE static void add_buckets_wide(const struct weights *w, const uint16_t *buckets, uint32_t count, float value,
                                  float *outputs) {
    uint32_t sums[WEIGHTS_OUTPUTS] = {0};
    sum_rows_wide(w, buckets, count, sums);
    add_sums(w, sums, count, value, outputs);
}

static void add_buckets(const struct weights *w, const uint16_t *buckets, uint32_t count, float value,
                        float outputs[static WEIGHTS_OUTPUTS]) {
    if (count == 0) return;
    if (wide_is_there) add_buckets_wide(w, buckets, count, value, outputs);
    else add_buckets_narrow(w, buckets, count, value, outputs);
}

_Static_assert(FEATURES_INTENT_MAX *UINT8_MAX <= UINT16_MAX, "sums of the intents fit");

static void sum_intents(const struct weights *w, const struct features *f, uint16_t sums[static WEIGHTS_INTENTS]) {
    memset(sums, 0, WEIGHTS_INTENTS * sizeof *sums);
    for (uint32_t i = 0; i < f->intent_count; i++) {
        const uint8_t *row = w->intents[f->intent[i]];
        for (uint32_t c = 0; c < WEIGHTS_INTENTS; c++) sums[c] = (uint16_t)(sums[c] + row[c]);
    }
}

// The largest of WEIGHTS_INTENTS numbers.
static float largest(const float *of) {
    float most[8]; // eight chains, which need not wait for each other
    memcpy(most, of, sizeof most);
    for (uint32_t c = 8; c < WEIGHTS_INTENTS; c++) most[c % 8] = of[c] > most[c % 8] ? of[c] : most[c % 8];
    for (uint32_t i = 1; i < 8; i++) most[0] = most[i] > most[0] ? most[i] : most[0];
    return most[0];
}

#if defined __x86_64__
// Half of the columns at a time: their sums stay in registers.
WIDE static void sum_intents_wide(const struct weights *w, const struct features *f,
                                  uint16_t sums[static WEIGHTS_INTENTS]) {
    enum { HALF = 80 };
    _Static_assert(WEIGHTS_INTENTS == 2 * HALF, "five vectors, twice");
    for (uint32_t from = 0; from < WEIGHTS_INTENTS; from += HALF) {
        __m256i a = _mm256_setzero_si256(), b = a, c = a, d = a, e = a;
        for (uint32_t i = 0; i < f->intent_count; i++) {
            const uint8_t *row = w->intents[f->intent[i]] + from;
            a = add_row(a, row);
            b = add_row(b, row + 16);
            c = add_row(c, row + 32);
            d = add_row(d, row + 48);
            e = add_row(e, row + 64);
        }
        const __m256i all[] = {a, b, c, d, e};
        memcpy(sums + from, all, sizeof all);
    }
}
#else
static void sum_intents_wide(const struct weights *w, const struct features *f, uint16_t *sums) {
    sum_intents(w, f, sums);
}
#endif

float weights_outside(const struct weights *w, const struct features *f) {
    uint16_t sums[WEIGHTS_INTENTS];
    if (wide_is_there) sum_intents_wide(w, f, sums);
    else sum_intents(w, f, sums);
    float looks[WEIGHTS_INTENTS], value = w->intent_step / sqrtf((float)f->intent_count);
    int32_t zero = (int32_t)f->intent_count * WEIGHTS_ZERO;
    for (uint32_t c = 0; c < WEIGHTS_INTENTS; c++) looks[c] = w->intent_bias[c] + value * (float)(sums[c] - zero);
    float outside = looks[WEIGHTS_OUTSIDE];
    looks[WEIGHTS_OUTSIDE] = looks[0]; // not one of those that may be nearest
    return outside - largest(looks);
}

float weights_within(const struct weights *w, enum features_kind kind, float prose, float sum) {
    const struct weights_within *k = &w->within[kind];
    return k->base + k->share * sum + k->slope * (prose - WEIGHTS_USUAL_PROSE);
}

typedef float four __attribute__((vector_size(16)));

BODY four load(const float *at) {
    four v;
    memcpy(&v, at, sizeof v);
    return v;
}

// One row of weights for each count. The sums have names so that they stay in registers.
BODY void add_counts(const struct weights *w, const struct features *f, float outputs[static WEIGHTS_OUTPUTS]) {
    _Static_assert(WEIGHTS_OUTPUTS == 20, "five sums of four");
    four a = load(w->bias), b = load(w->bias + 4), c = load(w->bias + 8), d = load(w->bias + 12),
         e = load(w->bias + 16);
    float counts[FEATURES_COUNTS];
    for (uint32_t i = 0; i < FEATURES_COUNTS; i++) counts[i] = count_of(w, f, i);
    for (uint32_t i = 0; i < FEATURES_COUNTS; i++) {
        const float *row = w->counts[i];
        a += load(row) * counts[i];
        b += load(row + 4) * counts[i];
        c += load(row + 8) * counts[i];
        d += load(row + 12) * counts[i];
        e += load(row + 16) * counts[i];
    }
    const four sums[] = {a, b, c, d, e};
    memcpy(outputs, sums, sizeof sums);
}

static void add_counts_narrow(const struct weights *w, const struct features *f, float *outputs) {
    add_counts(w, f, outputs);
}

WIDE static void add_counts_wide(const struct weights *w, const struct features *f, float *outputs) {
    add_counts(w, f, outputs);
}

// What the words and counts add, without those of the system text.
static void apply_text(const struct weights *w, const struct features *f, float outputs[static WEIGHTS_OUTPUTS]) {
    if (wide_is_there) add_counts_wide(w, f, outputs);
    else add_counts_narrow(w, f, outputs);
    add_buckets(w, f->text, f->text_count, f->text_value, outputs);
    add_buckets(w, f->follow, f->follow_count, f->follow_value, outputs);
}

// From the sums to the outputs.
static void finish(const struct weights *w, const struct features *f, float outputs[static WEIGHTS_OUTPUTS]) {
    outputs[OUTPUT_FRONTIER] = weights_within(w, f->kind, f->counts[FEATURES_PROSE], outputs[OUTPUT_FRONTIER]);
    if (f->intent_count)
        outputs[OUTPUT_AMBIGUITY] = w->step[OUTPUT_AMBIGUITY] * (weights_outside(w, f) + w->header.ambiguity_offset);
}

void weights_apply(const struct weights *w, const struct features *f, float outputs[static WEIGHTS_OUTPUTS]) {
    apply_text(w, f, outputs);
    add_buckets(w, f->system, f->system_count, f->system_value, outputs);
    finish(w, f, outputs);
}

static float logistic(float x) {
    return 1.0f / (1.0f + expf(-x));
}

void weights_score(const struct weights *w, float frontier, float *score, float *p_local) {
    const struct weights_header *h = &w->header;
    *score = logistic(h->score_slope * frontier + h->score_offset);
    *p_local = logistic(h->local_offset - h->local_slope * frontier);
}

static float clamp01(float x) {
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

static enum weights_task likeliest_task(const float outputs[static WEIGHTS_OUTPUTS]) {
    uint32_t best = 0;
    for (uint32_t i = 1; i < TASK_COUNT; i++)
        if (outputs[OUTPUT_TASK + i] > outputs[OUTPUT_TASK + best]) best = i;
    return (enum weights_task)best;
}

static int expected_tokens(float log_tokens, int64_t max_tokens) {
    double n = exp(log_tokens < 12 ? (double)log_tokens : 12);
    if (n > OUTPUT_TOKENS_MAX) n = OUTPUT_TOKENS_MAX;
    if (max_tokens >= 0 && n > (double)max_tokens) n = (double)max_tokens;
    return n < 1 ? 1 : (int)(n + 0.5);
}

// The same as by weights_apply, but read once only.
static void add_system(const struct weights *w, const struct intent_input *in, struct features *f,
                       float outputs[static WEIGHTS_OUTPUTS]) {
    struct recalled *r = recall(w, in->system, in->system_imprint);
    if (!r->known) {
        features_read_system(in->system, w->row, f);
        add_buckets(w, f->system, f->system_count, f->system_value, r->added);
        r->known = true;
    }
    for (uint32_t o = 0; o < WEIGHTS_OUTPUTS; o++) outputs[o] += r->added[o];
}

// What was learned decides who answers; the rest is the base's.
static void score_learned(const struct learned *l, const struct intent_input *in, const float *outputs,
                          struct score *out) {
    struct reading r;
    reading_read(in, &r);
    learned_score(l, &r, outputs, &out->score, &out->p_local);
}

void intent_score(const struct weights *w, const struct intent_input *in, struct score *out) {
    struct features f;
    features_read_text(in, w->row, &f);
    float outputs[WEIGHTS_OUTPUTS];
    apply_text(w, &f, outputs);
    if (in->system.len) add_system(w, in, &f, outputs);
    finish(w, &f, outputs);
    *out = (struct score){
        .complexity = clamp01(outputs[OUTPUT_COMPLEXITY]),
        .ambiguity = logistic(outputs[OUTPUT_AMBIGUITY]),
        .output_tokens = expected_tokens(outputs[OUTPUT_LENGTH], in->max_tokens),
        .task = weights_task_name(likeliest_task(outputs)),
    };
    if (w->learned) score_learned(w->learned, in, outputs, out);
    else weights_score(w, outputs[OUTPUT_FRONTIER], &out->score, &out->p_local);
}

// ---------------------------------------------------------------- explanation

// Keeps the strongest terms, by size, in a short sorted list.
struct strongest {
    struct intent_term *terms;
    size_t count, max;
};

static bool is_wanted(const struct strongest *s, float weight) {
    if (weight == 0 || s->max == 0) return false;
    return s->count < s->max || fabsf(weight) > fabsf(s->terms[s->count - 1].weight);
}

static void keep(struct strongest *s, const char *text, float weight, bool of_prompt) {
    if (!is_wanted(s, weight)) return;
    for (size_t i = 0; i < s->count; i++)
        if (!strcmp(s->terms[i].text, text)) return; // the same word again
    size_t at = s->count < s->max ? s->count++ : s->count - 1;
    for (; at && fabsf(s->terms[at - 1].weight) < fabsf(weight); at--) s->terms[at] = s->terms[at - 1];
    snprintf(s->terms[at].text, sizeof s->terms[at].text, "%s", text);
    s->terms[at].weight = weight;
    s->terms[at].of_prompt = of_prompt;
}

struct walk {
    const uint8_t *table;
    float weight; // of a step of the table, for every bucket
    struct strongest *strongest;
};

// Cuts at a whole character.
static int fit_utf8(struct span s, size_t max) {
    if (s.len <= max) return (int)s.len;
    while (max && ((unsigned char)s.at[max] & 0xc0) == 0x80) max--;
    return (int)max;
}

static void weigh(void *context, uint32_t bucket, struct span first, struct span second) {
    struct walk *k = context;
    float weight = k->weight * (float)(k->table[bucket] - WEIGHTS_ZERO);
    if (!is_wanted(k->strongest, weight)) return;
    char text[sizeof k->strongest->terms->text];
    size_t room = (sizeof text - 2) / (second.len ? 2 : 1);
    snprintf(text, sizeof text, "%.*s%s%.*s", fit_utf8(first, room), first.at, second.len ? " " : "",
             fit_utf8(second, room), second.at ? second.at : "");
    keep(k->strongest, text, weight, true);
}

static void keep_named(struct strongest *s, const char *name, float weight) {
    char text[sizeof s->terms->text];
    snprintf(text, sizeof text, "(%s)", name);
    keep(s, text, weight, false);
}

static const char *output_name(uint32_t output) {
    static const char *const NAMES[WEIGHTS_OUTPUTS] = {[OUTPUT_FRONTIER] = "built-in score",
                                                       [OUTPUT_COMPLEXITY] = "complexity",
                                                       [OUTPUT_AMBIGUITY] = "ambiguity",
                                                       [OUTPUT_LENGTH] = "expected length"};
    if (output >= OUTPUT_TASK && output < OUTPUT_TASK + TASK_COUNT)
        return weights_task_name((enum weights_task)(output - OUTPUT_TASK));
    return NAMES[output] ? NAMES[output] : "";
}

static void explain_learned(const struct weights *w, const struct intent_input *in, struct strongest *s) {
    const struct learned *l = w->learned;
    struct sample sample;
    float inputs[LEARNED_INPUTS];
    sample_read(w, in, &sample);
    learned_scale_inputs(l, &sample.reading, sample.outputs, inputs);
    for (uint32_t i = 0; i < LEARNED_INPUTS; i++)
        keep_named(s, i < READING_COUNTS ? reading_count_name(i) : output_name(i - READING_COUNTS),
                   inputs[i] * l->weight[i] * l->header.local_slope);
    if (l->header.formed) keep_named(s, "its form", form_weigh(&l->form, inputs) * l->header.local_slope);
    if (l->header.placed)
        keep_named(s, "what it resembles",
                   place_weigh(&l->place, sample.reading.text, sample.reading.text_count) * l->header.local_slope);
    float step = l->header.step * l->header.local_slope;
    struct walk k = {l->table, step * reading_text_value(&sample.reading), s};
    reading_each(in->text, weigh, &k);
}

size_t intent_explain(const struct weights *w, const struct intent_input *in, struct intent_term *terms, size_t max) {
    struct features f;
    struct strongest s = {terms, 0, max};
    if (w->learned) {
        explain_learned(w, in, &s);
        return s.count;
    }
    features_read(in, &f);
    float scale = w->within[f.kind].share * w->header.score_slope, step = w->step[OUTPUT_FRONTIER] * scale;
    struct walk k = {w->frontier, step * f.text_value, &s};
    for (uint32_t c = 0; c < FEATURES_COUNTS; c++)
        keep_named(&s, features_count_name(c), weights_count(w, &f, c) * w->counts[c][OUTPUT_FRONTIER] * scale);
    keep_named(&s, "length within its kind",
               w->within[f.kind].slope * (f.counts[FEATURES_PROSE] - WEIGHTS_USUAL_PROSE) * w->header.score_slope);
    struct span follow, text = features_text(in, &follow);
    features_each(text, FEATURES_EDGE_BYTES, weigh, &k);
    k.weight = step * f.follow_value;
    features_each(follow, FEATURES_EDGE_BYTES, weigh, &k);
    k.weight = step * f.system_value;
    features_each(in->system, FEATURES_SYSTEM_EDGE_BYTES, weigh, &k);
    return s.count;
}
