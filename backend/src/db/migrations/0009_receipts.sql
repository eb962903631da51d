-- Messages whose request for a receipt a user has decided about.
CREATE TABLE receipts (
    user_id    BLOB NOT NULL,
    message_id TEXT NOT NULL,
    decided_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, message_id)
);
