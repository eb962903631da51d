-- One user's local mail. Times are seconds since 1970 UTC. A mailbox's id is also the generation of
-- its uids: no mailbox gets one that another had.
CREATE TABLE mailboxes (
    id         BIGINT  NOT NULL PRIMARY KEY,
    account    TEXT    NOT NULL,
    name       BLOB    NOT NULL,
    role       TEXT    NOT NULL,
    subscribed BOOLEAN NOT NULL,
    uid_next   BIGINT  NOT NULL,
    modseq     BIGINT  NOT NULL,
    -- What was expunged up to this modseq is not known any more.
    forgotten  BIGINT  NOT NULL,
    UNIQUE (account, name)
);

-- What is immutable of a message, once for all its copies.
CREATE TABLE contents (
    id          INTEGER NOT NULL PRIMARY KEY,
    octets      BIGINT  NOT NULL,
    checksum    BLOB    NOT NULL,
    message_id  TEXT    NOT NULL,
    attachment  BOOLEAN NOT NULL,
    summary     BLOB    NOT NULL,
    details     BLOB    NOT NULL,
    -- plain or deflated in `sources`; blob: whole, behind `blob_key`.
    form        TEXT    NOT NULL,
    blob_key    TEXT    NOT NULL,
    -- When its last copy was expunged; 0: there is one.
    freed_at    BIGINT  NOT NULL
);
CREATE INDEX contents_by_message_id ON contents (message_id);
CREATE INDEX contents_freed ON contents (freed_at) WHERE freed_at <> 0;

CREATE TABLE sources (
    content BIGINT NOT NULL PRIMARY KEY REFERENCES contents (id),
    bytes   BLOB   NOT NULL
);

CREATE TABLE messages (
    mailbox     BIGINT NOT NULL REFERENCES mailboxes (id),
    uid         BIGINT NOT NULL,
    content     BIGINT NOT NULL REFERENCES contents (id),
    flags       BIGINT NOT NULL,
    keywords    TEXT   NOT NULL,
    modseq      BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (mailbox, uid)
);
CREATE INDEX messages_by_change ON messages (mailbox, modseq);
CREATE INDEX messages_by_content ON messages (content);
CREATE INDEX messages_unseen ON messages (mailbox) WHERE (flags & 1) = 0;

CREATE TABLE expunged (
    mailbox BIGINT NOT NULL REFERENCES mailboxes (id),
    uid     BIGINT NOT NULL,
    modseq  BIGINT NOT NULL,
    PRIMARY KEY (mailbox, uid)
);
CREATE INDEX expunged_by_change ON expunged (mailbox, modseq);

-- What was delivered, by the name that its deliverer knows it by: nothing is delivered twice.
CREATE TABLE deliveries (
    account      TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    content      BIGINT NOT NULL,
    delivered_at BIGINT NOT NULL,
    PRIMARY KEY (account, name)
);

-- `used`: octets of contents that have a copy; `generation`: the last mailbox's id; `tree`: changes
-- with the mailboxes.
CREATE TABLE counters (
    name  TEXT   NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('used', 0), ('generation', 0), ('tree', 0);

-- Full text, by the words of `store::index::fold`. From here on SQLite's own.
CREATE VIRTUAL TABLE words USING fts5 (
    sender, recipients, cc, bcc, subject, files, list, body,
    content = '', contentless_delete = 1, detail = full, tokenize = 'ascii'
);
CREATE TABLE vocabulary (
    id   INTEGER NOT NULL PRIMARY KEY,
    word TEXT    NOT NULL UNIQUE
);
-- In which words three letters or more stand.
CREATE VIRTUAL TABLE inside USING fts5 (word, content = '', tokenize = 'trigram');
