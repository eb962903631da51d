-- Drafts whose new copy may be in the store while the old one still is: what is to go.
CREATE TABLE drafts (
    user_id      BLOB   NOT NULL,
    account      TEXT   NOT NULL,
    revision     TEXT   NOT NULL,
    message_id   TEXT   NOT NULL,
    mailbox      TEXT   NOT NULL,
    uid_validity BIGINT NOT NULL,
    old_uids     TEXT   NOT NULL,
    PRIMARY KEY (user_id, account, revision)
);
