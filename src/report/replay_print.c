// The report of a replay for people, from the same JSON that --json prints.
#include "report/figures.h"
#include "report/replay.h"

static void print_reasons(const json_t *r, FILE *out) {
    size_t i;
    json_t *x;
    double all = report_number_of(r, "requests");
    json_array_foreach(json_object_get(r, "reasons"), i, x)
        fprintf(out, "  %-9s %12.0f  %5.1f %%  %s: %s\n", report_text_of(x, "route"), report_number_of(x, "requests"),
                100 * report_number_of(x, "requests") / all, report_text_of(x, "reason"), report_text_of(x, "text"));
}

static void print_sweep(const json_t *r, FILE *out, bool quality, bool shares) {
    size_t i;
    json_t *p;
    fprintf(out, "\n  %8s %8s %14s %8s%s\n", "target", "local", "USD", "saved",
            quality  ? "   quality   95 % interval   kept"
            : shares ? "      from (USD)        to (USD)"
                     : "");
    json_array_foreach(json_object_get(r, "sweep"), i, p) {
        if (i % 2) continue; // every tenth; --json has all
        fprintf(out, "  %7.0f%% %7.1f%% %14.2f %7.1f%%", report_number_of(p, "target_local_share") * 100,
                report_number_of(p, "local_share") * 100, report_number_of(p, "cost_usd"),
                report_number_of(p, "saving_percent"));
        if (quality)
            fprintf(out, "   %7.4f  %.4f-%.4f  %5.1f%%", report_number_of(p, "quality"),
                    report_number_of(p, "quality_low"), report_number_of(p, "quality_high"),
                    report_number_of(p, "quality_kept") * 100);
        else if (shares)
            fprintf(out, "  %14.2f  %14.2f", report_number_of(p, "cost_usd_low"), report_number_of(p, "cost_usd_high"));
        fputc('\n', out);
    }
}

// "0.950 (0.917-0.970)"
static void print_estimate(const json_t *o, const char *key, int width, FILE *out) {
    const json_t *x = json_object_get(o, key);
    char cell[64];
    if (json_is_object(x))
        snprintf(cell, sizeof cell, "%.3f (%.3f to %.3f)", report_number_of(x, "value"), report_number_of(x, "low"),
                 report_number_of(x, "high"));
    else snprintf(cell, sizeof cell, "unknown");
    fprintf(out, "%*s", width, cell);
}

static void print_one_sided(const json_t *r, FILE *out) {
    const json_t *told = json_object_get(r, "one_sided"), *after = json_object_get(r, "after");
    size_t i;
    json_t *b;
    if (!told) return;
    fprintf(out,
            "\nOutcomes of one side only: of %.0f local answers and of %.0f of the frontier. By score, how often they "
            "served:\n  %-11s %9s %9s %25s %9s %25s %26s\n",
            report_number_of(told, "local_outcomes"), report_number_of(told, "frontier_outcomes"), "score", "requests",
            "outcomes", "local", "outcomes", "frontier", "lost when local");
    json_array_foreach(json_object_get(told, "bands"), i, b) {
        fprintf(out, "  %.3f-%.3f %9.0f %9.0f", report_number_of(b, "score_from"), report_number_of(b, "score_to"),
                report_number_of(b, "requests"), report_number_of(b, "local_outcomes"));
        print_estimate(b, "local_served", 26, out);
        fprintf(out, " %9.0f", report_number_of(b, "frontier_outcomes"));
        print_estimate(b, "frontier_served", 26, out);
        print_estimate(b, "quality_lost", 27, out);
        fputc('\n', out);
    }
    fputs("  Under this policy: local answers served ", out);
    print_estimate(after, "local_served", 0, out);
    if (report_number_of(after, "local_served_covers") > 0)
        fprintf(out, ", known for %.1f %% of them", report_number_of(after, "local_served_covers") * 100);
    fputs("; quality lost ", out);
    print_estimate(after, "quality_lost", 0, out);
    fprintf(out, ".\n  The answers with an outcome stand for all of their side and band; unknown: fewer than %.0f.\n",
            report_number_of(told, "least_of_a_band"));
}

static void print_cheapest(const json_t *r, FILE *out) {
    const json_t *c = json_object_get(r, "cheapest"), *sure = json_object_get(r, "cheapest_sure");
    double floor = report_number_of(r, "quality_floor") * 100;
    if (!(report_number_of(r, "outcomes") > 0)) {
        fputs(json_object_get(r, "one_sided")
                  ? "\nNo request has the quality of both models' answers, so no cheapest setting is named: columns "
                    "`weak` and `strong` (0 to 1) tell it.\n"
                  : "\nNo outcomes are known: columns `weak` and `strong` (0 to 1) tell what quality is kept.\n",
              out);
        return;
    }
    if (!json_is_object(c)) {
        fprintf(out, "\nNo setting keeps %.1f %% of the quality.\n", floor);
        return;
    }
    fprintf(out, "\nThe cheapest setting that keeps %.1f %% of the quality: --set %s, %.2f USD, %.1f %% local\n", floor,
            report_text_of(c, "set"), report_number_of(c, "cost_usd"), report_number_of(c, "local_share") * 100);
    if (json_is_object(sure))
        fprintf(out, "With the lower end of the interval: --set %s, %.2f USD, %.1f %% local\n",
                report_text_of(sure, "set"), report_number_of(sure, "cost_usd"),
                report_number_of(sure, "local_share") * 100);
}

static void print_gaps(const json_t *r, FILE *out) {
    static const struct {
        const char *key, *what;
    } GAPS[] = {
        {"not_decided",
         "requests were not decided (no prompt and no score, or too long a prompt); they are not in the figures"},
        {"too_long", "prompts were too long to be judged"},
        {"tokens_estimated", "requests have no token counts; they were estimated from the prompt"},
        {"bytes_estimated", "requests have no byte counts; they were estimated"},
        {"bad_rows", "bad rows are in none of the figures (--bad-rows FILE lists them)"},
    };
    size_t i;
    json_t *m;
    for (i = 0; i < sizeof GAPS / sizeof *GAPS; i++)
        if (report_number_of(r, GAPS[i].key) > 0)
            fprintf(out, "  %.0f %s\n", report_number_of(r, GAPS[i].key), GAPS[i].what);
    json_array_foreach(json_object_get(r, "unpriced"), i, m)
        fprintf(out, "  %.0f requests of '%s' have no price: not in any sum of USD (--frontier MODEL prices them)\n",
                report_number_of(m, "requests"), report_text_of(m, "model"));
}

void replay_print(const json_t *r, FILE *out, bool colour) {
    const json_t *before = json_object_get(r, "before"), *after = json_object_get(r, "after");
    bool decided = !strcmp(report_text_of(r, "precision"), "decisions");
    const char *bold = colour ? "\033[1m" : "", *plain = colour ? "\033[0m" : "";
    fprintf(out, "%sReplay%s of %.0f requests, routing.target_local_share %.2f, policy.profile %s\n  %s\n\n", bold,
            plain, report_number_of(r, "requests"),
            report_number_of(json_object_get(r, "policy"), "target_local_share"),
            report_text_of(json_object_get(r, "policy"), "profile"), report_text_of(r, "precision_text"));
    fprintf(out, "  as it was          %14.2f USD  %5.1f %% local\n", report_number_of(before, "cost_usd"),
            report_number_of(before, "local_share") * 100);
    fprintf(out, "  under this policy  %s%14.2f USD  %5.1f %% local%s\n", bold, report_number_of(after, "cost_usd"),
            report_number_of(after, "local_share") * 100, plain);
    fprintf(out, "  saving             %14.2f USD  %5.1f %%, before what running the local side costs\n",
            report_number_of(r, "saving_usd"), report_number_of(r, "saving_percent"));
    fprintf(out, "  bytes kept here    %14.0f of %.0f that left\n\n", report_number_of(r, "egress_avoided_bytes"),
            report_number_of(r, "egress_bytes"));
    print_reasons(r, out);
    print_sweep(r, out, report_number_of(r, "outcomes") > 0, !decided);
    print_one_sided(r, out);
    if (decided) print_cheapest(r, out);
    print_gaps(r, out);
}
