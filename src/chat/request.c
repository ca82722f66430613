#include "chat/request.h"

#include "chat/control.h"

// Writes the body with some places replaced, in the order of the text.
struct patcher {
    const struct json_doc *doc;
    const struct chat_shape *shape;
    struct buf *out;
    size_t done; // bytes of the text that are written or replaced
};

static __attribute__((noinline)) void copy_until(struct patcher *p, size_t offset) {
    buf_add(p->out, p->doc->text + p->done, offset - p->done);
    p->done = offset;
}

static void replace(struct patcher *p, uint32_t node, struct span with) {
    copy_until(p, p->doc->nodes[node].start);
    buf_add_span(p->out, with);
    p->done = p->doc->nodes[node].end;
}

// What few requests need stands apart: the code that all run is read into the cache once per request.
static __attribute__((noinline)) void patch_stream_options(struct patcher *p, uint32_t node, bool stopped) {
    const struct json_doc *doc = p->doc;
    if (stopped) {
        replace(p, node, SPAN("null"));
        return;
    }
    if (!p->shape->stream || !p->shape->ask_usage) return;
    if (doc->nodes[node].type != JSON_OBJECT) {
        replace(p, node, SPAN("{\"include_usage\":true}"));
        return;
    }
    uint32_t include = json_get(doc, node, "include_usage");
    if (include) {
        if (!json_is_true(doc, include)) replace(p, include, SPAN("true"));
        return;
    }
    copy_until(p, doc->nodes[node].start + 1);
    buf_add_z(p->out, json_count(doc, node) ? "\"include_usage\":true," : "\"include_usage\":true");
}

static __attribute__((noinline)) void patch_strings(struct patcher *p, uint32_t first, uint32_t end) {
    for (uint32_t n = first; n < end; n++) {
        const struct json_node *node = &p->doc->nodes[n];
        if (node->type != JSON_STRING) continue;
        copy_until(p, node->start + 1);
        if (chat_break_control_tokens(json_text(p->doc, n), p->shape->control_tokens, p->shape->control_token_count,
                                      p->out))
            p->done = node->end - 1;
    }
}

// Members that the request lacks go in front, so that nothing after them moves.
static __attribute__((noinline)) void insert_missing(struct patcher *p, bool stream, bool options, bool logprobs,
                                                     bool top) {
    copy_until(p, p->doc->nodes[0].start + 1);
    if (stream) buf_add_z(p->out, "\"stream\":true,");
    if (options) buf_add_z(p->out, "\"stream_options\":{\"include_usage\":true},");
    if (logprobs) buf_add_z(p->out, "\"logprobs\":true,");
    if (top) buf_add_z(p->out, "\"top_logprobs\":1,"); // llama-server takes no number for twenty
}

int chat_request_openai(const struct chat_view *view, const struct chat_shape *shape, struct buf *out) {
    const struct json_doc *doc = view->doc;
    struct patcher p = {.doc = doc, .shape = shape, .out = out};
    bool stopped = view->stream && !shape->stream;
    // the view's text holds every string but the bytes of images and the like
    bool rewrite = shape->control_tokens && (view->unreadable || control_tokens_in(view->text, shape));
    uint32_t model = view->field[WORD_MODEL], stream = view->field[WORD_STREAM];
    uint32_t options = view->field[WORD_STREAM_OPTIONS];
    uint32_t logprobs = shape->ask_logprobs ? view->field[WORD_LOGPROBS] : 0;
    uint32_t top = shape->ask_logprobs ? view->field[WORD_TOP_LOGPROBS] : 0;

    size_t likely = doc->len + 128; // what is put in is short, or rare
    if (out->max - out->len >= likely && !buf_reserve(out, likely)) return -1;
    insert_missing(&p, !stream && shape->stream, !options && shape->stream && shape->ask_usage,
                   shape->ask_logprobs && !logprobs, shape->ask_logprobs && !top);
    for (uint32_t k = 1; k < doc->nodes[0].next; k = doc->nodes[k + 1].next) {
        uint32_t value = k + 1;
        if (value == model) {
            copy_until(&p, doc->nodes[value].start);
            json_put_string(out, shape->model);
            p.done = doc->nodes[value].end;
        } else if (value == stream) {
            if (json_is_true(doc, value) != shape->stream)
                replace(&p, value, shape->stream ? SPAN("true") : SPAN("false"));
        } else if (value == logprobs || value == top) {
            replace(&p, value, value == top ? SPAN("1") : SPAN("true"));
        } else if (value == options) {
            patch_stream_options(&p, value, stopped);
        } else if (rewrite && (value == view->field[WORD_MESSAGES] || value == view->field[WORD_TOOLS] ||
                               value == view->field[WORD_FUNCTIONS])) {
            patch_strings(&p, value, doc->nodes[value].next);
        }
    }
    copy_until(&p, doc->len);
    return out->full ? -1 : 0;
}
