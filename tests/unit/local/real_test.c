// With the real llama-server: SLUICE_TEST_LLAMA_PREFIX (of scripts/fetch-llama-server.sh) and
// SLUICE_TEST_MODEL (a GGUF file) name it; skipped without them.
#include <signal.h>

#include "base/log.h"
#include "fake.h"

static void real_server_gets_ready_survives_a_crash_and_stops(void **state) {
    (void)state;
    const char *prefix = getenv("SLUICE_TEST_LLAMA_PREFIX"), *model = getenv("SLUICE_TEST_MODEL");
    if (!prefix || !model) skip();
    struct fake f;
    struct err e = {.text = ""};
    char version[128];
    fake_setup(&f, "good");
    setenv("SLUICE_LLAMA_PREFIX", prefix, 1);
    setenv("PATH", "/usr/bin:/bin", 1);
    f.config->local.server = "";
    f.config->local.model = model;
    f.config->local.context = 0;
    f.config->local.load_timeout_ms = 120000;
    f.timing = LOCAL_TIMING;
    assert_int_equal(local_server_version(f.config, version, sizeof version, &e), 0);
    assert_non_null(strstr(version, "version"));
    fake_start(&f);
    uint64_t start = clock_now_ns();
    assert_true(fake_run_until(&f, fake_is_ready));
    const struct local_server *s = local_server(f.local);
    print_message("%s: ready in %llu ms, %lld tokens a slot, control tokens:", version,
                  (unsigned long long)((clock_now_ns() - start) / 1000000u), (long long)s->context);
    for (size_t i = 0; i < s->control_token_count; i++) print_message(" %s", s->control_tokens[i]);
    print_message("\n");
    assert_true(s->context > 0 && s->control_token_count > 0);
    process_signal(f.local->process, SIGKILL);
    assert_true(fake_run_until(&f, fake_is_down));
    local_last_words(f.local, &e);
    assert_string_equal(e.text, "llama-server was killed by signal 9 (Killed)");
    assert_true(fake_run_until(&f, fake_is_again_ready));
    fake_stop(&f);
    unsetenv("SLUICE_LLAMA_PREFIX");
    fake_cleanup(&f);
}

static void real_server_says_why_it_cannot_load(void **state) {
    (void)state;
    const char *prefix = getenv("SLUICE_TEST_LLAMA_PREFIX");
    if (!prefix) skip();
    struct fake f;
    struct err e;
    fake_setup(&f, "good");
    setenv("SLUICE_LLAMA_PREFIX", prefix, 1);
    setenv("PATH", "/usr/bin:/bin", 1);
    f.config->local.server = ""; // and the model file is an empty GGUF
    fake_start(&f);
    assert_true(fake_run_until(&f, fake_is_down));
    local_last_words(f.local, &e);
    print_message("%s\n", e.text);
    assert_non_null(strstr(e.text, "exited with status 1: "));
    assert_non_null(strstr(e.text, "model"));
    fake_stop(&f);
    unsetenv("SLUICE_LLAMA_PREFIX");
    fake_cleanup(&f);
}

int main(void) {
    log_setup(LOG_ERROR, LOG_HUMAN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_server_gets_ready_survives_a_crash_and_stops),
        cmocka_unit_test(real_server_says_why_it_cannot_load),
    };
    return RUN(tests);
}
