#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/spare.h"
#include "test.h"

static void arena_gives_aligned_zeroed_memory_up_to_its_maximum(void **state) {
    (void)state;
    struct arena a;
    arena_init(&a, 10000);
    size_t given = 0;
    for (char *p; (p = arena_alloc(&a, 100)); given += 112) {
        assert_int_equal((uintptr_t)p % 16, 0);
        for (int i = 0; i < 100; i++) assert_int_equal(p[i], 0);
        memset(p, 0xff, 100);
    }
    assert_in_range(given, 8000, 10000);
    arena_release(&a);
    assert_int_equal(a.total, 0);
}

static void arena_refuses_a_product_that_overflows(void **state) {
    (void)state;
    struct arena a;
    arena_init(&a, SIZE_MAX);
    assert_null(arena_alloc_array(&a, SIZE_MAX / 2, 3));
    assert_null(arena_alloc(&a, SIZE_MAX - 3));
    arena_release(&a);
}

static void arena_reset_wipes_what_was_handed_out(void **state) {
    (void)state;
    struct arena a;
    arena_init(&a, 100000);
    char *first = arena_copy(&a, SPAN("a prompt"));
    arena_reset(&a);
    assert_int_equal(first[0], 0);
    char *again = arena_alloc(&a, 100);
    for (int i = 0; i < 100; i++) assert_int_equal(again[i], 0);
    assert_ptr_equal(again, first);
    arena_release(&a);
}

static void arena_printf_formats_and_respects_the_maximum(void **state) {
    (void)state;
    struct arena a;
    arena_init(&a, 64);
    assert_string_equal(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
    assert_null(arena_printf(&a, "%100d", 1));
    arena_release(&a);
}

static void buf_drops_what_does_not_fit_and_says_so(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 8);
    buf_add_z(&b, "12345678");
    assert_false(b.full);
    buf_add_char(&b, '9');
    assert_true(b.full);
    assert_span_equal(buf_span(&b), "12345678");
    buf_add_z(&b, "");
    assert_true(b.full);
    buf_reset(&b);
    assert_false(b.full);
    buf_free(&b);
}

static void buf_is_always_ended_by_nul(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 10000);
    for (int i = 0; i < 1000; i++) {
        buf_add_char(&b, 'x');
        assert_int_equal(b.at[b.len], 0);
    }
    buf_consume(&b, 990);
    assert_string_equal(b.at, "xxxxxxxxxx");
    buf_consume(&b, 99);
    assert_int_equal(b.len, 0);
    buf_free(&b);
}

static void buf_writes_numbers_at_their_limits(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    buf_add_u64(&b, UINT64_MAX);
    buf_add_char(&b, ' ');
    buf_add_i64(&b, INT64_MIN);
    buf_add_char(&b, ' ');
    buf_add_i64(&b, 0);
    buf_printf(&b, " %03d", 7);
    assert_span_equal(buf_span(&b), "18446744073709551615 -9223372036854775808 0 007");
    buf_free(&b);
}

static void spare_take_gives_a_kept_block_of_the_size_again(void **state) {
    (void)state;
    char *a = spare_take(1500);
    memset(a, 1, 1500);
    spare_give(a, 1500);
    char *other = spare_take(3000), *again = spare_take(1500);
    assert_ptr_equal(again, a);
    assert_ptr_not_equal(other, a);
    spare_give(other, 3000);
    spare_give(again, 1500);
    spare_give(NULL, 1500);
}

// More than is kept, in sizes around the bounds; AddressSanitizer finds an overflow, a leak at the end a thread's.
static void *take_and_give(void *unused) {
    static const size_t SIZES[] = {1, 512, 513, 640, 641, 4095, 4096, 4097, 100000};
    enum { COUNT = sizeof SIZES / sizeof *SIZES, EACH = 200 };
    char *blocks[COUNT][EACH];
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < COUNT * EACH; i++) {
            size_t n = SIZES[i / EACH];
            blocks[i / EACH][i % EACH] = spare_take(n);
            memset(blocks[i / EACH][i % EACH], (int)i, n);
        }
        for (size_t i = 0; i < COUNT * EACH; i++) {
            assert_int_equal((unsigned char)blocks[i / EACH][i % EACH][0], i & 255);
            spare_give(blocks[i / EACH][i % EACH], SIZES[i / EACH]);
        }
    }
    return unused;
}

static void spare_blocks_of_all_sizes_are_freed_when_a_thread_ends(void **state) {
    (void)state;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, take_and_give, NULL), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void buf_ends_in_nul_after_room_was_reserved(void **state) {
    (void)state;
    struct buf b;
    char *dirty = spare_take(1001); // the next to take it must not rely on what it holds
    memset(dirty, 0xff, 1001);
    spare_give(dirty, 1001);
    buf_init(&b, 100000);
    assert_non_null(buf_reserve(&b, 1000));
    assert_string_equal(b.at, "");
    buf_add_z(&b, "kept");
    assert_non_null(buf_reserve(&b, 2000));
    assert_string_equal(b.at, "kept");
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_gives_aligned_zeroed_memory_up_to_its_maximum),
        cmocka_unit_test(arena_refuses_a_product_that_overflows),
        cmocka_unit_test(arena_reset_wipes_what_was_handed_out),
        cmocka_unit_test(arena_printf_formats_and_respects_the_maximum),
        cmocka_unit_test(buf_drops_what_does_not_fit_and_says_so),
        cmocka_unit_test(buf_is_always_ended_by_nul),
        cmocka_unit_test(buf_writes_numbers_at_their_limits),
        cmocka_unit_test(spare_take_gives_a_kept_block_of_the_size_again),
        cmocka_unit_test(spare_blocks_of_all_sizes_are_freed_when_a_thread_ends),
        cmocka_unit_test(buf_ends_in_nul_after_room_was_reserved),
    };
    return RUN(tests);
}
