// The table of settings: the one place where a key, its type, default and range are written down.
//
// The loader, --set, --print-config, the documentation and its test all walk this table.
#ifndef SLUICE_CONFIG_SETTINGS_H
#define SLUICE_CONFIG_SETTINGS_H

#include "base/buf.h"
#include "config/config.h"

enum setting_type {
    SETTING_BOOL,        // bool: true | false
    SETTING_INT,         // int64_t: a count
    SETTING_BYTES,       // int64_t: 4096, 64KiB, 20MB
    SETTING_MS,          // int64_t milliseconds: 500ms, 30s
    SETTING_US,          // int64_t microseconds: 500us, 50ms
    SETTING_REAL,        // double
    SETTING_TEXT,        // const char *
    SETTING_CHOICE,      // an enum: the index into `choices`
    SETTING_CHOICE_TEXT, // const char *, one of `choices`
    SETTING_LIST         // const char ** with a count at `count_offset`
};

struct setting {
    const char *name; // "limits.body_bytes"; in the table of a frontier only the key
    enum setting_type type;
    size_t offset;              // in struct config, or in struct config_frontier
    size_t count_offset;        // of a list: its size_t
    const char *fallback;       // the default, as one would write it; "" for an empty text or list
    double min, max;            // of the value in its base unit; of texts: bytes; of lists: items
    const char *const *choices; // ended by NULL
    // Returns what a text must be ("must be host:port"), or NULL when it is fine.
    const char *(*check)(struct span text);
    const char *help; // one line
};

extern const struct setting SETTINGS[];          // ended by an entry without a name
extern const struct setting FRONTIER_SETTINGS[]; // of one entry of `frontier`
extern const struct setting RULE_SETTINGS[];     // of one entry of `policy.rules`

// The table's entry, or NULL.
const struct setting *setting_find(const struct setting *table, struct span name);
// What the routing aims at is said by one of three settings: routing.target_local_share, quality_floor, max_cost.
bool setting_is_aim(const struct setting *s);
// The one in force.
const struct setting *config_aim(const struct config *c);
// The nearest name in the table, or NULL when none is near.
const char *setting_nearest(const struct setting *table, struct span name);
// The same for the sections of the configuration ("limits").
const char *setting_nearest_section(struct span name);
bool setting_is_section(struct span name);
// The first setting of a group, which is what stands before the last dot of a name with two: "routing.verify" of
// "routing.verify.mode". NULL: no such group.
const struct setting *setting_group(struct span name);
// "limits" of "limits.body_bytes"
struct span setting_section(const struct setting *s);

// Reads one value into its place in `base` (a struct config or config_frontier); strings are kept by c.
// On failure *e says what the value must be, without the place.
int setting_read(struct config *c, const struct setting *s, void *base, struct span text, struct err *e)
    __attribute__((warn_unused_result));
int setting_read_list(struct config *c, const struct setting *s, void *base, const struct span *items, size_t count,
                      struct err *e) __attribute__((warn_unused_result));
// Every setting of the table to its default.
void settings_reset(struct config *c, const struct setting *table, void *base);

// The value as YAML.
void setting_write(const struct setting *s, const void *base, struct buf *out);
// "20MB", "30s", "0.5": a number of the setting's type.
void setting_write_number(enum setting_type type, double value, struct buf *out);
// "size, 1KB to 1GB": type and range, for people.
void setting_describe(const struct setting *s, struct buf *out);

// Memory that lives as long as the configuration. Never NULL, zeroed.
void *config_keep(struct config *c, size_t n);
const char *config_keep_text(struct config *c, struct span text);

// The loader without the file: `name` stands in messages. Returns -1 with c half filled.
int config_load_text(struct config *c, const char *name, struct span text, struct err *e)
    __attribute__((warn_unused_result));
// Reads a YAML flow list ("[a, b]") into a list setting.
int config_load_list(struct config *c, const struct setting *s, void *base, struct span text, struct err *e)
    __attribute__((warn_unused_result));
// What holds between the settings of the frontiers; *wrong is the index of the entry at fault.
int config_check_frontiers(const struct config *c, size_t *wrong, struct err *e) __attribute__((warn_unused_result));

// The same of the operator's rules.
int config_check_rules(const struct config *c, size_t *wrong, struct err *e) __attribute__((warn_unused_result));

// The rows of the table in docs/configuration.md.
void settings_write_markdown(struct buf *out);

#endif
