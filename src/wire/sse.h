// Server-sent events: finds where events end, and what is in one.
//
// An event is a run of lines that ends with an empty line. Lines end with LF or CRLF; a lone CR, which
// the standard also allows, ends no line here (no provider writes it; sse_has_lone_cr finds it, because a
// client would see other lines than we do). Nothing is copied but the data of
// an event that has several data lines.
#ifndef SLUICE_WIRE_SSE_H
#define SLUICE_WIRE_SSE_H

#include "base/buf.h"
#include "base/span.h"

// Where the scanner stands between two pieces; zeroed to begin.
struct sse {
    bool line_begun; // the current line has a byte other than CR
};

struct sse_event {
    struct span name; // of `event:`, or empty
    struct span data; // of `data:`; several lines are joined with LF
    bool has_data;    // false for comments, pings and stray blank lines
};

// Offset past the end of the first event that ends in `bytes`, or 0 when none does: then all bytes were
// seen and the next call goes on behind them. Each byte is to be shown once.
size_t sse_end(struct sse *s, struct span bytes);

// Reads one whole event. `joined` is used, and emptied first, only where the data has several lines; the
// event's spans point into `raw` or into it.
void sse_read(struct span raw, struct buf *joined, struct sse_event *event);

// True when a CR stands anywhere but before a LF.
bool sse_has_lone_cr(struct span raw);

#endif
