#include "gate/tag.h"

#include <pthread.h>
#include <stdio.h>

#include "base/hash.h"

static uint8_t key[16];
static pthread_once_t key_once = PTHREAD_ONCE_INIT;

static void draw_key(void) {
    hash_random(key, sizeof key);
}

void gate_tag(struct span value, char out[static GATE_TAG_BYTES]) {
    pthread_once(&key_once, draw_key);
    snprintf(out, GATE_TAG_BYTES, "%016llx", (unsigned long long)hash_keyed(value.at, value.len, key));
}
