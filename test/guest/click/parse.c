/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "lex.h"
#include "lib.h"
#include "router.h"

#define LIST_MAX	32
#define NAME_MAX	200
#define WRONG_MAX	32

/* One element of a statement, as it was written. */
struct item {
	char		 name[NAME_MAX];
	struct token	 named, class, config;
	int		 has_class, bare, in, out;
	unsigned int	 line;
	struct element	*element;
};

struct parser {
	struct lexer	 lex;
	struct router	*router;
	struct report	*report;
	struct item	 list[LIST_MAX];
	int		 n;
	/* Names that were complained of once already. */
	struct token	 wrong[WRONG_MAX];
	int		 nwrong;
	int		 stopped;
};

#define error(p, ...)	report_at((p)->report, (p)->lex.line, __VA_ARGS__)

static void
syntax_error(struct parser *p, struct token t)
{
	error(p, "syntax error near '%.*s'", (int)t.len, t.s);
}

/* Click knows it, the guest does not: nothing more is read. */
static void
unsupported(struct parser *p, const char *what, size_t len)
{
	error(p, "the test guest does not know '%.*s'", (int)len, what);
	p->stopped = 1;
}

static void
no_memory(struct parser *p)
{
	error(p, "out of memory");
	p->stopped = 1;
}

static int
is_wrong(const struct parser *p, struct token t)
{
	int i;

	for (i = 0; i < p->nwrong; i++)
		if (p->wrong[i].len == t.len &&
		    memcmp(p->wrong[i].s, t.s, t.len) == 0)
			return 1;
	return 0;
}

static void
mark_wrong(struct parser *p, struct token t)
{
	if (p->nwrong < WRONG_MAX)
		p->wrong[p->nwrong++] = t;
}

static const struct class *
known_class(const struct parser *p, struct token t)
{
	return is_wrong(p, t) ? &class_error : class_find(t.s, t.len);
}

static int
port_number(struct parser *p, struct token t)
{
	size_t i;
	int n = 0;

	if (t.len > 1 && *t.s == '0') {
		unsupported(p, t.s, t.len);
		return 0;
	}
	for (i = 0; i < t.len; i++) {
		if (!text_is_digit(t.s[i])) {
			error(p, "syntax error: port number should be "
			    "integer");
			return 0;
		}
		if ((n = n * 10 + t.s[i] - '0') >= PORTS_MAX) {
			unsupported(p, t.s, t.len);
			return 0;
		}
	}
	return n;
}

/* "[2]": the number, or -1 when there is none. */
static int
parse_port(struct parser *p)
{
	struct token t;
	int n;

	if (!lex_take(&p->lex, '['))
		return -1;
	t = lex_next(&p->lex);
	if (lex_is(t, ']')) {
		unsupported(p, "[]", 2);
		return -1;
	}
	if (t.kind != TOKEN_WORD) {
		error(p, "syntax error: expected port number");
		lex_back(&p->lex, t);
		return -1;
	}
	n = port_number(p, t);
	t = lex_next(&p->lex);
	if (lex_is(t, ',') || lex_is(t, '-'))
		unsupported(p, "several ports", 13);
	else if (!lex_is(t, ']')) {
		error(p, "syntax error: expected ','");
		lex_back(&p->lex, t);
	}
	return n;
}

static void
parse_class(struct parser *p, struct item *it)
{
	struct token t = lex_next(&p->lex);

	if (t.kind != TOKEN_COLONS) {
		lex_back(&p->lex, t);
		return;
	}
	it->bare = 0;
	t = lex_next(&p->lex);
	if (lex_is(t, '{')) {
		unsupported(p, "{", 1);
		return;
	}
	if (t.kind != TOKEN_WORD) {
		error(p, "missing element type in declaration");
		p->stopped = 1;
		return;
	}
	it->has_class = 1;
	it->class = t;
	if (known_class(p, t) == NULL) {
		error(p, "unknown element class '%.*s'", (int)t.len, t.s);
		mark_wrong(p, t);
	}
}

static void
parse_config(struct parser *p, struct item *it)
{
	if (!lex_take(&p->lex, '('))
		return;
	if (router_find(p->router, it->name, strlen(it->name)) != NULL)
		error(p, "configuration string ignored on element reference");
	it->bare = 0;
	it->config = lex_config(&p->lex);
	if (!lex_take(&p->lex, ')'))
		error(p, "expected ')'");
}

static int
is_keyword(struct token t)
{
	static const char *const words[] = {
		"elementclass", "require", "provide", "define"
	};
	unsigned int i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == t.len &&
		    memcmp(words[i], t.s, t.len) == 0)
			return 1;
	return 0;
}

/* [port] name :: Class (config) [port]; 0, or -1 when there is no element. */
static int
parse_item(struct parser *p, struct item *it)
{
	struct token t;

	memset(it, 0, sizeof(*it));
	it->bare = 1;
	it->in = parse_port(p);
	t = lex_next(&p->lex);
	if (lex_is(t, '{') || lex_is(t, '(') || is_keyword(t) ||
	    (t.kind == TOKEN_WORD && t.len >= NAME_MAX)) {
		unsupported(p, t.s, t.len);
		return -1;
	}
	if (t.kind != TOKEN_WORD) {
		if (it->in >= 0)
			error(p, "stranded port ignored");
		syntax_error(p, t);
		return -1;
	}
	it->line = p->lex.line;
	it->named = t;
	memcpy(it->name, t.s, t.len);
	parse_class(p, it);
	if (!p->stopped)
		parse_config(p, it);
	it->out = parse_port(p);
	return p->stopped ? -1 : 0;
}

static void
check_name(struct parser *p, const char *name)
{
	const char *s = name;
	int digits;

	while (*s != '\0') {
		for (digits = 1; *s != '\0' && *s != '/'; s++)
			digits &= text_is_digit(*s);
		if (digits)
			error(p, "element name '%s' has all-digit component",
			    name);
		s += *s == '/';
	}
}

/*
 * What has no name of its own gets its class's and a number, which no
 * statement can refer to: until all is read a semicolon hides it.
 */
static struct element *
add(struct parser *p, struct item *it, const struct class *class, int unnamed)
{
	char name[NAME_MAX + 16];
	struct element *e;

	snprintf(name, sizeof(name), unnamed ? ";%s@%d" : "%s", it->name,
	    p->router->nelements + 1);
	check_name(p, name);
	e = router_add(p->router, class, name,
	    it->config.s != NULL ? it->config.s : "", it->config.len,
	    it->line);
	if (e == NULL)
		no_memory(p);
	return e;
}

/* Takes the semicolons off; a number that is taken is passed over. */
static int
show_names(struct router *rt)
{
	struct element *e;
	char name[NAME_MAX + 16], *at;
	int i, number;

	for (i = 0; i < rt->nelements; i++) {
		e = rt->elements[i];
		if (*e->name != ';')
			continue;
		snprintf(name, sizeof(name), "%s", e->name + 1);
		for (at = name + strlen(name); *at != '@'; at--)
			;
		for (number = i + 2; router_find(rt, name, strlen(name)) !=
		    NULL; number++)
			snprintf(at, 16, "@%d", number);
		if (router_rename(rt, e, name) < 0)
			return -1;
	}
	return 0;
}

/* The element of a name that is no class: there already, or declared now. */
static struct element *
resolve_name(struct parser *p, struct item *it, struct token name)
{
	struct element *e = router_find(p->router, it->name, name.len);
	const struct class *class;
	struct report *r = p->report;

	if (e != NULL) {
		if (it->has_class) {
			report_at(r, it->line, "redeclaration of element "
			    "'%s'", it->name);
			report_at(r, e->line, "element '%s' previously "
			    "declared here", it->name);
		}
		return e;
	}
	if (it->has_class) {
		class = known_class(p, it->class);
		return add(p, it, class != NULL ? class : &class_error, 0);
	}
	report_at(r, it->line, "undeclared element '%s'", it->name);
	mark_wrong(p, it->named);
	return add(p, it, &class_error, 1);
}

static struct element *
resolve(struct parser *p, struct item *it)
{
	struct token name = { TOKEN_WORD, it->name, strlen(it->name) };
	const struct class *class = known_class(p, name);

	if (class == NULL)
		return resolve_name(p, it, name);
	if (it->has_class)
		report_at(p->report, it->line,
		    "class '%s' used as element name", it->name);
	return add(p, it, class, 1);
}

/* "a, b :: Class(x)" gives all of them the class of the last. */
static void
spread_class(struct parser *p)
{
	struct item *last = &p->list[p->n - 1];
	int i;

	for (i = 0; i < p->n - 1; i++)
		if (!p->list[i].bare)
			return;
	if (!last->has_class)
		return;
	for (i = 0; i < p->n - 1; i++) {
		p->list[i].has_class = 1;
		p->list[i].class = last->class;
		p->list[i].config = last->config;
	}
}

/* One element of a chain, or several that stand alone with commas between. */
static int
parse_list(struct parser *p, int first)
{
	int i, ports = 0;
	struct token t;

	p->n = 0;
	do {
		if (p->n == LIST_MAX) {
			unsupported(p, "a list so long", 14);
			return -1;
		}
		if (parse_item(p, &p->list[p->n]) < 0)
			return -1;
		ports |= p->list[p->n].in >= 0 || p->list[p->n].out >= 0;
		p->n++;
	} while (lex_take(&p->lex, ','));
	t = lex_next(&p->lex);
	lex_back(&p->lex, t);
	if (p->n > 1 && (!first || ports || t.kind == TOKEN_ARROW ||
	    (lex_is(t, '=') && t.len == 2))) {
		unsupported(p, "a list in a connection", 22);
		return -1;
	}
	spread_class(p);
	for (i = 0; i < p->n && !p->stopped; i++)
		p->list[i].element = resolve(p, &p->list[i]);
	return p->stopped ? -1 : 0;
}

/* After an element: true if an arrow leads on. */
static int
parse_connector(struct parser *p)
{
	struct token t;

	for (;;) {
		t = lex_next(&p->lex);
		if (t.kind == TOKEN_ARROW)
			return 1;
		if (t.kind == TOKEN_COLONS || lex_is(t, ',')) {
			syntax_error(p, t);
			continue;
		}
		if (t.kind == TOKEN_END || lex_is(t, ';'))
			return 0;
		if (lex_is(t, '=') && t.len == 2)
			unsupported(p, "=>", 2);
		else if (t.kind == TOKEN_WORD || strchr("{}[)|", *t.s) != NULL)
			lex_back(&p->lex, t);
		else
			syntax_error(p, t);
		return 0;
	}
}

static void
connect(struct parser *p, const struct item *from, const struct item *to)
{
	struct end out = { from->element, from->out < 0 ? 0 : from->out };
	struct end in = { to->element, to->in < 0 ? 0 : to->in };

	if (router_connect(p->router, out, in) < 0)
		no_memory(p);
}

static void
parse_chain(struct parser *p)
{
	struct item from;

	if (parse_list(p, 1) < 0)
		return;
	if (p->list[0].in >= 0)
		error(p, "input ports ignored at start of chain");
	while (parse_connector(p)) {
		from = p->list[0];
		if (parse_list(p, 0) < 0)
			return;
		connect(p, &from, &p->list[0]);
	}
	if (p->list[0].out >= 0)
		error(p, "output ports ignored at end of chain");
}

static void
parse_statement(struct parser *p)
{
	struct token t = lex_next(&p->lex);

	if (lex_is(t, ';'))
		return;
	if (t.kind == TOKEN_WORD || lex_is(t, '[') || lex_is(t, '{') ||
	    lex_is(t, '(') || t.kind == TOKEN_ARROW) {
		lex_back(&p->lex, t);
		parse_chain(p);
	} else if (lex_is(t, '#'))
		unsupported(p, "#", 1);
	else
		syntax_error(p, t);
}

struct router *
router_parse(const char *text, size_t len)
{
	struct parser *p = calloc(1, sizeof(*p));
	struct router *rt = calloc(1, sizeof(*rt));
	struct token t;

	if (p == NULL || rt == NULL) {
		free(p);
		free(rt);
		return NULL;
	}
	p->router = rt;
	p->report = &rt->report;
	lex_init(&p->lex, text, len);
	while (!p->stopped) {
		t = lex_next(&p->lex);
		if (t.kind == TOKEN_END)
			break;
		lex_back(&p->lex, t);
		parse_statement(p);
	}
	free(p);
	if (show_names(rt) < 0) {
		router_free(rt);
		return NULL;
	}
	return rt;
}
