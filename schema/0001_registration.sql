-- The tables: roster, accounts, spent tokens, limit counters, outbox.
--
-- Key columns are VARBINARY or BINARY: no collation ever folds case, accents or trailing spaces of
-- a key. Ids are 16 random bytes. Times are UTC seconds. Numbers are those of the enums in
-- lib/domain/sql/stored_enums.h and limit_id.h.

-- Every import is one row, also one that was refused. Reads (a check, a dry run) are none.
CREATE TABLE roster_run (
  id            BINARY(16)      NOT NULL PRIMARY KEY,
  in_progress   TINYINT         NULL COMMENT '1 while it may change persons: only one has it',
  lease_until   BIGINT          NOT NULL DEFAULT 0
    COMMENT 'then one in progress has died; by the clock of the database',
  renewals      BIGINT          NOT NULL DEFAULT 0 COMMENT 'of the lease',
  outcome       TINYINT         NOT NULL COMMENT 'enum roster_outcome',
  file_hash     BINARY(32)      NOT NULL COMMENT 'SHA-256 as read; zeros: not all of it was',
  lines_read    BIGINT UNSIGNED NOT NULL DEFAULT 0,
  invalid_lines BIGINT UNSIGNED NOT NULL DEFAULT 0,
  insured       BIGINT UNSIGNED NOT NULL DEFAULT 0,
  dependents    BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'read, not stored',
  added         BIGINT UNSIGNED NOT NULL DEFAULT 0,
  changed       BIGINT UNSIGNED NOT NULL DEFAULT 0,
  unchanged     BIGINT UNSIGNED NOT NULL DEFAULT 0,
  moved         BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'have another number or symbol',
  left_out      BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'ended too long ago to be kept',
  ended         BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'absent from the file, eligible before',
  birth_dates   BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'changed',
  names         BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'changed',
  ambiguous     BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'lines that spell another person, too',
  eligible      BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'before the import',
  losing        BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'of them: are not eligible after it',
  eligible_after BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'the import',
  started_by    VARCHAR(80)     NOT NULL,
  created_at    BIGINT          NOT NULL,
  ended_at      BIGINT          NULL,
  UNIQUE KEY roster_run_in_progress (in_progress),
  KEY roster_run_created_at (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

CREATE TABLE insured_person (
  id             BINARY(16)     NOT NULL,
  number         VARBINARY(114) NOT NULL COMMENT '番号, folded',
  symbol         VARBINARY(114) NOT NULL COMMENT '記号, folded',
  lookup         VARBINARY(228) AS (CONCAT(number, symbol)) STORED COMMENT 'as members type it',
  birth_date     DATE           NOT NULL,
  kana_name      VARBINARY(300) NOT NULL,
  eligible_from  DATE           NOT NULL,
  eligible_until DATE           NULL COMMENT 'the first day without eligibility',
  roster_run     BINARY(16)     NOT NULL COMMENT 'the last that changed this row',
  -- Clustered as a roster is compared with it: in one pass, wherever the random ids fall.
  PRIMARY KEY (number, symbol),
  UNIQUE KEY insured_person_id (id),
  -- Not unique: two pairs can spell one string. Then it identifies no person, and none matches.
  KEY insured_person_lookup (lookup)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

CREATE TABLE account (
  id                  BINARY(16)     NOT NULL PRIMARY KEY,
  person_id           BINARY(16)     NOT NULL,
  login_id            VARBINARY(254) NOT NULL COMMENT 'lower-cased address',
  password_hash       VARBINARY(127) NOT NULL,
  email               VARBINARY(254) NOT NULL COMMENT 'proven',
  pending_email       VARBINARY(254) NULL COMMENT 'not yet proven',
  nickname            VARBINARY(400) NOT NULL,
  language            VARBINARY(2)   NOT NULL,
  state               TINYINT        NOT NULL DEFAULT 1 COMMENT 'enum account_state',
  generation          BIGINT         NOT NULL DEFAULT 1
    COMMENT 'sessions and mailed links of an earlier one are over',
  created_at          BIGINT         NOT NULL,
  password_changed_at BIGINT         NOT NULL,
  UNIQUE KEY account_person (person_id),
  UNIQUE KEY account_login_id (login_id),
  KEY account_email (email),
  KEY account_pending_email (pending_email),
  CONSTRAINT account_person_exists FOREIGN KEY (person_id) REFERENCES insured_person (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

-- A code that a society posts to a person, who types it beside the number: IDENTITY_POSTED_CODE.
-- The code itself is in the file of its run alone, and on paper.
CREATE TABLE posted_code (
  person_id   BINARY(16) NOT NULL PRIMARY KEY,
  run         BINARY(16) NOT NULL COMMENT 'posted_code_run that made it: good when that has ended',
  issue       BIGINT     NOT NULL COMMENT 'the how manieth of the person: in the links it brings',
  code_hash   BINARY(32) NOT NULL COMMENT 'keyed hash of the code',
  created_at  BIGINT     NOT NULL,
  expires_at  BIGINT     NOT NULL COMMENT 'the largest number: never; when it was used',
  used_at     BIGINT     NULL COMMENT 'it made an account',
  KEY posted_code_expires_at (expires_at),
  CONSTRAINT posted_code_person_exists FOREIGN KEY (person_id) REFERENCES insured_person (id)
    ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

-- A file of codes. One that has not ended has no file that counts.
CREATE TABLE posted_code_run (
  id          BINARY(16) NOT NULL PRIMARY KEY,
  in_progress TINYINT    NULL COMMENT '1 while it may write codes: only one has it',
  lease_until BIGINT     NOT NULL COMMENT 'then one in progress has died; clock of the database',
  renewals    BIGINT     NOT NULL DEFAULT 0 COMMENT 'of the lease',
  codes       BIGINT     NOT NULL DEFAULT 0,
  created_at  BIGINT     NOT NULL,
  ended_at    BIGINT     NULL COMMENT 'all of it is in its file, and on the disk',
  UNIQUE KEY posted_code_run_in_progress (in_progress)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

CREATE TABLE spent_token (
  jti         BINARY(16) NOT NULL PRIMARY KEY COMMENT 'of the token that was spent',
  kind        TINYINT    NOT NULL COMMENT 'enum stage',
  fingerprint BINARY(32) NOT NULL COMMENT 'keyed hash of the body; zeros where facts are compared',
  outcome     TINYINT    NOT NULL COMMENT 'enum stage_outcome',
  next_id     BINARY(16) NOT NULL COMMENT 'jti of the next token, or id of the account made',
  created_at  BIGINT     NOT NULL,
  KEY spent_token_created_at (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

CREATE TABLE limit_counter (
  limit_id       TINYINT    NOT NULL COMMENT 'enum limit_id',
  subject_hash   BINARY(32) NOT NULL COMMENT 'keyed hash of what is counted',
  count          INT        NOT NULL COMMENT 'tries that were granted',
  window_ends_at BIGINT     NOT NULL COMMENT 'then the count starts again',
  locked_until   BIGINT     NOT NULL DEFAULT 0 COMMENT 'no try before',
  holder         BINARY(8)  NOT NULL DEFAULT '' COMMENT 'who made the last try that was granted',
  rejected       BIGINT     NOT NULL DEFAULT 0 COMMENT 'tries that were not granted',
  PRIMARY KEY (limit_id, subject_hash),
  KEY limit_counter_window_ends_at (window_ends_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

CREATE TABLE outbox (
  id          BINARY(16)     NOT NULL PRIMARY KEY COMMENT 'also the Message-ID',
  kind        TINYINT        NOT NULL COMMENT 'enum mail_kind',
  state       TINYINT        NOT NULL COMMENT 'enum outbox_state',
  email       VARBINARY(254) NOT NULL COMMENT 'emptied when sent or dropped',
  language    VARBINARY(2)   NOT NULL,
  nickname    VARBINARY(400) NOT NULL COMMENT 'emptied when sent or dropped',
  subject_hash BINARY(32)    NOT NULL DEFAULT ''
    COMMENT 'keyed hash of what its mail interval counts: finds a mail whose address is gone',
  jti         BINARY(16)     NOT NULL COMMENT 'of the token to mint, zeros for none',
  person_id   BINARY(16)     NOT NULL COMMENT 'these four go into the token; zeros for none',
  account_id  BINARY(16)     NOT NULL,
  generation  BIGINT         NOT NULL,
  invitation_jti BINARY(16)  NOT NULL COMMENT 'the authentication key comes from it',
  created_at  BIGINT         NOT NULL,
  expires_at  BIGINT         NOT NULL COMMENT 'of the token',
  next_try_at DATETIME(6)    NOT NULL,
  lease_until DATETIME(6)    NULL,
  lease_owner BINARY(16)     NULL,
  tries       INT            NOT NULL DEFAULT 0 COMMENT 'without those that failed for the relay',
  relay_failures INT         NOT NULL DEFAULT 0 COMMENT 'in a row',
  unconfirmed INT            NOT NULL DEFAULT 0 COMMENT 'tries handed over and never replied to',
  last_error  VARCHAR(60)    NOT NULL DEFAULT '',
  finished_at BIGINT         NULL,
  -- With created_at, so that the age of the oldest is read in it (OUTBOX_LEVELS).
  KEY outbox_due (state, next_try_at, created_at),
  KEY outbox_finished_at (finished_at),
  KEY outbox_person (person_id, created_at),
  KEY outbox_subject (subject_hash, created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
