// Every error that the gateway itself answers with: one table of status, type, code and words.
//
// The body is OpenAI's error object: {"error":{"message","type","param","code"}}. The message says what is
// wrong and what to do about it, and never repeats what the caller sent beyond names of fields and models.
#ifndef SLUICE_GATEWAY_ERRORS_H
#define SLUICE_GATEWAY_ERRORS_H

#include "base/buf.h"

enum gateway_error {
    GATEWAY_BAD_HTTP,
    GATEWAY_HEADERS_TOO_LARGE,
    GATEWAY_HEADER_TIMEOUT,
    GATEWAY_BODY_TOO_LARGE,
    GATEWAY_BODY_TIMEOUT,
    GATEWAY_UNKNOWN_PATH,
    GATEWAY_METHOD_NOT_ALLOWED,
    GATEWAY_EXPECTATION_FAILED,
    GATEWAY_INVALID_JSON,
    GATEWAY_INVALID_FIELD,
    GATEWAY_MODEL_NOT_FOUND,
    GATEWAY_REQUEST_NOT_FOUND,
    GATEWAY_LEDGER_UNREADABLE,
    GATEWAY_OUTCOME_LOST,
    GATEWAY_FRONTIER_NOT_CONFIGURED,
    GATEWAY_LOCAL_NOT_READY,
    GATEWAY_LOCAL_BUSY,
    GATEWAY_LOCAL_UNAVAILABLE_SENSITIVE,
    GATEWAY_LOCAL_UNTRUSTED_SENSITIVE,
    GATEWAY_LOCAL_NOT_ABLE,
    GATEWAY_NO_UPSTREAM,
    GATEWAY_BUDGET_SPENT,
    GATEWAY_OVERLOADED,
    GATEWAY_TOO_MANY_CONNECTIONS,
    GATEWAY_LEDGER_FULL,
    GATEWAY_SHUTTING_DOWN,
    GATEWAY_UPSTREAM_FAILED,
    GATEWAY_UPSTREAM_TIMEOUT,
    GATEWAY_UPSTREAM_REJECTED,
    GATEWAY_INTERNAL,
    GATEWAY_ERROR_COUNT
};

struct gateway_error_info {
    const char *code;    // stable name, for machines
    int status;          // HTTP
    const char *type;    // OpenAI's classes of errors
    const char *message; // for people, without a detail
    int retry_after_s;   // 0 = no Retry-After header
};

const struct gateway_error_info *gateway_error_info(enum gateway_error e);
// By its code; GATEWAY_INTERNAL when there is none of that name.
enum gateway_error gateway_error_by_code(const char *code);
// Appends the JSON body. `detail` follows the message ("" = none); `param` may be NULL.
void gateway_error_body(struct buf *out, enum gateway_error e, const char *param, const char *detail);
// "Bad Request" for 400; "Unknown" where HTTP has no phrase.
const char *http_status_phrase(int status);

#endif
