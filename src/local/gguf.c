// Reads what we need of a GGUF file's metadata: the trained context and the vocabulary's markers.
//
// Layout: "GGUF", version u32, tensors u64, pairs u64, then pairs of key (u64 length, bytes), type u32,
// value; an array is type u32, count u64, values. Everything is little-endian.
#include "local/internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

enum { TYPE_U32 = 4, TYPE_I32 = 5, TYPE_STRING = 8, TYPE_ARRAY = 9, TYPE_U64 = 10, TYPE_COUNT = 13 };
enum { TOKEN_CONTROL = 3, TOKEN_USER_DEFINED = 4 };
enum { MAX_PAIRS = 100000, MAX_TOKENS = 4000000, MAX_KEY = 1024, MAX_ARENA = 256 * 1024 };

static const uint8_t TYPE_BYTES[TYPE_COUNT] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

struct reader {
    FILE *file;
    uint64_t left; // bytes to the end of the file: no length is believed beyond it
    bool bad;
};

static void get(struct reader *r, void *out, size_t n) {
    if (r->bad || n > r->left || (n && fread(out, 1, n, r->file) != n)) {
        memset(out, 0, n);
        r->bad = true;
        return;
    }
    r->left -= n;
}

static void skip(struct reader *r, uint64_t n) {
    if (r->bad || n > r->left || fseeko(r->file, (off_t)n, SEEK_CUR) != 0) r->bad = true;
    else r->left -= n;
}

static uint32_t get_u32(struct reader *r) {
    unsigned char b[4];
    get(r, b, sizeof b);
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static uint64_t get_u64(struct reader *r) {
    uint64_t low = get_u32(r);
    return low | (uint64_t)get_u32(r) << 32;
}

static void skip_value(struct reader *r, uint32_t type) {
    uint64_t count = 1;
    if (type == TYPE_ARRAY) {
        type = get_u32(r);
        count = get_u64(r);
    }
    if (type == TYPE_STRING) {
        for (uint64_t i = 0; i < count && !r->bad; i++) skip(r, get_u64(r));
    } else if (type >= TYPE_COUNT || !TYPE_BYTES[type] || count > r->left) {
        r->bad = true; // also arrays of arrays, which no model uses
    } else {
        skip(r, count * TYPE_BYTES[type]);
    }
}

// Where an array begins, so that it can be read when its partner is known too.
struct array {
    off_t at;
    uint64_t left, count;
};

static struct array note_array(struct reader *r, uint32_t type, uint32_t wanted) {
    struct array a = {0};
    uint32_t item = type == TYPE_ARRAY ? get_u32(r) : 0;
    a.count = get_u64(r);
    if (type != TYPE_ARRAY || item != wanted || a.count > MAX_TOKENS) r->bad = true;
    a.at = ftello(r->file);
    a.left = r->left;
    for (uint64_t i = 0; i < a.count && !r->bad; i++) skip(r, item == TYPE_STRING ? get_u64(r) : 4);
    return a;
}

static void go_to(struct reader *r, const struct array *a) {
    if (fseeko(r->file, a->at, SEEK_SET) != 0) r->bad = true;
    r->left = a->left;
}

static void keep_marker(struct gguf_facts *f, struct reader *r, uint64_t len, uint32_t type) {
    if (len < 3 || len > MARKER_MAX_BYTES || f->marker_count == GGUF_MAX_MARKERS) {
        skip(r, len);
        return;
    }
    char *text = arena_alloc(&f->arena, len + 1);
    if (!text) {
        r->bad = true;
        return;
    }
    get(r, text, len);
    f->markers[f->marker_count] = text;
    f->user_defined[f->marker_count++] = type == TOKEN_USER_DEFINED;
}

static void read_markers(struct reader *r, const struct array *tokens, const struct array *types,
                         struct gguf_facts *f) {
    uint32_t *type = mem_new_array(types->count, sizeof *type);
    go_to(r, types);
    for (uint64_t i = 0; i < types->count; i++) type[i] = get_u32(r);
    go_to(r, tokens);
    f->markers = arena_alloc_array(&f->arena, GGUF_MAX_MARKERS, sizeof *f->markers);
    f->user_defined = arena_alloc_array(&f->arena, GGUF_MAX_MARKERS, sizeof *f->user_defined);
    if (!f->markers || !f->user_defined) r->bad = true;
    for (uint64_t i = 0; i < tokens->count && !r->bad; i++) {
        uint64_t len = get_u64(r);
        if (type[i] == TOKEN_CONTROL || type[i] == TOKEN_USER_DEFINED) keep_marker(f, r, len, type[i]);
        else skip(r, len);
    }
    free(type);
}

// "llama.context_length", whatever the architecture; not "llama.rope.scaling.original_context_length".
static bool is_context_key(const char *key) {
    const char *dot = strchr(key, '.');
    return dot && !strcmp(dot, ".context_length");
}

static void read_pairs(struct reader *r, struct gguf_facts *f) {
    struct array tokens = {0}, types = {0};
    skip(r, 8); // tensors
    uint64_t pairs = get_u64(r);
    if (pairs > MAX_PAIRS) r->bad = true;
    for (uint64_t i = 0; i < pairs && !r->bad; i++) {
        char key[MAX_KEY + 1];
        uint64_t len = get_u64(r);
        if (len > MAX_KEY) r->bad = true;
        if (r->bad) return;
        get(r, key, len);
        key[len] = 0;
        uint32_t type = get_u32(r);
        if (is_context_key(key) && type == TYPE_U32) f->context = get_u32(r);
        else if (is_context_key(key) && type == TYPE_U64) f->context = (int64_t)(get_u64(r) & INT64_MAX);
        else if (!strcmp(key, "tokenizer.ggml.tokens")) tokens = note_array(r, type, TYPE_STRING);
        else if (!strcmp(key, "tokenizer.ggml.token_type")) types = note_array(r, type, TYPE_I32);
        else skip_value(r, type);
    }
    if (!r->bad && tokens.count && tokens.count == types.count) read_markers(r, &tokens, &types, f);
}

bool gguf_has_magic(const char *path) {
    char magic[4] = "";
    FILE *f = fopen(path, "rbe");
    bool good = f && fread(magic, 1, 4, f) == 4 && !memcmp(magic, "GGUF", 4);
    if (f) fclose(f);
    return good;
}

int gguf_read(const char *path, struct gguf_facts *out, struct err *e) {
    *out = (struct gguf_facts){.context = 0};
    arena_init(&out->arena, MAX_ARENA);
    if (!gguf_has_magic(path)) return err_set(e, "%s is not a GGUF model file (or cannot be read)", path);
    struct reader r = {.file = fopen(path, "rbe")};
    if (!r.file) return err_set(e, "%s cannot be read", path);
    off_t size = fseeko(r.file, 0, SEEK_END) == 0 ? ftello(r.file) : 0;
    rewind(r.file);
    r.left = size > 0 ? (uint64_t)size : 0;
    skip(&r, 4);
    uint32_t version = get_u32(&r);
    if (version < 2 || version > 3) r.bad = true;
    else read_pairs(&r, out);
    fclose(r.file);
    if (!r.bad) return 0;
    out->marker_count = 0;
    return err_set(e, "the metadata of %s cannot be read (GGUF version %u): the file may be cut off", path, version);
}

void gguf_release(struct gguf_facts *f) {
    arena_release(&f->arena);
    f->marker_count = 0;
}
