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
    {"data", "Files that replace built-in data."},
    {"telemetry", "What sluice says about itself."},
};
enum { SECTION_COUNT = sizeof SECTIONS / sizeof *SECTIONS };

static void print_setting(const struct setting *s, const void *base, const char *indent, const char *first,
                          struct buf *out) {
    const char *dot = strchr(s->name, '.');
    buf_printf(out, "%s# %s (", indent, s->help);
    setting_describe(s, out);
    buf_printf(out, ")\n%s%s: ", first, dot ? dot + 1 : s->name);
    setting_write(s, base, out);
    buf_add_char(out, '\n');
}

static void print_frontiers(const struct config *c, struct buf *out) {
    if (c->frontier_count == 0) {
        buf_add_z(out, "frontier: []\n");
        return;
    }
    buf_add_z(out, "frontier:\n");
    for (size_t i = 0; i < c->frontier_count; i++) {
        for (const struct setting *s = FRONTIER_SETTINGS; s->name; s++) {
            const char *first = s == FRONTIER_SETTINGS ? "  - " : "    ";
            if (i == 0) {
                print_setting(s, &c->frontiers[i], s == FRONTIER_SETTINGS ? "  " : "    ", first, out);
                continue;
            }
            buf_printf(out, "%s%s: ", first, s->name);
            setting_write(s, &c->frontiers[i], out);
            buf_add_char(out, '\n');
        }
    }
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
        for (const struct setting *s = SETTINGS; s->name; s++)
            if (span_is(setting_section(s), name)) print_setting(s, c, "  ", "  ", &b);
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
    }
}
