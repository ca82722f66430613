// Keys without a mark of their own, known by the name of their vendor and their shape: `datadog_api_key: <40 letters
// and digits>`. One row a vendor.
#include "gate/assign.h"
#include "gate/likeness.h"
#include "gate/token.h"

#define HEX CHARS_HEX
#define URL CHARS_URL64
#define ALNUM CHARS_ALNUM
#define BASE64 (CHARS_URL64 | CHARS_BASE64 | CHARS_DOT)
#define UUID (CHARS_HEX | CHARS_DASH)
#define PAIR CHARS_HEX // two halves of eight with a colon between
enum { PAIR_BYTES = 17 };

#define VENDOR(id, type, name, word, ...)                                                                              \
    {                                                                                                                  \
        {"secret.vendor." id, type, name, CLASS_SECRET, WEIGHT_GRAVE, 0.85f}, word, {                                  \
            __VA_ARGS__                                                                                                \
        }                                                                                                              \
    }

const struct vendor_rule VENDORS[] = {
    VENDOR("adafruit", "ADAFRUIT_KEY", "Adafruit key", "adafruit", {URL, 32, 32}),
    VENDOR("adobe", "ADOBE_KEY", "Adobe key", "adobe", {HEX, 32, 32}),
    VENDOR("algolia", "ALGOLIA_KEY", "Algolia key", "algolia", {HEX, 32, 32}),
    VENDOR("alibaba", "ALIBABA_SECRET", "Alibaba secret", "alibaba", {ALNUM, 30, 30}),
    VENDOR("aliyun", "ALIBABA_SECRET", "Alibaba secret", "aliyun", {ALNUM, 30, 30}),
    VENDOR("airtable", "AIRTABLE_KEY", "Airtable key", "airtable", {ALNUM, 17, 17}),
    VENDOR("asana", "ASANA_KEY", "Asana key", "asana", {CHARS_DIGIT, 16, 16}, {ALNUM, 32, 32}),
    VENDOR("atlassian", "ATLASSIAN_TOKEN", "Atlassian token", "atlassian", {ALNUM, 24, 24}),
    VENDOR("confluence", "ATLASSIAN_TOKEN", "Atlassian token", "confluence", {ALNUM, 24, 24}),
    VENDOR("jira", "ATLASSIAN_TOKEN", "Atlassian token", "jira", {ALNUM, 24, 24}),
    VENDOR("artifactory", "ARTIFACTORY_KEY", "Artifactory key", "artifactory", {ALNUM, 10, 130}),
    VENDOR("awsaccount", "AWS_ACCOUNT", "AWS account", "aws_account", {CHARS_DIGIT, 12, 12}),
    VENDOR("awsaccount", "AWS_ACCOUNT", "AWS account", "aws-account", {CHARS_DIGIT, 12, 12}),
    VENDOR("awsaccount", "AWS_ACCOUNT", "AWS account", "awsaccount", {CHARS_DIGIT, 12, 12}),
    VENDOR("beamer", "BEAMER_TOKEN", "Beamer token", "beamer", {BASE64, 44, 46}),
    VENDOR("bitbucket", "BITBUCKET_KEY", "Bitbucket key", "bitbucket", {ALNUM, 32, 32}, {ALNUM, 44, 44},
           {ALNUM, 64, 64}),
    VENDOR("bitly", "BITLY_TOKEN", "Bitly token", "bitly", {HEX, 40, 40}),
    VENDOR("bittrex", "BITTREX_KEY", "Bittrex key", "bittrex", {ALNUM, 32, 32}),
    VENDOR("binance", "BINANCE_KEY", "Binance key", "binance", {ALNUM, 64, 64}),
    VENDOR("circleci", "CIRCLECI_TOKEN", "CircleCI token", "circleci", {HEX, 40, 40}),
    VENDOR("cloudant", "CLOUDANT_KEY", "Cloudant key", "cloudant", {ALNUM, 24, 24}, {HEX, 64, 64}),
    VENDOR("cloudflare", "CLOUDFLARE_KEY", "Cloudflare key", "cloudflare", {HEX, 37, 37}, {URL, 40, 40}),
    VENDOR("cloudinary", "CLOUDINARY_SECRET", "Cloudinary secret", "cloudinary", {URL, 27, 27}),
    VENDOR("codecov", "CODECOV_TOKEN", "Codecov token", "codecov", {ALNUM, 32, 32}),
    VENDOR("codeclimate", "CODE_CLIMATE_TOKEN", "Code Climate token", "codeclimate", {HEX, 64, 64}),
    VENDOR("cohere", "COHERE_KEY", "Cohere key", "cohere", {ALNUM, 40, 40}),
    VENDOR("coinbase", "COINBASE_KEY", "Coinbase key", "coinbase", {URL, 64, 64}),
    VENDOR("confluent", "CONFLUENT_KEY", "Confluent key", "confluent", {ALNUM, 16, 16}, {ALNUM, 64, 64}),
    VENDOR("contentful", "CONTENTFUL_TOKEN", "Contentful token", "contentful", {URL, 43, 43}),
    VENDOR("contribsys", "SIDEKIQ_CREDENTIALS", "Sidekiq credentials", "contribsys", {PAIR, PAIR_BYTES, PAIR_BYTES}),
    VENDOR("coveralls", "COVERALLS_TOKEN", "Coveralls token", "coveralls", {ALNUM, 37, 37}),
    VENDOR("datadog", "DATADOG_KEY", "Datadog key", "datadog", {HEX, 32, 32}, {ALNUM, 40, 40}),
    VENDOR("deepgram", "DEEPGRAM_KEY", "Deepgram key", "deepgram", {HEX, 40, 40}),
    VENDOR("discord", "DISCORD_KEY", "Discord key", "discord", {CHARS_DIGIT, 18, 18}, {ALNUM, 32, 32}, {HEX, 64, 64}),
    VENDOR("drone", "DRONE_CI_TOKEN", "Drone CI token", "drone", {ALNUM, 32, 32}),
    VENDOR("dropbox", "DROPBOX_KEY", "Dropbox key", "dropbox", {ALNUM, 15, 15}, {URL, 64, 64}),
    VENDOR("duffel", "DUFFEL_TOKEN", "Duffel token", "duffel", {BASE64, 43, 55}),
    VENDOR("elastic", "ELASTIC_KEY", "Elastic key", "elastic", {BASE64, 50, 70}),
    VENDOR("etherscan", "ETHERSCAN_KEY", "Etherscan key", "etherscan", {ALNUM, 34, 34}),
    VENDOR("etsy", "ETSY_KEY", "Etsy key", "etsy", {ALNUM, 24, 24}),
    VENDOR("facebook", "FACEBOOK_SECRET", "Facebook secret", "facebook", {HEX, 32, 32}),
    VENDOR("fastly", "FASTLY_TOKEN", "Fastly token", "fastly", {BASE64, 32, 32}),
    VENDOR("finicity", "FINICITY_KEY", "Finicity key", "finicity", {ALNUM, 20, 20}, {HEX, 32, 32}),
    VENDOR("finnhub", "FINNHUB_TOKEN", "Finnhub token", "finnhub", {ALNUM, 20, 20}),
    VENDOR("flickr", "FLICKR_KEY", "Flickr key", "flickr", {HEX, 16, 16}, {ALNUM, 32, 32}),
    VENDOR("freshbooks", "FRESHBOOKS_KEY", "FreshBooks key", "freshbooks", {ALNUM, 64, 64}),
    VENDOR("gitter", "GITTER_TOKEN", "Gitter token", "gitter", {URL, 40, 40}),
    VENDOR("gocardless", "GOCARDLESS_TOKEN", "GoCardless token", "gocardless", {BASE64, 40, 50}),
    VENDOR("heroku", "HEROKU_KEY", "Heroku key", "heroku", {UUID, 36, 36}),
    VENDOR("hubspot", "HUBSPOT_KEY", "HubSpot key", "hubspot", {UUID, 36, 36}),
    VENDOR("ibm", "IBM_KEY", "IBM key", "ibm", {URL, 44, 44}),
    VENDOR("infura", "INFURA_KEY", "Infura key", "infura", {HEX, 32, 32}),
    VENDOR("intercom", "INTERCOM_TOKEN", "Intercom token", "intercom", {BASE64, 60, 60}),
    VENDOR("jenkins", "JENKINS_TOKEN", "Jenkins token", "jenkins", {HEX, 32, 34}),
    VENDOR("jfrog", "JFROG_TOKEN", "JFrog token", "jfrog", {ALNUM, 64, 73}),
    VENDOR("bintray", "JFROG_TOKEN", "JFrog token", "bintray", {ALNUM, 64, 73}),
    VENDOR("xray", "JFROG_TOKEN", "JFrog token", "xray", {ALNUM, 64, 73}),
    VENDOR("kraken", "KRAKEN_KEY", "Kraken key", "kraken", {BASE64, 56, 90}),
    VENDOR("kucoin", "KUCOIN_KEY", "KuCoin key", "kucoin", {HEX, 24, 24}, {UUID, 36, 36}),
    VENDOR("launchdarkly", "LAUNCHDARKLY_KEY", "LaunchDarkly key", "launchdarkly", {URL, 40, 40}),
    VENDOR("linear", "LINEAR_SECRET", "Linear secret", "linear", {HEX, 32, 32}),
    VENDOR("linkedin", "LINKEDIN_KEY", "LinkedIn key", "linkedin", {ALNUM, 14, 16}),
    VENDOR("lob", "LOB_KEY", "Lob key", "lob", {CHARS_WORD, 40, 40}),
    VENDOR("looker", "LOOKER_KEY", "Looker key", "looker", {ALNUM, 20, 20}, {ALNUM, 24, 24}),
    VENDOR("mailchimp", "MAILCHIMP_KEY", "Mailchimp key", "mailchimp", {HEX, 32, 32}),
    VENDOR("mailgun", "MAILGUN_KEY", "Mailgun key", "mailgun", {HEX, 32, 32}, {URL, 50, 50}),
    VENDOR("mandrill", "MANDRILL_KEY", "Mandrill key", "mandrill", {URL, 22, 22}),
    VENDOR("mapbox", "MAPBOX_TOKEN", "Mapbox token", "mapbox", {BASE64, 84, 110}),
    VENDOR("mattermost", "MATTERMOST_TOKEN", "Mattermost token", "mattermost", {ALNUM, 26, 26}),
    VENDOR("meraki", "MERAKI_KEY", "Meraki key", "meraki", {HEX, 40, 40}),
    VENDOR("messagebird", "MESSAGEBIRD_KEY", "MessageBird key", "messagebird", {ALNUM, 25, 25}, {UUID, 36, 36}),
    VENDOR("messagebird", "MESSAGEBIRD_KEY", "MessageBird key", "message-bird", {ALNUM, 25, 25}, {UUID, 36, 36}),
    VENDOR("messagebird", "MESSAGEBIRD_KEY", "MessageBird key", "message_bird", {ALNUM, 25, 25}, {UUID, 36, 36}),
    VENDOR("mixpanel", "MIXPANEL_KEY", "Mixpanel key", "mixpanel", {HEX, 32, 32}),
    VENDOR("nasa", "NASA_KEY", "NASA key", "nasa", {ALNUM, 40, 40}),
    VENDOR("netlify", "NETLIFY_TOKEN", "Netlify token", "netlify", {BASE64, 40, 46}),
    VENDOR("newrelic", "NEW_RELIC_KEY", "New Relic key", "newrelic", {ALNUM, 64, 64}, {HEX, 40, 40}),
    VENDOR("newrelic", "NEW_RELIC_KEY", "New Relic key", "new-relic", {ALNUM, 64, 64}, {HEX, 40, 40}),
    VENDOR("newrelic", "NEW_RELIC_KEY", "New Relic key", "new_relic", {ALNUM, 64, 64}, {HEX, 40, 40}),
    VENDOR("newyorktimes", "NEW_YORK_TIMES_KEY", "New York Times key", "newyorktimes", {BASE64, 32, 32}),
    VENDOR("newyorktimes", "NEW_YORK_TIMES_KEY", "New York Times key", "new-york-times", {BASE64, 32, 32}),
    VENDOR("nytimes", "NEW_YORK_TIMES_KEY", "New York Times key", "nytimes", {BASE64, 32, 32}),
    VENDOR("okta", "OKTA_TOKEN", "Okta token", "okta", {URL, 40, 42}),
    VENDOR("onesignal", "ONESIGNAL_KEY", "OneSignal key", "onesignal", {ALNUM, 48, 48}, {UUID, 36, 36}),
    VENDOR("openweather", "OPENWEATHER_KEY", "OpenWeather key", "openweather", {HEX, 32, 32}),
    VENDOR("opsgenie", "OPSGENIE_KEY", "Opsgenie key", "opsgenie", {UUID, 36, 36}),
    VENDOR("pagerduty", "PAGERDUTY_KEY", "PagerDuty key", "pagerduty", {URL, 20, 20}, {HEX, 32, 32}),
    VENDOR("plaid", "PLAID_KEY", "Plaid key", "plaid", {ALNUM, 24, 24}, {ALNUM, 30, 30}, {HEX, 30, 30}),
    VENDOR("privateai", "PRIVATE_AI_KEY", "Private AI key", "privateai", {ALNUM, 32, 32}),
    VENDOR("privateai", "PRIVATE_AI_KEY", "Private AI key", "private_ai", {ALNUM, 32, 32}),
    VENDOR("pusher", "PUSHER_KEY", "Pusher key", "pusher", {HEX, 20, 20}),
    VENDOR("pushover", "PUSHOVER_KEY", "Pushover key", "pushover", {ALNUM, 30, 30}),
    VENDOR("rapidapi", "RAPIDAPI_KEY", "RapidAPI key", "rapidapi", {URL, 50, 50}),
    VENDOR("rollbar", "ROLLBAR_TOKEN", "Rollbar token", "rollbar", {HEX, 32, 32}),
    VENDOR("sendbird", "SENDBIRD_KEY", "Sendbird key", "sendbird", {HEX, 40, 40}, {UUID, 36, 36}),
    VENDOR("sentry", "SENTRY_KEY", "Sentry key", "sentry", {HEX, 32, 32}, {HEX, 64, 64}),
    VENDOR("segment", "SEGMENT_KEY", "Segment key", "segment", {ALNUM, 32, 32}),
    VENDOR("serpapi", "SERPAPI_KEY", "SerpApi key", "serpapi", {HEX, 64, 64}),
    VENDOR("shodan", "SHODAN_KEY", "Shodan key", "shodan", {ALNUM, 32, 32}),
    VENDOR("snyk", "SNYK_TOKEN", "Snyk token", "snyk", {UUID, 36, 36}),
    VENDOR("softlayer", "SOFTLAYER_KEY", "SoftLayer key", "softlayer", {ALNUM, 64, 64}),
    VENDOR("sonar", "SONAR_TOKEN", "Sonar token", "sonar", {BASE64, 40, 44}),
    VENDOR("splunk", "SPLUNK_TOKEN", "Splunk token", "splunk", {UUID, 36, 36}),
    VENDOR("spotify", "SPOTIFY_SECRET", "Spotify secret", "spotify", {HEX, 32, 32}),
    VENDOR("squarespace", "SQUARESPACE_TOKEN", "Squarespace token", "squarespace", {UUID, 36, 36}),
    VENDOR("sumo", "SUMO_LOGIC_KEY", "Sumo Logic key", "sumo", {ALNUM, 14, 14}, {ALNUM, 64, 64}),
    VENDOR("telegram", "TELEGRAM_HASH", "Telegram hash", "telegram", {HEX, 32, 32}),
    VENDOR("travis", "TRAVIS_TOKEN", "Travis token", "travis", {URL, 22, 22}),
    VENDOR("trello", "TRELLO_KEY", "Trello key", "trello", {HEX, 32, 32}, {URL, 32, 32}, {HEX, 64, 64}),
    VENDOR("twilio", "TWILIO_TOKEN", "Twilio token", "twilio", {HEX, 32, 32}),
    VENDOR("twitch", "TWITCH_TOKEN", "Twitch token", "twitch", {ALNUM, 30, 30}),
    VENDOR("twitter", "TWITTER_KEY", "Twitter key", "twitter", {ALNUM, 25, 25}, {ALNUM, 45, 45}, {ALNUM, 50, 50}),
    VENDOR("vercel", "VERCEL_TOKEN", "Vercel token", "vercel", {ALNUM, 24, 24}),
    VENDOR("vonage", "VONAGE_SECRET", "Vonage secret", "vonage", {ALNUM, 16, 16}),
    VENDOR("wakatime", "WAKATIME_KEY", "WakaTime key", "wakatime", {UUID, 36, 36}),
    VENDOR("yandex", "YANDEX_TOKEN", "Yandex token", "yandex", {BASE64, 40, 130}),
    VENDOR("youtube", "YOUTUBE_KEY", "YouTube key", "youtube", {ALNUM, 39, 39}),
    VENDOR("zendesk", "ZENDESK_TOKEN", "Zendesk token", "zendesk", {ALNUM, 40, 40}),
    VENDOR("zoho", "ZOHO_TOKEN", "Zoho token", "zoho", {BASE64, 60, 75}),
    {.word = NULL},
};

static bool fits(const struct vendor_rule *v, struct span value) {
    for (size_t i = 0; i < VENDOR_SHAPES && v->shapes[i].set; i++) {
        const struct shape *s = &v->shapes[i];
        if (value.len < s->min || value.len > s->max) continue;
        size_t n = run_length(value, 0, s->set, value.len);
        if (n == 8 && s->min == PAIR_BYTES && value.at[8] == ':') n = 9 + run_length(value, 9, s->set, 8);
        if (n == value.len && (s->set != UUID || is_uuid(value))) return true;
    }
    return false;
}

// "okta_key", "myOktaKey"; not "rookTable" nor "sumOf".
static bool is_name_here(struct span text, size_t start, size_t end) {
    bool capital = char_in(text.at[start], CHARS_UPPER);
    if (!capital && char_in(text.at[end - 1], CHARS_UPPER)) return false;
    return start == 0 || !char_in(text.at[start - 1], CHARS_ALPHA) ||
           (capital && char_in(text.at[start - 1], CHARS_LOWER));
}

// Names of vendors are common words: what follows one is read only where an assignment may begin.
static void verify_vendor(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    const struct vendor_rule *v = anchor->with;
    struct assignment a;
    if (!is_name_here(s->text, start, end)) return;
    if (!assignment_read(s->text, start, end, &a) || a.how == ASSIGN_SPOKEN) return;
    if (a.how == ASSIGN_BESIDE && a.suffix.len == 0 && !a.quoted) return;
    if (!fits(v, a.value) || is_placeholder(a.value)) return;
    struct makeup m = makeup_of(a.value);
    size_t letters = m.upper + m.lower;
    size_t needed = a.value.len < 20 ? 5 : a.value.len < 40 ? a.value.len / 4 : 10;
    bool drawn = m.digits && m.distinct >= needed && m.wordy * 2 <= a.value.len + m.digits;
    if (!drawn && !(letters && v->shapes[0].min == PAIR_BYTES)) return;
    scan_report(s, &v->rule, a.start, a.start + a.value.len); // a prefix in the value may say more: no s->done
}

size_t vendor_anchors(struct anchor *out) {
    size_t count = 0;
    for (const struct vendor_rule *v = VENDORS; v->word; v++, count++)
        if (out)
            out[count] =
                (struct anchor){.literal = v->word, .flags = ANCHOR_CASELESS, .verify = verify_vendor, .with = v};
    return count;
}
