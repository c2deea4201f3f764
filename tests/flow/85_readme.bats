# What README tells a new user to type.

load helper
load story

@test "the curl walk of README makes an account" {
	run_folder=$BATS_TEST_TMPDIR/run
	mkdir "$run_folder"
	settings_print >"$run_folder/env"
	ln -s "$STACK/mail" "$run_folder/mail"
	sed -n '/^```sh$/,/^```$/p' "$TREE/README.md" | grep -v '^```' |
		sed "s|\.run|$run_folder|g; s|build/tools/ctl|$BUILD/tools/ctl|g" >"$BATS_TEST_TMPDIR/walk"
	cd "$TREE"
	answer=$(bash -euo pipefail "$BATS_TEST_TMPDIR/walk" | tail -n 1)
	grep -q '"account":{"login_id":"hanako.*"next":{"method":"POST","path":"/v1/sessions"}}$' <<<"$answer"
}
