/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_ERR_H
#define UVNF_ERR_H

/*
 * The closed list of error codes.  A function that can fail returns 0 or
 * -UVNF_E_…; where a person will read about it, it also fills a struct
 * uvnf_error, whose sentence says what went wrong, with which name, and what
 * to do.  uvnf-protocol(7) documents every code under its word.
 */
enum uvnf_code {
	UVNF_OK = 0,
	UVNF_E_BAD_REQUEST,	/* the request line itself is wrong */
	UVNF_E_DENIED,		/* the user may not do that */
	UVNF_E_QUOTA,		/* the user has what he may have */
	UVNF_E_BAD_NAME,	/* not a valid name for a VNF */
	UVNF_E_BAD_CONFIG,	/* a Click configuration that cannot be given */
	UVNF_E_BAD_STATE,	/* the VNF's state does not allow it */
	UVNF_E_TOO_BIG,		/* over a limit of the protocol */
	UVNF_E_NO_TEMPLATE,	/* no such template */
	UVNF_E_NO_VNF,		/* no such VNF */
	UVNF_E_NAME_TAKEN,	/* a VNF has that name */
	UVNF_E_BUSY,		/* another request is changing that VNF */
	UVNF_E_NO_MEMORY,	/* the host has too little free memory */
	UVNF_E_RANGE_EXHAUSTED,	/* no value of a parameter is free */
	UVNF_E_BUILD_FAILED,	/* Xen could not build or start the domain */
	UVNF_E_ROUTER_FAILED,	/* the guest refused the configuration */
	UVNF_E_GUEST_DEAD,	/* the domain crashed, shut down or is gone */
	UVNF_E_DESTROYED,	/* another request destroyed it meanwhile */
	UVNF_E_TIMEOUT,		/* the request's time limit passed */
	UVNF_E_STOPPING,	/* the daemon is going down */
	UVNF_E_SYSTEM,		/* the system or Xen said no; see the text */
	/* the next ones arise in the client library only */
	UVNF_E_NO_DAEMON,	/* nothing answers on the socket */
	UVNF_E_PROTOCOL,	/* the other side does not speak our protocol */
	UVNF_E_USAGE,		/* the caller's own arguments are wrong */
	UVNF_E_CANCELLED,	/* the caller itself ended the request */
	UVNF_E_COUNT
};

#define UVNF_ERROR_TEXT_MAX 1024

struct uvnf_error {
	enum uvnf_code code;
	char text[UVNF_ERROR_TEXT_MAX];
};

/* Fill e (may be NULL) and return -code, for use in return statements. */
int uvnf_error_set(struct uvnf_error *e, enum uvnf_code code,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Put "what: " before the sentence that e has; the code stays. */
void uvnf_error_prefix(struct uvnf_error *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The code's word in the protocol ("name-taken"); "ok" for UVNF_OK. */
const char *uvnf_code_word(enum uvnf_code code);

/* The code of a word; -1 when there is none. */
int uvnf_code_from_word(const char *word);

/* uvnfctl's exit status for a code: 0 to 4, see uvnfctl(1). */
int uvnf_code_exit_status(enum uvnf_code code);

#endif
