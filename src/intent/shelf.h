// The shelf: where learned weights are kept, one folder for all pairs of models.
//
//   DIR/NAME.weights           in use for its pair: a file as weights_load_file reads it
//   DIR/NAME/000001.weights    every version that was learned, by number
//
// NAME is made from the pair's names and a hash of them. Files take their place by renaming, so whoever opens one sees
// it whole; a version is never changed. Beside either there may be a file .lines (lines.h): those learned while the
// version was in use, of which the last are kept (000000.lines: while the built-in weights were). They go and come back
// with it.
#ifndef SLUICE_INTENT_SHELF_H
#define SLUICE_INTENT_SHELF_H

#include "intent/learned.h"
#include "intent/lines.h"

struct shelf {
    char dir[1024];
    char local[LEARNED_NAME], frontier[LEARNED_NAME];
    char current[1280]; // path of the file in use, which need not exist
    char lines[1280];   // of the lines in use, likewise
    char folder[1280];  // of the versions
};

// -1 when a path would be too long.
int shelf_open(struct shelf *s, const char *dir, const char *local, const char *frontier, struct err *e)
    __attribute__((warn_unused_result));

// The weights in use for the pair, or NULL: *missing then says whether there are none, or they cannot be read (*e).
struct weights *shelf_load(const struct shelf *s, bool *missing, struct err *e);

struct shelf_version {
    uint32_t number;
    bool in_use;
    struct learned_header header;
};

// The versions, oldest first; a heap array. Files that cannot be read are left out and counted.
struct shelf_version *shelf_list(const struct shelf *s, size_t *count, size_t *unreadable);

// Writes a version: the base, then what was learned. Its number, or -1.
int shelf_add(const struct shelf *s, const struct weights *base, const struct learned *l, struct err *e)
    __attribute__((warn_unused_result));
// Puts a version in use; 0: none, the base alone.
int shelf_use(const struct shelf *s, uint32_t number, struct err *e) __attribute__((warn_unused_result));

// The lines in use; none when there is no file. -1 when it cannot be read.
int shelf_load_lines(const struct shelf *s, struct lines *out, struct err *e) __attribute__((warn_unused_result));
// Gives a version its lines, in the place of those it had.
int shelf_add_lines(const struct shelf *s, uint32_t number, const struct lines *lines, struct err *e)
    __attribute__((warn_unused_result));

// Puts the lines of a version in use, or none where it has none; shelf_use does so too.
int shelf_use_lines(const struct shelf *s, uint32_t number, struct err *e) __attribute__((warn_unused_result));

// Writes a file of base and section, whole or not at all.
int shelf_write(const char *path, const struct weights *base, const struct learned *l, struct err *e)
    __attribute__((warn_unused_result));

#endif
