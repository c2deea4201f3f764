-- Accounts in use: sessions, and what happened to an account.

-- A session lives while it has a row of its account's generation: whatever ends all sessions of an
-- account raises the generation, so that a session begun at the same moment is over, too.
CREATE TABLE session (
  id            BINARY(16)    NOT NULL PRIMARY KEY,
  account_id    BINARY(16)    NOT NULL,
  generation    BIGINT        NOT NULL COMMENT 'of the account when it began',
  refresh_hash  BINARY(32)    NOT NULL COMMENT 'SHA-256 of the refresh token that is good',
  previous_hash BINARY(32)    NULL COMMENT 'of the one before it',
  client_hash   BINARY(32)    NOT NULL COMMENT 'keyed hash of what tells clients apart',
  rotated_at    BIGINT        NOT NULL,
  device        VARBINARY(60) NOT NULL COMMENT 'a label for the member: Safari, iPhone',
  created_at    BIGINT        NOT NULL,
  used_at       BIGINT        NOT NULL COMMENT 'begun or last refreshed',
  expires_at    BIGINT        NOT NULL COMMENT 'in any case',
  KEY session_account (account_id, used_at),
  KEY session_expires_at (expires_at),
  CONSTRAINT session_account_exists FOREIGN KEY (account_id) REFERENCES account (id)
    ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

-- One row for each thing that happened to an account; no secrets, no addresses, no numbers. It
-- outlives the account, so nothing refers to one. A request writes a kind of event once.
CREATE TABLE audit_event (
  happened_at BIGINT        NOT NULL,
  request_id  BINARY(8)     NOT NULL COMMENT 'as in the log and in X-Request-Id',
  event       TINYINT       NOT NULL COMMENT 'enum audit_event_kind',
  account_id  BINARY(16)    NOT NULL COMMENT 'zeros: no such account',
  person_id   BINARY(16)    NOT NULL COMMENT 'zeros: not known',
  source      VARBINARY(45) NOT NULL COMMENT 'network of the client: /24 or /48',
  operator    VARCHAR(80)   NOT NULL DEFAULT '' COMMENT 'who did it, where it was an operator',
  reason      VARCHAR(200)  NOT NULL DEFAULT '' COMMENT 'why, in the words of that operator',
  PRIMARY KEY (happened_at, request_id, event),
  KEY audit_event_account (account_id, happened_at),
  KEY audit_event_person (person_id, happened_at),
  KEY audit_event_operator (operator, happened_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

-- How often each step of a registration, and logging in, ended how on a day. No row is about a
-- person. A process writes rows of its own, so that replicas and restarts add up and a repeated
-- write changes nothing.
CREATE TABLE step_count (
  day        DATE            NOT NULL COMMENT 'in Japan',
  counted_by BINARY(8)       NOT NULL COMMENT 'by chance, one for each process and day',
  step       TINYINT         NOT NULL COMMENT 'enum step',
  outcome    VARBINARY(40)   NOT NULL COMMENT 'ok, or the code of the problem document',
  count      BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (day, counted_by, step, outcome)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
