// The page as a file: the data in it survive whatever they hold, and the file is there whole or not at all.
#include "report/html.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../test.h"

#include "base/mem.h"
#include "report/save.h"

static const char OPENING[] = "<script type=\"application/json\" id=\"report\">";

// Not inline: gcc takes what open_memstream gives for the variable that holds it.
static __attribute__((noinline)) char *page_of(const char *kind, const json_t *data, size_t *len) {
    char *text = NULL;
    struct err e = {""};
    FILE *out = open_memstream(&text, len);
    int status = report_html_write(out, kind, data, &e);
    fclose(out);
    assert_string_equal(e.text, "");
    assert_int_equal(status, 0);
    return text;
}

// The content of the data's element, as a browser would cut it out.
static struct span content_of(const char *page) {
    const char *start = strstr(page, OPENING);
    assert_non_null(start);
    start += sizeof OPENING - 1;
    const char *end = strstr(start, "</script>");
    assert_non_null(end);
    return span_make(start, (size_t)(end - start));
}

static void html_page_carries_the_data_unchanged(void **state) {
    (void)state;
    json_t *data = json_pack("{s:s, s:f, s:[i, b, n]}", "verdict", "don't", "saving", 37175.25, "list", 1, 1);
    size_t len;
    char *page = page_of("roi", data, &len);
    struct span content = content_of(page);
    json_t *report = json_loadb(content.at, content.len, 0, NULL);
    assert_non_null(report);
    assert_string_equal(json_string_value(json_object_get(report, "kind")), "roi");
    assert_string_equal(json_string_value(json_object_get(report, "version")), SLUICE_VERSION);
    assert_int_equal(strlen(json_string_value(json_object_get(report, "made"))), 24);
    assert_true(json_equal(json_object_get(report, "data"), data));
    json_decref(report);
    json_decref(data);
    free(page);
}

static void html_data_cannot_leave_their_element(void **state) {
    (void)state;
    const char nasty[] = "</script><!-- <script> ]]> & \xe2\x80\xa8 \xe2\x80\xa9 \xf0\x9f\x92\xb6 \" \\ \n";
    json_t *data = json_pack("{s:s, s:s}", "model", nasty, nasty, "as a key");
    size_t len;
    char *page = page_of("audit", data, &len);
    struct span content = content_of(page);
    for (size_t i = 0; i < content.len; i++) {
        assert_null(memchr("<>&", content.at[i], 3));
        assert_true(content.at[i] >= ' ' && content.at[i] < 127);
    }
    json_t *report = json_loadb(content.at, content.len, 0, NULL);
    assert_non_null(report);
    assert_true(json_equal(json_object_get(report, "data"), data));
    json_decref(report);
    json_decref(data);
    free(page);
}

static void html_page_is_one_whole_file(void **state) {
    (void)state;
    json_t *data = json_object();
    size_t len;
    char *page = page_of("eval", data, &len);
    assert_int_equal(len, strlen(page)); // no NUL in it
    assert_true(span_starts(span_from(page), SPAN("<!doctype html>")));
    assert_non_null(strstr(page, "</html>"));
    assert_non_null(strstr(page, "The MIT License (MIT)")); // uPlot's, as it asks for
    assert_null(strstr(page, "@include"));
    assert_null(strstr(page, "@data@"));
    // nothing that a browser would fetch
    assert_null(strstr(page, " src="));
    assert_null(strstr(page, "<link"));
    assert_null(strstr(page, "url("));
    assert_null(strstr(page, "@import"));
    json_decref(data);
    free(page);
}

static void html_unknown_kind_and_wrong_data_are_refused(void **state) {
    (void)state;
    struct err e = {""};
    json_t *data = json_object(), *list = json_array();
    assert_int_equal(report_html_save("/nonexistent/x.html", "horoscope", data, &e), -1);
    assert_string_equal(e.text, "there is no report of the kind 'horoscope'");
    assert_int_equal(report_html_save("/nonexistent/x.html", "roi", list, &e), -1);
    assert_string_equal(e.text, "the data of a report are no JSON object");
    json_decref(data);
    json_decref(list);
}

// ---------------------------------------------------------------- files

static char folder[64];

static int make_folder(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/sluice-html-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    return rmdir(folder); // fails when something was left behind
}

static const char *in_folder(const char *name) {
    static char path[2][128];
    static int next;
    next = 1 - next;
    snprintf(path[next], sizeof path[next], "%s/%s", folder, name);
    return path[next];
}

static void put(const char *path, const char *text) {
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void assert_content(const char *path, const char *text) {
    char got[64] = "";
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_true(fread(got, 1, sizeof got - 1, f) < sizeof got - 1);
    fclose(f);
    assert_string_equal(got, text);
}

static int write_text(FILE *out, const void *what, struct err *e) {
    (void)e;
    fputs(what, out);
    return 0;
}

static int write_half(FILE *out, const void *what, struct err *e) {
    fputs(what, out);
    return err_set(e, "no more of it");
}

static void save_replaces_a_file_and_keeps_its_links(void **state) {
    (void)state;
    struct err e = {""};
    const char *file = in_folder("report.html"), *link = in_folder("link");
    put(file, "old");
    assert_int_equal(symlink("report.html", link), 0);
    assert_int_equal(save_file(link, write_text, "new", &e), 0);
    struct stat info;
    assert_int_equal(lstat(link, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_content(file, "new");
    unlink(link);
    unlink(file);
}

static void save_that_fails_leaves_what_was_there(void **state) {
    (void)state;
    struct err e = {""};
    const char *file = in_folder("report.html");
    put(file, "old");
    assert_int_equal(save_file(file, write_half, "half", &e), -1);
    assert_string_equal(e.text, "no more of it");
    assert_content(file, "old");
    unlink(file);
    // and nothing where nothing was: remove_folder sees to it
    assert_int_equal(save_file(file, write_half, "half", &e), -1);
    assert_int_equal(access(file, F_OK), -1);
}

static void save_says_what_is_wrong_with_a_path(void **state) {
    (void)state;
    struct err e = {""};
    assert_int_equal(save_file(folder, write_text, "x", &e), -1);
    assert_non_null(strstr(e.text, "is a folder; name a file in it"));
    assert_int_equal(save_file("/nonexistent/report.html", write_text, "x", &e), -1);
    assert_string_equal(e.text, "/nonexistent/report.html: cannot be written: No such file or directory");
    assert_int_equal(save_file("/dev/full", write_text, "x", &e), -1);
    assert_string_equal(e.text, "/dev/full: cannot be written: No space left on device");
}

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal) {
    (void)signal;
    interrupted++;
}

static int write_interrupted(FILE *out, const void *what, struct err *e) {
    (void)e;
    fputs(what, out);
    raise(SIGINT);
    return interrupted ? err_set(e, "the signal came in the middle") : 0;
}

static void save_is_finished_before_a_signal_comes(void **state) {
    (void)state;
    struct err e = {""};
    const char *file = in_folder("report.html");
    void (*before)(int) = signal(SIGINT, on_interrupt);
    assert_int_equal(save_file(file, write_interrupted, "whole", &e), 0);
    assert_int_equal(interrupted, 1);
    signal(SIGINT, before);
    assert_content(file, "whole");
    unlink(file);
}

static void save_does_not_replace_a_device(void **state) {
    (void)state;
    struct err e = {""};
    struct stat info;
    assert_int_equal(save_file("/dev/null", write_text, "x", &e), 0);
    assert_int_equal(stat("/dev/null", &info), 0);
    assert_true(S_ISCHR(info.st_mode));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(html_page_carries_the_data_unchanged),
        cmocka_unit_test(html_data_cannot_leave_their_element),
        cmocka_unit_test(html_page_is_one_whole_file),
        cmocka_unit_test(html_unknown_kind_and_wrong_data_are_refused),
        cmocka_unit_test_setup_teardown(save_replaces_a_file_and_keeps_its_links, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(save_that_fails_leaves_what_was_there, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(save_says_what_is_wrong_with_a_path, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(save_is_finished_before_a_signal_comes, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(save_does_not_replace_a_device, make_folder, remove_folder),
    };
    return RUN(tests);
}
