-- What an added account receives with, and its servers where a user named them (JSON, without a
-- password).
ALTER TABLE accounts ADD COLUMN protocol TEXT NOT NULL DEFAULT 'imap';
ALTER TABLE accounts ADD COLUMN servers TEXT;

-- Kept for as long as the account is there, because its mail is collected without a browser.
ALTER TABLE standing ADD COLUMN lasting BOOLEAN NOT NULL DEFAULT FALSE;
