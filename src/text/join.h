// Values that were pulled apart: what stands between their parts is taken out again.
//
//   4 1 1 1 1 1 ...   j o h n @ e x ...      single characters
//   4111_1111_1111_1111   4111 * 1111 * ...  groups of digits in the shape of a card, a social security or a phone
//   number 675984\n103431   john@exam\nple.com      a line feed inside john @ example . com                     spaces
//   around '@' and '.'
//
// Lists and tables are written in the same ways: where the grounds are slight, the change is PIECE_WEAK.
#ifndef SLUICE_TEXT_JOIN_H
#define SLUICE_TEXT_JOIN_H

#include "text/mapped.h"

// Each looks at a clue (clues.h) at `at` of b's source and may change b from `floor` on. All return where to go on.
size_t join_singles(struct mapped_builder *b, size_t floor, size_t at);
size_t join_groups(struct mapped_builder *b, size_t floor, size_t at);
size_t join_lines(struct mapped_builder *b, size_t floor, size_t at);
size_t join_address(struct mapped_builder *b, size_t floor, size_t at);

#endif
