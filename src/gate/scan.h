// A scan at work, private to the gate. One pass of literals and one pass of bytes over each view find anchors; a
// verifier looks at each anchor's surroundings and reports findings:
//
//   gate.c      limits                               -> views_scan
//   views.c     what is hidden in the text           -> scan_view, of views that are made when there is a reason
//   known.c     parts that were scanned before       -> their literals and plain sentences
//   anchors.c   literal pass: starts.c places.c      -> context words, verifiers of token.c vendor.c infix.c password.c
//               grams.c                                 secret.c header.c url.c pem.c command.c marker.c address*.c
//                                                       date.c person.c health.c finance.c domain.c; cue.c
//   bytes.c     byte pass: digits @ : .              -> verifiers of number.c identity.c phone.c network.c email.c, and
//                                                       identifier.c with its tables
//   tagger.c    words, in sentences not plain.c      -> name*.c: names of persons, places, organisations
//   own.c       the company's lists and documents    -> own_match.c own_pasted.c
//   custom.c    the operator's patterns
//   verdict.c   findings of all views                -> fusion.c weighs what is soft -> verdict
//
// A verifier is given where its anchor stands, looks at a bounded stretch of text, and never fails.
#ifndef SLUICE_GATE_SCAN_H
#define SLUICE_GATE_SCAN_H

#include <hs/hs.h>
#include <stdio.h>

#include "gate/custom.h"
#include "gate/fusion.h"
#include "gate/known.h"
#include "gate/names.h"
#include "gate/own.h"
#include "gate/rules.h"
#include "text/mapped.h"

// Words near a number that say what it is; a set per CONTEXT_BLOCK bytes of text.
enum context {
    CONTEXT_CARD = 1,
    CONTEXT_PHONE = 2, // a plain run of digits is a phone number
    CONTEXT_CALL = 4,  // a grouped number is one
    CONTEXT_SSN = 8,
    CONTEXT_BANK = 16,
    CONTEXT_IP = 32,
    // Kinds of documents and registers; the rules of identifier_table.c ask for them.
    CONTEXT_TAX = 1 << 6,
    CONTEXT_NATIONAL = 1 << 7, // of a person: identity card, population register, social insurance
    CONTEXT_PASSPORT = 1 << 8,
    CONTEXT_LICENCE = 1 << 9,       // to drive, and said so
    CONTEXT_LICENCE_WORD = 1 << 10, // of any kind
    CONTEXT_HEALTH = 1 << 11,       // patients, insurance, records
    CONTEXT_DOCTOR = 1 << 12,
    CONTEXT_PLATE = 1 << 13,
    CONTEXT_POST = 1 << 14,
    CONTEXT_COMPANY = 1 << 15,
    CONTEXT_ROUTING = 1 << 16,
    CONTEXT_WALLET = 1 << 17,
    CONTEXT_VOTER = 1 << 18,
    CONTEXT_CARE = 1 << 19,   // a number that names a patient or a record
    CONTEXT_DENIED = 1 << 20, // "invalid", "not a"
};
enum { CONTEXT_BLOCK = 32 };

struct scan;
struct anchor;
typedef void verify_fn(struct scan *s, size_t start, size_t end, const struct anchor *anchor);

// WORD: bounded at both ends; STEM: at the start; ALWAYS: verified also inside a finding.
enum { ANCHOR_CASELESS = 1, ANCHOR_WORD = 2, ANCHOR_STEM = 4, ANCHOR_ALWAYS = 8 };

struct anchor {
    const char *literal;
    uint8_t flags;     // ANCHOR_...
    uint32_t context;  // set of enum context, when it is a context word
    verify_fn *verify; // or NULL
    const void *with;  // for the verifier
};

// What one file contributes to the literal pass; ended by an anchor without a literal.
extern const struct anchor CONTEXT_ANCHORS[];
extern const struct anchor IDENTIFIER_ANCHORS[];
extern const struct anchor PASSWORD_ANCHORS[];
extern const struct anchor SECRET_ANCHORS[];
extern const struct anchor HEADER_ANCHORS[];
extern const struct anchor URL_ANCHORS[];
extern const struct anchor PEM_ANCHORS[];
extern const struct anchor COMMAND_ANCHORS[];
extern const struct anchor MARKER_ANCHORS[];
extern const struct anchor SPELLED_ANCHORS[];
// One anchor per row of a table. Return how many there are; NULL only counts.
size_t token_anchors(struct anchor *out);
size_t vendor_anchors(struct anchor *out);
size_t infix_anchors(struct anchor *out);
size_t digit_word_anchors(struct anchor *out);
verify_fn marker_verify_custom;
// Anchored by words: a MAC address of letters only, a URL, a domain.
verify_fn mac_verify_near, url_verify, domain_verify;

struct gate_scratch {
    hs_scratch_t *hs;
    struct own_scratch *own;       // or NULL
    struct custom_scratch *custom; // or NULL
    struct known_memory known;
    struct known_walk walk; // of the text as it came; empty for views, which differ from request to request
    struct hit hits[GATE_MAX_FINDINGS];
    struct fusion fusion; // of the last scan
};

struct gate {
    struct starts *starts;  // of the built-in literals
    hs_database_t *own_db;  // of the operator's, or NULL
    struct anchor *anchors; // the built-in ones, then the operator's; the id in the database is the index
    unsigned built_in_count;
    unsigned anchor_count;
    size_t before_line, behind_line; // bytes of a built-in literal before a line feed in it, and behind it, at most
    size_t own_longest;              // bytes of the operator's longest literal
    struct names names;              // the tagger's weights; embedded
    char *names_owned;               // its bytes when they are not part of the program
    char **markers;                  // the operator's, owned
    size_t marker_count;
    struct own *own;       // what the company registered, or NULL
    struct custom *custom; // the operator's patterns, or NULL
    enum profile profile;
    enum unreadable unreadable;
    int64_t max_scan_bytes, max_scan_us;
    int64_t max_decoded_bytes, max_decode_depth;
    struct identifier_index *identifiers; // which rules may begin with which run of letters or digits; owned
    uint32_t mask_zones, mask_classes;    // see masking.h
    char version[32];
    char clean_receipt[PROFILE_LENIENT + 1][GATE_RECEIPT_BYTES]; // of a request without findings
    uint64_t clean_seal[PROFILE_LENIENT + 1];                    // and the seal of its verdict
};

// Which findings of a view count.
enum touch {
    TOUCH_NOTHING, // all
    TOUCH_TOP,     // those that touch what changed in it
    TOUCH_ANY      // or in one that it was made from
};

// Where words of digits follow each other closely.
struct spelled {
    size_t from, to;    // the stretch that holds all such places; empty when there is none
    size_t first, last; // of the words that follow each other: begin of the first, end of the last
    unsigned row;       // how many do
};

struct scan {
    const struct gate *gate;
    struct gate_scratch *scratch;
    struct arena *arena;
    const struct gate_input *in;
    struct span text;          // of the view at work
    const struct mapped *view; // how its offsets lead back, or NULL for the text itself
    enum touch touch;
    struct spelled spelled;
    uint32_t *context;        // per CONTEXT_BLOCK bytes of the view
    uint8_t *cues;            // enum cue, likewise
    struct evidence evidence; // of all views
    size_t done;              // no literal anchor before this offset is of interest: inside a finding
    uint64_t deadline_ns;     // 0 = none
    size_t looked;            // bytes that were looked at since the last look at the clock
    bool searched;            // the literal pass went to its end
    bool late;
    bool blob; // a long encoded stretch without text was reported
    uint32_t count, omitted;
    size_t total; // bytes of the text as it came
    // Classes of findings for which there was no room: of any soft one, of one that could be paired, and stronger ones.
    uint32_t omitted_faint, omitted_soft, omitted_hard, omitted_grave;
};

// Makes what the gate's anchors are found by.
int anchors_compile(struct gate *g, struct err *e) __attribute__((warn_unused_result));
void anchors_free(struct gate *g);
// What a thread needs to search for the operator's anchors, for hs_free_scratch; NULL when there are none, or no
// memory: every scan then fails closed.
hs_scratch_t *anchors_scratch(const struct gate *g);
// Both passes over one view; of the original text when `view` is NULL. False when there was no room.
bool scan_view(struct scan *s, struct span text, const struct mapped *view, enum touch touch)
    __attribute__((warn_unused_result));
void anchors_scan(struct scan *s);
void bytes_scan(struct scan *s);
// The first block of 64 bytes from `at` on, and before `end`, with bytes that may be anchors: a bit for each of them in
// *found. Where whole blocks and a little more are not left any more, without any. The second: without what only some
// processors have.
size_t bytes_skip(struct span text, size_t at, size_t end, uint64_t *found);
size_t bytes_skip_anywhere(struct span text, size_t at, size_t end, uint64_t *found);
// True when the time is over; sets s->late.
bool scan_is_late(struct scan *s);
// The same after n more bytes that cost little each: the clock is looked at once for LOOK_BYTES of them.
enum { LOOK_BYTES = 8192 };
static inline bool scan_is_late_after(struct scan *s, size_t n) {
    s->looked += n;
    return s->looked >= LOOK_BYTES ? scan_is_late(s) : s->late;
}

// Adds a finding in bytes [start, end) of the view.
void scan_report(struct scan *s, const struct rule *rule, size_t start, size_t end);
void scan_report_scored(struct scan *s, const struct rule *rule, size_t start, size_t end, float score);
// With the name of what was registered: it must live as long as the verdict; NULL is allowed.
void scan_report_from(struct scan *s, const struct rule *rule, size_t start, size_t end, float score,
                      const char *source);
// A finding without a place.
void scan_report_whole(struct scan *s, const struct rule *rule) __attribute__((cold));
// Context words from `before` bytes before start to `after` bytes after end.
uint32_t scan_context(const struct scan *s, size_t start, size_t end, size_t before, size_t after);

// Verifiers of the byte pass. They return the offset at which the pass goes on (above `at`).
size_t number_verify(struct scan *s, size_t at);
size_t email_verify(struct scan *s, size_t at);
size_t colon_verify(struct scan *s, size_t at);
size_t dot_verify(struct scan *s, size_t at);

// Fills the verdict but for its seal. False when the arena is full.
bool verdict_conclude(struct scan *s, enum profile profile, struct verdict *out) __attribute__((warn_unused_result));
// The verdict, with its seal, of a scan that found nothing at all.
void verdict_clean(const struct scan *s, enum profile profile, struct verdict *out);
// The verdict of a scan that could not be concluded.
void verdict_fail_closed(const struct gate *g, enum profile profile, struct verdict *out);
// What the gate, and only the gate, writes into a verdict; in clearance.c.
uint64_t verdict_seal(const struct verdict *v);

// Reads what may be masked out of the configuration; in masking.c.
void masking_init(struct gate *g, const struct config *config);

#endif
