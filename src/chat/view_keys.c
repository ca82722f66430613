// The keys of an object of a request: none twice, not too many. In a file of its own, so that it is not copied into the
// places that call it: all of them are passed by each request.
#include "base/hash.h"
#include "chat/view_internal.h"

struct seen_keys {
    bool words[WORD_COUNT];
    uint32_t count;
    uint64_t hashes[MAX_FIELDS];
};

int view_unescape(struct view_builder *b, struct span *text) {
    char *decoded = arena_alloc(b->view->arena, text->len);
    if (!decoded) return view_refuse(b, "the request is too large for its memory; send less text", "%s", "");
    *text = span_make(decoded, json_unescape(*text, decoded));
    return 0;
}

// The path of the object that is at fault: a message, or the request itself.
static int refuse_object(struct view_builder *b, const char *why, int64_t message) {
    if (message < 0) return view_refuse(b, why, "%s", "");
    return view_refuse(b, why, "messages[%u]", (unsigned)message);
}

static __attribute__((noinline)) bool is_repeated_name(struct seen_keys *seen, struct span key) {
    uint64_t hash = hash_bytes(key.len ? key.at : "", key.len, 0);
    for (uint32_t i = 0; i < seen->count; i++)
        if (seen->hashes[i] == hash) return true;
    seen->hashes[seen->count++] = hash;
    return false;
}

// Whether a key was there before. Words have a place each, other keys a hash: equal ones have equal hashes.
static bool is_repeated(struct seen_keys *seen, enum chat_word word, struct span key) {
    if (word == WORD_NONE) return is_repeated_name(seen, key);
    bool before = seen->words[word];
    seen->words[word] = true;
    return before;
}

int view_read_keys(struct view_builder *b, uint32_t object, uint32_t max, int64_t message, uint8_t words[MAX_FIELDS]) {
    const struct json_doc *doc = b->view->doc;
    const struct json_node *nodes = doc->nodes;
    struct seen_keys seen;
    uint32_t count = 0;
    seen.count = 0; // its hashes need no zeros
    memset(seen.words, 0, sizeof seen.words);
    for (uint32_t k = object + 1, end = nodes[object].next; k < end; k = nodes[k + 1].next) {
        if (count == max) return refuse_object(b, "too many fields; remove those that no model reads", message);
        struct span key = json_inner(doc, k);
        if (nodes[k].escaped && view_unescape(b, &key)) return -1;
        enum chat_word word = chat_word_of(key);
        if (is_repeated(&seen, word, key)) return refuse_object(b, "duplicate key; send each field once", message);
        words[count++] = (uint8_t)word;
    }
    return 0;
}
