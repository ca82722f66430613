#include "cmd/progress.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

enum { BAR = 24 };
#define SECOND_NS 1000000000ull
#define DRAW_NS (SECOND_NS / 10)
#define LINE_NS (5 * SECOND_NS)

void progress_size(uint64_t bytes, char out[static 24]) {
    static const char *const UNITS[] = {"bytes", "KB", "MB", "GB", "TB"};
    double value = (double)bytes;
    size_t unit = 0;
    for (; value >= 999.5 && unit < 4; unit++) value /= 1000;
    snprintf(out, 24, unit ? "%.1f %s" : "%.0f %s", value, UNITS[unit]);
}

void progress_start(struct progress *p, const char *what, uint64_t total) {
    *p = (struct progress){.what = what, .total = total, .terminal = isatty(STDERR_FILENO) == 1};
    p->start_ns = clock_now_ns();
    p->next_ns = p->start_ns + (p->terminal ? DRAW_NS : LINE_NS);
}

static void draw(const struct progress *p, uint64_t now) {
    char done[24], total[24], rate[24];
    double seconds = (double)(now - p->start_ns) / (double)SECOND_NS, speed = (double)p->done / seconds;
    progress_size(p->done, done);
    progress_size((uint64_t)speed, rate);
    if (p->terminal) fprintf(stderr, "\r\033[K");
    if (p->total) {
        double part = p->done < p->total ? (double)p->done / (double)p->total : 1;
        double left = speed > 0 ? (double)(p->total - (p->done < p->total ? p->done : p->total)) / speed : 0;
        char bar[BAR + 1];
        for (int i = 0; i < BAR; i++) bar[i] = i < (int)(part * BAR) ? '#' : '.';
        bar[BAR] = 0;
        progress_size(p->total, total);
        if (p->terminal) fprintf(stderr, "%s [%s] ", p->what, bar);
        else fprintf(stderr, "%s: ", p->what);
        if (p->unit)
            fprintf(stderr, "%3.0f%% %llu of %llu %s, %.0f s left", part * 100, (unsigned long long)p->done,
                    (unsigned long long)p->total, p->unit, left);
        else fprintf(stderr, "%3.0f%% %s of %s, %s/s, %.0f s left", part * 100, done, total, rate, left);
    } else {
        fprintf(stderr, "%s: %s, %s/s", p->what, done, rate);
    }
    if (!p->terminal) fputc('\n', stderr);
    fflush(stderr);
}

void progress_add(struct progress *p, uint64_t bytes) {
    p->done += bytes;
    uint64_t now = clock_now_ns();
    if (now < p->next_ns) return;
    p->next_ns = now + (p->terminal ? DRAW_NS : LINE_NS);
    p->drawn = true;
    draw(p, now);
}

void progress_end(struct progress *p) {
    if (p->drawn && p->terminal) fprintf(stderr, "\r\033[K");
    p->drawn = false;
}

// ---------------------------------------------------------------- interrupts

static volatile sig_atomic_t interrupted;

static void on_signal(int number) {
    (void)number;
    interrupted = 1;
}

void interrupt_catch(void) {
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool interrupt_seen(void) {
    return interrupted != 0;
}
