# shellcheck shell=bash
# society.bash - two societies on one machine, installed in a folder of the test's own, and how an operator deals with
# them. Loaded after steps.bash and operator.bash.

readonly INSTALLED=$STACK/installed ETC=$STACK/installed/etc/myportal VAR=$STACK/installed/var/lib/myportal
readonly PASSPHRASE='hachinoji ni magaru kawa'
readonly CTL=$INSTALLED/usr/bin/myportalctl SCHEMA=$INSTALLED/usr/share/myportal/schema
readonly MAIL_RELAY=127.0.0.1:$RUN_SMTP_PORT

# The processes of each society, and where they listen: that port, and for health and metrics the next one.
readonly SOCIETIES=(sample other)
declare -grA REPLICAS=([sample]='installed installed2' [other]=installed3)
declare -grA PORT=([installed]=$PORTS [installed2]=$((PORTS + 2)) [installed3]=$((PORTS + 4)))
readonly HAPROXY_PORT=$((PORTS + 6)) TLS=$STACK/tls
declare -grA HOST=([sample]=portal-api.example.jp [other]=portal-api.other.example.jp)
declare -grA ORIGIN_OF=([sample]=https://127.0.0.1 [other]=https://localhost)
declare -grA SENDER=([sample]=no-reply@kenpo.example.jp [other]=no-reply@kenpo.other.example.jp)

# The instance that `ctl` takes when it is told no other.
export MYPORTAL_ETC=$ETC MYPORTAL_INSTANCE=sample

ctl() {
	"$CTL" "$@"
}

# The society that db(), documented() and the calls of members are about.
society_is() { # NAME
	SOCIETY=$1 MYPORTAL_INSTANCE=$1
	DB_NAME=$1 DB_OWNER_USER=$1_owner DB_OWNER_PASSWORD_FILE=$ETC/$1.secrets/db-owner-password
	KEYS_FOLDER=$VAR/$1/keys DROP_FOLDER=$VAR/$1/roster ROSTER=$STACK/$1.csv BACKUPS=$STACK/backups/$1
	BASE_URL=https://${HOST[$1]}:$HAPROXY_PORT
	export CURL_HOME=$STACK MYPORTAL_INSTANCE
}

# --- installing, as docs/install.md has it --------------------------------------------------------

# What the package brings, by the same rules (debian/rules).
install_programs() {
	DESTDIR=$INSTALLED meson install -C "$BUILD" --no-rebuild --quiet
}

# The shipped sample of settings, with this machine's names and ports.
install_settings() { # SOCIETY
	local name=$1 first
	read -r first _ <<<"${REPLICAS[$name]}"
	mkdir -p "$VAR/$name/roster" "$ETC"
	install -d -m 0700 "$ETC/$name.secrets"
	sed -e "s|^DB_HOST=.*|DB_SOCKET=$DB_SOCKET|; /^DB_CA_FILE/d; s/^\(DB_[A-Z_]*=\)sample/\1$name/" \
		-e "s|^SMTP_URL=.*|SMTP_URL=smtp://$MAIL_RELAY|; s/^SMTP_USER=.*/SMTP_TLS=none/" \
		-e "s|^LISTEN=.*|LISTEN=127.0.0.1:${PORT[$first]}|; s|^LISTEN_INSIDE=.*|LISTEN_INSIDE=$(inside_of "$first")|" \
		-e "s#^\(PORTAL_URL\|CORS_ORIGINS\)=.*#\1=${ORIGIN_OF[$name]}#; s|^MAIL_FROM=.*|MAIL_FROM=${SENDER[$name]}|" \
		"$INSTALLED/usr/share/doc/myportal/examples/systemd/myportald.env" >"$ETC/$name.env"
	# All members come from this machine.
	printf '%s\n' "KEYS_FOLDER=$VAR/$name/keys" SHARED_NETWORKS=127.0.0.0/8 DRAIN_MS=2500 >>"$ETC/$name.env"
	for secret in db-password db-owner-password; do
		openssl rand -hex 24 | install -m 0400 /dev/stdin "$ETC/$name.secrets/$secret"
	done
}

install_database() { # SOCIETY
	ctl --instance "$1" rights --print --new | db_admin
	ctl --instance "$1" migrate --folder "$SCHEMA" >/dev/null
	ctl --instance "$1" rights --print --folder "$SCHEMA" | db_admin
}

# --- what systemd does ----------------------------------------------------------------------------

inside_of() { # PROCESS
	printf '127.0.0.1:%d' $((PORT[$1] + 1))
}

# Starts a process of a society with the settings of its file, its keys and its secrets, as myportald@.service does.
replica_spawn() { # PROCESS
	local name=sample
	[[ $1 != "${REPLICAS[other]}" ]] || name=other
	# shellcheck disable=SC2016 # for the inner shell
	process_start "$1" env -i "DB_PASSWORD_FILE=$ETC/$name.secrets/db-password" bash -c '
		set -a; . "$1"; LISTEN=$3 LISTEN_INSIDE=$4; unset DB_OWNER_USER; exec "$2"' - \
		"$ETC/$name.env" "$INSTALLED/usr/bin/myportald" "127.0.0.1:${PORT[$1]}" "$(inside_of "$1")"
}

replica_start() { # PROCESS
	replica_spawn "$1"
	server_wait "$1" "$(inside_of "$1")"
}

systemctl() { # start|stop myportald@sample, as documents have it
	local process
	for process in ${REPLICAS[$SOCIETY]}; do
		if [[ $1 == stop ]]; then process_stop "$process" 30; else replica_start "$process"; fi
	done
}

# What a timer starts: the commands of the installed unit, in their order; with the options in MORE. The first that
# fails ends it.
job() { # roster|purge|keys
	local unit=$INSTALLED/lib/systemd/system/myportal-$1@.service folder command may_fail code
	folder=$(sed -n "s|^WorkingDirectory=/var/lib/myportal/%i|$VAR/$SOCIETY|p" "$unit")
	while IFS= read -r command; do
		may_fail=no
		[[ $command != -* ]] || may_fail=yes command=${command#-}
		command=${command/#\/usr\/bin\/myportalctl/"$CTL"}
		# shellcheck disable=SC2086 # words
		(cd "${folder:-/}" && $command ${MORE-}) || { code=$? && [[ $may_fail == yes ]]; } || return "$code"
	done < <(sed -n 's/^ExecStart[A-Za-z]*=//p' "$unit")
}

# --- the operator ---------------------------------------------------------------------------------

# Of docs/keys-and-restore.md, where the instance is `sample`; here it is the society in question.
myportalctl() {
	local -a more=()
	[[ "$1 $2" == '--instance sample' ]] || return 1
	shift 2
	[[ $1 != @(migrate|rights) ]] || more=(--folder "$SCHEMA")
	ctl_unattended "$@" "${more[@]}" <<<"$PASSPHRASE"
}

database_start() {
	db_start "--log-bin=$STACK/binlog/binlog" --binlog-format=ROW --server-id=1
}

# --- around them ----------------------------------------------------------------------------------

# Keys that were made in the quarter before: the next rotation is due.
keys_of_last_quarter() {
	local key
	for key in "$KEYS_FOLDER"/*-20*; do
		mv "$key" "${key/-20[0-9][0-9][0-9][0-9][0-9][0-9]T/-20260101T}"
	done
}

# Of the shipped file: two replicas of the first society, and the second one.
haproxy_edits() {
	local process lines=''
	for process in ${REPLICAS[sample]}; do
		lines+="${lines:+\\n}\\tserver $process 127.0.0.1:${PORT[$process]} addr 127.0.0.1 port $((PORT[$process] + 1))"
	done
	process=${REPLICAS[other]}
	printf '%s' "s|^\tserver one .*|$lines|; s|#other ||; s|127.0.0.1:8081|127.0.0.1:${PORT[$process]}|; s|port 9091|addr 127.0.0.1 port $((PORT[$process] + 1))|; s|https://portal.other.example.jp|${ORIGIN_OF[other]}|"
}

# Certificate and addresses for whoever asks.
curl_knows_both() {
	printf 'cacert = %s\nresolve = %s:%d:127.0.0.1\nresolve = %s:%d:127.0.0.1\n' "$TLS/cert.pem" \
		"${HOST[sample]}" "$HAPROXY_PORT" "${HOST[other]}" "$HAPROXY_PORT" >"$STACK/.curlrc"
}
