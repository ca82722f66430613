#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/spare.h"
#include "gateway/explain.h"
#include "gateway/lookup.h"
#include "gateway/outcome.h"
#include "gateway/request.h"
#include "gateway/server.h"

struct endpoint {
    const char *path;
    llhttp_method_t method;
    const char *allow; // for the Allow header
    void (*serve)(struct request *r);
    bool below; // serves what stands below its path, which ends in a slash
};

static void serve_health(struct request *r) {
    respond_simple(r, 200, "application/json", SPAN("{\"status\":\"ok\"}"));
    request_finish(r, "ok");
}

// Ready means: a request would be answered and recorded.
static void serve_ready(struct request *r) {
    struct server *s = r->worker->server;
    struct ledger_health health;
    ledger_health(s->ledger, &health);
    enum local_phase phase = s->local ? local_phase(s->local) : LOCAL_OFF;
    bool model = phase == LOCAL_READY || r->worker->snapshot->usable_count > 0;
    bool ready = health.ok && model && atomic_load(&s->phase) == SERVER_RUNNING;
    struct buf body;
    buf_init(&body, 4096);
    buf_printf(&body, "{\"ready\":%s,\"local\":\"%s\",\"frontiers\":%u,\"ledger\":\"%s\"", ready ? "true" : "false",
               local_phase_name(phase), r->worker->snapshot->usable_count, health.ok ? "ok" : "failing");
    struct err words = s->local_error;
    if (s->local) local_last_words(s->local, &words);
    if (words.text[0] && phase != LOCAL_READY) {
        json_put_key(&body, "local_error");
        json_put_z(&body, words.text);
    }
    buf_add_char(&body, '}');
    respond_simple(r, ready ? 200 : 503, "application/json", buf_span(&body));
    buf_free(&body);
    request_finish(r, "ok");
}

static void serve_metrics(struct request *r) {
    struct server *s = r->worker->server;
    struct ledger_health health;
    ledger_health(s->ledger, &health);
    struct budget_state budget;
    budget_look(s->live.budget, clock_wall_us(), &budget);
    struct meter_state state = {
        .threshold = fmax(0, (double)dial_threshold(r->worker->snapshot->dial)),
        .budget_usd = budget.max_usd,
        .spent_usd = budget.spent_usd,
        .local_enabled = s->local != NULL,
        .local_ready = s->local && local_phase(s->local) == LOCAL_READY,
        .local_restarts = s->local ? local_restarts(s->local) : 0,
        .local_in_flight = s->local ? local_in_flight(s->local) : 0,
        .ledger_written = health.written,
        .ledger_waiting = health.waiting,
        .ledger_ok = health.ok,
        .version = SLUICE_VERSION,
    };
    struct buf body;
    buf_init(&body, 4 << 20);
    meter_expose(s->meter, &state, &body);
    respond_simple(r, 200, "text/plain; version=0.0.4; charset=utf-8", buf_span(&body));
    buf_free(&body);
    request_finish(r, "ok");
}

static void add_model(struct buf *b, const char *id, const char *owner) {
    if (b->at[b->len - 1] != '[') buf_add_char(b, ',');
    buf_add_z(b, "{\"id\":");
    json_put_z(b, id);
    buf_add_z(b, ",\"object\":\"model\",\"created\":0,\"owned_by\":");
    json_put_z(b, owner);
    buf_add_char(b, '}');
}

static void serve_models(struct request *r) {
    const struct snapshot *s = r->worker->snapshot;
    const struct local_server *local = r->worker->server->local ? local_server(r->worker->server->local) : NULL;
    struct buf body;
    buf_init(&body, 1 << 20);
    buf_add_z(&body, "{\"object\":\"list\",\"data\":[");
    static const char *const ROUTES[] = {"auto", "local", "frontier"};
    for (size_t i = 0; i < sizeof ROUTES / sizeof *ROUTES; i++) add_model(&body, ROUTES[i], "sluice");
    if (local) add_model(&body, local->model, "local");
    for (uint32_t i = 0; i < s->usable_count; i++) {
        const struct config_frontier *f = s->frontiers[s->usable[i]].config;
        for (size_t m = 0; m < f->model_count; m++) add_model(&body, f->models[m], f->name);
    }
    buf_add_z(&body, "]}");
    respond_simple(r, 200, "application/json", buf_span(&body));
    buf_free(&body);
    request_finish(r, "ok");
}

static const struct endpoint ENDPOINTS[] = {
    {"/v1/chat/completions", HTTP_POST, "POST", chat_begin, false},
    {"/v1/models", HTTP_GET, "GET, HEAD", serve_models, false},
    {"/healthz", HTTP_GET, "GET, HEAD", serve_health, false},
    {"/readyz", HTTP_GET, "GET, HEAD", serve_ready, false},
    {"/metrics", HTTP_GET, "GET, HEAD", serve_metrics, false},
    {"/sluice/v1/explain", HTTP_POST, "POST", explain_serve, false},
    {"/sluice/v1/feedback", HTTP_POST, "POST", outcome_serve_feedback, false},
    {"/sluice/v1/requests", HTTP_GET, "GET, HEAD", lookup_serve_list, false},
    {"/sluice/v1/requests/", HTTP_GET, "GET, HEAD", lookup_serve_row, true},
};

struct request *request_new(struct conn *c) {
    struct request *r = spare_take(sizeof *r);
    memset(r, 0, sizeof *r);
    r->conn = c;
    r->worker = c->worker;
    r->started_ns = clock_now_ns();
    buf_init(&r->body, 0);
    return r;
}

struct request_head_data *request_head_new(void) {
    struct request_head_data *head = spare_take(sizeof *head);
    memset(head, 0, sizeof *head);
    head->references = 1;
    return head;
}

void request_head_drop(struct request_head_data *head) {
    if (head && --head->references == 0) spare_give(head, sizeof *head);
}

void request_free(struct request *r) {
    request_head_drop(r->head);
    lookup_forget(r);
    buf_free(&r->body);
    buf_free(&r->chat.sent);
    buf_free(&r->chat.body);
    restore_free(r->chat.restore);
    verify_forget(r);
    mask_free(r->chat.mask);
    snapshot_unref(r->chat.snapshot);
    spare_give(r, sizeof *r);
}

struct span request_path(const struct request_head_data *head) {
    struct span path = span_make(head->path, head->path_len);
    if (path.len == 0 || path.at[0] == '/') return path;
    size_t scheme = span_find(path, SPAN("://"));
    if (scheme == SIZE_MAX) return path;
    path = span_sub(path, scheme + 3, SIZE_MAX);
    size_t slash = span_find(path, SPAN("/"));
    return slash == SIZE_MAX ? SPAN("/") : span_sub(path, slash, SIZE_MAX);
}

void request_head_route(struct request_head_data *head) {
    struct span path = request_path(head);
    for (size_t i = 0; i < sizeof ENDPOINTS / sizeof *ENDPOINTS && !head->endpoint; i++)
        if (!head->path_cut &&
            (ENDPOINTS[i].below ? span_starts(path, span_from(ENDPOINTS[i].path)) : span_is_z(path, ENDPOINTS[i].path)))
            head->endpoint = &ENDPOINTS[i];
}

static bool method_fits(const struct request *r) {
    return r->method == r->endpoint->method || (r->method == HTTP_HEAD && r->endpoint->method == HTTP_GET);
}

static void refuse_unserved(struct request *r) {
    if (!r->endpoint) respond_error(r, GATEWAY_UNKNOWN_PATH, NULL, "");
    else respond_error(r, GATEWAY_METHOD_NOT_ALLOWED, r->endpoint->allow, "");
}

bool request_head_complete(struct request *r) {
    const llhttp_t *parser = &r->conn->parser;
    const struct config *config = r->worker->snapshot->config;
    if (!r->head->has_host && parser->http_major == 1 && parser->http_minor == 1) {
        respond_error(r, GATEWAY_BAD_HTTP, NULL, "It has no Host header.");
        return false;
    }
    r->endpoint = r->head->endpoint;
    bool chunked = (parser->flags & F_CHUNKED) != 0;
    bool has_body = chunked || parser->content_length > 0;
    if (!has_body) return true; // answered when the message is complete, so that the connection lives on
    if (!r->endpoint || !method_fits(r)) {
        refuse_unserved(r);
        return false;
    }
    if (!chunked && parser->content_length > (uint64_t)config->limits.body_bytes) {
        respond_error(r, GATEWAY_BODY_TOO_LARGE, NULL, "");
        return false;
    }
    struct span expect = request_header(r, HEADER_EXPECT);
    if (expect.len && !span_is_nocase(expect, SPAN("100-continue"))) {
        respond_error(r, GATEWAY_EXPECTATION_FAILED, NULL, "");
        return false;
    }
    if (expect.len) conn_write(r->conn, SPAN("HTTP/1.1 100 Continue\r\n\r\n"));
    buf_init(&r->body, (size_t)config->limits.body_bytes);
    // Room for the whole body where it is small, so that it is read without moving.
    if (!chunked && parser->content_length <= READ_BUFFER_BYTES &&
        !buf_reserve(&r->body, (size_t)parser->content_length))
        return false;
    return true;
}

void request_complete(struct request *r) {
    if (!r->ready_ns) r->ready_ns = clock_now_ns();
    if (!r->endpoint || !method_fits(r)) refuse_unserved(r);
    else r->endpoint->serve(r);
}
