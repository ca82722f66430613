// Tokens of services: language models, payments, mail, chat, webhooks.
#include "gate/token.h"

static float check_openai(struct span body) {
    static const struct span INFIX = {"T3BlbkFJ", 8}; // "OpenAI" in base64
    if (span_starts(body, SPAN("ant-")) || span_starts(body, SPAN("or-v1-")))
        return 0; // whose longer prefix is asked next
    if (span_find(body, INFIX) != SIZE_MAX) return 0.99f;
    static const char *const KINDS[] = {"proj-", "svcacct-", "admin-", "None-"};
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        if (body.len >= 40 && span_starts(body, span_from(KINDS[i]))) return 0.90f;
    if (body.len == 32 && run_length(body, 0, CHARS_HEX, 32) == 32 && count_distinct(body) >= 10)
        return 0.85f; // DeepSeek
    return body.len >= 32 && count_kinds(body) >= 3 && count_distinct(body) >= 16 ? 0.80f : 0;
}

static float check_slack(struct span body) {
    return run_length(body, 0, CHARS_DIGIT, 2) || body.len >= 24 || (body.len >= 12 && count_kinds(body) >= 2) ? 0.95f
                                                                                                               : 0;
}

static float check_sendgrid(struct span body) {
    return body.at[22] == '.' ? 0.99f : count_kinds(body) >= 3 ? 0.80f : 0;
}

static float check_uuid_tail(struct span body) {
    return run_length(body, body.len - 12, CHARS_HEX, 12) == 12 ? 0.95f : 0;
}

#define HEX CHARS_HEX
#define URL CHARS_URL64
#define ALNUM CHARS_ALNUM
#define B64 (CHARS_URL64 | CHARS_BASE64)
#define ADDRESS (CHARS_URL64 | CHARS_DOT | CHARS_BASE64)

#define SLACK(id, prefix)                                                                                              \
    TOKEN("slack-" id, "SLACK_TOKEN", "Slack token", prefix, ALNUM | CHARS_DASH, 10, 255, check_slack)
#define STRIPE(prefix) TOKEN("stripe", "STRIPE_KEY", "Stripe key", prefix, ALNUM, 10, 247, NULL)
#define SHOPIFY(id, prefix) TOKEN("shopify-" id, "SHOPIFY_TOKEN", "Shopify token", prefix, HEX, 32, 32, NULL)
#define WEBHOOK(id, type, name, prefix) TOKEN(id, type, name, prefix, ADDRESS, 24, 400, check_paths)

const struct token_rule SERVICE_TOKENS[] = {
    TOKEN("anthropic", "ANTHROPIC_KEY", "Anthropic key", "sk-ant-", URL, 24, 200, NULL),
    TOKEN("openai", "OPENAI_KEY", "OpenAI key", "sk-", URL, 20, 300, check_openai),
    TOKEN("openrouter", "OPENROUTER_KEY", "OpenRouter key", "sk-or-v1-", HEX, 64, 64, NULL),
    TOKEN("huggingface", "HUGGINGFACE_TOKEN", "Hugging Face token", "hf_", ALNUM, 34, 40, NULL),
    TOKEN("huggingface-org", "HUGGINGFACE_TOKEN", "Hugging Face token", "api_org_", ALNUM, 34, 34, NULL),
    TOKEN("groq", "GROQ_KEY", "Groq key", "gsk_", ALNUM, 40, 64, NULL),
    TOKEN("xai", "XAI_KEY", "xAI key", "xai-", ALNUM, 64, 100, NULL),
    TOKEN("perplexity", "PERPLEXITY_KEY", "Perplexity key", "pplx-", ALNUM, 40, 64, NULL),
    TOKEN("replicate", "REPLICATE_TOKEN", "Replicate token", "r8_", ALNUM, 37, 40, NULL),
    TOKEN("nvidia", "NVIDIA_KEY", "NVIDIA key", "nvapi-", URL, 40, 100, NULL),
    TOKEN("cerebras", "CEREBRAS_KEY", "Cerebras key", "csk-", ALNUM, 40, 64, check_mixed),
    TOKEN("tavily", "TAVILY_KEY", "Tavily key", "tvly-", URL, 28, 60, NULL),
    TOKEN("fireworks", "FIREWORKS_KEY", "Fireworks key", "fw_", ALNUM, 22, 24, check_mixed),
    TOKEN("together", "TOGETHER_KEY", "Together key", "tgp_v1_", URL, 40, 60, NULL),
    TOKEN("jina", "JINA_KEY", "Jina key", "jina_", URL, 50, 64, NULL),
    TOKEN("elevenlabs", "ELEVENLABS_KEY", "ElevenLabs key", "sk_", HEX, 48, 48, NULL),
    SLACK("app-legacy", "xoxa-"),
    SLACK("bot", "xoxb-"),
    SLACK("refresh", "xoxe-"),
    SLACK("workspace", "xoxo-"),
    SLACK("user", "xoxp-"),
    SLACK("rotating", "xoxr-"),
    SLACK("web", "xoxs-"),
    SLACK("browser", "xoxc-"),
    SLACK("cookie", "xoxd-"),
    SLACK("config-user", "xoxe.xoxp-"),
    SLACK("config-bot", "xoxe.xoxb-"),
    SLACK("app", "xapp-"),
    WEBHOOK("slack-webhook", "SLACK_WEBHOOK", "Slack webhook", "hooks.slack.com/"),
    WEBHOOK("discord-webhook", "DISCORD_WEBHOOK", "Discord webhook", "discord.com/api/webhooks/"),
    WEBHOOK("discord-webhook", "DISCORD_WEBHOOK", "Discord webhook", "discordapp.com/api/webhooks/"),
    TOKEN("teams-webhook", "TEAMS_WEBHOOK", "Teams webhook", "webhook.office.com/webhookb2/", URL, 36, 36, NULL),
    TOKEN("teams-webhook", "TEAMS_WEBHOOK", "Teams webhook", "outlook.office.com/webhook/", URL, 36, 36, NULL),
    WEBHOOK("zapier-webhook", "ZAPIER_WEBHOOK", "Zapier webhook", "hooks.zapier.com/hooks/catch/"),
    WEBHOOK("ifttt-webhook", "IFTTT_WEBHOOK", "IFTTT webhook", "maker.ifttt.com/trigger/"),
    TOKEN("google-chat", "GOOGLE_CHAT_WEBHOOK", "Google Chat webhook", "chat.googleapis.com/v1/spaces/", ADDRESS, 16,
          300, NULL),
    STRIPE("sk_live_"),
    STRIPE("sk_test_"),
    STRIPE("sk_prod_"),
    STRIPE("rk_live_"),
    STRIPE("rk_test_"),
    STRIPE("rk_prod_"),
    TOKEN("stripe-webhook", "STRIPE_KEY", "Stripe webhook secret", "whsec_", ALNUM | CHARS_BASE64, 24, 72, NULL),
    TOKEN("square", "SQUARE_TOKEN", "Square token", "sq0atp-", URL, 22, 60, NULL),
    TOKEN("square-secret", "SQUARE_TOKEN", "Square secret", "sq0csp-", URL, 40, 60, NULL),
    TOKEN("square-access", "SQUARE_TOKEN", "Square token", "EAAA", URL, 22, 60, check_mixed),
    TOKEN("paypal", "BRAINTREE_TOKEN", "Braintree token", "access_token$production$", ALNUM, 16, 16, NULL),
    TOKEN("razorpay", "RAZORPAY_KEY", "Razorpay key", "rzp_live_", ALNUM, 14, 24, NULL),
    TOKEN("plaid", "PLAID_TOKEN", "Plaid token", "access-production-", HEX | CHARS_DASH, 36, 36, check_uuid_tail),
    TOKEN("plaid", "PLAID_TOKEN", "Plaid token", "access-sandbox-", HEX | CHARS_DASH, 36, 36, check_uuid_tail),
    TOKEN("plaid", "PLAID_TOKEN", "Plaid token", "access-development-", HEX | CHARS_DASH, 36, 36, check_uuid_tail),
    TOKEN("flutterwave", "FLUTTERWAVE_KEY", "Flutterwave key", "FLWSECK_TEST-", ALNUM | CHARS_DASH, 12, 34, NULL),
    TOKEN("flutterwave", "FLUTTERWAVE_KEY", "Flutterwave key", "FLWSECK-", ALNUM | CHARS_DASH, 12, 40, NULL),
    TOKEN("flutterwave-public", "FLUTTERWAVE_KEY", "Flutterwave key", "FLWPUBK_TEST-", ALNUM | CHARS_DASH, 32, 34,
          NULL),
    TOKEN("duffel", "DUFFEL_TOKEN", "Duffel token", "duffel_test_", B64, 43, 43, NULL),
    TOKEN("duffel", "DUFFEL_TOKEN", "Duffel token", "duffel_live_", B64, 43, 43, NULL),
    TOKEN("easypost", "EASYPOST_KEY", "EasyPost key", "EZAK", ALNUM, 54, 54, NULL),
    TOKEN("easypost-test", "EASYPOST_KEY", "EasyPost key", "EZTK", ALNUM, 54, 54, NULL),
    TOKEN("shippo", "SHIPPO_TOKEN", "Shippo token", "shippo_live_", HEX, 40, 40, NULL),
    TOKEN("shippo", "SHIPPO_TOKEN", "Shippo token", "shippo_test_", HEX, 40, 40, NULL),
    SHOPIFY("access", "shpat_"),
    SHOPIFY("custom", "shpca_"),
    SHOPIFY("private", "shppa_"),
    SHOPIFY("shared", "shpss_"),
    TOKEN("twilio", "TWILIO_KEY", "Twilio key", "SK", HEX, 32, 32, NULL),
    TOKEN("twilio-account", "TWILIO_ACCOUNT", "Twilio account", "AC", HEX, 32, 32, NULL),
    TOKEN("sendgrid", "SENDGRID_KEY", "SendGrid key", "SG.", ADDRESS, 66, 66, check_sendgrid),
    TOKEN("mailgun", "MAILGUN_KEY", "Mailgun key", "key-", HEX, 32, 32, NULL),
    TOKEN("mailgun-public", "MAILGUN_KEY", "Mailgun key", "pubkey-", HEX, 32, 32, NULL),
    TOKEN("brevo", "BREVO_KEY", "Brevo key", "xkeysib-", HEX | CHARS_DASH | CHARS_LOWER, 81, 81, NULL),
    TOKEN("brevo-mail", "BREVO_KEY", "Brevo mail key", "xsmtpsib-", HEX | CHARS_DASH | CHARS_LOWER, 81, 81, NULL),
    TOKEN("resend", "RESEND_KEY", "Resend key", "re_", CHARS_WORD, 32, 36, check_mixed),
    TOKEN("hubspot", "HUBSPOT_TOKEN", "HubSpot token", "pat-na1-", HEX | CHARS_DASH, 36, 36, check_uuid_tail),
    TOKEN("hubspot", "HUBSPOT_TOKEN", "HubSpot token", "pat-eu1-", HEX | CHARS_DASH, 36, 36, check_uuid_tail),
    TOKEN("intercom", "INTERCOM_TOKEN", "Intercom token", "dG9rO", ALNUM | CHARS_BASE64, 55, 75, NULL),
    TOKEN("frameio", "FRAMEIO_TOKEN", "Frame.io token", "fio-u-", B64, 64, 64, NULL),
    TOKEN("mapbox", "MAPBOX_TOKEN", "Mapbox token", "pk.", ALNUM | CHARS_DOT | CHARS_URL64, 82, 120, check_dotted),
    TOKEN("mapbox-secret", "MAPBOX_TOKEN", "Mapbox token", "sk.eyJ", URL | CHARS_DOT, 76, 140, check_dotted),
    TOKEN("dropbox", "DROPBOX_TOKEN", "Dropbox token", "sl.", B64 | CHARS_DOT, 120, 1500, check_mixed),
    TOKEN("adobe", "ADOBE_SECRET", "Adobe client secret", "p8e-", URL, 32, 32, NULL),
    TOKEN("beamer", "BEAMER_TOKEN", "Beamer token", "b_", B64, 44, 44, check_mixed),
    TOKEN("twitch", "TWITCH_TOKEN", "Twitch token", "oauth:", CHARS_LOWER | CHARS_DIGIT, 30, 30, NULL),
    {.prefix = NULL},
};
