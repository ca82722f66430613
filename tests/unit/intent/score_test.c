#include "intent/score.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "config/embedded.h"
#include "intent/weights.h"
#include "test.h"

static struct weights *built_in(void) {
    struct err e = {""};
    struct weights *w = weights_load(embedded_weights(), &e);
    assert_string_equal(e.text, "");
    assert_non_null(w);
    return w;
}

static struct score score_of(const struct weights *w, const char *text, const char *system) {
    struct score s;
    struct intent_input in = {.text = span_from(text), .system = span_from(system), .user_turns = 1, .max_tokens = -1};
    intent_score(w, &in, &s);
    return s;
}

static const struct {
    const char *text, *task;
} ROUTINE[] = {
    {"Classify this ticket as billing, technical or sales: I was charged twice", "classify"},
    {"Extract the invoice number and the due date: Invoice 4711 is due on 3 May.", "extract"},
    {"Summarise in one line: The meeting moved to Tuesday and Anna sends the slides.", "summarize"},
    {"Rewrite this politely: send me the file now", "rewrite"},
    {"Route this request to HR, IT or Finance: my laptop does not start", "route"},
    {"Translate to German: where is the train station?", "translate"},
    {"i lost my card, can you block it", "chat"},
    {"What is the capital of France?", "qa"},
};

static const struct {
    const char *text, *task;
} HARD[] = {
    {"Prove that there are infinitely many primes p such that p mod 4 = 3, then generalise", "maths"},
    {"Design a distributed rate limiter in Go with exactly-once semantics and discuss failure modes.", "code"},
    {"Write a Rust implementation of a B-tree index with concurrent readers, and test it.", "code"},
    {"Write a 2000-word essay on the causes of the French revolution with references and counter-arguments.", "write"},
};

static void score_keeps_everyday_tasks_local_and_names_them(void **state) {
    (void)state;
    struct weights *w = built_in();
    float threshold = weights_threshold(w, 0.85);
    for (size_t i = 0; i < sizeof ROUTINE / sizeof *ROUTINE; i++) {
        struct score s = score_of(w, ROUTINE[i].text, NULL);
        assert_true(s.score <= threshold);
        assert_string_equal(s.task, ROUTINE[i].task);
    }
    weights_free(w);
}

static void score_sends_hard_tasks_to_the_frontier_and_names_them(void **state) {
    (void)state;
    struct weights *w = built_in();
    float threshold = weights_threshold(w, 0.85);
    for (size_t i = 0; i < sizeof HARD / sizeof *HARD; i++) {
        struct score s = score_of(w, HARD[i].text, NULL);
        assert_true(s.score > threshold);
        assert_string_equal(s.task, HARD[i].task);
    }
    weights_free(w);
}

static void score_does_not_turn_on_a_plain_system_text(void **state) {
    (void)state;
    struct weights *w = built_in();
    float threshold = weights_threshold(w, 0.85);
    const char *system = "You are a helpful assistant of a large company. Answer in the user's language, be polite.";
    assert_true(score_of(w, ROUTINE[0].text, system).score <= threshold);
    assert_true(score_of(w, HARD[0].text, system).score > threshold);
    weights_free(w);
}

static void score_reads_the_task_from_the_system_text(void **state) {
    (void)state;
    struct weights *w = built_in();
    struct score s =
        score_of(w, "my parcel never arrived",
                 "You are a ticket classifier. Labels: billing, shipping. Respond with JSON {\"label\": ...}.");
    assert_string_equal(s.task, "classify");
    weights_free(w);
}

static void score_of_a_follow_up_is_that_of_its_conversation(void **state) {
    (void)state;
    struct weights *w = built_in();
    float threshold = weights_threshold(w, 0.85);
    static const char *const FOLLOW_UPS[] = {"and now in French", "why?", "shorter please", "go on"};
    for (size_t i = 0; i < sizeof FOLLOW_UPS / sizeof *FOLLOW_UPS; i++) {
        struct intent_input in = {.text = span_from(FOLLOW_UPS[i]), .user_turns = 2, .max_tokens = -1};
        struct score s;
        in.context = span_from(HARD[0].text);
        intent_score(w, &in, &s);
        assert_true(s.score > threshold);
        in.context = span_from(ROUTINE[0].text);
        intent_score(w, &in, &s);
        assert_true(s.score <= threshold);
    }
    weights_free(w);
}

static void score_knows_routine_and_hard_in_other_languages(void **state) {
    (void)state;
    struct weights *w = built_in();
    float threshold = weights_threshold(w, 0.85);
    static const char *const EASY[] = {"Fasse diese Nachricht in einem Satz zusammen: Die Lieferung kommt am Montag.",
                                       "Traduis en anglais : où est la gare ?",
                                       "Clasifica este mensaje como factura, envío u otro: no llegó mi paquete"};
    static const char *const DIFFICULT[] = {"Beweise, dass es unendlich viele Primzahlen gibt.",
                                            "Implementa un planificador de tareas en Rust y explica la complejidad."};
    for (size_t i = 0; i < sizeof EASY / sizeof *EASY; i++) assert_true(score_of(w, EASY[i], NULL).score <= threshold);
    for (size_t i = 0; i < sizeof DIFFICULT / sizeof *DIFFICULT; i++)
        assert_true(score_of(w, DIFFICULT[i], NULL).score > threshold);
    weights_free(w);
}

static void score_decides_the_same_when_the_wording_is_disturbed(void **state) {
    (void)state;
    struct weights *w = built_in();
    float threshold = weights_threshold(w, 0.85);
    static const char *const EASY[] = {
        "CLASSIFY THIS TICKET AS BILLING, TECHNICAL OR SALES: I WAS CHARGED TWICE",
        "please classfy this ticket as billing, technical or sales: i was chraged twice",
        "Could you classify this ticket as billing, technical or sales?  I was charged twice!"};
    static const char *const DIFFICULT[] = {
        "PROVE THAT THERE ARE INFINITELY MANY PRIMES P SUCH THAT P MOD 4 = 3",
        "pls prove taht there are infinitely many primes p such that p mod 4 = 3, thx"};
    for (size_t i = 0; i < sizeof EASY / sizeof *EASY; i++) assert_true(score_of(w, EASY[i], NULL).score <= threshold);
    for (size_t i = 0; i < sizeof DIFFICULT / sizeof *DIFFICULT; i++)
        assert_true(score_of(w, DIFFICULT[i], NULL).score > threshold);
    weights_free(w);
}

static void score_longer_exam_questions_want_the_frontier_more(void **state) {
    (void)state;
    struct weights *w = built_in();
    float brief = score_of(w, "Which is a metal?\nA. oxygen\nB. iron\nAnswer:", NULL).score;
    float wordy =
        score_of(w,
                 "A chemist heats a sample of an unknown substance for an hour, notes that it conducts current "
                 "and heat, and that it can be drawn into a wire. Which is it most likely?\nA. oxygen\nB. iron\n"
                 "Answer:",
                 NULL)
            .score;
    assert_true(wordy > brief);
    weights_free(w);
}

static void score_tells_the_unforeseen_from_the_known(void **state) {
    (void)state;
    struct weights *w = built_in();
    static const char *const KNOWN[] = {"what is my account balance", "set an alarm for seven tomorrow",
                                        "i lost my card, can you block it"};
    static const char *const OUTSIDE[] = {"how many moons does jupiter have", "who painted the ceiling of the chapel"};
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++)
        for (size_t j = 0; j < sizeof OUTSIDE / sizeof *OUTSIDE; j++)
            assert_true(score_of(w, KNOWN[i], NULL).ambiguity < score_of(w, OUTSIDE[j], NULL).ambiguity);
    weights_free(w);
}

static void score_values_stay_in_their_ranges(void **state) {
    (void)state;
    struct weights *w = built_in();
    static const char *const ODD[] = {
        "",  " ",          "?",          "\xff\xfe\x80",
        "a", "1234567890", "{{{{{{{{{{", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    for (size_t i = 0; i < sizeof ODD / sizeof *ODD; i++) {
        struct score s = score_of(w, ODD[i], NULL);
        assert_true(s.score > 0 && s.score < 1 && s.p_local > 0 && s.p_local < 1);
        assert_true(s.complexity >= 0 && s.complexity <= 1 && s.ambiguity >= 0 && s.ambiguity <= 1);
        assert_true(s.output_tokens >= 1 && s.task && *s.task);
    }
    weights_free(w);
}

static void score_and_p_local_run_against_each_other(void **state) {
    (void)state;
    struct weights *w = built_in();
    struct score all[16];
    size_t n = 0;
    for (size_t i = 0; i < sizeof ROUTINE / sizeof *ROUTINE; i++) all[n++] = score_of(w, ROUTINE[i].text, NULL);
    for (size_t i = 0; i < sizeof HARD / sizeof *HARD; i++) all[n++] = score_of(w, HARD[i].text, NULL);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (all[i].score > all[j].score) assert_true(all[i].p_local < all[j].p_local);
    weights_free(w);
}

static void score_expects_no_more_than_the_caller_allows(void **state) {
    (void)state;
    struct weights *w = built_in();
    struct score s;
    struct intent_input in = {.text = span_from(HARD[3].text), .max_tokens = -1};
    intent_score(w, &in, &s);
    assert_true(s.output_tokens > 100);
    in.max_tokens = 7;
    intent_score(w, &in, &s);
    assert_int_equal(s.output_tokens, 7);
    weights_free(w);
}

static void score_threshold_rises_with_the_local_share(void **state) {
    (void)state;
    struct weights *w = built_in();
    assert_true(weights_threshold(w, 0) == 0 && weights_threshold(w, -1) == 0 &&
                weights_threshold(w, (double)NAN) == 0);
    assert_true(weights_threshold(w, 1) == 1 && weights_threshold(w, 2) == 1);
    float last = 0;
    for (int i = 1; i < 1000; i++) {
        float t = weights_threshold(w, i / 1000.0);
        assert_true(t >= last && t <= 1);
        last = t;
    }
    weights_free(w);
}

static void score_explains_with_its_strongest_terms_first(void **state) {
    (void)state;
    struct weights *w = built_in();
    struct intent_term terms[8];
    struct intent_input in = {.text = SPAN("Prove that every prime p has a primitive root. Prove that it is unique."),
                              .max_tokens = -1};
    size_t n = intent_explain(w, &in, terms, 8);
    assert_int_equal(n, 8);
    bool prove = false;
    for (size_t i = 0; i < n; i++) {
        if (i) assert_true(fabsf(terms[i].weight) <= fabsf(terms[i - 1].weight));
        for (size_t j = 0; j < i; j++) assert_string_not_equal(terms[i].text, terms[j].text);
        prove |= strstr(terms[i].text, "Prove") && terms[i].weight > 0;
    }
    assert_true(prove);
    assert_int_equal(intent_explain(w, &in, terms, 0), 0);
    weights_free(w);
}

static void score_terms_cut_long_words_at_whole_characters(void **state) {
    (void)state;
    struct weights *w = built_in();
    char text[400] = "";
    for (int i = 0; i < 60; i++) strncat(text, "\xc3\xa4\xc3\xb6", sizeof text - strlen(text) - 1);
    struct intent_term terms[16];
    struct intent_input in = {.text = span_from(text), .max_tokens = -1};
    size_t n = intent_explain(w, &in, terms, 16);
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(terms[i].text);
        assert_true(len < sizeof terms[i].text);
        if (terms[i].text[0] == '\xc3') assert_int_equal(len % 2, 0);
    }
    weights_free(w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(score_keeps_everyday_tasks_local_and_names_them),
        cmocka_unit_test(score_sends_hard_tasks_to_the_frontier_and_names_them),
        cmocka_unit_test(score_does_not_turn_on_a_plain_system_text),
        cmocka_unit_test(score_reads_the_task_from_the_system_text),
        cmocka_unit_test(score_of_a_follow_up_is_that_of_its_conversation),
        cmocka_unit_test(score_knows_routine_and_hard_in_other_languages),
        cmocka_unit_test(score_decides_the_same_when_the_wording_is_disturbed),
        cmocka_unit_test(score_longer_exam_questions_want_the_frontier_more),
        cmocka_unit_test(score_tells_the_unforeseen_from_the_known),
        cmocka_unit_test(score_values_stay_in_their_ranges),
        cmocka_unit_test(score_and_p_local_run_against_each_other),
        cmocka_unit_test(score_expects_no_more_than_the_caller_allows),
        cmocka_unit_test(score_threshold_rises_with_the_local_share),
        cmocka_unit_test(score_explains_with_its_strongest_terms_first),
        cmocka_unit_test(score_terms_cut_long_words_at_whole_characters),
    };
    return RUN(tests);
}
