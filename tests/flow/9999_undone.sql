-- Takes 9999_next.sql back: no version does so, but the next test begins with the tables of this one.
ALTER TABLE account DROP COLUMN IF EXISTS next_one;
ALTER TABLE session DROP COLUMN IF EXISTS next_one;
ALTER TABLE outbox DROP COLUMN IF EXISTS next_one;
DROP TABLE IF EXISTS next_one;
DELETE FROM schema_migration WHERE version = 9999;
