#include "gateway/lookup.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/mem.h"
#include "gateway/request.h"
#include "gateway/server.h"
#include "gateway/why.h"

// ---------------------------------------------------------------- the read

static int add_outcome(void *list, const struct ledger_outcome *o) {
    struct buf *b = list;
    if (b->len) buf_add_char(b, ',');
    ledger_outcome_json(o, b);
    return b->full;
}

static void read_ledger(uv_work_t *work) {
    struct lookup *l = work->data;
    const char *path = ledger_file_path(l->ledger);
    l->rows = mem_new_array(l->limit ? l->limit : 1, sizeof *l->rows);
    if (*l->id && ledger_find_waiting(l->ledger, l->id, l->rows)) l->count = 1;
    else if (!path) l->count = 0;
    else if (*l->id) l->count = ledger_read_row(path, l->id, l->rows, &l->err);
    else l->count = ledger_read_newest(path, l->limit, l->rows, &l->err);
    if (l->with_outcomes && path && l->count > 0 &&
        ledger_read_outcomes_of(path, l->id, add_outcome, &l->outcomes, &l->err) < 0)
        l->count = -1;
}

static void after(uv_work_t *work, int status) {
    struct lookup *l = work->data;
    struct request *r = l->request;
    if (r) {
        r->lookup = NULL;
        if (status != 0) l->count = err_set(&l->err, "%s", uv_strerror(status));
        if (l->count < 0) respond_error(r, GATEWAY_LEDGER_UNREADABLE, NULL, l->err.text);
        else l->done(r, l);
    }
    buf_free(&l->outcomes);
    free(l->rows);
    free(l);
}

void lookup_start(struct request *r, const struct lookup *what) {
    struct lookup *l = mem_new(sizeof *l);
    *l = *what;
    l->work.data = l;
    buf_init(&l->outcomes, 16 << 10);
    l->request = r;
    l->ledger = r->worker->server->ledger;
    r->lookup = l;
    if (uv_queue_work(&r->worker->loop, &l->work, read_ledger, after) != 0) after(&l->work, UV_ENOMEM);
}

void lookup_forget(struct request *r) {
    if (r->lookup) r->lookup->request = NULL;
    r->lookup = NULL;
}

// ---------------------------------------------------------------- endpoints

static void answer(struct request *r, struct buf *body) {
    respond_simple(r, 200, "application/json", buf_span(body));
    buf_free(body);
    request_finish(r, "ok");
}

static void list_found(struct request *r, struct lookup *l) {
    struct buf body;
    buf_init(&body, 16 << 20);
    buf_add_z(&body, "{\"object\":\"list\",\"data\":[");
    for (int i = 0; i < l->count; i++) {
        if (i) buf_add_char(&body, ',');
        ledger_row_json(&l->rows[i], &body);
    }
    buf_add_z(&body, "]}");
    answer(r, &body);
}

// limit=N of the query. -1 when it is there and no number from 1 to LOOKUP_ROWS.
static int64_t read_limit(struct span query) {
    while (query.len) {
        size_t end = span_find(query, SPAN("&"));
        struct span one = span_sub(query, 0, end);
        query = end == SIZE_MAX ? SPAN_NONE : span_sub(query, end + 1, SIZE_MAX);
        if (!span_starts(one, SPAN("limit="))) continue;
        int64_t n = 0;
        one = span_sub(one, 6, SIZE_MAX);
        for (size_t i = 0; i < one.len && n <= LOOKUP_ROWS; i++) {
            if (!isdigit((unsigned char)one.at[i])) return -1;
            n = n * 10 + one.at[i] - '0';
        }
        return n >= 1 && n <= LOOKUP_ROWS ? n : -1;
    }
    return LOOKUP_ROWS_DEFAULT;
}

void lookup_serve_list(struct request *r) {
    int64_t limit = read_limit(span_make(r->head->parameters, r->head->parameters_len));
    if (limit < 0) respond_error(r, GATEWAY_INVALID_FIELD, "limit", "limit takes a number from 1 to 1000.");
    else lookup_start(r, &(struct lookup){.limit = (size_t)limit, .done = list_found});
}

static void put_why(struct buf *out, const struct ledger_row *row) {
    struct buf words;
    buf_init(&words, 4 << 10);
    why_put(&words, row);
    json_put_string(out, buf_span(&words));
    buf_free(&words);
}

static void row_found(struct request *r, struct lookup *l) {
    if (l->count == 0) {
        respond_error(r, GATEWAY_REQUEST_NOT_FOUND, "id", "");
        return;
    }
    struct buf body;
    buf_init(&body, 64 << 10);
    const struct ledger_row *row = &l->rows[0];
    ledger_row_json(row, &body);
    body.len--; // the brace that ends it
    json_put_key(&body, "why");
    put_why(&body, row);
    json_put_key(&body, "outcomes");
    buf_printf(&body, "[%.*s]}", SPAN_ARG(buf_span(&l->outcomes)));
    answer(r, &body);
}

void lookup_serve_row(struct request *r) {
    struct lookup l = {.limit = 1, .done = row_found, .with_outcomes = true};
    struct span path = request_path(r->head);
    struct span id = span_sub(path, strlen("/sluice/v1/requests/"), SIZE_MAX);
    if (id.len == 0 || id.len >= sizeof l.id) {
        respond_error(r, GATEWAY_REQUEST_NOT_FOUND, "id", "");
        return;
    }
    memcpy(l.id, id.at, id.len);
    lookup_start(r, &l);
}
