//! Commands whose answer is taken apart while it arrives: it is never held as a whole.

use tokio::io::{AsyncWrite, AsyncWriteExt, sink};

use super::command::Command;
use super::connection::ImapConnection;
use super::wire::{Event, Exchange, Failure, Response};
use crate::store::Error;

impl ImapConnection {
    /// Runs a command and shows `take` each untagged response when it arrives, so that a long
    /// answer is never held as a whole. What `take` does not want is news.
    pub(super) async fn run_each(
        &mut self,
        command: Command,
        take: impl FnMut(&Response) -> bool,
    ) -> Result<Exchange, Error> {
        let (tag, mode) = (self.next_tag(), self.literal_mode());
        let writes = command.spelt(self.spelling()).writes(&tag, mode);
        self.begin(Some(tag))?;
        let outcome = self.patience().wait(self.hand_on(writes, take, &mut sink())).await;
        self.settle(outcome)
    }

    /// The same for an answer with a large literal: octets of one with at least `least` of them go
    /// into `sink` while they arrive. An error of the sink costs the connection.
    pub(super) async fn run_spooling(
        &mut self,
        command: Command,
        least: usize,
        sink: &mut (dyn AsyncWrite + Send + Unpin),
        take: impl FnMut(&Response) -> bool,
    ) -> Result<Exchange, Error> {
        let (tag, mode) = (self.next_tag(), self.literal_mode());
        let writes = command.spelt(self.spelling()).writes(&tag, mode);
        self.begin(Some(tag))?;
        self.wire().spool(least);
        let outcome = self.patience().wait(self.hand_on(writes, take, sink)).await;
        self.settle(outcome)
    }

    async fn hand_on(
        &mut self,
        writes: Vec<Vec<u8>>,
        mut take: impl FnMut(&Response) -> bool,
        sink: &mut (dyn AsyncWrite + Send + Unpin),
    ) -> Result<(), Failure> {
        let mut writes = writes.into_iter();
        let mut next = writes.next();
        loop {
            if let Some(write) = next.take() {
                self.wire().send(&write).await?;
            }
            match self.wire().next().await? {
                Event::Done => return Ok(()),
                Event::Continuation => next = writes.next(),
                Event::Octets(octets) => sink.write_all(&octets).await.map_err(Failure::Io)?,
                Event::Untagged => {
                    for response in self.wire().drain() {
                        if !take(&response) {
                            self.absorb_one(&response);
                        }
                    }
                }
            }
        }
    }
}
