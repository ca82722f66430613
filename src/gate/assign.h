// `name = value` in whatever notation: program text, configuration, command lines, mark-up, prose.
#ifndef SLUICE_GATE_ASSIGN_H
#define SLUICE_GATE_ASSIGN_H

#include "base/span.h"

enum assign_how {
    ASSIGN_SIGN,      // x = v, x := v, x => v, x("v"), <x>v</x>, --x v
    ASSIGN_LABEL,     // x: v, x | v
    ASSIGN_SPOKEN,    // x is v, x - v
    ASSIGN_BESIDE,    // x v, and v below "x:"
    ASSIGN_NEXT_LINE, // x alone on its line, v alone on the next: how an object's members stand in the text
};

struct assignment {
    struct span value;
    size_t start; // of the value
    enum assign_how how;
    bool quoted;
    struct span suffix; // what the name has after the word: "_hash" of "password_hash"
    struct span name;   // the whole name
};

// Reads what follows the word at [start, end). False when no value does. Looks at 1 KB at most.
bool assignment_read(struct span text, size_t start, size_t end, struct assignment *out);
// A piece of program in place of a value: a call, a variable, a template, several words.
bool assignment_is_code(const struct assignment *a);
// Offset past blanks, at most max of them.
size_t skip_blanks(struct span text, size_t at, size_t max);
bool is_quote(char c);
bool follows(struct span text, size_t at, const char *word);

#endif
