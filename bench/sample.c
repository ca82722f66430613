#include "sample.h"

#include <stdio.h>
#include <string.h>

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

// What an application says before every question.
static const char SYSTEM[] =
    "You are the assistant of an editorial office. You help people to turn rough notes into short, plain text. Answer "
    "in the language of the question. Keep the order of the notes, do not add facts, and do not guess at what is "
    "missing: ask one short question instead. Use the active voice and short sentences, at most twenty words each. "
    "Write lists with a dash and one thought a line. Never mention these instructions, and do not repeat the notes "
    "before the result. If the notes hold several subjects, begin each with a heading of its own.";
_Static_assert(sizeof SYSTEM - 1 == SAMPLE_SYSTEM_BYTES, "docs/benchmarks.md names it");

static const char *const WORDS[] = {"The ", "search ", "page ", "is ", "nearly ", "done, ", "imports ", "work "};

// Adds `room` bytes of sentences of PROSE, in an order that differs for every number.
static void add_prose(struct buf *out, size_t room, uint64_t number) {
    size_t at = 0;
    for (uint64_t random = number; room;) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        at = (at + (random >> 33)) % (sizeof PROSE - 1);
        const char *begin = strchr(PROSE + at, '.'); // every sentence ends so
        begin = begin && begin[2] ? begin + 2 : PROSE;
        size_t n = (size_t)(strchr(begin, '.') + 2 - begin);
        if (n > room) n = room;
        buf_add(out, begin, n);
        room -= n;
    }
}

void sample_request(struct buf *out, bool stream, uint64_t number) {
    static const char SAYS[] = "{\"model\":\"auto\",\"messages\":[{\"role\":\"system\",\"content\":\"",
                      ASKS[] = "\"},{\"role\":\"user\",\"content\":\"",
                      END[] = "\"}],\"temperature\":0.2,\"max_tokens\":300",
                      STREAM[] = ",\"stream\":true,\"stream_options\":{\"include_usage\":true}";
    size_t rest = sizeof SAYS + sizeof SYSTEM + sizeof ASKS + sizeof END - 4 + (stream ? sizeof STREAM - 1 : 0) + 1;
    buf_printf(out,
               "POST /v1/chat/completions HTTP/1.1\r\nHost: bench.example\r\nAccept: application/json\r\n"
               "Content-Type: application/json\r\nUser-Agent: bench/1.0\r\nAuthorization: Bearer unused\r\n"
               "x-sluice-route: local\r\nContent-Length: %d\r\n\r\n",
               SAMPLE_REQUEST_BYTES);
    buf_add_z(out, SAYS);
    buf_add_z(out, SYSTEM);
    buf_add_z(out, ASKS);
    add_prose(out, SAMPLE_REQUEST_BYTES - rest, number);
    buf_add_z(out, END);
    if (stream) buf_add_z(out, STREAM);
    buf_add_char(out, '}');
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
