/* ctl_command.h - what a command of myportalctl is: a row of a table.
 *
 * Usage, `help`, the man page, the completion of bash and the reading of the command line come from
 * the row; tools/ctl/ctl_table.c has the list of all tables. Each ctl_*.c ends with its rows:
 *
 *   const struct ctl_command ctl_tea_commands[] = {
 *           {
 *               .words = "tea make",
 *               .summary = "make tea",
 *               .settings = CONFIG_DB_OWNER | CONFIG_KEYS,
 *               .run = make_tea,
 *               .params = {
 *                   { "KIND", CTL_WORD, .words = "green|black", .help = "which" },
 *                   { "--cups", CTL_NUMBER, "N", .min = 1, .max = 9, .preset = "2",
 *                       .help = "how many" },
 *                   { "--hot", CTL_FLAG, .help = "do not let it cool" },
 *               },
 *           },
 *           { .words = NULL },
 *   };
 *
 * The command line has been checked against the row when run() is called, the settings have been
 * read, and the process is the instance's user (ctl_instance.h). Every command also takes --json,
 * --instance NAME and --help; no row names them.
 *
 * Personal data is never a parameter: other users of the machine see command lines. ctl_prompt.h
 * asks for it. */

#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include "config.h"
#include "ids.h"

#include <stdbool.h>
#include <stdint.h>

/* X(name, number, meaning): the exit statuses. The man page and docs/operating.md have this
 * list. */
#define CTL_STATUS_LIST(X)                                                                  \
	X(CTL_DONE, 0, "done")                                                              \
	X(CTL_ERROR, 1,                                                                     \
	    "failed, or not all of the output could be written; the reason was "            \
	    "printed")                                                                      \
	X(CTL_USAGE, 2, "called wrongly; what was expected was printed")                    \
	X(CTL_NOT_FOUND, 3, "what was asked for is not there")                              \
	X(CTL_TOO_MANY_CHANGES, 4, "a roster that would change more than its limits allow") \
	X(CTL_FAULTY_FILE, 5, "a file that was given (roster, mail template) has errors")   \
	X(CTL_BUSY, 6, "somebody else is doing it just now")                                \
	X(CTL_DB_AWAY, 7, "the database cannot be reached, or rejects what is asked")       \
	X(CTL_SETTINGS, 78, "a setting is wrong or missing")

#define CTL_STATUS_ENUM_(name, number, meaning) name = number,
enum ctl_status { CTL_STATUS_LIST(CTL_STATUS_ENUM_) };
#undef CTL_STATUS_ENUM_

enum ctl_kind {
	CTL_FLAG,        /* an option without a value */
	CTL_TEXT,        /* one line; min-max code points, nothing invisible in it */
	CTL_NUMBER,      /* a whole number of min-max */
	CTL_DAY,         /* 2026-11-22 */
	CTL_ID,          /* 32 hex digits */
	CTL_ID_OR_STDIN, /* the same, or "-" for a line of standard input (ctl_prompt.h) */
	CTL_WORD,        /* one of the words */
	CTL_FILE,        /* a file to read, or "-": it is open when run() is called */
	CTL_NEW_FILE,    /* a file to write, of mode 0600: it is open when run() is called */
	CTL_FOLDER,      /* a folder's path */
	CTL_KIND__MAX
};

/* An option ("--limit") or an operand ("FILE"). Operands are read in the order of the row, options
 * may stand anywhere. */
struct ctl_param {
	const char *name;
	enum ctl_kind kind;
	const char *value;   /* how usage calls the value of an option: "N"; NULL: as its kind */
	const char *help;    /* half a sentence */
	int64_t min, max;    /* of CTL_NUMBER and CTL_TEXT */
	const char *words;   /* of CTL_WORD: "green|black" */
	const char *preset;  /* its value when it is not given; NULL: none */
	const char *without; /* an option or operand that must not be given, too */
	bool optional;       /* an operand that may be missing (the last ones) */
	bool demanded;       /* an option that must be given */
};

#define CTL_PARAMS_MAX 12

/* Where the package has schema/: the preset of what names it. */
#define CTL_SCHEMA_FOLDER "/usr/share/myportal/schema"

/* Why something was done: kept with it in the audit trail, and asked for everywhere alike. */
#define CTL_REASON_MAX 200 /* code points */
#define CTL_REASON                                                                             \
	{                                                                                      \
		"--reason", CTL_TEXT, "TEXT", "why, for the audit trail; no personal data", 1, \
		    CTL_REASON_MAX, .demanded = true                                           \
	}

struct ctl_call;

struct ctl_command {
	const char *words;   /* "roster import" */
	const char *summary; /* what it does: "take over who is insured" */
	const char *help;    /* more about it: paragraphs, "\n" between; NULL: nothing more */
	unsigned settings;   /* those that it uses: CONFIG_... (config.h); 0: none */
	enum ctl_status (*run)(const struct ctl_call *);
	/* Of a command that looks for faults: told each one of the settings, which do not end the
	 * call then. NULL: they are printed, and run() is not called. */
	void (*fault)(const char *line, void *nobody);
	/* NULL, or called before the process becomes the instance's user: for what that user may
	 * not see. */
	void (*look)(const struct ctl_call *);
	struct ctl_param params[CTL_PARAMS_MAX + 1]; /* the last has no name */
};

struct ctl_output;

/* A value of the command line. */
struct ctl_argument {
	const char *text; /* NULL: not given */
	int64_t number;   /* of CTL_NUMBER; of CTL_DAY its first second, UTC */
	int fd;           /* of CTL_FILE and CTL_NEW_FILE; -1: none */
};

/* A command that is called. */
struct ctl_call {
	const struct ctl_command *command;
	const struct config *config; /* of the groups in command->settings; all else is "" and 0 */
	struct ctl_output *out;      /* what is printed when run() has returned (ctl_output.h) */
	const char *instance;        /* NULL: the settings are those of the environment */
	bool json;
	bool help; /* only to say how it is called; command NULL: all of them */
	struct ctl_argument arguments[CTL_PARAMS_MAX];
};

/* Of a parameter by its name, which must be in the row. Was it given on the command line? */
bool ctl_given(const struct ctl_call *, const char *name);

/* Its value or its preset; NULL: neither. */
const char *ctl_text(const struct ctl_call *, const char *name);

/* The same of a CTL_NUMBER; of a CTL_DAY its first second (UTC). 0: neither given nor preset. */
int64_t ctl_number(const struct ctl_call *, const char *name);

/* The value of a CTL_ID or CTL_ID_OR_STDIN. False: it was not given, or is "-". */
bool ctl_id(const struct ctl_call *, const char *name, uint8_t ret[static ID_SIZE]);

/* The descriptor of a CTL_FILE or CTL_NEW_FILE; the caller does not close it. -1: not given. It
 * was opened by whoever called the program: its path may be out of reach for the instance's user,
 * and is for messages only. */
int ctl_fd(const struct ctl_call *, const char *name);

/* How it is called: "roster import [--dry-run] FILE". Cut to what fits. */
void ctl_synopsis(const struct ctl_command *, char *ret, size_t ret_size);

/* The same without its options: "roster import FILE". */
void ctl_short_synopsis(const struct ctl_command *, char *ret, size_t ret_size);

/* Is it an option? */
bool ctl_is_option(const struct ctl_param *);

/* How usage calls the value of a parameter: "N", "YYYY-MM-DD"; "" of a CTL_FLAG. */
const char *ctl_value_name(const struct ctl_param *);

#endif
