// Readers of logs: whatever bytes come, every row that is taken makes sense, lines only grow, and reading ends.
#include <assert.h>
#include <math.h>

#include "report/pick.h"
#include "report/reader.h"
#include "report/sketch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW_US 1790000000000000

static void check_row(struct reader *r, const struct usage_row *row) {
    const struct format *f = reader_format(r);
    assert(f && row->requests >= -1 && row->input >= -1 && row->output >= -1);
    assert(row->cached >= 0 && row->cache_write >= row->cache_write_1h && row->cache_write_1h >= 0);
    assert(row->input < 0 || row->cached + row->cache_write <= row->input);
    assert(row->output < 0 || row->reasoning <= row->output);
    assert(row->latency_us >= -1 && row->ttft_us >= -1);
    assert(!row->has_cost || row->cost_kind == COST_BILLED || row->cost >= 0);
    assert(row->time_us == INT64_MIN || row->time_us <= NOW_US + 86400000000);
    assert(!isinf(row->score) && !isinf(row->weak) && !isinf(row->strong));
    assert(row->model.len <= 255);
}

// Reads to the end with a small limit, so that what lies beyond limits is met as well.
static void read_all(struct span bytes, size_t most) {
    struct err e = {""};
    struct reader_options options = {.record_bytes = most, .now_us = NOW_US};
    struct source *source = source_open_memory(bytes, &e);
    if (!source) {
        assert(e.text[0]);
        return;
    }
    struct reader *r = reader_open_source(source, &options, &e);
    if (!r) {
        assert(e.text[0]);
        return;
    }
    uint64_t line = 0;
    for (;;) {
        struct usage_row row;
        struct err why = {""};
        enum reader_status status = reader_next(r, &row, &why);
        assert(reader_line(r) >= line);
        line = reader_line(r);
        if (status == READER_END || status == READER_FAILED) break;
        assert((status == READER_BAD) == (why.text[0] != 0));
        if (status != READER_ROW) continue;
        check_row(r, &row);
        if (row.prompt.len) assert(reader_decode(r, row.prompt).len <= row.prompt.len);
    }
    reader_free(r);
}

static void check_pick(struct span text) {
    struct picks p = {.count = 0};
    struct span out[PICK_MOST];
    assert(picks_add(&p, SPAN("a")) && picks_add(&p, SPAN("b.c")) && picks_add(&p, SPAN("b.d.e")));
    for (size_t quotes = 1; quotes <= 2; quotes++) {
        if (!picks_find(&p, text, quotes, out)) continue;
        for (uint32_t i = 0; i < p.count; i++)
            assert(!out[i].at || (out[i].at >= text.at && out[i].at + out[i].len <= text.at + text.len));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct span bytes = {(const char *)data, size};
    read_all(bytes, 1 << 20);
    read_all(bytes, 200);
    check_pick(bytes);
    return 0;
}
