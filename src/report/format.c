#include "report/format.h"

#define COL(name, field)                                                                                               \
    { name, FIELD_##field, UNIT_PLAIN }
#define COL_IN(name, field, unit)                                                                                      \
    { name, FIELD_##field, UNIT_##unit }
#define LIST(...)                                                                                                      \
    (const struct format_column[]) {                                                                                   \
        __VA_ARGS__, {                                                                                                 \
            NULL, FIELD_NONE, UNIT_PLAIN                                                                               \
        }                                                                                                              \
    }

// Our own names, and others that need no explanation; also what --map adds to.
static const struct format_column PLAIN[] = {
    COL("time", TIME),
    COL("timestamp", TIME),
    COL("created_at", TIME),
    COL("date", TIME),
    COL("end_time", END_TIME),
    COL("first_token_time", FIRST_TIME),
    COL_IN("latency_ms", LATENCY, MILLISECONDS),
    COL_IN("latency_us", LATENCY, MICROSECONDS),
    COL_IN("latency_s", LATENCY, SECONDS),
    COL_IN("duration_ms", LATENCY, MILLISECONDS),
    COL_IN("ttft_ms", TTFT, MILLISECONDS),
    COL_IN("ttft_us", TTFT, MICROSECONDS),
    COL_IN("ttft_s", TTFT, SECONDS),
    COL("model", MODEL),
    COL("requests", REQUESTS),
    COL("input_tokens", INPUT),
    COL("prompt_tokens", INPUT),
    COL("output_tokens", OUTPUT),
    COL("completion_tokens", OUTPUT),
    COL("cached_tokens", CACHED),
    COL("cache_write_tokens", CACHE_WRITE),
    COL("cache_write_1h_tokens", CACHE_WRITE_1H),
    COL("reasoning_tokens", REASONING),
    COL("cost_usd", COST),
    COL("cost", COST),
    COL("currency", CURRENCY),
    COL("status", STATUS),
    COL("status_code", STATUS),
    COL("error", ERROR),
    COL("retries", RETRIES),
    COL("throttles", THROTTLES),
    COL("failed_requests", FAILED),
    COL("bytes_out", BYTES_OUT),
    COL("bytes_back", BYTES_BACK),
    COL("prompt", PROMPT),
    COL("messages", PROMPT),
    COL("request", PROMPT),
    COL("response", RESPONSE),
    COL("route", ROUTE),
    COL("reason", REASON),
    COL("score", SCORE),
    COL("sensitive", SENSITIVE),
    COL("weak", WEAK),
    COL("strong", STRONG),
    COL("quality", QUALITY),
    COL("success", QUALITY),
    COL("service", SERVICE),
    COL("batch", BATCH),
    {NULL, FIELD_NONE, UNIT_PLAIN},
};
// What --map begins with when no format is recognised.
const struct format FORMAT_MAPPED = {"mapped", "columns named by --map", FORMAT_CSV | FORMAT_JSON, 0, "", NULL, PLAIN};

// Sources of the column names: each provider's documentation of its export; docs/audit.md lists them.
const struct format FORMATS[] = {
    {"openai-usage", "OpenAI usage (CSV export, or JSON of /organization/usage/completions)", FORMAT_CSV | FORMAT_JSON,
     FORMAT_TOTALS, "num_model_requests,input_tokens,output_tokens", NULL,
     LIST(COL("start_time", TIME), COL("end_time", END_TIME), COL("model", MODEL), COL("num_model_requests", REQUESTS),
          COL("input_tokens", INPUT), COL("output_tokens", OUTPUT), COL("input_cached_tokens", CACHED),
          COL("input_cache_write_tokens", CACHE_WRITE), COL("service_tier", SERVICE), COL("batch", BATCH))},
    {"openai-costs", "OpenAI costs (CSV export)", FORMAT_CSV, FORMAT_TOTALS | FORMAT_NO_REQUESTS | FORMAT_BILL,
     "amount_value,amount_currency,start_time", NULL,
     LIST(COL("start_time", TIME), COL("end_time", END_TIME), COL("line_item", MODEL), COL("amount_value", COST),
          COL("amount_currency", CURRENCY))},
    {"openai-costs-api", "OpenAI costs (JSON of /organization/costs)", FORMAT_JSON,
     FORMAT_TOTALS | FORMAT_NO_REQUESTS | FORMAT_BILL, "amount.value,amount.currency", NULL,
     LIST(COL("start_time", TIME), COL("end_time", END_TIME), COL("line_item", MODEL), COL("amount.value", COST),
          COL("amount.currency", CURRENCY))},
    {"anthropic-usage", "Anthropic usage (CSV export of the console)", FORMAT_CSV,
     FORMAT_TOTALS | FORMAT_NO_REQUESTS | FORMAT_INPUT_UNCACHED | FORMAT_WRITES_APART,
     "usage_date_utc,model_version,usage_input_tokens_no_cache,usage_output_tokens", NULL,
     LIST(COL("usage_date_utc", TIME), COL("model_version", MODEL), COL("usage_input_tokens_no_cache", INPUT),
          COL("usage_output_tokens", OUTPUT), COL("usage_input_tokens_cache_read", CACHED),
          COL("usage_input_tokens_cache_write_5m", CACHE_WRITE), COL("usage_input_tokens_cache_write", CACHE_WRITE),
          COL("usage_input_tokens_cache_write_1h", CACHE_WRITE_1H), COL("usage_type", BATCH))},
    {"anthropic-costs", "Anthropic costs (CSV export of the console)", FORMAT_CSV,
     FORMAT_TOTALS | FORMAT_NO_REQUESTS | FORMAT_BILL, "usage_date_utc,cost_usd", NULL,
     LIST(COL("usage_date_utc", TIME), COL("model", MODEL), COL("cost_usd", COST))},
    {"anthropic-usage-api", "Anthropic usage (JSON of /organizations/usage_report/messages)", FORMAT_JSON,
     FORMAT_TOTALS | FORMAT_NO_REQUESTS | FORMAT_INPUT_UNCACHED | FORMAT_WRITES_APART,
     "starting_at,uncached_input_tokens,output_tokens", NULL,
     LIST(COL("starting_at", TIME), COL("ending_at", END_TIME), COL("model", MODEL),
          COL("uncached_input_tokens", INPUT), COL("output_tokens", OUTPUT), COL("cache_read_input_tokens", CACHED),
          COL("cache_creation.ephemeral_5m_input_tokens", CACHE_WRITE),
          COL("cache_creation.ephemeral_1h_input_tokens", CACHE_WRITE_1H), COL("service_tier", SERVICE))},
    {"anthropic-costs-api", "Anthropic costs (JSON of /organizations/cost_report)", FORMAT_JSON,
     FORMAT_TOTALS | FORMAT_NO_REQUESTS | FORMAT_BILL, "starting_at,amount,currency", NULL,
     LIST(COL("starting_at", TIME), COL("ending_at", END_TIME), COL("description", MODEL),
          COL_IN("amount", COST, CENTS), COL("currency", CURRENCY))},
    {"openrouter-activity", "OpenRouter activity (one row a generation)", FORMAT_CSV | FORMAT_JSON, 0,
     "generation_id,created_at,tokens_prompt,tokens_completion", NULL,
     LIST(COL("created_at", TIME), COL("model_permaslug", MODEL), COL("tokens_prompt", INPUT),
          COL("tokens_completion", OUTPUT), COL("tokens_reasoning", REASONING), COL("tokens_cached", CACHED),
          COL("cost_total", COST), COL_IN("generation_time_ms", LATENCY, MILLISECONDS),
          COL_IN("time_to_first_token_ms", TTFT, MILLISECONDS), COL("cancelled", STATUS))},
    {"openrouter-daily", "OpenRouter activity (a day and model a row)", FORMAT_CSV | FORMAT_JSON, FORMAT_TOTALS,
     "date,model,usage,requests,prompt_tokens,completion_tokens", NULL,
     LIST(COL("date", TIME), COL("model", MODEL), COL("requests", REQUESTS), COL("prompt_tokens", INPUT),
          COL("completion_tokens", OUTPUT), COL("reasoning_tokens", REASONING), COL("usage", COST))},
    {"litellm-spendlogs", "LiteLLM SpendLogs", FORMAT_CSV | FORMAT_JSON, 0,
     "spend,prompt_tokens,completion_tokens,startTime", NULL,
     LIST(COL("startTime", TIME), COL("endTime", END_TIME), COL("completionStartTime", FIRST_TIME),
          COL_IN("request_duration_ms", LATENCY, MILLISECONDS), COL("model", MODEL), COL("model_group", MODEL),
          COL("prompt_tokens", INPUT), COL("completion_tokens", OUTPUT), COL("spend", COST), COL("status", STATUS),
          COL("messages", PROMPT), COL("proxy_server_request", PROMPT), COL("response", RESPONSE),
          COL("metadata.usage_object.prompt_tokens_details.cached_tokens", CACHED),
          COL("metadata.usage_object.cache_read_input_tokens", CACHED),
          COL("metadata.usage_object.cache_creation_input_tokens", CACHE_WRITE),
          COL("metadata.usage_object.completion_tokens_details.reasoning_tokens", REASONING))},
    {"litellm-daily", "LiteLLM daily spend", FORMAT_CSV | FORMAT_JSON, FORMAT_TOTALS,
     "date,spend,api_requests,prompt_tokens,completion_tokens", NULL,
     LIST(COL("date", TIME), COL("model", MODEL), COL("model_group", MODEL), COL("api_requests", REQUESTS),
          COL("failed_requests", FAILED), COL("prompt_tokens", INPUT), COL("completion_tokens", OUTPUT),
          COL("cache_read_input_tokens", CACHED), COL("cache_creation_input_tokens", CACHE_WRITE), COL("spend", COST))},
    {"helicone", "Helicone requests", FORMAT_CSV | FORMAT_JSON, 0, "request_created_at,prompt_tokens,completion_tokens",
     NULL,
     LIST(COL("request_created_at", TIME), COL_IN("latency", LATENCY, MILLISECONDS),
          COL_IN("delay_ms", LATENCY, MILLISECONDS), COL_IN("time_to_first_token", TTFT, MILLISECONDS),
          COL("model", MODEL), COL("request_model", MODEL), COL("prompt_tokens", INPUT),
          COL("completion_tokens", OUTPUT), COL("prompt_cache_read_tokens", CACHED),
          COL("prompt_cache_write_tokens", CACHE_WRITE), COL("reasoning_tokens", REASONING), COL("cost", COST),
          COL("response_status", STATUS), COL("status", STATUS), COL("request_body", PROMPT),
          COL("response_body", RESPONSE))},
    {"langfuse", "Langfuse observations", FORMAT_CSV | FORMAT_JSON, FORMAT_INPUT_UNCACHED, "traceId,startTime,model",
     "GENERATION",
     LIST(COL("type", KIND), COL("startTime", TIME), COL("endTime", END_TIME), COL("completionStartTime", FIRST_TIME),
          COL_IN("latency", LATENCY, SECONDS), COL_IN("timeToFirstToken", TTFT, SECONDS), COL("model", MODEL),
          COL("level", STATUS), COL("usageDetails.input", INPUT), COL("usageDetails.output", OUTPUT),
          COL("usageDetails.input_cached_tokens", CACHED), COL("usageDetails.cache_read_input_tokens", CACHED),
          COL("usageDetails.input_cache_read", CACHED), COL("usageDetails.cache_creation_input_tokens", CACHE_WRITE),
          COL("usageDetails.output_reasoning_tokens", REASONING), COL("usage.input", INPUT),
          COL("usage.output", OUTPUT), COL("usage.promptTokens", INPUT), COL("usage.completionTokens", OUTPUT),
          COL("promptTokens", INPUT), COL("completionTokens", OUTPUT), COL("inputUsage", INPUT),
          COL("outputUsage", OUTPUT), COL("costDetails.total", COST), COL("calculatedTotalCost", COST),
          COL("totalCost", COST), COL("input", PROMPT), COL("output", RESPONSE))},
    {"langfuse-v2", "Langfuse observations (JSON of /api/public/v2/observations)", FORMAT_CSV | FORMAT_JSON,
     FORMAT_INPUT_UNCACHED, "traceId,startTime,providedModelName", "GENERATION",
     LIST(COL("type", KIND), COL("startTime", TIME), COL("endTime", END_TIME), COL("completionStartTime", FIRST_TIME),
          COL_IN("latency", LATENCY, SECONDS), COL_IN("timeToFirstToken", TTFT, SECONDS),
          COL("providedModelName", MODEL), COL("level", STATUS), COL("usageDetails.input", INPUT),
          COL("usageDetails.output", OUTPUT), COL("usageDetails.input_cached_tokens", CACHED),
          COL("usageDetails.cache_read_input_tokens", CACHED), COL("usageDetails.input_cache_read", CACHED),
          COL("usageDetails.cache_creation_input_tokens", CACHE_WRITE),
          COL("usageDetails.output_reasoning_tokens", REASONING), COL("costDetails.total", COST),
          COL("totalCost", COST), COL("input", PROMPT), COL("output", RESPONSE))},
    // its `latency` is left out: the times tell it, without a unit
    {"langfuse-blob", "Langfuse observations (export to blob storage)", FORMAT_CSV | FORMAT_JSON, FORMAT_INPUT_UNCACHED,
     "trace_id,start_time,provided_model_name", "GENERATION",
     LIST(COL("type", KIND), COL("start_time", TIME), COL("end_time", END_TIME),
          COL("completion_start_time", FIRST_TIME), COL("provided_model_name", MODEL), COL("level", STATUS),
          COL("usage_details.input", INPUT), COL("usage_details.output", OUTPUT),
          COL("usage_details.input_cached_tokens", CACHED), COL("usage_details.cache_read_input_tokens", CACHED),
          COL("usage_details.input_cache_read", CACHED), COL("usage_details.cache_creation_input_tokens", CACHE_WRITE),
          COL("usage_details.output_reasoning_tokens", REASONING), COL("cost_details.total", COST),
          COL("total_cost", COST), COL("input", PROMPT), COL("output", RESPONSE))},
    {"sluice-ledger", "Sluice's ledger", FORMAT_CSV | FORMAT_JSON, 0, "started_us,asked_model,route,total_us,receipt",
     NULL,
     LIST(COL("started_us", TIME), COL_IN("total_us", LATENCY, MICROSECONDS), COL_IN("ttft_us", TTFT, MICROSECONDS),
          COL("model", MODEL), COL("asked_model", MODEL), COL("input_tokens", INPUT), COL("output_tokens", OUTPUT),
          COL("cached_tokens", CACHED), COL("cache_write_tokens", CACHE_WRITE),
          COL("cache_write_1h_tokens", CACHE_WRITE_1H), COL("service_tier", SERVICE),
          COL("reasoning_tokens", REASONING), COL("cost_usd", COST), COL("status", STATUS), COL("retries", RETRIES),
          COL("throttles", THROTTLES), COL("bytes_out_eu", BYTES_OUT), COL("bytes_out_us", BYTES_OUT),
          COL("bytes_out_any", BYTES_OUT), COL("bytes_answered", BYTES_BACK), COL("route", ROUTE),
          COL("reason", REASON), COL("score", SCORE), COL("sensitive", SENSITIVE))},
    {"chat-log", "requests and answers as they went over the wire (JSON)", FORMAT_JSON, 0,
     "request.messages,response.usage", NULL,
     LIST(COL("request", PROMPT), COL("response.usage.prompt_tokens", INPUT),
          COL("response.usage.completion_tokens", OUTPUT), COL("response.usage.input_tokens", INPUT),
          COL("response.usage.output_tokens", OUTPUT),
          COL("response.usage.prompt_tokens_details.cached_tokens", CACHED),
          COL("response.usage.completion_tokens_details.reasoning_tokens", REASONING), COL("response.model", MODEL),
          COL("request.model", MODEL), COL("response.created", TIME), COL("time", TIME), COL("timestamp", TIME),
          COL_IN("latency_ms", LATENCY, MILLISECONDS), COL_IN("ttft_ms", TTFT, MILLISECONDS), COL("status", STATUS))},
    {"plain", "columns named as Sluice names them", FORMAT_CSV | FORMAT_JSON, 0, "input_tokens,output_tokens", NULL,
     PLAIN},
    {"plain", "columns named as OpenAI names them", FORMAT_CSV | FORMAT_JSON, 0, "prompt_tokens,completion_tokens",
     NULL, PLAIN},
    {"prompts", "prompts alone, or with the quality of both models' answers", FORMAT_CSV | FORMAT_JSON, 0, "prompt",
     NULL, PLAIN},
    {.name = NULL},
};

const struct format *format_by_name(const char *name) {
    for (const struct format *f = FORMATS; f->name; f++)
        if (strcmp(f->name, name) == 0) return f;
    return NULL;
}

// How many marks the format has, when all are there; else 0.
static size_t match(const struct format *f, format_has *has, void *context) {
    size_t n = 0;
    for (const char *p = f->marks; *p; n++) {
        size_t len = strcspn(p, ",");
        if (!has(context, span_make(p, len))) return 0;
        p += len + (p[len] != 0);
    }
    return n;
}

const struct format *format_recognise(unsigned in, format_has *has, void *context) {
    const struct format *best = NULL;
    size_t most = 0;
    for (const struct format *f = FORMATS; f->name; f++) {
        if (!(f->in & in)) continue;
        size_t n = match(f, has, context);
        if (n > most) most = n, best = f;
    }
    return best;
}

// ---------------------------------------------------------------- finishing a row

static bool told(int64_t time_us) {
    return time_us != INT64_MIN;
}

static int finish_times(struct usage_row *row, struct err *e) {
    if (!told(row->time_us)) return 0;
    if (told(row->end_us) && row->latency_us < 0) {
        if (row->end_us < row->time_us) return err_set(e, "the end lies before the beginning");
        row->latency_us = row->end_us - row->time_us;
    }
    // an answer that came at once, at its end, has no first token of its own
    if (told(row->first_us) && row->ttft_us < 0 && row->first_us >= row->time_us &&
        (!told(row->end_us) || row->first_us < row->end_us))
        row->ttft_us = row->first_us - row->time_us;
    return 0;
}

static int finish_tokens(const struct format *format, struct usage_row *row, struct err *e) {
    if (format->flags & FORMAT_WRITES_APART) row->cache_write += row->cache_write_1h;
    if (row->cache_write < row->cache_write_1h) row->cache_write = row->cache_write_1h;
    if (format->flags & FORMAT_INPUT_UNCACHED && row->input >= 0) row->input += row->cached + row->cache_write;
    if (row->input >= 0 && row->cached + row->cache_write > row->input)
        return err_set(e, "more tokens from and to the cache than input tokens");
    // some report reasoning beside the output; then it is not part of it, and the price of the output is not its price
    if (row->output >= 0 && row->reasoning > row->output) return err_set(e, "more reasoning_tokens than output_tokens");
    return 0;
}

int format_finish(const struct format *format, struct usage_row *row, struct err *e) {
    bool totals = format->flags & FORMAT_TOTALS;
    if (format->flags & FORMAT_NO_REQUESTS) row->requests = -1;
    if (format->flags & FORMAT_BILL) {
        row->cost_kind = COST_BILLED;
        if (!row->has_cost) return err_set(e, "a line of a bill without an amount");
        return 0;
    }
    if (row->has_cost && row->cost < 0) return err_set(e, "cost_usd is negative");
    if (!totals && finish_times(row, e) != 0) return -1;
    return finish_tokens(format, row, e);
}
