# The operator: migrations, keys, settings, and what refuses to start.

load helper
load steps

# An empty database of its own, as the owner: OWN_DB.
own_database() {
	OWN_DB=${DB_NAME}_$BATS_SUITE_TEST_NUMBER
	db_admin <<<"CREATE DATABASE $OWN_DB; GRANT ALL ON $OWN_DB.* TO '$DB_OWNER_USER'@'%'"
	cp -r "$TREE/schema" "$BATS_TEST_TMPDIR/schema"
}

own_migrate() {
	DB_NAME=$OWN_DB ctl migrate --folder "$BATS_TEST_TMPDIR/schema"
}

@test "migrate brings an empty database up, and does nothing the second time" {
	own_database
	same "$(own_migrate | xargs)" "applied 0001_registration.sql applied 0002_accounts.sql"
	same "$(own_migrate)" ''
	same "$(db "SELECT version, ended_at > 0 FROM $OWN_DB.schema_migration")" "1	1
2	1"
}

@test "migrate started by several at once runs each file once" {
	own_database
	local -a runs=()
	for i in 1 2 3 4; do
		own_migrate >"$BATS_TEST_TMPDIR/out.$i" 2>&1 &
		runs+=($!)
	done
	for run in "${runs[@]}"; do
		wait "$run"
	done
	same "$(cat "$BATS_TEST_TMPDIR"/out.* | sort | xargs)" "applied 0001_registration.sql applied 0002_accounts.sql"
}

@test "migrate refuses a file that was edited after it ran" {
	own_database
	own_migrate
	echo '-- a thought' >>"$BATS_TEST_TMPDIR/schema/0001_registration.sql"
	output=$(own_migrate 2>&1) && false
	grep -q 'was edited' <<<"$output"
}

@test "migrate says which file broke, and does not go on" {
	own_database
	own_migrate
	printf 'CREATE TABLE half (id INT PRIMARY KEY);\nCREATE NONSENSE;\n' >"$BATS_TEST_TMPDIR/schema/0003_broken.sql"
	output=$(own_migrate 2>&1) && false
	grep -q '0003_broken.sql: error 1064' <<<"$output"
}

# bats test_tags=both
@test "after a rotation the next key signs without a restart, and links of the old one still open" { # asvs 11.1.1 13.3.4
	email=$(new_email)
	invite "$email"
	new=$(ctl keys list | awk '$1 == "stage" && $3 == "next" { print $2 }')
	ctl keys rotate --force
	same "$(ctl keys list | awk -v kid="$new" '$2 == kid { print $3 }')" current
	wait_until 5 signs_with "$new"
	identify "$invitation" "$(new_person)"
	want 200
	second_link=$(mail_token "$email" 2)
	cut -d. -f1 <<<"$second_link" | tr '_-' '/+' | base64 -d 2>/dev/null | grep -q "$new"
	confirm_key "$second_link" "$(field .authentication_key)"
	want 200
}

# Links and CAPTCHAs are signed with one key.
signs_with() { # KID
	captcha_for "$invitation" >/dev/null && cut -d. -f1 <<<"$captcha_token" | tr '_-' '/+' | base64 -d 2>/dev/null | grep -q "$1"
}

@test "key files are 0400, and a weak, missing or readable one refuses the start" { # asvs 11.2.3 13.3.1 13.3.2
	same "$(stat -c %a "$KEYS_FOLDER"/*.{key,pem} | sort -u)" 400
	cp -r "$KEYS_FOLDER" "$BATS_TEST_TMPDIR/keys"
	local key
	key=$(find "$BATS_TEST_TMPDIR/keys" -name 'stage-*.key' | head -n 1)
	refused() { # WORD
		output=$(KEYS_FOLDER=$BATS_TEST_TMPDIR/keys LISTEN=$OTHER_LISTEN LISTEN_INSIDE=$OTHER_LISTEN_INSIDE timeout 10 "$BUILD/api/myportald" 2>&1) && return 1
		jq -e '.event == "not_started"' <<<"$(tail -n 1 <<<"$output")"
	}
	chmod 0444 "$key"
	refused
	chmod 0600 "$key"
	printf '00%.0s' {1..32} >"$key"
	echo >>"$key"
	chmod 0400 "$key"
	refused
	rm -f "$BATS_TEST_TMPDIR"/keys/stage-*.key
	refused
	rm -rf "$BATS_TEST_TMPDIR/keys"
	refused
}

@test "a setting out of its bounds refuses the start and says which; a secret is never shown" { # asvs 11.4.2
	tried() { # SETTING=VALUE
		output=$(env "$1" LISTEN="$OTHER_LISTEN" LISTEN_INSIDE="$OTHER_LISTEN_INSIDE" timeout 10 "$BUILD/api/myportald" 2>&1) && return 1
		grep -q "${1%%=*} must be" <<<"$output" || { echo "$output" >&2; return 1; }
	}
	tried HTTP_WORKERS=0
	tried HTTP_WORKERS=many
	tried INVITATION_LIVES_S=59
	tried PASSWORD_COMPOSITION=some
	tried PORTAL_URL=
	tried DB_PASSWORD="$(head -c 600 /dev/zero | tr '\0' x)"
	never grep -q xxx <<<"$output"
	output=$(ARGON2_MEMORY_KIB=12288 ARGON2_PASSES=2 LISTEN=$OTHER_LISTEN LISTEN_INSIDE=$OTHER_LISTEN_INSIDE timeout 10 "$BUILD/api/myportald" 2>&1) && false
	grep -q ARGON2 <<<"$output"
}

@test "the service's database user can do no more than it needs" { # asvs 13.2.2
	as_service() {
		MYSQL_PWD=$(<"$DB_PASSWORD_FILE") mariadb --no-defaults --socket="$DB_SOCKET" --user="$DB_USER" --batch "$DB_NAME" -e "$1"
	}
	as_service 'SELECT COUNT(*) FROM account'
	for sql in 'DROP TABLE account' 'CREATE TABLE x (a INT)' 'DELETE FROM insured_person' 'UPDATE insured_person SET number = 1' \
		"SELECT LOAD_FILE('/etc/passwd') INTO OUTFILE '/tmp/x'" 'SELECT * FROM mysql.user' 'DELETE FROM schema_migration' 'ALTER TABLE account ADD a INT'; do
		never as_service "$sql" || { echo "allowed: $sql" >&2; false; }
	done
}

@test "Argon2id parameters come from the settings" { # asvs 11.2.2
	start_other ARGON2_MEMORY_KIB=12288 ARGON2_PASSES=3
	email=$(new_email)
	at_account_step "$email" "$(new_person)"
	BASE_URL=http://$OTHER_LISTEN create_account "$stage_token" "$email"
	want 201
	db "SELECT password_hash FROM account WHERE login_id = '$email'" | grep -q '^\$argon2id\$v=19\$m=12288,t=3,p=1\$'
}

@test "the programs start no other program, and export nothing" { # asvs 1.2.5
	for program in api/myportald tools/ctl/myportalctl; do
		nm -D --undefined-only "$BUILD/$program" | never grep -Ew 'system|popen|execv|execve|execvp|posix_spawn|fork'
	done
}
