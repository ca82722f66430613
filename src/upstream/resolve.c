// Host names: looked up on libuv's threads, kept for a minute. Failures are kept for a second, so that a
// burst of requests asks once.
#include <stdlib.h>

#include "base/mem.h"
#include "upstream/plain.h"

struct lookup {
    struct link link;
    struct resolver *resolver;
    char *host;
    enum lookup_state state;
    uint64_t expires;
    size_t count;
    union address found[LOOKUP_MAX_ADDRESSES];
    uv_getaddrinfo_t request;
};

static void lookup_free(struct lookup *l) {
    link_drop(&l->link);
    l->resolver->count--;
    free(l->host);
    free(l);
}

static void keep_addresses(struct lookup *l, const struct addrinfo *info) {
    for (; info && l->count < LOOKUP_MAX_ADDRESSES; info = info->ai_next) {
        if (info->ai_family != AF_INET && info->ai_family != AF_INET6) continue;
        memcpy(&l->found[l->count++], info->ai_addr,
               info->ai_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
    }
}

static void on_lookup(uv_getaddrinfo_t *request, int status, struct addrinfo *info) {
    struct lookup *l = request->data;
    struct upstreams *u = l->resolver->owner;
    if (status == 0) keep_addresses(l, info);
    uv_freeaddrinfo(info);
    l->state = l->count ? LOOKUP_FOUND : LOOKUP_FAILED;
    l->expires = uv_now(u->loop) + (l->count ? LOOKUP_KEEP_MS : LOOKUP_KEEP_FAILED_MS);
    if (!u->closing) l->resolver->on_found(l->resolver, l->host);
    upstreams_handle_closed(u);
}

// Makes room by dropping the oldest that nobody waits for.
static void evict(struct resolver *r) {
    for (struct link *i = r->names.next; i != &r->names; i = i->next) {
        struct lookup *l = link_owner(i, struct lookup, link);
        if (l->state == LOOKUP_PENDING) continue;
        lookup_free(l);
        return;
    }
}

static struct lookup *lookup_start(struct resolver *r, const char *host) {
    if (r->count >= LOOKUP_MAX_NAMES) evict(r);
    if (r->count >= LOOKUP_MAX_NAMES) return NULL;
    struct lookup *l = mem_new(sizeof *l);
    l->resolver = r;
    l->host = mem_copy_z(host);
    l->request.data = l;
    link_add(&r->names, &l->link);
    r->count++;
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    if (uv_getaddrinfo(r->owner->loop, &l->request, on_lookup, host, NULL, &hints)) {
        lookup_free(l);
        return NULL;
    }
    r->owner->handles++;
    return l;
}

static struct lookup *lookup_find(struct resolver *r, const char *host) {
    for (struct link *i = r->names.next; i != &r->names; i = i->next) {
        struct lookup *l = link_owner(i, struct lookup, link);
        if (strcmp(l->host, host) != 0) continue;
        if (l->state == LOOKUP_PENDING || uv_now(r->owner->loop) < l->expires) return l;
        lookup_free(l);
        return NULL;
    }
    return NULL;
}

void resolver_init(struct resolver *r, struct upstreams *owner, void (*on_found)(struct resolver *, const char *)) {
    r->owner = owner;
    r->on_found = on_found;
    link_init(&r->names);
}

enum lookup_state resolver_find(struct resolver *r, const char *host, uint16_t port, union address *out,
                                size_t *count) {
    *count = 1;
    if (uv_ip4_addr(host, port, &out[0].v4) == 0 || uv_ip6_addr(host, port, &out[0].v6) == 0) return LOOKUP_FOUND;

    struct lookup *l = lookup_find(r, host);
    if (!l) l = lookup_start(r, host);
    *count = l ? l->count : 0;
    if (!l) return LOOKUP_FAILED;
    for (size_t i = 0; i < l->count; i++) {
        out[i] = l->found[i];
        // The port has the same place in both.
        out[i].v4.sin_port = htons(port);
    }
    return l->state;
}

void resolver_close(struct resolver *r) {
    for (struct link *i = r->names.next; i != &r->names; i = i->next) {
        struct lookup *l = link_owner(i, struct lookup, link);
        if (l->state == LOOKUP_PENDING) uv_cancel((uv_req_t *)&l->request); // one that runs goes on to its end
    }
}

void resolver_free(struct resolver *r) {
    while (!link_alone(&r->names)) lookup_free(link_owner(r->names.next, struct lookup, link));
}
