// The fields of a JSON answer that must come out of the request.
#ifndef SLUICE_VERIFY_FIELDS_H
#define SLUICE_VERIFY_FIELDS_H

#include "verify/ground.h"
#include "wire/json.h"

enum { FIELDS_PROSE_WORDS = 12 }; // a text of more words is written, not extracted, and is not looked for

// Every string and number in `doc`, or with `names` those in members of these names, stands in the ground. Labels (see
// schema_check; NULL = none), booleans, null, and words that say that there is nothing ("n/a") are exempt.
bool fields_are_grounded(const struct json_doc *doc, const uint8_t *labels, const char *const *names, size_t count,
                         const struct ground *ground, struct arena *arena);

#endif
