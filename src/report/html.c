#include "report/html.h"

#include "base/clock.h"
#include "base/embed.h"
#include "report/save.h"

EMBED(sluice_report_page, "build/web/report.html");

// Where the data go: the content of <script type="application/json">.
static const char MARK[] = "@data@";

static const char *const KINDS[] = {"roi", "audit", "replay", "eval"};

static int check(const char *kind, const json_t *data, struct err *e) {
    if (!json_is_object(data)) return err_set(e, "the data of a report are no JSON object");
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        if (!strcmp(kind, KINDS[i])) return 0;
    return err_set(e, "there is no report of the kind '%s'", kind);
}

// Nothing in a script element may look like its end or like a comment. '<', '>' and '&' stand in strings only, where
// they can be written as escapes; jansson itself escapes whatever is not ASCII, U+2028 and U+2029 among it.
static int put_escaped(const char *bytes, size_t n, void *out) {
    for (size_t i = 0; i < n; i++) {
        bool harmless = bytes[i] != '<' && bytes[i] != '>' && bytes[i] != '&';
        if (harmless) putc_unlocked(bytes[i], out);
        else fprintf(out, "\\u%04x", (unsigned)bytes[i]);
    }
    return 0;
}

int report_html_write(FILE *out, const char *kind, const json_t *data, struct err *e) {
    if (check(kind, data, e)) return -1;
    struct span page = EMBEDDED(sluice_report_page);
    size_t at = span_find(page, SPAN(MARK));
    if (at == SIZE_MAX)
        return err_set(e, "the page that is built in has no place for data; build again after make clean");
    char now[25];
    clock_format_utc(clock_wall_us(), now);

    fwrite(page.at, 1, at, out);
    fprintf(out, "{\"kind\":\"%s\",\"version\":\"" SLUICE_VERSION "\",\"made\":\"%s\",\"data\":", kind, now);
    int status = json_dump_callback(data, put_escaped, out, JSON_COMPACT | JSON_ENSURE_ASCII);
    putc('}', out);
    fwrite(page.at + at + sizeof MARK - 1, 1, page.len - at - (sizeof MARK - 1), out);
    return status ? err_set(e, "the data of the report are no valid JSON") : 0;
}

// ---------------------------------------------------------------- into a file

struct report {
    const char *kind;
    const json_t *data;
};

static int write_report(FILE *out, const void *what, struct err *e) {
    const struct report *r = what;
    return report_html_write(out, r->kind, r->data, e);
}

int report_html_save(const char *path, const char *kind, const json_t *data, struct err *e) {
    if (check(kind, data, e)) return -1;
    return save_file(path, write_report, &(struct report){kind, data}, e);
}
