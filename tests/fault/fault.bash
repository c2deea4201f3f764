# shellcheck shell=bash
# fault.bash - what the tests of this folder have in common: a service in which any call can be made to
# fail, and the operations of the API with rows that each of them finds. `load fault` at the top.
#
#   FAULTS  only these, by their names in calls.py
#   QUICK   --quick, or nothing
#   ONLY    only these operations, a regular expression

load ../flow/helper
load ../flow/steps

setup_file() {
	load ../flow/helper
	load ../flow/steps
	export FAULT=$STACK/fault
	rm -rf "$FAULT"
	mkdir "$FAULT"
	BATS_TEST_TMPDIR=$FAULT
	head -c 4096 /dev/zero >"$FAULT/control"
	# The library goes before the sanitizer's own; whole stacks name the functions of libraries.
	export FAULT_ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0:fast_unwind_on_malloc=0
	export LSAN_OPTIONS=suppressions=$TREE/tests/fault/leaks.supp:print_suppressions=0
	restart_server LD_PRELOAD="$BUILD/tests/fault/libfail_nth.so" FAIL_NTH="$FAULT/control" "ASAN_OPTIONS=$FAULT_ASAN_OPTIONS"
	operations_to_come
	keep_rows
	smtp_stop # what is sent beside the requests would change the rows meanwhile
}

# What fails here fails again.
BATS_TEST_RETRIES=0

# A failed call leaves the service as it was, so no test sets it back.
teardown() {
	:
}

teardown_file() {
	stack_restore
}

# As all_operations, with tokens and links that wait for their call; into $FAULT/operations.
operations_to_come() {
	local operation
	all_operations
	json["PATCH /v1/me"]='{"nickname":"たろう"}'
	logged_in "$(jq -r .login_id <<<"${json["POST /v1/sessions"]}")" # another session, which can be ended
	new_email email
	identified "$email" "$(new_person)"
	token["POST /v1/registration/authentication-key"]=$second_link
	json["POST /v1/registration/authentication-key"]="{\"authentication_key\":\"$key\"}"
	new_email email
	invite "$email"
	captcha_for "$invitation" >/dev/null
	token["POST /v1/registration/identity"]=$invitation
	json["POST /v1/registration/identity"]=$(identity_json "$(new_person)")
	json["POST /v1/registration/email"]="{\"email\":\"$(new_email)\"}"
	token["GET /v1/me rejected"]=a.b.c
	json["POST /v1/sessions rejected"]='{"login_id":"nobody@example.jp","password":"wrong7rakuda"}'
	for operation in "${!token[@]}" "${!json[@]}" 'GET /v1/config' 'GET /v1/openapi.yaml' 'GET /.well-known/jwks.json'; do
		printf '%s\t%s\t%s\n' "$operation" "${token[$operation]-}" "${json[$operation]-}"
	done | sort -u >"$FAULT/operations"
}

# What every call finds.
keep_rows() {
	local table
	wait_until 10 mail_is_finished
	db 'DELETE FROM outbox; DELETE FROM audit_event; DELETE FROM limit_counter'
	for table in account session audit_event outbox limit_counter spent_token; do
		db "DROP TABLE IF EXISTS kept_$table; CREATE TABLE kept_$table AS SELECT * FROM $table"
	done
}

# All that is wrong with these operations is told, not the first alone.
every_call_fails() { # OPERATION...
	local operation wrong=0
	for operation; do
		[[ $operation =~ ${ONLY-} ]] || continue
		printf '%s\n' "$operation" >>"$FAULT/walked"
		# shellcheck disable=SC2086 # words
		"$TREE/tests/fault/calls.py" ${QUICK-} "$FAULT" "$operation" ${FAULTS-} || wrong=1
	done
	return "$wrong"
}
