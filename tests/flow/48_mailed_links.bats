# Every mailed link of an account belongs to its generation, its state and its address; and what is told
# when another address is asked for.

load helper
load steps

readonly FRESH=himawari8kirin

teardown() {
	[[ -z ${holding-} ]] || wait "$holding" || true
	stack_restore
}

ask_email() { # ADDRESS
	api PUT /v1/me/email "$(json_object "email=$1" "current_password=$PASSWORD")" "$access"
}

confirm() { # TOKEN
	api POST /v1/me/email/confirmation '' "$1"
}

withdraw() {
	api DELETE /v1/me/pending-email '' "$access"
}


# A member with two logins, $access here and $elsewhere, and with both links: $confirmation to other.$email, which
# waits, and $reset.
with_both_links() {
	new_account
	logged_in "$email"
	elsewhere=$access
	logged_in "$email"
	login_id=$email password=$PASSWORD
	ask_email "other.$email"
	want 202 || return 1
	mail_token "other.$email" 1 confirmation
	wait_until 10 mail_is_finished
	ask_reset "$email"
}

# Keeps a row as it is for a second, changes it by this SQL, and lets it go: who wants it waits.
hold_account() { # "SET ..."
	db "BEGIN; SELECT id FROM account WHERE login_id = '$email' FOR UPDATE; SELECT SLEEP(1);
		UPDATE account SET $1 WHERE login_id = '$email'; COMMIT" >/dev/null &
	holding=$!
	wait_until 5 eval '[[ $(db "SELECT COUNT(*) FROM information_schema.processlist WHERE state = \"User sleep\"") -ge 1 ]]'
}

# --- what ends which link -------------------------------------------------------------------------
# Each does one thing to $email; $login_id and $password are those to log in with afterwards.

does_nothing() { :; }
changes_nickname() { api PATCH /v1/me '{"nickname":"たろう"}' "$access" && want 200; }
logs_out() { api DELETE /v1/sessions/current '' "$access" && want 204; }
logs_out_elsewhere() { api DELETE /v1/sessions '' "$access" && want 204; }
changes_login_id() {
	api PUT /v1/me/login-id "$(json_object "login_id=id.$email" "current_password=$PASSWORD")" "$access"
	want 204 && login_id=id.$email
}
changes_password() { change_password "$access" "$PASSWORD" "$FRESH" && want 204 && password=$FRESH; }
uses_another_reset_link() {
	local older=$reset
	db 'DELETE FROM limit_counter'
	wait_until 10 mail_is_finished
	ask_reset "$email" && reset_password "$reset" "$FRESH" && want 204 && password=$FRESH reset=$older
}
does_operator() { ctl member "$1" --reason "a test" - <<<"$email" >/dev/null; } # VERB
is_logged_out_by_operator() { does_operator logout; }
is_logged_out_with_all() { ctl member logout --all --reason "a test" >/dev/null; }
is_disabled() { does_operator disable; }
is_disabled_and_enabled() { is_disabled && does_operator enable; }
is_not_eligible() {
	db "UPDATE insured_person p JOIN account a ON a.person_id = p.id SET p.eligible_until = '2020-01-01' WHERE a.login_id = '$email'"
}
is_eligible_again() {
	is_not_eligible && db "UPDATE insured_person p JOIN account a ON a.person_id = p.id SET p.eligible_until = NULL WHERE a.login_id = '$email'"
}
withdraws() { withdraw && want 204; }
asks_for_another() { ask_email "third.$email" && want 202; }
proves_another() { asks_for_another && confirm "$(mail_token "third.$email")" && want 204; }
asks_for_its_own() { ask_email "$email" && want 202; }
leaves() { api DELETE /v1/me "$(json_object "current_password=$PASSWORD")" "$access" && want 204; }
is_ended_by_operator() { does_operator end; }
gets_another_address_from_operator() { ctl member set-email --reason "a test" - <<<"$email
third.$email" >/dev/null; }
has_login_id_released() {
	db "UPDATE account SET login_id = 'id.$email' WHERE login_id = '$email'"
	ctl member release-login-id --reason "a test" - <<<"id.$email" >/dev/null
}
leaves_and_registers_again() {
	leaves && wait_until 10 mail_is_finished && db 'DELETE FROM limit_counter' && registered "$email" "$number"
}

# The address that waits, as the member sees it; -: nobody sees it.
pending() {
	log_in "$login_id" "$password"
	if [[ $status == 201 ]]; then
		take_tokens
		api GET /v1/me '' "$access"
		jq -r .pending_email <<<"$body"
	else
		echo -
	fi
}

# Which logins are good: both, here, elsewhere or none.
logins() {
	local good=
	! is_logged_in "$access" || good=here
	if is_logged_in "$elsewhere"; then [[ -n $good ]] && good=both || good=elsewhere; fi
	echo "${good:-none}"
}

# Does the link work? By its stage, and by its own call, to the end.
works() { # confirmation|reset
	local told
	api GET /v1/registration/stage '' "${!1}"
	told=$status
	if [[ $1 == confirmation ]]; then confirm "$confirmation"; else reset_password "$reset" nezumi8tokei; fi
	[[ $told$status == 200204 ]] && echo good && return
	[[ $told == 401 ]] && want 401 token_spent && echo over
}

@test "what ends which login and which mailed link, and what waits afterwards" { # asvs 6.4.3 7.4.2 7.4.3 7.4.5
	# action                     logins     confirmation reset  waits
	while read -r action logins_are confirmation_is reset_is waits; do
		for link in confirmation reset; do
			with_both_links
			"$action"
			found="logins $(logins)"
			waiting=$(pending)
			wanted=$reset_is
			[[ $link == reset ]] || wanted=$confirmation_is
			same "$action: $found, $link is $(works "$link"), ${waiting/"$email"/@} waits" "$action: logins $logins_are, $link is $wanted, $waits waits"
		done
	done <<-'ROWS'
		does_nothing                 both       good         good   other.@
		changes_nickname             both       good         good   other.@
		logs_out                     elsewhere  good         good   other.@
		logs_out_elsewhere           here       good         good   other.@
		changes_login_id             both       good         good   other.@
		is_eligible_again            both       good         good   other.@
		asks_for_its_own             both       good         good   other.@
		changes_password             here       over         over   null
		uses_another_reset_link      none       over         over   null
		is_logged_out_by_operator    none       over         over   null
		is_logged_out_with_all       none       over         over   null
		is_disabled                  none       over         over   -
		is_disabled_and_enabled      none       over         over   null
		is_not_eligible              none       over         over   -
		withdraws                    both       over         good   null
		asks_for_another             both       over         good   third.@
		proves_another               both       over         over   null
		leaves                       none       over         over   -
		leaves_and_registers_again   none       over         over   null
		is_ended_by_operator         none       over         over   -
		gets_another_address_from_operator both over         good   third.@
		has_login_id_released        both       good         good   other.@
	ROWS
}

@test "the address that a registration waits for is over with its generation, too" { # asvs 7.4.3
	for action in does_nothing changes_password; do
		new_email email
		at_account_step "$email" "$(new_person)"
		create_account "$stage_token" "$email" email="other.$email"
		want 201
		mail_token "other.$email" 1 confirmation
		logged_in "$email"
		"$action"
		confirm "$confirmation"
		[[ $action == changes_password ]] || want 204
	done
	want 401 token_spent
}

@test "who had the password can not take the account over by an address that he left waiting" { # asvs 6.3.7 6.4.3 7.4.3
	new_account
	logged_in "$email"
	ask_email "thief.$email"
	want 202
	mail_token "thief.$email" 1 stolen
	[[ $(mail_part "$email" text 4) == *"別のメールアドレスに変える手続きを受け付けました"* ]]
	ask_reset "$email"
	reset_password "$reset" "$FRESH"
	want 204
	confirm "$stolen"
	want 401 token_spent
	db 'DELETE FROM limit_counter'
	wait_until 10 mail_is_finished
	mail_count "thief.$email" mails
	ask_reset "$email"
	same "$(mail_count "thief.$email")" "$mails"
}

@test "a link of an earlier generation is over also when its address is asked for again: another goes out at once" { # asvs 6.4.3 7.4.3
	with_both_links
	mail_interval_goes_on
	changes_password
	for _ in 1 2; do # its answer was lost
		api PUT /v1/me/email "$(json_object "email=other.$email" "current_password=$FRESH")" "$access"
		want 202
	done
	api GET /v1/me '' "$access"
	same "$(field .pending_email)" "other.$email"
	confirm "$confirmation"
	want 401 token_spent
	confirm "$(mail_token "other.$email" 2)"
	want 204
	wait_until 10 mail_is_finished
	same "$(mail_count "other.$email")" 2
}

# The stage of the confirmation link.
is_told() { # STATUS [CODE]
	api GET /v1/registration/stage '' "$confirmation"
	want "$@"
}

@test "a used link to an address is good again only while the account has that address" { # asvs 2.3.1 6.4.3
	with_both_links
	confirm "$confirmation"
	want 204
	for action in does_nothing changes_nickname asks_for_another; do
		"$action"
		is_told 200
		confirm "$confirmation"
		want 204
	done
	confirm "$(mail_token "third.$email")"
	want 204
	is_told 401 token_spent
	confirm "$confirmation"
	want 401 token_spent
	wait_until 10 mail_is_finished
	mail_count "other.$email" mails
	mail_interval_goes_on
	ask_email "other.$email"
	want 202
	is_told 401 token_spent
	confirm "$confirmation" # a success would say that the address is confirmed
	want 401 token_spent
	same "$(db "SELECT email, pending_email FROM account WHERE login_id = '$email'")" "third.$email	other.$email"
	confirm "$(mail_token "other.$email" $((mails + 1)))" # another went out at once, as that one was used
	want 204
	confirm "$confirmation"
	want 204
	leaves
	is_told 401 token_spent
	confirm "$confirmation"
	want 401 token_spent
}

# --- at the same moment ---------------------------------------------------------------------------

@test "a confirmation that meets another generation, or a withdrawal, is none" { # asvs 7.4.3 15.4.2
	for meanwhile in 'generation = generation + 1' 'pending_email = NULL' 'state = ACCOUNT_DISABLED'; do
		with_both_links
		hold_account "$meanwhile"
		confirm "$confirmation"
		want 401 token_spent
		wait "$holding"
		same "$(db "SELECT email FROM account WHERE login_id = '$email'")" "$email"
	done
}

@test "a reset that meets another address, another generation or a disabled account is none" { # asvs 6.4.3 7.4.3 15.4.2
	for meanwhile in "email = CONCAT('other.', email)" 'generation = generation + 1' 'state = ACCOUNT_DISABLED'; do
		with_both_links
		hold_account "$meanwhile"
		reset_password "$reset" "$FRESH"
		want 401 token_spent
		wait "$holding"
		db "UPDATE account SET state = ACCOUNT_ACTIVE WHERE login_id = '$email'"
		logged_in "$email"
	done
}

@test "an import that changes the person keeps no link waiting" {
	for link in confirmation reset; do
		with_both_links
		db "BEGIN; UPDATE insured_person SET kana_name = 'x' WHERE lookup = '$number'; SELECT SLEEP(4); ROLLBACK" >/dev/null &
		holding=$!
		wait_until 5 eval '[[ $(db "SELECT COUNT(*) FROM information_schema.processlist WHERE state = \"User sleep\"") -ge 1 ]]'
		same "$(works "$link")" good
		kill -0 "$holding"
		wait "$holding"
	done
}

# --- mail that waits ------------------------------------------------------------------------------

@test "a link that is over before its mail could be sent is not sent" { # asvs 6.4.3
	for action in changes_password withdraws leaves; do
		new_account
		logged_in "$email"
		wait_until 10 mail_is_finished
		smtp_stop
		ask_email "other.$email"
		want 202
		"$action"
		smtp_start
		db 'UPDATE outbox SET next_try_at = UTC_TIMESTAMP(6) WHERE state = OUTBOX_PENDING'
		wait_until 20 mail_is_finished
		same "$(mail_count "other.$email")" 0
		same "$(db "SELECT state FROM outbox WHERE kind = MAIL_EMAIL_CONFIRMATION ORDER BY created_at DESC, finished_at DESC LIMIT 1")" 3
	done
}

# --- asking, withdrawing --------------------------------------------------------------------------

@test "the present address is told when another is asked for, as often as a link goes out" { # asvs 6.3.5 6.3.7
	new_account
	logged_in "$email"
	mail_count "$email" mails
	ask_email "other.$email"
	want 202
	mail_interval_goes_on
	text=$(mail_part "$email" text $((mails + 1)))
	[[ $text == *"はなこ 様"*"日時："*"取り消"*"パスワードを変更"*"$PORTAL_URL"* ]]
	never grep -qF "other.$email" <<<"$text"
	never grep -qF "#token=" <<<"$(mail_part "$email" raw $((mails + 1)))"
	for _ in 1 2 3; do
		ask_email "other.$email" # its answer was lost
		want 202
	done
	wait_until 10 mail_is_finished
	same "$(mail_count "$email") $(mail_count "other.$email")" "$((mails + 1)) 1"

	# Each time that a link goes out, and each time that one is good again.
	mail_interval_ends
	ask_email "other.$email"
	mail_interval_goes_on
	ask_email "third.$email"
	mail_interval_goes_on
	ask_email "other.$email"
	wait_until 10 mail_is_finished
	same "$(mail_count "$email") $(mail_count "other.$email") $(mail_count "third.$email")" "$((mails + 4)) 2 1"

	api PATCH /v1/me '{"language":"en"}' "$access"
	ask_email "fourth.$email"
	[[ $(mail_part "$email" Subject $((mails + 5))) == *"A change of your e-mail address was requested" ]]

	# No way to bomb: ten a day, the address' own link or not.
	db 'UPDATE limit_counter SET count = 10 WHERE limit_id = LIMIT_ADDRESS_CHANGES'
	ask_email "fifth.$email"
	want 429 too_many_tries
	wait_until 10 mail_is_finished
	same "$(mail_count "$email")" $((mails + 5))
}

@test "a stranger whose address was typed learns nothing of the member" { # asvs 14.2.6
	new_account
	logged_in "$email"
	ask_email "stranger@${email%@*}.example"
	want 202
	raw=$(mail_part "stranger@${email%@*}.example" text)$(mail_part "stranger@${email%@*}.example" html)
	[[ $raw == *"#token="* ]]
	never grep -qF -e "$email" -e はなこ -e "$number" <<<"$raw"
}

@test "the account's own address is no change: no mail, nothing pending, nothing counted" {
	new_account
	logged_in "$email"
	wait_until 10 mail_is_finished
	before=$(rows outbox account; events "$email")
	api PUT /v1/me/email "$(json_object "email=$email" current_password=wrong7rakuda)" "$access"
	want 403 current_password_wrong
	before=$(rows outbox account; events "$email")
	for _ in {1..12}; do
		ask_email " ${email%@*}@${email##*@}"
		want 202
		same "$(jq -c . <<<"$body")" '{"link_expires_in":10800,"resend_after":2}'
	done
	same "$(rows outbox account; events "$email")" "$before"
	same "$(db 'SELECT COUNT(*) FROM limit_counter WHERE limit_id IN (LIMIT_CONFIRMATION_MAIL, LIMIT_ADDRESS_CHANGES)')" 0
	ask_email "other.$email"
	ask_email "$email"
	want 202
	api GET /v1/me '' "$access"
	same "$(field .pending_email)" "other.$email"
}

@test "the account's own login ID is no change: no mail, nothing counted" {
	new_account
	logged_in "$email"
	wait_until 10 mail_is_finished
	before=$(rows outbox account; events "$email")
	for _ in {1..12}; do
		api PUT /v1/me/login-id "$(json_object "login_id=${email^^}" "current_password=$PASSWORD")" "$access"
		want 204
	done
	same "$(rows outbox account; events "$email")" "$before"
}

@test "a change of address is withdrawn without the password; asked for again it is told again" { # asvs 6.3.7
	with_both_links
	withdraw
	want 204
	same "$body" ""
	api GET /v1/me '' "$access"
	same "$(jq -r .pending_email <<<"$body")" null
	confirm "$confirmation"
	want 401 token_spent
	withdraw
	want 204
	same "$(events "$email")" 1,2,2,9,12,24
	wait_until 10 mail_is_finished
	mail_count "$email" mails
	mail_interval_goes_on
	ask_email "other.$email"
	mail_arrives "$email" $((mails + 1))
	same "$(mail_count "other.$email")" 1
	confirm "$confirmation" # the link to that very address
	want 204
	withdraw
	want 204
	api GET /v1/me '' "$access"
	same "$(jq -r '.email + " \(.pending_email)"' <<<"$body")" "other.$email null"
}
