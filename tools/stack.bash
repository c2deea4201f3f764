# shellcheck shell=bash
# stack.bash - a private MariaDB, a mail catcher and myportald in one folder, and the pages for app
# developers beside them; packages and build.
#
# Sourced by tools/run, tools/test and tests/flow. Its caller sets
#   TREE   the checkout
#   STACK  the folder: data, keys, secrets, mails, logs and pids; made when missing
#   BUILD  the build tree, build when unset
#   LANE   a digit, when unset any: stacks of different lanes that look for free ports at the same
#          moment do not find the same ones
# and the service's settings, which stay in the environment (stack_settings has the sample's).
# A function says what failed on standard error and returns 1. Programs are ended by their pid, and
# only when that pid still is ours; nothing outside STACK changes, but for installed packages and,
# where STACK is too deep for a socket's name, one folder in /tmp.

PATH=$PATH:/usr/sbin:/sbin # mariadbd, on a user's PATH
export LC_ALL=C.UTF-8 # characters are more than bytes, also where no language is set
: "${TREE:?}" "${STACK:?}"
BUILD=${BUILD:-build}
[[ $BUILD == /* ]] || BUILD=$TREE/$BUILD

complain() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	return 1
}

# Waits so many seconds, as sleep does, but starts no program: it reads what nobody writes.
pause() { # SECONDS
	[[ -p $STACK/.pause ]] || { mkdir -p "$STACK" && mkfifo "$STACK/.pause" 2>/dev/null; } || [[ -p $STACK/.pause ]] || return 1
	read -r -t "$1" _ <>"$STACK/.pause" || true
}

# Repeats a command until it succeeds, for so many seconds of a machine that is quiet: waiting longer passes no test.
wait_until() { # SECONDS COMMAND...
	local last=$((SECONDS + 3 * $1 + 1))
	shift
	until "$@"; do
		((SECONDS < last)) || return 1
		pause 0.05
	done
}

# --- packages and build ---------------------------------------------------------------------------

# Those whose command is there, from wherever, are not missed.
packages_missing() { # GROUP...
	local groups=" $* " wanted name
	wanted=$(awk -v groups="$groups" 'index(groups, " " $1 " ") { print $2 }' "$TREE/tools/packages")
	comm -23 <(sort -u <<<"$wanted") <(
		# shellcheck disable=SC2086 # one word a package
		dpkg-query -W -f '${Package} ${db:Status-Status}\n' $wanted 2>/dev/null |
			sed -n 's/ installed$//p' | sort -u
	) | while read -r name; do
		command -v "$name" >/dev/null || printf '%s\n' "$name"
	done
}

# apt as root, or through sudo.
as_root() {
	if ((EUID == 0)); then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo -- "$@"
	else
		complain "packages must be installed by root, and there is no sudo"
	fi
}

# SYSTEMD_OFFLINE: no service is started by being installed.
apt_install() {
	as_root env DEBIAN_FRONTEND=noninteractive SYSTEMD_OFFLINE=1 apt-get -q install -y --no-install-recommends "$@"
}

# Of these packages the tests want the program. Their services shall not start at the next boot.
services_leave_off() { # PACKAGE...
	local package
	command -v systemctl >/dev/null || return 0
	for package in "$@"; do
		case $package in
		nginx-light | haproxy | prometheus) as_root env SYSTEMD_OFFLINE=1 systemctl -q disable "${package%-light}" ;;
		mariadb-server) as_root env SYSTEMD_OFFLINE=1 systemctl -q disable mariadb ;;
		esac
	done
}

# Installs what is missing. The lists are fetched only when they turn out to be absent or too old.
packages_install() { # GROUP...
	local missing log=$STACK/apt.log
	mapfile -t missing < <(packages_missing "$@")
	((${#missing[@]} > 0)) || return 0
	mkdir -p "$STACK" || return 1
	printf 'Installing %s\n' "${missing[*]}"
	if ! { apt_install "${missing[@]}" || { as_root apt-get -q update && apt_install "${missing[@]}"; }; } \
		>"$log" 2>&1; then
		tail -n 20 "$log" >&2
		complain "could not install ${missing[*]}; the whole output is in $log"
		return 1
	fi
	services_leave_off "${missing[@]}" >>"$log" 2>&1 || true
}

# Setting an option to what it is would configure the tree anew, also under whoever works with it.
build_has() { # MESON OPTION...
	local option
	for option in "${@#-D}"; do
		grep -qxF "${option/=/ = }" "$BUILD/meson-private/cmd_line.txt" || return 1
	done
}

# shellcheck disable=SC2120 # tools/run needs no option
build_tree() { # [MESON OPTION...]; the array TARGETS: what to build, when not everything
	if [[ ! -e $BUILD/build.ninja ]]; then
		mkdir -p "$BUILD" || return 1 # another tree below it may be made meanwhile; meson stops at that
		meson setup "$BUILD" "$TREE" "$@" || return 1
	elif ! build_has "$@"; then
		meson configure "$BUILD" "$@" || return 1 # a tree of tools/run has no tests yet
	fi
	ninja -C "$BUILD" ${TARGETS+"${TARGETS[@]}"}
}

# What a command needs before it starts anything: the packages of these groups, and the build. Quiet when there is
# nothing to do. One at a time, as two commands may begin at once.
tree_prepare() { # 'GROUP...' [MESON OPTION...]; TARGETS as build_tree
	local groups log=$STACK.build.log
	read -ra groups <<<"$1"
	shift
	mkdir -p "$STACK" "$BUILD" && packages_install "${groups[@]}" >&2 || return 1
	(flock 9 && build_tree "$@") 9>"$BUILD/.lock" >"$log" 2>&1 && return 0
	tail -n 30 "$log" >&2
	complain "the build failed; its whole output is $log"
}

# --- settings -------------------------------------------------------------------------------------

# The names of the service's settings; config.c has the one list of them.
settings_names() {
	sed -n 's/^\t{ "\([A-Z0-9_]*\)".*/\1/p' "$TREE/lib/domain/settings/config.c"
}

settings_forget() { # PATTERN: names to unset, as in DB_*
	local name
	for name in $(settings_names); do
		# shellcheck disable=SC2053 # a pattern
		[[ $name != $1 ]] || unset "$name" "${name}_FILE"
	done
}

# Every setting in use, as lines any shell can source.
settings_print() {
	local name
	for name in $(settings_names | sed 'p; s/$/_FILE/'); do
		[[ -v $name ]] || continue
		printf "export %s='%s'\n" "$name" "${!name//\'/\'\\\'\'}"
	done
	settings_defaults
}

# Those that are not set, as comments: sourced, they would stay what they are when a default changes.
settings_defaults() {
	local name value
	# shellcheck disable=SC2016 # the table's backticks
	"$BUILD/api/myportald" --settings | sed -n 's/^| `\([A-Z0-9_]*\)` | `\(.*\)` | [^|]* | .*/\1 \2/p' |
		while read -r name value; do
			local file=${name}_FILE
			[[ -v $name || -v $file ]] || printf "# %s='%s'\n" "$name" "${value#-}"
		done
}

# A socket's name ends at 107 bytes: in a deep checkout it goes to a folder of its own in /tmp, whose
# name is kept so that the database can come and go.
socket_folder() {
	local folder=$STACK LC_ALL=C
	if ((${#folder} > 90)); then
		folder=$(cat "$STACK/socket-folder" 2>/dev/null) && [[ -d $folder ]] ||
			folder=$(mktemp -d /tmp/myportal.XXXXXXXX) || return 1
		printf '%s\n' "$folder" >"$STACK/socket-folder"
	fi
	printf '%s\n' "$folder"
}

# What the sample needs beyond the defaults. A value already in the environment wins, except where
# this stack itself is meant: its database, its catcher, its keys.
stack_settings() {
	local sockets app=${RUN_APP_PORT:-8081}
	mkdir -p "$STACK" || return 1
	sockets=$(socket_folder) || return 1
	settings_forget 'DB_*'
	settings_forget 'SMTP_*'
	export LISTEN="${LISTEN:-127.0.0.1:8080}"
	export LISTEN_INSIDE="${LISTEN_INSIDE:-127.0.0.1:9090}"
	export DRAIN_MS="${DRAIN_MS:-0}" # no proxy has to notice that it ends
	# The reference app, and one that a bundler serves; a browser writes an origin as it was typed.
	export CORS_ORIGINS="${CORS_ORIGINS:-http://127.0.0.1:$app,http://localhost:$app,http://localhost:5173,http://127.0.0.1:5173}"
	export DB_SOCKET="$sockets/db.sock"
	export DB_NAME=myportal
	export DB_USER=myportal
	export DB_PASSWORD_FILE="$STACK/secrets/db-password"
	export DB_OWNER_USER=myportal_owner
	export DB_OWNER_PASSWORD_FILE="$STACK/secrets/db-owner-password"
	export KEYS_FOLDER="$STACK/keys"
	export SMTP_URL="smtp://127.0.0.1:${RUN_SMTP_PORT:-2525}"
	export SMTP_TLS=none
	export MAIL_FROM="${MAIL_FROM:-no-reply@kenpo.example}"
	export PORTAL_URL="${PORTAL_URL:-http://127.0.0.1:$app}"
	export SOCIETY_NAME_JA="${SOCIETY_NAME_JA:-みほん健康保険組合}"
	export SOCIETY_NAME_EN="${SOCIETY_NAME_EN:-Sample Health Insurance Society}"
	export SOCIETY_CONTACT_JA="${SOCIETY_CONTACT_JA:-適用課 03-0000-0000（平日9時～17時）}"
	export SOCIETY_CONTACT_EN="${SOCIETY_CONTACT_EN:-Membership desk, 03-0000-0000 (weekdays 9-17)}"
	export SOCIETY_WORDS="${SOCIETY_WORDS:-みほん,mihon,kenpo,mihonkenpo,myportal}"
}

# For what asks more often than any member would.
limits_out_of_the_way() {
	export LIMITS=source_requests=1000000000,source_mails=1000000,source_identities=1000000
	LIMITS+=,service_mails=1000000000,service_identities=1000000,service_failures=1000000000,link_captchas=1000/1
	LIMITS+=,source_persons=1000000
}

# --- processes ------------------------------------------------------------------------------------

# Sets mark: what the command line of a program of this stack must hold.
process_mark() { # NAME
	case $1 in
	mariadbd) mark="--datadir=$STACK/db" ;;
	mail-catcher) mark="$STACK/mail" ;;
	app-server) mark="--mail $STACK/mail" ;;
	nginx | haproxy* | chained) mark="$STACK/$1.conf" ;; # tests/flow/proxies.bash
	lossy-db*) mark="$STACK/lossy-db" ;; # tests/flow/lost_commit.bash
	installed*) mark="$STACK/installed/usr/bin/myportald" ;; # tests/month
	fault-proxy) mark="fault_proxy.py $STACK" ;; # tests/chaos
	dbagent*) mark="$BUILD/tools/dbagent" ;; # tools/cluster
	*) mark="$BUILD/api/myportald" ;;
	esac
}

# Sets words: the command line of a process. It is empty for a moment while a program is loaded into the process, and
# for good once that has ended and waits for its parent, when it has no program any more.
process_words() { # PID
	words=()
	until mapfile -d '' words <"/proc/$1/cmdline" && ((${#words[@]} > 0)); do
		[[ -e /proc/$1/exe ]] || return 1
	done
} 2>/dev/null

# Prints the pid of a program of ours that runs. A stale pid file may name a stranger: the command
# line tells.
process_pid() { # NAME
	local pid words mark
	# Not $(<...): of a file that is not there, bash 5.2 ends the shell.
	{ read -r pid <"$STACK/$1.pid"; } 2>/dev/null && process_words "$pid" || return 1
	process_mark "$1"
	[[ ${words[*]} == *"$mark"* ]] || return 1
	printf '%s\n' "$pid"
}

process_runs() { # NAME
	process_pid "$1" >/dev/null
}

process_began() { # NAME PID
	process_runs "$1" || ! kill -0 "$2" 2>/dev/null
}

process_gone() { # NAME
	! process_runs "$1"
}

# Starts a program in a session of its own, so that a Ctrl-C in the terminal reaches only the
# script. The descriptors of bats and of a lock are closed: their owners wait for the last holder.
process_start() { # NAME COMMAND...
	local name=$1
	shift
	setsid "$@" </dev/null >>"$STACK/$name.log" 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
	printf '%s\n' "$!" >"$STACK/$name.pid"
	wait_until 5 process_began "$name" "$!"
}

# Asks a program to end, waits, and then insists. One that had ended by itself is noted in
# STACK/died: a crash between two tests must not pass unseen. Another process may have started the
# program anew meanwhile: then its pid stays in the file.
process_stop() { # NAME SECONDS
	local pid was
	{ read -r was <"$STACK/$1.pid"; } 2>/dev/null || return 0
	if pid=$(process_pid "$1"); then
		kill -TERM "$pid"
		wait_until "$2" process_gone "$1" || kill -KILL "$pid"
		wait_until 5 process_gone "$1"
	else
		printf '%s\n' "$1" >>"$STACK/died"
	fi
	[[ $(cat "$STACK/$1.pid" 2>/dev/null) != "$was" ]] || rm -f "$STACK/$1.pid"
}

# Ends a program as a power cut would.
process_kill() { # NAME
	local pid
	pid=$(process_pid "$1") || return 0
	kill -KILL "$pid"
	wait_until 5 process_gone "$1"
	rm -f "$STACK/$1.pid"
}

process_pause() { # NAME
	local pid
	pid=$(process_pid "$1") || return 0
	kill -STOP "$pid"
}

# A paused one takes no signal but SIGKILL until it goes on.
process_resume() { # NAME
	local pid
	pid=$(process_pid "$1") || return 0
	kill -CONT "$pid"
}

process_failed() { # NAME
	tail -n 20 "$STACK/$1.log" >&2
	complain "$1 did not start; its log is $STACK/$1.log"
}

port_is_free() { # HOST:PORT
	! (exec 3<>"/dev/tcp/${1%:*}/${1##*:}") 2>/dev/null
}

# Prints the first of COUNT free ports in a row, below those that outgoing connections get.
free_ports() { # COUNT
	local first port
	for _ in {1..100}; do
		first=$((20000 + RANDOM % 120 * 100 + ${LANE:-RANDOM % 10} * 10))
		for ((port = first; port < first + $1; port++)); do
			port_is_free "127.0.0.1:$port" || continue 2
		done
		printf '%s\n' "$first"
		return 0
	done
	complain "found no $1 free ports in a row"
}

# --- database -------------------------------------------------------------------------------------

# The invoking system user is the server's administrator, over its socket only.
db_admin() {
	mariadb --no-defaults --socket="$DB_SOCKET" --user="$(id -un)" --connect-timeout=2 \
		--default-character-set=utf8mb4 --batch --skip-column-names "$@"
}

# Makes the data folder: whole or not at all. --force: also where no name can be looked up. A folder of
# its own for temporary tables: a server that starts removes those of others that it finds in its own.
# MADE_DB: one that was made before, to be copied.
db_install() {
	local as=()
	[[ ! -d $STACK/db ]] || return 0
	rm -rf "$STACK/db.new"
	mkdir -p "$STACK/db-tmp" || return 1
	if [[ -d ${MADE_DB-} ]]; then
		cp -a "$MADE_DB" "$STACK/db.new" && mv "$STACK/db.new" "$STACK/db"
		return
	fi
	((EUID != 0)) || as=(--user=root)
	if ! mariadb-install-db --no-defaults "${as[@]}" --datadir="$STACK/db.new" --tmpdir="$STACK/db-tmp" --skip-test-db \
		--skip-name-resolve --auth-root-authentication-method=socket \
		--auth-root-socket-user="$(id -un)" --innodb-log-file-size=32M --force >"$STACK/db-install.log" 2>&1; then
		tail -n 20 "$STACK/db-install.log" >&2
		complain "could not make a database in $STACK/db"
		return 1
	fi
	mv "$STACK/db.new" "$STACK/db"
}

db_answers() {
	db_admin -e 'SELECT 1' >/dev/null 2>&1
}

db_answers_or_ended() {
	db_answers || process_gone mariadbd
}

# shellcheck disable=SC2120 # only tests want other options
db_start() { # [OPTION...]
	local as=()
	db_install || return 1
	mkdir -p "$STACK/db-tmp" "${DB_SOCKET%/*}" || return 1
	((EUID != 0)) || as=(--user=root)
	process_start mariadbd ${DB_PRELOAD:+env LD_PRELOAD="$DB_PRELOAD"} "$(command -v mariadbd)" --no-defaults "${as[@]}" \
		--datadir="$STACK/db" --tmpdir="$STACK/db-tmp" --socket="$DB_SOCKET" \
		--pid-file="$STACK/db/mariadbd.pid" --bind-address=127.0.0.1 --port="${RUN_DB_PORT:-3307}" \
		--skip-name-resolve --skip-log-bin --character-set-server=utf8mb4 \
		"${DB_MEMORY:---innodb-buffer-pool-size=64M}" --key-buffer-size=1M --aria-pagecache-buffer-size=8M --innodb-log-file-size=32M \
		--innodb-flush-log-at-trx-commit=1 --performance-schema=OFF "$@"
	wait_until 30 db_answers_or_ended
	if ! { process_runs mariadbd && db_answers; }; then
		process_failed mariadbd
	fi
}

# An authority, and a server's certificate with the name that DB_HOST says, in $TLS.
db_certificates_make() {
	mkdir -p "$TLS"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=database CA" \
		-keyout "$TLS/ca-key.pem" -out "$TLS/ca.pem" 2>/dev/null &&
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=localhost" \
			-keyout "$TLS/db-key.pem" -out "$TLS/db.csr" 2>/dev/null &&
		openssl x509 -req -in "$TLS/db.csr" -CA "$TLS/ca.pem" -CAkey "$TLS/ca-key.pem" -days 2 -out "$TLS/db.pem" \
			-extfile <(printf 'subjectAltName=DNS:localhost\n') 2>/dev/null
}

db_stop() {
	process_stop mariadbd 30
}

secret_make() { # FILE
	[[ ! -s $1 ]] || return 0
	mkdir -p "${1%/*}" && chmod 0700 "${1%/*}" || return 1
	(umask 077 && od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$1")
}

# The database and its two users, made anew with exactly their rights: the owner's are all on this
# one database, the service's are those of schema/rights.sql once the tables are there.
db_users() {
	secret_make "$DB_PASSWORD_FILE" && secret_make "$DB_OWNER_PASSWORD_FILE" || return 1
	db_admin <<-SQL
		CREATE DATABASE IF NOT EXISTS $DB_NAME CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
		CREATE OR REPLACE USER '$DB_OWNER_USER'@'%' IDENTIFIED BY '$(<"$DB_OWNER_PASSWORD_FILE")';
		CREATE OR REPLACE USER '$DB_USER'@'%' IDENTIFIED BY '$(<"$DB_PASSWORD_FILE")';
		GRANT ALL ON $DB_NAME.* TO '$DB_OWNER_USER'@'%';
	SQL
}

ctl() {
	"$BUILD/tools/ctl/myportalctl" "$@"
}

# The roster is imported into an empty table alone: whichever was imported since stays.
db_fill() { # ROSTER
	db_users || return 1
	ctl migrate --folder "$TREE/schema" || return 1
	db_admin "$DB_NAME" <"$TREE/schema/rights.sql" || return 1
	[[ $(db_admin "$DB_NAME" -e 'SELECT EXISTS (SELECT 1 FROM insured_person)') == 1 ]] ||
		ctl roster import "$1"
}

# --- mail catcher, keys, service ------------------------------------------------------------------

# Its rules of misbehaviour are read at every step (tools/dev/mail-catcher --help): tests write them.
smtp_start() {
	local address=127.0.0.1:${RUN_SMTP_PORT:-2525}
	touch "$STACK/smtp-script"
	process_start mail-catcher "$TREE/tools/dev/mail-catcher" "$address" "$STACK/mail" \
		--script "$STACK/smtp-script"
	wait_until 10 smtp_listens_or_ended "$address"
	process_runs mail-catcher || process_failed mail-catcher
}

smtp_listens_or_ended() { # ADDRESS
	! port_is_free "$1" || process_gone mail-catcher
}

smtp_stop() {
	process_stop mail-catcher 5
}

keys_make() {
	ctl keys new >/dev/null # makes what is missing
}

# myportald, with other settings for this once. It gets no word of the owner's password.
server_spawn() { # NAME [SETTING=value...]
	local name=$1
	shift
	process_start "$name" env -u DB_OWNER_PASSWORD_FILE "$@" "$BUILD/api/myportald"
}

# Sets the array clock: what gives a program a clock that is off by so much (libfaketime). Only the time of day:
# waits are to last as long as ever.
clock_at() { # OFFSET such as +3h
	# shellcheck disable=SC2034 # for the caller
	clock=(LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1 "FAKETIME=$1"
		FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_FORCE_MONOTONIC_FIX=0
		"ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0")
}

# libfaketime leaves these behind a process that was killed, and the next with its id waits for them.
faketime_forget() {
	local file
	for file in /dev/shm/*faketime_s??_*; do
		if [[ -e $file && ! -e /proc/${file##*_} ]]; then rm -f "$file"; fi
	done
}

# Without curl, which takes longer to start than to ask: tests ask it all the time.
server_ready() ( # INSIDE
	exec 3<>"/dev/tcp/${1%:*}/${1##*:}" || return 1
	printf 'GET /readyz HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$1" >&3
	IFS= read -r -t 2 -u 3 line && [[ $line == 'HTTP/1.1 200 '* ]]
) 2>/dev/null

server_ready_or_ended() { # NAME INSIDE
	server_ready "$2" || process_gone "$1"
}

server_wait() { # NAME INSIDE
	wait_until 30 server_ready_or_ended "$@"
	if ! { process_runs "$1" && server_ready "$2"; }; then
		process_failed "$1"
	fi
}

# shellcheck disable=SC2120 # only tests want other settings
server_start() { # [SETTING=value...]
	printf '%s\n' "$*" >"$STACK/myportald.changed"
	server_spawn myportald "$@"
	server_wait myportald "$LISTEN_INSIDE"
}

server_stop() {
	process_stop myportald 30
}

# --- pages for app developers ---------------------------------------------------------------------

# shellcheck disable=SC2120 # only tests want options
app_start() { # [APP-SERVER OPTION...]
	process_start app-server "$TREE/tools/dev/app-server" "${RUN_APP_PORT:-8081}" \
		--api "http://$LISTEN" --mail "$STACK/mail" "$@"
	wait_until 10 app_listens_or_ended
	process_runs app-server || process_failed app-server
}

app_listens_or_ended() {
	! port_is_free "127.0.0.1:${RUN_APP_PORT:-8081}" || process_gone app-server
}

# --- all of it ------------------------------------------------------------------------------------

# A port in use is said here, in one line, and not by the third program in its log.
# shellcheck disable=SC2120 # tools/run has another
stack_ports_free() { # [SETTING=HOST:PORT...]: these, besides the stack's own
	local pair
	for pair in "LISTEN=$LISTEN" "LISTEN_INSIDE=$LISTEN_INSIDE" \
		"RUN_DB_PORT=127.0.0.1:${RUN_DB_PORT:-3307}" "RUN_SMTP_PORT=127.0.0.1:${RUN_SMTP_PORT:-2525}" "$@"; do
		port_is_free "${pair#*=}" ||
			complain "${pair#*=} is in use: end what listens there, or choose another by ${pair%%=*}" ||
			return 1
	done
}

stack_start() { # ROSTER
	rm -f "$STACK/died" "$STACK/tried_twice"
	printf 'start %s\n' "$EPOCHSECONDS" >"$STACK/ended"
	# shellcheck disable=SC2119
	stack_ports_free && db_start && db_fill "$1" && keys_make && smtp_start && server_start
}

stack_stop() {
	local name
	for name in chained haproxy nginx; do
		process_stop "$name" 5
	done
	for name in other other2 other3 installed installed2 installed3 myportald; do
		process_stop "$name" 30
	done
	process_stop lossy-db 5
	process_stop app-server 5
	process_stop mail-catcher 5
	process_stop mariadbd 30
	if [[ -e $STACK/socket-folder ]]; then
		rm -rf "$(<"$STACK/socket-folder")" "$STACK/socket-folder"
	fi
}
