# Answers that must not tell people apart: the same bytes, after the same time. The short form of
# tools/measure/timing: bytes are compared wholly, times only so far that a busy machine does not matter.
# bats file_tags=plain

load helper
load steps

# What must be seen is a password that is not hashed (ten milliseconds and more) or a transaction that
# is not made (one); not that one row is longer than another.
alike() { # CALL...
	restart_server TRUSTED_PROXIES=127.0.0.1 MAIL_INTERVAL_S=3600
	"$TREE/tools/measure/timing.py" --pairs 150 --logins 60 --captchas 60 --again 2 --median-ms 8 --median-share 0.3 --floor-ms 0.5 "$@"
}

@test "login: unknown ID, wrong password, locked, disabled, no longer eligible are one answer" { # asvs 6.3.8
	alike login
}

@test "invitation: one answer for new addresses, for those of accounts, within the cool-down" { # asvs 6.3.8
	alike invitation
}

@test "identity: one answer for who has an account and who has none, one for every number that fits nobody" { # asvs 2.2.3 6.3.8
	alike person number
}

@test "forgot login ID, forgot password: one answer for everybody" { # asvs 6.3.8
	alike forgot-login-id forgot-password
}
