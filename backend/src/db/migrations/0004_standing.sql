-- Credentials sealed under the server key alone, while something runs without a browser.
CREATE TABLE standing (
    user_id    BLOB   NOT NULL,
    account_id TEXT   NOT NULL,
    key_id     BLOB   NOT NULL,
    sealed     BLOB   NOT NULL,
    kept_at    BIGINT NOT NULL,
    PRIMARY KEY (user_id, account_id)
);

-- What submissions were written as, so that they can be written on.
CREATE TABLE submission_drafts (
    submission_id TEXT NOT NULL PRIMARY KEY REFERENCES submissions (id) ON DELETE CASCADE,
    draft         BLOB NOT NULL
);
