# An upgrade under load, and back: the version to come knows one more migration, which only adds. It is the same program,
# built to want the migration 9999 (myportald_next); this version is the old one.
# bats file_tags=plain

load helper
load steps
load proxies

readonly REPLICAS=(other other2)
readonly CLIENTS=4

setup_file() {
	local first n
	first=$(free_ports 5)
	export HAPROXY_PORT=$first FIRST_PORT=$((first + 1)) TLS=$STACK/tls NEXT_SCHEMA=$STACK/schema-next
	cp -r "$TREE/schema" "$NEXT_SCHEMA"
	cp "$TREE/tests/flow/9999_next.sql" "$NEXT_SCHEMA"
	certificate_make
	for n in 0 1; do replica_start "$n" myportald; done
	haproxy_start "$HAPROXY_PORT" haproxy "$(listen_of 0)" "s|^\tserver one .*|$(haproxy_line 0)\n$(haproxy_line 1)|"
}

teardown_file() {
	local name
	proxies_stop
	for name in "${REPLICAS[@]}"; do process_stop "$name" 30; done
	tables_as_before
	db 'DELETE FROM limit_counter'
}

tables_as_before() {
	db "$(cat "$TREE/tests/flow/9999_undone.sql")"
}

teardown() {
	touch "$BATS_TEST_TMPDIR/enough"
	[[ -z ${load-} ]] || wait "$load" "$member" || true
}

listen_of() { # N
	printf '127.0.0.1:%d' $((FIRST_PORT + 2 * $1))
}

inside_of() { # N
	printf '127.0.0.1:%d' $((FIRST_PORT + 2 * $1 + 1))
}

haproxy_line() { # N
	printf '\\tserver %s %s addr 127.0.0.1 port %d' "${REPLICAS[$1]}" "$(listen_of "$1")" $((FIRST_PORT + 2 * $1 + 1))
}

replica_spawn() { # N PROGRAM
	process_start "${REPLICAS[$1]}" env -u DB_OWNER_PASSWORD_FILE LISTEN="$(listen_of "$1")" LISTEN_INSIDE="$(inside_of "$1")" \
		TRUSTED_PROXIES=127.0.0.1 DRAIN_MS=2500 "$BUILD/api/$2"
}

replica_start() { # N PROGRAM
	replica_spawn "$@"
	server_wait "${REPLICAS[$1]}" "$(inside_of "$1")"
}

# As docs/keys-and-restore.md has it.
replicas_replace() { # PROGRAM
	local n
	for n in 0 1; do
		haproxy_finds_again "${REPLICAS[$n]}" replica_replace "$n" "$1"
	done
}

replica_replace() { # N PROGRAM
	process_stop "${REPLICAS[$1]}" 30
	replica_start "$@"
}

# Strangers ask for invitations and settings, and a member for what needs the session, until there is enough.
load_begins() {
	"$TREE/tests/flow/proxy_client.py" load "127.0.0.1:$HAPROXY_PORT" "$TLS/cert.pem" kept $CLIENTS \
		"$BATS_TEST_TMPDIR/enough" >"$BATS_TEST_TMPDIR/load" 3>&- &
	load=$!
	member_asks >"$BATS_TEST_TMPDIR/member" 3>&- &
	member=$!
	wait_until 5 test -s "$BATS_TEST_TMPDIR/load"
}

member_asks() {
	while [[ ! -e $BATS_TEST_TMPDIR/enough ]]; do
		curl --silent --noproxy '*' --cacert "$TLS/cert.pem" --resolve "$NAME:$HAPROXY_PORT:127.0.0.1" --header "Authorization: Bearer $access" \
			--output /dev/null --write-out '%{http_code}\n' "https://$NAME:$HAPROXY_PORT/v1/me" || true
		sleep 0.02
	done
}

# More often than this.
member_has_asked() { # TIMES
	(($(wc -l <"$BATS_TEST_TMPDIR/member") > $1))
}

load_ends() {
	touch "$BATS_TEST_TMPDIR/enough"
	wait "$load" "$member"
	tail -n 3 "$BATS_TEST_TMPDIR/load" # shown when it fails
	load=
}

count_of() { # WORD
	sed -nE "s/^done .*\b$1:([0-9]+).*/\1/p" "$BATS_TEST_TMPDIR/load"
}

own_migrate() {
	ctl migrate --folder "$NEXT_SCHEMA" --json | jq -r '.files[] | "\(.how) \(.file)"'
}

@test "a new program is not ready before its tables are there, and is when they are" {
	process_stop other2 30
	replica_spawn 1 myportald_next
	wait_until 5 curl --silent --noproxy '*' --fail --output /dev/null "http://$(inside_of 1)/healthz"
	never server_ready "$(inside_of 1)"
	server_ready "$(inside_of 0)" # the old one
	own_migrate
	wait_until 3 server_ready "$(inside_of 1)"
	server_ready "$(inside_of 0)"
}

# With UPGRADE_TEST_LONG=1 the replicas are put back, too: the tables stay as they are.
@test "tables first, then replica by replica: under load no request is lost, and none done twice" {
	tables_as_before
	replicas_replace myportald
	new_account
	logged_in "$email"
	before=$(db 'SELECT COUNT(*) FROM outbox WHERE kind = MAIL_INVITATION')
	load_begins
	same "$(own_migrate)" 'applied 9999_next.sql'
	replicas_replace myportald_next
	[[ ! -v UPGRADE_TEST_LONG ]] || replicas_replace myportald
	wait_until 20 member_has_asked 50
	load_ends
	same "$(grep '^failed ' "$BATS_TEST_TMPDIR/load" || true)" ''
	same "$(sort -u "$BATS_TEST_TMPDIR/member")" 200
	(($(count_of answered) > 200))
	member_has_asked 50
	same "$(($(db 'SELECT COUNT(*) FROM outbox WHERE kind = MAIL_INVITATION') - before))" "$(count_of accepted)"
}
