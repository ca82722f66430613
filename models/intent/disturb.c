// Whether a decision stands when the wording is disturbed: a typo, another case, other words for the same.
#include <ctype.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "fit.h"

struct change {
    uint64_t state;
    struct buf text;
};

static size_t pick(struct change *c, size_t n) {
    c->state ^= c->state << 13, c->state ^= c->state >> 7, c->state ^= c->state << 17;
    return (size_t)((c->state >> 20) % n);
}

// In one or two places between two letters: swapped, left out, doubled.
static void typo(struct change *c, struct span s) {
    buf_add_span(&c->text, s);
    for (size_t k = 0, n = 1 + pick(c, 2), tries = 0; k < n && tries < 50; tries++) {
        if (c->text.len < 3) return;
        size_t at = pick(c, c->text.len - 1);
        char *p = c->text.at + at, a = p[0], b = p[1];
        if (!isalpha((unsigned char)a) || !isalpha((unsigned char)b)) continue;
        k++;
        switch (pick(c, 3)) {
        case 0: p[0] = b, p[1] = a; break;
        case 1: memmove(p, p + 1, c->text.len - at - 1), c->text.len--; break;
        default: p[1] = a;
        }
    }
}

static void upper(struct change *c, struct span s) {
    for (size_t i = 0; i < s.len; i++) buf_add_char(&c->text, (char)toupper((unsigned char)s.at[i]));
}

static void lower(struct change *c, struct span s) {
    for (size_t i = 0; i < s.len; i++) buf_add_char(&c->text, (char)tolower((unsigned char)s.at[i]));
}

static void please(struct change *c, struct span s) {
    static const char *const BEFORE[] = {"Please ", "Can you help me with this? ", "Hi, ",
                                         "Could you please: ", "I need an answer to this. "};
    buf_add_z(&c->text, BEFORE[pick(c, sizeof BEFORE / sizeof *BEFORE)]);
    buf_add_span(&c->text, s);
}

static void thanks(struct change *c, struct span s) {
    static const char *const AFTER[] = {" Thanks!", "\n\nThank you.", " Please.", "\n", "  "};
    buf_add_span(&c->text, s);
    buf_add_z(&c->text, AFTER[pick(c, sizeof AFTER / sizeof *AFTER)]);
}

// Whole words, in lower case, for others of the same meaning.
static const char *const SYNONYMS[][2] = {
    {"what is", "what's"},  {"do not", "don't"},
    {"cannot", "can't"},    {"i am", "I'm"},
    {"write", "compose"},   {"create", "make"},
    {"explain", "clarify"}, {"show", "display"},
    {"find", "determine"},  {"big", "large"},
    {"help", "assist"},     {"get", "obtain"},
    {"need", "require"},    {"how many", "what number of"},
    {"list", "enumerate"},  {"want", "wish"},
    {"also", "too"},        {"because", "since"},
    {"but", "however"},     {"following", "below"},
    {"give", "provide"},    {"which of", "what among"},
    {"buy", "purchase"},    {"start", "begin"},
};

static void paraphrase(struct change *c, struct span s) {
    for (size_t i = 0; i < s.len;) {
        bool begins = i == 0 || !isalnum((unsigned char)s.at[i - 1]);
        size_t k = 0, count = sizeof SYNONYMS / sizeof *SYNONYMS;
        for (; begins && k < count; k++) {
            size_t n = strlen(SYNONYMS[k][0]);
            if (i + n <= s.len && !strncasecmp(s.at + i, SYNONYMS[k][0], n) &&
                (i + n == s.len || !isalnum((unsigned char)s.at[i + n])))
                break;
        }
        if (begins && k < count) buf_add_z(&c->text, SYNONYMS[k][1]), i += strlen(SYNONYMS[k][0]);
        else buf_add_char(&c->text, s.at[i++]);
    }
}

static const struct {
    const char *name;
    void (*apply)(struct change *c, struct span s);
} CHANGES[] = {
    {"typo", typo},     {"upper case", upper}, {"lower case", lower},
    {"please", please}, {"thanks", thanks},    {"synonyms", paraphrase},
};
enum { CHANGE_COUNT = sizeof CHANGES / sizeof *CHANGES };

static bool is_local(const struct fit *f, struct span text, float threshold) {
    struct intent_input in = {.text = text, .user_turns = 1, .max_tokens = -1};
    struct score s;
    intent_score(&f->weights, &in, &s);
    return s.score <= threshold;
}

void report_disturbed(const struct fit *f) {
    static const char *const SETS[] = {"clinc150_train", "banking77_train", "arena_hard",         "gsm8k",
                                       "mmlu",           "llmrouter14",     "self_instruct_seed", "alpacaeval",
                                       "t0_tasktype",    "flask",           "instructwild_types"};
    enum { SETS_COUNT = sizeof SETS / sizeof *SETS };
    float threshold = weights_threshold(&f->weights, 0.85);
    double same[SETS_COUNT][CHANGE_COUNT] = {{0}}, n[SETS_COUNT] = {0}, all = 0, total = 0;
    struct change c = {.state = 88172645463325252u};
    buf_init(&c.text, 1 << 20);
    for (size_t i = 0; i < f->prompts.count; i++) {
        const struct row *r = &f->prompts.at[i];
        size_t set = 0;
        while (set < SETS_COUNT && strcmp(r->set, SETS[set]) != 0) set++;
        if (set == SETS_COUNT) continue;
        bool local = is_local(f, r->text, threshold);
        n[set]++;
        for (int k = 0; k < CHANGE_COUNT; k++) {
            buf_reset(&c.text);
            CHANGES[k].apply(&c, r->text);
            same[set][k] += is_local(f, buf_span(&c.text), threshold) == local;
        }
    }
    buf_free(&c.text);
    for (int set = 0; set < SETS_COUNT; set++) {
        double sum = 0;
        for (int k = 0; k < CHANGE_COUNT; k++) sum += same[set][k];
        printf("| same decision, %s:", SETS[set]);
        for (int k = 0; k < CHANGE_COUNT; k++)
            printf("%s %s %.3f", k ? "," : "", CHANGES[k].name, same[set][k] / n[set]);
        printf(" | .95 | %.3f | - | - | %.0f |\n", sum / CHANGE_COUNT / n[set], n[set]);
        all += sum / CHANGE_COUNT, total += n[set];
    }
    printf("| same decision, all rows | .95 | %.3f | - | - | %.0f |\n", all / total, total);
}
