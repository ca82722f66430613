#include "gate/clearance.h"

#include <pthread.h>

#include "base/hash.h"
#include "gate/scan.h"

// Drawn once per process; nothing outside this file can read it.
static uint8_t key[16];
static pthread_once_t key_once = PTHREAD_ONCE_INIT;

static void draw_key(void) {
    hash_random(key, sizeof key);
}

// What is sealed says what it is, so that one kind of seal is never taken for the other.
enum sealed { SEALED_VERDICT = 1, SEALED_CLEARANCE = 2 };

uint64_t verdict_seal(const struct verdict *v) {
    struct {
        uint32_t kind, sensitive, classes;
        char receipt[GATE_RECEIPT_BYTES];
    } sealed;
    size_t n = strnlen(v->receipt, sizeof sealed.receipt);
    sealed.kind = SEALED_VERDICT;
    sealed.sensitive = v->sensitive;
    sealed.classes = v->classes;
    memcpy(sealed.receipt, v->receipt, n);
    pthread_once(&key_once, draw_key);
    return hash_keyed(&sealed, offsetof(typeof(sealed), receipt) + n, key);
}

static uint64_t clearance_seal(uint64_t request, uint8_t zone) {
    const uint64_t sealed[] = {SEALED_CLEARANCE, request, zone};
    pthread_once(&key_once, draw_key);
    return hash_keyed(sealed, sizeof sealed, key);
}

bool gate_clear(const struct verdict *v, uint64_t request, enum zone zone, struct clearance *out) {
    *out = (struct clearance){0};
    if (v->sensitive || v->seal != verdict_seal(v)) return false;
    *out =
        (struct clearance){.request = request, .zone = (uint8_t)zone, .seal = clearance_seal(request, (uint8_t)zone)};
    return true;
}

bool clearance_permits(const struct clearance *c, uint64_t request, enum zone zone) {
    if (zone == ZONE_LOCAL) return true;
    return c && c->request == request && c->zone == zone && c->seal == clearance_seal(request, c->zone);
}
