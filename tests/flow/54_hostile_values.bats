# What somebody types to be obeyed by a database, a parser, a mail server or a browser: it is refused,
# or it is a text like any other.

load helper
load steps

# Sends a value in every member of every operation, and as every token. Refusals are what is
# expected; a 5xx never is.
everywhere() { # VALUE ACCESS-TOKEN
	local row json member value token
	value=$(jq -nc --arg v "$1" '$v')
	while read -r row; do
		json=
		for member in ${row#* * * }; do
			json+="${json:+,}\"$member\":$value"
		done
		set -- "$1" "$2" ${row}
		token_for "$5" "$2"
		api "$3" "$4" "{$json}" "$token"
		((status < 500)) || { printf '%s: %s %s\n' "$row" "$status" "$body" >&2; return 1; }
	done <<-'ROWS'
		POST /v1/registration/email none email
		POST /v1/captcha identity kind
		POST /v1/registration/identity identity insured_number captcha_token captcha_answer birth_date posted_code
		POST /v1/registration/authentication-key key authentication_key
		POST /v1/registration/account account login_id password password_confirmation email nickname
		POST /v1/sessions none login_id password
		POST /v1/sessions none login_id password refresh
		POST /v1/sessions/refresh none refresh_token
		POST /v1/recovery/login-id none email
		POST /v1/recovery/password none login_id
		POST /v1/account-deletion none email
		PATCH /v1/me access nickname
		PATCH /v1/me access language
		PUT /v1/me/password access current_password password password_confirmation
		PUT /v1/me/email access email current_password
		PUT /v1/me/login-id access login_id current_password
	ROWS
}

# Sets token.
token_for() { # KIND ACCESS-TOKEN
	case $1 in
	identity) token=$invitation ;;
	key) token=$second_link ;;
	account) token=$stage_token ;;
	access) token=$2 ;;
	*) token= ;;
	esac
}

# One of each token: $invitation, $second_link, $stage_token, $access of $email.
all_tokens() {
	at_account_step "$(new_email)" "$(new_person)"
	new_member
}

new_member() {
	local saved_invitation=$invitation saved_link=$second_link saved_stage=$stage_token
	new_account
	logged_in "$email"
	invitation=$saved_invitation second_link=$saved_link stage_token=$saved_stage
}

# What nobody may have changed.
state_of_the_tables() {
	db "SHOW TABLES; SELECT COUNT(*) FROM account; SELECT COUNT(*) FROM insured_person; SELECT COUNT(*) FROM session;
		SELECT login_id, HEX(password_hash), email, state, language FROM account ORDER BY id"
}

@test "SQL in every member stays a value: tables unchanged, statements the constant ones" { # asvs 1.2.4
	all_tokens
	before=$(state_of_the_tables)
	db_admin -e "SET GLOBAL log_output = 'TABLE'; TRUNCATE mysql.general_log; SET GLOBAL general_log = ON"
	for value in "zq7' OR '1'='1" "zq7'; DROP TABLE account; -- " 'zq7" OR ""="' "zq7\\' OR 1=1 #" "zq7') UNION SELECT 1,2,3 -- " \
		"zq7/**/OR/**/1=1" 'zq7%' "zq7' AND SLEEP(5) -- " "zq7@example.jp' OR '1'='1" \
		"zq7'or'1'='1@example.jp" "zq7'--@example.jp" "zq7'/*@example.jp"; do # those are addresses: they come to the database
		everywhere "$value" "$access"
	done
	api PATCH /v1/me "$(jq -nc --arg v "zq7'; DROP TABLE x" '{nickname: $v}')" "$access"
	want 200
	same "$(field .nickname)" "zq7'; DROP TABLE x"
	db_admin -e 'SET GLOBAL general_log = OFF'
	same "$(state_of_the_tables)" "$before"
	said() { # CONDITION: how many statements of the service the server heard
		db_admin mysql -e "SELECT COUNT(*) FROM general_log WHERE user_host LIKE '${DB_USER}[%' AND $1"
	}
	(($(said "command_type = 'Execute' AND argument LIKE '%login_id%?%'") > 0)) # it heard them as they are prepared
	# Of a statement that was prepared meanwhile the server itself logs an execution with its values, as literals.
	same "$(said "command_type <> 'Execute' AND argument LIKE '%zq7%'")" 0
}

# As a value is copied from a page, a mail or a table.
pasted() { # VALUE
	printf '%b' "\ufeff\r\n\u202a $1\u202c\u00a0\u3000\t\r\n\u200b"
}

@test "what is pasted around a value is dropped in every field but passwords" { # asvs 2.2.1
	new_email email
	new_person number
	api POST /v1/registration/email "$(json_object "email=$(pasted "$email")")"
	want 202
	mail_token "$email" 1 invitation
	captcha_for "$invitation" >/dev/null
	captcha_token=$(pasted "$captcha_token") captcha_answer=$(pasted "$captcha_answer")
	api POST /v1/registration/identity "$(identity_json "$(pasted "$number")")" "$invitation"
	want 200
	field .authentication_key key
	mail_token "$email" 2 second_link
	api POST /v1/registration/authentication-key "$(json_object "authentication_key=$(pasted "$key")")" "$second_link"
	want 200
	field .stage_token stage_token
	create_account "$stage_token" "$(pasted "$email")" "nickname=$(pasted はなこ❤️)"
	want 201
	same "$(command jq -c .account <<<"$body")" \
		"{\"login_id\":\"$email\",\"nickname\":\"はなこ❤️\",\"email\":\"$email\",\"email_verified\":true}"
	log_in "$(pasted "$email")" "$PASSWORD" "refresh=$(pasted body)"
	want 201
	take_tokens
	api POST /v1/sessions/refresh "$(json_object "refresh_token=$(pasted "$refresh")")"
	want 200
	take_tokens
	api PATCH /v1/me "$(json_object "language=$(pasted en)" "nickname=$(pasted Hanako)")" "$access"
	want 200
	same "$(field .nickname)" Hanako
	api PUT /v1/me/login-id "$(json_object "login_id=$(pasted "x$email")" "current_password=$PASSWORD")" "$access"
	want 204
	api PUT /v1/me/email "$(json_object "email=$(pasted "x$email")" "current_password=$PASSWORD")" "$access"
	want 202
	api GET /v1/me '' "$access"
	same "$(jq -c '[.login_id, .pending_email]' <<<"$body")" "[\"x$email\",\"x$email\"]"
	api PUT /v1/me/login-id "$(json_object "login_id=$email" "current_password=$(pasted "$PASSWORD")")" "$access"
	want 400 invalid_fields
	same "$(faults)" current_password:invisible_character
	api POST /v1/registration/email "$(json_object "email=${email/@/$'\u200b'@}")"
	want 400 invalid_fields
	same "$(faults)" email:invisible_character
	jq -e '.errors[0].detail | test("目に見えない文字")' <<<"$body"
}

# Each alone: of several, the first would speak for all.
@test "what nobody sees is refused in every member of an account" { # asvs 2.2.1
	local character value
	at_account_step "$(new_email)" "$(new_person)"
	for character in '\u0001' '\u001b[2J' '\u007f' '\u0085' '\ufeff' '\u200b' '\u200c' '\u200e' '\u202e' '\u2060' '\u2066' '\u206a' \
		'\u00ad' '\u034f' '\u061c' '\u180e' '\u3164' '\uffa0' '\ufff9' '\ufffc' '\U000e0041' '\u200d\u200d'; do
		printf -v value "asagao7${character}rakuda@example.jp"
		create_account "$stage_token" "$value" "password=$value" "password_confirmation=$value" "nickname=はな${value:7:-17}こ"
		want 400 invalid_fields
		same "$character $(faults | tr ' ' '\n' | sort | xargs)" \
			"$character $(printf '%s:invisible_character ' email login_id nickname password | sed 's/ $//') password_confirmation:invisible_character"
	done
	printf -v value 'はな%b' '\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030a\u030b\u030c\u0310\u0311'
	create_account "$stage_token" "$(new_email)" "nickname=$value"
	want 400 invalid_fields
	same "$(faults)" nickname:bad_character
}

@test "what looks odd is a text like any other" { # asvs 1.3.7 1.3.10 2.2.1
	local nickname
	new_account
	logged_in "$email"
	for nickname in 👨‍👩‍👧‍👦 ❤️ $'🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f' 葛󠄀 ﷺ ﬃ①㈱㍻ ﾀﾞ｡ﾟ ǄﬆЩ� क्षि \
		nil NULL undefined NaN -1e999 0x7fffffff ../../etc/passwd "\$(touch /tmp/zq7)" '`true`' '{{1}}' '%n%s%x' '<%=1%>' "'--"; do
		api PATCH /v1/me "$(json_object "nickname=$nickname")" "$access"
		want 200
		same "$(field .nickname)" "$nickname"
		same "$(db "SELECT nickname FROM account WHERE login_id = '$email'")" "$nickname"
	done
	[[ ! -e /tmp/zq7 ]]
}

@test "naughty strings meet no error of ours, in any member" {
	all_tokens
	while IFS= read -r value; do
		everywhere "$(printf '%b' "$value")" "$access"
	done <<-'STRINGS'
		\u0001\u001b[2J\u007f\u0085\ufeff\u200b\u200e\u202e\u2060\u2066\u206a\u00ad\u034f\u061c\u180e\u3164\uffa0\U000e0041
		a\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030a\u030b\u030c\u0310\u0311@example.jp
		👨‍👩‍👧‍👦\u200d\u200d🏴\U000e0067\U000e0062❤️\ufe0f
		\u202btest\u202b@exam\u00adple\u2069.jp
		\ufdfa\ufdfa\u01c4ﬃ①㈱㍻ﾀﾞ｡ﾟ\ufffc\ufffd\u2fa1a
		nil/NULL/undefined/NaN/-1e999/0x7fffffff/../../etc/passwd$(touch /tmp/zq7)`true`{{1}}
	STRINGS
}

@test "what is typed stays inside its JSON string, in the answer and in the error" { # asvs 1.1.2 1.2.3
	new_account
	logged_in "$email"
	api GET /v1/me '' "$access"
	members=$(jq -c keys <<<"$body")
	for nickname in '","role":"admin' '</script><b>' '\"}{' "\\u0022,'" '{{7*7}}${x}%s%n'; do
		api PATCH /v1/me "$(jq -nc --arg n "$nickname" '{nickname: $n}')" "$access"
		want 200
		api GET /v1/me '' "$access"
		same "$(field .nickname)" "$nickname"
		same "$(jq -c keys <<<"$body")" "$members"
		api PATCH /v1/me "$(jq -nc --arg n "$nickname" '{($n): "x"}')" "$access"
		want 400 invalid_fields
		same "$(field '.errors[0].field')" "$nickname"
		same "$(field '.errors | length')" 1
	done
}

@test "nothing of a request comes back in a header" { # asvs 1.2.1
	REQUEST_HEADERS=('X-Request-Id: zq7' 'Accept-Language: zq7' 'User-Agent: zq7' 'Origin: https://zq7.example' 'Cookie: zq7=zq7; __Host-refresh=zq7'
		'Access-Control-Request-Method: zq7' 'Access-Control-Request-Headers: zq7' 'Referer: https://zq7.example/' 'X-Forwarded-Proto: zq7')
	for request in OPTIONS:/v1/sessions GET:/v1/registration/stage POST:/v1/sessions POST:/v1/sessions/refresh GET:/zq7 \
		'GET:/v1/me%0d%0aX-Injected:zq7' 'GET:/v1/sessions/%0aX-Injected:zq7' DELETE:/v1/sessions/zq7; do
		api "${request%%:*}" "${request#*:}" '{"login_id":"zq7@example.jp","password":"zq7"}' zq7
		never grep -i -e zq7 -e x-injected <<<"$headers"
	done
}

hashes_made() {
	BASE_URL=http://$LISTEN_INSIDE api GET /metrics
	sed -n 's/^myportal_password_hashes_total //p' <<<"$body"
}

@test "values far too long are refused at once, before anything is hashed, mailed or looked up" { # asvs 1.3.3
	all_tokens
	rows=$(db 'SELECT (SELECT COUNT(*) FROM outbox), (SELECT COUNT(*) FROM account)')
	long=$(head -c 7000 /dev/zero | tr '\0' a)
	huge=$(head -c 1048576 /dev/zero | tr '\0' a)
	for row in POST:/v1/registration/email:email: POST:/v1/recovery/login-id:email: POST:/v1/recovery/password:login_id: POST:/v1/account-deletion:email: \
		"POST:/v1/registration/account:password:$stage_token" "POST:/v1/registration/account:nickname:$stage_token" \
		"PATCH:/v1/me:nickname:$access" "PUT:/v1/me/password:current_password:$access"; do
		IFS=: read -r method path member token <<<"$row"
		api "$method" "$path" "{\"$member\":\"$long\"}" "$token"
		want 400 invalid_fields
		grep -qw "$member:too_long" <<<"$(faults)"
		api "$method" "$path" "{\"$member\":\"$huge\"}" "$token"
		want 413 body_too_large
	done
	hashes=$(hashes_made)
	log_in "$email" "$long"
	want 400 invalid_fields
	change_password "$access" "${long:5000}" "${long:5000}"
	want 400 invalid_fields
	same "$(hashes_made)" "$hashes"
	same "$(db 'SELECT COUNT(*) FROM limit_counter WHERE limit_id = LIMIT_LOGIN_FAILURES')" 0 # none was a try
	same "$(db 'SELECT (SELECT COUNT(*) FROM outbox), (SELECT COUNT(*) FROM account)')" "$rows"
}

# Notes everybody who calls: FILE has a line for each.
listen_for_calls() { # FILE
	local port
	port=$(free_ports 1)
	python3 -c '
import socket, sys
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    server.accept()[0].close()
    open(sys.argv[2], "a").write("called\n")' "$port" "$1" 3>&- &
	listener=$! calls_port=$port
	wait_until 30 eval '! port_is_free "127.0.0.1:$calls_port"'
	wait_until 30 test -s "$1" # that was us
	: >"$1"
}

@test "addresses of other servers in every member and header: nobody is called" { # asvs 1.3.6 14.2.3
	all_tokens
	listen_for_calls "$BATS_TEST_TMPDIR/calls"
	target=127.0.0.1:$calls_port
	REQUEST_HEADERS=("Referer: http://$target/" "X-Forwarded-For: $target" "X-Forwarded-Host: $target" "Forwarded: for=$target;host=$target"
		"Origin: http://$target" "X-Original-URL: http://$target/" "X-Callback: http://$target/")
	for value in "http://$target/x" "//$target/x" "gopher://$target/_x" "file:///etc/passwd" "x@$target" "x@127.0.0.1" "x@localhost" "smtp://$target"; do
		everywhere "$value" "$access"
	done
	api GET "http://$target/v1/registration/stage"
	wait_until 10 mail_is_finished
	kill "$listener"
	same "$(<"$BATS_TEST_TMPDIR/calls")" ''
}

@test "no callback, no false ending, nothing of a source control" { # asvs 3.5.6 13.4.1 14.2.5
	new_account
	logged_in "$email"
	for path in '/v1/me?callback=x' '/v1/me?jsonp=x' '/v1/sessions?callback=x'; do
		api GET "$path" '' "$access"
		want 400 malformed_request
		[[ $(header Content-Type) == application/problem+json* ]]
	done
	for path in /v1/me/x.css /v1/me.css '/v1/me;x.css' /v1/me/%2e%2e/x.js /v1/me%00.css /v1/sessions/x.js /v1/me.json /v1/me/ \
		/.git/HEAD /.git/config /v1/.git/HEAD /.svn/entries /.hg/store /.env; do
		api GET "$path" '' "$access"
		want 404 not_found
		same "$(header Cache-Control)" no-store
		never grep -q "$email" <<<"$body"
	done
}

@test "the longest address there is: its links and tokens fit what everybody takes" { # asvs 4.2.5
	label=$(printf 'd%.0s' {1..59})
	email=l$(new_email)
	email=$(printf '%-64s' "${email%@*}" | tr ' ' x)@$label.$label.$label.jp
	email=${email/@/@$(printf 'e%.0s' {1..6}).}
	same "${#email}" 254
	at_account_step "$email" "$(new_person)"
	create_account "$stage_token" "$email"
	want 201
	ask_reset "$email"
	logged_in "$email"
	for token in "$invitation" "$second_link" "$stage_token" "$reset" "$access" "$refresh"; do
		((${#token} <= 1024))
	done
	# Behind a proxy's usual 8 KiB for a header line, 16 KiB for all: the longest passes, more is told, and nobody else suffers.
	REQUEST_HEADERS=("X-Filler: $(head -c 7000 /dev/zero | tr '\0' a)")
	is_logged_in "$access"
	REQUEST_HEADERS=("X-Filler: $(head -c 17000 /dev/zero | tr '\0' a)")
	api GET /v1/me '' "$access"
	want 431
	REQUEST_HEADERS=()
	is_logged_in "$access"
}
