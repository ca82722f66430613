#include "chat/logprobs.h"

bool logprobs_drop(const struct json_doc *doc, struct buf *out) {
    uint32_t choices = json_get(doc, 0, "choices");
    size_t done = 0;
    if (!json_is(doc, choices, JSON_ARRAY)) return false;
    for (uint32_t c = choices + 1; c < doc->nodes[choices].next; c = doc->nodes[c].next) {
        uint32_t logprobs = json_is(doc, c, JSON_OBJECT) ? json_get(doc, c, "logprobs") : 0;
        if (!logprobs || json_type(doc, logprobs) == JSON_NULL) continue;
        buf_add(out, doc->text + done, doc->nodes[logprobs].start - done);
        buf_add_z(out, "null");
        done = doc->nodes[logprobs].end;
    }
    if (done) buf_add(out, doc->text + done, doc->len - done);
    return done != 0;
}
