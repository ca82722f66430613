#include "sample.h"

#include <stdio.h>

// Everyday text without anything that a policy gate would hold back.
static const char PROSE[] =
    "Please rewrite the following notes of our weekly meeting as five short bullet points for people who were not "
    "there. Keep the order, leave out small talk, and do not add anything that was not said. The notes: we began "
    "with the state of the new search page, which is finished apart from the empty state and the loading skeleton. "
    "Design would like another look at the spacing of the result cards on narrow screens, since the titles wrap too "
    "early. The import job ran on all sample folders without an error, but it takes twice as long as planned, mostly "
    "because every picture is resized three times; somebody will try to keep the first result and reuse it. Support "
    "reported fewer questions about exports than last month, and those that came were about column names, so the "
    "column names will be explained in the help pages. The translation of the manual is on schedule, two chapters "
    "are in review. We agreed to drop the old preferences dialog in the next version, to announce it in the release "
    "notes, and to keep its settings file readable for one more year. The next meeting moves to the larger room. ";

static const char *const WORDS[] = {"The ", "search ", "page ", "is ", "nearly ", "done, ", "imports ", "work "};

void sample_request(struct buf *out, bool stream) {
    struct buf body;
    buf_init(&body, 16384);
    buf_add_z(&body, "{\"model\":\"auto\",\"messages\":[{\"role\":\"system\",\"content\":\"You are a careful editor. "
                     "Answer briefly.\"},{\"role\":\"user\",\"content\":\"");
    static const char END[] = "\"}],\"temperature\":0.2,\"max_tokens\":300";
    static const char STREAM[] = ",\"stream\":true,\"stream_options\":{\"include_usage\":true}";
    size_t rest = sizeof END + (stream ? sizeof STREAM - 1 : 0);
    while (body.len + rest < SAMPLE_REQUEST_BYTES) {
        size_t room = SAMPLE_REQUEST_BYTES - rest - body.len;
        buf_add_span(&body, span_sub(span_make(PROSE, sizeof PROSE - 1), 0, room));
    }
    buf_add_z(&body, END);
    if (stream) buf_add_z(&body, STREAM);
    buf_add_char(&body, '}');
    buf_printf(out,
               "POST /v1/chat/completions HTTP/1.1\r\nHost: bench.example\r\nAccept: application/json\r\n"
               "Content-Type: application/json\r\nUser-Agent: bench/1.0\r\nAuthorization: Bearer unused\r\n"
               "x-sluice-route: local\r\nContent-Length: %zu\r\n\r\n",
               body.len);
    buf_add_span(out, buf_span(&body));
    buf_free(&body);
}

void sample_answer(struct buf *out) {
    static const char START[] =
        "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"bench\","
        "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"";
    static const char END[] =
        "\"},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":312,"
        "\"completion_tokens\":58,\"total_tokens\":370,\"prompt_tokens_details\":{\"cached_tokens\":0}}}";
    buf_printf(out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
               SAMPLE_ANSWER_BYTES, START);
    size_t room = SAMPLE_ANSWER_BYTES - (sizeof START - 1) - (sizeof END - 1);
    buf_add(out, PROSE, room);
    buf_add_z(out, END);
}

void sample_stream_head(struct buf *out) {
    buf_add_z(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
                   "Transfer-Encoding: chunked\r\n\r\n");
}

static void add_chunk(struct buf *out, const char *data) {
    buf_printf(out, "%zx\r\n%s\r\n", strlen(data), data);
}

void sample_event(struct buf *out, uint32_t index) {
    char event[512];
    static const char CHUNK[] = "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\","
                                "\"created\":1700000000,\"model\":\"bench\",\"choices\":[";
    static const char USAGE[] =
        "],\"usage\":{\"prompt_tokens\":312,\"completion_tokens\":49,\"total_tokens\":361}}\n\n";
    static const char DELTA[] =
        "%s{\"index\":0,\"delta\":{%s\"content\":\"%s\"},\"finish_reason\":null}],\"usage\":null}\n\n";
    if (index == SAMPLE_EVENTS - 1) {
        add_chunk(out, "data: [DONE]\n\n");
        return;
    }
    if (index == SAMPLE_EVENTS - 2) snprintf(event, sizeof event, "%s%s", CHUNK, USAGE);
    else if (index == SAMPLE_EVENTS - 3)
        snprintf(event, sizeof event, "%s{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null}\n\n",
                 CHUNK);
    else if (index == 0) snprintf(event, sizeof event, DELTA, CHUNK, "\"role\":\"assistant\",", "");
    else snprintf(event, sizeof event, DELTA, CHUNK, "", WORDS[index % (sizeof WORDS / sizeof *WORDS)]);
    add_chunk(out, event);
}

void sample_stream_end(struct buf *out) {
    buf_add_z(out, "0\r\n\r\n");
}
