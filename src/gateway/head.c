#include "gateway/request.h"

// The headers that mean something to us. Names are compared without case.
static const struct {
    struct span name;
    enum header_name header;
} HEADERS[] = {
    {{"x-sluice-route", 14}, HEADER_ROUTE},
    {{"x-sluice-task", 13}, HEADER_TASK},
    {{"x-sluice-user", 13}, HEADER_USER},
    {{"expect", 6}, HEADER_EXPECT},
    {{"host", 4}, HEADER_HOST},
};

static void add_query(struct request_head_data *h, struct span piece) {
    size_t room = sizeof h->parameters - h->parameters_len;
    if (piece.len > room) piece.len = room;
    memcpy(h->parameters + h->parameters_len, piece.at, piece.len);
    h->parameters_len = (uint8_t)(h->parameters_len + piece.len);
}

void request_add_path(struct request *r, struct span piece) {
    struct request_head_data *h = r->head;
    if (h->query) {
        add_query(h, piece);
        return;
    }
    const char *mark = piece.len ? memchr(piece.at, '?', piece.len) : NULL;
    if (mark) {
        size_t query = (size_t)(mark - piece.at);
        h->query = true;
        add_query(h, span_sub(piece, query + 1, SIZE_MAX));
        piece.len = query;
    }
    size_t room = sizeof h->path - h->path_len;
    if (piece.len > room) {
        h->path_cut = true;
        piece.len = room;
    }
    memcpy(h->path + h->path_len, piece.at, piece.len);
    h->path_len = (uint16_t)(h->path_len + piece.len);
}

// Whether a name that begins so may be in HEADERS.
static inline bool may_be_known(char first) {
    char c = (char)(first | 0x20);
    return c == 'x' || c == 'e' || c == 'h';
}

void request_add_header_name(struct request *r, struct span piece, bool first) {
    struct request_head_data *h = r->head;
    if (first) {
        h->current = HEADER_NONE;
        h->name_len = piece.len && !may_be_known(piece.at[0]) ? sizeof h->name : 0;
    }
    // a name that does not fit is none of ours either: it fills the array
    size_t room = sizeof h->name - h->name_len, n = piece.len < room ? piece.len : room;
    if (!n) return;
    memcpy(h->name + h->name_len, piece.at, n);
    h->name_len = (uint8_t)(h->name_len + n);
}

static enum header_name known_header(struct span name) {
    if (name.len > sizeof "x-sluice-route" - 1) return HEADER_NONE;
    for (size_t i = 0; i < sizeof HEADERS / sizeof *HEADERS; i++)
        if (span_is_nocase(name, HEADERS[i].name)) return HEADERS[i].header;
    return HEADER_NONE;
}

void request_add_header_value(struct request *r, struct span piece) {
    struct request_head_data *h = r->head;
    if (h->name_len) {
        if (h->name_len < sizeof h->name) h->current = (uint8_t)known_header(span_make(h->name, h->name_len));
        h->name_len = 0;
        h->value_len[h->current] = 0; // the last of several counts
        h->has_host |= h->current == HEADER_HOST;
    }
    if (h->current == HEADER_NONE) return;
    size_t room = sizeof h->value[0] - h->value_len[h->current];
    if (piece.len > room) piece.len = room;
    memcpy(h->value[h->current] + h->value_len[h->current], piece.at, piece.len);
    h->value_len[h->current] = (uint8_t)(h->value_len[h->current] + piece.len);
}

struct span request_header(const struct request *r, enum header_name name) {
    return span_trim(span_make(r->head->value[name], r->head->value_len[name]));
}
