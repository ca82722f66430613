// sluice.yaml into the table: libyaml's events, and nothing of YAML beyond mappings, lists and scalars.
#include "config/settings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#include "base/mem.h"

enum { MAX_SETTINGS = 160, MAX_ITEMS = 1024 };

struct loader {
    struct config *config;
    const char *name; // of the file, for messages
    struct err *err;
    yaml_parser_t parser;
    yaml_event_t event; // the current one
    bool has_event;
};

static size_t line_of(const struct loader *l) {
    return l->event.start_mark.line + 1;
}

// "sluice.yaml:12: limits.body_byte: why"; an empty key is left out.
__attribute__((format(printf, 4, 5))) static int fail(struct loader *l, size_t line, const char *key,
                                                      const char *format, ...) {
    char why[384];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    return err_set(l->err, "%s:%zu: %s%s%s", l->name, line, key, *key ? ": " : "", why);
}

static void drop_event(struct loader *l) {
    if (l->has_event) yaml_event_delete(&l->event);
    l->has_event = false;
}

// The next event; refuses what this format does not have.
static int next(struct loader *l) {
    drop_event(l);
    if (!yaml_parser_parse(&l->parser, &l->event)) {
        const char *problem = l->parser.problem ? l->parser.problem : "not YAML";
        return fail(l, l->parser.problem_mark.line + 1, "", "%s", problem);
    }
    l->has_event = true;
    yaml_event_t *ev = &l->event;
    const yaml_char_t *anchor = NULL, *tag = NULL;
    if (ev->type == YAML_ALIAS_EVENT) return fail(l, line_of(l), "", "aliases are not supported");
    if (ev->type == YAML_SCALAR_EVENT) anchor = ev->data.scalar.anchor, tag = ev->data.scalar.tag;
    if (ev->type == YAML_SEQUENCE_START_EVENT)
        anchor = ev->data.sequence_start.anchor, tag = ev->data.sequence_start.tag;
    if (ev->type == YAML_MAPPING_START_EVENT) anchor = ev->data.mapping_start.anchor, tag = ev->data.mapping_start.tag;
    if (anchor) return fail(l, line_of(l), "", "anchors are not supported");
    if (tag) return fail(l, line_of(l), "", "tags are not supported");
    return 0;
}

static struct span scalar(const struct loader *l) {
    return span_make((const char *)l->event.data.scalar.value, l->event.data.scalar.length);
}

// A value that YAML takes for none.
static bool is_null(const struct loader *l) {
    struct span s = scalar(l);
    return l->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (s.len == 0 || span_is_z(s, "~") || span_is_nocase(s, SPAN("null")));
}

// What the file calls a key, fit for a message.
static void show_name(const char *section, struct span key, char out[static 128]) {
    size_t n = (size_t)snprintf(out, 128, "%s%s", section, *section ? "." : "");
    for (size_t i = 0; i < key.len && i < 64 && n < 127; i++) {
        unsigned char c = (unsigned char)key.at[i];
        out[n++] = c < ' ' || c == 0x7f ? '?' : (char)c;
    }
    out[n] = 0;
}

// ---------------------------------------------------------------- one value

static int read_items(struct loader *l, const struct setting *s, void *base, const char *shown) {
    struct span *items = mem_new_array(MAX_ITEMS, sizeof *items);
    size_t count = 0, line = line_of(l);
    struct err why;
    int status = -1;
    while (!(status = next(l)) && l->event.type == YAML_SCALAR_EVENT) {
        status = -1;
        if (count == MAX_ITEMS) {
            fail(l, line_of(l), shown, "too many items");
            goto out;
        }
        if (is_null(l)) {
            fail(l, line_of(l), shown, "an item is empty");
            goto out;
        }
        items[count++] = span_from(config_keep_text(l->config, scalar(l)));
        if (items[count - 1].len != scalar(l).len) {
            fail(l, line_of(l), shown, "must not hold control characters");
            goto out;
        }
    }
    if (status) goto out;
    status = -1;
    if (l->event.type != YAML_SEQUENCE_END_EVENT) fail(l, line_of(l), shown, "must be a list of texts");
    else if (setting_read_list(l->config, s, base, items, count, &why)) fail(l, line, shown, "%s", why.text);
    else status = 0;
out:
    free(items);
    return status;
}

static int read_value(struct loader *l, const struct setting *s, void *base, const char *shown) {
    struct err why;
    if (next(l)) return -1;
    if (s->type == SETTING_LIST) {
        if (l->event.type == YAML_SEQUENCE_START_EVENT) return read_items(l, s, base, shown);
        return fail(l, line_of(l), shown, "must be a list, such as [a, b]");
    }
    if (l->event.type != YAML_SCALAR_EVENT) return fail(l, line_of(l), shown, "must be a single value");
    if (is_null(l))
        return fail(l, line_of(l), shown, "needs a value%s", s->type == SETTING_TEXT ? "; write \"\" for none" : "");
    if (setting_read(l->config, s, base, scalar(l), &why)) return fail(l, line_of(l), shown, "%s", why.text);
    return 0;
}

// ---------------------------------------------------------------- a mapping, a list of records

// What may be written as a list of mappings.
struct records {
    const char *name, *example;
    const struct setting *table;
    char *first; // entry
    size_t size, most, *count;
    int (*check)(const struct config *c, size_t *wrong, struct err *e);
};

static int read_records(struct loader *l, const struct records *r);

static int read_rules(struct loader *l) {
    struct config *c = l->config;
    return read_records(l, &(struct records){.name = "policy.rules",
                                             .example = "name and pattern",
                                             .table = RULE_SETTINGS,
                                             .first = (char *)c->policy.rules,
                                             .size = sizeof *c->policy.rules,
                                             .most = CONFIG_MAX_RULES,
                                             .count = &c->policy.rule_count,
                                             .check = config_check_rules});
}

static int unknown_key(struct loader *l, const char *prefix, const struct setting *table, const char *shown,
                       const char *full) {
    const bool nested = table == SETTINGS;
    const char *near = setting_nearest(table, span_from(full));
    if (!near) return fail(l, line_of(l), shown, "unknown key");
    return fail(l, line_of(l), shown, "unknown key (did you mean %s%s%s?)", nested ? "" : prefix, nested ? "" : ".",
                near);
}

// At most one of the aims of the routing may be given; one that is 0 means "not this one".
static int check_aims(struct loader *l, const size_t *seen) {
    const struct setting *first = NULL;
    const double *share = &l->config->routing.target_local_share;
    for (const struct setting *s = SETTINGS; s->name; s++) {
        size_t line = seen[s - SETTINGS];
        const double *value = (const double *)(const void *)((const char *)l->config + s->offset);
        if (!line || !setting_is_aim(s) || (value != share && *value == 0)) continue;
        if (!first) {
            first = s;
            continue;
        }
        const struct setting *earlier = seen[first - SETTINGS] < line ? first : s, *later = earlier == s ? first : s;
        return fail(l, seen[later - SETTINGS], later->name, "%s is set in line %zu: give one of the two", earlier->name,
                    seen[earlier - SETTINGS]);
    }
    return 0;
}

static int read_mapping(struct loader *l, const char *prefix, const struct setting *table, void *base);

// A group of settings within a section: `routing.verify` of `routing.verify.mode`. Groups hold no groups.
static int read_group(struct loader *l, const char *name) {
    if (next(l)) return -1;
    if (l->event.type == YAML_SCALAR_EVENT && is_null(l)) return 0;
    if (l->event.type != YAML_MAPPING_START_EVENT) return fail(l, line_of(l), name, "must be a group of keys");
    return read_mapping(l, name, SETTINGS, l->config);
}

// Reads `key: value` pairs up to the end of the mapping. `prefix` is what stands before the keys.
static int read_mapping(struct loader *l, const char *prefix, const struct setting *table, void *base) {
    size_t seen[MAX_SETTINGS] = {0}, rules = 0; // the line that set it
    const bool nested = table == SETTINGS;
    for (;;) {
        char shown[128], full[160];
        if (next(l)) return -1;
        if (l->event.type == YAML_MAPPING_END_EVENT) return nested ? check_aims(l, seen) : 0;
        if (l->event.type != YAML_SCALAR_EVENT) return fail(l, line_of(l), prefix, "a key must be a word");
        show_name(prefix, scalar(l), shown);
        snprintf(full, sizeof full, "%s", nested ? shown : shown + strlen(prefix) + 1);
        bool is_rules = nested && strcmp(full, "policy.rules") == 0;
        const struct setting *group = nested ? setting_group(span_from(full)) : NULL;
        const struct setting *s = group ? group : setting_find(table, span_from(full));
        if (!s && !is_rules) return unknown_key(l, prefix, table, shown, full);
        size_t *first = is_rules ? &rules : &seen[s - table];
        if (*first) return fail(l, line_of(l), shown, "already set in line %zu", *first);
        *first = line_of(l);
        if (is_rules ? read_rules(l) : group ? read_group(l, full) : read_value(l, s, base, shown)) return -1;
    }
}

static int read_records(struct loader *l, const struct records *r) {
    size_t *lines = mem_new_array(r->most, sizeof *lines), wrong;
    struct err why;
    int status = -1;
    *r->count = 0;
    if (next(l)) goto out;
    if (l->event.type != YAML_SEQUENCE_START_EVENT) {
        fail(l, line_of(l), r->name, "must be a list of entries that begin with '- name:'");
        goto out;
    }
    for (;;) {
        if (next(l)) goto out;
        if (l->event.type == YAML_SEQUENCE_END_EVENT) break;
        if (l->event.type != YAML_MAPPING_START_EVENT) {
            fail(l, line_of(l), r->name, "an entry must hold keys, such as %s", r->example);
            goto out;
        }
        if (*r->count == r->most) {
            fail(l, line_of(l), r->name, "at most %zu entries", r->most);
            goto out;
        }
        lines[*r->count] = line_of(l);
        void *entry = r->first + r->size * (*r->count)++;
        settings_reset(l->config, r->table, entry);
        if (read_mapping(l, r->name, r->table, entry)) goto out;
    }
    if (r->check(l->config, &wrong, &why)) fail(l, lines[wrong], r->name, "%s", why.text);
    else status = 0;
out:
    free(lines);
    return status;
}

static int read_frontiers(struct loader *l) {
    struct config *c = l->config;
    return read_records(l, &(struct records){.name = "frontier",
                                             .example = "name and url",
                                             .table = FRONTIER_SETTINGS,
                                             .first = (char *)c->frontiers,
                                             .size = sizeof *c->frontiers,
                                             .most = CONFIG_MAX_FRONTIERS,
                                             .count = &c->frontier_count,
                                             .check = config_check_frontiers});
}

// ---------------------------------------------------------------- the document

static int read_section(struct loader *l, struct span name) {
    char section[32];
    snprintf(section, sizeof section, "%.*s", SPAN_ARG(name));
    if (span_is_z(name, "frontier")) return read_frontiers(l);
    if (next(l)) return -1;
    if (l->event.type == YAML_SCALAR_EVENT && is_null(l)) return 0; // a section whose keys are all commented out
    if (l->event.type != YAML_MAPPING_START_EVENT) return fail(l, line_of(l), section, "must be a section with keys");
    return read_mapping(l, section, SETTINGS, l->config);
}

static int read_root(struct loader *l) {
    size_t seen[16] = {0};
    struct span names[16];
    size_t count = 0;
    for (;;) {
        char shown[128];
        if (next(l)) return -1;
        if (l->event.type == YAML_MAPPING_END_EVENT) return 0;
        if (l->event.type != YAML_SCALAR_EVENT) return fail(l, line_of(l), "", "a section's name must be a word");
        struct span name = scalar(l);
        show_name("", name, shown);
        if (!setting_is_section(name)) {
            const char *near = setting_nearest_section(name);
            if (near) return fail(l, line_of(l), shown, "unknown section (did you mean %s?)", near);
            return fail(l, line_of(l), shown, "unknown section");
        }
        for (size_t i = 0; i < count; i++)
            if (span_is(names[i], name))
                return fail(l, line_of(l), shown, "this section already began in line %zu", seen[i]);
        seen[count] = line_of(l);
        names[count++] = name = span_from(config_keep_text(l->config, name));
        if (read_section(l, name)) return -1;
    }
}

// Stream start, one document or none, stream end.
static int read_document(struct loader *l) {
    if (next(l) || next(l)) return -1;
    if (l->event.type == YAML_STREAM_END_EVENT) return 0;
    if (next(l)) return -1;
    bool empty = l->event.type == YAML_SCALAR_EVENT && is_null(l);
    if (!empty) {
        if (l->event.type != YAML_MAPPING_START_EVENT)
            return fail(l, line_of(l), "", "must hold sections, such as 'listen:'");
        if (read_root(l)) return -1;
    }
    if (next(l) || next(l)) return -1;
    if (l->event.type != YAML_STREAM_END_EVENT)
        return fail(l, line_of(l), "", "more than one document; only one is supported");
    return 0;
}

static int loader_open(struct loader *l, struct config *c, const char *name, struct span text, struct err *e) {
    *l = (struct loader){.config = c, .name = name, .err = e};
    if (!yaml_parser_initialize(&l->parser)) return err_set(e, "%s: the YAML parser could not start", name);
    yaml_parser_set_encoding(&l->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&l->parser, (const unsigned char *)(text.at ? text.at : ""), text.len);
    return 0;
}

static void loader_close(struct loader *l) {
    drop_event(l);
    yaml_parser_delete(&l->parser);
}

int config_load_text(struct config *c, const char *name, struct span text, struct err *e) {
    struct loader l;
    if (loader_open(&l, c, name, text, e)) return -1;
    int status = read_document(&l);
    loader_close(&l);
    return status;
}

int config_load_list(struct config *c, const struct setting *s, void *base, struct span text, struct err *e) {
    struct loader l;
    struct err inner;
    if (loader_open(&l, c, "value", text, &inner)) return err_set(e, "%s", inner.text);
    int status = next(&l) || next(&l) || read_value(&l, s, base, s->name) ? -1 : 0; // stream, document, value
    if (!status && (next(&l) || next(&l) || l.event.type != YAML_STREAM_END_EVENT)) status = -1;
    loader_close(&l);
    return status ? err_set(e, "must be a list, such as [a, b]") : 0;
}
