#include "base/log.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

enum { MAX_LINE = 8192 };

static enum log_level least_level = LOG_INFO;
static bool as_json;
static bool in_colour;

static const char *const LEVEL_NAME[] = {"debug", "info", "warn", "error"};
static const char *const LEVEL_COLOUR[] = {"\033[2m", "", "\033[33m", "\033[31m"};

void log_setup(enum log_level least, enum log_format format) {
    bool terminal = isatty(STDERR_FILENO);
    least_level = least;
    as_json = format == LOG_JSON || (format == LOG_AUTO && !terminal);
    in_colour = terminal && !as_json;
}

bool log_enabled(enum log_level level) {
    return level >= least_level;
}

static void add_escaped(struct buf *b, struct span s) {
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c == '"' || c == '\\') {
            buf_add_char(b, '\\');
            buf_add_char(b, (char)c);
        } else if (c < 0x20 || c == 0x7f) {
            buf_printf(b, "\\u%04x", c);
        } else {
            buf_add_char(b, (char)c);
        }
    }
}

static void add_value(struct buf *b, const struct log_field *f, bool quote) {
    switch (f->kind) {
    case LOG_FIELD_SPAN:
        if (quote) buf_add_char(b, '"');
        add_escaped(b, f->text);
        if (quote) buf_add_char(b, '"');
        break;
    case LOG_FIELD_INT: buf_add_i64(b, f->number); break;
    case LOG_FIELD_REAL:
        if (isfinite(f->real)) buf_printf(b, "%.6g", f->real);
        else buf_add_z(b, "null"); // JSON has no NaN
        break;
    case LOG_FIELD_BOOL: buf_add_z(b, f->number ? "true" : "false"); break;
    }
}

static void add_json(struct buf *b, enum log_level level, const char *event, const char *time,
                     const struct log_field *fields, size_t count) {
    buf_printf(b, "{\"time\":\"%s\",\"level\":\"%s\",\"event\":\"%s\"", time, LEVEL_NAME[level], event);
    for (size_t i = 1; i < count; i++) {
        buf_printf(b, ",\"%s\":", fields[i].key);
        add_value(b, &fields[i], true);
    }
    buf_add_z(b, "}\n");
}

static void add_human(struct buf *b, enum log_level level, const char *event, const char *time,
                      const struct log_field *fields, size_t count) {
    const char *on = in_colour ? LEVEL_COLOUR[level] : "", *off = in_colour ? "\033[0m" : "";
    buf_printf(b, "%.8s %s%-5s %-24s%s", time + 11, on, LEVEL_NAME[level], event, off);
    for (size_t i = 1; i < count; i++) {
        buf_printf(b, " %s=", fields[i].key);
        bool quote = fields[i].kind == LOG_FIELD_SPAN && memchr(fields[i].text.at ? fields[i].text.at : "", ' ', fields[i].text.len);
        add_value(b, &fields[i], quote);
    }
    buf_add_char(b, '\n');
}

void log_write(enum log_level level, const char *event, const struct log_field *fields, size_t count) {
    if (level < least_level) return;
    char time[25];
    clock_format_utc(clock_wall_us(), time);
    struct buf line;
    buf_init(&line, MAX_LINE);
    (as_json ? add_json : add_human)(&line, level, event, time, fields, count);
    if (!line.full) {
        ssize_t written = write(STDERR_FILENO, line.at, line.len);
        (void)written; // nowhere to report that the report failed
    }
    buf_free(&line);
}
