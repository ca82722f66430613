#include "cmd/answer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "report/html.h"

static bool is_page_on_stdout(const char *html) {
    return html && strcmp(html, "-") == 0;
}

int answer_check(const struct command *command, const char *html, bool json) {
    if (!json || !is_page_on_stdout(html)) return 0;
    return cmd_usage(command, "--html - and --json both write to standard output");
}

int answer_write(const struct answer *a, const json_t *report) {
    struct err e = {""};
    int code = EXIT_FINE;
    if (a->html && report_html_save(a->html, a->kind, report, &e) != 0) code = cmd_fail(EXIT_FAILED, &e);
    if (a->json) {
        json_dumpf(report, stdout, a->json_flags);
        putchar('\n');
    } else if (!is_page_on_stdout(a->html)) {
        a->print(report, a->context);
    }
    errno = 0;
    if ((fflush(stdout) == 0 && !ferror(stdout)) || code != EXIT_FINE) return code;
    err_set(&e, "standard output: cannot be written: %s", strerror(errno ? errno : EIO));
    return cmd_fail(EXIT_FAILED, &e);
}
