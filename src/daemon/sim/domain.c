/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* A simulated domain and its guest. */

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/sim/guest.h"
#include "daemon/sim/host.h"
#include "daemon/sim/sim.h"
#include "daemon/timer.h"

#define IDLE_MS 10		/* before a crash without a router */
#define LAST_WORDS_MS 10	/* between a crash and what is said of it */

/* What a host keeps of a guest, a bit each. */
enum flag {
	FLAG_BOOTED = 1,
	FLAG_WEDGED = 2,
	FLAG_RUNNING = 4,
	FLAG_DEAD = 8,
	FLAG_ORDERED = 16
};

bool
sim_fault(struct sim *sim, enum knob k)
{
	if (sim->knob[k] == 0)
		return false;
	sim->knob[k]--;
	return true;
}

void
sim_arm_ms(struct event *ev, uint64_t ms)
{
	if (ms == 0)
		event_active(ev, EV_TIMEOUT, 0);
	else
		timer_arm_ms(ev, ms);
}

/* --- the guest ----------------------------------------------------------- */

static void
say(struct sim_domain *sd, const char *text)
{
	sd->sim->events.console(sd->domain, text, strlen(text),
	    sd->sim->events.arg);
}

static void
set_vifs(struct sim_domain *sd, int state)
{
	struct domain *d = sd->domain;
	unsigned i;

	for (i = 0; i < d->nvifs; i++) {
		d->vifs[i].state = state;
		sd->sim->events.vif_state(d, i, sd->sim->events.arg);
	}
}

void
sim_domain_halt(struct sim_domain *sd)
{
	if (sd->guest != NULL)
		event_free(sd->guest);
	sd->guest = NULL;
}

static void
guest_timer(evutil_socket_t fd, short what, void *arg)
{
	struct sim_domain *sd = arg;

	(void)fd;
	(void)what;
	sim_domain_halt(sd);		/* most have nothing more to do */
	sd->held = sd->pauses > 0;
	if (!sd->held)
		sd->guest_act(sd);
}

static void
guest_later(struct sim_domain *sd, void (*act)(struct sim_domain *),
    uint64_t ms)
{
	if (sd->doomed)
		return;			/* nothing is heard of it any more */
	sd->guest_act = act;
	if (sd->guest == NULL && (sd->guest = evtimer_new(sd->sim->base,
	    guest_timer, sd)) == NULL)
		log_fatal("out of memory");
	sim_arm_ms(sd->guest, ms);
	sim_domain_keep(sd);
}

static void
guest_last_words(struct sim_domain *sd)
{
	say(sd, "Simulated guest, page fault\n");
}

/* As on Xen, its death may be known before its last words are. */
static void
guest_die(struct sim_domain *sd)
{
	sd->wedged = sd->dead = true;
	guest_later(sd, guest_last_words, LAST_WORDS_MS);
	sd->sim->events.dead(sd->domain, DEATH_CRASH, sd->sim->events.arg);
}

/* A word of the kernel's command line, as the test guest has it. */
static bool
is_enemy(const struct sim_domain *sd, const char *word)
{
	const char *cmdline = sd->domain->template->cmdline;

	return cmdline != NULL && strcmp(cmdline, word) == 0;
}

static void
guest_boots(struct sim_domain *sd)
{
	if (is_enemy(sd, "enemy=block"))
		return;			/* for ever */
	if (sim_fault(sd->sim, CRASH_BOOTS) || is_enemy(sd, "enemy=crash")) {
		guest_die(sd);
		return;
	}
	say(sd, "Simulated guest, booted\n");
	sd->booted = true;
	sim_domain_keep(sd);
	if (sd->domain->template->guest == GUEST_GENERIC) {
		say(sd, "Linux version 0\na simulated guest is up\n");
		return;
	}
	if (sd->domain->template->layout == LAYOUT_ROOT)
		say(sd, "\"main\" after 5000 us\n");
	else
		sd->sim->events.announced(sd->domain, sd->sim->events.arg);
	if (sim_fault(sd->sim, CRASH_IDLE) || is_enemy(sd, "enemy=late"))
		guest_later(sd, guest_die, IDLE_MS);
}

/* As ClickOS does, it may have connected its vifs before it finds out. */
static void
guest_refuses(struct sim_domain *sd, const char *wrong)
{
	if (strstr(wrong, "unknown element class") != NULL)
		set_vifs(sd, 4);
	if (sim_fault(sd->sim, LOSE_WORDS))
		return;
	say(sd, wrong);
	say(sd, "Router could not be initialized!\n");
	say(sd, "[router_thread:149] Router init failed!\n");
}

static void
guest_starts(struct sim_domain *sd)
{
	const char *wrong = sd->starting == 0 ?
	    sim_guest_check(sd->config, sd->config_len) :
	    sim_guest_check(sd->other, sd->other_len);

	if (wrong != NULL) {
		guest_refuses(sd, wrong);
		return;
	}
	if (sd->starting == 0)
		sd->running = true;
	else
		sd->others |= UINT64_C(1) << sd->starting;
	sim_domain_keep(sd);
	set_vifs(sd, 4);
	if (!sim_fault(sd->sim, LOSE_WORDS))
		say(sd, "[router_thread:158] Starting driver...\n");
	if (sd->starting == 0 && sd->sim->knob[CRASH_AFTER_MS] != 0)
		guest_later(sd, guest_die, sd->sim->knob[CRASH_AFTER_MS]);
}

static void
guest_stops(struct sim_domain *sd)
{
	sd->running = false;
	sim_domain_keep(sd);
	set_vifs(sd, 2);
	say(sd, "[router_stop:188] Router 0 stoped.\n");
}

static bool
guest_runs(const struct sim_domain *sd, unsigned router)
{
	return router == 0 ? sd->running :
	    (sd->others & UINT64_C(1) << router) != 0;
}

void
sim_domain_status(struct sim_domain *sd, unsigned router, bool running)
{
	struct sim *sim = sd->sim;

	if (router == 0)
		sd->ordered = running;
	sim_domain_keep(sd);
	if (!sd->booted || sd->wedged || guest_runs(sd, router) == running ||
	    (running && sd->guest != NULL))
		return;			/* it is as wanted, or will be */
	if (running)
		sd->starting = router;
	if (!running && sd->others != 0) {
		sd->wedged = true;	/* as ClickOS is, after one of two */
		return;
	}
	if (!running) {
		guest_later(sd, guest_stops, sim->knob[START_MS]);
		return;
	}
	if (sim_fault(sim, LOSE_STARTS))
		return;
	if (sim_fault(sim, CRASH_STARTS)) {
		guest_later(sd, guest_die, sim->knob[START_MS]);
		return;
	}
	if (sim_fault(sim, WEDGE_STARTS))
		sd->wedged = true;
	else
		guest_later(sd, guest_starts, sim->knob[START_MS]);
}

/* The write handlers of a stock guest get "true", and may complain of it. */
void
sim_domain_write(struct sim_domain *sd, const char *element,
    const char *handler, const char *value)
{
	char *said;

	if (!sd->domain->template->handlers_mended)
		value = "true";
	said = sim_guest_write(sd->config, sd->config_len, element, handler,
	    value);
	if (said != NULL)
		say(sd, said);
	free(said);
}

void
sim_domain_pause(struct sim_domain *sd)
{
	sd->pauses++;
	sim_domain_keep(sd);
}

bool
sim_domain_unpause(struct sim_domain *sd)
{
	if (sd->pauses == 0)
		return false;
	sd->pauses--;
	sim_domain_keep(sd);
	if (sd->pauses > 0)
		return true;
	if (sd->guest_act == NULL)
		guest_later(sd, guest_boots, sd->sim->knob[BOOT_MS]);
	else if (sd->held)
		guest_later(sd, sd->guest_act, 0);
	sd->held = false;
	return true;
}

static void
guest_ends(struct sim_domain *sd)
{
	sd->wedged = sd->dead = true;
	sim_domain_keep(sd);
	sd->sim->events.dead(sd->domain, DEATH_SHUTDOWN, sd->sim->events.arg);
}

void
sim_domain_shutdown(struct sim_domain *sd)
{
	if (sd->others != 0)
		sd->wedged = true;	/* it stops one of them first */
	if (sd->booted && !sd->wedged)
		guest_later(sd, guest_ends, sd->sim->knob[START_MS]);
}

/* --- what its host keeps ------------------------------------------------- */

static void (*const acts[])(struct sim_domain *) = {
	NULL, guest_boots, guest_starts, guest_stops, guest_die,
	guest_last_words, guest_ends
};
#define ACTS (sizeof(acts) / sizeof(acts[0]))

static unsigned
act_number(const struct sim_domain *sd)
{
	unsigned i;

	for (i = ACTS - 1; i > 0; i--)
		if (acts[i] == sd->guest_act && (sd->held ||
		    sd->guest != NULL))
			break;
	return i;
}

void
sim_domain_keep(struct sim_domain *sd)
{
	struct host_domain hd = {
		.domid = sd->domain->domid,
		.flags = (sd->booted ? FLAG_BOOTED : 0) |
		    (sd->wedged ? FLAG_WEDGED : 0) |
		    (sd->running ? FLAG_RUNNING : 0) |
		    (sd->dead ? FLAG_DEAD : 0) |
		    (sd->ordered ? FLAG_ORDERED : 0),
		.act = act_number(sd),
		.others = sd->others,
		.pauses = sd->pauses,
		.starting = sd->starting,
		.config = sd->config,
		.config_len = sd->config_len,
		.other = sd->other,
		.other_len = sd->other_len,
	};

	memcpy(hd.uuid, sd->domain->uuid, sizeof(hd.uuid));
	host_keep(sd->sim, &hd);
}

/* --- beginning and end --------------------------------------------------- */

static struct sim_domain *
domain_begin(struct sim *sim, struct domain *d, int domid)
{
	struct sim_domain *sd = xcalloc(1, sizeof(*sd));
	unsigned i;

	sd->sim = sim;
	sd->domain = d;
	d->backend = sd;
	d->domid = domid;
	for (i = 0; i < d->nvifs; i++) {
		snprintf(d->vifs[i].dev, sizeof(d->vifs[i].dev), "vif%d.%u",
		    d->domid, i);
		d->vifs[i].state = 2;
	}
	sd->memory_mb = d->template->memory_mb;
	sim->used_mb += sd->memory_mb;
	LIST_INSERT_HEAD(&sim->domains, sd, entry);
	return sd;
}

struct sim_domain *
sim_domain_new(struct sim *sim, struct domain *d)
{
	struct sim_domain *sd = domain_begin(sim, d, sim->next_domid++);

	sd->pauses = 1;			/* as a domain is built */
	sim_domain_keep(sd);
	return sd;
}

/* It stood still while nobody was there: it goes on with what it was at. */
static void
go_on(struct sim_domain *sd, unsigned act)
{
	sd->guest_act = act < ACTS ? acts[act] : NULL;
	if (sd->guest_act == NULL && sd->running && !sd->ordered)
		sd->guest_act = guest_stops;	/* it will see that order */
	sd->held = sd->guest_act != NULL && sd->pauses > 0;
	if (sd->guest_act != NULL && !sd->held)
		guest_later(sd, sd->guest_act, 0);
	else if (sd->guest_act == NULL && sd->booted)
		sd->guest_act = guest_boots;	/* it has, and will not again */
}

/* What a look at a real one would find. */
static void
tell(struct sim_domain *sd)
{
	struct sim *sim = sd->sim;

	sd->domain->ordered = sd->ordered;
	if (sd->booted && sd->domain->template->guest == GUEST_CLICKOS)
		sim->events.announced(sd->domain, sim->events.arg);
	if (sd->running)
		set_vifs(sd, 4);
	if (sd->dead)
		sim->events.dead(sd->domain, DEATH_CRASH, sim->events.arg);
}

bool
sim_domain_adopt(struct sim *sim, struct domain *d)
{
	struct host_domain hd;
	struct sim_domain *sd;

	if (!host_read(sim, d->domid, &hd))
		return false;
	sd = domain_begin(sim, d, d->domid);
	sd->booted = hd.flags & FLAG_BOOTED;
	sd->wedged = hd.flags & FLAG_WEDGED;
	sd->running = hd.flags & FLAG_RUNNING;
	sd->dead = hd.flags & FLAG_DEAD;
	sd->ordered = hd.flags & FLAG_ORDERED;
	sd->others = hd.others;
	sd->pauses = hd.pauses;
	sd->starting = hd.starting;
	sd->config = hd.config;
	sd->config_len = hd.config_len;
	sd->other = hd.other;
	sd->other_len = hd.other_len;
	d->chunks = sim_chunks(sd->config_len);
	go_on(sd, hd.act);
	tell(sd);
	return true;
}

void
sim_domain_free(struct sim_domain *sd)
{
	sd->domain->backend = NULL;
	sd->sim->used_mb -= sd->memory_mb;
	LIST_REMOVE(sd, entry);
	sim_domain_halt(sd);
	free(sd->config);
	free(sd->other);
	free(sd);
}

void
sim_domain_destroy(struct sim_domain *sd)
{
	host_remove(sd->sim, sd->domain->domid);
	sim_domain_free(sd);
}
