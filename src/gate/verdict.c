// From findings to a verdict: overlaps are resolved, then fusion.c weighs what is left.
#include <stdio.h>
#include <stdlib.h>

#include "gate/views.h"

static const char NOTHING_FOUND[] = "nothing found";

const char *data_class_name(enum data_class c) {
    switch (c) {
    case CLASS_PII: return "pii";
    case CLASS_PHI: return "phi";
    case CLASS_PCI: return "pci";
    case CLASS_SECRET: return "secret";
    case CLASS_IP: return "ip";
    case CLASS_UNREADABLE: return "unreadable";
    }
    return "unknown";
}

void data_class_list(uint32_t classes, char out[static 48]) {
    size_t n = 0;
    out[0] = 0;
    for (uint32_t c = CLASS_PII; c <= CLASS_UNREADABLE; c <<= 1)
        if (classes & c)
            n += (size_t)snprintf(out + n, 48 - n, "%s%s", n ? "," : "", data_class_name((enum data_class)c));
}

// ---------------------------------------------------------------- collecting

void scan_report_scored(struct scan *s, const struct rule *rule, size_t start, size_t end, float score) {
    unsigned kinds;
    if (!view_accepts(s, rule, start, end, score, &kinds)) return;
    bool keep = rule->weight != WEIGHT_SOFT || fusion_keep(&s->evidence, rule);
    if (!keep || s->count == GATE_MAX_FINDINGS) s->omitted++;
    if (!keep) return; // fusion has counted it
    if (s->count == GATE_MAX_FINDINGS) {
        if (rule->weight == WEIGHT_GRAVE) s->omitted_grave |= rule->class_;
        if (rule->weight >= WEIGHT_HARD) s->omitted_hard |= rule->class_;
        // Cannot be weighed any more: decides.
        if (rule->weight == WEIGHT_SOFT && score > 0) {
            s->omitted_faint |= rule->class_;
            if (score >= PAIR_SCORE) s->omitted_soft |= rule->class_;
        }
        return;
    }
    if (s->view && start < end) mapped_trace(s->view, &start, &end);
    s->scratch->hits[s->count++] = (struct hit){
        .rule = rule,
        .kinds = (uint8_t)kinds,
        .finding = {.start = (uint32_t)start,
                    .end = (uint32_t)end,
                    .class_ = rule->class_,
                    .hard = rule->weight >= WEIGHT_HARD,
                    .score = score,
                    .type = rule->type,
                    .rule = rule->id},
    };
}

void scan_report(struct scan *s, const struct rule *rule, size_t start, size_t end) {
    scan_report_scored(s, rule, start, end, rule->score);
}

void scan_report_from(struct scan *s, const struct rule *rule, size_t start, size_t end, float score,
                      const char *source) {
    uint32_t before = s->count;
    scan_report_scored(s, rule, start, end, score);
    if (s->count > before) s->scratch->hits[before].finding.source = source;
}

void scan_report_whole(struct scan *s, const struct rule *rule) {
    scan_report(s, rule, 0, 0);
}

// ---------------------------------------------------------------- overlaps

static int by_place(const void *a, const void *b) {
    const struct finding *x = &((const struct hit *)a)->finding, *y = &((const struct hit *)b)->finding;
    if (x->start != y->start) return x->start < y->start ? -1 : 1;
    if (x->end != y->end) return x->end > y->end ? -1 : 1;
    return x->score > y->score ? -1 : x->score < y->score;
}

// What may decide by itself in some profile stands above what never does.
static unsigned rank(const struct hit *h) {
    enum kind kind = fusion_kind(h->finding.type);
    bool alone = kind == KIND_OTHER || kind == KIND_ADDRESS || kind == KIND_BIRTH;
    return h->rule->weight == WEIGHT_SOFT ? alone : 1u + h->rule->weight;
}

// True when a, which overlaps b, has nothing to add to it.
static bool yields(const struct hit *a, const struct hit *b) {
    bool same_type = a->finding.type == b->finding.type || !strcmp(a->finding.type, b->finding.type);
    // All findings of an encoded run stand in the same place, and yet are different things.
    if (!same_type && (a->kinds & b->kinds & PIECE_RUN)) return false;
    unsigned x = rank(a), y = rank(b);
    if (x != y) return x < y;
    // What was read as it stands is not put into question by what was read into it.
    if ((a->kinds ^ b->kinds) & PIECE_WEAK) return a->kinds & PIECE_WEAK;
    bool inside = a->finding.start >= b->finding.start && a->finding.end <= b->finding.end;
    return same_type || (inside && a->finding.score <= b->finding.score);
}

static void resolve_overlaps(struct hit *hits, uint32_t *count) {
    if (*count > 1) qsort(hits, *count, sizeof *hits, by_place);
    for (uint32_t i = 0; i < *count; i++) {
        if (!hits[i].rule) continue;
        for (uint32_t j = i + 1; j < *count && hits[j].finding.start < hits[i].finding.end; j++) {
            if (!hits[j].rule) continue;
            if (yields(&hits[j], &hits[i])) hits[j].rule = NULL;
            else if (yields(&hits[i], &hits[j])) {
                hits[i].rule = NULL;
                break;
            }
        }
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < *count; i++)
        if (hits[i].rule) hits[kept++] = hits[i];
    *count = kept;
}

// ---------------------------------------------------------------- weighing

struct receipt {
    char rules[GATE_RECEIPT_BYTES];
    size_t len;
    bool full;
};

// Adds a rule's id once, while whole ids fit.
static void receipt_add(struct receipt *r, const char *id) {
    size_t n = strlen(id);
    for (const char *p = r->rules; (p = strstr(p, id)); p += n)
        if ((p == r->rules || p[-1] == ',') && (p[n] == ',' || !p[n])) return;
    r->full |= r->len + 1 + n >= sizeof r->rules;
    if (r->full) return;
    r->len += (size_t)snprintf(r->rules + r->len, sizeof r->rules - r->len, "%s%s", r->len ? "," : "", id);
}

static void write_receipt(const struct gate *g, enum profile profile, struct verdict *out, const struct receipt *r) {
    if (!out->sensitive && r->len == 0) { // nearly every request
        memcpy(out->receipt, g->clean_receipt[profile], sizeof out->receipt);
        return;
    }
    char classes[48];
    data_class_list(out->classes, classes);
    int n = snprintf(out->receipt, sizeof out->receipt, "%s %s %s", g->version, profile_name(profile),
                     out->sensitive ? classes : "clean");
    // Rules as far as they fit, none cut in the middle.
    size_t left = sizeof out->receipt - 2 - (size_t)n, take = r->len;
    while (take > left || (take && take < r->len && r->rules[take] != ',')) take--;
    if (take) snprintf(out->receipt + n, sizeof out->receipt - (size_t)n, " %.*s", (int)take, r->rules);
}

// Classes of what could not be listed and would have decided, or might have.
static uint32_t omitted_classes(const struct scan *s, enum profile profile) {
    switch (profile) {
    case PROFILE_LENIENT: return s->omitted_grave;
    case PROFILE_BALANCED: return s->omitted_hard | s->omitted_soft;
    case PROFILE_STRICT: break;
    }
    return s->omitted_hard | s->omitted_faint;
}

bool verdict_conclude(struct scan *s, enum profile profile, struct verdict *out) {
    struct hit *hits = s->scratch->hits;
    resolve_overlaps(hits, &s->count);
    struct fusion *fusion = &s->scratch->fusion;
    fusion_weigh(&s->evidence, hits, s->count, s->total, profile, fusion);
    const struct hit *top = NULL;
    struct receipt receipt = {.len = 0};
    for (uint32_t i = 0; i < s->count; i++) {
        if (!fusion_decides(fusion, &hits[i], profile)) continue;
        out->classes |= hits[i].finding.class_;
        receipt_add(&receipt, hits[i].finding.rule);
        if (!top || hits[i].rule->weight > top->rule->weight ||
            (hits[i].rule->weight == top->rule->weight && hits[i].finding.score > top->finding.score))
            top = &hits[i];
    }
    out->classes |= omitted_classes(s, profile);
    out->sensitive = out->classes != 0;
    out->omitted = s->omitted;
    out->reason = NOTHING_FOUND;
    if (out->sensitive) out->reason = "more findings than are listed";
    write_receipt(s->gate, profile, out, &receipt);
    if (top && !(out->reason = arena_printf(s->arena, "%s (%s)", top->rule->name, top->rule->id))) return false;
    if (s->count == 0) return true;
    out->findings = arena_alloc_array(s->arena, s->count, sizeof *out->findings);
    if (!out->findings) return false;
    for (uint32_t i = 0; i < s->count; i++) out->findings[i] = hits[i].finding;
    out->count = s->count;
    return true;
}

void verdict_clean(const struct scan *s, enum profile profile, struct verdict *out) {
    memset(&s->scratch->fusion, 0, sizeof s->scratch->fusion); // nothing to weigh
    memcpy(out->receipt, s->gate->clean_receipt[profile], sizeof out->receipt);
    out->reason = NOTHING_FOUND;
    out->seal = s->gate->clean_seal[profile];
}

void verdict_fail_closed(const struct gate *g, enum profile profile, struct verdict *out) {
    *out = (struct verdict){
        .sensitive = true, .classes = CLASS_UNREADABLE, .reason = "scan over its memory limit (limit.memory)"};
    struct receipt receipt = {.len = 0};
    receipt_add(&receipt, RULES[RULE_LIMIT_MEMORY].id);
    write_receipt(g, profile, out, &receipt);
}
