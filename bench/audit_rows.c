// Writes usage rows as LiteLLM's SpendLogs has them, for `make bench-audit`; always the same for the same number.
//
//   audit_rows N > spend-logs.csv
//
// Columns and their order are those of the table; metadata is JSON in quotes, as its export writes it. Models, sizes and
// times follow simple laws (log-normal sizes, latency by output), not anybody's traffic. Every 500th row failed.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t state = 42;

// SplitMix64 (Steele, Lea and Flood, 2014)
static uint64_t next_random(void) {
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static double uniform(void) {
    return (double)(next_random() >> 11) * 0x1p-53;
}

// Log-normal: Box and Muller.
static double lognormal(double median, double sigma) {
    return median * exp(sigma * sqrt(-2 * log(1 - uniform())) * cos(2 * M_PI * uniform()));
}

static const struct {
    const char *name, *provider;
    double in, out; // USD per million tokens
} MODELS[] = {
    {"gpt-5.2", "openai", 1.75, 14},
    {"claude-opus-4-6", "anthropic", 5, 25},
    {"deepseek-chat", "deepseek", 0.28, 0.42},
};

// "2026-01-05 12:00:00.123" of a number of milliseconds after midnight of 2026-01-05.
static void put_time(char out[static 32], uint64_t ms) {
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned day = 5 + (unsigned)(ms / 86400000), month = 0;
    while (month < 11 && day > (unsigned)DAYS[month]) day -= (unsigned)DAYS[month++];
    unsigned of_day = (unsigned)(ms % 86400000);
    snprintf(out, 32, "2026-%02u-%02u %02u:%02u:%02u.%03u", month + 1, day, of_day / 3600000, of_day / 60000 % 60,
             of_day / 1000 % 60, of_day % 1000);
}

static const char HEADER[] =
    "request_id,call_type,api_key,spend,total_tokens,prompt_tokens,completion_tokens,startTime,endTime,"
    "request_duration_ms,completionStartTime,model,model_id,model_group,custom_llm_provider,api_base,user,metadata,"
    "cache_hit,cache_key,request_tags,team_id,organization_id,end_user,requester_ip_address,messages,response,"
    "session_id,status\n"; // one name a column

static void put_row(uint64_t i, uint64_t rows) {
    unsigned m = next_random() % 10 < 6 ? 0 : (unsigned)(next_random() % 3);
    unsigned in = (unsigned)lognormal(600, 1) + 1, out = (unsigned)lognormal(250, 0.9) + 1;
    unsigned cached = next_random() % 3 ? 0 : in / 2;
    uint64_t start = i * (28 * 86400000ull) / rows;
    unsigned ttft = (unsigned)lognormal(450, 0.5), ms = ttft + out * 9 + (unsigned)lognormal(80, 1);
    char started[32], ended[32], first[32];
    put_time(started, start);
    put_time(ended, start + ms);
    put_time(first, start + ttft);
    double usd = (in * MODELS[m].in + out * MODELS[m].out) * 1e-6;
    printf("chatcmpl-%016llx,acompletion,%016llx%016llx,%.17g,%u,%u,%u,%s,%s,%u,%s,%s,%08llx,%s,%s,"
           "https://api.%s.example/v1,user-%u,"
           "\"{\"\"user_api_key_alias\"\": \"\"team-%u\"\", \"\"status\"\": \"\"success\"\", \"\"usage_object\"\": "
           "{\"\"total_tokens\"\": %u, \"\"prompt_tokens\"\": %u, \"\"completion_tokens\"\": %u, "
           "\"\"prompt_tokens_details\"\": {\"\"audio_tokens\"\": 0, \"\"cached_tokens\"\": %u}}, "
           "\"\"additional_usage_values\"\": {}, \"\"applied_guardrails\"\": [], \"\"batch_models\"\": null}\","
           "False,Cache OFF,\"[\"\"team-%u\"\", \"\"batch, nightly\"\"]\",team-%u,,,10.0.%u.%u,{},{},%016llx,%s\n",
           (unsigned long long)next_random(), (unsigned long long)next_random(), (unsigned long long)next_random(), usd,
           in + out, in, out, started, ended, ms, first, MODELS[m].name, (unsigned long long)next_random() & 0xffffffff,
           MODELS[m].name, MODELS[m].provider, MODELS[m].provider, (unsigned)(next_random() % 5000), m, in + out, in, out,
           cached, m, m, (unsigned)(next_random() % 256), (unsigned)(next_random() % 256),
           (unsigned long long)next_random(), i % 500 == 499 ? "failure" : "success");
}

int main(int argc, char **argv) {
    uint64_t rows = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
    if (!rows) {
        fputs("audit_rows N: writes N rows\n", stderr);
        return 2;
    }
    fputs(HEADER, stdout);
    for (uint64_t i = 0; i < rows; i++) put_row(i, rows);
    return fflush(stdout) == 0 ? 0 : 1;
}
