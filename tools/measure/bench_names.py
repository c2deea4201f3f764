"""bench_names - how tools/measure/bench calls what it measures."""

LOGIN = "POST /v1/sessions"
PROFILE = "GET /v1/me"
PROFILE_ONE_CORE = "GET /v1/me, one core"
INVITATION = "POST /v1/registration/email"
STAGE = "GET /v1/registration/stage"
CAPTCHA = "POST /v1/captcha"
IDENTITY = "POST /v1/registration/identity"
KEY = "POST /v1/registration/authentication-key"
ACCOUNT = "POST /v1/registration/account"
WALK = "whole registration"  # its five steps, its mails, the first login and a look at the profile
MAIL = "mail, one worker"
