// The rules of the gate as data: what each finding is called, and how much it weighs.
#ifndef SLUICE_GATE_RULES_H
#define SLUICE_GATE_RULES_H

#include "gate/gate.h"

// Which profiles a finding convinces.
enum weight {
    WEIGHT_SOFT, // in combination: fusion.h
    WEIGHT_HARD, // strict and balanced
    WEIGHT_GRAVE // all profiles
};

// A soft finding below this never counts towards a pair: it is listed, and decides in `strict` only.
#define PAIR_SCORE 0.35f

struct rule {
    const char *id;   // "card.luhn"
    const char *type; // "CREDIT_CARD"
    const char *name; // "card number", for people
    uint8_t class_;   // enum data_class
    uint8_t weight;   // enum weight
    float score;      // 0..1
};

enum rule_id {
    RULE_CARD_LUHN,
    RULE_CARD_LUHN_ONLY,
    RULE_CARD_CONTEXT,
    RULE_IBAN_VALID,
    RULE_IBAN_CONTEXT,
    RULE_SSN_SHAPE,
    RULE_SSN_SAMPLE,
    RULE_SSN_CONTEXT,
    RULE_ITIN,
    RULE_PHONE_INTERNATIONAL,
    RULE_PHONE_NANP,
    RULE_PHONE_CONTEXT,
    RULE_PHONE_SHAPE,
    RULE_EMAIL,
    RULE_EMAIL_ROLE,
    RULE_IPV4,
    RULE_IPV4_PRIVATE,
    RULE_IPV6,
    RULE_IPV6_PRIVATE,
    RULE_MAC,
    RULE_PASSWORD,
    RULE_PASSWORD_WEAK,
    RULE_URL_CREDENTIALS,
    RULE_URL_CREDENTIALS_WEAK,
    RULE_BEARER,
    RULE_BASIC,
    RULE_JWT,
    RULE_PEM,
    RULE_PEM_HEADER,
    RULE_DISCORD,
    RULE_MARKER,
    RULE_MARKER_MENTION,
    RULE_MARKER_TERM,
    RULE_MARKER_CUSTOM,
    RULE_UNREADABLE_PART,
    RULE_UNREADABLE_PART_ALLOWED,
    RULE_UNREADABLE_TEXT,
    RULE_LIMIT_BYTES,
    RULE_LIMIT_TIME,
    RULE_LIMIT_MEMORY,
    RULE_COUNT
};

extern const struct rule RULES[RULE_COUNT];

// Version of the rules; part of every receipt.
#define GATE_RULES_VERSION "2026.2"

#endif
