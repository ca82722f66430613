// --print-config and the table of the documentation.
#include "config/settings.h"

#include <assert.h>
#include <stdio.h>

static const struct {
    const char *name, *help;
} SECTIONS[] = {
    {"listen", "Where callers connect."},
    {"local", "The model on this machine: llama-server, started and watched by sluice."},
    {"frontier", "Models elsewhere, tried in this order. One without a key is not used. No list at all\n"
                 "# means openai, anthropic and deepseek; an empty one ([]) means none."},
    {"policy", "What must not leave this machine."},
    {"routing", "Who answers what may leave."},
    {"limits", "What a caller or an upstream can use up."},
    {"ledger", "One row per request, on disk."},
    {"learn", "What is kept for sluice learn."},
    {"data", "Files that replace built-in data."},
    {"telemetry", "What sluice says about itself."},
};
enum { SECTION_COUNT = sizeof SECTIONS / sizeof *SECTIONS };

// What is off because another aim of the routing is set, as a comment: both cannot be loaded.
static void print_idle(const struct setting *s, const struct setting *aim, struct buf *out) {
    buf_printf(out, "  # %s is not used, as %s is\n", strchr(s->name, '.') + 1, strchr(aim->name, '.') + 1);
}

static void print_setting(const struct setting *s, const void *base, const char *indent, const char *first,
                          struct buf *out) {
    const char *dot = strrchr(s->name, '.');
    buf_printf(out, "%s# %s (", indent, s->help);
    setting_describe(s, out);
    buf_printf(out, ")\n%s%s: ", first, dot ? dot + 1 : s->name);
    setting_write(s, base, out);
    buf_add_char(out, '\n');
}

// The settings of a section. Those of a group stand together in the table, and deeper here.
static void print_section(struct span name, const struct config *c, struct buf *out) {
    const struct setting *aim = config_aim(c);
    struct span open = SPAN_NONE;
    for (const struct setting *s = SETTINGS; s->name; s++) {
        if (!span_is(setting_section(s), name)) continue;
        struct span group = span_sub(span_from(s->name), name.len + 1, SIZE_MAX);
        const char *dot = memchr(group.at, '.', group.len);
        group.len = dot ? (size_t)(dot - group.at) : 0;
        if (group.len && !span_is(group, open)) buf_printf(out, "  %.*s:\n", SPAN_ARG(group));
        open = group;
        const char *indent = group.len ? "    " : "  ";
        if (setting_is_aim(s) && s != aim && aim->offset != offsetof(struct config, routing.target_local_share))
            print_idle(s, aim, out);
        else print_setting(s, c, indent, indent, out);
    }
}

// A list of records, each key explained in the first one.
static void print_records(const struct setting *table, const void *first_entry, size_t size, size_t count,
                          const char *indent, struct buf *out) {
    char dash[16], plain[16];
    snprintf(dash, sizeof dash, "%s  - ", indent);
    snprintf(plain, sizeof plain, "%s    ", indent);
    for (size_t i = 0; i < count; i++) {
        const void *entry = (const char *)first_entry + i * size;
        for (const struct setting *s = table; s->name; s++) {
            const char *first = s == table ? dash : plain;
            if (i == 0) {
                if (s == table) buf_add_z(out, indent);
                print_setting(s, entry, s == table ? "  " : plain, first, out);
                continue;
            }
            buf_printf(out, "%s%s: ", first, s->name);
            setting_write(s, entry, out);
            buf_add_char(out, '\n');
        }
    }
}

static void print_frontiers(const struct config *c, struct buf *out) {
    buf_add_z(out, c->frontier_count ? "frontier:\n" : "frontier: []\n");
    print_records(FRONTIER_SETTINGS, c->frontiers, sizeof *c->frontiers, c->frontier_count, "", out);
}

static void print_rules(const struct config *c, struct buf *out) {
    buf_printf(out,
               "  # your own patterns: entries of name, pattern, keyword, class, decides (list, at most %d)\n"
               "  rules:%s\n",
               CONFIG_MAX_RULES, c->policy.rule_count ? "" : " []");
    print_records(RULE_SETTINGS, c->policy.rules, sizeof *c->policy.rules, c->policy.rule_count, "  ", out);
}

void config_print(const struct config *c, FILE *out) {
    struct buf b;
    buf_init(&b, 16 << 20);
    buf_add_z(&b, "# Sluice: every key with its value. Leave out what you do not change.\n"
                  "# Sizes: 4096, 64KiB, 20MB. Durations: 500us, 50ms, 30s, 10m, 1h. Keys of providers come from\n"
                  "# the environment or a file, never from here.\n");
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        struct span name = span_from(SECTIONS[i].name);
        buf_printf(&b, "\n# %s\n", SECTIONS[i].help);
        if (span_is_z(name, "frontier")) {
            print_frontiers(c, &b);
            continue;
        }
        buf_printf(&b, "%s:\n", SECTIONS[i].name);
        print_section(name, c, &b);
        if (span_is_z(name, "policy")) print_rules(c, &b);
    }
    assert(!b.full); // lists and texts are bounded by the table
    fwrite(b.at, 1, b.len, out);
    buf_free(&b);
}

static void markdown_row(const struct setting *s, const char *prefix, struct buf *out) {
    const char *value = *s->fallback ? s->fallback : s->type == SETTING_LIST ? "[]" : "\"\"";
    buf_printf(out, "| `%s%s` | ", prefix, s->name);
    setting_describe(s, out);
    buf_printf(out, " | `%s` | %s |\n", value, s->help);
}

void settings_write_markdown(struct buf *out) {
    buf_add_z(out, "| key | value | default | what it is |\n|---|---|---|---|\n");
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        if (strcmp(SECTIONS[i].name, "frontier") == 0) {
            for (const struct setting *s = FRONTIER_SETTINGS; s->name; s++) markdown_row(s, "frontier[].", out);
            continue;
        }
        for (const struct setting *s = SETTINGS; s->name; s++)
            if (span_is(setting_section(s), span_from(SECTIONS[i].name))) markdown_row(s, "", out);
        if (strcmp(SECTIONS[i].name, "policy") == 0)
            for (const struct setting *s = RULE_SETTINGS; s->name; s++) markdown_row(s, "policy.rules[].", out);
    }
}
