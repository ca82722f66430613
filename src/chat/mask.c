#include "chat/mask.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/locked.h"
#include "base/mem.h"
#include "chat/mask_internal.h"

enum { LABEL_BYTES = 24, SUFFIX_LETTERS = 4, SUFFIX_TRIES = 8 };

struct entry {
    uint32_t value_at, value_len; // within the block's values
    uint8_t name_len;
    char name[MASK_PLACEHOLDER_BYTES]; // the placeholder
};

struct mask {
    struct entry *entries; // locked: [count], then the values
    size_t locked_bytes;
    uint32_t count;
    bool json_content;
    struct buf body;
};

// ---------------------------------------------------------------- names

// Short words that models know; other types go by their own name.
static const char *const LABELS[][2] = {
    {"EMAIL_ADDRESS", "EMAIL"}, {"PHONE_NUMBER", "PHONE"}, {"CREDIT_CARD", "CARD"},
    {"IP_ADDRESS", "IP"},       {"MAC_ADDRESS", "MAC"},    {"IBAN_CODE", "IBAN"},
};

static void label_of(const char *type, char out[static LABEL_BYTES + 1]) {
    size_t n = 0;
    for (size_t i = 0; i < sizeof LABELS / sizeof *LABELS; i++)
        if (strcmp(type, LABELS[i][0]) == 0) type = LABELS[i][1];
    for (; *type && n < LABEL_BYTES; type++) {
        char c = *type >= 'a' && *type <= 'z' ? (char)(*type - 'a' + 'A') : *type;
        if ((c >= 'A' && c <= 'Z') || (c == '_' && n)) out[n++] = c;
    }
    while (n && out[n - 1] == '_') n--;
    out[n] = 0;
    if (n == 0) memcpy(out, "VALUE", 6);
}

static bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

// [LABEL_1] or [LABEL_1_KQZX]
bool mask_is_placeholder(struct span s) {
    size_t i = 1, digits = 0, letters = 0;
    if (s.len < 5 || s.len > MASK_PLACEHOLDER_BYTES || s.at[0] != '[' || s.at[s.len - 1] != ']') return false;
    if (!is_upper(s.at[1])) return false;
    while (is_upper(s.at[i]) || s.at[i] == '_') i++; // ends at the bracket at the latest
    if (s.at[i - 1] != '_') return false;
    for (; s.at[i] >= '0' && s.at[i] <= '9'; i++) digits++;
    if (digits < 1 || digits > 3) return false;
    if (s.at[i] == ']') return i + 1 == s.len;
    if (s.at[i++] != '_') return false;
    for (; is_upper(s.at[i]); i++) letters++;
    return letters == SUFFIX_LETTERS && i + 1 == s.len;
}

// Whether the caller wrote anything that could be read as a placeholder, in whatever case.
static bool has_placeholder_like(struct span text) {
    for (size_t at = 0; at < text.len; at++) {
        const char *open = memchr(text.at + at, '[', text.len - at);
        if (!open) return false;
        at = (size_t)(open - text.at);
        size_t i = at + 1;
        while (i < text.len && (is_upper((char)(text.at[i] & ~0x20)) || text.at[i] == '_')) i++;
        bool number = i < text.len && text.at[i] >= '0' && text.at[i] <= '9';
        if (number && text.at[i - 1] == '_') return true;
    }
    return false;
}

static bool contains_nocase(struct span text, struct span word) {
    for (size_t i = 0; i + word.len <= text.len; i++)
        if (strncasecmp(text.at + i, word.at, word.len) == 0) return true;
    return false;
}

// "" where plain placeholders cannot be mistaken, else "_KQZX", of letters that the request does not hold.
static int choose_suffix(struct mask_builder *b, char out[static SUFFIX_LETTERS + 2]) {
    static const char LETTERS[] = "BCDFGHJKLMNPQRSTVWXZ"; // no vowels: no words
    out[0] = 0;
    if (!has_placeholder_like(b->view->text)) return 0;
    for (int i = 0; i < SUFFIX_TRIES; i++) {
        uint8_t random[SUFFIX_LETTERS];
        hash_random(random, sizeof random);
        out[0] = '_';
        for (int k = 0; k < SUFFIX_LETTERS; k++) out[k + 1] = LETTERS[random[k] % (sizeof LETTERS - 1)];
        out[SUFFIX_LETTERS + 1] = 0;
        if (!contains_nocase(b->view->text, span_from(out))) return 0;
    }
    b->why = "the request holds too many texts that look like placeholders";
    return -1;
}

// ---------------------------------------------------------------- building

static uint32_t number_of(const struct mask_builder *b, uint32_t value, const char *label) {
    char other[LABEL_BYTES + 1];
    uint32_t number = 1;
    for (uint32_t i = 0; i < value; i++) {
        label_of(b->types[i], other);
        if (strcmp(other, label) == 0) number++;
    }
    return number;
}

static int fill_entries(struct mask *m, struct mask_builder *b) {
    char suffix[SUFFIX_LETTERS + 2], label[LABEL_BYTES + 1];
    if (choose_suffix(b, suffix)) return -1;
    m->locked_bytes = b->value_count * sizeof *m->entries + b->value_bytes;
    m->entries = locked_new(m->locked_bytes);
    if (!m->entries) {
        b->why = "no locked memory could be had (RLIMIT_MEMLOCK)";
        return -1;
    }
    m->count = b->value_count;
    char *values = (char *)(m->entries + m->count);
    uint32_t at = 0;
    for (uint32_t i = 0; i < m->count; i++) {
        struct entry *e = &m->entries[i];
        label_of(b->types[i], label);
        int n = snprintf(e->name, sizeof e->name, "[%s_%u%s]", label, number_of(b, i, label), suffix);
        e->name_len = (uint8_t)n;
        e->value_at = at;
        e->value_len = (uint32_t)b->values[i].len;
        memcpy(values + at, b->values[i].at, b->values[i].len);
        at += e->value_len;
    }
    return 0;
}

// One string with the ranges from *next on that stand in it.
static void write_string(struct mask *m, const struct mask_builder *b, uint32_t *next, struct buf *text) {
    const struct chat_view *v = b->view;
    uint32_t p = b->ranges[*next].part, done = v->parts[p].start;
    buf_reset(text);
    for (; *next < b->count && b->ranges[*next].part == p; ++*next) {
        const struct mask_range *r = &b->ranges[*next];
        buf_add(text, v->text.at + done, r->start - done);
        buf_add_span(text, mask_placeholder(m, r->value));
        done = r->end;
    }
    buf_add(text, v->text.at + done, v->parts[p].start + v->parts[p].len - done);
    json_put_string(&m->body, buf_span(text));
}

static void write_body(struct mask *m, const struct mask_builder *b) {
    const struct json_doc *doc = b->view->doc;
    size_t most = doc->len + (size_t)b->count * MASK_PLACEHOLDER_BYTES + 1, done = 0;
    struct buf text;
    buf_init(&text, most);
    buf_init(&m->body, most);
    for (uint32_t next = 0; next < b->count;) {
        const struct json_node *node = &doc->nodes[b->view->parts[b->ranges[next].part].node];
        buf_add(&m->body, doc->text + done, node->start - done);
        write_string(m, b, &next, &text);
        done = node->end;
    }
    buf_add(&m->body, doc->text + done, doc->len - done);
    m->body.full |= text.full;
    buf_free(&text);
}

// What no placeholder helps against: the answer could not be restored, or the request is not all text.
static const char *obstacle(const struct chat_view *view) {
    if (view->unreadable || view->has_audio) return "the request holds or asks for content that is not text";
    if (view->wants_logprobs) return "log probabilities are asked for, and tokens cannot be restored";
    return NULL;
}

static int build(struct mask *m, struct mask_builder *b, const struct mask_span *spans, uint32_t count) {
    struct arena *arena = b->view->arena;
    b->ranges = arena_alloc_array(arena, MASK_MAX_RANGES, sizeof *b->ranges);
    b->values = arena_alloc_array(arena, MASK_MAX_VALUES, sizeof *b->values);
    b->types = arena_alloc_array(arena, MASK_MAX_VALUES, sizeof *b->types);
    b->why = "the request is too large for its memory";
    if (!b->ranges || !b->values || !b->types) return -1;
    if ((b->why = obstacle(b->view)) || mask_find_ranges(b, spans, count) || fill_entries(m, b)) return -1;
    write_body(m, b);
    if (m->body.full) b->why = "the masked request does not fit";
    return m->body.full ? -1 : 0;
}

struct mask *mask_new(const struct chat_view *view, const struct mask_span *spans, uint32_t count,
                      const struct mask_limits *limits, const char **why) {
    struct mask_builder b = {.view = view, .limits = *limits, .nested_part = MASK_UNPLACED};
    struct mask *m = mem_new(sizeof *m);
    if (b.limits.values > MASK_MAX_VALUES) b.limits.values = MASK_MAX_VALUES;
    m->json_content = view->has_schema;
    int status = build(m, &b, spans, count);
    json_free(&b.nested);
    *why = b.why;
    if (status == 0) return m;
    mask_free(m);
    return NULL;
}

void mask_free(struct mask *m) {
    if (!m) return;
    locked_free(m->entries, m->locked_bytes);
    buf_free(&m->body);
    free(m);
}

// ---------------------------------------------------------------- looking

struct span mask_body(const struct mask *m) {
    return buf_span(&m->body);
}

void mask_drop_body(struct mask *m) {
    buf_free(&m->body);
}

uint32_t mask_count(const struct mask *m) {
    return m->count;
}

struct span mask_placeholder(const struct mask *m, uint32_t i) {
    return span_make(m->entries[i].name, m->entries[i].name_len);
}

struct span mask_value(const struct mask *m, uint32_t i) {
    return span_make((const char *)(m->entries + m->count) + m->entries[i].value_at, m->entries[i].value_len);
}

bool mask_json_content(const struct mask *m) {
    return m->json_content;
}

bool mask_hides(const struct mask *m, struct span text) {
    uint32_t steps = MASK_MAX_STEPS;
    for (uint32_t i = 0; i < m->count; i++) {
        struct span value = mask_value(m, i);
        if (value.len >= MASK_LEAST_WORD && mask_find_word(text, value, 0, &steps) != SIZE_MAX) return false;
    }
    return steps > 0;
}
