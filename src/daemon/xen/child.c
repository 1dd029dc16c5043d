/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/log.h"
#include "daemon/backend.h"
#include "daemon/xen/child.h"

/*
 * libxl asserts that nobody handles SIGCHLD and hangs when it is blocked.
 * Signals for the whole group (a terminal's, a service manager's) are the
 * daemon's business: it still needs us to take its domains down.
 */
static void
reset_signals(void)
{
	sigset_t none;
	int sig;

	for (sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
close_all_but(int keep)
{
	log_close();
	if (keep > 3)
		close_range(3, (unsigned)keep - 1, 0);
	close_range((unsigned)keep + 1, ~0U, 0);
}

void
child_begin(const char *name, int keep)
{
	char pid[16];

	prctl(PR_SET_NAME, name);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv(BACKEND_PROCESS_MARK, pid, 1);
	reset_signals();
	close_all_but(keep);
}
