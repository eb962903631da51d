-- Accounts beside that of the sign-in: where they are, without what they sign in with.
CREATE TABLE accounts (
    user_id    BLOB   NOT NULL,
    account_id TEXT   NOT NULL,
    address    TEXT   NOT NULL,
    login      TEXT   NOT NULL,
    added_at   BIGINT NOT NULL,
    PRIMARY KEY (user_id, account_id)
);

-- What they sign in with, sealed under a vault of their user.
CREATE TABLE account_secrets (
    user_id    BLOB NOT NULL,
    account_id TEXT NOT NULL,
    vault_id   BLOB NOT NULL,
    key_id     BLOB NOT NULL,
    sealed     BLOB NOT NULL,
    PRIMARY KEY (user_id, account_id, vault_id)
);

-- The keys of vaults, each sealed under the server key and a password of the user.
CREATE TABLE vaults (
    user_id BLOB   NOT NULL,
    key_id  BLOB   NOT NULL,
    sealed  BLOB   NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE INDEX vaults_by_user ON vaults (user_id);

-- How accounts are shown, that of the sign-in too.
CREATE TABLE account_looks (
    user_id    BLOB    NOT NULL,
    account_id TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    colour     INTEGER NOT NULL,
    place      INTEGER NOT NULL,
    PRIMARY KEY (user_id, account_id)
);
