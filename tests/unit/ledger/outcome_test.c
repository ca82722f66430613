#include "ledger/outcome.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "directory.h"
#include "ledger/store.h"
#include "test.h"
#include "wire/json.h"

static struct ledger *opened(int64_t commit_ms) {
    struct config c = {.ledger = {.path = path, .queue_rows = 64, .commit_rows = 1000, .commit_ms = commit_ms}};
    struct err e = {""};
    struct ledger *l = ledger_open(&c, &e);
    assert_string_equal(e.text, "");
    return l;
}

static void file(struct ledger *l, const char *id) {
    struct ledger_row row = {.started_us = 1};
    span_copy_z(row.id, sizeof row.id, id);
    assert_true(ledger_reserve(l));
    ledger_file(l, &row);
}

static struct ledger_outcome outcome(const char *id, enum outcome_source source, int success, float score) {
    struct ledger_outcome o = {.at_us = 5, .source = source, .by_local = true, .success = success, .score = score};
    span_copy_z(o.id, sizeof o.id, id);
    span_copy_z(o.local_model, sizeof o.local_model, "tiny");
    span_copy_z(o.frontier_model, sizeof o.frontier_model, "large");
    return o;
}

enum { MOST = 16 };
struct found {
    struct ledger_outcome at[MOST];
    uint8_t samples[MOST][8];
    int count;
};

static int keep(void *context, const struct ledger_outcome *o) {
    struct found *f = context;
    assert_true(f->count < MOST && o->sample_len <= 8);
    if (o->sample_len) memcpy(f->samples[f->count], o->sample, o->sample_len);
    f->at[f->count++] = *o;
    return 0;
}

static struct found stored(void) {
    struct found f = {.count = 0};
    struct err e = {""};
    int64_t n = ledger_read_outcomes(path, 0, keep, &f, &e);
    assert_int_equal(n, f.count);
    return f;
}

static void outcome_is_kept_with_every_field(void **state) {
    (void)state;
    struct ledger *l = opened(5);
    struct ledger_outcome o = outcome("a", OUTCOME_VALIDATOR, OUTCOME_GOOD, 0.25f);
    o.sample = (const uint8_t *)"\0\1\2";
    o.sample_len = 3;
    assert_true(ledger_add_outcome(l, &o));
    ledger_close(l);
    struct found f = stored();
    assert_int_equal(f.count, 1);
    assert_string_equal(f.at[0].id, "a");
    assert_int_equal(f.at[0].at_us, 5);
    assert_int_equal(f.at[0].source, OUTCOME_VALIDATOR);
    assert_true(f.at[0].by_local);
    assert_string_equal(f.at[0].local_model, "tiny");
    assert_string_equal(f.at[0].frontier_model, "large");
    assert_int_equal(f.at[0].success, OUTCOME_GOOD);
    assert_true(f.at[0].score == 0.25f);
    assert_int_equal(f.at[0].sample_len, 3);
    assert_memory_equal(f.samples[0], "\0\1\2", 3);
}

static void outcome_not_told_is_unknown_not_zero(void **state) {
    (void)state;
    struct ledger *l = opened(5);
    struct ledger_outcome o = outcome("a", OUTCOME_FEEDBACK, OUTCOME_UNKNOWN, NAN);
    assert_true(ledger_add_outcome(l, &o));
    ledger_close(l);
    struct found f = stored();
    assert_int_equal(f.at[0].success, OUTCOME_UNKNOWN);
    assert_true(isnan(f.at[0].score));
    assert_int_equal(f.at[0].sample_len, 0);
}

static void outcome_of_one_source_is_replaced_and_others_stay(void **state) {
    (void)state;
    struct ledger *l = opened(5);
    const struct ledger_outcome all[] = {
        outcome("a", OUTCOME_FEEDBACK, OUTCOME_GOOD, NAN), outcome("a", OUTCOME_ESCALATION, OUTCOME_BAD, NAN),
        outcome("b", OUTCOME_FEEDBACK, OUTCOME_GOOD, NAN), outcome("a", OUTCOME_FEEDBACK, OUTCOME_BAD, 0.5f)};
    for (size_t i = 0; i < 4; i++) assert_true(ledger_add_outcome(l, &all[i]));
    ledger_close(l);
    struct found f = stored();
    assert_int_equal(f.count, 3);
    assert_int_equal(f.at[0].source, OUTCOME_ESCALATION);
    assert_int_equal(f.at[1].source, OUTCOME_FEEDBACK);
    assert_int_equal(f.at[1].success, OUTCOME_BAD);
    assert_true(f.at[1].score == 0.5f);
    assert_string_equal(f.at[2].id, "b");
}

static void outcome_is_refused_when_the_queue_is_full(void **state) {
    (void)state;
    struct ledger *l = opened(1000);
    struct ledger_outcome o = outcome("a", OUTCOME_FEEDBACK, OUTCOME_GOOD, NAN);
    for (int i = 0; i < 64; i++) assert_true(ledger_add_outcome(l, &o));
    assert_false(ledger_add_outcome(l, &o));
    ledger_close(l);
}

static void outcome_goes_with_its_row(void **state) {
    (void)state;
    struct ledger *l = opened(5);
    file(l, "a");
    file(l, "b");
    const struct ledger_outcome a = outcome("a", OUTCOME_FEEDBACK, OUTCOME_GOOD, NAN);
    const struct ledger_outcome b = outcome("b", OUTCOME_FEEDBACK, OUTCOME_GOOD, NAN);
    assert_true(ledger_add_outcome(l, &a) && ledger_add_outcome(l, &b));
    ledger_close(l);
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "DELETE FROM request WHERE id = 'a'", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    struct found f = stored();
    assert_int_equal(f.count, 1);
    assert_string_equal(f.at[0].id, "b");
}

static void outcome_json_is_strict(void **state) {
    (void)state;
    struct ledger_outcome o = outcome("a\"b", OUTCOME_FEEDBACK, OUTCOME_UNKNOWN, 0.5f);
    struct buf b;
    struct json_doc doc = {0};
    size_t at;
    buf_init(&b, 4096);
    ledger_outcome_json(&o, &b);
    const struct json_limits limits = {8, 64};
    assert_int_equal(json_parse(&doc, buf_span(&b), &limits, &at), JSON_OK);
    assert_true(json_text_is(&doc, json_get(&doc, 0, "id"), "a\"b"));
    assert_true(json_is(&doc, json_get(&doc, 0, "success"), JSON_NULL));
    assert_true(json_text_is(&doc, json_get(&doc, 0, "answered_by"), "local"));
    json_free(&doc);
    buf_free(&b);
}

// ---------------------------------------------------------------- log-probabilities

static void file_sure(struct ledger *l, const char *id, const char *line, float mean) {
    struct ledger_row row = {.started_us = 1, .logprob_mean = mean, .logprob_least = mean * 2};
    span_copy_z(row.id, sizeof row.id, id);
    span_copy_z(row.line, sizeof row.line, line);
    span_copy_z(row.task, sizeof row.task, "extract");
    assert_true(ledger_reserve(l));
    ledger_file(l, &row);
}

static void tell(struct ledger *l, struct ledger_outcome o) {
    assert_true(ledger_add_outcome(l, &o));
}

struct sure {
    char ids[64];
    float mean, least, quality;
};

static void keep_sure(void *context, const struct ledger_confidence *c) {
    struct sure *s = context;
    strcat(s->ids, c->id);
    s->mean = c->mean;
    s->least = c->least;
    s->quality = c->quality;
    assert_string_equal(c->task, "extract");
}

static void confidence_is_read_of_local_answers_that_no_line_sorted(void **state) {
    (void)state;
    struct sure s = {.ids = ""};
    struct err e = {""};
    struct ledger *l = opened(5);
    file_sure(l, "a", "none", -0.25f);
    file_sure(l, "b", "learned -0.1 -", -0.25f); // it had a line to reach
    file_sure(l, "c", "none", NAN);              // nothing was told
    file_sure(l, "d", "none", -0.25f);           // no outcome
    file_sure(l, "e", "none", -0.25f);           // the frontier answered in the end
    tell(l, outcome("a", OUTCOME_ESCALATION, OUTCOME_BAD, NAN));
    tell(l, outcome("a", OUTCOME_FEEDBACK, OUTCOME_BAD, 0.75f)); // the better word, and its score
    tell(l, outcome("b", OUTCOME_FEEDBACK, OUTCOME_GOOD, NAN));
    tell(l, outcome("c", OUTCOME_FEEDBACK, OUTCOME_GOOD, NAN));
    struct ledger_outcome far = outcome("e", OUTCOME_FEEDBACK, OUTCOME_GOOD, NAN);
    far.by_local = false;
    tell(l, far);
    ledger_close(l);
    assert_int_equal(ledger_read_confidence(path, "tiny", keep_sure, &s, &e), 1);
    assert_string_equal(s.ids, "a");
    assert_true(s.mean == -0.25f && s.least == -0.5f && s.quality == 0.75f);
    assert_int_equal(ledger_read_confidence(path, "other", keep_sure, &s, &e), 0);
    assert_int_equal(ledger_read_confidence("/nowhere/ledger.db", "tiny", keep_sure, &s, &e), -1);
}

// ---------------------------------------------------------------- rows

static void row_is_found_before_it_is_written(void **state) {
    (void)state;
    struct ledger *l = opened(1000);
    struct ledger_row row;
    char id[16];
    for (int i = 0; i < 50; i++) { // more than a chunk
        snprintf(id, sizeof id, "r%d", i);
        file(l, id);
    }
    assert_true(ledger_find_waiting(l, "r0", &row));
    assert_string_equal(row.id, "r0");
    assert_true(ledger_find_waiting(l, "r49", &row));
    assert_string_equal(row.id, "r49");
    assert_false(ledger_find_waiting(l, "r50", &row));
    ledger_close(l);
}

static void row_is_read_from_the_file(void **state) {
    (void)state;
    struct err e = {""};
    struct ledger *l = opened(5);
    file(l, "a");
    file(l, "b");
    file(l, "c");
    ledger_close(l);
    struct ledger_row rows[3];
    assert_int_equal(ledger_read_row(path, "b", rows, &e), 1);
    assert_string_equal(rows[0].id, "b");
    assert_int_equal(ledger_read_row(path, "d", rows, &e), 0);
    assert_int_equal(ledger_read_newest(path, 2, rows, &e), 2);
    assert_string_equal(rows[0].id, "c");
    assert_string_equal(rows[1].id, "b");
    assert_int_equal(ledger_read_row("/nowhere/ledger.db", "b", rows, &e), -1);
    assert_true(e.text[0]);
}

#define OUTCOME_TEST(f) cmocka_unit_test_setup_teardown(f, make_directory, remove_directory)

int main(void) {
    const struct CMUnitTest tests[] = {
        OUTCOME_TEST(outcome_is_kept_with_every_field),
        OUTCOME_TEST(outcome_not_told_is_unknown_not_zero),
        OUTCOME_TEST(outcome_of_one_source_is_replaced_and_others_stay),
        OUTCOME_TEST(outcome_is_refused_when_the_queue_is_full),
        OUTCOME_TEST(outcome_goes_with_its_row),
        cmocka_unit_test(outcome_json_is_strict),
        OUTCOME_TEST(confidence_is_read_of_local_answers_that_no_line_sorted),
        OUTCOME_TEST(row_is_found_before_it_is_written),
        OUTCOME_TEST(row_is_read_from_the_file),
    };
    return RUN(tests);
}
