-- What a message in a maildrop is known again by, and what was taken of it: `whole`, its `header`,
-- or `nothing` where it is older than the first round goes back. `absent_since`: when it was first
-- seen not to be in the maildrop; 0: it was there.
ALTER TABLE deliveries ADD COLUMN uidl TEXT NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN octets BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN header BLOB NOT NULL DEFAULT x'';
ALTER TABLE deliveries ADD COLUMN checksum BLOB NOT NULL DEFAULT x'';
ALTER TABLE deliveries ADD COLUMN taken TEXT NOT NULL DEFAULT 'whole';
ALTER TABLE deliveries ADD COLUMN removed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN absent_since BIGINT NOT NULL DEFAULT 0;
UPDATE deliveries SET uidl = name;

-- How the collection of an account's maildrop went. `first_at`: when the first round was through;
-- 0: not yet. `login_delay` in seconds; `signed_in_at` is what it counts from.
CREATE TABLE maildrops (
    account      TEXT   NOT NULL PRIMARY KEY,
    known_by     TEXT   NOT NULL,
    first_at     BIGINT NOT NULL,
    last_at      BIGINT NOT NULL,
    login_delay  BIGINT NOT NULL,
    signed_in_at BIGINT NOT NULL
);
