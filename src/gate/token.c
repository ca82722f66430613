// Tokens that carry a prefix of their own: one row a format.
#include "gate/checks.h"
#include "gate/scan.h"

// What a format asks beyond its shape. Returns the score, 0 to refuse.
typedef float check_fn(struct span body);

struct token_rule {
    struct rule rule;
    const char *prefix;
    uint16_t set;      // of the body, enum charset
    uint16_t min, max; // length of the body
    check_fn *check;   // or NULL
};

static float check_base62(struct span body) {
    return check_base62_crc(body) ? 0.99f : 0.90f; // fakes and truncated copies fail it: raises, never refuses
}

static float check_openai(struct span body) {
    static const struct span INFIX = {"T3BlbkFJ", 8}; // "OpenAI" in base64
    if (span_starts(body, SPAN("ant-"))) return 0;    // of Anthropic, whose longer prefix is asked next
    if (span_find(body, INFIX) != SIZE_MAX) return 0.99f;
    static const char *const KINDS[] = {"proj-", "svcacct-", "admin-", "None-"};
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        if (body.len >= 40 && span_starts(body, span_from(KINDS[i]))) return 0.90f;
    return body.len >= 32 && count_kinds(body) >= 3 && count_distinct(body) >= 16 ? 0.80f : 0;
}

static float check_mixed(struct span body) {
    return count_kinds(body) >= 3 ? 0.90f : 0;
}

static float check_slack(struct span body) {
    return run_length(body, 0, CHARS_DIGIT, 2) || body.len >= 24 ? 0.95f : 0;
}

static float check_sendgrid(struct span body) {
    return body.at[22] == '.' ? 0.99f : count_kinds(body) >= 3 ? 0.80f : 0;
}

static float check_dotted(struct span body) {
    return span_find(body, SPAN(".")) != SIZE_MAX ? 0.95f : 0;
}

static float check_paths(struct span body) {
    size_t slashes = 0;
    for (size_t i = 0; i < body.len; i++) slashes += body.at[i] == '/';
    return slashes >= 1 && count_distinct(body) >= 8 ? 0.95f : 0;
}

#define TOKEN(id, type, name, prefix, set, min, max, check)                                                            \
    { {"secret." id, type, name, CLASS_SECRET, WEIGHT_GRAVE, 0.95f}, prefix, set, min, max, check }

#define GITHUB(prefix) TOKEN("github", "GITHUB_TOKEN", "GitHub token", prefix, CHARS_ALNUM, 36, 255, check_base62)
#define GITLAB(prefix) TOKEN("gitlab", "GITLAB_TOKEN", "GitLab token", prefix, CHARS_URL64 | CHARS_DOT, 16, 320, NULL)
#define AWS(prefix)                                                                                                    \
    TOKEN("aws-key-id", "AWS_ACCESS_KEY", "AWS access key", prefix, CHARS_UPPER | CHARS_DIGIT, 16, 16, NULL)
#define SLACK(prefix)                                                                                                  \
    TOKEN("slack", "SLACK_TOKEN", "Slack token", prefix, CHARS_ALNUM | CHARS_DASH, 10, 255, check_slack)
#define STRIPE(prefix) TOKEN("stripe", "STRIPE_KEY", "Stripe key", prefix, CHARS_ALNUM, 10, 247, NULL)
#define DIGITALOCEAN(prefix)                                                                                           \
    TOKEN("digitalocean", "DIGITALOCEAN_TOKEN", "DigitalOcean token", prefix, CHARS_HEX, 64, 64, NULL)
#define SHOPIFY(prefix) TOKEN("shopify", "SHOPIFY_TOKEN", "Shopify token", prefix, CHARS_HEX, 32, 32, NULL)
#define WEBHOOK(id, type, name, prefix)                                                                                \
    TOKEN(id, type, name, prefix, CHARS_URL64 | CHARS_DOT | CHARS_BASE64, 24, 400, check_paths)

static const struct token_rule TOKENS[] = {
    AWS("AKIA"),
    AWS("ASIA"),
    AWS("ABIA"),
    AWS("ACCA"),
    GITHUB("ghp_"),
    GITHUB("gho_"),
    GITHUB("ghu_"),
    GITHUB("ghs_"),
    GITHUB("ghr_"),
    TOKEN("github-pat", "GITHUB_TOKEN", "GitHub token", "github_pat_", CHARS_WORD, 60, 255, NULL),
    GITLAB("glpat-"),
    GITLAB("gldt-"),
    GITLAB("glrt-"),
    GITLAB("glptt-"),
    GITLAB("glft-"),
    GITLAB("glsoat-"),
    TOKEN("gitlab-runner", "GITLAB_TOKEN", "GitLab token", "GR1348941", CHARS_URL64, 20, 60, NULL),
    GITLAB("glcbt-"),
    GITLAB("glagent-"),
    GITLAB("gloas-"),
    GITLAB("glimt-"),
    GITLAB("glffct-"),
    SLACK("xoxa-"),
    SLACK("xoxb-"),
    SLACK("xoxe-"),
    SLACK("xoxo-"),
    SLACK("xoxp-"),
    SLACK("xoxr-"),
    SLACK("xoxs-"),
    SLACK("xoxe.xoxp-"),
    SLACK("xoxe.xoxb-"),
    SLACK("xapp-"),
    WEBHOOK("slack-webhook", "SLACK_WEBHOOK", "Slack webhook", "hooks.slack.com/"),
    WEBHOOK("discord-webhook", "DISCORD_WEBHOOK", "Discord webhook", "discord.com/api/webhooks/"),
    WEBHOOK("discord-webhook", "DISCORD_WEBHOOK", "Discord webhook", "discordapp.com/api/webhooks/"),
    STRIPE("sk_live_"),
    STRIPE("sk_test_"),
    STRIPE("sk_prod_"),
    STRIPE("rk_live_"),
    STRIPE("rk_test_"),
    STRIPE("rk_prod_"),
    TOKEN("google-api", "GOOGLE_API_KEY", "Google API key", "AIza", CHARS_URL64, 35, 35, NULL),
    TOKEN("google-oauth", "GOOGLE_CLIENT_SECRET", "Google client secret", "GOCSPX-", CHARS_URL64, 20, 40, NULL),
    TOKEN("google-access", "GOOGLE_ACCESS_TOKEN", "Google access token", "ya29.", CHARS_URL64 | CHARS_DOT, 30, 1000,
          NULL),
    TOKEN("anthropic", "ANTHROPIC_KEY", "Anthropic key", "sk-ant-", CHARS_URL64, 24, 200, NULL),
    TOKEN("openai", "OPENAI_KEY", "OpenAI key", "sk-", CHARS_URL64, 20, 300, check_openai),
    TOKEN("huggingface", "HUGGINGFACE_TOKEN", "Hugging Face token", "hf_", CHARS_ALNUM, 34, 40, NULL),
    TOKEN("huggingface-org", "HUGGINGFACE_TOKEN", "Hugging Face token", "api_org_", CHARS_ALNUM, 34, 34, NULL),
    TOKEN("groq", "GROQ_KEY", "Groq key", "gsk_", CHARS_ALNUM, 40, 64, NULL),
    TOKEN("xai", "XAI_KEY", "xAI key", "xai-", CHARS_ALNUM, 64, 100, NULL),
    TOKEN("perplexity", "PERPLEXITY_KEY", "Perplexity key", "pplx-", CHARS_ALNUM, 40, 64, NULL),
    TOKEN("replicate", "REPLICATE_TOKEN", "Replicate token", "r8_", CHARS_ALNUM, 37, 40, NULL),
    TOKEN("nvidia", "NVIDIA_KEY", "NVIDIA key", "nvapi-", CHARS_URL64, 40, 100, NULL),
    TOKEN("npm", "NPM_TOKEN", "npm token", "npm_", CHARS_ALNUM, 36, 36, check_base62),
    TOKEN("pypi", "PYPI_TOKEN", "PyPI token", "pypi-AgE", CHARS_URL64, 50, 1000, NULL),
    TOKEN("sendgrid", "SENDGRID_KEY", "SendGrid key", "SG.", CHARS_URL64 | CHARS_DOT | CHARS_BASE64, 66, 66,
          check_sendgrid),
    TOKEN("twilio", "TWILIO_KEY", "Twilio key", "SK", CHARS_HEX, 32, 32, NULL),
    TOKEN("twilio-account", "TWILIO_ACCOUNT", "Twilio account", "AC", CHARS_HEX, 32, 32, NULL),
    DIGITALOCEAN("dop_v1_"),
    DIGITALOCEAN("doo_v1_"),
    DIGITALOCEAN("dor_v1_"),
    TOKEN("databricks", "DATABRICKS_TOKEN", "Databricks token", "dapi", CHARS_HEX | CHARS_DASH, 32, 34, NULL),
    TOKEN("azure-storage", "AZURE_STORAGE_KEY", "Azure storage key", "AccountKey=", CHARS_ALNUM | CHARS_BASE64, 80, 100,
          NULL),
    TOKEN("azure-shared", "AZURE_SHARED_KEY", "Azure shared access key", "SharedAccessKey=", CHARS_ALNUM | CHARS_BASE64,
          40, 100, NULL),
    SHOPIFY("shpat_"),
    SHOPIFY("shpca_"),
    SHOPIFY("shppa_"),
    SHOPIFY("shpss_"),
    TOKEN("square", "SQUARE_TOKEN", "Square token", "sq0atp-", CHARS_URL64, 22, 60, NULL),
    TOKEN("square", "SQUARE_TOKEN", "Square token", "sq0csp-", CHARS_URL64, 40, 60, NULL),
    TOKEN("square", "SQUARE_TOKEN", "Square token", "EAAA", CHARS_URL64, 50, 60, check_mixed),
    TOKEN("mailgun", "MAILGUN_KEY", "Mailgun key", "key-", CHARS_HEX, 32, 32, NULL),
    TOKEN("grafana", "GRAFANA_TOKEN", "Grafana token", "glsa_", CHARS_WORD, 41, 41, NULL),
    TOKEN("grafana-key", "GRAFANA_TOKEN", "Grafana key", "eyJrIjoi", CHARS_ALNUM | CHARS_BASE64, 60, 400, NULL),
    TOKEN("grafana-cloud", "GRAFANA_TOKEN", "Grafana token", "glc_", CHARS_ALNUM | CHARS_BASE64, 32, 400, NULL),
    TOKEN("atlassian", "ATLASSIAN_TOKEN", "Atlassian token", "ATATT3", CHARS_URL64 | CHARS_BASE64, 100, 300, NULL),
    TOKEN("bitbucket", "BITBUCKET_TOKEN", "Bitbucket token", "ATCTT3", CHARS_URL64 | CHARS_BASE64, 100, 300, NULL),
    TOKEN("linear", "LINEAR_KEY", "Linear key", "lin_api_", CHARS_ALNUM, 40, 40, NULL),
    TOKEN("notion", "NOTION_TOKEN", "Notion token", "ntn_", CHARS_ALNUM, 40, 50, NULL),
    TOKEN("vault", "VAULT_TOKEN", "Vault token", "hvs.", CHARS_URL64, 24, 400, check_mixed),
    TOKEN("vault", "VAULT_TOKEN", "Vault token", "hvb.", CHARS_URL64, 100, 400, check_mixed),
    TOKEN("docker", "DOCKER_TOKEN", "Docker token", "dckr_pat_", CHARS_URL64, 20, 60, NULL),
    TOKEN("jfrog", "JFROG_KEY", "JFrog key", "AKCp", CHARS_ALNUM, 60, 80, NULL),
    TOKEN("doppler", "DOPPLER_TOKEN", "Doppler token", "dp.pt.", CHARS_ALNUM, 40, 48, NULL),
    TOKEN("planetscale", "PLANETSCALE_TOKEN", "PlanetScale token", "pscale_", CHARS_URL64 | CHARS_DOT | CHARS_BASE64,
          34, 80, NULL),
    TOKEN("newrelic", "NEWRELIC_KEY", "New Relic key", "NRAK-", CHARS_ALNUM, 27, 27, NULL),
    TOKEN("sentry", "SENTRY_TOKEN", "Sentry token", "sntryu_", CHARS_HEX, 64, 64, NULL),
    TOKEN("sentry", "SENTRY_TOKEN", "Sentry token", "sntrys_", CHARS_URL64 | CHARS_BASE64, 60, 400, NULL),
    TOKEN("postman", "POSTMAN_KEY", "Postman key", "PMAK-", CHARS_HEX | CHARS_DASH, 59, 59, NULL),
    TOKEN("airtable", "AIRTABLE_TOKEN", "Airtable token", "pat", CHARS_ALNUM | CHARS_DOT, 79, 79, check_dotted),
    TOKEN("age", "AGE_KEY", "age key", "AGE-SECRET-KEY-1", CHARS_UPPER | CHARS_DIGIT, 58, 58, NULL),
    TOKEN("1password", "ONEPASSWORD_TOKEN", "1Password token", "ops_eyJ", CHARS_ALNUM | CHARS_BASE64, 100, 1000, NULL),
    TOKEN("heroku", "HEROKU_KEY", "Heroku key", "HRKU-", CHARS_URL64, 36, 64, NULL),
    TOKEN("flyio", "FLYIO_TOKEN", "Fly.io token", "fo1_", CHARS_URL64, 43, 43, NULL),
    TOKEN("flyio", "FLYIO_TOKEN", "Fly.io token", "fm2_", CHARS_ALNUM | CHARS_BASE64, 100, 1000, NULL),
    TOKEN("flyio", "FLYIO_TOKEN", "Fly.io token", "fm1a_", CHARS_ALNUM | CHARS_BASE64, 100, 1000, NULL),
    TOKEN("flyio", "FLYIO_TOKEN", "Fly.io token", "fm1r_", CHARS_ALNUM | CHARS_BASE64, 100, 1000, NULL),
    TOKEN("rubygems", "RUBYGEMS_KEY", "RubyGems key", "rubygems_", CHARS_HEX, 48, 48, NULL),
    TOKEN("pulumi", "PULUMI_TOKEN", "Pulumi token", "pul-", CHARS_HEX, 40, 40, NULL),
    TOKEN("bedrock", "AWS_BEDROCK_KEY", "Bedrock key", "ABSK", CHARS_ALNUM | CHARS_BASE64, 109, 269, NULL),
    TOKEN("easypost", "EASYPOST_KEY", "EasyPost key", "EZAK", CHARS_ALNUM, 54, 54, NULL),
    TOKEN("easypost", "EASYPOST_KEY", "EasyPost key", "EZTK", CHARS_ALNUM, 54, 54, NULL),
    TOKEN("dynatrace", "DYNATRACE_TOKEN", "Dynatrace token", "dt0c01.", CHARS_ALNUM | CHARS_DOT, 80, 96, check_dotted),
    TOKEN("shippo", "SHIPPO_TOKEN", "Shippo token", "shippo_live_", CHARS_HEX, 40, 40, NULL),
    TOKEN("shippo", "SHIPPO_TOKEN", "Shippo token", "shippo_test_", CHARS_HEX, 40, 40, NULL),
    TOKEN("sendinblue", "BREVO_KEY", "Brevo key", "xkeysib-", CHARS_HEX | CHARS_DASH | CHARS_LOWER, 81, 81, NULL),
    TOKEN("openshift", "OPENSHIFT_TOKEN", "OpenShift token", "sha256~", CHARS_URL64, 43, 43, NULL),
    TOKEN("alibaba", "ALIBABA_KEY", "Alibaba Cloud key", "LTAI", CHARS_ALNUM, 16, 24, check_mixed),
};

static void verify_token(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    const struct token_rule *t = anchor->with;
    size_t n = run_length(s->text, end, t->set, (size_t)t->max + 1);
    // The full stop of a sentence belongs to no token.
    while (n && n <= t->max && char_in(s->text.at[end + n - 1], CHARS_DOT)) n--;
    if (n < t->min || n > t->max) return;
    struct span body = span_sub(s->text, end, n);
    if (count_distinct(body) < (n < 20 ? 5 : 7) || contains_nocase(body, "example") || contains_nocase(body, "xxxxx"))
        return;
    float score = t->check ? t->check(body) : t->rule.score;
    if (score <= 0) return;
    scan_report_scored(s, &t->rule, start, end + n, score);
    s->done = end + n;
}

size_t token_anchors(struct anchor *out) {
    size_t count = sizeof TOKENS / sizeof *TOKENS;
    for (size_t i = 0; out && i < count; i++)
        out[i] = (struct anchor){
            .literal = TOKENS[i].prefix, .flags = ANCHOR_STEM, .verify = verify_token, .with = &TOKENS[i]};
    return count;
}
