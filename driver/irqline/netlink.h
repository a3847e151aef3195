/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The generic-netlink family: what its objects share. Each object has a file
 * with one fill function, for get, dump and notifications.
 */
#ifndef _IRQLINE_NETLINK_H
#define _IRQLINE_NETLINK_H

#include <net/genetlink.h>
#include <linux/irqline.h>

#include "registry.h"

struct irqline_handler;
struct irqline_line;

enum irqline_nl_group {
	IRQLINE_NL_CONFIG,
	IRQLINE_NL_ALERT,
};

/**
 * struct irqline_nl_to - where a message goes
 * @portid: the asker, or 0
 * @seq: its sequence number, or 0
 * @flags: NLM_F_*
 * @cmd: IRQLINE_CMD_*
 * @cb: of the dump that it belongs to, or NULL
 */
struct irqline_nl_to {
	u32 portid;
	u32 seq;
	int flags;
	u8 cmd;
	struct netlink_callback *cb;
};

extern struct genl_family irqline_nl_family;

/* netlink.c */
int irqline_nl_init(void);
void irqline_nl_exit(void);
int irqline_nl_once(const struct nlmsghdr *nlh, struct netlink_ext_ack *extack);
bool irqline_nl_missing(struct genl_info *info, int type, const char *text);
int irqline_nl_may_change(struct sk_buff *skb, struct genl_info *info);
int irqline_nl_error(struct netlink_ext_ack *extack, int err);
struct irqline_line *irqline_nl_find_line(const struct nlattr *attr,
					  struct netlink_ext_ack *extack);
struct irqline_handler *irqline_nl_find_handler(struct irqline_line *line,
						const struct nlattr *attr,
						struct netlink_ext_ack *extack);
void *irqline_nl_put(struct sk_buff *skb, const struct irqline_nl_to *to);
void irqline_nl_to_asker(struct irqline_nl_to *to, const struct genl_info *info,
			 u8 cmd);
void irqline_nl_to_dump(struct irqline_nl_to *to, struct netlink_callback *cb,
			u8 cmd);
bool irqline_nl_listened(enum irqline_nl_group group);
void irqline_nl_multicast(struct sk_buff *msg, enum irqline_nl_group group);
int irqline_nl_dump_check(struct netlink_callback *cb, int line, int handler);

typedef int irqline_nl_fill_handler(struct sk_buff *skb,
				    const struct irqline_nl_to *to,
				    struct irqline_line *line,
				    struct irqline_handler *handler);
int irqline_nl_dump_handlers(struct sk_buff *skb, struct netlink_callback *cb,
			     const struct irqline_nl_to *to,
			     const struct nlattr *only,
			     irqline_nl_fill_handler *fill);

/* nl_line.c */
extern const struct nla_policy irqline_nl_line_get_policy[];
extern const struct nla_policy irqline_nl_line_set_policy[];
int irqline_nl_line_get(struct sk_buff *skb, struct genl_info *info);
int irqline_nl_line_dump(struct sk_buff *skb, struct netlink_callback *cb);
int irqline_nl_line_set(struct sk_buff *skb, struct genl_info *info);
void irqline_nl_line_notify(struct irqline_line *line, u8 cmd);

/* nl_handler.c */
extern const struct nla_policy irqline_nl_handler_id_policy[];
extern const struct nla_policy irqline_nl_handler_settings_policy[];
int irqline_nl_handler_get(struct sk_buff *skb, struct genl_info *info);
int irqline_nl_handler_dump(struct sk_buff *skb, struct netlink_callback *cb);
int irqline_nl_handler_new(struct sk_buff *skb, struct genl_info *info);
int irqline_nl_handler_set(struct sk_buff *skb, struct genl_info *info);
int irqline_nl_handler_del(struct sk_buff *skb, struct genl_info *info);
void irqline_nl_handlers_notify(struct irqline_line *line, u8 cmd);

/* nl_settings.c */
struct irqline_handler_settings;
int irqline_nl_settings_parse(struct sk_buff *skb, struct genl_info *info,
			      const struct irqline_line *line,
			      const struct irqline_handler *handler,
			      struct irqline_handler_settings *settings);

/* nl_strategy.c */
extern const struct nla_policy irqline_nl_strategy_policy[];
int irqline_nl_strategy_get(struct sk_buff *skb, struct genl_info *info);
int irqline_nl_strategy_dump(struct sk_buff *skb, struct netlink_callback *cb);

/* nl_stats.c */
extern const struct nla_policy irqline_nl_stats_get_policy[];
extern const struct nla_policy irqline_nl_stats_reset_policy[];
int irqline_nl_stats_get(struct sk_buff *skb, struct genl_info *info);
int irqline_nl_stats_start(struct netlink_callback *cb);
int irqline_nl_stats_dump(struct sk_buff *skb, struct netlink_callback *cb);
int irqline_nl_stats_reset(struct sk_buff *skb, struct genl_info *info);
void irqline_nl_alert(const struct irqline_alert_info *info);

#endif /* _IRQLINE_NETLINK_H */
