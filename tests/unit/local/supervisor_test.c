#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/log.h"
#include "fake.h"

static bool has(struct span s, const char *z) {
    return span_find(s, span_from(z)) != SIZE_MAX;
}

static void supervisor_publishes_what_the_server_says(void **state) {
    (void)state;
    struct fake f;
    fake_setup(&f, "good");
    fake_start(&f);
    assert_int_equal(local_phase(f.local), LOCAL_STARTING);
    assert_null(local_server(f.local));
    assert_true(fake_run_until(&f, fake_is_ready));
    const struct local_server *s = local_server(f.local);
    assert_int_equal(s->generation, 1);
    assert_int_equal(s->context, 256);
    assert_true(s->sees_images && s->always_stream);
    assert_string_equal(s->model, "my-model");
    assert_int_equal(s->control_token_count, 4);
    assert_string_equal(s->control_tokens[0], "<|user|>");
    assert_int_equal(access(s->socket_path, F_OK), 0);
    fake_stop(&f);
    fake_cleanup(&f);
}

static void supervisor_gives_the_child_its_arguments_and_none_of_our_secrets(void **state) {
    (void)state;
    struct fake f;
    char text[8192];
    fake_setup(&f, "good");
    setenv("SOME_API_KEY", "x", 1);
    setenv("LLAMA_ARG_CTX_SIZE", "1", 1);
    int leak = open("/dev/null", O_RDONLY); // inheritable, as a careless library would leave it
    int high = fcntl(leak, F_DUPFD, 77);
    fake_start(&f);
    assert_true(fake_run_until(&f, fake_is_ready));
    struct span notes = fake_notes(&f, text, sizeof text);
    assert_true(has(notes, "'-c', '512', '-np', '2', '--no-kv-unified', '--metrics', '--no-ui', '--offline'"));
    assert_true(has(notes, "'-a', 'my-model'"));
    assert_true(has(notes, "'PATH'"));
    assert_false(has(notes, "SOME_API_KEY"));
    assert_false(has(notes, "LLAMA_ARG"));
    assert_false(has(notes, "'77'"));
    close(leak), close(high);
    unsetenv("SOME_API_KEY"), unsetenv("LLAMA_ARG_CTX_SIZE");
    fake_stop(&f);
    fake_cleanup(&f);
}

static void supervisor_gives_up_after_quick_failures_and_says_why(void **state) {
    (void)state;
    struct fake f;
    struct err words;
    fake_setup(&f, "exit");
    fake_start(&f);
    assert_true(fake_run_until(&f, fake_is_failed));
    assert_int_equal(local_restarts(f.local), 2); // three attempts
    local_last_words(f.local, &words);
    assert_string_equal(words.text, "llama-server exited with status 1: load_model: the model is broken");
    fake_stop(&f);
    fake_cleanup(&f);
}

static void supervisor_backs_off_longer_each_time(void **state) {
    (void)state;
    struct fake f;
    fake_setup(&f, "exit");
    f.timing.backoff_ms = 100, f.timing.backoff_max_ms = 200, f.timing.quick_failures = 4;
    f.config->local.server = "/bin/false";
    uint64_t start = clock_now_ns();
    fake_start(&f);
    assert_true(fake_run_until(&f, fake_is_failed));
    uint64_t ms = (clock_now_ns() - start) / 1000000u;
    assert_in_range(ms, 75 + 150 + 150, 4000); // 100, 200, 200 with a quarter off at most
    fake_stop(&f);
    fake_cleanup(&f);
}

static void supervisor_reports_a_program_that_cannot_run(void **state) {
    (void)state;
    struct fake f;
    struct err words;
    fake_setup(&f, "good");
    fake_write(f.server, "#!/nowhere/at/all\n", 18, 0700);
    fake_start(&f);
    assert_true(fake_run_until(&f, fake_is_down));
    local_last_words(f.local, &words);
    assert_true(has(span_from(words.text), "cannot run"));
    assert_true(has(span_from(words.text), "No such file"));
    fake_stop(&f);
    fake_cleanup(&f);
}

static void supervisor_kills_what_does_not_load_in_time(void **state) {
    (void)state;
    struct fake f;
    struct err words;
    fake_setup(&f, "loading");
    f.config->local.load_timeout_ms = 150;
    fake_start(&f);
    assert_true(fake_run_until(&f, fake_is_failed));
    local_last_words(f.local, &words);
    assert_true(has(span_from(words.text), "was not ready within 150 ms"));
    fake_stop(&f);
    fake_cleanup(&f);
}

static void supervisor_is_not_ready_when_the_first_request_fails(void **state) {
    (void)state;
    struct fake f;
    struct err words;
    fake_setup(&f, "mute");
    fake_start(&f);
    assert_true(fake_run_until(&f, fake_is_failed));
    local_last_words(f.local, &words);
    assert_true(has(span_from(words.text), "a first request got status 500"));
    fake_stop(&f);
    fake_cleanup(&f);
}

static void supervisor_restarts_a_server_that_died_and_keeps_the_old_address(void **state) {
    (void)state;
    struct fake f;
    fake_setup(&f, "die");
    fake_start(&f);
    assert_true(fake_run_until(&f, fake_is_ready));
    const struct local_server *old = local_server(f.local);
    fake_mode(&f, "good");
    assert_true(fake_run_until(&f, fake_is_again_ready));
    assert_int_equal(local_server(f.local)->generation, 2);
    assert_int_equal(old->generation, 1);
    assert_int_equal(access(old->socket_path, F_OK), -1);
    fake_stop(&f);
    fake_cleanup(&f);
}

static void supervisor_repeats_no_words_that_could_quote_a_prompt(void **state) {
    (void)state;
    struct fake f;
    struct err words;
    fake_setup(&f, "die");
    fake_start(&f);
    assert_true(fake_run_until(&f, fake_is_ready));
    assert_true(fake_run_until(&f, fake_is_down));
    local_last_words(f.local, &words);
    assert_true(has(span_from(words.text), "exited with status 3: ggml.c:1: GGML_ASSERT(a == b) failed"));
    assert_false(has(span_from(words.text), "private"));
    fake_stop(&f);
    fake_cleanup(&f);
}

static void supervisor_kills_an_idle_server_that_stopped_answering(void **state) {
    (void)state;
    struct fake f;
    struct err words;
    fake_setup(&f, "hang");
    fake_start(&f);
    assert_true(fake_run_until(&f, fake_is_ready));
    assert_true(fake_run_until(&f, fake_is_down));
    local_last_words(f.local, &words);
    assert_string_equal(words.text, "llama-server stopped answering");
    fake_stop(&f);
    fake_cleanup(&f);
}

static void supervisor_is_patient_with_a_server_that_computes(void **state) {
    (void)state;
    struct fake f;
    fake_setup(&f, "busy");
    f.config->local.first_byte_timeout_ms = 1200;
    fake_start(&f);
    assert_true(fake_run_until(&f, fake_is_ready));
    uint64_t start = clock_now_ns();
    assert_true(fake_run_until(&f, fake_is_down));
    assert_in_range((clock_now_ns() - start) / 1000000u, 1100, 4000); // an idle one is gone after 300
    fake_stop(&f);
    fake_cleanup(&f);
}

static void supervisor_is_patient_while_callers_wait(void **state) {
    (void)state;
    struct fake f;
    fake_setup(&f, "hang");
    f.config->local.first_byte_timeout_ms = 900;
    fake_start(&f);
    assert_true(fake_run_until(&f, fake_is_ready));
    assert_true(local_enter(f.local));
    uint64_t start = clock_now_ns();
    assert_true(fake_run_until(&f, fake_is_down));
    assert_in_range((clock_now_ns() - start) / 1000000u, 850, 4000);
    local_leave(f.local);
    fake_stop(&f);
    fake_cleanup(&f);
}

static void supervisor_looks_at_once_when_a_worker_suspects(void **state) {
    (void)state;
    struct fake f;
    fake_setup(&f, "die");
    f.timing.live_ms = 60000;
    fake_start(&f);
    assert_true(fake_run_until(&f, fake_is_ready));
    local_suspect(f.local);
    assert_true(fake_run_until(&f, fake_is_down));
    fake_stop(&f);
    fake_cleanup(&f);
}

static void local_enter_counts_places(void **state) {
    (void)state;
    struct fake f;
    fake_setup(&f, "good");
    fake_start(&f);
    assert_false(local_enter(f.local)); // not ready
    assert_true(fake_run_until(&f, fake_is_ready));
    for (int i = 0; i < 3; i++) assert_true(local_enter(f.local)); // 2 slots and 1 that waits
    assert_false(local_enter(f.local));
    local_leave(f.local);
    assert_true(local_enter(f.local));
    assert_int_equal(local_in_flight(f.local), 3);
    for (int i = 0; i < 3; i++) local_leave(f.local);
    fake_stop(&f);
    fake_cleanup(&f);
}

static void local_stop_waits_for_requests_but_not_for_ever(void **state) {
    (void)state;
    struct fake f;
    fake_setup(&f, "good");
    fake_start(&f);
    assert_true(fake_run_until(&f, fake_is_ready));
    assert_true(local_enter(f.local));
    uint64_t start = clock_now_ns();
    bool stopped = false;
    local_stop(f.local, fake_on_stopped, &stopped);
    assert_int_equal(local_phase(f.local), LOCAL_STOPPING);
    assert_null(local_server(f.local));
    uv_run(&f.loop, UV_RUN_DEFAULT);
    assert_true(stopped);
    assert_in_range((clock_now_ns() - start) / 1000000u, 290, 3000); // drain_timeout is 300
    local_free(f.local);
    fake_cleanup(&f);
}

static void local_stop_kills_a_server_that_ignores_the_signal(void **state) {
    (void)state;
    struct fake f;
    int pid = 0;
    char text[8192];
    fake_setup(&f, "deaf");
    fake_start(&f);
    assert_true(fake_run_until(&f, fake_is_ready));
    pid = atoi(fake_notes(&f, text, sizeof text).at + 4);
    assert_int_equal(kill(pid, 0), 0);
    fake_stop(&f);
    assert_int_equal(kill(pid, 0), -1);
    fake_cleanup(&f);
}

static void local_stop_before_it_is_ready_leaves_nothing_behind(void **state) {
    (void)state;
    struct fake f;
    fake_setup(&f, "loading");
    fake_start(&f);
    for (int i = 0; i < 5; i++) uv_run(&f.loop, UV_RUN_ONCE);
    fake_stop(&f);
    fake_cleanup(&f);
}

static void child_dies_with_a_gateway_that_is_killed(void **state) {
    (void)state;
    struct fake f;
    char text[8192];
    fake_setup(&f, "good");
    pid_t gateway = fork();
    if (gateway == 0) {
        fake_start(&f);
        uv_run(&f.loop, UV_RUN_DEFAULT);
        _exit(0);
    }
    for (int i = 0; i < 2000 && access(f.notes, F_OK) != 0; i++) usleep(2000);
    usleep(20000);
    int pid = atoi(fake_notes(&f, text, sizeof text).at + 4);
    assert_true(pid > 1 && kill(pid, 0) == 0);
    kill(gateway, SIGKILL);
    waitpid(gateway, NULL, 0);
    // init or a subreaper collects it; a zombie counts as dead
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
    bool gone = false;
    for (int i = 0; i < 1000 && !gone; i++) {
        int fd = open(path, O_RDONLY);
        gone = fd < 0 || read(fd, text, 1) <= 0;
        if (fd >= 0) close(fd);
        usleep(2000);
    }
    assert_true(gone);
    char socket_path[160];
    snprintf(socket_path, sizeof socket_path, "%s/slm-%d-1.sock", f.run, (int)gateway);
    unlink(socket_path), rmdir(f.run); // a killed gateway cannot
    fake_cleanup(&f);
}

int main(void) {
    log_setup(LOG_ERROR, LOG_HUMAN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(supervisor_publishes_what_the_server_says),
        cmocka_unit_test(supervisor_gives_the_child_its_arguments_and_none_of_our_secrets),
        cmocka_unit_test(supervisor_gives_up_after_quick_failures_and_says_why),
        cmocka_unit_test(supervisor_backs_off_longer_each_time),
        cmocka_unit_test(supervisor_reports_a_program_that_cannot_run),
        cmocka_unit_test(supervisor_kills_what_does_not_load_in_time),
        cmocka_unit_test(supervisor_is_not_ready_when_the_first_request_fails),
        cmocka_unit_test(supervisor_restarts_a_server_that_died_and_keeps_the_old_address),
        cmocka_unit_test(supervisor_repeats_no_words_that_could_quote_a_prompt),
        cmocka_unit_test(supervisor_kills_an_idle_server_that_stopped_answering),
        cmocka_unit_test(supervisor_is_patient_with_a_server_that_computes),
        cmocka_unit_test(supervisor_is_patient_while_callers_wait),
        cmocka_unit_test(supervisor_looks_at_once_when_a_worker_suspects),
        cmocka_unit_test(local_enter_counts_places),
        cmocka_unit_test(local_stop_waits_for_requests_but_not_for_ever),
        cmocka_unit_test(local_stop_kills_a_server_that_ignores_the_signal),
        cmocka_unit_test(local_stop_before_it_is_ready_leaves_nothing_behind),
        cmocka_unit_test(child_dies_with_a_gateway_that_is_killed),
    };
    return RUN(tests);
}
