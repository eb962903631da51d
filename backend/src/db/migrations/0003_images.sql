-- Whose remote images a user wants to see; an empty sender: everybody's.
CREATE TABLE image_senders (
    user_id BLOB NOT NULL,
    sender  TEXT NOT NULL,
    PRIMARY KEY (user_id, sender)
);
