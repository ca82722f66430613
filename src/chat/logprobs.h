// Taking log-probabilities out of an answer whose caller did not ask for them.
#ifndef SLUICE_CHAT_LOGPROBS_H
#define SLUICE_CHAT_LOGPROBS_H

#include "base/buf.h"
#include "wire/json.h"

// Appends the chat completion, or the chunk of one, with null for the `logprobs` of every choice. All other bytes
// stay. False, with nothing appended, when there are none.
bool logprobs_drop(const struct json_doc *doc, struct buf *out);

#endif
