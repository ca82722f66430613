#include "wire/http_client.h"

#include <time.h>

static const struct {
    struct span name;
    enum http_field field;
} WANTED[] = {
    {{"content-type", 12}, FIELD_CONTENT_TYPE},      {{"x-request-id", 12}, FIELD_REQUEST_ID},
    {{"request-id", 10}, FIELD_REQUEST_ID},          {{"retry-after", 11}, FIELD_RETRY_AFTER},
    {{"retry-after-ms", 14}, FIELD_RETRY_AFTER_MS},
};

// Whether a name that begins so may be in WANTED.
static inline bool may_be_wanted(char first) {
    char c = (char)(first | 0x20);
    return c == 'c' || c == 'x' || c == 'r';
}

void http_head_init(struct http_head *h) {
    h->status = 0;
    h->content_length = -1;
    memset(h->len, 0, sizeof h->len);
    h->used = 0;
    h->open = FIELD_OTHER;
}

void http_head_open(struct http_head *h, struct span name) {
    h->open = FIELD_OTHER;
    for (size_t i = 0; i < sizeof WANTED / sizeof *WANTED; i++) {
        if (!span_is_nocase(name, WANTED[i].name)) continue;
        h->open = (uint8_t)WANTED[i].field;
        h->at[h->open] = h->used;
        h->len[h->open] = 0;
        return;
    }
}

void http_head_add(struct http_head *h, struct span piece) {
    if (h->open == FIELD_OTHER || piece.len == 0) return;
    if (piece.len > sizeof h->store - h->used) {
        h->used = h->at[h->open];
        h->len[h->open] = 0;
        h->open = FIELD_OTHER;
        return;
    }
    memcpy(h->store + h->used, piece.at, piece.len);
    h->used = (uint8_t)(h->used + piece.len);
    h->len[h->open] = (uint8_t)(h->len[h->open] + piece.len);
}

struct span http_head_field(const struct http_head *h, enum http_field field) {
    if (h->len[field] == 0) return SPAN_NONE;
    return span_trim(span_make(h->store + h->at[field], h->len[field]));
}

bool http_head_is_event_stream(const struct http_head *h) {
    struct span type = http_head_field(h, FIELD_CONTENT_TYPE);
    const char *parameters = type.len ? memchr(type.at, ';', type.len) : NULL;
    if (parameters) type.len = (size_t)(parameters - type.at);
    return span_is_nocase(span_trim(type), SPAN("text/event-stream"));
}

// Digits only, at most ten years; -1 otherwise.
static int64_t parse_wait(struct span s, int64_t unit_ms) {
    int64_t v = 0;
    if (s.len == 0 || s.len > 12) return -1;
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] < '0' || s.at[i] > '9') return -1;
        v = v * 10 + (s.at[i] - '0');
    }
    int64_t most = (int64_t)3652 * 86400 * 1000;
    return v > most / unit_ms ? most : v * unit_ms;
}

static int64_t parse_date(struct span s, int64_t wall_us) {
    char text[40];
    if (s.len >= sizeof text) return -1;
    memcpy(text, s.at, s.len);
    text[s.len] = 0;
    struct tm tm = {0};
    const char *end = strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    if (!end || *end) return -1;
    int64_t wait_ms = (int64_t)timegm(&tm) * 1000 - wall_us / 1000;
    return wait_ms < 0 ? 0 : wait_ms;
}

int64_t http_head_retry_after_ms(const struct http_head *h, int64_t wall_us) {
    struct span ms = http_head_field(h, FIELD_RETRY_AFTER_MS), plain = http_head_field(h, FIELD_RETRY_AFTER);
    int64_t wait = parse_wait(ms, 1);
    if (wait < 0) wait = parse_wait(plain, 1000);
    if (wait < 0 && plain.len) wait = parse_date(plain, wall_us);
    return wait;
}

// What a callback returns to llhttp after the owner had a say.
static int verdict(struct http_client *h) {
    if (h->dead) {
        llhttp_set_error_reason(&h->parser, "given up");
        return HPE_USER;
    }
    return h->paused ? HPE_PAUSED : 0;
}

static int count_head(struct http_client *h, size_t n) {
    if (n > h->limits->head_bytes - h->head_bytes) {
        llhttp_set_error_reason(&h->parser, "the answer's headers are too large");
        return HPE_USER;
    }
    h->head_bytes += (uint32_t)n;
    return 0;
}

static int on_message_begin(llhttp_t *p) {
    struct http_client *h = p->data;
    http_head_init(&h->head);
    h->name_len = 0;
    return 0;
}

static int on_status(llhttp_t *p, const char *at, size_t n) {
    (void)at;
    return count_head(p->data, n);
}

static int on_header_field(llhttp_t *p, const char *at, size_t n) {
    struct http_client *h = p->data;
    // A name that cannot be wanted, or is too long for it, is marked by a full buffer and matches none.
    if (h->name_len == 0 && n && !may_be_wanted(*at)) h->name_len = sizeof h->name;
    size_t room = sizeof h->name - h->name_len, take = n < room ? n : room;
    memcpy(h->name + h->name_len, at, take);
    h->name_len = (uint8_t)(h->name_len + take);
    return count_head(h, n);
}

static int on_header_field_complete(llhttp_t *p) {
    struct http_client *h = p->data;
    // Trailers must not change the head that was reported.
    if (!(p->flags & F_TRAILING)) http_head_open(&h->head, span_make(h->name, h->name_len));
    h->name_len = 0;
    if (++h->fields <= h->limits->fields) return 0;
    llhttp_set_error_reason(p, "the answer has too many header fields");
    return HPE_USER;
}

static int on_header_value(llhttp_t *p, const char *at, size_t n) {
    struct http_client *h = p->data;
    if (!(p->flags & F_TRAILING)) http_head_add(&h->head, span_make(at, n));
    return count_head(h, n);
}

static int on_headers_complete(llhttp_t *p) {
    struct http_client *h = p->data;
    h->head.open = FIELD_OTHER;
    if (p->http_major != 1 || p->status_code < 100 || p->status_code > 999 || p->status_code == 101) {
        llhttp_set_error_reason(p, "the answer is not HTTP/1.1");
        return -1;
    }
    if (p->status_code < 200) return 0;
    h->head.status = p->status_code;
    if ((p->flags & F_CONTENT_LENGTH) && p->content_length <= INT64_MAX)
        h->head.content_length = (int64_t)p->content_length;
    h->events->on_head(h->ctx, &h->head);
    if (h->bodyless) return h->dead ? -1 : 1;
    return h->dead ? -1 : verdict(h);
}

static int on_body(llhttp_t *p, const char *at, size_t n) {
    struct http_client *h = p->data;
    if (n) h->events->on_body(h->ctx, span_make(at, n));
    return verdict(h);
}

static int on_message_complete(llhttp_t *p) {
    struct http_client *h = p->data;
    if (p->status_code < 200) return 0;
    h->done = true;
    h->keep_alive = llhttp_should_keep_alive(p);
    return HPE_PAUSED;
}

static const llhttp_settings_t SETTINGS = {
    .on_message_begin = on_message_begin,
    .on_status = on_status,
    .on_header_field = on_header_field,
    .on_header_field_complete = on_header_field_complete,
    .on_header_value = on_header_value,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

void http_client_init(struct http_client *h, const struct http_client_limits *limits,
                      const struct http_client_events *events, void *ctx) {
    llhttp_init(&h->parser, HTTP_RESPONSE, &SETTINGS);
    h->parser.data = h;
    h->events = events;
    h->ctx = ctx;
    h->limits = limits;
    h->head_bytes = h->fields = 0;
    h->paused = h->dead = h->done = h->keep_alive = h->bodyless = false;
    h->name_len = 0;
    http_head_init(&h->head);
}

enum http_client_state http_client_feed(struct http_client *h, struct span bytes, size_t *used) {
    llhttp_errno_t e = llhttp_execute(&h->parser, bytes.at, bytes.len);
    *used = bytes.len;
    if (e == HPE_OK) return HTTP_CLIENT_MORE;
    if (e != HPE_PAUSED) return HTTP_CLIENT_BAD;
    const char *stopped = llhttp_get_error_pos(&h->parser);
    if (stopped) *used = (size_t)(stopped - bytes.at);
    llhttp_resume(&h->parser);
    return h->done ? HTTP_CLIENT_DONE : HTTP_CLIENT_PAUSED;
}

enum http_client_state http_client_finish(struct http_client *h) {
    if (!h->done) (void)llhttp_finish(&h->parser);
    return h->done ? HTTP_CLIENT_DONE : HTTP_CLIENT_CUT;
}

const char *http_client_reason(const struct http_client *h) {
    const char *reason = llhttp_get_error_reason(&h->parser);
    return reason ? reason : "the answer is not HTTP";
}
