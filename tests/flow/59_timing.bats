# Answers that must not tell people apart: the same bytes, after the same time. The short form of
# tools/measure/timing: bytes are compared wholly, times only so far that a busy machine does not matter.
# bats file_tags=plain

load helper
load steps

# What is seen is a password that is not hashed (ten milliseconds and more) and, where none is, a transaction
# that is not made: more than a millisecond on a busy machine. What is not seen: a statement less; a transaction
# behind a hash, which hides it (the last test counts those); that one row is longer than another.
alike() { # CALL...
	restart_server TRUSTED_PROXIES=127.0.0.1 MAIL_INTERVAL_S=3600
	"$TREE/tools/measure/timing.py" --pairs 150 --logins 60 --captchas 60 --again 2 --median-ms 8 --median-share 0.3 --floor-ms 0.5 "$@"
}

@test "login: unknown ID, wrong password, locked, disabled, no longer eligible are one answer" { # asvs 6.3.8
	alike login
}

@test "invitation: one answer for new addresses, for those of accounts, within the mail interval" { # asvs 6.3.8
	alike invitation
}

@test "identity: one answer for who has an account and who has none, one for every number that fits nobody" { # asvs 2.2.3 6.3.8
	alike person number
}

@test "forgot login ID, forgot password, end of a former member's account: one answer for everybody" { # asvs 6.3.8
	alike forgot-login-id forgot-password account-deletion
}

# How many statements that write and how many hashes a failed log-in takes, when it is not the first. The monitor writes
# beside it, now and then: the lesser of two is the log-in's own.
log_in_takes() { # LOGIN-ID PASSWORD
	local before after took written=
	log_in "$1" "$2"
	for _ in 1 2; do
		before=$(work_so_far)
		log_in "$1" "$2"
		after=$(work_so_far)
		want 401 login_failed || return 1
		took=$((${after% *} - ${before% *}))
		((${written:-$took} < took)) || written=$took
	done
	printf '%d written, %d hashed\n' "$written" $((${after#* } - ${before#* }))
}

# Not those that read: mail workers do, once a second.
work_so_far() {
	printf '%s %s\n' "$(db "SELECT SUM(variable_value) FROM information_schema.global_status
		WHERE variable_name IN ('com_insert', 'com_insert_select', 'com_update', 'com_delete', 'com_begin', 'com_commit')")" \
		"$(curl -s --noproxy '*' "http://$LISTEN_INSIDE/metrics" | sed -n 's/^myportal_password_hashes_total //p')"
}

@test "login: whoever fails, as much is written and one password is hashed" { # asvs 6.3.8
	local who wrong locked disabled lapsed expected
	for who in wrong locked disabled lapsed; do
		new_account
		printf -v "$who" '%s' "$email"
	done
	failed "$locked" 5
	db 'UPDATE limit_counter SET locked_until = locked_until + 3600 WHERE limit_id = LIMIT_LOGIN_FAILURES'
	db "UPDATE account SET state = ACCOUNT_DISABLED WHERE login_id = '$disabled'"
	db "UPDATE insured_person p JOIN account a ON a.person_id = p.id SET p.eligible_until = '2020-01-01' WHERE a.login_id = '$lapsed'"
	wait_until 10 mail_is_finished
	expected=$(log_in_takes "nobody-$email" "$PASSWORD")
	[[ $expected == [1-9]*' written, 1 hashed' ]]
	for who in "$wrong wrong7rakuda" "$locked wrong7rakuda" "$locked $PASSWORD" "$disabled $PASSWORD" "$lapsed $PASSWORD"; do
		same "$who: $(log_in_takes ${who})" "$who: $expected"
	done
}
