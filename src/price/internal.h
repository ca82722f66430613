// Between the book and the reader of its files.
#ifndef SLUICE_PRICE_INTERNAL_H
#define SLUICE_PRICE_INTERNAL_H

#include "base/arena.h"
#include "price/price.h"

struct price_book {
    struct arena arena;   // names and cards
    struct price *prices; // in the order in which they came
    uint32_t count, cap;
    uint32_t *slots;   // open addressing, at most half full: index + 1, 0 = free
    uint32_t slot_cap; // a power of two
    size_t unpriced;
    size_t fault_count; // also those that are not kept
    struct price_fault *faults;
};

// The entry of this exact name, or NULL.
struct price *book_get(const struct price_book *b, struct span name);
// Adds a name that is not there yet.
struct price *book_add(struct price_book *b, struct span name);
// Fills `told` of a price whose cards are complete.
void price_tell(struct price *p);
void book_fault(struct price_book *b, uint32_t line, struct span model, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// Reads one file's text into the book. -1 when it is no JSON object, or lost too much.
int book_read(struct price_book *b, struct span text, const char *file, double most_loss, struct err *e);

#endif
