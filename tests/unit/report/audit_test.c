// The audit and the replay over small logs whose answers can be worked out by hand.
#include "report/audit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ledger/insert.h"
#include "report/replay.h"
#include "test.h"

#define NOW_US 1790000000000000

static char path[] = "/tmp/sluice-audit-XXXXXX";

static void write_log(const char *text) {
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static json_t *audit_with(const char *text, struct audit_options *o) {
    struct err e = {""};
    write_log(text);
    o->intake.reader.now_us = NOW_US;
    struct audit *a = audit_new(config_defaults(), o, &e);
    if (!a || audit_read(a, path, &e) != 0) fail_msg("%s", e.text);
    json_t *report = audit_report(a, &e);
    if (!report) fail_msg("%s", e.text);
    audit_free(a);
    return report;
}

static struct audit_options plain_options(void) {
    struct audit_options o = {.routine = NAN, .sample = JUDGE_SAMPLE};
    for (int i = 0; i < SAVINGS_INPUTS; i++) o.costs[i] = NAN;
    return o;
}

static json_t *audit(const char *text) {
    struct audit_options o = plain_options();
    return audit_with(text, &o);
}

static double number(const json_t *o, const char *key) {
    return json_number_value(json_object_get(o, key));
}

static const char *text_of(const json_t *o, const char *key) {
    return json_string_value(json_object_get(o, key));
}

#define HEAD "time,model,input_tokens,output_tokens,cost_usd,latency_ms,status\n"

static void audit_money_reconciles_to_the_cent(void **state) {
    (void)state;
    char log[8192];
    size_t n = (size_t)snprintf(log, sizeof log, HEAD);
    // 0.1 + 0.2 and the like, a hundred times: doubles would drift
    for (int i = 0; i < 100; i++)
        n += (size_t)snprintf(log + n, sizeof log - n, "2026-01-%02d,gpt-5.2,1000,1000,0.1,5,200\n", i % 28 + 1);
    n += (size_t)snprintf(log + n, sizeof log - n, "2026-01-01,nobody-knows,10,10,0.005,5,200\n");
    json_t *r = audit(log), *spend = json_object_get(r, "spend");
    assert_string_equal(text_of(spend, "logged_usd"), "10.01"); // 10.005
    assert_string_equal(text_of(spend, "book_usd"), "1.58");    // 100 * (0.00175 + 0.014)
    assert_string_equal(text_of(spend, "difference_usd"), "-8.43");
    assert_int_equal(number(spend, "book_unknown_rows"), 1);
    assert_string_equal(json_string_value(json_array_get(json_object_get(spend, "unknown_models"), 0)), "nobody-knows");
    assert_true(fabs(number(r, "spend_usd") - 1.58) < 1e-9); // by the book, and 0.005 as logged
    assert_string_equal(text_of(json_object_get(r, "saving"), "basis"), "mixed");
    assert_int_equal(number(r, "requests"), 101);
    assert_int_equal(number(r, "days"), 28);
    json_decref(r);
}

static void audit_tiers_and_caches_cost_what_the_book_says(void **state) {
    (void)state;
    json_t *r = audit("model,input_tokens,output_tokens,cached_tokens\ndeepseek-chat,1000000,1000000,500000\n");
    // 0.5M at 0.28, 0.5M at 0.028, 1M at 0.42
    assert_string_equal(text_of(json_object_get(r, "spend"), "book_usd"), "0.57");
    assert_true(fabs(number(r, "spend_usd") - 0.574) < 1e-9);
    json_decref(r);
}

static void audit_bills_and_other_currencies_are_apart(void **state) {
    (void)state;
    json_t *r = audit("start_time,end_time,amount_value,amount_currency,line_item\n"
                      "1769817600,1769904000,5.5,usd,\"gpt-5.2, input\"\n1769817600,1769904000,7,eur,x\n");
    const json_t *spend = json_object_get(r, "spend");
    assert_string_equal(text_of(spend, "billed_usd"), "5.50");
    assert_true(json_is_null(json_object_get(spend, "logged_usd")));
    const json_t *other = json_array_get(json_object_get(spend, "other_currencies"), 0);
    assert_string_equal(text_of(other, "currency"), "EUR");
    assert_string_equal(text_of(other, "amount"), "7.00");
    assert_true(json_is_null(json_object_get(r, "requests")));
    assert_true(json_is_null(json_object_get(r, "input_tokens")));
    // what left is as unknown as the tokens
    assert_true(json_is_null(json_object_get(json_array_get(json_object_get(r, "leaks"), 2), "value")));
    assert_string_equal(text_of(r, "precision"), "totals");
    json_decref(r);
}

static void audit_without_prompts_gives_a_range_and_no_share(void **state) {
    (void)state;
    json_t *r = audit(HEAD "2026-01-01,gpt-5.2,200,300,,100,200\n2026-01-28,gpt-5.2,200,300,,200,429\n");
    assert_string_equal(text_of(r, "precision"), "sizes");
    assert_true(json_is_null(json_object_get(r, "routine_percent")));
    assert_int_equal(number(r, "routine_percent_low"), 0);
    assert_int_equal(number(r, "routine_percent_high"), 100);
    assert_string_equal(text_of(json_object_get(r, "saving"), "local_share_source"), "assumed");
    assert_true(json_is_null(json_object_get(json_object_get(r, "rule"), "routine_met")));
    assert_int_equal(number(r, "output_token_percent"), 60);
    assert_true(json_is_false(json_object_get(json_object_get(r, "rule"), "output_met"))); // 60 is not above 60
    const json_t *ops = json_array_get(json_object_get(r, "leaks"), 3);
    assert_int_equal(number(ops, "failed_percent"), 50);
    assert_int_equal(number(ops, "throttled_percent"), 50);
    json_decref(r);
}

static void audit_claimed_share_makes_the_articles_verdict(void **state) {
    (void)state;
    // the article's scenario, as a report of totals: 10M requests a month of 200 and 300 tokens
    struct audit_options o = plain_options();
    o.routine = 0.85;
    o.costs[SAVINGS_OPS] = 1500;
    const char *log =
        "start_time,num_model_requests,model,input_tokens,output_tokens\n"
        "2026-01-01,5000000,gpt-5.2,1000000000,1500000000\n2026-01-30,5000000,gpt-5.2,1000000000,1500100000\n";
    json_t *r = audit_with(log, &o);
    const json_t *s = json_object_get(r, "saving");
    double month = 365.0 / 12 / 30; // the log has 30 days
    assert_true(fabs(number(s, "baseline_usd_per_month") - 45501.4 * month) < 1);
    assert_true(fabs(number(s, "routed_usd_per_month") - (6825.21 * month + 1500)) < 1);
    assert_string_equal(text_of(r, "verdict"), "strong-candidate");
    assert_string_equal(text_of(r, "recommendation"), "hybrid");
    assert_string_equal(text_of(r, "routine_source"), "claimed");
    json_decref(r);
}

static void audit_prompts_are_judged_by_gate_and_score(void **state) {
    (void)state;
    // the number is put together so that no literal looks like a card
    json_t *r = audit("{\"prompt\":\"Classify this ticket as billing or technical: I was charged "
                      "twice\",\"input_tokens\":20,\"output_tokens\":2,\"model\":\"gpt-5.2\"}\n"
                      "{\"prompt\":\"Charge card 4111"
                      "1111"
                      "1111"
                      "1111 please\",\"input_tokens\":20,\"output_tokens\":2,\"model\":\"gpt-5.2\"}\n");
    assert_string_equal(text_of(r, "precision"), "prompts");
    assert_int_equal(number(json_object_get(r, "judged"), "requests"), 2);
    assert_int_equal(number(r, "sensitive_percent"), 50);
    json_decref(r);
}

static void audit_sample_is_even_and_bounded(void **state) {
    (void)state;
    struct sample s = {.most = 1000};
    uint64_t taken = 0;
    for (int i = 0; i < 100000; i++) {
        int level = sample_offer(&s);
        if (level < 0) continue;
        sample_count(&s, level);
        taken++;
    }
    assert_true(s.total <= 1000 && s.total >= 300);
    assert_true(s.least >= 6);
    assert_true(taken < 10000);
}

// ---------------------------------------------------------------- replay

static json_t *replay(const char *text, const char *set, double keep) {
    struct err e = {""};
    struct config *config = config_defaults();
    struct replay_options o = {.frontier = "gpt-5.2", .keep_quality = keep};
    write_log(text);
    o.intake.reader.now_us = NOW_US;
    if (set) assert_int_equal(config_set(config, set, &e), 0);
    struct replay *r = replay_new(config, &o, &e);
    if (!r || replay_read(r, path, &e) != 0) fail_msg("%s", e.text);
    json_t *report = replay_report(r, &e);
    if (!report) fail_msg("%s", e.text);
    replay_free(r);
    return report;
}

// The ledger as the file that a server writes.
static void audit_reads_the_file_of_a_ledger(void **state) {
    (void)state;
    char db[] = "/tmp/sluice-audit-ledger-XXXXXX";
    struct store s;
    struct err e = {""};
    int made = mkstemp(db);
    assert_true(made >= 0);
    close(made);
    unlink(db);
    assert_int_equal(store_open(&s, db, &e), 0);
    struct ledger_row rows[3];
    for (int i = 0; i < 3; i++) {
        rows[i] = (struct ledger_row){.started_us = 1769860800000000 + i,
                                      .input_tokens = 1000,
                                      .output_tokens = 1000,
                                      .cached_tokens = -1,
                                      .cache_write_tokens = -1,
                                      .cache_write_1h_tokens = -1,
                                      .reasoning_tokens = -1,
                                      .cost_usd = 0.01575,
                                      .baseline_usd = NAN,
                                      .ttft_us = 250000,
                                      .total_us = 900000,
                                      .score = i ? 0.1f : 0.9f,
                                      .status = i == 1 ? 429 : 200,
                                      .throttles = i == 1};
        snprintf(rows[i].id, sizeof rows[i].id, "r%d", i);
        snprintf(rows[i].model, sizeof rows[i].model, "gpt-5.2");
        snprintf(rows[i].route, sizeof rows[i].route, "frontier");
        rows[i].bytes_out[ZONE_US] = 400;
    }
    assert_int_equal(store_begin(&s, &e), 0);
    assert_int_equal(insert(&s, rows, 3, &e), 0);
    assert_int_equal(store_commit(&s, &e), 0);
    struct audit_options o = plain_options();
    o.intake.reader.now_us = NOW_US;
    struct audit *a = audit_new(config_defaults(), &o, &e);
    assert_int_equal(audit_read(a, db, &e), 0);
    json_t *r = audit_report(a, &e);
    assert_int_equal(number(r, "requests"), 3);
    assert_string_equal(text_of(r, "routine_source"), "ledger");
    assert_string_equal(text_of(json_object_get(r, "spend"), "logged_usd"), "0.05"); // 0.04725
    assert_string_equal(text_of(json_object_get(r, "spend"), "difference_usd"), "0.00");
    assert_true(fabs(number(r, "latency_p95_ms") - 900) < 4 && fabs(number(r, "ttft_p95_ms") - 250) < 1);
    assert_false(json_is_true(json_object_get(json_array_get(json_object_get(r, "leaks"), 2), "estimated")));
    assert_string_equal(text_of(json_array_get(json_object_get(r, "files"), 0), "container"), "SQLite");
    json_decref(r);
    audit_free(a);
    store_close(&s);
    unlink(db);
}

static void audit_of_a_ledger_has_no_unknown_price_for_local_answers(void **state) {
    (void)state;
    json_t *r = audit("started_us,asked_model,model,route,receipt,input_tokens,output_tokens,cost_usd,total_us,score,"
                      "sensitive\n"
                      "1769860800000000,auto,gpt-5.2,frontier,x,1000,1000,0.01575,5,0.9,0\n"
                      "1769860800000001,auto,tiny,local,x,1000,1000,0,5,0.1,0\n"
                      "1769860800000002,auto,nobody-knows,frontier,x,1000,1000,,5,0.1,0\n");
    const json_t *spend = json_object_get(r, "spend"), *unknown = json_object_get(spend, "unknown_models");
    assert_int_equal(number(spend, "book_rows"), 2);
    assert_int_equal(number(spend, "book_unknown_rows"), 1);
    assert_int_equal(json_array_size(unknown), 1);
    assert_string_equal(json_string_value(json_array_get(unknown, 0)), "nobody-knows");
    json_decref(r);
}

static void replay_of_a_ledger_decides_by_its_scores(void **state) {
    (void)state;
    static const char LOG[] = "started_us,asked_model,model,route,receipt,input_tokens,output_tokens,cost_usd,total_us,"
                              "score,sensitive,bytes_out_any\n"
                              "1769860800000000,auto,gpt-5.2,frontier,x,1000,1000,0.01575,5,0.9,0,400\n"
                              "1769860800000001,auto,gpt-5.2,frontier,x,1000,1000,0.01575,5,0.1,0,400\n"
                              "1769860800000002,auto,tiny,local,x,1000,1000,0,5,0.99,1,0\n";
    json_t *r = replay(LOG, "routing.target_local_share=0", 0.98);
    assert_string_equal(text_of(r, "precision"), "decisions");
    assert_int_equal(number(r, "requests"), 3);
    assert_true(fabs(number(json_object_get(r, "before"), "cost_usd") - 0.0315) < 1e-9);
    assert_true(fabs(number(json_object_get(r, "after"), "local_share") - 1.0 / 3) < 1e-3); // the sensitive one
    json_decref(r);
    r = replay(LOG, "routing.target_local_share=1", 0.98);
    assert_true(number(json_object_get(r, "after"), "local_share") == 1);
    assert_true(number(json_object_get(r, "after"), "cost_usd") == 0);
    assert_int_equal(number(r, "egress_avoided_bytes"), 800);
    assert_true(json_is_null(json_object_get(r, "cheapest")));
    json_decref(r);
}

static void replay_without_prompts_says_that_it_only_shares(void **state) {
    (void)state;
    json_t *r = replay("model,input_tokens,output_tokens\ngpt-5.2,1000,0\ngpt-5.2,3000,0\n",
                       "routing.target_local_share=0.5", 0.98);
    assert_string_equal(text_of(r, "precision"), "shares");
    const json_t *after = json_object_get(r, "after");
    assert_true(fabs(number(after, "cost_usd") - 0.0035) < 1e-9);
    assert_true(fabs(number(after, "cost_usd_low") - 0.00175) < 1e-9);
    assert_true(fabs(number(after, "cost_usd_high") - 0.00525) < 1e-9);
    json_decref(r);
}

// Routine requests are as good locally, hard ones are not: the cheapest setting that keeps all is the share of the
// first.
static void sweep_names_the_cheapest_setting_that_keeps_quality(void **state) {
    (void)state;
    struct sweep s = {.replicates = NULL};
    for (int i = 0; i < 1000; i++) {
        bool hard = i % 4 == 0;
        struct sweep_row row = {.priced = true, .cost = 1000, .bytes = 10, .weak = hard ? 0 : 1, .strong = 1};
        sweep_add(&s, hard ? 0.9 : 0.2, &row);
    }
    struct sweep_point p;
    assert_true(sweep_cheapest(&s, 0.999, true, &p));
    assert_true(p.target == 0.75 && p.local_share == 0.75 && p.cost == 250000 && p.bytes == 2500 && p.kept == 1);
    assert_true(sweep_cheapest(&s, 0.5, true, &p));
    assert_true(p.target == 1 && p.cost == 0 && fabs(p.kept - 0.75) < 1e-9);
    assert_true(p.kept_low < 0.75 && p.kept_low > 0.70 && p.kept_high > 0.75 && p.kept_high < 0.80);
    assert_int_equal(sweep_outcomes(&s), 1000);
    p = sweep_at(&s, 0);
    assert_true(p.local_share == 0 && p.kept == 1 && p.cost == 1000000);
    sweep_release(&s);
}

// A log of two scores, 0.2 and 0.9, that tells of each side how many of its answers there served.
static void add_answers(struct buf *log, const char *route, double score, int served, int not_served, int untold) {
    for (int i = 0; i < served + not_served + untold; i++)
        buf_printf(log, "gpt-5.2,%s,%.1f,0,1000,1000,%s\n", route, score,
                   i < served                ? "1"
                   : i < served + not_served ? "0"
                                             : "");
}

static double estimate(const json_t *o, const char *key, const char *part) {
    return number(json_object_get(o, key), part);
}

static void replay_refuses_a_quality_above_one(void **state) {
    (void)state;
    json_t *r = replay("prompt,weak,strong\nhello,0.5,1\nhello,0.5,1.5\nhello,-0.1,1\n", NULL, 0.98);
    assert_int_equal(number(r, "outcomes"), 1);
    assert_int_equal(number(r, "bad_rows"), 2);
    assert_string_equal(text_of(json_array_get(json_object_get(r, "bad"), 0), "why"), "strong is not from 0 to 1");
    json_decref(r);
}

static void replay_estimates_from_outcomes_of_one_side(void **state) {
    (void)state;
    struct buf log;
    buf_init(&log, 1 << 20);
    buf_add_z(&log, "model,route,score,sensitive,input_tokens,output_tokens,quality\n");
    add_answers(&log, "local", 0.2, 90, 10, 100);
    add_answers(&log, "frontier", 0.2, 48, 2, 50);
    add_answers(&log, "local", 0.9, 10, 9, 0); // one too few
    add_answers(&log, "frontier", 0.9, 20, 0, 61);
    json_t *r = replay(log.at, "routing.target_local_share=0.75", 0.98);
    const json_t *told = json_object_get(r, "one_sided"), *bands = json_object_get(told, "bands");
    const json_t *easy = json_array_get(bands, 0), *hard = json_array_get(bands, 1);
    assert_int_equal(number(r, "outcomes"), 0);
    assert_int_equal(number(told, "local_outcomes"), 119);
    assert_int_equal(number(told, "frontier_outcomes"), 70);
    assert_int_equal(json_array_size(bands), 2);
    assert_int_equal(number(easy, "requests"), 300);
    // Wilson's interval of 90 of 100
    assert_true(estimate(easy, "local_served", "value") == 0.9);
    assert_true(fabs(estimate(easy, "local_served", "low") - 0.8256) < 1e-4);
    assert_true(fabs(estimate(easy, "local_served", "high") - 0.9448) < 1e-4);
    // 0.96 (0.8654 to 0.9890) less that: -0.0446 and 0.1387 by hand
    assert_true(fabs(estimate(easy, "quality_lost", "value") - 0.06) < 1e-9);
    assert_true(fabs(estimate(easy, "quality_lost", "low") - (0.06 - hypot(0.96 - 0.8654, 0.9448 - 0.9))) < 2e-4);
    assert_true(fabs(estimate(easy, "quality_lost", "high") - (0.06 + hypot(0.9890 - 0.96, 0.9 - 0.8256))) < 2e-4);
    assert_true(json_is_null(json_object_get(hard, "local_served")));
    assert_true(json_is_null(json_object_get(hard, "quality_lost")));
    assert_true(estimate(hard, "frontier_served", "value") == 1);
    // the dial at 75 %: only the first band stays local, so a quarter of the requests loses nothing
    const json_t *at = json_array_get(json_object_get(r, "sweep"), 15),
                 *all = json_array_get(json_object_get(r, "sweep"), 20);
    assert_true(estimate(at, "local_served", "value") == 0.9 && number(at, "local_served_covers") == 1);
    assert_true(fabs(estimate(at, "quality_lost", "value") - 0.06 * 0.75) < 1e-9);
    assert_true(json_is_null(json_object_get(all, "quality_lost")));
    assert_true(number(all, "local_served_covers") == 0.75);
    assert_true(json_is_null(json_object_get(r, "cheapest")));
    json_decref(r);
    buf_free(&log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audit_money_reconciles_to_the_cent),
        cmocka_unit_test(audit_tiers_and_caches_cost_what_the_book_says),
        cmocka_unit_test(audit_bills_and_other_currencies_are_apart),
        cmocka_unit_test(audit_without_prompts_gives_a_range_and_no_share),
        cmocka_unit_test(audit_claimed_share_makes_the_articles_verdict),
        cmocka_unit_test(audit_prompts_are_judged_by_gate_and_score),
        cmocka_unit_test(audit_sample_is_even_and_bounded),
        cmocka_unit_test(audit_reads_the_file_of_a_ledger),
        cmocka_unit_test(audit_of_a_ledger_has_no_unknown_price_for_local_answers),
        cmocka_unit_test(replay_of_a_ledger_decides_by_its_scores),
        cmocka_unit_test(replay_without_prompts_says_that_it_only_shares),
        cmocka_unit_test(replay_refuses_a_quality_above_one),
        cmocka_unit_test(replay_estimates_from_outcomes_of_one_side),
        cmocka_unit_test(sweep_names_the_cheapest_setting_that_keeps_quality),
    };
    int made = mkstemp(path);
    if (made < 0) return 1;
    close(made);
    int failed = RUN(tests);
    unlink(path);
    return failed;
}
