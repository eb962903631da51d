-- How a maildrop is collected, where its user said so. `removal`: never, days (`removal_days`),
-- download or expunge. `refused`: what opens it when the server refused that (a hash of what is
-- sealed); it is not tried again.
CREATE TABLE collecting (
    user_id         BLOB    NOT NULL,
    account_id      TEXT    NOT NULL,
    removal         TEXT    NOT NULL,
    removal_days    INTEGER NOT NULL,
    every_minutes   INTEGER NOT NULL,
    whole_up_to_kib BIGINT  NOT NULL,
    first_days      INTEGER NOT NULL,
    stopped         BOOLEAN NOT NULL,
    refused         BLOB    NOT NULL,
    PRIMARY KEY (user_id, account_id)
);
