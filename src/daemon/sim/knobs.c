/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* $UVNF_SIM: delays, and what is to go wrong. */

#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "daemon/sim/sim.h"

static const struct {
	const char *name;
	uint64_t value;
} knobs[KNOB_COUNT] = {
	[BUILD_MS] = { "build_ms", 20 },
	[BOOT_MS] = { "boot_ms", 5 },
	[WRITE_MS] = { "write_ms", 0 },
	[START_MS] = { "start_ms", 5 },
	[DESTROY_MS] = { "destroy_ms", 5 },
	[MEMORY_MB] = { "memory_mb", 65536 },
	[FAIL_BUILDS] = { "fail_builds", 0 },	/* so many fail, then none */
	[SPOIL_BUILDS] = { "spoil_builds", 0 },	/* and leave the domain */
	[FAIL_DESTROYS] = { "fail_destroys", 0 },
	[LOSE_STARTS] = { "lose_starts", 0 },
	[CRASH_BOOTS] = { "crash_boots", 0 },
	[CRASH_STARTS] = { "crash_starts", 0 },
	[WEDGE_STARTS] = { "wedge_starts", 0 },
	[CRASH_AFTER_MS] = { "crash_after_ms", 0 },	/* of running */
	[CRASH_IDLE] = { "crash_idle", 0 },	/* of booted guests */
	[FOREIGN_PAUSES] = { "foreign_pauses", 0 },	/* on top of ours */
	[VIF_MS] = { "vif_ms", 1 },
	[FAIL_GATES] = { "fail_gates", 0 },
	[FAIL_BRIDGES] = { "fail_bridges", 0 },
	[FAIL_VIFS] = { "fail_vifs", 0 },	/* refused, nothing changed */
	[LOSE_WORDS] = { "lose_words", 0 },	/* of starting routers */
	[SPOIL_VIFS] = { "spoil_vifs", 0 },	/* half changed */
};

static int
set_knob(struct sim *sim, char *setting, struct uvnf_error *e)
{
	char *value = strchr(setting, '=');
	int i;

	if (value != NULL) {
		*value++ = '\0';
		if (strcmp(setting, "host") == 0 && value[0] == '/') {
			free(sim->host);
			sim->host = xstrdup(value);
			return 0;
		}
		for (i = 0; i < KNOB_COUNT; i++) {
			if (strcmp(setting, knobs[i].name) == 0 &&
			    parse_uint(value, 0, 1000000000,
			    &sim->knob[i]) == 0)
				return 0;
		}
	}
	return uvnf_error_set(e, UVNF_E_SYSTEM,
	    "UVNF_SIM has '%s', which is neither KNOB=NUMBER nor "
	    "host=/FOLDER; see uvnfd(8)", setting);
}

int
knobs_read(struct sim *sim, const char *text, struct uvnf_error *e)
{
	char *copy, *setting, *save = NULL;
	int i, rc = 0;

	for (i = 0; i < KNOB_COUNT; i++)
		sim->knob[i] = knobs[i].value;
	copy = xstrdup(text != NULL ? text : "");
	for (setting = strtok_r(copy, " ,", &save); setting != NULL && rc == 0;
	    setting = strtok_r(NULL, " ,", &save))
		rc = set_knob(sim, setting, e);
	free(copy);
	return rc;
}
