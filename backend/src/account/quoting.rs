//! A message as a reply or a forward begins with it: as text, and as HTML with its pictures.

use postern_shared::api::messages::Urgency;
use postern_shared::draft::{Enclosed, Source};
use postern_shared::message::{MAX_QUOTED_HTML, MessageKey, Quote};

use super::Account;
use super::cache::Opened;
use super::error::Error;
use super::open::{address, blocking};
use crate::mime::{Part, attachment, body, quote};

impl Account {
    /// A message's text, prepared for a reply or a forward.
    ///
    /// # Errors
    /// As for `open_message`.
    pub async fn quote_message(&self, key: &MessageKey) -> Result<Quote, Error> {
        let opened = self.opened(key, Urgency::Now).await?;
        let key = key.clone();
        blocking(move || {
            let (html, pictures) = rich(&key, &opened);
            let envelope = &opened.message.summary.envelope;
            let raw = opened.parsed.as_ref().map(|parsed| parsed.raw());
            Quote {
                quoted: quote::quote(opened.text()),
                plain: opened.text().to_owned(),
                from: envelope.from.clone(),
                sent_at: envelope.sent_at,
                html,
                pictures,
                delivered_to: raw.map(|raw| quote::delivered_to(raw)).unwrap_or_default(),
            }
        })
        .await
    }
}

/// The original's HTML with the pictures that it shows; none where nobody wrote it as HTML.
fn rich(key: &MessageKey, opened: &Opened) -> (Option<String>, Vec<Enclosed>) {
    let shown = body::choose(&opened.parts).rich;
    let is_html =
        |at: &usize| opened.parts.get(*at).is_some_and(|it| it.content_type == "text/html");
    if !shown.iter().any(is_html) {
        return (None, Vec::new());
    }
    let mut html = quote::portable(&opened.body);
    let mut pictures = Vec::new();
    for part in &opened.parts {
        let Some(content_id) = &part.content_id else { continue };
        let place = address(key, &part.section);
        if html.contains(&place) {
            html = html.replace(&place, &quote::cid(content_id));
            pictures.push(enclosed(key, part, content_id));
        }
    }
    if html.len() > MAX_QUOTED_HTML {
        return (None, Vec::new());
    }
    (Some(html), pictures)
}

fn enclosed(key: &MessageKey, part: &Part, content_id: &str) -> Enclosed {
    Enclosed {
        name: attachment::file_name(part.name.as_deref(), &part.content_type),
        content_type: part.content_type.clone(),
        size: part.size,
        source: Source::Part(key.clone(), part.section.clone()),
        content_id: Some(content_id.to_owned()),
    }
}

/// HTML from elsewhere made safe for the editor; it takes CPU time.
///
/// # Errors
/// None but a panic in the work.
pub async fn clean_html(html: String) -> Result<String, Error> {
    blocking(move || quote::cleaned(&html)).await
}
