//! Messages for tests: plain ones, and mailboxes full of them.

use anyhow::Result;

use crate::Person;
use crate::imap::RawImap;

/// How many messages one APPEND carries where the server allows several (RFC 3502).
const BATCH: usize = 500;

/// A short plain-text message with a Message-ID made from its subject.
pub fn plain(from: &Person, to: &Person, subject: &str, text: &str) -> Vec<u8> {
    let id: String = subject.chars().filter(char::is_ascii_alphanumeric).collect();
    format!(
        "From: {from}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{id}@test.invalid>\r\n\
         Date: Mon, 02 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n",
        from = from.address,
        to = to.address,
    )
    .into_bytes()
}

/// A message with one attachment of `size` bytes, base64 as senders write it.
pub fn with_attachment(from: &Person, to: &Person, subject: &str, size: usize) -> Vec<u8> {
    let head = format!(
        "From: {from}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <attached-{size}@test.invalid>\r\n\
         Date: Mon, 02 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"edge\"\r\n\r\n\
         --edge\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nSee the file.\r\n\
         --edge\r\nContent-Type: application/octet-stream; name=\"large.bin\"\r\n\
         Content-Disposition: attachment; filename=\"large.bin\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n",
        from = from.address,
        to = to.address,
    );
    // 57 zero bytes are one line of 76 characters; the remainder is padded.
    let line = format!("{}\r\n", "A".repeat(76));
    let mut message = head.into_bytes();
    message.extend(line.repeat(size / 57).into_bytes());
    let rest = size % 57;
    let padding = (3 - rest % 3) % 3;
    message.extend("A".repeat((rest + padding) / 3 * 4 - padding).into_bytes());
    message.extend("=".repeat(padding).into_bytes());
    message.extend(b"\r\n--edge--\r\n");
    message
}

/// Fills a mailbox with `count` seen messages `Message 1` … `Message COUNT`, oldest first.
pub async fn fill(session: &mut RawImap, mailbox: &str, to: &Person, count: usize) -> Result<()> {
    let from = Person::named("sender");
    let numbers: Vec<usize> = (1..=count).collect();
    let offers = session.ok("CAPABILITY").await?;
    let size = if offers.line("MULTIAPPEND").is_some() { BATCH } else { 1 };
    for batch in numbers.chunks(size) {
        let messages: Vec<Vec<u8>> = batch
            .iter()
            .map(|n| plain(&from, to, &format!("Message {n}"), &format!("This is message {n}.")))
            .collect();
        session.append(mailbox, "\\Seen", messages.iter().map(Vec::as_slice)).await?;
    }
    Ok(())
}
