// openapi.d.ts - the bodies and answers of openapi.yaml as types.
//
// Written by tools/gen/client (openapi-typescript). Do not edit.

export interface paths {
    "/v1/registration/email": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for an invitation
         * @description Mails an invitation with the first link to the address, whether or not its owner is
         *     registered. The answer is always the same. An address gets at most one invitation in
         *     `resend_after` seconds. An invitation that was mailed earlier stays valid.
         *
         *     Where the society names domains (`registration_email_domains` of `GET /v1/config`), an
         *     address of another one is 403 `email_domain_refused`, whoever has it, and gets no mail.
         */
        post: operations["requestInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/registration/stage": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        /**
         * Get the state of a registration
         * @description Takes the token of every mailed link and of the account step. The call changes nothing and
         *     counts nothing: make it whenever a page is opened with a token.
         *
         *     A token of a registration (`identity`, `authentication-key`, `account`) is told of also when
         *     it was used already: `next` names the call that follows in its registration, and is the
         *     login once the account exists. If that account was deleted since, it is 401 `token_spent`.
         *
         *     The token of a reset link (`password-reset`), of a confirmation link (`email-confirmation`)
         *     or of a link that ends an account (`account-deletion`) is told of while its own call would
         *     take it; otherwise this call has the problem that one would have. A used confirmation link is
         *     still good while the account has its address, and a used link that ended an account is good;
         *     a used reset link is `token_spent`, whatever its password.
         */
        get: operations["getRegistrationStage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/captcha": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get a CAPTCHA for the identity step
         * @description A CAPTCHA is valid for the link that it was made for, and for one try. Get another one after
         *     every 422 of the identity step, and whenever the member cannot read or understand it; that
         *     costs no try. Show or play it as `data:` + `media_type` + `;base64,` + `data`.
         *
         *     | `kind` | what it is | `captcha_answer` |
         *     | --- | --- | --- |
         *     | `image` | a picture of 6 characters, for members who see | the characters |
         *     | `audio` | 6 spoken characters, for members who hear; 8 seconds on average, never more than 12 | the characters |
         *     | `proof_of_work` | an ALTCHA challenge, which the client's machine solves; `not_offered` unless the setting `CAPTCHA_PROOF_OF_WORK` offers it | ALTCHA's payload |
         *
         *     Offer `audio` beside every picture (WCAG 1.1.1), with a button that plays it again and one
         *     that gets another. The voice speaks Japanese or English, as `Accept-Language` says. It waits
         *     half a second, then says the characters, at least 0.4 seconds apart. A letter comes with a
         *     word that begins with it ("B as in banana", 「バナナのビー」), a digit comes alone. In the
         *     background other voices play backwards.
         *
         *     `challenge` of a `proof_of_work` is that of ALTCHA's first protocol (SHA-256). Give it to an
         *     ALTCHA widget (1.x to 3.x) as it is, or find its number with a library (`solveChallenge` of
         *     `altcha-lib/v1`). The payload is the base64 of a JSON object with `algorithm`, `challenge`,
         *     `number`, `salt` and `signature`; its other members are ignored.
         */
        post: operations["createCaptcha"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/registration/identity": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send the number and the CAPTCHA; get the authentication key
         * @description The service checks the CAPTCHA first. Each CAPTCHA is used up by one try, right or wrong; a
         *     wrong answer costs no try of the link. Then the service looks up the number. The fifth wrong
         *     number ends the link: 410. After too many right or wrong numbers from one source every
         *     number gets 429, and neither the link nor the CAPTCHA is used up.
         *
         *     A right number is answered with the authentication key, and the second link goes out by
         *     mail. An insured person who has an account already gets the same 200; only the mail says so.
         *
         *     The same body sent again shows the same key. Once `resend_after` seconds have passed, it
         *     also mails the second link again: that is the "send again" button.
         *
         *     So does the same number (birth date, posted code) with a **new** CAPTCHA, for as long as the link is
         *     valid: a tab that was closed or discarded comes back to its key this way. Another number is
         *     401 `token_spent` by then, and the fifth ends the link.
         */
        post: operations["submitIdentity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/registration/authentication-key": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send the key from the screen; get the token of the account step
         * @description Takes the token of the second link. The fifth wrong key ends the link: 410. The right key
         *     sent again gets a `stage_token` for the same step with the same `expires_at`.
         */
        post: operations["submitAuthenticationKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/registration/account": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create the account
         * @description A login ID is an e-mail address that no other account has as its login ID. It need not be
         *     reachable. If it is not the address that the links were mailed to, it gets one mail that
         *     says so (`docs/api-guide.md#somebody-elses-address-as-login-id`), and is one of the 10 login
         *     IDs that a person may ask for in a day: after them another one is 429, and the address of
         *     the links makes the account. Whether one is taken is told here for at most 10 tries of a
         *     registration, and to one person for at most 20 in a day, however many registrations they
         *     begin: then 429.
         *
         *     If `email` is not the address that the links were mailed to, the account starts with that
         *     address, and the new one gets a confirmation link, unless this person had one mailed there
         *     within the mail interval. Until it is confirmed, `email_verified` is false. It is one of the
         *     10 links to new addresses that a person has in a day: after them another `email` is 429, and
         *     the address of the links makes the account. The same body sent again gets the same answer.
         */
        post: operations["createAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        /**
         * List the member's sessions
         * @description The session that was used last comes first.
         */
        get: operations["listSessions"];
        put?: never;
        /**
         * Log in
         * @description A wrong login ID, a wrong password, a locked login ID, a disabled account and an insurance
         *     that has ended get one and the same 401 `login_failed`, after the same time. From the fifth
         *     failure in a row on, the right password is refused for a while, too. 429 comes only if the
         *     client's source failed too often (`docs/api-guide.md#failed-logins`).
         *
         *     An account has at most 20 sessions: one more ends the one that was unused for longest. The
         *     same body sent again after a lost answer begins one more session.
         */
        post: operations["logIn"];
        /**
         * End all other sessions
         * @description All other sessions of the member end at once; the one that asks stays. It is 204 also where
         *     there is no other.
         */
        delete: operations["endOtherSessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/refresh": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get the next pair of tokens
         * @description With `refresh_token` in the body, the next refresh token comes in the body. Without it (send
         *     `{}`), the service takes the cookie and sets the next one. If both are there, the body's
         *     counts. With the cookie, `Origin` must be an allowed one; browsers send it by themselves.
         *
         *     A refresh token is valid once: keep the new one and forget the old one. **For 30 seconds**,
         *     or until the new one is used, the same client (`User-Agent`) may send the old one again,
         *     after a lost answer or from two windows at once, and gets the same next one. A used one that
         *     comes later, or from another client, **ends the session**, because one of the two who hold
         *     it is a thief.
         *
         *     401 `login_required` is final, whatever ended the session: ask for login ID and password.
         *     Without an answer, or after the `Retry-After` of a 503, send the same request again.
         */
        post: operations["refreshSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/current": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Log out
         * @description Ends the session of the access token. Without `Authorization` it ends the session of the
         *     cookie, so that a page that has lost its access token can log out, too; `Origin` must then
         *     be an allowed one.
         *
         *     `login_required` means that the member is logged out already: the session of the access
         *     token has ended, or neither token nor cookie was sent. After `access_token_expired` a page
         *     sends the request again without `Authorization`; an app refreshes first.
         */
        delete: operations["logOut"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path: {
                /**
                 * @description `id` of a session in `GET /v1/sessions`.
                 * @example EBESExQVFhcYGRobHB0eHw
                 */
                id: components["parameters"]["SessionId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End one session
         * @description Ends one of the member's sessions at once; it may be the one that asks.
         */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
                /**
                 * @description `ETag` of the answer that is there: if nothing has changed, 304 comes without a body. A
                 *     browser sends it by itself; a page of another origin may not.
                 * @example "7d1a54127b222502f5b79b5fb0803061"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        /**
         * Get the public keys of access tokens
         * @description For the portal's other services (RFC 7517). A key is published at least a minute before it
         *     signs, and the set may be kept for half of that: who asks again when that is over knows each
         *     key in time. After an emergency a key may sign at once: when a token names a `kid` that is
         *     not known, fetch the keys again with `Cache-Control: no-cache`, at most once a minute.
         */
        get: operations["getJwks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/recovery/login-id": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for a forgotten login ID
         * @description Mails the login IDs of all accounts that have this confirmed notification address, or says
         *     in the mail that there is none. The answer is always the same. An address gets at most one
         *     such mail in `resend_after` seconds. The mail is in the language of `Accept-Language`.
         */
        post: operations["requestLoginIdReminder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/recovery/password": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for a link to a new password
         * @description If an account has this login ID, mails a link to its confirmed notification address, and to
         *     no other, at most once in `resend_after` seconds. The answer is always the same. Until a new
         *     password is set through the link, the old one stays valid and all sessions go on.
         */
        post: operations["requestPasswordReset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/recovery/password/reset": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set a new password with the mailed link
         * @description A link sets one password. The same password sent again is 204, too. All sessions of the
         *     account end, a locked login ID is unlocked, and a mail tells the owner. No session begins:
         *     lead the member to the login.
         *
         *     `token_spent` comes if the link has set another password, or if the account has changed
         *     since the link was mailed (`docs/api-guide.md#mailed-links`).
         */
        post: operations["resetPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account-deletion": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for a link that ends the account of a former member
         * @description For whoever lost eligibility and cannot log in any more; others end their account with
         *     `DELETE /v1/me`. If a former member's active account has this address as its login ID or its
         *     confirmed notification address, mails a link to the latter, at most once in `resend_after`
         *     seconds. Of several accounts the first is meant: ask again to end the next. The answer is
         *     always the same.
         */
        post: operations["requestAccountDeletion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account-deletion/confirmation": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End the account of a former member with the mailed link
         * @description Takes the token of the link, and no body. The account is deleted, and a mail says so. The
         *     same request sent again is 204, too. Let a person press a button before you call it: it
         *     cannot be undone.
         *
         *     `token_spent` comes if the account has changed since the link was mailed, or its member may
         *     log in again (`docs/api-guide.md#mailed-links`).
         */
        post: operations["confirmAccountDeletion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        /**
         * Get the member's profile
         * @description The account as the member sees it. The insured number is masked, and no other operation has
         *     it.
         */
        get: operations["getProfile"];
        put?: never;
        post?: never;
        /**
         * Delete the account
         * @description Deletes the account for good, with its sessions and mailed links. A mail says so, and the
         *     insured person may register again; who is not insured any more may not. This DELETE takes a body. Sent again after a lost answer,
         *     it is 401 `login_required`.
         */
        delete: operations["deleteAccount"];
        options?: never;
        head?: never;
        /**
         * Change nickname or language
         * @description A member of the body that is absent changes nothing. The other parts of the profile have
         *     operations of their own.
         */
        patch: operations["updateSettings"];
        trace?: never;
    };
    "/v1/me/password": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change the password
         * @description All other sessions and all mailed links end, `pending_email` becomes null, and a mail tells
         *     the owner. The session that asks goes on with the tokens that it has.
         *
         *     The service checks the rules of the new password before it checks the current one, so
         *     `invalid_fields` costs no try. Sent again after a lost answer, a change that was made is
         *     `current_password_wrong`.
         */
        put: operations["changePassword"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/email": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Ask for another notification address
         * @description Mails a confirmation link to the new address, at most once in `resend_after` seconds. The
         *     present address stays until `POST /v1/me/email/confirmation`. It gets a mail that tells of
         *     the request but does not name the new address. The same request sent later mails both again.
         *     Another new address replaces the pending one, whose link is then spent. Where the link that
         *     was mailed before has been used, or is over with all sessions, another goes out at once. A
         *     person may make at most 10 such requests in a day, with the account step's, also who leaves
         *     and registers again.
         *
         *     The address that the account has already is no change: after the check of the current
         *     password the answer is the same, but no mail is sent, nothing is counted, and a pending
         *     address stays pending.
         */
        put: operations["requestEmailChange"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/email/confirmation": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm the new notification address
         * @description Takes the token of the link that was mailed to the new address, and no body. From then on
         *     the account has that address, and a mail to the old one says so. The same request sent again
         *     is 204 while the account has that address. It needs no session and begins none.
         *
         *     `token_spent` comes if another address, or none, is pending by now, or if the account has
         *     changed since the link was mailed (`docs/api-guide.md#mailed-links`).
         */
        post: operations["confirmEmail"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/pending-email": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Withdraw the change of address
         * @description No address is pending afterwards, and the link of the withdrawn one is `token_spent` unless
         *     the member asks for the same address again. It is 204 also where no address was pending. It
         *     does not ask for the password, because it can only take an address away.
         */
        delete: operations["withdrawEmailChange"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/login-id": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change the login ID
         * @description A mail tells the owner; sessions go on. If the new login ID is not the account's confirmed
         *     address, it gets a mail, too, at most one in a mail interval
         *     (`docs/api-guide.md#somebody-elses-address-as-login-id`). A person may ask for at most 10
         *     login IDs in a day, taken or not: a taken one is 409 with `attempts_left`, and after 10
         *     comes 429, also for who leaves and registers again. The account's own login ID, also in a
         *     repeated request, is 204 without a mail and is not counted.
         */
        put: operations["changeLoginId"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/config": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
                /**
                 * @description `ETag` of the answer that is there: if nothing has changed, 304 comes without a body. A
                 *     browser sends it by itself; a page of another origin may not.
                 * @example "7d1a54127b222502f5b79b5fb0803061"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        /**
         * Get what an app must know of this service
         * @description What the society has set, and the same for everybody: ask when the app starts. It changes
         *     with a restart of the service only, so it may be kept for five minutes, and its `ETag` tells
         *     whether it has changed since.
         */
        get: operations["getConfig"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openapi.yaml": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
                /**
                 * @description `ETag` of the answer that is there: if nothing has changed, 304 comes without a body. A
                 *     browser sends it by itself; a page of another origin may not.
                 * @example "7d1a54127b222502f5b79b5fb0803061"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        /**
         * Get this document
         * @description As it was when the service was built. It is larger than any other answer.
         */
        get: operations["getOpenapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Is the process alive?
         * @description Asks nothing of the database, so that a database that is away makes nobody restart the
         *     process.
         */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * May requests be sent to this process?
         * @description 503 while the process stops, while the database is away, while it has taken no changes for
         *     five seconds, and while its schema is older than the program.
         */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the metrics for Prometheus
         * @description Counters and gauges of this process; `docs/monitoring.md` says what each means.
         */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        EmailRequest: {
            email: components["schemas"]["EmailInput"];
        };
        CaptchaRequest: {
            /**
             * @description Without it, `image`. Any other value is `not_offered`. So is `proof_of_work`, unless the
             *     operator offers it.
             * @enum {string}
             */
            kind?: "image" | "audio" | "proof_of_work";
        };
        IdentityRequest: {
            /**
             * @description 番号, then 記号, as one string, without 枝番: 番号 56789 and 記号 100 make `56789100`. Width,
             *     case, spaces, hyphens of every kind and dots are ignored; 1 to 38 ASCII letters, digits,
             *     kana or kanji must be left. By law the number is a secret: never log or store it.
             */
            insured_number: string;
            /**
             * @description `1978-04-12`, `1978/04/12` or `19780412`, in any width. It is `required` where the
             *     society's setting demands it. Where it does not, a date that is sent must be right, too.
             */
            birth_date?: string;
            /**
             * @description The code of the letter that the society has posted to the member; width, case, spaces and
             *     hyphens are ignored. It is `required` where `posted_code_required` says so. Where it does
             *     not, a code that is sent must be right, too. One that is wrong, used or over is
             *     `identity_mismatch`, as a wrong number is.
             */
            posted_code?: string;
            /**
             * @description `captcha_token` of `POST /v1/captcha`. One that is expired is `captcha_expired`; one
             *     that is used, that belongs to another link, or that is no token at all is
             *     `captcha_wrong`.
             */
            captcha_token: string;
            /**
             * @description The 6 characters of the picture or the sound, in at most 64 bytes; case, width, spaces
             *     and hyphens are ignored. For a proof of work it is ALTCHA's payload, the base64 of some
             *     300 bytes of JSON. What is longer than 64 bytes and not base64 is `too_long`.
             */
            captcha_answer: string;
        };
        AuthenticationKeyRequest: {
            /**
             * @description The 10 characters that the screen of the identity step shows. Case, width, spaces and
             *     hyphens are ignored.
             */
            authentication_key: string;
        };
        AccountRequest: {
            login_id: components["schemas"]["LoginIdInput"];
            password: components["schemas"]["NewPassword"];
            password_confirmation: components["schemas"]["PasswordConfirmation"];
            email: components["schemas"]["EmailInput"];
            nickname: components["schemas"]["NicknameInput"];
        };
        LoginRequest: {
            login_id: components["schemas"]["LoginIdInput"];
            password: components["schemas"]["CurrentPassword"];
            /**
             * @description Where the refresh token travels: in the `body`, for an app that keeps it in the device's
             *     key store, or in the `cookie`, for a single-page app, whose scripts then never see it.
             *     Without it, in the `body`. Browsers keep the cookie over HTTPS only.
             * @enum {string}
             */
            refresh?: "body" | "cookie";
        };
        RefreshRequest: {
            /** @description Without it, the service takes the cookie. */
            refresh_token?: string;
        };
        PasswordResetMailRequest: {
            login_id: components["schemas"]["LoginIdInput"];
        };
        AccountDeletionMailRequest: {
            email: components["schemas"]["EmailInput"];
        };
        PasswordResetRequest: {
            password: components["schemas"]["NewPassword"];
            password_confirmation: components["schemas"]["PasswordConfirmation"];
        };
        SettingsRequest: {
            nickname?: components["schemas"]["NicknameInput"];
            /**
             * @description The language of mails to the member.
             * @enum {string}
             */
            language?: "ja" | "en";
        };
        PasswordChangeRequest: {
            current_password: components["schemas"]["CurrentPassword"];
            password: components["schemas"]["NewPassword"];
            password_confirmation: components["schemas"]["PasswordConfirmation"];
        };
        EmailChangeRequest: {
            email: components["schemas"]["EmailInput"];
            current_password: components["schemas"]["CurrentPassword"];
        };
        LoginIdChangeRequest: {
            login_id: components["schemas"]["LoginIdInput"];
            current_password: components["schemas"]["CurrentPassword"];
        };
        AccountDeletionRequest: {
            current_password: components["schemas"]["CurrentPassword"];
        };
        /**
         * @description `local@domain`, in any width. The local part is an ASCII dot-atom of at most 64 bytes; the
         *     old addresses of Japanese carriers (`a..b.@docomo.ne.jp`) are accepted, too. The domain may
         *     be an IDN. The whole address has at most 254 bytes, in punycode.
         */
        EmailInput: string;
        /**
         * @description Has the form of `email`. The service lower-cases the whole of it. Nobody proves that it is
         *     the member's address.
         */
        LoginIdInput: string;
        /**
         * Format: password
         * @description The password that the account has now, as typed; nothing is trimmed. A control character, a
         *     line end too, is `invisible_character`.
         */
        CurrentPassword: string;
        /**
         * Format: password
         * @description `password_policy` in the answer of the key step has the rules in force: by default 8 to 128
         *     code points after NFC, at least one of a-z and one of 0-9. Every printable character may be
         *     used, the spaces U+0020 and U+3000 too; nothing is trimmed. What nobody sees or can type
         *     again, such as U+FEFF, U+200B, other spaces or the joiners of emoji, is refused anywhere in
         *     it (`invisible_character`). A common password is refused (`common_password`). So
         *     is one that is the account's login ID, nickname or address, or the society's name, also with
         *     digits around it (`context_password`).
         */
        NewPassword: string;
        /**
         * Format: password
         * @description The same password again; otherwise `not_equal`.
         */
        PasswordConfirmation: string;
        /**
         * @description 1 to 20 user-perceived characters of any script, emoji too (at most 400 bytes). Within it,
         *     control, bidi and invisible characters are refused, but for the joiners of emoji and of some
         *     scripts, and so are more than 5 combining marks on one character.
         */
        NicknameInput: string;
        MailedLink: {
            resend_after: components["schemas"]["ResendAfter"];
            link_expires_in: components["schemas"]["LinkExpiresIn"];
        };
        LoginIdReminder: {
            resend_after: components["schemas"]["ResendAfter"];
        };
        /** @description At least so many seconds must pass until the same request sent again mails again. */
        ResendAfter: number;
        /** @description The seconds for which a link that is mailed now is valid. */
        LinkExpiresIn: number;
        RegistrationStage: {
            /**
             * @description The stage that the token belongs to.
             * @enum {string}
             */
            stage: "identity" | "authentication-key" | "account" | "email-confirmation" | "password-reset" | "account-deletion";
            expires_at: components["schemas"]["Time"];
            server_time: components["schemas"]["Time"];
            email: components["schemas"]["MaskedEmail"];
            /**
             * @description The tries that are left with this token. `email-confirmation` has nothing to try, and
             *     does not have it.
             */
            attempts_left?: number;
            /** @description Whether `birth_date` must be sent with the number. Only the stage `identity` has it. */
            birth_date_required?: boolean;
            /** @description Whether `posted_code` must be sent with the number. Only the stage `identity` has it. */
            posted_code_required?: boolean;
            next: components["schemas"]["NextCall"];
        };
        /** @description The kind that was asked for; `kind` names it. */
        Captcha: components["schemas"]["CaptchaImage"] | components["schemas"]["CaptchaAudio"] | components["schemas"]["CaptchaProofOfWork"];
        CaptchaImage: {
            captcha_token: components["schemas"]["Token"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "image";
            /** @enum {string} */
            media_type: "image/png";
            /** @description The picture in base64, at most 20480 bytes. */
            data: string;
            expires_at: components["schemas"]["Time"];
            server_time: components["schemas"]["Time"];
        };
        CaptchaAudio: {
            captcha_token: components["schemas"]["Token"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "audio";
            /** @enum {string} */
            media_type: "audio/wav";
            /** @description The sound in base64, PCM of 8 kHz, 8 bits, mono; at most 96044 bytes. */
            data: string;
            expires_at: components["schemas"]["Time"];
            server_time: components["schemas"]["Time"];
        };
        CaptchaProofOfWork: {
            captcha_token: components["schemas"]["Token"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "proof_of_work";
            /**
             * @description ALTCHA's challenge: find the number from 0 to `maxnumber` for which `challenge` is the
             *     SHA-256 of `salt` and the number's decimal digits. It is valid until `expires_at`;
             *     `salt` has the same time.
             */
            challenge: {
                /** @enum {string} */
                algorithm: "SHA-256";
                challenge: components["schemas"]["Sha256"];
                maxnumber: number;
                salt: string;
                signature: components["schemas"]["Sha256"];
            };
            expires_at: components["schemas"]["Time"];
            server_time: components["schemas"]["Time"];
        };
        /** @description Hexadecimal digits. */
        Sha256: string;
        AuthenticationKey: {
            /**
             * @description The member keeps it on the screen, or writes it down, until the second link is opened.
             *     No other answer and no mail has it. It consists of letters and digits without I, O, 0
             *     and 1, in groups.
             */
            authentication_key: string;
            email: components["schemas"]["MaskedEmail"];
            link_expires_in: components["schemas"]["LinkExpiresIn"];
            resend_after: components["schemas"]["ResendAfter"];
            next: components["schemas"]["NextCall"];
        };
        AccountStep: {
            stage_token: components["schemas"]["Token"];
            /** @enum {string} */
            stage: "account";
            expires_at: components["schemas"]["Time"];
            server_time: components["schemas"]["Time"];
            /** @description The confirmed address. Prefill login ID and notification address with it. */
            email: string;
            password_policy: components["schemas"]["PasswordPolicy"];
        };
        PasswordPolicy: {
            /** @description Code points. */
            length_min: number;
            /** @description Code points. */
            length_max: number;
            /**
             * @description `letter-and-digit` demands at least one of a-z and one of 0-9.
             * @enum {string}
             */
            composition: "letter-and-digit" | "none";
        };
        AccountCreated: {
            account: components["schemas"]["Account"];
            next: components["schemas"]["NextCall"];
        };
        Account: {
            login_id: string;
            nickname: string;
            /** @description The notification address that was asked for. */
            email: string;
            /**
             * @description False while `email` waits for its confirmation. Until then mails go to the address that
             *     the links were mailed to.
             */
            email_verified: boolean;
        };
        /** @description As in RFC 6749 5.1. The refresh token is either here, as `refresh_token`, or in the cookie. */
        SessionTokens: {
            /**
             * @description For `Authorization: Bearer`. It is a JWT signed with ES256 for the portal's services;
             *     for the app it is opaque. Keep it in memory only.
             */
            access_token: string;
            /** @enum {string} */
            token_type: "Bearer";
            /**
             * @description The seconds for which the access token is valid: 600, or fewer where an operator tests
             *     apps (`ACCESS_TOKEN_LIVES_S`).
             */
            expires_in: number;
            refresh_token?: components["schemas"]["RefreshToken"];
            /** @description The seconds after which the session ends if it is not refreshed. */
            refresh_expires_in: number;
        };
        /** @description Opaque, and valid once. Keep it where only the app can read it. */
        RefreshToken: string;
        RetryAfter: string;
        /** @enum {string} */
        ClearedCookie: "__Host-refresh=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0";
        SessionList: {
            sessions: components["schemas"]["Session"][];
        };
        Session: {
            /** @description For `DELETE /v1/sessions/{id}`. */
            id: string;
            /** @description Whether it is the session that asks. */
            current: boolean;
            /** @description Browser and system, as the client names itself; empty if unknown. It proves nothing. */
            device: string;
            created_at: components["schemas"]["Time"];
            used_at: components["schemas"]["Time"];
            /** @description The session ends then at the latest, and earlier if it is not refreshed. */
            expires_at: components["schemas"]["Time"];
        };
        /** @description RFC 7517 5. */
        JwkSet: {
            keys: components["schemas"]["Jwk"][];
        };
        Jwk: {
            /** @enum {string} */
            kty: "EC";
            /** @enum {string} */
            crv: "P-256";
            /** @enum {string} */
            use: "sig";
            /** @enum {string} */
            alg: "ES256";
            /** @description The header of a token has the `kid` of its key. */
            kid: string;
            x: components["schemas"]["JwkCoordinate"];
            y: components["schemas"]["JwkCoordinate"];
        };
        JwkCoordinate: string;
        Profile: {
            login_id: string;
            nickname: string;
            /** @description The confirmed notification address. */
            email: string;
            /**
             * @description The address that waits for its confirmation. It is null if there is none, and after all
             *     sessions have ended.
             */
            pending_email: string | null;
            /**
             * @description 番号 and 記号. All but the last two characters are masked; a number of one or two is masked
             *     wholly.
             */
            insured_number: string;
            /**
             * @description The language of the mails.
             * @enum {string}
             */
            language: "ja" | "en";
            created_at: components["schemas"]["Time"];
            password_changed_at: components["schemas"]["Time"];
            /**
             * Format: date
             * @description 資格喪失日, the first day on which the member is not insured, in Japan. It may have passed.
             *     Null: no end is known.
             */
            eligible_until: string | null;
            /**
             * Format: date
             * @description The first day, in Japan, on which the member cannot log in any more, and the session has
             *     ended: `eligible_until`, or some days later where the society lets former members in.
             *     The last day of use is the one before. Null: no end is known.
             */
            access_until: string | null;
        };
        Config: {
            society: components["schemas"]["Society"];
            /**
             * Format: uri
             * @description The origin of the app. Every mailed link begins with it.
             */
            portal_url: string;
            /** @description Those of `Accept-Language`, and of a member's mails. The first is the default. */
            languages: ("ja" | "en")[];
            /** @description Whether the identity step demands `birth_date`. */
            birth_date_required: boolean;
            /**
             * @description Whether the identity step demands `posted_code`: the society posts a letter with a code to
             *     each member. Say so before the first step, too: without the letter nobody gets further.
             */
            posted_code_required: boolean;
            /**
             * @description The domains of addresses that get an invitation, in small letters and punycode. One with
             *     a dot before it means every domain below it, and not itself. Empty: any address does.
             */
            registration_email_domains: string[];
            captcha: components["schemas"]["CaptchaOffer"];
            password_policy: components["schemas"]["PasswordPolicy"];
            lengths: components["schemas"]["FieldLengths"];
            /**
             * @description The pages of the app that mailed links lead to, each with the stage of its token. For
             *     app links they are the paths of `apple-app-site-association` and of the intent filters
             *     beside `assetlinks.json`, both of which the app serves at `portal_url`. The token
             *     stands in the fragment, which neither file can name.
             */
            links: components["schemas"]["AppLink"][];
            expires_in: components["schemas"]["Lifetimes"];
            resend_after: components["schemas"]["ResendAfter"];
        };
        Society: {
            name: {
                ja: string;
                en: string;
            };
            /**
             * @description Whom members ask: a desk, a telephone, hours, in one or several lines. It is null where
             *     the society has set none; the other language's may do then.
             */
            contact: {
                ja: string | null;
                en: string | null;
            };
            /**
             * @description The address that mails come from. Where a member waits for one, name its domain: carriers
             *     let their customers allow it (ドメイン指定受信).
             */
            mail_from: string;
        };
        CaptchaOffer: {
            /** @description What `POST /v1/captcha` makes. Ask for no other. */
            kinds: ("image" | "audio" | "proof_of_work")[];
            /** @description Only where `kinds` has it. A challenge has its own `maxnumber`. */
            proof_of_work?: {
                /**
                 * @description ALTCHA's first protocol, which its widgets 1.x to 3.x and `altcha-lib/v1` speak.
                 * @enum {string}
                 */
                protocol: "altcha-v1";
                /** @enum {string} */
                algorithm: "SHA-256";
                maxnumber: number;
            };
        };
        /**
         * @description How long a text may be, as the member sees it, when the service has folded it: the `min` and
         *     `max` of its `errors`. What is typed may be longer (full width, hyphens, blanks), so let
         *     the member type on.
         */
        FieldLengths: {
            email: components["schemas"]["LengthBounds"];
            login_id: components["schemas"]["LengthBounds"];
            nickname: components["schemas"]["LengthBounds"];
            insured_number: components["schemas"]["LengthBounds"];
            posted_code: components["schemas"]["LengthBounds"];
            authentication_key: components["schemas"]["LengthBounds"];
            captcha_answer: components["schemas"]["LengthBounds"];
        };
        LengthBounds: {
            /** @description Absent where the form says more than a length. */
            min?: number;
            max: number;
        };
        AppLink: {
            /**
             * @description As `GET /v1/registration/stage` tells it of the link's token.
             * @enum {string}
             */
            stage: "identity" | "authentication-key" | "email-confirmation" | "password-reset" | "account-deletion";
            /** @description Below `portal_url`. */
            path: string;
            /** @description The seconds for which such a link is valid. */
            expires_in: number;
        };
        /** @description For how many seconds each is valid. Links have their own. */
        Lifetimes: {
            captcha_token: number;
            /** @description That of the account step. */
            stage_token: number;
            access_token: number;
            /** @description Unused. Each refresh brings another one. */
            refresh_token: number;
            /** @description However often it is refreshed. */
            session: number;
        };
        Health: {
            /** @enum {string} */
            status: "alive";
        };
        Readiness: {
            /** @enum {string} */
            status: "ready";
        };
        /** @description The call that follows. It takes the token of its own stage. */
        NextCall: {
            /** @enum {string} */
            method: "POST";
            /** @enum {string} */
            path: "/v1/registration/identity" | "/v1/registration/authentication-key" | "/v1/registration/account" | "/v1/me/email/confirmation" | "/v1/recovery/password/reset" | "/v1/account-deletion/confirmation" | "/v1/sessions";
        };
        /**
         * Format: date-time
         * @description RFC 3339, in UTC.
         */
        Time: string;
        /** @description The first character, three asterisks and the domain. */
        MaskedEmail: string;
        /** @description Opaque. Do not read it. */
        Token: string;
        /** @description RFC 9457. */
        Problem: {
            /**
             * Format: uri
             * @description The code as a URI. It is stable; nothing can be fetched there.
             */
            type: string;
            /** @description A heading for the member. */
            title: string;
            status: number;
            /** @description A text for the member. It ends with what the member can do. */
            detail: string;
            /**
             * @description Stable. `docs/errors.md` says of each when it comes and what the app does. Later versions may
             *     have more: where you do not know a code, decide by the status.
             */
            code: string;
            /**
             * @description The value of `X-Request-Id`. It is absent at a 503 that comes from lack of memory, and
             *     where a proxy in front of the service has answered.
             */
            request_id?: string;
            attempts_left?: components["schemas"]["AttemptsLeft"];
            errors?: components["schemas"]["FieldErrors"];
        };
        /** @description Always there with `invalid_fields`, and never without it. */
        FieldErrors: components["schemas"]["FieldError"][];
        /**
         * @description The tries that are left. It is always there with 409, 422 and `current_password_wrong`, and
         *     may be there with others. After 0 comes 410 in a registration, 429 for a member and for a
         *     person who began too many registrations, or `login_required` after too many wrong current
         *     passwords.
         */
        AttemptsLeft: number;
        /**
         * @example {
         *       "field": "nickname",
         *       "code": "required",
         *       "detail": "入力してください。"
         *     }
         * @example {
         *       "field": "nickname",
         *       "code": "required",
         *       "detail": "Please fill this in."
         *     }
         * @example {
         *       "field": "phone",
         *       "code": "unknown_field",
         *       "detail": "この項目は使えません。"
         *     }
         * @example {
         *       "field": "phone",
         *       "code": "unknown_field",
         *       "detail": "There is no such field."
         *     }
         * @example {
         *       "field": "nickname",
         *       "code": "wrong_type",
         *       "detail": "文字で入力してください。"
         *     }
         * @example {
         *       "field": "nickname",
         *       "code": "wrong_type",
         *       "detail": "Please enter a text."
         *     }
         * @example {
         *       "field": "password",
         *       "code": "too_short",
         *       "min": 8,
         *       "detail": "文字数が足りません。ご確認のうえ、入力し直してください。"
         *     }
         * @example {
         *       "field": "password",
         *       "code": "too_short",
         *       "min": 8,
         *       "detail": "This is too short. Please check it and enter it again."
         *     }
         * @example {
         *       "field": "nickname",
         *       "code": "too_long",
         *       "max": 20,
         *       "detail": "文字数が多すぎます。短くしてください。"
         *     }
         * @example {
         *       "field": "nickname",
         *       "code": "too_long",
         *       "max": 20,
         *       "detail": "This is too long. Please make it shorter."
         *     }
         * @example {
         *       "field": "email",
         *       "code": "bad_format",
         *       "detail": "形式が正しくありません。打ち間違いがないかご確認ください。"
         *     }
         * @example {
         *       "field": "email",
         *       "code": "bad_format",
         *       "detail": "This does not have the right form. Please check it for typing errors."
         *     }
         * @example {
         *       "field": "insured_number",
         *       "code": "bad_character",
         *       "detail": "使えない文字が含まれています。その文字を消してください。"
         *     }
         * @example {
         *       "field": "insured_number",
         *       "code": "bad_character",
         *       "detail": "It contains a character that cannot be used. Please remove it."
         *     }
         * @example {
         *       "field": "nickname",
         *       "code": "invisible_character",
         *       "detail": "目に見えない文字が含まれています。いったんすべて消して、キーボードから入力し直してください。"
         *     }
         * @example {
         *       "field": "nickname",
         *       "code": "invisible_character",
         *       "detail": "It contains a character that cannot be seen. Please clear the field and type it again by hand."
         *     }
         * @example {
         *       "field": "kind",
         *       "code": "not_offered",
         *       "detail": "表示された中から選んでください。"
         *     }
         * @example {
         *       "field": "kind",
         *       "code": "not_offered",
         *       "detail": "Please choose one of those that are offered."
         *     }
         * @example {
         *       "field": "password",
         *       "code": "needs_letter_and_digit",
         *       "detail": "半角の英小文字と数字を、それぞれ1文字以上入れてください。"
         *     }
         * @example {
         *       "field": "password",
         *       "code": "needs_letter_and_digit",
         *       "detail": "Please use at least one lower-case letter and one digit."
         *     }
         * @example {
         *       "field": "password",
         *       "code": "common_password",
         *       "detail": "よく使われるパスワードで、推測されやすいため使えません。別のものにしてください。"
         *     }
         * @example {
         *       "field": "password",
         *       "code": "common_password",
         *       "detail": "This password is common and easy to guess. Please choose another."
         *     }
         * @example {
         *       "field": "password",
         *       "code": "context_password",
         *       "detail": "ログインIDやニックネームなどに近いパスワードは使えません。別のものにしてください。"
         *     }
         * @example {
         *       "field": "password",
         *       "code": "context_password",
         *       "detail": "A password like your login ID, nickname or our name cannot be used. Please choose another."
         *     }
         * @example {
         *       "field": "password_confirmation",
         *       "code": "not_equal",
         *       "detail": "2回の入力が一致しません。もう一度同じものを入力してください。"
         *     }
         * @example {
         *       "field": "password_confirmation",
         *       "code": "not_equal",
         *       "detail": "The two entries differ. Please enter the same again."
         *     }
         */
        FieldError: {
            /** @description The name of the body's member; a long unknown name is cut. */
            field: string;
            /**
             * @description Stable; later versions may have more. Show `detail` at the field, and what is named
             *     here.
             *
             *     | code | when it comes | what the app does |
             *     | --- | --- | --- |
             *     | `required` | the field is absent or empty | asks for it |
             *     | `unknown_field` | the operation has no such field | has a bug |
             *     | `wrong_type` | the value is no string | has a bug |
             *     | `too_short` | less than the field needs | shows `min`, where it is there |
             *     | `too_long` | more characters than the field may have, or too many bytes | shows `max`, where it is there |
             *     | `bad_format` | not of the form of an address or a date | keeps what was typed |
             *     | `bad_character` | a character that this field cannot have | keeps what was typed |
             *     | `invisible_character` | a character that nobody sees, mostly pasted | empties the field where it is a password |
             *     | `not_offered` | none of the values that the field can have | has a bug, or offers another |
             *     | `needs_letter_and_digit` | the password lacks a letter a-z or a digit | tells `password_policy` before the member types |
             *     | `common_password` | the password is in a list of common ones | asks for another |
             *     | `context_password` | the password is like login ID, nickname, address or the society's name | asks for another |
             *     | `not_equal` | the confirmation differs from the password | asks for both again |
             * @enum {string}
             */
            code: "required" | "unknown_field" | "wrong_type" | "too_short" | "too_long" | "bad_format" | "bad_character" | "invisible_character" | "not_offered" | "needs_letter_and_digit" | "common_password" | "context_password" | "not_equal";
            /** @description A text to show at the field. */
            detail: string;
            /** @description With `too_short`, the characters that the text must have. */
            min?: number;
            /**
             * @description With `too_long`, the most characters that the text may have, as the member sees them. A
             *     text with no more than that takes too many bytes.
             */
            max?: number;
        };
        BadRequestProblem: components["schemas"]["MalformedRequestProblem"] | components["schemas"]["InvalidFieldsProblem"];
        InvalidFieldsProblem: components["schemas"]["Problem"] & {
            /** @enum {string} */
            code: "invalid_fields";
            errors: components["schemas"]["FieldErrors"];
        };
        MalformedRequestProblem: components["schemas"]["Problem"] & {
            /** @enum {string} */
            code: "malformed_request";
        };
        UnauthorizedProblem: components["schemas"]["Problem"] & {
            /** @enum {string} */
            code: "token_missing" | "token_invalid" | "token_expired";
        };
        UnauthorizedOrSpentProblem: components["schemas"]["Problem"] & {
            /** @enum {string} */
            code: "token_missing" | "token_invalid" | "token_expired" | "token_spent";
        };
        NotLoggedInProblem: components["schemas"]["Problem"] & {
            /** @enum {string} */
            code: "login_required" | "access_token_expired";
        };
        SessionEndedProblem: components["schemas"]["Problem"] & {
            /** @enum {string} */
            code: "login_required";
        };
        LoginFailedProblem: components["schemas"]["Problem"] & {
            /** @enum {string} */
            code: "login_failed";
        };
        CurrentPasswordWrongProblem: components["schemas"]["Problem"] & {
            /** @enum {string} */
            code: "current_password_wrong";
            attempts_left: components["schemas"]["AttemptsLeft"];
        };
        EmailDomainRefusedProblem: components["schemas"]["Problem"] & {
            /** @enum {string} */
            code: "email_domain_refused";
        };
        OriginRefusedProblem: components["schemas"]["Problem"] & {
            /** @enum {string} */
            code: "origin_refused";
        };
        NoSuchSessionProblem: components["schemas"]["Problem"] & {
            /** @enum {string} */
            code: "not_found";
        };
        TooManyTriesProblem: components["schemas"]["Problem"] & {
            /** @enum {string} */
            code: "too_many_tries";
        };
        RequestTimeoutProblem: components["schemas"]["Problem"] & {
            /** @enum {string} */
            code: "request_timeout";
        };
        LoginIdTakenProblem: components["schemas"]["Problem"] & {
            /** @enum {string} */
            code: "login_id_taken";
            attempts_left: components["schemas"]["AttemptsLeft"];
        };
        RegistrationOverProblem: components["schemas"]["Problem"] & {
            /** @enum {string} */
            code: "registration_over";
        };
        BodyTooLargeProblem: components["schemas"]["Problem"] & {
            /** @enum {string} */
            code: "body_too_large";
        };
        UnsupportedMediaTypeProblem: components["schemas"]["Problem"] & {
            /** @enum {string} */
            code: "unsupported_media_type";
        };
        IdentityWrongProblem: components["schemas"]["Problem"] & {
            /** @enum {string} */
            code: "identity_mismatch" | "captcha_wrong" | "captcha_expired";
            attempts_left: components["schemas"]["AttemptsLeft"];
        };
        AuthenticationKeyWrongProblem: components["schemas"]["Problem"] & {
            /** @enum {string} */
            code: "authentication_key_wrong";
            attempts_left: components["schemas"]["AttemptsLeft"];
        };
        InternalErrorProblem: components["schemas"]["Problem"] & {
            /** @enum {string} */
            code: "internal_error";
        };
        UnavailableProblem: components["schemas"]["Problem"] & {
            /** @enum {string} */
            code: "unavailable" | "overloaded";
        };
        OverloadedProblem: components["schemas"]["Problem"] & {
            /** @enum {string} */
            code: "overloaded";
        };
        NotRoutedProblem: components["schemas"]["Problem"] & {
            /** @enum {string} */
            code: "malformed_request" | "not_found" | "method_not_allowed" | "request_timeout" | "length_required" | "too_many_tries" | "headers_too_large" | "internal_error" | "unavailable" | "overloaded" | "stopping" | "http_version_not_supported";
        };
    };
    responses: {
        /** @description It is done. The answer has no body. */
        Done: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description It is done. The browser deletes the refresh cookie, whatever was in it. */
        DoneAndCookieCleared: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Set-Cookie": components["headers"]["ClearedCookie"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The request is accepted. Where there is somebody to mail to, the mail is on its way. */
        LinkRequested: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["MailedLink"];
            };
        };
        /** @description The session has begun, or goes on. */
        SessionTokens: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Set-Cookie": components["headers"]["RefreshCookie"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["SessionTokens"];
            };
        };
        /** @description The account as it is now. */
        Profile: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Profile"];
            };
        };
        /** @description The service cannot read the request, or some fields are wrong. */
        BadRequest: {
            headers: {
                "X-Request-Id": components["headers"]["RequestIdIfOfService"];
                "Content-Language": components["headers"]["ContentLanguageIfOfService"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["BadRequestProblem"];
            };
        };
        /** @description The service cannot read the request, or a body or a query came where none is taken. */
        BadRequestWithoutBody: {
            headers: {
                "X-Request-Id": components["headers"]["RequestIdIfOfService"];
                "Content-Language": components["headers"]["ContentLanguageIfOfService"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["MalformedRequestProblem"];
            };
        };
        /** @description There is no token, or it is not a valid one for this call. */
        Unauthorized: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Content-Language": components["headers"]["Content-Language"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["UnauthorizedProblem"];
            };
        };
        /** @description There is no token, it is not a valid one for this call, or it is spent. */
        UnauthorizedOrSpent: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Content-Language": components["headers"]["Content-Language"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["UnauthorizedOrSpentProblem"];
            };
        };
        /**
         * @description There is no access token of an open session, or the access token has expired. After
         *     `access_token_expired`, refresh and send the same request again.
         */
        NotLoggedIn: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Content-Language": components["headers"]["Content-Language"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["NotLoggedInProblem"];
            };
        };
        /**
         * @description There is no refresh token of an open session. If it came in the cookie, the browser deletes
         *     the cookie.
         */
        SessionEnded: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Content-Language": components["headers"]["Content-Language"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                "Set-Cookie": components["headers"]["ClearedCookieIfSent"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["SessionEndedProblem"];
            };
        };
        /** @description All reasons for which a login fails have this one answer. */
        LoginFailed: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Content-Language": components["headers"]["Content-Language"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["LoginFailedProblem"];
            };
        };
        /** @description `current_password` is not the account's. `attempts_left` is there. */
        CurrentPasswordWrong: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Content-Language": components["headers"]["Content-Language"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["CurrentPasswordWrongProblem"];
            };
        };
        /** @description The address is of a domain that the society does not accept. */
        EmailDomainRefused: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Content-Language": components["headers"]["Content-Language"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["EmailDomainRefusedProblem"];
            };
        };
        /** @description The cookie was sent, but `Origin` is absent or not an allowed one. */
        OriginRefused: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Content-Language": components["headers"]["Content-Language"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["OriginRefusedProblem"];
            };
        };
        /** @description The member has no such session, or it has ended. */
        NoSuchSession: {
            headers: {
                "X-Request-Id": components["headers"]["RequestIdIfOfService"];
                "Content-Language": components["headers"]["ContentLanguageIfOfService"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["NoSuchSessionProblem"];
            };
        };
        /** @description There were too many tries. Wait `Retry-After` seconds. */
        TooManyTries: {
            headers: {
                "X-Request-Id": components["headers"]["RequestIdIfOfService"];
                "Content-Language": components["headers"]["ContentLanguageIfOfService"];
                "Retry-After": components["headers"]["Retry-After"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["TooManyTriesProblem"];
            };
        };
        /** @description The body did not arrive in time. The service closes the connection. */
        RequestTimeout: {
            headers: {
                "X-Request-Id": components["headers"]["RequestIdIfOfService"];
                "Content-Language": components["headers"]["ContentLanguageIfOfService"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["RequestTimeoutProblem"];
            };
        };
        /** @description Another account has this login ID. `attempts_left` is there. */
        LoginIdTaken: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Content-Language": components["headers"]["Content-Language"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["LoginIdTakenProblem"];
            };
        };
        /**
         * @description The tries are used up, or the insured person of this registration has an account by now. The
         *     member starts again.
         */
        RegistrationOver: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Content-Language": components["headers"]["Content-Language"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["RegistrationOverProblem"];
            };
        };
        /** @description The body is over 8192 bytes. The service closes the connection. */
        BodyTooLarge: {
            headers: {
                "X-Request-Id": components["headers"]["RequestIdIfOfService"];
                "Content-Language": components["headers"]["ContentLanguageIfOfService"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["BodyTooLargeProblem"];
            };
        };
        /**
         * @description The body is not `application/json` in UTF-8, or has a `Content-Encoding`. In the latter case
         *     `Accept-Encoding: identity` comes with the answer.
         */
        UnsupportedMediaType: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Content-Language": components["headers"]["Content-Language"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
            };
        };
        /** @description The CAPTCHA or the number is wrong. `attempts_left` is there. */
        IdentityWrong: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Content-Language": components["headers"]["Content-Language"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["IdentityWrongProblem"];
            };
        };
        /** @description The key is wrong. `attempts_left` is there. */
        AuthenticationKeyWrong: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Content-Language": components["headers"]["Content-Language"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["AuthenticationKeyWrongProblem"];
            };
        };
        /** @description The service has a bug. It did nothing, or it did the whole; the request may be sent again. */
        InternalError: {
            headers: {
                "X-Request-Id": components["headers"]["RequestIdIfOfService"];
                "Content-Language": components["headers"]["ContentLanguageIfOfService"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["InternalErrorProblem"];
            };
        };
        /** @description The service cannot answer now. The request may be sent again as it was. */
        Unavailable: {
            headers: {
                "X-Request-Id": components["headers"]["RequestIdIfOfService"];
                "Content-Language": components["headers"]["ContentLanguageIfOfService"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["UnavailableProblem"];
            };
        };
        /** @description The service is too busy. The request may be sent again as it was. */
        Overloaded: {
            headers: {
                "X-Request-Id": components["headers"]["RequestIdIfOfService"];
                "Content-Language": components["headers"]["ContentLanguageIfOfService"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["OverloadedProblem"];
            };
        };
        /** @description Nothing has changed since the answer that `If-None-Match` names. */
        NotModified: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Cache-Control": components["headers"]["CacheControl"];
                ETag: components["headers"]["ETag"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The keys are those that `If-None-Match` names. */
        KeysNotModified: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Cache-Control": components["headers"]["CacheControlOfKeys"];
                ETag: components["headers"]["ETag"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /**
         * @description The service answered before it looked at the operation. 429, 502 and 503 have `Retry-After`,
         *     405 has `Allow`.
         */
        NotRouted: {
            headers: {
                "X-Request-Id": components["headers"]["RequestIdIfOfService"];
                "Content-Language": components["headers"]["ContentLanguageIfOfService"];
                "Retry-After": components["headers"]["RetryAfterIfToWait"];
                Allow: components["headers"]["AllowIfNotAllowed"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["NotRoutedProblem"];
            };
        };
    };
    parameters: {
        /**
         * @description The language of `title` and `detail`; at the first call of a registration and at
         *     `POST /v1/recovery/login-id` also that of the mails.
         * @example en
         */
        AcceptLanguage: string;
        /**
         * @description `ETag` of the answer that is there: if nothing has changed, 304 comes without a body. A
         *     browser sends it by itself; a page of another origin may not.
         * @example "7d1a54127b222502f5b79b5fb0803061"
         */
        IfNoneMatch: string;
        /**
         * @description `id` of a session in `GET /v1/sessions`.
         * @example EBESExQVFhcYGRobHB0eHw
         */
        SessionId: string;
    };
    requestBodies: never;
    headers: {
        /**
         * @description The log has a line with this id. Quote it to the support.
         * @example 3f9c0a7e51d24b86
         */
        "X-Request-Id": string;
        /**
         * @description The id of the line that the log has of the request. It is absent only where a proxy in front
         *     of the service has answered.
         * @example 3f9c0a7e51d24b86
         */
        RequestIdIfOfService: string;
        /** @description The language of the texts. */
        "Content-Language": "ja" | "en";
        /**
         * @description The language of the texts. It is absent only where a proxy in front of the service has
         *     answered: then it is Japanese.
         */
        ContentLanguageIfOfService: "ja" | "en";
        /** @description Whoever has the answer may keep it for so many seconds. */
        CacheControl: "public, max-age=300";
        /** @description Whoever has the keys may keep them for so many seconds. */
        CacheControlOfKeys: "public, max-age=30";
        /**
         * @description The name of exactly this answer (RFC 9110 8.8.3), the same on every replica. A proxy that
         *     packs the answer puts `W/` before it.
         * @example "7d1a54127b222502f5b79b5fb0803061"
         */
        ETag: string;
        /** @description RFC 9110 11.6.1. */
        "WWW-Authenticate": "Bearer";
        /**
         * @description The seconds to wait before the request is sent again.
         * @example 1
         */
        "Retry-After": components["schemas"]["RetryAfter"];
        /** @description Comes with 429, 502 and 503. */
        RetryAfterIfToWait: components["schemas"]["RetryAfter"];
        /**
         * @description Comes with 405. The methods of the path.
         * @example GET, HEAD, OPTIONS
         */
        AllowIfNotAllowed: string;
        /**
         * @description The limits of the client's source that count this call
         *     (draft-ietf-httpapi-ratelimit-headers-11). It may come as several lines.
         * @example "source_requests";q=600;w=60
         */
        "RateLimit-Policy": string;
        /**
         * @description What is left of these limits, and for how many seconds. It may come as several lines.
         * @example "source_requests";r=599;t=60
         */
        RateLimit: string;
        /**
         * @description The refresh token, for as long as it lives. It comes only to a session that was begun with
         *     `refresh` = `cookie`.
         * @example __Host-refresh=3q2-7wABAgMEBQYHCAkKC3kR0mRzVw9f6Yx5uW1aQpLJt2dNEoZcHsGbTiXvKrPy; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=604800
         */
        RefreshCookie: string;
        /** @description Deletes the cookie in the browser. */
        ClearedCookie: components["schemas"]["ClearedCookie"];
        /** @description Comes if the cookie was sent, and deletes it in the browser. */
        ClearedCookieIfSent: components["schemas"]["ClearedCookie"];
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    requestInvitation: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmailRequest"];
            };
        };
        responses: {
            202: components["responses"]["LinkRequested"];
            400: components["responses"]["BadRequest"];
            403: components["responses"]["EmailDomainRefused"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyTries"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    getRegistrationStage: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The token is valid. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RegistrationStage"];
                };
            };
            400: components["responses"]["BadRequestWithoutBody"];
            401: components["responses"]["UnauthorizedOrSpent"];
            410: components["responses"]["RegistrationOver"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    createCaptcha: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CaptchaRequest"];
            };
        };
        responses: {
            /** @description The CAPTCHA, and the token that seals its answer. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Captcha"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            408: components["responses"]["RequestTimeout"];
            410: components["responses"]["RegistrationOver"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyTries"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    submitIdentity: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IdentityRequest"];
            };
        };
        responses: {
            /** @description The number is right. Show the key; the second link is on its way. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthenticationKey"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["UnauthorizedOrSpent"];
            408: components["responses"]["RequestTimeout"];
            410: components["responses"]["RegistrationOver"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdentityWrong"];
            429: components["responses"]["TooManyTries"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    submitAuthenticationKey: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AuthenticationKeyRequest"];
            };
        };
        responses: {
            /** @description The key is right. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountStep"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["UnauthorizedOrSpent"];
            408: components["responses"]["RequestTimeout"];
            410: components["responses"]["RegistrationOver"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["AuthenticationKeyWrong"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    createAccount: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountRequest"];
            };
        };
        responses: {
            /** @description The account exists. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountCreated"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["UnauthorizedOrSpent"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["LoginIdTaken"];
            410: components["responses"]["RegistrationOver"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyTries"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    listSessions: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The open sessions, with the one that asks. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionList"];
                };
            };
            400: components["responses"]["BadRequestWithoutBody"];
            401: components["responses"]["NotLoggedIn"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    logIn: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginRequest"];
            };
        };
        responses: {
            201: components["responses"]["SessionTokens"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["LoginFailed"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyTries"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    endOtherSessions: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Done"];
            400: components["responses"]["BadRequestWithoutBody"];
            401: components["responses"]["NotLoggedIn"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    refreshSession: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefreshRequest"];
            };
        };
        responses: {
            200: components["responses"]["SessionTokens"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["SessionEnded"];
            403: components["responses"]["OriginRefused"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    logOut: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["DoneAndCookieCleared"];
            400: components["responses"]["BadRequestWithoutBody"];
            401: components["responses"]["NotLoggedIn"];
            403: components["responses"]["OriginRefused"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path: {
                /**
                 * @description `id` of a session in `GET /v1/sessions`.
                 * @example EBESExQVFhcYGRobHB0eHw
                 */
                id: components["parameters"]["SessionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Done"];
            400: components["responses"]["BadRequestWithoutBody"];
            401: components["responses"]["NotLoggedIn"];
            404: components["responses"]["NoSuchSession"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    getJwks: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
                /**
                 * @description `ETag` of the answer that is there: if nothing has changed, 304 comes without a body. A
                 *     browser sends it by itself; a page of another origin may not.
                 * @example "7d1a54127b222502f5b79b5fb0803061"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys, the newest first. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["CacheControlOfKeys"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JwkSet"];
                };
            };
            304: components["responses"]["KeysNotModified"];
            400: components["responses"]["BadRequestWithoutBody"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Overloaded"];
            default: components["responses"]["NotRouted"];
        };
    };
    requestLoginIdReminder: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmailRequest"];
            };
        };
        responses: {
            /** @description The request is accepted. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginIdReminder"];
                };
            };
            400: components["responses"]["BadRequest"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyTries"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    requestPasswordReset: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordResetMailRequest"];
            };
        };
        responses: {
            202: components["responses"]["LinkRequested"];
            400: components["responses"]["BadRequest"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyTries"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    resetPassword: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordResetRequest"];
            };
        };
        responses: {
            204: components["responses"]["Done"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["UnauthorizedOrSpent"];
            408: components["responses"]["RequestTimeout"];
            410: components["responses"]["RegistrationOver"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    requestAccountDeletion: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountDeletionMailRequest"];
            };
        };
        responses: {
            202: components["responses"]["LinkRequested"];
            400: components["responses"]["BadRequest"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyTries"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    confirmAccountDeletion: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Done"];
            400: components["responses"]["BadRequestWithoutBody"];
            401: components["responses"]["UnauthorizedOrSpent"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    getProfile: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Profile"];
            400: components["responses"]["BadRequestWithoutBody"];
            401: components["responses"]["NotLoggedIn"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    deleteAccount: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountDeletionRequest"];
            };
        };
        responses: {
            204: components["responses"]["DoneAndCookieCleared"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotLoggedIn"];
            403: components["responses"]["CurrentPasswordWrong"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyTries"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    updateSettings: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SettingsRequest"];
            };
        };
        responses: {
            200: components["responses"]["Profile"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotLoggedIn"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChangeRequest"];
            };
        };
        responses: {
            204: components["responses"]["Done"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotLoggedIn"];
            403: components["responses"]["CurrentPasswordWrong"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyTries"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    requestEmailChange: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmailChangeRequest"];
            };
        };
        responses: {
            202: components["responses"]["LinkRequested"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotLoggedIn"];
            403: components["responses"]["CurrentPasswordWrong"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyTries"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    confirmEmail: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Done"];
            400: components["responses"]["BadRequestWithoutBody"];
            401: components["responses"]["UnauthorizedOrSpent"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    withdrawEmailChange: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Done"];
            400: components["responses"]["BadRequestWithoutBody"];
            401: components["responses"]["NotLoggedIn"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    changeLoginId: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginIdChangeRequest"];
            };
        };
        responses: {
            204: components["responses"]["Done"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotLoggedIn"];
            403: components["responses"]["CurrentPasswordWrong"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["LoginIdTaken"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyTries"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    getConfig: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
                /**
                 * @description `ETag` of the answer that is there: if nothing has changed, 304 comes without a body. A
                 *     browser sends it by itself; a page of another origin may not.
                 * @example "7d1a54127b222502f5b79b5fb0803061"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The settings that matter to an app. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["CacheControl"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Config"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequestWithoutBody"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Overloaded"];
            default: components["responses"]["NotRouted"];
        };
    };
    getOpenapi: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The language of `title` and `detail`; at the first call of a registration and at
                 *     `POST /v1/recovery/login-id` also that of the mails.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
                /**
                 * @description `ETag` of the answer that is there: if nothing has changed, 304 comes without a body. A
                 *     browser sends it by itself; a page of another origin may not.
                 * @example "7d1a54127b222502f5b79b5fb0803061"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description This document. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["CacheControl"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/yaml": string;
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequestWithoutBody"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Overloaded"];
            default: components["responses"]["NotRouted"];
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The process is alive. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            400: components["responses"]["BadRequestWithoutBody"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The process serves requests. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            400: components["responses"]["BadRequestWithoutBody"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Text format 0.0.4. Every name begins with `myportal_`. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            400: components["responses"]["BadRequestWithoutBody"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["NotRouted"];
        };
    };
}
