-- Mail that is taken out as a file, or brought in from one; what it is about is in `detail`, how it
-- goes in `stage`. Of one that is brought in: how many messages of the file are done with, and from
-- where on in which mailbox those may lie that were added since. Times are milliseconds since 1970.
CREATE TABLE transfers (
    id       TEXT   NOT NULL PRIMARY KEY,
    user_id  BLOB   NOT NULL,
    begun_at BIGINT NOT NULL,
    name     TEXT   NOT NULL,
    detail   BLOB   NOT NULL,
    stage    TEXT   NOT NULL,
    done     BIGINT NOT NULL,
    total    BIGINT NOT NULL,
    known    BIGINT NOT NULL,
    failed   BIGINT NOT NULL,
    place    BLOB   NOT NULL
);
CREATE INDEX transfers_by_user ON transfers (user_id, begun_at);

-- Messages on their way from one account to another: from where on in the mailbox they go to those
-- may lie that an action added before it was cut off. Times are milliseconds since 1970.
CREATE TABLE crossings (
    user_id   BLOB   NOT NULL,
    action_id BLOB   NOT NULL,
    mailbox   TEXT   NOT NULL,
    floor     BLOB   NOT NULL,
    begun_at  BIGINT NOT NULL,
    PRIMARY KEY (user_id, action_id, mailbox)
);
