/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "common/proto.h"
#include "common/util.h"
#include "daemon/sim/host.h"

#define DOMAIN_PREFIX "domain-"

static char *
path_of(const struct sim *sim, int domid)
{
	return xasprintf("%s/" DOMAIN_PREFIX "%d", sim->host, domid);
}

/* The domid that a file of the folder stands for, or -1. */
static int
domid_of(const char *file)
{
	const char *number = file + strlen(DOMAIN_PREFIX);
	uint64_t domid;

	if (strncmp(file, DOMAIN_PREFIX, strlen(DOMAIN_PREFIX)) != 0 ||
	    parse_uint(number, 1, INT_MAX - 1, &domid) != 0)
		return -1;
	return (int)domid;
}

/* --- writing ------------------------------------------------------------- */

static void
write_text(FILE *f, const char *text, size_t len)
{
	if (text == NULL)
		len = 0;
	fprintf(f, "%d %zu\n", text != NULL, len);
	if (len > 0)
		fwrite(text, 1, len, f);
	putc('\n', f);
}

void
host_keep(struct sim *sim, const struct host_domain *hd)
{
	char *path, *tmp, uuid[UUID_TEXT_LEN + 1];
	FILE *f;
	bool ok;

	if (sim->host == NULL)
		return;
	path = path_of(sim, hd->domid);
	tmp = xasprintf("%s/new", sim->host);
	if ((f = fopen(tmp, "we")) == NULL)
		log_fatal("cannot write %s: %s", tmp, strerror(errno));
	fprintf(f, "%s %u %u %" PRIu64 " %u %u\n", uuid_format(hd->uuid,
	    uuid), hd->flags, hd->act, hd->others, hd->pauses, hd->starting);
	write_text(f, hd->config, hd->config_len);
	write_text(f, hd->other, hd->other_len);
	ok = !ferror(f);
	if (fclose(f) != 0 || !ok || rename(tmp, path) != 0)
		log_fatal("cannot write %s: %s", path, strerror(errno));
	free(tmp);
	free(path);
}

void
host_remove(struct sim *sim, int domid)
{
	char *path;

	if (sim->host == NULL)
		return;
	path = path_of(sim, domid);
	if (unlink(path) != 0 && errno != ENOENT)
		log_fatal("cannot remove %s: %s", path, strerror(errno));
	free(path);
}

void
host_bridge(struct sim *sim, const char *name, bool make)
{
	char *path;
	FILE *f;

	if (sim->host == NULL)
		return;
	path = xasprintf("%s/bridge-%s", sim->host, name);
	if (make && (f = fopen(path, "we")) != NULL)
		fclose(f);
	else if (make || (unlink(path) != 0 && errno != ENOENT))
		log_fatal("cannot change %s: %s", path, strerror(errno));
	free(path);
}

/* --- reading ------------------------------------------------------------- */

static bool
read_text(FILE *f, char **text, size_t *len)
{
	int there;

	*text = NULL;
	if (fscanf(f, "%d %zu", &there, len) != 2 || getc(f) != '\n' ||
	    *len > PROTO_CONFIG_MAX)
		return false;
	if (!there)
		return getc(f) == '\n';
	*text = xcalloc(1, *len + 1);
	return fread(*text, 1, *len, f) == *len && getc(f) == '\n';
}

static bool
read_domain(FILE *f, struct host_domain *hd)
{
	char uuid[UUID_TEXT_LEN + 1];

	return fscanf(f, "%36s %u %u %" SCNu64 " %u %u", uuid, &hd->flags,
	    &hd->act, &hd->others, &hd->pauses, &hd->starting) == 6 &&
	    uuid_parse(uuid, hd->uuid) == 0 && getc(f) == '\n' &&
	    read_text(f, &hd->config, &hd->config_len) &&
	    read_text(f, &hd->other, &hd->other_len);
}

bool
host_read(struct sim *sim, int domid, struct host_domain *hd)
{
	char *path;
	FILE *f;

	memset(hd, 0, sizeof(*hd));
	if (sim->host == NULL)
		return false;
	path = path_of(sim, domid);
	hd->domid = domid;
	if ((f = fopen(path, "re")) != NULL) {
		if (!read_domain(f, hd))
			log_fatal("%s is no simulated domain", path);
		fclose(f);
	}
	free(path);
	return f != NULL;
}

void
host_clear(struct host_domain *hd)
{
	free(hd->config);
	free(hd->other);
}

bool
host_has(struct sim *sim, int domid, const uint8_t uuid[16])
{
	struct host_domain hd;
	bool there = host_read(sim, domid, &hd);

	host_clear(&hd);
	return there && memcmp(hd.uuid, uuid, sizeof(hd.uuid)) == 0;
}

int
host_list(struct sim *sim, struct backend_found **found, size_t *n,
    struct uvnf_error *e)
{
	struct host_domain hd;
	struct dirent *de;
	int domid;
	DIR *dir;

	*found = NULL;
	*n = 0;
	if (sim->host == NULL)
		return 0;
	if ((dir = opendir(sim->host)) == NULL)
		return uvnf_error_set(e, UVNF_E_SYSTEM, "cannot read %s: %s",
		    sim->host, strerror(errno));
	while ((de = readdir(dir)) != NULL) {
		if ((domid = domid_of(de->d_name)) == -1 ||
		    !host_read(sim, domid, &hd))
			continue;
		*found = xrealloc(*found, (*n + 1) * sizeof(**found));
		(*found)[*n].domid = domid;
		memcpy((*found)[*n].uuid, hd.uuid, sizeof(hd.uuid));
		++*n;
		host_clear(&hd);
	}
	closedir(dir);
	return 0;
}

int
host_open(struct sim *sim, struct uvnf_error *e)
{
	struct backend_found *found;
	size_t i, n;
	int rc;

	if (sim->host == NULL)
		return 0;
	if (mkdir(sim->host, 0755) != 0 && errno != EEXIST)
		return uvnf_error_set(e, UVNF_E_SYSTEM, "cannot make the "
		    "folder %s of UVNF_SIM's host=: %s", sim->host,
		    strerror(errno));
	if ((rc = host_list(sim, &found, &n, e)) != 0)
		return rc;
	for (i = 0; i < n; i++)
		if (found[i].domid >= sim->next_domid)
			sim->next_domid = found[i].domid + 1;
	free(found);
	return 0;
}
