#include "base/spelling.h"

#include <ctype.h>

static bool is_same(char a, char b, bool nocase) {
    return a == b || (nocase && tolower((unsigned char)a) == tolower((unsigned char)b));
}

size_t spelling_distance(struct span a, struct span b, bool nocase) {
    size_t row[SPELLING_MOST_BYTES + 1];
    if (a.len > SPELLING_MOST_BYTES || b.len > SPELLING_MOST_BYTES) return SPELLING_FAR;
    for (size_t j = 0; j <= b.len; j++) row[j] = j;
    for (size_t i = 0; i < a.len; i++) {
        size_t corner = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < b.len; j++) {
            size_t change = corner + !is_same(a.at[i], b.at[j], nocase);
            size_t least = row[j] < row[j + 1] ? row[j] : row[j + 1];
            corner = row[j + 1];
            row[j + 1] = change < least + 1 ? change : least + 1;
        }
    }
    return row[b.len];
}
