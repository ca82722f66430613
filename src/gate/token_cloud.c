// Tokens of clouds: machines, storage, databases, networks, the secrets of identities.
#include "gate/token.h"

// Version byte and checksum of a bech32 string whose human part is "age-secret-key-".
static bool check_bech32_age(struct span body) {
    static const char HUMAN[] = "age-secret-key-", ALPHABET[] = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
    static const uint32_t GENERATOR[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    enum { PARTS = sizeof HUMAN - 1 };
    uint32_t sum = 1;
    for (size_t i = 0; i < 2 * PARTS + 1 + body.len; i++) {
        uint32_t value = 0;
        if (i < PARTS) value = (uint32_t)HUMAN[i] >> 5;
        else if (i > 2 * PARTS) {
            const char *p = strchr(ALPHABET, body.at[i - 2 * PARTS - 1]); // the body holds no NUL
            if (!p) return false;
            value = (uint32_t)(p - ALPHABET);
        } else if (i > PARTS) value = (uint32_t)HUMAN[i - PARTS - 1] & 31;
        uint32_t top = sum >> 25;
        sum = (sum & 0x1ffffff) << 5 ^ value;
        for (int k = 0; k < 5; k++) sum ^= top >> k & 1 ? GENERATOR[k] : 0;
    }
    return sum == 1;
}

static float check_age(struct span body) {
    return check_bech32_age(body) ? 0.99f : 0.90f;
}

static float check_bedrock(struct span body) {
    char plain[16];
    size_t len = base64_decode(span_sub(body, 0, 20), plain, sizeof plain);
    return span_find(span_make(plain, len), SPAN("BedrockAPIKey-")) != SIZE_MAX ? 0.99f : 0.85f;
}

static float check_yandex(struct span body) {
    size_t dot = span_find(body, SPAN("."));
    return dot != SIZE_MAX && body.len - dot > 80 ? 0.95f : 0;
}

static float check_with_digits(struct span body) {
    return count_kinds(body) >= 2 ? 0.90f : 0;
}

static float check_facebook(struct span body) {
    return count_kinds(body) >= 3 && count_distinct(body) >= 24 ? 0.90f : 0;
}

#define HEX CHARS_HEX
#define URL CHARS_URL64
#define ALNUM CHARS_ALNUM
#define B64 (CHARS_ALNUM | CHARS_BASE64)

#define AWS(prefix)                                                                                                    \
    TOKEN("aws-key-id", "AWS_ACCESS_KEY", "AWS access key", prefix, CHARS_UPPER | CHARS_DIGIT, 16, 16, NULL)
#define DIGITALOCEAN(id, prefix)                                                                                       \
    TOKEN("digitalocean" id, "DIGITALOCEAN_TOKEN", "DigitalOcean token", prefix, HEX, 64, 64, NULL)
#define PLANETSCALE(id, prefix)                                                                                        \
    TOKEN("planetscale-" id, "PLANETSCALE_TOKEN", "PlanetScale token", prefix, URL | CHARS_DOT | CHARS_BASE64, 32, 64, \
          NULL)

const struct token_rule CLOUD_TOKENS[] = {
    AWS("AKIA"),
    AWS("ASIA"),
    AWS("ABIA"),
    AWS("ACCA"),
    AWS("A3T"),
    TOKEN("aws-mws", "AWS_MWS_KEY", "Amazon MWS key", "amzn.mws.", HEX | CHARS_DASH, 36, 36, NULL),
    TOKEN("bedrock", "AWS_BEDROCK_KEY", "Bedrock key", "ABSK", B64, 109, 269, check_bedrock),
    TOKEN("bedrock-short", "AWS_BEDROCK_KEY", "Bedrock key", "bedrock-api-key-", B64, 60, 2000, NULL),
    TOKEN("google-api", "GOOGLE_API_KEY", "Google API key", "AIza", URL, 35, 35, NULL),
    TOKEN("google-oauth", "GOOGLE_CLIENT_SECRET", "Google client secret", "GOCSPX-", URL, 20, 40, NULL),
    TOKEN("google-access", "GOOGLE_ACCESS_TOKEN", "Google access token", "ya29.", URL | CHARS_DOT, 30, 1000, NULL),
    TOKEN("google-refresh", "GOOGLE_REFRESH_TOKEN", "Google refresh token", "1//0", URL, 40, 120, check_mixed),
    TOKEN("azure-storage", "AZURE_STORAGE_KEY", "Azure storage key", "AccountKey=", B64, 80, 100, NULL),
    TOKEN("azure-shared", "AZURE_SHARED_KEY", "Azure shared access key", "SharedAccessKey=", B64, 40, 100, NULL),
    TOKEN("azure-devops", "AZURE_DEVOPS_TOKEN", "Azure DevOps token", "AZDO", ALNUM, 72, 84, NULL),
    DIGITALOCEAN("", "dop_v1_"),
    DIGITALOCEAN("-oauth", "doo_v1_"),
    DIGITALOCEAN("-refresh", "dor_v1_"),
    TOKEN("databricks", "DATABRICKS_TOKEN", "Databricks token", "dapi", HEX | CHARS_DASH, 32, 34, NULL),
    TOKEN("heroku", "HEROKU_KEY", "Heroku key", "HRKU-", URL, 36, 64, NULL),
    TOKEN("flyio", "FLYIO_TOKEN", "Fly.io token", "fo1_", URL, 43, 43, NULL),
    TOKEN("flyio-macaroon", "FLYIO_TOKEN", "Fly.io token", "fm2_", B64, 100, 1000, NULL),
    TOKEN("flyio-auth", "FLYIO_TOKEN", "Fly.io token", "fm1a_", B64, 100, 1000, NULL),
    TOKEN("flyio-read", "FLYIO_TOKEN", "Fly.io token", "fm1r_", B64, 100, 1000, NULL),
    TOKEN("alibaba", "ALIBABA_KEY", "Alibaba Cloud key", "LTAI", ALNUM, 16, 24, NULL),
    TOKEN("tencent", "TENCENT_KEY", "Tencent Cloud key", "AKID", ALNUM, 32, 40, check_mixed),
    TOKEN("yandex", "YANDEX_KEY", "Yandex key", "AQVN", URL, 35, 38, NULL),
    TOKEN("yandex-static", "YANDEX_KEY", "Yandex static key", "YC", URL, 38, 38, check_mixed),
    TOKEN("yandex-iam", "YANDEX_TOKEN", "Yandex IAM token", "t1.", URL | CHARS_DOT | CHARS_BASE64, 88, 400,
          check_yandex),
    TOKEN("scaleway", "SCALEWAY_KEY", "Scaleway key", "SCW", CHARS_UPPER | CHARS_DIGIT, 17, 17, check_with_digits),
    TOKEN("scalingo", "SCALINGO_TOKEN", "Scalingo token", "tk-us-", URL, 48, 48, NULL),
    TOKEN("cloudflare-origin", "CLOUDFLARE_KEY", "Cloudflare origin key", "v1.0-", HEX | CHARS_DASH, 171, 171, NULL),
    TOKEN("tailscale", "TAILSCALE_KEY", "Tailscale key", "tskey-", URL, 24, 80, check_mixed),
    TOKEN("defined", "DEFINED_KEY", "Defined Networking key", "dnkey-", URL | CHARS_BASE64, 79, 79, NULL),
    TOKEN("openshift", "OPENSHIFT_TOKEN", "OpenShift token", "sha256~", URL, 43, 43, NULL),
    TOKEN("rancher", "RANCHER_TOKEN", "Rancher token", "kubeconfig-u-", ALNUM | CHARS_DASH | CHARS_DOT, 60, 90, NULL),
    TOKEN("netlify", "NETLIFY_TOKEN", "Netlify token", "nfp_", ALNUM, 36, 40, NULL),
    TOKEN("render", "RENDER_KEY", "Render key", "rnd_", ALNUM, 28, 40, NULL),
    TOKEN("deno", "DENO_TOKEN", "Deno token", "ddp_", ALNUM, 36, 36, NULL),
    TOKEN("supabase", "SUPABASE_TOKEN", "Supabase token", "sbp_", HEX, 40, 40, NULL),
    TOKEN("supabase-key", "SUPABASE_KEY", "Supabase key", "sb_secret_", URL, 24, 60, NULL),
    TOKEN("neon", "NEON_KEY", "Neon key", "napi_", ALNUM, 60, 72, NULL),
    PLANETSCALE("token", "pscale_tkn_"),
    PLANETSCALE("password", "pscale_pw_"),
    PLANETSCALE("oauth", "pscale_oauth_"),
    TOKEN("clickhouse", "CLICKHOUSE_KEY", "ClickHouse key", "4b1d", ALNUM, 38, 38, check_mixed),
    TOKEN("pinecone", "PINECONE_KEY", "Pinecone key", "pcsk_", CHARS_WORD, 60, 80, NULL),
    TOKEN("1password", "ONEPASSWORD_TOKEN", "1Password token", "ops_eyJ", B64, 100, 2000, NULL),
    TOKEN("1password-key", "ONEPASSWORD_KEY", "1Password secret key", "A3-", CHARS_UPPER | CHARS_DIGIT | CHARS_DASH, 36,
          37, NULL),
    TOKEN("age", "AGE_KEY", "age key", "AGE-SECRET-KEY-1", CHARS_UPPER | CHARS_DIGIT, 58, 58, check_age),
    TOKEN("authress", "AUTHRESS_KEY", "Authress key", "sc_", URL | CHARS_DOT, 50, 140, check_dotted),
    TOKEN("wallet-xprv", "WALLET_KEY", "extended private key", "xprv", ALNUM, 107, 108, NULL),
    TOKEN("wallet-zprv", "WALLET_KEY", "extended private key", "zprv", ALNUM, 107, 108, NULL),
    TOKEN("facebook", "FACEBOOK_TOKEN", "Facebook token", "EAA", ALNUM, 80, 400, check_facebook),
    TOKEN("instagram", "INSTAGRAM_TOKEN", "Instagram token", "IGQV", URL, 80, 400, check_facebook),
    TOKEN("twitter-bearer", "TWITTER_TOKEN", "Twitter bearer token", "AAAAAAAAAAAAAAAAAAAAA", ALNUM | CHARS_BASE64, 60,
          140, check_facebook),
    {.prefix = NULL},
};
