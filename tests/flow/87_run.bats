# tools/run, in a copy of the tree: a running one of the developer's is left alone.
# bats file_tags=plain

load helper
load steps

# A copy with the programs of this build, and ports of its own.
setup() {
	copy=$BATS_TEST_TMPDIR/copy
	mkdir "$copy"
	(cd "$TREE" && cp -a api lib meson.build meson_options.txt schema tests tools "$copy")
	mkdir "$copy/build"
	find "$TREE/build" -mindepth 1 -maxdepth 1 ! -name asan ! -name tsan ! -name fuzz -exec cp -a -t "$copy/build" {} +
	settings_forget '*' # or the copy would work on the suite's database
	local first
	first=$(free_ports 4)
	export LISTEN=127.0.0.1:$first LISTEN_INSIDE=127.0.0.1:$((first + 1))
	export RUN_DB_PORT=$((first + 2)) RUN_SMTP_PORT=$((first + 3))
}

teardown() {
	"$copy/tools/run" --stop
}

@test "tools/run --detach returns when ready, a second one takes over, --fresh forgets, --stop stops" {
	[[ $BUILD == */build ]] || skip "the copy is of build/"
	cd "$copy"
	tools/run --detach | grep -q "is ready: http://$LISTEN"
	server_ready "$LISTEN_INSIDE"
	api POST /v1/registration/email '{"email":"hanako@example.jp"}'
	want 202
	grep -q '^RateLimit: "source_mails";r=2999;' <<<"$headers" # all come from one address here: SHARED_NETWORKS
	tools/dev/read-mail .run/mail hanako@example.jp --part token --wait 10
	(. .run/env && build/tools/ctl/myportalctl keys list | grep -q current)
	key=$(. .run/env && build/tools/ctl/myportalctl keys list)

	tools/run --detach >/dev/null
	server_ready "$LISTEN_INSIDE"
	same "$(. .run/env && build/tools/ctl/myportalctl keys list)" "$key"
	tools/dev/read-mail .run/mail hanako@example.jp >/dev/null

	tools/run --detach --fresh >/dev/null
	server_ready "$LISTEN_INSIDE"
	never tools/dev/read-mail .run/mail hanako@example.jp

	tools/run --stop
	never server_ready "$LISTEN_INSIDE"
	never port_is_taken "$RUN_DB_PORT"
	never port_is_taken "$RUN_SMTP_PORT"
}

port_is_taken() { # PORT
	! port_is_free "127.0.0.1:$1"
}

@test "tools/run in the foreground ends with Ctrl-C and leaves nothing running" {
	[[ $BUILD == */build ]] || skip "the copy is of build/"
	cd "$copy"
	env --default-signal=INT setsid tools/run >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	run_pid=$!
	wait_until 600 server_ready "$LISTEN_INSIDE"
	wait_until 30 grep -q 'Ctrl-C stops everything' "$BATS_TEST_TMPDIR/out"
	kill -INT -- "-$run_pid"
	wait "$run_pid" || true
	never server_ready "$LISTEN_INSIDE"
	never port_is_taken "$RUN_DB_PORT"
}
