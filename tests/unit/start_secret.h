/* start_secret.h - the set-up of a group of tests that need chance or keys. */

#ifndef START_SECRET_H
#define START_SECRET_H

/* For cmocka_run_group_tests(); secret.h wants to be started first. */
int start_secret(void **state);

#endif
