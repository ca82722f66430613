// Connections within this machine.
#ifndef SLUICE_WIRE_LOOPBACK_H
#define SLUICE_WIRE_LOOPBACK_H

#include <stdbool.h>

// Where the other end of a TCP connection is on this machine: takes the congestion control without pacing. One that
// paces (BBR, the default of some systems) sets a timer for every write, and there is no wire to be gentle to. True
// when it was changed; elsewhere, and where the system does not allow it, all stays as it is.
bool loopback_without_pacing(int fd);

#endif
