//! A submission server made of a script, for tests.

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex};
use tokio::task::JoinHandle;

use crate::net::Opened;

/// What the server does when a line starts as told.
#[derive(Clone, Copy, Debug)]
pub(super) enum Act {
    Say(&'static str),
    Nothing,
    Close,
    Stall,
}

/// Every message it took, and every line it heard.
pub(super) type Heard = (Vec<String>, usize);

/// A server that takes everything, but for its exceptions: `GREETING`, a command, `CONTENT` (amid
/// the message), `.` (its end) or `EMPTY` (a line without anything).
#[derive(Clone, Default)]
pub(super) struct Fake(Vec<(&'static str, Act)>);

impl Fake {
    pub(super) fn with(act: (&'static str, Act)) -> Self {
        Self(vec![act])
    }

    pub(super) fn and(mut self, act: (&'static str, Act)) -> Self {
        self.0.push(act);
        self
    }

    /// The client's end, and the server at work.
    pub(super) fn open(self) -> (Opened, JoinHandle<Heard>) {
        let (client, server) = duplex(4096);
        let opened = Opened {
            stream: Box::new(client),
            greeting_consumed: false,
            peer: ([127, 0, 0, 1], 465).into(),
            tls_version: Some("TLSv1_3"),
        };
        (opened, tokio::spawn(self.serve(server)))
    }

    fn act(&self, line: &str) -> Act {
        let line = if line.is_empty() { "EMPTY" } else { line };
        let exception = self.0.iter().find(|(prefix, _)| line.starts_with(prefix));
        exception.map_or_else(|| usual(line), |(_, act)| *act)
    }

    async fn serve(self, stream: DuplexStream) -> Heard {
        let mut stream = BufReader::new(stream);
        let (mut heard, mut taken, mut in_message) = (Vec::new(), 0, false);
        let mut line = "GREETING".to_owned();
        loop {
            let act = match in_message {
                true if line == "." => self.act("."),
                true => self
                    .0
                    .iter()
                    .find(|(at, _)| *at == "CONTENT")
                    .map_or(Act::Nothing, |(_, act)| *act),
                false => self.act(&line),
            };
            match act {
                Act::Say(reply) => {
                    taken += usize::from(in_message && reply.starts_with('2'));
                    in_message = reply.starts_with("354");
                    if stream.write_all(format!("{reply}\r\n").as_bytes()).await.is_err() {
                        return (heard, taken);
                    }
                }
                Act::Nothing => {}
                Act::Close => return (heard, taken),
                Act::Stall => {
                    // Says nothing more until the client has had enough.
                    let mut rest = Vec::new();
                    let _ = stream.read_to_end(&mut rest).await;
                    return (heard, taken);
                }
            }
            line.clear();
            match stream.read_line(&mut line).await {
                Ok(1..) => {}
                _ => return (heard, taken),
            }
            line.truncate(line.trim_end_matches(['\r', '\n']).len());
            heard.push(line.clone());
        }
    }
}

fn usual(line: &str) -> Act {
    let word = line.split(' ').next().unwrap_or_default();
    Act::Say(match word {
        "GREETING" => "220 b.test ESMTP",
        "EHLO" => "250-b.test\r\n250-SIZE 1000000\r\n250 AUTH PLAIN LOGIN",
        "AUTH" => "235 2.7.0 ok",
        "MAIL" => "250 2.1.0 ok",
        "RCPT" => "250 2.1.5 ok",
        "DATA" => "354 go on",
        "." => "250 2.0.0 queued",
        "QUIT" => "221 bye",
        _ => "500 what?",
    })
}
