#include "report/figures.h"

#include <math.h>

#include "text/utf8.h"

json_t *report_number(double v, int digits) {
    if (!isfinite(v)) return json_null();
    double scale = pow(10, digits), rounded = round(v * scale) / scale;
    return json_real(isfinite(rounded) ? rounded + 0.0 : v); // + 0.0: no minus zero
}

json_t *report_text(const char *z) {
    struct span s = span_from(z);
    if (utf8_valid_prefix(s) == s.len) return json_string(z);
    char shown[512]; // a file's name or a column's may hold anything
    size_t n = s.len < sizeof shown ? s.len : sizeof shown - 1;
    for (size_t i = 0; i < n; i++) shown[i] = (unsigned char)s.at[i] < 0x80 ? s.at[i] : '?';
    return json_stringn(shown, n);
}
