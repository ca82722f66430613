// Comparing keys with words that are known when this is compiled: mostly one look at the length.
#ifndef SLUICE_CHAT_KEYS_H
#define SLUICE_CHAT_KEYS_H

#include "wire/json.h"

static inline bool key_is_word(const struct json_doc *doc, uint32_t key, const char *word, size_t len) {
    const struct json_node *n = &doc->nodes[key];
    if (__builtin_expect(n->escaped, 0)) return json_text_is(doc, key, word);
    return n->end - n->start - 2 == len && memcmp(doc->text + n->start + 1, word, len) == 0;
}

// `key` is a key of an object, `literal` a string literal.
#define KEY_IS(doc, key, literal) key_is_word((doc), (key), (literal), sizeof(literal) - 1)

#endif
