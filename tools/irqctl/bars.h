/* SPDX-License-Identifier: GPL-2.0-only */
/* Histograms as bars. */
#ifndef IRQCTL_BARS_H
#define IRQCTL_BARS_H

#include "attrs.h"

/* Prints the histograms of one lane. An irqnl_fn. */
int bars_print(const struct attrs *attrs, void *arg);

#endif
