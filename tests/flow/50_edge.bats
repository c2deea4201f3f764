# The HTTP edge: what every request and every answer has in common.

load helper
load steps

readonly PUBLIC=(POST:/v1/captcha POST:/v1/registration/email GET:/v1/registration/stage POST:/v1/registration/identity
	POST:/v1/registration/authentication-key POST:/v1/registration/account POST:/v1/me/email/confirmation)

# Sends bytes as they are (printf's escapes) to the public port; prints all that comes back.
raw() { # BYTES
	local host=${LISTEN%:*} port=${LISTEN##*:}
	exec 3<>"/dev/tcp/$host/$port"
	(trap '' PIPE && printf '%b' "$1" >&3) 2>/dev/null || true # it may close while we still send
	timeout 8 cat <&3 || true
	exec 3>&-
}

@test "every answer has the security headers, an id, and no server's name" { # asvs 3.2.1 3.4.3 3.4.4 3.4.5 3.4.6 3.5.8 13.4.6 14.2.2 14.3.2
	for request in GET:/ GET:/v1/registration/stage POST:/v1/registration/email BREW:/v1/captcha OPTIONS:/v1/captcha; do
		api "${request%%:*}" "${request#*:}" '{"email":"x"}'
		same "$(header Cache-Control)" no-store
		same "$(header X-Content-Type-Options)" nosniff
		same "$(header Content-Security-Policy)" "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
		same "$(header Referrer-Policy)" no-referrer
		same "$(header Cross-Origin-Resource-Policy)" same-site
		[[ $(header X-Request-Id) =~ ^[0-9a-f]{16}$ ]]
		never header Server
		never header Set-Cookie
	done
	answer=$(raw 'GARBAGE\r\n\r\n')
	grep -qi '^X-Content-Type-Options: nosniff' <<<"$answer"
	grep -q '"code":"malformed_request"' <<<"$answer"
}

@test "a path is exactly a path" { # asvs 1.1.1 13.2.5 13.4.3 13.4.5
	for path in / /v1 /v1/ /v1/captcha/ /v1//captcha /v1/Captcha /v1/captcha%00 /v1/%63aptcha /v1/captcha/../captcha /v1/captcha%2f /healthz /readyz /metrics /etc/passwd /index.html; do
		status=$(curl -s -o "$BATS_TEST_TMPDIR/b" -w '%{http_code}' --path-as-is --noproxy '*' -X POST -H 'Content-Type: application/json' -d '{}' "http://$LISTEN$path")
		same "$path $status $(jq -r .code "$BATS_TEST_TMPDIR/b")" "$path 404 not_found"
	done
}

@test "other methods are refused with what is allowed" { # asvs 4.1.4 13.4.4
	for request in "${PUBLIC[@]}"; do
		for method in PUT DELETE PATCH TRACE PROPFIND LOCK BREW; do
			api "$method" "${request#*:}"
			if [[ $status == 400 ]]; then continue; fi # a method the parser does not know
			want 405 method_not_allowed
			grep -q "${request%%:*}" <<<"$(header Allow)"
		done
	done
	api GET /v1/captcha
	want 405 method_not_allowed
	same "$(header Allow)" "POST, OPTIONS"
	api POST /v1/registration/stage '{}'
	want 405 method_not_allowed
	same "$(header Allow)" "GET, HEAD, OPTIONS"
}

# How many bytes stand behind the head of the answer, and how many the head says: "200 120 120". No client
# between, which would stop where the head says.
lengths() { # METHOD PATH [TOKEN [BODY]]
	local head="$1 $2 HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n"
	[[ -z ${3-} ]] || head+="Authorization: Bearer $3\\r\\n"
	[[ -z ${4-} ]] || head+="Content-Type: application/json\\r\\nContent-Length: ${#4}\\r\\n"
	(raw "$head\\r\\n${4-}" >"$BATS_TEST_TMPDIR/answer")
	lengths_of_answer
}

lengths_of_answer() {
	local LC_ALL=C file=$BATS_TEST_TMPDIR/answer
	printf '%s %s %s\n' "$(sed -n '1s/HTTP.... \([0-9]*\).*/\1/p' "$file")" "$(sed '1,/^\r$/d' "$file" | wc -c)" \
		"$(sed -n '1,/^\r$/s/^Content-Length: \([0-9]*\)\r$/\1/Ip' "$file")"
}

@test "Content-Length is the number of bytes that follow; of HEAD, of those that GET would bring" { # asvs 4.2.2
	local status said followed
	new_account # はなこ: more bytes than characters
	logged_in "$email"
	invite "$(new_email)"
	while read -r wanted method path token json; do
		read -r status followed said < <(lengths "$method" "$path" "${!token-}" "$json")
		same "$method $path $status $said" "$method $path $wanted $followed"
		((followed > 2))
		[[ $method == GET ]] || continue
		same "$(lengths HEAD "$path" "${!token-}")" "$wanted 0 $said"
	done <<-'ROWS'
		200 GET     /v1/registration/stage     invitation
		401 GET     /v1/registration/stage     none
		200 GET     /v1/me                     access
		200 GET     /v1/sessions               access
		200 GET     /.well-known/jwks.json     none
		200 GET     /v1/config                 none
		200 GET     /v1/openapi.yaml           none
		404 GET     /v1/nothing                none
		405 GET     /v1/captcha                none
		201 POST    /v1/captcha                invitation  {}
		201 POST    /v1/captcha                invitation  {"kind":"audio"}
		400 POST    /v1/registration/email     none        {"email":"x","x":1}
	ROWS
	(raw 'GARBAGE\r\n\r\n' >"$BATS_TEST_TMPDIR/answer")
	read -r status followed said < <(lengths_of_answer)
	same "$status $said" "400 $followed"
	for request in "OPTIONS /v1/captcha" "DELETE /v1/sessions $access"; do
		same "$(lengths ${request})" "204 0 "
	done
	LISTEN=$LISTEN_INSIDE
	for path in /metrics /healthz /readyz; do
		read -r status followed said < <(lengths GET "$path")
		same "$path $status $said" "$path 200 $followed"
	done
}

@test "only JSON is a body: other types are 415 and change nothing" { # asvs 3.5.2
	before=$(db 'SELECT COUNT(*) FROM outbox')
	for type in text/plain application/x-www-form-urlencoded multipart/form-data application/jsonp application/json-patch+json 'application/json; charset=shift_jis'; do
		CONTENT_TYPE=$type api POST /v1/registration/email '{"email":"a@example.jp"}'
		want 415 unsupported_media_type
	done
	status=$(curl -s -o /dev/null -w '%{http_code}' --noproxy '*' -H 'Content-Type:' -d '{"email":"a@example.jp"}' "http://$LISTEN/v1/registration/email")
	same "$status" 415
	same "$(db 'SELECT COUNT(*) FROM outbox')" "$before"
	for type in 'Application/JSON ; charset="UTF-8"' 'application/json; charset=utf8' 'application/json;' 'application/json;; charset=utf-8 ;' 'application/json '; do
		CONTENT_TYPE=$type api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
		want 202 || { echo "$type" >&2; false; }
	done
}

@test "no coding of a body is undone, and none has its length from chunks" { # asvs 4.2.1
	new_email email
	for coding in gzip br deflate x 'identity, gzip'; do
		REQUEST_HEADERS=("Content-Encoding: $coding")
		api POST /v1/registration/email "{\"email\":\"$email\"}"
		want 415 unsupported_media_type
		same "$(header Accept-Encoding)" identity
	done
	REQUEST_HEADERS=('Content-Encoding: gzip' 'Content-Encoding: identity')
	api POST /v1/registration/email "{\"email\":\"$email\"}"
	want 415 unsupported_media_type
	for path in /v1/registration/email /v1/me/email/confirmation /v1/nothing; do
		REQUEST_HEADERS=('Transfer-Encoding: chunked')
		api POST "$path" "{\"email\":\"$email\"}"
		want 411 length_required
		same "$(header Connection)" close
	done
	same "$(mail_count "$email")" 0
	REQUEST_HEADERS=('Content-Encoding: Identity')
	api POST /v1/registration/email "{\"email\":\"$email\"}"
	want 202
	REQUEST_HEADERS=()
	api POST /v1/me/email/confirmation # has no body, and needs no length
	want 401 token_missing
}

# Of all answers.
statuses() { # BYTES
	raw "$1" | grep -aoE 'HTTP/1\.1 [0-9]+ ' | cut -d' ' -f2 | xargs # an answer's body has no line's end
}

# The cases of h1spec, and what public reports of such servers are about.
@test "requests of every form: what is legal is served, what is not is told by its status" { # asvs 4.2.1
	local row path=/v1/registration/stage port=${LISTEN##*:} many
	many=$(printf 'X-%d: 1\\r\\n' {1..64})
	while IFS='|' read -r wanted row; do
		same "$wanted $(statuses "$row")" "$wanted $wanted" || { echo "$row" >&2; false; }
	done <<-ROWS
		401|GET $path HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n
		401|GET $path HTTP/1.1\r\nhost:x\r\nCONNECTION:close\r\n\r\n
		401|GET $path HTTP/1.1\r\nHost:   x  \r\nConnection: close   \r\n\r\n
		401|GET $path HTTP/1.1\r\nHost: x\r\nX:\r\nY: \r\nConnection: close\r\n\r\n
		401|GET $path HTTP/1.1\r\nHost: x\r\nX: \xe3\x81\x82\r\nConnection: close\r\n\r\n
		401|GET $path HTTP/1.0\r\n\r\n
		401|GET http://$LISTEN$path HTTP/1.1\r\nHost: $LISTEN\r\nConnection: close\r\n\r\n
		401|GET HTTP://Portal.example:$port$path HTTP/1.1\r\nHost: portal.EXAMPLE:$port\r\nConnection: close\r\n\r\n
		401 401|GET $path HTTP/1.1\r\nHost: x\r\n\r\nGET $path HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n
		401|POST /v1/me/email/confirmation HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n
		401|POST /v1/me/email/confirmation HTTP/1.1\r\nHost: x\r\nContent-Length: 0 \r\nConnection: close\r\n\r\n
		400|GET http://$LISTEN$path HTTP/1.1\r\nHost: x\r\n\r\n
		400|GET http://x:1$path HTTP/1.1\r\nHost: x:1\r\n\r\n
		400|GET https://$LISTEN$path HTTP/1.1\r\nHost: $LISTEN\r\n\r\n
		400|GET $path HTTP/1.1\r\n\r\n
		400|GET $path HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n
		400|GET $path HTTP/1.1\r\nHost : x\r\n\r\n
		400|GET $path HTTP/1.1\r\nHost: x\r\nX: a\tb\r\n\r\n
		400|GET $path HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n
		400|GET $path HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n
		400|GET $path HTTP/1.1\r\nHost: x\r\nX[]: a\r\n\r\n
		400|GET $path HTTP/1.1\r\nHost: x\r\nX\r\n\r\n
		400|GET $path HTTP/1.1\nHost: x\n\n
		400|GET  $path HTTP/1.1\r\nHost: x\r\n\r\n
		400|\r\nGET $path HTTP/1.1\r\nHost: x\r\n\r\n
		400|GET $path\r\nHost: x\r\n\r\n
		400|get $path HTTP/1.1\r\nHost: x\r\n\r\n
		400|GET $path HTTPS/1.1\r\nHost: x\r\n\r\n
		505|GET $path HTTP/1.2\r\nHost: x\r\n\r\n
		505|GET $path HTTP/2.0\r\nHost: x\r\n\r\n
		400|POST $path HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n
		400|POST $path HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n
		400|POST $path HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n
		400|POST $path HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n
		400|POST $path HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n
		400|POST $path HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n
		400|POST $path HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n
		411|POST $path HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n
		411|POST $path HTTP/1.1\r\nHost: x\r\ntransfer-encoding:CHUNKED\r\n\r\n5\r\nhello\r\n0\r\n\r\n
		431|GET $path HTTP/1.1\r\nHost: x\r\n$many\r\n
		431|GET $path HTTP/1.1\r\nHost: x\r\nX: $(head -c 17000 /dev/zero | tr '\0' a)\r\n\r\n
	ROWS
}

@test "what is not strictly one JSON object is malformed" { # asvs 1.5.3
	deep=$(printf '[%.0s' {1..1000})
	for text in '' '[]' '"a"' 'null' '{' '{}x' '{"email":"a@example.jp"} {}' $'\xef\xbb\xbf{}' '{"email":01}' '{"email":"a"."b"}' \
		'{"email":"a\u0000@example.jp"}' $'{"email":"\xff@example.jp"}' $'{"email":"\xc0\xaf"}' $'{"email":"\xed\xa0\x80"}' $'{"email":"a\x01"}' \
		'{"email":"a@example.jp","email":"b@example.jp"}' '{"email":"a@example.jp","\u0065mail":"b@example.jp"}' "$deep" "{\"email\":$deep" \
		'{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}}' '{"email":NaN}' "{'email':'a'}" '{"email":"a@example.jp",}'; do
		api POST /v1/registration/email "$text "
		want 400 malformed_request || { echo "body: $text" >&2; false; }
	done
	api POST /v1/registration/email '{"email":1e999}'
	want 400 invalid_fields
	same "$(faults)" email:wrong_type
	api POST /v1/registration/email '{"Email":"a@example.jp"}'
	want 400 invalid_fields
	same "$(faults)" "email:required Email:unknown_field"
}

@test "a body over 8 KiB is rejected, unread" {
	big=$(head -c 9000 /dev/zero | tr '\0' a)
	api POST /v1/registration/email "{\"email\":\"$big\"}"
	want 413 body_too_large
	answer=$(raw "POST /v1/registration/email HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n")
	grep -q '^HTTP/1.1 413' <<<"$answer"
	grep -qi '^Connection: close' <<<"$answer"
}

@test "ambiguous framing is rejected, and what stands behind it is never a second request" { # asvs 1.4.2 4.2.1
	tail='\r\n\r\n0\r\n\r\nGET /v1/registration/stage HTTP/1.1\r\nHost: x\r\n\r\n'
	head='POST /v1/registration/email HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
	for framing in 'Content-Length: 5\r\nTransfer-Encoding: chunked' 'Content-Length: 5\r\nContent-Length: 6' 'Content-Length: 5\r\nContent-Length: 5' \
		'Content-Length: 5abc' 'Content-Length: +5' 'Content-Length: -5' 'Content-Length: 99999999999999999999' 'Transfer-Encoding : chunked' 'Transfer-Encoding: identity' \
		'Transfer-Encoding: identity, chunked' 'Transfer-Encoding:\tchunked' 'transfer-encoding: x'; do
		answer=$(raw "$head$framing$tail")
		same "$(grep -c '^HTTP/1.1' <<<"$answer") $(head -n 1 <<<"$answer" | cut -d' ' -f2)" "1 400" || { echo "$framing: $answer" >&2; false; }
	done
	for request in 'GET /v1/registration/stage HTTP/1.1\r\n\r\n' 'GET /v1/registration/stage HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'; do
		same "$(raw "$request" | head -n 1 | cut -d' ' -f2)" 400
	done
}

@test "tokens that would crash a parser are rejected" { # asvs 9.1.2
	deep=$(printf '[%.0s' {1..1000} | base64 -w0 | tr '+/' '-_' | tr -d =)
	none=$(printf '{"alg":"none","typ":"JWT"}' | base64 -w0 | tr '+/' '-_' | tr -d =)
	payload=$(printf '{"use":"identity"}' | base64 -w0 | tr '+/' '-_' | tr -d =)
	for token in a.b.c .. ... "$deep.$payload.x" "$none.$payload." "$(head -c 2000 /dev/zero | tr '\0' a)" '%00' 'a b' "é"; do
		api GET /v1/registration/stage '' "$token"
		want 401 token_invalid || { echo "token: ${token:0:60}" >&2; false; }
	done
	long=$(head -c 90000 /dev/zero | tr '\0' a)
	api GET /v1/registration/stage '' "$long"
	[[ $status == 431 || $status == 413 || $status == 400 || $status == 000 ]]
	api GET /v1/registration/stage
	want 401 token_missing
	same "$(header WWW-Authenticate)" Bearer
	REQUEST_HEADERS=('Authorization: Basic eDp5')
	api GET /v1/registration/stage
	want 401 token_invalid
	REQUEST_HEADERS=('Authorization: Bearer a.b.c' 'Authorization: Bearer a.b.c')
	api GET /v1/registration/stage
	want 401 token_invalid
}

@test "a token opens its own step and no other" { # asvs 2.3.1 9.2.2
	new_email email
	at_account_step "$email" "$(new_person)"
	captcha_for "$invitation" >/dev/null
	declare -A fits=(
		[/v1/captcha]=$invitation [/v1/registration/identity]=$invitation
		[/v1/registration/authentication-key]=$second_link [/v1/registration/account]=$stage_token)
	for path in "${!fits[@]}" /v1/me/email/confirmation; do
		for token in "$invitation" "$second_link" "$stage_token" "$captcha_token"; do
			[[ ${fits[$path]-} != "$token" ]] || continue
			api POST "$path" '{}' "$token"
			want 401 token_invalid || { echo "$path" >&2; false; }
		done
	done
	api GET /v1/registration/stage '' "$captcha_token"
	want 401 token_invalid
}

@test "a token with any byte changed is rejected" { # asvs 9.1.1
	invite "$(new_email)"
	for ((i = 0; i < ${#invitation}; i += 23)); do
		char=${invitation:i:1}
		if [[ $char == A ]]; then other=B; else other=A; fi
		api GET /v1/registration/stage '' "${invitation:0:i}$other${invitation:i+1}"
		want 401 token_invalid
	done
}

@test "nothing personal can be read in a token" { # asvs 14.1.1
	new_email email
	new_person person
	at_account_step "$email" "$person"
	for token in "$invitation" "$second_link" "$stage_token"; do
		claims=$(cut -d. -f2 <<<"$token" | tr '_-' '/+' | base64 -d 2>/dev/null || true)
		never grep -q -e "${email%@*}" -e "$person" <<<"$claims"
		same "$(grep -o '"[a-z]*":' <<<"$claims" | sort | tr -d '":\n')" audctxexpiatissjtinbfuse
	done
}

@test "a query is never asked for" { # asvs 15.3.7
	api GET '/v1/registration/stage?a=1'
	want 400 malformed_request
	api POST '/v1/registration/email?email=a@example.jp' '{"email":"b@example.jp"}'
	want 400 malformed_request
}

@test "CORS: the app's origin is echoed, no other is" { # asvs 3.4.2
	ORIGIN=$CORS_ORIGINS api GET /v1/registration/stage
	same "$(header Access-Control-Allow-Origin)" "$CORS_ORIGINS"
	grep -q Origin <<<"$(header Vary)"
	REQUEST_HEADERS=('Access-Control-Request-Method: POST' 'Access-Control-Request-Headers: authorization,content-type')
	ORIGIN=$CORS_ORIGINS api OPTIONS /v1/captcha
	want 204
	same "$(header Access-Control-Allow-Methods)" "POST, OPTIONS"
	grep -qi authorization <<<"$(header Access-Control-Allow-Headers)"
	for origin in https://evil.example null "$CORS_ORIGINS.evil.example" "${CORS_ORIGINS%?}" "${CORS_ORIGINS^^}"; do
		ORIGIN=$origin api OPTIONS /v1/captcha
		never header Access-Control-Allow-Origin
		ORIGIN=$origin api GET /v1/registration/stage
		never header Access-Control-Allow-Origin
	done
}

@test "CORS: preflights are not counted as requests, and a page that is over its limit may read that" { # asvs 3.4.2
	start_other "LIMITS=$LIMITS,source_requests=3/600"
	export BASE_URL=http://$OTHER_LISTEN ORIGIN=$CORS_ORIGINS
	preflight() {
		local -a REQUEST_HEADERS=('Access-Control-Request-Method: POST')
		api OPTIONS /v1/captcha
		want 204
		same "$(header Access-Control-Allow-Methods)" "POST, OPTIONS"
	}
	for _ in 1 2 3 4 5; do preflight; done
	for _ in 1 2 3; do
		api GET /v1/registration/stage
		want 401 token_missing
	done
	api GET /v1/registration/stage
	want 429 too_many_tries
	readable
	preflight
	ORIGIN=https://evil.example
	REQUEST_HEADERS=('Access-Control-Request-Method: POST')
	api OPTIONS /v1/captcha
	want 429 too_many_tries
	never header Access-Control-Allow-Origin
}

# The last answer is for pages of the app.
readable() {
	same "$(header Access-Control-Allow-Origin)" "$CORS_ORIGINS"
	same "$(header Access-Control-Allow-Credentials)" true
	same "$(header Access-Control-Expose-Headers)" 'RateLimit, RateLimit-Policy, Retry-After, X-Request-Id'
	same "$(header Vary)" Origin
}

# The answer to bytes, as that of api().
raw_api() { # BYTES
	local answer
	answer=$(raw "$1" | tr -d '\r\0')
	headers=${answer%%$'\n\n'*}
	body=${answer#*$'\n\n'}
	status=$(cut -d' ' -f2 <<<"${headers%%$'\n'*}")
}

@test "CORS: a page of the app can read every answer to a request whose head was understood, no other page any" { # asvs 3.4.2
	local origin post nowhere row
	start_other REQUEST_TIMEOUT_MS=1000
	local LISTEN=$OTHER_LISTEN
	for origin in "$CORS_ORIGINS" https://evil.example; do
		post="POST /v1/registration/email HTTP/1.1\\r\\nHost: x\\r\\nOrigin: $origin\\r\\nContent-Type: application/json\\r\\n"
		nowhere="POST /v1/sessions HTTP/1.1\\r\\nOrigin: $origin\\r\\n"
		while IFS='|' read -r wanted row; do
			raw_api "$row"
			# shellcheck disable=SC2086 # two words
			want $wanted || { echo "$row" >&2; false; }
			if [[ $origin == "$CORS_ORIGINS" ]]; then readable; else never header Access-Control-Allow-Origin; fi
		done <<-ROWS
			400 malformed_request|${post}Content-Length: 5\r\nContent-Length: 6\r\n\r\n
			400 malformed_request|${post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n
			400 malformed_request|${post}Transfer-Encoding: gzip\r\n\r\n
			400 malformed_request|OPTIONS * HTTP/1.1\r\nHost: x\r\nOrigin: $origin\r\n\r\n
			400 malformed_request|$nowhere\r\n
			404 not_found|${post/registration/nothing}Connection: close\r\n\r\n
			405 method_not_allowed|PUT${post#POST}Connection: close\r\n\r\n
			408 request_timeout|${post}Content-Length: 20\r\n\r\n{
			411 length_required|${post}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n
			413 body_too_large|${post}Content-Length: 8193\r\n\r\n
			415 unsupported_media_type|${post}Content-Encoding: gzip\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx
			431 headers_too_large|${post}$(printf 'X-%d: 1\\r\\n' {1..64})\r\n
			431 headers_too_large|${post}X: $(head -c 17000 /dev/zero | tr '\0' a)\r\n\r\n
			505 http_version_not_supported|${post/1.1/1.2}\r\n
		ROWS
	done
}

@test "headers of a client change no link" { # asvs 1.2.2
	new_email email
	REQUEST_HEADERS=('Host: evil.example' 'X-Forwarded-Host: evil.example' 'Forwarded: host=evil.example')
	api POST /v1/registration/email "{\"email\":\"$email\"}"
	want 202
	[[ $(mail_link "$email") == "$PORTAL_URL"/register/identity#token=* ]]
	wait_mail "$email" | sed 's/#token=.*//' | never grep -q evil
}

@test "what is typed can not become a header, a recipient, a placeholder or HTML of a mail" { # asvs 1.1.2 1.2.1 1.3.7 1.3.10 1.3.11
	mails=$(find "$STACK/mail/new" -type f | wc -l)
	for address in 'a@example.jp\r\nBcc: x@example.jp' 'a@example.jp>\r\nRCPT TO:<x@example.jp' 'a@example.jp\nX: y' 'a,b@example.jp' 'a@example.jp, b@example.jp' '<a@example.jp>'; do
		api POST /v1/registration/email "{\"email\":\"$address\"}"
		want 400 invalid_fields
	done
	sleep 0.5
	same "$(find "$STACK/mail/new" -type f | wc -l)" "$mails"
	new_email email
	at_account_step "$email" "$(new_person)"
	create_account "$stage_token" "$email" 'nickname=<b>%s{link}&'
	want 201
	wait_mail "$email" 3 | grep -qF '<b>%s{link}&'
	mail_part "$email" html 3 | grep -qF '&lt;b&gt;%s{link}&amp;'
}

@test "inside only: alive, ready and metrics answer on the inside listener" { # asvs 13.4.5
	for path in /healthz /readyz; do
		BASE_URL=http://$LISTEN_INSIDE api GET "$path"
		want 200
	done
	BASE_URL=http://$LISTEN_INSIDE api GET /metrics
	want 200
	[[ $(header Content-Type) == text/plain* ]]
	grep -q '^myportal_requests_total{method="POST",route="/v1/registration/email",code="ok"} [1-9]' <<<"$body"
	BASE_URL=http://$LISTEN_INSIDE api GET /v1/registration/stage
	want 404 not_found
}

# Kept connections that kept the workers would leave most clients without an answer.
@test "four times as many busy clients as workers: each is served, every time" { # asvs 15.4.4
	local -a clients=()
	start_other HTTP_WORKERS=8 REQUESTS_MAX=8
	for i in {1..32}; do
		(for _ in {1..200}; do echo "url = http://$OTHER_LISTEN/v1/registration/stage"; echo 'output = /dev/null'; done |
			curl -s --noproxy '*' --max-time 30 -w '%{http_code}\n' -K - >"$BATS_TEST_TMPDIR/served.$i") &
		clients+=($!)
	done
	wait "${clients[@]}"
	same "$(sort "$BATS_TEST_TMPDIR"/served.* | uniq -c | xargs)" '6400 401'
}

@test "more to hash than places get 503 at once; the rest goes on, and later all is well" { # asvs 13.2.6 15.2.2 15.4.4
	local -a clients=()
	start_other HASHING_MAX=1
	BASE_URL=http://$OTHER_LISTEN
	for i in {1..20}; do
		(ORIGIN=$CORS_ORIGINS log_in "nobody$i@example.jp" && same "$(header Access-Control-Allow-Origin)" "$CORS_ORIGINS" &&
			printf '%s %s\n' "$status" "$(header Retry-After)" >"$BATS_TEST_TMPDIR/login.$i") &
		clients+=($!)
	done
	for _ in 1 2 3 4 5; do
		api GET /v1/registration/stage
		want 401 token_missing
	done
	wait "${clients[@]}"
	same "$(cat "$BATS_TEST_TMPDIR"/login.* | sort -u | xargs)" '401 503 1'
	log_in nobody@example.jp
	want 401 login_failed
}

@test "who sends slowly holds nobody's place" {
	start_other REQUESTS_MAX=1
	exec 8<>"/dev/tcp/${OTHER_LISTEN%:*}/${OTHER_LISTEN##*:}"
	printf 'POST /v1/registration/email HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{' >&8
	sleep 0.5
	for _ in 1 2 3; do
		BASE_URL=http://$OTHER_LISTEN api GET /v1/registration/stage
		want 401 token_missing
	done
	exec 8>&-
}
