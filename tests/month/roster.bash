# shellcheck shell=bash
# roster.bash - the rosters that the societies' own systems deliver. Loaded after society.bash.

PERSONS=400 NIGHTS=2
[[ ! -v MONTH_TEST_LONG ]] || PERSONS=20000 NIGHTS=22 # and those whose story is told
readonly PERSONS NIGHTS
readonly HEADER='記号,番号,枝番,被保険者区分,氏名カナ,生年月日,資格取得日,資格喪失日,旧記号,旧番号'

# 番号 of those whose story is told. All have 記号 100 at first, and were born on 1980-01-01.
declare -grA NUMBER=([first.sample]=5001 [first.other]=5001 [ended]=5002 [renamed]=5003 [moved]=5004 [halfway]=5005
	[held]=5006 [phone]=5010 [second]=5011 [address]=5012 [locked]=5013 [taken]=5014 [robbed]=5015 [lost]=5016
	[office]=5017 [late]=5018 [desk]=5019 [leaves]=5020 [suspect]=5021 [waits]=5022 [dead]=5023 [old]=5024
	[seen]=5025 [culprit]=5026 [gone]=5027)
readonly CROWD_FROM=5101 # and all after it

# A file with these 番号, a line each.
roster_lines() { # FIRST LAST
	seq "$1" "$2" | sed 's/.*/100,&,00,1,タメシ ヒト,1980-01-01,2010-04-01,,,/'
}

roster_first() {
	{ printf '%s\n' "$HEADER"; roster_lines 5001 $((5000 + PERSONS)); } >"$ROSTER"
}

# The file comes as docs/install.md wants it: whole, and then under its name.
deliver() { # FILE
	cp "$1" "$VAR/$SOCIETY/roster/coming"
	mv "$VAR/$SOCIETY/roster/coming" "$VAR/$SOCIETY/roster/roster.csv"
}

# The file of the night is delivered and imported. It says what it has counted: "added 1, ended 1"; what is not named is
# none.
night() { # COUNTS
	local name count counts=
	deliver "$ROSTER"
	job roster >"$STACK/night" || return 1
	while IFS=: read -r name count; do
		name=${name// /} count=${count// /}
		[[ $name != @(added|changed|moved|ended) || $count == 0 ]] || counts+="${counts:+, }$name $count"
	done <"$STACK/night"
	same "$counts" "$1"
}

# How often a run ended so.
runs_that() { # OUTCOME
	ctl roster runs --json --limit 1000 | jq --arg outcome "$1" '[.runs[] | select(.outcome == $outcome)] | length'
}

# The line of a person, after this change by sed.
edit() { # NUMBER COMMAND
	sed -i "/^[0-9]*,$1,/$2" "$ROSTER"
}

# A name for each night.
kana() { # N
	local letters=(ア イ ウ エ オ カ キ ク ケ コ)
	printf '%s%s\n' "${letters[$1 / 10]}" "${letters[$1 % 10]}"
}
