-- How actions are taken back; forgotten with their replies.
CREATE TABLE undos (
    user_id   BLOB   NOT NULL,
    action_id BLOB   NOT NULL,
    steps     BLOB   NOT NULL,
    done_at   BIGINT NOT NULL,
    PRIMARY KEY (user_id, action_id)
);
CREATE INDEX undos_by_time ON undos (done_at);

-- Roles that users chose for mailboxes; an empty mailbox_id: no mailbox has the role.
CREATE TABLE mailbox_roles (
    user_id    BLOB NOT NULL,
    account_id TEXT NOT NULL,
    role       TEXT NOT NULL,
    mailbox_id TEXT NOT NULL,
    PRIMARY KEY (user_id, account_id, role)
);
