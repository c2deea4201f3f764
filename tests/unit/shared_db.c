/* shared_db.c - the MariaDB that all the unit tests of a run share.
 *
 * Starts it, prints its socket and its port, and ends it when standard input ends: at the latest
 * when whoever started this program has ended, in whatever way. private_db.h says how a test finds
 * it. */

#include "private_db.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int
main(void)
{
	struct private_db db;
	char byte;

	signal(SIGINT, SIG_IGN); /* a Ctrl-C ends the tests first */
	if (!private_db_make(&db) || !private_db_start(&db, false))
		return EXIT_FAILURE;
	printf("%s %u\n", db.socket, db.port);
	if (fflush(stdout) != 0)
		return EXIT_FAILURE;
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	private_db_remove(&db);
	return EXIT_SUCCESS;
}
