// Passages of registered documents: the fingerprints of a text are looked up, and counted by document.
#include "base/mem.h"
#include "gate/own_internal.h"
#include "text/utf8.h"

// Enough to decide: so many different fingerprints of one document, or this share of all that the text has.
enum { ENOUGH_PRINTS = 3, MOST_GAP = 256, LATE_EVERY = 8192 };
static const float ENOUGH_SHARE = 0.25F;

#define PASTED(class_)                                                                                                 \
    { "own.document", "REGISTERED_DOCUMENT", "passage of a registered document", CLASS_##class_, WEIGHT_GRAVE, 0.9f }
#define TRACE(class_)                                                                                                  \
    { "own.document-trace", "REGISTERED_DOCUMENT", "words of a registered document", CLASS_##class_, WEIGHT_SOFT, 0.4f }
#define BY_CLASS(row)                                                                                                  \
    { row(PII), row(PHI), row(PCI), row(SECRET), row(IP) }

static const struct rule RULES_PASTED[] = BY_CLASS(PASTED), RULES_TRACE[] = BY_CLASS(TRACE);

static const struct rule *rule_of(const struct rule *rules, uint32_t class_) {
    for (size_t i = 0; i < sizeof RULES_PASTED / sizeof *RULES_PASTED; i++)
        if (rules[i].class_ == class_) return &rules[i];
    return &rules[4];
}

// ---------------------------------------------------------------- counting

static void forget(struct own_scratch *x) {
    if (x->seen_count) memset(x->seen, 0, sizeof x->seen);
    if (x->counted_count) memset(x->counted, 0, sizeof x->counted);
    x->hit_count = x->seen_count = x->counted_count = 0;
    x->full = false;
}

// True when the print was not there before. Half full is full.
static bool is_new(struct own_scratch *x, uint64_t print) {
    size_t i = print >> 40 & (OWN_SEEN - 1);
    for (; x->seen[i]; i = (i + 1) & (OWN_SEEN - 1))
        if (x->seen[i] == print) return false;
    if (x->seen_count >= OWN_SEEN / 2) {
        x->full = true;
        return false;
    }
    x->seen[i] = print;
    x->seen_count++;
    return true;
}

static struct own_counted *counted_of(struct own_scratch *x, uint32_t file, uint32_t document) {
    size_t i = hash_mix((uint64_t)file << 32 | document) & (OWN_COUNTED - 1);
    for (; x->counted[i].file; i = (i + 1) & (OWN_COUNTED - 1))
        if (x->counted[i].file == file + 1 && x->counted[i].document == document) return &x->counted[i];
    if (x->counted_count >= OWN_COUNTED / 2) {
        x->full = true;
        return NULL;
    }
    x->counted_count++;
    x->counted[i] = (struct own_counted){.file = file + 1, .document = document};
    return &x->counted[i];
}

// Notes every document that has the print. True when one has.
static bool print_seen(struct scan *s, uint64_t print, uint32_t start, uint32_t end) {
    const struct own *o = s->gate->own;
    struct own_scratch *x = s->scratch->own;
    struct own_probe p = own_probe(&o->prints, (uint32_t)(print >> 32));
    if ((o->prints.blocks[p.block] & p.value) != p.value) return false;
    bool found = false, fresh = false;
    for (uint32_t f = 0; f < o->count; f++) {
        if (o->files[f].head.kind != OWN_DOCUMENTS) continue;
        size_t n = o->files[f].sections[0].len / sizeof(uint64_t);
        const uint64_t *at = (const uint64_t *)(const void *)o->files[f].sections[0].at;
        for (size_t i = own_lower_bound(at, 1, n, print); i < n && at[i] >> PRINT_SHIFT == print >> PRINT_SHIFT; i++) {
            if (!found) fresh = is_new(x, print);
            found = true;
            if (!fresh) return true;
            uint32_t document = (uint32_t)(at[i] & DOCUMENT_MASK);
            struct own_counted *c = counted_of(x, f, document);
            if (!c || x->hit_count == OWN_HITS) {
                x->full = true;
                return true;
            }
            c->prints++;
            x->hits[x->hit_count++] = (struct own_hit){.file = f, .document = document, .start = start, .end = end};
        }
    }
    return found;
}

// ---------------------------------------------------------------- deciding

static const char *document_name(struct scan *s, const struct own_counted *c) {
    const struct own_file *f = &s->gate->own->files[c->file - 1];
    uint32_t begins[2];
    memcpy(begins, f->sections[1].at + c->document * sizeof *begins, sizeof begins);
    return arena_printf(s->arena, "%s: %.*s", f->name, (int)(begins[1] - begins[0]), f->sections[2].at + begins[0]);
}

static void report(struct scan *s, const struct rule *rules, struct own_counted *c, float score) {
    const struct rule *rule = rule_of(rules, s->gate->own->files[c->file - 1].head.class_);
    scan_report_from(s, rule, c->start, c->end, score, document_name(s, c));
    c->open = false;
}

// Neighbouring hits of a document are one passage.
static void report_passages(struct scan *s, const struct rule *rules, uint32_t least, float score) {
    struct own_scratch *x = s->scratch->own;
    for (size_t i = 0; i < x->hit_count; i++) {
        const struct own_hit *h = &x->hits[i];
        struct own_counted *c = counted_of(x, h->file, h->document);
        if (!c || c->prints < least) continue;
        if (c->open && h->start > c->end + MOST_GAP) report(s, rules, c, score);
        if (!c->open) c->start = h->start;
        c->open = true;
        c->end = h->end;
    }
    for (size_t i = 0; i < OWN_COUNTED; i++)
        if (x->counted[i].open) report(s, rules, &x->counted[i], score);
}

static void conclude(struct scan *s, size_t total, size_t found) {
    struct own_scratch *x = s->scratch->own;
    uint32_t most = 0;
    for (size_t i = 0; i < OWN_COUNTED; i++)
        if (x->counted[i].prints > most) most = x->counted[i].prints;
    float share = total ? (float)found / (float)total : 0;
    if (x->full && most < ENOUGH_PRINTS) scan_report_whole(s, &RULES_PASTED[4]);
    if (most >= ENOUGH_PRINTS) report_passages(s, RULES_PASTED, ENOUGH_PRINTS, 0.8F + 0.2F * share);
    else if (share >= ENOUGH_SHARE) report_passages(s, RULES_PASTED, most, 0.8F + 0.2F * share);
    else if (most) report_passages(s, RULES_TRACE, most, 0.4F);
}

// Looks up the fingerprint that came out. True when it is known.
static bool print_out(struct scan *s, const struct winnow *w) {
    size_t end = w->end + utf8_length((unsigned char)s->text.at[w->end]); // of the last character
    return print_seen(s, w->print, w->start, (uint32_t)(end < s->text.len ? end : s->text.len));
}

void own_pasted(struct scan *s) {
    struct winnow w;
    struct span text = s->text;
    size_t total = 0, found = 0, check = LATE_EVERY;
    forget(s->scratch->own);
    winnow_start(&w, s->gate->own->key);
    for (size_t at = 0; at < text.len;) {
        struct fold f = fold_at(text, at);
        for (uint8_t i = 0; i < f.len; i++) {
            if (!winnow_push(&w, f.bytes[i], (uint32_t)at)) continue;
            total++;
            found += print_out(s, &w);
        }
        at += f.read;
        if (at < check) continue;
        check = at + LATE_EVERY;
        if (scan_is_late(s)) return;
    }
    if (winnow_finish(&w)) {
        total++;
        found += print_out(s, &w);
    }
    if (found) conclude(s, total, found);
    mem_wipe(&w, sizeof w);
}
