// What is hidden in a text is found, at its true place, and nothing else is; each limit fails closed.
#include "chat/view.h"
#include "gate_help.h"

// The finding that covers exactly [start, end) of the text.
static void expect_at(const char *text, const char *type, size_t start, size_t end) {
    const struct verdict *v = scan_as(shared(), text, PROFILE_BALANCED);
    const struct finding *f = find(v, type);
    if (!v->sensitive || !f) fail_msg("'%s' holds no %s: %s", text, type, v->reason);
    if (f->start != start || f->end != end)
        fail_msg("'%s': %s at %u-%u, not %zu-%zu", text, type, f->start, f->end, start, end);
}

static void views_find_at_the_true_place(void **state) {
    (void)state;
    expect_at("pay \xef\xbc\x94\xef\xbc\x91"
              "11111111111111 now",
              "CREDIT_CARD", 4, 24);
    expect_at("jo.doe%40acme.com", "EMAIL_ADDRESS", 0, 17);
    expect_at("see jo.doe&#64;acme.com!", "EMAIL_ADDRESS", 4, 23);
    expect_at("card NDExMTExMTExMTExMTExMQ== ok", "CREDIT_CARD", 5, 29);
    expect_at("card 34313131313131313131313131313131 ok", "CREDIT_CARD", 5, 37);
    expect_at("my 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 card", "CREDIT_CARD", 3, 34);
    expect_at("no 4111_1111_1111_1111 ok", "CREDIT_CARD", 3, 22);
    expect_at("no 4111 1111\n1111 1111 ok", "CREDIT_CARD", 3, 22);
    expect_at("call jo.doe [at] acme [dot] com", "EMAIL_ADDRESS", 5, 31);
    expect_at("is four one one one one one one one one one one one one one one one ok", "CREDIT_CARD", 3, 67);
    expect_at("j o . d o e @ a c m e . c o m", "EMAIL_ADDRESS", 0, 29);
    expect_at("ssn 832\xe2\x80\x91"
              "13\xe2\x80\x91"
              "6314",
              "US_SSN", 4, 19);
}

static void views_are_made_of_each_other(void **state) {
    (void)state;
    static const struct expectation ROWS[] = {
        {"jo.doe%2540acme.com", "EMAIL_ADDRESS", true},                            // percent in percent
        {"TkRFeE1URXhNVEV4TVRFeE1URXhNUT09", "CREDIT_CARD", true},                 // base64 in base64
        {"NCAxIDEgMSAxIDEgMSAxIDEgMSAxIDEgMSAxIDEgMSBjYXJk", "CREDIT_CARD", true}, // spaced digits in base64
        {"am8uZG9l77ygYWNtZS5jb20gaGVsbG8=", "EMAIL_ADDRESS", true},               // full width in base64
        {"\xef\xbc\x94 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 card", "CREDIT_CARD", true},  // full width and spaced
        {"\xef\xbd\x86our one one one one one one one one one one one one one one one", "CREDIT_CARD", true},
        {"jo.doe\xef\xbc\x85"
         "40acme.com",
         "EMAIL_ADDRESS", true}, // a full-width percent sign
    };
    CHECK(ROWS);
}

static void views_report_all_that_a_run_holds(void **state) {
    (void)state;
    // "card 4111111111111111, jo.doe@acme.com"
    const struct verdict *v =
        scan_as(shared(), "Y2FyZCA0MTExMTExMTExMTExMTExLCBqby5kb2VAYWNtZS5jb20=", PROFILE_BALANCED);
    assert_non_null(find(v, "CREDIT_CARD"));
    assert_non_null(find(v, "EMAIL_ADDRESS"));
}

static void views_leave_lists_and_code_alone(void **state) {
    (void)state;
    static const struct expectation ROWS[] = {
        {"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", NULL, false},
        {"0 1 1 2 3 5 8 1 3 2 1 3 4 5 5", NULL, false},
        {"4539\n1488\n0343\n6467\n2210\n8833", NULL, false},
        {"a,b\n123456,789012\n345678,901234", NULL, false},
        {"4111,1111,1111,1111", NULL, false}, // a list, for all that is said
        {"sort 411111111111\n1111", NULL, false},
        {"sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", NULL, false},
        {"550e8400-e29b-41d4-a716-446655440000", NULL, false},
        {"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA", NULL,
         false},
        {"printf(\"%d%%\\n\", x=40); a&=b; &x; \\n123", NULL, false},
        {"lunch @ example.com", NULL, false},
        {"at this point in time. The sum at one point was", NULL, false},
        {"look at example dot com", NULL, false},
        {"one two three four five six seven eight nine ten", NULL, false},
        {"seven one eight two eight one eight two eight", NULL, false},
    };
    CHECK(ROWS);
}

// ---------------------------------------------------------------- messages

static const struct verdict *scan_parts(struct fixture *f, const char *const *texts, const uint8_t *roles,
                                        size_t count) {
    char text[512];
    struct chat_part parts[8] = {0};
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(texts[i]);
        parts[i] = (struct chat_part){.start = (uint32_t)len, .len = (uint32_t)n, .role = roles[i], .kind = PART_TEXT};
        memcpy(text + len, texts[i], n);
        text[len + n] = '\n';
        len += n + 1;
    }
    struct gate_input in = {.text = span_make(text, len - 1), .parts = parts, .part_count = count};
    arena_reset(&f->arena);
    gate_scan(f->gate, f->scratch, &in, PROFILE_BALANCED, &f->arena, &f->v);
    return &f->v;
}

static void views_find_what_two_messages_share(void **state) {
    (void)state;
    static const uint8_t ROLES[] = {ROLE_USER, ROLE_USER};
    static const char *const CARD[] = {"my card is 4111 1111", "1111 1111, thanks"};
    static const char *const MAIL[] = {"write to jo.doe@", "acme.com"};
    assert_non_null(find(scan_parts(shared(), CARD, ROLES, 2), "CREDIT_CARD"));
    assert_non_null(find(scan_parts(shared(), MAIL, ROLES, 2), "EMAIL_ADDRESS"));
}

static void views_find_what_messages_share_over_an_answer(void **state) {
    (void)state;
    static const uint8_t ROLES[] = {ROLE_SYSTEM, ROLE_USER, ROLE_ASSISTANT, ROLE_USER};
    static const char *const SPLIT[] = {"be kind", "my card is 4111 1111 ", "Go on, please.", " 1111 1111, thanks"};
    static const char *const APART[] = {"be kind", "room 4111", "Go on, please.", "1111 people"};
    const struct finding *f = find(scan_parts(shared(), SPLIT, ROLES, 4), "CREDIT_CARD");
    assert_non_null(f);
    assert_int_equal(f->start, 19);
    assert_int_equal(f->end, 55);
    assert_false(scan_parts(shared(), APART, ROLES, 4)->sensitive);
    static const uint8_t OTHERS[] = {ROLE_SYSTEM, ROLE_USER, ROLE_USER, ROLE_ASSISTANT};
    assert_false(scan_parts(shared(), SPLIT, OTHERS, 4)->sensitive); // not the user's own words
}

// ---------------------------------------------------------------- limits

static struct fixture *limited(int64_t bytes, int64_t depth) {
    static struct fixture f;
    struct config config = {
        .policy = {.profile = PROFILE_BALANCED, .max_decoded_bytes = bytes, .max_decode_depth = depth}};
    if (f.gate) fixture_close(&f);
    fixture_open(&f, &config);
    return &f;
}

static void expect_limit(struct fixture *f, const char *text, const char *rule) {
    const struct verdict *v = scan_as(f, text, PROFILE_LENIENT);
    bool found = false;
    for (uint32_t i = 0; i < v->count; i++) found |= rule && !strcmp(v->findings[i].rule, rule);
    if (v->sensitive != (rule != NULL) || found != (rule != NULL)) fail_msg("'%s': %s", text, v->reason);
    assert_true(!rule || v->classes & CLASS_UNREADABLE);
}

static void views_over_the_byte_limit_are_sensitive(void **state) {
    (void)state;
    struct fixture *f = limited(16, 2);
    expect_limit(f, "aGVsbG8gdGhlcmUgeW91", NULL);
    expect_limit(f, "aGVsbG8gdGhlcmUgeW91IGFuZCB5b3U=", "limit.decoded");
    expect_limit(f, "%20%20%20%20%20%20%20%20%20%20%20%20%20%20%20%20", NULL);
    expect_limit(f, "%20%20%20%20%20%20%20%20%20%20%20%20%20%20%20%20%20", "limit.decoded");
    fixture_close(f);
    memset(f, 0, sizeof *f);
}

static void views_over_the_depth_limit_are_sensitive(void **state) {
    (void)state;
    struct fixture *f = limited(1000, 1);
    expect_limit(f, "a%20b", NULL);
    expect_limit(f, "a%2520b", "limit.depth");
    f = limited(1000, 2);
    expect_limit(f, "a%2520b", NULL);
    expect_limit(f, "a%252520b", "limit.depth");
    fixture_close(f);
    memset(f, 0, sizeof *f);
}

// Whatever the arena's size, the scan either finds the card or fails closed.
static void views_without_memory_are_sensitive(void **state) {
    (void)state;
    struct fixture *f = limited(1000, 2);
    struct gate_input in = {.text = SPAN("x NDExMTExMTExMTExMTExMQ== and 4 1 1 1 1 1 1 1 and a%2540b")};
    for (size_t bytes = 0; bytes < 20000; bytes += 64) {
        struct arena arena;
        arena_init(&arena, bytes);
        gate_scan(f->gate, f->scratch, &in, PROFILE_BALANCED, &arena, &f->v);
        assert_true(f->v.sensitive);
        arena_release(&arena);
    }
    fixture_close(f);
    memset(f, 0, sizeof *f);
}

static void views_of_a_long_run_that_is_no_text_are_soft(void **state) {
    (void)state;
    char text[1001] = {0};
    for (uint32_t i = 0, x = 7; i < 1000; i++, x = x * 1664525 + 1013904223)
        text[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[x >> 26];
    assert_false(scan_as(shared(), text, PROFILE_BALANCED)->sensitive);
    assert_non_null(find(scan_as(shared(), text, PROFILE_STRICT), "UNREADABLE"));
    assert_true(scan_as(shared(), text, PROFILE_STRICT)->sensitive);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_find_at_the_true_place),
        cmocka_unit_test(views_are_made_of_each_other),
        cmocka_unit_test(views_report_all_that_a_run_holds),
        cmocka_unit_test(views_leave_lists_and_code_alone),
        cmocka_unit_test(views_find_what_two_messages_share),
        cmocka_unit_test(views_find_what_messages_share_over_an_answer),
        cmocka_unit_test(views_over_the_byte_limit_are_sensitive),
        cmocka_unit_test(views_over_the_depth_limit_are_sensitive),
        cmocka_unit_test(views_without_memory_are_sensitive),
        cmocka_unit_test(views_of_a_long_run_that_is_no_text_are_soft),
    };
    return RUN(tests);
}
