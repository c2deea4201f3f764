# The account step: what may be chosen, who was first, and that one token makes one account.

load helper
load steps

teardown() {
	let_go
	stack_restore
}

@test "all that is wrong with a body is told at once" { # asvs 1.5.2 2.2.2 15.3.5
	at_account_step "$(new_email)" "$(new_person)"
	api POST /v1/registration/account '{"login_id":"a b","password":"short","password_confirmation":"other","email":"x@","nickname":" "}' "$stage_token"
	want 400 invalid_fields
	same "$(jq -r '[.errors[].field] | sort | join(" ")' <<<"$body")" "email login_id nickname password password_confirmation"
	jq -e '.errors | all(.detail | length > 0)' <<<"$body"
	api POST /v1/registration/account '{"login_id":1,"password":null,"password_confirmation":[],"email":{},"nickname":true}' "$stage_token"
	want 400 invalid_fields
	same "$(jq -r '[.errors[].code] | unique | join(" ")' <<<"$body")" wrong_type
}

@test "passwords at each boundary" { # asvs 2.2.1 6.2.1 6.2.4 6.2.9 6.2.11
	email=$(new_email)
	at_account_step "$email" "$(new_person)"
	repeat() { printf "%.0s$1" $(seq "$2"); }
	while IFS='|' read -r password wanted; do
		create_account "$stage_token" "$email" "password=$password" "password_confirmation=$password" nickname=' '
		want 400 invalid_fields
		same "$(faults password)" "$wanted" ||
			{ echo "password: $password" >&2; false; }
	done <<-ROWS
		rakuda7|too_short
		rakuda77|
		rakudarakuda|needs_letter_and_digit
		7777888899|needs_letter_and_digit
		RAKUDA7777|needs_letter_and_digit
		ｒａｋｕｄａ７７|needs_letter_and_digit
		password1|common_password
		PassWord1|common_password
		らくだ の 7日間 a1|
		r7$(repeat 駱 62)|
		r7$(repeat x 126)|
		r7$(repeat x 127)|too_long
		${email%@*}|context_password
		${email%@*}1!|context_password
	ROWS
}

@test "no composition rule where the society sets none" { # asvs 6.2.5
	start_other PASSWORD_COMPOSITION=none PASSWORD_LENGTH_MIN=15
	email=$(new_email)
	at_account_step "$email" "$(new_person)"
	for password in らくだがさばくをあるいていくよ 739201845610293 'rakuda ga aruku yo'; do
		BASE_URL=http://$OTHER_LISTEN create_account "$stage_token" "$email" "password=$password" "password_confirmation=$password" nickname=' '
		want 400 invalid_fields
		same "$(faults)" nickname:required
	done
	BASE_URL=http://$OTHER_LISTEN create_account "$stage_token" "$email" password=rakuda7aruku77 password_confirmation=rakuda7aruku77
	want 400 invalid_fields
	same "$(faults)" password:too_short
	same "$(field '.errors[0].min')" 15
}

@test "what is too long or too short says how long it may be" {
	email=$(new_email)
	at_account_step "$email" "$(new_person)"
	create_account "$stage_token" "$email" password=rakuda7 nickname=あいうえおかきくけこさしすせそたちつてとな \
		"password_confirmation=r7$(printf 'x%.0s' {1..600})" "email=$(printf 'a.%.0s' {1..130})@example.jp"
	want 400 invalid_fields
	same "$(jq -r '[.errors[] | "\(.field):\(.code):\(.min):\(.max)"] | sort | join(" ")' <<<"$body")" \
		"email:too_long:null:254 nickname:too_long:null:20 password:too_short:8:null password_confirmation:too_long:null:128"
}

@test "a password with what nobody sees is refused with a text that says so" { # asvs 6.2.8
	email=$(new_email)
	at_account_step "$email" "$(new_person)"
	for password in "\ufeff$PASSWORD" "$PASSWORD\u200b" "asagao7\u00adrakuda" "asagao7\u2060rakuda" "$PASSWORD\u202c" "$PASSWORD\r\n" \
		"asagao7\u3164rakuda" "asagao7\u00a0rakuda" "asagao7❤\ufe0f"; do
		password=$(printf '%b' "$password")
		create_account "$stage_token" "$email" "password=$password" "password_confirmation=$password"
		want 400 invalid_fields
		same "$(faults)" "password:invisible_character password_confirmation:invisible_character"
		jq -e '.errors | all(.detail | test("目に見えない文字"))' <<<"$body"
	done
	# An ideographic space is typed in Japan. Whoever logs in is compared as they typed.
	create_account "$stage_token" "$email" "password=asagao7　rakuda" "password_confirmation=asagao7　rakuda"
	want 201
	log_in "$email" "asagao7　rakuda"$'\u200b'
	want 401 login_failed
	log_in "$email" "asagao7　rakuda"
	want 201
}

@test "a control character, a NUL or half a character in a password is rejected" { # asvs 6.2.8
	email=$(new_email)
	at_account_step "$email" "$(new_person)"
	json=$(account_json "$email")
	api POST /v1/registration/account "${json//$PASSWORD/asagao7\\u0000rakuda}" "$stage_token"
	want 400 malformed_request
	api POST /v1/registration/account "${json//$PASSWORD/asagao7\\u0001rakuda}" "$stage_token"
	want 400 invalid_fields
	same "$(faults)" "password:invisible_character password_confirmation:invisible_character"
	api POST /v1/registration/account "${json//$PASSWORD/asagao7$'\xc3'rakuda}" "$stage_token"
	want 400 malformed_request
	api POST /v1/registration/account "${json//$PASSWORD/asagao7\\ud800rakuda}" "$stage_token"
	want 400 malformed_request
	same "$(db "SELECT COUNT(*) FROM account WHERE login_id = '$email'")" 0
}

@test "a password is NFC and nothing else: composed and decomposed are one, case and spaces are not" { # asvs 6.2.8
	email=$(new_email)
	at_account_step "$email" "$(new_person)"
	composed=$'caf\u00e9 7 rakuda'
	decomposed=$'cafe\u0301 7 rakuda'
	create_account "$stage_token" "$email" "password=$composed" "password_confirmation=$decomposed"
	want 201
	create_account "$stage_token" "$email" "password=$decomposed" "password_confirmation=$decomposed"
	want 201
	for other in "$composed " " $composed" "${composed^^[c]}"; do
		create_account "$stage_token" "$email" "password=$other" "password_confirmation=$other"
		want 401 token_spent
	done
	db "SELECT password_hash FROM account WHERE login_id = '$email'" | grep -q '^\$argon2id\$v=19\$m=19456,t=2,p=1\$'
}

@test "nicknames: graphemes are counted, spaces folded, nothing invisible" { # asvs 2.2.1 2.2.2
	email=$(new_email)
	at_account_step "$email" "$(new_person)"
	while IFS='|' read -r nickname wanted; do
		create_account "$stage_token" "$email" "nickname=$(printf '%b' "$nickname")" password_confirmation=x
		same "$(faults nickname)" "$wanted" ||
			{ echo "nickname: $nickname" >&2; false; }
	done <<-'ROWS'
		あ|
		あいうえおかきくけこさしすせそたちつてと|
		あいうえおかきくけこさしすせそたちつてとな|too_long
		👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦|
		　 |required
		a\u202eb|invisible_character
		a\u200bb|invisible_character
		a\tb|invisible_character
		a\x7fb|invisible_character
		\ufeff\n はなこ\u200b\r\n|
		❤\ufe0f\u200b|
		x\u0301\u0302\u0303\u0304\u0305|
		x\u0301\u0302\u0303\u0304\u0305\u0306|bad_character
	ROWS
	create_account "$stage_token" "$email" 'nickname=　は　 な  こ '
	want 201
	same "$(field .account.nickname)" "は な こ"
}

@test "login IDs: full width is folded, case is one, carriers keep their dots, a domain may be Japanese" { # asvs 2.2.1 2.2.2
	n=$RANDOM$RANDOM
	while IFS='|' read -r typed stored; do
		at_account_step "$(new_email)" "$(new_person)"
		create_account "$stage_token" "$(new_email)" "login_id=$typed" "email=$typed"
		want 201
		same "$(field .account.login_id)" "$stored"
	done <<-ROWS
		Ｔａｒｏ${n}＠ｅｘａｍｐｌｅ．ｊｐ|taro$n@example.jp
		UPPER$n@EXAMPLE.JP|upper$n@example.jp
		a..b$n.@docomo.ne.jp|a..b$n.@docomo.ne.jp
		x$n@日本語.jp|x$n@xn--wgv71a119e.jp
		$(printf 'a%.0s' {1..50})$n@example.jp|$(printf 'a%.0s' {1..50})$n@example.jp
	ROWS
	for typed in 'a..b@example.jp' 'a@localhost' 'a@b@example.jp' '"a"@example.jp' 'a@[192.0.2.1]' 'a@192.0.2.1' "$(printf 'a%.0s' {1..65})@example.jp" 'あ@example.jp'; do
		create_account "$stage_token" "$(new_email)" "login_id=$typed" password_confirmation=x
		want 400 invalid_fields
		[[ -n $(faults login_id) ]]
	done
}

@test "a login ID that is taken is told here, ten times a token" { # asvs 2.3.2 6.3.8
	taken=$(new_email)
	registered "$taken" "$(new_person)"
	email=$(new_email)
	at_account_step "$email" "$(new_person)"
	for left in 9 8 7 6 5 4 3 2 1 0; do
		create_account "$stage_token" "$email" "login_id=${taken^^}"
		want 409 login_id_taken
		same "$(field .attempts_left)" "$left"
	done
	create_account "$stage_token" "$email"
	want 410 registration_over
}

@test "and a person is told so a few times a day, however often they begin again" { # asvs 2.3.2 6.3.8
	taken=$(new_email)
	registered "$taken" "$(new_person)"
	start_other "LIMITS=$LIMITS,taken_login_ids=3"
	BASE_URL=http://$OTHER_LISTEN
	person=$(new_person)
	at_account_step "$(new_email)" "$person"
	for left in 2 1; do
		create_account "$stage_token" "$taken"
		want 409 login_id_taken
		same "$(field .attempts_left)" "$left"
	done
	at_account_step "$(new_email)" "$person"
	create_account "$stage_token" "$taken"
	want 409 login_id_taken
	same "$(field .attempts_left)" 0
	tries=$(db "SELECT SUM(count) FROM limit_counter WHERE limit_id = LIMIT_ACCOUNT_TRIES")
	create_account "$stage_token" "$(new_email)"
	want 429 too_many_tries
	(($(header Retry-After) > 86000 && $(header Retry-After) <= 86400))
	same "$(db "SELECT SUM(count) FROM limit_counter WHERE limit_id = LIMIT_ACCOUNT_TRIES")" "$tries" # it cost the step none
	# What was told is written down: of whom, though there is no account yet.
	same "$(db "SELECT COUNT(*), COUNT(DISTINCT e.account_id), HEX(MIN(e.account_id)) FROM audit_event e JOIN insured_person p ON p.id = e.person_id WHERE e.event = AUDIT_LOGIN_ID_TAKEN AND p.lookup = '$person'")" \
		"3	1	$(printf '0%.0s' {1..32})"
	at_account_step "$(new_email)" "$(new_person)"
	create_account "$stage_token" "$taken"
	want 409 login_id_taken
	create_account "$stage_token" "$(new_email)"
	want 201
	same "$(db "SELECT GROUP_CONCAT(count ORDER BY count) FROM limit_counter WHERE limit_id = LIMIT_TAKEN_LOGIN_IDS")" 0,1,3 # who gets one loses none
}

@test "after a login ID that is taken another one makes the account" {
	taken=$(new_email)
	registered "$taken" "$(new_person)"
	email=$(new_email)
	at_account_step "$email" "$(new_person)"
	create_account "$stage_token" "$email" "login_id=$taken"
	want 409 login_id_taken
	create_account "$stage_token" "$email"
	want 201
}

# The tries that count of one token and of one person, and whether a 410 says how many are left: it does not,
# as it would tell why the registration is over.
over() { # TOKEN-TRIES
	want 410 registration_over || return 1
	same "$(field '.attempts_left // "none"')" none || return 1
	same "$(db 'SELECT COALESCE(SUM(IF(limit_id = LIMIT_ACCOUNT_TRIES, count, 0)), 0), COALESCE(SUM(IF(limit_id = LIMIT_TAKEN_LOGIN_IDS, count, 0)), 0) FROM limit_counter')" "$1"$'\t0'
}

@test "two registrations of one person: the first account stays, the second is over" {
	person=$(new_person)
	at_account_step "$(new_email)" "$person"
	first=$stage_token
	at_account_step "$(new_email)" "$person"
	create_account "$first" "$(new_email)"
	want 201
	db 'DELETE FROM limit_counter'
	create_account "$stage_token" "$(new_email)"
	over 1
	db 'UPDATE limit_counter SET count = 10 WHERE limit_id = LIMIT_ACCOUNT_TRIES'
	create_account "$stage_token" "$(new_email)"
	over 10
}

@test "a person who is not in the roster any more gets no account" {
	person=$(new_person)
	email=$(new_email)
	at_account_step "$email" "$person"
	db "DELETE FROM limit_counter; DELETE FROM insured_person WHERE lookup = '$person'"
	local -r spent='SELECT COUNT(*) FROM spent_token WHERE kind = STAGE_ACCOUNT'
	before=$(db "$spent")
	create_account "$stage_token" "$email"
	over 1
	same "$(db "SELECT COUNT(*) FROM account WHERE login_id = '$email'")" 0
	same "$(db "$spent")" "$before"
}

# Two bodies with the token of $person, both of which have found it unspent before either is judged.
both_at_once() { # "NAME=VALUE..." "NAME=VALUE..."
	local name members
	local -a sent=()
	hold_rows "SELECT id FROM insured_person WHERE id = UNHEX('$(db "SELECT HEX(id) FROM insured_person WHERE lookup = '$person'")') FOR UPDATE"
	for name in first second; do
		members=$1 && shift
		(
			# shellcheck disable=SC2086 # words
			create_account "$stage_token" "$email" ${members}
			printf '%s %s %s\n' "$status" "$(field '.code // "-"')" "$(field '.attempts_left // "-"')" >"$BATS_TEST_TMPDIR/$name"
		) &
		sent+=($!)
		wait_until 5 waiting ${#sent[@]}
	done
	let_go
	wait "${sent[@]}"
	outcomes=$(sort "$BATS_TEST_TMPDIR/first" "$BATS_TEST_TMPDIR/second" | paste -sd,)
}

@test "one token twice at once: the same body is one account, another learns that the token is spent" { # asvs 2.3.4 15.4.2
	person=$(new_person)
	email=$(new_email)
	at_account_step "$email" "$person"
	both_at_once nickname=a nickname=a
	same "$outcomes" '201 - -,201 - -'
	mail_arrives "$email" 3

	person=$(new_person)
	email=$(new_email)
	at_account_step "$email" "$person"
	both_at_once nickname=a nickname=b
	same "$outcomes" '201 - -,401 token_spent -'
	same "$(db "SELECT COUNT(*) FROM account WHERE login_id = '$email'")" 1
}

@test "the last try of a token, twice at once, is one" { # asvs 2.3.4 6.3.8 15.4.2
	taken=$(new_email)
	registered "$taken" "$(new_person)"
	person=$(new_person)
	email=$(new_email)
	at_account_step "$email" "$person"
	db 'DELETE FROM limit_counter'
	create_account "$stage_token" "$email" "login_id=$taken"
	db 'UPDATE limit_counter SET count = 9 WHERE limit_id = LIMIT_ACCOUNT_TRIES'
	both_at_once "login_id=$taken" "login_id=$taken"
	same "$outcomes" '409 login_id_taken 0,410 registration_over -'
	same "$(db 'SELECT GROUP_CONCAT(count ORDER BY limit_id) FROM limit_counter WHERE limit_id IN (LIMIT_ACCOUNT_TRIES, LIMIT_TAKEN_LOGIN_IDS)')" 10,2
	same "$(db "SELECT COUNT(*) FROM audit_event e JOIN insured_person p ON p.id = e.person_id WHERE e.event = AUDIT_LOGIN_ID_TAKEN AND p.lookup = '$person'")" 2
}

# Sends N bodies at once; prints how often each status came back.
at_once() { # N TOKEN-FILE BODY-FILE
	seq "$1" | xargs -P 100 -I{} sh -c '
		curl -s -o /dev/null -w "%{http_code}\n" --noproxy "*" --max-time 60 "$1/v1/registration/account" \
			-H "Content-Type: application/json" -H "Authorization: Bearer $(sed -n "{}p" "$2")" \
			--data-binary "$(sed -n "{}p" "$3")"' sh "http://$LISTEN" "$2" "$3" | sort | uniq -c | awk '{ print $2 "=" $1 }' | xargs
}

@test "a hundred submits of one token at once make one account" { # asvs 2.3.4 6.5.1 15.4.2
	email=$(new_email)
	at_account_step "$email" "$(new_person)"
	for _ in {1..100}; do
		echo "$stage_token" >>"$BATS_TEST_TMPDIR/tokens"
		account_json "$email" >>"$BATS_TEST_TMPDIR/bodies"
	done
	got=$(at_once 100 "$BATS_TEST_TMPDIR/tokens" "$BATS_TEST_TMPDIR/bodies")
	echo "$got" >&2
	[[ $got =~ (^| )201= ]]
	never grep -Eq '(^| )(50[0-24-9]|000|400|404|422)=' <<<"$got" # 201, 401, 410 and 503 are what may come
	same "$(db "SELECT COUNT(*) FROM account WHERE login_id = '$email'")" 1
	create_account "$stage_token" "$email"
	want 201
}

@test "one login ID asked for by many at once goes to one" { # asvs 2.3.4 15.4.2
	wished=$(new_email)
	for _ in {1..10}; do
		at_account_step "$(new_email)" "$(new_person)"
		echo "$stage_token" >>"$BATS_TEST_TMPDIR/tokens"
		account_json "$(new_email)" login_id="$wished" >>"$BATS_TEST_TMPDIR/bodies"
	done
	for _ in {1..8}; do cat "$BATS_TEST_TMPDIR/tokens" >>"$BATS_TEST_TMPDIR/all"; cat "$BATS_TEST_TMPDIR/bodies" >>"$BATS_TEST_TMPDIR/wishes"; done
	got=$(at_once 80 "$BATS_TEST_TMPDIR/all" "$BATS_TEST_TMPDIR/wishes")
	echo "$got" >&2
	same "$(db "SELECT COUNT(*) FROM account WHERE login_id = '$wished'")" 1
	never grep -Eq '(^| )(50[0-24-9]|000|400|404|422)=' <<<"$got"
}
