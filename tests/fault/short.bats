# Every call made to fail (calls.py), in three operations: one that asks for a mail, one that creates an
# account, one that begins a session.

load fault

readonly QUICK=--quick
: "${FAULTS=sql-lost sql-slow read-reset write-reset allocation random-stopped}"

@test "the e-mail step" { # asvs 2.3.3 16.5.2
	every_call_fails 'POST /v1/registration/email'
}

@test "the account step" { # asvs 2.3.3 16.5.2
	every_call_fails 'POST /v1/registration/account'
}

@test "a login" { # asvs 2.3.3 16.5.2
	every_call_fails 'POST /v1/sessions'
}
