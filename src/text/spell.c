#include "text/spell.h"

enum { MIN_DIGITS = 7, MIN_WORDS = 3, SURE_DIGITS = 12, MAX_WORD = 9, MAX_RUN = 96 };

enum sense { SENSE_DIGITS, SENSE_TENS, SENSE_REPEAT, SENSE_SIGN };

struct word {
    const char *word;
    const char *means; // digits, or a sign; for SENSE_REPEAT how often
    enum sense sense;
};

#define D(word, digit)                                                                                                 \
    { word, digit, SENSE_DIGITS }

// Longest first is not needed: words are compared whole.
static const struct word WORDS[] = {
    D("zero", "0"),
    D("oh", "0"),
    D("o", "0"),
    D("nought", "0"),
    D("one", "1"),
    D("two", "2"),
    D("three", "3"),
    D("four", "4"),
    D("five", "5"),
    D("six", "6"),
    D("seven", "7"),
    D("eight", "8"),
    D("nine", "9"),
    D("niner", "9"),
    D("ten", "10"),
    D("eleven", "11"),
    D("twelve", "12"),
    D("thirteen", "13"),
    D("fourteen", "14"),
    D("fifteen", "15"),
    D("sixteen", "16"),
    D("seventeen", "17"),
    D("eighteen", "18"),
    D("nineteen", "19"),
    {"twenty", "2", SENSE_TENS},
    {"thirty", "3", SENSE_TENS},
    {"forty", "4", SENSE_TENS},
    {"fifty", "5", SENSE_TENS},
    {"sixty", "6", SENSE_TENS},
    {"seventy", "7", SENSE_TENS},
    {"eighty", "8", SENSE_TENS},
    {"ninety", "9", SENSE_TENS},
    {"double", "2", SENSE_REPEAT},
    {"triple", "3", SENSE_REPEAT},
    {"treble", "3", SENSE_REPEAT},
    {"doppel", "2", SENSE_REPEAT},
    {"doble", "2", SENSE_REPEAT},
    {"doppio", "2", SENSE_REPEAT},
    {"plus", "+", SENSE_SIGN},
    {"dash", "-", SENSE_SIGN},
    {"hyphen", "-", SENSE_SIGN},
    {"minus", "-", SENSE_SIGN},
    {"dot", ".", SENSE_SIGN},
    {"point", ".", SENSE_SIGN},
    {"punkt", ".", SENSE_SIGN},
    {"punto", ".", SENSE_SIGN},
    {"strich", "-", SENSE_SIGN},
    {"guion", "-", SENSE_SIGN},
    {"tiret", "-", SENSE_SIGN},
    D("null", "0"),
    D("eins", "1"),
    D("ein", "1"),
    D("zwei", "2"),
    D("zwo", "2"),
    D("drei", "3"),
    D("vier", "4"),
    D("f\xc3\xbcnf", "5"),
    D("fuenf", "5"),
    D("funf", "5"),
    D("sechs", "6"),
    D("sieben", "7"),
    D("acht", "8"),
    D("neun", "9"),
    D("z\xc3\xa9ro", "0"),
    D("un", "1"),
    D("une", "1"),
    D("deux", "2"),
    D("trois", "3"),
    D("quatre", "4"),
    D("cinq", "5"),
    D("sept", "7"),
    D("huit", "8"),
    D("neuf", "9"),
    D("cero", "0"),
    D("uno", "1"),
    D("una", "1"),
    D("dos", "2"),
    D("tres", "3"),
    D("cuatro", "4"),
    D("cinco", "5"),
    D("seis", "6"),
    D("siete", "7"),
    D("ocho", "8"),
    D("nueve", "9"),
    D("due", "2"),
    D("tre", "3"),
    D("quattro", "4"),
    D("cinque", "5"),
    D("sei", "6"),
    D("sette", "7"),
    D("otto", "8"),
    D("nove", "9"),
    D("um", "1"),
    D("dois", "2"),
    D("tr\xc3\xaas", "3"),
    D("quatro", "4"),
    D("sete", "7"),
    D("oito", "8"),
    D("nul", "0"),
    D("een", "1"),
    D("twee", "2"),
    D("drie", "3"),
    D("vijf", "5"),
    D("zes", "6"),
    D("zeven", "7"),
    D("negen", "9"),
};

const char *const SPELL_WORDS[] = {
    "zero",  "three",   "four",   "five",  "seven",  "eight",       "nine",        "null",        "eins",  "zwei",
    "drei",  "vier",    "fuenf",  "sechs", "sieben", "acht",        "neun",        "deux",        "trois", "quatre",
    "cinq",  "sept",    "huit",   "neuf",  "cero",   "cuatro",      "cinco",       "seis",        "siete", "ocho",
    "nueve", "quattro", "cinque", "sette", "otto",   "nove",        "dois",        "quatro",      "sete",  "oito",
    "twee",  "drie",    "vijf",   "zeven", "negen",  "f\xc3\xbcnf", "z\xc3\xa9ro", "tr\xc3\xaas", NULL,
};

static bool is_letter(char c) {
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_wordy(char c) {
    return is_letter(c) || (unsigned char)c >= 0x80;
}

static const struct word *look_up(struct span word) {
    if (word.len > MAX_WORD) return NULL;
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (WORDS[i].word[0] == (word.at[0] | 0x20) && span_is_nocase(word, span_from(WORDS[i].word))) return &WORDS[i];
    return NULL;
}

// A run as it is read: what each of its parts becomes.
struct part {
    size_t from, to;
    char means[8];
    uint8_t len;
};

struct reading {
    struct part parts[MAX_RUN];
    size_t count, digits, words;
    size_t open;    // parts after the last one with a digit: signs that may belong to what follows
    bool tens;      // the last word was one of tens: a digit may follow in its place
    unsigned times; // how often the next digit stands: said by the word at times_from
    size_t times_from;
};

static bool add(struct reading *r, size_t from, size_t to, const char *means, size_t n) {
    if (r->count == MAX_RUN || n > sizeof r->parts->means) return false;
    struct part *p = &r->parts[r->count++];
    *p = (struct part){.from = from, .to = to, .len = (uint8_t)n};
    memcpy(p->means, means, n);
    return true;
}

static bool add_digits(struct reading *r, size_t from, size_t to, const char *digits, size_t n) {
    char repeated[8];
    size_t len = 0;
    for (unsigned i = 0; i < (r->times ? r->times : 1); i++)
        for (size_t k = 0; k < n && len < sizeof repeated; k++) repeated[len++] = digits[k];
    if (!add(r, r->times ? r->times_from : from, to, repeated, len)) return false;
    r->times = 0;
    r->digits += len;
    r->open = 0;
    return true;
}

static bool add_word(struct reading *r, size_t from, size_t to, const struct word *w) {
    bool tens = r->tens;
    r->tens = false;
    r->words++;
    switch (w->sense) {
    case SENSE_SIGN: r->words--, r->open++; return add(r, from, to, w->means, 1);
    case SENSE_REPEAT:
        if (r->times) return false;
        r->times = (unsigned)(w->means[0] - '0');
        r->times_from = from;
        return true;
    case SENSE_TENS:
        if (!add_digits(r, from, to, w->means, 1)) return false;
        r->parts[r->count - 1].means[1] = '0'; // "twenty" is 20, unless a digit follows
        r->parts[r->count - 1].len = 2;
        r->digits++;
        r->tens = true;
        return true;
    case SENSE_DIGITS: break;
    }
    if (tens && !w->means[1] && w->means[0] != '0') r->parts[r->count - 1].len = 1, r->digits--;
    return add_digits(r, from, to, w->means, strlen(w->means));
}

// Reads one part at `at`; returns where the next one begins, 0 at the end of the run.
static size_t read_part(struct span text, size_t at, size_t end, struct reading *r) {
    char c = text.at[at];
    size_t n = 1;
    if (is_wordy(c)) {
        while (at + n < end && is_wordy(text.at[at + n])) n++;
        const struct word *w = look_up(span_sub(text, at, n));
        if (!w || (at + n < text.len && is_digit(text.at[at + n]))) return 0;
        return add_word(r, at, at + n, w) ? at + n : 0;
    }
    r->tens = r->tens && (c == '-' || c == ' ');
    if (is_digit(c)) {
        while (at + n < end && n < 5 && is_digit(text.at[at + n])) n++;
        return n < 5 && add_digits(r, at, at + n, text.at + at, n) ? at + n : 0;
    }
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == ',') return at + 1;
    if (!strchr("+().-/", c)) return 0;
    // Signs that stand apart mean themselves; between two words they only part them.
    bool apart = (at == 0 || text.at[at - 1] <= ' ') && (at + 1 == text.len || text.at[at + 1] <= ' ');
    if (!apart && c != '+' && c != '(' && c != ')') return c == '.' && r->open ? 0 : at + 1;
    r->open++;
    return add(r, at, at + 1, &c, 1) ? at + 1 : 0;
}

static void write(struct mapped_builder *b, const struct reading *r, size_t count) {
    unsigned kind = r->digits >= SURE_DIGITS || r->parts[0].means[0] == '+' ? 0 : PIECE_WEAK;
    for (size_t i = 0; i < count; i++) {
        const struct part *p = &r->parts[i];
        if (i) mapped_change(b, p[-1].to, p->from, "", 0, kind);
        mapped_change(b, p->from, p->to, p->means, p->len, kind);
    }
}

void spell(struct mapped_builder *b, size_t from, size_t to) {
    struct span text = b->source;
    struct reading r;
    while (from < to) {
        bool begins =
            is_wordy(text.at[from]) || is_digit(text.at[from]) || text.at[from] == '+' || text.at[from] == '(';
        if (!begins) {
            from++;
            continue;
        }
        r.count = r.digits = r.words = r.open = 0;
        r.tens = false;
        r.times = 0;
        size_t at = from, next;
        while (at < to && (next = read_part(text, at, to, &r))) at = next;
        if (r.digits >= MIN_DIGITS && r.words >= MIN_WORDS) write(b, &r, r.count - r.open);
        if (at == from) at++;
        // What the run ended at is passed over whole: its end is no beginning.
        while (at < to && (is_wordy(text.at[at]) || is_digit(text.at[at]))) at++;
        from = at;
    }
}
