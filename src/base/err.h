// An error that a person reads: what is wrong and how to mend it.
//
// Functions that can fail for reasons of the outside world take a `struct err *` (never NULL) and
// return -1 or NULL after err_set. The text never holds a prompt, an answer or a key.
#ifndef SLUICE_BASE_ERR_H
#define SLUICE_BASE_ERR_H

struct err {
    char text[512]; // one line, no final stop, "" when nothing went wrong
};

// Sets the text (cut at the size) and returns -1, so that a caller can `return err_set(...)`.
int err_set(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
