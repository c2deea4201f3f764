# What README and docs/account-walk.md tell a new user to type.
# bats file_tags=plain

load helper
load steps

@test "the curl walks of README and docs/: register, log in, change, be logged out elsewhere, forget both, get back in, leave, register again" {
	run_folder=$BATS_TEST_TMPDIR/run
	mkdir "$run_folder"
	settings_print >"$run_folder/env"
	ln -s "$STACK/mail" "$run_folder/mail"
	sed -n '/^```sh$/,/^```$/p' "$TREE/README.md" "$TREE/docs/account-walk.md" | grep -v '^```' |
		sed "s|\.run|$run_folder|g; s|build/tools/ctl|$BUILD/tools/ctl|g" >"$BATS_TEST_TMPDIR/walk"
	cd "$TREE"
	bash -euo pipefail "$BATS_TEST_TMPDIR/walk" >"$BATS_TEST_TMPDIR/told"
	same "$(grep -o '"account":{"login_id":"hanako[^}]*},"next":{"method":"POST","path":"/v1/sessions"}}' "$BATS_TEST_TMPDIR/told" | wc -l)" 2
	same "$(grep -c 'login_required$' "$BATS_TEST_TMPDIR/told")" 2
	same "$(grep -o '"insured_number":"\*' "$BATS_TEST_TMPDIR/told" | wc -l)" 1
	same "$(grep -o '"current":true' "$BATS_TEST_TMPDIR/told" | wc -l)" 1
	grep -q 'hanako[^ "]*@example.jp.\?$' "$BATS_TEST_TMPDIR/told" # out of the mail with the login ID
	never grep -qE '"status":[45]' "$BATS_TEST_TMPDIR/told"
}
