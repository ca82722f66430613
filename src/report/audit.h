// The audit of past usage: reads logs, adds them up, judges prompts, and answers what routing would save and when not.
//
//   audit_new -> audit_read for each file -> audit_report -> audit_free
#ifndef SLUICE_REPORT_AUDIT_H
#define SLUICE_REPORT_AUDIT_H

#include <jansson.h>
#include <stdio.h>

#include "price/savings.h"
#include "price/verdict.h"
#include "report/intake.h"
#include "report/judge.h"
#include "report/tally.h"

struct audit_options {
    struct intake_options intake;
    double costs[SAVINGS_INPUTS]; // what the user said of operations, hardware and the like; NAN: the preset
    double routine;               // share of routine requests that the user claims, 0..1; NAN: none
    enum told sensitive, interactive, reasoning;
    uint64_t sample; // prompts to judge at most; 0: none
};

// Of the prompts that were judged.
struct audit_judged {
    uint64_t count, routine, sensitive, local;
    uint64_t reasons[REASON_COUNT], classes[6];
    uint64_t priced; // with a known cost
    pico cost, cost_routine, cost_local;
};

struct audit {
    struct audit_options options;
    struct judge *judge;
    struct tally tally;
    struct intake intake;
    struct sample sample;
    struct audit_judged judged[SAMPLE_LEVELS];  // by level of the sample
    uint64_t prompts, prompts_too_long, scores; // rows with one; that could not be judged; with a score of a ledger
};

// Takes the configuration, also on failure. The options are copied; what they point to must live as long.
struct audit *audit_new(struct config *config, const struct audit_options *options, struct err *e);
void audit_free(struct audit *a);
// Reads a file to its end. -1 with the reason in *e, which names the file. Stopping is no failure: see
// intake.stopped.
int audit_read(struct audit *a, const char *path, struct err *e) __attribute__((warn_unused_result));
// The report as docs/audit.md describes it; NULL with the reason when no row could be used. Free with json_decref.
json_t *audit_report(struct audit *a, struct err *e);

// For people, from the report; as wide as a terminal.
void audit_print(const json_t *report, FILE *out, bool colour);

#endif
