//! Who really sent a message, as far as its header and its form tell.

mod authentication;
mod domain;
mod protection;
mod sender;

use bytes::Bytes;
use postern_shared::address::Address;
use postern_shared::list::MailingList;
use postern_shared::trust::{Authentication, Finding, Standing, Trust, Via, Warning};

use super::header::{self, Headers};
use super::part::Part;

/// What the reader of a message knows beforehand.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    /// Servers whose Authentication-Results are believed; `*.example.test` for all below.
    pub servers: Vec<String>,
    /// The reader's own addresses.
    pub own: Vec<String>,
}

/// A message's header as a block and as read, its parts, and which of them are its text.
pub(super) struct Material<'a> {
    pub(super) block: &'a [u8],
    pub(super) headers: &'a Headers,
    pub(super) list: Option<&'a MailingList>,
    pub(super) parts: &'a [Part],
    pub(super) shown: &'a [usize],
}

/// What is known of a message's sender.
pub(super) fn read(
    message: &Material<'_>,
    reader: &Reader,
    bytes: impl Fn(usize) -> Option<Bytes>,
) -> Trust {
    let fields = authentication::fields(message.block);
    let authentication = authentication::read(&fields, &reader.servers);
    let field = |name: &str| {
        let found = fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        found.unwrap_or_default()
    };
    let from = &message.headers.from;
    let via = message.list.and_then(|list| via(message.headers, list, field("x-original-from")));
    let standing = standing(from, authentication.as_ref(), via.is_some());
    let mut warnings = sender::warnings(from, &header::as_written(field("from")));
    let own_domains: Vec<String> = reader.own.iter().map(|own| sender::domain(own)).collect();
    if let Some(first) = from.first() {
        warnings.extend(domain::warnings(&sender::domain(&first.email), &own_domains));
        let own = reader.own.iter().any(|own| own.eq_ignore_ascii_case(&first.email));
        let confirmed = matches!(standing, Standing::Confirmed(_));
        if own && !confirmed && authentication.is_some() {
            warnings.push(Warning::ClaimsToBeYou);
        }
    }
    warnings.extend(detours(message, field("resent-from")));
    let protection = protection::read(message.parts, message.shown, bytes);
    Trust { standing, authentication, warnings, via, protection }
}

/// Whether the domain in From answers for the message.
fn standing(from: &[Address], found: Option<&Authentication>, listed: bool) -> Standing {
    let (Some(found), [from]) = (found, from) else { return Standing::Unknown };
    let domain = sender::domain(&from.email);
    if domain.is_empty() {
        return Standing::Unconfirmed;
    }
    // A domain signs for those below it, not the other way round: that would take a list of suffixes.
    let aligned = |other: &str| {
        other == domain
            || (other.contains('.')
                && domain.strip_suffix(other).is_some_and(|rest| rest.ends_with('.')))
    };
    if let Some(dmarc) = &found.dmarc {
        match dmarc.finding {
            Finding::Pass if dmarc.domain.is_empty() || dmarc.domain == domain => {
                return Standing::Confirmed(domain);
            }
            // Lists break signatures: the server before may have seen it whole.
            Finding::Fail if listed => return Standing::Unconfirmed,
            Finding::Fail => return Standing::Failed,
            _ => {}
        }
    }
    let spf = found.spf.iter();
    let passed = |check: &&postern_shared::trust::Check| {
        check.finding == Finding::Pass && aligned(&check.domain)
    };
    match found.dkim.iter().chain(spf).find(passed) {
        Some(_) => Standing::Confirmed(domain),
        None => Standing::Unconfirmed,
    }
}

/// Where answers go and who handed it in, if that is another domain.
fn detours(message: &Material<'_>, resent_from: &str) -> Vec<Warning> {
    let headers = message.headers;
    let from = headers.from.first().map(|from| sender::domain(&from.email)).unwrap_or_default();
    let elsewhere = |address: &&Address| {
        let domain = sender::domain(&address.email);
        !domain.is_empty() && !sender::is_related(&domain, &from)
    };
    let mut warnings = Vec::new();
    // A list asks for answers to itself, and names itself as the one that handed it in.
    if message.list.is_none() {
        let reply = headers.reply_to.iter().find(elsewhere);
        warnings.extend(reply.cloned().map(Warning::ReplyGoesElsewhere));
        let by = headers.sender.iter().find(elsewhere);
        warnings.extend(by.cloned().map(Warning::SentBy));
    }
    if !resent_from.is_empty() {
        let by = header::headers(format!("From: {resent_from}\n\n").as_bytes()).from;
        warnings.extend(by.into_iter().next().map(Warning::ResentBy));
    }
    warnings
}

/// The list that stands in From in the place of the author.
fn via(headers: &Headers, list: &MailingList, original_from: &str) -> Option<Via> {
    let from = headers.from.first()?;
    let is_list =
        |email: &str| list.post.as_deref().is_some_and(|post| post.eq_ignore_ascii_case(email));
    let named =
        from.name.split_once(" via ").map(|(author, _)| author.trim_matches(['"', '\'', ' ']));
    if !is_list(&from.email) && named.is_none() {
        return None;
    }
    let original = header::headers(format!("From: {original_from}\n\n").as_bytes()).from;
    let told = original.into_iter().find(|address| address.email.contains('@'));
    let reply = || headers.reply_to.iter().find(|address| !is_list(&address.email)).cloned();
    let only_named = || named.map(|name| Address { name: name.to_owned(), email: String::new() });
    let author = told.or_else(reply).or_else(only_named)?;
    Some(Via { list: from.clone(), author })
}

#[cfg(test)]
mod tests;
