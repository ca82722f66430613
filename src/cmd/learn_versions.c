// sluice learn versions | rollback
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "cmd/cmd.h"
#include "cmd/learn.h"
#include "report/figures.h"

static void print_version(const struct shelf_version *v) {
    char made[25];
    clock_format_utc(v->header.made_us, made);
    printf("%c %6u  %.19sZ  %7u outcomes  APGR %.3f  gain %+.3f (%+.3f to %+.3f)\n", v->in_use ? '*' : ' ', v->number,
           made, v->header.rows, (double)v->header.apgr, (double)v->header.gain, (double)v->header.gain_low,
           (double)v->header.gain_high);
}

static json_t *version_json(const struct shelf_version *v) {
    char made[25];
    clock_format_utc(v->header.made_us, made);
    return json_pack("{s:I, s:b, s:s, s:I, s:I, s:o, s:o, s:o, s:o}", "version", (json_int_t)v->number, "in_use",
                     v->in_use, "made_at", made, "outcomes", (json_int_t)v->header.rows, "one_sided",
                     (json_int_t)v->header.one_sided, "apgr", report_real((double)v->header.apgr), "gain",
                     report_real((double)v->header.gain), "gain_low", report_real((double)v->header.gain_low),
                     "gain_high", report_real((double)v->header.gain_high));
}

int learn_versions(const struct shelf *s, bool json) {
    size_t n, unreadable;
    struct shelf_version *list = shelf_list(s, &n, &unreadable);
    json_t *array = json_array();
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        any |= list[i].in_use;
        if (json) json_array_append_new(array, version_json(&list[i]));
        else print_version(&list[i]);
    }
    if (json) {
        json_t *o = json_pack("{s:s, s:s, s:s, s:O, s:I}", "local", s->local, "frontier", s->frontier, "folder",
                              s->folder, "versions", array, "unreadable", (json_int_t)unreadable);
        json_dumpf(o, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
        putchar('\n');
        json_decref(o);
    } else {
        if (!any) printf("* %6d  the built-in weights\n", 0);
        if (unreadable)
            printf("%zu files of %s cannot be read: made by another version of sluice, or damaged\n", unreadable,
                   s->folder);
    }
    json_decref(array);
    free(list);
    return EXIT_FINE;
}

// The version before the one in use; 0, the base, before the first; -1 when none is in use.
static int64_t version_before(const struct shelf_version *list, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (list[i].in_use) return i ? (int64_t)list[i - 1].number : 0;
    return -1;
}

int learn_rollback(const struct shelf *s, int64_t version, bool json) {
    struct err e = {""};
    size_t n, unreadable;
    struct shelf_version *list = shelf_list(s, &n, &unreadable);
    if (version < 0) version = version_before(list, n);
    bool known = version == 0;
    for (size_t i = 0; i < n; i++) known |= version == (int64_t)list[i].number;
    free(list);
    if (version < 0) err_set(&e, "nothing that was learned is in use: there is nothing to go back from");
    else if (!known) err_set(&e, "there is no version %lld; see sluice learn versions", (long long)version);
    if (*e.text || shelf_use(s, (uint32_t)version, &e) != 0) return cmd_fail(EXIT_FAILED, &e);
    if (json) printf("{\"in_use\":%lld}\n", (long long)version);
    else if (version) printf("version %lld is in use; running servers take it up by themselves\n", (long long)version);
    else puts("the built-in weights are in use; running servers take them up by themselves");
    return EXIT_FINE;
}
