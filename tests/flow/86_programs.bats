# The programs as they are built and run: what is in them, what they hold open, what they are made of.
# bats file_tags=plain

load helper
load steps

@test "no secret has a default" { # asvs 13.2.3
	"$BUILD/api/myportald" --settings >"$BATS_TEST_TMPDIR/settings"
	same "$(grep -c '(secret)' "$BATS_TEST_TMPDIR/settings")" 3
	same "$(grep '(secret)' "$BATS_TEST_TMPDIR/settings" | cut -d'|' -f3 | tr -d ' `' | sort -u)" -
	# Nor has the code behind them: who is given no password shows the database none.
	(
		unset -v DB_PASSWORD_FILE
		server_spawn other LISTEN="$OTHER_LISTEN" LISTEN_INSIDE="$OTHER_LISTEN_INSIDE" DB_USER=unheard
	)
	wait_until 10 grep -q "'unheard'.*(using password: NO)" "$STACK/mariadbd.log"
	never server_ready "$OTHER_LISTEN_INSIDE"
	stop_other
	never grep "'unheard'.*(using password: YES)" "$STACK/mariadbd.log"
	never grep -rnE "(PASSWORD|SECRET|TOKEN)=[^[:space:]]|IDENTIFIED BY '" "$TREE/deploy" "$TREE/schema"
	# Keys are made by chance, each time others.
	for folder in one other; do
		KEYS_FOLDER=$BATS_TEST_TMPDIR/$folder ctl keys new >/dev/null
	done
	same "$(cat "$BATS_TEST_TMPDIR"/{one,other}/{derive,stage-*}.key | sort | uniq -d)" ''
}

@test "the process's environment and command line hold no secret, and nobody else can read the files" { # asvs 13.3.2
	pid=$(process_pid myportald)
	[[ -r /proc/$pid/environ ]] || skip 'the process hides it from its own user'
	cat "/proc/$pid/environ" "/proc/$pid/cmdline" | tr '\0' '\n' >"$BATS_TEST_TMPDIR/seen"
	grep -q '^DB_PASSWORD_FILE=' "$BATS_TEST_TMPDIR/seen"
	never grep -q '^DB_OWNER_PASSWORD' "$BATS_TEST_TMPDIR/seen" # not the service's
	for file in "$DB_PASSWORD_FILE" "$DB_OWNER_PASSWORD_FILE" "$KEYS_FOLDER"/*.key; do
		never grep -qF -- "$(<"$file")" "$BATS_TEST_TMPDIR/seen"
	done
	same "$(find "$KEYS_FOLDER" "${DB_PASSWORD_FILE%/*}" -type f -perm /077)" ''
}

# What a process may write to: file descriptor and where it leads.
writes_to() { # PID
	local fd flags
	for fd in /proc/"$1"/fd/*; do
		flags=$(sed -n 's/^flags:\t0*//p' "/proc/$1/fdinfo/${fd##*/}" 2>/dev/null) || continue
		(((8#${flags:-0} & 3) == 0)) || printf '%s %s\n' "${fd##*/}" "$(readlink "$fd")"
	done
}

@test "the service writes to standard output and error, to sockets, and to no other file" { # asvs 16.2.3
	new_account
	logged_in "$email"
	pid=$(process_pid myportald)
	[[ -r /proc/$pid/fdinfo ]] || skip 'the process hides it from its own user'
	writes_to "$pid" >"$BATS_TEST_TMPDIR/open"
	grep -q "^2 $STACK/myportald.log$" "$BATS_TEST_TMPDIR/open"
	never grep -vE "^[12] $STACK/myportald.log$|^[0-9]+ (socket|pipe):|^[0-9]+ anon_inode:" "$BATS_TEST_TMPDIR/open"
}

@test "nothing of the tests is in the programs, and no switch but --check, --settings and --version" { # asvs 13.4.2 15.2.3
	for program in api/myportald tools/ctl/myportalctl; do
		nm --debug-syms "$BUILD/$program" | awk '$2 == "a" { print $3 }' | grep '\.c$' | sort -u >"$BATS_TEST_TMPDIR/sources"
		grep -qx 'db.c' "$BATS_TEST_TMPDIR/sources"
		never grep -xF -f <(find "$TREE/tests" -name '*.c' -printf '%f\n') "$BATS_TEST_TMPDIR/sources"
		nm "$BUILD/$program" | never grep -iE 'cmocka|mock_|fault_point|test_(clock|hook)|_for_tests?$'
	done
	for switch in --debug --test --verbose --trace -v -d; do
		never timeout 5 env LISTEN="$OTHER_LISTEN" LISTEN_INSIDE="$OTHER_LISTEN_INSIDE" "$BUILD/api/myportald" "$switch"
	done
	"$BUILD/api/myportald" --settings | never grep -iE '^\| `[A-Z_]*(DEBUG|TEST|TRACE|FAULT|CLOCK|VERBOSE)'
}

@test "the list of parts has every library of the programs, with the version that is installed" { # asvs 15.1.2
	BUILD=$BUILD "$TREE/tools/sbom" >"$BATS_TEST_TMPDIR/bom"
	jq -e '.bomFormat == "CycloneDX" and .specVersion == "1.5" and (.serialNumber | test("^urn:uuid:[0-9a-f-]{36}$"))
		and ([.components[]["bom-ref"]] | length == (unique | length))
		and ([.components[]["bom-ref"]] - .dependencies[0].dependsOn == [])
		and all(.components[]; .purl | startswith("pkg:deb/debian/"))' "$BATS_TEST_TMPDIR/bom"
	for package in libcivetweb1 libcjson1 libcurl4 libidn2-0 libjwt0 libmariadb3 libpng16-16 libssl3 libutf8proc2 libgnutls30 libc6 libsodium-dev; do
		same "$package $(jq -r --arg p "$package" '.components[] | select(.name == $p) | .version' "$BATS_TEST_TMPDIR/bom")" \
			"$(dpkg-query -W -f '${Package} ${Version}\n' "$package" | head -n 1)"
	done
	same "$(jq -r '[.components[] | select(.properties[0].value == "linked")] | length >= 12' "$BATS_TEST_TMPDIR/bom")" true
}
