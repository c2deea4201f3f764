# Rules in which societies differ (docs/societies.md): whose addresses get an invitation, and for how long who is not
# insured any more may log in.

bats_require_minimum_version 1.5.0
load helper
load steps

# Eligibility of the member of $number ended so many days ago, in Japan; "": it has not ended.
eligible_until() { # DAYS-AGO
	lost=${1:+$(TZ=UTC-9 date -d "-$1 day" +%F)}
	db "UPDATE insured_person SET eligible_until = NULLIF('$lost', '') WHERE lookup = '$number'"
}

days_behind() { # DATE DAYS
	date -u -d "$1 +$2 day" +%F
}

# The member is let in nowhere, with what they have in hand.
is_locked_out() {
	never is_logged_in "$access"
	refresh_login "$refresh"
	want 401 login_required || return 1
	log_in "$email"
	want 401 login_failed
}

# The operator's command about the member; $output and $stderr are what was said.
about_member() { # STATUS VERB [OPTION...]
	run --separate-stderr ctl member "${@:2}" - <<<"$email"
	[[ $status == "$1" ]] && return 0
	printf 'status %s\n%s\n%s\n' "$status" "$output" "$stderr" >&2
	return 1
}

# What member show says of the person.
shown_person() { # JQ
	about_member 0 show --json && jq -r ".person | $1" <<<"$output"
}

@test "a former member is let in for ACCESS_AFTER_LOSS_DAYS, by every way in, and does not register" {
	restart_server ACCESS_AFTER_LOSS_DAYS=3
	new_account
	logged_in "$email"
	api GET /v1/me '' "$access"
	want 200
	same "$(jq -c '[.eligible_until, .access_until]' <<<"$body")" '[null,null]'

	eligible_until 1
	api GET /v1/me '' "$access"
	want 200
	same "$(jq -c '[.eligible_until, .access_until]' <<<"$body")" "[\"$lost\",\"$(days_behind "$lost" 3)\"]"
	refresh_login "$refresh"
	want 200
	take_tokens
	logged_in "$email"
	other=new.$email
	api PUT /v1/me/email "{\"email\":\"$other\",\"current_password\":\"$PASSWORD\"}" "$access"
	want 202
	api POST /v1/me/email/confirmation '' "$(mail_token "$other")"
	want 204
	ask_reset "$email" "$other"
	reset_password "$reset" himawari8kirin
	want 204
	logged_in "$email" himawari8kirin
	change_password "$access" himawari8kirin "$PASSWORD"
	want 204

	# The number is a wrong one as any other: counted, and told to nobody.
	invite "stranger.$email"
	identify "$invitation" "$number"
	want 422 identity_mismatch
	same "$(field .attempts_left)" 4
	db 'DELETE FROM limit_counter'

	# When the days are over all ways are closed, those in hand, too.
	ask_reset "$email" "$other"
	eligible_until 3
	is_locked_out
	reset_password "$reset" himawari8kirin
	want 401 token_spent
	db 'DELETE FROM limit_counter'
	mails=$(mail_count "$other")
	api POST /v1/recovery/password "{\"login_id\":\"$email\"}"
	want 202
	wait_until 10 mail_is_finished
	same "$(mail_count "$other")" "$mails"

	# Who comes back has account and session again.
	eligible_until ''
	is_logged_in "$access"
}

@test "without the setting access ends with eligibility, and the operator sees and does the same as the service" {
	new_account
	logged_in "$email"
	eligible_until 1
	is_locked_out
	same "$(shown_person '[.eligible, .access, .eligible_until, .access_until] | @tsv')" "no	no	$lost	$lost"
	about_member 1 send-reset --reason "a test"
	same "$stderr" "myportalctl: the account is disabled, or its person has no access"

	restart_server ACCESS_AFTER_LOSS_DAYS=3
	is_logged_in "$access"
	same "$(ACCESS_AFTER_LOSS_DAYS=3 shown_person '[.eligible, .access, .access_until] | @tsv')" "no	yes	$(days_behind "$lost" 3)"
	mails=$(mail_count "$email")
	ACCESS_AFTER_LOSS_DAYS=3 about_member 0 send-reset --reason "a test"
	reset_password "$(mail_token "$email" $((mails + 1)))" himawari8kirin
	want 204
}

@test "an import that ends a person ends their sessions when the setting says" {
	new_account
	logged_in "$email"
	grep -v ",${number%900},00," "$STACK/roster.csv" >"$BATS_TEST_TMPDIR/roster.csv"
	ctl roster import --allow-ended --allow-birth-dates --allow-names --allow-new "$BATS_TEST_TMPDIR/roster.csv" >/dev/null
	never is_logged_in "$access"
	start_other ACCESS_AFTER_LOSS_DAYS=2
	BASE_URL=http://$OTHER_LISTEN is_logged_in "$access"
	BASE_URL=http://$OTHER_LISTEN logged_in "$email"
	ctl roster import "$STACK/roster.csv" >/dev/null
	is_logged_in "$access"
}

# --- addresses --------------------------------------------------------------------------------------

# What myportald says of its settings.
checked() { # SETTING=value
	told=$(env "$1" "$BUILD/api/myportald" --check)
}

@test "an address of another domain gets no invitation, whoever has it; later steps take any" {
	new_account
	wait_until 10 mail_is_finished
	restart_server REGISTRATION_EMAIL_DOMAINS=Company.example,.company.example
	before=$(rows outbox limit_counter spent_token audit_event)
	for other in "$email" nobody@elsewhere.example a@badcompany.example company.example@evil.example; do
		api POST /v1/registration/email "{\"email\":\"$other\"}"
		want 403 email_domain_refused
	done
	same "$(rows outbox limit_counter spent_token audit_event)" "$before"

	inside=${email%@*}@company.example
	identified "$inside" "$(new_person)"
	invite "${email%@*}@Sales.COMPANY.example"

	# Behind the first step the society knows who it is, so that the address may be of any domain.
	at_account_step "b$inside" "$(new_person)"
	create_account "$stage_token" "b$inside" "email=c$email"
	want 201
	mail_arrives "c$email"
	logged_in "$email"
	api PUT /v1/me/email "{\"email\":\"d$email\",\"current_password\":\"$PASSWORD\"}" "$access"
	want 202
	run --separate-stderr ctl member set-email --reason "a test" "$(db "SELECT LOWER(HEX(id)) FROM account WHERE login_id = '$email'")" <<<"e$email"
	same "$status" 0

	for wrong in company 'company.example;other.example' @company.example '*.company.example'; do
		never checked REGISTRATION_EMAIL_DOMAINS="$wrong"
		grep -q '^settings: REGISTRATION_EMAIL_DOMAINS must be domains' <<<"$told"
	done
}

# --- the document ---------------------------------------------------------------------------------

# Nobody sits at a terminal: what is asked for comes from $typed, line by line. The ids that find prints are what later
# commands name.
myportalctl() {
	told=$(setsid --wait "$BUILD/tools/ctl/myportalctl" "$@" <<<"$number") || return 1
	[[ $2 != find ]] || person=$(setsid --wait "$BUILD/tools/ctl/myportalctl" "$@" --json <<<"$number" | jq -r '.found[0].person')
}

# Runs the commands of a section of docs/societies.md as they stand there.
typed_as_in() { # HEADING
	local commands
	commands=$(sed -n "/^#\+ $1\$/,/^## /{/^\`\`\`sh$/,/^\`\`\`$/p}" "$TREE/docs/societies.md" | grep -v '^```')
	[[ -n $commands ]] || return 1
	eval "$(sed "s|127.0.0.1:8080|$LISTEN|; s/\$/ || return 1/" <<<"$commands")"
}

@test "the commands of docs/societies.md, as they stand there" {
	restart_server IDENTITY_BIRTH_DATE=yes PASSWORD_LENGTH_MIN=12 PASSWORD_COMPOSITION=none REGISTRATION_EMAIL_DOMAINS=company.example
	same "$(typed_as_in 'Rules in which societies differ' | jq -c .)" \
		'{"birth_date_required":true,"posted_code_required":false,"registration_email_domains":["company.example"]}'
	number=$(new_person)
	typed_as_in 'Former members'
	grep -q 'access: *yes$' <<<"$told"
}
