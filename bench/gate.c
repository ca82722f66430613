// What a scan of the policy gate costs, against the same rules as regular expressions in the same run.
//
//   gate PATTERNS    prints tables; PATTERNS is gate_patterns.txt
//
// In each round every contestant reads every text, the order turns from round to round, and ratios are taken within
// a round. A time is that of the fastest of a few short runs: what disturbs only adds.
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "gate/scan.h"
#include "gate_texts.h"
#include "pattern_loop.h"

enum { ROUNDS = 15, RUNS = 3, RUN_US = 1500 };

// ---------------------------------------------------------------- contestants

struct bench {
    struct gate *gate;
    struct gate_scratch *scratch;
    struct arena arena;
    struct pattern_loop loop;
};

typedef void contestant(struct bench *b, struct span text);

static void read_with_patterns(struct bench *b, struct span text) {
    pattern_loop_run(&b->loop, text);
}

// The passes over literals and bytes alone, without names, views, lists and verdict.
static void read_with_anchors(struct bench *b, struct span text) {
    struct scan s = {.gate = b->gate, .scratch = b->scratch, .arena = &b->arena, .text = text};
    b->scratch->walk.count = 0;
    s.context = arena_alloc_array(&b->arena, text.len / CONTEXT_BLOCK + 1, sizeof *s.context);
    s.cues = arena_alloc(&b->arena, text.len / CONTEXT_BLOCK + 1);
    anchors_scan(&s);
    bytes_scan(&s);
    arena_reset(&b->arena);
}

static void read_with_gate(struct bench *b, struct span text) {
    struct verdict v;
    struct gate_input in = {.text = text};
    gate_scan(b->gate, b->scratch, &in, PROFILE_BALANCED, &b->arena, &v);
    arena_reset(&b->arena);
}

enum { PATTERNS, ANCHORS, GATE, CONTESTANTS };
static contestant *const CONTESTANT[CONTESTANTS] = {read_with_patterns, read_with_anchors, read_with_gate};

// ---------------------------------------------------------------- time

static double once_us(struct bench *b, int who, struct span text) {
    double best = 1e12;
    for (int run = 0; run < RUNS; run++) {
        uint64_t start = clock_now_ns(), now = start;
        unsigned n = 0;
        do {
            CONTESTANT[who](b, text);
            n++;
        } while ((now = clock_now_ns()) - start < RUN_US * 1000);
        double us = (double)(now - start) / 1e3 / n;
        if (us < best) best = us;
    }
    return best;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *list, size_t n) {
    qsort(list, n, sizeof *list, by_size);
    return n % 2 ? list[n / 2] : (list[n / 2 - 1] + list[n / 2]) / 2;
}

// ---------------------------------------------------------------- tables

struct row {
    double us[CONTESTANTS][ROUNDS], ratio[CONTESTANTS][ROUNDS];
};

static void measure(struct bench *b, struct span text, struct row *row) {
    for (int r = 0; r < ROUNDS; r++) {
        for (int turn = 0; turn < CONTESTANTS; turn++) {
            int who = (turn + r) % CONTESTANTS;
            row->us[who][r] = once_us(b, who, text);
        }
        for (int who = 0; who < CONTESTANTS; who++) row->ratio[who][r] = row->us[PATTERNS][r] / row->us[who][r];
    }
}

static void print_target(double ratio, double target) {
    printf(" %.0fx | >= %.0fx | %s |\n", ratio, target, ratio >= target ? "yes" : "**no**");
}

// The targets are for prose, which is what most requests are.
static bool compare(struct bench *b) {
    bool met = true;
    printf("| text of 2 kB | %zu patterns, PCRE2 JIT, us | passes over literals and bytes, us | ratio | target | met |\n"
           "|---|---:|---:|---:|---|---|\n", b->loop.count);
    static struct row rows[GATE_TEXT_COUNT];
    for (int t = 0; t < GATE_TEXT_COUNT; t++) {
        measure(b, gate_text(t), &rows[t]);
        double ratio = median(rows[t].ratio[ANCHORS], ROUNDS);
        printf("| %s | %.1f | %.2f |", gate_text_name(t), median(rows[t].us[PATTERNS], ROUNDS), median(rows[t].us[ANCHORS], ROUNDS));
        if (t) printf(" %.0fx | | |\n", ratio);
        else print_target(ratio, 200), met &= ratio >= 200;
    }
    printf("\n| text of 2 kB | PCRE2 JIT, us | the whole gate, us | ratio | target | met |\n|---|---:|---:|---:|---|---|\n");
    for (int t = 0; t < GATE_TEXT_COUNT; t++) {
        double ratio = median(rows[t].ratio[GATE], ROUNDS);
        printf("| %s | %.1f | %.2f |", gate_text_name(t), median(rows[t].us[PATTERNS], ROUNDS), median(rows[t].us[GATE], ROUNDS));
        if (t) printf(" %.0fx | | |\n", ratio);
        else print_target(ratio, 20), met &= ratio >= 20;
    }
    return met;
}

// The same text over and over: what is linear costs the same for each byte.
static bool grow(struct bench *b) {
    static const size_t SIZES[] = {2 << 10, 32 << 10, 256 << 10, 2 << 20};
    enum { COUNT = sizeof SIZES / sizeof *SIZES };
    bool met = true;
    printf("\n| the whole gate, ns per byte | 2 kB | 32 kB | 256 kB | 2 MB | 2 MB / 2 kB | target | met |\n|---|---:|---:|---:|---:|---:|---|---|\n");
    for (int t = 0; t < GATE_TEXT_COUNT; t++) {
        double ns[COUNT], ratio[ROUNDS], per[COUNT][ROUNDS];
        struct buf text;
        buf_init(&text, SIZES[COUNT - 1]);
        while (text.len < SIZES[COUNT - 1]) {
            struct span more = gate_text(t);
            size_t room = SIZES[COUNT - 1] - text.len;
            buf_add(&text, more.at, more.len < room ? more.len : room);
        }
        for (int r = 0; r < ROUNDS / 3; r++) {
            for (int i = 0; i < COUNT; i++) per[i][r] = once_us(b, GATE, span_make(text.at, SIZES[i])) * 1e3 / (double)SIZES[i];
            ratio[r] = per[COUNT - 1][r] / per[0][r];
        }
        for (int i = 0; i < COUNT; i++) ns[i] = median(per[i], ROUNDS / 3);
        double growth = median(ratio, ROUNDS / 3);
        printf("| %s | %.2f | %.2f | %.2f | %.2f | %.2f | <= 1.5 | %s |\n", gate_text_name(t), ns[0], ns[1], ns[2], ns[3], growth,
               growth <= 1.5 ? "yes" : "**no**");
        met &= growth <= 1.5;
        buf_free(&text);
    }
    return met;
}

// ---------------------------------------------------------------- setting up

int main(int argc, char **argv) {
    static struct bench b;
    struct err e = {""};
    if (argc != 2) return fprintf(stderr, "usage: gate PATTERNS\n"), 2;
    if (pattern_loop_read(&b.loop, argv[1]) != 0) return 1;
    struct config *config = config_defaults();
    if (config_set(config, "policy.max_scan_bytes=16MB", &e) || config_set(config, "policy.max_scan_time=10s", &e)) return fprintf(stderr, "gate: %s\n", e.text), 1;
    b.gate = gate_new(config, &e);
    if (!b.gate) return fprintf(stderr, "gate: %s\n", e.text), 1;
    b.scratch = gate_scratch_new(b.gate);
    arena_init(&b.arena, 512u << 20);
    bool met = compare(&b);
    met &= grow(&b);
    return met ? 0 : 1;
}
