# The operator's command itself: how it is called, what wrong use says, whose settings it takes, and what it prints.
# bats file_tags=plain

bats_require_minimum_version 1.5.0
load helper
load steps

setup() {
	CTL=$BUILD/tools/ctl/myportalctl
	etc=$BATS_TEST_TMPDIR/etc
	unset -v MYPORTAL_INSTANCE MYPORTAL_ETC
	export -n MYPORTAL_ETC
}

# Nothing in the environment but what is named; $status, $output and $stderr are how it ended.
bare() { # [NAME=VALUE...] WORD...
	local -a given=()
	while [[ ${1-} == [A-Z]*=* ]]; do
		given+=("$1")
		shift
	done
	run --separate-stderr env -i MYPORTAL_ETC="$etc" "${given[@]}" "$CTL" "$@" </dev/null
}

# It was called wrongly, was not carried out, and this was said.
rejected() { # TEXT WORD...
	bare "${@:2}"
	[[ $status == 2 && -z $output && $stderr == "myportalctl: $1"*$'\nusage: myportalctl '* ]] && return
	printf '%s: %s\n%s\n%s\n' "${*:2}" "$status" "$output" "$stderr" >&2
	return 1
}

@test "wrong use says what was expected, how the command is called, and what may be meant" {
	rejected 'a command is missing'
	rejected 'there is no command of this name; audit is one' audti
	rejected 'there is no command of this name; roster import is one' roster improt x
	rejected 'there is no command of this name; roster import is one' rostr import x
	rejected 'there is no command frobnicate' frobnicate
	rejected 'there is no option --verbose before the command' --verbose audit
	rejected 'audit: there is no option --limt; --limit is one' audit --limt 5
	rejected 'audit: there is no option --frobnicate' audit --frobnicate
	rejected 'audit: --limit wants a value: N' audit --limit
	rejected 'audit: --limit must be a whole number of 1-10000' audit --limit=10001
	rejected 'audit: --limit is there twice' audit --limit 1 --limit 2
	rejected 'audit: --since must be a day as 2026-11-22' audit --since 2026-02-30
	rejected 'audit: --account must be an id: 32 hex digits' audit --account 12
	rejected 'audit: --login-id and --account exclude each other' audit --login-id - --account "$(printf '%032d' 1)"
	rejected 'purge: --dry-run has no value' purge --dry-run=yes
	rejected 'purge: there is one word too many' purge now
	rejected 'roster import: FILE is missing' roster import --dry-run
	rejected 'roster import: there is one word too many' roster import -- --dry-run x
	rejected '--instance wants a name' --instance
	# The first word of several commands: each is told.
	rejected 'keys: the command goes on' keys
	same "$(grep -c '^usage: myportalctl keys ' <<<"$stderr")" "$("$CTL" help | grep -c '^  keys ')"
	# A value is never shown: it may be about a person.
	for words in 'hanako@example.jp' 'audit --hanako@example.jp' 'purge hanako@example.jp' 'audit --limit hanako@example.jp' \
		'keys hanako@example.jp' 'hanako' 'audit --since=hanako@example.jp'; do
		# shellcheck disable=SC2086 # words
		bare $words
		same "$status $words" "2 $words"
		never grep -qF example.jp <<<"$stderr"
	done
}

@test "help tells the commands and each one's parameters, and needs no settings" {
	bare help
	same "$status$stderr" 0
	whole=$output
	for words in --help -h 'help --help'; do
		# shellcheck disable=SC2086 # words
		bare $words
		same "$status$stderr$output" "0$whole"
	done
	grep -qE '^  roster import FILE  +take over who is insured' <<<"$whole"
	bare help audit
	same "$status$stderr" 0
	grep -qE '^  --limit N  +at most so many; otherwise 100$' <<<"$output"
	one=$output
	for words in 'audit --help' '--help audit' 'audit --limit 5 -h'; do
		# shellcheck disable=SC2086 # words
		bare $words
		same "$status$output" "0$one"
	done
	rejected 'there is no command of this name; audit is one' help audti
	bare help --json
	jq -e '(.commands | length) > 10 and all(.commands[]; .words != null and .summary != null and (.parameters | type) == "array")
		and ([.exit_statuses[].status] == [0, 1, 2, 3, 4, 5, 6, 7, 78])' <<<"$output"
	# No line is wider than a terminal.
	width=$(while read -r words; do
		# shellcheck disable=SC2086 # words
		"$CTL" help $words
	done < <(jq -r '.commands[].words' <<<"$output") | wc -L)
	((width > 60 && width <= 80))
}

@test "a command asks for the settings that it uses, and looks at no other" {
	bare limits
	same "$status$stderr" 0
	bare KEYS_FOLDER="$BATS_TEST_TMPDIR/keys" SMTP_URL=nonsense DB_PORT=nonsense DB_OWNER_PASSWORD_FILE=/nowhere LIMITS=x keys new
	same "$status$stderr" 0
	bare keys list
	same "$status" 78
	same "$(grep -oE '^myportalctl: [A-Z_]+' <<<"$stderr")" 'myportalctl: KEYS_FOLDER'
	grep -q 'settings come from the environment, or with --instance NAME from /etc/myportal/NAME.env' <<<"$stderr"
	bare LIMITS=source_mails=many SMTP_URL=nonsense limits
	same "$status" 78
	same "$(grep -oE '^myportalctl: [A-Z_]+' <<<"$stderr")" 'myportalctl: LIMITS'
	bare DB_PORT=0 KEYS_FOLDER=/nowhere PORTAL_URL=nonsense migrate
	same "$status $(grep -oE '^myportalctl: [A-Z_]+' <<<"$stderr")" '78 myportalctl: DB_PORT'
}

# --- instances ------------------------------------------------------------------------------------

# An instance with keys of its own, and this in its settings.
instance() { # NAME [LINE...]
	mkdir -p "$etc/$1.secrets" "$BATS_TEST_TMPDIR/var/$1"
	chmod 0755 "$etc"
	chmod 0700 "$etc/$1.secrets"
	printf '%s\n' "KEYS_FOLDER=$BATS_TEST_TMPDIR/var/$1/keys" "${@:2}" >"$etc/$1.env"
	KEYS_FOLDER=$BATS_TEST_TMPDIR/var/$1/keys "$CTL" keys new >/dev/null
}

# Whose keys are these?
is_of() { # NAME
	[[ $status == 0 && $output == *"$(cd "$BATS_TEST_TMPDIR/var/$1/keys" && echo stage-*.key | sed 's/^stage-\([^ ]*\)\.key.*/\1/')"* ]] && return
	printf 'not of %s: %s\n%s\n%s\n' "$1" "$status" "$output" "$stderr" >&2
	return 1
}

@test "the only instance is taken by itself; of several one is named, by option or variable" {
	bare keys list
	same "$status" 78 # none
	instance first
	bare keys list && is_of first
	instance second
	bare keys list
	same "$status$output" 78
	grep -qF 'there are several instances: say --instance NAME, with NAME one of: first second' <<<"$stderr"
	bare --instance second keys list && is_of second
	bare keys list --instance=first && is_of first
	bare MYPORTAL_INSTANCE=second keys list && is_of second
	bare MYPORTAL_INSTANCE=second keys list --instance first && is_of first
	# The environment is enough where it has settings; what it has of them does not mix with an instance's.
	bare KEYS_FOLDER="$BATS_TEST_TMPDIR/var/second/keys" keys list && is_of second
	bare KEYS_FOLDER="$BATS_TEST_TMPDIR/var/second/keys" --instance first keys list && is_of first
	instance first LIMITS=key_tries=7
	bare --instance first limits
	grep -qE '^key_tries +second link +7 ' <<<"$output"
	bare LIMITS=key_tries=9 DB_NAME=x --instance second limits
	grep -qE '^key_tries +second link +5 ' <<<"$output"
	bare --instance third keys list
	same "$status$output" 78
	grep -qF "there is no instance third ($etc/third.env); there are: first second" <<<"$stderr"
	for name in '' First a/b .. a_b "$(printf 'a%.0s' {1..23})"; do
		bare --instance "$name" keys list
		same "$name $status" "$name 78"
	done
}

@test "settings of an instance are read as systemd reads them, and an error has its line" {
	instance one '; a comment' 'LIMITS="key_tries=6, \' 'source_mails=7"' 'PATH=/nowhere' 'LD_PRELOAD=/nowhere'
	bare limits
	same "$status$stderr" 0
	grep -qE '^key_tries .* 6 ' <<<"$output"
	grep -qE '^source_mails .* 7 ' <<<"$output"
	instance one 'DB_NAME=x' 'export DB_PORT=1'
	bare limits
	same "$status $stderr" "78 myportalctl: $etc/one.env: line 3: what stands before \"=\" is no name"
	instance one "DB_PASSWORD='hush"
	bare limits
	same "$stderr" "myportalctl: $etc/one.env: line 2: a single quote is not closed"
	yes '# filling' | head -c 70000 >>"$etc/one.env"
	bare limits
	same "$status $stderr" "78 myportalctl: $etc/one.env is longer than 65536 bytes"
}

@test "settings that others can write are not taken" {
	instance one
	refuses() { # TEXT
		bare keys list
		[[ $status == 78 && -z $output && $stderr == *"$1"* ]] && return
		printf '%s: %s\n' "$status" "$stderr" >&2
		return 1
	}
	chmod g+w "$etc/one.env"
	refuses 'one.env can be written by others: chmod go-w'
	chmod 0644 "$etc/one.env"
	chmod o+w "$etc"
	refuses 'etc can be written by others'
	chmod 0755 "$etc"
	mv "$etc/one.env" "$etc/real"
	ln -s real "$etc/one.env"
	refuses 'one.env must be a regular file, not a symbolic link'
	rm "$etc/one.env"
	mkfifo "$etc/one.env"
	refuses 'one.env must be a regular file'
	rm "$etc/one.env"
	mv "$etc/real" "$etc/one.env"
	bare keys list && is_of one
	chmod o+w "$etc/one.secrets"
	bare keys list && is_of one # it uses no secret
	bare purge
	same "$status" 78
	grep -q 'one.secrets can be written by others' <<<"$stderr"
}

@test "secrets come from the instance's files, those that the command uses, unless the settings say otherwise" {
	instance one "DB_SOCKET=$DB_SOCKET" "DB_NAME=$DB_NAME" "DB_OWNER_USER=$DB_OWNER_USER"
	bare purge --dry-run
	same "$status" 7 # no password
	install -m 0400 "$DB_OWNER_PASSWORD_FILE" "$etc/one.secrets/db-owner-password"
	bare purge --dry-run
	same "$status$stderr" 0
	mv "$etc/one.secrets/db-owner-password" "$etc/real"
	ln -s "$etc/real" "$etc/one.secrets/db-owner-password"
	bare purge --dry-run
	same "$status $stderr" "78 myportalctl: $etc/one.secrets/db-owner-password must be a regular file, not a symbolic link"
	mv "$etc/real" "$etc/one.secrets/db-owner-password"
	chmod g+w "$etc/one.secrets/db-owner-password"
	bare purge --dry-run
	same "$status" 78
	grep -q 'db-owner-password can be written by others' <<<"$stderr"
	chmod g-w "$etc/one.secrets/db-owner-password"
	# The other secrets are not looked at.
	mkdir "$etc/one.secrets/db-password" "$etc/one.secrets/smtp-password"
	bare purge --dry-run
	same "$status$stderr" 0
	printf 'DB_OWNER_PASSWORD=wrong\n' >>"$etc/one.env"
	bare purge --dry-run
	same "$status" 7
	sed -i '$d' "$etc/one.env"
	printf 'DB_OWNER_PASSWORD_FILE=%s\n' "$DB_PASSWORD_FILE" >>"$etc/one.env"
	bare purge --dry-run
	same "$status" 7
}

# --- the instance's user --------------------------------------------------------------------------

# The program and an instance "one" where any user reaches them; nobody owns the folder of its keys.
for_any_user() {
	((EUID == 0)) || skip 'only root becomes another user'
	open=$(mktemp -d)
	chmod 0755 "$open"
	cp "$CTL" "$open/ctl"
	CTL=$open/ctl etc=$open/etc
	mkdir -p "$etc/one.secrets" "$open/var"
	chmod 0755 "$etc" "$open/ctl"
	chmod 0700 "$etc/one.secrets" "$open/var"
	chown nobody "$open/var"
	printf '%s\n' "KEYS_FOLDER=$open/var/keys" "DB_SOCKET=$DB_SOCKET" "DB_NAME=$DB_NAME" "DB_OWNER_USER=$DB_OWNER_USER" >"$etc/one.env"
	install -m 0400 "$DB_OWNER_PASSWORD_FILE" "$etc/one.secrets/db-owner-password"
}

teardown() {
	[[ -z ${open-} ]] || rm -rf "$open"
	stack_restore
}

as_nobody() { # WORD...
	run --separate-stderr setpriv --reuid=nobody --regid=nogroup --clear-groups env -i MYPORTAL_ETC="$etc" "$CTL" "$@" </dev/null
}

@test "root becomes the instance's user once secrets and files are open, and another user is told to use sudo" {
	for_any_user
	bare keys new
	same "$status$stderr" 0
	same "$(stat -c %U "$open/var/keys" "$open"/var/keys/* | sort -u)" nobody
	as_nobody keys list
	same "$status$stderr" 0 # keys are its own, and no secret is used
	as_nobody purge --dry-run
	same "$status $stderr" "1 myportalctl: $etc/one.secrets/db-owner-password may not be read by this user: use sudo"
	chmod 0600 "$etc/one.env"
	as_nobody keys list
	same "$status $stderr" "1 myportalctl: $etc/one.env may not be read by this user: use sudo"
	# While it works it is nobody, in no group of root's, and cannot be looked into.
	mkfifo "$open/roster"
	setpriv --groups 1,2 env -i MYPORTAL_ETC="$etc" "$CTL" member show - <"$open/roster" >/dev/null 2>&1 3>&- &
	pid=$!
	exec 7>"$open/roster"
	wait_until 5 eval '[[ $(awk "/^Uid:/ { print \$2, \$3, \$4, \$5 }" "/proc/$pid/status") == "$(id -u nobody) $(id -u nobody) $(id -u nobody) $(id -u nobody)" ]]'
	same "$(awk '/^Groups:/ { print NF }' "/proc/$pid/status")" 1
	same "$(stat -c %u "/proc/$pid/fd")" 0
	exec 7>&-
	wait "$pid" || true
}

@test "without the folder around its keys an instance has no user, and root does nothing" {
	for_any_user
	sed -i 's|/var/keys|/none/keys|' "$etc/one.env"
	bare purge
	same "$status" 1
	grep -q 'the folder of the keys (KEYS_FOLDER), or the one around it, is not there' <<<"$stderr"
}

# --- files ----------------------------------------------------------------------------------------

@test "files are opened by whoever calls; a new one is for the caller's eyes, and replaces nothing" {
	for_any_user
	mkdir -m 0700 "$open/mine" # root's: the instance's user does not get in
	cp "$STACK/roster.csv" "$open/mine/roster.csv"
	chmod 0600 "$open/mine/roster.csv"
	cd "$open/mine"
	bare SUDO_UID="$(id -u nobody)" SUDO_GID="$(id -g nobody)" roster check --changes new.csv roster.csv
	[[ $status == [04] ]] || { printf '%s %s\n' "$status" "$stderr" >&2; false; }
	same "$(stat -c '%a %U' new.csv)" '600 nobody'
	bare roster check --changes new.csv roster.csv
	same "$status $stderr" '1 myportalctl: new.csv: is there already: name a new file'
	ln -s /nowhere link.csv
	bare roster check --changes link.csv roster.csv
	same "$status" 1
	bare roster check none.csv
	same "$status $stderr" '3 myportalctl: none.csv: No such file or directory'
	bare roster check .
	same "$status $stderr" '1 myportalctl: .: is a folder, not a regular file'
	[[ ! -e /nowhere ]]
	# After a failure nothing is left that was not written to, and if it must be, that is said.
	status=0
	DB_SOCKET=/nowhere "$CTL" stats --svg other.svg || status=$?
	same "$status $(ls)" "7 $(printf '%s\n' link.csv new.csv roster.csv)"
	printf 'DB_SOCKET=/nowhere\n' >>"$etc/one.env"
	bare stats --svg other.svg
	same "$status" 7
	grep -qxF 'myportalctl: other.svg was left empty: remove it' <<<"$stderr"
}

# --- output ---------------------------------------------------------------------------------------

# What a command prints at a terminal of its own.
at_terminal() { # WORD...
	script -qec "$(printf '%q ' env "TERM=xterm" "$CTL" "$@")" /dev/null </dev/null
}

@test "colours are for terminals only, and for those that want them" {
	esc=$'\x1b'
	grep -qF "${esc}[1mLIMIT${esc}[0m" <(at_terminal limits)
	NO_COLOR=1 at_terminal limits | never grep -qF "$esc"
	at_terminal limits --json | never grep -qF "$esc"
	"$CTL" limits | never grep -qF "$esc"
	TERM=dumb script -qec "$CTL limits" /dev/null </dev/null | never grep -qF "$esc"
}

@test "every command that prints data prints one document of JSON" {
	new=$BATS_TEST_TMPDIR/keys
	for words in 'keys new' 'keys list' 'keys rotate --force' audit limits 'purge --dry-run' 'roster runs' 'outbox list' "rights --print --folder $TREE/schema" \
		'mail template invitation' 'mail preview invitation' "roster import --dry-run $STACK/roster.csv" \
		"migrate --folder $TREE/schema" help; do
		# shellcheck disable=SC2086 # words
		KEYS_FOLDER=$new "$CTL" $words --json >"$BATS_TEST_TMPDIR/json"
		same "$words $(jq -s length "$BATS_TEST_TMPDIR/json") $(jq -r type "$BATS_TEST_TMPDIR/json")" "$words 1 object"
	done
}

# --- what is made of the table --------------------------------------------------------------------

# The table of commands as JSON, as jq reads it.
table() { # JQ-PROGRAM
	"$CTL" help --json | jq -r "$1"
}

@test "the manual page has every command, every option and every exit status" {
	local line page missing=''
	man --warnings --nh --nj -E UTF-8 -l -Tutf8 "$BUILD/tools/gen/myportalctl.1" 2>"$BATS_TEST_TMPDIR/warnings" | col -bx >"$BATS_TEST_TMPDIR/page"
	man --warnings -E UTF-8 -l -Tutf8 "$TREE/docs/man/myportald.8" 2>>"$BATS_TEST_TMPDIR/warnings" >/dev/null
	same "$(cat "$BATS_TEST_TMPDIR/warnings")" ''
	page=" $(tr -s ' \n' ' ' <"$BATS_TEST_TMPDIR/page")"
	while IFS= read -r line; do
		[[ $page == *" $line "* ]] || missing+=$line$'\n'
	done < <(
		table '.commands[] | "myportalctl \(.synopsis)"'
		table '.commands[].parameters[], .every_command.parameters[] | if .option and .value then "\(.name) \(.value)" else .name end'
		table '.exit_statuses[] | "\(.status) \(.meaning[:1] | ascii_upcase)\(.meaning[1:])."'
	)
	same "$missing" ''
	# docs/operating.md has the same statuses.
	table '.exit_statuses[] | "| \(.status) | \(.meaning) |"' | while IFS= read -r line; do
		grep -qxF "$line" "$TREE/docs/operating.md"
	done
}

# What bash offers behind these words, of which the last is begun.
completed() { # WORD...
	COMP_WORDS=(myportalctl "$@") COMP_CWORD=$#
	_myportalctl
	printf '%s\n' "${COMPREPLY[@]}" | sort | xargs
}

@test "bash completes every command, its options, words, files and instances" {
	. "$BUILD/tools/gen/myportalctl"
	every=$(table '.every_command.parameters[].name')
	same "$(completed '')" "$({ table '.commands[].words | split(" ")[0]'; printf '%s\n' help --version "$every"; } | sort -u | xargs)"
	same "$(completed ros)" roster
	same "$(completed keys '')" "$({ table '.commands[].words | select(startswith("keys ")) | split(" ")[1]'; echo "$every"; } | sort -u | xargs)"
	same "$(completed help keys l)" list
	while IFS=$'\t' read -r words options; do
		# shellcheck disable=SC2086 # words
		same "$words $(completed $words -)" "$words $(printf '%s\n' $options "$every" | sort | xargs)"
	done < <(table '.commands[] | [.words, ([.parameters[] | select(.option).name] | join(" "))] | @tsv')
	cd "$BATS_TEST_TMPDIR"
	mkdir folder
	touch file
	same "$(completed roster import fil)" file
	same "$(completed migrate --folder '')" folder
	same "$(completed migrate --folder = fol)" folder
	same "$(completed --instance one roster import --)" "$(completed roster import --)"
	export MYPORTAL_ETC=$etc
	same "$(completed --instance '')" ''
	mkdir "$etc"
	touch "$etc/one.env" "$etc/two.env"
	same "$(completed --instance '')" 'one two'
	same "$(completed purge --instance = t)" two
}
