// Every format as its provider writes it, with rows made up here.
#include "report/reader.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "test.h"

#define NOW_US 1790000000000000 // 2026-09-21

static struct reader *open_as(const char *text, const struct reader_options *given) {
    struct err e = {""};
    struct reader_options options = *given;
    options.now_us = NOW_US;
    struct source *s = source_open_memory(span_from(text), &e);
    struct reader *r = s ? reader_open_source(s, &options, &e) : NULL;
    if (!r) fail_msg("%s", e.text);
    return r;
}

static struct reader *open_text(const char *text) {
    return open_as(text, &(struct reader_options){.now_us = 0});
}

static void assert_row(struct reader *r, struct usage_row *row) {
    struct err e = {""};
    enum reader_status status = reader_next(r, row, &e);
    if (status != READER_ROW) fail_msg("status %d: %s", status, e.text);
}

static void assert_end(struct reader *r) {
    struct err e = {""};
    struct usage_row row;
    enum reader_status status = reader_next(r, &row, &e);
    if (status != READER_END) fail_msg("status %d: %s", status, e.text);
    reader_free(r);
}

// ---------------------------------------------------------------- formats

struct expected {
    const char *format, *text, *model;
    int64_t requests, input, output, cached, cache_write, latency_us, ttft_us;
    double cost; // USD; NAN: none
};

static const struct expected EXPECTED[] = {
    {"openai-usage",
     "start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,user_id,api_key_id,model,batch,"
     "service_tier,input_tokens,output_tokens,input_cached_tokens,input_uncached_tokens\n"
     "1769817600,1769904000,2026-01-31T00:00:00,2026-02-01T00:00:00,,7,,,gpt-5.2-2025-12-11,False,default,1000,500,400,"
     "600\n",
     "gpt-5.2-2025-12-11", 7, 1000, 500, 400, 0, -1, -1, NAN},
    {"openai-usage",
     "{\"object\":\"page\",\"data\":[{\"object\":\"bucket\",\"start_time\":1769817600,\"end_time\":1769904000,"
     "\"results\":[]},\n"
     "{\"object\":\"bucket\",\"start_time\":1769904000,\"end_time\":1769990400,\"results\":[{\"object\":"
     "\"organization.usage.completions.result\",\"input_tokens\":1000,\"output_tokens\":500,\"input_cached_tokens\":"
     "800,"
     "\"num_model_requests\":5,\"project_id\":null,\"model\":\"gpt-5.2\",\"batch\":null}]}],\"has_more\":false}",
     "gpt-5.2", 5, 1000, 500, 800, 0, -1, -1, NAN},
    {"openai-costs",
     "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,project_id,organization_"
     "id\n"
     "1769817600,1769904000,a,b,12.345678,usd,\"gpt-5.2, input\",p,o\n",
     "gpt-5.2, input", -1, -1, -1, 0, 0, -1, -1, 12.345678},
    {"openai-costs-api",
     "{\"object\":\"page\",\"data\":[{\"object\":\"bucket\",\"start_time\":1769817600,\"results\":[{\"object\":"
     "\"organization.costs.result\",\"amount\":{\"value\":0.06,\"currency\":\"usd\"},\"line_item\":null}]}]}",
     "", -1, -1, -1, 0, 0, -1, -1, 0.06},
    {"anthropic-usage",
     "usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,"
     "usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,"
     "usage_output_tokens,web_search_count,inference_geo,speed\n"
     "2026-01-31,claude-opus-4-6,k,w,standard,0-200k,100,20,30,50,70,0,not_available,standard\n",
     "claude-opus-4-6", -1, 200, 70, 50, 50, -1, -1, NAN},
    {"anthropic-usage-api",
     "{\"data\":[{\"starting_at\":\"2026-01-31T00:00:00Z\",\"ending_at\":\"2026-02-01T00:00:00Z\",\"results\":["
     "{\"uncached_input_tokens\":1500,\"cache_creation\":{\"ephemeral_1h_input_tokens\":10,\"ephemeral_5m_input_"
     "tokens\":5},"
     "\"cache_read_input_tokens\":200,\"output_tokens\":500,\"model\":\"claude-opus-4-6\",\"service_tier\":"
     "\"standard\"}]}]}",
     "claude-opus-4-6", -1, 1715, 500, 200, 15, -1, -1, NAN},
    {"anthropic-costs-api",
     "{\"data\":[{\"starting_at\":\"2026-01-31T00:00:00Z\",\"results\":[{\"amount\":\"123.45\",\"currency\":\"USD\","
     "\"description\":\"Opus, output\"}]}]}",
     "Opus, output", -1, -1, -1, 0, 0, -1, -1, 1.2345},
    {"openrouter-activity",
     "generation_id,created_at,cost_total,cost_web_search,cost_cache,byok_usage_inference,tokens_prompt,tokens_"
     "completion,"
     "tokens_reasoning,tokens_cached,model_permaslug,provider_name,cancelled,streamed,generation_time_ms,"
     "time_to_first_token_ms\n"
     "gen-1,2026-01-31 12:00:00.5,0.0123,0,0,0,300,40,10,100,openai/gpt-5.2,OpenAI,false,true,2500,350\n",
     "openai/gpt-5.2", 1, 300, 40, 100, 0, 2500000, 350000, 0.0123},
    {"openrouter-daily",
     "[{\"date\":\"2026-01-31 "
     "00:00:00\",\"model\":\"openai/gpt-5.2\",\"usage\":0.5,\"requests\":9,\"prompt_tokens\":900,"
     "\"completion_tokens\":90,\"reasoning_tokens\":0}]",
     "openai/gpt-5.2", 9, 900, 90, 0, 0, -1, -1, 0.5},
    {"litellm-spendlogs",
     "request_id,spend,total_tokens,prompt_tokens,completion_tokens,startTime,endTime,completionStartTime,model,"
     "metadata,"
     "messages,status\n"
     "r,1.5e-05,30,20,10,2026-01-31 12:00:00.000,2026-01-31 12:00:02.500,2026-01-31 12:00:00.750,gpt-5.2,"
     "\"{\"\"a\"\": \"\"}\"\", \"\"usage_object\"\": {\"\"prompt_tokens_details\"\": {\"\"cached_tokens\"\": "
     "8}}}\",{},success\n",
     "gpt-5.2", 1, 20, 10, 8, 0, 2500000, 750000, 1.5e-05},
    {"litellm-spendlogs",
     "{\"request_id\":\"r\",\"spend\":0.25,\"prompt_tokens\":20,\"completion_tokens\":10,\"startTime\":"
     "\"2026-01-31T12:00:00Z\",\"endTime\":\"2026-01-31T12:00:01Z\",\"model\":\"\",\"model_group\":\"g\\u00e9\","
     "\"metadata\":"
     "{\"usage_object\":{\"cache_read_input_tokens\":4,\"cache_creation_input_tokens\":6}}}\n",
     "g\xc3\xa9", 1, 20, 10, 4, 6, 1000000, -1, 0.25},
    {"litellm-daily",
     "date,api_key,model,model_group,prompt_tokens,completion_tokens,cache_read_input_tokens,cache_creation_input_"
     "tokens,"
     "spend,api_requests,successful_requests,failed_requests\n2026-01-31,k,gpt-5.2,,100,50,10,5,1.25,12,11,1\n",
     "gpt-5.2", 12, 100, 50, 10, 5, -1, -1, 1.25},
    {"helicone",
     "response_id,response_created_at,response_status,request_created_at,request_body,request_properties,request_user_"
     "id,"
     "model,prompt_tokens,completion_tokens,latency,cost\n"
     "\"a\",\"2026-01-31T12:00:02Z\",\"200\",\"2026-01-31T12:00:00Z\",\"{\"\"messages\"\":[]}\",\"\",\"u\",\"gpt-5.2\","
     "\"11\","
     "\"22\",\"1500\",\"0.5\"\n",
     "gpt-5.2", 1, 11, 22, 0, 0, 1500000, -1, 0.5},
    {"langfuse",
     "{\"id\":\"o\",\"traceId\":\"t\",\"type\":\"GENERATION\",\"startTime\":\"2026-01-31T12:00:00.000Z\",\"endTime\":"
     "\"2026-01-31T12:00:03.000Z\",\"completionStartTime\":\"2026-01-31T12:00:01.000Z\",\"model\":\"gpt-5.2\","
     "\"input\":[{"
     "\"role\":\"user\",\"content\":\"hi\"}],\"usageDetails\":{\"input\":70,\"input_cached_tokens\":30,\"output\":5},"
     "\"costDetails\":{\"total\":0.01},\"level\":\"DEFAULT\"}\n",
     "gpt-5.2", 1, 100, 5, 30, 0, 3000000, 1000000, 0.01},
    {"langfuse-v2",
     "{\"id\":\"o\",\"traceId\":\"t\",\"type\":\"GENERATION\",\"startTime\":\"2026-01-31T12:00:00.000Z\",\"endTime\":"
     "\"2026-01-31T12:00:03.000Z\",\"completionStartTime\":null,\"providedModelName\":\"gpt-5.2\",\"latency\":3,"
     "\"timeToFirstToken\":0.5,\"usageDetails\":{\"input\":70,\"cache_read_input_tokens\":30,\"output\":5},"
     "\"totalCost\":0.01,\"level\":\"DEFAULT\"}\n",
     "gpt-5.2", 1, 100, 5, 30, 0, 3000000, 500000, 0.01},
    {"langfuse-blob",
     "id,trace_id,project_id,type,start_time,end_time,level,provided_model_name,usage_details,cost_details,"
     "completion_start_time,latency\n"
     "o,t,p,GENERATION,2026-01-31 12:00:00.000000,2026-01-31 12:00:03.000000,DEFAULT,gpt-5.2,"
     "\"{\"\"input\"\":70,\"\"input_cached_tokens\"\":30,\"\"output\"\":5,\"\"total\"\":105}\",\"{\"\"total\"\":0.01}"
     "\","
     "2026-01-31 12:00:01.000000,3000\n",
     "gpt-5.2", 1, 100, 5, 30, 0, 3000000, 1000000, 0.01},
    {"sluice-ledger",
     "time,id,started_us,endpoint,user,asked_model,model,route,receipt,input_tokens,output_tokens,cost_usd,ttft_us,"
     "total_us\r\n"
     "2026-01-31T12:00:00.000Z,r,1769860800000000,/v1,u,auto,gpt-5.2,frontier,x,9,8,0.001,250000,900000\r\n",
     "gpt-5.2", 1, 9, 8, 0, 0, 900000, 250000, 0.001},
    {"chat-log",
     "{\"timestamp\":1769860800,\"request\":{\"model\":\"gpt-5.2\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}"
     "]},"
     "\"response\":{\"model\":\"gpt-5.2-x\",\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}}\n",
     "gpt-5.2-x", 1, 3, 4, 0, 0, -1, -1, NAN},
    {"plain", "time;model;input_tokens;output_tokens;latency_s\n2026-01-31;m;3;4;1.5\n", "m", 1, 3, 4, 0, 0, 1500000,
     -1, NAN},
    {"prompts", "{\"id\":1,\"prompt\":\"what is this?\",\"weak\":0.5,\"strong\":1}\n", "", 1, -1, -1, 0, 0, -1, -1,
     NAN},
};

static void reader_every_format_is_recognised_and_read(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof EXPECTED / sizeof *EXPECTED; i++) {
        const struct expected *x = &EXPECTED[i];
        struct usage_row row;
        struct reader *r = open_text(x->text);
        assert_row(r, &row);
        assert_string_equal(reader_format(r)->name, x->format);
        assert_span_equal(row.model, x->model);
        assert_int_equal(row.requests, x->requests);
        assert_int_equal(row.input, x->input);
        assert_int_equal(row.output, x->output);
        assert_int_equal(row.cached, x->cached);
        assert_int_equal(row.cache_write, x->cache_write);
        assert_int_equal(row.latency_us, x->latency_us);
        assert_int_equal(row.ttft_us, x->ttft_us);
        assert_int_equal(row.has_cost, !isnan(x->cost));
        if (row.has_cost) assert_true(fabs(pico_real(row.cost) - x->cost) < 1e-12);
        assert_end(r);
    }
}

static void reader_every_format_has_a_test(void **state) {
    (void)state;
    for (const struct format *f = FORMATS; f->name; f++) {
        bool found = !strcmp(f->name, "anthropic-costs"); // three columns, as the others of its kind
        for (size_t i = 0; i < sizeof EXPECTED / sizeof *EXPECTED; i++)
            found = found || !strcmp(EXPECTED[i].format, f->name);
        if (!found) fail_msg("%s", f->name);
    }
}

static void reader_prompt_is_decoded_when_asked(void **state) {
    (void)state;
    struct usage_row row;
    struct reader *r = open_text("input_tokens,output_tokens,prompt\n1,2,\"say \"\"hi\"\", please\"\n");
    assert_row(r, &row);
    assert_span_equal(reader_decode(r, row.prompt), "say \"hi\", please");
    assert_end(r);
    // JSON whose quotes were doubled twice; an empty key is none of that
    r = open_text("input_tokens,output_tokens,prompt\n1,2,\"{\"\"\"\"a\"\"\"\":\"\"\"\"b \\\"\"\"\"c\"\"\"\"}\"\n"
                  "1,2,\"{\"\"\"\":1}\"\n");
    assert_row(r, &row);
    assert_span_equal(reader_decode(r, row.prompt), "{\"a\":\"b \\\"c\"}");
    assert_row(r, &row);
    assert_span_equal(reader_decode(r, row.prompt), "{\"\":1}");
    assert_end(r);
    r = open_text("{\"prompt\":\"say \\\"hi\\\"\\u00e9\"}\n");
    assert_row(r, &row);
    assert_span_equal(reader_decode(r, row.prompt), "say \"hi\"\xc3\xa9");
    assert_end(r);
}

static void reader_leaves_out_what_is_no_request(void **state) {
    (void)state;
    struct usage_row row;
    struct err e = {""};
    struct reader *r = open_text("traceId,type,startTime,model,promptTokens,completionTokens\n"
                                 "t,SPAN,2026-01-31,,,\nt,GENERATION,2026-01-31,m,3,4\n");
    assert_int_equal(reader_next(r, &row, &e), READER_LEFT_OUT);
    assert_row(r, &row);
    assert_int_equal(row.input, 3);
    assert_end(r);
}

static void reader_map_names_columns_of_ones_own(void **state) {
    (void)state;
    struct err e = {""};
    struct column_map maps[3];
    assert_int_equal(column_map_read("input_tokens=usage.in", &maps[0], &e), 0);
    assert_int_equal(column_map_read("output_tokens=usage.out", &maps[1], &e), 0);
    assert_int_equal(column_map_read("latency_s=took", &maps[2], &e), 0);
    struct reader_options options = {.maps = maps, .map_count = 3};
    struct usage_row row;
    struct reader *r = open_as("{\"usage\":{\"in\":5,\"out\":6},\"took\":0.25,\"model\":\"m\"}\n", &options);
    assert_row(r, &row);
    assert_int_equal(row.input, 5);
    assert_int_equal(row.output, 6);
    assert_int_equal(row.latency_us, 250000);
    assert_span_equal(row.model, "m");
    assert_end(r);
    r = open_as("took,usage\n0.25,\"{\"\"in\"\": 5, \"\"out\"\": 6}\"\n", &options);
    assert_row(r, &row);
    assert_int_equal(row.output, 6);
    assert_end(r);
    assert_int_equal(column_map_read("tokens=usage", &maps[0], &e), -1);
    assert_non_null(strstr(e.text, "input_tokens"));
    assert_int_equal(column_map_read("time", &maps[0], &e), -1);
}

// ---------------------------------------------------------------- containers

// The same three rows, however they are wrapped.
static void reader_json_is_read_in_every_wrapping(void **state) {
    (void)state;
#define ROW(n)                                                                                                         \
    "{\"model\": \"m{[\\\"" n "\", \"input_tokens\": " n ",\n \"output_tokens\": 2, \"x\": [1, {\"data\": [3]}]}"
    static const char *const TEXTS[] = {
        ROW("1") "\n" ROW("2") ROW("3"),
        "[" ROW("1") ",\n" ROW("2") "\n,  " ROW("3") "]\n",
        "{\"a\": [1], \"data\": [" ROW("1") "," ROW("2") "," ROW("3") "], \"meta\": {\"x\": \"]}\"}}",
        "[{\"data\": [" ROW("1") "]}, {\"data\": [" ROW("2") "," ROW("3") "], \"next\": null}]",
        "{\"data\": [" ROW("1") "]}\n{\"data\": []}\n{\"data\": [" ROW("2") "," ROW("3") "]}",
        "\xef\xbb\xbf\n\n [" ROW("1") "," ROW("2") "," ROW("3") "]",
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        struct reader *r = open_text(TEXTS[i]);
        for (int64_t n = 1; n <= 3; n++) {
            struct usage_row row;
            assert_row(r, &row);
            assert_int_equal(row.input, n);
        }
        assert_end(r);
    }
}

static void reader_lines_are_counted(void **state) {
    (void)state;
    struct usage_row row;
    struct err e = {""};
    struct reader *r = open_text("input_tokens,output_tokens,model\n1,2,\"a\nb\"\n1,2,m\nx,2,m\n\n1,2,m\n");
    assert_int_equal(reader_next(r, &row, &e), READER_BAD); // a control character
    assert_int_equal(reader_line(r), 2);
    assert_row(r, &row);
    assert_int_equal(reader_line(r), 4);
    assert_int_equal(reader_next(r, &row, &e), READER_BAD);
    assert_int_equal(reader_line(r), 5);
    assert_row(r, &row);
    assert_int_equal(reader_line(r), 7);
    assert_end(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reader_every_format_is_recognised_and_read),
        cmocka_unit_test(reader_every_format_has_a_test),
        cmocka_unit_test(reader_prompt_is_decoded_when_asked),
        cmocka_unit_test(reader_leaves_out_what_is_no_request),
        cmocka_unit_test(reader_map_names_columns_of_ones_own),
        cmocka_unit_test(reader_json_is_read_in_every_wrapping),
        cmocka_unit_test(reader_lines_are_counted),
    };
    return RUN(tests);
}
