// policy.rules: a list of records within a section, each pattern compiled where it stands.
#include <stdio.h>
#include <stdlib.h>

#include "config/config.h"
#include "config/settings.h"
#include "test.h"

static struct config *load(const char *text, struct err *e) {
    struct config *c = config_defaults();
    e->text[0] = 0;
    if (config_load_text(c, "sluice.yaml", span_from(text), e) == 0) return c;
    config_free(c);
    return NULL;
}

static void assert_refused(const char *text, const char *message) {
    struct err e;
    assert_null(load(text, &e));
    assert_string_equal(e.text, message);
}

static const char TWO[] = "policy:\n"
                          "  rules:\n"
                          "    - name: employee-id\n"
                          "      pattern: \\bEMP-\\d{5}\\b\n"
                          "      keyword: emp-\n"
                          "      class: pii\n"
                          "    - name: project\n"
                          "      pattern: 'Project \\p{Lu}+'\n"
                          "      decides: grave\n"
                          "  profile: strict\n";

static void rules_are_read_with_their_defaults(void **state) {
    (void)state;
    struct err e;
    struct config *c = load(TWO, &e);
    assert_string_equal(e.text, "");
    assert_int_equal(c->policy.rule_count, 2);
    assert_string_equal(c->policy.rules[0].name, "employee-id");
    assert_string_equal(c->policy.rules[0].pattern, "\\bEMP-\\d{5}\\b");
    assert_string_equal(c->policy.rules[0].keyword, "emp-");
    assert_int_equal(c->policy.rules[0].class_, 0);
    assert_int_equal(c->policy.rules[0].decides, 1);
    assert_string_equal(c->policy.rules[1].keyword, "");
    assert_int_equal(c->policy.rules[1].class_, 4);
    assert_int_equal(c->policy.rules[1].decides, 2);
    assert_int_equal(c->policy.profile, PROFILE_STRICT);
    config_free(c);
    c = load("policy:\n  rules: []\n", &e);
    assert_non_null(c);
    assert_int_equal(c->policy.rule_count, 0);
    config_free(c);
}

static void rules_that_cannot_work_are_refused_with_line_and_reason(void **state) {
    (void)state;
    assert_refused("policy:\n  rules:\n    - name: a\n      pattern: '(x'\n",
                   "sluice.yaml:4: policy.rules.pattern: missing closing parenthesis at character 3");
    assert_refused("policy:\n  rules:\n    - name: a\n      pattern: x*\n",
                   "sluice.yaml:4: policy.rules.pattern: matches the empty text, and so everywhere");
    assert_refused("policy:\n  rules:\n    - name: a\n", "sluice.yaml:3: policy.rules: a needs a pattern");
    assert_refused("policy:\n  rules:\n    - pattern: a\n", "sluice.yaml:3: policy.rules: this entry needs a name");
    assert_refused("policy:\n  rules:\n    - {name: a, pattern: x}\n    - {name: a, pattern: y}\n",
                   "sluice.yaml:4: policy.rules: the name a is used twice");
    assert_refused("policy:\n  rules:\n    - {name: A b, pattern: x}\n",
                   "sluice.yaml:3: policy.rules.name: must be of lower-case letters, digits, '-', '_' and '.'");
    assert_refused("policy:\n  rules:\n    - {name: a, patern: x}\n",
                   "sluice.yaml:3: policy.rules.patern: unknown key (did you mean policy.rules.pattern?)");
    assert_refused("policy:\n  rules:\n    - {name: a, class: x}\n",
                   "sluice.yaml:3: policy.rules.class: must be one of pii, phi, pci, secret, ip");
    assert_refused("policy:\n  rules: x\n",
                   "sluice.yaml:2: policy.rules: must be a list of entries that begin with '- name:'");
    assert_refused("policy:\n  rules:\n    - x\n",
                   "sluice.yaml:3: policy.rules: an entry must hold keys, such as name and pattern");
    assert_refused("policy:\n  rules: []\n  rules: []\n", "sluice.yaml:3: policy.rules: already set in line 2");
}

static void rules_beyond_the_most_are_refused(void **state) {
    (void)state;
    static char text[1 << 16];
    size_t n = (size_t)snprintf(text, sizeof text, "policy:\n  rules:\n");
    for (int i = 0; i <= CONFIG_MAX_RULES; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "    - {name: r%d, pattern: x}\n", i);
    assert_refused(text, "sluice.yaml:203: policy.rules: at most 200 entries");
}

static void rules_are_no_matter_for_set(void **state) {
    (void)state;
    struct config *c = config_defaults();
    struct err e;
    assert_int_equal(config_set(c, "policy.rules=x", &e), -1);
    assert_string_equal(e.text, "policy.rules: write rules into the file");
    config_free(c);
}

static char *print(const struct config *c) {
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    config_print(c, f);
    fclose(f);
    return text;
}

static void rules_print_loads_to_the_same(void **state) {
    (void)state;
    struct err e;
    struct config *c = load(TWO, &e);
    char *first = print(c);
    struct config *again = load(first, &e);
    assert_string_equal(e.text, "");
    assert_int_equal(again->policy.rule_count, 2);
    assert_string_equal(again->policy.rules[0].pattern, c->policy.rules[0].pattern);
    char *second = print(again);
    assert_string_equal(first, second);
    free(first), free(second);
    config_free(c), config_free(again);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_are_read_with_their_defaults),
        cmocka_unit_test(rules_that_cannot_work_are_refused_with_line_and_reason),
        cmocka_unit_test(rules_beyond_the_most_are_refused),
        cmocka_unit_test(rules_are_no_matter_for_set),
        cmocka_unit_test(rules_print_loads_to_the_same),
    };
    return RUN(tests);
}
