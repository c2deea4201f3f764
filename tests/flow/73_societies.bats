# Several societies on one machine and one MariaDB, both running: what is one's is nobody else's.
# bats file_tags=plain

load helper
load steps
load proxies

# Their databases' names are one pattern and its match: "_" is any character where all tables are granted.
declare -gA DATABASE=([one]=kenpo_a [two]=kenpoxa) DOMAIN=([one]=one.example [two]=two.example)

teardown() {
	local name
	process_stop haproxy 5
	process_stop other2 30
	for name in one two; do
		db_admin -e "DROP DATABASE IF EXISTS ${DATABASE[$name]};
			DROP USER IF EXISTS '${DATABASE[$name]}'@'%', '${DATABASE[$name]}_owner'@'%'"
	done
	stack_restore
}

# Runs a command with the settings of a society.
as() { # NAME COMMAND...
	local name=$1 folder=$BATS_TEST_TMPDIR/$1
	shift
	env DB_NAME="${DATABASE[$name]}" DB_USER="${DATABASE[$name]}" DB_OWNER_USER="${DATABASE[$name]}_owner" \
		DB_PASSWORD_FILE="$folder/db-password" DB_OWNER_PASSWORD_FILE="$folder/db-owner-password" \
		KEYS_FOLDER="$folder/keys" MAIL_FROM="no-reply@${DOMAIN[$name]}" PORTAL_URL="https://${DOMAIN[$name]}" \
		CORS_ORIGINS="https://${DOMAIN[$name]}" "$@"
}

ctl_as() { # NAME WORD...
	as "$1" "$BUILD/tools/ctl/myportalctl" "${@:2}"
}

make_society() { # NAME
	secret_make "$BATS_TEST_TMPDIR/$1/db-password"
	secret_make "$BATS_TEST_TMPDIR/$1/db-owner-password"
	ctl_as "$1" rights --print --new | db_admin
	ctl_as "$1" migrate --folder "$TREE/schema" >/dev/null
	ctl_as "$1" rights --print --folder "$TREE/schema" | db_admin
	ctl_as "$1" keys new >/dev/null
	ctl_as "$1" roster import "$TREE/tests/sample/roster.csv" >/dev/null
}

# What a user of a society's gets for a statement: rows, or the number of the error.
sql_as() { # NAME service|owner SQL
	local user=${DATABASE[$1]} password=db-password
	[[ $2 == service ]] || user+=_owner password=db-owner-password
	MYSQL_PWD=$(<"$BATS_TEST_TMPDIR/$1/$password") mariadb --no-defaults --socket="$DB_SOCKET" --user="$user" \
		--batch --skip-column-names -e "$3" 2>"$BATS_TEST_TMPDIR/error" ||
		sed -n 's/^ERROR \([0-9]*\) .*/\1/p' "$BATS_TEST_TMPDIR/error"
}

# Starts it as the process NAME, on these ports.
start_society() { # PROCESS NAME LISTEN INSIDE
	LISTEN=$3 LISTEN_INSIDE=$4 as "$2" bash -c '. "$TREE/tools/stack.bash" && server_spawn "$1"' - "$1"
	server_wait "$1" "$4"
}

# The public keys of an instance: no other has them.
keys_of() { # HOST:PORT
	curl -sf --noproxy '*' "http://$1/.well-known/jwks.json"
}

keys_through_haproxy() { # NAME
	curl -sf --noproxy '*' --cacert "$BATS_TEST_TMPDIR/tls/cert.pem" --retry 5 --retry-all-errors --retry-delay 1 \
		--connect-to "$1:443:127.0.0.1:$((PAGES + 2))" "https://$1/.well-known/jwks.json"
}

@test "two societies at the same time: database, users, keys, sender, links and origins are each one's own" {
	local name other from user token
	local -A url=([one]="http://$OTHER_LISTEN" [two]="http://127.0.0.1:$PAGES")
	make_society one
	make_society two
	start_society other one "$OTHER_LISTEN" "$OTHER_LISTEN_INSIDE"
	start_society other2 two "127.0.0.1:$PAGES" "127.0.0.1:$((PAGES + 1))"

	# Neither user of one sees anything of the other, or of the society that the stack has.
	for name in one two; do
		other=$([[ $name == two ]] && echo one || echo two)
		for user in service owner; do
			same "$name $user $(sql_as "$name" "$user" 'SHOW DATABASES' | grep -vx information_schema | xargs)" "$name $user ${DATABASE[$name]}"
			same "$(sql_as "$name" "$user" "SELECT COUNT(*) > 0 FROM ${DATABASE[$name]}.insured_person")" 1
			for from in "${DATABASE[$other]}" "$DB_NAME" mysql; do
				[[ $(sql_as "$name" "$user" "SELECT 1 FROM $from.insured_person") =~ ^(1142|1044)$ ]]
				same "$name $user $from $(sql_as "$name" "$user" "USE $from")" "$name $user $from 1044"
			done
		done
		# The service's user still has what schema/rights.sql says, and no more.
		[[ $(sql_as "$name" service "DELETE FROM ${DATABASE[$name]}.audit_event") == 1142 ]]
	done

	# A mail has the sender and the portal of its society, and its link opens nothing at the other one.
	for name in one two; do
		other=$([[ $name == two ]] && echo one || echo two)
		new_email email
		BASE_URL=${url[$name]} api POST /v1/registration/email "{\"email\":\"$email\"}"
		want 202
		same "$(mail_part "$email" X-MailFrom)" "no-reply@${DOMAIN[$name]}"
		[[ $(mail_link "$email") == "https://${DOMAIN[$name]}/"* ]]
		mail_token "$email" 1 token
		BASE_URL=${url[$name]} api GET /v1/registration/stage '' "$token"
		want 200
		BASE_URL=${url[$other]} api GET /v1/registration/stage '' "$token"
		want 401
		ORIGIN=https://${DOMAIN[$name]} BASE_URL=${url[$name]} api GET /v1/config
		same "$(header Access-Control-Allow-Origin)" "https://${DOMAIN[$name]}"
		ORIGIN=https://${DOMAIN[$other]} BASE_URL=${url[$name]} api GET /v1/config
		never header Access-Control-Allow-Origin
	done
	BASE_URL=${url[one]} api GET /.well-known/jwks.json
	field '.keys[0].kid' key
	BASE_URL=${url[two]} api GET /.well-known/jwks.json
	[[ -n $key && $(field '.keys[0].kid') != "$key" ]]

	# One HAProxy serves both: the name in TLS says whose the request is.
	TLS=$BATS_TEST_TMPDIR/tls NAMES=DNS:portal-api.other.example.jp certificate_make
	LISTEN_INSIDE=$OTHER_LISTEN_INSIDE TLS=$BATS_TEST_TMPDIR/tls haproxy_start "$((PAGES + 2))" haproxy "$OTHER_LISTEN" \
		"s|#other ||; s|127.0.0.1:8081|127.0.0.1:$PAGES|; s|port 9091|addr 127.0.0.1 port $((PAGES + 1))|"
	same "$(keys_through_haproxy portal-api.example.jp)" "$(keys_of "$OTHER_LISTEN")"
	same "$(keys_through_haproxy portal-api.other.example.jp)" "$(keys_of "127.0.0.1:$PAGES")"

	# Who makes a third under a name that is taken takes nobody's over.
	status=0
	output=$(ctl_as one rights --print --new | sed "s/'[0-9a-f]\{48\}'/'another-password-of-it'/" | db_admin 2>&1) || status=$?
	[[ $status != 0 && $output == *'there already'* ]]
	same "$(sql_as one service 'SELECT 1')" 1
}

@test "rights: nothing is printed for a name that is no plain one, nor passwords to a terminal" {
	local status=0
	secret_make "$BATS_TEST_TMPDIR/one/db-password"
	secret_make "$BATS_TEST_TMPDIR/one/db-owner-password"
	# shellcheck disable=SC2016 # no variable: a name
	output=$(as one env 'DB_NAME=a`.* TO PUBLIC; -- ' "$BUILD/tools/ctl/myportalctl" rights --print --folder "$TREE/schema" 2>&1) || status=$?
	same "$status $output" '78 myportalctl: DB_NAME must be 1-64 letters, digits, "_" and "-": it is written into SQL'
	status=0
	output=$(as one script -qec "'$BUILD/tools/ctl/myportalctl' rights --print --new" /dev/null </dev/null) || status=$?
	same "$status" 2
	[[ $output == *'| mariadb'* && $output != *"$(<"$BATS_TEST_TMPDIR/one/db-password")"* ]]
	same "$(ctl_as one rights --print --json --folder "$TREE/schema" | jq -r .sql)" "$(ctl_as one rights --print --folder "$TREE/schema")"
	# A file of rights that is not understood gives none at all.
	sed '$aGRANT ALL ON *.* TO PUBLIC;' "$TREE/schema/rights.sql" >"$BATS_TEST_TMPDIR/rights.sql"
	status=0
	output=$(ctl_as one rights --print --folder "$BATS_TEST_TMPDIR" 2>/dev/null) || status=$?
	same "$status $output" '5 '
}
