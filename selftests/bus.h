/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices that go and come back. A function is the name of a device on its bus, such
 * as 0000:00:04.0. What cannot be done ends the test.
 *
 * A virtual machine can do what the hardware does, with IRQLINE_MACHINE set: who
 * runs it waits for the lines "# unplug NAME" and "# plug NAME", and does so. They
 * are followed by "# unplugged" and "# plugged".
 */
#ifndef BUS_H
#define BUS_H

#include <stdbool.h>
#include <stddef.h>

/* A machine that emulates others may be busy with those. */
#define BUS_PATIENCE	patience(60)

void bus_unbind(const char *function);
void bus_bind(const char *function);
void bus_remove(const char *function);
void bus_rescan(void);
bool bus_has(const char *function);
/* The name of its line; false if edu does not have it. */
bool bus_line(const char *function, char *line, size_t size);

/* Does somebody listen who can unplug devices? */
bool machine_serves(void);
/* The name is QEMU's, with its slot where it is to be plugged. */
void machine_unplug(const char *name, const char *function);
void machine_plug(const char *name, const char *function);

#endif /* BUS_H */
