// A scan at work, private to the gate. One pass of literals and one pass of bytes over each view find anchors; a
// verifier looks at each anchor's surroundings and reports findings:
//
//   gate.c      limits, views                        -> scan_view
//   anchors.c   literal pass (Hyperscan)             -> context words, verifiers of token.c credential.c marker.c
//   bytes.c     byte pass: digits @ : .              -> verifiers of number.c identity.c phone.c network.c email.c
//   tagger.c    words                       -> names of persons, places, organisations
//   verdict.c   findings of all views                -> verdict
//
// A verifier is given where its anchor stands, looks at a bounded stretch of text, and never fails.
#ifndef SLUICE_GATE_SCAN_H
#define SLUICE_GATE_SCAN_H

#include <hs/hs.h>

#include "gate/fusion.h"
#include "gate/names.h"
#include "text/normalise.h"

// Words near a number that say what it is; a set per CONTEXT_BLOCK bytes of text.
enum context {
    CONTEXT_CARD = 1,
    CONTEXT_PHONE = 2, // a plain run of digits is a phone number
    CONTEXT_CALL = 4,  // a grouped number is one
    CONTEXT_SSN = 8,
    CONTEXT_BANK = 16,
    CONTEXT_IP = 32,
};
enum { CONTEXT_BLOCK = 32 };

struct scan;
struct anchor;
typedef void verify_fn(struct scan *s, size_t start, size_t end, const struct anchor *anchor);

enum { ANCHOR_CASELESS = 1, ANCHOR_WORD = 2, ANCHOR_STEM = 4 }; // WORD: bounded at both ends; STEM: at the start

struct anchor {
    const char *literal;
    uint8_t flags;     // ANCHOR_...
    uint8_t context;   // set of enum context, when it is a context word
    verify_fn *verify; // or NULL
    const void *with;  // for the verifier
};

// What one file contributes to the literal pass; ended by an anchor without a literal.
extern const struct anchor CONTEXT_ANCHORS[], CREDENTIAL_ANCHORS[], MARKER_ANCHORS[];
// One anchor per token rule. Returns how many there are; NULL only counts.
size_t token_anchors(struct anchor *out);
verify_fn marker_verify_custom;

struct gate_scratch {
    hs_scratch_t *hs;
    struct hit hits[GATE_MAX_FINDINGS];
    struct fusion fusion; // of the last scan
};

struct gate {
    hs_database_t *db;
    struct anchor *anchors; // indexed by the id in the database
    unsigned anchor_count;
    size_t longest; // bytes of the longest literal
    struct names names; // the tagger's weights; embedded
    char **markers; // the operator's, owned
    size_t marker_count;
    enum profile profile;
    enum unreadable unreadable;
    int64_t max_scan_bytes, max_scan_us;
    char version[32];
    char clean_receipt[PROFILE_LENIENT + 1][GATE_RECEIPT_BYTES]; // of a request without findings
};

struct scan {
    const struct gate *gate;
    struct gate_scratch *scratch;
    struct arena *arena;
    struct span text;            // of the view at work
    const struct normal *normal; // how its offsets lead back, or NULL for the text itself
    uint8_t *context;            // per CONTEXT_BLOCK bytes of the view
    uint8_t *cues;               // enum cue, likewise
    struct evidence evidence;    // of all views
    size_t done;                 // no literal anchor before this offset is of interest: inside a finding
    uint64_t deadline_ns;        // 0 = none
    enum profile profile;
    bool verdict_only;
    bool late;
    uint32_t count, omitted;
    size_t total; // bytes of the text as it came
    // Classes of findings for which there was no room: of any soft one, of one that could be paired, and stronger ones.
    uint32_t omitted_faint, omitted_soft, omitted_hard, omitted_grave;
};

// Compiles the literals of the gate's anchors.
int anchors_compile(struct gate *g, struct err *e) __attribute__((warn_unused_result));
void anchors_scan(struct scan *s);
void bytes_scan(struct scan *s);
// True when the time is over; sets s->late.
bool scan_is_late(struct scan *s);

// Adds a finding in bytes [start, end) of the view.
void scan_report(struct scan *s, const struct rule *rule, size_t start, size_t end);
void scan_report_scored(struct scan *s, const struct rule *rule, size_t start, size_t end, float score);
// A finding without a place.
void scan_report_whole(struct scan *s, const struct rule *rule);
// Context words from `before` bytes before start to `after` bytes after end.
uint8_t scan_context(const struct scan *s, size_t start, size_t end, size_t before, size_t after);

// Verifiers of the byte pass. They return the offset at which the pass goes on (above `at`).
size_t number_verify(struct scan *s, size_t at);
size_t email_verify(struct scan *s, size_t at);
size_t colon_verify(struct scan *s, size_t at);
size_t dot_verify(struct scan *s, size_t at);

// True when only the verdict is asked for, and what was found already decides under the profile.
bool verdict_is_certain(const struct scan *s);
// Fills the verdict but for its seal. False when the arena is full.
bool verdict_conclude(struct scan *s, enum profile profile, struct verdict *out) __attribute__((warn_unused_result));
// The verdict of a scan that could not be concluded.
void verdict_fail_closed(const struct gate *g, enum profile profile, struct verdict *out);
// What the gate, and only the gate, writes into a verdict; in clearance.c.
uint64_t verdict_seal(const struct verdict *v);

#endif
