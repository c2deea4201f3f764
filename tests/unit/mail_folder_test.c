/* mail_folder_test.c - a society's own templates stand in the place of ours, each that could
 * make a bad mail is told by file and line, and no mail is made of half a folder. */

#include "mail_folder.h"

#include "bounds.h"
#include "cleanup.h"
#include "keys_folder.h"
#include "mail_sample.h"
#include "mail_template_file.h"
#include "mail_templates.h"
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* An invitation that has no fault; %s is a place for one. */
#define INVITATION \
	"Subject: 【{society}】入会\nButton: 次へ\n\n{society}です。%s\n\n{link}\n\n{until}まで\n"
#define ENGLISH "Subject: [{society}] Join\nButton: Next\n\nHello.\n\n{link}\n\nUntil {until}.\n"

static char folder[KEYS_FOLDER_SIZE];
static char told[16384]; /* faults, a line each */
static struct mail_message mail, ours;

static void
note_fault(const char *line, void *context)
{
	const size_t length = strlen(told);

	(void)context;
	assert_true(text_format(told + length, sizeof told - length, "%s\n", line));
}

static struct mail_template_set *
read_set(void)
{
	struct mail_faults faults = { .tell = note_fault };

	told[0] = '\0';
	struct mail_template_set *const set = mail_folder_read(folder, &faults);
	assert_true((set == NULL) == (faults.count > 0));
	return set;
}

static void
put(const char *name, const char *text)
{
	key_file_put(folder, name, text, 0644);
}

/* Ours, as a file. */
static void
put_ours(unsigned id, enum mail_language language, const char *name)
{
	static char text[MAIL_TEMPLATE_FILE_MAX + 1];
	FILE *const file = fmemopen(text, sizeof text, "w");

	assert_non_null(file);
	mail_template_print(mail_template(id, language), file);
	assert_int_equal(fclose(file), 0);
	put(name, text);
}

static struct mail_facts
facts_of(unsigned id, enum mail_language language)
{
	struct mail_facts facts = mail_sample_usual(id, language);

	facts.society_name = "さくら健康保険組合";
	facts.society_contact = "総務課\n03-0000-0000";
	facts.portal_url = "https://portal.example.jp/";
	facts.link = "https://portal.example.jp/#token=a&b";
	return facts;
}

/* Renders with these templates. */
static void
render(const struct mail_template_set *set, struct mail_facts facts)
{
	facts.templates = set;
	assert_int_equal(mail_text_render(&facts, &mail), OK);
}

static int
empty_folder(void **state)
{
	(void)state;
	keys_folder_empty(folder);
	return 0;
}

static void
cleanup_set(struct mail_template_set *const *set)
{
	mail_template_set_free(*set);
}

/* Written as files and read again, ours are what they were, byte for byte, of every mail. */
static void
ours_as_files_make_the_same_mails(void **state)
{
	static const char *const languages[] = { "ja", "en" };
	char name[MAIL_TEMPLATE_NAME_MAX + 1], file[MAIL_TEMPLATE_NAME_MAX + 8];

	(void)state;
	for (unsigned i = 0; i < MAIL_TEMPLATES__MAX * 2; i++) {
		if (mail_template(i / 2, i % 2) == NULL)
			continue;
		mail_template_name(i / 2, name);
		assert_true(text_format(file, sizeof file, "%s.%s.txt", name, languages[i % 2]));
		put_ours(i / 2, i % 2, file);
	}
	CLEANUP(cleanup_set) struct mail_template_set *set = read_set();
	assert_string_equal(told, "");
	unsigned rendered = 0;
	for (unsigned i = 0; i < MAIL_TEMPLATES__MAX * 2; i++) {
		const struct mail_facts facts = facts_of(i / 2, i % 2);

		if (mail_template(i / 2, i % 2) == NULL || i / 2 == MAIL_TEMPLATE_FOOTER)
			continue;
		assert_int_equal(mail_text_render(&facts, &ours), OK);
		assert_ptr_not_equal(
		    mail_template_in(set, i / 2, i % 2), mail_template(i / 2, i % 2));
		render(set, facts);
		assert_memory_equal(&mail, &ours, sizeof mail);
		rendered++;
	}
	assert_int_equal(set->files, rendered + 2);
	assert_true(rendered >= 2 * (MAIL_KIND__MAX + 5));
}

/* One mail is replaced, in both languages, and all others are ours. */
static void
one_template_replaces_one_mail(void **state)
{
	char text[1024];

	(void)state;
	assert_true(text_format(text, sizeof text, INVITATION, ""));
	put("invitation.ja.txt", text);
	put("invitation.en.txt", "\xEF\xBB\xBF" ENGLISH);
	put("invitation.ja.txt~", "{");
	put(".invitation.ja.txt.swp", "{");
	put("README", "{");
	CLEANUP(cleanup_set) struct mail_template_set *set = read_set();
	assert_string_equal(told, "");

	render(set, facts_of(MAIL_INVITATION, MAIL_JAPANESE));
	assert_string_equal(mail.subject, "【さくら健康保険組合】入会");
	assert_true(text_starts_with(mail.text,
	    "さくら健康保険組合です。\n\nhttps://portal.example.jp/"
	    "#token=a&b\n\n11月22日 21時40分まで\n\nこのメールは送信専用です。"));
	assert_non_null(strstr(mail.text, "\n\nお問い合わせ先\n総務課\n03-0000-0000\n\n"));
	assert_non_null(strstr(
	    mail.html, "<p><a href=\"https://portal.example.jp/#token=a&amp;b\" class=\"button\""));
	assert_non_null(strstr(mail.html, ">次へ</a></p>"));
	render(set, facts_of(MAIL_INVITATION, MAIL_ENGLISH));
	assert_string_equal(mail.subject, "[さくら健康保険組合] Join");
	render(set, facts_of(MAIL_SECOND_LINK, MAIL_JAPANESE));
	assert_non_null(strstr(mail.text, "認証キー"));
}

/* Windows ends lines with CR LF, and Japanese writers leave a wide space in a line. */
static void
line_ends_and_wide_spaces_make_paragraphs_all_the_same(void **state)
{
	(void)state;
	put("completion.ja.txt",
	    "Subject: 完了\r\n\r\n{nickname} 様\r\n　\r\n一\r\n二\r\n  \r\n\r\n{when}\r\n");
	put_ours(MAIL_COMPLETION, MAIL_ENGLISH, "completion.en.txt");
	put("footer.ja.txt", "　\n{society}\n{contact}\n\n{portal}");
	put_ours(MAIL_TEMPLATE_FOOTER, MAIL_ENGLISH, "footer.en.txt");
	CLEANUP(cleanup_set) struct mail_template_set *set = read_set();
	assert_string_equal(told, "");
	struct mail_facts facts = facts_of(MAIL_COMPLETION, MAIL_JAPANESE);

	render(set, facts);
	assert_string_equal(mail.text, "はなこ 様\n\n一\n二\n\n2026年11月22日 "
				       "10:02\n\nさくら健康保険組合\n総務課\n03-0000-0000\n\n"
				       "https://portal.example.jp/\n\n");
	facts.nickname = "";
	facts.society_contact = "";
	render(set, facts);
	assert_string_equal(
	    mail.text, "一\n二\n\n2026年11月22日 10:02\n\nhttps://portal.example.jp/\n\n");
}

/* HTML of its own is kept as it is, values in it are escaped, and a block without its value is left
 * out. The page around it is ours, and the footer follows. */
static void
own_html_stands_in_our_page(void **state)
{
	static const char html[] =
	    "<table width=\"100%\"><tr><td>\n\n<p>{nickname} 様</p>\n\n"
	    "<p style=\"margin:0\">&copy; {society} {when}</p>\n\n</td></tr></table>\n";

	(void)state;
	put("completion.ja.txt", "Subject: 完了\n\n{when}\n");
	put("completion.ja.html", html);
	put_ours(MAIL_COMPLETION, MAIL_ENGLISH, "completion.en.txt");
	CLEANUP(cleanup_set) struct mail_template_set *set = read_set();
	assert_string_equal(told, "");
	struct mail_facts facts = facts_of(MAIL_COMPLETION, MAIL_JAPANESE);

	facts.nickname = "<b>{link}&";
	render(set, facts);
	const char *const body = strstr(mail.html, "<table");
	assert_non_null(body);
	assert_true(
	    text_starts_with(body, "<table width=\"100%\"><tr><td>\n<p>&lt;b&gt;{link}&amp; "
				   "様</p>\n<p style=\"margin:0\">&copy; "
				   "さくら健康保険組合 2026年11月22日 "
				   "10:02</p>\n</td></tr></table>\n<p>このメールは送信専用"));
	assert_non_null(strstr(mail.html, "Content-Security-Policy"));
	assert_true(text_starts_with(mail.text, "2026年11月22日 10:02\n\nこのメールは送信専用"));
	facts.nickname = "";
	render(set, facts);
	assert_non_null(strstr(mail.html, "<td>\n<p style"));
}

/* Each is the content of one file beside a good folder, and what is told of it. */
/* clang-format off */
static const struct faulty {
	const char *why, *name, *text, *told;
} faulty[] = {
	{ "a misspelt placeholder", "invitation.ja.txt",
	  "Subject: a\nButton: b\n\nx {sociaty} y\n\n{link}\n\n{until}\n",
	  "invitation.ja.txt:4: {sociaty} is no placeholder" },
	{ "a brace alone", "invitation.ja.txt",
	  "Subject: a\nButton: b\n\nx { y\n\n{link}\n\n{until}\n",
	  "invitation.ja.txt:4: { is no placeholder" },
	{ "no link", "invitation.ja.txt", "Subject: a\nButton: b\n\nx {until}\n",
	  "invitation.ja.txt:1: must have {link}, as ours has" },
	{ "no end of the link", "invitation.ja.txt", "Subject: a\nButton: b\n\n{link}\n",
	  "invitation.ja.txt:1: must have {until}, as ours has" },
	{ "a link among words", "invitation.ja.txt",
	  "Subject: a\nButton: b\n\nOpen {link} now\n\n{until}\n",
	  "invitation.ja.txt:4: {link} must stand alone in its paragraph" },
	{ "two links", "invitation.ja.txt",
	  "Subject: a\nButton: b\n\n{link}\n\n{link}\n\n{until}\n",
	  "invitation.ja.txt:6: {link} must be there once" },
	{ "a name for strangers", "invitation.ja.txt",
	  "Subject: a\nButton: b\n\n{nickname}\n\n{link}\n\n{until}\n",
	  "invitation.ja.txt:4: {nickname} must not be here" },
	{ "a link in a notification", "completion.ja.txt", "Subject: a\n\n{when}\n\n{link}\n",
	  "completion.ja.txt:5: {link} must not be here" },
	{ "no time of what happened", "completion.ja.txt", "Subject: a\n\nDone\n",
	  "completion.ja.txt:1: must have {when}, as ours has" },
	{ "no login IDs", "login-ids.ja.txt", "Subject: a\n\nx\n",
	  "login-ids.ja.txt:1: must have {login_ids}, as ours has" },
	{ "nobody to ask", "footer.ja.txt", "{society}\n{portal}\n",
	  "footer.ja.txt:1: must have {contact}, as ours has" },
	{ "no subject", "completion.ja.txt", "Done\n\n{when}\n",
	  "completion.ja.txt:1: must begin with \"Subject:\"" },
	{ "an empty subject", "completion.ja.txt", "Subject:  \n\n{when}\n",
	  "completion.ja.txt:1: has nothing behind \"Subject:\"" },
	{ "a value of a person in the subject", "completion.ja.txt",
	  "Subject: {nickname}\n\n{when}\n",
	  "completion.ja.txt:1: {nickname} must not be here" },
	{ "no button", "invitation.ja.txt", "Subject: a\n\n{link}\n\n{until}\n",
	  "invitation.ja.txt:2: must begin with \"Button:\"" },
	{ "another header", "completion.ja.txt", "Subject: a\nBcc: x@example.jp\n\n{when}\n",
	  "completion.ja.txt:2: must be empty" },
	{ "a header behind a return", "completion.ja.txt", "Subject: a\rBcc: x\n\n{when}\n",
	  "completion.ja.txt:1: has a character that nobody sees (U+000D)" },
	{ "a mark of direction", "completion.ja.txt", "Subject: a\n\n\xE2\x80\xAE{when}\n",
	  "completion.ja.txt:3: has a character that nobody sees (U+202E)" },
	{ "a space of no width", "completion.ja.txt", "Subject: a\n\n{when}\nx\xE2\x80\x8By\n",
	  "completion.ja.txt:4: has a character that nobody sees (U+200B)" },
	{ "Shift_JIS", "completion.ja.txt", "Subject: \x8A\xAE\x97\xB9\n\n{when}\n",
	  "completion.ja.txt:1: is not UTF-8" },
	{ "nothing", "completion.ja.txt", "",
	  "completion.ja.txt:1: must begin with \"Subject:\"" },
	{ "no paragraph", "no-login-ids.ja.txt", "Subject: a\n\n \n",
	  "no-login-ids.ja.txt:1: has no paragraph" },
	{ "a mail there is none of", "invitaton.ja.txt", "Subject: a\n",
	  "invitaton.ja.txt: no mail has this name" },
	{ "a language there is none of", "invitation.fr.txt", "Subject: a\n",
	  "invitation.fr.txt: no mail has this name" },
	{ "no link that could be over", "completion-over.ja.txt", "Subject: a\n",
	  "completion-over.ja.txt: no mail has this name" },
	{ "HTML alone", "completion.ja.html", "<p>{when}</p>",
	  "completion.ja.html: needs completion.ja.txt, the same as text" },
	{ "one language", "completion.ja.txt", "Subject: a\n\n{when}\n",
	  "completion.en.txt: is missing: what is replaced in one language is replaced in both" },
};

/* HTML of an invitation whose texts are good. */
static const struct faulty faulty_html[] = {
	{ "a script", NULL, "<p>{until}</p>\n<script>x</script><a href=\"{link}\">x</a>",
	  "invitation.ja.html:2: the element <script> is not allowed in a mail" },
	{ "a picture", NULL, "<a href=\"{link}\"><img src=\"https://x.example/p.png\"></a>{until}",
	  "invitation.ja.html:1: the element <img> is not allowed in a mail" },
	{ "a style sheet", NULL, "<link rel=\"x\"><a href=\"{link}\">x</a>{until}",
	  "invitation.ja.html:1: the element <link> is not allowed in a mail" },
	{ "a form", NULL, "<form action=\"https://x\"></form><a href=\"{link}\">x</a>{until}",
	  "invitation.ja.html:1: the element <form> is not allowed in a mail" },
	{ "a comment", NULL, "<!-- x --><a href=\"{link}\">x</a>{until}",
	  "invitation.ja.html:1: < must be written &lt;" },
	{ "what is loaded by a style", NULL,
	  "<p style=\"background:url(https://x)\"><a href=\"{link}\">x</a>{until}</p>",
	  "invitation.ja.html:1: a style must have no ( @" },
	{ "what hides that", NULL,
	  "<p style=\"background:ur\\6c&#40;x)\"><a href=\"{link}\">x</a>{until}</p>",
	  "invitation.ja.html:1: a style must have no ( @" },
	{ "what runs", NULL, "<p onclick=\"x\"><a href=\"{link}\">x</a>{until}</p>",
	  "invitation.ja.html:1: the attribute onclick of <p> is not allowed in a mail" },
	{ "what loads in old programs", NULL,
	  "<table background=\"https://x\"></table><a href=\"{link}\">x</a>{until}",
	  "invitation.ja.html:1: the attribute background of <table> is not allowed" },
	{ "an address that runs", NULL,
	  "<a href=\"javascript:x\">x</a><a href=\"{link}\">x</a>{until}",
	  "invitation.ja.html:1: href must be {link} or {portal}, or begin with https://" },
	{ "one that is not protected", NULL,
	  "<a href=\"http://x\">x</a><a href=\"{link}\">x</a>{until}",
	  "invitation.ja.html:1: href must be {link} or {portal}, or begin with https://" },
	{ "the token given to somebody else", NULL,
	  "<a href=\"https://x.example/{link}\">x</a><a href=\"{link}\">x</a>{until}",
	  "invitation.ja.html:1: href must have no space, < or placeholder" },
	{ "href of no link", NULL, "<p href=\"{link}\">{until}</p>",
	  "invitation.ja.html:1: the attribute href of <p> is not allowed" },
	{ "a value in another attribute", NULL,
	  "<p title=\"{society}\"><a href=\"{link}\">x</a>{until}</p>",
	  "invitation.ja.html:1: of the attributes only href has placeholders" },
	{ "the link as words only", NULL, "<p>{link} {until}</p>",
	  "invitation.ja.html:1: must have <a href=\"{link}\">" },
	{ "no link", NULL, "<p>{until}</p>",
	  "invitation.ja.html:1: must have {link}, as ours has" },
	{ "a bare &", NULL, "<p>A & B <a href=\"{link}\">x</a>{until}</p>",
	  "invitation.ja.html:1: & must be written &amp;" },
	{ "a bare <", NULL, "<p>1 < 2 <a href=\"{link}\">x</a>{until}</p>",
	  "invitation.ja.html:1: < must be written &lt;" },
	{ "no quotes", NULL, "<a href={link}>x</a>{until}",
	  "invitation.ja.html:1: <a> must have its attributes as name=\"value\"" },
	{ "a placeholder for attributes", NULL, "<a href=\"{link}\" {society}>x</a>{until}",
	  "invitation.ja.html:1: <a> must have its attributes as name=\"value\"" },
	{ "what is not closed", NULL, "<div>\n<p><a href=\"{link}\">x</a>{until}</p>\n",
	  "invitation.ja.html:3: <div> is not closed" },
	{ "what is closed in another order", NULL, "<b><i><a href=\"{link}\">x</a>{until}</b></i>",
	  "invitation.ja.html:1: </b> must be </i>" },
	{ "what ends our page", NULL, "</div><a href=\"{link}\">x</a>{until}",
	  "invitation.ja.html:1: </div> must be </... of something that is open>" },
	{ "a tag without an end", NULL, "<a href=\"{link}\">x</a>{until}<p",
	  "invitation.ja.html:1: <p> has no > in its block" },
	{ "a quote without an end", NULL, "<a href=\"{link}\">x</a>{until}<p class=\"x>\n\ny",
	  "invitation.ja.html:1: a \" has no end in its block" },
	{ "a block that may be left out, and opens", NULL,
	  "<a href=\"{link}\">x</a>{until}\n\n<div>{contact}\n\n</div>",
	  "invitation.ja.html:3: this block is left out" },
	{ "a block that may be left out, and closes", NULL,
	  "<a href=\"{link}\">x</a><div>{until}\n\n</div>{contact}<div>\n\n</div>",
	  "invitation.ja.html:3: this block is left out" },
	{ "too deep", NULL,
	  "<a href=\"{link}\">x</a>{until}"
	  "<b><b><b><b><b><b><b><b><b><b><b><b><b><b><b><b><b><b><b><b><b><b><b>"
	  "<b><b><b><b><b><b><b><b><b><b>",
	  "invitation.ja.html:1: has more than 32 elements within one another" },
};
/* clang-format on */

static void
must_be_told(const char *why, const char *wanted)
{
	CLEANUP(cleanup_set) struct mail_template_set *const set = read_set();

	if (set != NULL || strstr(told, wanted) == NULL)
		fail_msg("%s: \"%s\" is not told:\n%s", why, wanted, told);
}

static void
each_fault_is_told_by_its_line(void **state)
{
	for (size_t i = 0; i < LENGTH(faulty); i++) {
		empty_folder(state);
		put(faulty[i].name, faulty[i].text);
		must_be_told(faulty[i].why, faulty[i].told);
	}
}

static void
each_fault_of_html_is_told_by_its_line(void **state)
{
	char text[1024];

	(void)state;
	assert_true(text_format(text, sizeof text, INVITATION, ""));
	put("invitation.ja.txt", text);
	put("invitation.en.txt", ENGLISH);
	for (size_t i = 0; i < LENGTH(faulty_html); i++) {
		put("invitation.ja.html", faulty_html[i].text);
		must_be_told(faulty_html[i].why, faulty_html[i].told);
	}
	put("invitation.ja.html",
	    "<p><a class=\"button\" href=\"{link}\">次へ</a> <a href=\"{portal}/#/x\">"
	    "x</a><br><a href=\"tel:03\">x</a></p>{until}");
	CLEANUP(cleanup_set) struct mail_template_set *const set = read_set();
	assert_string_equal(told, "");
}

/* What fits with usual names and does not with the longest, in each part. */
static void
a_mail_that_could_be_too_long_is_a_fault(void **state)
{
	static char text[MAIL_TEMPLATE_FILE_MAX + 1];

	(void)state;
	put("left.ja.txt", "Subject: {society}{society}{society}\n\n{when}\n");
	put_ours(MAIL_LEFT, MAIL_ENGLISH, "left.en.txt");
	must_be_told("subject",
	    "left.ja.txt: with the longest names and links the mail is larger than "
	    "240 bytes of subject");
	assert_true(text_copy(text, sizeof text, "Subject: a\n\n{when}\n"));
	memset(text + strlen(text), 'x', 11000);
	put("left.ja.txt", text);
	must_be_told("text", "left.ja.txt: with the longest");
	text[strlen(text) - 2000] = '\0';
	put("left.ja.txt", text);
	CLEANUP(cleanup_set) struct mail_template_set *const set = read_set();
	assert_string_equal(told, "");
}

static void
what_is_no_good_file_is_a_fault(void **state)
{
	static char text[MAIL_TEMPLATE_FILE_MAX + 2];

	(void)state;
	memset(text, 'x', MAIL_TEMPLATE_FILE_MAX + 1);
	put("left.ja.txt", text);
	must_be_told("too large", "left.ja.txt: must be at most 16384 bytes");
	empty_folder(state);
	put("left.ja.txt", "Subject: a\n\n{when}\n");
	assert_int_equal(chmod(key_file_path(folder, "left.ja.txt"), 0646), 0);
	must_be_told("everybody's", "left.ja.txt: must not be writable by everybody");
	empty_folder(state);
	assert_int_equal(mkfifo(key_file_path(folder, "left.ja.txt"), 0600), 0);
	must_be_told("a pipe", "left.ja.txt: must be a file");
	assert_int_equal(unlink(key_file_path(folder, "left.ja.txt")), 0);
	FILE *const file = fopen(key_file_path(folder, "left.ja.txt"), "w");
	assert_non_null(file);
	assert_int_equal(fwrite("Subject: a\0b\n\n{when}\n", 1, 22, file), 22);
	fclose(file);
	must_be_told("a NUL", "left.ja.txt: cannot be read whole, or has a NUL in it");
}

static void
a_folder_that_is_not_there_is_a_fault_and_none_is_not(void **state)
{
	struct mail_faults faults = { .tell = note_fault };

	(void)state;
	told[0] = '\0';
	assert_null(mail_folder_read("/nowhere/at/all", &faults));
	assert_string_equal(told, "the folder cannot be read: No such file or directory\n");
	faults.count = 0;
	CLEANUP(cleanup_set)
	struct mail_template_set *const set = mail_folder_read("", &faults);
	assert_non_null(set);
	assert_int_equal(set->files, 0);
	assert_ptr_equal(
	    mail_template_in(set, MAIL_LEFT, MAIL_ENGLISH), mail_template(MAIL_LEFT, MAIL_ENGLISH));
}

/* A hundred are enough to read; all are counted. */
static void
faults_without_end_are_not_told_without_end(void **state)
{
	static char text[MAIL_TEMPLATE_FILE_MAX + 1];
	struct mail_faults faults = { .tell = note_fault };

	(void)state;
	for (size_t i = 0; i < 300; i++)
		memcpy(text + 2 * i, "{\n", 2);
	put("footer.ja.txt", text);
	told[0] = '\0';
	assert_null(mail_folder_read(folder, &faults));
	size_t lines = 0;
	for (const char *at = told; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	assert_int_equal(lines, MAIL_FAULTS_MAX);
	assert_true(faults.count >= 300);
}

/* A new folder is used whole or not at all. */
static void
faults_leave_what_was_in_use(void **state)
{
	struct mail_faults faults = { .tell = note_fault };
	struct mail_templates *const templates = mail_templates_open();

	(void)state;
	put("left.ja.txt", "Subject: first\n\n{when}\n");
	put("left.en.txt", "Subject: first\n\n{when}\n");
	assert_true(mail_templates_load(templates, folder, &faults));
	render(mail_templates_hold(templates), facts_of(MAIL_LEFT, MAIL_ENGLISH));
	mail_templates_release(templates);
	assert_string_equal(mail.subject, "first");

	put("left.en.txt", "Subject: second\n\n{when}\n");
	put("left.ja.txt", "Subject: second {\n\n{when}\n");
	told[0] = '\0';
	assert_false(mail_templates_load(templates, folder, &faults));
	render(mail_templates_hold(templates), facts_of(MAIL_LEFT, MAIL_ENGLISH));
	mail_templates_release(templates);
	assert_string_equal(mail.subject, "first");

	assert_true(mail_templates_load(templates, "", &faults));
	render(mail_templates_hold(templates), facts_of(MAIL_LEFT, MAIL_ENGLISH));
	mail_templates_release(templates);
	assert_string_equal(mail.subject, "[さくら健康保険組合] Your account is closed");
	mail_templates_close(templates);
	mail_templates_close(NULL);
}

static void
every_mail_has_a_name_of_its_own(void **state)
{
	char name[MAIL_TEMPLATE_NAME_MAX + 1];
	unsigned found;

	(void)state;
	for (unsigned id = 0; id < MAIL_TEMPLATES__MAX; id++) {
		mail_template_name(id, name);
		const bool is_one = mail_template_of_name(name, &found);
		assert_true(is_one == (mail_template(id, MAIL_JAPANESE) != NULL));
		if (is_one)
			assert_int_equal(found, id);
	}
	mail_template_name(MAIL_LOGIN_AFTER_FAILURES, name);
	assert_string_equal(name, "login-after-failures");
	mail_template_name(MAIL_TEMPLATE_OVER + MAIL_PASSWORD_RESET, name);
	assert_string_equal(name, "password-reset-over");
	assert_false(mail_template_of_name("none", &found));
	assert_false(mail_template_of_name("", &found));
}

static int
make_folder(void **state)
{
	(void)state;
	return keys_folder_make(folder) ? 0 : -1;
}

static int
remove_folder(void **state)
{
	(void)state;
	return keys_folder_remove(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(ours_as_files_make_the_same_mails, empty_folder),
		cmocka_unit_test_setup(one_template_replaces_one_mail, empty_folder),
		cmocka_unit_test_setup(
		    line_ends_and_wide_spaces_make_paragraphs_all_the_same, empty_folder),
		cmocka_unit_test_setup(own_html_stands_in_our_page, empty_folder),
		cmocka_unit_test_setup(each_fault_is_told_by_its_line, empty_folder),
		cmocka_unit_test_setup(each_fault_of_html_is_told_by_its_line, empty_folder),
		cmocka_unit_test_setup(a_mail_that_could_be_too_long_is_a_fault, empty_folder),
		cmocka_unit_test_setup(what_is_no_good_file_is_a_fault, empty_folder),
		cmocka_unit_test_setup(
		    a_folder_that_is_not_there_is_a_fault_and_none_is_not, empty_folder),
		cmocka_unit_test_setup(faults_without_end_are_not_told_without_end, empty_folder),
		cmocka_unit_test_setup(faults_leave_what_was_in_use, empty_folder),
		cmocka_unit_test(every_mail_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
