// Words that addresses are made of, in many languages. All look-ups are of one bounded word and ignore case.
#ifndef SLUICE_GATE_STREET_H
#define SLUICE_GATE_STREET_H

#include "base/span.h"

// How surely a word makes a street of the words next to it.
enum street {
    STREET_NONE,
    STREET_MAYBE,  // "Oak Hill", "Innenhof": much else is called so
    STREET_CERTAIN // "High Street", "Hauptstrasse"
};

// The word stands after the name: "High Street", "Piroska utca".
enum street street_after(struct span word);
// The word stands before the name: "Rue de la Paix", "ul. Mila".
bool street_before(struct span word);
// The word ends as names of streets do: "Ringvej", "Kiannonkatu".
enum street street_glued(struct span word);
// "de", "la", "von": joins the words of a name.
bool street_particle(struct span word);
// "Apt", "Suite", "Flat": a number that follows is a part of a house.
bool street_unit(struct span word);
// "Figure", "Windows": a number that follows is that of no house.
bool street_counted(struct span word);
// Two capital letters of a state of the USA whose ZIP codes begin with `digit`.
bool street_state(struct span word, char digit);

#endif
