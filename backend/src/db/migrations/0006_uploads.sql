-- Files that were uploaded: what is announced, and the pieces that have come.
CREATE TABLE uploads (
    id           TEXT   NOT NULL PRIMARY KEY,
    user_id      BLOB   NOT NULL,
    name         TEXT   NOT NULL,
    content_type TEXT   NOT NULL,
    size         BIGINT NOT NULL,
    kept_until   BIGINT NOT NULL
);
CREATE INDEX uploads_by_user ON uploads (user_id);
CREATE INDEX uploads_by_time ON uploads (kept_until);

CREATE TABLE upload_pieces (
    upload_id TEXT   NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    place     BIGINT NOT NULL,
    size      BIGINT NOT NULL,
    blob_key  TEXT   NOT NULL,
    PRIMARY KEY (upload_id, place)
);
