# shellcheck shell=bash
# operator.bash - the operator's commands as the documents have them. Loaded after steps.bash.

# --- docs/support.md ------------------------------------------------------------------------------

# What the operator types. Commands that ask are answered with the lines of $typed, one after the other; nobody sits
# at a terminal. The ids that find prints are what later commands name.
support_ctl() { # WORD...
	local answers=()
	case "$1 $2" in
	'member find' | 'member set-email' | 'member resend') answers=("${typed[0]}") typed=("${typed[@]:1}") ;;
	'member move') answers=("${typed[@]:0:2}") typed=("${typed[@]:2}") ;;
	esac
	[[ " $* " != *' --source '* ]] || answers+=(203.0.113.9)
	told=$(printf '%s\n' "${answers[@]}" | ctl_unattended "$@") || return 1
	[[ $2 == find ]] || return 0
	read -r account person registration <<<"$(printf '%s\n' "${answers[@]}" | ctl_unattended "$@" --json |
		jq -r '.found[0] | [.account, .person, .registration] | map(. // "-") | join(" ")')"
}

# Without a terminal to be asked at.
ctl_unattended() { # WORD...
	setsid --wait "${CTL:-$BUILD/tools/ctl/myportalctl}" "$@"
}

# Runs the commands of a call as they stand in the document, up to the n-th (all).
answer_call() { # BEGINNING-OF-HEADING [COMMANDS]
	local commands
	commands=$(sed -n "/^## $1\>/,/^## /{/^\`\`\`sh$/,/^\`\`\`$/p}" "$TREE/docs/support.md" | grep '^myportalctl' | head -n "${2-99}")
	[[ -n $commands ]] || return 1
	eval "$(sed 's/^myportalctl /support_ctl /; s/$/ || return 1/' <<<"$commands")"
}

# What `member show` has told, as it was printed.
told_of() { # NAME
	sed -n "s/^ *$1: *//p" <<<"$told"
}

is_in_mail() { # ADDRESS N TEXT
	mail_part "$1" text "$2" | tr -d '\n' | grep -qF "$3"
}

# --- docs/keys-and-restore.md ---------------------------------------------------------------------

# The database of the instance there; here it is $DB_NAME.
DOCUMENTED_DB=$(sed -n 's/^DB_NAME=//p' "$TREE/deploy/systemd/myportald.env")
readonly DOCUMENTED_DB

# Runs a block of the document, the N-th (1) below a heading, with $BACKUPS, $KEYS_FOLDER and its owner, $DROP_FOLDER and
# $ROSTER in the place of those of the instance there. The test says what `myportalctl` and `systemctl` do.
documented() { # HEADING [N]
	local text
	text=$(awk -v heading="## $1" -v n="${2-1}" '
		/^#/ { here = $0 == heading; block = 0 }
		here && /^```sh$/ { block++; inside = 1; next }
		/^```$/ { inside = 0 }
		here && inside && block == n' "$TREE/docs/keys-and-restore.md")
	[[ -n $text ]] || return 1
	text=${text//\/var\/backups\/myportal/"$BACKUPS"}
	text=${text//\/var\/lib\/myportal\/sample\/keys/"$KEYS_FOLDER"}
	text=${text//\/var\/lib\/myportal\/sample\/roster/"$DROP_FOLDER"}
	text=${text//\/srv\/roster.csv/"$ROSTER"}
	text=${text//-o myportal-sample -g myportal-sample/"$(stat -c '-o %U -g %G' "$KEYS_FOLDER")"}
	eval "set -e
		$text"
}

mariadb-dump() {
	command mariadb-dump --no-defaults --socket="$DB_SOCKET" --user="$(id -un)" "${@/%"$DOCUMENTED_DB"/"$DB_NAME"}"
}

mariadb-binlog() {
	command mariadb-binlog --no-defaults "${@/%"=$DOCUMENTED_DB"/"=$DB_NAME"}"
}

# An administrator's, who is asked for no password, or with the options of others (db).
mariadb() {
	case $* in
	'' | --init-command=*" $DOCUMENTED_DB") db_admin "${@/%"$DOCUMENTED_DB"/"$DB_NAME"}" ;;
	*) command mariadb "$@" ;;
	esac
}
