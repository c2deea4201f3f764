-- The migration of the version to come, which only adds.
-- What all requests of the load read or write.
ALTER TABLE account ADD COLUMN next_one VARBINARY(20) NULL, ADD KEY account_next_one (next_one);
ALTER TABLE session ADD COLUMN next_one BIGINT NULL, ADD KEY session_next_one (next_one);
ALTER TABLE outbox ADD COLUMN next_one BIGINT NULL;
CREATE TABLE next_one (id BINARY(16) NOT NULL PRIMARY KEY) ENGINE=InnoDB;
