// A memory of parts changes what a scan costs, and nothing else: conversations are scanned with it and without it.
#include "gate/known.h"

#include "chat/view.h"
#include "gate/scan.h"
#include "gate_help.h"

enum { MESSAGES = 12, MESSAGE_BYTES = 1200, CONVERSATIONS = 150 };

struct talk {
    char text[MESSAGES * (MESSAGE_BYTES + 1)];
    struct chat_part parts[MESSAGES];
    size_t bytes, count;
};

static uint64_t rolled = 2463534242u;
static unsigned roll(unsigned n) {
    rolled ^= rolled << 13, rolled ^= rolled >> 7, rolled ^= rolled << 17;
    return (unsigned)(rolled >> 33) % n;
}

// Evidence of all sorts, whole and in halves, and words that look like it.
static const char *const PIECES[] = {
    "My card is 4111 1111 1111 1111. ",
    "4111 1111 ",
    "1111 1111",
    "anna.berg",
    "@example.org ",
    "anna.berg@example.org, ",
    "password: ",
    "hunter2Zq!9 ",
    "api_key = ",
    "9f8Ab27cQ0xYw31LmN55 ",
    "My name is Anna Berg. ",
    "Dr. Paul Weber ",
    "born on 12 March 1981 ",
    "the patient ",
    "diabetes ",
    "was diagnosed with ",
    "lives at 12 Main Street, Springfield ",
    "phone ",
    "+49 30 901820 ",
    "call 555 ",
    "DE89 3704 0044 0532 0130 00 ",
    "iban ",
    "strictly confidential ",
    "trade secret ",
    "-----BEGIN ",
    "four one one one ",
    "one one one one ",
    "one ",
    "write a poem about ",
    "how many apples ",
    "B) ",
    "\nB. ",
    "https://example.org/?sig=",
    "bank account ",
    "SSN 078-05-1120. ",
    "MRN: 00482913 ",
    "YW5uYS5iZXJnQGV4YW1wbGUub3Jn ",
    "Patientin, ",
    "né le ",
    "\xe2\x80\x8b",
    "p\xd0\xb0ssword ",
    "cards ",
    "s ",
    "7",
    "_",
    "-",
};
static const char PROSE[] = "We began with the state of the new page, which is finished apart from the empty state. ",
                  // Not plain, but without a name.
    NAMELESS[] = "and so it goes on, Answer in the language of the question. ";

static void add_message(const struct gate *g, struct talk *t, uint8_t role, size_t want) {
    struct chat_part *p = &t->parts[t->count];
    if (t->count++) t->text[t->bytes++] = '\n';
    *p = (struct chat_part){.start = (uint32_t)t->bytes, .role = role, .kind = PART_TEXT};
    while (t->bytes - p->start < want) {
        const char *piece = roll(6) ? PROSE : NAMELESS;
        if (roll(3) == 0) piece = PIECES[roll(sizeof PIECES / sizeof *PIECES)];
        if (roll(12) == 0) piece = g->anchors[roll(g->built_in_count)].literal;
        memcpy(t->text + t->bytes, piece, strlen(piece));
        t->bytes += strlen(piece);
    }
    p->len = (uint32_t)(t->bytes - p->start);
}

static void scan_talk(struct fixture *f, struct gate_scratch *scratch, const struct talk *t, size_t count,
                      struct arena *arena, struct verdict *out) {
    const struct chat_part *last = &t->parts[count - 1];
    struct gate_input in = {
        .text = span_make(t->text, last->start + last->len), .parts = t->parts, .part_count = count};
    arena_reset(arena);
    gate_scan(f->gate, scratch, &in, PROFILE_BALANCED, arena, out);
}

static void compare(const struct verdict *a, const struct verdict *b, const struct talk *t, size_t count) {
    bool same = a->sensitive == b->sensitive && a->classes == b->classes && a->count == b->count &&
                a->omitted == b->omitted && !strcmp(a->receipt, b->receipt);
    for (uint32_t i = 0; same && i < a->count; i++) {
        const struct finding *x = &a->findings[i], *y = &b->findings[i];
        same = x->start == y->start && x->end == y->end && x->class_ == y->class_ && x->hard == y->hard &&
               x->score == y->score && x->type == y->type && x->rule == y->rule;
    }
    if (same) return;
    fail_msg("%u findings with a memory, %u without, in '%.*s'", a->count, b->count,
             (int)(t->parts[count - 1].start + t->parts[count - 1].len), t->text);
}

static unsigned complete_parts(const struct gate_scratch *s) {
    unsigned n = 0;
    for (unsigned i = 0; i < KNOWN_PARTS; i++) n += s->known.parts[i].complete;
    return n;
}

static unsigned plain_runs(const struct gate_scratch *s) {
    unsigned n = 0;
    for (unsigned i = 0; i < KNOWN_PARTS; i++) n += s->known.parts[i].run_count;
    return n;
}

static const struct name_memory EVERY = {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};

// Of sentences that were read, and a word looked at more closely.
static unsigned read_runs(const struct gate_scratch *s) {
    unsigned n = 0;
    for (unsigned i = 0; i < KNOWN_PARTS; i++)
        for (unsigned r = 0; r < s->known.parts[i].run_count; r++)
            n += name_memory_has_any(&s->known.parts[i].runs[r].asked, &EVERY);
    return n;
}

static void known_finds_in_conversations_what_is_found_without_it(void **state) {
    (void)state;
    struct fixture *f = shared();
    struct gate_scratch *fresh = gate_scratch_new(f->gate);
    struct arena arenas[2];
    struct verdict with, without;
    static struct talk t;
    unsigned findings = 0, remembered = 0, runs = 0, read = 0;
    for (int i = 0; i < 2; i++) arena_init(&arenas[i], 1 << 24);
    for (int n = 0; n < CONVERSATIONS; n++) {
        uint64_t seed = rolled;
        t.bytes = t.count = 0;
        rolled = 5 + (uint64_t)(n % 4); // system texts come again, all else differs
        add_message(f->gate, &t, ROLE_SYSTEM, KNOWN_LEAST_BYTES - 40 + roll(700));
        rolled = seed;
        while (t.count < MESSAGES) {
            add_message(f->gate, &t, t.count % 2 ? ROLE_USER : ROLE_ASSISTANT, 1 + roll(MESSAGE_BYTES - 300));
            scan_talk(f, f->scratch, &t, t.count, &arenas[0], &with);
            memset(fresh->known.parts, 0, sizeof fresh->known.parts);
            scan_talk(f, fresh, &t, t.count, &arenas[1], &without);
            compare(&with, &without, &t, t.count);
            findings += with.count;
        }
        remembered += complete_parts(f->scratch);
        runs += plain_runs(f->scratch);
        read += read_runs(f->scratch);
    }
    assert_true(findings > 4000 && remembered > 10 * CONVERSATIONS && runs > remembered && read > CONVERSATIONS);
    for (int i = 0; i < 2; i++) arena_release(&arenas[i]);
    gate_scratch_free(fresh);
}

// What a part means may depend on what follows it.
static void known_sees_evidence_that_joins_over_borders(void **state) {
    (void)state;
    struct fixture *f = shared();
    static struct talk t;
    struct verdict v;
    t.bytes = t.count = 0;
    while (t.bytes < KNOWN_LEAST_BYTES) {
        memcpy(t.text + t.bytes, PROSE, sizeof PROSE - 1);
        t.bytes += sizeof PROSE - 1;
    }
    size_t begin = t.bytes;
    memcpy(t.text + begin, "The bank account:", 17);
    t.bytes += 17;
    t.parts[0] = (struct chat_part){.len = (uint32_t)t.bytes, .role = ROLE_SYSTEM, .kind = PART_TEXT};
    static const struct {
        const char *text;
        bool sensitive;
    } NEXT[] = {{"as agreed", false}, {"370400440532", true}, {"as agreed", false}, {"370400440532", true}};
    for (size_t i = 0; i < sizeof NEXT / sizeof *NEXT; i++) {
        size_t n = strlen(NEXT[i].text);
        t.text[t.bytes] = '\n';
        memcpy(t.text + t.bytes + 1, NEXT[i].text, n);
        t.parts[1] = (struct chat_part){
            .start = (uint32_t)t.bytes + 1, .len = (uint32_t)n, .role = ROLE_USER, .kind = PART_TEXT};
        scan_talk(f, f->scratch, &t, 2, &f->arena, &v);
        if (i) assert_true(complete_parts(f->scratch) > 0);
        assert_int_equal(v.sensitive, NEXT[i].sensitive);
    }
}

static void known_takes_two_equal_parts_of_one_request(void **state) {
    (void)state;
    struct fixture *f = shared();
    static struct talk t;
    struct verdict first, again;
    t.bytes = t.count = 0;
    for (int i = 0; i < 3; i++) {
        rolled = 99;
        add_message(f->gate, &t, ROLE_ASSISTANT, 600);
    }
    scan_talk(f, f->scratch, &t, 3, &f->arena, &first);
    struct verdict kept = first;
    struct finding findings[GATE_MAX_FINDINGS];
    memcpy(findings, first.findings, first.count * sizeof *findings);
    kept.findings = findings;
    scan_talk(f, f->scratch, &t, 3, &f->arena, &again);
    compare(&again, &kept, &t, 3);
}

static void known_forgets_a_part_with_too_many_literals(void **state) {
    (void)state;
    struct fixture *f = shared();
    struct gate_scratch *s = gate_scratch_new(f->gate);
    static struct talk t;
    struct verdict v;
    t.bytes = t.count = 0;
    for (int i = 0; i < 2 * KNOWN_LITERALS; i++, t.bytes += 8) memcpy(t.text + t.bytes, "account ", 8);
    t.parts[0] = (struct chat_part){.len = (uint32_t)t.bytes, .role = ROLE_SYSTEM, .kind = PART_TEXT};
    scan_talk(f, s, &t, 1, &f->arena, &v);
    assert_int_equal(complete_parts(s), 0);
    gate_scratch_free(s);
}

// What was read for names is passed over as long as no word of it was a name before, and joins only plain sentences
// that it stood between.
static void known_passes_over_sentences_without_a_name(void **state) {
    (void)state;
    struct known_memory m = {0};
    struct known_walk w;
    char text[KNOWN_LEAST_BYTES];
    struct chat_part part = {.len = sizeof text, .role = ROLE_SYSTEM, .kind = PART_TEXT};
    struct gate_input in = {.text = span_make(text, sizeof text), .parts = &part, .part_count = 1};
    const struct name_memory none = {{0}}, one = {{1}}, two = {{0, 4}}, other = {{2}};
    memset(text, 'a', sizeof text);
    known_begin(&w, &m, &in);
    known_note_plain(&w, 0, 1, 20);
    known_note_nameless(&w, 20, 30, &one); // joins, with the next one
    known_note_nameless(&w, 30, 40, &two);
    known_note_plain(&w, 40, 41, 50);
    known_note_nameless(&w, 60, 70, &one); // behind one with a name: joins nothing
    known_note_plain(&w, 70, 71, 80);
    known_note_plain(&w, 80, 81, 90);
    known_note_nameless(&w, 90, 100, &one); // last: nothing is known of what follows
    known_note_calm(&w, 1, 40);             // not the first of the part
    assert_int_equal(known_calm_end(&w, 0), 0);
    known_note_calm(&w, 0, 20);
    known_end(&w, true);
    known_begin(&w, &m, &in);
    assert_int_equal(known_calm_end(&w, 0), 20);
    assert_int_equal(known_calm_end(&w, 1), 0);
    assert_int_equal(known_run_end(&w, 1, &none), 50);
    assert_int_equal(known_run_end(&w, 1, &other), 50);
    assert_int_equal(known_run_end(&w, 1, &one), 0);
    assert_int_equal(known_run_end(&w, 1, &two), 0);
    assert_int_equal(known_run_end(&w, 71, &EVERY), 90);
    assert_int_equal(known_run_end(&w, 20, &none), 0);
    known_end(&w, true);
}

// What is said in every request stays, however many parts come once only.
static void known_keeps_a_part_that_comes_again(void **state) {
    (void)state;
    struct fixture *f = shared();
    struct gate_scratch *s = gate_scratch_new(f->gate);
    static struct talk t;
    struct verdict v;
    struct imprint system = IMPRINT_NONE, seen = IMPRINT_NONE;
    for (int n = 0; n < 3 * KNOWN_PARTS; n++) {
        uint64_t seed = rolled;
        t.bytes = t.count = 0;
        rolled = 31;
        add_message(f->gate, &t, ROLE_SYSTEM, 2 * KNOWN_LEAST_BYTES);
        rolled = seed;
        add_message(f->gate, &t, ROLE_ASSISTANT, 2 * KNOWN_LEAST_BYTES);
        add_message(f->gate, &t, ROLE_USER, 10);
        struct gate_input in = {.text = span_make(t.text, t.bytes),
                                .parts = t.parts,
                                .part_count = t.count,
                                .imprint = &seen,
                                .imprint_part = 0};
        arena_reset(&f->arena);
        gate_scan(f->gate, s, &in, PROFILE_BALANCED, &f->arena, &v);
        assert_true(imprint_is(seen, imprint_of(span_make(t.text, t.parts[0].len))));
        if (n) assert_true(imprint_is(seen, system));
        system = seen;
        assert_true(imprint_is(s->known.imprints[0], system) && s->known.parts[0].complete);
    }
    assert_int_equal(complete_parts(s), KNOWN_PARTS);
    gate_scratch_free(s);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_finds_in_conversations_what_is_found_without_it),
        cmocka_unit_test(known_sees_evidence_that_joins_over_borders),
        cmocka_unit_test(known_takes_two_equal_parts_of_one_request),
        cmocka_unit_test(known_passes_over_sentences_without_a_name),
        cmocka_unit_test(known_keeps_a_part_that_comes_again),
        cmocka_unit_test(known_forgets_a_part_with_too_many_literals),
    };
    return RUN(tests);
}
