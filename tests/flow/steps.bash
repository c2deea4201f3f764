# shellcheck shell=bash
# steps.bash - the steps of a registration, as the flow tests tell them. Loaded after helper.bash.

# What a member would choose; a common password it is not.
readonly PASSWORD=asagao7rakuda

# Asks for an invitation; sets $invitation, the token of its link.
invite() { # ADDRESS
	local before
	mail_count "$1" before
	api POST /v1/registration/email "{\"email\":\"$1\"}"
	want 202 || return 1
	mail_token "$1" $((before + 1)) invitation
}

# The body of the identity step, with the CAPTCHA that is there.
identity_json() { # NUMBER [BIRTH-DATE]
	local json
	identity_json_into json "$@"
	printf '%s\n' "$json"
}

# Sets a variable to it.
identity_json_into() { # VARIABLE NUMBER [BIRTH-DATE]
	json_into "$1" "insured_number=$2" "captcha_token=$captcha_token" "captcha_answer=$captcha_answer" ${3:+"birth_date=$3"}
}

# Posts the identity step with a fresh CAPTCHA; the answer is in $status and $body.
identify() { # TOKEN NUMBER [BIRTH-DATE]
	captcha_for "$1" >/dev/null || return 1
	identity_json_into identity_body "${@:2}"
	api POST /v1/registration/identity "$identity_body" "$1"
}

# Address and number in, $invitation, $key and $second_link out.
identified() { # ADDRESS NUMBER
	local mails
	invite "$1" || return 1
	mail_count "$1" mails
	identify "$invitation" "$2" || return 1
	want 200 || return 1
	field .authentication_key key
	mail_token "$1" $((mails + 1)) second_link
}

confirm_key() { # TOKEN KEY
	api POST /v1/registration/authentication-key "{\"authentication_key\":\"$2\"}" "$1"
}

# Everything up to the account step: sets $stage_token.
at_account_step() { # ADDRESS NUMBER
	identified "$1" "$2" || return 1
	confirm_key "$second_link" "$key"
	want 200 || return 1
	field .stage_token stage_token
}

# The body of the account step. Members named behind replace those of the sample: nickname=...
account_json() { # ADDRESS [MEMBER=VALUE...]
	local json
	account_json_into json "$@"
	printf '%s\n' "$json"
}

# Sets a variable to it.
account_json_into() { # VARIABLE ADDRESS [MEMBER=VALUE...]
	json_into "$1" "login_id=$2" "password=$PASSWORD" "password_confirmation=$PASSWORD" "email=$2" nickname=はなこ "${@:3}"
}

create_account() { # TOKEN ADDRESS [MEMBER=VALUE...]
	local json
	account_json_into json "${@:2}"
	api POST /v1/registration/account "$json" "$1"
}

# The whole story: an account for an address and a number.
registered() { # ADDRESS NUMBER
	at_account_step "$1" "$2" || return 1
	create_account "$stage_token" "$1"
	want 201
}

# The mail interval of every address goes on for an hour, or ends: on a busy machine more than MAIL_INTERVAL_S may pass
# between two requests.
mail_interval_goes_on() {
	db 'UPDATE limit_counter SET locked_until = locked_until + 3600 WHERE limit_id IN (LIMIT_INVITATION_MAIL, LIMIT_SECOND_MAIL, LIMIT_LOGIN_IDS_MAIL, LIMIT_RESET_MAIL, LIMIT_CONFIRMATION_MAIL, LIMIT_UNPROVEN_LOGIN_ID_MAIL, LIMIT_ACCOUNT_DELETION_MAIL)'
}

mail_interval_ends() {
	db 'UPDATE limit_counter SET locked_until = 0 WHERE limit_id IN (LIMIT_INVITATION_MAIL, LIMIT_SECOND_MAIL, LIMIT_LOGIN_IDS_MAIL, LIMIT_RESET_MAIL, LIMIT_CONFIRMATION_MAIL, LIMIT_UNPROVEN_LOGIN_ID_MAIL, LIMIT_ACCOUNT_DELETION_MAIL)'
}

# No mail is pending: each has arrived, and its row has changed for the last time.
mail_is_finished() {
	[[ $(db 'SELECT COUNT(*) FROM outbox WHERE state = OUTBOX_PENDING') == 0 ]]
}

# What a server that was killed was about to send is free for others at once, not after a minute and a half.
leases_end() {
	db "UPDATE outbox SET lease_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE lease_until IS NOT NULL"
}

# Names the faults of the last answer: "email:bad_format nickname:required"; of one field only the codes.
faults() { # [FIELD]
	local rest=$body names=() pattern='\{"field":"([^"]*)","code":"([^"]*)",(.*)'
	while [[ $rest =~ $pattern ]]; do
		rest=${BASH_REMATCH[3]}
		if [[ $# == 0 ]]; then
			names+=("${BASH_REMATCH[1]}:${BASH_REMATCH[2]}")
		elif [[ ${BASH_REMATCH[1]} == "$1" ]]; then
			names+=("${BASH_REMATCH[2]}")
		fi
	done
	printf '%s\n' "${names[*]}"
}

# Every row of every table, bytes as they are (but NUL, which no shell holds).
dump() {
	local table
	for table in $(db 'SHOW TABLES'); do
		printf '== %s\n' "$table"
		db "SELECT * FROM $table" | tr -d '\0'
	done
}

# Every log line of every server of this run.
logs() {
	find "$STACK" -maxdepth 1 \( -name 'myportald*.log' -o -name 'other*.log' \) -exec cat {} +
}

# Fails with both texts unless they are equal.
same() { # GOT WANTED
	[[ $1 == "$2" ]] && return 0
	printf 'got:    %s\nwanted: %s\n' "$1" "$2" >&2
	return 1
}

# Fails when the command succeeds. (A bare "!" in the middle of a test can not fail it.)
never() { # COMMAND...
	if "$@"; then
		printf 'should have failed: %s\n' "$*" >&2
		return 1
	fi
}

# --- with an account ------------------------------------------------------------------------------

# An account that nobody had before: sets $email (its login ID and address) and $number.
new_account() {
	new_email email
	new_person number
	registered "$email" "$number" && mail_arrives "$email" 3
}

# Posts a login; the answer is in $status and $body.
log_in() { # LOGIN-ID [PASSWORD] [MEMBER=VALUE...]
	local json
	json_into json "login_id=$1" "password=${2-$PASSWORD}" "${@:3}"
	api POST /v1/sessions "$json"
}

# Logs in: sets $access and $refresh.
logged_in() { # LOGIN-ID [PASSWORD]
	log_in "$@"
	want 201 || return 1
	take_tokens
}

# Does it as if from this address: through the second server, which must trust us as a proxy.
from() { # ADDRESS COMMAND...
	local REQUEST_HEADERS=("X-Forwarded-For: $1") BASE_URL=http://$OTHER_LISTEN
	"${@:2}"
}

# Fails so often to log in.
failed() { # LOGIN-ID TIMES
	local _
	for _ in $(seq "$2"); do
		log_in "$1" wrong7rakuda
		want 401 login_failed || return 1
	done
}

take_tokens() {
	field .access_token access && field .refresh_token refresh
}

refresh_login() { # REFRESH-TOKEN
	api POST /v1/sessions/refresh "{\"refresh_token\":\"$1\"}"
}

# Is this access token good for anything?
is_logged_in() { # ACCESS-TOKEN
	api GET /v1/me '' "$1"
	[[ $status == 200 ]]
}

# Asks for a reset link; sets $reset, its token.
ask_reset() { # LOGIN-ID [ADDRESS]
	local address=${2-$1} before
	mail_count "$address" before
	api POST /v1/recovery/password "{\"login_id\":\"$1\"}"
	want 202 || return 1
	mail_token "$address" $((before + 1)) reset
}

# An account whose person is not eligible any more: as new_account, and asks for the link that ends it; sets $deletion,
# its token.
asked_for_deletion() {
	new_account || return 1
	db "UPDATE insured_person SET eligible_until = '2020-01-01' WHERE lookup = '$number'"
	ask_deletion "$email"
}

# Asks for the link that ends a former member's account; sets $deletion, its token.
ask_deletion() { # ADDRESS-TYPED [ADDRESS]
	local address=${2-$1} before
	mail_count "$address" before
	api POST /v1/account-deletion "{\"email\":\"$1\"}"
	want 202 || return 1
	mail_token "$address" $((before + 1)) deletion
}

confirm_deletion() { # TOKEN
	api POST /v1/account-deletion/confirmation '' "$1"
}

reset_password() { # TOKEN PASSWORD [CONFIRMATION]
	local json
	json_into json "password=$2" "password_confirmation=${3-$2}"
	api POST /v1/recovery/password/reset "$json" "$1"
}

change_password() { # ACCESS-TOKEN CURRENT NEW
	local json
	json_into json "current_password=$2" "password=$3" "password_confirmation=$3"
	api PUT /v1/me/password "$json" "$1"
}

# What happened to an account: numbers of audit.h, sorted.
events() { # LOGIN-ID
	db "SELECT GROUP_CONCAT(e.event ORDER BY e.event) FROM audit_event e JOIN account a ON a.id = e.account_id WHERE a.login_id = '$1'"
}

# --- every operation ------------------------------------------------------------------------------

# Sets $token and $json of each operation ("METHOD PATH"); no token is spent. $stage_operations and
# $login_operations are those with a token.
all_operations() {
	local member id
	asked_for_deletion
	new_account
	member=$email
	logged_in "$member"
	api PUT /v1/me/email "{\"email\":\"other.$member\",\"current_password\":\"$PASSWORD\"}" "$access"
	mail_token "other.$member" 1 confirmation
	wait_until 10 mail_is_finished # the notification to the member
	ask_reset "$member"
	api GET /v1/sessions '' "$access"
	field '.sessions[0].id' id
	new_email email
	at_account_step "$email" "$(new_person)"
	declare -gA token=(
		["GET /v1/registration/stage"]=$invitation ["POST /v1/captcha"]=$invitation
		["POST /v1/registration/identity"]=$invitation
		["POST /v1/registration/authentication-key"]=$second_link
		["POST /v1/registration/account"]=$stage_token
		["POST /v1/me/email/confirmation"]=$confirmation
		["POST /v1/recovery/password/reset"]=$reset
		["POST /v1/account-deletion/confirmation"]=$deletion)
	stage_operations=("${!token[@]}")
	login_operations=("GET /v1/sessions" "DELETE /v1/sessions" "DELETE /v1/sessions/current"
		"DELETE /v1/sessions/$id" "GET /v1/me" "PATCH /v1/me" "DELETE /v1/me"
		"PUT /v1/me/password" "PUT /v1/me/email" "PUT /v1/me/login-id" "DELETE /v1/me/pending-email")
	for operation in "${login_operations[@]}"; do
		token[$operation]=$access
	done
	declare -gA json=(
		["POST /v1/registration/email"]="{\"email\":\"$email\"}"
		["POST /v1/captcha"]='{}'
		["POST /v1/registration/identity"]=$identity_body
		["POST /v1/registration/authentication-key"]="{\"authentication_key\":\"$key\"}"
		["POST /v1/registration/account"]=$(account_json "$email")
		["POST /v1/sessions"]="{\"login_id\":\"$member\",\"password\":\"$PASSWORD\"}"
		["POST /v1/sessions/refresh"]="{\"refresh_token\":\"$refresh\"}"
		["POST /v1/recovery/login-id"]="{\"email\":\"$member\"}"
		["POST /v1/recovery/password"]="{\"login_id\":\"$member\"}"
		["POST /v1/account-deletion"]="{\"email\":\"$member\"}"
		["POST /v1/recovery/password/reset"]='{"password":"himawari8kirin","password_confirmation":"himawari8kirin"}'
		["PATCH /v1/me"]='{"language":"ja"}'
		["DELETE /v1/me"]="{\"current_password\":\"$PASSWORD\"}"
		["PUT /v1/me/password"]="{\"current_password\":\"$PASSWORD\",\"password\":\"himawari8kirin\",\"password_confirmation\":\"himawari8kirin\"}"
		["PUT /v1/me/email"]="{\"email\":\"$email\",\"current_password\":\"$PASSWORD\"}"
		["PUT /v1/me/login-id"]="{\"login_id\":\"$email\",\"current_password\":\"$PASSWORD\"}")
}

# --- rows that the test holds -----------------------------------------------------------------------

# Begins a transaction of the test's own with this SQL, and keeps it open until let_go: others wait for the
# rows that it locks, and do not see what it changed. A teardown lets go before anything else.
hold_rows() { # SQL
	local sql
	sql_of "$1" || return 1
	exec {holder}> >(MYSQL_PWD=$(<"$DB_OWNER_PASSWORD_FILE") exec mariadb --no-defaults --socket="$DB_SOCKET" \
		--user="$DB_OWNER_USER" --batch --unbuffered "$DB_NAME" >"$BATS_TEST_TMPDIR/held" 3>&-)
	: >"$BATS_TEST_TMPDIR/held"
	printf "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; BEGIN; %s; SELECT 'held';\n" "$sql" >&"$holder"
	wait_until 5 grep -q held "$BATS_TEST_TMPDIR/held"
}

# Changes something more, if there is SQL, and commits.
let_go() { # [SQL]
	local sql
	[[ -n ${holder-} ]] || return 0
	sql_of "${1:+$1;}" || return 1
	printf '%s COMMIT;\n' "$sql" >&"$holder"
	exec {holder}>&-
	holder=
}

# So many wait for a row. (information_schema.innodb_trx is not read again within 100 ms.)
waiting() { # COUNT
	[[ $(db "SELECT variable_value FROM information_schema.global_status WHERE variable_name = 'innodb_row_lock_current_waits'") == "$1" ]]
}
