// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <linux/edu.h>
#include <linux/irqline.h>

#include "argument.h"
#include "fuzz.h"
#include "kselftest.h"
#include "scene.h"

/* A computation takes about as many nanoseconds as its operand. */
#define OPERAND_MAX	100000

static const unsigned int commands[] = {
	EDU_IOC_RAISE, EDU_IOC_FACTORIAL, EDU_IOC_FACTORIAL_TIMED, EDU_IOC_DMA, EDU_IOC_INFO,
	IRQLINE_TAP_IOC_SUBSCRIBE, IRQLINE_TAP_IOC_UNSUBSCRIBE, IRQLINE_TAP_IOC_WATERMARK,
	IRQLINE_TAP_IOC_INFO,
};

bool argument_is_known(unsigned int cmd)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i] == cmd)
			return true;
	return false;
}

size_t argument_size(unsigned int cmd)
{
	return _IOC_SIZE(cmd);
}

/* A transfer takes 100 ms, and nobody gets on meanwhile who wants one, too. */
static unsigned int pick_known(__u32 *seed)
{
	unsigned int cmd = commands[random_below(seed, ARRAY_SIZE(commands))];

	return cmd == EDU_IOC_DMA && !fuzz_chance(seed, 8) ? EDU_IOC_RAISE : cmd;
}

unsigned int argument_pick_command(__u32 *seed)
{
	unsigned int cmd = pick_known(seed);

	switch (random_below(seed, 8)) {
	case 0:		/* another size */
		return cmd ^ (1 + random_below(seed, 255)) << _IOC_SIZESHIFT;
	case 1:		/* another direction */
		return cmd ^ (1 + random_below(seed, 3)) << _IOC_DIRSHIFT;
	case 2:		/* all numbers of our type */
		return _IOC(random_below(seed, 4), 0xed, random_below(seed, 0x60),
			    random_below(seed, 2) ? _IOC_SIZE(cmd) : random_below(seed, 300));
	case 3:		/* another type */
		return (cmd & ~(0xffU << _IOC_TYPESHIFT)) |
		       (0xec + random_below(seed, 3)) << _IOC_TYPESHIFT;
	default:
		return cmd;
	}
}

/* Whatever nobody else relies on. */
static void fill_sources(void *arg, __u32 *seed)
{
	__u32 sources = random_u32(seed) & (SCENE_NOISE | EDU_SOURCE_FACTORIAL | EDU_SOURCE_DMA);

	if (fuzz_chance(seed, 8))
		sources = 0;
	memcpy(arg, &sources, sizeof(sources));
}

static __u32 odd(__u32 *seed, __u32 usual)
{
	static const __u32 values[] = {
		0, 1, 2, 3, 1023, 1024, 1025, 4094, 4095, 4096, 0x7fffffff, 0x80000000, 0xfffff000,
		0xfffff001, 0xffffffff,
	};

	return random_below(seed, 4) ? usual : values[random_below(seed, ARRAY_SIZE(values))];
}

/* Most of the time, 0 as it has to be. */
static __u32 zero(__u32 *seed)
{
	return fuzz_chance(seed, 16) ? random_u32(seed) : 0;
}

static void fill_timed(void *arg, __u32 *seed)
{
	const struct edu_factorial_timed timed = {
		.operand = random_below(seed, fuzz_chance(seed, 32) ? ~0U : OPERAND_MAX),
		.timeout_ms = odd(seed, 1 + random_below(seed, 20)),
		.flags = zero(seed),
	};

	memcpy(arg, &timed, sizeof(timed));
}

static void fill_factorial(void *arg, __u32 *seed)
{
	const struct edu_factorial factorial = {
		.operand = random_below(seed, fuzz_chance(seed, 64) ? ~0U : OPERAND_MAX),
	};

	memcpy(arg, &factorial, sizeof(factorial));
}

static void fill_dma(void *arg, __u32 *seed, unsigned long address)
{
	const struct edu_dma dma = {
		.buffer = address,
		.offset = odd(seed, random_below(seed, EDU_BUFFER_USABLE)),
		.length = odd(seed, random_below(seed, 64)),
		.direction = odd(seed, random_below(seed, 2)),
		.timeout_ms = odd(seed, 1 + random_below(seed, 300)),
		.flags = zero(seed),
		.reserved = zero(seed),
	};

	memcpy(arg, &dma, sizeof(dma));
}

static void fill_handler(void *arg, __u32 *seed)
{
	struct irqline_tap_handler handler = { .id = random_u32(seed) };

	handler.reserved[random_below(seed, ARRAY_SIZE(handler.reserved))] = zero(seed);
	if (fuzz_chance(seed, 8))
		memset(handler.name, 'a', sizeof(handler.name));
	else if (!fuzz_chance(seed, 4))
		snprintf(handler.name, sizeof(handler.name), "%s", vocabulary_handler(seed));
	memcpy(arg, &handler, sizeof(handler));
}

void argument_fill(void *arg, unsigned int cmd, __u32 seed, unsigned long address)
{
	__u32 value;

	switch (cmd) {
	case EDU_IOC_RAISE:
		return fill_sources(arg, &seed);
	case EDU_IOC_FACTORIAL:
		return fill_factorial(arg, &seed);
	case EDU_IOC_FACTORIAL_TIMED:
		return fill_timed(arg, &seed);
	case EDU_IOC_DMA:
		return fill_dma(arg, &seed, address);
	case IRQLINE_TAP_IOC_SUBSCRIBE:
	case IRQLINE_TAP_IOC_UNSUBSCRIBE:
		return fill_handler(arg, &seed);
	default:
		value = odd(&seed, 1 + random_below(&seed, 64));
		memcpy(arg, &value, sizeof(value));
	}
}
