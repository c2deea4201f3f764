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
	mail_count "$other" mails
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
	mail_count "$email" mails
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

# Invites the person of $number; $output and $stderr are what was said.
invited_by_operator() { # STATUS ADDRESS [WORD...]
	run --separate-stderr ctl member invite --reason "a test" "${@:3}" < <(
		[[ ${*: -1} != - ]] || printf '%s\n' "$number"
		printf '%s\n' "$2"
	)
	[[ $status == "$1" ]] && return 0
	printf 'status %s\n%s\n%s\n' "$status" "$output" "$stderr" >&2
	return 1
}

person_id() {
	db "SELECT LOWER(HEX(id)) FROM insured_person WHERE lookup = '$number'"
}

@test "an operator invites one person at any address: nobody else's number is right with that link" {
	restart_server REGISTRATION_EMAIL_DOMAINS=company.example
	new_person number
	new_person other
	new_email email
	invited_by_operator 0 "$email" -
	grep -q '^link until: *20' <<<"$output"
	mail_token "$email" 1 invitation
	[[ $(mail_part "$email" Subject) == *ご登録へのご招待* ]]
	mail_part "$email" text | tr -d '\n' | grep -qF "ご招待したご本人だけ"
	api GET /v1/registration/stage '' "$invitation"
	want 200
	same "$(field .stage) $(field .attempts_left) $(jq -r .next.path <<<"$body")" "identity 5 /v1/registration/identity"

	# Another's right number is a wrong one, in every byte, and counted so.
	identify "$invitation" "$other"
	want 422 identity_mismatch
	same "$(field .attempts_left)" 4
	told=$(jq -c '[.type, .status, .title, .detail, .code]' <<<"$body")
	identify "$invitation" 7777777777
	want 422 identity_mismatch
	same "$(jq -c '[.type, .status, .title, .detail, .code]' <<<"$body") $(field .attempts_left)" "$told 3"
	same "$(db 'SELECT COALESCE(SUM(count), 0) FROM limit_counter WHERE limit_id = LIMIT_SOURCE_PERSONS')" 0
	mail_count "$email" mails
	identify "$invitation" "$number"
	want 200
	field .authentication_key key
	confirm_key "$(mail_token "$email" $((mails + 1)))" "$key"
	want 200
	create_account "$(field .stage_token)" "$email"
	want 201
	logged_in "$email"

	# With an account there is nobody to invite; the link tells a stranger nothing of it.
	invited_by_operator 1 "x$email" -
	same "$stderr" "myportalctl: not sent: the person has an account by now"
	same "$(ctl audit --json --person "$(person_id)" | jq -r '[.events[] | select(.operator) | [.event, .reason]] | flatten | join(" ")')" \
		"person_invited a test"
}

@test "an invitation of an operator by id, in English, over and anew; who cannot register is not invited" {
	new_person number
	new_email email
	invited_by_operator 0 "$email" --language en "$(person_id)"
	[[ $(mail_part "$email" Subject) == *'You are invited to the member portal' ]]
	mail_token "$email" 1 first
	# The pause after it holds for the public step alone.
	mail_interval_goes_on
	api POST /v1/registration/email "{\"email\":\"$email\"}"
	want 202
	invited_by_operator 0 "$email" "$(person_id)"
	wait_until 10 mail_is_finished
	same "$(mail_count "$email")" 2
	same "$(ctl member show --json "$(person_id)" </dev/null | jq -r '[.registration.next_step, .mails[].kind] | join(" ")')" \
		"identity person-invitation person-invitation"
	# It can be sent again, to its address alone.
	run --separate-stderr ctl member resend --reason "a test" "$(person_id)" <<<"$email"
	same "$status" 0
	mail_arrives "$email" 3

	# Somebody registers in the person's name meanwhile: the link does not tell, and ends with that account.
	new_email thief
	registered "$thief" "$number"
	api GET /v1/registration/stage '' "$first"
	want 200
	same "$(jq -r .next.path <<<"$body")" /v1/registration/identity
	run --separate-stderr ctl member resend --reason "a test" - <<<"$email"
	same "$status $stderr" "1 myportalctl: not sent: the person has an account by now"
	ctl member end --reason "a test" - <<<"$thief" >/dev/null
	for link in "$first" "$(mail_token "$email" 2)"; do
		api GET /v1/registration/stage '' "$link"
		want 401 token_spent
		identify "$link" "$number" || want 401 token_spent
	done

	new_email email
	eligible_until 1
	invited_by_operator 1 "$email" -
	same "$stderr" "myportalctl: not sent: the person is not insured today"
	eligible_until ''
	for wrong in "" nonsense@; do
		invited_by_operator 1 "$wrong" -
	done
	number=999999999999 invited_by_operator 3 "$email" -
	number=taro@example.jp invited_by_operator 1 "$email" -
	run --separate-stderr ctl member invite - <<<"$number"
	same "$status" 2
	same "$(mail_count "$email")" 0
}

# --- the document ---------------------------------------------------------------------------------

# Nobody sits at a terminal: what is asked for comes from $typed, line by line. The ids that find prints are what later
# commands name.
myportalctl() {
	told=$(setsid --wait "$BUILD/tools/ctl/myportalctl" "$@" <<<"$number"$'\n'"$email") || return 1
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
	restart_server IDENTITY_BIRTH_DATE=yes REGISTRATION_EMAIL_DOMAINS=company.example
	same "$(typed_as_in 'Rules in which societies differ' |
		jq -c '[.birth_date_required, .posted_code_required, .registration_email_domains]')" \
		'[true,false,["company.example"]]'
	new_person number
	new_email email
	typed_as_in 'Addresses of the company'
	mail_token "$email"
	typed_as_in 'Former members'
	grep -q 'access: *yes$' <<<"$told"
}
