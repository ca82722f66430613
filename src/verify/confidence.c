#include "verify/confidence.h"

#include <math.h>

// A server says so of a token that it held for impossible.
static const double LEAST_LOGPROB = -100;

struct confidence confidence_of(const struct json_doc *doc, uint32_t list) {
    struct confidence c = {0};
    double sum = 0, logprob;
    if (!json_is(doc, list, JSON_ARRAY)) return c;
    for (uint32_t t = list + 1; t < doc->nodes[list].next; t = doc->nodes[t].next) {
        if (!json_is(doc, t, JSON_OBJECT) || !json_real(doc, json_get(doc, t, "logprob"), &logprob)) continue;
        if (json_text(doc, json_get(doc, t, "token")).len == 0) continue;
        if (!(logprob > LEAST_LOGPROB)) logprob = LEAST_LOGPROB;
        sum += logprob;
        c.least = c.tokens++ ? fmin(c.least, logprob) : logprob;
    }
    if (c.tokens) c.mean = sum / c.tokens;
    return c;
}
