#include "config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/settings.h"
#include "test.h"

static struct config *load(const char *text, struct err *e) {
    struct config *c = config_defaults();
    e->text[0] = 0;
    if (config_load_text(c, "sluice.yaml", span_from(text), e) == 0) return c;
    config_free(c);
    return NULL;
}

static char *print(const struct config *c) {
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    config_print(c, f);
    fclose(f);
    return text;
}

static void assert_refused(const char *text, const char *message) {
    struct err e;
    struct config *c = load(text, &e);
    assert_null(c);
    assert_string_equal(e.text, message);
}

// ---------------------------------------------------------------- defaults

static void config_defaults_are_those_of_the_table(void **state) {
    (void)state;
    struct config *c = config_defaults();
    for (const struct setting *s = SETTINGS; s->name; s++) {
        struct buf b;
        buf_init(&b, 4096);
        setting_write(s, c, &b);
        const char *want = s->type == SETTING_LIST ? "[]" : *s->fallback ? s->fallback : "\"\"";
        assert_string_equal(b.at, want);
        buf_free(&b);
    }
    assert_int_equal(c->limits.body_bytes, 20000000);
    assert_int_equal(c->limits.header_timeout_ms, 10000);
    assert_int_equal(c->policy.max_scan_us, 50000);
    assert_int_equal(c->policy.profile, PROFILE_BALANCED);
    assert_int_equal(c->policy.unreadable, UNREADABLE_IS_SENSITIVE);
    assert_string_equal(c->listen.address, "127.0.0.1:8080");
    assert_true(c->local.enabled && c->routing.fall_back);
    assert_false(c->local.url_is_local);
    assert_true(c->routing.target_local_share == 0.85);
    config_free(c);
}

static void config_defaults_name_three_frontiers(void **state) {
    (void)state;
    struct config *c = config_defaults();
    assert_int_equal(c->frontier_count, 3);
    assert_string_equal(c->frontiers[1].name, "anthropic");
    assert_int_equal(c->frontiers[1].protocol, PROTOCOL_ANTHROPIC);
    assert_string_equal(c->frontiers[1].models[0], "claude-opus-4-6");
    assert_int_equal(c->frontiers[2].zone, ZONE_ANY);
    assert_int_equal(c->frontiers[0].timeout_ms, 600000);
    assert_string_equal(c->frontiers[0].key_file, "");
    config_free(c);
}

static void config_bounds_hold_for_every_number(void **state) {
    (void)state;
    struct config *c = config_defaults();
    struct err e;
    for (const struct setting *s = SETTINGS; s->name; s++) {
        if (s->type < SETTING_INT || s->type > SETTING_REAL) continue;
        struct buf b;
        buf_init(&b, 128);
        const double values[] = {s->min, s->max, s->max + 1, s->min - 1};
        for (int i = 0; i < 4; i++) {
            if (values[i] < 0 && s->type != SETTING_REAL) continue;
            buf_reset(&b);
            setting_write_number(s->type, values[i], &b);
            int status = setting_read(c, s, c, buf_span(&b), &e);
            if (i < 2) assert_int_equal(status, 0);
            else assert_int_equal(status, -1);
        }
        buf_free(&b);
    }
    config_free(c);
}

// ---------------------------------------------------------------- loading

static void config_reads_every_type(void **state) {
    (void)state;
    struct err e;
    struct config *c =
        load("listen:\n  address: '[::1]:9000'\n  workers: 2\n"
             "local:\n  enabled: false\n  extra_args: [--mlock, \"-ub 64\"]\n"
             "policy:\n  profile: strict\n  markers:\n    - Bluebird\n    - \"Project X\"\n  max_scan_time: 250us\n"
             "routing:\n  target_local_share: 0.5\n  on_no_frontier: refuse\n"
             "limits:\n  body_bytes: 64KiB\n  idle_timeout: 2m\n"
             "telemetry:\n  log_format: json\n",
             &e);
    assert_string_equal(e.text, "");
    assert_non_null(c);
    assert_string_equal(c->listen.address, "[::1]:9000");
    assert_int_equal(c->listen.workers, 2);
    assert_false(c->local.enabled);
    assert_int_equal(c->local.extra_arg_count, 2);
    assert_string_equal(c->local.extra_args[1], "-ub 64");
    assert_int_equal(c->policy.profile, PROFILE_STRICT);
    assert_int_equal(c->policy.marker_count, 2);
    assert_string_equal(c->policy.markers[1], "Project X");
    assert_int_equal(c->policy.max_scan_us, 250);
    assert_true(c->routing.target_local_share == 0.5);
    assert_int_equal(c->routing.on_no_frontier, NO_FRONTIER_REFUSE);
    assert_int_equal(c->limits.body_bytes, 65536);
    assert_int_equal(c->limits.idle_timeout_ms, 120000);
    assert_string_equal(c->telemetry.log_format, "json");
    config_free(c);
}

static void config_reads_a_group_within_a_section(void **state) {
    (void)state;
    struct err e;
    struct config *c = load("routing:\n  verify:\n    mode: all\n    band: 0.25\n    critical_fields: [order]\n"
                            "  fall_back: false\n",
                            &e);
    assert_string_equal(e.text, "");
    assert_int_equal(c->routing.verify.mode, VERIFY_ALL);
    assert_true(c->routing.verify.band == 0.25);
    assert_string_equal(c->routing.verify.critical_fields[0], "order");
    assert_false(c->routing.fall_back);
    assert_int_equal(config_set(c, "routing.verify.mode=off", &e), 0);
    assert_int_equal(c->routing.verify.mode, VERIFY_OFF);
    config_free(c);
    c = load("routing:\n  verify:\n", &e);
    assert_non_null(c);
    config_free(c);
    assert_refused("routing:\n  verify: all\n", "sluice.yaml:2: routing.verify: must be a group of keys");
    assert_refused("routing:\n  verify:\n    mood: all\n",
                   "sluice.yaml:3: routing.verify.mood: unknown key (did you mean routing.verify.mode?)");
    assert_refused("routing:\n  verify:\n    mode: all\n    mode: off\n",
                   "sluice.yaml:4: routing.verify.mode: already set in line 3");
    assert_refused("routing:\n  verify:\n    mode: off\n  verify:\n    band: 0.5\n",
                   "sluice.yaml:4: routing.verify: already set in line 2");
    assert_refused("routing:\n  verify:\n    verify:\n      mode: all\n",
                   "sluice.yaml:3: routing.verify.verify: unknown key");
}

static void config_list_of_frontiers_replaces_the_default(void **state) {
    (void)state;
    struct err e;
    struct config *c = load("frontier:\n  - name: mine\n    url: http://127.0.0.1:9999/v1\n    models: [big, small]\n"
                            "    zone: eu\n    timeout: 5s\n",
                            &e);
    assert_string_equal(e.text, "");
    assert_int_equal(c->frontier_count, 1);
    assert_string_equal(c->frontiers[0].models[1], "small");
    assert_int_equal(c->frontiers[0].zone, ZONE_EU);
    assert_int_equal(c->frontiers[0].timeout_ms, 5000);
    assert_int_equal(c->frontiers[0].idle_timeout_ms, 60000);
    assert_string_equal(c->frontiers[0].key_env, "");
    config_free(c);
    c = load("frontier: []\n", &e);
    assert_int_equal(c->frontier_count, 0);
    config_free(c);
}

static void config_accepts_an_empty_file_and_an_empty_section(void **state) {
    (void)state;
    static const char *const EMPTY[] = {"", "# nothing\n", "---\n", "limits:\n  # body_bytes: 1MB\n"};
    for (size_t i = 0; i < sizeof EMPTY / sizeof *EMPTY; i++) {
        struct err e;
        struct config *c = load(EMPTY[i], &e);
        assert_string_equal(e.text, "");
        config_free(c);
    }
}

static void config_refuses_unknown_keys_and_suggests(void **state) {
    (void)state;
    assert_refused("limits:\n  body_byte: 1MB\n",
                   "sluice.yaml:2: limits.body_byte: unknown key (did you mean limits.body_bytes?)");
    assert_refused("limits:\n  header_timeout_ms: 10\n",
                   "sluice.yaml:2: limits.header_timeout_ms: unknown key (did you mean limits.header_timeout?)");
    assert_refused("routin:\n  x: 1\n", "sluice.yaml:1: routin: unknown section (did you mean routing?)");
    assert_refused("pineapple: 1\n", "sluice.yaml:1: pineapple: unknown section");
    assert_refused("local:\n  pineapple: 1\n", "sluice.yaml:2: local.pineapple: unknown key");
    assert_refused("frontier:\n - name: a\n   ulr: http://b\n",
                   "sluice.yaml:3: frontier.ulr: unknown key (did you mean frontier.url?)");
}

static void config_refuses_wrong_types_with_the_line(void **state) {
    (void)state;
    static const struct {
        const char *text, *message;
    } WRONG[] = {
        {"local:\n  enabled: yes\n", "sluice.yaml:2: local.enabled: must be true or false"},
        {"local:\n  enabled: no\n", "sluice.yaml:2: local.enabled: must be true or false"},
        {"local:\n  slots: four\n", "sluice.yaml:2: local.slots: must be a whole number"},
        {"local:\n  slots: 0x4\n", "sluice.yaml:2: local.slots: must be a whole number"},
        {"local:\n  slots: 0\n", "sluice.yaml:2: local.slots: must be from 1 to 256"},
        {"local:\n  slots: 99999999999999999999\n", "sluice.yaml:2: local.slots: must be a whole number"},
        {"limits:\n  body_bytes: 5XB\n", "sluice.yaml:2: limits.body_bytes: must be a size, such as 64KiB or 20MB"},
        {"limits:\n  body_bytes: 2GB\n", "sluice.yaml:2: limits.body_bytes: must be from 1KB to 1GB"},
        {"limits:\n  idle_timeout: 30\n",
         "sluice.yaml:2: limits.idle_timeout: must be a duration with its unit, such as 500ms or 30s"},
        {"routing:\n  target_local_share: 1.5\n", "sluice.yaml:2: routing.target_local_share: must be from 0 to 1"},
        {"routing:\n  target_local_share: 0.8\n  quality_floor: 0.9\n",
         "sluice.yaml:3: routing.quality_floor: routing.target_local_share is set in line 2: give one of the two"},
        {"routing:\n  max_cost: 50\n  quality_floor: 0.9\n",
         "sluice.yaml:3: routing.quality_floor: routing.max_cost is set in line 2: give one of the two"},
        {"routing:\n  target_local_share: nan\n", "sluice.yaml:2: routing.target_local_share: must be a number"},
        {"policy:\n  profile: lax\n", "sluice.yaml:2: policy.profile: must be one of strict, balanced, lenient"},
        {"policy:\n  markers: Bluebird\n", "sluice.yaml:2: policy.markers: must be a list, such as [a, b]"},
        {"policy:\n  markers: [[a]]\n", "sluice.yaml:2: policy.markers: must be a list of texts"},
        {"policy:\n  markers: [a, null]\n", "sluice.yaml:2: policy.markers: an item is empty"},
        {"policy:\n  mask_zones: [eu, local]\n",
         "sluice.yaml:2: policy.mask_zones: must be of the zones eu, us and any"},
        {"policy:\n  mask_classes: [secret]\n", "sluice.yaml:2: policy.mask_classes: must be of the classes pii, phi "
                                                "and pci: nothing else is ever masked and sent"},
        {"local:\n  model: [a]\n", "sluice.yaml:2: local.model: must be a single value"},
        {"local:\n  url: null\n", "sluice.yaml:2: local.url: needs a value; write \"\" for none"},
        {"local:\n  slots:\n", "sluice.yaml:2: local.slots: needs a value"},
        {"local:\n  model: \"a\\nb\"\n", "sluice.yaml:2: local.model: must not hold control characters"},
        {"local: 5\n", "sluice.yaml:1: local: must be a section with keys"},
        {"- a\n", "sluice.yaml:1: must hold sections, such as 'listen:'"},
        {"frontier: openai\n", "sluice.yaml:1: frontier: must be a list of entries that begin with '- name:'"},
        {"frontier:\n  - openai\n", "sluice.yaml:2: frontier: an entry must hold keys, such as name and url"},
    };
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) assert_refused(WRONG[i].text, WRONG[i].message);
}

static void config_refuses_what_yaml_has_beyond_values(void **state) {
    (void)state;
    assert_refused("local: &a\n  slots: 4\n", "sluice.yaml:1: anchors are not supported");
    assert_refused("local:\n  model: *a\n", "sluice.yaml:2: aliases are not supported");
    assert_refused("local:\n  slots: !!int 4\n", "sluice.yaml:2: tags are not supported");
    assert_refused("local:\n  slots: 4\n---\nlocal:\n  slots: 5\n",
                   "sluice.yaml:3: more than one document; only one is supported");
    assert_refused("local:\n  <<: 4\n", "sluice.yaml:2: local.<<: unknown key");
}

static void config_refuses_duplicates(void **state) {
    (void)state;
    assert_refused("local:\n  slots: 4\n  slots: 5\n", "sluice.yaml:3: local.slots: already set in line 2");
    assert_refused("local:\n  slots: 4\nlocal:\n  queue: 5\n",
                   "sluice.yaml:3: local: this section already began in line 1");
    assert_refused("frontier:\n  - {name: a, url: http://b, models: [m]}\n  - {name: a, url: http://c, models: [m]}\n",
                   "sluice.yaml:3: frontier: the name a is used twice");
}

static void config_refuses_incomplete_frontiers(void **state) {
    (void)state;
    assert_refused("frontier:\n  - url: http://b\n", "sluice.yaml:2: frontier: this entry needs a name");
    assert_refused("frontier:\n  - name: a\n", "sluice.yaml:2: frontier: a needs a url");
    assert_refused("frontier:\n  - name: a\n    url: http://b\n", "sluice.yaml:2: frontier: a needs models");
}

static void config_refuses_texts_that_cannot_work(void **state) {
    (void)state;
    static const char *const WRONG[][2] = {
        {"listen.address", "8080"},
        {"listen.address", "::1:8080"},
        {"listen.address", "a:99999"},
        {"listen.address", ":8080"},
        {"local.url", "ftp://a"},
        {"local.url", "http://"},
        {"local.url", "http://a?b"},
        {"local.url", "http://u:p@host/v1"},
        {"local.key_env", "not-a-name"},
        {"frontier.openai.name", "local"},
        {"frontier.openai.name", "Open AI"},
        {"frontier.openai.url", ""},
        {"frontier.openai.name", "deepseek"},
        {"frontier.openai.models", ""},
        {"frontier.nobody.url", "http://a"},
    };
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        struct config *c = config_defaults();
        struct err e = {""};
        char assignment[128];
        snprintf(assignment, sizeof assignment, "%s=%s", WRONG[i][0], WRONG[i][1]);
        assert_int_equal(config_set(c, assignment, &e), -1);
        assert_true(strlen(e.text) > 0);
        config_free(c);
    }
}

static void config_messages_never_show_a_pasted_key(void **state) {
    (void)state;
    struct err e;
    assert_null(load("frontier:\n  - name: a\n    key_env: pasted-key-value\n", &e));
    assert_null(strstr(e.text, "pasted"));
}

static void config_reports_broken_yaml_with_the_line(void **state) {
    (void)state;
    struct err e;
    assert_null(load("local:\n  extra_args: [1\n", &e));
    assert_non_null(strstr(e.text, "sluice.yaml:3: "));
    assert_null(load("local:\n\tslots: 1\n", &e));
    assert_non_null(strstr(e.text, "sluice.yaml:2: "));
    assert_null(load("local:\n  model: \"\xff\"\n", &e));
}

// ---------------------------------------------------------------- --set, printing

static void config_set_uses_the_same_table(void **state) {
    (void)state;
    struct config *c = config_defaults();
    struct err e = {""};
    assert_int_equal(config_set(c, "routing.target_local_share=0.25", &e), 0);
    assert_int_equal(config_set(c, "limits.body_bytes=3MB", &e), 0);
    assert_int_equal(config_set(c, "policy.markers=a, b c", &e), 0);
    assert_int_equal(config_set(c, "local.extra_args=[\"--a=1,2\", b]", &e), 0);
    assert_int_equal(config_set(c, "frontier.openai.url=http://127.0.0.1:1/v1", &e), 0);
    assert_int_equal(config_set(c, "local.model=/a=b.gguf", &e), 0);
    assert_true(c->routing.target_local_share == 0.25);
    assert_int_equal(c->limits.body_bytes, 3000000);
    assert_string_equal(c->policy.markers[1], "b c");
    assert_int_equal(c->local.extra_arg_count, 2);
    assert_string_equal(c->local.extra_args[0], "--a=1,2");
    assert_string_equal(c->frontiers[0].url, "http://127.0.0.1:1/v1");
    assert_string_equal(c->local.model, "/a=b.gguf");
    config_free(c);
}

static void config_set_refuses_like_the_loader(void **state) {
    (void)state;
    struct config *c = config_defaults();
    struct err e;
    assert_int_equal(config_set(c, "limits.body_byte=1", &e), -1);
    assert_string_equal(e.text, "limits.body_byte: unknown key (did you mean limits.body_bytes?)");
    assert_int_equal(config_set(c, "local.slots=0", &e), -1);
    assert_string_equal(e.text, "local.slots: must be from 1 to 256");
    assert_int_equal(config_set(c, "local.slots", &e), -1);
    assert_int_equal(config_set(c, "local.extra_args=[a", &e), -1);
    assert_int_equal(config_set(c, "local.extra_args=[a]\n---\n[b]", &e), -1);
    config_free(c);
}

static void config_print_loads_to_the_same(void **state) {
    (void)state;
    static const char *const SETS[] = {"policy.markers=[\"a \\\"b\\\" \\\\ c: d #e\", null, -x, 'true', é]",
                                       "local.model=/opt/m: odd \"name\".gguf",
                                       "limits.body_bytes=1234567",
                                       "routing.target_local_share=0.1234567890123456",
                                       "policy.max_scan_time=101us",
                                       "local.server=no",
                                       "frontier.openai.models=a:b,c",
                                       "data.prices=-"};
    struct config *c = config_defaults();
    struct err e = {""};
    for (size_t i = 0; i < sizeof SETS / sizeof *SETS; i++) {
        int status = config_set(c, SETS[i], &e);
        if (i == 0) assert_int_equal(status, -1); // a bare null is no text
        else assert_int_equal(status, 0);
    }
    assert_int_equal(config_set(c, "policy.markers=[\"a \\\"b\\\" \\\\ c: d #e\", 'null', -x, 'true', é]", &e), 0);
    char *first = print(c);
    struct config *again = load(first, &e);
    assert_string_equal(e.text, "");
    char *second = print(again);
    assert_string_equal(first, second);
    assert_string_equal(again->policy.markers[0], "a \"b\" \\ c: d #e");
    assert_true(again->routing.target_local_share == 0.1234567890123456);
    free(first), free(second);
    config_free(c), config_free(again);
}

static void config_takes_one_aim_of_the_routing_and_a_zero_is_none(void **state) {
    (void)state;
    struct err e = {""};
    struct config *c = load("routing:\n  target_local_share: 0.5\n  quality_floor: 0\n  max_cost: 0\n", &e);
    assert_string_equal(e.text, "");
    assert_string_equal(config_aim(c)->name, "routing.target_local_share");
    assert_int_equal(config_set(c, "routing.max_cost=50", &e), 0); // it takes the place of what the file says
    assert_string_equal(config_aim(c)->name, "routing.max_cost");
    assert_true(c->routing.target_local_share == 0.85);
    assert_int_equal(config_set(c, "routing.quality_floor=0.9", &e), 0);
    assert_string_equal(config_aim(c)->name, "routing.quality_floor");
    assert_true(c->routing.max_cost_usd == 0);
    char *text = print(c); // and what is printed loads again
    struct config *again = load(text, &e);
    assert_string_equal(e.text, "");
    assert_string_equal(config_aim(again)->name, "routing.quality_floor");
    free(text);
    config_free(c), config_free(again);
}

static void config_print_of_no_frontiers_loads_to_none(void **state) {
    (void)state;
    struct err e;
    struct config *c = load("frontier: []\n", &e);
    char *text = print(c);
    struct config *again = load(text, &e);
    assert_int_equal(again->frontier_count, 0);
    free(text);
    config_free(c), config_free(again);
}

// ---------------------------------------------------------------- what is shipped

static char *slurp(const char *path) {
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    char *text = mem_new(1 << 17);
    assert_true(fread(text, 1, (1 << 17) - 1, f) > 0);
    fclose(f);
    return text;
}

// SLUICE_WRITE_DOCS=1 writes the two files anew.
static void write_docs(const char *example, struct span table) {
    FILE *f = fopen("sluice.example.yaml", "w");
    fputs(example, f);
    fclose(f);
    char *doc = slurp("docs/configuration.md"), *from = strstr(doc, "| key |"), *to = strstr(doc, "<!-- end -->");
    assert_true(from && to && from < to);
    f = fopen("docs/configuration.md", "w");
    fprintf(f, "%.*s%.*s%s", (int)(from - doc), doc, SPAN_ARG(table), to);
    fclose(f);
    free(doc);
}

static void config_documents_are_those_of_the_table(void **state) {
    (void)state;
    struct config *c = config_defaults();
    struct buf table;
    char *example = print(c);
    buf_init(&table, 1 << 20);
    settings_write_markdown(&table);
    if (getenv("SLUICE_WRITE_DOCS")) write_docs(example, buf_span(&table));
    char *shipped = slurp("sluice.example.yaml"), *doc = slurp("docs/configuration.md");
    assert_string_equal(shipped, example);
    assert_non_null(strstr(doc, table.at));
    free(shipped), free(doc), free(example);
    buf_free(&table);
    config_free(c);
}

static void config_example_file_loads(void **state) {
    (void)state;
    struct err e = {""};
    struct config *c = config_load("sluice.example.yaml", &e);
    assert_string_equal(e.text, "");
    assert_string_equal(c->path, "sluice.example.yaml");
    config_free(c);
}

// ---------------------------------------------------------------- files and secrets

static char *temporary(const char *content, mode_t mode) {
    char *path = mem_copy_z("/tmp/sluice-config-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), (ssize_t)strlen(content));
    fchmod(fd, mode);
    close(fd);
    return path;
}

static void config_load_refuses_what_is_no_file(void **state) {
    (void)state;
    struct err e;
    assert_null(config_load("/nonexistent/sluice.yaml", &e));
    assert_non_null(strstr(e.text, "No such file"));
    assert_null(config_load("/tmp", &e));
    assert_string_equal(e.text, "/tmp: not a file");
}

static void config_load_refuses_a_file_beyond_its_limit(void **state) {
    (void)state;
    char *big = mem_new((1 << 20) + 2);
    memset(big, '#', (1 << 20) + 1);
    char *path = temporary(big, 0600);
    struct err e;
    assert_null(config_load(path, &e));
    assert_non_null(strstr(e.text, "larger than"));
    unlink(path);
    free(path), free(big);
}

static void config_find_prefers_the_environment(void **state) {
    (void)state;
    setenv("SLUICE_CONFIG", "/nonexistent/x.yaml", 1);
    assert_string_equal(config_find(), "/nonexistent/x.yaml");
    setenv("SLUICE_CONFIG", "", 1);
    const char *found = config_find();
    assert_true(found == NULL || strstr(found, "sluice.yaml"));
    unsetenv("SLUICE_CONFIG");
}

static void config_secret_prefers_the_environment_to_the_file(void **state) {
    (void)state;
    char *path = temporary("from-file\n", 0600);
    setenv("SLUICE_TEST_SECRET", "from-env", 1);
    char *s = config_secret("SLUICE_TEST_SECRET", path);
    assert_string_equal(s, "from-env");
    free(s);
    unsetenv("SLUICE_TEST_SECRET");
    s = config_secret("SLUICE_TEST_SECRET", path);
    assert_string_equal(s, "from-file");
    free(s);
    assert_null(config_secret("SLUICE_TEST_SECRET", ""));
    assert_null(config_secret("", "/nonexistent/key"));
    unlink(path);
    free(path);
}

static void config_secret_refuses_what_is_no_key(void **state) {
    (void)state;
    char *lines = temporary("one\ntwo\n", 0600), *empty = temporary("\n", 0600);
    char *big = mem_new((64 << 10) + 2);
    memset(big, 'k', (64 << 10) + 1);
    char *large = temporary(big, 0600);
    assert_null(config_secret("", lines));
    assert_null(config_secret("", empty));
    assert_null(config_secret("", large));
    unlink(lines), unlink(empty), unlink(large);
    free(lines), free(empty), free(large), free(big);
}

static void config_secret_warns_when_everybody_may_read_it(void **state) {
    (void)state;
    char *path = temporary("k", 0644), log[512] = "";
    FILE *f = tmpfile();
    int kept = dup(2);
    dup2(fileno(f), 2);
    char *s = config_secret("", path);
    dup2(kept, 2);
    close(kept);
    rewind(f);
    assert_true(fread(log, 1, sizeof log - 1, f) > 0);
    assert_string_equal(s, "k");
    assert_non_null(strstr(log, "config.secret.exposed"));
    fclose(f);
    unlink(path);
    free(path), free(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(config_defaults_are_those_of_the_table),
        cmocka_unit_test(config_defaults_name_three_frontiers),
        cmocka_unit_test(config_bounds_hold_for_every_number),
        cmocka_unit_test(config_reads_every_type),
        cmocka_unit_test(config_reads_a_group_within_a_section),
        cmocka_unit_test(config_list_of_frontiers_replaces_the_default),
        cmocka_unit_test(config_accepts_an_empty_file_and_an_empty_section),
        cmocka_unit_test(config_refuses_unknown_keys_and_suggests),
        cmocka_unit_test(config_refuses_wrong_types_with_the_line),
        cmocka_unit_test(config_refuses_what_yaml_has_beyond_values),
        cmocka_unit_test(config_refuses_duplicates),
        cmocka_unit_test(config_refuses_incomplete_frontiers),
        cmocka_unit_test(config_refuses_texts_that_cannot_work),
        cmocka_unit_test(config_messages_never_show_a_pasted_key),
        cmocka_unit_test(config_reports_broken_yaml_with_the_line),
        cmocka_unit_test(config_takes_one_aim_of_the_routing_and_a_zero_is_none),
        cmocka_unit_test(config_set_uses_the_same_table),
        cmocka_unit_test(config_set_refuses_like_the_loader),
        cmocka_unit_test(config_print_loads_to_the_same),
        cmocka_unit_test(config_print_of_no_frontiers_loads_to_none),
        cmocka_unit_test(config_documents_are_those_of_the_table),
        cmocka_unit_test(config_example_file_loads),
        cmocka_unit_test(config_load_refuses_what_is_no_file),
        cmocka_unit_test(config_load_refuses_a_file_beyond_its_limit),
        cmocka_unit_test(config_find_prefers_the_environment),
        cmocka_unit_test(config_secret_prefers_the_environment_to_the_file),
        cmocka_unit_test(config_secret_refuses_what_is_no_key),
        cmocka_unit_test(config_secret_warns_when_everybody_may_read_it),
    };
    return RUN(tests);
}
