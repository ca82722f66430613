#include "text/mapped.h"

#include "test.h"

static struct mapped_builder begin(const char *text, const struct mapped *under, bool sparse, struct arena *arena) {
    struct mapped_builder b;
    mapped_begin(&b, span_from(text), under, sparse, arena);
    return b;
}

static void expect_trace(const struct mapped *m, size_t start, size_t end, size_t from, size_t to) {
    mapped_trace(m, &start, &end);
    assert_int_equal(start, from);
    assert_int_equal(end, to);
}

static void mapped_without_a_change_is_not_made(void **state) {
    (void)state;
    struct arena arena;
    struct mapped m;
    arena_init(&arena, 0); // takes no memory either
    struct mapped_builder b = begin("plain", NULL, true, &arena);
    assert_false(mapped_end(&b, &m));
    assert_false(b.no_room);
}

static void mapped_change_leads_back_to_the_stretch_it_replaces(void **state) {
    (void)state;
    struct arena arena;
    struct mapped m;
    arena_init(&arena, 1 << 16);
    struct mapped_builder b = begin("ab%40cd\nef", NULL, true, &arena);
    mapped_change(&b, 2, 5, "@", 1, 0);
    mapped_change(&b, 7, 8, "", 0, PIECE_WEAK);
    assert_true(mapped_end(&b, &m));
    assert_span_equal(m.text, "ab@cdef");
    expect_trace(&m, 2, 3, 2, 5);
    expect_trace(&m, 0, 7, 0, 10);
    expect_trace(&m, 3, 5, 5, 7);
    expect_trace(&m, 5, 7, 8, 10);
    unsigned top;
    assert_int_equal(mapped_kinds(&m, 0, 1, &top), 0);
    assert_int_equal(mapped_kinds(&m, 1, 3, &top), PIECE_CHANGED);
    assert_int_equal(mapped_kinds(&m, 4, 6, &top), PIECE_CHANGED | PIECE_WEAK);
    arena_release(&arena);
}

static void mapped_texts_stack(void **state) {
    (void)state;
    struct arena arena;
    struct mapped first, second;
    arena_init(&arena, 1 << 16);
    struct mapped_builder b = begin("x%2540y", NULL, true, &arena);
    mapped_change(&b, 1, 4, "%", 1, 0);
    assert_true(mapped_end(&b, &first));
    assert_span_equal(first.text, "x%40y");
    mapped_begin(&b, first.text, &first, true, &arena);
    mapped_change(&b, 1, 4, "@", 1, 0);
    assert_true(mapped_end(&b, &second));
    expect_trace(&second, 1, 2, 1, 6);
    expect_trace(&second, 2, 3, 6, 7);
    arena_release(&arena);
}

static void mapped_sparse_keeps_the_surroundings_only(void **state) {
    (void)state;
    struct arena arena;
    struct mapped m;
    arena_init(&arena, 1 << 20);
    char text[1001];
    memset(text, 'x', 1000);
    text[1000] = 0;
    struct mapped_builder b = begin(text, NULL, true, &arena);
    mapped_change(&b, 300, 310, "A", 1, 0);
    mapped_change(&b, 700, 710, "B", 1, 0);
    assert_true(mapped_end(&b, &m));
    assert_int_equal(m.text.len, 4 * MAPPED_CONTEXT + 3);
    assert_int_equal(m.text.at[2 * MAPPED_CONTEXT + 1], '\n');
    expect_trace(&m, MAPPED_CONTEXT, MAPPED_CONTEXT + 1, 300, 310);
    expect_trace(&m, 0, 1, 300 - MAPPED_CONTEXT, 301 - MAPPED_CONTEXT);
    expect_trace(&m, 3 * MAPPED_CONTEXT + 2, 3 * MAPPED_CONTEXT + 3, 700, 710);
    unsigned top;
    assert_int_equal(mapped_kinds(&m, 2 * MAPPED_CONTEXT, 2 * MAPPED_CONTEXT + 3, &top) & PIECE_CHANGED, 0);
    arena_release(&arena);
}

static void mapped_sparse_never_cuts_a_code_point(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (size_t shift = 0; shift < 3; shift++) {
        char text[1001] = "aa";
        struct mapped m;
        size_t at = shift + 3 * 150;
        for (size_t i = shift; i < 1000; i++) text[i] = "\xe2\x82\xac"[(i - shift) % 3];
        memcpy(text + at, "abc", 3);
        struct mapped_builder b = begin(text, NULL, true, &arena);
        mapped_change(&b, at + shift, at + shift + 1, "A", 1, 0);
        assert_true(mapped_end(&b, &m));
        assert_int_equal((unsigned char)m.text.at[0], 0xe2);
        assert_int_equal((unsigned char)m.text.at[m.text.len - 1], 0xac);
        arena_reset(&arena);
    }
    arena_release(&arena);
}

static void mapped_without_room_says_so(void **state) {
    (void)state;
    struct arena arena;
    struct mapped m;
    arena_init(&arena, 8);
    struct mapped_builder b = begin("a much longer text than that", NULL, false, &arena);
    mapped_change(&b, 1, 2, "x", 1, 0);
    assert_true(b.no_room);
    assert_false(mapped_end(&b, &m));
    arena_release(&arena);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(mapped_without_a_change_is_not_made),
        cmocka_unit_test(mapped_change_leads_back_to_the_stretch_it_replaces),
        cmocka_unit_test(mapped_texts_stack),
        cmocka_unit_test(mapped_sparse_keeps_the_surroundings_only),
        cmocka_unit_test(mapped_sparse_never_cuts_a_code_point),
        cmocka_unit_test(mapped_without_room_says_so),
    };
    return RUN(tests);
}
