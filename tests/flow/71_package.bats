# The Debian package, from the programs that are built already: what lintian says, and which files are in it. How it
# is installed, upgraded and purged is tests/install's question.
# bats file_tags=plain

load helper
load steps

# MODE OWNER PATH of everything in the package, sorted.
files() {
	dpkg-deb -c "$1" | awk '{ sub(/\/$/, "", $6); print $1, $2, substr($6, 2) }' | grep -v ' $' | sort -k3
}

# tests/flow/71_package.files, with the documents and tables of the tree for its lines that end with "*".
files_wanted() {
	local mode owner path file
	while read -r mode owner path; do
		case $path in
		*/docs/\*) (cd "$TREE/docs" && ls ./*.md) | grep -vxE './(cookbook|debugging|performance).md' ;;
		*/schema/\*) (cd "$TREE/schema" && ls ./*.sql) ;;
		*) printf '%s\n' "./${path##*/}" ;;
		esac | while read -r file; do
			printf '%s %s %s\n' "$mode" "$owner" "${path%/*}/${file#./}"
		done
	done <"$TREE/tests/flow/71_package.files" | sort -k3
}

@test "the package is built by one command, lintian finds neither error nor warning, and its files are the listed ones" {
	export DPKG_DEB_COMPRESSOR_TYPE=gzip DPKG_DEB_COMPRESSOR_LEVEL=1 # a third of the time
	package=$("$TREE/tools/package" --build "$BUILD" --to "$BATS_TEST_TMPDIR" --lint | tail -n 1)
	same "$(dirname "$package")" "$BATS_TEST_TMPDIR"
	diff <(files_wanted) <(files "$package") >&2
	# One version, everywhere.
	version=$(sed -n "s/^  version: '\(.*\)',$/\1/p" "$TREE/meson.build")
	same "$(dpkg-deb -f "$package" Version)" "$version"
	same "$("$BUILD/api/myportald" --version)" "myportald $version"
	same "$(grep '"event":"started"' "$STACK/myportald.log" | tail -n 1 | jq -r .version)" "$version"
	BASE_URL=http://$LISTEN_INSIDE api GET /metrics
	grep -qxF "myportal_build_info{version=\"$version\"} 1" <<<"$body"
	# Whose work is in the programs stands there with its licence.
	dpkg-deb --fsys-tarfile "$package" | tar -xO ./usr/share/doc/myportal/copyright >"$BATS_TEST_TMPDIR/copyright"
	for part in $(sed -n "s/.*dependency('\([a-z0-9]*\)', static: true).*/\1/p" "$TREE/lib/meson.build") zxcvbn; do
		grep -qE "^ ${part}(,|'s) " "$BATS_TEST_TMPDIR/copyright"
	done
	# What is written for an operator must be there at the first look.
	dpkg-deb --fsys-tarfile "$package" | tar -xO ./usr/share/doc/myportal/docs/operating.md | cmp - "$TREE/docs/operating.md"
}
