#include "intent/lines.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "intent/shelf.h"
#include "test.h"

enum { ROWS = 400 };

// 0 <= it < 1, the same every time.
static float noise(uint32_t i) {
    return (float)((i * 2654435761u) >> 8) / (float)(1u << 24);
}

// Bad answers (every fourth) have a least below -2 in all but one of ten cases, good ones above -2 in all but one of a
// hundred. The mean says nothing.
static void fill(struct line_row rows[static ROWS]) {
    for (uint32_t i = 0; i < ROWS; i++) {
        bool good = i % 4 != 0, odd = good ? i % 100 == 1 : i % 40 == 0;
        float least = (good != odd ? -0.1f : -2.1f) - noise(i);
        rows[i] = (struct line_row){-noise(i + 7000), least, good, i % LINES_FOLDS};
    }
}

static void line_catches_the_bad_and_spares_the_good(void **state) {
    (void)state;
    struct line_row rows[ROWS];
    struct line line;
    fill(rows);
    assert_true(line_fit(rows, ROWS, &line));
    assert_int_equal(line.good, 300);
    assert_int_equal(line.bad, 100);
    assert_true(line.least > -2.2f && line.least < -1);
    assert_true(line.caught >= 85 && line.doubted <= 12);
    uint32_t doubted = 0;
    for (uint32_t i = 0; i < ROWS; i++)
        doubted += rows[i].good && (rows[i].mean < line.mean || rows[i].least < line.least);
    assert_true(doubted <= LINES_FALSE_ALARMS * 300);
}

static void line_of_answers_that_look_alike_doubts_few(void **state) {
    (void)state;
    struct line_row rows[ROWS];
    struct line line;
    for (uint32_t i = 0; i < ROWS; i++)
        rows[i] = (struct line_row){-noise(i), -2 * noise(i + 5000), i % 2, i % LINES_FOLDS};
    assert_true(line_fit(rows, ROWS, &line));
    assert_true(line.caught < 30 && line.doubted < 20); // of 200 each
    for (uint32_t i = 0; i < ROWS; i++) rows[i].mean = rows[i].least = -1;
    assert_true(line_fit(rows, ROWS, &line));
    assert_true(line.caught == 0 && line.doubted == 0 && isinf(line.mean) && isinf(line.least));
}

static void line_needs_outcomes_of_both_kinds(void **state) {
    (void)state;
    struct line_row rows[ROWS];
    struct line line;
    fill(rows);
    assert_false(line_fit(rows, 4 * LINES_MIN_EACH - 4, &line));
    assert_int_equal(line.bad, LINES_MIN_EACH - 1);
    assert_true(line_fit(rows, 4 * LINES_MIN_EACH, &line));
    assert_false(line_fit(rows, 0, &line));
}

static void lines_of_a_file_are_those_written(void **state) {
    (void)state;
    struct lines l = {.count = 0}, back;
    struct buf text;
    struct err e = {""};
    assert_true(lines_put(&l, &(struct line){.task = "", .mean = -0.5f, .least = -INFINITY, .good = 40, .bad = 30}));
    assert_true(
        lines_put(&l, &(struct line){.task = "extract", .mean = -0.25f, .least = -3, .caught = 7, .doubted = 1}));
    buf_init(&text, LINES_MAX_BYTES);
    lines_write(&l, &text);
    assert_int_equal(lines_read(buf_span(&text), &back, &e), 0);
    assert_int_equal(back.count, 2);
    assert_true(lines_find(&back, "extract")->least == -3 && lines_find(&back, "extract")->caught == 7);
    assert_true(isinf(lines_find(&back, "chat")->least) && lines_find(&back, "chat")->good == 40);
    lines_drop(&back, "");
    assert_null(lines_find(&back, "chat"));
    for (size_t n = 0; n + 2 < text.len; n++) assert_int_equal(lines_read(span_make(text.at, n), &back, &e), -1);
    static const char *const WRONG[] = {
        "{\"format\":2,\"lines\":[]}",
        "{\"format\":1}",
        "[]",
        "{\"format\":1,\"lines\":[7]}",
        "{\"format\":1,\"lines\":[{\"task\":\"a\",\"mean\":1,\"least\":null,\"good\":1,\"bad\":1,\"caught\":1,"
        "\"doubted\":1}]}",
        "{\"format\":1,\"lines\":[{\"task\":\"much too long a name\",\"mean\":-1,\"least\":null,\"good\":1,\"bad\":1,"
        "\"caught\":1,\"doubted\":1}]}"};
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        assert_int_equal(lines_read(span_from(WRONG[i]), &back, &e), -1);
        assert_int_equal(back.count, 0);
    }
    buf_free(&text);
}

static void lines_go_and_come_back_with_their_version(void **state) {
    (void)state;
    char folder[] = "/tmp/sluice-lines-XXXXXX", file[1400];
    struct shelf s;
    struct err e = {""};
    struct lines l = {.at = {{.mean = -0.5f, .least = -4}}, .count = 1}, back;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(shelf_open(&s, folder, "tiny", "large", &e), 0);
    assert_int_equal(shelf_load_lines(&s, &back, &e), 0);
    assert_int_equal(back.count, 0);
    assert_int_equal(shelf_add_lines(&s, 0, &l, &e), 0);
    assert_int_equal(shelf_use(&s, 0, &e), 0);
    assert_int_equal(shelf_load_lines(&s, &back, &e), 0);
    assert_true(back.count == 1 && back.at[0].least == -4);
    assert_int_equal(shelf_use_lines(&s, 1, &e), 0); // a version without lines
    assert_int_equal(shelf_load_lines(&s, &back, &e), 0);
    assert_int_equal(back.count, 0);
    FILE *f = fopen(s.lines, "w");
    assert_non_null(f);
    fputs("no lines", f);
    fclose(f);
    assert_int_equal(shelf_load_lines(&s, &back, &e), -1);
    assert_non_null(strstr(e.text, ".lines: learned lines: damaged"));
    assert_int_equal(unlink(s.lines), 0);
    snprintf(file, sizeof file, "%s/000000.lines", s.folder);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(rmdir(s.folder), 0); // no temporary file is left
    assert_int_equal(rmdir(folder), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_catches_the_bad_and_spares_the_good),
        cmocka_unit_test(line_of_answers_that_look_alike_doubts_few),
        cmocka_unit_test(line_needs_outcomes_of_both_kinds),
        cmocka_unit_test(lines_of_a_file_are_those_written),
        cmocka_unit_test(lines_go_and_come_back_with_their_version),
    };
    return RUN(tests);
}
