// Names of persons, places, organisations and groups, found by a small model of our own (data/names.weights, made by
// models/names).
//
//   name_token.c     text              -> segments of tokens; name_letter.c: letters; name_filter.h: known words
//   name_features.c  a token           -> features: its word, its neighbours, what is known about them
//   name_decode.c    features          -> names, with names.c holding the weights
//   tagger.c         names             -> findings
//
// It looks only at words that could be names: capitalised ones, lower-case ones that are a name and nothing else, and
// some behind words such as "named". A segment without such words costs its tokens and nothing more. Lines that look
// like program text are left out. All findings are soft.
#ifndef SLUICE_GATE_TAGGER_H
#define SLUICE_GATE_TAGGER_H

struct scan;

// Reports the names in the view at work, as rules name.full and name.single (PERSON), place.city and place.country
// (LOCATION), org.name (ORGANIZATION), group.name (NRP).
void tagger_scan(struct scan *s);

#endif
