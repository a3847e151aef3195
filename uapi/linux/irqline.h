/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * irqline: how the halves of an interrupt run, as a run-time setting.
 *
 * The generic-netlink part follows Documentation/netlink/specs/irqline.yaml,
 * which is the source of truth and says what each attribute means.
 */
#ifndef _UAPI_LINUX_IRQLINE_H
#define _UAPI_LINUX_IRQLINE_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define IRQLINE_FAMILY_NAME	"irqline"
#define IRQLINE_FAMILY_VERSION	1

#define IRQLINE_MCGRP_CONFIG	"config"
#define IRQLINE_MCGRP_ALERT	"alert"

/* Longest name of a line, a handler or a strategy, without the final NUL. */
#define IRQLINE_NAME_MAX	31
/* Longest CPU list, without the final NUL. */
#define IRQLINE_CPULIST_MAX	255

#define IRQLINE_QUEUE_MIN	2
#define IRQLINE_QUEUE_MAX	65536
#define IRQLINE_BUDGET_MAX	4096
#define IRQLINE_PRIORITY_MIN	-1000
#define IRQLINE_PRIORITY_MAX	1000
/* Longest work of a bottom half, in nanoseconds. */
#define IRQLINE_WORK_TIME_MAX	10000000000ULL
/* Longest spin where the strategy may not sleep, in nanoseconds. */
#define IRQLINE_SPIN_TIME_MAX	1000000ULL
/* The same of all events of one run: it ends then, whatever its budget. */
#define IRQLINE_SPIN_RUN_MAX	64000000ULL
/* Longest delay of a deferring strategy, in nanoseconds. */
#define IRQLINE_DELAY_MAX	1000000000ULL
/* Range of the period of the polling top half, in nanoseconds. */
#define IRQLINE_PERIOD_MIN	10000ULL
#define IRQLINE_PERIOD_MAX	1000000000ULL

enum irqline_delivery {
	IRQLINE_DELIVERY_MSI,
	IRQLINE_DELIVERY_INTX,
};

/* Where code was seen to run; taken from the preempt count and current. */
enum irqline_context {
	IRQLINE_CONTEXT_HARDIRQ,
	IRQLINE_CONTEXT_SOFTIRQ,
	IRQLINE_CONTEXT_KSOFTIRQD,
	IRQLINE_CONTEXT_TASK,
};

enum irqline_lanes {
	IRQLINE_LANES_SINGLE,
	IRQLINE_LANES_PERCPU,
};

enum irqline_sched {
	IRQLINE_SCHED_OTHER,
	IRQLINE_SCHED_FIFO,
	IRQLINE_SCHED_RR,
};

/* What happens to events that a handler's queue has no room for. */
enum irqline_overflow {
	IRQLINE_OVERFLOW_DROP_NEWEST,
	IRQLINE_OVERFLOW_DROP_OLDEST,
	IRQLINE_OVERFLOW_MERGE,
	IRQLINE_OVERFLOW_BACKPRESSURE,
};

/* What a bottom half does with its time beside delivering the event. */
enum irqline_work {
	IRQLINE_WORK_NONE,
	IRQLINE_WORK_SPIN,
	IRQLINE_WORK_SLEEP,
};

enum irqline_kind {
	IRQLINE_KIND_TOP,
	IRQLINE_KIND_BOTTOM,
};

/* The settings that a strategy takes; a set of bits. */
enum irqline_setting {
	IRQLINE_SETTING_CPU		= 1,
	IRQLINE_SETTING_SCHED		= 2,
	IRQLINE_SETTING_NICE		= 4,
	IRQLINE_SETTING_DELAY		= 8,
	IRQLINE_SETTING_THREADED	= 16,
	IRQLINE_SETTING_LANES		= 32,
	IRQLINE_SETTING_PERIOD		= 64,
	IRQLINE_SETTING_NOTHREAD	= 128,
};

/* Order among the bottom halves of several handlers, kicked on one CPU. */
enum irqline_order {
	IRQLINE_ORDER_NONE,
	IRQLINE_ORDER_KICK,
};

/* What decides on which CPU a strategy runs. */
enum irqline_place {
	IRQLINE_PLACE_INTERRUPT,
	IRQLINE_PLACE_CPU,
	IRQLINE_PLACE_ANY,
};

enum irqline_alert {
	IRQLINE_ALERT_OVERFLOW_BEGIN,
	IRQLINE_ALERT_OVERFLOW_END,
};

enum {
	IRQLINE_A_LINE_NAME = 1,
	IRQLINE_A_LINE_PAD,
	IRQLINE_A_LINE_IRQ,
	IRQLINE_A_LINE_SOURCES,
	IRQLINE_A_LINE_TOP,
	IRQLINE_A_LINE_PERIOD,
	IRQLINE_A_LINE_DELIVERY,
	IRQLINE_A_LINE_AFFINITY,
	IRQLINE_A_LINE_CLOCK,
	IRQLINE_A_LINE_NOTHREAD,
	IRQLINE_A_LINE_HANDLERS,
	IRQLINE_A_LINE_MEMORY,
	IRQLINE_A_LINE_PASSES,
	IRQLINE_A_LINE_FOREIGN,
	IRQLINE_A_LINE_UNCLAIMED,
	IRQLINE_A_LINE_REARMS,
	IRQLINE_A_LINE_GONE,
	IRQLINE_A_LINE_FORCED,
	IRQLINE_A_LINE_THROTTLES,

	__IRQLINE_A_LINE_MAX,
	IRQLINE_A_LINE_MAX = (__IRQLINE_A_LINE_MAX - 1)
};

enum {
	IRQLINE_A_HANDLER_LINE = 1,
	IRQLINE_A_HANDLER_PAD,
	IRQLINE_A_HANDLER_NAME,
	IRQLINE_A_HANDLER_ID,
	IRQLINE_A_HANDLER_SOURCES,
	IRQLINE_A_HANDLER_PRIORITY,
	IRQLINE_A_HANDLER_EXCLUSIVE,
	IRQLINE_A_HANDLER_BOTTOM,
	IRQLINE_A_HANDLER_CPU,
	IRQLINE_A_HANDLER_LANES,
	IRQLINE_A_HANDLER_DELAY,
	IRQLINE_A_HANDLER_SCHED,
	IRQLINE_A_HANDLER_SCHED_PRIORITY,
	IRQLINE_A_HANDLER_NICE,
	IRQLINE_A_HANDLER_THREADED,
	IRQLINE_A_HANDLER_BUDGET,
	IRQLINE_A_HANDLER_QUEUE,
	IRQLINE_A_HANDLER_OVERFLOW,
	IRQLINE_A_HANDLER_HIGH,
	IRQLINE_A_HANDLER_LOW,
	IRQLINE_A_HANDLER_WORK,
	IRQLINE_A_HANDLER_WORK_TIME,
	IRQLINE_A_HANDLER_BUILTIN,
	IRQLINE_A_HANDLER_MEMORY,
	IRQLINE_A_HANDLER_UIO,
	IRQLINE_A_HANDLER_PENDING,

	__IRQLINE_A_HANDLER_MAX,
	IRQLINE_A_HANDLER_MAX = (__IRQLINE_A_HANDLER_MAX - 1)
};

enum {
	IRQLINE_A_STRATEGY_NAME = 1,
	IRQLINE_A_STRATEGY_KIND,
	IRQLINE_A_STRATEGY_AVAILABLE,
	IRQLINE_A_STRATEGY_SINCE,
	IRQLINE_A_STRATEGY_CONTEXT,
	IRQLINE_A_STRATEGY_SOFTIRQ,
	IRQLINE_A_STRATEGY_MAY_SLEEP,
	IRQLINE_A_STRATEGY_SETTINGS,
	IRQLINE_A_STRATEGY_ORDER,
	IRQLINE_A_STRATEGY_PLACE,

	__IRQLINE_A_STRATEGY_MAX,
	IRQLINE_A_STRATEGY_MAX = (__IRQLINE_A_STRATEGY_MAX - 1)
};

enum {
	IRQLINE_A_STATS_LINE = 1,
	IRQLINE_A_STATS_PAD,
	IRQLINE_A_STATS_HANDLER,
	IRQLINE_A_STATS_LANE,
	IRQLINE_A_STATS_HIST,
	IRQLINE_A_STATS_TAKEN,
	IRQLINE_A_STATS_HANDLED,
	IRQLINE_A_STATS_DROPPED,
	IRQLINE_A_STATS_MERGED,
	IRQLINE_A_STATS_PENDING,
	IRQLINE_A_STATS_SWITCHES,
	IRQLINE_A_STATS_SWITCHES_OWNED,
	IRQLINE_A_STATS_OWED,
	IRQLINE_A_STATS_CONTEXT,
	IRQLINE_A_STATS_CPU,
	IRQLINE_A_STATS_PID,
	IRQLINE_A_STATS_COMM,
	IRQLINE_A_STATS_LATENCY,
	IRQLINE_A_STATS_RUNTIME,
	IRQLINE_A_STATS_ALERT,

	__IRQLINE_A_STATS_MAX,
	IRQLINE_A_STATS_MAX = (__IRQLINE_A_STATS_MAX - 1)
};

enum {
	IRQLINE_A_STATS_CONTEXT_CONTEXT = 1,
	IRQLINE_A_STATS_CONTEXT_PAD,
	IRQLINE_A_STATS_CONTEXT_COUNT,

	__IRQLINE_A_STATS_CONTEXT_MAX,
	IRQLINE_A_STATS_CONTEXT_MAX = (__IRQLINE_A_STATS_CONTEXT_MAX - 1)
};

enum {
	IRQLINE_A_STATS_CPU_CPU = 1,
	IRQLINE_A_STATS_CPU_PAD,
	IRQLINE_A_STATS_CPU_COUNT,

	__IRQLINE_A_STATS_CPU_MAX,
	IRQLINE_A_STATS_CPU_MAX = (__IRQLINE_A_STATS_CPU_MAX - 1)
};

enum {
	IRQLINE_A_HISTOGRAM_PAD = 1,
	IRQLINE_A_HISTOGRAM_COUNT,
	IRQLINE_A_HISTOGRAM_SUM,
	IRQLINE_A_HISTOGRAM_MAXIMUM,
	IRQLINE_A_HISTOGRAM_BUCKET,

	__IRQLINE_A_HISTOGRAM_MAX,
	IRQLINE_A_HISTOGRAM_MAX = (__IRQLINE_A_HISTOGRAM_MAX - 1)
};

enum {
	IRQLINE_A_BUCKET_PAD = 1,
	IRQLINE_A_BUCKET_LOWEST,
	IRQLINE_A_BUCKET_HIGHEST,
	IRQLINE_A_BUCKET_COUNT,

	__IRQLINE_A_BUCKET_MAX,
	IRQLINE_A_BUCKET_MAX = (__IRQLINE_A_BUCKET_MAX - 1)
};

enum {
	IRQLINE_CMD_LINE_GET = 1,
	IRQLINE_CMD_LINE_SET,
	IRQLINE_CMD_LINE_ADD_NTF,
	IRQLINE_CMD_LINE_DEL_NTF,
	IRQLINE_CMD_LINE_CHANGE_NTF,
	IRQLINE_CMD_HANDLER_GET,
	IRQLINE_CMD_HANDLER_NEW,
	IRQLINE_CMD_HANDLER_SET,
	IRQLINE_CMD_HANDLER_DEL,
	IRQLINE_CMD_HANDLER_ADD_NTF,
	IRQLINE_CMD_HANDLER_DEL_NTF,
	IRQLINE_CMD_HANDLER_CHANGE_NTF,
	IRQLINE_CMD_STRATEGY_GET,
	IRQLINE_CMD_STATS_GET,
	IRQLINE_CMD_STATS_RESET,
	IRQLINE_CMD_ALERT_NTF,

	__IRQLINE_CMD_MAX,
	IRQLINE_CMD_MAX = (__IRQLINE_CMD_MAX - 1)
};

/*
 * The event, as read from a client's character device: one handler's share of
 * one pass of the top half.
 */

/* The kick that led to this run came from no top half: a switch handed over. */
#define IRQLINE_EVENT_HANDED_OVER	0x1
/* The line's clock is off: both times are 0. */
#define IRQLINE_EVENT_NO_TIME		0x2

/**
 * struct irqline_event - one event of one handler
 * @seq: number within the lane, from 1, one more with each event that the top
 *	half took, so that an event dropped by a full queue, or merged into another
 *	one, leaves a gap
 * @top_ns: CLOCK_MONOTONIC when the top half took it, in nanoseconds
 * @bottom_ns: CLOCK_MONOTONIC when the bottom half began with it
 * @data: what the device's driver captured in the top half, else 0; of events
 *	that were merged, the last that was captured
 * @sources: the sources that it stands for
 * @handler: the handler's id (IRQLINE_A_HANDLER_ID)
 * @lane: the lane within the handler; 0 where there is one only
 * @top_cpu: CPU of the top half
 * @bottom_cpu: CPU of the bottom half
 * @top_context: enum irqline_context of the top half
 * @bottom_context: enum irqline_context of the bottom half
 * @pid: the thread that the bottom half ran in, or interrupted
 * @flags: IRQLINE_EVENT_*
 * @merged: how many later events a full queue merged into this one
 * @lost: how many events this reader lost between the one before and this one
 */
struct irqline_event {
	__u64	seq;
	__u64	top_ns;
	__u64	bottom_ns;
	__u64	data;
	__u32	sources;
	__u32	handler;
	__u16	lane;
	__u16	top_cpu;
	__u16	bottom_cpu;
	__u8	top_context;
	__u8	bottom_context;
	__u32	pid;
	__u32	flags;
	__u32	merged;
	__u32	lost;
};

/*
 * Taps: each file of a client's character device that is open for reading.
 * Documentation/taps.rst says how they are used, in particular the ring that can be
 * mapped, and what each ioctl answers.
 */

/**
 * struct irqline_tap_handler - which handler's events a tap receives
 * @name: of the handler, with a final NUL; empty for all, those to come included
 * @id: written by IRQLINE_TAP_IOC_SUBSCRIBE: the handler's id, 0 for all
 * @reserved: 0
 */
struct irqline_tap_handler {
	char	name[IRQLINE_NAME_MAX + 1];
	__u32	id;
	__u32	reserved[7];
};

/* struct irqline_tap_info: the file is mapped, or was; read() is refused. */
#define IRQLINE_TAP_INFO_MAPPED		0x1
/* The tap receives the events of all handlers. */
#define IRQLINE_TAP_INFO_ALL		0x2

/**
 * struct irqline_tap_info - a tap
 * @size: events that its ring holds, a power of two
 * @flags: IRQLINE_TAP_INFO_*
 * @ring_bytes: length of the mapping at IRQLINE_TAP_MAP_RING
 * @control_bytes: length of the mapping at IRQLINE_TAP_MAP_CONTROL
 * @lost: events that found no room, since the file was opened
 * @violations: those of them that found the consumer index out of its range
 * @watermark: events that wake a reader
 * @waiting: events in the ring
 * @reserved: 0
 */
struct irqline_tap_info {
	__u32	size;
	__u32	flags;
	__u64	ring_bytes;
	__u64	control_bytes;
	__u64	lost;
	__u64	violations;
	__u32	watermark;
	__u32	waiting;
	__u64	reserved[2];
};

/* Receive the events of a handler, of no other if it was of all before. */
#define IRQLINE_TAP_IOC_SUBSCRIBE	_IOWR(0xed, 0x40, struct irqline_tap_handler)
/* Receive them no more. */
#define IRQLINE_TAP_IOC_UNSUBSCRIBE	_IOW(0xed, 0x41, struct irqline_tap_handler)
/* Wake a reader when so many events wait: 1, as at the beginning, to size. */
#define IRQLINE_TAP_IOC_WATERMARK	_IOW(0xed, 0x42, __u32)
#define IRQLINE_TAP_IOC_INFO		_IOR(0xed, 0x43, struct irqline_tap_info)

/* Where a tap's parts are in its file, for mmap(). */
#define IRQLINE_TAP_MAP_RING		0
#define IRQLINE_TAP_MAP_CONTROL		0x10000000

/* struct irqline_tap_ring: the line is gone, and no event will come. */
#define IRQLINE_TAP_RING_GONE		0x1

/**
 * struct irqline_tap_ring - what a tap has received, for reading only
 * @size: events that it holds, a power of two; constant
 * @flags: IRQLINE_TAP_RING_*
 * @tail: how many events were written, modulo 2^32
 * @reserved0: 0
 * @lost: as in struct irqline_tap_info
 * @violations: likewise
 * @reserved: 0
 * @events: number i, from 0, is at i % @size
 *
 * The events from &irqline_tap_control.head up to @tail, loaded with acquire, are
 * there, and stay until the head has passed them.
 */
struct irqline_tap_ring {
	__u32	size;
	__u32	flags;
	__u32	tail;
	__u32	reserved0;
	__u64	lost;
	__u64	violations;
	__u64	reserved[4];
	struct irqline_event events[];
};

/**
 * struct irqline_tap_control - what the reader of a ring writes
 * @head: the event to take next; to be stored with release when the slots before
 *	it may be used again. At most size events behind the tail, and never
 *	ahead of it: else there is no room, and each event that comes is lost and
 *	counted as a violation
 */
struct irqline_tap_control {
	__u32	head;
};

/*
 * The maps of the UIO device that a handler has with the strategy uio, and the
 * version that it shows. Documentation/uio.rst says how they are used.
 */
#define IRQLINE_UIO_REGISTERS	0
#define IRQLINE_UIO_RING	1
#define IRQLINE_UIO_VERSION	"1"

/**
 * struct irqline_uio_ring - the last events of a handler, UIO map 1
 * @size: how many it holds, a power of two; constant
 * @head: how many were written, modulo 2^32: the count of UIO, or ahead of it
 * @reserved: 0
 * @events: number i, from 0, is at i % @size
 *
 * To be mapped for reading only. Event i is there if i is before @head, loaded
 * with acquire. It may be overwritten while it is copied: the copy is good if
 * @head, loaded after an acquire fence after copying, is less than @size ahead of
 * i. Otherwise the event is lost for this reader, as all up to @head - @size.
 */
struct irqline_uio_ring {
	__u32	size;
	__u32	head;
	__u32	reserved[14];
	struct irqline_event events[];
};

#endif /* _UAPI_LINUX_IRQLINE_H */
