-- What users send mail as beside their own address, and what they say of that.
CREATE TABLE identities (
    user_id    BLOB   NOT NULL,
    account    TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    place      BIGINT NOT NULL,
    email      TEXT   NOT NULL,
    form       TEXT   NOT NULL,
    -- The code that went to the address came back; nothing else is kept as a confirmation.
    confirmed  BIGINT NOT NULL,
    code       TEXT   NOT NULL,
    sent_at    BIGINT NOT NULL,
    tries      BIGINT NOT NULL,
    message_id TEXT   NOT NULL,
    -- Whether the account was found to hold a copy of that mail: 0 not known yet, 1 no, 2 yes.
    copied     BIGINT NOT NULL,
    PRIMARY KEY (user_id, account, id)
);

-- Codes that were sent within a day, whatever became of their identities.
CREATE TABLE identity_codes (
    user_id BLOB   NOT NULL,
    action  BLOB   NOT NULL,
    -- Where to: lower case, without what follows a plus.
    mailbox TEXT   NOT NULL,
    sent_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, action)
);

-- Texts that users write again and again.
CREATE TABLE templates (
    user_id BLOB NOT NULL,
    id      TEXT NOT NULL,
    name    TEXT NOT NULL,
    form    TEXT NOT NULL,
    PRIMARY KEY (user_id, id)
);
