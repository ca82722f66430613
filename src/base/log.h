// Structured logs on stderr: readable on a terminal, one JSON object a line otherwise.
//
//   log_event(LOG_INFO, "local.ready", LOG_S("model", name), LOG_I("slots", 4));
//
// Thread-safe; a line is written with one write(2), so lines never mix. Nothing that a caller or a
// model wrote may be passed in: log ids, counts, classes, rule names, times. The event name is a
// constant in dotted form, so that it can be searched for.
#ifndef SLUICE_BASE_LOG_H
#define SLUICE_BASE_LOG_H

#include "base/span.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum log_format { LOG_AUTO, LOG_HUMAN, LOG_JSON };

struct log_field {
    const char *key;
    enum { LOG_FIELD_SPAN, LOG_FIELD_INT, LOG_FIELD_REAL, LOG_FIELD_BOOL } kind;
    struct span text;
    int64_t number;
    double real;
};

#define LOG_S(k, z) ((struct log_field){.key = (k), .kind = LOG_FIELD_SPAN, .text = span_from(z)})
#define LOG_SPAN(k, s) ((struct log_field){.key = (k), .kind = LOG_FIELD_SPAN, .text = (s)})
#define LOG_I(k, v) ((struct log_field){.key = (k), .kind = LOG_FIELD_INT, .number = (int64_t)(v)})
#define LOG_F(k, v) ((struct log_field){.key = (k), .kind = LOG_FIELD_REAL, .real = (v)})
#define LOG_B(k, v) ((struct log_field){.key = (k), .kind = LOG_FIELD_BOOL, .number = (v)})

#define log_event(level, event, ...)                                                                                   \
    log_write((level), (event), (const struct log_field[]){{.key = NULL}, ##__VA_ARGS__},                               \
              sizeof((const struct log_field[]){{.key = NULL}, ##__VA_ARGS__}) / sizeof(struct log_field))

// Sets what is written and how; LOG_AUTO looks whether stderr is a terminal. Call before threads start.
void log_setup(enum log_level least, enum log_format format);
bool log_enabled(enum log_level level);
// Behind log_event; fields[0] is a placeholder.
void log_write(enum log_level level, const char *event, const struct log_field *fields, size_t count);

#endif
