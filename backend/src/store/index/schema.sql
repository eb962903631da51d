CREATE TABLE mailbox (
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  mailbox TEXT NOT NULL,
  uid_validity INTEGER NOT NULL,
  uid_next INTEGER,
  modseq INTEGER,
  complete INTEGER NOT NULL DEFAULT 0,
  kind INTEGER NOT NULL DEFAULT 0,
  used_at INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, mailbox)
);
CREATE TABLE message (
  id INTEGER PRIMARY KEY,
  box INTEGER NOT NULL,
  uid INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  keywords TEXT NOT NULL,
  size INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  sent_at INTEGER NOT NULL,
  attachment INTEGER NOT NULL,
  sender INTEGER NOT NULL,
  message_id INTEGER NOT NULL,
  thread INTEGER NOT NULL,
  by_from TEXT NOT NULL,
  by_subject TEXT NOT NULL
);
CREATE UNIQUE INDEX message_place ON message (box, uid);
CREATE INDEX message_thread ON message (thread);
CREATE TABLE kept (id INTEGER PRIMARY KEY, summary BLOB NOT NULL);
CREATE TABLE node (hash INTEGER PRIMARY KEY, thread INTEGER NOT NULL);
CREATE INDEX node_thread ON node (thread);
CREATE TABLE subject_node (
  hash INTEGER NOT NULL,
  thread INTEGER NOT NULL,
  reply INTEGER NOT NULL,
  PRIMARY KEY (hash, thread, reply)
) WITHOUT ROWID;
CREATE INDEX subject_thread ON subject_node (thread);
CREATE TABLE person (
  account TEXT NOT NULL,
  email TEXT NOT NULL,
  hash INTEGER NOT NULL,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  words TEXT NOT NULL,
  times INTEGER NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY (account, email)
) WITHOUT ROWID;
CREATE INDEX person_hash ON person (hash);
CREATE VIRTUAL TABLE words USING fts5 (
  sender, recipients, cc, bcc, subject, files, list,
  content = '', contentless_delete = 1, detail = full, tokenize = 'ascii'
);
CREATE TABLE vocabulary (word TEXT PRIMARY KEY) WITHOUT ROWID;
