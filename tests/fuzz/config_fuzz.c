// Any bytes as sluice.yaml and as a --set: refused with a message, or loaded into what prints and loads again.
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "config/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *print(const struct config *c, size_t *len) {
    char *text = NULL;
    FILE *f = open_memstream(&text, len);
    config_print(c, f);
    fclose(f);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct err e = {""};
    struct config *c = config_defaults();
    if (config_load_text(c, "fuzz.yaml", span_make((const char *)data, size), &e) == 0) {
        size_t len, again_len;
        char *text = print(c, &len);
        struct config *again = config_defaults();
        int status = config_load_text(again, "again.yaml", span_make(text, len), &e);
        assert(status == 0), (void)status;
        char *again_text = print(again, &again_len);
        assert(len == again_len && memcmp(text, again_text, len) == 0);
        free(text), free(again_text);
        config_free(again);
    } else {
        assert(e.text[0]);
    }
    config_free(c);

    c = config_defaults();
    char *assignment = mem_copy_span(span_make((const char *)data, size));
    int status = config_set(c, assignment, &e);
    (void)status;
    free(assignment);
    config_free(c);
    return 0;
}
