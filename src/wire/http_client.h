// Reads one HTTP/1.1 answer: llhttp with our limits, and the few header fields that a gateway acts on.
//
// Bytes are fed as they come; the head and the pieces of the body are reported as they are found, the
// body without its transfer coding. Interim answers (1xx) are skipped. Nothing is allocated. The reader
// can be stopped in any callback: `paused` keeps the rest for later, `dead` gives it up.
#ifndef SLUICE_WIRE_HTTP_CLIENT_H
#define SLUICE_WIRE_HTTP_CLIENT_H

#include <llhttp.h>

#include "wire/same_head.h"

enum http_field {
    FIELD_CONTENT_TYPE,
    FIELD_REQUEST_ID,
    FIELD_RETRY_AFTER,
    FIELD_RETRY_AFTER_MS,
    FIELD_COUNT,
    FIELD_OTHER
};

// The fields that were asked for; a value that does not fit counts as absent.
struct http_head {
    int status;
    int64_t content_length;                    // -1 = unknown
    uint8_t at[FIELD_COUNT], len[FIELD_COUNT]; // places in `store`
    uint8_t used;                              // bytes of `store` in use
    uint8_t open;                              // enum http_field whose value is being collected
    char store[132];
};

void http_head_init(struct http_head *h);
// Begins the value of a named field (the last of several wins); pieces of other fields are ignored.
void http_head_open(struct http_head *h, struct span name);
void http_head_add(struct http_head *h, struct span piece);
struct span http_head_field(const struct http_head *h, enum http_field field);
bool http_head_is_event_stream(const struct http_head *h);
// From Retry-After-Ms or Retry-After (seconds or a date); -1 when absent or not understood.
int64_t http_head_retry_after_ms(const struct http_head *h, int64_t wall_us);

// Heads of answers that came last, so that one that comes again is not parsed again; all zero at first.
struct http_client_heads {
    struct same_heads same;
    struct http_head head[SAME_HEADS]; // what was read of each
};

struct http_client_events {
    void (*on_head)(void *ctx, const struct http_head *head);
    void (*on_body)(void *ctx, struct span bytes);
};

enum http_client_state {
    HTTP_CLIENT_MORE,   // all bytes are used, the answer goes on
    HTTP_CLIENT_PAUSED, // stopped because of `paused`: feed the rest later
    HTTP_CLIENT_DONE,   // the answer is complete
    HTTP_CLIENT_BAD,    // not HTTP/1, over a limit, or `dead`: see http_client_reason
    HTTP_CLIENT_CUT     // only from http_client_finish: the answer is not complete
};

struct http_client {
    llhttp_t parser;
    const struct http_client_events *events;
    void *ctx;
    struct http_client_heads *heads; // or NULL
    struct head_size left;           // of the limits
    bool paused;                     // the owner's wish, looked at after each callback
    bool dead;                       // likewise
    bool begun;                      // a byte of the answer was fed
    bool headed;                     // the head is complete
    bool done;
    bool keep_alive; // valid when done: the connection may carry another request
    uint8_t name_len;
    char name[18]; // field name, as far as a wanted one can be
    struct http_head head;
};

// `limits` hold for names and values of all fields and their number, interim answers and trailers included. `heads`, if
// given, and `events` must live as long as the reader.
void http_client_init(struct http_client *h, struct head_size limits, struct http_client_heads *heads,
                      const struct http_client_events *events, void *ctx);
// *used: bytes that were consumed.
enum http_client_state http_client_feed(struct http_client *h, struct span bytes, size_t *used);
// The connection ended: DONE when the answer was delimited by that, else CUT.
enum http_client_state http_client_finish(struct http_client *h);
// A constant phrase after HTTP_CLIENT_BAD.
const char *http_client_reason(const struct http_client *h);

#endif
