# Every answer that the other files were given: what all of them must have in common.
# bats file_tags=both

load helper

setup_file() {
	answers >"$BATS_FILE_TMPDIR/answers"
}

# The answers of which a condition of jq does not hold; $h is their header lines, names in small letters.
answers_without() { # CONDITION
	jq -c 'select(.status > 0) | (.headers | split("\n") | map(ascii_downcase)) as $h | . as $a
		| select(('"$1"') | not) | {method, path, status, headers}' "$BATS_FILE_TMPDIR/answers" | head -n 5
}

# Fails with the first of them.
all_have() { # CONDITION
	same "$(answers_without "$1")" ''
}

same() { # GOT WANTED
	[[ $1 == "$2" ]] && return 0
	printf '%s\n' "$1" >&2
	return 1
}

@test "there are answers of every kind" {
	(($(jq -c 'select(.status > 0)' "$BATS_FILE_TMPDIR/answers" | wc -l) > 30))
}

@test "none is kept, sniffed, framed, embedded or says where it was asked from" { # asvs 3.2.1 3.4.3 3.4.4 3.4.5 3.4.6 3.5.8 14.2.2 14.3.2
	all_have '$h | index("cache-control: no-store")'
	all_have '$h | index("x-content-type-options: nosniff")'
	all_have '$h | index("content-security-policy: default-src '\''none'\''; frame-ancestors '\''none'\''; base-uri '\''none'\''")'
	all_have '$h | index("referrer-policy: no-referrer")'
	all_have '$h | index("cross-origin-resource-policy: same-site")'
}

@test "each body is what its Content-Type says, and none has no type" { # asvs 3.2.1 4.1.1
	all_have '.body == "" or .method == "HEAD" or .path == "/metrics" or (
		(.body | type) == "object" and ($h | any(test("^content-type: application/(problem\\+)?json; charset=utf-8$")))
		and (($h | any(startswith("content-type: application/problem+json"))) == ($a.status >= 400)))'
	all_have '.path != "/metrics" or .status != 200 or ($h | any(startswith("content-type: text/plain")))'
	all_have '($h | map(select(startswith("content-type:"))) | length) <= 1'
}

@test "none leads elsewhere, none says what serves it" { # asvs 3.7.2 13.4.6
	all_have '.status < 300 or .status >= 400'
	all_have '$h | any(test("^(location|refresh|server|x-powered-by|via|link):")) | not'
	# Not in pictures and tokens: in millions of characters made by chance any short word is to be found.
	all_have '(.body | if type == "object" then del(.data) else . end | tostring | gsub("[A-Za-z0-9_-]{32,}"; ""))
		| test("civetweb|mariadb|mysql|libjwt|openssl|libsodium|libcurl|/usr/|\\.c:[0-9]"; "i") | not'
}

@test "each has a length that is its body's" { # asvs 4.2.2
	all_have '.status == 204 or ($h | map(select(test("^content-length: [0-9]+$"))) | length) == 1'
	all_have '($h | any(startswith("transfer-encoding:"))) | not'
}
