#include "local/internal.h"

#include <stdio.h>

#include "wire/json.h"

enum { MAX_TEMPLATE = 1024 * 1024 };

static const struct json_limits LIMITS = {.max_depth = 64, .max_nodes = 200000};

void server_facts_init(struct server_facts *f) {
    *f = (struct server_facts){.context = 0};
    buf_init(&f->chat_template, MAX_TEMPLATE);
    buf_init(&f->bos, MARKER_MAX_BYTES);
    buf_init(&f->eos, MARKER_MAX_BYTES);
}

void server_facts_release(struct server_facts *f) {
    buf_free(&f->chat_template);
    buf_free(&f->bos);
    buf_free(&f->eos);
}

static int parse(struct json_doc *doc, struct span body, const char *what, struct err *e) {
    size_t at;
    enum json_status status = json_parse(doc, body, &LIMITS, &at);
    if (status == JSON_OK) return 0;
    return err_set(e, "its %s is %s", what, json_status_text(status));
}

static void keep_text(struct buf *b, const struct json_doc *doc, uint32_t node) {
    buf_reset(b);
    if (json_is(doc, node, JSON_STRING)) json_unescape_to(b, doc, node);
    if (b->full) buf_reset(b);
}

int server_facts_from_props(struct server_facts *f, struct span body, struct err *e) {
    struct json_doc doc = {0};
    int result = parse(&doc, body, "/props", e);
    uint32_t context = result == 0 ? json_path(&doc, 0, "default_generation_settings", "n_ctx", NULL) : 0;
    if (result == 0 && (!json_int(&doc, context, &f->context) || f->context <= 0))
        result = err_set(e, "its /props name no context: is it llama-server?");
    if (result == 0) {
        f->sees_images = json_is_true(&doc, json_path(&doc, 0, "modalities", "vision", NULL));
        keep_text(&f->chat_template, &doc, json_get(&doc, 0, "chat_template"));
        keep_text(&f->bos, &doc, json_get(&doc, 0, "bos_token"));
        keep_text(&f->eos, &doc, json_get(&doc, 0, "eos_token"));
    }
    json_free(&doc);
    return result;
}

int server_facts_model(struct span body, char *id, size_t size, struct err *e) {
    struct json_doc doc = {0};
    int result = parse(&doc, body, "model list", e);
    uint32_t data = result == 0 ? json_get(&doc, 0, "data") : 0;
    uint32_t first = json_is(&doc, data, JSON_ARRAY) && doc.nodes[data].next > data + 1 ? data + 1 : 0;
    uint32_t name = first ? json_get(&doc, first, "id") : 0;
    struct buf text;
    buf_init(&text, size - 1);
    if (json_is(&doc, name, JSON_STRING)) json_unescape_to(&text, &doc, name);
    if (result == 0 && (text.full || !text.len)) result = err_set(e, "it lists no model");
    if (result == 0) snprintf(id, size, "%s", text.at);
    buf_free(&text);
    json_free(&doc);
    return result;
}

int server_facts_check_chat(struct span body, struct err *e) {
    struct json_doc doc = {0};
    int result = parse(&doc, body, "first answer", e);
    uint32_t choices = result == 0 ? json_get(&doc, 0, "choices") : 0;
    bool good = json_is(&doc, choices, JSON_ARRAY) && doc.nodes[choices].next > choices + 1 &&
                json_is(&doc, json_get(&doc, choices + 1, "message"), JSON_OBJECT);
    if (result == 0 && !good) result = err_set(e, "its first answer has no message");
    json_free(&doc);
    return result;
}
