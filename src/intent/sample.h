// A request as it is kept for learning: without its words.
//
// The bytes hold the buckets of the wide reading (reading.h: which hashed words and pairs are in it, neither their
// order nor their number), and what the base weights made of the request. They are for requests that were allowed to
// leave: whoever has the bytes and a list of words can test which of them were in the text.
//
// Bytes, little-endian:
//   format         uint8   SAMPLE_FORMAT
//   counts         uint8   READING_COUNTS
//   outputs        uint8   number of outputs of the base
//   zero           uint8
//   base           uint32  which base weights: weights_base()
//   counts, outputs float[]
//   text, system   each: number of buckets, then the first bucket and the distances to the next ones, ascending, as
//                  numbers of 7 bits a byte, the low ones first, the highest bit set on all but the last byte
#ifndef SLUICE_INTENT_SAMPLE_H
#define SLUICE_INTENT_SAMPLE_H

#include "intent/reading.h"
#include "intent/weights.h"

enum { SAMPLE_FORMAT = 1, SAMPLE_MAX_BYTES = 12 * 1024 }; // a usual prompt takes 400 to 900 bytes

struct sample {
    struct reading reading;
    bool has_base; // the outputs were made by the base weights asked for; else they are 0
    float outputs[WEIGHTS_OUTPUTS];
};

// Reads a request. No allocation; some microseconds.
void sample_read(const struct weights *w, const struct intent_input *in, struct sample *out);

// What the weights make of a sample, as intent_score would of its request; what was learned is left aside with
// `base_only`. False (and NAN) when the base's outputs are not known.
bool sample_score(const struct weights *w, const struct sample *s, bool base_only, float *score, float *p_local);

// Reads a request and packs it; `w` is what is in force. Returns the number of bytes, 0 when they do not fit `max`
// (SAMPLE_MAX_BYTES always fit). No allocation; some microseconds, about 150 KB of stack.
size_t sample_pack(const struct weights *w, const struct intent_input *in, uint8_t *out, size_t max);

// The other way, for the base of `w`: what another base made of the request is left out. Any bytes may be given;
// -1 with the reason when they are no sample.
int sample_unpack(const struct weights *w, const uint8_t *bytes, size_t len, struct sample *out, struct err *e)
    __attribute__((warn_unused_result));

#endif
