// Whether a decoded text may hold a control token: the quick look before strings are rewritten.
#ifndef SLUICE_CHAT_CONTROL_H
#define SLUICE_CHAT_CONTROL_H

#include "base/span.h"

bool control_tokens_in(struct span text, const char *const *tokens, size_t count);

#endif
