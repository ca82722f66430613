#include "gate/masking.h"

#include "gate/scan.h"

// No mask makes these safe: half a secret is one, and what could not be read cannot be replaced.
enum { NEVER_MASKED = CLASS_SECRET | CLASS_UNREADABLE };

void masking_init(struct gate *g, const struct config *config) {
    static const enum data_class CLASSES[] = {CLASS_PII, CLASS_PHI, CLASS_PCI};
    for (size_t i = 0; i < config->policy.mask_zone_count; i++)
        for (enum zone z = ZONE_EU; z < ZONE_COUNT; z++)
            if (strcmp(config->policy.mask_zones[i], zone_name(z)) == 0) g->mask_zones |= 1u << z;
    for (size_t i = 0; i < config->policy.mask_class_count; i++)
        for (size_t c = 0; c < sizeof CLASSES / sizeof *CLASSES; c++)
            if (strcmp(config->policy.mask_classes[i], data_class_name(CLASSES[c])) == 0) g->mask_classes |= CLASSES[c];
    if (config->policy.mask_class_count == 0) g->mask_classes = CLASS_PII;
}

uint32_t gate_mask_zones(const struct gate *g) {
    return g->mask_zones;
}

static bool classes_permit(const struct gate *g, const struct verdict *v) {
    return v->sensitive && v->classes && !(v->classes & ~g->mask_classes);
}

uint32_t gate_mask_spans(const struct gate *g, const struct verdict *v, struct mask_span *spans, const char **why) {
    uint32_t count = 0;
    *why = "the policy masks nothing";
    if (!g->mask_zones) return 0;
    *why = "what was found is not of a class that may be masked";
    if (v->seal != verdict_seal(v) || !classes_permit(g, v)) return 0;
    *why = "there are more findings than are listed";
    if (v->omitted || v->count > GATE_MAX_FINDINGS) return 0;
    for (uint32_t i = 0; i < v->count; i++) {
        const struct finding *f = &v->findings[i];
        *why = "it holds a secret or content that cannot be read";
        if (f->class_ & NEVER_MASKED) return 0;
        *why = "a finding has no place of its own";
        if (f->start >= f->end) return 0;
        if (f->class_ & g->mask_classes)
            spans[count++] = (struct mask_span){.start = f->start, .end = f->end, .type = f->type};
    }
    if (count) *why = NULL;
    return count;
}

// A finding within the brackets of a placeholder: its label looks like a name, its number like an id.
static bool in_placeholder(struct span text, const struct finding *f) {
    if (f->start >= f->end || f->end > text.len) return false;
    size_t open = f->start, least = f->start > MASK_PLACEHOLDER_BYTES ? f->start - MASK_PLACEHOLDER_BYTES : 0;
    while (open > least && text.at[open] != '[') open--;
    struct span rest = span_sub(text, open, MASK_PLACEHOLDER_BYTES);
    const char *close = memchr(rest.at, ']', rest.len);
    if (!close) return false;
    struct span name = span_sub(rest, 0, (size_t)(close - rest.at) + 1);
    return f->end <= open + name.len && mask_is_placeholder(name);
}

bool gate_is_masked(const struct gate *g, struct gate_scratch *s, const struct gate_input *masked,
                    struct arena *arena) {
    struct verdict v;
    gate_scan(g, s, masked, g->profile, arena, &v);
    if (v.omitted || (v.classes & ~g->mask_classes)) return false;
    for (uint32_t i = 0; i < v.count; i++) {
        const struct finding *f = &v.findings[i];
        bool left = (f->class_ & (NEVER_MASKED | g->mask_classes)) != 0;
        if (left && !in_placeholder(masked->text, f)) return false;
    }
    // a verdict without findings to show for it could not be concluded
    return !v.sensitive || v.count > 0;
}

bool gate_clear_masked(const struct gate *g, struct gate_scratch *s, const struct verdict *original,
                       const struct gate_input *masked, uint64_t request, enum zone zone, struct arena *arena,
                       struct clearance *out) {
    *out = (struct clearance){0};
    if (zone <= ZONE_LOCAL || zone >= ZONE_COUNT || !(g->mask_zones & 1u << zone)) return false;
    if (original->seal != verdict_seal(original) || !classes_permit(g, original)) return false;
    if (!gate_is_masked(g, s, masked, arena)) return false;
    struct verdict clean = {.sensitive = false};
    clean.seal = verdict_seal(&clean);
    return gate_clear(&clean, request, zone, out);
}
