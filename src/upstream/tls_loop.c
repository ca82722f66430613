// libcurl's multi_socket interface on a libuv loop: sockets become uv_poll handles, its timer a uv_timer.
#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "upstream/tls.h"

enum { TLS_MAX_IDLE = 64 };

struct tls_socket {
    uv_poll_t poll;
    struct tls *tls;
    curl_socket_t fd;
};

static void tls_act(struct tls *t, curl_socket_t fd, int what) {
    int running;
    t->depth++;
    curl_multi_socket_action(t->multi, fd, what, &running);
    t->depth--;
    tls_settle(t);
}

static void on_poll(uv_poll_t *poll, int status, int events) {
    struct tls_socket *s = poll->data;
    int what = status < 0 ? CURL_CSELECT_ERR : 0;
    if (events & UV_READABLE) what |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE) what |= CURL_CSELECT_OUT;
    tls_act(s->tls, s->fd, what);
}

static void on_timer(uv_timer_t *timer) {
    tls_act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static int on_timer_wish(CURLM *multi, long ms, void *arg) {
    (void)multi;
    struct tls *t = arg;
    if (t->owner->closing) return 0;
    if (ms < 0) uv_timer_stop(&t->timer);
    else uv_timer_start(&t->timer, on_timer, (uint64_t)ms, 0);
    return 0;
}

static void on_socket_closed(uv_handle_t *handle) {
    struct tls_socket *s = handle->data;
    struct upstreams *u = s->tls->owner;
    free(s);
    upstreams_handle_closed(u);
}

static struct tls_socket *socket_new(struct tls *t, curl_socket_t fd) {
    struct tls_socket *s = mem_new(sizeof *s);
    s->tls = t;
    s->fd = fd;
    if (uv_poll_init_socket(t->owner->loop, &s->poll, fd)) {
        free(s);
        return NULL;
    }
    s->poll.data = s;
    t->owner->handles++;
    return s;
}

static int on_socket_wish(CURL *easy, curl_socket_t fd, int what, void *arg, void *of_socket) {
    (void)easy;
    struct tls *t = arg;
    struct tls_socket *s = of_socket;
    if (what == CURL_POLL_REMOVE) {
        if (!s) return 0;
        // Off the loop now: libcurl closes the descriptor next, and its number may be used again at once.
        uv_poll_stop(&s->poll);
        uv_close((uv_handle_t *)&s->poll, on_socket_closed);
        if (t->multi) curl_multi_assign(t->multi, fd, NULL);
        return 0;
    }
    if (!s) {
        s = t->multi ? socket_new(t, fd) : NULL;
        if (!s) return -1;
        curl_multi_assign(t->multi, fd, s);
    }
    int events = ((what & CURL_POLL_IN) ? UV_READABLE : 0) | ((what & CURL_POLL_OUT) ? UV_WRITABLE : 0);
    return uv_poll_start(&s->poll, events, on_poll) ? -1 : 0;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool curl_is_ready;

static void init_curl(void) {
    curl_is_ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

// The names that curl and OpenSSL's own programs read; libcurl alone reads neither.
static const char *find_ca_file(void) {
    static const char *const NAMES[] = {"CURL_CA_BUNDLE", "SSL_CERT_FILE"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        const char *file = getenv(NAMES[i]);
        if (file && *file) return file;
    }
    return NULL;
}

struct tls *tls_new(struct upstreams *u) {
    pthread_once(&once, init_curl);
    CURLM *multi = curl_is_ready ? curl_multi_init() : NULL;
    if (!multi) return NULL;

    struct tls *t = mem_new(sizeof *t);
    t->owner = u;
    t->multi = multi;
    t->ca_file = find_ca_file();
    link_init(&t->touched);
    link_init(&t->reap);
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket_wish);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, t);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer_wish);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, t);
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)TLS_MAX_IDLE);
    uv_timer_init(u->loop, &t->timer);
    t->timer.data = t;
    u->handles++;
    return t;
}

static void on_timer_closed(uv_handle_t *handle) {
    struct tls *t = handle->data;
    upstreams_handle_closed(t->owner);
}

void tls_end_multi(struct tls *t) {
    if (t->depth || !t->multi) return;
    CURLM *multi = t->multi;
    t->multi = NULL;
    curl_multi_cleanup(multi); // takes the sockets that are left off the loop
}

// Within one of libcurl's callbacks the multi handle stays: tls_settle ends it.
void tls_close(struct tls *t) {
    if (!t) return;
    uv_close((uv_handle_t *)&t->timer, on_timer_closed);
    tls_end_multi(t);
}

void tls_free(struct tls *t) {
    if (!t) return;
    tls_free_calls(t);
    free(t);
}
