#include "gateway/masked.h"

#include <stdio.h>

struct gate_input masked_gate_input(const struct chat_view *view) {
    return (struct gate_input){.text = view->text,
                               .unreadable = view->unreadable ? "content that is not text" : NULL,
                               .parts = view->parts,
                               .part_count = view->part_count};
}

static bool read_masked(const struct config *config, const struct mask *mask, struct arena *arena,
                        struct masked_request *out) {
    struct json_limits limits = {.max_depth = (uint32_t)config->limits.json_depth,
                                 .max_nodes = (uint32_t)config->limits.json_values};
    struct chat_fault fault;
    size_t at;
    *out = (struct masked_request){0};
    return json_parse(&out->doc, mask_body(mask), &limits, &at) == JSON_OK &&
           chat_view_openai(&out->view, &out->doc, (uint32_t)config->limits.messages, arena, &fault) == 0;
}

void masked_release(struct masked_request *m) {
    json_free(&m->doc);
}

static const char *why_not_masked(const struct snapshot *snapshot, struct gate_scratch *scratch,
                                  const struct mask *mask, struct arena *arena) {
    struct masked_request masked;
    const char *why = NULL;
    if (!read_masked(snapshot->config, mask, arena, &masked)) {
        why = "the request is too large for its memory";
    } else if (!mask_hides(mask, masked.view.text)) {
        why = "a value stands in a place where it cannot be masked";
    } else {
        struct gate_input input = masked_gate_input(&masked.view);
        if (!gate_is_masked(snapshot->gate, scratch, &input, arena))
            why = "the gate still finds something once it is masked";
    }
    masked_release(&masked);
    return why;
}

struct mask *masked_prepare(const struct snapshot *snapshot, struct gate_scratch *scratch, const struct chat_view *view,
                            const struct verdict *verdict, const char **why) {
    const struct config *config = snapshot->config;
    struct mask_span spans[GATE_MAX_FINDINGS];
    uint32_t count = gate_mask_spans(snapshot->gate, verdict, spans, why);
    if (count == 0) return NULL;
    struct mask_limits limits = {.values = (uint32_t)config->limits.mask_values,
                                 .bytes = (size_t)config->limits.mask_bytes};
    struct mask *mask = mask_new(view, spans, count, &limits, why);
    if (!mask || !(*why = why_not_masked(snapshot, scratch, mask, view->arena))) return mask;
    mask_free(mask);
    return NULL;
}

bool masked_clear(const struct snapshot *snapshot, struct gate_scratch *scratch, const struct mask *mask,
                  const struct verdict *original, uint64_t request, enum zone zone, struct arena *arena,
                  struct masked_request *out, struct clearance *clearance) {
    if (!read_masked(snapshot->config, mask, arena, out)) return false;
    struct gate_input input = masked_gate_input(&out->view);
    return gate_clear_masked(snapshot->gate, scratch, original, &input, request, zone, arena, clearance);
}

void masked_note(struct ledger_row *row, uint32_t values) {
    char note[24];
    if (row->masked) return; // an attempt before this one wrote it
    row->masked = values;
    size_t n = (size_t)snprintf(note, sizeof note, " masked:%u", values), len = strlen(row->receipt);
    while (len + n >= sizeof row->receipt) { // the last rules give way, whole
        while (len && row->receipt[len - 1] != ',' && row->receipt[len - 1] != ' ') len--;
        if (len) len--;
    }
    memcpy(row->receipt + len, note, n + 1);
}
