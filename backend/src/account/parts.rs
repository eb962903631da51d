//! The parts of a message: described by BODYSTRUCTURE, fetched in slices.

use std::collections::HashMap;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use postern_shared::api::messages::Urgency;
use postern_shared::message::MessageKey;

use super::Account;
use super::error::Error;
use super::mutate::Batch;
use super::open::SLICE;
use crate::mime::part::{Disposition, Flowed};
use crate::mime::{Encoding, Part};
use crate::store::{self, Slice, Structure};

/// What does not come of messages that were asked for, and why.
pub type Lacking = BoxFuture<'static, HashMap<MessageKey, Error>>;

impl Account {
    /// One slice of a part's encoded bytes.
    pub(super) async fn slice(
        &self,
        key: &MessageKey,
        section: &str,
        offset: u64,
        urgency: Urgency,
    ) -> Result<Slice, Error> {
        let read = self.slice_here(key, (section, offset), urgency).await;
        match self.or_fetch_rest(read).await? {
            Some(slice) => Ok(slice),
            None => self.slice_here(key, (section, offset), urgency).await,
        }
    }

    /// What was done with the bytes of a message; none where only its header was here: now the rest
    /// is, and it is to be done again.
    pub(super) async fn or_fetch_rest<T>(
        &self,
        done: Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        match done {
            Err(Error::Store(store::Error::Incomplete { name })) => {
                let lacking = self.0.rest.fetch(self.0.facts.id.clone(), vec![name]).await;
                lacking.into_iter().next().map_or(Ok(None), |(_, error)| Err(error))
            }
            done => done.map(Some),
        }
    }

    /// Has the rest of all these messages fetched together, of which only the header is here; gives
    /// those of which it does not come, and why.
    ///
    /// # Errors
    /// `NonExistent` where a mailbox's uid_validity has passed; the store's.
    pub async fn fetch_rest(&self, batches: &[Batch]) -> Result<HashMap<MessageKey, Error>, Error> {
        Ok(self.ask_for_rest(batches).await?.await)
    }

    /// The same, asked for on return and waited for by what is given.
    ///
    /// # Errors
    /// As for `fetch_rest`.
    pub async fn ask_for_rest(&self, batches: &[Batch]) -> Result<Lacking, Error> {
        let mut keys = HashMap::new();
        // At a server every message is whole.
        let batches = if self.0.facts.local.is_some() { batches } else { &[] };
        for batch in batches {
            for (key, name) in self.incomplete(batch).await? {
                // Copies are one message.
                keys.entry(name).or_insert(key);
            }
        }
        if keys.is_empty() {
            return Ok(std::future::ready(HashMap::new()).boxed());
        }
        let names = keys.keys().cloned().collect();
        let fetched = self.0.rest.fetch(self.0.facts.id.clone(), names);
        let told = fetched.map(move |lacking| {
            let of = |(name, error)| Some((keys.remove(&name)?, error));
            lacking.into_iter().filter_map(of).collect()
        });
        Ok(told.boxed())
    }

    /// Those of which only the header is here, with the names that their deliverer knows them by.
    async fn incomplete(&self, batch: &Batch) -> Result<Vec<(MessageKey, String)>, Error> {
        let batch = batch.clone();
        self.ask(Urgency::Ahead, move |actor| {
            let batch = batch.clone();
            async move {
                actor.select_for(&batch.mailbox, batch.uid_validity).await?;
                let found = actor.store()?.incomplete(&batch.uids).await?;
                let key = |uid| actor.key(&batch.mailbox, batch.uid_validity, uid);
                Ok(found.into_iter().map(|(uid, name)| (key(uid), name)).collect())
            }
            .boxed()
        })
        .await
    }

    async fn slice_here(
        &self,
        key: &MessageKey,
        (section, offset): (&str, u64),
        urgency: Urgency,
    ) -> Result<Slice, Error> {
        if urgency == Urgency::Ahead && self.0.lane.is_allowed() {
            let mailbox = key.mailbox.clone();
            let name = self.ask(Urgency::Now, move |actor| {
                let name = actor.name(&mailbox);
                async move { name }.boxed()
            });
            let name = name.await?;
            if let Some(slice) = self.0.lane.slice(&name, key, (section, offset)).await {
                return slice;
            }
        }
        let (key, section) = (key.clone(), section.to_owned());
        self.ask(urgency, move |actor| {
            let (key, section) = (key.clone(), section.clone());
            async move {
                actor.select_for(&key.mailbox, key.uid_validity).await?;
                Ok(actor.store()?.body(key.uid.0, &section, offset, SLICE).await?)
            }
            .boxed()
        })
        .await
    }
}

/// The decoded size of a part, estimated where only the encoded one is known.
pub(super) fn transfer_size(part: &Part) -> u64 {
    match (part.encoding, part.span.is_empty()) {
        // BODYSTRUCTURE gives the encoded size: 57 bytes become a line of 76 and CRLF.
        (Encoding::Base64, true) => part.size * 57 / 78,
        _ => part.size,
    }
}

/// The parts of a BODYSTRUCTURE in document order, messages inside not looked into.
pub(super) fn parts_of(structure: &Structure) -> Vec<Part> {
    let mut parts = Vec::new();
    collect(structure, None, &mut parts);
    parts
}

fn collect(structure: &Structure, parent: Option<usize>, parts: &mut Vec<Part>) {
    let own = parts.len();
    parts.push(Part {
        section: structure.section.clone(),
        parent,
        content_type: structure.media_type(),
        charset: structure.param("charset").map(str::to_owned),
        params: structure.params.clone(),
        flowed: Flowed::from_params(structure.param("format"), structure.param("delsp")),
        name: structure.name.clone(),
        disposition: match structure.disposition.as_deref() {
            None => Disposition::Unstated,
            Some("inline") => Disposition::Inline,
            Some(_) => Disposition::Attachment,
        },
        content_id: structure.id.clone(),
        encoding: Encoding::from_name(&structure.encoding),
        size: structure.octets,
        ..Part::default()
    });
    if structure.is_multipart() {
        for child in &structure.children {
            collect(child, Some(own), parts);
        }
    }
}
