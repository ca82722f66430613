#include "report/figures.h"

#include <math.h>
#include <stdio.h>

#include "text/utf8.h"

json_t *report_number(double v, int digits) {
    if (!isfinite(v)) return json_null();
    double scale = pow(10, digits), rounded = round(v * scale) / scale;
    return json_real(isfinite(rounded) ? rounded + 0.0 : v); // + 0.0: no minus zero
}

json_t *report_real(double v) {
    return isfinite(v) ? json_real(v) : json_null();
}

json_t *report_text(const char *z) {
    struct span s = span_from(z);
    if (utf8_valid_prefix(s) == s.len) return json_string(z);
    char shown[512]; // a file's name or a column's may hold anything
    size_t n = s.len < sizeof shown ? s.len : sizeof shown - 1;
    for (size_t i = 0; i < n; i++) shown[i] = (unsigned char)s.at[i] < 0x80 ? s.at[i] : '?';
    return json_stringn(shown, n);
}

double report_number_of(const json_t *o, const char *key) {
    const json_t *v = json_object_get(o, key);
    return json_is_number(v) ? json_number_value(v) : NAN;
}

const char *report_text_of(const json_t *o, const char *key) {
    const char *z = json_string_value(json_object_get(o, key));
    return z ? z : "";
}

void report_grouped(double v, int digits, char out[static 64]) {
    char raw[40];
    int length = snprintf(raw, sizeof raw, "%.*f", digits, fabs(v));
    if (length < 0 || (size_t)length >= sizeof raw) { // far beyond the digits that a double has
        snprintf(out, 64, "%.3g", v);
        return;
    }
    size_t whole = strcspn(raw, "."), n = 0;
    if (v < 0) out[n++] = '-';
    for (size_t i = 0; i < whole; i++) {
        if (i && (whole - i) % 3 == 0) out[n++] = ',';
        out[n++] = raw[i];
    }
    memcpy(out + n, raw + whole, strlen(raw + whole) + 1);
}
