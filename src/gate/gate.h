// The policy gate: does this request hold something that must not leave?
//
// Input is decoded text with the places of its parts; output is a verdict. A verdict never holds a value,
// only offsets, classes and rule names. Whatever cannot be read, or not within the limits, is sensitive:
// the gate fails closed.
//
// A gate is immutable and shared by all threads; each thread scans with a scratch of its own.
#ifndef SLUICE_GATE_GATE_H
#define SLUICE_GATE_GATE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "config/config.h"

enum data_class {
    CLASS_PII = 1,        // personal data
    CLASS_PHI = 2,        // health data
    CLASS_PCI = 4,        // card data
    CLASS_SECRET = 8,     // passwords, keys, tokens
    CLASS_IP = 16,        // the company's own: confidentiality markers
    CLASS_UNREADABLE = 32 // could not be read: images, broken text, limits
};

// "pii", "phi", "pci", "secret", "ip", "unreadable"
const char *data_class_name(enum data_class c);
// "pci,secret" for a set; `out` holds at least 48 bytes.
void data_class_list(uint32_t classes, char out[static 48]);

struct finding {
    uint32_t start, end; // bytes of the scanned text
    uint8_t class_;      // enum data_class
    bool hard;           // decides alone
    float score;         // 0..1
    const char *type;    // "EMAIL_ADDRESS", a constant
    const char *rule;    // "card.luhn", a constant, or "custom.NAME": lives as long as the gate
    // The registered list or document, or NULL. The name may be confidential: for whoever asked, never for a log, a
    // receipt or a header. Lives as long as gate and arena.
    const char *source;
};

enum { GATE_MAX_FINDINGS = 256, GATE_RECEIPT_BYTES = 96 };

struct verdict {
    bool sensitive;           // may not leave the local zone
    uint32_t classes;         // set of enum data_class of the findings that decided
    struct finding *findings; // sorted by start; at most GATE_MAX_FINDINGS (the rest is counted)
    uint32_t count;
    uint32_t omitted;
    const char *reason;       // one phrase: "card number (card.luhn)", a constant or in the arena
    char receipt[GATE_RECEIPT_BYTES]; // policy version, profile, classes and rules, for the ledger
    uint64_t seal;            // private to the gate: proof that this verdict was made by it
};

struct chat_part; // chat/view.h
struct imprint;   // base/imprint.h

struct gate_input {
    struct span text;              // decoded UTF-8
    const char *unreadable;        // what could not be read ("image"), or NULL
    const struct chat_part *parts; // where messages meet in the text, ascending; or NULL
    size_t part_count;
    struct imprint *imprint;       // to be filled with that of a part, if the scan has to make it; or NULL
    size_t imprint_part;           // of this one
    uint64_t now_ns;               // clock_now_ns() of a moment ago, or 0: the scan looks itself
};

struct gate;
struct gate_scratch;

// NULL on failure (a bad rule). Takes what it needs from the configuration; does not keep it.
struct gate *gate_new(const struct config *config, struct err *e);
void gate_free(struct gate *g);
struct gate_scratch *gate_scratch_new(const struct gate *g);
void gate_scratch_free(struct gate_scratch *s);

// Scans. Never fails: what goes wrong makes the verdict sensitive. Findings come from the arena.
void gate_scan(const struct gate *g, struct gate_scratch *s, const struct gate_input *in, enum profile profile,
               struct arena *arena, struct verdict *out);

// The profile of the configuration.
enum profile gate_profile(const struct gate *g);
// "2026.2-7c31": version of the rules and a hash of the policy in force.
const char *gate_version(const struct gate *g);

#endif
