//! Every message of a view, for what is done to all of them without naming them.

use std::collections::{BTreeMap, HashSet};

use postern_shared::account::AccountId;
use postern_shared::api::messages::MAX_KEYS;
use postern_shared::error::ErrorCode;
use postern_shared::message::MessageKey;
use postern_shared::window::{Grouping, View};

use super::{Error, Views, failed, scope};
use crate::account::{self, Batch};
use crate::store::index::Look;

/// Rows read at once.
const ROWS: usize = 500;

impl Views {
    /// The messages that a view holds now, all of one account. What only servers can find they are
    /// asked for: a part is never taken for the whole.
    pub(in crate::user) async fn batches(
        &self,
        view: &View,
        except: &[MessageKey],
    ) -> Result<(AccountId, Vec<Batch>), Error> {
        let mut all = self.gathered(view, except).await?;
        let first = all.pop().ok_or(Error::NonExistent)?;
        match all.is_empty() {
            true => Ok(first),
            false => Err(Error::Invalid("the messages belong to several accounts")),
        }
    }

    /// The messages that a view holds now, by their accounts.
    pub(in crate::user) async fn gathered(
        &self,
        view: &View,
        except: &[MessageKey],
    ) -> Result<Vec<(AccountId, Vec<Batch>)>, Error> {
        if except.len() > MAX_KEYS {
            return Err(Error::Limit("messages of one call"));
        }
        let mailboxes = self.mailboxes(scope::account_of(&view.scope)).await?;
        let mut look = self.look(view, &mailboxes)?;
        // What is done to a thread is done to its messages.
        look.grouping = Grouping::Messages;
        self.want(&look.places);
        self.complete(&mut look).await?;
        let index = &self.0.shelf.index;
        let ids = index.order(&look, &[]).await.map_err(failed)?;
        let except: HashSet<&MessageKey> = except.iter().collect();
        let mut all: BTreeMap<AccountId, Vec<Batch>> = BTreeMap::new();
        for ids in ids.chunks(ROWS) {
            let rows = index.rows(ids).await.map_err(failed)?;
            for key in rows.into_values().map(|row| row.key) {
                let batches = all.entry(key.account.clone()).or_default();
                if !except.contains(&key) {
                    Batch::gather(batches, &key);
                }
            }
        }
        all.values_mut().flatten().for_each(|batch| batch.uids.sort_unstable());
        Ok(all.into_iter().collect())
    }

    /// Has servers search what the index cannot; fails where neither can say all.
    async fn complete(&self, look: &mut Look) -> Result<(), Error> {
        let places = self.searched_places(look);
        let mut found = Vec::new();
        for place in &places {
            found.extend(self.found(look, place).await?);
        }
        let progress = &self.0.shelf.progress;
        match &mut look.wanted {
            Some(wanted) => wanted.found = found,
            None if look.places.iter().any(|place| !progress.get(place).verified) => {
                let code = ErrorCode::Unavailable;
                return Err(account::Error::Offline { code, retry_after: 5 }.into());
            }
            None => {}
        }
        Ok(())
    }
}
