#include "cmd/table.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/mem.h"

static bool fill(struct table *t) {
    t->chunk_len = fread(t->chunk, 1, sizeof t->chunk, t->file);
    t->chunk_at = 0;
    t->bytes += t->chunk_len;
    return t->chunk_len > 0;
}

// The next byte, or -1 at the end.
static inline int take(struct table *t) {
    if (t->chunk_at == t->chunk_len && !fill(t)) return -1;
    return (unsigned char)t->chunk[t->chunk_at++];
}

static inline int look(struct table *t) {
    if (t->chunk_at == t->chunk_len && !fill(t)) return -1;
    return (unsigned char)t->chunk[t->chunk_at];
}

static bool ends_with(const char *path, const char *ending) {
    size_t n = strlen(path), m = strlen(ending);
    return n >= m && strcasecmp(path + n - m, ending) == 0;
}

static char guess_separator(const struct table *t) {
    static const char SEPARATORS[] = ",;\t";
    size_t counts[3] = {0}, best = 0;
    bool quoted = false;
    for (size_t i = t->chunk_at; i < t->chunk_len && (quoted || t->chunk[i] != '\n'); i++) {
        if (t->chunk[i] == '"') quoted = !quoted;
        const char *found = quoted || !t->chunk[i] ? NULL : strchr(SEPARATORS, t->chunk[i]);
        if (found) counts[found - SEPARATORS]++;
    }
    for (size_t i = 1; i < 3; i++)
        if (counts[i] > counts[best]) best = i;
    return SEPARATORS[best];
}

int table_open(struct table *t, const char *path, bool columns, struct err *e) {
    struct stat info;
    *t = (struct table){.path = path, .standard = !strcmp(path, "-"), .next_line = 1};
    t->file = t->standard ? stdin : fopen(path, "rb");
    if (!t->file) return err_set(e, "%s: %s", path, strerror(errno));
    if (fstat(fileno(t->file), &info) == 0) {
        if (S_ISDIR(info.st_mode)) {
            table_close(t);
            return err_set(e, "%s: is a directory; name a file in it (sluice gate add-documents reads directories)",
                           path);
        }
        if (S_ISREG(info.st_mode)) t->total = (uint64_t)info.st_size;
    }
    buf_init(&t->record, TABLE_RECORD_BYTES);
    fill(t);
    if (memchr(t->chunk, 0, t->chunk_len)) {
        table_close(t);
        return err_set(e, "%s: is no text; save a spreadsheet as CSV in UTF-8 first", path);
    }
    t->chunk_at = t->chunk_len - span_unmarked(span_make(t->chunk, t->chunk_len)).len;
    if (columns || ends_with(path, ".csv") || ends_with(path, ".tsv")) t->separator = guess_separator(t);
    if (ends_with(path, ".tsv")) t->separator = '\t';
    return 0;
}

// Reads one field; returns what ended it: the separator, '\n' or -1.
static int read_field(struct table *t) {
    bool quoted = t->separator && look(t) == '"';
    if (quoted) take(t);
    for (;;) {
        int c = take(t);
        if (c == '\n') t->next_line++;
        if (c == '"' && quoted) {
            if (look(t) != '"') {
                quoted = false;
                continue;
            }
            c = take(t);
        }
        if (c < 0) return c;
        if (!quoted && (c == '\n' || (t->separator && c == t->separator))) return c;
        if (quoted || c != '\r') buf_add_char(&t->record, (char)c);
    }
}

int table_next(struct table *t, struct err *e) {
    buf_reset(&t->record);
    t->line = t->next_line;
    t->count = 0;
    if (look(t) < 0) return ferror(t->file) ? err_set(e, "%s: %s", t->path, strerror(errno)) : 0;
    for (int end = t->separator; end == t->separator && end != '\n' && end >= 0;) {
        if (t->count == TABLE_FIELDS)
            return err_set(e, "%s:%llu: more than %d columns", t->path, (unsigned long long)t->line, TABLE_FIELDS);
        t->begins[t->count++] = t->record.len;
        end = read_field(t);
        if (t->separator == 0) break;
    }
    t->begins[t->count] = t->record.len;
    if (t->record.full)
        return err_set(e, "%s:%llu: a record of more than %d bytes; is a quote missing?", t->path,
                       (unsigned long long)t->line, TABLE_RECORD_BYTES);
    return 1;
}

struct span table_field(const struct table *t, size_t column) {
    if (column >= t->count) return SPAN_NONE;
    return span_sub(buf_span(&t->record), t->begins[column], t->begins[column + 1] - t->begins[column]);
}

void table_close(struct table *t) {
    if (t->file && !t->standard) fclose(t->file);
    t->file = NULL;
    mem_wipe(t->chunk, sizeof t->chunk);
    buf_free(&t->record);
}
