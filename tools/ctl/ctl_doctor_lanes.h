/* ctl_doctor_lanes.h - runs the checks of myportalctl doctor, lane beside lane, each in a process
 * of its own that is ended when the time is over. */

#ifndef CTL_DOCTOR_LANES_H
#define CTL_DOCTOR_LANES_H

#include "ctl_doctor_check.h"

#include <stddef.h>

#define DOCTOR_CHECKS_MAX 40
#define DOCTOR_WAIT_MS    12000 /* for all lanes of a call together */

/* Runs all checks; findings[i] is that of checks[i]. What needs a setting that is faulty, or a
 * check that found a problem, is skipped and says why. One that has not ended after `wait_ms` is a
 * problem. Called while the process has one thread. */
void doctor_run_lanes(struct doctor *, const struct doctor_check *checks, size_t count,
    struct doctor_finding *findings, int64_t wait_ms);

#endif
