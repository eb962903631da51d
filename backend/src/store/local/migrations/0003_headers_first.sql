-- Of an incomplete message only the header is here, of so many octets; -1: all of it is. `checksum`
-- is that of what is here, `octets` are the message's as its server counts them.
ALTER TABLE contents ADD COLUMN header_octets BIGINT NOT NULL DEFAULT -1;
-- The modification number since which it is whole; 0: it came whole.
ALTER TABLE messages ADD COLUMN completed BIGINT NOT NULL DEFAULT 0;
CREATE INDEX messages_completed ON messages (mailbox, completed) WHERE completed <> 0;
CREATE INDEX deliveries_incomplete ON deliveries (content) WHERE taken = 'header';
