// Control tokens: strings that the server's tokenizer turns into markers even inside a caller's text.
#include "local/internal.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/mem.h"

static const char *const COMMON[] = {"<|start_header_id|>",
                                     "<|end_header_id|>",
                                     "<|begin_of_text|>",
                                     "<|endoftext|>",
                                     "<start_of_turn>",
                                     "<end_of_turn>",
                                     "<|assistant|>",
                                     "<|im_start|>",
                                     "<|im_end|>",
                                     "<|system|>",
                                     "<|eot_id|>",
                                     "<|user|>",
                                     "<|end|>",
                                     "<</SYS>>",
                                     "[/INST]",
                                     "<<SYS>>",
                                     "[INST]",
                                     "</s>",
                                     "<s>"};

struct list {
    const char **items; // heap, LOCAL_MAX_CONTROL_TOKENS
    size_t count;
};

// A plain word would be broken up in ordinary text; anything with a sign in it is a marker.
static bool is_marker(struct span s) {
    bool sign = false;
    if (s.len < 3 || s.len > MARKER_MAX_BYTES) return false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c <= ' ' || c == 0x7f) return false;
        if (c < 0x80 && ispunct(c) && c != '\'' && c != '-' && c != '.' && c != ',') sign = true;
    }
    return sign;
}

static void add(struct list *l, struct span s) {
    if (l->count == LOCAL_MAX_CONTROL_TOKENS || !is_marker(s)) return;
    for (size_t i = 0; i < l->count; i++)
        if (span_is_z(s, l->items[i])) return;
    l->items[l->count++] = mem_copy_span(s);
}

static bool is_name(unsigned char c) {
    return isalnum(c) || c == '_' || c == '/' || c == '-' || c == ' ' || c >= 0x80;
}

// A marker written out in the template: <|...|>, <...> with a name of roles or turns, [INST], <<SYS>>.
static size_t literal_length(struct span s) {
    static const struct {
        const char *open, *close;
    } SHAPES[] = {{"<|", "|>"}, {"<\xef\xbd\x9c", "\xef\xbd\x9c>"}, {"<<", ">>"}, {"<", ">"}, {"[", "]"}};
    for (size_t k = 0; k < sizeof SHAPES / sizeof *SHAPES; k++) {
        struct span open = span_from(SHAPES[k].open), close = span_from(SHAPES[k].close);
        if (!span_starts(s, open)) continue;
        size_t n = open.len;
        while (n < s.len && n < MARKER_MAX_BYTES && is_name((unsigned char)s.at[n]) &&
               !span_starts(span_sub(s, n, s.len), close))
            n++;
        if (n > open.len && span_starts(span_sub(s, n, s.len), close)) return n + close.len;
    }
    return 0;
}

// Of <name> and [name] only those that chat formats use: <b> or [0] in a template is code or prose.
static bool is_chat_word(struct span literal) {
    static const char *const WORDS[] = {"INST",       "SYSTEM_PROMPT", "AVAILABLE_TOOLS",
                                        "TOOL_CALLS", "TOOL_RESULTS",  "TOOL_CONTENT",
                                        "_of_turn",   "turn",          "s",
                                        "bos",        "eos",           "sep",
                                        "unk",        "pad",           "think",
                                        "tool_call",  "tool_response", "tools",
                                        "system",     "user",          "assistant"};
    struct span name = span_sub(literal, 1, literal.len - 2);
    if (name.len && name.at[0] == '/') name = span_sub(name, 1, name.len);
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        struct span w = span_from(WORDS[i]);
        bool ending = w.at[0] == '_' && name.len > w.len;
        if (span_is(ending ? span_sub(name, name.len - w.len, w.len) : name, w)) return true;
    }
    return false;
}

static void add_from_template(struct list *l, struct span text) {
    for (size_t i = 0; i < text.len;) {
        struct span rest = span_sub(text, i, text.len);
        size_t n = rest.at[0] == '<' || rest.at[0] == '[' ? literal_length(rest) : 0;
        struct span literal = span_sub(rest, 0, n);
        bool plain = n && (literal.at[0] == '[' ||
                           (literal.at[1] != '|' && literal.at[1] != '<' && (unsigned char)literal.at[1] < 0x80));
        if (n && (!plain || is_chat_word(literal))) add(l, literal);
        i += n ? n : 1;
    }
}

static int longer_first(const void *a, const void *b) {
    size_t x = strlen(*(const char *const *)a), y = strlen(*(const char *const *)b);
    return x < y ? 1 : x > y ? -1 : strcmp(*(const char *const *)a, *(const char *const *)b);
}

// "<|'+role+'|>": the role names are not written out, so they are put in.
static void add_roles(struct list *l, struct span text) {
    static const char *const ROLES[] = {"<|system|>", "<|user|>", "<|assistant|>", "<|tool|>"};
    if (span_find(text, SPAN("'<|' +")) == SIZE_MAX && span_find(text, SPAN("'<|'+")) == SIZE_MAX &&
        span_find(text, SPAN("\"<|\" +")) == SIZE_MAX && span_find(text, SPAN("\"<|\"+")) == SIZE_MAX)
        return;
    for (size_t i = 0; i < sizeof ROLES / sizeof *ROLES; i++) add(l, span_from(ROLES[i]));
}

// Placeholders that no template uses; they would crowd out the others.
static bool is_reserved(const char *marker) {
    return strstr(marker, "reserved") || strstr(marker, "unused") || strstr(marker, "extra_id");
}

const char **control_tokens(const struct gguf_facts *vocabulary, struct span chat_template, struct span bos,
                            struct span eos, size_t *count) {
    struct list l = {.items = mem_new_array(LOCAL_MAX_CONTROL_TOKENS, sizeof *l.items)};
    add_from_template(&l, chat_template);
    add_roles(&l, chat_template);
    add(&l, bos);
    add(&l, eos);
    for (size_t i = 0; i < vocabulary->marker_count; i++) {
        const char *marker = vocabulary->markers[i];
        // User-defined tokens may be HTML tags or runs of signs: they matter when the template uses them.
        bool used = span_find(chat_template, span_from(marker)) != SIZE_MAX;
        if (used || (!vocabulary->user_defined[i] && !is_reserved(marker))) add(&l, span_from(marker));
    }
    qsort(l.items, l.count, sizeof *l.items, longer_first);
    *count = l.count;
    return l.items;
}

const char **control_tokens_common(size_t *count) {
    *count = sizeof COMMON / sizeof *COMMON;
    const char **items = mem_new_array(*count, sizeof *items);
    for (size_t i = 0; i < *count; i++) items[i] = mem_copy_z(COMMON[i]);
    qsort(items, *count, sizeof *items, longer_first);
    return items;
}

void control_tokens_free(const char **tokens, size_t count) {
    for (size_t i = 0; i < count; i++) free((void *)(uintptr_t)tokens[i]);
    free(tokens);
}
