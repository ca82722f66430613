// sluice roi: what routing to a local model would save
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "cmd/answer.h"
#include "cmd/roi.h"

struct options {
    const char *fields[SAVINGS_INPUTS]; // as written, or NULL
    const char *frontier, *compare, *service, *html, *config;
    struct option_list sets;
    int64_t seed;
    bool sensitive, interactive, reasoning, sporadic, json;
};

static const char HELP[] =
    "Every number may be a range, 250..400: then the answer is also given as an interval that holds 90 of 100 cases.\n"
    "Numbers may end in k, M or B. Prices come from the price book (sluice prices); docs/roi.md explains the model.\n"
    "\n"
    "Examples:\n"
    "  sluice roi --requests 10M --input-tokens 200 --output-tokens 300 --local-share 0.85 --frontier gpt-5.2\n"
    "  sluice roi --requests 1M --input-tokens 800 --output-tokens 250..400 --hardware 4000 --watts 120 \\\n"
    "      --local-success 0.9 --compare gpt-5.2,claude-opus-4-6,deepseek-chat\n"
    "  sluice roi --requests 50k --input-tokens 200 --output-tokens 300 --frontier gpt-5.2 --sporadic --json\n";

// ---------------------------------------------------------------- numbers and ranges

// A number with an optional k, M or B behind it; moves *text on.
static bool read_number(const char **text, double *out) {
    static const struct {
        char letter;
        double factor;
    } UNITS[] = {{'k', 1e3}, {'K', 1e3}, {'m', 1e6}, {'M', 1e6}, {'b', 1e9}, {'B', 1e9}};
    const char *digit = *text + (**text == '-' || **text == '+');
    char copy[64];
    size_t n = strspn(digit, "0123456789.eE+-") + (size_t)(digit - *text);
    const char *dots = strstr(*text, "..");
    if (dots && (size_t)(dots - *text) < n) n = (size_t)(dots - *text);
    if (n >= sizeof copy || !(isdigit((unsigned char)*digit) || *digit == '.')) return false;
    memcpy(copy, *text, n);
    copy[n] = 0;
    char *end;
    *out = strtod(copy, &end); // overflow is infinite, and out of every range
    if (end == copy || *end) return false;
    *text += n;
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++)
        if (**text == UNITS[i].letter) {
            *out *= UNITS[i].factor;
            ++*text;
            break;
        }
    return true;
}

static int read_field(const struct savings_field *f, const char *text, double *low, double *high) {
    const char *at = text;
    if (!read_number(&at, low)) goto wrong;
    *high = *low;
    if (at[0] == '.' && at[1] == '.') {
        at += 2;
        if (!read_number(&at, high)) goto wrong;
    }
    if (*at) goto wrong;
    if (!(*low >= f->least && *high <= f->most && *low <= f->most && *high >= f->least))
        return cmd_usage(&CMD_ROI, "--%s: %s: must be from %.15g to %.15g", f->name, text, f->least, f->most);
    if (*low > *high)
        return cmd_usage(&CMD_ROI, "--%s: the range %s is reversed: write %g..%g", f->name, text, *high, *low);
    return 0;
wrong:
    return cmd_usage(&CMD_ROI, "--%s: '%s' is no number; write %s", f->name, text,
                     f->most <= 1 ? "0.85 for 85 %, or a range 0.8..0.9" : "250, 10M, or a range 250..400");
}

static bool needed(size_t field) {
    return field == SAVINGS_REQUESTS || field == SAVINGS_INPUT_TOKENS || field == SAVINGS_OUTPUT_TOKENS;
}

// What the models have in common.
static int read_fields(const struct options *o, struct roi_case *c) {
    for (size_t i = 0; i < SAVINGS_INPUTS; i++) {
        const struct savings_field *f = &SAVINGS_FIELDS[i];
        double low = f->preset, high = f->preset;
        if (!o->fields[i] && needed(i)) return cmd_usage(&CMD_ROI, "--%s is needed: %s", f->name, f->help);
        int status = o->fields[i] ? read_field(f, o->fields[i], &low, &high) : 0;
        if (status) return status;
        c->given[i] = o->fields[i] != NULL;
        c->low.value[i] = low;
        c->high.value[i] = high;
        c->middle.value[i] = (low + high) / 2;
        if (low < high) c->has_range = true;
    }
    return 0;
}

// ---------------------------------------------------------------- prices

static void set_price(struct roi_case *c, enum savings_input field, double usd_per_token) {
    if (c->given[field]) return;
    double usd = price_per_million(usd_per_token);
    c->low.value[field] = c->middle.value[field] = c->high.value[field] = usd;
}

// Fills in the model's prices. The step for long prompts is that of the middle of the input tokens.
static int price_case(const struct price_book *book, const char *model, enum price_service service,
                      struct roi_case *c) {
    static const struct {
        enum price_class class;
        enum savings_input field;
    } PRICES[] = {
        {PRICE_INPUT, SAVINGS_INPUT_PRICE}, {PRICE_OUTPUT, SAVINGS_OUTPUT_PRICE}, {PRICE_CACHED, SAVINGS_CACHED_PRICE}};
    int64_t context = (int64_t)c->middle.value[SAVINGS_INPUT_TOKENS];
    span_copy_z(c->model, sizeof c->model, model);
    c->price = price_find_how(book, span_from(model), &c->found);
    struct err e = {""};
    if (!c->price && price_set_unknown(book, model, &e) != 0) return cmd_usage(&CMD_ROI, "%s", e.text);
    for (size_t i = 0; i < sizeof PRICES / sizeof *PRICES; i++) {
        double usd = price_rate(c->price, PRICES[i].class, service, context);
        const struct savings_field *f = &SAVINGS_FIELDS[PRICES[i].field];
        if (isnan(usd) && !c->given[PRICES[i].field])
            return cmd_usage(&CMD_ROI, "%s: its %s (%s) is not known; give --%s", model, f->name,
                             price_service_name(service), f->name);
        set_price(c, PRICES[i].field, usd);
    }
    return 0;
}

// --input-price and --output-price without a model; without a price of its own, what is cached costs as input.
static void price_by_hand(struct roi_case *c) {
    if (c->given[SAVINGS_CACHED_PRICE]) return;
    c->low.value[SAVINGS_CACHED_PRICE] = c->low.value[SAVINGS_INPUT_PRICE];
    c->middle.value[SAVINGS_CACHED_PRICE] = c->middle.value[SAVINGS_INPUT_PRICE];
    c->high.value[SAVINGS_CACHED_PRICE] = c->high.value[SAVINGS_INPUT_PRICE];
}

// ---------------------------------------------------------------- the answer

double roi_saving_at(const struct roi_case *c, double local_share) {
    struct savings_inputs in = c->middle;
    struct savings s;
    in.value[SAVINGS_LOCAL_SHARE] = local_share;
    savings_compute(&in, &s);
    return s.saving;
}

static void answer(const struct roi *roi, struct roi_case *c) {
    savings_compute(&c->middle, &c->savings);
    savings_cash(&c->middle, ROI_CASH_MONTHS, c->cash);
    c->swing_count = forecast_swings(&c->middle, c->swings);
    if (c->has_range) forecast_sample(&c->low, &c->high, FORECAST_SAMPLES, (uint64_t)roi->seed, &c->forecast);
    const struct verdict_facts facts = {
        .output_percent = c->savings.output_percent,
        .routine_percent = 100 * c->middle.value[SAVINGS_LOCAL_SHARE], // what goes local is what is routine
        .saving_usd_per_month = c->savings.saving,
        .requests_per_month = c->middle.value[SAVINGS_REQUESTS],
        .break_even_requests = c->savings.break_even_requests,
        .sensitive = roi->sensitive ? TOLD_YES : UNTOLD,
        .interactive = roi->interactive ? TOLD_YES : UNTOLD,
        .reasoning = roi->reasoning ? TOLD_YES : UNTOLD,
        .sporadic = roi->sporadic ? TOLD_YES : UNTOLD,
    };
    c->verdict = verdict_decide(&facts);
}

// Adds one model, unless it is there.
static int add_case(struct roi *roi, const struct price_book *book, const struct roi_case *common, const char *model) {
    for (size_t i = 0; i < roi->count; i++)
        if (!strcmp(roi->cases[i].model, model)) return 0;
    if (roi->count == ROI_MAX_MODELS) return cmd_usage(&CMD_ROI, "--compare: at most %d models", ROI_MAX_MODELS);
    struct roi_case *c = &roi->cases[roi->count];
    *c = *common;
    int status = price_case(book, model, roi->service, c);
    if (status) return status;
    answer(roi, c);
    roi->count++;
    return 0;
}

static int add_cases(struct roi *roi, const struct options *o, const struct price_book *book,
                     const struct roi_case *common) {
    int status = o->frontier ? add_case(roi, book, common, o->frontier) : 0;
    for (const char *at = o->compare ? o->compare : ""; !status && *at;) {
        size_t n = strcspn(at, ",");
        char model[sizeof common->model];
        snprintf(model, sizeof model, "%.*s", (int)(n < sizeof model ? n : sizeof model), at);
        if (n) status = add_case(roi, book, common, model);
        at += n + (at[n] == ',');
    }
    if (status || roi->count) return status;
    if (!common->given[SAVINGS_INPUT_PRICE] || !common->given[SAVINGS_OUTPUT_PRICE])
        return cmd_usage(&CMD_ROI, "say which API it is compared with: --frontier MODEL, --compare MODEL,MODEL, or "
                                   "--input-price and --output-price");
    roi->cases[0] = *common;
    roi->count = 1;
    price_by_hand(&roi->cases[0]);
    answer(roi, &roi->cases[0]);
    return 0;
}

static void print_text(const json_t *report, const void *roi) {
    (void)report;
    roi_print(roi, cmd_colour());
}

static int write_answer(const struct roi *roi, const struct options *o) {
    json_t *root = roi_json(roi);
    int status = answer_write(
        &(struct answer){"roi", o->html, o->json, JSON_COMPACT | JSON_REAL_PRECISION(15), print_text, roi}, root);
    json_decref(root);
    return status;
}

// ---------------------------------------------------------------- the command

static void warn_of_faults(const struct price_book *book) {
    const struct price_fault *first = price_book_fault(book, 0);
    if (first)
        fprintf(stderr, "sluice: %zu models of the price book cannot be read, the first: line %u: %s: %s\n",
                price_book_fault_count(book), first->line, first->model, first->why);
}

static int run_with(const struct options *o, struct roi *roi, struct roi_case *common) {
    struct err e = {""};
    roi->service = o->service ? price_service_from(span_from(o->service)) : PRICE_STANDARD;
    if (roi->service == PRICE_OTHER)
        return cmd_usage(&CMD_ROI, "--service: there is standard, batch, priority and flex");
    int status = read_fields(o, common);
    if (status) return status;
    struct config *config = cmd_config(o->config, &o->sets, &e);
    struct price_book *book = config ? price_book_of(config, &e) : NULL;
    if (!book) {
        config_free(config);
        return cmd_fail(EXIT_CONFIG, &e);
    }
    warn_of_faults(book);
    status = add_cases(roi, o, book, common);
    if (!status) status = write_answer(roi, o);
    price_book_free(book);
    config_free(config);
    return status;
}

static int run(int argc, char **argv) {
    struct options o = {.seed = 1};
    const struct cmd_option own[] = {
        {"frontier", 'f', OPTION_STRING, "MODEL", "the API that it is compared with", &o.frontier},
        {"compare", 0, OPTION_STRING, "MODELS", "several, separated by commas, side by side", &o.compare},
        {"service", 0, OPTION_STRING, "NAME", "standard, batch, priority or flex (standard)", &o.service},
        {"sensitive", 0, OPTION_FLAG, NULL, "regulated data, PII or IP", &o.sensitive},
        {"interactive", 0, OPTION_FLAG, NULL, "p95 latency costs revenue", &o.interactive},
        {"reasoning", 0, OPTION_FLAG, NULL, "complex reasoning across many domains", &o.reasoning},
        {"sporadic", 0, OPTION_FLAG, NULL, "used now and then", &o.sporadic},
        {"seed", 0, OPTION_INT, "N", "of the samples behind intervals (1)", &o.seed},
        {"html", 0, OPTION_STRING, "FILE", "a page with charts; - is standard output", &o.html},
        {"json", 'j', OPTION_FLAG, NULL, "as JSON, with the data of every chart", &o.json},
        {"config", 'c', OPTION_STRING, "FILE", "configuration that names the price book", &o.config},
        {"set", 's', OPTION_LIST, "KEY=VALUE", "change one key of the configuration", &o.sets},
        {NULL, 0, OPTION_FLAG, NULL, NULL, NULL},
    };
    struct cmd_option options[SAVINGS_INPUTS + sizeof own / sizeof *own];
    for (size_t i = 0; i < SAVINGS_INPUTS; i++)
        options[i] = (struct cmd_option){SAVINGS_FIELDS[i].name, 0,           OPTION_STRING, SAVINGS_FIELDS[i].argument,
                                         SAVINGS_FIELDS[i].help, &o.fields[i]};
    memcpy(options + SAVINGS_INPUTS, own, sizeof own);
    int first = cmd_options(&CMD_ROI, options, argc, argv);
    if (first < argc) return cmd_usage(&CMD_ROI, "'%s': it has options only", argv[first]);
    if (answer_check(&CMD_ROI, o.html, o.json)) return EXIT_USAGE;
    struct roi *roi = mem_new(sizeof *roi);
    struct roi_case *common = mem_new(sizeof *common);
    roi->sensitive = o.sensitive;
    roi->interactive = o.interactive;
    roi->reasoning = o.reasoning;
    roi->sporadic = o.sporadic;
    roi->seed = o.seed;
    int status = run_with(&o, roi, common);
    free(common);
    free(roi);
    return status;
}

const struct command CMD_ROI = {
    .name = "roi",
    .arguments = "",
    .summary = "what routing would save, and when it pays back",
    .help = HELP,
    .run = run,
};
