// What `sluice scan` writes: JSON, and tables for people.
#include <stdio.h>

#include "cmd/cmd.h"
#include "cmd/scan.h"

// Line and column (in code points, both from 1) of an offset that does not go back from call to call.
struct place {
    size_t at, line, column;
};

static void move_to(struct place *p, struct span text, size_t offset) {
    for (; p->at < offset && p->at < text.len; p->at++) {
        if (text.at[p->at] == '\n') p->line++, p->column = 1;
        else if (((unsigned char)text.at[p->at] & 0xc0) != 0x80) p->column++;
    }
}

void scan_put_findings(struct scanner *x, struct span text, const struct verdict *v) {
    struct place p = {0, 1, 1};
    buf_add_z(&x->out, "[");
    for (uint32_t i = 0; i < v->count; i++) {
        const struct finding *f = &v->findings[i];
        move_to(&p, text, f->start);
        buf_printf(&x->out,
                   "%s{\"class\":\"%s\",\"type\":\"%s\",\"start\":%u,\"end\":%u,\"line\":%zu,\"score\":", i ? "," : "",
                   data_class_name((enum data_class)f->class_), f->type, f->start, f->end, p.line);
        buf_printf(&x->out, "%.2f,\"hard\":%s,\"rule\":\"%s\"", (double)f->score, f->hard ? "true" : "false", f->rule);
        if (f->source) {
            json_put_key(&x->out, "source");
            json_put_z(&x->out, f->source);
        }
        if (x->show_values) {
            json_put_key(&x->out, "value");
            json_put_string(&x->out, span_sub(text, f->start, f->end - f->start));
        }
        buf_add_char(&x->out, '}');
    }
    buf_add_char(&x->out, ']');
}

void scan_put_members(struct scanner *x, struct span text, const struct verdict *v, uint64_t us) {
    char classes[48];
    data_class_list(v->classes, classes);
    buf_printf(&x->out, "\"sensitive\":%s,\"classes\":\"%s\",\"reason\":", v->sensitive ? "true" : "false", classes);
    json_put_z(&x->out, v->reason);
    json_put_key(&x->out, "receipt");
    json_put_z(&x->out, v->receipt);
    json_put_key(&x->out, "findings");
    scan_put_findings(x, text, v);
    buf_printf(&x->out, ",\"omitted\":%u,\"us\":%llu", v->omitted, (unsigned long long)us);
}

// A value on a terminal: one line, no control characters.
static void put_value(struct buf *out, struct span value) {
    buf_add_z(out, "  ");
    for (size_t i = 0; i < value.len; i++)
        buf_add_char(out, (unsigned char)value.at[i] < ' ' || value.at[i] == 0x7f ? ' ' : value.at[i]);
}

void scan_put_table(struct scanner *x, struct span text, const struct verdict *v) {
    struct place p = {0, 1, 1};
    if (v->count)
        buf_printf(&x->out, "  %-10s %-12s %-8s %-24s %-24s %5s\n", "line", "bytes", "class", "type", "rule", "score");
    for (uint32_t i = 0; i < v->count; i++) {
        const struct finding *f = &v->findings[i];
        char line[44], bytes[32];
        move_to(&p, text, f->start);
        snprintf(line, sizeof line, "%zu:%zu", p.line, p.column);
        snprintf(bytes, sizeof bytes, "%u-%u", f->start, f->end);
        buf_printf(&x->out, "  %-10s %-12s %-8s %-24s %-24s %5.2f%s", line, bytes,
                   data_class_name((enum data_class)f->class_), f->type, f->rule, (double)f->score,
                   f->hard ? "" : "  soft");
        if (f->source) buf_printf(&x->out, "  %s", f->source);
        if (x->show_values) put_value(&x->out, span_sub(text, f->start, f->end - f->start));
        buf_add_char(&x->out, '\n');
    }
    if (v->omitted) buf_printf(&x->out, "  and %u more\n", v->omitted);
}

void scan_put_verdict(struct scanner *x, const struct verdict *v) {
    bool colour = cmd_colour();
    const char *on = !colour ? "" : v->sensitive ? "\033[1;31m" : "\033[1;32m", *off = colour ? "\033[0m" : "";
    buf_printf(&x->out, "%s%s%s: %s\n", on, v->sensitive ? "sensitive" : "clean", off, v->reason);
}

bool scan_flush(struct scanner *x) {
    bool good = fwrite(x->out.at ? x->out.at : "", 1, x->out.len, stdout) == x->out.len && fflush(stdout) == 0;
    buf_reset(&x->out);
    return good;
}
