#include "gateway/recent.h"

#include <stdio.h>

#include "intent/features.h"
#include "intent/reading.h"
#include "test.h"

static struct intent_input input_of(const char *text, const char *system) {
    return (struct intent_input){
        .text = span_from(text), .system = span_from(system), .input_tokens = 7, .max_tokens = -1};
}

static void assert_same_features(const struct intent_input *a, const struct intent_input *b) {
    static struct features x, y;
    features_read(a, &x);
    features_read(b, &y);
    assert_int_equal(x.text_count, y.text_count);
    assert_int_equal(x.system_count, y.system_count);
    assert_memory_equal(x.text, y.text, x.text_count * sizeof *x.text);
    assert_memory_equal(x.system, y.system, x.system_count * sizeof *x.system);
    assert_memory_equal(x.counts, y.counts, sizeof x.counts);
    static struct reading p, q;
    reading_read(a, &p);
    reading_read(b, &q);
    assert_int_equal(p.text_count, q.text_count);
    assert_int_equal(p.system_count, q.system_count);
    assert_memory_equal(p.text, q.text, p.text_count * sizeof *p.text);
    assert_memory_equal(p.system, q.system, p.system_count * sizeof *p.system);
}

// Words that are all different, ended where it hurts: in the middle of one.
static char *long_text(size_t bytes) {
    char *text = test_malloc(bytes + 1);
    for (size_t i = 0; i < bytes; i++) text[i] = i % 7 == 6 ? ' ' : (char)('a' + (i * i / 7 + i) % 26);
    text[bytes] = 0;
    return text;
}

static void recent_gives_back_what_the_score_reads_at_every_length(void **state) {
    (void)state;
    static const size_t LENGTHS[] = {0, 1, 100, 383, 384, 385, 511, 512, 513, 2047, 2048, 2049, 5000, 300000};
    for (size_t i = 0; i < sizeof LENGTHS / sizeof *LENGTHS; i++) {
        struct recent *r = recent_new(20000);
        char *text = long_text(LENGTHS[i]);
        struct intent_input in = input_of(text, text);
        struct remembered m;
        recent_add(r, "req_1", &in);
        assert_true(recent_find(r, "req_1", &m));
        assert_int_equal(m.input.text.len, LENGTHS[i]);
        assert_int_equal(m.input.input_tokens, 7);
        assert_same_features(&in, &m.input);
        remembered_release(&m);
        recent_free(r);
        test_free(text);
    }
}

static void recent_gives_back_the_request_that_a_follow_up_inherits_from(void **state) {
    (void)state;
    struct recent *r = recent_new(20000);
    char *before = long_text(3000);
    struct intent_input in = input_of("and now in French", "");
    struct remembered m;
    in.context = span_from(before);
    recent_add(r, "req_1", &in);
    assert_true(recent_find(r, "req_1", &m));
    assert_int_equal(m.input.context.len, 3000);
    assert_same_features(&in, &m.input);
    remembered_release(&m);
    recent_free(r);
    test_free(before);
}

// More system texts than have a place, some alike but for a byte, long enough to lose their middle; requests come and
// go.
static void recent_tells_system_texts_apart(void **state) {
    (void)state;
    enum { COUNT = 300, TEXTS = 20 };
    struct recent *r = recent_new(30000);
    char *systems[TEXTS], id[16];
    for (size_t i = 0; i < TEXTS; i++) {
        systems[i] = long_text(500 + i / 2 * 10);
        systems[i][i % 2 ? 3 : 499] = '!';
    }
    for (size_t i = 0; i < COUNT; i++) {
        struct intent_input in = input_of("a question", i % 7 ? systems[i % 11] : systems[i % TEXTS]);
        struct remembered m;
        snprintf(id, sizeof id, "req_%zu", i);
        recent_add(r, id, &in);
        for (size_t back = 0; back < 10 && back <= i; back++) {
            size_t k = i - back;
            in = input_of("a question", k % 7 ? systems[k % 11] : systems[k % TEXTS]);
            snprintf(id, sizeof id, "req_%zu", k);
            assert_true(recent_find(r, id, &m));
            assert_same_features(&in, &m.input);
            remembered_release(&m);
        }
    }
    recent_free(r);
    for (size_t i = 0; i < TEXTS; i++) test_free(systems[i]);
}

static void recent_keeps_the_newest_only(void **state) {
    (void)state;
    struct recent *r = recent_new(3 * 160);
    struct remembered m;
    for (int i = 0; i < 5; i++) {
        char id[16];
        struct intent_input in = input_of("a question", "");
        snprintf(id, sizeof id, "req_%d", i);
        recent_add(r, id, &in);
    }
    assert_false(recent_find(r, "req_1", &m));
    assert_true(recent_find(r, "req_2", &m));
    remembered_release(&m);
    assert_true(recent_find(r, "req_4", &m));
    remembered_release(&m);
    recent_free(r);
}

// Whatever the sizes, the newest are there, whole, and older ones go in their order.
static void recent_holds_the_newest_of_every_size(void **state) {
    (void)state;
    enum { COUNT = 400 };
    struct recent *r = recent_new(8000);
    size_t lengths[COUNT];
    char id[16];
    for (size_t i = 0; i < COUNT; i++) {
        lengths[i] = (i * 7919 + i * i) % 1500;
        char *text = long_text(lengths[i]);
        struct intent_input in = input_of(text, "");
        snprintf(id, sizeof id, "req_%zu", i);
        recent_add(r, id, &in);
        test_free(text);
        bool before = false;
        for (size_t k = 0; k <= i; k++) {
            struct remembered m;
            snprintf(id, sizeof id, "req_%zu", k);
            bool there = recent_find(r, id, &m);
            assert_true(there || !before); // from the oldest that is there on, all are
            before = there;
            if (!there) continue;
            text = long_text(lengths[k]);
            assert_int_equal(m.input.text.len, lengths[k]);
            assert_memory_equal(m.input.text.at, text, lengths[k]);
            test_free(text);
            remembered_release(&m);
        }
        assert_true(before);
    }
    recent_free(r);
}

static void recent_without_places_remembers_nothing(void **state) {
    (void)state;
    struct recent *r = recent_new(0);
    struct intent_input in = input_of("a question", "");
    struct remembered m;
    recent_add(r, "req_1", &in);
    assert_false(recent_find(r, "req_1", &m));
    recent_free(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recent_gives_back_what_the_score_reads_at_every_length),
        cmocka_unit_test(recent_gives_back_the_request_that_a_follow_up_inherits_from),
        cmocka_unit_test(recent_tells_system_texts_apart),
        cmocka_unit_test(recent_keeps_the_newest_only),
        cmocka_unit_test(recent_holds_the_newest_of_every_size),
        cmocka_unit_test(recent_without_places_remembers_nothing),
    };
    return RUN(tests);
}
