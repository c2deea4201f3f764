/* email_domains_test.c - which addresses are of a society's domains. */

#include "email_domains.h"

#include "email.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TEN(text) text text text text text text text text text text

/* clang-format off */
static const struct {
	const char *why;
	const char *list;
	const char *typed; /* an address, as a member types it */
	bool has;
} rows[] = {
	{ "no domains: every address", "", "a@example.jp", true },
	{ "only commas and spaces: none", " , ,", "a@example.jp", true },
	{ "the domain", "example.co.jp", "a@example.co.jp", true },
	{ "another", "example.co.jp", "a@example.jp", false },
	{ "the last of several", "example.jp, example.com,example.co.jp", "a@example.co.jp", true },
	{ "none of several", "example.jp,example.com", "a@example.co.jp", false },
	{ "a domain below", "example.co.jp", "a@mail.example.co.jp", false },
	{ "one that ends alike", "example.co.jp", "a@badexample.co.jp", false },
	{ "one that begins alike", "example.co.jp", "a@example.co.jp.evil.example", false },
	{ "the domain as local part", "example.co.jp", "example.co.jp@evil.example", false },
	{ "capitals in the address", "example.co.jp", "A@Example.CO.jp", true },
	{ "capitals in the setting", "Example.CO.JP", "a@example.co.jp", true },
	{ "full width in the address", "example.co.jp", "ａ＠ｅｘａｍｐｌｅ．ｃｏ．ｊｐ", true },
	{ "full width in the setting", "ｅｘａｍｐｌｅ．ｃｏ．ｊｐ", "a@example.co.jp", true },
	{ "an IDN in the setting", "日本語.jp", "a@xn--wgv71a119e.jp", true },
	{ "an IDN in the address", "XN--wgv71a119e.jp", "a@日本語.jp", true },
	{ "a letter that looks the same", "example.co.jp", "a@ex\u0430mple.co.jp", false },
	{ "below, by a dot", ".example.co.jp", "a@mail.example.co.jp", true },
	{ "further below", ".example.co.jp", "a@x.mail.example.co.jp", true },
	{ "a dot is not the domain itself", ".example.co.jp", "a@example.co.jp", false },
	{ "a dot, and one that ends alike", ".example.co.jp", "a@badexample.co.jp", false },
	{ "both forms", "example.co.jp,.example.co.jp", "a@example.co.jp", true },
	{ "below an IDN", ".日本語.jp", "a@mail.xn--wgv71a119e.jp", true },
};

static const struct {
	const char *why;
	const char *list;
	bool taken;
} lists[] = {
	{ "the shortest", "a.b", true },
	{ "32 of them", TEN("a.jp,") TEN("b.jp,") TEN("c.jp ") "d.jp, e.jp", true },
	{ "33", TEN("a.jp,") TEN("b.jp,") TEN("c.jp ") "d.jp, e.jp f.jp", false },
	{ "no dot", "localhost", false },
	{ "only a dot", ".", false },
	{ "two dots before", "..example.jp", false },
	{ "an address", "taro@example.jp", false },
	{ "an at sign before", "@example.jp", false },
	{ "a star", "*.example.jp", false },
	{ "an IP address", "192.0.2.1", false },
	{ "an address literal", "[192.0.2.1]", false },
	{ "a semicolon between", "example.jp;example.com", false },
	{ "a good and a bad one", "example.jp,example", false },
	{ "a label of 64", TEN("aaaaaa") "aaaa.jp", false },
};
/* clang-format on */

static void
addresses_are_of_a_domain_or_not(void **state)
{
	static struct email_domains domains;
	char errbuf[ERRBUF_MAX + 1] = "", email[EMAIL_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		if (!email_domains_read("DOMAINS", rows[i].list, &domains, errbuf))
			fail_msg("%s: %s", rows[i].why, errbuf);
		assert_int_equal(email_fold(rows[i].typed, email, sizeof email), FIELD_OK);
		if (email_domains_have(&domains, email) != rows[i].has)
			fail_msg("%s: %d", rows[i].why, !rows[i].has);
	}
	assert_true(email_domains_have(NULL, "a@example.jp"));
}

static void
a_list_is_taken_whole_or_told(void **state)
{
	static struct email_domains domains;

	(void)state;
	for (size_t i = 0; i < LENGTH(lists); i++) {
		char errbuf[ERRBUF_MAX + 1] = "";

		if (email_domains_read("DOMAINS", lists[i].list, &domains, errbuf) !=
		    lists[i].taken)
			fail_msg("%s: %s", lists[i].why, errbuf);
		if (!lists[i].taken && (strncmp(errbuf, "DOMAINS ", 8) != 0 || domains.count != 0))
			fail_msg("%s: told as \"%s\"", lists[i].why, errbuf);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_of_a_domain_or_not),
		cmocka_unit_test(a_list_is_taken_whole_or_told),
	};

	return cmocka_run_group_tests_name("email_domains", tests, NULL, NULL);
}
