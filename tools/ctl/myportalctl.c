/* myportalctl.c - myportalctl, the operator's program: reads the command line and the settings of
 * its command, and runs it. */

#include "cleanup.h"
#include "ctl_app.h"
#include "ctl_help.h"
#include "ctl_instance.h"
#include "ctl_operator.h"
#include "ctl_output.h"
#include "ctl_parse.h"
#include "db.h"
#include "limit_table.h"
#include "log.h"
#include "sandbox.h"
#include "secret.h"
#include "standard_streams.h"
#include "version.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static void
print_fault(const char *line, void *context)
{
	(void)context;
	ctl_print_error(line);
}

/* Those that the command uses. Tells all that is wrong, not the first of it. */
static enum ctl_status
read_settings(const struct ctl_command *command, struct config *config)
{
	const unsigned groups = command->settings;
	struct config_faults faults = { .tell = command->fault != NULL ? command->fault
								       : print_fault };
	char errbuf[ERRBUF_MAX + 1];

	config_read(config, groups, &faults);
	if ((groups & CONFIG_LIMITS) != 0 &&
	    !limit_table_set(config->limits, config->mail_interval_s, errbuf))
		config_fault(&faults, "%s", errbuf);
	return faults.count == 0 || command->fault != NULL ? CTL_DONE : CTL_SETTINGS;
}

/* Each of them is told in words (ctl_db_error()) when the command ends; others are bugs, of which
 * there is no more to be had than these lines. */
static const char *const told_in_words[] = { "db_away", "db_writes_fail", NULL };

static bool
prepare_process(void)
{
	signal(SIGPIPE, SIG_IGN); /* TLS to the database writes to sockets that may be closed */
	signal(SIGXFSZ, SIG_IGN); /* as log.h asks of the process */
	log_open();
	log_leave_out(told_in_words);
	if (sandbox_hide_memory() && secret_start() && db_start())
		return true;
	return ctl_print_error("the process could not be prepared");
}

/* All that only root may be able to read: the instance's settings, and the files of the call. */
static enum ctl_status
read_all(struct ctl_call *call, struct config *config)
{
	const unsigned groups = call->command->settings;
	enum ctl_status status = groups != 0 ? ctl_instance_choose(call) : CTL_DONE;

	if (status != CTL_DONE)
		return status;
	status = read_settings(call->command, config);
	if (status == CTL_SETTINGS && call->instance == NULL)
		ctl_print_error("settings come from the environment, or with --instance NAME from "
				"/etc/myportal/NAME.env");
	if (status == CTL_DONE)
		status = ctl_files_open(call);
	if (status == CTL_DONE && call->command->look != NULL)
		call->command->look(call);
	return status;
}

/* With the settings in *config, which the caller wipes. */
static enum ctl_status
run_with_settings(struct ctl_call *call, struct config *config)
{
	enum ctl_status status = read_all(call, config);

	if (status == CTL_DONE && !ctl_instance_enter(call))
		status = CTL_ERROR;
	if (status == CTL_DONE &&
	    !sandbox_hide_memory()) /* another user's process shows it again */
		status = CTL_ERROR;
	if (status == CTL_DONE)
		status = call->command->run(call);
	ctl_files_close(call, status);
	return status;
}

static enum ctl_status
run_command(struct ctl_call *call)
{
	static struct config config;

	if (!prepare_process())
		return CTL_ERROR;
	call->config = &config;
	const enum ctl_status status = run_with_settings(call, &config);
	config_wipe(&config);
	db_stop();
	return status;
}

static enum ctl_status
run_call(struct ctl_call *call)
{
	CLEANUP(ctl_output_free)
	struct ctl_output *out = ctl_output_new(call->json, ctl_colour_is_wanted(stdout));

	if (out == NULL) {
		ctl_print_error("no memory");
		return CTL_ERROR;
	}
	call->out = out;
	const enum ctl_status status = call->help ? ctl_help(call) : run_command(call);
	if (ctl_output_print(out, stdout))
		return status;
	ctl_print_error("no memory for what is to be printed");
	return status == CTL_DONE ? CTL_ERROR : status;
}

static enum ctl_status
run(int argc, char **argv)
{
	struct ctl_call call;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("myportalctl %s\n", version_text());
		return CTL_DONE;
	}
	const enum ctl_status status = ctl_parse(argc, argv, &call);
	return status == CTL_DONE ? run_call(&call) : status;
}

int
main(int argc, char **argv)
{
	if (!standard_streams_open())
		return CTL_ERROR;
	ctl_operator_note();
	enum ctl_status status = run(argc, argv);
	if (!standard_streams_flush()) {
		ctl_print_error("not all of the output could be written");
		status = status == CTL_DONE ? CTL_ERROR : status;
	}
	return (int)status;
}
