# The proxies of deploy/, as they are there: ports, addresses, certificate and folders are put in, and
# nothing else. What a proxy is there for is looked at from its public side.
# bats file_tags=plain

load helper
load steps
load proxies

readonly CLIENT=127.9.9.9 # neither the proxies' address nor one that is trusted

setup_file() {
	proxies_start
}

teardown_file() {
	stack_restore
	proxies_stop
}

# What curl is told beside the helper's options: who it is, and where the name is.
setup() {
	export CURL_HOME=$BATS_TEST_TMPDIR
	{
		printf 'cacert = %s\ninterface = %s\n' "$TLS/cert.pem" "$CLIENT"
		printf 'resolve = %s:%s:127.0.0.1\n' "$NAME" "$NGINX_PORT" "$NAME" "$HAPROXY_PORT"
		[[ ! -v INNER_PORT ]] || printf 'resolve = %s:%s:127.0.0.1\n' "$NAME" "$INNER_PORT"
	} >"$CURL_HOME/.curlrc"
	process_runs myportald || server_behind_proxies
}

# One service for the file: to be set back after each test would take longer than the tests.
teardown() {
	process_stop chained 5
	db 'DELETE FROM limit_counter'
}

# The answers of a proxy's own do not have all that every answer of the service has.
record() {
	:
}

probe() { # raw|h2|held|crowd URL ARGUMENT...
	"$TREE/tests/flow/proxy_client.py" "$1" "127.0.0.1:${2##*:}" "$TLS/cert.pem" "${@:3}"
}

# The networks under which the trail has an account's events.
networks() { # LOGIN-ID
	db "SELECT GROUP_CONCAT(DISTINCT e.source) FROM audit_event e JOIN account a ON a.id = e.account_id WHERE a.login_id = '$1'"
}

readonly FORGED=('X-Forwarded-For: 203.0.113.7' 'X-Real-IP: 203.0.113.7' 'Forwarded: for=203.0.113.7')

@test "through each proxy and through two in a row: a whole registration, and the true source whatever is forged" { # asvs 4.1.3 15.3.4
	export INNER_PORT
	INNER_PORT=$(free_ports 1)
	nginx_chain_start
	for BASE_URL in "$NGINX" "$HAPROXY" "https://$NAME:$INNER_PORT"; do
		REQUEST_HEADERS=("${FORGED[@]}")
		new_account
		log_in "$email" wrong-password1
		want 401 login_failed
		same "$(networks "$email")" 127.9.9.0
		REQUEST_HEADERS=('X-Forwarded-For: 203.0.113.7' 'X-Forwarded-For: 203.0.113.8')
		log_in "$email" wrong-password1
		REQUEST_HEADERS=('X-Forwarded-For: 203.0.113.7, 127.0.0.1' 'x-forwarded-for:')
		log_in "$email" wrong-password1
		same "$(networks "$email")" 127.9.9.0
	done
}

# An HAProxy whose "service" is the nginx in front of the service.
nginx_chain_start() {
	haproxy_start "$INNER_PORT" chained "127.0.0.1:$NGINX_PORT" \
		"s|^\tserver one .*|& ssl verify required ca-file $TLS/cert.pem sni str($NAME) verifyhost $NAME|"
	printf 'resolve = %s:%s:127.0.0.1\n' "$NAME" "$INNER_PORT" >>"$CURL_HOME/.curlrc"
}

@test "with no proxy in between the socket's address counts, unless it is a trusted one" { # asvs 4.1.3 15.3.4
	REQUEST_HEADERS=("${FORGED[@]}")
	new_account
	same "$(networks "$email")" 127.9.9.0
	printf 'interface = 127.0.0.1\n' >"$CURL_HOME/.curlrc" # the proxies' own
	log_in "$email" wrong-password1
	same "$(networks "$email" | tr , '\n' | sort | xargs)" "127.9.9.0 203.0.113.0"
}

readonly SECURITY_HEADERS="content-security-policy: default-src 'none'; frame-ancestors 'none'; base-uri 'none'
cross-origin-resource-policy: same-site
referrer-policy: no-referrer
strict-transport-security: max-age=63072000; includesubdomains
x-content-type-options: nosniff"

# What the proxy answers itself, or hands on, has these, once; and no version.
has_headers() { # [CACHE-CONTROL]
	local line name all=$'\n'${headers,,}$'\n' wanted versions=$'\n''(server|via|x-powered-by):[^'$'\n'']*[0-9]'
	mapfile -t wanted <<<"cache-control: ${1-no-store}"$'\n'"$SECURITY_HEADERS"
	for line in "${wanted[@]}"; do
		name=$'\n'${line%%:*}:
		[[ $all == *$'\n'"$line"$'\n'* && ${all#*"$name"} != *"$name"* ]] || { printf 'not once: %s\n%s\n' "$line" "$headers" >&2; return 1; }
	done
	[[ ! $all =~ $versions ]]
}

has_problem() { # STATUS CODE
	local is
	want "$1" "$2"
	has_headers
	header Content-Type is
	same "$is" 'application/problem+json; charset=utf-8'
	field .status is
	same "$is" "$1"
}

all_have_headers() {
	REQUEST_HEADERS=()
	api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
	want 202
	has_headers
	api GET /v1/registration/stage
	has_problem 401 token_missing
	for path in / /metrics /v1 /problems/unavailable.json; do
		api GET "$path"
		has_problem 404 not_found
	done
	api POST /v1/registration/email "{\"email\":\"$(head -c 9000 /dev/zero | tr '\0' a)\"}"
	has_problem 413 body_too_large
	[[ $version == http1.1 ]] || return 0 # there the rest costs the stream or the connection
	api POST /v1/registration/email "{\"email\":\"$(head -c 20000 /dev/zero | tr '\0' a)\"}"
	has_problem 413 body_too_large
	REQUEST_HEADERS=("X-Long: $(head -c 20000 /dev/zero | tr '\0' a)")
	api GET /v1/registration/stage
	has_problem 431 headers_too_large
}

@test "HSTS and the security headers are on every answer, also on what the proxy rejects or cannot get" { # asvs 3.4.1 3.4.3 3.4.4 3.4.5 4.1.1 13.4.6 14.3.2
	for version in http1.1 http2; do
		sed -i -e '/^http/d' -e "\$a$version" "$CURL_HOME/.curlrc"
		for BASE_URL in "$NGINX" "$HAPROXY"; do
			all_have_headers
		done
	done
	server_stop
	for BASE_URL in "$NGINX" "$HAPROXY"; do
		wait_until 5 eval 'api GET /v1/registration/stage; [[ $status == 503 ]]'
		REQUEST_HEADERS=()
		api GET /v1/registration/stage
		has_problem 503 unavailable
		same "$(header Retry-After)" 1
		is_for_pages GET /v1/registration/stage
		has_problem 503 unavailable
		for path in "${PUBLIC[@]}"; do # what could be kept, were it there
			REQUEST_HEADERS=('If-None-Match: *')
			api GET "$path"
			has_problem 503 unavailable
			never header ETag
		done
		# Or the page could not even ask.
		REQUEST_HEADERS=('Access-Control-Request-Method: POST')
		wait_until 5 eval 'ORIGIN=$CORS_ORIGINS api OPTIONS /v1/sessions; [[ $status == 204 ]]'
		has_headers
		is_readable
		grep -qw POST <<<"$(header Access-Control-Allow-Methods)"
		same "$(header Access-Control-Allow-Headers)" 'Authorization, Content-Type'
		ORIGIN=https://evil.example api OPTIONS /v1/sessions
		has_problem 503 unavailable
	done
	server_behind_proxies
	for BASE_URL in "$NGINX" "$HAPROXY"; do
		wait_until 20 eval 'api GET /v1/registration/stage; [[ $status == 401 ]]'
	done
}

readonly PUBLIC=(/v1/config /v1/openapi.yaml /.well-known/jwks.json)

# The last answer may be kept as the service's own, and is described as that one.
is_kept() {
	has_headers "$kept"
	same "$(header ETag)" "$tag"
	case $status in
	304) never grep -qiE '^content-(type|length):' <<<"$headers" ;;
	*) same "$(header Content-Type) $(header Content-Length)" "$described" ;;
	esac
}

# The answers of one path, through one proxy.
are_handed_on() { # PATH
	api GET "$1"
	want 200
	is_kept
	REQUEST_HEADERS=("If-None-Match: W/\"x\", $tag")
	api GET "$1"
	want 304
	is_kept
	is_for_pages HEAD "$1"
	want 304
	is_kept
	[[ $version == http1.1 ]] || return 0
	api GET "$1?a=1"
	has_problem 400 malformed_request
	api POST "$1" '{}'
	has_problem 405 method_not_allowed
	api POST "$1" "$(long 9000)"
	has_problem 413 body_too_large
	REQUEST_HEADERS=()
	api HEAD "$1"
	want 200
	is_kept
}

@test "what anybody may keep is handed on as that, with its name and as 304; errors of the same paths are not" { # asvs 14.2.2 14.3.2
	local path
	for path in "${PUBLIC[@]}"; do
		BASE_URL=http://$LISTEN CURL_HOME='' api GET "$path"
		kept=$(header Cache-Control) tag=$(header ETag) described="$(header Content-Type) $(header Content-Length)"
		[[ $kept == 'public, max-age='* ]]
		for version in http1.1 http2; do
			sed -i -e '/^http/d' -e "\$a$version" "$CURL_HOME/.curlrc"
			for BASE_URL in "$NGINX" "$HAPROXY"; do
				REQUEST_HEADERS=()
				are_handed_on "$path"
			done
		done
	done
	for BASE_URL in "$NGINX" "$HAPROXY"; do
		curl -s --noproxy '*' -o "$BATS_TEST_TMPDIR/got" "$BASE_URL/v1/openapi.yaml"
		cmp "$BATS_TEST_TMPDIR/got" "$TREE/openapi.yaml"
	done
}

# The last answer is for pages of the app, as those of the service are.
is_readable() {
	local origin credentials exposed vary
	header Access-Control-Allow-Origin origin
	header Access-Control-Allow-Credentials credentials
	header Access-Control-Expose-Headers exposed
	header Vary vary
	same "$origin, $credentials, $exposed, $vary" "$CORS_ORIGINS, true, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id, Origin"
}

# The answer to this request is for pages of the app, and for no others.
is_for_pages() { # METHOD PATH [JSON]
	local name
	ORIGIN=https://evil.example api "$@"
	for name in Origin Credentials Expose-Headers; do
		never header "Access-Control-Allow-$name"
	done
	same "$(header Vary)" Origin
	ORIGIN=$CORS_ORIGINS api "$@"
	is_readable
}

long() { # COUNT
	head -c "$1" /dev/zero | tr '\0' a
}

# Another proxy before what is told, until this test's end; sets BASE_URL.
chain_start() { # nginx|haproxy UPSTREAM EDIT
	local port
	port=$(free_ports 1)
	printf 'resolve = %s:%s:127.0.0.1\n' "$NAME" "$port" >>"$CURL_HOME/.curlrc"
	process_stop chained 5
	case $1 in
	nginx) nginx_start 127.0.0.1 "$port" chained "$2" "$3" ;;
	haproxy) haproxy_start "$port" chained "$2" "$3" ;;
	esac
	BASE_URL=https://$NAME:$port
}

@test "CORS: a page of the app can read what a proxy answers itself, as it reads the service; no other page can" { # asvs 3.4.2
	for version in http1.1 http2; do
		sed -i -e '/^http/d' -e "\$a$version" "$CURL_HOME/.curlrc"
		for BASE_URL in "$NGINX" "$HAPROXY"; do
			REQUEST_HEADERS=()
			is_for_pages GET /v1/registration/stage
			want 401 token_missing # the service's: each line came once
			is_for_pages GET /metrics
			has_problem 404 not_found
			is_for_pages POST /v1/registration/email "$(long 9000)"
			has_problem 413 body_too_large
			[[ $version == http1.1 ]] || continue
			REQUEST_HEADERS=('Transfer-Encoding: chunked')
			is_for_pages POST /v1/registration/email '{}'
			has_problem 411 length_required
			REQUEST_HEADERS=("X-Long: $(long 20000)")
			is_for_pages GET /v1/registration/stage
			has_problem 431 headers_too_large
		done
	done
	REQUEST_HEADERS=()
	chain_start haproxy "$LISTEN" 's|http-request 5s|http-request 300ms|'
	printf 'limit-rate = 500\nhttp1.1\n' >>"$CURL_HOME/.curlrc"
	is_for_pages POST /v1/registration/email "$(long 8000)"
	has_problem 408 request_timeout
	# Into a connection on which nobody has asked yet goes nothing: it would be taken for the answer to the first request.
	same "$(probe raw "$BASE_URL" </dev/null)" '0 -'
}

@test "CORS: the same of what a proxy answers for a service that is slow, gone or has no place" { # asvs 3.4.2
	local port server slow row
	port=$(free_ports 1)
	# nginx takes what is no HTTP for an answer of HTTP/0.9; HAProxy has clients of HTTP/2 ask again when the service is gone.
	for row in nginx:hold nginx:close haproxy:hold haproxy:garble; do
		IFS=: read -r proxy manner <<<"$row"
		"$TREE/tests/flow/proxy_client.py" server "127.0.0.1:$port" - "$manner" 3>&- &
		server=$!
		wait_until 5 port_answers "127.0.0.1:$port"
		chain_start "$proxy" "127.0.0.1:$port" 's|_read_timeout 4800ms|_read_timeout 300ms|; s|timeout server 4800ms|timeout server 300ms|; s|default-server check|default-server|'
		is_for_pages GET /v1/registration/stage
		has_problem 503 unavailable
		same "$(header Retry-After)" 1
		kill "$server"
		wait "$server" || true
	done
	for row in '429 too_many_tries source' '503 overloaded all'; do
		chain_start nginx "$LISTEN" "s|limit_conn myportal_${row##* } .*;|limit_conn myportal_${row##* } 1;|"
		# It asks again where one of the next line's had the only place.
		long 8000 | curl -s -o /dev/null --noproxy '*' --http1.1 --limit-rate 500 --retry 9 --data-binary @- "$BASE_URL/v1/registration/email" 3>&- &
		slow=$!
		wait_until 15 eval 'api GET /v1/registration/stage; [[ $status == "${row%% *}" ]]'
		is_for_pages GET /v1/registration/stage
		row=${row% *}
		has_problem "${row% *}" "${row#* }"
		kill "$slow"
		wait "$slow" || true
	done
}

@test "the proxies know the origins that the service knows" {
	local origins
	local -a ours
	mapfile -t ours < <(sed -n '/^[A-Z]/{s/"//g; p}' "$TREE/deploy/systemd/myportald.env")
	origins=$(sed -n 's/^CORS_ORIGINS=//p' "$TREE/deploy/systemd/myportald.env" | tr , '\n' | sort)
	[[ $origins == https://* ]]
	same "$(sed -n '/^map \$http_origin \$myportal_page {/,/^}/ s/^\t\(.*\) 1;$/\1/p' "$TREE/deploy/nginx/myportal.conf" | sort)" "$origins"
	same "$(sed -n 's/^\tacl page capture.req.hdr(0) -m str //p' "$TREE/deploy/haproxy/haproxy.cfg" | tr ' ' '\n' | sort)" "$origins"
	# Nowhere else, and what is in the file of settings can be started with.
	same "$(sed '/#other /d' "$TREE"/deploy/{nginx,haproxy}/* | grep -o 'https://portal[^ ;]*' | sort -u)" "$origins"
	env -i "${ours[@]}" KEYS_FOLDER="$KEYS_FOLDER" DB_HOST=127.0.0.1 DB_PORT=1 DB_CA_FILE= SMTP_URL=smtp://127.0.0.1:1 \
		"$BUILD/api/myportald" --check 2>&1 | grep -x 'settings: ok'
}

@test "requests of every form, through the proxies: served, or told by a status of their own" { # asvs 4.2.1
	local row many close='Connection: close\r\n\r\n' requests='' by_nginx='' by_haproxy=''
	local get=/v1/registration/stage post="POST /v1/registration/email HTTP/1.1\\r\\nHost: $NAME\\r\\nContent-Type: application/json"
	many=$(printf 'X-%d: 1\\r\\n' {1..70})
	while IFS='|' read -r nginx haproxy row; do
		requests+="\\0$row"
		by_nginx+=" 1 $nginx"
		by_haproxy+=" 1 $haproxy"
	done <<-ROWS
		401|401|GET https://$NAME$get HTTP/1.1\r\nHost: $NAME\r\n$close
		401|401|GET http://$NAME$get HTTP/1.1\r\nHost: $NAME\r\n$close
		400|400|GET https://$NAME$get?a=1 HTTP/1.1\r\nHost: $NAME\r\n$close
		404|404|GET https://$NAME/metrics HTTP/1.1\r\nHost: $NAME\r\n$close
		401|401|GET $get HTTP/1.1\r\nHost:  $NAME  \r\nX: a \r\n$close
		400|401|GET $get HTTP/1.1\r\nHost: $NAME\r\nX: a\t\r\n$close
		400|400|GET $get HTTP/1.1\r\nHost: $NAME\r\nX: a\tb\r\n$close
		431|431|GET $get HTTP/1.1\r\nHost: $NAME\r\n$many$close
		401|401|POST /v1/me/email/confirmation HTTP/1.1\r\nHost: $NAME\r\n$close
		411|411|$post\r\nTransfer-Encoding: chunked\r\n${close}0\r\n\r\n
		411|411|POST /v1/me/email/confirmation HTTP/1.1\r\nHost: $NAME\r\nTransfer-Encoding: chunked\r\n${close}0\r\n\r\n
		400|411|$post\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n${close}0\r\n\r\n
		415|415|$post\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n$close{}
		400|400|${post};charset=utf8;\r\nContent-Length: 2\r\n$close{}
	ROWS
	same "nginx $(printf '%b' "${requests#??}" | probe raw "$NGINX" | xargs)" "nginx$by_nginx"
	same "haproxy $(printf '%b' "${requests#??}" | probe raw "$HAPROXY" | xargs)" "haproxy$by_haproxy"
}

@test "HTTP/2: a body whose length was not told is served by nginx, and 411 by HAProxy" {
	unsized() { # URL
		printf '{"email":"%s"}' "$email" | curl -s --noproxy '*' --http2 -X POST -T - -H 'Content-Type: application/json' \
			-w ' %{http_version} %{http_code}' "$1/v1/registration/email"
	}
	new_email email
	[[ $(unsized "$NGINX") == *' 2 202' ]]
	mail_arrives "$email" 1
	answer=$(unsized "$HAPROXY")
	[[ $answer == *'"length_required"'*' 2 411' ]]
}

# Tries a handshake; prints protocol and suite, or nothing.
handshake() { # URL OPTION...
	openssl s_client -connect "127.0.0.1:${1##*:}" -servername "$NAME" "${@:2}" </dev/null 2>/dev/null |
		sed -nE 's/^New, (TLSv[0-9.]+|SSLv[0-9.]+), Cipher is ([A-Z0-9_-]+)$/\1 \2/p'
}

# Every suite of TLS 1.2 that the proxy takes: those it chose before are offered no more.
suites() { # URL
	local offer='ALL:COMPLEMENTOFALL:@SECLEVEL=0' got taken=
	while got=$(handshake "$1" -tls1_2 -cipher "$offer") && [[ -n $got ]]; do
		taken+=" ${got#* }"
		offer+=":!${got#* }"
	done
	tr ' ' '\n' <<<"$taken" | sed '/^$/d' | sort | xargs
}

@test "TLS 1.2 and 1.3 with forward secrecy and nothing below" { # asvs 12.1.1 12.1.2 12.2.1
	# The other end is able to: else a refusal would say nothing about the proxy.
	openssl ciphers -s -tls1_1 'ALL:@SECLEVEL=0' | grep -q AES
	for url in "$NGINX" "$HAPROXY"; do
		for version in -tls1 -tls1_1; do
			same "$(handshake "$url" "$version" -cipher 'ALL:@SECLEVEL=0')" ''
		done
		[[ $(handshake "$url" -tls1_3) == "TLSv1.3 TLS_"* ]]
		same "$(suites "$url")" "ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-ECDSA-CHACHA20-POLY1305"
	done
}

@test "another name gets no certificate; the service's own is for the name that is asked for" { # asvs 3.5.4 12.2.2
	for url in "$NGINX" "$HAPROXY"; do
		for name in evil.example other.example.jp; do
			openssl s_client -connect "127.0.0.1:${url##*:}" -servername "$name" </dev/null 2>/dev/null | never grep -q 'BEGIN CERTIFICATE'
		done
		openssl s_client -connect "127.0.0.1:${url##*:}" -servername "$NAME" -CAfile "$TLS/cert.pem" -verify_return_error </dev/null >/dev/null 2>&1
	done
}

@test "a client that comes back takes its TLS session up again, which costs little" {
	local session=$BATS_TEST_TMPDIR/session
	for url in "$NGINX" "$HAPROXY"; do
		for version in -tls1_2 -tls1_3; do
			rm -f "$session"
			wait_until 20 test -s "$session" | # TLS 1.3 sends it after the handshake
				openssl s_client -connect "127.0.0.1:${url##*:}" -servername "$NAME" "$version" -sess_out "$session" >/dev/null 2>&1
			openssl s_client -connect "127.0.0.1:${url##*:}" -servername "$NAME" "$version" -sess_in "$session" </dev/null 2>/dev/null |
				grep -q '^Reused'
		done
	done
}

@test "plain HTTP is rejected and never redirected, and nobody listens for it" { # asvs 4.1.2 12.2.1
	for url in "$NGINX" "$HAPROXY"; do
		answer=$(curl -s -i --noproxy '*' --max-time 5 "http://127.0.0.1:${url##*:}/v1/me" || true)
		[[ -z $answer || $(head -n 1 <<<"$answer") == "HTTP/1.1 400"* ]]
		never grep -qi '^location:' <<<"$answer"
	done
	never grep -nE '^\s*(listen|bind) ([^ ]*:)?80\b' "$TREE"/deploy/nginx/myportal.conf "$TREE"/deploy/haproxy/haproxy.cfg
	never grep -nE '^[^#]*(return 30[12378]|redirect )' "$TREE"/deploy/nginx/myportal.conf "$TREE"/deploy/haproxy/haproxy.cfg
}

# How often the service was asked for something of a registration, by anybody.
asked() {
	logs | grep -c '"route":"/v1/registration/' || true
}

@test "smuggled requests: one answer a connection, and no second request reaches the service" { # asvs 4.2.1 1.5.3
	head="POST /v1/registration/email HTTP/1.1\r\nHost: $NAME\r\nContent-Type: application/json\r\n"
	tail='\r\n\r\n0\r\n\r\nGET /v1/registration/stage HTTP/1.1\r\nHost: x\r\nX-Smuggled: 1\r\n\r\n'
	framings=('Content-Length: 5\r\nTransfer-Encoding: chunked' 'Content-Length: 5\r\nContent-Length: 6' 'Content-Length: 5abc'
		'Content-Length: +5' 'Content-Length: -5' 'Content-Length: 99999999999999999999' 'Transfer-Encoding : chunked' 'Transfer-Encoding: identity'
		'Transfer-Encoding: identity, chunked' 'Transfer-Encoding: chunked\r\nTransfer-Encoding: x' 'Transfer-Encoding: \x0bchunked'
		'Transfer-Encoding: xchunked' 'X: y\rTransfer-Encoding: chunked')
	for url in "$NGINX" "$HAPROXY"; do
		before=$(asked)
		answers=$(printf 'GARBAGE\r\n\r\n' | cat - <(for framing in "${framings[@]}"; do printf '%b' "\0$head$framing$tail"; done) | probe raw "$url")
		same "$(sed -E 's/ (4..|501)$/ refused/' <<<"$answers" | sort | uniq -c | xargs)" "$((${#framings[@]} + 1)) 1 refused" || { echo "$url: $answers" >&2; false; }
		same "$(asked)" "$before"
	done
}

@test "HTTP/2: fields of a connection, line breaks in fields and lengths that lie are rejected" { # asvs 4.2.3 4.2.4 4.2.1
	request=(:method=GET :path=/v1/registration/stage :scheme=https ":authority=$NAME")
	post=(:method=POST :path=/v1/registration/email :scheme=https ":authority=$NAME" content-type=application/json)
	bad=("${post[@]}" content-length=5)
	for field in 'transfer-encoding=chunked' 'connection=keep-alive' 'x=a\r\nx-forwarded-for: 1.2.3.4' 'x=a\nb' 'x\r\ny=a' 'x=a\0b' 'X-Upper=a'; do
		bad+=(-- "${request[@]}" "$field")
	done
	for url in "$NGINX" "$HAPROXY"; do
		same "$(probe h2 "$url" "${request[@]}")" "answer 401" # the probe itself is understood; its line was written before
		before=$(asked)
		answers=$(probe h2 "$url" "${bad[@]}")
		same "$(sed -E 's/^(reset .*|goaway .*|answer 400)$/refused/' <<<"$answers" | uniq -c | xargs)" "8 refused" || { echo "$url: $answers" >&2; false; }
		same "$(asked)" "$before"
	done
}

@test "slow heads and slow bodies: the others are answered as quickly as ever, and heads are cut" { # asvs 13.1.3
	local -a clients=()
	for url in "$NGINX" "$HAPROXY"; do
		probe slow "$url" 40 8 >"$BATS_TEST_TMPDIR/slow.${url##*:}" 3>&- &
		clients+=($!)
	done
	sleep 2
	for _ in {1..10}; do
		for BASE_URL in "$NGINX" "$HAPROXY" "http://$LISTEN"; do
			started=${EPOCHREALTIME/./}
			api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
			want 202
			((${EPOCHREALTIME/./} - started < 3000000)) # a body that holds a place holds it for longer
		done
	done
	(($(probe connections "https://x:${LISTEN##*:}") < 16)) # of 160 slow ones the service sees none
	wait "${clients[@]}"
	same "$(<"$BATS_TEST_TMPDIR/slow.$NGINX_PORT")" "began:80 heads:40 bodies:0" # a body: five seconds a byte
	same "$(<"$BATS_TEST_TMPDIR/slow.$HAPROXY_PORT")" "began:80 heads:40 bodies:40"
}

# How many connections the proxies have open to the service, now.
service_connections() {
	awk -v at=":$(printf '%04X' "${LISTEN##*:}")\$" '$2 ~ at && $4 == "01"' /proc/net/tcp | wc -l
}

@test "whoever reads nothing of the largest answer keeps no place at the service" { # asvs 13.1.3 15.2.2
	local url
	local -a readers=()
	for url in "$NGINX" "$HAPROXY"; do
		printf 'GET /v1/openapi.yaml HTTP/1.1\r\nHost: %s\r\n\r\n' "$NAME" |
			probe unread "$url" 40 9 >"$BATS_TEST_TMPDIR/unread.${url##*:}" 3>&- &
		readers+=($!)
		wait_until 15 test -s "$BATS_TEST_TMPDIR/unread.${url##*:}"
		same "$(<"$BATS_TEST_TMPDIR/unread.${url##*:}")" 40
		wait_until 3 eval '(($(service_connections) <= 12))' # idle ones, kept for the next
	done
	for url in "$NGINX" "$HAPROXY"; do
		for _ in 1 2 3 4 5; do
			BASE_URL=$url api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
			want 202 # the proxy's own 503 comes after two seconds
		done
	done
	wait "${readers[@]}"
}

# Addresses of IPv6 are not everywhere: the proxies are told them by a PROXY header, which HAProxy
# reads before the rules of a session. None may be cut for its slowness while they all come.
nginx_told_start() { # PORT EVERYBODY
	nginx_start 127.0.0.1 "$1" chained "$LISTEN" "s|ssl http2|& proxy_protocol|; s|\(myportal_all\) 16000|\1 $2|; s|_timeout 5s|_timeout 60s|
		s|^\tserver_name .*|&\nset_real_ip_from 127.0.0.1; real_ip_header proxy_protocol;|"
}

haproxy_told_start() { # PORT
	haproxy_start "$1" chained "$LISTEN" "s|bind 127.0.0.1:$1|& accept-proxy|; s|tcp-request connection|tcp-request session|; s|http-request 5s|http-request 60s|; s|client 15s|client 60s|"
}

@test "a source's bound is one for all addresses of a /64, and nobody else's; who meets everybody's is told so" { # asvs 2.4.1 13.1.2 15.2.2
	local port
	port=$(free_ports 1)
	# 0x0a is a line's end where nginx looks for the eight bytes.
	nginx_told_start "$port" 102
	same "$(probe held "https://x:$port" 33=2001:db8:a0a:a0a:{}:a0a:a0a:a0a 1=2001:db8:a0a:a0b::1 34=2001:db8:a0a:{}::1 \
		34=198.51.100.{} 3=203.0.113.{} 33=2001:db8:a0a:a0a::{} | paste -sd /)" \
		"429/too_many_tries/1:1 held:32/held:1/held:34/held:34/503/overloaded/1:2 held:1/429/too_many_tries/1:33"
	process_stop chained 5
	haproxy_told_start "$port"
	same "$(probe held "https://x:$port" 65=2001:db8:a0a:a0a:{}:a0a:a0a:a0a 1=2001:db8:a0a:a0b::1 65=2001:db8:a0a:{}::1 \
		65=198.51.100.{} | paste -sd /)" "closed:1 held:64/held:1/held:65/held:65"
}

# The counts of "401:41 503:359 most:32".
crowd_count() { # WORD
	sed -nE "s/.*\b$1:([0-9]+).*/\1/p" <<<"$crowd"
}

# A busy machine takes its time over four hundred handshakes: none is cut for its slowness meanwhile.
@test "four hundred logins at once: the service is never asked for more than the proxy may" { # asvs 15.2.2 13.1.2
	local proxy port
	for proxy in nginx haproxy; do
		port=$(free_ports 1)
		printf 'resolve = %s:%s:127.0.0.1\n' "$NAME" "$port" >>"$CURL_HOME/.curlrc"
		case $proxy in
		nginx) nginx_start 127.0.0.1 "$port" chained "$LISTEN" 's|_timeout 5s|_timeout 60s|' ;;
		haproxy) haproxy_start "$port" chained "$LISTEN" 's|http-request 5s|http-request 60s|; s|client 15s|client 60s|' ;;
		esac
		crowd=$(probe crowd "https://x:$port" 400 "${LISTEN##*:}")
		echo "$proxy $crowd" # shown when it fails
		# Below three quarters of HTTP_WORKERS (256), and those that are just being closed beside them.
		(($(crowd_count most) < 256))
		(($(crowd_count 401) >= 32))
		same "$(tr ' ' '\n' <<<"$crowd" | sed -nE 's/:.*//; /^(401|503|most)$/!p')" ''
		BASE_URL=https://$NAME:$port api GET /v1/registration/stage
		want 401 token_missing
		process_stop chained 5
	done
}
