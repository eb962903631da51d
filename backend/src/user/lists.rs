//! Leaving the mailing list that a message came through.

use postern_shared::insight::Insight;
use postern_shared::list::Unsubscribe;
use postern_shared::message::MessageKey;
use postern_shared::trust::Standing;
use url::Url;

use super::{Error, User};
use crate::net::one_click;

impl User {
    /// Leaves the list of a message by one POST, to the address that the message itself gives.
    ///
    /// # Errors
    /// `NonExistent` where it gives none, `NoPermission` where its sender is known to be forged;
    /// the list's server's.
    pub async fn leave_list(&self, key: &MessageKey) -> Result<(), Error> {
        let (_, message) = self.account(&key.account)?.body(key, None).await?;
        let insight = Insight::decode(&message.insight);
        if insight.trust.standing == Standing::Failed {
            return Err(Error::NoPermission);
        }
        let ways = insight.list.map(|list| list.unsubscribe).unwrap_or_default();
        let address = ways.into_iter().find_map(|way| match way {
            Unsubscribe::OneClick(address) => Some(address),
            _ => None,
        });
        let url = Url::parse(&address.ok_or(Error::NonExistent)?);
        let url = url.map_err(|_| Error::Invalid("the list's address is none"))?;
        Ok(one_click::leave(&url, &self.web).await?)
    }
}
