#include "gate/custom.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "config/pattern.h"
#include "gate/scan.h"
#include "text/utf8.h"

// A search begins at STEP_BYTES places at most before the clock is looked at; from each of them it may take MATCH_LIMIT
// steps back. That is 1 to 10 ms in the worst case, by the time limit's order.
enum { STEP_BYTES = 256, MATCH_LIMIT = 10000, DEPTH_LIMIT = 5000, HEAP_LIMIT_KB = 1024 };
enum { JIT_STACK_FIRST = 32 << 10, JIT_STACK_MOST = 256 << 10 };

struct custom_rule {
    pcre2_code *code;
    char *keyword; // or NULL
    uint32_t index;
    struct rule rule;
    char id[48], type[40], name[64];
};

struct custom {
    struct custom_rule *rules;
    size_t count;
    uint64_t version;
};

struct custom_scratch {
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;      // or NULL: then the machine's own
    bool seen[CONFIG_MAX_RULES]; // keywords in the view at work
};

static const struct rule LIMIT = {"custom.limit",   "CUSTOM_LIMIT", "own rule over its limit",
                                  CLASS_UNREADABLE, WEIGHT_GRAVE,   1};

// ---------------------------------------------------------------- building

static int load_rule(struct custom_rule *r, const struct config_rule *from, struct err *e) {
    static const enum weight WEIGHTS[] = {WEIGHT_SOFT, WEIGHT_HARD, WEIGHT_GRAVE};
    static const float SCORES[] = {0.5F, 0.85F, 0.95F};
    char why[192];
    size_t n = 0;
    r->code = pattern_compile(span_from(from->pattern), why, sizeof why);
    if (!r->code) return err_set(e, "policy.rules: %s: pattern: %s", from->name, why);
    // Without (a system that forbids memory to be written and run) the same pattern is interpreted, within the same
    // limits.
    (void)pcre2_jit_compile(r->code, PCRE2_JIT_COMPLETE);
    if (from->keyword && *from->keyword) r->keyword = mem_copy_z(from->keyword);
    snprintf(r->id, sizeof r->id, "custom.%s", from->name);
    snprintf(r->name, sizeof r->name, "own rule %s", from->name);
    for (const char *p = from->name; *p && n < sizeof r->type - 1; p++)
        r->type[n++] = (char)(isalnum((unsigned char)*p) ? toupper((unsigned char)*p) : '_');
    r->rule = (struct rule){.id = r->id,
                            .type = r->type,
                            .name = r->name,
                            .class_ = (uint8_t)(1u << from->class_),
                            .weight = (uint8_t)WEIGHTS[from->decides],
                            .score = SCORES[from->decides]};
    return 0;
}

int custom_load(const struct config *config, struct custom **out, struct err *e) {
    *out = NULL;
    if (config->policy.rule_count == 0) return 0;
    struct custom *c = mem_new(sizeof *c);
    c->rules = mem_new_array(config->policy.rule_count, sizeof *c->rules);
    for (size_t i = 0; i < config->policy.rule_count; i++) {
        const struct config_rule *from = &config->policy.rules[i];
        const char *texts[] = {from->name, from->pattern, from->keyword ? from->keyword : ""};
        c->rules[i].index = (uint32_t)i;
        c->count++;
        if (load_rule(&c->rules[i], from, e) != 0) {
            custom_free(c);
            return -1;
        }
        for (size_t k = 0; k < 3; k++) c->version = hash_bytes(texts[k], strlen(texts[k]), c->version + 1);
        c->version += hash_mix((uint64_t)from->class_ << 8 | (uint64_t)from->decides);
    }
    *out = c;
    return 0;
}

void custom_free(struct custom *c) {
    if (!c) return;
    for (size_t i = 0; i < c->count; i++) {
        pcre2_code_free(c->rules[i].code);
        free(c->rules[i].keyword);
    }
    free(c->rules);
    free(c);
}

uint64_t custom_version(const struct custom *c) {
    return c ? c->version : 0;
}

struct custom_scratch *custom_scratch_new(const struct custom *c) {
    if (!c) return NULL;
    struct custom_scratch *s = mem_new(sizeof *s);
    s->data = pcre2_match_data_create(1, NULL);
    s->context = pcre2_match_context_create(NULL);
    if (!s->data || !s->context) return s; // every scan then fails, closed
    pcre2_set_match_limit(s->context, MATCH_LIMIT);
    pcre2_set_depth_limit(s->context, DEPTH_LIMIT);
    pcre2_set_heap_limit(s->context, HEAP_LIMIT_KB);
    s->stack = pcre2_jit_stack_create(JIT_STACK_FIRST, JIT_STACK_MOST, NULL);
    if (s->stack) pcre2_jit_stack_assign(s->context, NULL, s->stack);
    return s;
}

void custom_scratch_free(struct custom_scratch *s) {
    if (!s) return;
    pcre2_match_data_free(s->data);
    pcre2_match_context_free(s->context);
    pcre2_jit_stack_free(s->stack);
    free(s);
}

// ---------------------------------------------------------------- scanning

static void keyword_seen(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)start, (void)end;
    s->scratch->custom->seen[((const struct custom_rule *)anchor->with)->index] = true;
}

size_t custom_anchors(const struct custom *c, struct anchor *out) {
    size_t n = 0;
    for (size_t i = 0; c && i < c->count; i++) {
        if (!c->rules[i].keyword) continue;
        if (out)
            out[n] = (struct anchor){.literal = c->rules[i].keyword,
                                     .flags = ANCHOR_CASELESS | ANCHOR_ALWAYS,
                                     .verify = keyword_seen,
                                     .with = &c->rules[i]};
        n++;
    }
    return n;
}

// All matches of one pattern in the view. A search that begins in [at, stop) may end behind it.
static void run_rule(struct scan *s, const struct custom_rule *r, uint32_t options) {
    struct custom_scratch *x = s->scratch->custom;
    struct span text = s->text;
    for (size_t at = 0; at < text.len;) {
        size_t stop = text.len - at > STEP_BYTES ? at + STEP_BYTES : text.len;
        while (stop < text.len && ((unsigned char)text.at[stop] & 0xc0) == 0x80) stop++; // not within a character
        pcre2_set_offset_limit(x->context, stop - 1);
        int found = pcre2_match(r->code, (PCRE2_SPTR)text.at, text.len, at, options, x->data, x->context);
        if (found >= 0) {
            const size_t *place = pcre2_get_ovector_pointer(x->data);
            if (place[0] < place[1]) scan_report(s, &r->rule, place[0], place[1]); // \K may turn a match around
            if (place[1] > at) at = place[1];
            else at += utf8_length((unsigned char)text.at[at]);
        } else if (found == PCRE2_ERROR_NOMATCH) {
            at = stop;
        } else {
            scan_report_whole(s, &LIMIT);
            return;
        }
        if (scan_is_late(s)) return;
    }
}

void custom_scan(struct scan *s) {
    const struct custom *c = s->gate->custom;
    struct custom_scratch *x = s->scratch->custom;
    if (!c) return;
    if (!x->data || !x->context) scan_report_whole(s, &LIMIT);
    // Otherwise each search would look at all that follows, to see whether it is well-formed.
    bool valid = utf8_valid_prefix(s->text) == s->text.len;
    uint32_t options = PCRE2_NOTEMPTY | (valid ? PCRE2_NO_UTF_CHECK : 0);
    for (size_t i = 0; i < c->count && x->data && x->context && !s->late; i++)
        if (!c->rules[i].keyword || x->seen[i]) run_rule(s, &c->rules[i], options);
    memset(x->seen, 0, sizeof x->seen);
}
