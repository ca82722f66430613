#include "report/fields.h"

#include <math.h>

#define NO_TIME INT64_MIN
#define DAY_US 86400000000ll
#define FIRST_US (1420070400ll * 1000000) // 2015: before that there was no model to be billed for

void row_clear(struct usage_row *row) {
    *row = (struct usage_row){
        .time_us = NO_TIME,
        .end_us = NO_TIME,
        .first_us = NO_TIME,
        .requests = 1,
        .input = -1,
        .output = -1,
        .latency_us = -1,
        .ttft_us = -1,
        .status = -1,
        .retries = -1,
        .throttles = -1,
        .failed = -1,
        .bytes_out = -1,
        .bytes_back = -1,
        .score = NAN,
        .sensitive = -1,
        .weak = NAN,
        .strong = NAN,
        .quality = NAN,
    };
}

enum form {
    FORM_TIME,
    FORM_COUNT,
    FORM_FIRST,
    FORM_ADDED,
    FORM_DURATION,
    FORM_MONEY,
    FORM_SHARE,
    FORM_TEXT,
    FORM_STATUS,
    FORM_FLAG,
    FORM_SERVICE
};

#define AT(member) offsetof(struct usage_row, member)

static const struct {
    const char *name;
    enum form form;
    size_t at;
} FIELDS[FIELD_COUNT] = {
    [FIELD_TIME] = {"time", FORM_TIME, AT(time_us)},
    [FIELD_END_TIME] = {"end_time", FORM_TIME, AT(end_us)},
    [FIELD_FIRST_TIME] = {"first_token_time", FORM_TIME, AT(first_us)},
    [FIELD_LATENCY] = {"latency", FORM_DURATION, AT(latency_us)},
    [FIELD_TTFT] = {"ttft", FORM_DURATION, AT(ttft_us)},
    [FIELD_MODEL] = {"model", FORM_TEXT, AT(model)},
    [FIELD_REQUESTS] = {"requests", FORM_COUNT, AT(requests)},
    [FIELD_INPUT] = {"input_tokens", FORM_FIRST, AT(input)},
    [FIELD_OUTPUT] = {"output_tokens", FORM_FIRST, AT(output)},
    [FIELD_CACHED] = {"cached_tokens", FORM_FIRST, AT(cached)},
    [FIELD_CACHE_WRITE] = {"cache_write_tokens", FORM_FIRST, AT(cache_write)},
    [FIELD_CACHE_WRITE_1H] = {"cache_write_1h_tokens", FORM_FIRST, AT(cache_write_1h)},
    [FIELD_REASONING] = {"reasoning_tokens", FORM_FIRST, AT(reasoning)},
    [FIELD_SERVICE] = {"service", FORM_SERVICE, AT(service)},
    [FIELD_BATCH] = {"batch", FORM_SERVICE, AT(service)},
    [FIELD_COST] = {"cost_usd", FORM_MONEY, AT(cost)},
    [FIELD_CURRENCY] = {"currency", FORM_TEXT, AT(currency)},
    [FIELD_STATUS] = {"status", FORM_STATUS, AT(status)},
    [FIELD_ERROR] = {"error", FORM_STATUS, AT(status)},
    [FIELD_RETRIES] = {"retries", FORM_COUNT, AT(retries)},
    [FIELD_THROTTLES] = {"throttles", FORM_COUNT, AT(throttles)},
    [FIELD_FAILED] = {"failed_requests", FORM_COUNT, AT(failed)},
    [FIELD_BYTES_OUT] = {"bytes_out", FORM_ADDED, AT(bytes_out)},
    [FIELD_BYTES_BACK] = {"bytes_back", FORM_ADDED, AT(bytes_back)},
    [FIELD_PROMPT] = {"prompt", FORM_TEXT, AT(prompt)},
    [FIELD_RESPONSE] = {"response", FORM_TEXT, AT(response)},
    [FIELD_ROUTE] = {"route", FORM_TEXT, AT(route)},
    [FIELD_REASON] = {"reason", FORM_TEXT, AT(reason)},
    [FIELD_SCORE] = {"score", FORM_SHARE, AT(score)},
    [FIELD_SENSITIVE] = {"sensitive", FORM_FLAG, AT(sensitive)},
    [FIELD_WEAK] = {"weak", FORM_SHARE, AT(weak)},
    [FIELD_STRONG] = {"strong", FORM_SHARE, AT(strong)},
    [FIELD_QUALITY] = {"quality", FORM_SHARE, AT(quality)},
    [FIELD_KIND] = {NULL, FORM_TEXT, 0}, // no value of a row: format_take looks at it
};

const char *field_name(enum field f) {
    return f > FIELD_NONE && f < FIELD_COUNT && FIELDS[f].name ? FIELDS[f].name : "";
}

enum field field_by_name(struct span name, enum unit *unit) {
    static const struct {
        const char *end;
        enum unit unit;
    } ENDS[] = {{"_ms", UNIT_MILLISECONDS}, {"_us", UNIT_MICROSECONDS}, {"_s", UNIT_SECONDS}};
    *unit = UNIT_PLAIN;
    for (enum field f = FIELD_NONE + 1; f < FIELD_COUNT; f++) {
        if (!FIELDS[f].name) continue;
        size_t n = strlen(FIELDS[f].name);
        if (span_is_z(name, FIELDS[f].name)) {
            if (FIELDS[f].form == FORM_DURATION) *unit = UNIT_MILLISECONDS;
            return f;
        }
        if (FIELDS[f].form != FORM_DURATION || name.len <= n || memcmp(name.at, FIELDS[f].name, n) != 0) continue;
        for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) {
            if (!span_is_z(span_sub(name, n, name.len), ENDS[i].end)) continue;
            *unit = ENDS[i].unit;
            return f;
        }
    }
    return FIELD_NONE;
}

void field_list(struct buf *out) {
    const char *comma = "";
    for (enum field f = FIELD_NONE + 1; f < FIELD_COUNT; f++) {
        if (!FIELDS[f].name) continue;
        bool duration = FIELDS[f].form == FORM_DURATION;
        buf_printf(out, "%s%s%s", comma, FIELDS[f].name, duration ? "_ms" : "");
        comma = ", ";
    }
}

// ---------------------------------------------------------------- reading

static int read_time(enum field f, int64_t *at, struct span text, struct field_state *state, struct err *e) {
    int64_t us;
    if (!value_time(text, &state->times, &us))
        return err_set(e, "%s is no time; ISO 8601 or seconds since 1970 are read", field_name(f));
    if (us < FIRST_US) return err_set(e, "%s is before 2015", field_name(f));
    if (us > state->now_us + DAY_US) return err_set(e, "%s lies in the future", field_name(f));
    *at = us;
    return 0;
}

static int read_count(enum field f, enum form form, int64_t *at, struct span text, struct err *e) {
    int64_t v;
    if (!value_count(text, &v)) {
        if (span_trim(text).len && span_trim(text).at[0] == '-') return err_set(e, "%s is negative", field_name(f));
        return err_set(e, "%s is no whole number, or too large", field_name(f));
    }
    if (form == FORM_ADDED && *at > 0) v += *at;
    if (form == FORM_FIRST && *at > 0) return 0; // another column has told it
    *at = v;
    return 0;
}

static int read_duration(enum field f, enum unit unit, int64_t *at, struct span text, struct err *e) {
    static const int64_t US[] = {[UNIT_PLAIN] = 1000,
                                 [UNIT_CENTS] = 0,
                                 [UNIT_SECONDS] = 1000000,
                                 [UNIT_MILLISECONDS] = 1000,
                                 [UNIT_MICROSECONDS] = 1};
    pico us;
    if (!value_decimal(text, US[unit], (pico)VALUE_MOST_COUNT, &us))
        return err_set(e, "%s is no number, or too large", field_name(f));
    if (us < 0) return err_set(e, "%s is negative", field_name(f));
    *at = (int64_t)us;
    return 0;
}

static int read_money(struct usage_row *row, enum unit unit, struct span text, struct err *e) {
    int64_t scale = unit == UNIT_CENTS ? PICO_PER_UNIT / 100 : PICO_PER_UNIT;
    text = span_trim(text);
    if (text.len && text.at[0] == '$') text = span_sub(text, 1, text.len);
    if (!value_decimal(text, scale, VALUE_MOST_MONEY, &row->cost))
        return err_set(e, "%s is no number, or too large", field_name(FIELD_COST));
    row->has_cost = true;
    return 0;
}

// A number is an HTTP status; of words those count that say how it ended.
static int read_status(enum field f, int64_t *at, struct span text, struct err *e) {
    static const struct {
        const char *word;
        int status;
    } WORDS[] = {{"success", 200}, {"ok", 200},        {"succeeded", 200}, {"completed", 200}, {"default", 200},
                 {"debug", 200},   {"warning", 200},   {"stop", 200},      {"failure", 500},   {"failed", 500},
                 {"error", 500},   {"cancelled", 499}, {"canceled", 499},  {"true", 499},      {"false", 200}};
    int64_t v;
    text = span_trim(text);
    if (!text.len) return 0;
    if (f == FIELD_ERROR) { // "null" and "{}" are how some exports write none
        if (!span_is_z(text, "null") && !span_is_z(text, "{}")) *at = 500;
        return 0;
    }
    if (value_count(text, &v)) {
        if (v > 999) return err_set(e, "status is no HTTP status");
        *at = v;
        return 0;
    }
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        if ((text.at[0] | 0x20) != WORDS[i].word[0] || !span_is_nocase(text, span_from(WORDS[i].word))) continue;
        *at = WORDS[i].status;
        break;
    }
    return 0; // a word that is not known tells nothing
}

static int read_flag(int *at, struct span text, struct err *e) {
    static const char *const YES[] = {"1", "true", "yes", "t"}, *const NO[] = {"0", "false", "no", "f"};
    for (size_t i = 0; i < sizeof YES / sizeof *YES; i++) {
        if (span_is_nocase(text, span_from(YES[i]))) *at = 1;
        else if (span_is_nocase(text, span_from(NO[i]))) *at = 0;
        else continue;
        return 0;
    }
    return err_set(e, "sensitive is neither true nor false");
}

// OpenAI writes both a service and whether it was a batch; Anthropic's console only the latter, among other words.
static int read_service(enum field f, enum price_service *at, struct span text) {
    if (f == FIELD_SERVICE) *at = price_service_from(text);
    else if (span_is_nocase(text, SPAN("true")) || span_is_nocase(text, SPAN("batch"))) *at = PRICE_BATCH;
    return 0;
}

// A share or quality, 0 to 1: also true and false.
static int read_share(enum field f, double *at, struct span text, struct err *e) {
    if (span_is_nocase(text, SPAN("true"))) *at = 1;
    else if (span_is_nocase(text, SPAN("false"))) *at = 0;
    else if (!value_real(text, at)) return err_set(e, "%s is no number", field_name(f));
    else if (!(*at >= 0 && *at <= 1)) return err_set(e, "%s is not from 0 to 1", field_name(f));
    return 0;
}

int field_read(struct usage_row *row, enum field f, enum unit unit, struct span text, struct field_state *state,
               struct err *e) {
    char *at = (char *)row + FIELDS[f].at;
    if (!text.len || !FIELDS[f].name) return 0;
    switch (FIELDS[f].form) {
    case FORM_TIME: return read_time(f, (int64_t *)(void *)at, text, state, e);
    case FORM_COUNT:
    case FORM_FIRST:
    case FORM_ADDED: return read_count(f, FIELDS[f].form, (int64_t *)(void *)at, text, e);
    case FORM_DURATION: return read_duration(f, unit, (int64_t *)(void *)at, text, e);
    case FORM_MONEY: return read_money(row, unit, text, e);
    case FORM_SHARE: return read_share(f, (double *)(void *)at, text, e);
    case FORM_STATUS: return read_status(f, (int64_t *)(void *)at, text, e);
    case FORM_SERVICE: return read_service(f, (enum price_service *)(void *)at, text);
    case FORM_FLAG: return read_flag((int *)(void *)at, text, e);
    case FORM_TEXT:
        if (!((struct span *)(void *)at)->len) *(struct span *)(void *)at = text; // the first column that tells it
        return 0;
    }
    return 0;
}
