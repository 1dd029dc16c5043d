/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* A chain's file: taken from its tree, and checked. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "common/proto.h"
#include "common/util.h"
#include "ctl/chain.h"
#include "yaml/value.h"

/* --- links --------------------------------------------------------------- */

static int
take_bridge(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct chain_link *l = into;
	int r = take_text(f, kv, &l->bridge);

	if (r == 0 && strlen(l->bridge) > CHAIN_BRIDGE_MAX)
		r = node_error(f, kv->value, "a bridge's name has at most %d "
		    "characters", CHAIN_BRIDGE_MAX);
	l->made = false;
	return r;
}

static int
take_transit(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	static const struct choice choices[] = {
		{ "false", true }, { "true", true } };
	struct chain_link *l = into;
	unsigned i = 0;
	int r = take_choice(f, kv, choices, COUNT(choices), &i);

	l->transit = i == 1;
	return r;
}

static const struct key link_keys[] = {
	{ "bridge", take_bridge },
	{ "transit", take_transit },
};

/* "CHAIN-LINK" where that is short enough, else its beginning and a number. */
static char *
bridge_name(const char *chain, const char *link)
{
	char *whole = xasprintf("%s-%s", chain, link), *name;
	unsigned long crc = crc32(0, (const Bytef *)whole,
	    (uInt)strlen(whole));

	if (strlen(whole) <= CHAIN_BRIDGE_MAX)
		return whole;
	name = xasprintf("%.8s-%06lx", whole, crc & 0xffffff);
	free(whole);
	return name;
}

static int
take_link(const struct yaml_file *f, const struct node_entry *kv,
    struct chain *c)
{
	struct chain_link *l = &c->links[c->nlinks];
	char where[96];
	int r = 0;

	if (!name_valid(kv->key->text))
		return node_error(f, kv->key, "'%.80s' is no name for a link",
		    kv->key->text);
	c->nlinks++;
	l->name = xstrdup(kv->key->text);
	l->made = l->transit = true;
	snprintf(where, sizeof(where), "link %.80s", l->name);
	if (!node_is_null(kv->value))
		r = take_map(f, kv->value, where, link_keys,
		    COUNT(link_keys), l);
	if (r == 0 && l->made)
		l->bridge = bridge_name(c->name, l->name);
	return r;
}

static int
take_links(const struct yaml_file *f, const struct node *n, struct chain *c)
{
	char shown[NODE_SHOW_MAX];
	size_t i;
	int r = 0;

	if (n == NULL)
		return 0;
	if (n->kind != NODE_MAP)
		return node_error(f, n, "links must be a map of links by "
		    "their names, not %s", node_show(n, shown));
	if (n->nentries > CHAIN_LINKS_MAX)
		return node_error(f, n, "a chain has at most %d links",
		    CHAIN_LINKS_MAX);
	c->links = xcalloc(n->nentries + 1, sizeof(*c->links));
	for (i = 0; i < n->nentries && r == 0; i++)
		r = take_link(f, &n->entries[i], c);
	return r;
}

/* --- VNFs ---------------------------------------------------------------- */

struct taking {
	struct chain *chain;
	struct chain_vnf *vnf;
};

static int
take_template(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct taking *t = into;

	if (kv->value->kind == NODE_SCALAR && !name_valid(kv->value->text))
		return node_error(f, kv->value, "'%.80s' is no name of a "
		    "template", kv->value->text);
	return take_text(f, kv, &t->vnf->template);
}

static char *
beside(const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');

	if (path[0] == '/' || slash == NULL)
		return xstrdup(path);
	return xasprintf("%.*s/%s", (int)(slash - file), file, path);
}

static int
take_config(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct taking *t = into;
	char why[FILE_WHY_MAX], *text = NULL, *path;
	int r;

	if ((r = take_text(f, kv, &text)) < 0)
		return r;
	path = beside(f->path, text);
	t->vnf->config = file_read(f, path, PROTO_CONFIG_MAX,
	    &t->vnf->config_len, why);
	if (t->vnf->config == NULL)
		r = node_error(f, kv->value, "the config %s of %s cannot be "
		    "read: %s", path, t->vnf->short_name, why);
	else if (t->vnf->config_len == 0)
		r = node_error(f, kv->value, "the config %s of %s is empty",
		    path, t->vnf->short_name);
	free(text);
	free(path);
	return r;
}

static int
take_set(const struct yaml_file *f, const struct node_entry *kv, void *into)
{
	struct taking *t = into;
	struct chain_vnf *v = t->vnf;
	char shown[NODE_SHOW_MAX];
	size_t i;

	if (kv->value->kind != NODE_MAP ||
	    kv->value->nentries > CHAIN_SETS_MAX)
		return node_error(f, kv->value, "set must be a map of at most "
		    "%d values by the names of parameters, not %s",
		    CHAIN_SETS_MAX, node_show(kv->value, shown));
	for (i = 0; i < kv->value->nentries; i++) {
		const struct node_entry *s = &kv->value->entries[i];

		if (s->value->kind != NODE_SCALAR || node_is_null(s->value) ||
		    strchr(s->key->text, '=') != NULL)
			return node_error(f, s->value, "the value of parameter "
			    "%.60s must be a text", s->key->text);
		v->sets[v->nsets++] = xasprintf("set.%s=%s", s->key->text,
		    s->value->text);
	}
	return 0;
}

static int
join(const struct yaml_file *f, const struct node *n, struct taking *t)
{
	struct chain_vnf *v = t->vnf;
	struct chain_link *l = NULL;
	char shown[NODE_SHOW_MAX];
	size_t i;

	for (i = 0; i < t->chain->nlinks && n->kind == NODE_SCALAR; i++)
		if (strcmp(t->chain->links[i].name, n->text) == 0)
			l = &t->chain->links[i];
	if (l == NULL)
		return node_error(f, n, "there is no link %s",
		    node_show(n, shown));
	for (i = 0; i < v->nlinks; i++)
		if (v->links[i] == l)
			return node_error(f, n, "%s joins the link %s twice",
			    v->short_name, l->name);
	if (v->nlinks == CHAIN_VIFS_MAX)
		return node_error(f, n, "a VNF has at most %d vifs",
		    CHAIN_VIFS_MAX);
	l->used = true;
	v->links[v->nlinks++] = l;
	return 0;
}

static int
take_vnf_links(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	char shown[NODE_SHOW_MAX];
	size_t i;
	int r = 0;

	if (kv->value->kind != NODE_LIST)
		return node_error(f, kv->value, "links must be a list of "
		    "links, one for each vif, not %s",
		    node_show(kv->value, shown));
	for (i = 0; i < kv->value->nentries && r == 0; i++)
		r = join(f, kv->value->entries[i].value, into);
	return r;
}

static const struct key vnf_keys[] = {
	{ "template", take_template },
	{ "config", take_config },
	{ "set", take_set },
	{ "links", take_vnf_links },
};

static void
digest(char *out, const char *text, size_t len, uLong *crc, uLong *adler)
{
	*crc = crc32(*crc, (const Bytef *)text, (uInt)len);
	*adler = adler32(*adler, (const Bytef *)text, (uInt)len);
	snprintf(out, 17, "%08lx%08lx", *crc & 0xffffffff,
	    *adler & 0xffffffff);
}

/* What a VNF that is there cannot be asked for. */
static void
make_spec(struct chain_vnf *v)
{
	uLong crc = 0, adler = 1;
	size_t i;

	digest(v->spec, v->config != NULL ? v->config : "", v->config_len,
	    &crc, &adler);
	v->spec[16] = '-';
	crc = 0, adler = 1;
	digest(v->spec + 17, "", 0, &crc, &adler);
	for (i = 0; i < v->nsets; i++)
		digest(v->spec + 17, v->sets[i], strlen(v->sets[i]) + 1, &crc,
		    &adler);
}

static int
take_vnf(const struct yaml_file *f, const struct node_entry *kv,
    struct chain *c)
{
	struct taking t = { c, &c->vnfs[c->nvnfs] };
	struct chain_vnf *v = t.vnf;
	char where[96];
	int r, len;

	len = snprintf(v->name, sizeof(v->name), "%s.%s", c->name,
	    kv->key->text);
	if (!name_valid(kv->key->text) || len > CHAIN_NAME_MAX)
		return node_error(f, kv->key, "'%.80s' is no name for a VNF of "
		    "this chain: '%s.' and it have at most %d letters, "
		    "digits, '.', '_', '-' together", kv->key->text, c->name,
		    CHAIN_NAME_MAX);
	c->nvnfs++;
	v->short_name = v->name + strlen(c->name) + 1;
	snprintf(where, sizeof(where), "VNF %.80s", v->short_name);
	if ((r = take_map(f, kv->value, where, vnf_keys, COUNT(vnf_keys),
	    &t)) < 0)
		return r;
	if (v->template == NULL)
		return node_error(f, kv->key, "%s lacks the key template",
		    where);
	make_spec(v);
	return 0;
}

static int
take_vnfs(const struct yaml_file *f, const struct node *top,
    const struct node *n, struct chain *c)
{
	char shown[NODE_SHOW_MAX];
	size_t i;
	int r = 0;

	if (n == NULL)
		return node_error(f, top, "the chain lacks the key vnfs");
	if (n->kind != NODE_MAP || n->nentries == 0)
		return node_error(f, n, "vnfs must be a map of VNFs by their "
		    "names, not %s", node_show(n, shown));
	if (n->nentries > CHAIN_VNFS_MAX)
		return node_error(f, n, "a chain has at most %d VNFs",
		    CHAIN_VNFS_MAX);
	c->vnfs = xcalloc(n->nentries, sizeof(*c->vnfs));
	for (i = 0; i < n->nentries && r == 0; i++)
		r = take_vnf(f, &n->entries[i], c);
	return r;
}

/* --- loops --------------------------------------------------------------- */

/*
 * VNFs and links as one graph: a way from a VNF over links back to itself is
 * one on which frames could go round for ever.
 */
struct walk {
	const struct yaml_file *f;
	const struct chain *c;
	const struct chain_link *came_by[CHAIN_VNFS_MAX];
	size_t from[CHAIN_VNFS_MAX];	/* the VNF before, on the way */
	bool seen[CHAIN_VNFS_MAX];
	bool link_seen[CHAIN_LINKS_MAX];
};

static bool
joins(const struct chain_vnf *v, const struct chain_link *l)
{
	size_t i;

	for (i = 0; i < v->nlinks; i++)
		if (v->links[i] == l)
			return true;
	return false;
}

/* The way back from a VNF to `to', which closes the loop over l. */
static int
loop(const struct walk *w, size_t at, size_t to, const struct chain_link *l)
{
	char path[512];
	size_t len;

	len = (size_t)snprintf(path, sizeof(path), "%s - %s - %s",
	    w->c->vnfs[to].short_name, l->name, w->c->vnfs[at].short_name);
	while (at != to && w->came_by[at] != NULL && len < sizeof(path)) {
		len += (size_t)snprintf(path + len, sizeof(path) - len,
		    " - %s - %s", w->came_by[at]->name,
		    w->c->vnfs[w->from[at]].short_name);
		at = w->from[at];
	}
	return node_error(w->f, NULL, "a loop: %s; frames could go round in "
	    "it; 'transit: false' says of a link that VNFs pass on nothing "
	    "from it", path);
}

static int
visit(struct walk *w, size_t at)
{
	const struct chain_vnf *v = &w->c->vnfs[at];
	size_t i, next;
	int r;

	w->seen[at] = true;
	for (i = 0; i < v->nlinks; i++) {
		const struct chain_link *l = v->links[i];

		if (!l->transit || l == w->came_by[at] ||
		    w->link_seen[l - w->c->links])
			continue;
		w->link_seen[l - w->c->links] = true;
		for (next = 0; next < w->c->nvnfs; next++) {
			if (next == at || !joins(&w->c->vnfs[next], l))
				continue;
			if (w->seen[next])
				return loop(w, at, next, l);
			w->came_by[next] = l;
			w->from[next] = at;
			if ((r = visit(w, next)) < 0)
				return r;
		}
	}
	return 0;
}

/* Two links of one bridge would be one link, and hide a loop. */
static int
check_bridges(const struct yaml_file *f, const struct chain *c)
{
	size_t i, j;

	for (i = 0; i < c->nlinks; i++)
		for (j = 0; j < i; j++)
			if (strcmp(c->links[i].bridge, c->links[j].bridge) ==
			    0)
				return node_error(f, NULL, "the links %s and "
				    "%s are both the bridge %s; make them "
				    "one link", c->links[j].name,
				    c->links[i].name, c->links[i].bridge);
	return 0;
}

static int
check(const struct yaml_file *f, const struct chain *c)
{
	struct walk w = { .f = f, .c = c };
	size_t i;
	int r;

	if ((r = check_bridges(f, c)) < 0)
		return r;
	for (i = 0; i < c->nlinks; i++)
		if (!c->links[i].used)
			return node_error(f, NULL, "no VNF joins the link %s",
			    c->links[i].name);
	for (i = 0; i < c->nvnfs; i++)
		if (!w.seen[i] && (r = visit(&w, i)) < 0)
			return r;
	return 0;
}

/* --- the whole ----------------------------------------------------------- */

static int
pass_over(const struct yaml_file *f, const struct node_entry *kv, void *into)
{
	(void)f;
	(void)kv;
	(void)into;
	return 0;
}

/* In the order in which they need one another, not that of the file. */
static const struct key top_keys[] = {
	{ "chain", pass_over },
	{ "links", pass_over },
	{ "vnfs", pass_over },
};

static int
take_name(const struct yaml_file *f, const struct node *top, struct chain *c)
{
	const struct node *n = NULL;
	char shown[NODE_SHOW_MAX];

	if (top->kind == NODE_MAP)
		n = node_get(top, "chain");
	if (n == NULL)
		return node_error(f, top, "the file lacks the key chain, the "
		    "chain's name");
	if (n->kind != NODE_SCALAR || !name_valid(n->text))
		return node_error(f, n, "%s is no name for a chain: it takes "
		    "a letter or digit, then letters, digits, '.', '_', '-'",
		    node_show(n, shown));
	c->name = xstrdup(n->text);
	return 0;
}

static int
take_all(const struct yaml_file *f, const struct node *top, struct chain *c)
{
	int r;

	if ((r = take_map(f, top, "the file", top_keys, COUNT(top_keys),
	    NULL)) < 0 ||
	    (r = take_links(f, node_get(top, "links"), c)) < 0 ||
	    (r = take_vnfs(f, top, node_get(top, "vnfs"), c)) < 0)
		return r;
	return check(f, c);
}

static struct chain *
read_file(const char *path, bool name_alone, struct uvnf_error *e)
{
	const struct yaml_file f = { .path = path, .e = e };
	struct node *top = yaml_read(&f);
	struct chain *c;
	int r;

	if (top == NULL)
		return NULL;
	c = xcalloc(1, sizeof(*c));
	r = take_name(&f, top, c);
	if (r == 0 && !name_alone)
		r = take_all(&f, top, c);
	node_free(top);
	if (r == 0)
		return c;
	chain_free(c);
	return NULL;
}

struct chain *
chain_read(const char *path, struct uvnf_error *e)
{
	return read_file(path, false, e);
}

struct chain *
chain_read_name(const char *path, struct uvnf_error *e)
{
	return read_file(path, true, e);
}

static void
vnf_clear(struct chain_vnf *v)
{
	size_t i;

	for (i = 0; i < v->nsets; i++)
		free(v->sets[i]);
	free(v->template);
	free(v->config);
}

void
chain_free(struct chain *c)
{
	size_t i;

	for (i = 0; i < c->nlinks; i++) {
		free(c->links[i].name);
		free(c->links[i].bridge);
	}
	for (i = 0; i < c->nvnfs; i++)
		vnf_clear(&c->vnfs[i]);
	free(c->links);
	free(c->vnfs);
	free(c->name);
	free(c);
}
