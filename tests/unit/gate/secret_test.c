// Secrets. None stands here: each is put together from a prefix and generated characters when the test runs.
#include "gate_help.h"

// n characters of the alphabet, never the same twice in a row.
static const char *filler(size_t n, const char *alphabet) {
    static char out[4][512];
    static unsigned turn;
    char *p = out[turn++ % 4];
    size_t size = strlen(alphabet);
    for (size_t i = 0; i < n; i++) p[i] = alphabet[(i * 7 + i / 5 + 3) % size];
    p[n] = 0;
    return p;
}

#define MIXED "aB3dEf9hIjK1mNo5qRsT7vWxYz"
#define HEX "0a1b2c3d4e5f6789"
#define UPPER "ABCDEFGH234567JKLMNP"
#define LOWER "abcdefghijklmnopqrstuvwxyz"

struct format {
    const char *head, *mid, *alphabet;
    size_t body;
    const char *tail, *type;
};

static const struct format FORMATS[] = {
    {"AK", "IA", UPPER, 16, "", "AWS_ACCESS_KEY"},
    {"AS", "IA", UPPER, 16, "", "AWS_ACCESS_KEY"},
    {"gh", "p_", MIXED, 36, "", "GITHUB_TOKEN"},
    {"gh", "s_", MIXED, 36, "", "GITHUB_TOKEN"},
    {"github_", "pat_", MIXED, 82, "", "GITHUB_TOKEN"},
    {"gl", "pat-", MIXED, 20, "", "GITLAB_TOKEN"},
    {"xo", "xb-", "0123456789", 24, "", "SLACK_TOKEN"},
    {"https://hooks.", "slack.com/services/T0/B0/", MIXED, 24, "", "SLACK_WEBHOOK"},
    {"sk_", "live_", MIXED, 24, "", "STRIPE_KEY"},
    {"rk_", "test_", MIXED, 24, "", "STRIPE_KEY"},
    {"AI", "za", MIXED, 35, "", "GOOGLE_API_KEY"},
    {"GOC", "SPX-", MIXED, 28, "", "GOOGLE_CLIENT_SECRET"},
    {"ya", "29.", MIXED, 60, "", "GOOGLE_ACCESS_TOKEN"},
    {"s", "k-", MIXED, 48, "", "OPENAI_KEY"},
    {"sk-", "proj-", MIXED, 60, "", "OPENAI_KEY"},
    {"sk-", "ant-api03-", MIXED, 93, "AA", "ANTHROPIC_KEY"},
    {"h", "f_", LOWER, 34, "", "HUGGINGFACE_TOKEN"},
    {"np", "m_", MIXED, 36, "", "NPM_TOKEN"},
    {"py", "pi-AgEIcHlwaS5vcmc", MIXED, 100, "", "PYPI_TOKEN"},
    {"S", "K", HEX, 32, "", "TWILIO_KEY"},
    {"A", "C", HEX, 32, "", "TWILIO_ACCOUNT"},
    {"dop_", "v1_", HEX, 64, "", "DIGITALOCEAN_TOKEN"},
    {"da", "pi", HEX, 32, "", "DATABRICKS_TOKEN"},
    {"Account", "Key=", MIXED, 86, "==", "AZURE_STORAGE_KEY"},
    {"12345678", ":AA", MIXED, 33, "", "TELEGRAM_TOKEN"},
    {"Bear", "er ", MIXED, 40, "", "BEARER_TOKEN"},
    {"postgres://app:", "", MIXED, 12, "@db.internal/x", "URL_CREDENTIALS"},
    {"password", ": ", MIXED, 10, "", "PASSWORD"},
    {"DB_PASSWORD", "=\"", MIXED, 10, "\"", "PASSWORD"},
    {"the password ", "is ", MIXED, 10, ".", "PASSWORD"},
    {"aws_secret_", "access_key = ", MIXED, 40, "", "SECRET"},
    {"\"api_", "key\": \"", MIXED, 32, "\"", "SECRET"},
};

static void each_format_is_found_and_its_body_is_inside(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++) {
        const struct format *f = &FORMATS[i];
        const char *body = filler(f->body, f->alphabet);
        char text[1024];
        snprintf(text, sizeof text, "use %s%s%s%s now", f->head, f->mid, body, f->tail);
        const struct verdict *v = scan_as(shared(), text, PROFILE_LENIENT);
        const struct finding *found = find(v, f->type);
        if (!found) fail_msg("no %s in '%s'", f->type, text);
        assert_true(v->sensitive);
        size_t at = (size_t)(strstr(text, body) - text);
        assert_true(found->start <= at && found->end >= at + f->body);
    }
}

static void each_format_cut_short_or_placeheld_is_left_alone(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++) {
        const struct format *f = &FORMATS[i];
        char text[1024];
        const char *const BODIES[] = {filler(2, f->alphabet), "<your-key>", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"};
        for (size_t k = 0; k < sizeof BODIES / sizeof *BODIES; k++) {
            snprintf(text, sizeof text, "use %s%s%s%s now", f->head, f->mid, BODIES[k], f->tail);
            const struct finding *found = find(scan_as(shared(), text, PROFILE_BALANCED), f->type);
            if (found && found->hard) fail_msg("%s in '%s'", f->type, text);
        }
    }
}

static void tokens_within_words_are_left_alone(void **state) {
    (void)state;
    char text[256];
    snprintf(text, sizeof text, "task-%s", filler(48, LOWER));
    assert_false(scan_as(shared(), text, PROFILE_BALANCED)->sensitive);
    snprintf(text, sizeof text, "xAK%s%s", "IA", filler(16, UPPER));
    assert_false(scan_as(shared(), text, PROFILE_BALANCED)->sensitive);
}

static void github_checksum_raises_the_score_and_never_refuses(void **state) {
    (void)state;
    static const char *const ENDS[] = {"3mpbCX", "000000"}; // CRC32 of the 30 before it, in base 62; and a wrong one
    for (int i = 0; i < 2; i++) {
        char text[128];
        snprintf(text, sizeof text, "gh%s0123456789abcdefghijABCDEFGHIJ%s", "p_", ENDS[i]);
        const struct finding *f = find(scan_as(shared(), text, PROFILE_BALANCED), "GITHUB_TOKEN");
        assert_non_null(f);
        assert_true(f->hard && (f->score > 0.95f) == (i == 0));
    }
}

static void jwt_needs_three_parts(void **state) {
    (void)state;
    char text[512];
    const char *payload = filler(40, MIXED);
    snprintf(text, sizeof text, "ey%s.eyJ%s.%s", "JhbGciOiJIUzI1NiJ9", payload, filler(43, MIXED));
    assert_non_null(find(scan_as(shared(), text, PROFILE_BALANCED), "JWT"));
    snprintf(text, sizeof text, "ey%s.eyJ%s", "JhbGciOiJIUzI1NiJ9", payload);
    assert_null(find(scan_as(shared(), text, PROFILE_BALANCED), "JWT"));
}

static void basic_credentials_must_decode_to_a_pair(void **state) {
    (void)state;
    // "aladdin:opensesame", the example of the standard
    assert_non_null(find(scan_as(shared(),
                                 "Authorization: Basic YWxhZGRpbjpv"
                                 "cGVuc2VzYW1l",
                                 PROFILE_BALANCED),
                         "BASIC_CREDENTIALS"));
    assert_false(scan_as(shared(), "basic understanding of basic arithmetic", PROFILE_BALANCED)->sensitive);
}

static void private_keys_need_a_body(void **state) {
    (void)state;
    char text[1024];
    const char *head = "-----BEGIN RSA PRIVATE "
                       "KEY-----";
    snprintf(text, sizeof text,
             "%s\n%s\n-----END RSA PRIVATE "
             "KEY-----",
             head, filler(64, MIXED));
    const struct verdict *v = scan_as(shared(), text, PROFILE_LENIENT);
    assert_true(v->sensitive && find(v, "PRIVATE_KEY"));
    snprintf(text, sizeof text, "what does %s mean?", head);
    assert_false(scan_as(shared(), text, PROFILE_BALANCED)->sensitive);
}

static void passwords_are_seen_between_key_and_value_of_an_object(void **state) {
    (void)state;
    char text[128];
    snprintf(text, sizeof text, "db_pass%s\n%s\nnext", "word", filler(10, MIXED));
    assert_non_null(find(scan_as(shared(), text, PROFILE_LENIENT), "PASSWORD"));
    assert_false(scan_as(shared(), "Username\nPassword\nSign in 4 times", PROFILE_BALANCED)->sensitive);
}

static void passwords_in_program_text_and_prose_are_left_alone(void **state) {
    (void)state;
    static const struct expectation ROWS[] = {
        {"password = getpass.getpass()", NULL, false},
        {"password: str = Field(min_length=8)", NULL, false},
        {"password = os.environ[\"DB_PASSWORD1\"]", NULL, false},
        {"password: ${DB_PASSWORD2}", NULL, false},
        {"I forgot my password is there a way to reset it", NULL, false},
        {"the password is case sensitive", NULL, false},
        {"max_tokens: 4096, token: string", NULL, false},
        {"password: changeme123", NULL, false},
    };
    CHECK(ROWS);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_format_is_found_and_its_body_is_inside),
        cmocka_unit_test(each_format_cut_short_or_placeheld_is_left_alone),
        cmocka_unit_test(tokens_within_words_are_left_alone),
        cmocka_unit_test(github_checksum_raises_the_score_and_never_refuses),
        cmocka_unit_test(jwt_needs_three_parts),
        cmocka_unit_test(basic_credentials_must_decode_to_a_pair),
        cmocka_unit_test(private_keys_need_a_body),
        cmocka_unit_test(passwords_are_seen_between_key_and_value_of_an_object),
        cmocka_unit_test(passwords_in_program_text_and_prose_are_left_alone),
    };
    return RUN(tests);
}
