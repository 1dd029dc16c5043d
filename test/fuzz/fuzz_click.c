/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * The look through a Click configuration for its vifs, of which there are as
 * many as the first byte says.
 */

#include <stdlib.h>
#include <string.h>

#include "common/proto.h"
#include "daemon/click.h"
#include "daemon/template.h"
#include "fuzz.h"

const char fuzz_target[] = "click";

static int
scan(const char *text, size_t len, unsigned nvifs, uint32_t *vifs)
{
	struct uvnf_error e = { 0 };
	int rc;

	*vifs = UINT32_MAX;
	rc = click_scan(text, len, nvifs, vifs, &e);
	if (rc != 0) {
		fuzz_require_error(rc, &e);
		REQUIRE(rc == -UVNF_E_BAD_CONFIG && *vifs == UINT32_MAX);
	} else {
		REQUIRE(nvifs >= 32 || *vifs < UINT32_C(1) << nvifs);
	}
	return rc;
}

/* Without anything else, white space is refused and a comment is not. */
static bool
blank(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (memchr(" \t\n\v\f\r", text[i], 6) == NULL)
			return false;
	return true;
}

/* Neither a comment nor another line in front changes anything. */
static void
behind(const char *front, const char *text, size_t len, unsigned nvifs,
    int rc, uint32_t vifs)
{
	struct proto_buf b = { 0 };
	uint32_t same;

	proto_buf_add(&b, front, strlen(front));
	proto_buf_add(&b, text, len);
	REQUIRE(scan(b.data, b.len, nvifs, &same) == rc);
	REQUIRE(same == vifs);
	proto_buf_free(&b);
}

/* With more vifs it uses the same, or the one that was missing. */
static void
with_more(const char *text, size_t len, unsigned nvifs, int rc, uint32_t vifs)
{
	uint32_t most;
	int r = scan(text, len, 32, &most);

	if (rc == 0)
		REQUIRE(r == 0 && most == vifs);
	else if (r == 0)
		REQUIRE(most >> nvifs != 0);
}

/*
 * The name that is found is one that can be asked for, and neither a comment
 * in front nor a compound element's inside changes it.
 */
static void
with_element(const char *text, size_t len)
{
	static const char front[] = "/* a :: Idle */ { b :: Idle };\n";
	char *name = click_find_element(text, len), *same;
	struct proto_buf b = { 0 };

	if (name != NULL) {
		REQUIRE(name[0] != '\0' && strlen(name) <= CLICK_ELEMENT_MAX);
		REQUIRE(strpbrk(name, "/. \t\n:{}()") == NULL);
		REQUIRE(memmem(text, len, name, strlen(name)) != NULL);
		REQUIRE(memmem(text, len, "::", 2) != NULL);
	}
	proto_buf_add(&b, front, sizeof(front) - 1);
	proto_buf_add(&b, text, len);
	same = click_find_element(b.data, b.len);
	REQUIRE((name == NULL) == (same == NULL));
	REQUIRE(name == NULL || strcmp(name, same) == 0);
	proto_buf_free(&b);
	free(name);
	free(same);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;
	unsigned nvifs;
	uint32_t vifs;
	int rc;

	if (size == 0)
		return 0;
	size--;
	nvifs = data[0] % (TEMPLATE_VIFS_MAX + 1);
	rc = scan(text, size, nvifs, &vifs);
	with_more(text, size, nvifs, rc, vifs);
	with_element(text, size);
	if (blank(text, size))
		return 0;
	behind("\n", text, size, nvifs, rc, vifs);
	behind("/* FromDevice(31) -> */\n", text, size, nvifs, rc, vifs);
	behind("// ToDevice(31)\r\n# 1 \"ToDevice(31)\"\n", text, size,
	    nvifs, rc, vifs);
	return 0;
}
