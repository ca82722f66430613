#include "gateway/outcome.h"

#include "base/clock.h"
#include "gateway/lookup.h"
#include "gateway/recent.h"
#include "gateway/request.h"
#include "gateway/server.h"
#include "intent/sample.h"

void outcome_remember(struct request *r, const struct intent_input *in) {
    if (!r->row.sensitive) recent_add(r->worker->server->recent, r->row.id, in);
}

// ---------------------------------------------------------------- recording

// The pair that the outcome is about: who answered, by its name if that is known; the other side as it is configured.
static void name_pair(const struct worker *w, const struct snapshot *s, const char *answered,
                      struct ledger_outcome *o) {
    const struct local_server *local = w->server->local ? local_server(w->server->local) : NULL;
    const char *frontier = s->usable_count ? s->frontiers[s->usable[0]].config->models[0] : "";
    bool known = *answered != 0;
    span_copy_z(o->local_model, sizeof o->local_model, known && o->by_local ? answered : local ? local->model : "");
    span_copy_z(o->frontier_model, sizeof o->frontier_model, known && !o->by_local ? answered : frontier);
}

// What learning needs of the request, where it is still remembered.
static size_t pack(struct worker *w, const struct snapshot *s, const char *id, uint8_t *sample) {
    struct remembered m;
    if (!recent_find(w->server->recent, id, &m)) return 0;
    size_t n = sample_pack(s->weights, &m.input, sample, SAMPLE_MAX_BYTES);
    remembered_release(&m);
    return n;
}

static bool record(struct worker *w, const struct snapshot *s, struct ledger_outcome *o) {
    static const char *const SUCCESS[] = {"unknown", "false", "true"};
    uint8_t sample[SAMPLE_MAX_BYTES];
    o->at_us = clock_wall_us();
    o->sample = sample;
    o->sample_len = pack(w, s, o->id, sample);
    bool kept = ledger_add_outcome(w->server->ledger, o);
    o->sample = NULL;
    meter_outcome(w->server->meter, w->index, outcome_source_name(o->source), SUCCESS[o->success + 1], kept);
    return kept;
}

bool outcome_add(struct request *r, enum outcome_source source, bool by_local, int success, float score) {
    struct ledger_outcome o = {.source = source, .by_local = by_local, .success = success, .score = score};
    span_copy_z(o.id, sizeof o.id, r->row.id);
    name_pair(r->worker, r->chat.snapshot, r->chat.now_local == by_local ? r->chat.model : "", &o);
    return record(r->worker, r->chat.snapshot, &o);
}

bool outcome_add_row(struct worker *w, const struct ledger_row *row, enum outcome_source source, int success,
                     float score, struct ledger_outcome *out) {
    *out = (struct ledger_outcome){.source = source, .success = success, .score = score};
    out->by_local = strcmp(row->route, "local") == 0;
    span_copy_z(out->id, sizeof out->id, row->id);
    name_pair(w, w->snapshot, row->model, out);
    return record(w, w->snapshot, out);
}

// ---------------------------------------------------------------- feedback

static void feedback_found(struct request *r, struct lookup *l) {
    struct ledger_outcome o;
    struct buf body;
    if (l->count == 0) {
        respond_error(r, GATEWAY_REQUEST_NOT_FOUND, "id", "");
        return;
    }
    if (l->rows[0].ttft_us < 0) { // refused, failed, or cancelled before its first content
        respond_error(r, GATEWAY_INVALID_FIELD, "id", "This request got no answer: there is nothing to judge.");
        return;
    }
    if (!outcome_add_row(r->worker, &l->rows[0], OUTCOME_FEEDBACK, l->success, l->score, &o)) {
        respond_error(r, GATEWAY_OUTCOME_LOST, NULL, "");
        return;
    }
    buf_init(&body, 4096);
    ledger_outcome_json(&o, &body);
    respond_simple(r, 200, "application/json", buf_span(&body));
    buf_free(&body);
    request_finish(r, "ok");
}

static bool read_id(const struct json_doc *doc, uint32_t value, struct lookup *l) {
    struct span id = json_text(doc, value);
    if (!json_is(doc, value, JSON_STRING) || id.len == 0) return false;
    if (id.len >= sizeof l->id) id.len = sizeof l->id - 1; // longer than any: it is not found
    memcpy(l->id, id.at, id.len);
    l->id[id.len] = 0;
    return true;
}

static bool read_success(const struct json_doc *doc, uint32_t value, struct lookup *l) {
    l->success = json_is_true(doc, value) ? OUTCOME_GOOD : OUTCOME_BAD;
    return json_is(doc, value, JSON_TRUE) || json_is(doc, value, JSON_FALSE);
}

static bool read_score(const struct json_doc *doc, uint32_t value, struct lookup *l) {
    double score;
    if (!json_real(doc, value, &score) || !(score >= 0 && score <= 1)) return false;
    l->score = (float)score;
    return true;
}

static const struct member {
    const char *name;
    bool (*read)(const struct json_doc *, uint32_t value, struct lookup *);
    const char *wrong; // what is said when `read` does not take the value
} MEMBERS[] = {
    {"id", read_id, "id must be the x-request-id of an answer."},
    {"success", read_success, "success must be true or false."},
    {"score", read_score, "score must be a number from 0 to 1."},
};
enum { MEMBER_COUNT = sizeof MEMBERS / sizeof *MEMBERS };

// Reads the members of an object. False: an error was answered.
static bool read_members(struct request *r, const struct json_doc *doc, struct lookup *l) {
    bool seen[MEMBER_COUNT] = {false};
    for (uint32_t k = 1; k < doc->nodes[0].next; k = doc->nodes[k + 1].next) {
        size_t m = 0;
        while (m < MEMBER_COUNT && !json_text_is(doc, k, MEMBERS[m].name)) m++;
        const char *wrong = m == MEMBER_COUNT                 ? "There is only id, success and score."
                            : seen[m]                         ? "It is given twice; which is meant cannot be told."
                            : !MEMBERS[m].read(doc, k + 1, l) ? MEMBERS[m].wrong
                                                              : NULL;
        if (wrong) {
            respond_error(r, GATEWAY_INVALID_FIELD, m < MEMBER_COUNT ? MEMBERS[m].name : NULL, wrong);
            return false;
        }
        seen[m] = true;
    }
    return true;
}

void outcome_serve_feedback(struct request *r) {
    static const struct json_limits LIMITS = {.max_depth = 4, .max_nodes = 64};
    struct json_doc *doc = &r->worker->doc;
    struct lookup l = {.limit = 1, .success = OUTCOME_UNKNOWN, .score = NAN, .done = feedback_found};
    size_t at;
    enum json_status status = json_parse(doc, buf_span(&r->body), &LIMITS, &at);
    if (status != JSON_OK || json_type(doc, 0) != JSON_OBJECT) {
        respond_error(r, GATEWAY_INVALID_JSON, NULL, "feedback is {\"id\", \"success\", \"score\"}.");
        return;
    }
    if (!read_members(r, doc, &l)) return;
    const char *missing = !*l.id ? "id" : l.success == OUTCOME_UNKNOWN && isnan(l.score) ? "success" : NULL;
    if (missing) respond_error(r, GATEWAY_INVALID_FIELD, missing, "feedback needs id, and success or score or both.");
    else lookup_start(r, &l);
}
