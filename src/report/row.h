// One entry of a usage log in our terms, whatever the log calls them. What a log does not tell is -1, NAN, or the
// empty span: unknown, never 0.
#ifndef SLUICE_REPORT_ROW_H
#define SLUICE_REPORT_ROW_H

#include "price/price.h"
#include "report/values.h"

// What a column can mean. The names (fields.c) are those of --map and of the plain format.
enum field {
    FIELD_NONE,
    FIELD_TIME,       // when the request began, or its bucket
    FIELD_END_TIME,   // when the answer was complete; of a bucket: its end
    FIELD_FIRST_TIME, // when the first token came
    FIELD_LATENCY,    // of the whole request
    FIELD_TTFT,       // to the first token
    FIELD_MODEL,
    FIELD_REQUESTS, // a row of a report stands for so many
    FIELD_INPUT,    // tokens; with cached ones or without: see struct format
    FIELD_OUTPUT,
    FIELD_CACHED,
    FIELD_CACHE_WRITE, // for 5 minutes
    FIELD_CACHE_WRITE_1H,
    FIELD_REASONING, // part of the output
    FIELD_SERVICE,   // standard, batch, flex, priority
    FIELD_BATCH,     // true: the batch service
    FIELD_COST,
    FIELD_CURRENCY,
    FIELD_STATUS, // HTTP status, or a word
    FIELD_ERROR,  // something stands here when the request failed
    FIELD_RETRIES,
    FIELD_THROTTLES,
    FIELD_FAILED,    // how many of `requests` failed
    FIELD_BYTES_OUT, // that went to the provider; may be given by several columns
    FIELD_BYTES_BACK,
    FIELD_PROMPT, // text, messages or a request
    FIELD_RESPONSE,
    FIELD_ROUTE, // Sluice's own
    FIELD_REASON,
    FIELD_SCORE,
    FIELD_SENSITIVE,
    FIELD_WEAK,    // quality of the small model's answer, 0..1
    FIELD_STRONG,  // of the frontier's
    FIELD_QUALITY, // of the answer that was given, 0..1
    FIELD_KIND,    // what kind of row it is
    FIELD_COUNT
};

enum cost_kind {
    COST_OF_REQUESTS, // the row's own
    COST_BILLED,      // a line of a bill: no tokens, and not to be added to those of requests
};

struct usage_row {
    int64_t time_us;                             // INT64_MIN: not told
    int64_t end_us, first_us;                    // the same: end of the answer, first token
    int64_t requests;                            // 1 for an entry of its own
    int64_t input, output;                       // tokens; input with cached ones and cache writes; -1: not told
    int64_t cached, cache_write, cache_write_1h; // parts of input; cache_write includes the 1h part; 0: none told
    int64_t reasoning;                           // part of output
    bool has_cost;
    enum cost_kind cost_kind;
    pico cost;            // in `currency`
    struct span currency; // "" = USD
    struct span model;
    int64_t latency_us, ttft_us;   // -1: not told
    int64_t status;                // HTTP; -1: not told
    int64_t retries, throttles;    // -1: not told
    int64_t failed;                // of the requests; -1: not told
    int64_t bytes_out, bytes_back; // -1: not told
    struct span prompt, response;  // decoded text or JSON
    enum price_service service;
    struct span route, reason;
    double score;                 // NAN: not told
    int sensitive;                // 0, 1; -1: not told
    double weak, strong, quality; // NAN: not told
};

#endif
