/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IRQLINE_EXECUTOR_H
#define _IRQLINE_EXECUTOR_H

struct irqline_bottom_config;
struct irqline_exec;
struct irqline_handler;
struct irqline_laneset;
struct irqline_line;
struct netlink_ext_ack;

/**
 * struct irqline_execs - executors for the lanes of a handler
 * @nr: as many numbers as the lanes have
 * @exec: by the number of the lane; NULL where there is no lane
 */
struct irqline_execs {
	unsigned int nr;
	struct irqline_exec *exec[];
};

struct irqline_exec *
irqline_exec_create(struct irqline_line *line, struct irqline_handler *handler,
		    const struct irqline_bottom_config *config, int cpu,
		    struct netlink_ext_ack *extack);
int irqline_exec_cpu(const struct irqline_bottom_config *config,
		     const struct irqline_laneset *set, unsigned int lane);
struct irqline_execs *
irqline_execs_create(struct irqline_line *line, struct irqline_handler *handler,
		     const struct irqline_laneset *set,
		     const struct irqline_bottom_config *config,
		     struct netlink_ext_ack *extack);
void irqline_execs_discard(struct irqline_execs *execs);
int irqline_execs_uio(const struct irqline_execs *execs);

#endif /* _IRQLINE_EXECUTOR_H */
