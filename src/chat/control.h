// The quick look before strings are rewritten.
#ifndef SLUICE_CHAT_CONTROL_H
#define SLUICE_CHAT_CONTROL_H

#include "chat/request.h"

// Whether a decoded text may hold a control token of the shape: true where its control_begins are not known.
bool control_tokens_in(struct span text, const struct chat_shape *shape);

#endif
