//! Reads whole commands, literals included (RFC 3501 §4.3, RFC 7888).

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

/// Octets of a command line.
pub(crate) const LONGEST_LINE: usize = 64 * 1024;
/// Octets of a literal that a `LITERAL-` client may send without waiting.
const SHORT_LITERAL: usize = 4096;
const LARGEST_LITERAL: usize = 128 * 1024 * 1024;

/// A command as it came in, literals inline after their `{n}` line.
#[derive(Debug)]
pub(crate) struct Command {
    pub tag: String,
    /// In upper case, `UID FETCH` with a single space.
    pub name: String,
    pub rest: Vec<u8>,
    /// Whether a literal came without waiting.
    pub literal_plus: bool,
    /// Whether one of those was longer than LITERAL- allows.
    pub long_literal_plus: bool,
}

/// The other half of a connection, which lets the sender of a literal go on.
pub(crate) trait Prompt {
    /// Sends `+`.
    async fn prompt(&mut self) -> io::Result<()>;
}

/// What came in.
#[derive(Debug)]
pub(crate) enum Incoming {
    Command(Command),
    /// A line that is no command; the text says why, the tag may be `*`.
    Garbled(String, String),
    /// Too large to go on with.
    TooLarge,
    Closed,
}

pub(crate) struct Reader<R> {
    stream: BufReader<R>,
    /// Kept between calls, so that a call may be abandoned and repeated.
    line: Vec<u8>,
    /// Octets that a line may have.
    pub longest: usize,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    pub fn new(stream: R) -> Self {
        let stream = BufReader::with_capacity(4096, stream);
        Self { stream, line: Vec::new(), longest: LONGEST_LINE }
    }

    /// The stream below.
    pub fn stream(&mut self) -> &mut R {
        self.stream.get_mut()
    }

    /// The next line without its break; `None` at the end or past the limit. Cancel-safe.
    pub async fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let room = self.longest.saturating_sub(self.line.len()) as u64;
        (&mut self.stream).take(room).read_until(b'\n', &mut self.line).await?;
        if self.line.last() != Some(&b'\n') {
            return Ok(None);
        }
        let line = std::mem::take(&mut self.line);
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        Ok(Some(line.strip_suffix(b"\r").unwrap_or(line).to_vec()))
    }

    /// The next command; asks for each literal by `+` on the other half of the connection.
    pub async fn command(&mut self, replies: &mut impl Prompt) -> io::Result<Incoming> {
        let Some(mut bytes) = self.line().await? else {
            return Ok(if self.line.is_empty() { Incoming::Closed } else { Incoming::TooLarge });
        };
        let (mut literal_plus, mut long_literal_plus) = (false, false);
        let mut tail = 0;
        while let Some((length, waits)) = announced_literal(&bytes[tail..]) {
            if length > LARGEST_LITERAL {
                return Ok(Incoming::TooLarge);
            }
            if waits {
                replies.prompt().await?;
            } else {
                literal_plus = true;
                long_literal_plus |= length > SHORT_LITERAL;
            }
            bytes.extend_from_slice(b"\r\n");
            let start = bytes.len();
            let got = (&mut self.stream).take(length as u64).read_to_end(&mut bytes).await?;
            tail = start + length;
            match self.line().await? {
                Some(rest) if got == length => bytes.extend_from_slice(&rest),
                _ => return Ok(Incoming::Closed),
            }
        }
        let incoming = parse(bytes);
        Ok(match incoming {
            Incoming::Command(command) => {
                Incoming::Command(Command { literal_plus, long_literal_plus, ..command })
            }
            other => other,
        })
    }

    /// Reads and forgets until the other side closes.
    pub async fn drain(&mut self) {
        let _ = tokio::io::copy(&mut self.stream, &mut tokio::io::sink()).await;
    }
}

/// The literal announced at the end of a line: its length, and whether the sender waits for `+`.
fn announced_literal(line: &[u8]) -> Option<(usize, bool)> {
    let inner = line.strip_suffix(b"}")?;
    let open = inner.iter().rposition(|byte| *byte == b'{')?;
    let number = std::str::from_utf8(&inner[open + 1..]).ok()?;
    let (digits, waits) = number.strip_suffix('+').map_or((number, true), |digits| (digits, false));
    Some((digits.parse().ok()?, waits))
}

fn parse(bytes: Vec<u8>) -> Incoming {
    let mut words = bytes.splitn(2, |byte| *byte == b' ');
    let tag = String::from_utf8_lossy(words.next().unwrap_or_default()).into_owned();
    let is_tag = !tag.is_empty() && tag.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'+');
    if !is_tag {
        return Incoming::Garbled("*".to_owned(), "A command begins with a tag".to_owned());
    }
    let (mut name, mut rest) = first_word(words.next().unwrap_or_default());
    if name == "UID" {
        let (verb, after) = first_word(rest.strip_prefix(b" ").unwrap_or_default());
        name = format!("UID {verb}");
        rest = after;
    }
    if name.is_empty() {
        return Incoming::Garbled(tag, "The command is missing".to_owned());
    }
    let rest = rest.to_vec();
    let (literal_plus, long_literal_plus) = (false, false);
    Incoming::Command(Command { tag, name, rest, literal_plus, long_literal_plus })
}

/// A word in upper case, and what follows it with its space.
fn first_word(bytes: &[u8]) -> (String, &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b' ').unwrap_or(bytes.len());
    (String::from_utf8_lossy(&bytes[..end]).to_ascii_uppercase(), &bytes[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Prompts(usize);

    impl Prompt for Prompts {
        async fn prompt(&mut self) -> io::Result<()> {
            self.0 += 1;
            Ok(())
        }
    }

    async fn check(input: &[u8], expect: &str, continuations: usize) {
        let mut replies = Prompts(0);
        let shown = match Reader::new(input).command(&mut replies).await.unwrap() {
            Incoming::Command(command) => {
                format!("{}|{}|{}", command.tag, command.name, command.rest.escape_ascii())
            }
            other => format!("{other:?}"),
        };
        assert_eq!(shown, expect);
        assert_eq!(replies.0, continuations);
    }

    #[tokio::test]
    async fn commands_are_read_with_their_literals() {
        check(b"a noop\r\n", "a|NOOP|", 0).await;
        check(b"a uid fetch 1 (UID)\r\n", "a|UID FETCH| 1 (UID)", 0).await;
        let sync = b"a LOGIN {3}\r\nbob {2}\r\npw\r\n";
        check(sync, "a|LOGIN| {3}\\r\\nbob {2}\\r\\npw", 2).await;
        check(b"a LOGIN {3+}\r\nb}\n x\r\n", "a|LOGIN| {3+}\\r\\nb}\\n x", 0).await;
        check(b"\r\n", "Garbled(\"*\", \"A command begins with a tag\")", 0).await;
        check(b"a LOGIN {999999999999}\r\n", "TooLarge", 0).await;
        check(b"a LOGIN {5}\r\nab", "Closed", 1).await;
        check(b"", "Closed", 0).await;
    }
}
