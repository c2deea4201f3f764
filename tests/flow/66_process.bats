# The process: what the kernel holds it to, what is in the program, and what becomes of it when it
# breaks; and the units under which a server runs it.
# bats file_tags=plain

load helper
load steps

teardown() {
	let_go
	stack_restore
}

# Not in a build with sanitizers: they read and trace the process (sandbox.h).
needs_sandbox() {
	! grep -q '"sandbox":"not built"' "$STACK/myportald.log" || skip "built with a sanitizer"
}

pid() {
	process_pid myportald
}

# A line of the status of every thread, each value once: "2".
of_all_threads() { # NAME
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$(pid)"/task/*/status | sort -u | xargs
}

# May a stranger to this checkout reach it? If not, root keeps CAP_DAC_READ_SEARCH (sandbox.h).
is_open_to_strangers() {
	local folder=$KEYS_FOLDER
	while [[ $folder != / ]]; do
		folder=$(dirname "$folder")
		[[ $(stat -c %u "$folder") == "$EUID" || $(stat -c %A "$folder") == *x ]] || return 1
	done
}

@test "every thread is in the sandbox, without a capability and without a way to get one" { # asvs 15.2.5 13.2.2
	needs_sandbox
	(($(find "/proc/$(pid)/task" -mindepth 1 -maxdepth 1 | wc -l) > HTTP_WORKERS))
	same "$(of_all_threads Seccomp)" 2
	same "$(of_all_threads NoNewPrivs)" 1
	is_open_to_strangers || skip "in another user's home"
	for set in CapInh CapPrm CapEff CapAmb; do
		same "$set $(of_all_threads "$set")" "$set 0000000000000000"
	done
}

@test "the sandbox can be left out to look for a fault, and the log says which it is; root is said, too" { # asvs 13.4.2
	needs_sandbox
	grep '"event":"started"' "$STACK/myportald.log" | tail -n 1 | jq -e '.sandbox == "on"'
	restart_server SANDBOX=off
	same "$(of_all_threads Seccomp)" 0
	grep '"event":"started"' "$STACK/myportald.log" | tail -n 1 | jq -e '.sandbox == "off"'
	never start_other SANDBOX=maybe
	rm -f "$STACK/other.pid" # it has ended, as it should
	grep -q 'SANDBOX must be on|off' "$STACK/other.log"
	same "$(logs | grep -c '"event":"runs_as_root"' | sed 's/^[1-9].*/said/')" "$(if ((EUID == 0)); then echo said; else echo 0; fi)"
}

@test "it has as many descriptors as it may, and as it has a use for" {
	read -r soft hard < <(awk '/^Max open files/ { print $4, $5 }' "/proc/$(pid)/limits")
	if [[ $hard == unlimited ]] || ((hard > 8192)); then hard=8192; fi
	((soft >= hard))
}

# With too few it would fail to accept connections, again and again.
@test "fewer descriptors than the workers need refuse the start" { # asvs 13.2.6
	(ulimit -n 900 && start_other HTTP_WORKERS=100)
	stop_other
	never eval '(ulimit -n 900 && start_other HTTP_WORKERS=256)'
	tail -n 1 "$STACK/other.log" | jq -e '.event == "not_started" and (.why | test("HTTP_WORKERS"))'
	rm -f "$STACK/other.pid" # it has ended, as it should
}

@test "no core is written, keys are in locked memory" { # asvs 13.3.1 13.3.2
	same "$(awk '/^Max core file size/ { print $5, $6 }' "/proc/$(pid)/limits")" "0 0"
	needs_sandbox # a sanitizer locks nothing
	# libsodium's for links; OpenSSL's for access tokens, and half a KiB of random numbers for each thread that signs
	(($(of_all_threads VmLck | cut -d' ' -f1) >= 68 + HTTP_WORKERS / 2))
}

# --- what stays in memory ---------------------------------------------------------------------------

# A line for memory.py.
look_for() { # FORM NAME VALUE
	printf '%s\t%s\t%s\n' "$2" "$1" "$3" >>"$BATS_TEST_TMPDIR/secrets"
}

# What of $BATS_TEST_TMPDIR/secrets is in the memory of the service.
in_memory() {
	"$TREE/tests/flow/memory.py" "$(pid)" <"$BATS_TEST_TMPDIR/secrets" >"$BATS_TEST_TMPDIR/found" || return 2
	[[ -s $BATS_TEST_TMPDIR/found ]]
}

not_in_memory() {
	! in_memory
}

found() {
	cut -d' ' -f1 "$BATS_TEST_TMPDIR/found" | sort | xargs
}

# Both keys of a stage key's file, as keyring.c derives them, and its root.
look_for_stage_key() { # FILE
	python3 - "$(<"$1")" <<-'PYTHON' >>"$BATS_TEST_TMPDIR/secrets"
		import hashlib, hmac, sys
		root = bytes.fromhex(sys.argv[1])
		print(f"stage-root\thex\t{root.hex()}\nstage-root-text\ttext\t{sys.argv[1]}")
		for use in ("sign", "seal"):
		    key = hmac.digest(root, f"stage token, {use}".encode() + bytes(1), hashlib.sha256)
		    print(f"stage-{use}\thex\t{key.hex()}")
	PYTHON
}

# The number, as it stands in the file, as bytes from either end.
look_for_access_key() { # FILE
	python3 - "$1" <<-'PYTHON' >>"$BATS_TEST_TMPDIR/secrets"
		import sys
		from cryptography.hazmat.primitives.serialization import load_pem_private_key
		pem = open(sys.argv[1], "rb").read()
		number = load_pem_private_key(pem, None).private_numbers().private_value
		print(f"access-big\thex\t{number.to_bytes(32, 'big').hex()}\naccess-little\thex\t{number.to_bytes(32, 'little').hex()}")
		print(f"access-text\ttext\t{pem.splitlines()[2].decode()}")
	PYTHON
}

# The end of a text: where memory was freed, its first 16 bytes are overwritten.
look_for_end() { # NAME VALUE
	look_for text "$1" "${2: -20}"
}

# What a secret is to one request, it is to no other.
tell_secrets() {
	local first=tsubaki4semi-hiyokomame-okonomiyaki wrong=botan6kaeru-satsumaimo-kakigoori second=ayame5hotaru-edamame-takoyaki-udon
	third=kikyou3koorogi-daikon-zarusoba-mochi
	new_email email
	invite "$email"
	captcha_for "$invitation" >/dev/null
	look_for text captcha-wrong W7QXZ4
	api POST /v1/registration/identity "$(identity_json "$(new_person)" | jq -c '.captcha_answer = "W7QXZ4"')" "$invitation"
	want 422 captcha_wrong || return 1
	identify "$invitation" "$(new_person)" && want 200 || return 1
	field .authentication_key key
	look_for text captcha-right "$captcha_answer"
	look_for text key-shown "$key"
	look_for text key-folded "${key//-/}"
	mail_token "$email" 2 second_link
	look_for text link-1 "$invitation"
	look_for text link-2 "$second_link"
	confirm_key "$second_link" "$key" && want 200 || return 1
	field .stage_token stage_token
	look_for text stage-token "$stage_token"
	create_account "$stage_token" "$email" "password=$first" "password_confirmation=$first" && want 201 || return 1
	look_for_end password-of-registration "$first"
	log_in "$email" "$wrong" && want 401 || return 1
	look_for_end password-wrong "$wrong"
	logged_in "$email" "$first" || return 1
	look_for_end access-token "$access"
	look_for_end refresh-token "$refresh"
	look_for hex refresh-bytes "$(base64 -d <<<"$(tr -- '-_' '+/' <<<"$refresh")" | od -An -v -tx1 | tr -d ' \n')"
	refresh_login "$refresh" && want 200 && take_tokens || return 1
	look_for_end access-token-next "$access"
	look_for_end refresh-token-next "$refresh"
	change_password "$access" "$first" "$second" && want 204 || return 1
	look_for_end password-changed "$second"
	ask_reset "$email" && reset_password "$reset" "$third" && want 204 || return 1
	look_for_end password-reset "$third"
	look_for text link-3 "$reset"
	wait_until 10 mail_is_finished
}

# Not everything that is wiped is missed here if it were not: what lay on the stack (a handler's struct secret,
# an opened token, the copy of a stage key) is overwritten by what the request does next, and the answer to a
# picture by the next one's. Nor can we wipe what libjwt and libcurl free: pieces of links, which are used once.
@test "of passwords, keys, answers and tokens nothing stays in memory when their request is over" {
	needs_sandbox # a sanitizer keeps what was freed
	restart_server HTTP_WORKERS=4 MAIL_WORKERS=1 HASH_THREADS=1
	((EUID == 0)) || skip "nobody else may look into the process"
	tell_secrets
	look_for_stage_key "$(find "$KEYS_FOLDER" -name 'stage-*.key' | sort | tail -n 1)"
	look_for_access_key "$(find "$KEYS_FOLDER" -name 'access-*.pem' | sort | tail -n 1)"
	not_in_memory || same "$(found)" ''
	# While a request is worked on, it is there, and seen.
	hold_rows "SELECT id FROM account WHERE login_id = '$email' FOR UPDATE"
	log_in "$email" "$third" &
	wait_until 10 waiting 1
	in_memory
	let_go
	wait $!
	same "$(found)" password-reset
}

@test "no secret is in the environment or on the command line of the process" { # asvs 13.3.1 13.3.2 14.2.1
	[[ -r /proc/$(pid)/environ ]] || skip "not even its user can read it"
	for secret in "$(<"$DB_PASSWORD_FILE")" "$(<"$DB_OWNER_PASSWORD_FILE")" "$(tail -n 1 "$KEYS_FOLDER/derive.key")"; do
		never grep -qaF "$secret" "/proc/$(pid)/environ" "/proc/$(pid)/cmdline"
	done
	never grep -qa DB_OWNER_PASSWORD "/proc/$(pid)/environ"
}

@test "no file is open for writing but the log" { # asvs 16.2.3 13.2.5
	local fd
	[[ -r /proc/$(pid)/fd ]] || skip "not even its user can look"
	new_account # every part has done its work
	for fd in "/proc/$(pid)/fd/"*; do
		((${fd##*/} > 2)) || continue
		case $(readlink "$fd" || true) in
		'' | socket:* | pipe:* | anon_inode:*) continue ;;
		esac
		flags=$(sed -n 's/^flags:[[:space:]]*//p' "/proc/$(pid)/fdinfo/${fd##*/}")
		same "$(readlink "$fd") $((8#$flags & 3))" "$(readlink "$fd") 0"
	done
}

# What the program takes from its libraries.
imports() {
	nm -D --undefined-only "$BUILD/api/myportald" | sed -E 's/.* ([A-Za-z0-9_]+)(@.*)?$/\1/'
}

@test "the program calls no shell, no other program, no weak randomness and no old hash" { # asvs 1.2.5 6.5.3 11.4.1
	(($(imports | wc -l) > 100))
	imports | never grep -E '^(system|popen|exec(l|v|ve|le|lp|vp|vpe|veat)|fexecve|posix_spawnp?|v?fork|dlopen)$'
	imports | never grep -E '^((s|ini|set)?(rand|random|state)(_r)?|[dejlmn]rand48(_r)?|arc4random.*|RAND_pseudo_bytes)$'
	imports | never grep -E '^(MD[245]|SHA1|SHA|RIPEMD160|EVP_md[245]|EVP_sha1|EVP_ripemd160|DES|RC[245]|EVP_(des|rc)|crypt)(_.*)?$'
}

@test "the program is hardened: position, stack, relocations, bounds, control flow" { # asvs 1.4.1
	local program=$BUILD/api/myportald
	readelf -hW "$program" | grep -q 'Type: *DYN (Position-Independent'
	readelf -lW "$program" | grep -q 'GNU_RELRO'
	readelf -dW "$program" | grep -q 'BIND_NOW'
	readelf -lW "$program" | grep 'GNU_STACK' | grep -q ' RW '
	never grep -E 'RPATH|RUNPATH|TEXTREL' <(readelf -dW "$program")
	never grep -E ' LOAD .* RWE ' <(readelf -lW "$program")
	grep -q '^__stack_chk_fail$' <(imports)
	[[ $(uname -m) != x86_64 ]] || grep -q endbr64 <(objdump -d "$program")
	needs_sandbox # FORTIFY is left out under a sanitizer
	grep -qE '^__(memcpy|snprintf|vsnprintf|fprintf)_chk$' <(imports)
}

@test "there is no clock to set, no point of failure and no fake in the program" { # asvs 13.4.2 15.2.3
	never grep -iE '(fault_arm|fault_disarm|fault_point|fake|mock|test_|_test|clock_(set|fake|advance))' \
		<(nm "$BUILD/api/myportald" | awk 'tolower($2) ~ /[tdb]/ && $3 !~ /^(faults?_|__|_)/ { print $3 }')
}

# A second service, with a copy of the keys that is its own.
start_with_keys() { # COMMAND: what is done to the copy in $copy
	copy=$BATS_TEST_TMPDIR/keys
	rm -rf "$copy"
	cp -a "$KEYS_FOLDER" "$copy"
	eval "$1"
	start_other KEYS_FOLDER="$copy"
}

@test "a key that others can read, write or exchange refuses the start" { # asvs 13.3.2 13.3.1
	start_with_keys :
	stop_other
	for change in 'chmod 0440 "$copy"/derive.key' 'chmod 0404 "$copy"/derive.key' 'chmod 0404 "$copy"/stage-*' 'chmod 0440 "$copy"/access-*' \
		'chmod 0770 "$copy"' 'chmod 0707 "$copy"' 'mv "$copy"/derive.key "$copy"/x; ln -s x "$copy"/derive.key'; do
		never start_with_keys "$change"
		tail -n 1 "$STACK/other.log" | jq -e '.event == "not_started"'
		rm -f "$STACK/other.pid" # it has ended, as it should
	done
}

cores() {
	find "$TREE" "$STACK" /tmp -maxdepth 1 -name 'core*' -type f 2>/dev/null | sort
}

# Of each mail to an address. One that was killed before it noted a mail as sent leaves it to be sent again.
message_ids() { # ADDRESS
	grep -lix "X-RcptTo: $1" "$STACK"/mail/new/* | xargs grep -hi '^Message-ID:'
}

@test "killed by a fault in the middle: no core, and the next start loses nothing that was answered" { # asvs 16.5.4 2.3.3
	local before
	local -a clients=()
	needs_sandbox # a sanitizer would report the fault
	before=$(cores)
	new_account
	for i in {1..12}; do
		address=$(new_email)$i.jp
		(api POST /v1/registration/email "{\"email\":\"$address\"}"; [[ $status != 202 ]] || echo "$address" >>"$BATS_TEST_TMPDIR/accepted") 2>/dev/null &
		clients+=($!)
	done
	sleep 0.05
	kill -SEGV "$(pid)"
	wait_until 5 process_gone myportald
	wait "${clients[@]}" || true
	rm -f "$STACK/myportald.pid"
	same "$(cores)" "$before"
	# What it was sending waits for the end of the lease: cut short.
	db "UPDATE outbox SET lease_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE lease_until IS NOT NULL"
	server_start
	logged_in "$email"
	while read -r address; do
		mail_arrives "$address"
		same "$(message_ids "$address" | sort -u | wc -l)" 1
	done < <(cat "$BATS_TEST_TMPDIR/accepted" 2>/dev/null)
}

# A restart cures neither; what may be gone a second later is another status.
@test "a wrong setting or a wrong call ends it for good, as the unit knows; what may pass does not" {
	prevents=" $(sed -n 's/^RestartPreventExitStatus=//p' "$TREE/deploy/systemd/myportald@.service") "
	same "$(sed -n 's/^Restart=//p' "$TREE/deploy/systemd/myportald@.service")" on-failure
	ends_with() { # STATUS COMMAND...
		local status=0
		timeout 20 env LISTEN="$OTHER_LISTEN" LISTEN_INSIDE="$OTHER_LISTEN_INSIDE" "${@:2}" >/dev/null 2>&1 || status=$?
		same "$status" "$1"
	}
	ends_with 78 HTTP_WORKERS=0 "$BUILD/api/myportald"
	ends_with 64 "$BUILD/api/myportald" --serve
	[[ $prevents == *' 78 '* && $prevents == *' 64 '* ]]
	ends_with 1 KEYS_FOLDER="$BATS_TEST_TMPDIR/none" "$BUILD/api/myportald" # may still be copied
	ends_with 1 LISTEN_INSIDE="$LISTEN_INSIDE" "$BUILD/api/myportald"       # in use
	[[ $prevents != *' 1 '* ]]
}

@test "memory for keys that could not be locked is said" { # asvs 13.3.1 13.3.2
	needs_sandbox # a sanitizer locks nothing, and root may lock what it likes
	(ulimit -l 0 && start_other)
	tail -n 20 "$STACK/other.log" | jq -r 'select(.event == "memory_not_locked").why' | grep -q LimitMEMLOCK
	stop_other
	never grep -q memory_not_locked "$STACK/myportald.log"
}

# Bytes as they are, and a pause for what the server does with a part of a request.
says() { # FD TEXT
	printf '%b' "$2" >&"$1"
}

# Each in a request of its own, on a connection of its own; the last three are cut short, rejected unread,
# and behind what the server does not read.
# bats test_tags=native
@test "what a client sent is gone from the service's memory once the connection is closed" {
	local secret host="Host: $LISTEN\\r\\n"
	((EUID == 0)) || skip "nobody else may look into the process"
	for name in password bearer cookie query half unread pipelined; do
		printf '%s\ttext\t%s-%s-%s\n' "$name" "$name" "$RANDOM$RANDOM" "hush" >>"$BATS_TEST_TMPDIR/secrets"
	done
	secret() {
		awk -v name="$1" '$1 == name { print $3 }' "$BATS_TEST_TMPDIR/secrets"
	}
	# It is seen while it is there.
	exec 8<>"/dev/tcp/${LISTEN%:*}/${LISTEN#*:}"
	says 8 "GET /v1/me HTTP/1.1\\r\\n${host}Authorization: Bearer $(secret half)\\r\\n"
	wait_until 5 in_memory
	grep -q '^half ' "$BATS_TEST_TMPDIR/found"
	exec 8>&-

	log_in "nobody@example.jp" "$(secret password)"
	want 401
	api GET /v1/me '' "$(secret bearer)"
	REQUEST_HEADERS=("Cookie: __Host-refresh=$(secret cookie)") api POST /v1/sessions/refresh '{}'
	api GET "/v1/registration/stage?token=$(secret query)"
	api POST /v1/captcha "{\"x\":\"$(secret unread)$(head -c 9000 /dev/zero | tr '\0' x)\"}"
	exec 8<>"/dev/tcp/${LISTEN%:*}/${LISTEN#*:}"
	says 8 "GET /healthz HTTP/1.1\\r\\n$host\\r\\nGET /v1/me HTTP/1.1\\r\\n${host}Authorization: Bearer $(secret pipelined)\\r\\nConnection: close\\r\\n\\r\\n"
	same "$(grep -ao 'HTTP/1.1 [0-9]*' <&8 | xargs)" 'HTTP/1.1 404 HTTP/1.1 401'
	exec 8>&-
	wait_until 5 not_in_memory || { cat "$BATS_TEST_TMPDIR/found" >&2; false; }
}

# The units as they are, but for the programs' place.
units() {
	mkdir -p "$BATS_TEST_TMPDIR/units"
	for unit in "$TREE"/deploy/systemd/*.service "$TREE"/deploy/systemd/*.timer; do
		sed -E 's|^ExecStart=[^ ]+|ExecStart=/bin/true|' "$unit" >"$BATS_TEST_TMPDIR/units/${unit##*/}"
	done
}

@test "systemd understands every line of the units, and finds little exposed" { # asvs 13.2.2 13.2.4 15.2.5
	units
	cd "$BATS_TEST_TMPDIR/units"
	same "$(systemd-analyze verify --man=no ./*.service ./*.timer 2>&1)" ''
	for unit in *.service; do
		exposure=$(systemd-analyze security --offline=true --no-pager "./$unit" | sed -nE 's/.*exposure level for .*: ([0-9]+)\.([0-9]+) .*/\1\2/p')
		((exposure <= 15)) || { echo "$unit: $exposure tenths" >&2; false; }
		grep -qx 'IPAddressDeny=any' "$unit" # whom it may speak to is named, network by network; or it has none
		grep -qE '^IPAddressAllow=[^ ]|^PrivateNetwork=yes$' "$unit"
		never grep -E '^IPAddressAllow=.*(any|\b0\.0\.0\.0/0|::/0)' "$unit"
	done
	sed 's/NAME/sample/g' "$TREE/deploy/systemd/society.sysusers" | systemd-sysusers --dry-run - 2>&1 | grep -q "user 'myportal-sample'"
}
