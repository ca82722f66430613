// Any bytes as values, as a document, as a pattern's subject, and as a text that is scanned with all of them
// registered: findings stand within the text, and a value that was taken is found in itself.
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "gate/own.h"
#include "gate/own_internal.h"

static struct gate *gate;
static struct gate_scratch *scratch;
static struct own_key *key;

static void open_all(void) {
    static char dir[] = "/tmp/sluice-fuzz-XXXXXX";
    static struct config_rule rules[] = {{.name = "a", .pattern = "(x+x+)+y", .class_ = 4, .decides = 1},
                                         {.name = "b", .pattern = "\\bQ\\w{3,}$", .keyword = "q", .decides = 1}};
    static const struct config CONFIG = {
        .policy = {.data_dir = dir, .rules = rules, .rule_count = 2, .max_scan_bytes = 1 << 16}};
    static const char TEXT[] =
        "The northern plant will be closed in two steps: the casting line moves to the harbour site "
        "before the second quarter, and eighty positions are offered a transfer under terms.";
    struct err e = {""};
    assert(mkdtemp(dir));
    key = own_key_make(dir, &e);
    assert(key);
    struct own_list *l = own_list_new(key);
    own_list_add(l, SPAN("a"), true);
    own_list_add(l, SPAN("b c"), true);
    own_list_add(l, SPAN("1 2 3"), true);
    own_list_add_pair(l, SPAN("d"), SPAN("e f"), true);
    own_list_add_pair(l, SPAN("a"), SPAN("7"), true);
    assert(own_list_save(l, dir, "list", CLASS_PII, 1, &e) == OWN_ADDED);
    own_list_free(l);
    struct own_documents *d = own_documents_new(key);
    own_documents_add(d, "text", SPAN(TEXT));
    assert(own_documents_save(d, dir, "text", CLASS_IP, 16, &e) == OWN_ADDED);
    own_documents_free(d);
    gate = gate_new(&CONFIG, &e);
    assert(gate);
    scratch = gate_scratch_new(gate);
    if (own_remove(dir, "list", &e) != 0 || own_remove(dir, "text", &e) != 0) abort();
    char path[64];
    snprintf(path, sizeof path, "%s/key", dir);
    assert(unlink(path) == 0 && rmdir(dir) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct span text = span_make((const char *)data, size);
    struct arena arena;
    struct verdict v;
    if (!gate) open_all();
    struct own_list *l = own_list_new(key);
    own_list_add(l, text, true);
    own_list_add_pair(l, span_sub(text, 0, size / 2), span_sub(text, size / 2, size), false);
    own_list_free(l);
    struct own_documents *d = own_documents_new(key);
    own_documents_add(d, "x", text);
    own_documents_free(d);

    arena_init(&arena, 1 << 22);
    struct gate_input in = {.text = text};
    gate_scan(gate, scratch, &in, PROFILE_STRICT, &arena, &v);
    for (uint32_t i = 0; i < v.count; i++)
        assert(v.findings[i].start <= v.findings[i].end && v.findings[i].end <= size);
    uint8_t folded[2];
    bool is_value = fold_text(text, folded, 1) == 1 && folded[0] == 'a';
    assert(!is_value || v.sensitive);
    arena_release(&arena);
    return 0;
}
