#include "gate/fusion.h"

#include <string.h>

#include "gate/fusion_weights.h"

// ---------------------------------------------------------------- kinds

static const struct {
    const char *type;
    enum kind kind;
} KINDS[] = {
    {"PERSON", KIND_PERSON},
    {"LOCATION", KIND_PLACE},
    {"ORGANIZATION", KIND_ORGANIZATION},
    {"NRP", KIND_GROUP},
    {"DATE_TIME", KIND_DATE},
    {"DATE_OF_BIRTH", KIND_BIRTH},
    {"AGE", KIND_AGE},
    {"TITLE", KIND_TITLE},
    {"STREET_ADDRESS", KIND_ADDRESS},
    {"US_ZIP", KIND_ADDRESS},
    {"ZIP_CODE", KIND_ADDRESS},
    {"HEALTH_CONDITION", KIND_HEALTH},
    {"HEALTH_TERM", KIND_HEALTH},
    {"DRUG", KIND_HEALTH},
    {"ICD_CODE", KIND_HEALTH},
    {"FINANCE_TERM", KIND_FINANCE},
    {"URL", KIND_URL},
};

// How many of a kind are kept: names are wanted one by one, the tenth date is not. All of them leave room in the table
// of findings for stronger ones.
static const uint16_t KEPT[KIND_COUNT] = {
    [KIND_PERSON] = 64,  [KIND_PLACE] = 24,  [KIND_ORGANIZATION] = 24, [KIND_GROUP] = 12,
    [KIND_DATE] = 16,    [KIND_BIRTH] = 12,  [KIND_AGE] = 12,          [KIND_TITLE] = 12,
    [KIND_ADDRESS] = 16, [KIND_HEALTH] = 12, [KIND_FINANCE] = 8,       [KIND_URL] = 12,
};
_Static_assert(64 + 24 + 24 + 12 + 16 + 12 + 12 + 12 + 16 + 12 + 8 + 12 < GATE_MAX_FINDINGS, "room for hard findings");

// Counts at and above this look the same to the model; below every number of KEPT.
enum { SATURATED = 6 };

enum kind fusion_kind(const char *type) {
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        if (type[0] == KINDS[i].type[0] && !strcmp(type, KINDS[i].type)) return KINDS[i].kind;
    return KIND_OTHER;
}

bool fusion_keep(struct evidence *e, const struct rule *rule) {
    enum kind kind = fusion_kind(rule->type);
    if (kind == KIND_OTHER) return true;
    if (e->reported[kind] > KEPT[kind]) return false;
    return ++e->reported[kind] <= KEPT[kind];
}

// ---------------------------------------------------------------- features

enum feature {
    X_BIAS,
    X_FULL,
    X_FULL_2,
    X_SINGLE,
    X_SINGLE_2,
    X_SINGLE_4,
    X_PLACE,
    X_PLACE_3,
    X_COUNTRY,
    X_ORGANIZATION,
    X_ORGANIZATION_3,
    X_GROUP,
    X_DATE,
    X_YEAR,
    X_BIRTH,
    X_AGE,
    X_TITLE,
    X_ADDRESS,
    X_CONDITION,
    X_CARE,
    X_FINANCE,
    X_URL,
    X_SELF,
    X_RECORD,
    X_ADDRESS_CUE,
    X_BIRTH_CUE,
    X_CHOICE,
    X_QUANTITY,
    X_FRAME,
    X_LENGTH,
    X_LONG,
    X_KINDS,
    X_NEAR,
    X_FULL_KINDS,
    X_DENSITY,
    X_SURE,
    X_SINGLE_KINDS,
    X_NUMBERS,
    X_NUMBERS_6,
    X_COUNT
};
_Static_assert((int)X_COUNT == (int)FUSION_FEATURES, "fusion.h says how many there are");

const char *const FUSION_NAMES[FUSION_FEATURES] = {
    "bias",        "full",         "full2",         "single",   "single2",      "single4", "place",    "place3",
    "country",     "organization", "organization3", "group",    "date",         "year",    "birth",    "age",
    "title",       "address",      "condition",     "care",     "finance",      "url",     "self",     "record",
    "address-cue", "birth-cue",    "choice",        "quantity", "frame",        "length",  "long",     "kinds",
    "near",        "full-kinds",   "density",       "sure",     "single-kinds", "numbers", "numbers6",
};

static bool is_rule(const struct hit *h, const char *id) {
    return !strcmp(h->rule->id, id);
}

// Kinds that say something of a person beside them.
static bool is_personal(enum kind kind) {
    return kind >= KIND_PLACE && kind <= KIND_ADDRESS;
}

// "B.": the letter of an answer or an initial is no person here.
static bool is_person(const struct hit *h, enum kind kind) {
    return kind == KIND_PERSON && h->finding.end - h->finding.start > 2;
}

struct tally {
    unsigned of[KIND_COUNT];
    float sure; // of the likeliest person
    unsigned full, country, weak_date, strong_health, near;
};

static void count_kinds_found(const struct evidence *e, const struct hit *hits, uint32_t count, struct tally *t) {
    enum { NEAR_BYTES = 64 };
    size_t person = SIZE_MAX, other = SIZE_MAX; // ends of the last ones
    for (uint32_t i = 0; i < count; i++) {
        const struct finding *f = &hits[i].finding;
        enum kind kind = fusion_kind(f->type);
        if (hits[i].rule->weight != WEIGHT_SOFT && kind != KIND_PERSON) continue;
        if (kind == KIND_PERSON && !is_person(&hits[i], kind)) continue;
        t->of[kind]++;
        if (kind == KIND_PERSON && f->score > t->sure) t->sure = f->score;
        t->full += is_rule(&hits[i], "name.full");
        t->country += is_rule(&hits[i], "place.country");
        t->weak_date +=
            is_rule(&hits[i], "date.year") || is_rule(&hits[i], "date.weekday") || is_rule(&hits[i], "date.time");
        t->strong_health += kind == KIND_HEALTH && !is_rule(&hits[i], "health.care");
        if (kind == KIND_PERSON) {
            t->near += other != SIZE_MAX && f->start <= other + NEAR_BYTES;
            person = f->end;
        } else if (is_personal(kind)) {
            t->near += person != SIZE_MAX && f->start <= person + NEAR_BYTES;
            other = f->end;
        }
    }
    for (int k = 0; k < KIND_COUNT; k++)
        if (e->reported[k] > KEPT[k]) t->of[k] = SATURATED;
    if (e->reported[KIND_TITLE] && !t->of[KIND_TITLE]) t->of[KIND_TITLE] = 1; // inside the name that it belongs to
}

static float upto(unsigned n, unsigned most) {
    return (float)(n < most ? n : most);
}

static void read_features(const struct evidence *e, const struct tally *t, size_t text_len, float *x) {
    unsigned single = t->of[KIND_PERSON] > t->full ? t->of[KIND_PERSON] - t->full : 0, kinds = 0, personal = 0;
    for (int k = KIND_PLACE; k <= KIND_ADDRESS; k++) kinds += t->of[k] > 0, personal += t->of[k];
    unsigned dates = t->of[KIND_DATE], weak = t->weak_date < dates ? t->weak_date : dates;
    float bits = 0;
    for (size_t n = text_len; n > 16; n >>= 1) bits++;
    x[X_BIAS] = 1;
    x[X_FULL] = t->full >= 1;
    x[X_FULL_2] = t->full >= 2;
    x[X_SINGLE] = single >= 1;
    x[X_SINGLE_2] = single >= 2;
    x[X_SINGLE_4] = single >= 4;
    x[X_PLACE] = t->of[KIND_PLACE] > t->country;
    x[X_PLACE_3] = t->of[KIND_PLACE] >= 3;
    x[X_COUNTRY] = t->country >= 1;
    x[X_ORGANIZATION] = t->of[KIND_ORGANIZATION] >= 1;
    x[X_ORGANIZATION_3] = t->of[KIND_ORGANIZATION] >= 3;
    x[X_GROUP] = t->of[KIND_GROUP] >= 1;
    x[X_DATE] = dates > weak;
    x[X_YEAR] = weak >= 1;
    x[X_BIRTH] = t->of[KIND_BIRTH] >= 1;
    x[X_AGE] = t->of[KIND_AGE] >= 1;
    x[X_TITLE] = t->of[KIND_TITLE] >= 1;
    x[X_ADDRESS] = t->of[KIND_ADDRESS] >= 1;
    x[X_CONDITION] = t->strong_health >= 1;
    x[X_CARE] = t->of[KIND_HEALTH] > t->strong_health;
    x[X_FINANCE] = t->of[KIND_FINANCE] >= 1;
    x[X_URL] = t->of[KIND_URL] >= 1;
    x[X_SELF] = (e->cues & CUE_SELF) != 0;
    x[X_RECORD] = (e->cues & CUE_RECORD) != 0;
    x[X_ADDRESS_CUE] = (e->cues & CUE_ADDRESS) != 0;
    x[X_BIRTH_CUE] = (e->cues & (CUE_BIRTH | CUE_BIRTH_LABEL)) != 0;
    x[X_CHOICE] = (e->cues & CUE_CHOICE) != 0;
    x[X_QUANTITY] = (e->cues & CUE_QUANTITY) != 0;
    x[X_FRAME] = (e->cues & CUE_FRAME) != 0;
    x[X_SURE] = t->sure;
    x[X_SINGLE_KINDS] = single == 1 && !t->full ? upto(kinds, 3) / 3 : 0;
    x[X_NUMBERS] = e->numbers >= 3;
    x[X_NUMBERS_6] = e->numbers >= 6;
    x[X_LENGTH] = bits / 8;
    x[X_LONG] = text_len > 600;
    x[X_KINDS] = upto(kinds, 4) / 4;
    x[X_NEAR] = upto(t->near, 3) / 3;
    x[X_FULL_KINDS] = t->full ? upto(kinds, 3) / 3 : 0;
    x[X_DENSITY] = upto((unsigned)((t->of[KIND_PERSON] + personal) * 256 / (text_len + 64)), 4) / 4;
}

// ---------------------------------------------------------------- decision

// Names, and nothing that is said of them.
static bool is_bare(const struct evidence *e, const struct tally *t) {
    for (int k = KIND_PLACE; k <= KIND_FINANCE; k++)
        if (t->of[k]) return false;
    return !(e->cues & (CUE_SELF | CUE_RECORD | CUE_BIRTH | CUE_BIRTH_LABEL | CUE_ADDRESS));
}

static float score(const float *x) {
    float sum = 0;
    for (int i = 0; i < FUSION_FEATURES; i++) sum += x[i] * FUSION_WEIGHTS[i];
    return sum;
}

// Evidence in doubt that stands for itself: a possible phone number, a term of confidentiality.
#define LIKELY_SCORE 0.8f // of a single name, to stand beside it: "mac 00-1a-2b-3c-4d-5e" names nobody

static bool is_doubt(const struct hit *h) {
    return h->rule->weight == WEIGHT_SOFT && h->finding.score >= PAIR_SCORE &&
           fusion_kind(h->finding.type) == KIND_OTHER;
}

void fusion_weigh(const struct evidence *e, const struct hit *hits, uint32_t count, size_t text_len,
                  enum profile profile, struct fusion *out) {
    const char *doubt = NULL;
    bool pair = false, hard = false;
    memset(out, 0, sizeof *out);
    if (profile != PROFILE_BALANCED) return;
    for (uint32_t i = 0; i < count; i++) {
        hard |= hits[i].rule->weight >= WEIGHT_HARD;
        if (!is_doubt(&hits[i])) continue;
        if (!doubt) doubt = hits[i].finding.type;
        else pair |= strcmp(doubt, hits[i].finding.type) != 0;
    }
    bool many = e->reported[KIND_PERSON] > KEPT[KIND_PERSON], person = many, likely = many;
    for (uint32_t i = 0; i < count && !likely; i++) {
        if (!is_person(&hits[i], fusion_kind(hits[i].finding.type))) continue;
        person = true;
        likely = is_rule(&hits[i], "name.full") || hits[i].finding.score >= LIKELY_SCORE;
    }
    // With hard evidence the rest is listed with it, but not what a sum or a story happens to hold.
    bool together = doubt && (likely || e->reported[KIND_ADDRESS] || e->reported[KIND_BIRTH]);
    // More names than can be listed are a list of people.
    out->soft = pair || together || many;
    if (!person || out->soft || hard) return;
    struct tally tally = {.full = 0};
    count_kinds_found(e, hits, count, &tally);
    if (is_bare(e, &tally)) return;
    read_features(e, &tally, text_len, out->x);
    out->asked = true;
    out->soft = score(out->x) > 0;
}

bool fusion_decides(const struct fusion *f, const struct hit *hit, enum profile profile) {
    if (hit->rule->weight == WEIGHT_GRAVE) return true;
    enum kind kind = fusion_kind(hit->finding.type);
    switch (profile) {
    case PROFILE_LENIENT: return false;
    case PROFILE_STRICT:
        if (hit->rule->weight == WEIGHT_HARD) return true;
        if (kind == KIND_OTHER) return hit->finding.score > 0;
        return kind == KIND_PERSON || kind == KIND_ADDRESS || kind == KIND_BIRTH;
    case PROFILE_BALANCED: break;
    }
    if (hit->rule->weight == WEIGHT_HARD) return true;
    return f->soft && (kind == KIND_OTHER ? hit->finding.score >= PAIR_SCORE : kind != KIND_URL);
}
