/* SPDX-License-Identifier: GPL-2.0-only */
/* What is measured: each adds tables to the report. */
#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

struct rig;

void rows_halves(struct rig *rig);
void rows_handlers(struct rig *rig);
void rows_delivery(struct rig *rig);
void rows_switches(struct rig *rig);
void rows_waits(struct rig *rig);

/* Those that a switch joins in any order, and how many there are. */
extern const char *const five[];
#define FIVE	5

#endif /* BENCH_ROWS_H */
