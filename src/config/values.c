// Reading and writing one value of the table.
#include "config/settings.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct unit {
    const char *name;
    int64_t factor;
};

// The last that divides a value is how it is written: 256000 is 256KB, 65536 is 64KiB.
static const struct unit BYTE_UNITS[] = {{"B", 1},     {"KiB", 1 << 10}, {"MiB", 1 << 20},   {"GiB", 1 << 30},
                                         {"KB", 1000}, {"MB", 1000000},  {"GB", 1000000000}, {NULL, 0}};
static const struct unit MS_UNITS[] = {{"ms", 1},      {"s", 1000},     {"m", 60000},
                                       {"h", 3600000}, {"d", 86400000}, {NULL, 0}};
static const struct unit US_UNITS[] = {{"us", 1}, {"ms", 1000}, {"s", 1000000}, {NULL, 0}};

static const struct {
    const char *word; // for people
    const struct unit *units;
    const char *wrong;
} TYPES[] = {
    [SETTING_BOOL] = {"true or false", NULL, "must be true or false"},
    [SETTING_INT] = {"number", NULL, "must be a whole number"},
    [SETTING_BYTES] = {"size", BYTE_UNITS, "must be a size, such as 64KiB or 20MB"},
    [SETTING_MS] = {"duration", MS_UNITS, "must be a duration with its unit, such as 500ms or 30s"},
    [SETTING_US] = {"duration", US_UNITS, "must be a duration with its unit, such as 500us or 50ms"},
    [SETTING_REAL] = {"number", NULL, "must be a number"},
    [SETTING_TEXT] = {"text", NULL, "must be a text"},
    [SETTING_CHOICE] = {"choice", NULL, NULL},
    [SETTING_CHOICE_TEXT] = {"choice", NULL, NULL},
    [SETTING_LIST] = {"list", NULL, "must be a list"},
};

static void *place(const struct setting *s, void *base) {
    return (char *)base + s->offset;
}

static const void *place_of(const struct setting *s, const void *base) {
    return (const char *)base + s->offset;
}

// ---------------------------------------------------------------- reading

static bool read_unit(const struct unit *units, struct span name, int64_t *factor) {
    for (const struct unit *u = units; u && u->name; u++) {
        if (!span_is_z(name, u->name)) continue;
        *factor = u->factor;
        return true;
    }
    return false;
}

// Digits and a unit. Only a size, a count and zero may do without one: "30" says nothing of a duration.
static bool read_whole(enum setting_type type, struct span text, int64_t *out) {
    size_t i = 0;
    int64_t value = 0, factor = 1;
    for (; i < text.len && isdigit((unsigned char)text.at[i]); i++)
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, text.at[i] - '0', &value))
            return false;
    if (i == 0) return false;
    struct span unit = span_sub(text, i, text.len);
    bool bare = type == SETTING_INT || type == SETTING_BYTES || value == 0;
    if (unit.len == 0 ? !bare : !read_unit(TYPES[type].units, unit, &factor)) return false;
    return !__builtin_mul_overflow(value, factor, out);
}

static bool read_real(struct span text, double *out) {
    char z[32], *end;
    if (text.len == 0 || text.len >= sizeof z) return false;
    for (size_t i = 0; i < text.len; i++)
        if (!text.at[i] || !strchr("0123456789.eE+-", text.at[i])) return false;
    memcpy(z, text.at, text.len);
    z[text.len] = 0;
    *out = strtod(z, &end);
    return *end == 0 && isfinite(*out);
}

static int out_of_range(const struct setting *s, struct err *e) {
    struct buf range;
    buf_init(&range, 256);
    setting_write_number(s->type, s->min, &range);
    buf_add_z(&range, " to ");
    setting_write_number(s->type, s->max, &range);
    err_set(e, "must be from %s", range.at);
    buf_free(&range);
    return -1;
}

static int read_number(const struct setting *s, void *at, struct span text, struct err *e) {
    double real;
    int64_t whole = 0;
    if (s->type == SETTING_REAL) {
        if (!read_real(text, &real)) return err_set(e, "%s", TYPES[s->type].wrong);
    } else {
        if (!read_whole(s->type, text, &whole)) return err_set(e, "%s", TYPES[s->type].wrong);
        real = (double)whole;
    }
    if (real < s->min || real > s->max) return out_of_range(s, e);
    if (s->type == SETTING_REAL) *(double *)at = real;
    else *(int64_t *)at = whole;
    return 0;
}

static int read_choice(const struct setting *s, void *at, struct span text, struct err *e) {
    struct buf all;
    for (int i = 0; s->choices[i]; i++) {
        if (!span_is_z(text, s->choices[i])) continue;
        if (s->type == SETTING_CHOICE_TEXT) *(const char **)at = s->choices[i];
        else *(int *)at = i;
        return 0;
    }
    buf_init(&all, 256);
    for (int i = 0; s->choices[i]; i++) buf_printf(&all, "%s%s", i ? ", " : "", s->choices[i]);
    err_set(e, "must be one of %s", all.at);
    buf_free(&all);
    return -1;
}

static int check_text(const struct setting *s, struct span text, size_t least, size_t most, struct err *e) {
    if (text.len < least) return err_set(e, "must not be empty");
    if (text.len > most) return err_set(e, "must be at most %zu bytes", most);
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] < ' ' || text.at[i] == 0x7f)
            return err_set(e, "must not hold control characters");
    const char *wrong = s->check ? s->check(text) : NULL;
    return wrong ? err_set(e, "%s", wrong) : 0;
}

int setting_read(struct config *c, const struct setting *s, void *base, struct span text, struct err *e) {
    void *at = place(s, base);
    switch (s->type) {
    case SETTING_BOOL:
        if (!span_is_z(text, "true") && !span_is_z(text, "false")) return err_set(e, "%s", TYPES[s->type].wrong);
        *(bool *)at = text.len == 4;
        return 0;
    case SETTING_TEXT:
        if (check_text(s, text, (size_t)s->min, (size_t)s->max, e)) return -1;
        *(const char **)at = config_keep_text(c, text);
        return 0;
    case SETTING_CHOICE:
    case SETTING_CHOICE_TEXT: return read_choice(s, at, text, e);
    case SETTING_LIST: return err_set(e, "%s", TYPES[s->type].wrong);
    default: return read_number(s, at, text, e);
    }
}

int setting_read_list(struct config *c, const struct setting *s, void *base, const struct span *items, size_t count,
                      struct err *e) {
    if (count > (size_t)s->max) return err_set(e, "must have at most %zu items", (size_t)s->max);
    for (size_t i = 0; i < count; i++)
        if (check_text(s, items[i], 1, 256, e)) return -1;
    const char **texts = config_keep(c, count * sizeof *texts);
    for (size_t i = 0; i < count; i++) texts[i] = config_keep_text(c, items[i]);
    *(const char ***)place(s, base) = texts;
    *(size_t *)(void *)((char *)base + s->count_offset) = count;
    return 0;
}

void settings_reset(struct config *c, const struct setting *table, void *base) {
    for (const struct setting *s = table; s->name; s++) {
        struct err e;
        bool none = s->type == SETTING_TEXT && !*s->fallback; // also where the file must give one
        if (none) *(const char **)place(s, base) = "";
        else if (s->type == SETTING_LIST) {
            int bad = setting_read_list(c, s, base, NULL, 0, &e);
            assert(!bad), (void)bad;
        } else {
            int bad = setting_read(c, s, base, span_from(s->fallback), &e);
            assert(!bad), (void)bad;
        }
    }
}

// ---------------------------------------------------------------- writing

static void write_whole(enum setting_type type, int64_t value, struct buf *out) {
    const struct unit *best = NULL;
    for (const struct unit *u = TYPES[type].units; u && u->name; u++)
        if (value % u->factor == 0) best = u;
    if (!best || value == 0) buf_add_i64(out, value);
    else if (best->factor == 1 && type == SETTING_BYTES) buf_add_i64(out, value);
    else {
        buf_add_i64(out, value / best->factor);
        buf_add_z(out, best->name);
    }
}

static void write_real(double value, struct buf *out) {
    char z[40];
    snprintf(z, sizeof z, "%.15g", value);
    if (strtod(z, NULL) != value) snprintf(z, sizeof z, "%.17g", value);
    buf_add_z(out, z);
}

void setting_write_number(enum setting_type type, double value, struct buf *out) {
    if (type == SETTING_REAL) write_real(value, out);
    else write_whole(type, (int64_t)value, out);
}

// Plain only where every YAML reader takes it for the same text.
static bool is_plain(const char *z) {
    static const char *const WORDS[] = {"null", "true", "false", "yes", "no", "on", "off"};
    if (!isalnum((unsigned char)*z) && *z != '/' && *z != '.') return false;
    for (const char *p = z; *p; p++)
        if (!isalnum((unsigned char)*p) && !(strchr("_-./", *p) || (*p == ':' && p[1] && p[1] != ' '))) return false;
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (strcasecmp(z, WORDS[i]) == 0) return false;
    return true;
}

static void write_text(const char *z, bool in_list, struct buf *out) {
    if (is_plain(z) && !(in_list && strchr(z, ':'))) {
        buf_add_z(out, z);
        return;
    }
    buf_add_char(out, '"');
    for (; *z; z++) {
        if (*z == '"' || *z == '\\') buf_add_char(out, '\\');
        buf_add_char(out, *z);
    }
    buf_add_char(out, '"');
}

static void write_list(const struct setting *s, const void *base, struct buf *out) {
    const char *const *texts = *(const char **const *)place_of(s, base);
    size_t count = *(const size_t *)(const void *)((const char *)base + s->count_offset);
    buf_add_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i) buf_add_z(out, ", ");
        write_text(texts[i], true, out);
    }
    buf_add_char(out, ']');
}

void setting_write(const struct setting *s, const void *base, struct buf *out) {
    const void *at = place_of(s, base);
    switch (s->type) {
    case SETTING_BOOL: buf_add_z(out, *(const bool *)at ? "true" : "false"); break;
    case SETTING_REAL: write_real(*(const double *)at, out); break;
    case SETTING_TEXT:
    case SETTING_CHOICE_TEXT: write_text(*(const char *const *)at, false, out); break;
    case SETTING_CHOICE: buf_add_z(out, s->choices[*(const int *)at]); break;
    case SETTING_LIST: write_list(s, base, out); break;
    default: write_whole(s->type, *(const int64_t *)at, out);
    }
}

void setting_describe(const struct setting *s, struct buf *out) {
    if (s->choices) {
        for (int i = 0; s->choices[i]; i++) buf_printf(out, "%s%s", i ? ", " : "", s->choices[i]);
        return;
    }
    buf_add_z(out, TYPES[s->type].word);
    if (s->type == SETTING_LIST) buf_printf(out, ", at most %d", (int)s->max);
    if (s->type == SETTING_BOOL || s->type == SETTING_TEXT || s->type == SETTING_LIST) return;
    buf_add_z(out, ", ");
    setting_write_number(s->type, s->min, out);
    buf_add_z(out, " to ");
    setting_write_number(s->type, s->max, out);
}
