// Names that resemble one that is not in the book.
#include <stdio.h>

#include "base/spelling.h"
#include "price/price.h"

enum { MOST_RANKED = 16 };

static bool contains(struct span s, struct span part) {
    for (size_t i = 0; part.len && i + part.len <= s.len; i++)
        if (span_is_nocase(span_make(s.at + i, part.len), part)) return true;
    return false;
}

// Also without the provider on either side, which is less than any wrong letter; a name that contains the other is
// near, whatever its length.
static size_t farness(struct span asked, struct span name) {
    const char *slash = memrchr(name.at, '/', name.len);
    struct span bare = slash ? span_make(slash + 1, name.len - (size_t)(slash + 1 - name.at)) : name;
    size_t whole = 2 * spelling_distance(asked, name, true),
           part = 2 * spelling_distance(asked, bare, true) + (slash ? 1 : 0);
    size_t least = whole < part ? whole : part, most = asked.len < 6 ? 5 : 2 * (asked.len / 3) + 1;
    if (least <= most) return least;
    return asked.len >= 3 && contains(name, asked) ? most + name.len - asked.len : SPELLING_FAR;
}

size_t price_nearest(const struct price_book *b, struct span model, const struct price **out, size_t most) {
    size_t far[MOST_RANKED], n = 0;
    const char *slash = memrchr(model.at ? model.at : "", '/', model.len);
    if (slash && slash + 1 < model.at + model.len) model = span_sub(model, (size_t)(slash - model.at) + 1, model.len);
    if (most > MOST_RANKED) most = MOST_RANKED;
    for (size_t i = 0; i < price_book_count(b); i++) {
        const struct price *p = price_book_at(b, i);
        size_t d = farness(model, span_from(p->name)), at = n;
        if (d >= SPELLING_FAR) continue;
        while (at > 0 && far[at - 1] > d) at--;
        if (at == most) continue;
        if (n < most) n++;
        for (size_t k = n - 1; k > at; k--) far[k] = far[k - 1], out[k] = out[k - 1];
        far[at] = d;
        out[at] = p;
    }
    return n;
}

int price_set_unknown(const struct price_book *b, const char *model, struct err *e) {
    const struct price *near[3];
    char names[280] = "";
    size_t n = price_nearest(b, span_from(model), near, 3), len = 0;
    for (size_t i = 0; i < n && len < sizeof names; i++)
        len += (size_t)snprintf(names + len, sizeof names - len, "%s%.80s", i ? ", " : "; near it: ", near[i]->name);
    if (!n) snprintf(names, sizeof names, "; put it into the file of data.prices");
    return err_set(e, "the price book has no price for '%.80s'%s (sluice prices lists what it has)", model, names);
}
