// Values of a list become entries: two keyed hashes each, and what the filter needs to know of them.
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "gate/own_internal.h"

// Least information, in bits as roughly estimated, of a value that decides alone, of one that decides with another one,
// and of the two together. Seven digits or letters, five of both mixed, decide alone.
static const float ALONE_BITS = 20, HALF_BITS = 6, PAIR_BITS = 26;

struct own_list {
    const struct own_key *key;
    struct own_entry *entries;
    size_t entry_count, entry_room;
    uint32_t *fronts, *firsts; // of whole values; of the first words of values of several
    size_t front_count, front_room, first_count, first_room;
    uint64_t items, pairs;
};

struct own_list *own_list_new(const struct own_key *key) {
    struct own_list *l = mem_new(sizeof *l);
    l->key = key;
    return l;
}

void own_list_free(struct own_list *l) {
    if (!l) return;
    free(l->entries), free(l->fronts), free(l->firsts);
    free(l);
}

// ---------------------------------------------------------------- a value

struct value {
    uint8_t folded[OWN_VALUE_BYTES];
    size_t len;
    uint32_t front;
    uint32_t
        firsts[2]; // of the first word, where there are more; of its first run of letters or digits, where it has both
    size_t first_count;
};

static uint64_t polynomial(const struct own_list *l, const uint8_t *bytes, size_t n) {
    uint64_t hash = 0;
    for (size_t i = 0; i < n; i++) hash = hash * l->key->word + bytes[i];
    return hash;
}

// Letters and digits in turn are often written apart: AB1234, AB-1234.
static size_t first_run(const struct value *v) {
    size_t n = 1;
    while (n < v->len && (v->folded[n] <= '9') == (v->folded[0] <= '9')) n++;
    return n;
}

// The first words of it, as far as they fit. False when there are none.
static bool read_value(const struct own_list *l, struct span text, struct value *v) {
    struct own_word words[OWN_WORDS];
    size_t at = 0, n = own_words(text, &at, l->key->word, NULL, words, OWN_WORDS), count = 0;
    *v = (struct value){.len = 0};
    for (; count < n && v->len + words[count].len <= OWN_VALUE_BYTES; count++) {
        struct span word = span_sub(text, words[count].start, words[count].end - words[count].start);
        v->len += fold_text(word, v->folded + v->len, sizeof v->folded - v->len);
    }
    if (count == 0) return false;
    v->front = own_front(l->key, polynomial(l, v->folded, v->len));
    size_t run = first_run(v);
    if (count > 1) v->firsts[v->first_count++] = own_front(l->key, words[0].hash);
    if (run < v->len && run != words[0].len)
        v->firsts[v->first_count++] = own_front(l->key, polynomial(l, v->folded, run));
    return true;
}

static float bits_of(const struct value *v) {
    bool digits = false, letters = false, even = true;
    uint64_t kinds = 0;
    for (size_t i = 0; i < v->len; i++) {
        if (v->folded[i] <= '9') digits = true;
        else letters = true;
        kinds |= 1ull << (v->folded[i] & 63);
        even &= i < 2 || v->folded[i] - v->folded[i - 1] == v->folded[1] - v->folded[0]; // 0000, 1234
    }
    if (even && v->len > 2) return 0;
    float each = digits && letters ? 4.5F : digits ? 3.3F : 3;
    size_t most = 3 * (size_t)__builtin_popcountll(kinds); // 1212121212
    return each * (float)(v->len < most ? v->len : most);
}

// ---------------------------------------------------------------- adding

static void *room_for(void *at, size_t count, size_t *room, size_t size) {
    if (count < *room) return at;
    *room = *room ? *room * 2 : 1024;
    return mem_grow(at, *room * size);
}

static void add_entry(struct own_list *l, struct own_entry entry) {
    l->entries = room_for(l->entries, l->entry_count, &l->entry_room, sizeof *l->entries);
    l->entries[l->entry_count++] = entry;
}

static struct own_entry add_value(struct own_list *l, const struct value *v, enum own_role role) {
    struct own_entry entry = own_entry(l->key, v->folded, v->len);
    entry.check |= role;
    add_entry(l, entry);
    l->fronts = room_for(l->fronts, l->front_count, &l->front_room, sizeof *l->fronts);
    l->fronts[l->front_count++] = v->front;
    for (size_t i = 0; i < v->first_count; i++) {
        l->firsts = room_for(l->firsts, l->first_count, &l->first_room, sizeof *l->firsts);
        l->firsts[l->first_count++] = v->firsts[i];
    }
    return entry;
}

enum own_value own_list_add(struct own_list *l, struct span value, bool weak) {
    struct value v;
    enum own_value status = OWN_VALUE_TAKEN;
    if (!read_value(l, value, &v)) return OWN_VALUE_EMPTY;
    if (!weak && bits_of(&v) < ALONE_BITS) status = OWN_VALUE_WEAK;
    else add_value(l, &v, ROLE_ALONE);
    mem_wipe(&v, sizeof v);
    return status;
}

enum own_value own_list_add_pair(struct own_list *l, struct span a, struct span b, bool weak) {
    struct value va, vb;
    enum own_value status = OWN_VALUE_TAKEN;
    if (!read_value(l, a, &va) || !read_value(l, b, &vb)) return OWN_VALUE_EMPTY;
    float bits_a = bits_of(&va), bits_b = bits_of(&vb);
    bool is_weak = bits_a < HALF_BITS || bits_b < HALF_BITS || bits_a + bits_b < PAIR_BITS;
    if (is_weak && !weak) {
        status = OWN_VALUE_WEAK;
    } else {
        struct own_entry ea = add_value(l, &va, ROLE_A), eb = add_value(l, &vb, ROLE_B);
        add_entry(l, own_entry_pair(l->key, ea, eb));
    }
    mem_wipe(&va, sizeof va);
    mem_wipe(&vb, sizeof vb);
    return status;
}

// ---------------------------------------------------------------- saving

static int by_tag(const void *a, const void *b) {
    const struct own_entry *x = a, *y = b;
    if (x->tag != y->tag) return x->tag < y->tag ? -1 : 1;
    return x->check < y->check ? -1 : x->check > y->check;
}

static int by_value(const void *a, const void *b) {
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void sort_fronts(uint32_t *at, size_t *count) {
    size_t kept = 0;
    if (*count) qsort(at, *count, sizeof *at, by_value);
    for (size_t i = 0; i < *count; i++)
        if (i == 0 || at[i] != at[i - 1]) at[kept++] = at[i];
    *count = kept;
}

// Sorts, drops repetitions, counts.
static void tidy(struct own_list *l) {
    size_t kept = 0;
    if (l->entry_count) qsort(l->entries, l->entry_count, sizeof *l->entries, by_tag);
    l->items = l->pairs = 0;
    for (size_t i = 0; i < l->entry_count; i++) {
        if (kept && by_tag(&l->entries[i], &l->entries[kept - 1]) == 0) continue;
        l->entries[kept++] = l->entries[i];
        l->items += (l->entries[i].check & ROLE_MASK) == ROLE_ALONE;
        l->pairs += (l->entries[i].check & ROLE_MASK) == ROLE_PAIR;
    }
    l->entry_count = kept;
    sort_fronts(l->fronts, &l->front_count);
    sort_fronts(l->firsts, &l->first_count);
}

void own_list_info(const struct own_list *l, struct own_info *out) {
    *out = (struct own_info){.kind = OWN_LIST, .items = l->items, .pairs = l->pairs};
}

enum own_saved own_list_save(struct own_list *l, const char *dir, const char *name, enum data_class class_,
                             uint64_t source_bytes, struct err *e) {
    tidy(l);
    if (l->entry_count == 0) {
        err_set(e, "no value was taken, so nothing was registered");
        return OWN_FAILED;
    }
    struct own_head head = {
        .kind = OWN_LIST, .class_ = class_, .items = l->items, .pairs = l->pairs, .source_bytes = source_bytes};
    const struct span sections[OWN_SECTIONS] = {
        span_make((const char *)l->entries, l->entry_count * sizeof *l->entries),
        span_make((const char *)l->fronts, l->front_count * sizeof *l->fronts),
        span_make((const char *)l->firsts, l->first_count * sizeof *l->firsts)};
    return own_file_write(dir, name, l->key, &head, sections, e);
}
