#include "gateway/errors.h"

#include <stdio.h>

#include "wire/json.h"

static const char INVALID[] = "invalid_request_error", SERVER[] = "server_error", LIMIT[] = "rate_limit_error";

static const struct gateway_error_info TABLE[GATEWAY_ERROR_COUNT] = {
    [GATEWAY_BAD_HTTP] = {"bad_http", 400, INVALID, "The bytes on this connection are not a valid HTTP/1.1 request.", 0},
    [GATEWAY_HEADERS_TOO_LARGE] = {"headers_too_large", 431, INVALID,
                                   "The request line and headers are over limits.header_bytes or limits.headers.", 0},
    [GATEWAY_HEADER_TIMEOUT] = {"header_timeout", 408, INVALID,
                                "The headers did not arrive within limits.header_timeout.", 0},
    [GATEWAY_BODY_TOO_LARGE] = {"body_too_large", 413, INVALID,
                                "The body is over limits.body_bytes. Send less, or raise the limit.", 0},
    [GATEWAY_BODY_TIMEOUT] = {"body_timeout", 408, INVALID, "The body did not arrive within limits.body_timeout.", 0},
    [GATEWAY_UNKNOWN_PATH] = {"unknown_path", 404, INVALID,
                              "There is nothing at this path. Chat is at POST /v1/chat/completions, models at GET "
                              "/v1/models; is base_url http://HOST:PORT/v1?",
                              0},
    [GATEWAY_METHOD_NOT_ALLOWED] = {"method_not_allowed", 405, INVALID,
                                    "This path does not take this method; see the Allow header.", 0},
    [GATEWAY_EXPECTATION_FAILED] = {"expectation_failed", 417, INVALID, "Only Expect: 100-continue is understood.", 0},
    [GATEWAY_INVALID_JSON] = {"invalid_json", 400, INVALID, "The body is not a JSON object that can be read:", 0},
    [GATEWAY_INVALID_FIELD] = {"invalid_field", 400, INVALID, "", 0},
    [GATEWAY_MODEL_NOT_FOUND] = {"model_not_found", 404, INVALID,
                                 "This model is not known here. Use auto, local or frontier, or a name that GET "
                                 "/v1/models lists; names are configured under frontier[].models.",
                                 0},
    [GATEWAY_REQUEST_NOT_FOUND] = {"request_not_found", 404, INVALID,
                                   "The ledger has no request of this id. Use the x-request-id of an answer that has "
                                   "ended; rows that were deleted, or not kept (ledger.path), are not found.",
                                   0},
    [GATEWAY_LEDGER_UNREADABLE] = {"ledger_unreadable", 503, SERVER, "The ledger cannot be read now:", 5},
    [GATEWAY_OUTCOME_LOST] = {"outcome_lost", 503, SERVER,
                              "Too many outcomes wait for the disk (ledger.queue_rows); this one was not kept.", 5},
    [GATEWAY_FRONTIER_NOT_CONFIGURED] = {"frontier_not_configured", 503, SERVER,
                                         "This request wants a frontier model and none has a key. Set the variable "
                                         "that frontier[].key_env names, or routing.on_no_frontier: answer_locally.",
                                         0},
    [GATEWAY_LOCAL_NOT_READY] = {"local_not_ready", 503, SERVER,
                                 "The local model is not ready. `sluice doctor` says why; see also GET /readyz.", 5},
    [GATEWAY_LOCAL_BUSY] = {"local_busy", 429, LIMIT,
                            "All slots of the local model and its queue are in use. Try again, or raise local.slots "
                            "or local.queue.",
                            2},
    [GATEWAY_LOCAL_UNAVAILABLE_SENSITIVE] = {"local_unavailable_sensitive", 503, SERVER,
                                             "This request must stay local and the local model cannot take it now. "
                                             "It was sent nowhere. Try again.",
                                             5},
    [GATEWAY_LOCAL_UNTRUSTED_SENSITIVE] = {"local_untrusted_sensitive", 503, SERVER,
                                           "This request must stay on hardware that you control, and local.url is not "
                                           "said to be. It was sent nowhere. Set local.url_is_local if it is.",
                                           0},
    [GATEWAY_LOCAL_NOT_ABLE] = {"local_not_able", 422, INVALID,
                                "This request holds images, audio or files and must stay local, and the local model "
                                "reads text only. Leave them out, use a local model that sees, or, where such content "
                                "may leave, set policy.unreadable: may_leave.",
                                0},
    [GATEWAY_NO_UPSTREAM] = {"no_upstream", 503, SERVER,
                             "No model can take this request: no local model is running and no frontier has a key. "
                             "`sluice doctor` says what is missing.",
                             0},
    [GATEWAY_BUDGET_SPENT] = {"budget_spent", 429, LIMIT,
                              "This request wants a frontier model, and what is left of routing.max_cost does not "
                              "pay for it now. Ask for model local, wait, or raise it.",
                              60},
    [GATEWAY_OVERLOADED] = {"overloaded", 503, SERVER, "Too many requests are in flight (limits.in_flight).", 1},
    [GATEWAY_TOO_MANY_CONNECTIONS] = {"too_many_connections", 503, SERVER,
                                      "Too many connections are open (limits.connections).", 1},
    [GATEWAY_LEDGER_FULL] = {"ledger_full", 503, SERVER,
                             "The ledger cannot record more requests now, so none is served. Check the disk of "
                             "ledger.path.",
                             5},
    [GATEWAY_SHUTTING_DOWN] = {"shutting_down", 503, SERVER, "This gateway is stopping.", 1},
    [GATEWAY_UPSTREAM_FAILED] = {"upstream_failed", 502, SERVER, "The model's server did not give a usable answer:", 0},
    [GATEWAY_UPSTREAM_TIMEOUT] = {"upstream_timeout", 504, SERVER, "The model's server did not answer in time:", 0},
    [GATEWAY_UPSTREAM_REJECTED] = {"upstream_rejected", 502, SERVER, "The model's server refused the request:", 0},
    [GATEWAY_INTERNAL] = {"internal_error", 500, SERVER, "A fault in the gateway; the log has the request id.", 0},
};

static const struct {
    int status;
    const char *phrase;
} PHRASES[] = {
    {100, "Continue"},           {200, "OK"},
    {400, "Bad Request"},        {401, "Unauthorized"},
    {402, "Payment Required"},   {403, "Forbidden"},
    {404, "Not Found"},          {405, "Method Not Allowed"},
    {408, "Request Timeout"},    {409, "Conflict"},
    {413, "Content Too Large"},  {417, "Expectation Failed"},
    {422, "Unprocessable Content"}, {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"}, {500, "Internal Server Error"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"}, {504, "Gateway Timeout"},
    {529, "Overloaded"},
};

const char *http_status_phrase(int status) {
    for (size_t i = 0; i < sizeof PHRASES / sizeof *PHRASES; i++)
        if (PHRASES[i].status == status) return PHRASES[i].phrase;
    return "Unknown";
}

const struct gateway_error_info *gateway_error_info(enum gateway_error e) {
    return &TABLE[e];
}

enum gateway_error gateway_error_by_code(const char *code) {
    for (int i = 0; i < GATEWAY_ERROR_COUNT; i++)
        if (!strcmp(TABLE[i].code, code)) return (enum gateway_error)i;
    return GATEWAY_INTERNAL;
}

void gateway_error_body(struct buf *out, enum gateway_error e, const char *param, const char *detail) {
    const struct gateway_error_info *info = &TABLE[e];
    char message[1024];
    snprintf(message, sizeof message, "%s%s%s", info->message, *info->message && *detail ? " " : "", detail);
    buf_add_z(out, "{\"error\":{\"message\":");
    json_put_z(out, message);
    buf_printf(out, ",\"type\":\"%s\",\"param\":", info->type);
    if (param) json_put_z(out, param);
    else buf_add_z(out, "null");
    buf_printf(out, ",\"code\":\"%s\"}}", info->code);
}
