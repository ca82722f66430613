#include "gate/rules.h"

#define ROW(id, type, name, class_, weight, score)                                                                     \
    { id, type, name, CLASS_##class_, WEIGHT_##weight, score }

// Tokens with a prefix of their own have their rules in token.c.
const struct rule RULES[RULE_COUNT] = {
    [RULE_CARD_LUHN] = ROW("card.luhn", "CREDIT_CARD", "card number", PCI, GRAVE, 0.95f),
    [RULE_CARD_LUHN_ONLY] = ROW("card.luhn-only", "CREDIT_CARD", "possible card number", PCI, SOFT, 0.40f),
    [RULE_CARD_CONTEXT] = ROW("card.context", "CREDIT_CARD", "card number", PCI, GRAVE, 0.75f),
    [RULE_IBAN_VALID] = ROW("iban.mod97", "IBAN_CODE", "IBAN", PII, GRAVE, 0.99f),
    [RULE_IBAN_CONTEXT] = ROW("iban.context", "IBAN_CODE", "IBAN", PII, GRAVE, 0.70f),
    [RULE_SSN_SHAPE] = ROW("ssn.shape", "US_SSN", "social security number", PII, GRAVE, 0.80f),
    [RULE_SSN_SAMPLE] = ROW("ssn.sample", "US_SSN", "sample of a social security number", PII, SOFT, 0.50f),
    [RULE_SSN_CONTEXT] = ROW("ssn.context", "US_SSN", "social security number", PII, GRAVE, 0.90f),
    [RULE_ITIN] = ROW("itin.shape", "US_ITIN", "taxpayer number", PII, GRAVE, 0.70f),
    [RULE_PHONE_INTERNATIONAL] = ROW("phone.international", "PHONE_NUMBER", "phone number", PII, HARD, 0.85f),
    [RULE_PHONE_NANP] = ROW("phone.nanp", "PHONE_NUMBER", "phone number", PII, HARD, 0.75f),
    [RULE_PHONE_CONTEXT] = ROW("phone.context", "PHONE_NUMBER", "phone number", PII, HARD, 0.80f),
    [RULE_PHONE_SHAPE] = ROW("phone.shape", "PHONE_NUMBER", "possible phone number", PII, SOFT, 0.45f),
    [RULE_EMAIL] = ROW("email.address", "EMAIL_ADDRESS", "e-mail address", PII, HARD, 0.95f),
    [RULE_EMAIL_ROLE] = ROW("email.role", "EMAIL_ADDRESS", "e-mail address of a role", PII, SOFT, 0.45f),
    [RULE_IPV4] = ROW("ip.v4", "IP_ADDRESS", "IP address", PII, HARD, 0.80f),
    [RULE_IPV4_PRIVATE] = ROW("ip.v4-private", "IP_ADDRESS", "private IP address", PII, SOFT, 0.30f),
    [RULE_IPV6] = ROW("ip.v6", "IP_ADDRESS", "IP address", PII, HARD, 0.85f),
    [RULE_IPV6_PRIVATE] = ROW("ip.v6-private", "IP_ADDRESS", "private IP address", PII, SOFT, 0.30f),
    [RULE_MAC] = ROW("mac.address", "MAC_ADDRESS", "MAC address", PII, SOFT, 0.50f),
    [RULE_PASSWORD] = ROW("secret.password", "PASSWORD", "password", SECRET, GRAVE, 0.80f),
    [RULE_PASSWORD_WEAK] = ROW("secret.password-weak", "PASSWORD", "possible password", SECRET, SOFT, 0.45f),
    [RULE_URL_CREDENTIALS] = ROW("secret.url", "URL_CREDENTIALS", "credentials in a URL", SECRET, GRAVE, 0.90f),
    [RULE_URL_CREDENTIALS_WEAK] =
        ROW("secret.url-weak", "URL_CREDENTIALS", "possible credentials in a URL", SECRET, SOFT, 0.30f),
    [RULE_BEARER] = ROW("secret.bearer", "BEARER_TOKEN", "bearer token", SECRET, GRAVE, 0.90f),
    [RULE_BASIC] = ROW("secret.basic", "BASIC_CREDENTIALS", "basic credentials", SECRET, GRAVE, 0.95f),
    [RULE_JWT] = ROW("secret.jwt", "JWT", "JSON web token", SECRET, GRAVE, 0.95f),
    [RULE_PEM] = ROW("secret.pem", "PRIVATE_KEY", "private key", SECRET, GRAVE, 0.99f),
    [RULE_PEM_HEADER] = ROW("secret.pem-header", "PRIVATE_KEY", "header of a private key", SECRET, SOFT, 0.30f),
    [RULE_DISCORD] = ROW("secret.discord", "DISCORD_TOKEN", "Discord bot token", SECRET, GRAVE, 0.90f),
    [RULE_MARKER] = ROW("marker.confidential", "CONFIDENTIALITY_MARKER", "confidentiality marker", IP, GRAVE, 0.90f),
    [RULE_MARKER_MENTION] =
        ROW("marker.mention", "CONFIDENTIALITY_MARKER", "mention of a confidentiality marker", IP, SOFT, 0.20f),
    [RULE_MARKER_TERM] = ROW("marker.term", "CONFIDENTIALITY_MARKER", "confidentiality term", IP, SOFT, 0.40f),
    [RULE_MARKER_CUSTOM] = ROW("marker.custom", "CONFIDENTIALITY_MARKER", "marker of this policy", IP, GRAVE, 0.95f),
    [RULE_UNREADABLE_PART] = ROW("unreadable.part", "UNREADABLE", "content that is not text", UNREADABLE, GRAVE, 1),
    [RULE_UNREADABLE_PART_ALLOWED] =
        ROW("unreadable.allowed", "UNREADABLE", "content that is not text", UNREADABLE, SOFT, 0),
    [RULE_UNREADABLE_TEXT] = ROW("unreadable.text", "UNREADABLE", "broken UTF-8", UNREADABLE, GRAVE, 1),
    [RULE_LIMIT_BYTES] = ROW("limit.bytes", "UNREADABLE", "text over the scan limit", UNREADABLE, GRAVE, 1),
    [RULE_LIMIT_TIME] = ROW("limit.time", "UNREADABLE", "scan over its time limit", UNREADABLE, GRAVE, 1),
    [RULE_LIMIT_MEMORY] = ROW("limit.memory", "UNREADABLE", "scan over its memory limit", UNREADABLE, GRAVE, 1),
};
