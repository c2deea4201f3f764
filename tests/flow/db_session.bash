# shellcheck shell=bash
# db_session.bash - db() of helper.bash over one connection for all of a test, for files that ask so often that the start
# of a client for each question is much of their CPU time. `load db_session` after helper.
#
# Only one process asks at a time: what runs in the background must not. And the database is not restarted.

setup() {
	db_session_begin
}

# As descriptors 8 and 9: $(db ...) has them, unlike those of a coprocess, and process_start() closes them.
db_session_begin() {
	local password
	read -r password <"$DB_OWNER_PASSWORD_FILE" || true # it has no line end
	coproc db_session {
		OPENSSL_CONF=/dev/null MYSQL_PWD=$password \
			exec "$BUILD/tests/flow/sql" "$DB_SOCKET" "$DB_OWNER_USER" "$DB_NAME" 3>&-
	}
	exec 8<&"${db_session[0]}" 9>&"${db_session[1]}"
}

# Sets answer; starts no process.
db_ask() { # SQL
	local sql
	sql_of "$1" || return 1
	printf '%s\0' "$sql" >&9
	IFS= read -r -d '' -u 8 answer || return 1
	[[ -z $answer || $answer == *$'\n' ]] && return 0
	printf '%s\n' "$answer" >&2
	return 1
}

db() { # SQL
	local answer
	db_ask "$1" && printf '%s' "$answer"
}
