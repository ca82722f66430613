// Requests of our own wording (wordings.txt), each made many times with fillers drawn anew.
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "rows.h"

enum { COPIES = 30, VAGUE_COPIES = 5, FILLERS_MAX = 128, LINE_MAX_BYTES = 1 << 16 };

struct list {
    struct span *at;
    size_t count;
};

struct draw {
    uint64_t state;
    struct list filler[128]; // by letter
};

static size_t pick(struct draw *d, size_t n) {
    d->state ^= d->state << 13;
    d->state ^= d->state >> 7;
    d->state ^= d->state << 17;
    return (size_t)((d->state >> 20) % n);
}

static void list_add(struct list *l, struct span s) {
    if ((l->count & (l->count - 1)) == 0) l->at = mem_grow(l->at, (l->count ? l->count * 2 : 1) * sizeof *l->at);
    l->at[l->count++] = s;
}

// ---------------------------------------------------------------- material from the data

static bool is_in(const struct row *r, const char *set, const char *category) {
    return !strcmp(r->set, set) && (!*category || span_is_z(r->category, category));
}

// The reading texts among LLMRouter14's exam questions: whole sentences of about PASSAGE_BYTES, and single ones.
enum { PASSAGE_BYTES = 500, SENTENCE_MIN = 40, SENTENCE_MAX = 160 };

static void cut(struct draw *d, struct span text) {
    size_t from = 0, begin = 0;
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.at[i] != '.' || text.at[i + 1] != ' ') continue;
        struct span sentence = span_sub(text, begin, i + 1 - begin);
        if (sentence.len > SENTENCE_MIN && sentence.len < SENTENCE_MAX) list_add(&d->filler['S'], sentence);
        begin = i + 2;
        if (begin - from < PASSAGE_BYTES) continue;
        list_add(&d->filler['P'], span_sub(text, from, begin - from));
        from = begin;
    }
}

// T utterance, P passage, S sentence, Q question.
static void collect(struct draw *d, const struct rows *rows) {
    for (size_t i = 0; i < rows->count; i++) {
        const struct row *r = &rows->at[i];
        if (is_in(r, "banking77_train", "")) list_add(&d->filler['T'], r->text);
        if (is_in(r, "llmrouter14", "trivia_qa") || is_in(r, "llmrouter14", "natural_qa"))
            list_add(&d->filler['Q'], r->text);
        if (is_in(r, "llmrouter14", "mmlu")) cut(d, r->text);
    }
}

// ---------------------------------------------------------------- wordings

struct kind {
    int task;
    float wanted, complexity, out_words;
    bool routine, hard, vague;
};

static const char *const GENERIC_SYSTEM[] = {
    "You are a helpful assistant.",
    "You are a helpful, honest and concise assistant.",
    "You are the assistant of a company. Be polite.",
    "Answer in the language of the user.",
    "You are ChatGPT, a large language model. Follow the user's instructions carefully.",
    "You are an expert. Today is Monday. Use markdown where it helps.",
};

static struct span generic_system(struct draw *d) {
    return span_from(GENERIC_SYSTEM[pick(d, sizeof GENERIC_SYSTEM / sizeof *GENERIC_SYSTEM)]);
}

static struct span keep(struct buf *b) {
    struct span s = {mem_copy_span(buf_span(b)), b->len};
    buf_reset(b);
    return s;
}

static struct span no_system; // of a filler, which is nothing to be polite about

// Politeness says nothing about what is asked.
static const char *const POLITE[] = {
    "Please ",       "please ",         "Hi, ",  "Hello! ",         "Can you help me with this? ", "Could you ",
    "I need help. ", "Can you please ", "Hey, ", "Quick question: "};
static const char *const THANKS[] = {" Thanks!", " Thank you.", "\n\nThanks in advance", " please", " Please help."};

static struct span expand(struct draw *d, const char *text, struct span *system) {
    struct buf b;
    buf_init(&b, LINE_MAX_BYTES);
    *system = SPAN_NONE;
    if (system != &no_system && pick(d, 6) == 0) buf_add_z(&b, POLITE[pick(d, sizeof POLITE / sizeof *POLITE)]);
    for (const char *p = text; *p; p++) {
        const struct list *filler = p[0] == '$' && p[1] ? &d->filler[p[1] & 127] : NULL;
        if (*p == '|') {
            *system = keep(&b);
        } else if (p[0] == '\\' && p[1] == 'n') {
            buf_add_char(&b, '\n');
            p++;
        } else if (filler && filler->count) {
            buf_add_span(&b, filler->at[pick(d, filler->count)]);
            p++;
        } else {
            buf_add_char(&b, *p);
        }
    }
    if (system != &no_system && pick(d, 8) == 0) buf_add_z(&b, THANKS[pick(d, sizeof THANKS / sizeof *THANKS)]);
    struct span out = keep(&b);
    buf_free(&b);
    return out;
}

// The task stands in the system text, which is heard half as loud as the message.
static const float SAID_BY_THE_SYSTEM = 4;

static void add(struct rows *rows, struct draw *d, const struct kind *k, const char *text) {
    struct row *r = rows_add(rows);
    r->set = "synthetic";
    r->category = k->hard ? SPAN("hard") : k->routine ? SPAN("routine") : k->vague ? SPAN("vague") : SPAN("open");
    r->text = expand(d, text, &r->system);
    if (r->system.len == 0 && pick(d, 4) == 0) r->system = generic_system(d);
    r->wanted = k->wanted;
    r->weight = strchr(text, '|') ? SAID_BY_THE_SYSTEM : 1;
    r->complexity = k->complexity;
    r->out_words = k->out_words;
    r->task = k->task;
    r->routine = k->routine;
    r->hard = k->hard;
    r->intent = k->vague                                                   ? INTENT_OUTSIDE
                : k->routine && k->task != TASK_CHAT && k->task != TASK_QA ? INTENT_INSTRUCTION
                                                                           : INTENT_NONE;
    r->fold = FOLD_ALWAYS;
}

// Of every third row on which the wording of people matters.
static void add_polite_copies(struct rows *rows, struct draw *d, size_t material) {
    static const char *const SETS[] = {"arena_hard", "self_instruct_seed", "llmrouter14", "gsm8k"};
    struct buf b;
    buf_init(&b, LINE_MAX_BYTES);
    for (size_t i = 0; i < material; i++) {
        size_t k = 0;
        while (k < sizeof SETS / sizeof *SETS && strcmp(rows->at[i].set, SETS[k]) != 0) k++;
        if (k == sizeof SETS / sizeof *SETS || pick(d, 3)) continue;
        struct row copy = rows->at[i];
        if (pick(d, 4)) buf_add_z(&b, POLITE[pick(d, sizeof POLITE / sizeof *POLITE)]);
        buf_add_span(&b, copy.text);
        if (pick(d, 2)) buf_add_z(&b, THANKS[pick(d, sizeof THANKS / sizeof *THANKS)]);
        if (b.full) {
            buf_reset(&b);
            continue;
        }
        copy.text = keep(&b);
        copy.set = "polite copy"; // of no figure
        copy.routine = copy.hard = false;
        copy.weak = NAN;
        copy.intent = INTENT_NONE;
        *rows_add(rows) = copy;
    }
    buf_free(&b);
}

static bool read_kind(char *line, struct kind *k) {
    char *save = NULL, *field[5], *p = line + 1;
    line[strcspn(line, "]")] = 0;
    for (int i = 0; i < 5; i++, p = NULL)
        if (!(field[i] = strtok_r(p, " ", &save))) return false;
    *k = (struct kind){.task = -1,
                       .wanted = strtof(field[1], NULL),
                       .complexity = strtof(field[2], NULL),
                       .out_words = strtof(field[3], NULL)};
    for (int t = 0; t < TASK_COUNT; t++)
        if (!strcmp(field[0], weights_task_name((enum weights_task)t))) k->task = t;
    k->routine = !strcmp(field[4], "routine");
    k->hard = !strcmp(field[4], "hard");
    k->vague = !strcmp(field[4], "vague");
    return k->task >= 0;
}

// $X = a | b | c
static void read_filler(struct draw *d, char *line) {
    struct list *l = &d->filler[line[1] & 127];
    for (char *p = line + 5; p;) {
        char *end = strstr(p, " | ");
        struct span value = span_make(p, end ? (size_t)(end - p) : strlen(p));
        char *z = mem_copy_span(value);
        list_add(l, expand(d, z, &no_system)); // for its \n
        free(z);
        p = end ? end + 3 : NULL;
    }
}

int rows_synthesise(struct rows *rows, const char *path, uint64_t seed, struct err *e) {
    FILE *f = fopen(path, "r");
    if (!f) return err_set(e, "%s: %s", path, strerror(errno));
    static struct draw d;
    d = (struct draw){.state = seed};
    size_t material = rows->count, cap = 0, number = 0;
    collect(&d, rows);
    struct kind kind = {.task = -1};
    char *line = NULL;
    int result = 0;
    while (result == 0 && getline(&line, &cap, f) > 0) {
        number++;
        line[strcspn(line, "\n")] = 0;
        if (*line == 0 || *line == '#') continue;
        if (line[0] == '$' && !strncmp(line + 2, " = ", 3)) read_filler(&d, line);
        else if (*line == '[') result = read_kind(line, &kind) ? 0 : err_set(e, "%s:%zu: not a kind", path, number);
        else
            for (int i = 0; i < (kind.vague ? VAGUE_COPIES : COPIES); i++) add(rows, &d, &kind, line);
    }
    free(line);
    fclose(f);
    if (result == 0) add_polite_copies(rows, &d, material);
    for (size_t i = 0; i < material; i++) { // a system text says nothing by being there
        struct row *r = &rows->at[i];
        if (isnan(r->weak) && !r->measured_only && pick(&d, 5) == 0) r->system = generic_system(&d);
    }
    return result;
}
