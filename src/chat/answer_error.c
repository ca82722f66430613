// Errors that an upstream reports: what they say, and which status fits.
#include <stdlib.h>

#include "base/mem.h"
#include "chat/answer_internal.h"

static const struct json_limits ERROR_LIMITS = {.max_depth = 32, .max_nodes = 20000};

// Types and codes of both protocols, and of llama-server.
static const struct {
    const char *word;
    int status;
} STATUSES[] = {
    {"rate_limit_error", 429},
    {"rate_limit_exceeded", 429},
    {"insufficient_quota", 429},
    {"overloaded_error", 529},
    {"api_error", 500},
    {"server_error", 500},
    {"internal_error", 500},
    {"internal_server_error", 500},
    {"timeout_error", 504},
    {"invalid_request_error", 400},
    {"exceed_context_size_error", 400},
    {"context_length_exceeded", 400},
    {"authentication_error", 401},
    {"invalid_api_key", 401},
    {"billing_error", 402},
    {"permission_error", 403},
    {"not_found_error", 404},
    {"model_not_found", 404},
    {"request_too_large", 413},
    {"unavailable_error", 503},
    {"service_unavailable", 503},
};

static int status_of_word(const struct json_doc *doc, uint32_t node) {
    for (size_t i = 0; i < sizeof STATUSES / sizeof *STATUSES; i++)
        if (json_text_is(doc, node, STATUSES[i].word)) return STATUSES[i].status;
    return 0;
}

int answer_error_status(const struct json_doc *doc, uint32_t error) {
    static const char *const KEYS[] = {"code", "status", "type"};
    if (doc->nodes[error].type != JSON_OBJECT) return 502;
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        uint32_t node = json_get(doc, error, KEYS[i]);
        int64_t number = 0;
        struct span text = json_text(doc, node);
        if (text.len == 3 && text.at[0] >= '4' && text.at[0] <= '5')
            number = (text.at[0] - '0') * 100 + (text.at[1] - '0') * 10 + (text.at[2] - '0');
        if (json_int(doc, node, &number) || number)
            if (number >= 400 && number <= 599) return (int)number;
        int status = status_of_word(doc, node);
        if (status) return status;
    }
    return 502;
}

// Decoded, control characters as spaces, cut between characters.
static void add_line(struct buf *b, const struct json_doc *doc, uint32_t node, size_t max) {
    size_t from = b->len;
    if (!json_is(doc, node, JSON_STRING)) return;
    json_unescape_to(b, doc, node);
    for (size_t i = from; i < b->len; i++)
        if ((unsigned char)b->at[i] < 0x20 || b->at[i] == 0x7f) b->at[i] = ' ';
    if (b->len - from <= max) return;
    b->len = from + max;
    while (b->len > from && ((unsigned char)b->at[b->len] & 0xc0) == 0x80) b->len--;
    b->at[b->len] = 0;
}

void answer_describe_error(const struct json_doc *doc, uint32_t error, struct err *text) {
    bool object = doc->nodes[error].type == JSON_OBJECT;
    uint32_t message = object ? json_get(doc, error, "message") : error;
    uint32_t type = object ? json_get(doc, error, "type") : 0;
    struct buf line;
    buf_init(&line, doc->len + 64);
    text->text[0] = 0;
    add_line(&line, doc, message, 400);
    if (line.len && json_text(doc, type).len) {
        buf_add_z(&line, " (");
        add_line(&line, doc, type, 80);
        buf_add_char(&line, ')');
    }
    if (line.len) err_set(text, "%s", line.at);
    buf_free(&line);
}

int answer_fail(struct answer *a, int status, const char *why) {
    if (!a->error) a->error = mem_new(sizeof *a->error);
    err_set(a->error, "%s", why);
    a->meter.upstream_error.text = a->error->text;
    a->meter.upstream_status = status;
    a->meter.state = ANSWER_FAILED;
    buf_free(&a->partial);
    buf_free(&a->held);
    return -1;
}

int answer_fail_upstream(struct answer *a, const struct json_doc *doc, uint32_t error) {
    struct err text = {""};
    if (error) answer_describe_error(doc, error, &text);
    int status = error ? answer_error_status(doc, error) : 502;
    return answer_fail(a, status, text.text[0] ? text.text : "the upstream reported an error without a message");
}

void answer_error_text(struct span body, enum protocol protocol, struct err *message) {
    (void)protocol; // both keep it in error.message and error.type
    struct json_doc doc = {0};
    size_t at;
    message->text[0] = 0;
    if (json_parse(&doc, body, &ERROR_LIMITS, &at) == JSON_OK) {
        uint32_t error = json_get(&doc, 0, "error");
        if (error) answer_describe_error(&doc, error, message);
        else if (doc.nodes[0].type == JSON_OBJECT)
            answer_describe_error(&doc, 0, message); // {"message":...}, some servers
    }
    json_free(&doc);
}

void answer_error_event(struct buf *out, const char *type, const char *code, const char *message) {
    buf_add_z(out, "data: {\"error\":{\"message\":");
    json_put_z(out, message);
    json_put_key(out, "type");
    json_put_z(out, type);
    buf_add_z(out, ",\"param\":null,\"code\":");
    if (code) json_put_z(out, code);
    else buf_add_z(out, "null");
    buf_add_z(out, "}}\n\n");
}
