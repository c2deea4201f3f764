/* ctl_doctor_lanes.c - runs the checks of myportalctl doctor, each lane in a process of its own. */

#include "ctl_doctor_lanes.h"

#include "cleanup.h"
#include "clock.h"
#include "text.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A finding on its way; less than PIPE_BUF, so that it comes whole or not at all. */
struct message {
	size_t check;
	struct doctor_finding finding;
};

struct lane {
	pid_t pid; /* 0: none runs */
	int fd;
	bool ended; /* by itself, not because the time was over */
};

/* In the lane's process ------------------------------------------------------------------------ */

/* Can what needs this check not run? One that was not made for a reason of its own (there is
 * nothing to check) is in nobody's way. */
static bool
is_in_the_way(
    const struct doctor_check *checks, size_t count, const char *name, const bool *blocked)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(checks[i].name, name) == 0)
			return blocked[i];
	assert(false);
	return false;
}

/* Why the check cannot run; false: it can. */
static bool
must_skip(const struct doctor *doctor, const struct doctor_check *checks, size_t i,
    const bool *blocked, struct doctor_finding *ret)
{
	const struct doctor_check *const check = &checks[i];
	char setting[80];

	if (doctor_faulty_setting(&doctor->faults, check->settings, setting)) {
		doctor_find(ret, DOCTOR_SKIPPED, "%s is wrong: see settings", setting);
		return true;
	}
	if (check->needs != NULL && is_in_the_way(checks, i, check->needs, blocked)) {
		doctor_find(ret, DOCTOR_SKIPPED, "see %s", check->needs);
		return true;
	}
	return false;
}

static void
run_lane(struct doctor *doctor, const struct doctor_check *checks, size_t count,
    enum doctor_lane lane, int fd)
{
	bool blocked[DOCTOR_CHECKS_MAX] = { false };

	for (size_t i = 0; i < count; i++) {
		struct message message = { .check = i };

		if (checks[i].lane != lane)
			continue;
		blocked[i] = must_skip(doctor, checks, i, blocked, &message.finding);
		if (!blocked[i]) {
			checks[i].run(doctor, &message.finding);
			blocked[i] = message.finding.state == DOCTOR_PROBLEM;
		}
		if (write(fd, &message, sizeof message) != (ssize_t)sizeof message)
			return;
	}
}

/* It ends with its parent, and leaves nothing of it on standard output. */
static void __attribute__((noreturn)) be_lane(struct doctor *doctor,
    const struct doctor_check *checks, size_t count, enum doctor_lane lane, int fd, pid_t parent)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		run_lane(doctor, checks, count, lane, fd);
	_exit(0);
}

/* In the command's process --------------------------------------------------------------------- */

static bool
start_lane(struct doctor *doctor, const struct doctor_check *checks, size_t count,
    enum doctor_lane id, struct lane *ret)
{
	const pid_t parent = getpid();
	int ends[2];

	*ret = (struct lane){ .fd = -1 };
	if (pipe(ends) != 0)
		return false;
	ret->pid = fork();
	if (ret->pid == 0) {
		close(ends[0]);
		be_lane(doctor, checks, count, id, ends[1], parent);
	}
	close(ends[1]);
	ret->fd = ends[0];
	return ret->pid > 0;
}

/* Reads one finding. False: the lane has ended. */
static bool
read_finding(const struct lane *lane, bool *done, struct doctor_finding *findings)
{
	struct message message;
	const ssize_t size = read(lane->fd, &message, sizeof message);

	if (size != (ssize_t)sizeof message)
		return size < 0 && errno == EINTR;
	findings[message.check] = message.finding;
	done[message.check] = true;
	return true;
}

static void
end_lane(struct lane *lane)
{
	if (lane->pid > 0) {
		(void)kill(lane->pid, SIGKILL); /* it has ended, or may not go on */
		while (waitpid(lane->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (lane->fd >= 0)
		close(lane->fd);
	*lane = (struct lane){ .fd = -1, .ended = true };
}

/* Waits until a lane has a finding or has ended. False: none is left, or the time is over. */
static bool
wait_for_lanes(const struct lane lanes[static DOCTOR_LANE__MAX],
    struct pollfd fds[static DOCTOR_LANE__MAX], int64_t left_ms)
{
	size_t open = 0;

	for (size_t i = 0; i < DOCTOR_LANE__MAX; i++) {
		fds[i] = (struct pollfd){ .fd = lanes[i].fd, .events = POLLIN };
		open += lanes[i].fd >= 0;
	}
	if (open == 0 || left_ms <= 0)
		return false;
	return poll(fds, DOCTOR_LANE__MAX, (int)left_ms) >= 0 || errno == EINTR;
}

/* Takes findings until all lanes have ended, or the time is over. */
static void
read_lanes(struct lane lanes[static DOCTOR_LANE__MAX], bool *done, struct doctor_finding *findings,
    int64_t wait_ms)
{
	const int64_t until_ms = clock_monotonic_ms() + wait_ms;
	struct pollfd fds[DOCTOR_LANE__MAX];

	while (wait_for_lanes(lanes, fds, until_ms - clock_monotonic_ms()))
		for (size_t i = 0; i < DOCTOR_LANE__MAX; i++)
			if (fds[i].revents != 0 && !read_finding(&lanes[i], done, findings))
				end_lane(&lanes[i]);
}

/* What a lane left undone: the first is what hung, those behind it were not begun. */
static void
tell_undone(const struct lane *lane, const char *name, const char **first,
    struct doctor_finding *finding, int64_t wait_ms)
{
	if (*first != NULL) {
		doctor_find(finding, DOCTOR_SKIPPED, "see %s", *first);
		return;
	}
	*first = name;
	if (lane->ended) {
		doctor_find(finding, DOCTOR_PROBLEM,
		    "the check ended without an answer: the machine lacks memory or "
		    "processes, or this is a bug; try again, and report it");
		return;
	}
	doctor_find(finding, DOCTOR_PROBLEM,
	    "no answer within %" PRId64 " ms: look what hangs (network, name server, file "
	    "system), and try again",
	    wait_ms);
}

void
doctor_run_lanes(struct doctor *doctor, const struct doctor_check *checks, size_t count,
    struct doctor_finding *findings, int64_t wait_ms)
{
	struct lane lanes[DOCTOR_LANE__MAX];
	bool done[DOCTOR_CHECKS_MAX] = { false };
	const char *first_undone[DOCTOR_LANE__MAX] = { NULL };

	assert(count <= DOCTOR_CHECKS_MAX);
	for (size_t i = 0; i < DOCTOR_LANE__MAX; i++)
		if (!start_lane(doctor, checks, count, (enum doctor_lane)i, &lanes[i]))
			end_lane(&lanes[i]);
	read_lanes(lanes, done, findings, wait_ms);
	for (size_t i = 0; i < count; i++)
		if (!done[i])
			tell_undone(&lanes[checks[i].lane], checks[i].name,
			    &first_undone[checks[i].lane], &findings[i], wait_ms);
	for (size_t i = 0; i < DOCTOR_LANE__MAX; i++)
		end_lane(&lanes[i]);
}
