//! Read receipts as messages: words for people, a notification for programs (RFC 8098 §3).

use mail_builder::headers::content_type::ContentType;
use mail_builder::mime::MimePart;
use postern_shared::draft::Draft;

use super::compose::{Composed, Error, Stamp, compose_as};

/// The program that reports, as it calls itself.
const REPORTER: &str = "Postern";

/// Writes the message: `draft.from` has seen the message of this Message-ID, which may be empty.
/// Nothing ever comes back for it: its reverse path is null (§3).
///
/// # Errors
/// As for `compose`.
pub fn compose_receipt(draft: &Draft, stamp: &Stamp, seen: &str) -> Result<Composed, Error> {
    let notification = notification(&draft.from.email, seen);
    let mut composed = compose_as(draft, stamp, |text| {
        let kind = ContentType::new("multipart/report")
            .attribute("report-type", "disposition-notification");
        MimePart::new(kind, vec![text, notification])
    })?;
    composed.smtp_envelope.from.clear();
    Ok(composed)
}

/// What programs read. Nothing happens without a person: the mode is always manual.
fn notification(reader: &str, seen: &str) -> MimePart<'static> {
    let reader = reader.trim();
    // Addresses past ASCII have a type of their own (RFC 6533 §3).
    let (kind, addressed, encoding) = match reader.is_ascii() {
        true => ("message/disposition-notification", "rfc822", "7bit"),
        false => ("message/global-disposition-notification", "utf-8", "8bit"),
    };
    let mut fields = format!("Reporting-UA: {REPORTER}\r\n");
    fields.push_str(&format!("Final-Recipient: {addressed}; {reader}\r\n"));
    if !seen.is_empty() {
        fields.push_str(&format!("Original-Message-ID: {seen}\r\n"));
    }
    fields.push_str("Disposition: manual-action/MDN-sent-manually; displayed\r\n");
    MimePart::new(ContentType::new(kind), fields.into_bytes()).transfer_encoding(encoding)
}

#[cfg(test)]
mod tests {
    use postern_shared::account::AccountId;
    use postern_shared::address::Address;
    use postern_shared::card::{CardContent, Disposition};
    use postern_shared::draft::{DraftOptions, Origin};

    use super::*;
    use crate::mime::{Limits, insight, parse, quote, trust};

    fn draft(from: &str) -> Draft {
        let address = |email: &str| Address { name: String::new(), email: email.into() };
        Draft {
            account: AccountId("a".into()),
            from: address(from),
            to: vec![address("zoe@a.test")],
            cc: vec![],
            bcc: vec![],
            subject: "已读: Żółć".into(),
            text: "Your message was read.".into(),
            origin: Origin::New,
            html: None,
            attachments: vec![],
            options: DraftOptions::default(),
        }
    }

    #[test]
    fn a_receipt_reads_in_both_forms_and_asks_for_no_answer() {
        for from in ["ann@a.test", "żółć@a.test"] {
            let stamp = Stamp { now: 1_795_359_600, zone_minutes: 0, id: [7; 16] };
            let composed = compose_receipt(&draft(from), &stamp, "<1@x>").unwrap();
            assert_eq!(composed.smtp_envelope.from, "", "the reverse path is null");
            assert_eq!(composed.smtp_envelope.to, ["zoe@a.test"]);
            let parsed = parse(composed.message, &Limits::default());
            let top = &parsed.parts[0];
            assert_eq!(top.content_type, "multipart/report");
            assert_eq!(top.param("report-type"), Some("disposition-notification"));
            assert!(quote::plain_text(&parsed).contains("was read"));
            let insight = insight::of_message(&parsed, &trust::Reader::default());
            let [card] = &insight.cards[..] else { panic!("{insight:?}") };
            let CardContent::Disposition(report) = &card.content else { panic!("{card:?}") };
            assert_eq!(report.recipient, from);
            assert_eq!((report.disposition, report.automatic), (Disposition::Displayed, false));
            assert_eq!(report.original.as_ref().unwrap().message_id, "1@x");
            assert_eq!(insight.receipt, None);
        }
    }
}
