// Exact data match: words of a text against the values of all lists. The filter answers nearly every word; only what
// passes it is hashed with the key and looked up.
#include "gate/own_internal.h"

enum { BATCH = 96 };

#define LIST(class_)                                                                                                   \
    { "own.list", "REGISTERED_VALUE", "registered value", CLASS_##class_, WEIGHT_GRAVE, 0.99f }
#define PAIR(class_)                                                                                                   \
    { "own.list-pair", "REGISTERED_VALUE", "registered pair of values", CLASS_##class_, WEIGHT_GRAVE, 0.99f }
#define BY_CLASS(row)                                                                                                  \
    { row(PII), row(PHI), row(PCI), row(SECRET), row(IP) }

static const struct rule RULES_ALONE[] = BY_CLASS(LIST), RULES_PAIR[] = BY_CLASS(PAIR);

// A list of no known class (one cannot be registered) is taken for the strictest reading: the company's own.
static const struct rule *rule_of(const struct rule *rules, uint32_t class_) {
    for (size_t i = 0; i < sizeof RULES_ALONE / sizeof *RULES_ALONE; i++)
        if (rules[i].class_ == class_) return &rules[i];
    return &rules[4];
}

static void report(struct scan *s, uint32_t file, const struct rule *rules, size_t start, size_t end) {
    const struct own_file *f = &s->gate->own->files[file];
    const struct rule *rule = rule_of(rules, f->head.class_);
    scan_report_from(s, rule, start, end, rule->score, f->name);
}

// ---------------------------------------------------------------- looking up

static const uint64_t *entries_of(const struct own_file *f, size_t *count) {
    *count = f->sections[0].len / sizeof(struct own_entry);
    return (const uint64_t *)(const void *)f->sections[0].at;
}

// The set of roles, as bits, that a value has in a file.
static unsigned roles_in(const struct own_file *f, struct own_entry want) {
    size_t n;
    const uint64_t *at = entries_of(f, &n);
    unsigned roles = 0;
    for (size_t i = own_lower_bound(at, 2, n, want.tag); i < n && at[2 * i] == want.tag; i++)
        if (((at[2 * i + 1] ^ want.check) & ~(uint64_t)ROLE_MASK) == 0) roles |= 1u << (at[2 * i + 1] & ROLE_MASK);
    return roles;
}

// ---------------------------------------------------------------- pairs

static bool is_near(const struct own_half *a, size_t start, size_t end) {
    return a->start <= end + OWN_NEAR && start <= (size_t)a->end + OWN_NEAR;
}

// Remembers one value of a pair, and reports it with every other half that stands near and is of the same row.
static void half_seen(struct scan *s, uint32_t file, struct own_entry entry, enum own_role role, size_t start,
                      size_t end) {
    struct own_scratch *x = s->scratch->own;
    const struct own *o = s->gate->own;
    size_t from = x->halves > OWN_RING ? x->halves - OWN_RING : 0;
    entry.check = (entry.check & ~(uint64_t)ROLE_MASK) | role;
    for (size_t i = x->halves; i-- > from;) {
        const struct own_half *other = &x->ring[i % OWN_RING];
        if (other->end + (size_t)OWN_NEAR + OWN_VALUE_BYTES * 4 < start) break; // those before are further away
        enum own_role theirs = other->entry.check & ROLE_MASK;
        if (other->file != file || theirs == role || !is_near(other, start, end)) continue;
        struct own_entry a = role == ROLE_A ? entry : other->entry, b = role == ROLE_A ? other->entry : entry;
        if (!(roles_in(&o->files[file], own_entry_pair(o->key, a, b)) & 1u << ROLE_PAIR)) continue;
        report(s, file, RULES_PAIR, other->start, other->end);
        report(s, file, RULES_PAIR, start, end);
    }
    x->ring[x->halves++ % OWN_RING] =
        (struct own_half){.entry = entry, .file = file, .start = (uint32_t)start, .end = (uint32_t)end};
}

// ---------------------------------------------------------------- words

// The first n words passed the filter: are they a value?
static void value_verify(struct scan *s, const struct own_word *w, size_t n) {
    const struct own *o = s->gate->own;
    uint8_t folded[OWN_VALUE_BYTES];
    size_t start = w[0].start, end = w[n - 1].end;
    size_t len = fold_text(span_sub(s->text, start, end - start), folded, sizeof folded);
    if (len > sizeof folded) return;
    struct own_entry entry = own_entry(o->key, folded, len);
    for (uint32_t i = 0; i < o->count; i++) {
        if (o->files[i].head.kind != OWN_LIST) continue;
        unsigned roles = roles_in(&o->files[i], entry);
        if (roles & 1u << ROLE_ALONE) report(s, i, RULES_ALONE, start, end);
        if (roles & 1u << ROLE_A) half_seen(s, i, entry, ROLE_A, start, end);
        if (roles & 1u << ROLE_B) half_seen(s, i, entry, ROLE_B, start, end);
    }
}

// Values that begin with word w; `left` words are known from it on. A number may be written in other groups than it was
// registered in, so digits are tried together whatever the filter knows of the first of them.
static void word_match(struct scan *s, const struct own_word *w, size_t left, struct own_probe p) {
    const struct own *o = s->gate->own;
    uint64_t block = o->words.blocks[p.block], hash = w->hash;
    size_t len = w->len;
    if (len > OWN_VALUE_BYTES) return;
    if ((block & p.value) == p.value) value_verify(s, w, 1);
    bool known = (block & p.first) == p.first;
    for (size_t n = 1; n < left && n < OWN_WORDS && w[n].joined; n++) {
        if (!known && !(w[0].digits && w[n].digits)) return;
        len += w[n].len;
        if (len > OWN_VALUE_BYTES) return;
        hash = hash * o->powers[w[n].len] + w[n].hash;
        struct own_probe q = own_probe(&o->words, own_front(o->key, hash));
        if ((o->words.blocks[q.block] & q.value) == q.value) value_verify(s, w, n + 1);
    }
}

void own_match(struct scan *s) {
    const struct own *o = s->gate->own;
    struct own_word words[BATCH + OWN_WORDS];
    struct own_probe probes[BATCH + OWN_WORDS];
    size_t n = 0, at = 0;
    bool more;
    s->scratch->own->halves = 0;
    do {
        n += own_words(s->text, &at, o->key->word, n ? &words[n - 1] : NULL, words + n, BATCH + OWN_WORDS - n);
        more = at < s->text.len;
        size_t ready = more ? n - (OWN_WORDS - 1) : n; // of the others not all words that follow are known
        for (size_t i = 0; i < ready; i++) {
            probes[i] = own_probe(&o->words, own_front(o->key, words[i].hash));
            __builtin_prefetch(&o->words.blocks[probes[i].block]);
        }
        for (size_t i = 0; i < ready; i++) word_match(s, &words[i], n - i, probes[i]);
        memmove(words, words + ready, (n - ready) * sizeof *words);
        n -= ready;
        if (more && scan_is_late(s)) return;
    } while (more);
}
