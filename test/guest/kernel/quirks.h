/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef GUEST_QUIRKS_H
#define GUEST_QUIRKS_H

/*
 * Where ClickOS behaves badly the guest does too, unless its command line
 * says quirk.NAME=off or quirks=none: what passes here must pass there.
 */
#define QUIRKS(Q) \
	Q(LATE_WATCH,	"late-watch",	"a start before the watch is lost") \
	Q(NODE_SIZE,	"node-size",	"a node over 1008 bytes wedges it") \
	Q(REPLY_SIZE,	"reply-size",	"a long reply wedges it") \
	Q(ABSENT_VIF,	"absent-vif",	"an absent vif wedges it") \
	Q(GLOBAL_HANDLER, "global-handler", "a global handler crashes it") \
	Q(EARLY_HANDLER, "early-handler", "a handler before the start does") \
	Q(ROUTER_ZERO,	"router-zero",	"all replies come under router 0") \
	Q(WRITE_TRUE,	"write-true",	"every handler write says true") \
	Q(ROUTER_IDS,	"router-ids",	"an id above 63 crashes it") \
	Q(TWO_ROUTERS,	"two-routers",	"two cannot be stopped one by one")

#define QUIRK_ENUM(id, name, text)	QUIRK_##id,
enum quirk { QUIRKS(QUIRK_ENUM) QUIRK_COUNT };
#undef QUIRK_ENUM

/* enemy=WORD, see enemies.h. */
enum enemy {
	ENEMY_NONE, ENEMY_CRASH, ENEMY_SPIN, ENEMY_BLOCK, ENEMY_FLOOD,
	ENEMY_TREE, ENEMY_ANSWERS, ENEMY_LATE, ENEMY_COUNT
};

struct options {
	int		 quirk[QUIRK_COUNT];
	int		 spin;		/* poll while a router runs */
	int		 layout_root;	/* clickos/ instead of data/clickos/ */
	unsigned int	 watch_delay_ms;
	enum enemy	 enemy;
};

/* Words that are not known are ignored, as ClickOS ignores all of them. */
void	options_parse(struct options *o, const char *command_line);

#endif
