// sluice prices: the price book
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "price/price.h"
#include "wire/json.h"

struct options {
    const char *config;
    struct option_list sets;
    bool json;
};

static const char HELP[] =
    "Without MODEL: every model of the book, the built-in one with the file of data.prices on top. A name is looked "
    "up\n"
    "as it is, without \"provider/\", and without a date at its end. check reads a file in the format of LiteLLM's\n"
    "model_prices_and_context_window.json: how many models it has, what is wrong and in which line, and what it would\n"
    "change. Exit code 1: a model is unknown, or the file would be refused.\n"
    "\n"
    "Examples:\n"
    "  sluice prices gpt-5.2 openai/gpt-5.2-2025-12-11\n"
    "  sluice prices check model_prices_and_context_window.json\n"
    "  sluice prices --json | jq '.models[] | select(.output_usd_per_million > 20).model'\n";

static const struct {
    enum price_class class;
    const char *key, *label;
} CLASSES[] = {
    {PRICE_INPUT, "input", "input"},          {PRICE_CACHED, "cached_input", "cached"},
    {PRICE_WRITE, "cache_write", "write 5m"}, {PRICE_WRITE_1H, "cache_write_1h", "write 1h"},
    {PRICE_OUTPUT, "output", "output"},       {PRICE_REASONING, "reasoning", "reasoning"},
};
enum { CLASS_COUNT = sizeof CLASSES / sizeof *CLASSES };

// ---------------------------------------------------------------- JSON

static void put_card(struct buf *b, const struct price_card *card) {
    for (size_t i = 0; i < CLASS_COUNT; i++) {
        double usd = card->usd[CLASSES[i].class];
        buf_printf(b, ",\"%s_usd_per_million\":", CLASSES[i].key);
        if (isnan(usd)) buf_add_z(b, "null");
        else buf_printf(b, "%.12g", price_per_million(usd));
    }
}

static const struct price_card *standard_card(const struct price *p) {
    static const struct price_card NOTHING = {.usd = {NAN, NAN, NAN, NAN, NAN, NAN}};
    for (uint32_t i = 0; i < p->card_count; i++)
        if (p->cards[i].service == PRICE_STANDARD && p->cards[i].above == 0) return &p->cards[i];
    return &NOTHING;
}

static void put_model(struct buf *b, const struct price *p) {
    buf_add_z(b, "\"model\":");
    json_put_z(b, p->name);
    put_card(b, standard_card(p));
    buf_add_z(b, ",\"steps\":[");
    bool comma = false;
    for (uint32_t i = 0; i < p->card_count; i++) {
        const struct price_card *card = &p->cards[i];
        if (card == standard_card(p)) continue;
        buf_printf(b, "%s{\"service\":\"%s\",\"above_tokens\":%lld", comma ? "," : "",
                   price_service_name(card->service), (long long)card->above);
        put_card(b, card);
        buf_add_char(b, '}');
        comma = true;
    }
    buf_add_z(b, "],\"max_input_tokens\":");
    if (p->max_input_tokens) buf_add_i64(b, p->max_input_tokens);
    else buf_add_z(b, "null");
    buf_add_z(b, ",\"max_output_tokens\":");
    if (p->max_output_tokens) buf_add_i64(b, p->max_output_tokens);
    else buf_add_z(b, "null");
    buf_add_z(b, ",\"provider\":");
    json_put_z(b, p->provider);
    buf_add_z(b, ",\"mode\":");
    json_put_z(b, p->mode);
    buf_add_z(b, ",\"source\":");
    json_put_z(b, p->source);
    buf_printf(b, ",\"line\":%u", p->line);
}

// ---------------------------------------------------------------- models

static void print_heading(void) {
    printf("%-40s", "USD per 1M tokens");
    for (size_t i = 0; i < CLASS_COUNT; i++) printf(" %9s", CLASSES[i].label);
    printf(" %10s  %s\n", "context", "source");
}

static void print_usd(const struct price_card *card) {
    for (size_t i = 0; i < CLASS_COUNT; i++) {
        double usd = card->usd[CLASSES[i].class];
        if (isnan(usd)) printf(" %9s", "-");
        else printf(" %9.5g", price_per_million(usd));
    }
}

static void print_model(const char *asked, const struct price *p, unsigned found) {
    printf("%-40s", asked);
    print_usd(standard_card(p));
    if (p->max_input_tokens) printf(" %10lld", (long long)p->max_input_tokens);
    else printf(" %10s", "-");
    printf("  %s:%u", p->source, p->line);
    if (found) printf(" (%s, %s)", p->name, price_found_text(found));
    putchar('\n');
    for (uint32_t i = 0; i < p->card_count; i++) {
        const struct price_card *card = &p->cards[i];
        char label[64];
        if (card == standard_card(p)) continue;
        if (card->above)
            snprintf(label, sizeof label, "  %s, above %lld tokens", price_service_name(card->service),
                     (long long)card->above);
        else snprintf(label, sizeof label, "  %s", price_service_name(card->service));
        printf("%-40s", label);
        print_usd(card);
        putchar('\n');
    }
}

static int show_asked(const struct price_book *book, char **models, bool json) {
    struct buf b;
    int status = EXIT_FINE;
    bool heading = false, comma = false;
    buf_init(&b, 1 << 24);
    buf_add_z(&b, "{\"models\":[");
    for (; *models; models++) {
        unsigned found;
        const struct price *p = price_find_how(book, span_from(*models), &found);
        if (!p) {
            struct err e = {""};
            price_set_unknown(book, *models, &e);
            status = cmd_fail(EXIT_FAILED, &e);
        } else if (json) {
            buf_add_z(&b, comma ? ",{\"asked\":" : "{\"asked\":");
            json_put_z(&b, *models);
            buf_printf(&b, ",\"found\":\"%s\",", price_found_text(found));
            put_model(&b, p);
            buf_add_char(&b, '}');
            comma = true;
        } else {
            if (!heading) print_heading();
            heading = true;
            print_model(*models, p, found);
        }
    }
    if (json) printf("%s]}\n", b.at);
    buf_free(&b);
    return status;
}

static int show_all(const struct price_book *book, bool json) {
    struct buf b;
    buf_init(&b, 1 << 16);
    if (json) fputs("{\"models\":[", stdout);
    else print_heading();
    for (size_t i = 0; i < price_book_count(book); i++) {
        const struct price *p = price_book_at(book, i);
        if (!json) {
            print_model(p->name, p, PRICE_EXACT);
            continue;
        }
        buf_reset(&b);
        buf_add_z(&b, i ? ",{" : "{");
        put_model(&b, p);
        printf("%s}", b.at);
    }
    if (json) printf("],\"unpriced\":%zu}\n", price_book_unpriced(book));
    buf_free(&b);
    return EXIT_FINE;
}

// ---------------------------------------------------------------- check

// The first price that differs between two entries of a model.
struct change {
    const struct price *before, *after;
    const char *key;
    double from, to;
};

static bool differs(double a, double b) {
    return isnan(a) != isnan(b) || (!isnan(a) && fabs(a - b) > 1e-15);
}

static bool find_change(const struct price *before, const struct price *after, struct change *out) {
    const struct price_card *a = standard_card(before), *b = standard_card(after);
    for (size_t i = 0; i < CLASS_COUNT; i++) {
        enum price_class c = CLASSES[i].class;
        if (!differs(a->usd[c], b->usd[c])) continue;
        *out =
            (struct change){before, after, CLASSES[i].key, price_per_million(a->usd[c]), price_per_million(b->usd[c])};
        return true;
    }
    return false;
}

static void put_faults(const struct price_book *file, bool json) {
    struct buf b;
    buf_init(&b, 1 << 20);
    const struct price_fault *f;
    for (size_t i = 0; (f = price_book_fault(file, i)); i++) {
        if (!json) {
            printf("  line %u: %s: %s\n", f->line, f->model, f->why);
            continue;
        }
        buf_printf(&b, "%s{\"line\":%u,\"model\":", i ? "," : "", f->line);
        json_put_z(&b, f->model);
        buf_add_z(&b, ",\"why\":");
        json_put_z(&b, f->why);
        buf_add_char(&b, '}');
    }
    if (json) printf(",\"faults\":[%s]", b.at ? b.at : "");
    buf_free(&b);
}

static void put_changes(const struct price_book *used, const struct price_book *file, bool json) {
    struct buf b;
    struct change change;
    bool comma = false;
    buf_init(&b, 1 << 24);
    for (size_t i = 0; i < price_book_count(used); i++) {
        const struct price *before = price_book_at(used, i);
        const struct price *after = price_find(file, span_from(before->name));
        if (!after || strcmp(after->name, before->name) != 0 || !find_change(before, after, &change)) continue;
        if (!json) {
            printf("  %s: %s %g -> %g\n", before->name, change.key, change.from, change.to);
            continue;
        }
        buf_add_z(&b, comma ? ",{\"model\":" : "{\"model\":");
        json_put_z(&b, before->name);
        buf_printf(&b, ",\"price\":\"%s\",\"from_usd_per_million\":", change.key);
        json_put_real(&b, change.from);
        buf_add_z(&b, ",\"to_usd_per_million\":");
        json_put_real(&b, change.to);
        buf_add_char(&b, '}');
        comma = true;
    }
    if (json) printf(",\"changed\":[%s]", b.at ? b.at : "");
    buf_free(&b);
}

struct counts {
    size_t same, changed, missing, fresh;
};

static struct counts compare(const struct price_book *used, const struct price_book *file) {
    struct counts n = {0, 0, 0, 0};
    struct change change;
    for (size_t i = 0; i < price_book_count(used); i++) {
        const struct price *before = price_book_at(used, i), *after = price_find(file, span_from(before->name));
        if (!after || strcmp(after->name, before->name) != 0) n.missing++;
        else if (find_change(before, after, &change)) n.changed++;
        else n.same++;
    }
    n.fresh = price_book_count(file) - n.same - n.changed;
    return n;
}

static int check(const struct price_book *used, const char *path, double most_loss, bool json) {
    struct err e = {""};
    struct price_book *file = price_book_load(SPAN_NONE, path, 100, &e);
    if (!file) return cmd_fail(EXIT_FAILED, &e);
    size_t good = price_book_count(file), faults = price_book_fault_count(file);
    bool refused = (double)faults * 100 > most_loss * (double)(good + faults) || good == 0;
    struct counts n = compare(used, file);
    if (json) {
        printf("{\"models\":%zu,\"unpriced\":%zu,\"bad\":%zu,\"refused\":%s,\"new\":%zu,\"same\":%zu,\"missing\":%zu",
               good, price_book_unpriced(file), faults, refused ? "true" : "false", n.fresh, n.same, n.missing);
        put_faults(file, true);
        put_changes(used, file, true);
        puts("}");
    } else {
        printf("%s: %zu models with a price per token, %zu others (images, audio, search), %zu that cannot be read\n",
               path, good, price_book_unpriced(file), faults);
        put_faults(file, false);
        printf("Against the book in use: %zu new, %zu changed, %zu the same, %zu that it lacks\n", n.fresh, n.changed,
               n.same, n.missing);
        put_changes(used, file, false);
        if (refused && good)
            printf("It would be refused: data.prices_max_loss allows %g %% of the models to be unreadable\n",
                   most_loss);
        if (!good) puts("It would be refused: it has no model with a price per token");
    }
    price_book_free(file);
    return refused ? EXIT_FAILED : EXIT_FINE;
}

// ---------------------------------------------------------------- the command

static int run(int argc, char **argv) {
    struct options o = {.config = NULL};
    struct err e = {""};
    const struct cmd_option options[] = {
        {"config", 'c', OPTION_STRING, "FILE", "configuration that names the price book", &o.config},
        {"json", 'j', OPTION_FLAG, NULL, "as JSON", &o.json},
        {"set", 's', OPTION_LIST, "KEY=VALUE", "change one key of the configuration", &o.sets},
        {NULL, 0, OPTION_FLAG, NULL, NULL, NULL},
    };
    int first = cmd_options(&CMD_PRICES, options, argc, argv), status;
    bool is_check = first < argc && strcmp(argv[first], "check") == 0;
    if (is_check && first + 2 != argc) return cmd_usage(&CMD_PRICES, "check needs one FILE");
    struct config *config = cmd_config(o.config, &o.sets, &e);
    double most_loss = config ? (double)config->data.prices_max_loss : 0;
    struct price_book *book = config ? price_book_of(config, &e) : NULL;
    config_free(config);
    if (!book) return cmd_fail(EXIT_CONFIG, &e);
    if (is_check) status = check(book, argv[first + 1], most_loss, o.json);
    else if (first < argc) status = show_asked(book, argv + first, o.json);
    else status = show_all(book, o.json);
    price_book_free(book);
    return status;
}

const struct command CMD_PRICES = {
    .name = "prices",
    .arguments = "[MODEL...|check FILE]",
    .summary = "the price book: what a model costs",
    .help = HELP,
    .run = run,
};
