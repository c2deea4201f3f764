# Every call made to fail (calls.py), in every operation of the API.

load fault

@test "a registration" { # asvs 2.3.3 16.5.2
	every_call_fails 'POST /v1/registration/email' 'GET /v1/registration/stage' 'POST /v1/captcha' \
		'POST /v1/registration/identity' 'POST /v1/registration/authentication-key' 'POST /v1/registration/account'
}

@test "sessions" { # asvs 2.3.3 16.5.2
	every_call_fails 'POST /v1/sessions' 'POST /v1/sessions/refresh' 'GET /v1/sessions' 'DELETE /v1/sessions' \
		'DELETE /v1/sessions/current' "$(session_by_id)"
}

@test "what a member sees and changes" { # asvs 2.3.3 16.5.2
	every_call_fails 'GET /v1/me' 'PATCH /v1/me' 'PUT /v1/me/password' 'PUT /v1/me/email' 'POST /v1/me/email/confirmation' \
		'DELETE /v1/me/pending-email' 'PUT /v1/me/login-id' 'DELETE /v1/me'
}

@test "recovery, and the end of a former member's account" { # asvs 2.3.3 16.5.2
	every_call_fails 'POST /v1/recovery/login-id' 'POST /v1/recovery/password' 'POST /v1/recovery/password/reset' \
		'POST /v1/account-deletion' 'POST /v1/account-deletion/confirmation'
}

@test "what anybody may ask, and what is rejected" { # asvs 16.5.2
	every_call_fails 'POST /v1/sessions rejected' 'GET /v1/me rejected' 'GET /v1/config' 'GET /v1/openapi.yaml' 'GET /.well-known/jwks.json'
}

@test "these are all operations" {
	[[ -z ${ONLY-} ]] || skip "not all were asked for"
	same "$(sort -u "$FAULT/walked")" "$(cut -f 1 "$FAULT/operations" | sort)"
}

# The operation with the id that it has in this run.
session_by_id() {
	grep -o '^DELETE /v1/sessions/[A-Za-z0-9_-]\{22\}' "$FAULT/operations"
}
