#include "verify/text.h"

#include "base/buf.h"
#include "test.h"

static void text_blank_is_white_space_only(void **state) {
    (void)state;
    assert_true(text_is_blank(SPAN_NONE));
    assert_true(text_is_blank(SPAN(" \n\t")));
    assert_false(text_is_blank(SPAN(" . ")));
}

static void text_cut_is_an_open_fence_or_open_json(void **state) {
    (void)state;
    assert_true(text_is_cut(SPAN("Here:\n```c\nint main(void) {")));
    assert_true(text_is_cut(SPAN("{\"a\": [1, 2")));
    assert_true(text_is_cut(SPAN("{\"a\": \"x")));
    assert_true(text_is_cut(SPAN("[{\"a\": 1}, {\"a\"")));
    assert_false(text_is_cut(SPAN("Here:\n```c\nint main(void) {\n```\nThat is all")));
    assert_false(text_is_cut(SPAN("{\"a\": \"]}{[\\\"\"}")));
    assert_false(text_is_cut(SPAN("[Note] an open ( bracket { in prose")));
    assert_false(text_is_cut(SPAN("{a set of things")));
    assert_false(text_is_cut(SPAN_NONE));
}

static double repeated(const char *piece, int times) {
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < times; i++) buf_add_z(&b, piece);
    double r = text_repetition(buf_span(&b));
    buf_free(&b);
    return r;
}

static void text_circles_repeat_and_prose_does_not(void **state) {
    static const char PROSE[] =
        "The customer bought a lamp in spring and wrote to us because it flickers whenever the heating turns on. We "
        "asked for a photograph of the label and of the wiring, which arrived two days later. The label shows the "
        "older model, for which a recall was announced last autumn; the wiring is as it should be. Our advice is to "
        "return the lamp free of charge, and to take the newer model in exchange. If the customer prefers money, the "
        "shop refunds the whole price within a week of the parcel's arrival, as the terms of the recall say.";
    (void)state;
    assert_true(text_repetition(SPAN(PROSE)) < 0.1);
    assert_true(repeated("I am sorry about that. ", 40) > 0.9);
    assert_true(repeated("no ", 100) > 0.9);
    assert_true(repeated("aaaaaaaaaaaa", 100) > 0.9);
    assert_true(repeated("\xe5\x8c\x97\xe4\xba\xac\xe5\xb8\x82\xe4\xb8\x8a\xe6\xb5\xb7", 40) > 0.9);
    assert_true(repeated(PROSE, 1) == text_repetition(SPAN(PROSE)));
    assert_true(repeated("no ", 20) == 0); // too short to say
    assert_true(text_repetition(SPAN_NONE) == 0);
}

static void text_lists_and_numbers_are_no_circles(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 200; i++) buf_printf(&b, "| %d | item %d | %d.50 |\n", i, i * 3, i * 7);
    assert_true(text_repetition(buf_span(&b)) < 0.5);
    buf_free(&b);
}

static void text_refusals_are_short_and_begin_with_the_phrase(void **state) {
    static const char *const REFUSALS[] = {
        "I cannot help with that.",
        "  I'm sorry, but I can't assist with this request.",
        "I\xe2\x80\x99m sorry, but I\xe2\x80\x99m unable to do that.",
        "As an AI language model, I have no opinion.",
        "Unfortunately, I do not have access to your order.",
        "Sorry, I can't do that.",
        "Es tut mir leid, aber ich kann nicht helfen.",
        "Je ne peux pas r\xc3\xa9pondre.",
    };
    static const char *const ANSWERS[] = {
        "billing",
        "I'm sorry to hear that your parcel is late. It will arrive tomorrow.",
        "The service cannot be reached: I cannot say why.",
        "{\"answer\":\"I cannot\"}",
        "",
    };
    (void)state;
    for (size_t i = 0; i < sizeof REFUSALS / sizeof *REFUSALS; i++)
        if (!text_is_refusal(span_from(REFUSALS[i]), SPAN_NONE)) fail_msg("%zu is no refusal", i);
    for (size_t i = 0; i < sizeof ANSWERS / sizeof *ANSWERS; i++)
        assert_false(text_is_refusal(span_from(ANSWERS[i]), SPAN_NONE));
}

static void text_refusal_that_the_request_holds_is_an_answer(void **state) {
    (void)state;
    assert_false(text_is_refusal(SPAN("I cannot attend the meeting."), SPAN("Rewrite politely: i CANNOT come!")));
    assert_true(text_is_refusal(SPAN("I cannot attend to this."), SPAN("Rewrite politely: come!")));
}

static void text_long_answer_is_no_refusal(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 4096);
    buf_add_z(&b, "I cannot recommend this lamp enough.");
    while (b.len <= TEXT_REFUSAL_BYTES) buf_add_z(&b, " It shines.");
    assert_false(text_is_refusal(buf_span(&b), SPAN_NONE));
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_blank_is_white_space_only),
        cmocka_unit_test(text_cut_is_an_open_fence_or_open_json),
        cmocka_unit_test(text_circles_repeat_and_prose_does_not),
        cmocka_unit_test(text_lists_and_numbers_are_no_circles),
        cmocka_unit_test(text_refusals_are_short_and_begin_with_the_phrase),
        cmocka_unit_test(text_refusal_that_the_request_holds_is_an_answer),
        cmocka_unit_test(text_long_answer_is_no_refusal),
    };
    return RUN(tests);
}
