// A folder with a stand-in for llama-server (a Python script whose constants choose how it misbehaves), a
// model file, and a loop that runs until something is true or five seconds have passed.
#ifndef SLUICE_TEST_LOCAL_FAKE_H
#define SLUICE_TEST_LOCAL_FAKE_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "local/internal.h"
#include "test.h"

struct fake {
    char dir[64], server[96], model[96], notes[96], run[96];
    struct config *config;
    struct local_timing timing;
    uv_loop_t loop;
    struct local *local;
};

// Modes: "good", "exit", "loading", "hang" (answers until the first /slots), "busy" (the same, computing),
// "die" (exits after the first /slots), "deaf" (ignores SIGTERM), "mute" (500 to the first request).
static const char SCRIPT[] =
    "import os, signal, socket, sys, time\n"
    "arg = lambda name: sys.argv[sys.argv.index(name) + 1]\n"
    "with open(NOTES, 'a') as f:\n"
    "    f.write(f'pid {os.getpid()} argv {sys.argv[1:]} env {sorted(os.environ)} fds "
    "{os.listdir(\"/proc/self/fd\")}\\n')\n"
    "if MODE == 'exit':\n"
    "    print('0.01 I srv  all is well', flush=True)\n"
    "    print('0.02.000.1 E srv    load_model: the model is broken', flush=True)\n"
    "    sys.exit(1)\n"
    "if MODE == 'deaf': signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "s = socket.socket(socket.AF_UNIX); s.bind(arg('--host')); s.listen(16)\n"
    "def answer(c, status, body):\n"
    "    c.sendall(f'HTTP/1.1 {status} X\\r\\nContent-Length: {len(body)}\\r\\n\\r\\n{body}'.encode())\n"
    "PROPS = '{\"default_generation_settings\":{\"n_ctx\":256},\"modalities\":{\"vision\":true},'\\\n"
    "        '\"chat_template\":\"<|user|>{{x}}<|end|>\",\"bos_token\":\"<s>\",\"eos_token\":\"</s>\"}'\n"
    "while True:\n"
    "    c, _ = s.accept(); q = c.recv(65536).decode()\n"
    "    if MODE == 'loading': answer(c, 503, '{}')\n"
    "    elif '/slots' in q and MODE == 'hang': time.sleep(60)\n"
    "    elif '/slots' in q and MODE == 'busy':\n"
    "        while True: pass\n"
    "    elif '/slots' in q and MODE == 'die':\n"
    "        print('0.09 E srv  cannot parse: my private prompt', flush=True)\n"
    "        print('ggml.c:1: GGML_ASSERT(a == b) failed', flush=True)\n"
    "        sys.exit(3)\n"
    "    elif '/props' in q: answer(c, 200, PROPS)\n"
    "    elif '/chat/' in q and MODE == 'mute': answer(c, 500, '{}')\n"
    "    elif '/chat/' in q: answer(c, 200, '{\"choices\":[{\"message\":{\"content\":\"x\"}}]}')\n"
    "    else: answer(c, 200, '{\"status\":\"ok\"}')\n"
    "    c.close()\n";

static inline void fake_write(const char *path, const void *bytes, size_t n, mode_t mode) {
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    fclose(f);
    chmod(path, mode);
}

static inline void fake_mode(struct fake *f, const char *mode) {
    struct buf b;
    buf_init(&b, 16384);
    buf_printf(&b, "#!/usr/bin/env python3\nMODE = '%s'\nNOTES = '%s'\n%s", mode, f->notes, SCRIPT);
    fake_write(f->server, b.at, b.len, 0700);
    buf_free(&b);
}

static inline void fake_setup(struct fake *f, const char *mode) {
    *f = (struct fake){.timing = {.health_ms = 5,
                                  .live_ms = 30,
                                  .live_timeout_ms = 60,
                                  .misses = 3,
                                  .backoff_ms = 10,
                                  .backoff_max_ms = 80,
                                  .healthy_ms = 60000,
                                  .quick_failures = 3,
                                  .failed_retry_ms = 60000,
                                  .kill_ms = 100,
                                  .foreign_ms = 30}};
    snprintf(f->dir, sizeof f->dir, "/tmp/sluice-test-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->server, sizeof f->server, "%s/llama-server", f->dir);
    snprintf(f->model, sizeof f->model, "%s/my-model.gguf", f->dir);
    snprintf(f->notes, sizeof f->notes, "%s/notes", f->dir);
    snprintf(f->run, sizeof f->run, "%s/run", f->dir);
    fake_write(f->model, "GGUF\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24, 0600);
    fake_mode(f, mode);
    f->config = config_defaults();
    f->config->local.server = f->server;
    f->config->local.model = f->model;
    f->config->local.run_dir = f->run;
    f->config->local.slots = 2;
    f->config->local.queue = 1;
    f->config->local.context = 256;
    f->config->local.load_timeout_ms = 4000;
    f->config->local.drain_timeout_ms = 300;
    assert_int_equal(uv_loop_init(&f->loop), 0);
}

static inline void fake_start(struct fake *f) {
    struct err e = {.text = ""};
    f->local = local_start_timed(&f->loop, f->config, &f->timing, &e);
    if (!f->local) fail_msg("%s", e.text);
}

static inline bool fake_run_until(struct fake *f, bool (*is)(struct fake *)) {
    for (uint64_t end = clock_now_ns() + 5000000000u; clock_now_ns() < end;) {
        if (is(f)) return true;
        uv_run(&f->loop, UV_RUN_NOWAIT);
        usleep(500);
    }
    return false;
}

static inline bool fake_is_ready(struct fake *f) {
    return local_phase(f->local) == LOCAL_READY;
}
static inline bool fake_is_failed(struct fake *f) {
    return local_phase(f->local) == LOCAL_FAILED;
}
static inline bool fake_is_down(struct fake *f) {
    return local_phase(f->local) == LOCAL_BACKOFF;
}
static inline bool fake_is_again_ready(struct fake *f) {
    return local_restarts(f->local) > 0 && fake_is_ready(f);
}

static inline void fake_on_stopped(void *arg) {
    *(bool *)arg = true;
}

// Stops, runs the loop dry and looks for handles that were left open.
static inline void fake_stop(struct fake *f) {
    bool stopped = false;
    local_stop(f->local, fake_on_stopped, &stopped);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_true(stopped);
    local_free(f->local);
    f->local = NULL;
}

// The sockets' folder must be gone by itself.
static inline void fake_cleanup(struct fake *f) {
    assert_int_equal(uv_loop_close(&f->loop), 0);
    config_free(f->config);
    unlink(f->server), unlink(f->model), unlink(f->notes);
    assert_int_equal(rmdir(f->dir), 0);
}

static inline struct span fake_notes(struct fake *f, char *out, size_t size) {
    FILE *file = fopen(f->notes, "rb");
    assert_non_null(file);
    size_t n = fread(out, 1, size - 1, file);
    fclose(file);
    out[n] = 0;
    return span_make(out, n);
}

#endif
