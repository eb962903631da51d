-- Times are milliseconds since 1970 UTC; ids are raw bytes.
CREATE TABLE server_keys (
    id       BLOB   NOT NULL PRIMARY KEY,
    added_at BIGINT NOT NULL
);

CREATE TABLE sessions (
    id         BLOB    NOT NULL PRIMARY KEY,
    user_id    BLOB    NOT NULL,
    key_id     BLOB    NOT NULL,
    sealed     BLOB    NOT NULL,
    keep       BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL,
    seen_at    BIGINT  NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE actions (
    user_id   BLOB   NOT NULL,
    action_id BLOB   NOT NULL,
    reply     BLOB   NOT NULL,
    done_at   BIGINT NOT NULL,
    PRIMARY KEY (user_id, action_id)
);
CREATE INDEX actions_by_time ON actions (done_at);

CREATE TABLE submissions (
    id            TEXT   NOT NULL PRIMARY KEY,
    user_id       BLOB   NOT NULL,
    account_id    TEXT   NOT NULL,
    state         TEXT   NOT NULL,
    subject       TEXT   NOT NULL,
    smtp_envelope BLOB   NOT NULL,
    blob_key      TEXT   NOT NULL,
    detail        BLOB   NOT NULL,
    due_at        BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    attempts      BIGINT NOT NULL,
    last_error    TEXT   NOT NULL
);
CREATE INDEX submissions_by_user ON submissions (user_id, created_at);
CREATE INDEX submissions_by_state ON submissions (state, due_at);
