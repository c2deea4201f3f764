# What the service tells of itself: the metrics are those of docs/monitoring.md and have the form that
# Prometheus wants, and deploy/ has a dashboard and alerts that fit them.
# bats file_tags=plain

load helper
load steps

# Sets $scrape: a file with the metrics of the service.
scrape() { # [INSIDE]
	scrape=$BATS_TEST_TMPDIR/metrics
	curl -s --fail --noproxy '*' --max-time 5 "http://${1-$LISTEN_INSIDE}/metrics" >"$scrape"
}

metric() { # LINE: the value of a series of the last scrape
	sed -n "s/^myportal_$1 //p" "$scrape"
}

database_is_read() {
	scrape "$@" && [[ $(metric db_gauges_stale) == 0 ]]
}

@test "the metrics are the documented ones, in the form of Prometheus" {
	new_account
	wait_until 5 database_is_read
	"$TREE/tests/flow/monitoring.py" docs "$scrape" "$TREE/docs/monitoring.md"
	# Without a word about names, units, types and help.
	same "$(promtool check metrics <"$scrape" 2>&1)" ''
}

@test "each step of a registration counts by how it ended" {
	local before
	scrape
	before=$(metric 'steps_total{step="account",outcome="ok"}')
	invite "$(new_email)"
	identify "$invitation" 999999990
	want 422 identity_mismatch
	new_account
	log_in "$email" wrong7rakuda
	want 401 login_failed
	log_in "$email"
	scrape
	for step in email captcha identity authentication_key account login; do
		(($(metric "steps_total{step=\"$step\",outcome=\"ok\"}") > 0))
	done
	same "$(metric 'steps_total{step="account",outcome="ok"}')" "$((before + 1))"
	(($(metric 'steps_total{step="identity",outcome="identity_mismatch"}') > 0))
	(($(metric 'steps_total{step="login",outcome="login_failed"}') > 0))
	# What is no step is none.
	never grep -q '^myportal_steps_total.*step=""' "$scrape"
}

# Of two replicas, and after a stop of both: as one that is asked for a month later.
@test "the steps of a day are in the database after a stop, of all replicas" {
	local of_day="SELECT COALESCE(SUM(count), 0) FROM step_count WHERE step = 1 AND outcome = 'ok' AND day = DATE(UTC_TIMESTAMP() + INTERVAL 9 HOUR)"
	local before
	server_stop
	server_start
	before=$(db "$of_day")
	start_other
	api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
	BASE_URL=http://$OTHER_LISTEN api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
	BASE_URL=http://$OTHER_LISTEN api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
	stop_other
	same "$(db "$of_day")" "$((before + 2))"
	server_stop
	same "$(db "$of_day")" "$((before + 3))"
	server_start
}

@test "the dashboard asks for metrics that are there, and has the form of one" {
	api GET /v1/config # a code is a series once it came
	wait_until 5 database_is_read
	"$TREE/tests/flow/monitoring.py" dashboard "$scrape" "$TREE/deploy/grafana/myportal.json"
	"$TREE/tests/flow/monitoring.py" used "$scrape" "$TREE/deploy/grafana/myportal.json" "$TREE/deploy/prometheus/myportal.rules.yml"
	"$TREE/tests/flow/monitoring.py" expressions "$TREE/deploy/grafana/myportal.json" >"$BATS_TEST_TMPDIR/panels.yml"
	promtool check rules "$BATS_TEST_TMPDIR/panels.yml"
}

@test "each alert comes when it must, not before, and is told what to do about" {
	api GET /v1/config
	wait_until 5 database_is_read
	cd "$TREE/tests/flow"
	./monitoring.py rules "$scrape" "$TREE/deploy/prometheus/myportal.rules.yml" "$TREE/docs/monitoring.md" 72_alerts.yml 72_alerts_of_days.yml
	promtool test rules 72_alerts.yml 72_alerts_of_days.yml
}

# Counts of a day that no other test has.
count_of() { # DAY STEP OUTCOME COUNT
	db "INSERT INTO step_count VALUES ('$1', RANDOM_BYTES(8), $2, '$3', $4)"
}

@test "stats: the steps of a day and of a month, of all replicas, as text, JSON and a picture" {
	local svg=$BATS_TEST_TMPDIR/funnel.svg code=0
	db "DELETE FROM step_count WHERE day < '2026-01-01'"
	count_of 2025-02-28 1 ok 30
	count_of 2025-02-28 1 ok 10
	count_of 2025-02-28 3 ok 10
	count_of 2025-02-28 3 identity_mismatch 7
	count_of 2025-02-28 3 captcha_wrong 9
	count_of 2025-02-28 6 ok 5
	count_of 2025-02-01 5 ok 4
	count_of 2025-01-31 1 ok 1000
	count_of 2025-03-01 1 ok 1000

	ctl stats --day 2025-02-28 >"$BATS_TEST_TMPDIR/text"
	grep -qE '^ *identity +number was right +番号・記号の確認 +10 +25 +██████$' "$BATS_TEST_TMPDIR/text"
	grep -qE '^ *email +e-mail address entered .* 40 +100 +█{24}$' "$BATS_TEST_TMPDIR/text"
	grep -qE '^ *identity +captcha_wrong +9$' "$BATS_TEST_TMPDIR/text"

	ctl stats --month 2025-02 --json --svg "$svg" >"$BATS_TEST_TMPDIR/json"
	same "$(jq -c '[.first_day, .last_day, .log_ins, (.registrations | map([.ok, .percent]))]' "$BATS_TEST_TMPDIR/json")" \
		'["2025-02-01","2025-02-28",5,[[40,100],[0,0],[10,25],[0,0],[4,10]]]'
	same "$(jq -c '.not_ok | map([.code, .count])' "$BATS_TEST_TMPDIR/json")" '[["captcha_wrong",9],["identity_mismatch",7]]'
	never grep -q █ "$BATS_TEST_TMPDIR/json"
	python3 - "$svg" <<-'PYTHON'
		import sys, xml.etree.ElementTree as tree
		root = tree.parse(sys.argv[1]).getroot()
		space = "{http://www.w3.org/2000/svg}"
		named = [root.find(f".//*[@id='{name}']") for name in root.get("aria-labelledby").split()]
		assert root.tag == space + "svg" and root.get("role") == "img", root.attrib
		assert [element.tag for element in named] == [space + "title", space + "desc"], named
		assert "登録の完了 (account made): 4, 10 %" in named[1].text, named[1].text
	PYTHON
	same "$(stat -c %a "$svg")" 600

	ctl stats --month 2024-02 2>"$BATS_TEST_TMPDIR/text" >/dev/null || code=$?
	same "$code $(<"$BATS_TEST_TMPDIR/text")" '3 myportalctl: nothing was counted on these days'
	for wrong in '--month 2025-13' '--month 2025-2' '--month 202502x' '--day 2025-02-29' '--day today' '--day 2025-02-28 --month 2025-02'; do
		code=0
		# shellcheck disable=SC2086 # words
		ctl stats $wrong >/dev/null 2>"$BATS_TEST_TMPDIR/text" || code=$?
		same "$wrong: $code" "$wrong: 2"
		grep -qE -- '--(day|month)' "$BATS_TEST_TMPDIR/text"
	done
}
