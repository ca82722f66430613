// fit DIR OUT: learns from DIR/rows.jsonl and DIR/words.tsv, prints figures, writes the weights to OUT.
#include <stdlib.h>

#include "base/mem.h"
#include "fit.h"

#include "base/buf.h"
#include "wire/json.h"

// Together not more than NAMES_MAX_BYTES.
enum { WORD_BUCKETS = 21000, FEATURE_BUCKETS = 5564, EPOCHS = 6 };
#define VERSION "2026.1"

static struct points points_new(void) {
    struct points p = {.count = {0}};
    for (int t = 0; t < NAME_TYPES; t++) {
        p.margin[t] = mem_new_array(MAX_POINTS, sizeof *p.margin[t]);
        p.right[t] = mem_new_array(MAX_POINTS, sizeof *p.right[t]);
    }
    return p;
}

// The calibration comes from rows that a model did not see; it is used for all models.
static void calibrate(const struct rows *rows, const struct model *models, struct names_header *h) {
    struct points points = points_new();
    struct measure m = {.points = &points};
    for (size_t i = 0; i < rows->count; i++) {
        const struct row *r = &rows->at[i];
        if (row_is_gold(r) && strncmp(r->set, "only-", 5) != 0) measure_row(&m, &models[r->fold].names, r);
    }
    points_fit(&points, h);
    for (int t = 0; t < NAME_TYPES; t++) {
        printf("calibration %d: slope %.4f offset %.2f\n", t, (double)h->slope[t], (double)h->offset[t]);
        free(points.margin[t]);
        free(points.right[t]);
    }
}

static void use_calibration(struct model *m, const struct names_header *h) {
    memcpy(m->names.header.slope, h->slope, sizeof h->slope);
    memcpy(m->names.header.offset, h->offset, sizeof h->offset);
}

static void print_sets(const struct rows *rows, const char *title, const struct model *models, bool folded,
                       const char *const *sets) {
    for (; *sets; sets++) {
        struct measure m = {.points = NULL};
        char name[96];
        for (size_t i = 0; i < rows->count; i++) {
            const struct row *r = &rows->at[i];
            if (!strcmp(r->set, *sets)) measure_row(&m, &models[folded ? r->fold : 0].names, r);
        }
        snprintf(name, sizeof name, "%s, %s", *sets, title);
        measure_print(name, &m);
    }
}

static int write_model(const struct model *m, const char *path) {
    struct names_header h = m->names.header;
    memcpy(h.magic, NAMES_MAGIC, sizeof h.magic);
    h.format = NAMES_FORMAT;
    h.size = (uint32_t)(sizeof h + m->body_len);
    snprintf(h.version, sizeof h.version, VERSION);
    h.checksum = names_checksum(h, m->body, m->body_len);
    FILE *f = fopen(path, "wb");
    if (!f) return -1;
    bool ok = fwrite(&h, sizeof h, 1, f) == 1 && fwrite(m->body, m->body_len, 1, f) == 1;
    printf("%s: %u bytes\n", path, h.size);
    return fclose(f) == 0 && ok ? 0 : -1;
}

// The models of the folds, and which texts each has not seen: what a measurement of the whole gate needs.
static int write_folds(const struct rows *rows, const struct model *folds, const char *dir) {
    char path[512];
    for (int f = 0; f < FOLDS; f++) {
        snprintf(path, sizeof path, "%s/fold-%d.weights", dir, f);
        if (write_model(&folds[f], path) != 0) return -1;
    }
    snprintf(path, sizeof path, "%s/folds.jsonl", dir);
    FILE *out = fopen(path, "w");
    if (!out) return -1;
    struct buf line;
    buf_init(&line, 1 << 20);
    for (size_t i = 0; i < rows->count; i++) {
        const struct row *r = &rows->at[i];
        if (strcmp(r->set, "presidio") != 0) continue;
        buf_reset(&line);
        buf_printf(&line, "{\"fold\":%u,\"text\":", r->fold);
        json_put_string(&line, r->text);
        fprintf(out, "%.*s}\n", (int)line.len, line.at);
    }
    buf_free(&line);
    return fclose(out);
}

int main(int argc, char **argv) {
    if (argc != 3 && argc != 4) {
        fprintf(stderr, "usage: %s DIR OUT [FOLDS_DIR]\n", argv[0]);
        return 2;
    }
    char path[512];
    struct name_filter filter;
    uint16_t *slots;
    struct model folds[FOLDS], zero, full;
    snprintf(path, sizeof path, "%s/words.tsv", argv[1]);
    filter_build(path, WORD_BUCKETS, &filter, &slots);
    snprintf(path, sizeof path, "%s/rows.jsonl", argv[1]);
    struct rows rows = rows_load(path);
    for (int f = 0; f < FOLDS; f++)
        folds[f] = perceptron_train(&rows, &(struct choice){.without_fold = f}, &filter, FEATURE_BUCKETS, EPOCHS);
    struct names_header h = folds[0].names.header;
    calibrate(&rows, folds, &h);
    for (int f = 0; f < FOLDS; f++) use_calibration(&folds[f], &h);
    print_sets(&rows, "5 folds by template", folds, true, (const char *const[]){"presidio", NULL});
    print_sets(&rows, "5 folds", folds, true, (const char *const[]){"wikigold", "wnut", NULL});
    if (argc == 4 && write_folds(&rows, folds, argv[3]) != 0) {
        perror(argv[3]);
        return 1;
    }
    zero = perceptron_train(&rows, &(struct choice){-1, "presidio"}, &filter, FEATURE_BUCKETS, EPOCHS);
    use_calibration(&zero, &h);
    print_sets(&rows, "none of its templates seen", &zero, false, (const char *const[]){"presidio", NULL});
    full = perceptron_train(&rows, &(struct choice){-1, NULL}, &filter, FEATURE_BUCKETS, EPOCHS);
    use_calibration(&full, &h);
    print_sets(&rows, "shipped model, never learned from", &full, false, (const char *const[]){"only-ewt", NULL});
    if (write_model(&full, argv[2]) != 0) {
        perror(argv[2]);
        return 1;
    }
    for (int f = 0; f < FOLDS; f++) model_free(&folds[f]);
    model_free(&zero);
    model_free(&full);
    free(slots);
    return 0;
}
