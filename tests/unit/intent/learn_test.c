#include "intent/learn.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/embedded.h"
#include "intent/compare.h"
#include "intent/shelf.h"
#include "test.h"

static struct weights *base;

static int load_base(void **state) {
    (void)state;
    struct err e = {""};
    base = weights_load(embedded_weights(), &e);
    return base ? 0 : -1;
}

static int free_base(void **state) {
    (void)state;
    weights_free(base);
    return 0;
}

enum { ROWS = 240 };
enum knows { BOTH, ONE, LOCAL, FRONTIER };

// Every third request is about glaciers, which the local model of these tests does not know.
static const char *const WORDS[] = {"river", "garden", "letter", "engine", "window", "market", "forest", "bridge"};

static void write_text(uint32_t i, char text[static 160]) {
    uint64_t r = (i + 1) * 0x9e3779b97f4a7c15u;
    snprintf(text, 160, "%s the %s of the %s near %s %u %s", i % 2 ? "describe" : "compare", WORDS[r >> 32 & 7],
             WORDS[r >> 40 & 7], WORDS[r >> 48 & 7], i, i % 3 == 0 ? "with its glacier" : "with its harbour");
}

static struct intent_input input_of(const char *text) {
    return (struct intent_input){.text = span_from(text), .user_turns = 1, .max_tokens = -1};
}

static void fill(struct outcomes *o, uint32_t n, enum knows knows) {
    struct sample *s = mem_new(sizeof *s);
    for (uint32_t i = 0; i < n; i++) {
        char text[160];
        write_text(i, text);
        struct intent_input in = input_of(text);
        sample_read(base, &in, s);
        struct outcome_row *row = outcomes_add(o, s);
        if (knows == BOTH || knows == LOCAL || (knows == ONE && i % 2)) row->weak = i % 3 != 0;
        if (knows == BOTH || knows == FRONTIER || (knows == ONE && i % 2 == 0)) row->strong = 1;
        float unused;
        assert_true(sample_score(base, s, true, &row->base_score, &unused));
    }
    outcomes_group(o);
    free(s);
}

static void learn(struct outcomes *o, struct learn_result *r) {
    struct err e = {""};
    struct learn_options options = {.folds = 0};
    int status = learn_fit(o, NULL, &options, r, &e);
    if (status) print_error("%s\n", e.text);
    assert_int_equal(status, 0);
}

static double apgr_in_folds(enum knows knows, struct comparison *c) {
    struct outcomes o = {0};
    struct learn_result r;
    float other[ROWS], truth[ROWS];
    fill(&o, ROWS, knows);
    learn(&o, &r);
    for (uint32_t i = 0; i < ROWS; i++) other[i] = o.at[i].base_score, truth[i] = i % 3 == 0;
    compare_routers(r.sum, other, truth, ROWS, c);
    assert_int_equal(r.used, ROWS);
    assert_int_equal(r.one_sided, knows == BOTH ? 0 : ROWS);
    learn_release(&r);
    outcomes_free(&o);
    return c->apgr;
}

static void learn_finds_what_the_local_model_cannot_do(void **state) {
    (void)state;
    struct comparison c;
    assert_true(apgr_in_folds(BOTH, &c) > 0.8); // the best there is: 0.83
    assert_true(c.gain > 0.1 && c.gain_low > 0 && c.sure > 0.99);
}

static void learn_makes_do_with_outcomes_of_one_side(void **state) {
    (void)state;
    struct comparison c;
    assert_true(apgr_in_folds(ONE, &c) > 0.75);
    assert_true(apgr_in_folds(LOCAL, &c) > 0.8); // nothing known of the frontier: it is taken to answer well
}

static void learn_tells_probabilities(void **state) {
    (void)state;
    struct outcomes o = {0};
    struct learn_result r;
    fill(&o, ROWS, BOTH);
    learn(&o, &r);
    double hard = 0, easy = 0;
    for (uint32_t i = 0; i < ROWS; i++) *(i % 3 ? &easy : &hard) += (double)learned_p_local(&r.learned, r.sum[i]);
    assert_true(hard / (ROWS / 3) < 0.25);
    assert_true(easy / (ROWS - ROWS / 3) > 0.85);
    for (uint32_t q = 1; q < WEIGHTS_QUANTILES; q++) assert_true(r.learned.quantile[q] >= r.learned.quantile[q - 1]);
    learn_release(&r);
    outcomes_free(&o);
}

static void learn_refuses_what_teaches_nothing(void **state) {
    (void)state;
    struct err e = {""};
    struct learn_options options = {.folds = 0};
    struct learn_result r;
    struct outcomes o = {0};
    assert_int_equal(learn_fit(&o, NULL, &options, &r, &e), -1);
    assert_non_null(strstr(e.text, "too few"));
    learn_release(&r);
    fill(&o, ROWS, FRONTIER);
    assert_int_equal(learn_fit(&o, NULL, &options, &r, &e), -1);
    assert_non_null(strstr(e.text, "local model"));
    learn_release(&r);
    outcomes_free(&o);
}

static void learn_of_outcomes_without_a_gap_is_not_better(void **state) {
    (void)state;
    struct outcomes o = {0};
    struct learn_result r;
    struct comparison c;
    float other[ROWS];
    fill(&o, ROWS, BOTH);
    for (uint32_t i = 0; i < ROWS; i++) o.at[i].weak = 1, other[i] = o.at[i].base_score;
    learn(&o, &r);
    compare_routers(r.sum, other, r.gain, ROWS, &c);
    assert_true(isnan(c.gain) && c.sure == 0);
    learn_release(&r);
    outcomes_free(&o);
}

// ---------------------------------------------------------------- files

static void make_folder(char out[static 64]) {
    snprintf(out, 64, "/tmp/sluice-learn-XXXXXX");
    assert_non_null(mkdtemp(out));
}

static void write_learned(const char *path) {
    struct outcomes o = {0};
    struct learn_result r;
    struct err e = {""};
    fill(&o, ROWS, BOTH);
    learn(&o, &r);
    r.learned.header.base = weights_base(base);
    assert_int_equal(shelf_write(path, base, &r.learned, &e), 0);
    learn_release(&r);
    outcomes_free(&o);
}

static void learned_weights_score_and_explain(void **state) {
    (void)state;
    char folder[64], path[96];
    struct err e = {""};
    struct score hard, easy, other;
    struct intent_term terms[8];
    make_folder(folder);
    snprintf(path, sizeof path, "%s/mine.weights", folder);
    write_learned(path);
    struct stat info;
    assert_true(stat(path, &info) == 0 && (size_t)info.st_size < base->header.size + 700000);
    struct weights *w = weights_load_file(path, &e);
    assert_non_null(w);
    assert_non_null(strchr(weights_version(w), '+'));
    struct intent_input in = input_of("Describe the mill of the village with its glacier");
    intent_score(w, &in, &hard);
    intent_score(base, &in, &other);
    assert_true(hard.p_local < 0.4f && fabsf(hard.score + hard.p_local - 1) < 1e-6f);
    assert_string_equal(hard.task, other.task); // of the base
    size_t n = intent_explain(w, &in, terms, 8);
    bool named = false;
    for (size_t i = 0; i < n; i++) named |= strstr(terms[i].text, "glacier") && terms[i].weight > 0;
    assert_true(named);
    in = input_of("Describe the mill of the village with its harbour");
    intent_score(w, &in, &easy);
    assert_true(easy.p_local > 0.7f && easy.score < weights_threshold(w, 0.9));
    weights_free(w);
    unlink(path);
    rmdir(folder);
}

static void learned_weights_know_their_requests(void **state) {
    (void)state;
    struct outcomes o = {0};
    struct learn_result r;
    uint32_t strangers = 0;
    fill(&o, ROWS, BOTH);
    learn(&o, &r);
    for (uint32_t i = 0; i < ROWS; i++)
        assert_true(learned_has_seen(&r.learned, learned_mark(o.bucket + o.at[i].begin, o.at[i].text)));
    for (uint32_t i = 0; i < 1000; i++) strangers += learned_has_seen(&r.learned, learned_mark(&i, 1));
    assert_true(strangers < 50);
    learn_release(&r);
    outcomes_free(&o);
}

static void learned_weights_that_are_damaged_are_refused(void **state) {
    (void)state;
    char folder[64], path[96];
    make_folder(folder);
    snprintf(path, sizeof path, "%s/mine.weights", folder);
    write_learned(path);
    FILE *f = fopen(path, "rb");
    char *bytes = mem_new(2000000);
    size_t n = fread(bytes, 1, 2000000, f), at = base->header.size;
    fclose(f);
    for (size_t i = at; i < n; i += i < at + 300 ? 1 : 7001) {
        struct err e = {""};
        bytes[i] ^= 0x10;
        assert_null(weights_load(span_make(bytes, n), &e));
        assert_true(e.text[0] != 0);
        bytes[i] ^= 0x10;
    }
    for (size_t cut = at + 1; cut < n; cut += 9973) {
        struct err e = {""};
        assert_null(weights_load(span_make(bytes, cut), &e));
    }
    free(bytes);
    unlink(path);
    rmdir(folder);
}

static void add_version(const struct shelf *s, float apgr) {
    struct outcomes o = {0};
    struct learn_result r;
    struct err e = {""};
    fill(&o, 60, BOTH);
    learn(&o, &r);
    r.learned.header.base = weights_base(base);
    r.learned.header.apgr = apgr;
    assert_true(shelf_add(s, base, &r.learned, &e) > 0);
    learn_release(&r);
    outcomes_free(&o);
}

static void shelf_keeps_versions_and_goes_back(void **state) {
    (void)state;
    char folder[64], command[128];
    struct shelf s, other;
    struct err e = {""};
    bool missing;
    size_t n, unreadable;
    make_folder(folder);
    assert_int_equal(shelf_open(&s, folder, "tiny", "big/model", &e), 0);
    assert_int_equal(shelf_open(&other, folder, "tiny", "big_model", &e), 0);
    assert_string_not_equal(s.current, other.current); // whatever the names are made of
    assert_null(shelf_load(&s, &missing, &e));
    assert_true(missing);
    add_version(&s, 0.6f);
    add_version(&s, 0.7f);
    assert_int_equal(shelf_use(&s, 2, &e), 0);
    assert_int_equal(shelf_use(&s, 3, &e), -1); // there is none: what was in use stays
    struct weights *w = shelf_load(&s, &missing, &e);
    assert_true(w && w->learned->header.apgr > 0.65f);
    weights_free(w);
    assert_int_equal(shelf_use(&s, 1, &e), 0);
    struct shelf_version *list = shelf_list(&s, &n, &unreadable);
    assert_true(n == 2 && unreadable == 0 && list[0].in_use && !list[1].in_use && list[1].number == 2);
    free(list);
    assert_int_equal(shelf_use(&s, 0, &e), 0);
    assert_null(shelf_load(&s, &missing, &e));
    assert_true(missing);
    for (int v = 1; v <= 2; v++) {
        snprintf(command, sizeof command, "%.90s/%06d.weights", s.folder, v);
        assert_int_equal(unlink(command), 0);
    }
    assert_int_equal(rmdir(s.folder), 0); // no temporary file is left
    assert_int_equal(rmdir(folder), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(learn_finds_what_the_local_model_cannot_do),
        cmocka_unit_test(learn_makes_do_with_outcomes_of_one_side),
        cmocka_unit_test(learn_tells_probabilities),
        cmocka_unit_test(learn_refuses_what_teaches_nothing),
        cmocka_unit_test(learn_of_outcomes_without_a_gap_is_not_better),
        cmocka_unit_test(learned_weights_score_and_explain),
        cmocka_unit_test(learned_weights_know_their_requests),
        cmocka_unit_test(learned_weights_that_are_damaged_are_refused),
        cmocka_unit_test(shelf_keeps_versions_and_goes_back),
    };
    return cmocka_run_group_tests(tests, load_base, free_base);
}
