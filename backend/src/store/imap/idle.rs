//! IDLE (RFC 2177) on the wire itself: the end of the stream and a refusal are errors.

use std::future::Future;
use std::pin::pin;

use futures_util::FutureExt;
use tokio::time::timeout;

use super::command::{Command, LiteralMode};
use super::connection::{ImapConnection, drive, go_ahead};
use super::wire::{Event, Failure};
use crate::store::Error;

impl ImapConnection {
    /// Waits for news: returns as soon as some arrive, `stop` resolves, or it is time to begin
    /// again; says whether there are any. Where some wait already it returns at once.
    ///
    /// # Errors
    /// `Unsupported` where the server offers no IDLE: poll with `noop`. `Garbled` where it ends the
    /// IDLE by itself and has no news: begun again at once, that might go on for ever.
    pub async fn idle(&mut self, stop: impl Future<Output = ()>) -> Result<bool, Error> {
        if !self.capabilities.has("IDLE") {
            return Err(Error::Unsupported("IDLE"));
        }
        if !self.changes.is_empty() {
            return Ok(true);
        }
        let tag = self.next_tag();
        let writes = Command::new("IDLE").writes(&tag, LiteralMode::Synchronising);
        self.begin(Some(tag))?;
        let started = self.patience().wait(self.start_idle(writes)).await;
        match started {
            Ok(Ok(Event::Continuation)) => {}
            over => {
                // Completed without a go-ahead: a refusal, or an OK that means nothing.
                let exchange = self.settle(over.map(|result| result.map(drop)))?;
                self.absorb(exchange.untagged);
                return Err(Error::Garbled("IDLE"));
            }
        }
        let watched = timeout(self.limits.idle_time, self.watch(pin!(stop))).await;
        let by_itself = matches!(watched, Ok(Ok(true)));
        let ended = match watched {
            // The server ended it by itself.
            Ok(Ok(true)) => Ok(Ok(())),
            Ok(Ok(false)) | Err(_) => {
                let patience = self.patience();
                patience.wait(drive(self.wire(), vec![b"DONE\r\n".to_vec()])).await
            }
            Ok(Err(failure)) => Ok(Err(failure)),
        };
        let exchange = self.settle(ended)?;
        self.absorb(exchange.untagged);
        let news = self.has_news();
        if by_itself && !news { Err(Error::Garbled("IDLE")) } else { Ok(news) }
    }

    async fn start_idle(&mut self, writes: Vec<Vec<u8>>) -> Result<Event, Failure> {
        for write in writes {
            self.wire().send(&write).await?;
        }
        go_ahead(self.wire()).await
    }

    /// Collects what arrives until there are news or `stop` resolves; whether the server ended
    /// the IDLE.
    async fn watch(
        &mut self,
        mut stop: std::pin::Pin<&mut impl Future<Output = ()>>,
    ) -> Result<bool, Failure> {
        loop {
            let arrived = self.wire().take_untagged();
            self.absorb(arrived);
            if !self.changes.is_empty() {
                // Servers tell things in bursts: take what is at hand.
                while let Some(event) = self.wire().next().now_or_never() {
                    if event? == Event::Done {
                        return Ok(true);
                    }
                }
                return Ok(false);
            }
            tokio::select! {
                () = &mut stop => return Ok(false),
                event = self.wire().next() => if event? == Event::Done {
                    return Ok(true);
                },
            }
        }
    }
}
