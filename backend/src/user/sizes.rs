//! How large mail may be: what the administrator says, and what an account's server takes.

use std::collections::HashMap;
use std::sync::Mutex as Lock;
use std::time::Duration;

use postern_shared::account::AccountId;
use postern_shared::api::drafts::SizeLimits;
use tokio::sync::Mutex;

use super::{Error, User};
use crate::account::Account;
use crate::config::Protocol;
use crate::submission::smtp::Submitter;

/// How long a server's word is believed.
const TOLD: Duration = Duration::from_secs(3600);
/// How long it is not asked again where it could not be heard.
const UNHEARD: Duration = Duration::from_secs(120);
/// Longest wait for its word: nobody shall wait for it to attach a file.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of a message that its text and headers may take beside a file.
const REST: u64 = 64 << 10;

/// What is known of one server: its word, and until when it is believed.
#[derive(Default)]
struct Known(Option<(Option<u64>, Duration)>);

/// What the accounts' servers take.
#[derive(Default)]
pub(super) struct Sizes(Lock<HashMap<AccountId, std::sync::Arc<Mutex<Known>>>>);

impl User {
    /// What an account's mail may measure.
    ///
    /// # Errors
    /// `NonExistent`. A server that cannot be heard is none: then the configuration's word counts.
    pub async fn size_limits(&self, id: &AccountId) -> Result<SizeLimits, Error> {
        let account = &self.account(id)?;
        let known = {
            let mut all = self.sizes.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            all.entry(id.clone()).or_default().clone()
        };
        // Whoever comes second waits for the first one's answer.
        let mut known = known.lock().await;
        let now = self.clock.elapsed();
        let server = match known.0 {
            Some((size, until)) if now < until => size,
            _ => {
                let size = ask(account).await;
                let heard = size.is_some();
                known.0 = Some((size.flatten(), now + if heard { TOLD } else { UNHEARD }));
                size.flatten()
            }
        };
        let message_bytes = server.unwrap_or(u64::MAX).min(self.message_limit);
        let file_bytes = fits(message_bytes).min(self.upload_limit.unsigned_abs());
        Ok(SizeLimits { message_bytes, file_bytes })
    }
}

/// The largest file that fits into a message: 57 bytes become a line of 76 and CR LF (RFC 2045).
fn fits(message: u64) -> u64 {
    message.saturating_sub(REST) / 78 * 57
}

/// What the server says; none where it could not be heard.
async fn ask(account: &Account) -> Option<Option<u64>> {
    let provider = &account.facts().provider;
    let asked = async {
        let opened = provider.connect(Protocol::Smtp).await.ok()?;
        let mut submitter = Submitter::greet(opened).await.ok()?;
        let size = submitter.size_limit();
        submitter.quit().await;
        Some(size)
    };
    tokio::time::timeout(PATIENCE, asked).await.ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_fits_leaves_room_for_the_rest() {
        let file = fits(10 << 20);
        let lines = file.div_ceil(57);
        assert!(lines * 78 + REST <= 10 << 20, "{file}");
        assert!(file > 7 << 20, "{file}");
        assert_eq!(fits(1000), 0);
    }
}
