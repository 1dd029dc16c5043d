/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "daemon/config.h"
#include "daemon/config_socket.h"
#include "yaml/value.h"

static int
take_socket_path(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct config *c = into;
	struct sockaddr_un un;

	return take_absolute_path(f, kv, sizeof(un.sun_path) - 1,
	    &c->socket_path);
}

static int
take_socket_group(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct config *c = into;

	return take_text(f, kv, &c->socket_group);
}

/* Octal with quotes and without: nobody means anything else by 0660. */
static int
take_socket_mode(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	const char *s = kv->value->text;
	struct config *c = into;
	char shown[NODE_SHOW_MAX];
	size_t n;

	n = kv->value->kind == NODE_SCALAR ? strspn(s, "01234567") : 0;
	if (n < 3 || n > 4 || s[n] != '\0' || (n == 4 && s[0] != '0'))
		return node_error(f, kv->value, "mode must be a file mode, 3 "
		    "octal digits with or without a 0 before them, like "
		    "\"0660\", not %s", node_show(kv->value, shown));
	c->socket_mode = (mode_t)strtoul(s, NULL, 8);
	return 0;
}

static const struct key socket_keys[] = {
	{ "path", take_socket_path },
	{ "group", take_socket_group },
	{ "mode", take_socket_mode },
};

int
take_socket(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	return take_map(f, kv->value, "socket", socket_keys,
	    COUNT(socket_keys), into);
}
