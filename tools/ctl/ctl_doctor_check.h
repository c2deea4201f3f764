/* ctl_doctor_check.h - what a check of myportalctl doctor is: a row of the table in ctl_doctor.c.
 *
 * Checks of one lane run one after another in a process of their own (ctl_doctor_lanes.h), so that
 * one that hangs holds up nobody else. What a check leaves in struct doctor is there for the later
 * ones of its lane. */

#ifndef CTL_DOCTOR_CHECK_H
#define CTL_DOCTOR_CHECK_H

#include "ctl_command.h"
#include "db.h"
#include "proxy_file.h"
#include "smtp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DOCTOR_TEXT_MAX   800
#define DOCTOR_FILE_MAX   ((size_t)256 * 1024)
#define DOCTOR_FAULTS_MAX 40 /* of the settings; what is more is counted only */

enum doctor_state { DOCTOR_OK, DOCTOR_WARNING, DOCTOR_PROBLEM, DOCTOR_SKIPPED };

/* What a check found, and what to do about it, in one line. */
struct doctor_finding {
	enum doctor_state state;
	char text[DOCTOR_TEXT_MAX + 1];
};

/* What is wrong with the settings; a line begins with the setting's name. */
struct doctor_faults {
	size_t count;
	char lines[DOCTOR_FAULTS_MAX][ERRBUF_MAX + 1];
};

/* What the database's server said of itself. */
struct doctor_server {
	char version[80];
	int64_t now;
	char collation[80];
	char datadir[512];
	int64_t flush, connections_max;
};

struct doctor {
	const struct ctl_call *call;
	struct doctor_faults faults;
	struct doctor_finding secrets; /* what root saw of their files */
	/* Of the lane of the database. */
	struct db *db;
	struct doctor_server server;
	/* Of the lane of the proxy. */
	enum proxy_kind proxy_kind;
	struct proxy_file proxy; /* no servers: none was read */
	/* Of the lane of mail. */
	enum smtp_tried mail_tried;
	char mail_error[ERRBUF_MAX + 1];
};

enum doctor_lane {
	DOCTOR_LANE_HOST,
	DOCTOR_LANE_KEYS,
	DOCTOR_LANE_DB,
	DOCTOR_LANE_OWNER,
	DOCTOR_LANE_MAIL,
	DOCTOR_LANE_NAME,
	DOCTOR_LANE_PROXY,
	DOCTOR_LANE__MAX
};

struct doctor_check {
	const char *name;
	const char *what; /* it looks at: half a sentence, for docs */
	enum doctor_lane lane;
	/* Beginnings of the names of settings without which it cannot run, a blank behind each. */
	const char *settings;
	const char *needs; /* an earlier check of the lane, without which it cannot run; or NULL */
	enum ctl_status status; /* of the command, where this is the first problem */
	void (*run)(struct doctor *, struct doctor_finding *ret);
};

/* Writes a finding; what is too long is cut. */
void doctor_find(struct doctor_finding *, enum doctor_state, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "ok", "warning", "problem", "skipped". */
const char *doctor_state_name(enum doctor_state);

/* The whole text of a file of others. False: it cannot be read, or is longer. */
bool doctor_read_file(int fd, char ret[static DOCTOR_FILE_MAX + 1]);

/* Keeps a fault of the settings. */
void doctor_fault(struct doctor_faults *, const char *line);

/* The name of a faulty setting that begins as one of `beginnings` ("DB_ KEYS_FOLDER "), cut to 80
 * bytes. False: none is faulty. */
bool doctor_faulty_setting(
    const struct doctor_faults *, const char *beginnings, char ret[static 80]);

#endif
