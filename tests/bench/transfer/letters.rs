//! Messages with mixed flags, keywords, dates and sizes, and with lines that files have to keep.

use anyhow::Result;
use postern_tests::imap::RawImap;

const FLAGS: [&str; 8] = [
    "\\Seen",
    "\\Seen \\Answered $Forwarded",
    "",
    "\\Flagged Work",
    "\\Draft \\Deleted",
    "\\Seen $Junk Plans2026",
    "\\Seen \\Flagged \\Answered",
    "$NotJunk",
];
const TEXTS: [&str; 6] = [
    "From here on\r\n>From there\r\n>>From nowhere\r\n\r\nFrom a@b Thu Jan  1 00:00:00 1970",
    "Zażółć gęślą jaźń 发票 отчёт",
    "\r\n\r\n\r\n",
    "Status: RO\r\nX-Status: F\r\n.\r\n..",
    "plain",
    "Content-Length: 3\r\n\r\nPK\u{3}\u{4}",
];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Puts so many messages into the inbox.
pub async fn fill(session: &mut RawImap, count: usize) -> Result<()> {
    for first in (0..count).step_by(200) {
        let some: Vec<_> = (first..count.min(first + 200)).map(letter).collect();
        let some = some.iter().map(|(begin, text)| (begin.as_str(), text.as_bytes()));
        session.append_each("INBOX", some).await?;
    }
    Ok(())
}

/// Flags and date, and the message.
fn letter(number: usize) -> (String, String) {
    let begin = format!(
        "({}) \"{:02}-{}-{} {:02}:{:02}:{:02} +0000\"",
        FLAGS[number % FLAGS.len()],
        1 + number % 28,
        MONTHS[number / 28 % 12],
        1999 + number % 28,
        number % 24,
        number % 60,
        number * 7 % 60,
    );
    // Of 200 octets up to 40,000; most are small.
    let lines = match number % 50 {
        0 => 500,
        1..=9 => 60,
        _ => number % 13,
    };
    let text = TEXTS[number % TEXTS.len()];
    let more = "The meeting about the invoice is on Thursday, the report follows; regards, Ben\r\n";
    let end = if number.is_multiple_of(5) { "" } else { "\r\n" };
    let message = format!(
        "From: Ben <ben@example.test>\r\nTo: anna@example.test\r\nSubject: Nr {number} / 报告\r\n\
         Date: Mon, 02 Nov 2026 10:00:00 +0000\r\nMessage-ID: <{number}@bench.test>\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n{}{number}{end}",
        more.repeat(lines)
    );
    (begin, message)
}
