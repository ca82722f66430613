// The figures of `sluice eval`, for a terminal.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/eval.h"
#include "report/figures.h"

// A figure, or a dash where there is none: without a gap between the models nothing can be recovered.
static void print_figure(const json_t *o, const char *key, int width, int places, double factor, const char *unit) {
    double v = factor * report_number_of(o, key);
    if (isfinite(v)) printf("%*.*f%s", width, places, v, unit);
    else printf("%*s%*s", width, "-", (int)strlen(unit), "");
}

static void print_line(const char *name, const json_t *o) {
    printf("  %-22s ", name);
    print_figure(o, "apgr", 6, 3, 1, "");
    print_figure(o, "cpt50", 8, 1, 1, " %");
    print_figure(o, "cpt80", 8, 1, 1, " %");
    if (isfinite(report_number_of(o, "apgr_low")))
        printf("   95 %%: %.3f to %.3f", report_number_of(o, "apgr_low"), report_number_of(o, "apgr_high"));
    putchar('\n');
}

static void print_tasks(const json_t *tasks) {
    size_t i;
    const json_t *t;
    if (json_array_size(tasks) == 0) return;
    printf("\nBy task, at the configured local share\n  %-28s %6s %8s %7s   %s\n", "", "rows", "as well", "APGR",
           "local right/wrong, frontier right/needless");
    json_array_foreach(tasks, i, t) {
        printf("  %-28.28s %6.0f %6.1f %% ", json_string_value(json_object_get(t, "task")), report_number_of(t, "rows"),
               100 * report_number_of(t, "weak_wins"));
        print_figure(t, "apgr", 7, 3, 1, "");
        printf("   %.0f/%.0f, %.0f/%.0f\n", report_number_of(t, "local_right"), report_number_of(t, "local_wrong"),
               report_number_of(t, "frontier_right"), report_number_of(t, "frontier_wrong"));
    }
}

void eval_print(const json_t *d) {
    size_t i;
    const json_t *o;
    const json_t *lines = json_object_get(d, "lines");
    printf("%.0f outcomes; %s\nquality of the local model alone %.4f, of the frontier alone %.4f\n\n",
           report_number_of(d, "rows"), json_string_value(json_object_get(d, "method")), report_number_of(d, "weak"),
           report_number_of(d, "strong"));
    if (report_number_of(d, "strong") <= report_number_of(d, "weak"))
        puts("the frontier is not better on these rows: there is no gap to recover, APGR and CPT say nothing\n");
    printf("  %-22s %6s  %8s  %8s\n", "", "APGR", "CPT(50)", "CPT(80)");
    print_line("this router", d);
    print_line("prompt length", json_object_get(lines, "length"));
    print_line("random", json_object_get(lines, "random"));
    print_line("oracle", json_object_get(lines, "oracle"));
    puts("\nAt a share of the requests at the frontier");
    json_array_foreach(json_object_get(d, "quality_at"), i, o) {
        printf("  %2.0f %%  quality %.4f   ", 100 * report_number_of(o, "frontier_share"),
               report_number_of(o, "quality"));
        print_figure(o, "gap_recovered", 5, 1, 100, " %");
        puts(" of the gap recovered");
    }
    printf("\nP(local does as well): error %.3f (ECE), Brier %.3f\n", report_number_of(d, "ece"),
           report_number_of(d, "brier"));
    json_array_foreach(json_object_get(d, "calibration"), i, o)
        printf("  said %.2f  seen %.2f  (%.0f)\n", report_number_of(o, "predicted"), report_number_of(o, "observed"),
               report_number_of(o, "rows"));
    print_tasks(json_object_get(d, "tasks"));
}
