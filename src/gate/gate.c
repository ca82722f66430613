#include "gate/gate.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "config/embedded.h"
#include "gate/identifier.h"
#include "gate/soft.h"
#include "gate/tagger.h"
#include "gate/views.h"
#include "text/utf8.h"

// ---------------------------------------------------------------- building

static size_t anchors_in(const struct anchor *table) {
    size_t n = 0;
    while (table[n].literal) n++;
    return n;
}

static void collect_anchors(struct gate *g) {
    // clang-format off
    static const struct anchor *const TABLES[] = {
        CONTEXT_ANCHORS,
        IDENTIFIER_ANCHORS,
        PASSWORD_ANCHORS,
        SECRET_ANCHORS,
        HEADER_ANCHORS,
        URL_ANCHORS,
        PEM_ANCHORS,
        COMMAND_ANCHORS,
        MARKER_ANCHORS,
        SPELLED_ANCHORS,
        ADDRESS_ANCHORS,
        DATE_ANCHORS,
        PERSON_ANCHORS,
        CUE_ANCHORS,
        HEALTH_ANCHORS,
        FINANCE_ANCHORS,
    };
    static size_t (*const ROWS[])(struct anchor *) = {
        token_anchors,
        vendor_anchors,
        infix_anchors,
        digit_word_anchors,
    };
    // clang-format on
    size_t count = g->marker_count + custom_anchors(g->custom, NULL), n = 0;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) count += ROWS[i](NULL);
    for (size_t i = 0; i < sizeof TABLES / sizeof *TABLES; i++) count += anchors_in(TABLES[i]);
    g->anchors = mem_new_array(count, sizeof *g->anchors);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) n += ROWS[i](g->anchors + n);
    for (size_t i = 0; i < sizeof TABLES / sizeof *TABLES; i++) {
        size_t add = anchors_in(TABLES[i]);
        memcpy(g->anchors + n, TABLES[i], add * sizeof **TABLES);
        n += add;
    }
    g->built_in_count = (unsigned)n;
    for (size_t i = 0; i < g->marker_count; i++)
        g->anchors[n++] = (struct anchor){
            .literal = g->markers[i], .flags = ANCHOR_CASELESS | ANCHOR_WORD, .verify = marker_verify_custom};
    n += custom_anchors(g->custom, g->anchors + n);
    g->anchor_count = (unsigned)n;
}

static void write_version(struct gate *g) {
    int64_t numbers[] = {g->profile,     g->unreadable,        g->max_scan_bytes,
                         g->max_scan_us, g->max_decoded_bytes, g->max_decode_depth};
    uint64_t hash = hash_bytes(numbers, sizeof numbers, g->marker_count ^ g->names.header.checksum);
    const uint32_t masks[] = {g->mask_zones, g->mask_classes};
    hash = hash_bytes(masks, sizeof masks, hash);
    for (size_t i = 0; i < g->marker_count; i++) hash = hash_bytes(g->markers[i], strlen(g->markers[i]), hash);
    hash = hash_mix(hash + own_version(g->own)) + custom_version(g->custom);
    snprintf(g->version, sizeof g->version, GATE_RULES_VERSION "-%08x", (unsigned)(hash >> 32));
    for (int p = 0; p <= PROFILE_LENIENT; p++) {
        struct verdict clean = {.sensitive = false};
        snprintf(clean.receipt, GATE_RECEIPT_BYTES, "%s %s clean", g->version, profile_name((enum profile)p));
        memcpy(g->clean_receipt[p], clean.receipt, GATE_RECEIPT_BYTES);
        g->clean_seal[p] = verdict_seal(&clean);
    }
}

struct gate *gate_new(const struct config *config, struct err *e) {
    struct gate *g = mem_new(sizeof *g);
    g->profile = config->policy.profile;
    g->unreadable = config->policy.unreadable;
    g->max_scan_bytes = config->policy.max_scan_bytes;
    g->max_scan_us = config->policy.max_scan_us;
    g->max_decoded_bytes = config->policy.max_decoded_bytes ? config->policy.max_decoded_bytes : 64000;
    g->max_decode_depth = config->policy.max_decode_depth ? config->policy.max_decode_depth : 2;
    masking_init(g, config);
    g->markers = mem_new_array(config->policy.marker_count, sizeof *g->markers);
    for (size_t i = 0; i < config->policy.marker_count; i++) {
        struct span marker = span_trim(span_from(config->policy.markers[i]));
        if (marker.len < 2) {
            err_set(e, "policy.markers: entry %zu is shorter than two characters and would mark everything", i + 1);
            gate_free(g);
            return NULL;
        }
        g->markers[g->marker_count++] = mem_copy_span(marker);
    }
    g->identifiers = identifier_index_new();
    const char *names = config->data.names; // NULL in a configuration that nobody filled
    int opened =
        names && *names ? names_load(&g->names, names, &g->names_owned, e) : names_open(&g->names, embedded_names(), e);
    if (opened != 0 || own_load(config, &g->own, e) != 0 || custom_load(config, &g->custom, e) != 0) {
        gate_free(g);
        return NULL;
    }
    write_version(g);
    collect_anchors(g);
    if (anchors_compile(g, e) == 0) return g;
    gate_free(g);
    return NULL;
}

void gate_free(struct gate *g) {
    if (!g) return;
    anchors_free(g);
    for (size_t i = 0; i < g->marker_count; i++) free(g->markers[i]);
    free(g->markers);
    own_free(g->own);
    custom_free(g->custom);
    free(g->anchors);
    free(g->identifiers);
    free(g->names_owned);
    free(g);
}

struct gate_scratch *gate_scratch_new(const struct gate *g) {
    struct gate_scratch *s = mem_new(sizeof *s);
    s->hs = anchors_scratch(g);
    s->own = own_scratch_new(g->own);
    s->custom = custom_scratch_new(g->custom);
    return s;
}

void gate_scratch_free(struct gate_scratch *s) {
    if (!s) return;
    hs_free_scratch(s->hs);
    own_scratch_free(s->own);
    custom_scratch_free(s->custom);
    free(s);
}

enum profile gate_profile(const struct gate *g) {
    return g->profile;
}

const char *gate_version(const struct gate *g) {
    return g->version;
}

// ---------------------------------------------------------------- scanning

bool scan_view(struct scan *s, struct span text, const struct mapped *view, enum touch touch) {
    s->text = text;
    s->view = view;
    s->touch = touch;
    s->done = 0;
    s->spelled = (struct spelled){0};
    s->context = arena_alloc_array(s->arena, text.len / CONTEXT_BLOCK + 1, sizeof *s->context);
    s->cues = arena_alloc(s->arena, text.len / CONTEXT_BLOCK + 1);
    if (!s->context || !s->cues) return false;
    if (!view) known_begin(&s->scratch->walk, &s->scratch->known, s->in);
    anchors_scan(s); // first: the byte pass asks for the context words
    if (!s->late) bytes_scan(s);
    if (!s->late) custom_scan(s);
    if (!s->late) own_scan(s);
    // Last: the only one that costs more than the rest together, and seldom changes the verdict.
    if (!s->late) tagger_scan(s);
    if (!view) known_end(&s->scratch->walk, s->searched);
    s->view = NULL; // it may not outlive the caller
    if (s->late) scan_report_whole(s, &RULES[RULE_LIMIT_TIME]);
    return true;
}

static bool scan_text(struct scan *s, const struct gate_input *in) {
    const struct gate *g = s->gate;
    struct span text = in->text;
    if (text.len >= UINT32_MAX || (g->max_scan_bytes > 0 && text.len > (uint64_t)g->max_scan_bytes)) {
        scan_report_whole(s, &RULES[RULE_LIMIT_BYTES]);
        return true;
    }
    if (text.len == 0) return true;
    size_t ascii = utf8_ascii_prefix(text);
    struct span rest = span_sub(text, ascii, text.len - ascii);
    if (rest.len == 0 || utf8_valid_prefix(rest) == rest.len) return views_scan(s, in, rest.len == 0);
    scan_report_whole(s, &RULES[RULE_UNREADABLE_TEXT]);
    return scan_view(s, text, NULL, TOUCH_NOTHING);
}

void gate_scan(const struct gate *g, struct gate_scratch *scratch, const struct gate_input *in, enum profile profile,
               struct arena *arena, struct verdict *out) {
    struct scan s = {.gate = g, .scratch = scratch, .arena = arena, .in = in, .total = in->text.len};
    memset(out, 0, sizeof *out);
    if (g->max_scan_us > 0)
        s.deadline_ns = (in->now_ns ? in->now_ns : clock_now_ns()) + (uint64_t)g->max_scan_us * 1000;
    if (in->unreadable)
        scan_report_whole(
            &s, &RULES[g->unreadable == UNREADABLE_MAY_LEAVE ? RULE_UNREADABLE_PART_ALLOWED : RULE_UNREADABLE_PART]);
    bool whole = scan_text(&s, in);
    if (whole && s.count + s.omitted == 0) { // nearly every request
        verdict_clean(&s, profile, out);
        return;
    }
    if (!whole || !verdict_conclude(&s, profile, out)) verdict_fail_closed(g, profile, out);
    mem_wipe(scratch->hits, s.count * sizeof *scratch->hits);
    out->seal = verdict_seal(out);
}
