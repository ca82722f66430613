// `sluice gate`: what its actions share.
#ifndef SLUICE_CMD_GATE_H
#define SLUICE_CMD_GATE_H

#include "cmd/cmd.h"
#include "gate/own.h"

enum { GATE_COLUMNS = 32 };

// One --column, with its --with.
struct gate_column {
    const char *column, *with; // number or name; `with` NULL = alone
};

struct gate_options {
    const char *config, *name, *class_;
    struct option_list sets, columns, withs;
    struct gate_column rules[GATE_COLUMNS];
    size_t rule_count;
    int64_t common;
    bool json, no_header, allow_weak;
    enum data_class chosen; // what class_ means
    const char *dir;        // of what is registered
};

// Each returns an exit code.
int gate_add_list(const struct gate_options *o, const char *path);
int gate_add_documents(const struct gate_options *o, char **paths, int count);

// The name of a registration: --name, or made of the file's name. False, with the reason in *e, when there is none.
bool gate_name(const struct gate_options *o, const char *path, char out[static OWN_NAME_MAX + 1], struct err *e);
// Says what was saved; `note` is NULL or a sentence more.
void gate_print_saved(const struct gate_options *o, const char *name, enum own_saved saved,
                      const struct own_info *info);

#endif
