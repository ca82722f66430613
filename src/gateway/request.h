// A request, from its headers to its ledger row. The path of a chat request, and the file of each step:
//
//   conn.c      bytes -> head, body              request_head, request_body, request_complete
//   endpoint.c  path and method -> what to do
//   chat.c      parse -> GATE -> SCORE -> DECIDE  chat_begin  (chat/view.h, gate/gate.h, intent/score.h, route/plan.h)
//   attempt.c   build -> clearance -> send        attempt_start (chat/request.h, gate/clearance.h, upstream/upstream.h)
//   relay.c     answer -> caller, fall back       (chat/answer.h)
//   verify.c    VERIFY, escalate                  (gateway/hold.h, verify/verify.h)
//   finish.c    meter -> LEDGER, release          request_finish (price/price.h, ledger/ledger.h, meter/meter.h)
//
// A request belongs to one worker and one connection. Everything up to `attempt_start` happens in one step,
// without waiting, in the worker's arena; afterwards only this struct and the upstream's bytes are held.
#ifndef SLUICE_GATEWAY_REQUEST_H
#define SLUICE_GATEWAY_REQUEST_H

#include "base/buf.h"
#include "chat/answer.h"
#include "chat/restore.h"
#include "chat/view.h"
#include "gateway/conn.h"
#include "gateway/decide.h"
#include "gateway/errors.h"
#include "gateway/hold.h"
#include "ledger/ledger.h"
#include "upstream/upstream.h"

struct endpoint;
struct lookup;

enum { REQUEST_PATH_BYTES = 128, REQUEST_ERROR_BODY_BYTES = 64 * 1024 };

// Headers that we read; see HEADERS in head.c.
enum header_name { HEADER_NONE, HEADER_ROUTE, HEADER_TASK, HEADER_USER, HEADER_EXPECT, HEADER_HOST, HEADER_COUNT };

// One head may be that of several requests: it does not change once it is complete.
struct request_head_data {
    uint32_t references;
    const struct endpoint *endpoint; // NULL: no such path
    char path[REQUEST_PATH_BYTES];   // without the query
    uint16_t path_len;
    bool path_cut;                   // longer than we keep: no endpoint has such a path
    bool query;                      // the path is over: what follows is not kept
    bool has_host;
    char parameters[64];             // the query, cut to fit
    uint8_t parameters_len;
    char name[24];                   // of the header field being read
    uint8_t name_len;
    uint8_t current;                 // enum header_name
    char value[HEADER_COUNT][64];    // of the headers that we read, cut to fit
    uint8_t value_len[HEADER_COUNT];
    bool pin_read;                   // `pin` is what HEADER_ROUTE says
    uint8_t pin;                     // enum pin
};

// What a chat request keeps while its answer is on the way.
struct chat_state {
    struct snapshot *snapshot;
    struct verdict verdict;          // without findings: enough for a clearance
    struct plan plan;
    struct mask *mask;               // of a sensitive request that may leave masked, or NULL
    struct restore *restore;         // of a masked attempt's stream
    struct verify_need need;         // what a local answer is checked for, where its candidate says so
    struct hold *hold;               // of an attempt whose answer is checked, or NULL
    struct kept *kept;               // the local answer that was found wanting, in case nobody does better; or NULL
    bool escalated;                  // a local answer was found wanting
    uint32_t next_candidate;         // index into plan.candidates
    bool now_local;                  // the candidate that is being asked
    bool now_masked;                 // it has got the masked request
    bool entered_local;              // holds a place of the local model
    uint32_t now_frontier;
    uint8_t zone;                    // enum zone of that candidate
    struct buf sent;                 // bytes for the upstream; freed once its head has come
    struct upstream_call *call;
    struct answer *answer;
    struct buf body;                 // the answer for a caller who does not stream, or an upstream's error
    int upstream_status;
    int64_t retry_after_ms;
    bool committed;                  // the caller has got the head of the answer
    bool streams, wants_usage;       // what the caller asked
    bool asked_stream;               // what we asked of the upstream
    bool sent_noted;                 // bytes_out has this attempt
    char model[64];                  // what is being asked
    char failure[200];               // why the last attempt failed, for the error message
    const char *failure_param;       // the field that is at fault, within the step; or NULL
    enum gateway_error failure_code;
    size_t estimated_input;
    uint64_t sent_ns, committed_ns;
    uint64_t session_key;            // of the conversation; 0 = none
    double expected_usd, reserved_usd; // of the frontier that may be asked; set aside in the budget
};

struct request {
    struct conn *conn;               // NULL once the caller left
    struct worker *worker;
    uint64_t number;                 // unique in this process
    const struct endpoint *endpoint; // of the head
    struct lookup *lookup;           // a read of the ledger that it waits for, or NULL; lookup.h
    uint8_t method;                  // llhttp_method_t
    bool has_place;                  // holds a place in the ledger: a row must be filed
    uint64_t started_ns;             // its first byte was read
    uint64_t ready_ns;               // the body was complete; started_ns where one read brought all of it
    struct request_head_data *head;  // from its first byte until the request is understood
    struct buf body;                 // as it came; kept until no fall back can need it
    struct chat_state chat;
    struct ledger_row row;           // filled on the way
};

struct request *request_new(struct conn *c);
void request_free(struct request *r);
// What is kept of the headers. An open stream does not carry it along.
struct request_head_data *request_head_new(void);
// Gives one reference back; NULL is allowed.
void request_head_drop(struct request_head_data *head);

// head.c: pieces of the head as the parser sees them. -1 over a limit.
void request_add_path(struct request *r, struct span piece);
void request_add_header_name(struct request *r, struct span piece, bool first);
void request_add_header_value(struct request *r, struct span piece);
struct span request_header(const struct request *r, enum header_name name);
// The path of a target, also of one in absolute form (RFC 9112, 3.2.2).
struct span request_path(const struct request_head_data *head);

// endpoint.c: the head is complete: which endpoint it names.
void request_head_route(struct request_head_data *head);
// Says whether the body is to be read (true), or the request was refused.
bool request_head_complete(struct request *r);
// The whole request is here.
void request_complete(struct request *r);
// The caller is gone: stop the upstream, file the row, free the request.
void request_caller_left(struct request *r) __attribute__((cold));
// The caller took what was waiting: the upstream may go on.
void request_caller_drained(struct request *r);
// The caller does not take what we send: let the upstream wait.
void request_caller_stalled(struct request *r);

// respond.c
// An error before or instead of an answer. Closes the connection afterwards if the body was not read.
void respond_error(struct request *r, enum gateway_error e, const char *param, const char *detail)
    __attribute__((cold)); // what leads to it lies apart from the way of a request that is answered
// A whole answer of a simple endpoint.
void respond_simple(struct request *r, int status, const char *content_type, struct span body);
// The head of a chat answer; a length of -1 announces a stream.
void respond_chat_head(struct request *r, int64_t length);
// One piece of a stream, with its chunk framing; `piece` begins with CHUNK_ROOM bytes that are overwritten.
enum { CHUNK_ROOM = 10 };
void respond_chunk(struct request *r, struct buf *piece);
// The end of a stream's framing.
void respond_last_chunk(struct request *r);

// chat.c, attempt.c, relay.c, finish.c
void chat_begin(struct request *r);
// Asks the next candidate of the plan, or answers with an error when none is left.
// `view` is the parsed request while it is at hand, else NULL: it is then parsed again.
void attempt_next(struct request *r, const struct chat_view *view);
// Gives up what the current attempt holds; an upstream that still works is cancelled.
void attempt_release(struct request *r);
// The current attempt gave no answer: falls back, or answers with the error. `may_fall_back` is false
// where another model would refuse the same request too.
void attempt_failed(struct request *r, enum gateway_error code, int status, const char *why, bool may_fall_back)
    __attribute__((cold));
// Parses the request's body into the worker's document and reads it. -1 with the error answered.
int chat_parse(struct request *r, struct chat_view *view);
// What the header x-sluice-route asks. -1 with the error answered.
int chat_read_pin(struct request *r, enum pin *pin);
// Time-outs of the upstream, called by the worker's sweep.
void request_watch(struct request *r, uint64_t now_ns);
// The whole answer took too long.
void relay_timed_out(struct request *r) __attribute__((cold));
extern const struct upstream_events RELAY_EVENTS;
// Begins a piece of a stream in worker.out, with room for its framing.
void relay_begin_piece(struct buf *out);
// Sends what stands in worker.out; the first time with the head of the answer.
void relay_flush(struct request *r);
// The answer is whole: the body, or what stands in worker.out, and the end.
void relay_finish(struct request *r);

// verify.c
// The attempt that begins is checked; `view` is the request.
void verify_begin(struct request *r, const struct chat_view *view);
// More of a stream has come. The request may be gone afterwards.
void verify_look(struct request *r, struct buf *out);
// The answer is complete. False when a frontier is asked instead: the request may be gone.
bool verify_end(struct request *r, struct buf *out);
// A stream may have been held back for too long; called by request_watch. The request may be gone afterwards.
void verify_watch(struct request *r, uint64_t now_ns);
// Answers with what was found wanting, marked, because no frontier could do better. False when there is nothing.
bool verify_answer_kept(struct request *r);
void verify_forget(struct request *r);
// Ends the request: row, metrics, and the connection goes on. `outcome` is one of the ledger's words.
void request_finish(struct request *r, const char *outcome);

#endif
