// The report of an audit for people, from the same JSON that --json prints.
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "report/audit.h"

struct out {
    FILE *file;
    bool colour;
};

static double number(const json_t *o, const char *key) {
    const json_t *v = json_object_get(o, key);
    return json_is_number(v) ? json_number_value(v) : NAN;
}

static const char *text(const json_t *o, const char *key) {
    const char *z = json_string_value(json_object_get(o, key));
    return z ? z : "";
}

static const char *bold(const struct out *x) {
    return x->colour ? "\033[1m" : "";
}

static const char *plain(const struct out *x) {
    return x->colour ? "\033[0m" : "";
}

static void title(const struct out *x, const char *z) {
    fprintf(x->file, "\n%s%s%s\n", bold(x), z, plain(x));
}

// With thousands marked: 1,234,567.8
static void grouped(double v, int digits, char out[static 64]) {
    char raw[40];
    snprintf(raw, sizeof raw, "%.*f", digits, fabs(v));
    size_t whole = strcspn(raw, "."), n = 0;
    if (v < 0) out[n++] = '-';
    for (size_t i = 0; i < whole; i++) {
        if (i && (whole - i) % 3 == 0) out[n++] = ',';
        out[n++] = raw[i];
    }
    memcpy(out + n, raw + whole, strlen(raw + whole) + 1);
}

static void line(const struct out *x, const char *name, double v, int digits, const char *unit, const char *unknown) {
    char shown[64];
    if (isnan(v)) {
        fprintf(x->file, "  %-28s %16s  %s\n", name, "unknown", unknown);
        return;
    }
    grouped(v, digits, shown);
    fprintf(x->file, "  %-28s %16s  %s\n", name, shown, unit);
}

// ---------------------------------------------------------------- parts

static void print_files(const struct out *x, const json_t *report) {
    size_t i;
    json_t *f;
    json_array_foreach(json_object_get(report, "files"), i, f) {
        fprintf(x->file, "  %s: %s, %s%s%s, %.0f rows", text(f, "file"), text(f, "title"), text(f, "container"),
                *text(f, "compression") ? " in " : "", text(f, "compression"), number(f, "rows"));
        if (number(f, "bad_rows") > 0) fprintf(x->file, ", %s%.0f bad%s", bold(x), number(f, "bad_rows"), plain(x));
        if (number(f, "left_out") > 0) fprintf(x->file, ", %.0f that are no requests", number(f, "left_out"));
        if (number(f, "unreadable_cells") > 0)
            fprintf(x->file, ", %.0f cells that should be JSON are not", number(f, "unreadable_cells"));
        fputc('\n', x->file);
    }
}

static void print_numbers(const struct out *x, const json_t *r) {
    title(x, "The three numbers that matter");
    line(x, "output of all tokens", number(r, "output_token_percent"), 1, "%", "no token counts in the logs");
    line(x, "p95 latency", number(r, "latency_p95_ms"), 0, "ms", "no times of single requests in the logs");
    line(x, "p95 time to first token", number(r, "ttft_p95_ms"), 0, "ms", "not in the logs");
    line(x, "routine requests", number(r, "routine_percent"), 1, "%", "needs prompts, or --routine SHARE");
    fprintf(x->file, "  %-28s %7.1f to %5.1f  %% (%s)\n", "  range", number(r, "routine_percent_low"),
            number(r, "routine_percent_high"), text(r, "routine_source"));
}

static void print_verdict(const struct out *x, const json_t *r) {
    const json_t *range = json_object_get(r, "verdict_range");
    fprintf(x->file, "\n%sVerdict: %s%s\n  %s\n", bold(x), text(r, "verdict"), plain(x), text(r, "verdict_why"));
    if (strcmp(text(range, "low"), text(range, "high")) != 0)
        fprintf(x->file, "  from %s to %s over the range of the routine share\n", text(range, "low"),
                text(range, "high"));
    fprintf(x->file, "%sRecommendation: %s%s\n  %s\n", bold(x), text(r, "recommendation"), plain(x),
            text(r, "recommendation_why"));
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
    line(x, "cloud today", number(s, "baseline_usd_per_month"), 2, "USD a month", "");
    line(x, "after routing", number(s, "routed_usd_per_month"), 2, "USD a month, operations included", "");
    line(x, "saving", number(s, "saving_usd_per_month"), 2, "USD a month", "");
    line(x, "", number(s, "saving_percent"), 1, "%", "");
    char low[64], high[64];
    grouped(number(json_object_get(s, "low"), "saving_usd_per_month"), 2, low);
    grouped(number(json_object_get(s, "high"), "saving_usd_per_month"), 2, high);
    fprintf(x->file, "  %-28s %s to %s USD a month\n", "  range", low, high);
    fprintf(x->file, "  with %.1f %% of the cost staying local (%s)\n", number(s, "local_share") * 100,
            text(s, "local_share_source"));
}

static void print_leaks(const struct out *x, const json_t *r) {
    size_t i;
    json_t *l;
    title(x, "The four leaks");
    json_array_foreach(json_object_get(r, "leaks"), i, l) {
        const json_t *t = json_object_get(l, "trend");
        char shown[64] = "unknown";
        bool bytes = !strcmp(text(l, "unit"), "bytes");
        if (!isnan(number(l, "value"))) grouped(number(l, "value") / (bytes ? 1e9 : 1), bytes ? 4 : 2, shown);
        fprintf(x->file, "  %-20s %14s %s (%s%s)\n", text(l, "title"), shown, bytes ? "GB" : text(l, "unit"),
                text(l, "measure"), json_is_true(json_object_get(l, "estimated")) ? ", estimated from tokens" : "");
        if (json_is_object(t))
            fprintf(x->file, "  %-20s %+13.1f%% a week (95 %%: %+.1f to %+.1f)%s\n", "", number(t, "per_week_percent"),
                    number(t, "low_percent"), number(t, "high_percent"),
                    json_is_true(json_object_get(t, "clear")) ? "" : ", which may be nothing");
        fprintf(x->file, "  %-20s %s\n", "", text(l, "remedy"));
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
        fprintf(x->file, "  %-28s %16s  %s\n", rows[k].name, *text(s, rows[k].key) ? text(s, rows[k].key) : "unknown",
                rows[k].note);
    json_array_foreach(json_object_get(s, "other_currencies"), i, m)
        fprintf(x->file, "  %-28s %16s  %s, not converted\n", "", text(m, "amount"), text(m, "currency"));
    fprintf(x->file, "\n  %-32s %12s %14s %14s %14s\n", "model", "requests", "input", "output", "USD by book");
    json_array_foreach(json_object_get(r, "by_model"), i, m) {
        if (i == 12) {
            fprintf(x->file, "  ... and %zu more (--json lists them)\n",
                    json_array_size(json_object_get(r, "by_model")) - i);
            break;
        }
        char usd[64] = "unknown";
        if (!isnan(number(m, "book_usd"))) grouped(number(m, "book_usd"), 2, usd);
        fprintf(x->file, "  %-32.32s %12.0f %14.0f %14.0f %14s\n", text(m, "model"), fmax(0, number(m, "requests")),
                number(m, "input_tokens"), number(m, "output_tokens"), usd);
    }
    if (number(s, "book_unknown_rows") > 0)
        fprintf(x->file, "  %.0f rows have a cost that is not known: no price in the book, or no token counts\n",
                number(s, "book_unknown_rows"));
}

static void print_bad(const struct out *x, const json_t *r) {
    double count = number(r, "bad_rows");
    size_t i;
    json_t *b;
    if (!(count > 0)) return;
    fprintf(x->file, "\n%s%.0f bad row%s%s, in none of the sums (--bad-rows FILE lists all)\n", bold(x), count,
            count == 1 ? "" : "s", plain(x));
    json_array_foreach(json_object_get(r, "bad"), i, b)
        fprintf(x->file, "  %s:%.0f: %s\n", text(b, "file"), number(b, "line"), text(b, "why"));
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
        if (!strcmp(text(r, "precision"), TEXTS[i].level)) return TEXTS[i].text;
    return "";
}

static void print_judged(const struct out *x, const json_t *r) {
    const json_t *j = json_object_get(r, "judged");
    if (!(number(j, "requests") > 0)) return;
    fprintf(x->file, "  %.0f of %.0f requests were judged", number(j, "requests"), number(j, "of"));
    if (number(j, "one_in") > 1) fprintf(x->file, " (an even sample, one in %.0f)", number(j, "one_in"));
    if (number(j, "too_long") > 0) fprintf(x->file, "; %.0f were too long to be", number(j, "too_long"));
    fprintf(x->file, ". %.1f %% are sensitive, %.1f %% would stay local.\n", number(r, "sensitive_percent"),
            number(j, "local_percent"));
}

void audit_print(const json_t *r, FILE *file, bool colour) {
    struct out x = {file, colour};
    fprintf(file, "%sAudit%s of %s to %s", bold(&x), plain(&x), *text(r, "from") ? text(r, "from") : "(no dates)",
            *text(r, "until") ? text(r, "until") : "(no dates)");
    if (!isnan(number(r, "requests"))) fprintf(file, ", %.0f requests", number(r, "requests"));
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
