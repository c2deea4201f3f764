# tools/dev/app-server: what it serves and what it rejects, and the mails that it shows.
# bats file_tags=plain

load helper
load steps

readonly NOTHING="default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
readonly OWN_FILES="$NOTHING; script-src 'self'; style-src 'self'"
readonly NO_HTML_FROM_TEXT="require-trusted-types-for 'script'; trusted-types 'none'"

setup_file() {
	RUN_APP_PORT=$(free_ports 1)
	export RUN_APP_PORT
	app_start
}

teardown_file() {
	process_stop app-server 5
}

# Sets status, headers and body. (Not api: these are no answers of the service.)
get() { # PATH [CURL OPTION...]
	status=$(curl -s --noproxy '*' --path-as-is -D "$BATS_TEST_TMPDIR/headers" -o "$BATS_TEST_TMPDIR/body" \
		--max-time 10 -w '%{http_code}' "${@:2}" "http://127.0.0.1:$RUN_APP_PORT$1") || true
	text_of "$BATS_TEST_TMPDIR/headers" headers
	text_of "$BATS_TEST_TMPDIR/body" body
	headers=${headers//$'\r'/}
}

connect_src() {
	printf 'connect-src http://127.0.0.1:%s/app-config.json http://localhost:%s/app-config.json http://%s' \
		"$RUN_APP_PORT" "$RUN_APP_PORT" "$LISTEN"
}

# A request as it is, over a bare connection; sets status.
send() { # TEXT
	exec {wire}<>"/dev/tcp/127.0.0.1/$RUN_APP_PORT"
	printf "$1" >&"$wire"
	read -r -t 10 _ status _ <&"$wire"
	exec {wire}>&-
}

@test "the app's pages have a policy without inline script or style, and speak to the service alone" {
	get /
	same "$status $(header Content-Type)" '200 text/html; charset=utf-8'
	same "$(header Content-Security-Policy)" "$OWN_FILES; $NO_HTML_FROM_TEXT; img-src 'self' data:; media-src data:; \
manifest-src 'self'; $(connect_src)"
	same "$(header X-Content-Type-Options) $(header Referrer-Policy) $(header Cache-Control)" 'nosniff no-referrer no-cache'
	same "$(header Cross-Origin-Opener-Policy) $(header Cross-Origin-Resource-Policy)" 'same-origin same-origin'
	page=$body

	for path in /register/identity /register/authentication-key /settings/email-confirmation /recover/password /account-deletion/confirmation /login '/any/page?x=1.2'; do
		get "$path"
		same "$status $(header Content-Type)" '200 text/html; charset=utf-8'
		same "$body" "$page"
	done

	get /app-config.json
	same "$status $(header Content-Type) $body" "200 application/json {\"api\": \"http://$LISTEN\", \"mailbox\": \"/mailbox/\"}"
	get /client/index.js
	same "$status $(header Content-Type)" '200 text/javascript; charset=utf-8'
	same "$body" "$(cat "$TREE/tools/client/src/index.js")"
	for path in /mailbox /reference; do
		get "$path"
		same "$status $(header Location)" "308 $path/"
	done
}

@test "the mailbox runs its own script, and no mail runs any" {
	get /mailbox/
	same "$status $(header Content-Type)" '200 text/html; charset=utf-8'
	same "$(header Content-Security-Policy)" \
		"$OWN_FILES; $NO_HTML_FROM_TEXT; img-src 'self'; connect-src 'self'; frame-src 'self'"
	[[ $body == *'For development only'* ]]
	for path in mailbox.js mailbox.css icon.svg; do
		[[ $body == *"\"/mailbox/$path\""* ]]
		get "/mailbox/$path"
		same "$status" 200
		get /mailbox/
	done
}

@test "the reference asks the service for openapi.yaml, and has all else from here" {
	get /reference/
	same "$status $(header Content-Type)" '200 text/html; charset=utf-8'
	same "$(header Content-Security-Policy)" "$OWN_FILES 'unsafe-inline'; \
img-src 'self' data:; worker-src blob:; $(connect_src)"
	for path in redoc.standalone.js reference.js reference.css LICENSE.txt redoc.standalone.js.LICENSE.txt; do
		get "/reference/$path"
		same "$status" 200
		cmp "$BATS_TEST_TMPDIR/body" "$TREE/tools/dev/reference/$path"
	done
}

@test "every answer has the headers that keep a page to itself" {
	for path in / /nothing.js /client/index.js /app-config.json /mailbox/ /mailbox/mails /mailbox/mails/1.2.to-00 /mailbox; do
		get "$path"
		for name in Content-Security-Policy X-Content-Type-Options Referrer-Policy Cache-Control Cross-Origin-Resource-Policy; do
			header "$name" >/dev/null
		done
		never grep -qE "unsafe-|[*]" <<<"$(header Content-Security-Policy)"
		never grep -qi '^access-control' <<<"$headers"
	done
}

@test "nothing but the files of the served folders is served" {
	ln -s "$STACK/secrets" "$BATS_TEST_TMPDIR/link"
	for path in /client/../package.json /client/..%2f..%2f..%2fREADME.md /../../README.md /client/../../../README.md \
		'/client/..\..\README.md' /client//index.js /client/./index.js /client/%69ndex.js /client/.gitignore /.git/config \
		/client/../src/index.js /mailbox/../app-server /mailbox/mails/../../new /mailbox/mails/1.2.to-00/../../mailbox.js \
		/mailbox/mails/1.2.to-..%2f /client/index.js%00.html /client/index.js/ /client/ /client/missing.js /missing.html \
		/client/index.d.ts; do
		get "$path"
		same "$path $status" "$path 404"
		same "$body" '404 Not Found'
	done
}

@test "only GET and HEAD, only by its own names, only well made requests" {
	for method in POST PUT PATCH DELETE OPTIONS TRACE CONNECT; do
		send "$method /mailbox/mails HTTP/1.1\r\nHost: 127.0.0.1:$RUN_APP_PORT\r\n\r\n"
		same "$method $status" "$method 405"
	done
	get / -X POST
	same "$(header Allow)" 'GET, HEAD'
	get /app-config.json
	length=$(header Content-Length)
	get /app-config.json --head
	same "$status $(header Content-Length)" "200 $length"
	never grep -q mailbox <<<"$body"

	get /app-config.json -H "Host: localhost:$RUN_APP_PORT"
	same "$status" 200
	for host in evil.example "evil.example:$RUN_APP_PORT" 127.0.0.1 localhost "127.0.0.1:1" "127.0.0.1:$RUN_APP_PORT.evil.example" ''; do
		get /mailbox/mails -H "Host: $host"
		same "$host $status" "$host 421"
	done
	send 'GET /mailbox/mails HTTP/1.1\r\n\r\n'
	same "$status" 421
	send "GET /mailbox/mails HTTP/1.1\r\nHost: 127.0.0.1:$RUN_APP_PORT\r\nHost: evil.example\r\n\r\n"
	same "$status" 421
	send "GET / HTTP/1.1\r\nHost: 127.0.0.1:$RUN_APP_PORT\r\nTransfer-Encoding: chunked\r\n\r\n"
	same "$status" 400
	send "GET / HTTP/1.1\r\nHost: 127.0.0.1:$RUN_APP_PORT\r\nContent-Length: 4\r\n\r\nGET "
	same "$status" 400
	send "GET http://127.0.0.1:$RUN_APP_PORT/ HTTP/1.1\r\nHost: 127.0.0.1:$RUN_APP_PORT\r\n\r\n"
	same "$status" 400
	send "GET /$(printf 'x%.0s' {1..2048}) HTTP/1.1\r\nHost: 127.0.0.1:$RUN_APP_PORT\r\n\r\n"
	same "$status" 414
}

# The first event, and one for each mail.
@test "the mailbox lists the caught mails, newest first, and tells when one comes" {
	new_email email
	curl -sSN --noproxy '*' --max-time 60 "http://127.0.0.1:$RUN_APP_PORT/mailbox/events" >"$BATS_TEST_TMPDIR/events" 3>&- &
	events=$!
	wait_until 5 events_are 1
	api POST /v1/registration/email "{\"email\":\"$email\"}"
	want 202
	mail_arrives "$email"
	wait_until 5 events_are 2
	wait_until 5 mailbox_is_quiet
	api POST /v1/registration/email "{\"email\":\"second.$email\"}"
	mail_arrives "second.$email"
	wait_until 5 events_are 3
	kill "$events"

	get "/mailbox/mails?to=${email^^}"
	same "$status $(header Cache-Control)" '200 no-store'
	same "$(jq -c '[.mails[].to, .more]' <<<"$body")" "[[\"second.$email\"],[\"$email\"],false]"
	same "$(jq -r '.mails[0].subject' <<<"$body")" "$(mail_part "second.$email" Subject)"
	[[ $(jq -r '.mails[0].subject' <<<"$body") == *登録* ]]
	(($(date +%s) - $(date -d "$(jq -r '.mails[0].time' <<<"$body")" +%s) < 60))

	id=$(jq -r '.mails[0].id' <<<"$body")
	get "/mailbox/mails/$id"
	same "$(jq -r .text <<<"$body" | sed '$!b; /^$/d')" "$(wait_mail "second.$email")"
	same "$(jq -c .links[0] <<<"$body")" "\"$(mail_link "second.$email")\""
	same "$(jq -c .has_html <<<"$body")" true
	get "/mailbox/mails/$id/raw"
	same "$(header Content-Type) $body" "text/plain; charset=utf-8 $(<"$STACK/mail/new/$id")"
	get "/mailbox/mails/$id/html"
	[[ $body == *'<base target="_blank">'*"$(mail_link "second.$email")"* ]]
	same "$(header Content-Security-Policy)" "${NOTHING%none*}self'; \
sandbox allow-popups allow-popups-to-escape-sandbox; style-src 'unsafe-inline'; img-src data:"

	get '/mailbox/mails?to=nobody.at.all'
	same "$body" '{"mails": [], "more": false}'
	get /mailbox/mails/1.2.to-00
	same "$status" 404
}

events_are() { # COUNT
	(($(grep -c '^event: mails$' "$BATS_TEST_TMPDIR/events") == $1))
}

# Nothing came for a second: the folder's time is trusted then.
mailbox_is_quiet() {
	((EPOCHSECONDS - $(stat -c %Y "$STACK/mail/new") > 2))
}

@test "a mail that no parser likes is listed all the same, and one that is gone is not" {
	ugly=$STACK/mail/new/$(date +%s%N).1.to-00000000
	printf 'X-RcptTo: ugly@example.jp\nSubject: =?x-none?B?gARBAGE?= <script>alert(1)</script>\nContent-Type: text/plain; charset=x-none\nFrom: @@,;<<\n\n\xff\xfe\n' >"$ugly"
	get '/mailbox/mails?to=ugly@'
	same "$(jq -r '.mails[0].id' <<<"$body")" "${ugly##*/}"
	[[ $(jq -r '.mails[0].subject' <<<"$body") == *'<script>alert(1)</script>' ]]
	get "/mailbox/mails/${ugly##*/}"
	same "$(jq -r '.text' <<<"$body")" '(unreadable)'
	rm "$ugly"
	get "/mailbox/mails/${ugly##*/}"
	same "$status" 404
	get '/mailbox/mails?to=ugly@'
	same "$(jq -r '.mails[0].id' <<<"$body")" null
}

@test "one mail is found among thousands before its reader has gone" {
	new_email email
	new_email other
	for address in "$email" "$other"; do
		api POST /v1/registration/email "{\"email\":\"$address\"}"
		mail_arrives "$address"
	done
	mail=$(mail_part "$other" raw)
	for n in {1..8000}; do
		printf '%s\n' "$mail" >"$STACK/mail/new/1.$n.to-00000000"
	done
	get "/mailbox/mails?to=$email" --max-time 3 || body=
	rm "$STACK/mail/new/1".*.to-00000000
	same "$(jq -c '[.mails[].to]' <<<"$body")" "[[\"$email\"]]"
}

@test "streams beyond sixteen are turned away, and one that was left makes room" {
	pids=()
	for _ in {1..16}; do
		curl -sSN --noproxy '*' --max-time 60 "http://127.0.0.1:$RUN_APP_PORT/mailbox/events" >>"$BATS_TEST_TMPDIR/events" 3>&- &
		pids+=($!)
	done
	wait_until 5 events_are 16
	get /mailbox/events
	same "$status" 503
	get /app-config.json
	same "$status" 200
	kill "${pids[@]}"
	wait_until 5 eval 'get /mailbox/events --max-time 1; [[ $status == 200 ]]'
}
