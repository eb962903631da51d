-- Events that a user was invited to: their latest version that was seen, and what was answered.
CREATE TABLE invitations (
    user_id          BLOB NOT NULL,
    account          TEXT NOT NULL,
    event            TEXT NOT NULL, -- the event's UID
    instance         TEXT NOT NULL, -- of a series; empty for the whole of it
    organizer        TEXT NOT NULL,
    sequence         INTEGER NOT NULL,
    cancelled        INTEGER NOT NULL,
    answer           TEXT NOT NULL, -- accepted, declined, tentative, or empty
    answered_version INTEGER NOT NULL,
    seen_at          INTEGER NOT NULL,
    PRIMARY KEY (user_id, account, event, instance)
);
