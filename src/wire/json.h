// JSON on the request path: one strict pass that yields spans, so that bytes we do not touch survive.
//
// json_parse checks the whole text against RFC 8259 (and UTF-8, RFC 3629) and writes one node per
// value, in the order of the text. An object's children alternate key, value, key, value. A node's
// `next` is the index of the node that follows its whole subtree:
//
//   for (uint32_t k = obj + 1; k < doc->nodes[obj].next; k = doc->nodes[k + 1].next)  // k: key, k+1: value
//   for (uint32_t v = arr + 1; v < doc->nodes[arr].next; v = doc->nodes[v].next)      // v: element
//
// Node 0 is the root, which is nobody's child; so 0 also means "absent" in what json_get returns.
// The document points into the text; it owns only the node array, which is reused from parse to parse.
#ifndef SLUICE_WIRE_JSON_H
#define SLUICE_WIRE_JSON_H

#include "base/buf.h"
#include "base/span.h"

enum json_type { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json_node {
    uint32_t start; // offset of the first byte; of a string: the opening quote
    uint32_t end;   // offset past the last byte; of a string: past the closing quote
    uint32_t next;  // index of the node after this subtree
    uint8_t type;   // enum json_type
    bool escaped;   // string that holds a backslash
};

struct json_doc {
    const char *text;
    size_t len;
    struct json_node *nodes;
    uint32_t count; // nodes in use
    uint32_t cap;
};

enum json_status {
    JSON_OK,
    JSON_BAD_SYNTAX, // not JSON; `at` is the offset of the first wrong byte
    JSON_BAD_UTF8,   // a string holds bytes that are not UTF-8
    JSON_TOO_DEEP,   // nested deeper than max_depth
    JSON_TOO_MANY,   // more values than max_nodes
    JSON_TOO_LARGE,  // text of 4 GiB or more
};

struct json_limits {
    uint32_t max_depth;
    uint32_t max_nodes;
};

// jansson, which the reports use, has functions of these names too: ours get symbols of their own.
#define JSON_SYMBOL(name) __asm__("sluice_" #name)

#define JSON_DEPTH_CEILING 512 // max_depth is never taken as more than this

// Parses the text. On failure *at is the offset of the fault and the document is empty.
enum json_status json_parse(struct json_doc *doc, struct span text, const struct json_limits *limits, size_t *at)
    __attribute__((warn_unused_result));
const char *json_status_text(enum json_status status);
void json_free(struct json_doc *doc);

// Checks a string alone: the offset of its closing quote in `text`, which begins behind the opening one; SIZE_MAX
// when no valid string ends there. What follows the quote is not looked at.
size_t json_string_length(struct span text) JSON_SYMBOL(json_string_length);

// The value of a key of an object (the last one where a key is repeated), or 0. obj may be 0 with a
// root that is not an object: the answer is 0. Keys written with escapes are compared decoded.
uint32_t json_get_key(const struct json_doc *doc, uint32_t obj, struct span key);
static inline uint32_t json_get(const struct json_doc *doc, uint32_t obj, const char *key) {
    return json_get_key(doc, obj, span_make(key, strlen(key))); // inline: the length of a literal is known
}
// The same along a path of keys, ended by NULL: json_path(doc, 0, "usage", "prompt_tokens", NULL).
uint32_t json_path(const struct json_doc *doc, uint32_t obj, ...) __attribute__((sentinel));

static inline enum json_type json_type(const struct json_doc *doc, uint32_t node) {
    return (enum json_type)doc->nodes[node].type;
}
// The bytes of a value as they stand in the text (a string with its quotes).
static inline struct span json_raw(const struct json_doc *doc, uint32_t node) {
    const struct json_node *n = &doc->nodes[node];
    return (struct span){doc->text + n->start, n->end - n->start};
}
// The bytes of a string between its quotes, escapes as written; the node is one.
static inline struct span json_inner(const struct json_doc *doc, uint32_t node) {
    const struct json_node *n = &doc->nodes[node];
    return (struct span){doc->text + n->start + 1, n->end - n->start - 2};
}
// The same; the empty span for other types and node 0.
static inline struct span json_text(const struct json_doc *doc, uint32_t node) {
    return node == 0 || doc->nodes[node].type != JSON_STRING ? SPAN_NONE : json_inner(doc, node);
}
static inline bool json_is(const struct json_doc *doc, uint32_t node, enum json_type type) {
    return node != 0 && doc->nodes[node].type == type;
}
static inline bool json_is_true(const struct json_doc *doc, uint32_t node) {
    return json_is(doc, node, JSON_TRUE);
}
enum { JSON_WORD_ROOM = 256 };
struct span json_decode_word(struct span raw, char room[static JSON_WORD_ROOM]);
// A string as it reads, to be compared with words that are known: in place, or decoded into `room` where it has
// escapes. Empty where these do not fit: a word of up to 42 bytes always does.
static inline struct span json_word(const struct json_doc *doc, uint32_t node, char room[static JSON_WORD_ROOM]) {
    struct span raw = json_inner(doc, node);
    return __builtin_expect(doc->nodes[node].escaped, 0) ? json_decode_word(raw, room) : raw;
}
// True when the node is a string equal to z (compared decoded).
bool json_text_is(const struct json_doc *doc, uint32_t node, const char *z);
// True when a string is the key of a member: a colon follows it.
static inline bool json_is_key(const struct json_doc *doc, uint32_t node) {
    const char *p = doc->text + doc->nodes[node].end, *end = doc->text + doc->len;
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r')) p++;
    return p < end && *p == ':';
}
// A whole number that fits; false (and *out untouched) for other types, fractions and overflow. "1e3" is a fraction
// here.
bool json_int(const struct json_doc *doc, uint32_t node, int64_t *out);
bool json_real(const struct json_doc *doc, uint32_t node, double *out) JSON_SYMBOL(json_real);
// Number of elements of an array or members of an object.
uint32_t json_count(const struct json_doc *doc, uint32_t node);

// Decodes the bytes between the quotes into `out`, which has room for raw.len bytes; returns the
// length. A lone surrogate becomes U+FFFD. raw must come from a parsed document.
size_t json_unescape(struct span raw, char *out);
// Appends a string's decoded bytes.
void json_unescape_to(struct buf *b, const struct json_doc *doc, uint32_t node);

// Writing. The caller writes punctuation with buf_add_z; these write single values.
// A string with quotes, from plain bytes (invalid UTF-8 becomes U+FFFD).
void json_put_string(struct buf *b, struct span s);
void json_put_z(struct buf *b, const char *z);
// ,"key": with a comma unless the last byte is { or [.
void json_put_key(struct buf *b, const char *key);
void json_put_real(struct buf *b, double v);

#endif
