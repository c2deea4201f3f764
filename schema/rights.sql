-- The rights of the service's own user: what its statements do, and nothing more. Given after the
-- tables are made, by an administrator, with the database as the current one:
--
--   mariadb myportal < schema/rights.sql
--
-- The user `myportal` exists by then, with a password (CREATE USER ... IDENTIFIED BY ...) and no
-- rights; '%' is narrowed by where the server listens and by TLS. Tables are made, changed and
-- filled with the roster by the owner, whose password the service never sees. Not a migration: its
-- name has no number.

GRANT SELECT, INSERT, UPDATE, DELETE ON account TO 'myportal'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON limit_counter TO 'myportal'@'%';
GRANT INSERT ON audit_event TO 'myportal'@'%';
GRANT SELECT, INSERT, UPDATE ON outbox TO 'myportal'@'%';
GRANT SELECT, UPDATE ON posted_code TO 'myportal'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON session TO 'myportal'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON spent_token TO 'myportal'@'%';
GRANT SELECT, INSERT, UPDATE ON step_count TO 'myportal'@'%';

GRANT SELECT ON insured_person TO 'myportal'@'%';
GRANT SELECT ON posted_code_run TO 'myportal'@'%';
GRANT SELECT ON roster_run TO 'myportal'@'%';
GRANT SELECT ON schema_migration TO 'myportal'@'%';
