// Compiles the built-in literals of the gate when the program is built, so that it need not when it starts.
//
//   pack_literals FILE
#include "gate/scan.h"

int main(int argc, char **argv) {
    struct err e = {""};
    if (argc != 2) return fprintf(stderr, "usage: pack_literals FILE\n"), 2;
    struct config *config = config_defaults();
    struct gate *gate = gate_new(config, &e);
    if (!gate) return fprintf(stderr, "pack_literals: %s\n", e.text), 1;
    FILE *out = fopen(argv[1], "wb");
    bool good = out && anchors_pack(gate, out) == 0;
    if (!out || fclose(out) != 0 || !good) return fprintf(stderr, "pack_literals: %s cannot be written\n", argv[1]), 1;
    gate_free(gate);
    config_free(config);
    return 0;
}
