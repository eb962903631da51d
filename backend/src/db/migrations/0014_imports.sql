-- What a file is uploaded for: `attachment` of what is written, or `import` of the mail in it.
ALTER TABLE uploads ADD COLUMN purpose TEXT NOT NULL DEFAULT 'attachment';

-- Accounts whose row is gone, and of whose local mail something may be left.
CREATE TABLE removals (
    user_id    BLOB NOT NULL,
    account_id TEXT NOT NULL,
    PRIMARY KEY (user_id, account_id)
);
