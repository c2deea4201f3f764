# Every limit of the service, as `myportalctl limits` prints them: n tries are granted, the next is not;
# and which client is which behind proxies.
#
# For each limit there are begin_NAME (a fresh subject), miss_NAME (a try that is counted) and hit_NAME
# (one more; sets $got: was it granted?). A limit without them fails.
# bats file_tags=plain

load helper
load steps

# On each line the limits that are driven on one server. Those that are high are made low, so that none gets in the way
# of another: what one is driven by reaches no other of its line, nor one that is as it always is.
readonly FEW=(
	'invitation_mail second_mail login_ids_mail reset_mail account_deletion_mail confirmation_mail unproven_login_id_mail
	identity_tries key_tries wrong_repeats current_password'
	'account_tries=3 login_failures=6 password_guesses=3 reset_tries=1 login_id_tries=3 address_changes=3 number_failures=3'
	'known_source_failures=6 taken_login_ids=3 source_identities=3 service_identities=4 source_preflights=11'
	'source_failures=4 source_persons=3'
	'source_requests=9 source_mails=4 link_captchas=4/900'
	'service_mails=5 service_failures=3'
)

setup() {
	REQUEST_HEADERS=()
	unset -v BASE_URL
}

teardown() {
	let_go
	heal
	stack_restore
}

heal() {
	db 'DROP TRIGGER IF EXISTS limits'
}

# A source that no request came from before.
new_source() {
	local n=0
	[[ ! -e $STACK/sources ]] || read -r n <"$STACK/sources"
	printf '%s\n' "$((++n))" >"$STACK/sources"
	REQUEST_HEADERS=("X-Forwarded-For: 198.18.$((n / 250)).$((n % 250 + 1))")
}

# A server on which these limits are small.
restart_driven() { # [LIMIT=COUNT...]
	local limits
	printf -v limits ',%s' "$@"
	stop_other
	start_other TRUSTED_PROXIES=127.0.0.1 MAIL_INTERVAL_S=60 "LIMITS=$LIMITS${limits%,}"
	BASE_URL=http://$OTHER_LISTEN
}

# Fills array times: how many each limit grants, as printed for this server.
read_times() { # [LIMIT=COUNT...]
	local limits line
	printf -v limits ',%s' "$@"
	while read -r line; do
		[[ ! $line =~ ^'| `'([a-z_]+)'` | '[^|]*' | '([0-9]+)' |' ]] || times[${BASH_REMATCH[1]}]=${BASH_REMATCH[2]}
	done < <(LIMITS=$LIMITS${limits%,} ctl limits --markdown)
}

# What became of the last try: sets $got.
outcome() { # STATUS-OF-GRANTED STATUS-OF-REJECTED
	case $status in
	"$1") got=granted ;;
	"$2") got=rejected ;;
	*) got="$status $body" ;;
	esac
}

# Does one more mail come to this address? Sets $got.
one_more_mail() { # ADDRESS COMMAND...
	local before
	before=$(mail_count "$1")
	"${@:2}" || return 1
	wait_until 10 mail_is_finished || return 1
	if (($(mail_count "$1") > before)); then got=granted; else got=rejected; fi
}

# Sets $email: of one account for all limits that are driven without changing it.
old_account() {
	[[ -n ${old_email-} ]] || { new_account && old_email=$email; } || return 1
	email=$old_email
}

drive() { # NAME
	local i misses wanted n=${times[$1]}
	for misses in $((n - 1)) "$n"; do
		db 'DELETE FROM limit_counter'
		new_source
		"begin_$1"
		for ((i = 0; i < misses; i++)); do
			"miss_$1" || { echo "$1: miss $((i + 1)) of $misses: $status $body" >&2; return 1; }
		done
		got=
		"hit_$1" || true
		if ((misses < n)); then wanted=granted; else wanted=rejected; fi
		same "$1 $((misses + 1)) of $n $got" "$1 $((misses + 1)) of $n $wanted" || return 1
	done
}

# Mails: the one that is sent is counted.
ask_invitation() { api POST /v1/registration/email "{\"email\":\"$email\"}" && want 202; }
begin_invitation_mail() { email=$(new_email); }
miss_invitation_mail() { ask_invitation && mail_arrives "$email" 1; }
hit_invitation_mail() { one_more_mail "$email" ask_invitation; }

submit_identity() { api POST /v1/registration/identity "$identity_body" "$invitation" && want 200; }
begin_second_mail() {
	email=$(new_email)
	invite "$email"
	captcha_for "$invitation" >/dev/null
	identity_body=$(identity_json "$(new_person)")
}
miss_second_mail() { submit_identity && mail_arrives "$email" 2; }
hit_second_mail() { one_more_mail "$email" submit_identity; }

ask_login_ids() { api POST /v1/recovery/login-id "{\"email\":\"$email\"}" && want 202; }
begin_login_ids_mail() { email=$(new_email); }
miss_login_ids_mail() { ask_login_ids && mail_arrives "$email" 1; }
hit_login_ids_mail() { one_more_mail "$email" ask_login_ids; }

ask_for_reset() { api POST /v1/recovery/password "{\"login_id\":\"$email\"}" && want 202; }
begin_reset_mail() { new_account; }
miss_reset_mail() { ask_for_reset && mail_arrives "$email" 4; }
hit_reset_mail() { one_more_mail "$email" ask_for_reset; }

ask_for_deletion() { api POST /v1/account-deletion "{\"email\":\"$email\"}" && want 202; }
begin_account_deletion_mail() { new_account && db "UPDATE insured_person SET eligible_until = '2020-01-01' WHERE lookup = '$number'"; }
miss_account_deletion_mail() { ask_for_deletion && mail_arrives "$email" 4; }
hit_account_deletion_mail() { one_more_mail "$email" ask_for_deletion; }

ask_confirmation() { api PUT /v1/me/email "{\"email\":\"$other\",\"current_password\":\"$PASSWORD\"}" "$access" && want 202; }
begin_confirmation_mail() { old_account && logged_in "$email" && other=$(new_email); }
miss_confirmation_mail() { ask_confirmation && mail_arrives "$other" 1; }
hit_confirmation_mail() { one_more_mail "$other" ask_confirmation; }

set_login_id() { change_login_id "$1" && want 204; }
begin_unproven_login_id_mail() { new_account && logged_in "$email" && other=$(new_email); }
miss_unproven_login_id_mail() { set_login_id "$other" && mail_arrives "$other" 1; }
hit_unproven_login_id_mail() {
	[[ $(mail_count "$other") == 0 ]] || set_login_id "$email"
	one_more_mail "$other" set_login_id "$other"
}

# Links and steps.
begin_identity_tries() { invite "$(new_email)"; }
miss_identity_tries() { identify "$invitation" "9999$RANDOM$RANDOM" && [[ $status == 4[12][02] ]]; }
hit_identity_tries() { identify "$invitation" "$(new_person)"; outcome 200 410; }

begin_key_tries() { identified "$(new_email)" "$(new_person)"; }
wrong_key_tries() { confirm_key "$second_link" 2222222222; }
right_key_tries() { confirm_key "$second_link" "$key"; }
miss_key_tries() { wrong_key_tries && [[ $status == 4[12][02] ]]; }
hit_key_tries() { right_key_tries; outcome 200 410; }

begin_account_tries() {
	old_account
	taken=$email
	email=$(new_email)
	at_account_step "$email" "$(new_person)"
}
wrong_account_tries() { create_account "$stage_token" "$taken"; }
right_account_tries() { create_account "$stage_token" "$email"; }
miss_account_tries() { wrong_account_tries && [[ $status == 4[01][09] ]]; }
hit_account_tries() { right_account_tries; outcome 201 410; }

# By one person, through as many account steps as it takes.
begin_taken_login_ids() {
	old_account
	taken=$email
	person=$(new_person)
}
miss_taken_login_ids() {
	at_account_step "$(new_email)" "$person" && create_account "$stage_token" "$taken" && want 409 login_id_taken
}
hit_taken_login_ids() { at_account_step "$(new_email)" "$person" && create_account "$stage_token" "$(new_email)"; outcome 201 429; }

begin_wrong_repeats() { identified "$(new_email)" "$(new_person)"; }
miss_wrong_repeats() { api POST /v1/registration/identity "$(identity_json "4444$RANDOM")" "$invitation" && [[ $status == 401 ]]; }
hit_wrong_repeats() { api POST /v1/registration/identity "$identity_body" "$invitation"; outcome 200 410; }

# A reset is counted and does not happen only where its account is changed at that moment.
begin_reset_tries() { new_account && ask_reset "$email"; }
miss_reset_tries() {
	hold_rows "UPDATE account SET state = ACCOUNT_DISABLED WHERE login_id = '$email'"
	(reset_password "$reset" sazanka9usagi && want 401 token_spent) &
	local -r resetting=$!
	wait_until 5 waiting 1
	let_go
	wait "$resetting" && db "UPDATE account SET state = ACCOUNT_ACTIVE WHERE login_id = '$email'"
}
hit_reset_tries() { reset_password "$reset" sazanka9usagi; outcome 204 410; }

# Members.
begin_login_failures() { old_account; }
wrong_login_failures() { log_in "$email" wrong7rakuda; }
right_login_failures() { log_in "$email"; }
miss_login_failures() {
	wrong_login_failures && want 401 login_failed && db 'UPDATE limit_counter SET locked_until = 0'
}
hit_login_failures() { right_login_failures; outcome 201 401; }

begin_known_source_failures() { old_account && logged_in "$email"; }
wrong_known_source_failures() { wrong_login_failures; }
right_known_source_failures() { right_login_failures; }
miss_known_source_failures() { miss_login_failures; }
hit_known_source_failures() { hit_login_failures; }

begin_source_failures() { old_account; }
miss_source_failures() { log_in "nobody$RANDOM$RANDOM@example.jp" && want 401 login_failed; }
hit_source_failures() { log_in "$email"; outcome 201 429; }

begin_current_password() { new_account && logged_in "$email"; }
wrong_current_password() { change_password "$access" wrong7rakuda himawari8kirin; }
right_current_password() { change_password "$access" "$PASSWORD" himawari8kirin; }
miss_current_password() { wrong_current_password && want 403 current_password_wrong; }
hit_current_password() { right_current_password; outcome 204 429; }

begin_password_guesses() { begin_current_password; }
wrong_password_guesses() { wrong_current_password; }
right_password_guesses() { right_current_password; }
miss_password_guesses() { miss_current_password; }
hit_password_guesses() { right_current_password; outcome 204 401; }

change_login_id() { api PUT /v1/me/login-id "{\"login_id\":\"$1\",\"current_password\":\"$PASSWORD\"}" "$access"; }
begin_login_id_tries() {
	old_account
	taken=$email
	new_account && logged_in "$email"
}
wrong_login_id_tries() { change_login_id "$taken"; }
right_login_id_tries() { change_login_id "$(new_email)"; }
miss_login_id_tries() { wrong_login_id_tries && want 409 login_id_taken; }
hit_login_id_tries() { right_login_id_tries; outcome 204 429; }

begin_address_changes() { old_account && logged_in "$email"; }
wrong_address_changes() { api PUT /v1/me/email "{\"email\":\"$(new_email)\",\"current_password\":\"$PASSWORD\"}" "$access"; }
right_address_changes() { wrong_address_changes; }
miss_address_changes() { wrong_address_changes && want 202; }
hit_address_changes() { right_address_changes; outcome 202 429; }

# Numbers are guessed through as many links as it takes.
identify_anew() { # NUMBER [BIRTH-DATE]
	invite "$(new_email)" && identify "$invitation" "$@"
}
begin_number_failures() { person=$(new_person); }
miss_number_failures() { identify_anew "$person" "1970-01-1$((RANDOM % 10))" && want 422 identity_mismatch; }
hit_number_failures() { identify_anew "$person" 1980-01-01; outcome 200 422; }

begin_source_identities() { :; }
miss_source_identities() { identify_anew "6666$RANDOM$RANDOM" && want 422 identity_mismatch; }
hit_source_identities() { identify_anew "$(new_person)"; outcome 200 429; }

begin_source_persons() { :; }
miss_source_persons() { identify_anew "$(new_person)" && want 200; }
hit_source_persons() { identify_anew "$(new_person)"; outcome 200 429; }

begin_service_identities() { :; }
miss_service_identities() { new_source && miss_source_identities; }
hit_service_identities() { new_source && identify_anew "$(new_person)"; outcome 200 503; }

# In the process.
begin_source_requests() { :; }
miss_source_requests() { api GET /v1/registration/stage && want 401; }
hit_source_requests() { api GET /v1/registration/stage; outcome 401 429; }

preflight() {
	local source=${REQUEST_HEADERS[0]}
	local -a REQUEST_HEADERS=("$source" 'Access-Control-Request-Method: POST')
	ORIGIN=$CORS_ORIGINS api OPTIONS /v1/captcha
}
begin_source_preflights() { :; }
miss_source_preflights() { preflight && want 204; }
hit_source_preflights() { preflight; outcome 204 429; }

ask_from_anywhere() { email=$(new_email) && ask_invitation; }
begin_source_mails() { :; }
miss_source_mails() { ask_from_anywhere; }
hit_source_mails() { api POST /v1/recovery/password '{"login_id":"a@example.jp"}'; outcome 202 429; }

begin_link_captchas() { invite "$(new_email)"; }
miss_link_captchas() { api POST /v1/captcha '{}' "$invitation" && want 201; }
hit_link_captchas() { api POST /v1/captcha '{}' "$invitation"; outcome 201 429; }

begin_service_mails() { restart_driven "${few[@]}"; }
miss_service_mails() { new_source && ask_from_anywhere; }
hit_service_mails() { new_source && api POST /v1/recovery/login-id '{"email":"a@example.jp"}'; outcome 202 503; }

# No request is rejected; the log has a line.
said() { grep -c '"limit_reached".*"service_failures"' "$STACK/other.log" || true; }
begin_service_failures() {
	restart_driven "${few[@]}"
	before=$(said)
}
miss_service_failures() { log_in "nobody$RANDOM$RANDOM@example.jp" && want 401 login_failed; }
hit_service_failures() { if [[ $(said) == "$before" ]]; then got=granted; else got=rejected; fi; }

@test "each limit grants as many tries as it says, and not one more" { # asvs 2.1.3 2.3.2 2.4.1 6.1.1 6.3.1 6.6.3
	local line name few driven=()
	local -A times
	for line in "${FEW[@]}"; do
		mapfile -t few < <(grep -o '[a-z_]*=[0-9/]*' <<<"$line")
		restart_driven "${few[@]}"
		read_times "${few[@]}"
		for name in $line; do
			drive "${name%=*}"
			driven+=("${name%=*}")
		done
	done
	same "$(printf '%s\n' "${driven[@]}" | sort)" "$(printf '%s\n' "${!times[@]}" | sort)"
}

# --- many at once, the right one last ---------------------------------------------------------------

# As many wrong tries as are left are under way, and then a right one comes: none is left for it. The test
# holds the row of the counter, so that each waits where it is counted. One that was compared before it is
# counted would not wait there; one that is not counted at all would get through. The service lets nobody wait
# longer than a second, and asks again then, behind the others: on a busy machine that is too short for all
# to come, so a trigger in front of the row lengthens it. A statement ends after three seconds all the same,
# with a 503: what took so long is done once more.
#
# wrong_NAME and right_NAME only ask; the WRONG answer is a pattern of status and body.
right_one_comes_too_late() { # NAME LIMIT MAX LEFT WRONG REJECTED
	local tries=9 wrongs others right
	until tried_at_once "$@"; do
		((--tries > 0)) || { echo "$1: not all have waited: $wrongs wrong$others, right one $right" >&2; return 1; }
	done
	same "$1: $wrongs wrong$others, right one $right" "$1: $(($4 + 1)) wrong, right one $6"
}

# Fails if not all waited until the row was free.
tried_at_once() { # NAME LIMIT MAX LEFT WRONG REJECTED
	local i connection connections=() requests=() said
	wrongs=0 others=
	db 'DELETE FROM limit_counter'
	"begin_$1"
	"wrong_$1" 0 # there is a row to hold
	count_wrong "$5"
	write_requests "$1" "$4"
	hold_rows "UPDATE limit_counter SET count = $(($3 - $4)) WHERE limit_id = LIMIT_${2^^}"
	say_when_wait "$4"
	for i in "${!requests[@]}"; do
		[[ $i != "$4" ]] || wait_until 10 said_to_wait # the right one is the last
		exec {connection}<>"/dev/tcp/${OTHER_LISTEN/://}"
		connections+=("$connection")
		printf '%s' "${requests[i]}" >&"$connection"
	done
	say_when_wait $(($4 + 1))
	let_go # when all wait
	for i in "${!connections[@]}"; do
		answer_on "${connections[i]}"
		[[ $i == "$4" ]] || count_wrong "$5"
	done
	right=$status
	mapfile -t said <"$BATS_TEST_TMPDIR/held"
	[[ ${said[-1]} == "$(($4 + 1)) wait" && "$others, $right" != *', 503'* ]]
}

# Fills the array requests: the wrong ones, and the right one behind them.
write_requests() { # NAME WRONG-ONES
	local i
	(
		api() { request_text "$@" >"$BATS_TEST_TMPDIR/request.$i"; }
		for ((i = 0; i < $2; i++)); do
			"wrong_$1" $((i + 1))
		done
		"right_$1"
	)
	for ((i = 0; i <= $2; i++)); do
		text_of "$BATS_TEST_TMPDIR/request.$i" "requests[$i]"
	done
}

request_text() { # METHOD PATH JSON [TOKEN]
	local LC_ALL=C # the length in bytes
	printf '%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n%s' \
		"$1" "$2" "$OTHER_LISTEN" "${#3}" "${4:+Authorization: Bearer $4$'\r\n'}" "$3"
}

# Lets the connection that holds the row say so when so many wait, or after some seconds.
say_when_wait() { # COUNT
	cat >&"$holder" <<-SQL
		DELIMITER //
		BEGIN NOT ATOMIC
			DECLARE tries INT DEFAULT 300;
			REPEAT
				DO SLEEP(0.01);
				SELECT variable_value INTO @waiting FROM information_schema.global_status
					WHERE variable_name = 'innodb_row_lock_current_waits';
				SET tries = tries - 1;
			UNTIL @waiting = $1 OR tries = 0 END REPEAT;
			SELECT CONCAT(@waiting, ' wait') AS said;
		END//
		DELIMITER ;
	SQL
}

said_to_wait() {
	local said
	mapfile -t said <"$BATS_TEST_TMPDIR/held"
	[[ ${said[*]} == *' wait'* ]]
}

count_wrong() { # PATTERN
	# shellcheck disable=SC2053 # a pattern
	if [[ $status$body == $1 ]]; then wrongs=$((wrongs + 1)); else others+=", $status $body"; fi
}

# Sets what api() sets: of the answer that comes on a connection.
answer_on() { # CONNECTION
	local connection=$1 answer method path _
	IFS= read -r -d '' -t 30 -u "$connection" answer || true # to its end
	exec {connection}>&-
	headers=${answer%%$'\r\n\r\n'*}
	body=${answer#*$'\r\n\r\n'}
	status=${headers:9:3}
	headers=${headers//$'\r'/}
	read -r method path _ <"$BATS_TEST_TMPDIR/request.0"
	record "$method" "$path"
}

# With a CAPTCHA for each, the right one first.
begin_identity_tries_at_once() {
	local number numbers=("$(new_person)" 99991{0..4}900)
	bodies=()
	invite "$(new_email)"
	for number in "${numbers[@]}"; do
		captcha_for "$invitation" >/dev/null
		bodies+=("$(identity_json "$number")")
	done
}
wrong_identity_tries_at_once() { api POST /v1/registration/identity "${bodies[$1 + 1]}" "$invitation"; }
right_identity_tries_at_once() { api POST /v1/registration/identity "${bodies[0]}" "$invitation"; }

# With a link for each, too.
begin_number_failures_at_once() {
	local i address addresses=()
	person=$(new_person) links=() bodies=()
	for i in {0..5}; do
		addresses+=("$i$(new_email)")
		api POST /v1/registration/email "{\"email\":\"${addresses[i]}\"}" && want 202
	done
	for i in {0..5}; do
		links+=("$(mail_token "${addresses[i]}")")
		captcha_for "${links[i]}" >/dev/null
		bodies+=("$(identity_json "$person" "198$i-01-01")")
	done
}
wrong_number_failures_at_once() { api POST /v1/registration/identity "${bodies[$1 + 1]}" "${links[$1 + 1]}"; }
right_number_failures_at_once() { api POST /v1/registration/identity "${bodies[0]}" "${links[0]}"; }

begin_taken_login_ids_at_once() { begin_account_tries; }
wrong_taken_login_ids_at_once() { wrong_account_tries; }
right_taken_login_ids_at_once() { right_account_tries; }

# What a used link was used with is a secret, too.
begin_identity_repeats() { identified "$(new_email)" "$(new_person)"; }
wrong_identity_repeats() { api POST /v1/registration/identity "$(identity_json "4444$1")" "$invitation"; }
right_identity_repeats() { api POST /v1/registration/identity "$identity_body" "$invitation"; }

begin_key_repeats() { at_account_step "$(new_email)" "$(new_person)"; }
wrong_key_repeats() { confirm_key "$second_link" "ABCDEFGHJ$(($1 + 2))"; }
right_key_repeats() { confirm_key "$second_link" "$key"; }

begin_account_repeats() { new_account; }
wrong_account_repeats() { create_account "$stage_token" "$email" "password=${PASSWORD}$1" "password_confirmation=${PASSWORD}$1"; }
right_account_repeats() { create_account "$stage_token" "$email"; }

begin_reset_repeats() { new_account && ask_reset "$email" && reset_password "$reset" himawari8kirin && want 204; }
wrong_reset_repeats() { reset_password "$reset" "himawari8kirin$1"; }
right_reset_repeats() { reset_password "$reset" himawari8kirin; }

@test "of many wrong ones at once no more are compared than are left, and a right one behind them is rejected" { # asvs 2.3.2 6.3.1 6.6.3 15.4.2
	start_other
	BASE_URL=http://$OTHER_LISTEN
	db 'CREATE TRIGGER limits BEFORE INSERT ON limit_counter FOR EACH ROW SET SESSION innodb_lock_wait_timeout = 30'
	# Max and left: what a try can do first is a lock, or the end of another limit.
	while read -r name limit max left wrong rejected; do
		right_one_comes_too_late "$name" "$limit" "$max" "$left" "$wrong" "$rejected"
	done <<-'ROWS'
		identity_tries_at_once   identity_tries         5   4  4[12][02]*                     410
		key_tries                key_tries              5   4  4[12][02]*                     410
		number_failures_at_once  number_failures        20  4  422*"identity_mismatch"*       422
		account_tries            account_tries          10  4  4[01][09]*                     410
		taken_login_ids_at_once  taken_login_ids        20  4  4[01][09]*                     429
		login_failures           login_failures         5   4  401*"login_failed"*            401
		known_source_failures    known_source_failures  5   4  401*"login_failed"*            401
		current_password         current_password       5   4  403*"current_password_wrong"*  429
		password_guesses         password_guesses       20  3  403*"current_password_wrong"*  401
		login_id_tries           login_id_tries         10  4  409*"login_id_taken"*          429
		address_changes          address_changes        10  4  202*                           429
		identity_repeats         wrong_repeats          5   4  401*"token_spent"*             410
		key_repeats              wrong_repeats          5   4  401*"token_spent"*             410
		account_repeats          wrong_repeats          5   4  401*"token_spent"*             410
		reset_repeats            wrong_repeats          5   4  401*"token_spent"*             410
	ROWS
}

# A CAPTCHA has one try. The wrong one is held where it has spent the CAPTCHA, and is not committed.
@test "a right answer behind a wrong one to the same CAPTCHA is wrong" { # asvs 2.3.2 15.4.2
	invite "$(new_email)"
	captcha_for "$invitation" >/dev/null
	right=$(identity_json "$(new_person)")
	wrong=$(jq -c '.captcha_answer = "AAAAAA"' <<<"$right")
	hold_rows "SELECT GET_LOCK('wrong', 0)"
	db "CREATE TRIGGER limits AFTER INSERT ON spent_token FOR EACH ROW
		SET @held = IF(NEW.kind = STAGE_CAPTCHA AND NEW.outcome = OUTCOME_CAPTCHA_WRONG, GET_LOCK('wrong', 2) AND RELEASE_LOCK('wrong'), 0)"
	(api POST /v1/registration/identity "$wrong" "$invitation"; want 422 captcha_wrong && echo wrong >"$BATS_TEST_TMPDIR/wrong") &
	trying=($!)
	wait_until 5 eval '[[ $(db "SELECT COUNT(*) FROM information_schema.processlist WHERE state = \"User lock\"") == 1 ]]'
	(api POST /v1/registration/identity "$right" "$invitation"; echo "$status $(jq -r .code <<<"$body")" >"$BATS_TEST_TMPDIR/right") &
	trying+=($!)
	wait_until 5 eval 'waiting 1 || [[ -s $BATS_TEST_TMPDIR/right ]]'
	let_go "DO RELEASE_LOCK('wrong')"
	wait "${trying[@]}"
	same "$(<"$BATS_TEST_TMPDIR/wrong") $(<"$BATS_TEST_TMPDIR/right")" 'wrong 422 captcha_wrong'
}

# What was rejected unread waits for the end of the window with all that its sender could type until then.
@test "a birth date that came while its number was locked is a try like any other when it comes again" { # asvs 2.3.2 6.3.1
	local i links=() bodies=()
	restart_driven number_failures=3
	db 'DELETE FROM limit_counter'
	new_source
	begin_number_failures
	for i in 1 2 3; do
		miss_number_failures
	done
	for i in 1 2 3 0; do # the right one last
		identify_anew "$person" "198$i-01-01"
		want 422 identity_mismatch
		links+=("$invitation")
		bodies+=("$identity_body")
	done
	db 'UPDATE limit_counter SET window_ends_at = 1 WHERE limit_id = LIMIT_NUMBER_FAILURES'
	for i in 0 1 2 3; do
		api POST /v1/registration/identity "${bodies[i]}" "${links[i]}"
		want 422 identity_mismatch
	done
	same "$(db 'SELECT count FROM limit_counter WHERE limit_id = LIMIT_NUMBER_FAILURES AND window_ends_at > 1')" 3
}

@test "the same body again is never counted, however often it comes" { # asvs 2.3.2
	email=$(new_email)
	at_account_step "$email" "$(new_person)"
	create_account "$stage_token" "$email"
	want 201
	mail_arrives "$email" 3
	ask_reset "$email"
	for _ in {1..7}; do
		api POST /v1/registration/identity "$identity_body" "$invitation"
		want 200
		confirm_key "$second_link" "$key"
		want 200
		create_account "$stage_token" "$email"
		want 201
	done
	for _ in {1..7}; do
		reset_password "$reset" himawari8kirin
		want 204
	done
	same "$(db 'SELECT COALESCE(SUM(count), 0) FROM limit_counter WHERE limit_id = LIMIT_WRONG_REPEATS')" 0
}

@test "a limit of wrong numbers that is reached is logged and counted once" { # asvs 16.3.3
	said() { grep -c "\"limit_reached\".*\"$1\"" "$STACK/other.log" || true; } # LIMIT
	counted() { # what the metrics say of both
		curl -s --noproxy '*' "http://$OTHER_LISTEN_INSIDE/metrics" |
			sed -n 's/^myportal_limits_reached_total{limit="s[a-z]*_identities"} //p' | xargs
	}
	start_other TRUSTED_PROXIES=127.0.0.1 "LIMITS=$LIMITS,source_identities=2,service_identities=3"
	same "$(counted)" '0 0'
	BASE_URL=http://$OTHER_LISTEN
	sources=$(said source_identities)
	services=$(said service_identities)
	new_source
	miss_source_identities
	same "$(said source_identities)" "$sources"
	miss_source_identities
	same "$(said source_identities) $(said service_identities)" "$((sources + 1)) $services"
	hit_source_identities
	new_source
	miss_source_identities
	same "$(said source_identities) $(said service_identities)" "$((sources + 1)) $((services + 1))"
	hit_service_identities
	same "$(said source_identities) $(said service_identities)" "$((sources + 1)) $((services + 1))"
	same "$(counted)" '1 1'
}

@test "what is left is told by source, when to come back by Retry-After" {
	restart_driven source_mails=4
	new_source
	for left in 3 2 1 0; do
		ask_from_anywhere
		grep -q "^RateLimit: \"source_mails\";r=$left;t=\(900\|8[89][0-9]\)" <<<"$headers"
		grep -q '^RateLimit-Policy: "source_mails";q=4;w=900' <<<"$headers"
		grep -q '^RateLimit: "source_requests";' <<<"$headers"
	done
	for call in registration/email:email recovery/login-id:email recovery/password:login_id account-deletion:email; do
		api POST "/v1/${call%:*}" "{\"${call#*:}\":\"a@example.jp\"}"
		want 429 too_many_tries
	done
	(($(header Retry-After) > 880 && $(header Retry-After) <= 900))
	never grep -q 'login_failures\|number_failures' <<<"$headers"
	new_source
	ask_from_anywhere
}

@test "asking again and again for mail to one address costs the others none of theirs" { # asvs 2.4.1
	at_account_step "$(new_email)" "$(new_person)"
	start_other TRUSTED_PROXIES=127.0.0.1 MAIL_INTERVAL_S=60 LIMITS=service_mails=3
	BASE_URL=http://$OTHER_LISTEN
	email=$(new_email)
	for _ in 1 2 3 4 5 6; do
		ask_invitation
		ask_login_ids
	done
	ask_from_anywhere
	mail_arrives "$email" 1
	late=$(new_email)
	api POST /v1/registration/email "{\"email\":\"$late\"}"
	want 503 overloaded
	(($(header Retry-After) > 3500 && $(header Retry-After) <= 3600))
	same "$(db "SELECT COUNT(*) FROM outbox WHERE email = '$late'")" 0
	BASE_URL=http://$LISTEN api POST /v1/registration/email "{\"email\":\"$late\"}" # of which nothing counts
	want 202
	mail_arrives "$late"
	ask_invitation # this address has its mail: none is enqueued
	other=$(new_email) # nor does it cost an account
	create_account "$stage_token" "$other"
	want 201
	mail_arrives "$other" 2
}

@test "all spellings of a mailbox have one mail interval, and a stranger's link to it delays none of its owner's" { # asvs 2.4.1
	start_other MAIL_INTERVAL_S=60
	BASE_URL=http://$OTHER_LISTEN
	name=$(new_email)
	for email in "$name" "${name^^}" "${name/@/+1@}" "${name/@/+news+2@}"; do
		ask_invitation
	done
	mail_arrives "$name" 1
	for email in "${name/@/+1@}" "${name/@/+news+2@}"; do
		never mail "$email" 1 --wait 1
	done
	new_account && logged_in "$email" && stranger=$access
	new_account && logged_in "$email"
	other=$(new_email)
	api PUT /v1/me/email "{\"email\":\"$other\",\"current_password\":\"$PASSWORD\"}" "$stranger"
	want 202
	mail_arrives "$other" 1
	ask_confirmation
	mail_arrives "$other" 2
}

@test "many behind one gateway have a hundred times the limits of a source" { # asvs 6.1.1
	start_other TRUSTED_PROXIES=127.0.0.1 LIMITS=source_mails=1,source_failures=1 SHARED_NETWORKS=203.0.113.0/24,2001:db8:1::/48
	BASE_URL=http://$OTHER_LISTEN
	for source in 203.0.113.9 2001:db8:1:2::3; do
		REQUEST_HEADERS=("X-Forwarded-For: $source")
		for _ in 1 2 3; do
			ask_from_anywhere
			log_in "nobody$RANDOM@example.jp"
			want 401 login_failed
		done
		grep -q '"source_mails";r=97;' <<<"$headers" || { api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"; grep -q '"source_mails";r=96;' <<<"$headers"; }
	done
	for source in 203.0.114.9 2001:db8:2::3; do
		REQUEST_HEADERS=("X-Forwarded-For: $source")
		ask_from_anywhere
		api POST /v1/registration/email '{"email":"a@example.jp"}'
		want 429 too_many_tries
	done
}

# One /64 after another of a /48, each in a /56 of its own.
next_network() { # PREFIX
	networks=$((${networks-0} + 1))
	REQUEST_HEADERS=("X-Forwarded-For: $1:$(printf '%x' $((networks * 257)))::1")
}

from_networks() { # PREFIX COUNT COMMAND...
	local i
	for ((i = 1; i <= $2; i++)); do
		next_network "$1"
		"${@:3}" || { echo "$3 from network $i of $2: $status $body" >&2; return 1; }
	done
}

ask_stage() { api GET /v1/registration/stage && want 401; }
ask_for_mail() { api POST /v1/recovery/password '{"login_id":"a@example.jp"}' && want 202; }
guess_number() { identify "$invitation" "7777$RANDOM$RANDOM" && want 422 identity_mismatch; }

# One more network of the prefix, from which nothing came yet.
rejected_from() { # PREFIX SECONDS COMMAND...
	next_network "$1"
	"${@:3}" || true
	want 429 too_many_tries
	(($(header Retry-After) > $2 - 60 && $(header Retry-After) <= $2))
}

# Each network tries once where two are granted, so that no network reaches its own limit.
@test "the /48 around an IPv6 source has sixteen times its limits: it may be one line, of 65,536 sources" { # asvs 2.4.1 6.1.1 6.3.1
	local line=2001:db8:48 neighbour=2001:db8:49 shared=2001:db8:50 tries
	start_other TRUSTED_PROXIES=127.0.0.1 LIMITS=source_mails=2,source_failures=2,source_identities=2,identity_tries=10
	BASE_URL=http://$OTHER_LISTEN
	new_source
	new_account
	from_networks "$line" 32 miss_source_failures
	rejected_from "$line" 900 log_in "$email"

	for tries in 9 9 9 5; do # the tenth would end the link
		new_source
		invite "$(new_email)"
		from_networks "$line" "$tries" guess_number
	done
	person=$(new_person)
	rejected_from "$line" 3600 identify "$invitation" "$person"

	from_networks "$line" 32 ask_for_mail
	rejected_from "$line" 900 ask_for_mail
	grep -q '^RateLimit: "source_mails";r=1;' <<<"$headers" # the answer tells what is left to the source itself

	next_network "$neighbour"
	ask_for_mail
	log_in "$email"
	want 201
	identify "$invitation" "$person"
	want 200

	stop_other
	start_other TRUSTED_PROXIES=127.0.0.1 LIMITS=source_requests=2 "SHARED_NETWORKS=$shared::/48"
	from_networks "$line" 32 ask_stage
	rejected_from "$line" 60 ask_stage
	next_network "$neighbour"
	ask_stage
	from_networks "$shared" 33 ask_stage
}

@test "of IPv4 nothing but the source is counted" { # asvs 6.1.1
	start_other TRUSTED_PROXIES=127.0.0.1
	BASE_URL=http://$OTHER_LISTEN
	new_source
	miss_source_failures
	miss_source_identities
	same "$(db 'SELECT limit_id, COUNT(*) FROM limit_counter WHERE limit_id IN (LIMIT_SOURCE_FAILURES, LIMIT_SOURCE_IDENTITIES) GROUP BY limit_id' | xargs)" '8 1 16 1'
	next_network 2001:db8:51
	miss_source_failures
	miss_source_identities
	same "$(db 'SELECT limit_id, COUNT(*) FROM limit_counter WHERE limit_id IN (LIMIT_SOURCE_FAILURES, LIMIT_SOURCE_IDENTITIES) GROUP BY limit_id' | xargs)" '8 3 16 3'
}

@test "forged headers change nothing: the source is the client of the last proxy that is ours" { # asvs 4.1.3 15.3.4
	start_other TRUSTED_PROXIES=127.0.0.1,10.0.0.0/8 LIMITS=source_mails=2
	BASE_URL=http://$OTHER_LISTEN
	# Whatever stands to the left of the last address that is no proxy of ours, that address is counted.
	for forged in '' '198.51.100.1, ' '198.51.100.2, 198.51.100.3, ' 'unknown, ' '127.0.0.1, 10.9.9.9, '; do
		REQUEST_HEADERS=("X-Forwarded-For: ${forged}192.0.2.77, 10.0.0.5" 'X-Real-IP: 198.51.100.4' 'Forwarded: for=198.51.100.5' 'X-Client-IP: 198.51.100.6')
		api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
		[[ -n $forged && $forged != 198.51.100.1* ]] || want 202
	done
	want 429 too_many_tries
	# Of an IPv6 address the /64 is counted.
	for address in 2001:db8:7:7::1 2001:db8:7:7:ffff::2 2001:db8:7:7:1:2:3:4; do
		REQUEST_HEADERS=("X-Forwarded-For: $address")
		api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
	done
	want 429 too_many_tries
	REQUEST_HEADERS=('X-Forwarded-For: 2001:db8:7:8::1')
	ask_from_anywhere
	# Without trusted proxies no header is read.
	stop_other
	start_other LIMITS=source_mails=2
	for address in 192.0.2.1 192.0.2.2 192.0.2.3; do
		REQUEST_HEADERS=("X-Forwarded-For: $address")
		api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
	done
	want 429 too_many_tries
}

@test "a setting that would make a limit worthless refuses the start" {
	for limits in login_failures=101 key_tries=0 key_tries=5/1 nothing=1 reset_mail=3; do
		never env LIMITS="$limits" "$BUILD/api/myportald" 2>"$BATS_TEST_TMPDIR/why"
		grep -q LIMITS "$BATS_TEST_TMPDIR/why"
		never env LIMITS="$limits" "$BUILD/tools/ctl/myportalctl" limits
	done
	LIMITS=key_tries=7 ctl limits --markdown | grep -q '^| `key_tries` | second link | 7 |'
}
