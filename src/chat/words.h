// The keys of the protocol: words that tell nothing of the caller, and those that we read.
#ifndef SLUICE_CHAT_WORDS_H
#define SLUICE_CHAT_WORDS_H

#include "base/span.h"

// In order of their lengths.
// clang-format off
#define CHAT_WORDS(X)                                                                                                  \
    X(N, "n")                                                                                                          \
    X(ID, "id")                                                                                                        \
    X(URL, "url")                                                                                                      \
    X(ROLE, "role") X(NAME, "name") X(TEXT, "text") X(TYPE, "type") X(STOP, "stop") X(SEED, "seed")                    \
    X(USER, "user") X(FILE, "file") X(DATA, "data") X(ENUM, "enum")                                                    \
    X(MODEL, "model") X(TOOLS, "tools") X(STORE, "store") X(INDEX, "index") X(TOP_P, "top_p") X(TOP_K, "top_k")        \
    X(INPUT, "input") X(AUDIO, "audio") X(ITEMS, "items") X(ANY_OF, "anyOf")                                           \
    X(STREAM, "stream") X(SCHEMA, "schema") X(STRICT, "strict") X(DETAIL, "detail") X(FORMAT, "format")                \
    X(PROMPT, "prompt")                                                                                                \
    X(CONTENT, "content") X(REFUSAL, "refusal") X(FILE_ID, "file_id") X(DEFAULT, "default")                            \
    X(MESSAGES, "messages") X(FUNCTION, "function") X(LOGPROBS, "logprobs") X(METADATA, "metadata")                    \
    X(REQUIRED, "required") X(FILENAME, "filename") X(MODALITY, "modality")                                            \
    X(IMAGE_URL, "image_url") X(ARGUMENTS, "arguments") X(FUNCTIONS, "functions") X(FILE_DATA, "file_data")            \
    X(REASONING, "reasoning")                                                                                          \
    X(TOOL_CALLS, "tool_calls") X(MAX_TOKENS, "max_tokens") X(LOGIT_BIAS, "logit_bias")                                \
    X(PARAMETERS, "parameters") X(MODALITIES, "modalities") X(PROPERTIES, "properties")                                \
    X(TEMPERATURE, "temperature") X(TOOL_CHOICE, "tool_choice") X(JSON_SCHEMA, "json_schema")                          \
    X(DESCRIPTION, "description") X(INPUT_AUDIO, "input_audio")                                                        \
    X(TOOL_CALL_ID, "tool_call_id") X(TOP_LOGPROBS, "top_logprobs") X(SERVICE_TIER, "service_tier")                    \
    X(FUNCTION_CALL, "function_call") X(INCLUDE_USAGE, "include_usage") X(CACHE_CONTROL, "cache_control")              \
    X(STREAM_OPTIONS, "stream_options")                                                                                \
    X(RESPONSE_FORMAT, "response_format")                                                                              \
    X(PRESENCE_PENALTY, "presence_penalty") X(REASONING_EFFORT, "reasoning_effort")                                    \
    X(PROMPT_CACHE_KEY, "prompt_cache_key")                                                                            \
    X(FREQUENCY_PENALTY, "frequency_penalty") X(REASONING_CONTENT, "reasoning_content")                                \
    X(SAFETY_IDENTIFIER, "safety_identifier")                                                                          \
    X(PARALLEL_TOOL_CALLS, "parallel_tool_calls")                                                                      \
    X(ADDITIONAL_PROPERTIES, "additionalProperties")                                                                   \
    X(MAX_COMPLETION_TOKENS, "max_completion_tokens")
// clang-format on

#define CHAT_WORD_ID(id, text) WORD_##id,
enum chat_word { WORD_NONE, CHAT_WORDS(CHAT_WORD_ID) WORD_COUNT };
#undef CHAT_WORD_ID

// Which word a key is; WORD_NONE for any other.
enum chat_word chat_word_of(struct span key);
const char *chat_word_text(enum chat_word word); // of any but WORD_NONE

#endif
