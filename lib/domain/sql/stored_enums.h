/* stored_enums.h - the numbers that rows of the database store, each with a name.
 *
 * A number that was stored keeps its meaning for ever: a new name gets the next free number, and no
 * number is changed or used again. Statements name them ($STAGE_ACCOUNT, see sql_text.h) through
 * sql_constants (statements.h), which is made from the lists here and in limit_id.h. */

#ifndef STORED_ENUMS_H
#define STORED_ENUMS_H

#define STORED_ENUM_(name, number) name = (number),

/* clang-format off */

/* spent_token.kind: what a token is for; also the stages of a registration (stage.h). */
#define STAGE_LIST(X)                                                                          \
	X(STAGE_IDENTITY, 1)           /* the link of the invitation */                        \
	X(STAGE_AUTHENTICATION_KEY, 2) /* the second link */                                   \
	X(STAGE_ACCOUNT, 3)            /* in the answer of the authentication key step */      \
	X(STAGE_EMAIL_CONFIRMATION, 4) /* the link that proves a new address */                \
	X(STAGE_CAPTCHA, 5)            /* captcha.c's own token; spent like the others */      \
	X(STAGE_PASSWORD_RESET, 6)     /* the link that sets a new password */                 \
	X(STAGE_ACCOUNT_DELETION, 7)   /* the link that ends a former member's account */
enum stage { STAGE_NONE = 0, STAGE_LIST(STORED_ENUM_) STAGE__MAX };

/* spent_token.outcome: what came of a token. */
#define STAGE_OUTCOME_LIST(X)                                                                  \
	X(OUTCOME_DONE, 1)                                                                     \
	X(OUTCOME_CAPTCHA_RIGHT, 2)                                                            \
	X(OUTCOME_CAPTCHA_WRONG, 3)
enum stage_outcome { STAGE_OUTCOME_LIST(STORED_ENUM_) };

/* What SQL_SPEND_TOKEN() (statements.c) met. No row stores these. */
#define SPENT_MET_LIST(X)                                                                      \
	X(SPENT_ON_OTHER, 0)           /* it was spent on another body */                      \
	X(SPENT_NOW, 1)                /* it was not spent before: as ROW_COUNT() tells it */  \
	X(SPENT_BEFORE, 2)             /* on the same body, by another call */                 \
	X(SPENT_EARLIER, 3)            /* by an earlier run of this call: its answer was lost */
enum spent_met { SPENT_MET_LIST(STORED_ENUM_) };

/* account.state. Only an active account can be used. */
#define ACCOUNT_STATE_LIST(X)                                                                  \
	X(ACCOUNT_ACTIVE, 1)                                                                   \
	X(ACCOUNT_DISABLED, 2)         /* by the operator */
enum account_state { ACCOUNT_STATE_LIST(STORED_ENUM_) };

/* outbox.state: how a mail ends. */
#define OUTBOX_STATE_LIST(X)                                                                   \
	X(OUTBOX_PENDING, 0)                                                                   \
	X(OUTBOX_SENT, 1)                                                                      \
	X(OUTBOX_DEAD, 2)              /* rejected for good, or tried too often */             \
	X(OUTBOX_DROPPED, 3)           /* too late to be of use, or never meant to be sent */
enum outbox_state { OUTBOX_STATE_LIST(STORED_ENUM_) };

/* outbox.kind: what a mail says (mail_text.h). */
#define MAIL_KIND_LIST(X)                                                                      \
	X(MAIL_NONE, 0)                  /* written only so that two paths cost the same */    \
	X(MAIL_INVITATION, 1)            /* link to the identity step */                       \
	X(MAIL_SECOND_LINK, 2)           /* link to the authentication key step */             \
	X(MAIL_ALREADY_REGISTERED, 3)    /* someone entered your number: you have an account */ \
	X(MAIL_COMPLETION, 4)            /* the account exists */                              \
	X(MAIL_EMAIL_CONFIRMATION, 5)    /* link that proves a new address of an account */    \
	X(MAIL_EMAIL_CHANGED, 6)         /* notification to the old address */                 \
	X(MAIL_LOGIN_IDS, 7)             /* the login IDs of this address, or that it has none */ \
	X(MAIL_PASSWORD_RESET, 8)        /* link that sets a new password, once */             \
	X(MAIL_PASSWORD_CHANGED, 9)      /* notification: in the settings or by such a link */ \
	X(MAIL_LOGIN_ID_CHANGED, 10)     /* notification */                                    \
	X(MAIL_LOGIN_AFTER_FAILURES, 11) /* notification: a log-in after many failed ones */   \
	X(MAIL_LEFT, 12)                 /* notification: the account is deleted */            \
	X(MAIL_EMAIL_CHANGE_ASKED, 13)   /* notification to the present address */             \
	X(MAIL_UNPROVEN_LOGIN_ID, 14)    /* to the owner of an address: it is a login ID now */ \
	X(MAIL_ACCOUNT_DISABLED, 15)     /* someone entered your number: it is disabled */     \
	X(MAIL_ENDED_BY_SOCIETY, 16)     /* notification: an operator ended the account */     \
	X(MAIL_LOGIN_ID_RELEASED, 17)    /* notification: the login ID is the address now */   \
	X(MAIL_ACCOUNT_DELETION, 18)     /* link that ends a former member's account */        \
	X(MAIL_PERSON_INVITATION, 19)    /* by an operator: link to the identity step */
enum mail_kind { MAIL_KIND_LIST(STORED_ENUM_) MAIL_KIND__MAX };

/* audit_event.event (audit.h), with the word that `myportalctl audit` prints. */
#define AUDIT_LIST(X)                                                                          \
	X(AUDIT_ACCOUNT_CREATED, 1, "account_created")                                         \
	X(AUDIT_LOGIN, 2, "login")                                                             \
	X(AUDIT_LOGIN_FAILED, 3, "login_failed")                                               \
	X(AUDIT_LOGGED_OUT, 4, "logged_out")                                                   \
	X(AUDIT_SESSION_ENDED, 5, "session_ended")                                               \
	X(AUDIT_OTHER_SESSIONS_ENDED, 6, "other_sessions_ended")                                 \
	X(AUDIT_REFRESH_REUSED, 7, "refresh_token_reused")                                     \
	X(AUDIT_PASSWORD_CHANGED, 8, "password_changed")                                       \
	X(AUDIT_PASSWORD_RESET_ASKED, 9, "password_reset_asked")                               \
	X(AUDIT_PASSWORD_RESET, 10, "password_reset")                                          \
	X(AUDIT_CURRENT_PASSWORD_WRONG, 11, "current_password_wrong")                          \
	X(AUDIT_EMAIL_CHANGE_ASKED, 12, "email_change_asked")                                  \
	X(AUDIT_EMAIL_CHANGED, 13, "email_changed")                                            \
	X(AUDIT_LOGIN_ID_CHANGED, 14, "login_id_changed")                                      \
	X(AUDIT_LOGIN_ID_TAKEN, 15, "login_id_taken")                                          \
	X(AUDIT_SETTINGS_CHANGED, 16, "settings_changed")                                      \
	X(AUDIT_ACCOUNT_LEFT, 17, "account_left")                                              \
	X(AUDIT_ACCOUNT_DISABLED, 18, "account_disabled")                                      \
	X(AUDIT_ACCOUNT_ENABLED, 19, "account_enabled")                                        \
	X(AUDIT_SESSIONS_ENDED_BY_OPERATOR, 20, "sessions_ended_by_operator")                    \
	X(AUDIT_ACCOUNT_UNLOCKED, 21, "account_unlocked")                                      \
	X(AUDIT_GUESSER_LOGGED_OUT, 22, "guesser_logged_out")                                  \
	X(AUDIT_IDENTITY_LIMIT_REACHED, 23, "identity_limit_reached")                          \
	X(AUDIT_EMAIL_CHANGE_WITHDRAWN, 24, "email_change_withdrawn")                          \
	X(AUDIT_ACCOUNT_ENDED_BY_OPERATOR, 25, "account_ended_by_operator")                    \
	X(AUDIT_LOGIN_ID_RELEASED, 26, "login_id_released")                                    \
	X(AUDIT_MAIL_RESENT, 27, "mail_resent")                                                \
	X(AUDIT_MAIL_RETRIED, 28, "mail_retried")                                              \
	X(AUDIT_MAIL_DROPPED, 29, "mail_dropped")                                              \
	X(AUDIT_OUTBOX_FLUSHED, 30, "outbox_flushed")                                          \
	X(AUDIT_PERSON_MOVED, 31, "person_moved")                                              \
	X(AUDIT_DATABASE_RESTORED, 32, "database_restored")                                    \
	X(AUDIT_PERSON_EXPORTED, 33, "person_exported")                                        \
	X(AUDIT_PERSON_ERASED, 34, "person_erased")                                            \
	X(AUDIT_FORMER_MEMBER_DELETED, 35, "former_member_deleted")                            \
	X(AUDIT_POSTED_CODES_MADE, 36, "posted_codes_made")                                    \
	X(AUDIT_POSTED_CODE_REISSUED, 37, "posted_code_reissued")                              \
	X(AUDIT_POSTED_CODES_REPLACED, 38, "posted_codes_replaced")                            \
	X(AUDIT_PERSON_INVITED, 39, "person_invited")
#define AUDIT_ENUM_(name, number, word) name = (number),
enum audit_event_kind { AUDIT_LIST(AUDIT_ENUM_) };
#undef AUDIT_ENUM_

/* step_count.step: what members do, in their order, with the word that metrics and `myportalctl
 * stats` have for it. */
#define STEP_LIST(X)                                                                           \
	X(STEP_EMAIL, 1, "email")                                                              \
	X(STEP_CAPTCHA, 2, "captcha")                                                          \
	X(STEP_IDENTITY, 3, "identity")                                                        \
	X(STEP_AUTHENTICATION_KEY, 4, "authentication_key")                                    \
	X(STEP_ACCOUNT, 5, "account")                                                          \
	X(STEP_LOGIN, 6, "login")
#define STEP_ENUM_(name, number, word) name = (number),
enum step { STEP_NONE = 0, STEP_LIST(STEP_ENUM_) STEP__MAX };
#undef STEP_ENUM_

/* roster_run.outcome: how an import ended (roster_import.h), with the word that is printed. */
#define ROSTER_OUTCOME_LIST(X)                                                                 \
	X(ROSTER_RUNNING, 0, "running")                                                        \
	X(ROSTER_IMPORTED, 1, "imported")                                                      \
	X(ROSTER_HAS_ERRORS, 2, "file_has_errors")                                             \
	X(ROSTER_NO_INSURED, 3, "file_has_no_insured")                                         \
	X(ROSTER_FILE_CHANGED, 4, "file_changed_meanwhile")                                    \
	X(ROSTER_LIMIT_EXCEEDED, 5, "change_limit_exceeded")                                   \
	X(ROSTER_BROKEN_OFF, 6, "broken_off")                                                  \
	X(ROSTER_BUSY, 7, "busy")                                                              \
	X(ROSTER_FAILED, 8, "failed")                                                          \
	X(ROSTER_DB_AWAY, 9, "database_away") /* told, never stored */                         \
	X(ROSTER_BUG, 10, "internal_error")
#define ROSTER_OUTCOME_ENUM_(name, number, word) name = (number),
enum roster_outcome { ROSTER_OUTCOME_LIST(ROSTER_OUTCOME_ENUM_) ROSTER_OUTCOME__MAX };
#undef ROSTER_OUTCOME_ENUM_

/* clang-format on */

#undef STORED_ENUM_

#endif
