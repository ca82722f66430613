// One call over HTTPS: a libcurl easy handle on the worker's multi handle, HTTP/1.1 only (with HTTP/2 a paused
// transfer can stall).
//
// libcurl must not be asked to add or remove handles from within its callbacks. So a call is added when it is
// due, and one that is cancelled in a callback waits in `reap` until libcurl has returned: same iteration of
// the loop, and nothing is reported in between.
#include "upstream/tls.h"

#include <stdlib.h>

#include "base/mem.h"

enum { TLS_SPARE_MAX = 8 }; // an idle easy handle is some kB

struct tls_call {
    struct upstream_call base;
    struct link work; // in tls.touched or tls.reap
    struct tls_call *next_spare;
    CURL *easy;
    struct curl_slist *lines; // hold the key: wiped
    struct span body;         // the caller's until the answer's head, then `tail`
    size_t body_at;
    char *tail; // copy of what was not sent when the answer came first
    size_t tail_len;
    const char *bad; // a callback's reason to give up
    uint32_t head_bytes, fields;
    bool added; // to the multi handle
    bool head_done;
    bool unpause;
    struct http_head head;
};

static struct tls_call *tls_of(struct upstream_call *c) {
    return (struct tls_call *)(void *)c;
}

// ---------------------------------------------------------------- memory

static void wipe_lines(struct tls_call *c) {
    for (struct curl_slist *l = c->lines; l; l = l->next) mem_wipe(l->data, strlen(l->data));
    curl_slist_free_all(c->lines);
    c->lines = NULL;
}

static void tls_detach(struct tls_call *c) {
    struct tls *t = c->base.owner->tls;
    if (!c->added) return;
    c->added = false;
    // A transfer that is not complete loses its connection; so it is said again, in case libcurl sees it as complete.
    if (c->base.dead || c->base.failing) curl_easy_setopt(c->easy, CURLOPT_FORBID_REUSE, 1L);
    curl_multi_remove_handle(t->multi, c->easy);
}

static void tls_call_free(struct tls_call *c) {
    if (c->easy) curl_easy_cleanup(c->easy);
    free(c);
}

static void tls_recycle(struct tls_call *c) {
    struct tls *t = c->base.owner->tls;
    tls_detach(c);
    wipe_lines(c);
    if (c->tail) mem_wipe(c->tail, c->tail_len);
    free(c->tail);
    c->tail = NULL;
    if (!t || !c->easy || t->spare_count >= TLS_SPARE_MAX || c->base.owner->closing) {
        tls_call_free(c);
        return;
    }
    curl_easy_reset(c->easy);
    c->next_spare = t->spare;
    t->spare = c;
    t->spare_count++;
}

static void tls_release(struct upstream_call *base) {
    struct tls_call *c = tls_of(base);
    struct tls *t = base->owner->tls;
    link_drop(&c->work);
    if (t && t->depth) link_add(&t->reap, &c->work);
    else tls_recycle(c);
}

static void tls_abort(struct upstream_call *base) {
    struct tls *t = base->owner->tls;
    if (t && !t->depth) tls_detach(tls_of(base));
}

void tls_free_calls(struct tls *t) {
    for (struct tls_call *c = t->spare, *next; c; c = next) {
        next = c->next_spare;
        tls_call_free(c);
    }
}

// ---------------------------------------------------------------- libcurl's callbacks

static void tls_touch(struct tls_call *c) {
    if (link_alone(&c->work)) link_add(&c->base.owner->tls->touched, &c->work);
}

static void tls_count_sent(struct tls_call *c) {
    long head = 0;
    curl_easy_getinfo(c->easy, CURLINFO_REQUEST_SIZE, &head);
    c->base.sent = (head > 0 ? (size_t)head : 0) + c->body_at;
}

static size_t on_read(char *out, size_t size, size_t count, void *arg) {
    struct tls_call *c = arg;
    if (c->base.dead) return CURL_READFUNC_ABORT;
    size_t n = c->body.len - c->body_at;
    if (n > size * count) n = size * count;
    // The connection stands; the wait for the answer begins when the last byte is out.
    if (!c->head_done) call_set_deadline(&c->base, c->base.target->first_byte_timeout_ms);
    if (n) memcpy(out, c->body.at + c->body_at, n);
    c->body_at += n;
    if (c->body_at == c->body.len && !c->head_done) {
        tls_count_sent(c);
        c->base.sent_whole = true;
        if (c->base.events->on_sent && !c->base.sent_told) call_defer(&c->base);
    }
    return n;
}

// libcurl sends the body again when a kept connection turns out to be closed.
static int on_seek(void *arg, curl_off_t offset, int origin) {
    struct tls_call *c = arg;
    if (origin != SEEK_SET || offset < 0 || c->head_done || (size_t)offset > c->body.len) return CURL_SEEKFUNC_CANTSEEK;
    c->body_at = (size_t)offset;
    c->base.sent_whole = false;
    return CURL_SEEKFUNC_OK;
}

// The caller may free the body once the head is reported.
static void take_over_body(struct tls_call *c) {
    struct span rest = span_sub(c->body, c->body_at, SIZE_MAX);
    c->body = SPAN_NONE;
    c->body_at = 0;
    if (rest.len == 0) return;
    c->tail = mem_copy_span(rest);
    c->tail_len = rest.len;
    c->body = span_make(c->tail, c->tail_len);
}

static void tls_head_complete(struct tls_call *c) {
    curl_off_t length = -1;
    curl_easy_getinfo(c->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    c->head.content_length = length;
    c->head_done = true;
    tls_count_sent(c);
    take_over_body(c);
    call_set_deadline(&c->base, c->base.paused ? 0 : c->base.target->idle_timeout_ms);
    tls_touch(c);
    call_tell_head(&c->base, &c->head);
}

// "HTTP/1.1 200 OK" -> 200
static int parse_status(struct span line) {
    struct span digits = span_sub(line, span_find(line, SPAN(" ")), 4);
    int status = 0;
    for (size_t i = 1; i < digits.len && digits.at[i] >= '0' && digits.at[i] <= '9'; i++)
        status = status * 10 + (digits.at[i] - '0');
    return status;
}

static size_t on_header(char *at, size_t size, size_t count, void *arg) {
    struct tls_call *c = arg;
    struct span line = span_make(at, size * count), bare = span_trim(line);
    const struct head_size *limits = &c->base.owner->limits;
    if (c->base.dead) return 0;
    if (line.len > limits->bytes - c->head_bytes) {
        c->bad = "the answer's headers are too large";
        return 0;
    }
    c->head_bytes += (uint32_t)line.len;
    if (bare.len == 0) {
        if (c->head.status >= 200 && !c->head_done) tls_head_complete(c);
        return c->base.dead ? 0 : line.len;
    }
    if (!span_starts(line, SPAN("HTTP/")) && ++c->fields > limits->fields) {
        c->bad = "the answer has too many header fields";
        return 0;
    }
    if (c->head_done) return line.len; // trailers
    size_t colon = span_find(bare, SPAN(":"));
    if (span_starts(line, SPAN("HTTP/"))) {
        http_head_init(&c->head);
        c->head.status = parse_status(line);
    } else if (colon != SIZE_MAX) {
        http_head_open(&c->head, span_sub(bare, 0, colon));
        http_head_add(&c->head, span_trim(span_sub(bare, colon + 1, SIZE_MAX)));
    }
    return line.len;
}

static size_t on_write(char *at, size_t size, size_t count, void *arg) {
    struct tls_call *c = arg;
    size_t n = size * count;
    if (c->base.dead) return 0;
    if (c->base.paused) return CURL_WRITEFUNC_PAUSE;
    if (n == 0) return 0;
    tls_touch(c);
    call_set_deadline(&c->base, c->base.target->idle_timeout_ms);
    c->base.events->on_body(c->base.ctx, span_make(at, n));
    if (c->base.paused) c->base.deadline = 0;
    return c->base.dead ? 0 : n;
}

// ---------------------------------------------------------------- the end

static enum upstream_end end_of(CURLcode code) {
    static const struct {
        CURLcode code;
        enum upstream_end end;
    } ENDS[] = {
        {CURLE_OK, UPSTREAM_COMPLETE},
        {CURLE_COULDNT_RESOLVE_PROXY, UPSTREAM_REFUSED},
        {CURLE_COULDNT_RESOLVE_HOST, UPSTREAM_REFUSED},
        {CURLE_COULDNT_CONNECT, UPSTREAM_REFUSED},
        {CURLE_SSL_CONNECT_ERROR, UPSTREAM_REFUSED},
        {CURLE_PEER_FAILED_VERIFICATION, UPSTREAM_REFUSED},
        {CURLE_SSL_CACERT_BADFILE, UPSTREAM_REFUSED},
        {CURLE_SSL_ISSUER_ERROR, UPSTREAM_REFUSED},
        {CURLE_SSL_CERTPROBLEM, UPSTREAM_REFUSED},
        {CURLE_PROXY, UPSTREAM_REFUSED},
        {CURLE_OPERATION_TIMEDOUT, UPSTREAM_TIMEOUT},
        {CURLE_GOT_NOTHING, UPSTREAM_CUT},
        {CURLE_PARTIAL_FILE, UPSTREAM_CUT},
        {CURLE_SEND_ERROR, UPSTREAM_CUT},
        {CURLE_RECV_ERROR, UPSTREAM_CUT},
    };
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++)
        if (ENDS[i].code == code) return ENDS[i].end;
    return UPSTREAM_BAD;
}

static void tls_finished(struct tls_call *c, CURLcode code) {
    tls_count_sent(c);
    tls_detach(c);
    if (c->bad) call_end(&c->base, UPSTREAM_BAD, c->bad);
    // curl_easy_strerror's phrases are constants without a value of the request.
    else call_end(&c->base, end_of(code), code == CURLE_OK ? "" : curl_easy_strerror(code));
}

void tls_settle(struct tls *t) {
    if (t->depth) return;
    while (!link_alone(&t->reap)) {
        struct tls_call *c = link_owner(t->reap.next, struct tls_call, work);
        link_drop(&c->work);
        tls_recycle(c);
    }
    while (!link_alone(&t->touched)) {
        struct tls_call *c = link_owner(t->touched.next, struct tls_call, work);
        link_drop(&c->work);
        if (c->base.events->on_flush) c->base.events->on_flush(c->base.ctx);
    }
    int left;
    for (CURLMsg *m; t->multi && (m = curl_multi_info_read(t->multi, &left));) {
        struct tls_call *c = NULL;
        if (m->msg != CURLMSG_DONE) continue;
        CURLcode code = m->data.result;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&c);
        tls_finished(c, code);
    }
    if (t->owner->closing) tls_end_multi(t);
}

static void tls_due(struct upstream_call *base) {
    struct tls_call *c = tls_of(base);
    struct tls *t = base->owner->tls;
    if (!c->added) {
        c->added = curl_multi_add_handle(t->multi, c->easy) == CURLM_OK;
        if (!c->added) call_fail_later(base, UPSTREAM_REFUSED, "libcurl did not take the request");
        return;
    }
    if (!c->unpause || base->paused) return;
    c->unpause = false;
    t->depth++;
    curl_easy_pause(c->easy, CURLPAUSE_CONT);
    t->depth--;
    tls_settle(t);
}

static void tls_pause(struct upstream_call *base) {
    // The next on_write says so to libcurl, which keeps those bytes.
    if (tls_of(base)->head_done) base->deadline = 0;
}

static void tls_resume(struct upstream_call *base) {
    struct tls_call *c = tls_of(base);
    if (c->head_done) call_set_deadline(base, base->target->idle_timeout_ms);
    c->unpause = true;
    call_defer(base);
}

static const char *tls_late(const struct upstream_call *base) {
    return ((const struct tls_call *)(const void *)base)->head_done
               ? "nothing more of the answer within the idle timeout"
               : "no answer within the first-byte timeout";
}

// ---------------------------------------------------------------- start

static void add_line(void *ctx, struct span line) {
    struct tls_call *c = ctx;
    char *z = mem_copy_span(line);
    struct curl_slist *lines = curl_slist_append(c->lines, z);
    if (lines) c->lines = lines;
    else c->bad = "out of memory";
    mem_wipe(z, line.len);
    free(z);
}

static void set_up_body(struct tls_call *c) {
    curl_easy_setopt(c->easy, CURLOPT_POST, 1L);
    curl_easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)c->body.len);
    curl_easy_setopt(c->easy, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(c->easy, CURLOPT_READDATA, c);
    curl_easy_setopt(c->easy, CURLOPT_SEEKFUNCTION, on_seek);
    curl_easy_setopt(c->easy, CURLOPT_SEEKDATA, c);
}

static int set_up(struct tls_call *c, const struct upstream_request *r) {
    const struct upstream_target *t = c->base.target;
    struct buf url;
    buf_init(&url, 16 * 1024);
    buf_add_z(&url, "https://");
    buf_add_z(&url, t->authority);
    buf_add_z(&url, t->path_prefix ? t->path_prefix : "");
    buf_add_span(&url, r->path);
    head_each_line(t, add_line, c);
    add_line(c, SPAN("Expect:"));
    bool whole = !url.full && !c->bad;

    CURL *e = c->easy;
    curl_easy_setopt(e, CURLOPT_URL, url.at);
    curl_easy_setopt(e, CURLOPT_HTTPHEADER, c->lines);
    curl_easy_setopt(e, CURLOPT_PRIVATE, c);
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(e, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L); // a cancel does not wait for a name look-up
    curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L);
    if (c->base.owner->tls->ca_file) curl_easy_setopt(e, CURLOPT_CAINFO, c->base.owner->tls->ca_file);
    if (t->connect_timeout_ms > 0) curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)t->connect_timeout_ms);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(e, CURLOPT_HEADERDATA, c);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_write);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, c);
    set_up_body(c);
    buf_free(&url);
    return whole ? 0 : -1;
}

static struct tls_call *tls_take(struct tls *t) {
    struct tls_call *c = t ? t->spare : NULL;
    if (!c) {
        c = mem_new(sizeof *c);
        c->easy = t ? curl_easy_init() : NULL;
        return c;
    }
    t->spare = c->next_spare;
    t->spare_count--;
    CURL *easy = c->easy;
    memset(c, 0, sizeof *c);
    c->easy = easy;
    return c;
}

static struct upstream_call *tls_start(struct upstreams *u, const struct upstream_target *target,
                                       const struct upstream_request *request, const struct upstream_events *events,
                                       void *ctx) {
    if (!u->tls) u->tls = tls_new(u);
    struct tls_call *c = tls_take(u->tls);
    call_init(&c->base, &TRANSPORT_TLS, u, target, events, ctx);
    link_init(&c->work);
    http_head_init(&c->head);
    c->body = request->body;
    if (!head_path_is_fit(request->path)) {
        call_fail_later(&c->base, UPSTREAM_BAD, HEAD_BAD_PATH);
    } else if (!c->easy) {
        call_fail_later(&c->base, UPSTREAM_REFUSED, "libcurl cannot be set up");
    } else if (set_up(c, request)) {
        call_fail_later(&c->base, UPSTREAM_BAD, "the request's path is too long");
    } else {
        // libcurl itself watches the time to connect.
        if (target->first_byte_timeout_ms > 0 && target->connect_timeout_ms > 0)
            call_set_deadline(&c->base, target->connect_timeout_ms + target->first_byte_timeout_ms);
        call_defer(&c->base);
    }
    return &c->base;
}

const struct transport TRANSPORT_TLS = {
    tls_start, tls_abort, tls_release, tls_due, tls_late, tls_pause, tls_resume,
};
