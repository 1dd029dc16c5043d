/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_JOURNAL_H
#define UVNF_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "common/err.h"
#include "daemon/domain.h"
#include "daemon/vnf.h"

/*
 * What survives the daemon: an append-only file of text lines in the state
 * directory, each with a checksum in front, written with plain write(2)
 * before the act that it announces.  A dom0 reboot ends every domain, so
 * nothing is synced to a disk.  Of lines whose loss would turn what they say
 * into its opposite (an owner, a pause, a doom) there are two.
 *
 *	CRC32 version NUMBER		(1; missing in the first of them; again
 *					 where it was tried for room)
 *	CRC32 build UUID TEMPLATE KIND DOMAIN-NAME [generic|root]
 *	CRC32 built UUID DOMID NVIFS [MAC PLACE DEV]...
 *	CRC32 vif UUID NUMBER MAC PLACE
 *	CRC32 claim UUID NAME VIFS-USED [PARAMETER=VALUE]...
 *					(takes it from another UUID; in a
 *					 reboot its state is behind it)
 *	CRC32 owner UUID UID MEMORY-MB VCPUS	(without it: root)
 *	CRC32 label UUID CHAIN|- SPEC|-
 *	CRC32 config UUID VIFS-USED [PARAMETER=VALUE]...
 *	CRC32 state UUID STATE [ROUTERS]	(bits of those beside 0)
 *	CRC32 stages UUID ACT READ-US STAGE-US...	(0: not reached)
 *	CRC32 pausing UUID		(then a state, or it did not come to it)
 *	CRC32 resumed UUID		(of one that something else has paused)
 *	CRC32 doom UUID			(its name is free, it is to go)
 *	CRC32 gone UUID
 *	CRC32 process PID START		(of the backend's; see process.h)
 *	CRC32 ended PID
 *	CRC32 bridge NAME CHAIN|- [UID]	(the same)
 *	CRC32 nobridge NAME
 */
struct journal;
struct event_base;

/* What the journal knows of one domain. */
struct journal_entry {
	uint8_t uuid[16];
	char template[TEMPLATE_NAME_MAX + 1];
	char domain_name[DOMAIN_NAME_MAX + 1];
	enum domain_kind kind;
	enum template_guest guest;	/* generic */
	enum template_layout layout;	/* root */
	int domid;			/* -1: its build was not acknowledged */
	unsigned nvifs;
	struct domain_vif *vifs;
	char name[VNF_NAME_MAX + 1];	/* empty: a shell */
	enum vnf_state state;
	enum vnf_state paused_from;	/* while state is VNF_PAUSED */
	uint32_t vifs_used;
	struct vnf_label *label;	/* as it is kept */
	uid_t owner;
	unsigned memory_mb, vcpus;	/* 0: unknown */
	uint64_t routers;
	struct vnf_stages stages;
	struct params set;
	bool pausing;		/* it may be paused, and was not to stay so */
	bool pause_undone;	/* it is paused, but not by a pause of ours */
	bool torn;		/* a configuration was being given to it */
	bool doomed;
	TAILQ_ENTRY(journal_entry) entry;
};

TAILQ_HEAD(journal_entries, journal_entry);

/* A bridge that was to be made, and not yet to be unmade. */
struct journal_bridge {
	char name[BRIDGE_NAME_MAX + 1];
	char chain[VNF_NAME_MAX + 1];	/* "": of none */
	uid_t owner;
	TAILQ_ENTRY(journal_bridge) entry;
};

TAILQ_HEAD(journal_bridges, journal_bridge);

/* A process that an earlier daemon had, and that it did not see end. */
struct journal_process {
	pid_t pid;
	uint64_t start;
	TAILQ_ENTRY(journal_process) entry;
};

TAILQ_HEAD(journal_processes, journal_process);

/*
 * Locks the state directory (made if need be), reads DIR/journal, writes it
 * anew without what is gone, and keeps it open.  What is torn or damaged is
 * passed over with a warning.  NULL with e filled when another daemon holds
 * the directory, it cannot be used, or a later version wrote its journal.
 */
struct journal *journal_open(const char *dir, struct uvnf_error *e);

void journal_close(struct journal *j);

/*
 * A journal that has become long is written anew without what is gone: from
 * now on in pieces between the loop's other events, not all at once.  The
 * base must be there until journal_close; what was read at journal_open is
 * forgotten.
 */
void journal_in_pieces(struct journal *j, struct event_base *base);

/* Everything that is not gone, as read at journal_open; the journal's. */
struct journal_entries *journal_entries(struct journal *j);
struct journal_bridges *journal_bridges(struct journal *j);
struct journal_processes *journal_processes(struct journal *j);

/*
 * Each appends one line; a write that fails (a full file system) is logged,
 * and returned as -1 so that the act is not begun.  For doom, gone, nobridge,
 * process and process_ended room is kept, of 64 KiB beyond what the others may
 * use.
 */
int journal_build(struct journal *j, const struct domain *d);
int journal_built(struct journal *j, const struct domain *d);
int journal_vif(struct journal *j, const struct domain *d, unsigned i,
    const struct domain_vif *vif);
int journal_claim(struct journal *j, const struct vnf *v);
int journal_config(struct journal *j, const struct vnf *v);
/* Its state again, with the routers that it has now, and that v->torn. */
int journal_routers(struct journal *j, const struct vnf *v);
int journal_pausing(struct journal *j, const struct domain *d);
int journal_doom(struct journal *j, const struct domain *d);
int journal_gone(struct journal *j, const struct domain *d);

/*
 * The error, UVNF_E_SYSTEM, of an act that was not begun because a line could
 * not be written; fmt says what it is that "cannot be recorded".
 */
int journal_refused(struct uvnf_error *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * A line that changes nothing: whether there is room for those of an act that
 * begins with a look at Xen or a wait, and could not be broken off later.
 */
int journal_probe(struct journal *j);

int journal_process(struct journal *j, pid_t pid, uint64_t start);
int journal_process_ended(struct journal *j, pid_t pid);

int journal_bridge(struct journal *j, const char *name, const char *chain,
    uid_t owner);
int journal_nobridge(struct journal *j, const char *name);

/* A vnf_observer; arg is the journal: keeps started, ready and so on. */
void journal_observe(const struct vnf *v, enum vnf_state from, void *arg);

#endif
