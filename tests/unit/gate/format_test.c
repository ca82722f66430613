// Every row of the tables of token formats: a body drawn from the row's own alphabet is found under the row's own name,
// and what is too short or stands in place of a secret is not.
#include "gate/likeness.h"
#include "gate/token.h"
#include "gate_help.h"

enum { BODY_MAX = 1100 };

static uint64_t random_state = 88172645463325252u;

static uint32_t draw(uint32_t below) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 33) % below;
}

// n letters and digits of the set. Marks are left to the shapes below.
static void fill(char *out, size_t n, unsigned set) {
    char alphabet[64];
    size_t size = 0;
    for (int c = '0'; c <= 'z'; c++)
        if (char_in((char)c, set) && char_in((char)c, CHARS_ALNUM)) alphabet[size++] = (char)c;
    for (size_t i = 0; i < n; i++) out[i] = alphabet[draw((uint32_t)size)];
    out[n] = 0;
}

static bool is_found(const char *before, const char *body, const char *after, const char *id) {
    char text[BODY_MAX + 128];
    snprintf(text, sizeof text, "%s%s%s", before, body, after);
    const struct verdict *v = scan_as(shared(), text, PROFILE_BALANCED);
    for (uint32_t i = 0; i < v->count; i++)
        if (!strcmp(v->findings[i].rule, id)) return v->sensitive;
    return false;
}

static bool token_is_found(const struct token_rule *t, const char *body) {
    char before[64];
    snprintf(before, sizeof before, "use %s", t->prefix);
    return is_found(before, body, " now", t->rule.id);
}

// What the checks of some rows ask for: a mark at a place of its own. Tried in turn.
static const struct {
    char mark;
    size_t place;
} SHAPES[] = {{0, 0}, {'.', 22}, {'.', 14}, {'.', 4}, {'/', 8}, {'.', 26}};

static bool some_body_is_found(const struct token_rule *t) {
    char body[BODY_MAX];
    size_t longest = t->max < 400 ? t->max : 400, lengths[] = {t->min, (t->min + longest) / 2, longest};
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < sizeof SHAPES / sizeof *SHAPES; k++) {
            if (lengths[i] >= BODY_MAX || lengths[i] <= SHAPES[k].place) continue;
            fill(body, lengths[i], t->set);
            if (SHAPES[k].mark && !char_in(SHAPES[k].mark, t->set)) continue;
            if (SHAPES[k].mark) body[SHAPES[k].place] = SHAPES[k].mark;
            if (token_is_found(t, body)) return true;
        }
    return false;
}

static const struct token_rule *const TABLES[] = {CODE_TOKENS, CLOUD_TOKENS, SERVICE_TOKENS};
enum { TABLE_COUNT = sizeof TABLES / sizeof *TABLES };

static void every_prefix_is_found(void **state) {
    (void)state;
    for (size_t i = 0; i < TABLE_COUNT; i++)
        for (const struct token_rule *t = TABLES[i]; t->prefix; t++)
            if (!some_body_is_found(t)) fail_msg("no body behind %s is found as %s", t->prefix, t->rule.id);
}

static void a_body_too_short_or_in_place_of_one_is_not(void **state) {
    (void)state;
    char body[BODY_MAX];
    for (size_t i = 0; i < TABLE_COUNT; i++)
        for (const struct token_rule *t = TABLES[i]; t->prefix; t++) {
            fill(body, t->min - 1u, t->set);
            if (token_is_found(t, body)) fail_msg("%s with a body too short is found", t->prefix);
            memset(body, char_in('x', t->set) ? 'x' : 'A', t->min);
            body[t->min] = 0;
            if (char_in(body[0], t->set) && token_is_found(t, body)) fail_msg("%s%s is found", t->prefix, body);
            if (token_is_found(t, "<your-key>")) fail_msg("%s<your-key> is found", t->prefix);
        }
}

static bool vendor_is_found(const struct vendor_rule *v, const char *body) {
    char before[64];
    snprintf(before, sizeof before, "my_%s_id = \"", v->word);
    return is_found(before, body, "\"", v->rule.id);
}

static void fill_shape(char *out, const struct shape *s, size_t n) {
    bool uuid = s->set == (CHARS_HEX | CHARS_DASH);
    bool pair = s->min == 17;
    fill(out, n, s->set);
    if (uuid && n == 36) out[8] = out[13] = out[18] = out[23] = '-';
    if (pair && n == 17) out[8] = ':';
}

static void every_vendor_is_found(void **state) {
    (void)state;
    char body[BODY_MAX];
    for (const struct vendor_rule *v = VENDORS; v->word; v++)
        for (size_t i = 0; i < VENDOR_SHAPES && v->shapes[i].set; i++) {
            bool found = false;
            for (int tries = 0; tries < 8 && !found; tries++) { // a draw may read like a word, or have few digits
                fill_shape(body, &v->shapes[i], v->shapes[i].min);
                found = vendor_is_found(v, body);
            }
            if (!found) fail_msg("shape %zu of %s is not found: %s", i, v->word, body);
        }
}

static void a_vendor_beside_another_shape_is_not(void **state) {
    (void)state;
    char body[BODY_MAX];
    for (const struct vendor_rule *v = VENDORS; v->word; v++) {
        fill(body, 7, CHARS_ALNUM);
        if (vendor_is_found(v, body)) fail_msg("%s with %s is found", v->word, body);
        memset(body, '1', v->shapes[0].min);
        body[v->shapes[0].min] = 0;
        if (vendor_is_found(v, body)) fail_msg("%s with %s is found", v->word, body);
    }
    assert_false(
        is_found("the rookTable = \"", "0023452k2KqjLBvaxANWEgTd7bqjsxjo8aZj0wd12", "\"", "secret.vendor.okta"));
}

static bool is_new(const char **seen, size_t *count, const char *id) {
    for (size_t i = 0; i < *count; i++)
        if (!strcmp(seen[i], id)) return false;
    seen[(*count)++] = id;
    return true;
}

static void there_are_at_least_120_formats(void **state) {
    (void)state;
    static const char *seen[600];
    size_t count = 0, prefixes = 0, vendors = 0;
    for (size_t i = 0; i < TABLE_COUNT; i++)
        for (const struct token_rule *t = TABLES[i]; t->prefix; t++) prefixes += is_new(seen, &count, t->rule.id);
    for (const struct vendor_rule *v = VENDORS; v->word; v++) vendors += is_new(seen, &count, v->rule.type);
    print_message("%zu formats by prefix, %zu by vendor\n", prefixes, vendors);
    assert_true(prefixes >= 120);
    assert_true(count >= 200);
}

static bool random_z(const char *text) {
    struct makeup m = makeup_of(span_from(text));
    return looks_random(span_from(text), &m);
}

static void drawn_strings_are_told_from_written_ones(void **state) {
    (void)state;
    static const char *const WRITTEN[] = {"user_profile_settings_v2",  "gpt-4o-mini-2024-07-18",
                                          "customer-identifier-2024",  "InternationalizationOptions",
                                          "reset-password-2024-01-15", "aaaaaaaaaaaaaaaa11"};
    for (size_t i = 0; i < sizeof WRITTEN / sizeof *WRITTEN; i++)
        if (random_z(WRITTEN[i])) fail_msg("%s looks random", WRITTEN[i]);
    char body[65];
    unsigned missed = 0;
    for (int i = 0; i < 1000; i++) {
        fill(body, 32, i % 2 ? CHARS_ALNUM : CHARS_LOWER | CHARS_DIGIT);
        missed += !random_z(body);
    }
    assert_true(missed <= 10);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_prefix_is_found),          cmocka_unit_test(a_body_too_short_or_in_place_of_one_is_not),
        cmocka_unit_test(every_vendor_is_found),          cmocka_unit_test(a_vendor_beside_another_shape_is_not),
        cmocka_unit_test(there_are_at_least_120_formats), cmocka_unit_test(drawn_strings_are_told_from_written_ones),
    };
    return RUN(tests);
}
