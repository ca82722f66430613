#include "config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "config/settings.h"

enum { MAX_FILE_BYTES = 1 << 20, MAX_SECRET_BYTES = 64 << 10 };

// One block of memory that dies with the configuration.
struct config_text {
    struct config_text *next;
    _Alignas(16) char bytes[];
};

void *config_keep(struct config *c, size_t n) {
    struct config_text *t = mem_new(sizeof *t + n);
    t->next = c->texts;
    c->texts = t;
    return t->bytes;
}

const char *config_keep_text(struct config *c, struct span text) {
    char *copy = config_keep(c, text.len + 1);
    if (text.len) memcpy(copy, text.at, text.len);
    return copy;
}

void config_free(struct config *c) {
    if (!c) return;
    for (struct config_text *t = c->texts, *next; t; t = next) {
        next = t->next;
        free(t);
    }
    free(c);
}

// ---------------------------------------------------------------- defaults

static const struct {
    const char *name, *url, *key_env, *model;
    enum protocol protocol;
    enum zone zone;
} FRONTIERS[] = {
    {"openai", "https://api.openai.com/v1", "OPENAI_API_KEY", "gpt-5.2", PROTOCOL_OPENAI, ZONE_US},
    {"anthropic", "https://api.anthropic.com/v1", "ANTHROPIC_API_KEY", "claude-opus-4-6", PROTOCOL_ANTHROPIC, ZONE_US},
    {"deepseek", "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY", "deepseek-chat", PROTOCOL_OPENAI, ZONE_ANY},
};

struct config *config_defaults(void) {
    struct config *c = mem_new(sizeof *c);
    c->path = "";
    settings_reset(c, SETTINGS, c);
    c->frontiers = config_keep(c, CONFIG_MAX_FRONTIERS * sizeof *c->frontiers);
    c->policy.rules = config_keep(c, CONFIG_MAX_RULES * sizeof *c->policy.rules);
    c->frontier_count = sizeof FRONTIERS / sizeof *FRONTIERS;
    for (size_t i = 0; i < c->frontier_count; i++) {
        struct config_frontier *f = &c->frontiers[i];
        settings_reset(c, FRONTIER_SETTINGS, f);
        f->name = FRONTIERS[i].name;
        f->url = FRONTIERS[i].url;
        f->key_env = FRONTIERS[i].key_env;
        f->protocol = FRONTIERS[i].protocol;
        f->zone = FRONTIERS[i].zone;
        f->models = config_keep(c, sizeof *f->models);
        f->models[0] = FRONTIERS[i].model;
        f->model_count = 1;
    }
    return c;
}

int config_check_frontiers(const struct config *c, size_t *wrong, struct err *e) {
    for (size_t i = 0; i < c->frontier_count; i++) {
        const struct config_frontier *f = &c->frontiers[i];
        *wrong = i;
        if (!*f->name) return err_set(e, "this entry needs a name");
        if (!*f->url) return err_set(e, "%s needs a url", f->name);
        if (f->model_count == 0) return err_set(e, "%s needs models", f->name);
        for (size_t k = 0; k < i; k++)
            if (strcmp(c->frontiers[k].name, f->name) == 0) return err_set(e, "the name %s is used twice", f->name);
    }
    return 0;
}

int config_check_rules(const struct config *c, size_t *wrong, struct err *e) {
    for (size_t i = 0; i < c->policy.rule_count; i++) {
        const struct config_rule *r = &c->policy.rules[i];
        *wrong = i;
        if (!*r->name) return err_set(e, "this entry needs a name");
        if (!*r->pattern) return err_set(e, "%s needs a pattern", r->name);
        for (size_t k = 0; k < i; k++)
            if (strcmp(c->policy.rules[k].name, r->name) == 0) return err_set(e, "the name %s is used twice", r->name);
    }
    return 0;
}

// ---------------------------------------------------------------- files

// Reads a regular file of at most max bytes. Wiped by the caller where it holds a secret.
static int read_file(const char *path, size_t max, struct buf *out, struct stat *info, struct err *e) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a pipe must not hang the start
    int status = -1;
    if (fd < 0) return err_set(e, "%s: %s", path, strerror(errno));
    if (fstat(fd, info)) {
        err_set(e, "%s: %s", path, strerror(errno));
        goto out;
    }
    if (!S_ISREG(info->st_mode)) {
        err_set(e, "%s: not a file", path);
        goto out;
    }
    buf_init(out, max + 1);
    for (;;) {
        char *at = buf_reserve(out, max + 1 - out->len);
        ssize_t n = at ? read(fd, at, max + 1 - out->len) : 0;
        if (n < 0) {
            err_set(e, "%s: %s", path, strerror(errno));
            buf_free(out);
            goto out;
        }
        if (n == 0) break;
        out->len += (size_t)n;
        out->at[out->len] = 0;
        if (out->len > max) {
            err_set(e, "%s: larger than %zu bytes", path, max);
            buf_free(out);
            goto out;
        }
    }
    status = 0;
out:
    close(fd);
    return status;
}

struct config *config_load(const char *path, struct err *e) {
    struct buf text;
    struct stat info;
    if (read_file(path, MAX_FILE_BYTES, &text, &info, e)) return NULL;
    struct config *c = config_defaults();
    int status = config_load_text(c, path, buf_span(&text), e);
    buf_free(&text);
    if (status) {
        config_free(c);
        return NULL;
    }
    c->path = config_keep_text(c, span_from(path));
    return c;
}

const char *config_find(void) {
    static const char *const PLACES[] = {"sluice.yaml", "/etc/sluice/sluice.yaml"};
    const char *named = getenv("SLUICE_CONFIG");
    if (named && *named) return named; // also when it is missing: the loader then says so
    for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++)
        if (access(PLACES[i], F_OK) == 0) return PLACES[i];
    return NULL;
}

// ---------------------------------------------------------------- --set

// Commas separate the items, unless the value is a list as YAML writes it.
static int set_list(struct config *c, const struct setting *s, void *base, struct span value, struct err *e) {
    struct span items[CONFIG_MAX_MODELS];
    size_t count = 0;
    if (span_starts(value, SPAN("["))) return config_load_list(c, s, base, value, e);
    while (value.len) {
        const char *comma = memchr(value.at, ',', value.len);
        size_t n = comma ? (size_t)(comma - value.at) : value.len;
        if (count == sizeof items / sizeof *items) return err_set(e, "too many items; write them into the file");
        items[count++] = span_trim(span_sub(value, 0, n));
        value = span_sub(value, n + 1, value.len);
    }
    return setting_read_list(c, s, base, items, count, e);
}

static struct config_frontier *find_frontier(const struct config *c, struct span name) {
    for (size_t i = 0; i < c->frontier_count; i++)
        if (span_is_z(name, c->frontiers[i].name)) return &c->frontiers[i];
    return NULL;
}

// The table, the place and the key within the table that a full name speaks of.
static int resolve(struct config *c, struct span *key, const struct setting **table, void **base, struct err *e) {
    *table = SETTINGS;
    *base = c;
    if (!span_starts(*key, SPAN("frontier."))) return 0;
    struct span rest = span_sub(*key, 9, key->len);
    const char *dot = rest.len ? memrchr(rest.at, '.', rest.len) : NULL; // a name may hold dots, a key does not
    if (!dot) return err_set(e, "frontier: write frontier.NAME.KEY=VALUE");
    *base = find_frontier(c, span_make(rest.at, (size_t)(dot - rest.at)));
    if (!*base) return err_set(e, "frontier: no entry of this name");
    *table = FRONTIER_SETTINGS;
    *key = span_sub(rest, (size_t)(dot - rest.at) + 1, rest.len);
    return 0;
}

int config_set(struct config *c, const char *assignment, struct err *e) {
    const char *equals = strchr(assignment, '=');
    const struct setting *table;
    void *base;
    struct err why;
    size_t wrong;
    if (!equals) return err_set(e, "write KEY=VALUE, such as routing.target_local_share=0.8");
    struct span key = span_trim(span_make(assignment, (size_t)(equals - assignment))), value = span_from(equals + 1);
    if (resolve(c, &key, &table, &base, e)) return -1;
    const struct setting *s = setting_find(table, key);
    if (span_is_z(key, "policy.rules")) return err_set(e, "policy.rules: write rules into the file");
    if (!s) {
        const char *near = setting_nearest(table, key);
        int shown = key.len > 64 ? 64 : (int)key.len;
        if (near) return err_set(e, "%.*s: unknown key (did you mean %s?)", shown, key.at, near);
        return err_set(e, "%.*s: unknown key", shown, key.at);
    }
    int status = s->type == SETTING_LIST ? set_list(c, s, base, value, &why) : setting_read(c, s, base, value, &why);
    if (!status) status = config_check_frontiers(c, &wrong, &why);
    if (!status && table == SETTINGS && setting_is_aim(s)) // it takes the place of the one in the file
        for (const struct setting *other = SETTINGS; other->name; other++)
            if (other != s && setting_is_aim(other)) status = setting_read(c, other, base, span_from(other->fallback), &why);
    return status ? err_set(e, "%s: %s", s->name, why.text) : 0;
}

// ---------------------------------------------------------------- where state is kept

char *config_state_path(const char *leaf) {
    static const struct {
        const char *variable, *below;
    } PLACES[] = {{"XDG_STATE_HOME", ""}, {"HOME", "/.local/state"}};
    struct buf path;
    const char *root = "/var/lib", *below = "";
    for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++) {
        const char *value = getenv(PLACES[i].variable);
        if (!value || value[0] != '/') continue;
        root = value, below = PLACES[i].below;
        break;
    }
    buf_init(&path, 4096);
    buf_printf(&path, "%s%s/sluice/%s", root, below, leaf);
    if (path.full) {
        buf_reset(&path);
        buf_printf(&path, "/var/lib/sluice/%s", leaf);
    }
    char *copy = mem_copy_z(path.at);
    buf_free(&path);
    return copy;
}

// ---------------------------------------------------------------- secrets

// A key goes into a header: one line, nothing but visible characters. NULL with the reason logged.
static char *take_secret(struct span text, const char *where, const char *what) {
    struct span s = span_trim(text);
    if (s.len == 0) return NULL;
    for (size_t i = 0; i < s.len; i++) {
        if ((unsigned char)s.at[i] > ' ' && s.at[i] != 0x7f) continue;
        log_event(LOG_WARN, "config.secret.refused", LOG_S(where, what),
                  LOG_S("reason", "holds spaces or several lines"));
        return NULL;
    }
    return mem_copy_span(s);
}

char *config_secret(const char *env, const char *file) {
    struct buf text;
    struct stat info;
    struct err e;
    const char *value = env && *env ? getenv(env) : NULL;
    if (value && *value) return take_secret(span_from(value), "env", env);
    if (!file || !*file) return NULL;
    if (read_file(file, MAX_SECRET_BYTES, &text, &info, &e)) {
        log_event(LOG_WARN, "config.secret.unreadable", LOG_S("reason", e.text));
        return NULL;
    }
    if (info.st_mode & S_IROTH)
        log_event(LOG_WARN, "config.secret.exposed", LOG_S("file", file),
                  LOG_S("reason", "everybody may read it; chmod 600"));
    char *secret = take_secret(buf_span(&text), "file", file);
    buf_free(&text);
    return secret;
}
