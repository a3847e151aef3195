/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the bench's modules tell its program: when the halves of an interrupt ran, by
 * the time stamp counter, in memory that both have mapped.
 */
#ifndef BENCH_STAMPS_H
#define BENCH_STAMPS_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* Bodies, or waits, that are kept; a power of two. */
#define BENCH_KEPT	1024U

/**
 * struct bench_stamps - when it was last
 * @top: the top half has read the status and acknowledged it
 * @body: the bottom half began
 * @bodies: how many have begun
 * @storm: events of BENCH_IOC_STORM that are yet to come
 * @kept: when body i began is at i % %BENCH_KEPT; with a storm, how long it had to wait
 *	since the timer raised it
 */
struct bench_stamps {
	__u64	top;
	__u64	body;
	__u32	bodies;
	__u32	storm;
	__u64	kept[BENCH_KEPT];
};

/* The ways in which bench_bare serves its interrupt. */
enum bench_mechanism {
	BENCH_INLINE,
	BENCH_TASKLET,
	BENCH_BH,
	BENCH_WORKQUEUE,
	BENCH_IRQ_THREAD,
	BENCH_KTHREAD,
	BENCH_READ,

	BENCH_MECHANISMS
};

/**
 * struct bench_storm - raise from a timer
 * @source: what
 * @count: how often
 * @period_ns: at least so long after the time before; none comes while the one
 *	before has not been served
 * @jitter_ns: up to so much longer, by chance
 */
struct bench_storm {
	__u32	source;
	__u32	count;
	__u32	period_ns;
	__u32	jitter_ns;
};

#define BENCH_IOC_MECHANISM	_IOW(0xbe, 0, __u32)
#define BENCH_IOC_STORM		_IOW(0xbe, 1, struct bench_storm)

/* Where the stamps are in the file of either module. */
#define BENCH_MAP_STAMPS	0x20000000

#endif /* BENCH_STAMPS_H */
