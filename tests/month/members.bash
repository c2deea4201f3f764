# shellcheck shell=bash
# members.bash - the members of the month: those whose story is told, by name, and those who come all the time. Loaded
# after society.bash.

# --- by name --------------------------------------------------------------------------------------

address_of() { # NAME
	printf '%s@example.jp\n' "$1"
}

# 番号 and 記号 as they are typed; the roster has both apart (roster.bash).
number_of() { # NAME
	printf '%s100\n' "${NUMBER[$1]:?}"
}

# Registers and logs in. Their access token is kept.
member_joins() { # NAME [NUMBER]
	registered "$(address_of "$1")" "${2-$(number_of "$1")}" || return 1
	mail_arrives "$(address_of "$1")" 3
	member_logs_in "$1"
}

# None is pending to this address: what is sent has none any more.
mails_went() { # NAME
	[[ $(db "SELECT COUNT(*) FROM outbox WHERE email = '$(address_of "$1")' AND state = OUTBOX_PENDING") == 0 ]]
}

# Goes on from $invitation to the end.
goes_on() { # NAME
	local mails
	mails=$(mail_count "$(address_of "$1")")
	identify "$invitation" "$(number_of "$1")" && want 200 || return 1
	key=$(field .authentication_key)
	confirm_key "$(mail_token "$(address_of "$1")" $((mails + 1)))" "$key"
	want 200 || return 1
	create_account "$(field .stage_token)" "$(address_of "$1")"
	want 201
}

member_logs_in() { # NAME [PASSWORD]
	logged_in "$(address_of "$1")" "${@:2}" || return 1
	mkdir -p "$STACK/sessions"
	printf '%s' "$access" >"$STACK/sessions/$1"
}

is_in() { # NAME: with the session that began last?
	is_logged_in "$(<"$STACK/sessions/$1")"
}

# --- all the time ---------------------------------------------------------------------------------

readonly CROWD=$STACK/crowd # their answers
readonly TROUBLES=$STACK/troubles

# Members of the first society, one after the other, until there are enough: each registers, logs in and looks.
members_come() {
	mkdir -p "$CROWD"
	crowd >"$CROWD/log" 2>"$CROWD/errors" </dev/null 3>&- &
	echo "$!" >"$CROWD/pid"
}

members_stay_away() {
	[[ -d $CROWD ]] || return 0
	touch "$CROWD/enough"
	wait_until 30 test -e "$CROWD/ended"
}

crowd() {
	local n=0 began
	trap - DEBUG ERR EXIT
	set +eET
	BATS_TEST_TMPDIR=$CROWD
	while [[ ! -e $CROWD/enough ]]; do
		crowd_member $((n++))
	done
	touch "$CROWD/ended"
}

crowd_member() { # N
	local address=crowd$1@example.jp
	noted registration registered "$address" "$((CROWD_FROM + $1))100" && crowd_last=$address
	[[ -v crowd_last ]] || return 0 # nobody has an account yet
	address=$crowd_last
	for _ in 1 2; do
		noted login logged_in "$address" || continue
		for _ in 1 2; do
			noted profile looks_at_profile
			sleep 1
		done
	done
}

looks_at_profile() {
	api GET /v1/me '' "$access"
	want 200
}

# A line of what became of it: how, of what kind, when it began and ended, and of a failure the last answer.
noted() { # KIND COMMAND...
	local began=$EPOCHREALTIME code=-
	status=none body=
	if "${@:2}" 2>>"$CROWD/errors"; then
		printf 'answered %s %s %s\n' "$1" "$began" "$EPOCHREALTIME"
		return 0
	fi
	[[ $body != *'"code"'* ]] || code=$(field .code)
	printf 'failed %s %s %s %s %s\n' "$1" "$began" "$EPOCHREALTIME" "$status" "$code"
	sleep 1
	return 1
}

# What is going on while a command runs, and the answers that members may get for it: "STATUS CODE" as a regular
# expression. It holds until the crowd has met what the command has left.
troubled() { # WHAT ANSWERS COMMAND...
	local began=$EPOCHREALTIME ended_with=0
	"${@:3}" || ended_with=$?
	printf '%s\t%s\t%s\t%s\n' "$began" "$EPOCHREALTIME" "$1" "$2" >>"$TROUBLES"
	return "$ended_with"
}

# Every failure with what explains it, or "unexplained". A failure that lasted as long as a mail is waited for may have
# begun in the trouble or ended in it.
failures() {
	touch "$TROUBLES"
	awk -F '\t' '
		FILENAME == ARGV[1] { began[++n] = $1; ended[n] = $2; what[n] = $3; answers[n] = $4; next }
		{ split($0, word, " ") }
		word[1] == "failed" {
			why = "unexplained: " word[2] " at " word[4]
			for (i = 1; i <= n; i++)
				if (word[3] <= ended[i] && word[4] >= began[i] && (word[5] " " word[6]) ~ ("^(" answers[i] ")$"))
					why = what[i]
			print why "\t" word[2] "\t" word[5] " " word[6]
		}' "$TROUBLES" "$CROWD/log"
}

answered() { # KIND
	grep -c "^answered $1 " "$CROWD/log" || true
}
