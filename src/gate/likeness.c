#include "gate/likeness.h"

#include "gate/checks.h"

// Per first letter the set of second letters: the 330 commonest pairs of 22,570 English words. 91 % of the words hold
// no other pair; of random strings of 8 letters 2 %.
static const uint32_t PAIRS[26] = {0x3febdff, 0x1164913, 0x11e4d95, 0x1367959, 0x1fffdff, 0x11a4931, 0x11669d1,
                                   0x11e5911, 0x2befc7f, 0x0104011, 0x1046911, 0x13cd93d, 0x114f113, 0x13e7dfd,
                                   0x1fefdff, 0x11ec991, 0x0100000, 0x17efdff, 0x15cfdb5, 0x15e5995, 0x00eb97f,
                                   0x0004111, 0x0066191, 0x0088115, 0x00cf915, 0x0000111};

static bool is_common_pair(char first, char second) {
    return PAIRS[(first | 0x20) - 'a'] >> ((second | 0x20) - 'a') & 1;
}

// A run of letters of one word: a capital within it begins the next one.
static size_t word_length(struct span v, size_t at) {
    size_t n = 0;
    while (at + n < v.len && char_in(v.at[at + n], CHARS_ALPHA)) {
        if (n && char_in(v.at[at + n], CHARS_UPPER) && char_in(v.at[at + n - 1], CHARS_LOWER)) break;
        n++;
    }
    return n;
}

static bool reads_like_a_word(struct span run) {
    size_t odd = 0;
    for (size_t i = 1; i < run.len; i++) odd += !is_common_pair(run.at[i - 1], run.at[i]);
    return run.len >= 4 && odd * 8 <= run.len;
}

static size_t mixed_length(struct span v, size_t at) {
    size_t n = run_length(v, at, CHARS_ALNUM, v.len), digits = 0;
    for (size_t i = 0; i < n; i++) digits += char_in(v.at[at + i], CHARS_DIGIT);
    return digits && digits < n ? n : 0;
}

struct makeup makeup_of(struct span v) {
    struct makeup m = {.distinct = count_distinct(v)};
    for (size_t i = 0; i < v.len; i++) {
        unsigned set = CHARSETS[(unsigned char)v.at[i]];
        m.digits += (set & CHARS_DIGIT) != 0;
        m.upper += (set & CHARS_UPPER) != 0;
        m.lower += (set & CHARS_LOWER) != 0;
        bool inside = i && char_in(v.at[i - 1], CHARS_ALNUM);
        if (!inside && set & CHARS_ALNUM) {
            size_t mixed = mixed_length(v, i);
            if (mixed > m.longest) m.longest = mixed;
        }
    }
    m.other = v.len - m.digits - m.upper - m.lower;
    for (size_t i = 0, n; i < v.len; i += n ? n : 1) {
        n = word_length(v, i);
        if (n >= 4 && reads_like_a_word(span_sub(v, i, n))) m.wordy += n;
    }
    return m;
}

bool is_uuid(struct span v) {
    if (v.len != 36) return false;
    for (size_t i = 0; i < v.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? v.at[i] != '-' : !char_in(v.at[i], CHARS_HEX)) return false;
    }
    return true;
}

static size_t case_changes(struct span v) {
    size_t n = 0;
    for (size_t i = 1; i < v.len; i++)
        n += char_in(v.at[i], CHARS_ALPHA) && char_in(v.at[i - 1], CHARS_ALPHA) &&
             (v.at[i] & 0x20) != (v.at[i - 1] & 0x20);
    return n;
}

bool looks_random(struct span v, const struct makeup *m) {
    size_t letters = m->upper + m->lower;
    if (letters < 2 || m->distinct < (v.len < 14 ? 6 : 8) || m->wordy * 2 > v.len + m->digits) return false;
    if (is_uuid(v)) return m->digits > 0;
    if (m->digits >= 4 && letters >= 4 && m->other >= 3 && m->distinct >= 14 && m->wordy == 0) return true;
    if (m->digits >= 2) {
        bool licence = m->lower == 0 && m->digits >= 4 && v.len >= 16;
        return m->longest >= 8 || licence || (m->longest && m->longest * 2 >= v.len);
    }
    if (m->digits == 1 && m->upper && m->lower && m->longest >= 8) return true;
    if (m->upper && m->lower) return v.len >= 12 && case_changes(v) >= 4;
    return v.len >= 20 && m->wordy == 0 && m->other == 0;
}
