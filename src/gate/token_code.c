// Tokens of those who host, build, register and watch code.
#include "gate/token.h"

static float check_gitlab(struct span body) {
    size_t dot = span_find(body, SPAN(".")); // of the routable form: payload, version, length and checksum
    return dot == SIZE_MAX ? body.len == 20 ? 0.95f : 0 : body.len - dot >= 9 ? 0.97f : 0;
}

static float check_sourcegraph(struct span body) {
    size_t hex = run_length(body, body.len - 40, CHARS_HEX, 40);
    return hex == 40 && (body.len == 40 || body.len == 57) ? 0.95f : 0;
}

#define HEX CHARS_HEX
#define URL CHARS_URL64
#define ALNUM CHARS_ALNUM
#define B64 (CHARS_URL64 | CHARS_BASE64)

#define GITHUB(prefix) TOKEN("github", "GITHUB_TOKEN", "GitHub token", prefix, ALNUM, 36, 255, check_base62)
#define GITLAB(id, prefix, set, min, max, check)                                                                       \
    TOKEN("gitlab-" id, "GITLAB_TOKEN", "GitLab token", prefix, set, min, max, check)
#define DOPPLER(prefix) TOKEN("doppler", "DOPPLER_TOKEN", "Doppler token", prefix, ALNUM | CHARS_DOT, 40, 60, NULL)
#define SONAR(prefix) TOKEN("sonar", "SONAR_TOKEN", "Sonar token", prefix, ALNUM, 40, 40, NULL)

const struct token_rule CODE_TOKENS[] = {
    GITHUB("ghp_"),
    GITHUB("gho_"),
    GITHUB("ghu_"),
    GITHUB("ghs_"),
    GITHUB("ghr_"),
    TOKEN("github-pat", "GITHUB_TOKEN", "GitHub token", "github_pat_", CHARS_WORD, 60, 255, NULL),
    GITLAB("personal", "glpat-", URL | CHARS_DOT, 20, 320, check_gitlab),
    GITLAB("deploy", "gldt-", URL, 20, 20, NULL),
    GITLAB("runner-auth", "glrt-", URL | CHARS_DOT, 20, 320, check_gitlab),
    GITLAB("trigger", "glptt-", URL, 40, 40, NULL),
    GITLAB("feed", "glft-", URL, 20, 50, NULL),
    GITLAB("scim", "glsoat-", URL, 20, 50, NULL),
    GITLAB("runner", "GR1348941", URL, 20, 50, NULL),
    GITLAB("job", "glcbt-", URL, 20, 320, NULL),
    GITLAB("agent", "glagent-", URL, 50, 1024, NULL),
    GITLAB("oauth", "gloas-", URL, 64, 64, NULL),
    GITLAB("mail", "glimt-", URL, 25, 25, NULL),
    GITLAB("flag", "glffct-", URL, 20, 50, NULL),
    TOKEN("gitlab-cookie", "GITLAB_TOKEN", "GitLab cookie",
          "_gitlab_sess"
          "ion=",
          HEX, 32, 32, NULL),
    TOKEN("npm", "NPM_TOKEN", "npm token", "npm_", ALNUM, 36, 36, check_base62),
    TOKEN("pypi", "PYPI_TOKEN", "PyPI token", "pypi-AgE", URL, 50, 1000, NULL),
    TOKEN("rubygems", "RUBYGEMS_KEY", "RubyGems key", "rubygems_", HEX, 48, 48, NULL),
    TOKEN("crates", "CRATES_TOKEN", "crates.io token", "cio", ALNUM, 32, 32, check_mixed),
    TOKEN("nuget", "NUGET_KEY", "NuGet key", "oy2", CHARS_LOWER | CHARS_DIGIT, 43, 43, NULL),
    TOKEN("clojars", "CLOJARS_TOKEN", "Clojars token", "CLOJARS_", ALNUM, 60, 60, NULL),
    TOKEN("docker", "DOCKER_TOKEN", "Docker token", "dckr_pat_", URL, 20, 60, NULL),
    TOKEN("docker-org", "DOCKER_TOKEN", "Docker token", "dckr_oat_", URL, 20, 60, NULL),
    TOKEN("jfrog", "JFROG_KEY", "JFrog key", "AKCp", ALNUM, 60, 80, NULL),
    TOKEN("jfrog-reference", "JFROG_TOKEN", "JFrog token", "cmVmd", ALNUM, 59, 59, NULL),
    TOKEN("atlassian", "ATLASSIAN_TOKEN", "Atlassian token", "ATATT3", B64, 100, 300, NULL),
    TOKEN("bitbucket", "BITBUCKET_TOKEN", "Bitbucket token", "ATCTT3", B64, 100, 300, NULL),
    TOKEN("bitbucket-app", "BITBUCKET_TOKEN", "Bitbucket app password", "ATBB", ALNUM, 32, 32, NULL),
    SONAR("squ_"),
    SONAR("sqp_"),
    SONAR("sqa_"),
    TOKEN("sourcegraph", "SOURCEGRAPH_TOKEN", "Sourcegraph token", "sgp_", HEX | CHARS_UNDERSCORE, 40, 57,
          check_sourcegraph),
    TOKEN("sourcegraph", "SOURCEGRAPH_TOKEN", "Sourcegraph token", "sgp_local_", HEX, 40, 40, NULL),
    TOKEN("postman", "POSTMAN_KEY", "Postman key", "PMAK-", HEX | CHARS_DASH, 59, 59, NULL),
    TOKEN("buildkite", "BUILDKITE_TOKEN", "Buildkite token", "bkua_", HEX, 40, 40, NULL),
    TOKEN("circleci", "CIRCLECI_TOKEN", "CircleCI token", "CCIPAT_", CHARS_WORD, 40, 80, NULL),
    TOKEN("octopus", "OCTOPUS_KEY", "Octopus Deploy key", "API-", CHARS_UPPER | CHARS_DIGIT, 26, 26, NULL),
    TOKEN("harness", "HARNESS_TOKEN", "Harness token", "pat.", URL | CHARS_DOT, 68, 68, check_dotted),
    TOKEN("harness-account", "HARNESS_TOKEN", "Harness token", "sat.", URL | CHARS_DOT, 68, 68, check_dotted),
    TOKEN("prefect", "PREFECT_KEY", "Prefect key", "pnu_", ALNUM, 36, 36, NULL),
    TOKEN("prefect-bot", "PREFECT_KEY", "Prefect key", "pnb_", ALNUM, 36, 36, NULL),
    TOKEN("readme", "README_KEY", "ReadMe key", "rdme_", ALNUM, 70, 70, NULL),
    TOKEN("infracost", "INFRACOST_KEY", "Infracost key", "ico-", ALNUM, 32, 32, check_mixed),
    TOKEN("pulumi", "PULUMI_TOKEN", "Pulumi token", "pul-", HEX, 40, 40, NULL),
    TOKEN("launchdarkly", "LAUNCHDARKLY_KEY", "LaunchDarkly key", "sdk-", HEX | CHARS_DASH, 36, 36, NULL),
    TOKEN("sentry", "SENTRY_TOKEN", "Sentry token", "sntryu_", HEX, 64, 64, NULL),
    TOKEN("sentry-org", "SENTRY_TOKEN", "Sentry token", "sntrys_", B64, 60, 400, NULL),
    TOKEN("newrelic", "NEWRELIC_KEY", "New Relic key", "NRAK-", ALNUM, 27, 27, NULL),
    TOKEN("newrelic-insert", "NEWRELIC_KEY", "New Relic key", "NRII-", URL, 32, 32, NULL),
    TOKEN("newrelic-browser", "NEWRELIC_KEY", "New Relic key", "NRJS-", HEX, 19, 19, NULL),
    TOKEN("grafana", "GRAFANA_TOKEN", "Grafana token", "glsa_", CHARS_WORD, 41, 41, NULL),
    TOKEN("grafana-key", "GRAFANA_TOKEN", "Grafana key", "eyJrIjoi", ALNUM | CHARS_BASE64, 60, 400, NULL),
    TOKEN("grafana-cloud", "GRAFANA_TOKEN", "Grafana token", "glc_", ALNUM | CHARS_BASE64, 32, 400, NULL),
    TOKEN("dynatrace", "DYNATRACE_TOKEN", "Dynatrace token", "dt0c01.", ALNUM | CHARS_DOT, 80, 96, check_dotted),
    TOKEN("posthog", "POSTHOG_KEY", "PostHog key", "phx_", URL, 32, 64, NULL),
    TOKEN("langsmith", "LANGSMITH_KEY", "LangSmith key", "lsv2_pt_", HEX | CHARS_UNDERSCORE, 43, 43, NULL),
    TOKEN("langsmith-service", "LANGSMITH_KEY", "LangSmith key", "lsv2_sk_", HEX | CHARS_UNDERSCORE, 43, 43, NULL),
    TOKEN("linear", "LINEAR_KEY", "Linear key", "lin_api_", ALNUM, 40, 40, NULL),
    TOKEN("linear-oauth", "LINEAR_KEY", "Linear token", "lin_oauth_", ALNUM, 40, 64, NULL),
    TOKEN("figma", "FIGMA_TOKEN", "Figma token", "figd_", URL, 38, 48, NULL),
    TOKEN("notion", "NOTION_TOKEN", "Notion token", "ntn_", ALNUM, 40, 50, check_mixed),
    TOKEN("notion-secret", "NOTION_TOKEN", "Notion token", "secret_", ALNUM, 43, 43, check_mixed),
    TOKEN("airtable", "AIRTABLE_TOKEN", "Airtable token", "pat", ALNUM | CHARS_DOT, 79, 79, check_dotted),
    TOKEN("typeform", "TYPEFORM_TOKEN", "Typeform token", "tfp_", B64 | CHARS_DOT, 59, 59, NULL),
    TOKEN("contentful", "CONTENTFUL_TOKEN", "Contentful token", "CFPAT-", URL, 43, 43, NULL),
    TOKEN("vault", "VAULT_TOKEN", "Vault token", "hvs.", URL, 24, 400, check_mixed),
    TOKEN("vault-batch", "VAULT_TOKEN", "Vault token", "hvb.", URL, 100, 400, check_mixed),
    TOKEN("vault-recovery", "VAULT_TOKEN", "Vault token", "hvr.", URL, 24, 400, check_mixed),
    TOKEN("vault-legacy", "VAULT_TOKEN", "Vault token", "s.", ALNUM, 24, 24, check_mixed),
    DOPPLER("dp.pt."),
    DOPPLER("dp.st."),
    DOPPLER("dp.ct."),
    DOPPLER("dp.sa."),
    DOPPLER("dp.scim."),
    DOPPLER("dp.audit."),
    TOKEN("apify", "APIFY_TOKEN", "Apify token", "apify_api_", ALNUM, 30, 48, NULL),
    TOKEN("settlemint", "SETTLEMINT_TOKEN", "SettleMint token", "sm_pat_", ALNUM, 16, 16, NULL),
    TOKEN("settlemint-app", "SETTLEMINT_TOKEN", "SettleMint token", "sm_aat_", ALNUM, 16, 16, NULL),
    TOKEN("settlemint-service", "SETTLEMINT_TOKEN", "SettleMint token", "sm_sat_", ALNUM, 16, 16, NULL),
    {.prefix = NULL},
};
