// Records of a CSV, as fast as memory allows.
//
// RFC 4180 with what the world writes: LF or CRLF, any separator, quoted fields with doubled quotes and line breaks.
// 64 bytes at a time are turned into bit masks of quotes, separators and line ends; a carry-less sum over the quotes
// tells which separators are inside quotes (after Langdale and Lemire, "Parsing Gigabytes of JSON per Second", 2019).
// Where quotes stand in odd places, a record is read again byte by byte. A quote that is never closed costs the line
// it stands in, and no more.
#ifndef SLUICE_REPORT_CSV_H
#define SLUICE_REPORT_CSV_H

#include "report/window.h"

enum { CSV_FIELDS = 1024, CSV_CHUNK_BYTES = 64 * 1024 };

struct csv {
    struct window *window;
    char separator;
    uint64_t line;   // where the record begins, from 1
    uint32_t *marks; // offsets in the window of ends of fields, of the record in work and those behind it
    size_t mark_count, mark_at;
    size_t scanned; // bytes of the window that are in marks
    size_t crooked; // the first quote in an odd place, SIZE_MAX: none
    bool breaks;    // a line break within quotes was seen in what is scanned
    // carried from one block to the next
    uint64_t inside; // all ones: within quotes
    bool may_open;   // the byte before was a separator, a line end or a quote
    bool must_end;   // the byte before closed quotes
    // the record
    size_t begin, count; // offset of its first byte; fields
    const uint32_t *ends;
    uint32_t careful[CSV_FIELDS]; // ends, where it was read byte by byte
    uint64_t next_line;
};

void csv_init(struct csv *c, struct window *w, char separator);
void csv_free(struct csv *c);

enum csv_status { CSV_RECORD, CSV_BAD, CSV_END, CSV_FAILED };
// CSV_BAD: the record cannot be read (*e says why); the next call goes on behind it. Fields live until the next call.
enum csv_status csv_next(struct csv *c, struct err *e);
// A field as it stands in the file, with its quotes.
static inline struct span csv_raw(const struct csv *c, size_t i) {
    size_t from = i ? c->ends[i - 1] + 1 : c->begin;
    return (struct span){c->window->at + from, c->ends[i] - from};
}
// Without its quotes; doubled quotes are undone in place, which is possible once.
struct span csv_unquote(struct span raw);
// Of each pair of quotes one is left, in place.
struct span csv_halve_quotes(struct span s);
struct span csv_text(const struct csv *c, size_t i);
// Which of , ; tab | the first line has most of.
char csv_guess_separator(struct span text);

#endif
