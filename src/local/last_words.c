#include "local/internal.h"

#include <stdio.h>

#include "base/mem.h"

void last_words_reset(struct last_words *w) {
    mem_wipe(w, sizeof *w);
}

void last_words_feed(struct last_words *w, struct span bytes) {
    for (size_t i = 0; i < bytes.len; i++) {
        char *line = w->lines[w->count % LAST_WORDS_LINES];
        unsigned char c = (unsigned char)bytes.at[i];
        if (c == '\n') {
            line[w->partial] = 0;
            w->count++;
            w->partial = 0;
        } else if (w->partial < LAST_WORDS_BYTES - 1) {
            line[w->partial++] = (char)(c < 0x20 || c >= 0x7f ? ' ' : c);
        }
    }
}

// Lines of the engine itself that name a source line or a device, never what a caller sent. Other
// error lines can: a JSON error quotes the body, a template error quotes the messages.
static const char *const QUOTES_NOTHING[] = {"GGML_ASSERT", "CUDA error",  "out of memory",     "failed to allocate",
                                             "bad_alloc",   "device lost", "unable to allocate"};

static bool is_reason(const char *line, bool served) {
    if (!served) return strstr(line, " E ") || strstr(line, "error") || strstr(line, "Error");
    for (size_t i = 0; i < sizeof QUOTES_NOTHING / sizeof *QUOTES_NOTHING; i++)
        if (strstr(line, QUOTES_NOTHING[i])) return true;
    return false;
}

// "0.00.071.189 E srv  load_model: ..." -> "load_model: ..."
static const char *without_stamp(const char *line) {
    const char *mark = strstr(line, " E ");
    if (!mark || mark - line > 20) return line;
    const char *text = mark + 3;
    const char *word_end = strchr(text, ' ');
    if (word_end && word_end - text <= 5) text = word_end;
    while (*text == ' ') text++;
    return text;
}

void last_words_reason(const struct last_words *w, bool served, char *out, size_t size) {
    enum { WANTED = 3 };
    const char *found[WANTED];
    size_t n = 0;
    size_t kept = w->count < LAST_WORDS_LINES - 1 ? w->count : LAST_WORDS_LINES - 1; // one holds the partial line
    for (size_t back = 1; back <= kept && n < WANTED; back++) {
        const char *line = w->lines[(w->count - back) % LAST_WORDS_LINES];
        if (is_reason(line, served)) found[n++] = line;
    }
    // A program that is not llama-server has no error marks: its last line is better than nothing.
    for (size_t back = 1; back <= kept && n == 0 && !served; back++) {
        const char *line = w->lines[(w->count - back) % LAST_WORDS_LINES];
        if (*line) found[n++] = line;
    }
    size_t used = 0;
    out[0] = 0;
    while (n-- > 0 && used < size) {
        int put = snprintf(out + used, size - used, "%s%s", used ? "; " : "", without_stamp(found[n]));
        if (put > 0) used += (size_t)put;
    }
}
