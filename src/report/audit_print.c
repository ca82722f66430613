// The report of an audit for people, from the same JSON that --json prints.
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "report/audit.h"
#include "report/figures.h"

struct out {
    FILE *file;
    bool colour;
};

static const char *bold(const struct out *x) {
    return x->colour ? "\033[1m" : "";
}

static const char *plain(const struct out *x) {
    return x->colour ? "\033[0m" : "";
}

static void title(const struct out *x, const char *z) {
    fprintf(x->file, "\n%s%s%s\n", bold(x), z, plain(x));
}

static void line(const struct out *x, const char *name, double v, int digits, const char *unit, const char *unknown) {
    char shown[64];
    if (isnan(v)) {
        fprintf(x->file, "  %-28s %16s  %s\n", name, "unknown", unknown);
        return;
    }
    report_grouped(v, digits, shown);
    fprintf(x->file, "  %-28s %16s  %s\n", name, shown, unit);
}

// ---------------------------------------------------------------- parts

static void print_files(const struct out *x, const json_t *report) {
    size_t i;
    json_t *f;
    json_array_foreach(json_object_get(report, "files"), i, f) {
        fprintf(x->file, "  %s: %s, %s%s%s, %.0f rows", report_text_of(f, "file"), report_text_of(f, "title"),
                report_text_of(f, "container"), *report_text_of(f, "compression") ? " in " : "",
                report_text_of(f, "compression"), report_number_of(f, "rows"));
        if (report_number_of(f, "bad_rows") > 0)
            fprintf(x->file, ", %s%.0f bad%s", bold(x), report_number_of(f, "bad_rows"), plain(x));
        if (report_number_of(f, "left_out") > 0)
            fprintf(x->file, ", %.0f that are no requests", report_number_of(f, "left_out"));
        if (report_number_of(f, "unreadable_cells") > 0)
            fprintf(x->file, ", %.0f cells that should be JSON are not", report_number_of(f, "unreadable_cells"));
        fputc('\n', x->file);
    }
}

static void print_numbers(const struct out *x, const json_t *r) {
    title(x, "The three numbers that matter");
    line(x, "output of all tokens", report_number_of(r, "output_token_percent"), 1, "%", "no token counts in the logs");
    line(x, "p95 latency", report_number_of(r, "latency_p95_ms"), 0, "ms", "no times of single requests in the logs");
    line(x, "p95 time to first token", report_number_of(r, "ttft_p95_ms"), 0, "ms", "not in the logs");
    line(x, "routine requests", report_number_of(r, "routine_percent"), 1, "%", "needs prompts, or --routine SHARE");
    fprintf(x->file, "  %-28s %7.1f to %5.1f  %% (%s)\n", "  range", report_number_of(r, "routine_percent_low"),
            report_number_of(r, "routine_percent_high"), report_text_of(r, "routine_source"));
}

static void print_verdict(const struct out *x, const json_t *r) {
    const json_t *range = json_object_get(r, "verdict_range");
    fprintf(x->file, "\n%sVerdict: %s%s\n  %s\n", bold(x), report_text_of(r, "verdict"), plain(x),
            report_text_of(r, "verdict_why"));
    if (strcmp(report_text_of(range, "low"), report_text_of(range, "high")) != 0)
        fprintf(x->file, "  from %s to %s over the range of the routine share\n", report_text_of(range, "low"),
                report_text_of(range, "high"));
    fprintf(x->file, "%sRecommendation: %s%s\n  %s\n", bold(x), report_text_of(r, "recommendation"), plain(x),
            report_text_of(r, "recommendation_why"));
}

static void print_saving(const struct out *x, const json_t *r) {
    const json_t *s = json_object_get(r, "saving");
    title(x, "Saving");
    if (json_is_null(s)) {
        bool bills = !json_is_null(json_object_get(json_object_get(r, "spend"), "billed_usd"));
        fprintf(x->file, "  not known: %s\n",
                bills ? "bills tell neither requests nor tokens; add an export of the usage"
                      : "the logs tell neither dates nor costs that could be worked out");
        return;
    }
    line(x, "cloud today", report_number_of(s, "baseline_usd_per_month"), 2, "USD a month", "");
    line(x, "after routing", report_number_of(s, "routed_usd_per_month"), 2, "USD a month, operations included", "");
    line(x, "saving", report_number_of(s, "saving_usd_per_month"), 2, "USD a month", "");
    line(x, "", report_number_of(s, "saving_percent"), 1, "%", "");
    char low[64], high[64];
    report_grouped(report_number_of(json_object_get(s, "low"), "saving_usd_per_month"), 2, low);
    report_grouped(report_number_of(json_object_get(s, "high"), "saving_usd_per_month"), 2, high);
    fprintf(x->file, "  %-28s %s to %s USD a month\n", "  range", low, high);
    fprintf(x->file, "  with %.1f %% of the cost staying local (%s)\n", report_number_of(s, "local_share") * 100,
            report_text_of(s, "local_share_source"));
}

static void print_leaks(const struct out *x, const json_t *r) {
    size_t i;
    json_t *l;
    title(x, "The four leaks");
    json_array_foreach(json_object_get(r, "leaks"), i, l) {
        const json_t *t = json_object_get(l, "trend");
        char shown[64] = "unknown";
        bool bytes = !strcmp(report_text_of(l, "unit"), "bytes");
        if (!isnan(report_number_of(l, "value")))
            report_grouped(report_number_of(l, "value") / (bytes ? 1e9 : 1), bytes ? 4 : 2, shown);
        fprintf(x->file, "  %-20s %14s %s (%s%s)\n", report_text_of(l, "title"), shown,
                bytes ? "GB" : report_text_of(l, "unit"), report_text_of(l, "measure"),
                json_is_true(json_object_get(l, "estimated")) ? ", estimated from tokens" : "");
        if (json_is_object(t))
            fprintf(x->file, "  %-20s %+13.1f%% a week (95 %%: %+.1f to %+.1f)%s\n", "",
                    report_number_of(t, "per_week_percent"), report_number_of(t, "low_percent"),
                    report_number_of(t, "high_percent"),
                    json_is_true(json_object_get(t, "clear")) ? "" : ", which may be nothing");
        fprintf(x->file, "  %-20s %s\n", "", report_text_of(l, "remedy"));
    }
}

static void print_spend(const struct out *x, const json_t *r) {
    const json_t *s = json_object_get(r, "spend");
    const struct {
        const char *key, *name, *note;
    } rows[] = {{"logged_usd", "as logged", ""},
                {"book_usd", "by the price book", ""},
                {"difference_usd", "book minus log", "where both are known"},
                {"billed_usd", "bills", "not added to the rest"}};
    size_t i;
    json_t *m;
    title(x, "Spend, USD");
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        fprintf(x->file, "  %-28s %16s  %s\n", rows[k].name,
                *report_text_of(s, rows[k].key) ? report_text_of(s, rows[k].key) : "unknown", rows[k].note);
    json_array_foreach(json_object_get(s, "other_currencies"), i, m) fprintf(
        x->file, "  %-28s %16s  %s, not converted\n", "", report_text_of(m, "amount"), report_text_of(m, "currency"));
    fprintf(x->file, "\n  %-32s %12s %14s %14s %14s\n", "model", "requests", "input", "output", "USD by book");
    json_array_foreach(json_object_get(r, "by_model"), i, m) {
        if (i == 12) {
            fprintf(x->file, "  ... and %zu more (--json lists them)\n",
                    json_array_size(json_object_get(r, "by_model")) - i);
            break;
        }
        char usd[64] = "unknown";
        if (!isnan(report_number_of(m, "book_usd"))) report_grouped(report_number_of(m, "book_usd"), 2, usd);
        fprintf(x->file, "  %-32.32s %12.0f %14.0f %14.0f %14s\n", report_text_of(m, "model"),
                fmax(0, report_number_of(m, "requests")), report_number_of(m, "input_tokens"),
                report_number_of(m, "output_tokens"), usd);
    }
    if (report_number_of(s, "book_unknown_rows") > 0)
        fprintf(x->file, "  %.0f rows have a cost that is not known: no price in the book, or no token counts\n",
                report_number_of(s, "book_unknown_rows"));
}

static void print_bad(const struct out *x, const json_t *r) {
    double count = report_number_of(r, "bad_rows");
    size_t i;
    json_t *b;
    if (!(count > 0)) return;
    fprintf(x->file, "\n%s%.0f bad row%s%s, in none of the sums (--bad-rows FILE lists all)\n", bold(x), count,
            count == 1 ? "" : "s", plain(x));
    json_array_foreach(json_object_get(r, "bad"), i, b) fprintf(x->file, "  %s:%.0f: %s\n", report_text_of(b, "file"),
                                                                report_number_of(b, "line"), report_text_of(b, "why"));
}

// How far the logs go, in words.
static const char *precision_text(const json_t *r) {
    static const struct {
        const char *level, *text;
    } TEXTS[] = {
        {"totals",
         "Totals only: no single requests, no prompts. What is routine cannot be measured; ranges are given."},
        {"sizes",
         "Sizes and times of single requests, but no prompts. What is routine cannot be measured; ranges are given."},
        {"prompts", "What is routine and what is sensitive comes from the gate and the score."},
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        if (!strcmp(report_text_of(r, "precision"), TEXTS[i].level)) return TEXTS[i].text;
    return "";
}

static void print_judged(const struct out *x, const json_t *r) {
    const json_t *j = json_object_get(r, "judged");
    if (!(report_number_of(j, "requests") > 0)) return;
    fprintf(x->file, "  %.0f of %.0f requests were judged", report_number_of(j, "requests"), report_number_of(j, "of"));
    if (report_number_of(j, "one_in") > 1)
        fprintf(x->file, " (an even sample, one in %.0f)", report_number_of(j, "one_in"));
    if (report_number_of(j, "too_long") > 0)
        fprintf(x->file, "; %.0f were too long to be", report_number_of(j, "too_long"));
    fprintf(x->file, ". %.1f %% are sensitive, %.1f %% would stay local.\n", report_number_of(r, "sensitive_percent"),
            report_number_of(j, "local_percent"));
}

void audit_print(const json_t *r, FILE *file, bool colour) {
    struct out x = {file, colour};
    fprintf(file, "%sAudit%s of %s to %s", bold(&x), plain(&x),
            *report_text_of(r, "from") ? report_text_of(r, "from") : "(no dates)",
            *report_text_of(r, "until") ? report_text_of(r, "until") : "(no dates)");
    if (!isnan(report_number_of(r, "requests"))) fprintf(file, ", %.0f requests", report_number_of(r, "requests"));
    fputc('\n', file);
    print_files(&x, r);
    fprintf(file, "  %s\n", precision_text(r));
    print_judged(&x, r);
    print_verdict(&x, r);
    print_numbers(&x, r);
    print_saving(&x, r);
    print_leaks(&x, r);
    print_spend(&x, r);
    print_bad(&x, r);
}
