/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <config.h>

#include <cap-ng.h>
#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>

#include "daemon/privileges.h"

static int
drop_capabilities(struct uvnf_error *e)
{
	bool reads, bounds;

	capng_get_caps_process();
	reads = capng_have_capability(CAPNG_EFFECTIVE, CAP_DAC_READ_SEARCH);
	bounds = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
	capng_clear(CAPNG_SELECT_BOTH);
	if (reads)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED |
		    CAPNG_BOUNDING_SET, CAP_DAC_READ_SEARCH);
	if (capng_apply(bounds ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS) == 0)
		return 0;
	return uvnf_error_set(e, UVNF_E_SYSTEM,
	    "cannot drop capabilities: %s", strerror(errno));
}

#ifdef __SANITIZE_ADDRESS__

/* At its end the sanitizer starts a process that traces this one. */
static int
filter_calls(struct uvnf_error *e)
{
	(void)e;
	return 0;
}

#else

/*
 * What an attacker would reach for first, and this process never does.  The
 * rest stays allowed: a list of all that is needed would end the daemon, with
 * everybody's VNFs unattended, the day that a library asks for one call more.
 */
static const int denied[] = {
	SCMP_SYS(execve), SCMP_SYS(execveat),
	SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(clone), SCMP_SYS(clone3),
	SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev), SCMP_SYS(pidfd_getfd), SCMP_SYS(kcmp),
	SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root),
	SCMP_SYS(chroot), SCMP_SYS(setns), SCMP_SYS(unshare),
	SCMP_SYS(open_tree), SCMP_SYS(move_mount), SCMP_SYS(fsopen),
	SCMP_SYS(fsconfig), SCMP_SYS(fsmount),
	SCMP_SYS(init_module), SCMP_SYS(finit_module),
	SCMP_SYS(delete_module), SCMP_SYS(kexec_load),
	SCMP_SYS(kexec_file_load), SCMP_SYS(reboot),
	SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup), SCMP_SYS(keyctl), SCMP_SYS(add_key),
	SCMP_SYS(request_key), SCMP_SYS(iopl), SCMP_SYS(ioperm),
	SCMP_SYS(setuid), SCMP_SYS(setgid), SCMP_SYS(setreuid),
	SCMP_SYS(setregid), SCMP_SYS(setresuid), SCMP_SYS(setresgid),
	SCMP_SYS(setgroups), SCMP_SYS(settimeofday),
	SCMP_SYS(clock_settime), SCMP_SYS(swapon), SCMP_SYS(swapoff),
	SCMP_SYS(mknod), SCMP_SYS(mknodat),
};

static int
filter_calls(struct uvnf_error *e)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	size_t i;
	int rc = filter == NULL ? -ENOMEM : 0;

	for (i = 0; rc == 0 && i < sizeof(denied) / sizeof(denied[0]); i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM),
		    denied[i], 0);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc == 0 ? 0 : uvnf_error_set(e, UVNF_E_SYSTEM,
	    "cannot filter system calls: %s", strerror(-rc));
}

#endif

int
privileges_drop(struct uvnf_error *e)
{
	int rc = drop_capabilities(e);

	if (rc != 0)
		return rc;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return uvnf_error_set(e, UVNF_E_SYSTEM,
		    "cannot forgo new privileges: %s", strerror(errno));
	return filter_calls(e);
}
