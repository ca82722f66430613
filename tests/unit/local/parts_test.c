// The parts that need no child: look-up, last words, model file, control tokens, facts, run folder.
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "fake.h"

static bool holds(const char **items, size_t count, const char *z) {
    for (size_t i = 0; i < count; i++)
        if (!strcmp(items[i], z)) return true;
    return false;
}

// ---------------------------------------------------------------- look-up

static void find_server_prefers_the_configured_one(void **state) {
    (void)state;
    struct fake f;
    char path[PATH_MAX];
    struct err e;
    fake_setup(&f, "good");
    assert_int_equal(local_find_server(f.config, path, sizeof path, &e), 0);
    assert_string_equal(path, f.server);
    f.config->local.server = "/nowhere/llama-server";
    assert_int_equal(local_find_server(f.config, path, sizeof path, &e), -1);
    assert_non_null(strstr(e.text, "/nowhere/llama-server"));
    fake_cleanup(&f);
}

static void find_server_looks_on_path_then_in_the_private_prefix(void **state) {
    (void)state;
    struct fake f;
    char path[PATH_MAX], lib[80], bin[128], loader[128], old[8192];
    struct err e;
    struct program p;
    fake_setup(&f, "good");
    snprintf(old, sizeof old, "%s", getenv("PATH"));
    snprintf(lib, sizeof lib, "%s/lib", f.dir);
    snprintf(bin, sizeof bin, "%s/llama-server.bin", lib);
    snprintf(loader, sizeof loader, "%s/ld.so", lib);
    mkdir(lib, 0700);
    fake_write(bin, "x", 1, 0600), fake_write(loader, "x", 1, 0700);
    f.config->local.server = "";
    setenv("SLUICE_LLAMA_PREFIX", f.dir, 1);
    setenv("PATH", f.dir, 1);
    assert_int_equal(local_find_server(f.config, path, sizeof path, &e), 0);
    assert_string_equal(path, f.server);
    setenv("PATH", "/nowhere", 1);
    assert_int_equal(find_program(f.config, &p, &e), 0);
    assert_string_equal(p.path, bin);
    assert_string_equal(p.library, lib);
    unlink(loader);
    if (find_program(f.config, &p, &e) == 0) assert_string_not_equal(p.path, bin); // not without its loader
    setenv("PATH", old, 1);
    unsetenv("SLUICE_LLAMA_PREFIX");
    unlink(bin), rmdir(lib);
    fake_cleanup(&f);
}

static void program_in_the_prefix_is_run_by_its_own_loader(void **state) {
    (void)state;
    struct program p = {.path = "/p/lib/llama-server.bin", .library = "/p/lib"};
    const char *argv[16];
    struct arena a;
    arena_init(&a, 4096);
    assert_int_equal(program_arguments(&p, argv, 0, &a), 6);
    assert_string_equal(argv[0], "/p/lib/ld.so");
    assert_string_equal(argv[2], "/p/lib");
    assert_string_equal(argv[5], "/p/lib/llama-server.bin");
    arena_release(&a);
}

static void find_model_embedded_is_looked_for_in_the_data_folder(void **state) {
    (void)state;
    struct fake f;
    char path[PATH_MAX], tiny[128], name[64];
    struct err e;
    fake_setup(&f, "good");
    snprintf(tiny, sizeof tiny, "%s/tiny.gguf", f.dir);
    fake_write(tiny, "GGUF", 4, 0600);
    f.config->local.model = "embedded";
    setenv("SLUICE_DATA", f.dir, 1);
    assert_int_equal(local_find_model(f.config, path, sizeof path, &e), 0);
    assert_string_equal(path, tiny);
    model_name(f.config, path, name, sizeof name);
    assert_string_equal(name, "sluice-tiny");
    unsetenv("SLUICE_DATA");
    unlink(tiny);
    fake_cleanup(&f);
}

static void find_model_that_is_missing_names_the_setting(void **state) {
    (void)state;
    struct fake f;
    char path[PATH_MAX];
    struct err e;
    fake_setup(&f, "good");
    f.config->local.model = "/nowhere/x.gguf";
    assert_int_equal(local_find_model(f.config, path, sizeof path, &e), -1);
    assert_non_null(strstr(e.text, "local.model: /nowhere/x.gguf"));
    fake_cleanup(&f);
}

static void start_refuses_what_is_no_model_and_what_is_off(void **state) {
    (void)state;
    struct fake f;
    struct err e;
    fake_setup(&f, "good");
    fake_write(f.model, "ELF!", 4, 0600);
    assert_null(local_start(&f.loop, f.config, &e));
    assert_non_null(strstr(e.text, "not a GGUF model"));
    f.config->local.enabled = false;
    assert_null(local_start(&f.loop, f.config, &e));
    assert_int_equal(local_phase(NULL), LOCAL_OFF);
    assert_false(local_enter(NULL));
    fake_cleanup(&f);
}

static void run_dir_refuses_a_folder_that_others_can_write(void **state) {
    (void)state;
    struct fake f;
    struct run_dir d;
    struct err e;
    fake_setup(&f, "good");
    mkdir(f.run, 0700), chmod(f.run, 0777);
    assert_int_equal(run_dir_open(&d, f.run, &e), -1);
    chmod(f.run, 0700);
    assert_int_equal(run_dir_open(&d, f.run, &e), 0);
    run_dir_close(&d);
    assert_int_equal(access(f.run, F_OK), 0); // it was there before us
    rmdir(f.run);
    fake_cleanup(&f);
}

static void run_dir_refuses_a_path_too_long_for_a_socket(void **state) {
    (void)state;
    struct run_dir d;
    struct err e;
    char path[120];
    memset(path, 'x', sizeof path);
    path[0] = '/', path[sizeof path - 1] = 0;
    assert_int_equal(run_dir_open(&d, path, &e), -1);
    assert_non_null(strstr(e.text, "too long"));
}

// ---------------------------------------------------------------- last words

static void last_words_prefer_error_lines_and_join_pieces(void **state) {
    (void)state;
    struct last_words *w = mem_new(sizeof *w);
    char out[400];
    last_words_feed(w, SPAN("0.00 I srv  start\n0.00.1 E ggu"));
    last_words_feed(w, SPAN("f  bad magic\n0.00 I srv  bye\n0.00.2 E srv   giving up\n"));
    last_words_reason(w, false, out, sizeof out);
    assert_string_equal(out, "bad magic; giving up");
    last_words_reason(w, true, out, sizeof out);
    assert_string_equal(out, "");
    free(w);
}

static void last_words_keep_the_newest_lines_only(void **state) {
    (void)state;
    struct last_words *w = mem_new(sizeof *w);
    char out[400], line[40];
    last_words_feed(w, SPAN("0.0 E srv  early\n"));
    for (int i = 0; i < LAST_WORDS_LINES; i++) {
        snprintf(line, sizeof line, "line %d\n", i);
        last_words_feed(w, span_from(line));
    }
    last_words_reason(w, false, out, sizeof out);
    assert_string_equal(out, "line 199");
    free(w);
}

static void last_words_survive_long_lines_and_control_bytes(void **state) {
    (void)state;
    struct last_words *w = mem_new(sizeof *w);
    char out[1000];
    for (int i = 0; i < 1000; i++) last_words_feed(w, SPAN("x\033\xff"));
    last_words_feed(w, SPAN("\n"));
    last_words_reason(w, false, out, sizeof out);
    assert_int_equal(strlen(out), LAST_WORDS_BYTES - 1);
    assert_null(strchr(out, '\033'));
    free(w);
}

// ---------------------------------------------------------------- model file

static void put(struct buf *b, uint64_t v, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) buf_add_char(b, (char)(v >> (8 * i)));
}
static void put_text(struct buf *b, const char *z) {
    put(b, strlen(z), 8);
    buf_add_z(b, z);
}

static const char *const TOKENS[] = {"<|im_start|>", "hello", "<h1>", "<|tool|>", "word", "<unused7>"};
static const uint32_t TYPES[] = {3, 1, 4, 4, 3, 3};

static void put_model(struct buf *b) {
    buf_add_z(b, "GGUF");
    put(b, 3, 4), put(b, 0, 8), put(b, 5, 8);
    put_text(b, "llama.rope.scaling.original_context_length"), put(b, 4, 4), put(b, 99, 4);
    put_text(b, "tokenizer.ggml.token_type"), put(b, 9, 4), put(b, 5, 4), put(b, 6, 8);
    for (size_t i = 0; i < 6; i++) put(b, TYPES[i], 4);
    put_text(b, "tokenizer.ggml.merges"), put(b, 9, 4), put(b, 8, 4), put(b, 2, 8), put_text(b, "a b"),
        put_text(b, "c d");
    put_text(b, "llama.context_length"), put(b, 4, 4), put(b, 2048, 4);
    put_text(b, "tokenizer.ggml.tokens"), put(b, 9, 4), put(b, 8, 4), put(b, 6, 8);
    for (size_t i = 0; i < 6; i++) put_text(b, TOKENS[i]);
}

static void gguf_reads_context_and_markers(void **state) {
    (void)state;
    struct fake f;
    struct buf b;
    struct gguf_facts facts;
    struct err e;
    fake_setup(&f, "good");
    buf_init(&b, 4096);
    put_model(&b);
    fake_write(f.model, b.at, b.len, 0600);
    assert_int_equal(gguf_read(f.model, &facts, &e), 0);
    assert_int_equal(facts.context, 2048);
    assert_int_equal(facts.marker_count, 5);
    assert_string_equal(facts.markers[0], "<|im_start|>");
    assert_true(facts.user_defined[1] && !facts.user_defined[0]);
    gguf_release(&facts);
    buf_free(&b);
    fake_cleanup(&f);
}

static void gguf_cut_anywhere_is_refused(void **state) {
    (void)state;
    struct fake f;
    struct buf b;
    fake_setup(&f, "good");
    buf_init(&b, 4096);
    put_model(&b);
    for (size_t n = 0; n < b.len; n++) {
        struct gguf_facts facts;
        struct err e;
        fake_write(f.model, b.at, n, 0600);
        assert_int_equal(gguf_read(f.model, &facts, &e), -1);
        assert_int_equal(facts.marker_count, 0);
        gguf_release(&facts);
    }
    buf_free(&b);
    fake_cleanup(&f);
}

static void gguf_believes_no_huge_count(void **state) {
    (void)state;
    struct fake f;
    struct buf b;
    struct gguf_facts facts;
    struct err e;
    fake_setup(&f, "good");
    buf_init(&b, 4096);
    buf_add_z(&b, "GGUF");
    put(&b, 3, 4), put(&b, 0, 8), put(&b, 1, 8);
    put_text(&b, "tokenizer.ggml.token_type"), put(&b, 9, 4), put(&b, 5, 4), put(&b, UINT64_MAX / 2, 8);
    put(&b, 0, 8);
    fake_write(f.model, b.at, b.len, 0600);
    assert_int_equal(gguf_read(f.model, &facts, &e), -1);
    gguf_release(&facts);
    buf_free(&b);
    fake_cleanup(&f);
}

// ---------------------------------------------------------------- control tokens

static void control_tokens_come_from_template_and_vocabulary(void **state) {
    (void)state;
    const char *markers[] = {"<|im_start|>", "<h1>", "<|tool|>", "word", "<unused7>"};
    bool user_defined[] = {false, true, true, false, false};
    struct gguf_facts v = {.markers = markers, .user_defined = user_defined, .marker_count = 5};
    size_t n;
    const char **t =
        control_tokens(&v, SPAN("{% if a[0] < 3 %}[INST]<<SYS>>{{x}}[/INST]<|tool|><start_of_turn>u<b>{% endif %}"),
                       SPAN("<s>"), SPAN("</s>"), &n);
    static const char *const WANTED[] = {"<|im_start|>", "<|tool|>",        "[INST]", "[/INST]",
                                         "<<SYS>>",      "<start_of_turn>", "<s>",    "</s>"};
    for (size_t i = 0; i < sizeof WANTED / sizeof *WANTED; i++) assert_true(holds(t, n, WANTED[i]));
    assert_int_equal(n, sizeof WANTED / sizeof *WANTED); // no HTML, no plain word, no placeholder
    for (size_t i = 1; i < n; i++) assert_true(strlen(t[i - 1]) >= strlen(t[i]));
    control_tokens_free(t, n);
}

static void control_tokens_know_roles_that_a_template_puts_together(void **state) {
    (void)state;
    struct gguf_facts none = {.marker_count = 0};
    size_t n;
    const char **t = control_tokens(&none, SPAN("{{ '<|' + m['role'] + '|>' }}"), SPAN_NONE, SPAN_NONE, &n);
    assert_true(holds(t, n, "<|user|>") && holds(t, n, "<|system|>") && holds(t, n, "<|assistant|>"));
    control_tokens_free(t, n);
}

static void control_tokens_stop_at_their_maximum(void **state) {
    (void)state;
    struct gguf_facts none = {.marker_count = 0};
    struct buf b;
    size_t n;
    buf_init(&b, 65536);
    for (int i = 0; i < 200; i++) buf_printf(&b, "<|t%d|>", i);
    const char **t = control_tokens(&none, buf_span(&b), SPAN_NONE, SPAN_NONE, &n);
    assert_int_equal(n, LOCAL_MAX_CONTROL_TOKENS);
    control_tokens_free(t, n);
    buf_free(&b);
}

// ---------------------------------------------------------------- what the server says

static void facts_refuse_props_without_a_context(void **state) {
    (void)state;
    struct server_facts f;
    struct err e;
    server_facts_init(&f);
    static const char *const BAD[] = {"", "[]", "{}", "{\"default_generation_settings\":{\"n_ctx\":0}}",
                                      "{\"default_generation_settings\":{\"n_ctx\":\"9\"}}"};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
        assert_int_equal(server_facts_from_props(&f, span_from(BAD[i]), &e), -1);
    server_facts_release(&f);
}

static void facts_take_the_first_model_of_the_list(void **state) {
    (void)state;
    struct err e;
    char id[32];
    assert_int_equal(server_facts_model(SPAN("{\"data\":[{\"id\":\"a\\u002fb\"},{\"id\":\"c\"}]}"), id, sizeof id, &e),
                     0);
    assert_string_equal(id, "a/b");
    assert_int_equal(server_facts_model(SPAN("{\"data\":[]}"), id, sizeof id, &e), -1);
    assert_int_equal(server_facts_model(SPAN("{\"data\":[{\"id\":7}]}"), id, sizeof id, &e), -1);
}

static void facts_want_a_message_in_the_first_answer(void **state) {
    (void)state;
    struct err e;
    assert_int_equal(server_facts_check_chat(SPAN("{\"choices\":[{\"message\":{}}]}"), &e), 0);
    assert_int_equal(server_facts_check_chat(SPAN("{\"choices\":[]}"), &e), -1);
    assert_int_equal(server_facts_check_chat(SPAN("{\"error\":{}}"), &e), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(find_server_prefers_the_configured_one),
        cmocka_unit_test(find_server_looks_on_path_then_in_the_private_prefix),
        cmocka_unit_test(program_in_the_prefix_is_run_by_its_own_loader),
        cmocka_unit_test(find_model_embedded_is_looked_for_in_the_data_folder),
        cmocka_unit_test(find_model_that_is_missing_names_the_setting),
        cmocka_unit_test(start_refuses_what_is_no_model_and_what_is_off),
        cmocka_unit_test(run_dir_refuses_a_folder_that_others_can_write),
        cmocka_unit_test(run_dir_refuses_a_path_too_long_for_a_socket),
        cmocka_unit_test(last_words_prefer_error_lines_and_join_pieces),
        cmocka_unit_test(last_words_keep_the_newest_lines_only),
        cmocka_unit_test(last_words_survive_long_lines_and_control_bytes),
        cmocka_unit_test(gguf_reads_context_and_markers),
        cmocka_unit_test(gguf_cut_anywhere_is_refused),
        cmocka_unit_test(gguf_believes_no_huge_count),
        cmocka_unit_test(control_tokens_come_from_template_and_vocabulary),
        cmocka_unit_test(control_tokens_know_roles_that_a_template_puts_together),
        cmocka_unit_test(control_tokens_stop_at_their_maximum),
        cmocka_unit_test(facts_refuse_props_without_a_context),
        cmocka_unit_test(facts_take_the_first_model_of_the_list),
        cmocka_unit_test(facts_want_a_message_in_the_first_answer),
    };
    return RUN(tests);
}
