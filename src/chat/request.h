// Turns the caller's OpenAI request into the bytes that one upstream gets.
#ifndef SLUICE_CHAT_REQUEST_H
#define SLUICE_CHAT_REQUEST_H

#include "base/buf.h"
#include "chat/view.h"

enum { CONTROL_BEGINS = 256 }; // room for the first bytes of control tokens

struct chat_shape {
    struct span model; // what to write as `model`
    bool stream;       // ask for a stream, whatever the caller asked
    bool ask_usage;    // add stream_options.include_usage where the request streams
    bool ask_logprobs; // OpenAI: ask for log-probabilities, with one alternative, whatever the request says
    const char *const *control_tokens; // chat-template tokens to break up in what a template renders, or NULL
    size_t control_token_count;
    const char *control_begins; // from chat_control_begins, so that a text without any is known by a look; or NULL
    int64_t max_tokens_default; // Anthropic demands max_tokens: used when the caller gave none
};

// OpenAI to OpenAI: every byte that need not change stays as the caller wrote it (unknown fields,
// number formats, white space). Appends to `out`; -1 when it is full.
//
// `model` and `stream` are replaced, or inserted where they are needed and absent. Where the upstream is not
// to stream but the caller asked for it, stream_options becomes null, because it is refused without a stream.
// Control tokens are broken up in the strings and keys inside messages, tools and functions; `stop` and the
// like are left alone.
int chat_request_openai(const struct chat_view *view, const struct chat_shape *shape, struct buf *out)
    __attribute__((warn_unused_result));

// OpenAI to Anthropic Messages: system, turns, images, tools, tool calls and results, stop sequences,
// response_format. -1 with *fault where the request cannot be said in that protocol (n > 1, logprobs, audio)
// or does not fit. Appends to `out`; temporary memory comes from the view's arena. Fields that the protocol
// does not know are dropped. What has no twin:
//   system messages only          become the one user turn, because a turn is required
//   arguments that are no object   travel as {"_raw": "the string"}; empty ones as {}
//   temperature above 1            becomes 1; top_p beside a temperature is dropped (models refuse both)
//   response_format json_schema    output_config.format where the schema is strict and stays within the
//                                  documented subset, else a sentence with the schema in the system text
//   response_format json_object    a sentence in the system text
int chat_request_anthropic(const struct chat_view *view, const struct chat_shape *shape, struct buf *out,
                           struct chat_fault *fault) __attribute__((warn_unused_result));

// The first bytes of the tokens that can be broken up, each once, ended by NUL. To be read once per list of tokens.
void chat_control_begins(const char *const *tokens, size_t count, char begins[static CONTROL_BEGINS]);

// Breaks up every occurrence of a control token inside a JSON string (raw, between the quotes) so that a
// tokenizer cannot read it as control: a zero-width space after its first character. Escaped spellings are
// found too. Appends the new raw string to `out` and returns true; where nothing is to be changed it returns
// false and leaves `out` alone. Tokens of one character cannot be broken and are skipped.
bool chat_break_control_tokens(struct span raw, const char *const *tokens, size_t count, struct buf *out);

#endif
