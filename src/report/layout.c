#include "report/layout.h"

int column_map_read(const char *text, struct column_map *out, struct err *e) {
    struct span s = span_from(text);
    size_t n = span_find(s, SPAN("="));
    struct buf names;
    if (n == SIZE_MAX || n + 1 == s.len) return err_set(e, "'%.80s' is not FIELD=COLUMN", text);
    out->column = span_sub(s, n + 1, s.len);
    out->field = field_by_name(span_sub(s, 0, n), &out->unit);
    if (out->column.len >= LAYOUT_NAME_BYTES) return err_set(e, "the column's name is too long: '%.80s...'", text);
    if (out->field != FIELD_NONE) return 0;
    buf_init(&names, 1024);
    field_list(&names);
    err_set(e, "'%.*s' is no field; there are %.*s", SPAN_ARG(span_sub(s, 0, n)), SPAN_ARG(buf_span(&names)));
    buf_free(&names);
    return -1;
}

static size_t base_of(struct layout *c, struct span name) {
    for (size_t i = 0; i < c->base_count; i++)
        if (span_is(c->bases[i], name)) return i;
    if (c->base_count == LAYOUT_MOST) return LAYOUT_MOST;
    c->bases[c->base_count] = name;
    return c->base_count++;
}

// False when neither the whole name nor what is in front of its first dot is there.
static bool add(struct layout *c, struct span name, enum field field, enum unit unit, format_has *has, void *context) {
    size_t dot = span_find(name, SPAN("."));
    size_t rest = 0;
    struct span base = name;
    if (dot != SIZE_MAX && !(has && has(context, name))) {
        base = span_sub(name, 0, dot);
        rest = dot + 1;
    }
    if (has && !has(context, base)) return false;
    size_t at = base_of(c, base);
    if (at == LAYOUT_MOST || c->target_count == LAYOUT_MOST) return false;
    c->targets[c->target_count++] =
        (struct target){.base = (uint16_t)at, .rest = (uint16_t)rest, .field = field, .unit = unit, .name = name};
    return true;
}

static bool is_mapped(enum field f, const struct column_map *maps, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (maps[i].field == f) return true;
    return false;
}

int layout_bind(struct layout *c, const struct format *format, const struct column_map *maps, size_t map_count,
                format_has *has, void *context, struct err *e) {
    *c = (struct layout){.format = format};
    for (size_t i = 0; i < map_count; i++)
        if (!add(c, maps[i].column, maps[i].field, maps[i].unit, has, context))
            return err_set(e, "--map %s: there is no column '%.*s'", field_name(maps[i].field),
                           SPAN_ARG(maps[i].column));
    for (const struct format_column *k = format->columns; k->name; k++)
        if (!is_mapped(k->field, maps, map_count)) add(c, span_from(k->name), k->field, k->unit, has, context);
    return 0;
}
