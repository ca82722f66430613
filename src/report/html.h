// Reports as one HTML file: styles, charts, script and data in it, and nothing fetched from anywhere.
//
// The page is what web/report.html and the files it names make; it is built into the binary. It draws what the
// command's own --json says, so that figures stand in one place: a key that is absent is a part that is left out.
// docs/reports.md says what each kind of page shows.
#ifndef SLUICE_REPORT_HTML_H
#define SLUICE_REPORT_HTML_H

#include <jansson.h>
#include <stdio.h>

#include "base/err.h"

// `kind` is "roi", "audit", "replay" or "eval", `data` the object that the command prints with --json (borrowed).
// -1 with the reason in *e; errors of `out` are left to its owner (ferror).
int report_html_write(FILE *out, const char *kind, const json_t *data, struct err *e)
    __attribute__((warn_unused_result));

// What --html FILE does: the page into a file, whole or not at all; "-" is standard output. See save.h.
int report_html_save(const char *path, const char *kind, const json_t *data, struct err *e)
    __attribute__((warn_unused_result));

#endif
