// Registered lists and documents: what is found again, what is not, and what a file that is not as it was does to a
// gate.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate/own.h"
#include "gate/own_internal.h"
#include "gate_help.h"

static char dir[64];

static int make_dir(void **state) {
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/sluice-own-XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int drop_dir(void **state) {
    (void)state;
    DIR *d = opendir(dir);
    for (struct dirent *entry; d && (entry = readdir(d));) unlinkat(dirfd(d), entry->d_name, 0);
    if (d) closedir(d);
    return rmdir(dir);
}

// ---------------------------------------------------------------- help

static struct config config_here(void) {
    return (struct config){.policy = {.profile = PROFILE_BALANCED, .data_dir = dir}};
}

static struct own_key *key_here(void) {
    struct err e = {""};
    struct own_key *key = own_key_make(dir, &e);
    if (!key) fail_msg("%s", e.text);
    return key;
}

static enum own_saved save_list(const char *name, const char *const *values, size_t count) {
    struct err e = {""};
    struct own_key *key = key_here();
    struct own_list *l = own_list_new(key);
    for (size_t i = 0; i < count; i++) assert_int_equal(own_list_add(l, span_from(values[i]), false), OWN_VALUE_TAKEN);
    enum own_saved saved = own_list_save(l, dir, name, CLASS_PII, 1, &e);
    own_list_free(l);
    own_key_free(key);
    return saved;
}

static void save_pairs(const char *name, const char *const (*rows)[2], size_t count) {
    struct err e = {""};
    struct own_key *key = key_here();
    struct own_list *l = own_list_new(key);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(own_list_add_pair(l, span_from(rows[i][0]), span_from(rows[i][1]), false), OWN_VALUE_TAKEN);
    assert_int_equal(own_list_save(l, dir, name, CLASS_PII, 1, &e), OWN_ADDED);
    own_list_free(l);
    own_key_free(key);
}

static enum own_saved save_documents(const char *name, const struct span *texts, size_t count, uint64_t common) {
    struct err e = {""};
    struct own_key *key = key_here();
    struct own_documents *d = own_documents_new(key);
    for (size_t i = 0; i < count; i++) {
        char called[32];
        snprintf(called, sizeof called, "text-%zu", i);
        own_documents_add(d, called, texts[i]);
    }
    enum own_saved saved = own_documents_save(d, dir, name, CLASS_IP, common, &e);
    own_documents_free(d);
    own_key_free(key);
    return saved;
}

// A gate of the directory, and a scan with it; one at a time.
static struct fixture gate;

static void open_gate(void) {
    struct config config = config_here();
    fixture_open(&gate, &config);
}

static void close_gate(void) {
    fixture_close(&gate);
}

static const struct verdict *scan_span(struct span text, enum profile profile) {
    struct gate_input in = {.text = text};
    arena_reset(&gate.arena);
    gate_scan(gate.gate, gate.scratch, &in, profile, &gate.arena, &gate.v);
    return &gate.v;
}

static const struct finding *find_rule(const struct verdict *v, const char *rule) {
    for (uint32_t i = 0; i < v->count; i++)
        if (!strcmp(v->findings[i].rule, rule)) return &v->findings[i];
    return NULL;
}

static bool holds(const char *text, const char *rule) {
    return find_rule(scan_as(&gate, text, PROFILE_LENIENT), rule) != NULL;
}

// Text of the words of no language, the same for the same seed: what other texts do not have.
static struct span prose(uint64_t seed, size_t words, char *out) {
    static const char *const PARTS[] = {"ta", "lor", "min", "des", "ka", "vu", "ren", "o", "sil", "qua", "be", "thro"};
    size_t n = 0;
    for (size_t i = 0; i < words; i++) {
        for (unsigned k = 0; k < 2 + (seed >> 60) % 3; k++) {
            seed = hash_mix(seed + 0x9e3779b97f4a7c15u);
            n += (size_t)sprintf(out + n, "%s", PARTS[seed % 12]);
        }
        out[n++] = (seed >> 20) % 11 ? ' ' : '\n';
    }
    out[n] = 0;
    return span_make(out, n);
}

// ---------------------------------------------------------------- lists

static void own_list_values_are_found_in_any_spelling(void **state) {
    (void)state;
    static const char *const VALUES[] = {"Bluebird Harvest", "Müller-Lüdenscheidt GmbH",
                                         "AB1234-77",        "0049 170 5550199",
                                         "山田太郎",         "ada.lovelace@corp.example"};
    static const char *const FOUND[] = {"the plan is bluebird harvest.",
                                        "BLUEBIRD   HARVEST",
                                        "see Bluebird\nHarvest, page 2",
                                        "bluebird-harvest",
                                        "Muller Ludenscheidt GMBH, Bonn",
                                        "(MÜLLER LÜDENSCHEIDT GMBH)",
                                        "part ab1234 77",
                                        "part AB-1234-77",
                                        "call 00491705550199 now",
                                        "call 0049-170-555-01-99",
                                        "私は山田太郎です",
                                        "Ada.Lovelace@CORP.example!",
                                        "ｂｌｕｅｂｉｒｄ ｈａｒｖｅｓｔ"};
    static const char *const NOT[] = {"blue birds harvest corn",
                                      "bluebird harvests",
                                      "the bluebird",
                                      "harvest bluebird",
                                      "AB1234-78",
                                      "00491705550198",
                                      "山田花子",
                                      "xAB1234-77",
                                      "0049, 170, 555, 0199",
                                      "bluebird  ------------ harvest"};
    assert_int_equal(save_list("names", VALUES, 6), OWN_ADDED);
    open_gate();
    for (size_t i = 0; i < sizeof FOUND / sizeof *FOUND; i++)
        if (!holds(FOUND[i], "own.list")) fail_msg("not found in '%s'", FOUND[i]);
    for (size_t i = 0; i < sizeof NOT / sizeof *NOT; i++)
        if (holds(NOT[i], "own.list")) fail_msg("found in '%s'", NOT[i]);
    close_gate();
}

static void own_list_finding_says_where_and_from_what(void **state) {
    (void)state;
    static const char *const VALUES[] = {"Bluebird Harvest"};
    save_list("codenames", VALUES, 1);
    open_gate();
    const struct verdict *v = scan_as(&gate, "our Bluebird Harvest plan", PROFILE_BALANCED);
    const struct finding *f = find_rule(v, "own.list");
    assert_non_null(f);
    assert_true(v->sensitive && f->hard);
    assert_int_equal(v->classes, CLASS_PII);
    assert_int_equal(f->start, 4);
    assert_int_equal(f->end, 20);
    assert_string_equal(f->type, "REGISTERED_VALUE");
    assert_string_equal(f->source, "codenames");
    assert_null(strstr(v->receipt, "codenames"));
    assert_null(strstr(v->reason, "codenames"));
    close_gate();
}

static void own_list_of_many_words_is_known_by_its_first_ones(void **state) {
    (void)state;
    static const char *const VALUES[] = {"one lorry of seven left the yard at noon with nobody"};
    save_list("long", VALUES, 1);
    open_gate();
    assert_true(holds("So: One lorry of seven left the yard at noon", "own.list"));
    assert_false(holds("one lorry of seven left the yard", "own.list"));
    close_gate();
}

static void own_list_refuses_values_that_stand_everywhere(void **state) {
    (void)state;
    static const char *const WEAK[] = {"yes", "12", "000000000", "123456789", "smith", "2024", "CA", "121212121212"};
    static const char *const GOOD[] = {"8265309", "AB123", "Okonkwo", "John Smith", "王小明"};
    struct own_key *key = key_here();
    struct own_list *l = own_list_new(key);
    struct err e = {""};
    for (size_t i = 0; i < sizeof WEAK / sizeof *WEAK; i++)
        if (own_list_add(l, span_from(WEAK[i]), false) != OWN_VALUE_WEAK) fail_msg("%s was taken", WEAK[i]);
    assert_int_equal(own_list_add(l, SPAN(" -- "), false), OWN_VALUE_EMPTY);
    assert_int_equal(own_list_save(l, dir, "none", CLASS_IP, 1, &e), OWN_FAILED);
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++)
        if (own_list_add(l, span_from(GOOD[i]), false) != OWN_VALUE_TAKEN) fail_msg("%s was not taken", GOOD[i]);
    assert_int_equal(own_list_add(l, SPAN("yes"), true), OWN_VALUE_TAKEN);
    own_list_free(l);
    own_key_free(key);
}

static void own_list_pair_decides_only_near_its_own_partner(void **state) {
    (void)state;
    static const char *const ROWS[][2] = {{"Ann Li", "7741902"}, {"Ann Li", "5520018"}, {"Bo Dahl", "3301774"}};
    save_pairs("customers", ROWS, 3);
    open_gate();
    assert_true(holds("Ann Li (7741902) called", "own.list-pair"));
    assert_true(holds("account 552-0018 of ANN LI", "own.list-pair"));
    assert_false(holds("Ann Li called", "own.list-pair"));
    assert_false(holds("account 7741902", "own.list-pair"));
    assert_false(holds("Ann Li, 3301774", "own.list-pair"));
    char far[512];
    snprintf(far, sizeof far, "Ann Li %0290d 7741902", 0);
    assert_true(holds(far, "own.list-pair"));
    snprintf(far, sizeof far, "Ann Li %0310d 7741902", 0);
    assert_false(holds(far, "own.list-pair"));
    close_gate();
}

static void own_list_finds_each_of_many_values(void **state) {
    (void)state;
    enum { MANY = 20000 };
    struct err e = {""};
    struct own_key *key = key_here();
    struct own_list *l = own_list_new(key);
    for (unsigned i = 0; i < MANY; i++) {
        char value[32];
        snprintf(value, sizeof value, "C%08llx", (unsigned long long)(hash_mix(i + 1) & 0xffffffff));
        own_list_add(l, span_from(value), true);
    }
    assert_int_equal(own_list_save(l, dir, "ids", CLASS_PII, 1, &e), OWN_ADDED);
    own_list_free(l);
    own_key_free(key);
    open_gate();
    for (unsigned i = 0; i < MANY; i += 37) {
        char text[64];
        snprintf(text, sizeof text, "see c%08llx there", (unsigned long long)(hash_mix(i + 1) & 0xffffffff));
        if (!holds(text, "own.list")) fail_msg("%s", text);
        snprintf(text, sizeof text, "see c%08llx there", (unsigned long long)(hash_mix(i + 900000) & 0xffffffff));
        assert_false(holds(text, "own.list"));
    }
    close_gate();
}

// ---------------------------------------------------------------- documents

static size_t alnums(struct span s) {
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) n += FOLD_ASCII[(unsigned char)s.at[i]] > 1;
    return n;
}

static void own_documents_any_passage_of_63_characters_is_found(void **state) {
    (void)state;
    static char text[1 << 15];
    struct span document = prose(7, 2000, text);
    assert_int_equal(save_documents("plan", &document, 1, 16), OWN_ADDED);
    open_gate();
    for (size_t at = 0; at + 200 < document.len; at += 41) {
        struct span passage = span_sub(document, at, 63);
        while (alnums(passage) < 63) passage.len++;
        const struct verdict *v = scan_span(passage, PROFILE_BALANCED);
        if (!v->sensitive) fail_msg("passage at %zu", at);
        assert_non_null(find_rule(v, "own.document"));
    }
    close_gate();
}

// Nothing of what is registered was met; words drawn at random may look like names.
static bool is_unknown(const struct verdict *v) {
    return !find(v, "REGISTERED_DOCUMENT") && !find(v, "REGISTERED_VALUE");
}

static void own_documents_passage_within_other_text_is_found_where_it_stands(void **state) {
    (void)state;
    static char text[1 << 15], other[1 << 15], around[1 << 16];
    struct span document = prose(7, 1500, text), before = prose(99, 400, other);
    save_documents("plan", &document, 1, 16);
    open_gate();
    int n = snprintf(around, sizeof around, "%.*s|%.300s|%.*s", SPAN_ARG(before), text + 1000, SPAN_ARG(before));
    const struct verdict *v = scan_span(span_make(around, (size_t)n), PROFILE_BALANCED);
    const struct finding *f = find_rule(v, "own.document");
    assert_non_null(f);
    assert_true(f->start >= before.len && f->start < before.len + 80);
    assert_true(f->end > before.len + 220 && f->end <= before.len + 302);
    assert_string_equal(f->source, "plan: text-0");
    assert_true(is_unknown(scan_span(before, PROFILE_STRICT)));
    close_gate();
}

static void own_documents_spelling_and_layout_do_not_matter(void **state) {
    (void)state;
    static char text[1 << 14], changed[1 << 15];
    struct span document = prose(21, 600, text);
    save_documents("plan", &document, 1, 16);
    open_gate();
    size_t n = 0;
    for (size_t i = 500; i < 900; i++) {
        char c = text[i];
        changed[n++] = c == ' ' ? '\n' : c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
        if (c == ' ') changed[n++] = '>', changed[n++] = ' ';
    }
    assert_true(scan_span(span_make(changed, n), PROFILE_BALANCED)->sensitive);
    close_gate();
}

static void own_documents_few_words_in_common_are_a_trace(void **state) {
    (void)state;
    static char text[1 << 14], other[1 << 15], around[1 << 16];
    struct span document = prose(33, 600, text), before = prose(55, 800, other);
    save_documents("plan", &document, 1, 16);
    open_gate();
    struct span passage = span_sub(document, 700, 63);
    while (alnums(passage) < 63) passage.len++;
    int n = snprintf(around, sizeof around, "%.*s|%.*s|%.*s", SPAN_ARG(before), SPAN_ARG(passage), SPAN_ARG(before));
    const struct verdict *v = scan_span(span_make(around, (size_t)n), PROFILE_BALANCED);
    assert_non_null(find(v, "REGISTERED_DOCUMENT"));
    assert_true(scan_span(span_make(around, (size_t)n), PROFILE_STRICT)->sensitive);
    close_gate();
}

static void own_documents_boilerplate_is_dropped(void **state) {
    (void)state;
    enum { COUNT = 6 };
    static char header[4096], bodies[COUNT][1 << 14], whole[COUNT][1 << 15];
    struct span texts[COUNT], licence = prose(1, 100, header);
    for (size_t i = 0; i < COUNT; i++) {
        struct span body = prose(1000 + i, 300, bodies[i]);
        int n = snprintf(whole[i], sizeof whole[i], "%.*s\n%.*s", SPAN_ARG(licence), SPAN_ARG(body));
        texts[i] = span_make(whole[i], (size_t)n);
    }
    save_documents("sources", texts, COUNT, 4);
    open_gate();
    assert_true(is_unknown(scan_span(licence, PROFILE_STRICT)));
    assert_true(scan_span(span_make(bodies[3], 400), PROFILE_BALANCED)->sensitive);
    close_gate();
    save_documents("sources", texts, COUNT, 16);
    open_gate();
    assert_true(scan_span(licence, PROFILE_BALANCED)->sensitive);
    close_gate();
}

static void own_documents_unrelated_text_shares_nothing(void **state) {
    (void)state;
    static char text[1 << 18], other[1 << 15];
    struct span document = prose(7, 20000, text);
    save_documents("plan", &document, 1, 16);
    open_gate();
    // A single fingerprint of 40 bits may be met by chance, in one run of some thousands; that is a trace at most.
    for (uint64_t seed = 100; seed < 160; seed++)
        assert_null(find_rule(scan_span(prose(seed, 1500, other), PROFILE_STRICT), "own.document"));
    // Tables repeat themselves; that is no sign of anything.
    memset(other, '0', 4000);
    assert_null(find_rule(scan_span(span_make(other, 4000), PROFILE_STRICT), "own.document"));
    close_gate();
}

// ---------------------------------------------------------------- the directory

static void own_same_content_is_unchanged_other_content_replaces(void **state) {
    (void)state;
    static const char *const FIRST[] = {"Bluebird Harvest", "Kestrel Nine"}, *const AGAIN[] = {"kestrel nine",
                                                                                               "BLUEBIRD HARVEST"};
    static const char *const OTHER[] = {"Tangerine Dream"};
    assert_int_equal(save_list("names", FIRST, 2), OWN_ADDED);
    assert_int_equal(save_list("names", AGAIN, 2), OWN_UNCHANGED);
    assert_int_equal(save_list("names", OTHER, 1), OWN_REPLACED);
    static char text[1 << 14];
    struct span document = prose(3, 500, text);
    assert_int_equal(save_documents("names", &document, 1, 16), OWN_REPLACED);
    struct own_info *all;
    size_t count;
    struct err e;
    assert_int_equal(own_list_all(dir, &all, &count, &e), 0);
    assert_int_equal(count, 1);
    assert_int_equal(all[0].kind, OWN_DOCUMENTS);
    free(all);
    assert_int_equal(own_remove(dir, "names", &e), 0);
    assert_int_equal(own_remove(dir, "names", &e), 1);
}

static void own_version_of_the_policy_follows_what_is_registered(void **state) {
    (void)state;
    static const char *const ONE[] = {"Bluebird Harvest"}, *const TWO[] = {"Tangerine Dream"};
    char versions[3][40];
    open_gate();
    snprintf(versions[0], 40, "%s", gate_version(gate.gate));
    close_gate();
    save_list("a", ONE, 1);
    open_gate();
    snprintf(versions[1], 40, "%s", gate_version(gate.gate));
    close_gate();
    save_list("a", TWO, 1);
    open_gate();
    snprintf(versions[2], 40, "%s", gate_version(gate.gate));
    close_gate();
    assert_string_not_equal(versions[0], versions[1]);
    assert_string_not_equal(versions[1], versions[2]);
}

static void assert_no_gate(const char *why) {
    struct config config = config_here();
    struct err e = {""};
    struct gate *g = gate_new(&config, &e);
    assert_null(g);
    if (!strstr(e.text, why)) fail_msg("'%s' does not say '%s'", e.text, why);
}

static void spoil(const char *leaf, long at, bool shorten) {
    char path[128], byte;
    snprintf(path, sizeof path, "%s/%s", dir, leaf);
    int fd = open(path, O_RDWR);
    struct stat info;
    assert_true(fd >= 0 && fstat(fd, &info) == 0);
    if (at < 0) at += info.st_size;
    if (shorten) assert_int_equal(ftruncate(fd, at), 0);
    else {
        assert_int_equal(pread(fd, &byte, 1, at), 1);
        byte ^= 1;
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    }
    close(fd);
}

static void own_gate_does_not_open_with_a_file_that_is_damaged(void **state) {
    (void)state;
    static const char *const VALUES[] = {"Bluebird Harvest", "Kestrel Nine"};
    static const struct {
        long at;
        bool shorten;
        const char *why;
    } ROWS[] = {{0, false, "no file of"}, {8, false, "another version"}, {12, false, "damaged"}, {40, false, "damaged"},
                {-1, false, "damaged"},   {-1, true, "damaged"},         {20, true, "damaged"},  {0, true, "damaged"}};
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct err e;
        save_list("names", VALUES, 2);
        spoil("names.list", ROWS[i].at, ROWS[i].shorten);
        assert_no_gate(ROWS[i].why);
        assert_int_equal(own_remove(dir, "names", &e), 0);
    }
}

static void own_gate_that_is_open_keeps_what_it_was_told(void **state) {
    (void)state;
    static const char *const VALUES[] = {"Bluebird Harvest"};
    save_list("names", VALUES, 1);
    open_gate();
    spoil("names.list", 50, true);
    assert_true(holds("Bluebird Harvest", "own.list"));
    close_gate();
    assert_no_gate("damaged");
}

static void own_files_made_by_root_belong_to_the_owner_of_the_directory(void **state) {
    (void)state;
    static const char *const VALUES[] = {"Bluebird Harvest"};
    static const char *const LEAVES[] = {"", "/key", "/names.list"};
    char parent[64], path[128];
    struct stat info;
    if (geteuid() != 0) skip();
    snprintf(parent, sizeof parent, "%s", dir);
    assert_int_equal(chown(dir, 12345, 12346), 0);
    snprintf(dir + strlen(dir), sizeof dir - strlen(dir), "/gate"); // made by own_key_make
    save_list("names", VALUES, 1);
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s%s", dir, LEAVES[i]);
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_uid, 12345);
        assert_int_equal(info.st_gid, 12346);
    }
    assert_int_equal(drop_dir(NULL), 0);
    snprintf(dir, sizeof dir, "%s", parent);
}

static void own_gate_does_not_open_without_the_key(void **state) {
    (void)state;
    static const char *const VALUES[] = {"Bluebird Harvest"};
    char key[128];
    snprintf(key, sizeof key, "%s/key", dir);
    save_list("names", VALUES, 1);
    chmod(key, 0644);
    assert_no_gate("chmod 600");
    chmod(key, 0600);
    spoil("key", 3, false);
    assert_no_gate("another key");
    unlink(key);
    assert_no_gate("bring the key back");
    struct err e = {""};
    assert_null(own_key_make(dir, &e)); // nor does a new one take its place
}

static void own_gate_does_not_open_without_the_directory_it_was_told(void **state) {
    (void)state;
    struct config config = {.policy = {.data_dir = "/nonexistent/gate"}};
    struct err e = {""};
    assert_null(gate_new(&config, &e));
    assert_non_null(strstr(e.text, "policy.data_dir"));
}

static void own_files_are_for_the_owner_and_hold_no_value(void **state) {
    (void)state;
    static const char *const VALUES[] = {"Bluebird Harvest", "Tangerine"};
    static const char *const PLAIN[] = {"luebird", "bluebirdharvest", "angerine"};
    save_list("names", VALUES, 2);
    DIR *d = opendir(dir);
    for (struct dirent *entry; (entry = readdir(d));) {
        static char bytes[1 << 16];
        struct stat info;
        if (*entry->d_name == '.') continue;
        assert_int_equal(fstatat(dirfd(d), entry->d_name, &info, 0), 0);
        assert_int_equal(info.st_mode & 0777, 0600);
        int fd = openat(dirfd(d), entry->d_name, O_RDONLY);
        ssize_t n = read(fd, bytes, sizeof bytes);
        close(fd);
        for (size_t i = 0; i < 3; i++) assert_null(memmem(bytes, (size_t)n, PLAIN[i], strlen(PLAIN[i])));
    }
    closedir(d);
}

#define HERE(f) cmocka_unit_test_setup_teardown(f, make_dir, drop_dir)

int main(void) {
    const struct CMUnitTest tests[] = {
        HERE(own_list_values_are_found_in_any_spelling),
        HERE(own_list_finding_says_where_and_from_what),
        HERE(own_list_of_many_words_is_known_by_its_first_ones),
        HERE(own_list_refuses_values_that_stand_everywhere),
        HERE(own_list_pair_decides_only_near_its_own_partner),
        HERE(own_list_finds_each_of_many_values),
        HERE(own_documents_any_passage_of_63_characters_is_found),
        HERE(own_documents_passage_within_other_text_is_found_where_it_stands),
        HERE(own_documents_spelling_and_layout_do_not_matter),
        HERE(own_documents_few_words_in_common_are_a_trace),
        HERE(own_documents_boilerplate_is_dropped),
        HERE(own_documents_unrelated_text_shares_nothing),
        HERE(own_same_content_is_unchanged_other_content_replaces),
        HERE(own_version_of_the_policy_follows_what_is_registered),
        HERE(own_gate_does_not_open_with_a_file_that_is_damaged),
        HERE(own_gate_that_is_open_keeps_what_it_was_told),
        HERE(own_files_made_by_root_belong_to_the_owner_of_the_directory),
        HERE(own_gate_does_not_open_without_the_key),
        HERE(own_gate_does_not_open_without_the_directory_it_was_told),
        HERE(own_files_are_for_the_owner_and_hold_no_value),
    };
    return RUN(tests);
}
