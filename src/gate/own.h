// The company's own data: lists of values and documents that were registered with `sluice gate`.
//
// Neither values nor texts are kept: a list becomes keyed hashes of its values (exact data match), a document becomes
// keyed fingerprints of its passages (winnowing: Schleimer, Wilkerson, Aiken, 2003). Each registration is one file in
// the gate's directory, next to the key:
//
//   own_fold.c       text -> what is compared          own_words.c   words of a text and their hashes
//   own_list.c       values -> file                    own_match.c   text against all lists
//   own_documents.c  texts -> file                     own_pasted.c  text against all documents
//   own_file.c       the files and the key             own.c         all of them, loaded for a gate
//
// Whoever holds the key and a list's file can test guesses against it: the key is readable by its owner only, and so is
// the directory. Without the key the files tell nothing but how many values and passages there are.
#ifndef SLUICE_GATE_OWN_H
#define SLUICE_GATE_OWN_H

#include "gate/gate.h"

enum { OWN_NAME_MAX = 64 };
enum own_kind { OWN_LIST, OWN_DOCUMENTS };

// One registration, as `sluice gate list` shows it.
struct own_info {
    char name[OWN_NAME_MAX + 1];
    enum own_kind kind;
    enum data_class class_;
    uint64_t items;        // values that decide alone, or documents
    uint64_t pairs;        // of a list: rows that decide by two values
    uint64_t prints;       // of documents: fingerprints
    uint64_t dropped;      // of documents: fingerprints of boiler-plate
    uint64_t source_bytes; // what was read
    uint64_t file_bytes;   // what is kept
    int64_t created_us;    // wall clock
};

enum own_saved { OWN_FAILED = -1, OWN_ADDED, OWN_REPLACED, OWN_UNCHANGED };

// ---------------------------------------------------------------- registering

struct own_key;

// policy.data_dir, or where it is empty sluice/gate in $XDG_STATE_HOME, $HOME/.local/state or /var/lib. Free with
// free().
char *own_dir(const struct config *config);
// True for a name that can be a file's: up to OWN_NAME_MAX of letters, digits, '.', '_', '-', not beginning with '.'.
bool own_name_is_valid(const char *name);

// Opens the key of the directory; makes both at first use. NULL on failure. Released with own_key_free.
struct own_key *own_key_make(const char *dir, struct err *e);
void own_key_free(struct own_key *key);

// What a value is good for.
enum own_value {
    OWN_VALUE_TAKEN,
    OWN_VALUE_EMPTY, // no letter and no digit
    OWN_VALUE_WEAK,  // too short or too plain to say anything: "yes", "12", "00000000"
};

struct own_list;
struct own_list *own_list_new(const struct own_key *key);
void own_list_free(struct own_list *l);
// A value that decides wherever it stands. `weak` takes it also when it is weak.
enum own_value own_list_add(struct own_list *l, struct span value, bool weak);
// Two values of one row, which decide within 300 bytes of each other.
enum own_value own_list_add_pair(struct own_list *l, struct span a, struct span b, bool weak);
// Counts of what was added, without repetitions after own_list_save.
void own_list_info(const struct own_list *l, struct own_info *out);
// Writes the file, whole or not at all. Fails when nothing was added.
enum own_saved own_list_save(struct own_list *l, const char *dir, const char *name, enum data_class class_,
                             uint64_t source_bytes, struct err *e);

struct own_documents;
struct own_documents *own_documents_new(const struct own_key *key);
void own_documents_free(struct own_documents *d);
// A text under the name that a finding shows. Returns its fingerprints; 0 for a text of less than 32 letters and
// digits. SIZE_MAX when there are too many documents.
size_t own_documents_add(struct own_documents *d, const char *name, struct span text);
// `common`: a fingerprint found in more documents than this is boiler-plate, and dropped.
enum own_saved own_documents_save(struct own_documents *d, const char *dir, const char *name, enum data_class class_,
                                  uint64_t common, struct err *e);
void own_documents_info(const struct own_documents *d, struct own_info *out);
// Documents of which hardly anything is left after boiler-plate was dropped; after own_documents_save.
uint64_t own_documents_emptied(const struct own_documents *d);

// All registrations, sorted by name; an array to be freed with free(). -1 on failure, 0 also when the directory is not
// there. A file that cannot be read is an error.
int own_list_all(const char *dir, struct own_info **out, size_t *count, struct err *e)
    __attribute__((warn_unused_result));
// 0 when it was removed, 1 when there is none of this name, -1 on failure.
int own_remove(const char *dir, const char *name, struct err *e) __attribute__((warn_unused_result));

// ---------------------------------------------------------------- the gate's part

struct own;
struct own_scratch;
struct scan;

// Everything that is registered, or *out = NULL when nothing is. A file that is damaged, of another key or unreadable
// is an error: a gate that does not know what it was told to keep must not open. A configuration without data_dir
// (NULL) has nothing registered.
int own_load(const struct config *config, struct own **out, struct err *e) __attribute__((warn_unused_result));
void own_free(struct own *o);
// Changes when what is registered changes; 0 for NULL.
uint64_t own_version(const struct own *o);
// NULL for NULL.
struct own_scratch *own_scratch_new(const struct own *o);
void own_scratch_free(struct own_scratch *s);
// Looks for registered values and passages in the view at work.
void own_scan(struct scan *s);

#endif
