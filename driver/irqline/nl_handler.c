// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cpu.h>
#include <linux/err.h>

#include "bottom/bottom.h"
#include "change.h"
#include "compat.h"
#include "line.h"
#include "netlink.h"
#include "roster.h"
#include "strategy.h"

const struct nla_policy irqline_nl_handler_id_policy[IRQLINE_A_HANDLER_MAX + 1] = {
	[IRQLINE_A_HANDLER_LINE] = { .type = NLA_NUL_STRING,
				     .len = IRQLINE_NAME_MAX },
	[IRQLINE_A_HANDLER_NAME] = { .type = NLA_NUL_STRING,
				     .len = IRQLINE_NAME_MAX },
};

static int irqline_nl_put_sched(struct sk_buff *skb,
				const struct irqline_bottom_config *bottom)
{
	if (nla_put_u32(skb, IRQLINE_A_HANDLER_SCHED, bottom->sched))
		return -EMSGSIZE;
	if (bottom->sched == IRQLINE_SCHED_OTHER)
		return nla_put_s32(skb, IRQLINE_A_HANDLER_NICE, bottom->nice);
	return nla_put_u32(skb, IRQLINE_A_HANDLER_SCHED_PRIORITY,
			   bottom->sched_priority);
}

static int irqline_nl_put_bottom(struct sk_buff *skb,
				 const struct irqline_bottom_config *bottom)
{
	u32 settings = bottom->ops->settings;

	if (nla_put_string(skb, IRQLINE_A_HANDLER_BOTTOM, bottom->ops->name) ||
	    nla_put_s32(skb, IRQLINE_A_HANDLER_CPU, bottom->cpu) ||
	    ((settings & IRQLINE_SETTING_DELAY) &&
	     nla_put_u64_64bit(skb, IRQLINE_A_HANDLER_DELAY, bottom->delay,
			       IRQLINE_A_HANDLER_PAD)) ||
	    ((settings & IRQLINE_SETTING_THREADED) &&
	     nla_put_u32(skb, IRQLINE_A_HANDLER_THREADED, bottom->threaded)) ||
	    ((settings & IRQLINE_SETTING_SCHED) &&
	     irqline_nl_put_sched(skb, bottom)))
		return -EMSGSIZE;
	return 0;
}

static int irqline_nl_put_queue(struct sk_buff *skb,
				const struct irqline_handler_settings *s)
{
	if (nla_put_u32(skb, IRQLINE_A_HANDLER_QUEUE, s->queue) ||
	    nla_put_u32(skb, IRQLINE_A_HANDLER_OVERFLOW, s->overflow) ||
	    (s->overflow == IRQLINE_OVERFLOW_BACKPRESSURE &&
	     nla_put_u32(skb, IRQLINE_A_HANDLER_HIGH, s->high)) ||
	    nla_put_u32(skb, IRQLINE_A_HANDLER_LOW, s->low))
		return -EMSGSIZE;
	return 0;
}

static int irqline_nl_put_settings(struct sk_buff *skb,
				   const struct irqline_handler_settings *s)
{
	if (nla_put_u32(skb, IRQLINE_A_HANDLER_SOURCES, s->sources) ||
	    nla_put_s32(skb, IRQLINE_A_HANDLER_PRIORITY, s->priority) ||
	    nla_put_u32(skb, IRQLINE_A_HANDLER_EXCLUSIVE, s->exclusive) ||
	    irqline_nl_put_bottom(skb, &s->bottom) ||
	    nla_put_u32(skb, IRQLINE_A_HANDLER_LANES, s->lanes) ||
	    nla_put_u32(skb, IRQLINE_A_HANDLER_BUDGET, s->budget) ||
	    irqline_nl_put_queue(skb, s) ||
	    nla_put_u32(skb, IRQLINE_A_HANDLER_WORK, s->work))
		return -EMSGSIZE;
	if (s->work == IRQLINE_WORK_NONE)
		return 0;
	return nla_put_u64_64bit(skb, IRQLINE_A_HANDLER_WORK_TIME, s->work_time,
				 IRQLINE_A_HANDLER_PAD);
}

/* Context: line->mutex held. */
static int irqline_nl_fill_handler_msg(struct sk_buff *skb,
				       const struct irqline_nl_to *to,
				       struct irqline_line *line,
				       struct irqline_handler *handler)
{
	void *hdr = irqline_nl_put(skb, to);

	lockdep_assert_held(&line->mutex);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_string(skb, IRQLINE_A_HANDLER_LINE, line->name) ||
	    nla_put_string(skb, IRQLINE_A_HANDLER_NAME, handler->name) ||
	    nla_put_u32(skb, IRQLINE_A_HANDLER_ID, handler->id) ||
	    irqline_nl_put_settings(skb, &handler->settings) ||
	    (handler->builtin && nla_put_flag(skb, IRQLINE_A_HANDLER_BUILTIN)) ||
	    (handler->uio >= 0 &&
	     nla_put_u32(skb, IRQLINE_A_HANDLER_UIO, handler->uio)) ||
	    nla_put_u64_64bit(skb, IRQLINE_A_HANDLER_MEMORY,
			      irqline_handler_memory(handler),
			      IRQLINE_A_HANDLER_PAD)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* Context: line->mutex held. */
static struct sk_buff *irqline_nl_handler_msg(const struct irqline_nl_to *to,
					      struct irqline_line *line,
					      struct irqline_handler *handler)
{
	struct sk_buff *msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	int err;

	if (!msg)
		return ERR_PTR(-ENOMEM);
	err = irqline_nl_fill_handler_msg(msg, to, line, handler);
	if (err) {
		nlmsg_free(msg);
		return ERR_PTR(err);
	}
	return msg;
}

/* Context: line->mutex held. */
static void irqline_nl_handler_notify(struct irqline_line *line,
				      struct irqline_handler *handler, u8 cmd)
{
	const struct irqline_nl_to to = { .cmd = cmd };
	struct sk_buff *msg;

	if (!irqline_nl_listened(IRQLINE_NL_CONFIG))
		return;
	msg = irqline_nl_handler_msg(&to, line, handler);
	irqline_nl_multicast(msg, IRQLINE_NL_CONFIG);
}

/**
 * irqline_nl_handlers_notify() - tell of all handlers of a line
 * @line: the line
 * @cmd: IRQLINE_CMD_HANDLER_*_NTF
 *
 * Context: may sleep; takes line->mutex.
 */
void irqline_nl_handlers_notify(struct irqline_line *line, u8 cmd)
{
	struct irqline_handler *handler;
	unsigned int i;

	mutex_lock(&line->mutex);
	for (i = 0; (handler = irqline_roster_at(line, i)); i++)
		irqline_nl_handler_notify(line, handler, cmd);
	mutex_unlock(&line->mutex);
}

/* The line and the handler that a request names, both with a reference. */
static int irqline_nl_find_both(struct genl_info *info,
				struct irqline_line **line,
				struct irqline_handler **handler)
{
	if (irqline_nl_missing(info, IRQLINE_A_HANDLER_LINE, "line is missing") ||
	    irqline_nl_missing(info, IRQLINE_A_HANDLER_NAME, "name is missing"))
		return -EINVAL;
	*line = irqline_nl_find_line(info->attrs[IRQLINE_A_HANDLER_LINE],
				     info->extack);
	if (!*line)
		return -ENOENT;
	*handler = irqline_nl_find_handler(*line,
					   info->attrs[IRQLINE_A_HANDLER_NAME],
					   info->extack);
	if (!*handler) {
		irqline_line_put(*line);
		return -ENOENT;
	}
	return 0;
}

/**
 * irqline_nl_handler_get() - the doit of handler-get
 * @skb: the request
 * @info: likewise
 *
 * Return: 0 or an error.
 */
int irqline_nl_handler_get(struct sk_buff *skb, struct genl_info *info)
{
	struct irqline_handler *handler;
	struct irqline_line *line;
	struct irqline_nl_to to;
	struct sk_buff *msg;
	int err;

	err = irqline_nl_once(info->nlhdr, info->extack) ?:
	      irqline_nl_find_both(info, &line, &handler);
	if (err)
		return err;
	irqline_nl_to_asker(&to, info, IRQLINE_CMD_HANDLER_GET);
	mutex_lock(&line->mutex);
	msg = irqline_nl_handler_msg(&to, line, handler);
	mutex_unlock(&line->mutex);
	irqline_handler_put(handler);
	irqline_line_put(line);
	if (IS_ERR(msg))
		return irqline_nl_error(info->extack, PTR_ERR(msg));
	return genlmsg_reply(msg, info);
}

/**
 * irqline_nl_handler_dump() - the dumpit of handler-get
 * @skb: where to
 * @cb: the dump
 *
 * Return: what a dumpit op returns.
 */
int irqline_nl_handler_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct irqline_nl_to to;
	int err;

	err = irqline_nl_dump_check(cb, IRQLINE_A_HANDLER_LINE,
				    IRQLINE_A_HANDLER_NAME);
	if (err)
		return err;
	irqline_nl_to_dump(&to, cb, IRQLINE_CMD_HANDLER_GET);
	return irqline_nl_dump_handlers(skb, cb, &to,
					irqline_dump_attrs(cb)[IRQLINE_A_HANDLER_LINE],
					irqline_nl_fill_handler_msg);
}

/* What the strategy needs, before locks are held. */
static void irqline_nl_load(struct genl_info *info)
{
	const struct nlattr *name = info->attrs[IRQLINE_A_HANDLER_BOTTOM];
	const struct irqline_strategy *strategy;

	if (!name)
		return;
	strategy = irqline_strategy_find(IRQLINE_KIND_BOTTOM, nla_data(name));
	if (strategy && strategy->bottom && strategy->bottom->load)
		strategy->bottom->load();
}

/* Blame the attribute that the error of adding a handler is about. */
static int irqline_nl_add_error(struct genl_info *info, int err)
{
	struct netlink_ext_ack *extack = info->extack;

	if (err == -EEXIST)
		NL_SET_BAD_ATTR(extack, info->attrs[IRQLINE_A_HANDLER_NAME]);
	if (err == -ENODEV)
		NL_SET_BAD_ATTR(extack, info->attrs[IRQLINE_A_HANDLER_LINE]);
	if (err == -EOPNOTSUPP && !extack->bad_attr)
		NL_SET_BAD_ATTR(extack, info->attrs[IRQLINE_A_HANDLER_BOTTOM]);
	return irqline_nl_error(extack, err);
}

/* Too many handlers, or too large a queue? */
static void irqline_nl_blame_space(struct genl_info *info,
				   struct irqline_line *line)
{
	const struct nlattr *blame = info->attrs[IRQLINE_A_HANDLER_QUEUE];

	mutex_lock(&line->mutex);
	if (!blame || line->nr_handlers >= IRQLINE_HANDLERS_MAX)
		blame = info->attrs[IRQLINE_A_HANDLER_NAME];
	mutex_unlock(&line->mutex);
	NL_SET_BAD_ATTR(info->extack, blame);
}

/* Context: CPU hotplug lock held for reading. */
static int irqline_nl_add(struct sk_buff *skb, struct genl_info *info,
			  struct irqline_line *line)
{
	struct irqline_handler_settings settings = irqline_handler_defaults;
	struct irqline_handler *handler;
	int err;

	err = irqline_nl_settings_parse(skb, info, line, NULL, &settings);
	if (err)
		return err;
	handler = irqline_handler_alloc(line, &line->hub, line->taps,
					nla_data(info->attrs[IRQLINE_A_HANDLER_NAME]),
					&settings);
	if (!handler)
		return -ENOMEM;
	err = irqline_roster_add(line, handler, info->extack);
	if (err == -ENOSPC)
		irqline_nl_blame_space(info, line);
	if (!err) {
		mutex_lock(&line->mutex);
		if (!handler->dead)
			irqline_nl_handler_notify(line, handler,
						  IRQLINE_CMD_HANDLER_ADD_NTF);
		mutex_unlock(&line->mutex);
	}
	irqline_handler_put(handler);
	return err;
}

/**
 * irqline_nl_handler_new() - the doit of handler-new
 * @skb: the request
 * @info: likewise
 *
 * Return: 0 or an error.
 */
int irqline_nl_handler_new(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *name = info->attrs[IRQLINE_A_HANDLER_NAME];
	struct irqline_line *line;
	int err;

	err = irqline_nl_may_change(skb, info);
	if (err)
		return err;
	if (irqline_nl_missing(info, IRQLINE_A_HANDLER_LINE, "line is missing") ||
	    irqline_nl_missing(info, IRQLINE_A_HANDLER_NAME, "name is missing") ||
	    irqline_nl_missing(info, IRQLINE_A_HANDLER_SOURCES, "sources is missing"))
		return -EINVAL;
	if (!irqline_name_valid(nla_data(name))) {
		NL_SET_ERR_MSG_ATTR(info->extack, name,
				    "a name has letters, digits, '.', '_', '-', and no '.' first");
		return -EINVAL;
	}
	line = irqline_nl_find_line(info->attrs[IRQLINE_A_HANDLER_LINE],
				    info->extack);
	if (!line)
		return -ENOENT;
	irqline_nl_load(info);
	cpus_read_lock();
	err = irqline_nl_add(skb, info, line);
	cpus_read_unlock();
	irqline_line_put(line);
	return irqline_nl_add_error(info, err);
}

/*
 * What waits has to go to other lanes, or into a queue of another size, and
 * that could not be. Context: handler->mutex held.
 */
static void irqline_nl_blame_move(struct genl_info *info,
				  const struct irqline_handler *handler,
				  const struct irqline_handler_settings *settings)
{
	int type = handler->settings.lanes != settings->lanes ?
		IRQLINE_A_HANDLER_LANES : IRQLINE_A_HANDLER_QUEUE;

	NL_SET_BAD_ATTR(info->extack, info->attrs[type]);
}

/* Context: CPU hotplug lock held for reading, and handler->mutex. */
static int irqline_nl_change(struct sk_buff *skb, struct genl_info *info,
			     struct irqline_line *line,
			     struct irqline_handler *handler)
{
	struct irqline_handler_settings settings = handler->settings;
	int err;

	err = irqline_nl_settings_parse(skb, info, line, handler, &settings);
	if (err)
		return err;
	if (irqline_settings_equal(&handler->settings, &settings))
		return 0;
	err = irqline_change(line, handler, &settings, info->extack);
	if (err == -EBUSY || err == -ENOSPC)
		irqline_nl_blame_move(info, handler, &settings);
	if (err)
		return err;
	mutex_lock(&line->mutex);
	irqline_nl_handler_notify(line, handler, IRQLINE_CMD_HANDLER_CHANGE_NTF);
	mutex_unlock(&line->mutex);
	return 0;
}

/* Who has gone, and what was pending then. */
static int irqline_nl_fill_gone(struct sk_buff *skb,
				const struct irqline_nl_to *to,
				const struct irqline_line *line,
				const struct irqline_handler *handler,
				u64 pending)
{
	void *hdr = irqline_nl_put(skb, to);

	if (!hdr ||
	    nla_put_string(skb, IRQLINE_A_HANDLER_LINE, line->name) ||
	    nla_put_string(skb, IRQLINE_A_HANDLER_NAME, handler->name) ||
	    nla_put_u32(skb, IRQLINE_A_HANDLER_ID, handler->id) ||
	    nla_put_u64_64bit(skb, IRQLINE_A_HANDLER_PENDING, pending,
			      IRQLINE_A_HANDLER_PAD))
		return -EMSGSIZE;
	genlmsg_end(skb, hdr);
	return 0;
}

/* Context: handler->mutex held. */
static int irqline_nl_remove(struct genl_info *info, struct irqline_line *line,
			     struct irqline_handler *handler, u64 *pending)
{
	int err;

	if (handler->builtin) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[IRQLINE_A_HANDLER_NAME],
				    "the device's own handler goes with its device");
		return -EBUSY;
	}
	err = irqline_roster_del(line, handler, pending);
	if (err)
		return err;
	mutex_lock(&line->mutex);
	irqline_nl_handler_notify(line, handler, IRQLINE_CMD_HANDLER_DEL_NTF);
	mutex_unlock(&line->mutex);
	return 0;
}

/* Who comes late finds a dead handler, and it may be dead with its line. */
static int irqline_nl_lock_handler(struct genl_info *info,
				   struct irqline_line *line,
				   struct irqline_handler *handler)
{
	bool gone;

	if (mutex_lock_killable(&handler->mutex))
		return -EINTR;
	if (!handler->dead)
		return 0;
	mutex_unlock(&handler->mutex);
	mutex_lock(&line->mutex);
	gone = line->dead;
	mutex_unlock(&line->mutex);
	if (gone)
		return -ENODEV;
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[IRQLINE_A_HANDLER_NAME],
			    "no such handler on this line");
	return -ENOENT;
}

/**
 * irqline_nl_handler_set() - the doit of handler-set
 * @skb: the request
 * @info: likewise
 *
 * Return: 0 or an error.
 */
int irqline_nl_handler_set(struct sk_buff *skb, struct genl_info *info)
{
	struct irqline_handler *handler;
	struct irqline_line *line;
	int err;

	err = irqline_nl_may_change(skb, info) ?:
	      irqline_nl_find_both(info, &line, &handler);
	if (err)
		return err;
	irqline_nl_load(info);
	cpus_read_lock();
	err = irqline_nl_lock_handler(info, line, handler);
	if (!err) {
		err = irqline_nl_change(skb, info, line, handler);
		mutex_unlock(&handler->mutex);
	}
	cpus_read_unlock();
	irqline_handler_put(handler);
	irqline_line_put(line);
	return irqline_nl_add_error(info, err);
}

/*
 * The memory for the answer is there before the handler is gone, so the answer
 * cannot fail for that.
 */
static int irqline_nl_delete(struct genl_info *info, struct irqline_line *line,
			     struct irqline_handler *handler)
{
	struct sk_buff *msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	struct irqline_nl_to to;
	u64 pending;
	int err;

	if (!msg)
		return -ENOMEM;
	err = irqline_nl_lock_handler(info, line, handler);
	if (!err) {
		err = irqline_nl_remove(info, line, handler, &pending);
		mutex_unlock(&handler->mutex);
	}
	irqline_nl_to_asker(&to, info, IRQLINE_CMD_HANDLER_DEL);
	if (!err)
		err = irqline_nl_fill_gone(msg, &to, line, handler, pending);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

/**
 * irqline_nl_handler_del() - the doit of handler-del
 * @skb: the request
 * @info: likewise
 *
 * Return: 0 or an error.
 */
int irqline_nl_handler_del(struct sk_buff *skb, struct genl_info *info)
{
	struct irqline_handler *handler;
	struct irqline_line *line;
	int err;

	err = irqline_nl_may_change(skb, info) ?:
	      irqline_nl_find_both(info, &line, &handler);
	if (err)
		return err;
	err = irqline_nl_delete(info, line, handler);
	irqline_handler_put(handler);
	irqline_line_put(line);
	return irqline_nl_add_error(info, err);
}
