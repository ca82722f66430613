#include "report/judge.h"

#include <limits.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "gateway/decide.h"

enum { ARENA_BYTES = 12 * (JUDGE_PROMPT_BYTES + 4096) };

struct judge {
    struct snapshot *snapshot;
    struct gate_scratch *scratch;
    struct route_state state;
    bool live;
    enum zone assumed_zone;
    struct json_limits limits;
    struct json_doc prompt, request;
    struct arena arena;
    struct buf body;
};

struct judge *judge_new(struct config *config, bool live, struct err *e) {
    struct judge *j = mem_new(sizeof *j);
    j->live = live;
    j->limits = (struct json_limits){(uint32_t)config->limits.json_depth, (uint32_t)config->limits.json_values};
    j->snapshot = snapshot_load(config, e);
    j->scratch = j->snapshot ? gate_scratch_new(j->snapshot->gate) : NULL;
    if (!j->scratch) {
        if (!e->text[0]) err_set(e, "the gate has no memory for its scratch");
        judge_free(j);
        return NULL;
    }
    arena_init(&j->arena, ARENA_BYTES);
    buf_init(&j->body, (size_t)JUDGE_PROMPT_BYTES * 6 + 256); // escapes take six bytes at most
    decide_assumed_state(j->snapshot, &j->state);
    // a log is judged before anything is set up: what is asked is where requests belong
    j->state.local_enabled = j->state.local_ready = j->state.local_has_room = true;
    if (j->state.frontier_count == 0) {
        j->assumed_zone = j->snapshot->frontier_count ? j->snapshot->frontiers[0].config->zone : ZONE_ANY;
        j->state.frontier_count = 1;
        j->state.frontier_zones = &j->assumed_zone;
    }
    return j;
}

void judge_free(struct judge *j) {
    if (!j) return;
    json_free(&j->prompt);
    json_free(&j->request);
    buf_free(&j->body);
    arena_release(&j->arena);
    gate_scratch_free(j->scratch);
    snapshot_unref(j->snapshot);
    free(j);
}

const struct price_book *judge_prices(const struct judge *j) {
    return j->snapshot->prices;
}

const struct config *judge_config(const struct judge *j) {
    return j->snapshot->config;
}

const char *judge_weights_version(const struct judge *j) {
    return weights_version(j->snapshot->weights);
}

float judge_threshold(const struct judge *j) {
    return dial_threshold(j->snapshot->dial);
}

int64_t judge_context(const struct judge *j) {
    return j->state.local_context;
}

// ---------------------------------------------------------------- from a log's prompt to a request

static void wrap_text(struct judge *j, struct span text) {
    buf_reset(&j->body);
    buf_add_z(&j->body, "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":");
    json_put_string(&j->body, text);
    buf_add_z(&j->body, "}]}");
}

// Messages, and what else of a request the decision looks at. False when the JSON holds no messages.
static bool wrap_messages(struct judge *j, struct span prompt) {
    static const char *const KEPT[] = {"system", "tools", "response_format", "max_tokens", "max_completion_tokens"};
    size_t at;
    if (!prompt.len || (prompt.at[0] != '[' && prompt.at[0] != '{')) return false;
    if (json_parse(&j->prompt, prompt, &j->limits, &at) != JSON_OK) return false;
    const struct json_doc *doc = &j->prompt;
    uint32_t object = 0, messages = 0;
    if (doc->nodes[0].type == JSON_OBJECT) {
        uint32_t body = json_get(doc, 0, "body"); // of a request with its headers
        if (json_is(doc, body, JSON_OBJECT)) object = body;
        messages = json_get(doc, object, "messages");
        if (!json_is(doc, messages, JSON_ARRAY)) return false;
    }
    uint32_t first = messages + 1;
    if (first >= doc->nodes[messages].next || doc->nodes[first].type != JSON_OBJECT) return false;
    buf_reset(&j->body);
    buf_add_z(&j->body, "{\"model\":\"auto\",\"messages\":");
    buf_add_span(&j->body, json_raw(doc, messages));
    for (size_t i = 0; doc->nodes[0].type == JSON_OBJECT && i < sizeof KEPT / sizeof *KEPT; i++) {
        uint32_t node = json_get(doc, object, KEPT[i]);
        if (!node || doc->nodes[node].type == JSON_NULL) continue;
        json_put_key(&j->body, KEPT[i]);
        buf_add_span(&j->body, json_raw(doc, node));
    }
    buf_add_char(&j->body, '}');
    return true;
}

static bool view_body(struct judge *j, struct chat_view *view) {
    struct chat_fault fault = {0};
    size_t at;
    uint32_t messages = (uint32_t)j->snapshot->config->limits.messages;
    return !j->body.full && json_parse(&j->request, buf_span(&j->body), &j->limits, &at) == JSON_OK &&
           chat_view_openai(view, &j->request, messages, &j->arena, &fault) == 0;
}

// ---------------------------------------------------------------- plans

static void take_plan(struct judge *j, const struct plan *plan, const struct score *score, struct judged *out) {
    out->score = score->score;
    out->output_tokens = score->output_tokens;
    out->routine = !plan->hard;
    out->free = plan->free;
    out->route = plan->route;
    out->reason = plan->reason;
    if (j->live && plan->free) dial_observe(j->snapshot->dial, score, 1);
}

bool judge_prompt(struct judge *j, struct span prompt, struct judged *out) {
    struct chat_view view;
    struct decision d;
    prompt = span_trim(prompt);
    if (prompt.len > JUDGE_PROMPT_BYTES) return false;
    if (!wrap_messages(j, prompt) || !view_body(j, &view)) {
        arena_reset(&j->arena);
        wrap_text(j, prompt);
        if (!view_body(j, &view)) {
            arena_reset(&j->arena);
            return false;
        }
    }
    decide(j->snapshot, j->scratch, &view, PIN_NONE, &j->state, 0, false, &j->arena, &d);
    *out = (struct judged){.sensitive = d.verdict.sensitive, .classes = d.verdict.classes};
    take_plan(j, &d.plan, &d.score, out);
    mask_free(d.mask);
    arena_reset(&j->arena);
    return true;
}

void judge_known(struct judge *j, double score, bool sensitive, int64_t input_tokens, int64_t output_tokens,
                 struct judged *out) {
    struct verdict v = {.sensitive = sensitive, .reason = ""};
    // a ledger's rows keep the score; where the dial goes by p_local, its complement stands for it
    struct score s = {.score = (float)score, .p_local = 1 - (float)score};
    if (output_tokens > 0) s.output_tokens = output_tokens < INT_MAX ? (int)output_tokens : INT_MAX;
    struct route_request request = {
        .named_frontier = -1, .input_tokens = input_tokens > 0 ? (size_t)input_tokens : 0, .max_tokens = -1};
    struct plan plan;
    route_plan(j->snapshot->config, &v, &s, dial_threshold(j->snapshot->dial), &request, &j->state, &plan);
    *out = (struct judged){.sensitive = sensitive};
    take_plan(j, &plan, &s, out);
}

// ---------------------------------------------------------------- sample

int sample_offer(struct sample *s) {
    uint64_t h = hash_mix(++s->seen * 0x9e3779b97f4a7c15u);
    uint32_t level = h ? (uint32_t)__builtin_ctzll(h) : SAMPLE_LEVELS - 1;
    if (level >= SAMPLE_LEVELS) level = SAMPLE_LEVELS - 1;
    return level < s->least ? -1 : (int)level;
}

void sample_count(struct sample *s, int level) {
    s->kept[level]++;
    s->total++;
    while (s->total > s->most && s->least < SAMPLE_LEVELS - 1) s->total -= s->kept[s->least++];
}
