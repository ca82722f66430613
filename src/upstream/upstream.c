#include "upstream/upstream.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "upstream/internal.h"

const char *upstream_end_name(enum upstream_end end) {
    static const char *const NAMES[] = {"complete", "cut", "refused", "timeout", "bad", "forbidden"};
    return NAMES[end];
}

// ---------------------------------------------------------------- life of the worker's part

static void on_handle_closed(uv_handle_t *handle) {
    upstreams_handle_closed(handle->data);
}

void upstreams_handle_closed(struct upstreams *u) {
    assert(u->handles > 0);
    if (--u->handles || !u->closing) return;
    plain_free(u->plain);
    tls_free(u->tls);
    free(u);
}

static void run_due(struct upstreams *u);

// Marks calls whose time is over and lets run_due end them: an event may change any list.
static void on_sweep(uv_timer_t *timer) {
    struct upstreams *u = timer->data;
    uint64_t now = uv_now(u->loop);
    for (struct link *l = u->live.next; l != &u->live; l = l->next) {
        struct upstream_call *c = link_owner(l, struct upstream_call, live);
        if (c->deadline == 0 || now < c->deadline || c->failing) continue;
        call_fail_later(c, UPSTREAM_TIMEOUT, c->transport->late(c));
    }
    bool idle = plain_sweep(u->plain, now);
    run_due(u);
    if (idle || u->closing || !link_alone(&u->live)) return;
    uv_timer_stop(&u->sweep);
    u->watching = false;
}

static void on_idle(uv_idle_t *idle) {
    (void)idle; // its presence keeps the loop from sleeping
}

// Before the loop sleeps. While a turn still brings calls, the next is looked at first, without sleeping:
// what leaves together costs the kernel and the peer less. Where all of them were cancelled, that ends too.
static void on_prepare(uv_prepare_t *prepare) {
    struct upstreams *u = prepare->data;
    if (link_alone(&u->due) && !u->due_seen) return;
    if (u->due_count > u->due_seen && u->due_seen < GATHER_CALLS && u->due_count < u->callers) {
        u->due_seen = u->due_count;
        uv_idle_start(&u->idle, on_idle);
        return;
    }
    run_due(u);
}

struct upstreams *upstreams_new(uv_loop_t *loop, const struct config *config) {
    struct upstreams *u = mem_new(sizeof *u);
    u->loop = loop;
    u->limits.bytes = (uint32_t)config->limits.header_bytes;
    u->limits.fields = (uint32_t)config->limits.headers;
    link_init(&u->live);
    link_init(&u->due);
    uv_timer_init(loop, &u->sweep);
    uv_prepare_init(loop, &u->prepare);
    uv_idle_init(loop, &u->idle);
    u->sweep.data = u->prepare.data = u->idle.data = u;
    u->handles = 3;
    // For good: to start and stop it costs a request more than its turns do. It does not keep the loop running.
    uv_prepare_start(&u->prepare, on_prepare);
    uv_unref((uv_handle_t *)&u->prepare);
    u->callers = UINT32_MAX;
    u->plain = plain_new(u);
    return u;
}

void upstreams_close(struct upstreams *u) {
    if (!u || u->closing) return;
    u->closing = true;
    while (!link_alone(&u->live)) upstream_cancel(link_owner(u->live.next, struct upstream_call, live));
    plain_close(u->plain);
    tls_close(u->tls);
    uv_close((uv_handle_t *)&u->sweep, on_handle_closed);
    uv_close((uv_handle_t *)&u->prepare, on_handle_closed);
    uv_close((uv_handle_t *)&u->idle, on_handle_closed);
}

void upstreams_expect(struct upstreams *u, uint32_t callers) {
    u->callers = callers;
}

void upstreams_watch(struct upstreams *u) {
    if (u->closing || u->watching) return;
    u->watching = uv_timer_start(&u->sweep, on_sweep, SWEEP_MS, SWEEP_MS) == 0;
}

// ---------------------------------------------------------------- the common part of a call

void call_init(struct upstream_call *c, const struct transport *transport, struct upstreams *u,
               const struct upstream_target *target, const struct upstream_events *events, void *ctx) {
    *c = (struct upstream_call){.transport = transport, .owner = u, .target = target, .events = events, .ctx = ctx};
    link_add(&u->live, &c->live);
    link_init(&c->due);
    upstreams_watch(u);
}

void call_set_deadline(struct upstream_call *c, int64_t from_now_ms) {
    c->deadline = from_now_ms > 0 ? uv_now(c->owner->loop) + (uint64_t)from_now_ms : 0;
}

void call_defer(struct upstream_call *c) {
    struct upstreams *u = c->owner;
    if (!link_alone(&c->due)) return;
    link_add(&u->due, &c->due);
    u->due_count++;
}

void call_fail_later(struct upstream_call *c, enum upstream_end end, const char *why) {
    c->failing = true;
    c->end = (uint8_t)end;
    c->why = why;
    call_defer(c);
}

bool call_leave(struct upstream_call *c) {
    c->in_event = false;
    if (!c->dead) return true;
    c->transport->release(c);
    return false;
}

void call_tell_sent(struct upstream_call *c) {
    if (c->sent_told || c->sent == 0) return;
    c->sent_told = true;
    if (c->events->on_sent) c->events->on_sent(c->ctx, c->sent);
}

void call_tell_head(struct upstream_call *c, const struct http_head *head) {
    bool tells_wait = http_head_field(head, FIELD_RETRY_AFTER_MS).len || http_head_field(head, FIELD_RETRY_AFTER).len;
    struct upstream_head out = {
        .status = head->status,
        .event_stream = http_head_is_event_stream(head),
        .content_length = head->content_length,
        .retry_after_ms = tells_wait ? http_head_retry_after_ms(head, clock_wall_us()) : -1,
        .content_type = http_head_field(head, FIELD_CONTENT_TYPE),
        .request_id = http_head_field(head, FIELD_REQUEST_ID),
    };
    call_tell_sent(c);
    if (!c->dead) c->events->on_head(c->ctx, &out);
}

static void call_forget(struct upstream_call *c) {
    link_drop(&c->live);
    link_drop(&c->due);
}

void call_end(struct upstream_call *c, enum upstream_end end, const char *why) {
    call_forget(c);
    c->ended = true;
    call_tell_sent(c);
    if (!c->dead) c->events->on_end(c->ctx, end, why);
    c->transport->release(c);
}

static void call_run_due(struct upstream_call *c) {
    if (c->failing) {
        c->transport->abort(c);
        call_end(c, (enum upstream_end)c->end, c->why);
        return;
    }
    if (c->sent_whole && !c->sent_told) {
        c->in_event = true;
        call_tell_sent(c);
        if (!call_leave(c)) return;
    }
    c->transport->due(c);
}

static void run_due(struct upstreams *u) {
    if (u->due_seen) uv_idle_stop(&u->idle);
    u->due_count = u->due_seen = 0;
    while (!link_alone(&u->due)) {
        struct upstream_call *c = link_owner(u->due.next, struct upstream_call, due);
        link_drop(&c->due);
        call_run_due(c);
    }
}

// ---------------------------------------------------------------- the way out

struct upstream_call *upstream_start(struct upstreams *u, const struct upstream_target *target,
                                     const struct upstream_request *request, const struct upstream_events *events,
                                     void *ctx) {
    // Before anything else, a name look-up included.
    if (target->zone != ZONE_LOCAL &&
        (!request->clearance || !clearance_permits(request->clearance, request->number, target->zone)))
        return NULL;
    assert(!u->closing);
    const struct transport *transport = target_is_https(target) ? &TRANSPORT_TLS : &TRANSPORT_PLAIN;
    return transport->start(u, target, request, events, ctx);
}

void upstream_cancel(struct upstream_call *c) {
    if (!c || c->dead) return;
    c->dead = true;
    if (c->ended) return; // inside on_end: it is released there
    call_forget(c);
    c->transport->abort(c);
    if (!c->in_event) c->transport->release(c);
}

void upstream_pause(struct upstream_call *c) {
    if (c->paused || c->dead || c->ended) return;
    c->paused = true;
    c->transport->pause(c);
}

void upstream_resume(struct upstream_call *c) {
    if (!c->paused || c->dead || c->ended) return;
    c->paused = false;
    c->transport->resume(c);
}

size_t upstream_sent(const struct upstream_call *c) {
    return c->sent;
}
