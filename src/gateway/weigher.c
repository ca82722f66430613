#include "gateway/weigher.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "config/embedded.h"
#include "local/local.h"

static const char *frontier_model(const struct config *config) {
    for (size_t i = 0; i < config->frontier_count; i++) {
        const struct config_frontier *f = &config->frontiers[i];
        char *key = config_secret(f->key_env, f->key_file);
        if (!key) continue;
        mem_wipe(key, strlen(key));
        free(key);
        return f->models[0];
    }
    return config->frontier_count ? config->frontiers[0].models[0] : "";
}

int weigher_shelf(const struct config *config, const char *local, const char *frontier, struct shelf *out,
                  struct err *e) {
    char name[LEARNED_NAME];
    local_model_name(config, name, sizeof name);
    char *dir = *config->learn.dir ? mem_copy_z(config->learn.dir) : config_state_path("learned");
    int status = shelf_open(out, dir, local ? local : name, frontier ? frontier : frontier_model(config), e);
    free(dir);
    return status;
}

struct weights *weigher_load(const struct config *config, struct err *e) {
    struct shelf shelf;
    struct err why = {""};
    bool missing;
    if (*config->data.weights) return weights_load_file(config->data.weights, e);
    if (weigher_shelf(config, NULL, NULL, &shelf, e) != 0) return NULL;
    struct weights *w = shelf_load(&shelf, &missing, &why);
    if (!w && !missing) log_event(LOG_WARN, "weights.skipped", LOG_S("why", why.text));
    return w ? w : weights_load(embedded_weights(), e);
}

char *weigher_path(const struct config *config) {
    struct shelf shelf;
    struct err e;
    if (*config->data.weights) return mem_copy_z(config->data.weights);
    return mem_copy_z(weigher_shelf(config, NULL, NULL, &shelf, &e) == 0 ? shelf.current : "");
}

void weigher_load_lines(const struct config *config, struct lines *out) {
    struct shelf shelf;
    struct err why = {""};
    *out = (struct lines){.count = 0};
    if (weigher_shelf(config, NULL, NULL, &shelf, &why) != 0 || shelf_load_lines(&shelf, out, &why) != 0)
        log_event(LOG_WARN, "lines.skipped", LOG_S("why", why.text));
}

char *weigher_lines_path(const struct config *config) {
    struct shelf shelf;
    struct err e;
    return mem_copy_z(weigher_shelf(config, NULL, NULL, &shelf, &e) == 0 ? shelf.lines : "");
}
