#include "wire/http_client.h"

#include <time.h>

static const struct {
    struct span name;
    enum http_field field;
} WANTED[] = {
    {{"content-type", 12}, FIELD_CONTENT_TYPE},     {{"x-request-id", 12}, FIELD_REQUEST_ID},
    {{"request-id", 10}, FIELD_REQUEST_ID},         {{"retry-after", 11}, FIELD_RETRY_AFTER},
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
    if (n > h->left.bytes) {
        llhttp_set_error_reason(&h->parser, "the answer's headers are too large");
        return HPE_USER;
    }
    h->left.bytes -= (uint32_t)n;
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
    if (h->left.fields-- > 0) return 0;
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
    if (p->status_code < 200) {
        h->heads = NULL; // the head that follows is not all that its bytes depend on
        return 0;
    }
    h->head.status = p->status_code;
    if ((p->flags & F_CONTENT_LENGTH) && p->content_length <= INT64_MAX)
        h->head.content_length = (int64_t)p->content_length;
    h->headed = true;
    return HPE_PAUSED; // it tells where the head ends
}

static int on_body(llhttp_t *p, const char *at, size_t n) {
    struct http_client *h = p->data;
    if (n) h->events->on_body(h->ctx, span_make(at, n));
    return verdict(h);
}

static void finish(struct http_client *h) {
    h->done = true;
    h->keep_alive = llhttp_should_keep_alive(&h->parser);
}

static int on_message_complete(llhttp_t *p) {
    if (p->status_code < 200) return 0;
    finish(p->data);
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

void http_client_init(struct http_client *h, struct head_size limits, struct http_client_heads *heads,
                      const struct http_client_events *events, void *ctx) {
    llhttp_init(&h->parser, HTTP_RESPONSE, &SETTINGS);
    h->parser.data = h;
    h->events = events;
    h->ctx = ctx;
    h->heads = heads;
    h->left = limits;
    h->paused = h->dead = h->begun = h->headed = h->done = h->keep_alive = false;
    h->name_len = 0;
    http_head_init(&h->head);
}

// How many bytes the parser took before it paused; it may go on there.
static size_t resume(struct http_client *h, struct span bytes) {
    const char *stopped = llhttp_get_error_pos(&h->parser);
    llhttp_resume(&h->parser);
    return stopped ? (size_t)(stopped - bytes.at) : bytes.len;
}

// A head that came before: how many bytes it takes; 0 = the parser has to read it.
static size_t find_head(struct http_client *h, struct span bytes) {
    size_t used;
    int at = same_heads_find(&h->heads->same, bytes, &h->parser, &h->left, &used);
    if (at < 0) return 0;
    h->head = h->heads->head[at];
    if (h->parser.flags & F_CONTENT_LENGTH) h->head.content_length = (int64_t)h->parser.content_length;
    return used;
}

static void keep_head(struct http_client *h, struct span bytes, struct head_size before) {
    struct head_size size = {before.bytes - h->left.bytes, before.fields - h->left.fields};
    int at = same_heads_keep(&h->heads->same, bytes, size, &h->parser);
    if (at >= 0) h->heads->head[at] = h->head;
}

// Goes on until the head is complete; *at is then where it ends.
static llhttp_errno_t read_head(struct http_client *h, struct span bytes, size_t *at) {
    bool begins = !h->begun;
    struct head_size left = h->left;
    h->begun = true;
    if (begins && h->heads && (*at = find_head(h, bytes))) {
        h->headed = true;
        return HPE_OK;
    }
    llhttp_errno_t e = llhttp_execute(&h->parser, bytes.at, bytes.len);
    if (!h->headed) return e;
    *at = resume(h, bytes);
    if (begins && h->heads) keep_head(h, span_sub(bytes, 0, *at), left);
    return HPE_OK;
}

// The body behind a head, where its length is told and all of it is here: the parser would only count it off.
static struct span whole_body(const llhttp_t *p, struct span behind) {
    int framing = p->flags & (F_CONTENT_LENGTH | F_CHUNKED | F_TRANSFER_ENCODING);
    bool whole = framing == F_CONTENT_LENGTH && !p->upgrade && p->content_length <= behind.len;
    return whole ? span_sub(behind, 0, (size_t)p->content_length) : SPAN_NONE;
}

enum http_client_state http_client_feed(struct http_client *h, struct span bytes, size_t *used) {
    size_t at = 0;
    *used = bytes.len;
    if (!h->headed) {
        llhttp_errno_t e = read_head(h, bytes, &at);
        if (!h->headed) return e == HPE_OK ? HTTP_CLIENT_MORE : HTTP_CLIENT_BAD;
        h->events->on_head(h->ctx, &h->head);
        int stop = verdict(h);
        struct span body = stop ? SPAN_NONE : whole_body(&h->parser, span_sub(bytes, at, SIZE_MAX));
        if (body.len) {
            h->parser.flags |= F_SKIPBODY; // if it is stopped now, the parser goes on behind the body
            at += body.len;
            h->events->on_body(h->ctx, body);
            stop = verdict(h);
            if (!stop) finish(h);
        }
        if (stop || h->done) *used = at;
        if (stop) return stop == HPE_PAUSED ? HTTP_CLIENT_PAUSED : HTTP_CLIENT_BAD;
        if (h->done) return HTTP_CLIENT_DONE;
    }
    llhttp_errno_t e = llhttp_execute(&h->parser, bytes.at + at, bytes.len - at);
    if (e == HPE_OK) return HTTP_CLIENT_MORE;
    if (e != HPE_PAUSED) return HTTP_CLIENT_BAD;
    *used = resume(h, bytes);
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
