/* SPDX-License-Identifier: GPL-2.0-only */
/* The modules, unloaded and loaded again. */
#ifndef MODULE_H
#define MODULE_H

#include <stdbool.h>

/*
 * Why they cannot be loaded again, or NULL. They are looked for in IRQLINE_KO_DIR, else
 * where they are built beside the tests.
 */
const char *module_missing(void);
bool module_loaded(const char *name);
/* These end the test if it cannot be done. */
void module_unload(const char *name);
void module_load(const char *name);

#endif /* MODULE_H */
