#include "intent/weights.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/embedded.h"
#include "test.h"

static struct weights *load(struct span bytes) {
    struct err e = {""};
    struct weights *w = weights_load(bytes, &e);
    assert_true((w == NULL) == (e.text[0] != 0)); // who refuses says why
    return w;
}

// Writes a changed copy of the built-in weights and loads it again.
static struct weights *rewrite(const struct weights *w) {
    char *bytes = NULL;
    size_t len = 0;
    struct err e = {""};
    FILE *f = open_memstream(&bytes, &len);
    assert_int_equal(weights_write(w, f, &e), 0);
    fclose(f);
    struct weights *again = load(span_make(bytes, len));
    if (again) again->owned = bytes;
    else free(bytes);
    return again;
}

static void weights_built_in_load_and_are_small(void **state) {
    (void)state;
    struct weights *w = load(embedded_weights());
    assert_non_null(w);
    assert_true(embedded_weights().len <= 1 << 20);
    assert_true(strlen(weights_version(w)) > 0);
    weights_free(w);
}

static void weights_survive_writing_and_reading(void **state) {
    (void)state;
    struct weights *w = load(embedded_weights()), *again = rewrite(w);
    assert_non_null(again);
    assert_string_equal(weights_version(w), weights_version(again));
    assert_memory_equal(w->quantile, again->quantile, sizeof w->quantile);
    weights_free(w);
    weights_free(again);
}

static void weights_cut_short_are_refused(void **state) {
    (void)state;
    struct span all = embedded_weights();
    assert_null(load(SPAN_NONE));
    for (size_t n = 0; n < all.len; n += n < 4000 ? 1 : 997) assert_null(load(span_sub(all, 0, n)));
}

static void weights_with_any_flipped_byte_are_refused(void **state) {
    (void)state;
    struct span all = embedded_weights();
    char *bytes = mem_new(all.len + 1);
    memcpy(bytes, all.at, all.len);
    for (size_t i = 0; i < all.len; i += i < 256 ? 1 : 4099) {
        bytes[i] ^= 0x41;
        assert_null(load(span_make(bytes, all.len)));
        bytes[i] ^= 0x41;
    }
    assert_null(load(span_make(bytes, all.len + 1)));
    free(bytes);
}

// With a right checksum, so that what is refused is the content.
static void weights_with_impossible_numbers_are_refused(void **state) {
    (void)state;
    for (int fault = 0; fault < 12; fault++) {
        struct weights *w = load(embedded_weights());
        switch (fault) {
        case 0: w->mean[3] = NAN; break;
        case 1: w->scale[0] = INFINITY; break;
        case 2: w->quantile[7] = 2; break;
        case 3: w->quantile[8] = w->quantile[7] - 0.01f; break;
        case 4: w->header.score_slope = 0; break;
        case 5: w->header.local_slope = -1; break;
        case 6: w->bias[OUTPUT_TASK + 2] = NAN; break;
        case 7: w->step[OUTPUT_FRONTIER] = -1; break;
        case 9: w->intent_bias[3] = NAN; break;
        case 10: w->intent_step = -1; break;
        case 11: w->within[KIND_EXAM].slope = INFINITY; break;
        case 8: memset(w->header.version, 'x', sizeof w->header.version); break;
        }
        assert_null(rewrite(w));
        weights_free(w);
    }
}

static void weights_file_that_is_missing_is_named(void **state) {
    (void)state;
    struct err e = {""};
    assert_null(weights_load_file("/nonexistent/x.weights", &e));
    assert_non_null(strstr(e.text, "/nonexistent/x.weights"));
}

static void weights_file_loads_like_memory(void **state) {
    (void)state;
    char path[] = "/tmp/sluice-weights-XXXXXX";
    int fd = mkstemp(path);
    struct span all = embedded_weights();
    assert_int_equal(write(fd, all.at, all.len), (ssize_t)all.len);
    close(fd);
    struct err e = {""};
    struct weights *w = weights_load_file(path, &e);
    unlink(path);
    assert_non_null(w);
    struct weights *b = load(all);
    assert_string_equal(weights_version(w), weights_version(b));
    weights_free(w);
    weights_free(b);
    weights_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_built_in_load_and_are_small),
        cmocka_unit_test(weights_survive_writing_and_reading),
        cmocka_unit_test(weights_cut_short_are_refused),
        cmocka_unit_test(weights_with_any_flipped_byte_are_refused),
        cmocka_unit_test(weights_with_impossible_numbers_are_refused),
        cmocka_unit_test(weights_file_that_is_missing_is_named),
        cmocka_unit_test(weights_file_loads_like_memory),
    };
    return RUN(tests);
}
