# shellcheck shell=bash
# helper.bash - what the flow tests speak in. `load helper` at the top of a .bats file.
#
# The stack runs before the first test (setup_suite.bash). A test may stop, script or restart any part
# of it: teardown() sets everything back, so no test meets what another left. A file with a teardown
# of its own ends it with stack_restore.

# shellcheck source-path=SCRIPTDIR source=../../tools/stack.bash
. "$TREE/tools/stack.bash"

readonly MAIL_WAIT_S=10

# bats keeps a stack trace of every command, which takes two thirds of a test's CPU time: here, only of those in the
# functions of the .bats file. (BATS_TEST_NAME is empty in setup_file, where all are kept.)
trace_bats_file() {
	local line lines
	[[ -n $BATS_TEST_NAME ]] || return 0
	set +T
	declare -ft bats_error_trap bats_check_status_from_trap # which ends the traces
	mapfile -t lines <"$BATS_TEST_SOURCE"
	for line in "${lines[@]}"; do
		[[ $line != [a-z]*'() '['{(']* ]] || declare -ft "${line%%(*}" || true
	done
}
bats_tracing=$(declare -f bats_setup_tracing)
eval "${bats_tracing/\{/\{ trace_bats_file;}"
unset -v bats_tracing

# Many parts of tools/test share two cores, and some tests look at times. A test that fails is tried once more; why it
# failed stands in $STACK/tried_twice, and tools/test tells it and lets two of a part pass.
BATS_TEST_RETRIES=1

teardown() {
	stack_restore
}

is_to_be_tried_again() {
	[[ -n ${BATS_TEST_DESCRIPTION-} && -z $BATS_TEST_COMPLETED ]] && # not in teardown_file
		((BATS_TEST_TRY_NUMBER <= BATS_TEST_RETRIES))
}

tried_twice() {
	local trace
	bats_get_failure_stack_trace trace
	printf 'tried twice: %s\n' "$BATS_TEST_DESCRIPTION"
	bats_print_stack_trace "${trace[@]}"
	bats_print_failed_command "${trace[@]}"
	sed 's/^/# /' "$BATS_OUT"
} >>"$STACK/tried_twice"

# --- requests -------------------------------------------------------------------------------------

# Sends a request; sets $status (000: no answer), $headers and $body. Optional variables, best given
# in front of the call:
#   BASE_URL         another server (http://$OTHER_LISTEN, http://$LISTEN_INSIDE)
#   ACCEPT_LANGUAGE  ORIGIN
#   CONTENT_TYPE     of a request with a body (application/json)
# and the array REQUEST_HEADERS for any others.
api() { # METHOD PATH [JSON] [TOKEN]
	local method=$1 path=$2 json=${3-} token=${4-} out=$BATS_TEST_TMPDIR/answer.$BASHPID
	local url=${BASE_URL-http://$LISTEN} input=/dev/null
	local -a lines=()
	[[ -z $json ]] || lines+=("Content-Type: ${CONTENT_TYPE-application/json}")
	[[ -z $token ]] || lines+=("Authorization: Bearer $token")
	[[ -z ${ACCEPT_LANGUAGE-} ]] || lines+=("Accept-Language: $ACCEPT_LANGUAGE")
	[[ -z ${ORIGIN-} ]] || lines+=("Origin: $ORIGIN")
	lines+=(${REQUEST_HEADERS+"${REQUEST_HEADERS[@]}"})
	: >"$out.headers"
	: >"$out.body"
	[[ -z $json ]] || { input=$out.json && printf '%s' "$json" >"$input"; }
	if [[ $url == http://127.0.0.1:* && -z ${CURL_HOME-} && ${lines[*]} != *Transfer-Encoding:* ]]; then
		status=$("$BUILD/tests/flow/ask" "${url#http://}" "$method" "$path" "$out" "${lines[@]}" <"$input") || true
	else
		with_curl "$method" "$url$path"
	fi
	text_of "$out.headers" headers
	headers=${headers//$'\r'/}
	text_of "$out.body" body
	record "$method" "$path"
}

# In api(): what ask.c does not know.
with_curl() { # METHOD URL
	local line
	local -a options=(--silent --show-error --noproxy '*' --max-time 30 --dump-header "$out.headers" --output "$out.body")
	options+=(--write-out '%{http_code}')
	if [[ $1 == HEAD ]]; then options+=(--head); else options+=(--request "$1"); fi
	[[ -z $json ]] || options+=(--data-binary @"$input")
	for line in "${lines[@]}"; do
		options+=(--header "$line")
	done
	# OpenSSL's settings, which plain HTTP does not need, are a third of curl's CPU time.
	status=$(OPENSSL_CONF=/dev/null curl "${options[@]}" "$2") || true
}

# Reads a file into a variable, but for zero bytes and the ends of its last lines. Starts no program, as $(tr ...) does.
text_of() { # FILE VARIABLE
	local part text=
	while IFS= read -r -d '' part; do
		text+=$part
	done <"$1"
	text+=$part
	while [[ $text == *$'\n' ]]; do
		text=${text%$'\n'}
	done
	printf -v "$2" '%s' "$text"
}

# Keeps the last answer as it is, for tests/contract/answers.py. A process has a file of its own: many ask at the same time.
record() { # METHOD PATH
	[[ -d $STACK/answers ]] || mkdir -p "$STACK/answers"
	printf '%s\x1f%s\x1f%s\x1f%s\x1f%s\x1e' "$1" "$2" "$status" "$headers" "$body" >>"$STACK/answers/$BASHPID"
}

# gojq starts in 2 ms, jq in 25. It sorts the members of an object: `command jq` where their order is tested.
jq() {
	gojq "$@"
}

# The body of the last answer but for its request_id: what two answers may have in common, to the byte.
body_without_id() {
	if [[ $body =~ ^(.*)\"request_id\":\"[^\"]*\"(.*)$ ]]; then
		printf '%s\n' "${BASH_REMATCH[1]}${BASH_REMATCH[2]}"
	else
		printf '%s\n' "$body"
	fi
}

# An object of strings; of two members of one name the later one counts.
json_object() { # NAME=VALUE...
	local json
	json_into json "$@"
	printf '%s\n' "$json"
}

# Sets a variable to it.
json_into() { # VARIABLE NAME=VALUE...
	local _pair _name _value _json=
	local -A _members=()
	for _pair in "${@:2}"; do
		_name=${_pair%%=*} _value=${_pair#*=}
		if [[ $_value == *[[:cntrl:]]* ]]; then
			_value=$(jq -n --arg value "$_value" '$value')
		else
			_value=${_value//\\/\\\\}
			_value="\"${_value//\"/\\\"}\""
		fi
		_members[$_name]=$_value
	done
	for _name in "${!_members[@]}"; do
		_json+=",\"$_name\":${_members[$_name]}"
	done
	printf -v "$1" '{%s}' "${_json:1}"
}

# The last answer must have this status and, when given, this problem code.
want() { # STATUS [CODE]
	local code=
	[[ -z ${2-} ]] || field .code code || true
	if [[ $status == "$1" && ( -z ${2-} || $code == "$2" ) ]]; then
		return 0
	fi
	printf 'wanted %s, got %s\n%s\n\n%s\n' "$*" "$status" "$headers" "$body" >&2
	return 1
}

# Prints a text, or sets a variable to it: $(...) starts a process.
give() { # TEXT [VARIABLE]
	if [[ -n ${2-} ]]; then
		printf -v "$2" '%s' "$1"
	else
		printf '%s\n' "$1"
	fi
}

# Gives a member of the last answer; fails if it is not there. A plain string or number, of the answer or of
# one of its objects, with none but such before it is found without jq.
field() { # JQ-PATH [VARIABLE]
	local _path=${1#.} _value
	local _flat='^\{([^][{}\]*,)?"'${_path/./'":\{([^][{}\]*,)?"'}'":("([^"\]*)"|([0-9]+))[,}]'
	if [[ $1 =~ ^\.[a-z_]+(\.[a-z_]+)?$ && $body =~ $_flat ]]; then
		give "${BASH_REMATCH[-2]}${BASH_REMATCH[-1]}" "${2-}"
	elif _value=$(jq -r "$1 | if . == null then error(\"absent\") else . end" <<<"$body"); then
		give "$_value" "${2-}"
	else
		printf 'no %s in %s\n' "$1" "$body" >&2
		return 1
	fi
}

# Gives a header of the last answer, a line for each time that it is there; fails if it is not.
header() { # NAME [VARIABLE]
	local _line _rest=$headers$'\n' _values=
	while [[ -n $_rest ]]; do
		_line=${_rest%%$'\n'*} _rest=${_rest#*$'\n'}
		[[ ${_line,,} == "${1,,}:"* ]] || continue
		_line=${_line#*:}
		_values+=$'\n'${_line#"${_line%%[! ]*}"}
	done
	[[ -n ${_values//$'\n'/} ]] && give "${_values:1}" "${2-}"
}

# --- people ---------------------------------------------------------------------------------------

# Gives an address nobody had before.
new_email() { # [VARIABLE]
	give "member${EPOCHREALTIME/./}$RANDOM@example.jp" "${1-}"
}

# Gives 番号 then 記号 of an insured person nobody had before (born 1980-01-01).
new_person() { # [VARIABLE]
	local _taken=100000
	[[ ! -e $STACK/persons ]] || read -r _taken <"$STACK/persons"
	printf '%s\n' "$((_taken + 1))" >"$STACK/persons"
	give "$((_taken + 1))900" "${1-}"
}

# --- mail -----------------------------------------------------------------------------------------

mail() { # ADDRESS N OPTION...
	"$TREE/tools/dev/read-mail" "$STACK/mail" "$1" --wait "$MAIL_WAIT_S" --at-least "$2" "${@:3}"
}

# Waits until an address has N mails (1), then prints the newest one's text.
wait_mail() { # ADDRESS [N]
	mail "$1" "${2-1}"
}

mail_link() { # ADDRESS [N]
	mail "$1" "${2-1}" --part link
}

# Sets the array tokens: of each mail to an address the token, or "-".
mail_tokens() { # ADDRESS
	local file=${1,,}
	file=$STACK/mail/tokens/${file//\//%2F}
	tokens=()
	[[ ! -e $file ]] || mapfile -t tokens <"$file"
}

# Waits until an address has N mails (1).
mail_arrives() { # ADDRESS [N]
	local tokens tries=$((MAIL_WAIT_S * 40))
	until mail_tokens "$1" && ((${#tokens[@]} >= ${2-1})); do
		((tries-- > 0)) || return 1
		pause 0.025
	done
}

# Sets newest: the token of the newest mail from the N-th on that has a link.
newest_token() { # ADDRESS N
	local tokens each
	newest=
	mail_tokens "$1"
	for each in "${tokens[@]:$2 - 1}"; do
		[[ $each == - ]] || newest=$each
	done
	[[ -n $newest ]]
}

# Waits until the N-th mail (1) to an address or a later one has a link, and gives the newest such link's token. One
# without may come in between: it was pending when the other was asked for.
mail_token() { # ADDRESS [N [VARIABLE]]
	local newest tries=$((MAIL_WAIT_S * 40))
	until newest_token "$1" "${2-1}"; do
		((tries-- > 0)) || return 1
		pause 0.025
	done
	give "$newest" "${3-}"
}

mail_part() { # ADDRESS PART [N]: text, html, raw, or a header such as Subject
	mail "$1" "${3-1}" --part "$2"
}

# Gives how many mails an address has.
mail_count() { # ADDRESS [VARIABLE]
	local tokens
	mail_tokens "$1"
	give "${#tokens[@]}" "${2-}"
}

# How the mail server misbehaves from now on, one rule a line (tools/dev/mail-catcher --help).
smtp_script() { # RULES
	printf '%s\n' "$1" >"$STACK/smtp-script"
}

# --- CAPTCHA, database ----------------------------------------------------------------------------

# Gets a CAPTCHA for the token of an invitation; sets captcha_token and captcha_answer, and prints
# the answer. (In $(captcha_for ...) only what is printed survives.) PLAIN_BUILD: a tree without a sanitizer, whose
# myportalctl starts sooner.
captcha_for() { # TOKEN
	api POST /v1/captcha '{}' "$1"
	want 201 || return 1
	field .captcha_token captcha_token || return 1
	captcha_answer=$("${PLAIN_BUILD:-$BUILD}/tools/ctl/myportalctl" captcha answer - <<<"$captcha_token") || return 1
	printf '%s\n' "$captcha_answer"
}

# The numbers of the enums that are stored, by name, as bash reads them: made from the headers at the first use.
enum_numbers() {
	local file=$STACK/enum-numbers.$BASHPID
	[[ ! -e $STACK/enum-numbers ]] || return 0
	grep -hoE '\b(ACCOUNT|AUDIT|LIMIT|MAIL|OUTBOX|OUTCOME|STAGE)_[A-Z_]+, [0-9]+' "$TREE"/lib/domain/sql/*.h |
		sed 's/\(.*\), \(.*\)/numbers[\1]=\2/' >"$file"
	mv "$file" "$STACK/enum-numbers"
}

# Sets sql: the text, with the numbers of stored_enums.h and limit_id.h in the place of their names.
sql_of() { # TEXT
	local name names='(ACCOUNT|AUDIT|LIMIT|MAIL|OUTBOX|OUTCOME|STAGE)_[A-Z_]+'
	local -A numbers=()
	sql=$1
	[[ $sql =~ $names ]] || return 0
	enum_numbers
	# shellcheck source=/dev/null
	. "$STACK/enum-numbers"
	while [[ $sql =~ $names ]]; do
		name=${BASH_REMATCH[0]}
		sql=${sql/"$name"/${numbers[$name]:?"no enum has $name"}}
	done
}

# Runs SQL as the owner; prints rows without headings, columns between tabs. The names of stored_enums.h
# and limit_id.h (LIMIT_..., AUDIT_..., ACCOUNT_...) become their numbers in it.
db() { # SQL
	local sql password
	sql_of "$1" || return 1
	read -r password <"$DB_OWNER_PASSWORD_FILE" || true # it has no line end
	OPENSSL_CONF=/dev/null MYSQL_PWD=$password "$BUILD/tests/flow/sql" "$DB_SOCKET" "$DB_OWNER_USER" "$DB_NAME" <<<"$sql"
}

# One line a table, another once a row is. (CHECKSUM TABLE of MariaDB 10.11 was seen to change while no row did.)
rows() { # TABLE...
	local table
	for table; do
		printf '%s %s\n' "$table" "$(db "SELECT * FROM $table" | sort | sha256sum)"
	done
}

# --- the stack ------------------------------------------------------------------------------------
# From stack.bash: server_start, server_stop, db_start, db_stop, smtp_start, smtp_stop, and
# process_kill myportald (or mariadbd), the power cut.

# With these settings until the end of the test.
restart_server() { # [SETTING=value...]
	server_stop
	server_start "$@"
}

# A second myportald on the same database: BASE_URL=http://$OTHER_LISTEN api ...
start_other() { # [SETTING=value...]
	server_spawn other LISTEN="$OTHER_LISTEN" LISTEN_INSIDE="$OTHER_LISTEN_INSIDE" "$@"
	server_wait other "$OTHER_LISTEN_INSIDE"
}

stop_other() {
	process_stop other 30
}

# Everything as after setup_suite: what is down is started, what was changed is set back, and
# nobody's tries count any longer.
stack_restore() {
	! is_to_be_tried_again || tried_twice
	printf '%s %s\n' "${BATS_TEST_FILENAME##*/}" "$EPOCHSECONDS" >>"$STACK/ended" # TAKES in tools/test
	stop_other
	smtp_script ''
	process_runs mariadbd || db_start || return 1
	process_runs mail-catcher || smtp_start || return 1
	if ! process_runs myportald || [[ -n $(<"$STACK/myportald.changed") ]]; then
		server_stop
		# shellcheck disable=SC2119 # the settings of the suite
		server_start || return 1
	fi
	wait_until 5 server_ready "$LISTEN_INSIDE" || return 1
	db 'DELETE FROM limit_counter'
}
