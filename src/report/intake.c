#include "report/intake.h"

#include <stdlib.h>

#include "base/mem.h"
#include "report/figures.h"

enum { ROWS_PER_TICK = 2048 };

void intake_init(struct intake *in, const struct intake_options *options) {
    *in = (struct intake){.options = *options};
}

void intake_release(struct intake *in) {
    for (uint32_t i = 0; i < in->file_count; i++) free(in->files[i].path);
    in->file_count = 0;
}

static void note_bad(struct intake *in, struct intake_file *f, uint64_t line, const struct err *why) {
    if (in->bad < INTAKE_BAD_SHOWN) in->bad_shown[in->bad] = (struct intake_bad){(uint32_t)(f - in->files), line, *why};
    if (in->options.bad_rows)
        fprintf(in->options.bad_rows, "%s:%llu: %s\n", f->path, (unsigned long long)line, why->text);
    in->bad++;
    f->bad++;
}

static void tell_progress(struct intake *in, const struct reader *r, uint64_t *told) {
    const struct intake_options *o = &in->options;
    uint64_t position = reader_position(r);
    if (o->tick) o->tick(o->context, position - *told);
    *told = position;
    if (o->stop && o->stop(o->context)) in->stopped = true;
}

static int read_rows(struct intake *in, struct intake_file *f, struct reader *r, intake_row *take, void *context,
                     struct err *e) {
    uint64_t told = 0;
    for (uint64_t n = 0;; n++) {
        struct usage_row row;
        struct err why = {""};
        enum reader_status status = reader_next(r, &row, &why);
        if (n % ROWS_PER_TICK == 0 || status == READER_END) tell_progress(in, r, &told);
        if (in->stopped || status == READER_END) return 0;
        if (status == READER_FAILED)
            return err_set(e, "%s:%llu: %s", f->path, (unsigned long long)reader_line(r), why.text);
        if (status == READER_LEFT_OUT) {
            f->left_out++, in->left_out++;
        } else if (status == READER_BAD || take(context, r, &row, &why) != 0) {
            note_bad(in, f, reader_line(r), &why);
        } else {
            f->rows++, in->rows++;
        }
    }
}

int intake_read(struct intake *in, const char *path, intake_row *take, void *context, struct err *e) {
    struct err why = {""};
    if (in->file_count == INTAKE_FILES) return err_set(e, "more than %d files", INTAKE_FILES);
    struct reader *r = reader_open(path, &in->options.reader, &why);
    if (!r) return err_set(e, "%s: %s", path, why.text);
    struct intake_file *f = &in->files[in->file_count++];
    *f = (struct intake_file){.path = mem_copy_z(path), .format = "", .title = ""};
    int status = read_rows(in, f, r, take, context, e);
    const struct format *format = reader_format(r);
    if (format) f->format = format->name, f->title = format->title;
    f->container = reader_container(r);
    f->compression = reader_compression(r);
    f->bytes = reader_position(r);
    f->unreadable_cells = reader_unreadable_cells(r);
    reader_free(r);
    return status;
}

void intake_set_empty(const struct intake *in, struct err *e) {
    const struct intake_bad *b = &in->bad_shown[0];
    if (in->bad)
        err_set(e, "no entry could be used; the first: %s:%llu: %.300s", in->files[b->file].path,
                (unsigned long long)b->line, b->why.text);
    else err_set(e, "there is no entry in %s", in->file_count == 1 ? in->files[0].path : "these files");
}

// ---------------------------------------------------------------- JSON

static json_t *files_json(const struct intake *in) {
    json_t *list = json_array();
    for (uint32_t i = 0; i < in->file_count; i++) {
        const struct intake_file *f = &in->files[i];
        json_array_append_new(list,
                              json_pack("{s:o,s:s,s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:I}", "file", report_text(f->path),
                                        "format", f->format, "title", f->title, "container", f->container,
                                        "compression", f->compression, "rows", (json_int_t)f->rows, "bad_rows",
                                        (json_int_t)f->bad, "left_out", (json_int_t)f->left_out, "bytes",
                                        (json_int_t)f->bytes, "unreadable_cells", (json_int_t)f->unreadable_cells));
    }
    return list;
}

static json_t *bad_json(const struct intake *in) {
    json_t *list = json_array();
    for (uint64_t i = 0; i < in->bad && i < INTAKE_BAD_SHOWN; i++) {
        const struct intake_bad *b = &in->bad_shown[i];
        json_array_append_new(list, json_pack("{s:o,s:I,s:o}", "file", report_text(in->files[b->file].path), "line",
                                              (json_int_t)b->line, "why", report_text(b->why.text)));
    }
    return list;
}

void intake_add_json(const struct intake *in, json_t *report) {
    json_object_set_new(report, "rows", json_integer((json_int_t)in->rows));
    json_object_set_new(report, "left_out", json_integer((json_int_t)in->left_out));
    json_object_set_new(report, "files", files_json(in));
    json_object_set_new(report, "bad_rows", json_integer((json_int_t)in->bad));
    json_object_set_new(report, "bad", bad_json(in));
}
