#!/usr/bin/env bats
# The answer to a COMMIT of an operator's command is lost, or it is a deadlock's: as 63_lost_commit.bats, in a file of its
# own, as it takes minutes.
# bats file_tags=plain

bats_require_minimum_version 1.5.0
load helper
load steps
load db_session
load lost_commit

@test "an answer to COMMIT that is lost, or a deadlock's: the operator's commands" { # asvs 2.3.3
	drive_table "$OPERATOR_TABLE"
}
