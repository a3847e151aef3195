/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IRQLINE_HOTPLUG_H
#define _IRQLINE_HOTPLUG_H

int irqline_hotplug_init(void);
void irqline_hotplug_exit(void);

#endif /* _IRQLINE_HOTPLUG_H */
