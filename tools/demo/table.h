/* SPDX-License-Identifier: GPL-2.0-only */
/* The demo's rows, aligned. */
#ifndef DEMO_TABLE_H
#define DEMO_TABLE_H

#include "engine.h"

void table_print_heading(void);

/* Sorts the row's latencies. */
void table_print_row(struct row *row);

#endif
