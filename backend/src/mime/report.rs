//! Reports about messages: delivery (RFC 3464), disposition (RFC 8098), abuse (RFC 5965).

use postern_shared::card::{
    AbuseReport, DeliveryAction, DeliveryReport, DeliveryStatus, Disposition, DispositionReport,
    Original,
};

use super::fields::{Fields, blocks};
use super::header;

/// Recipients that one report names at most.
const RECIPIENT_LIMIT: usize = 500;

/// Reads a message/delivery-status; none where it names nobody.
pub(super) fn delivery(bytes: &[u8]) -> Option<DeliveryReport> {
    let blocks = blocks(bytes);
    let (about, each): (Vec<_>, Vec<_>) = blocks.into_iter().partition(|it| named(it).is_empty());
    let recipients: Vec<_> = each.iter().take(RECIPIENT_LIMIT).map(status).collect();
    let first = about.first().cloned().unwrap_or_default();
    let reporter = first.typed("Reporting-MTA").to_owned();
    (!recipients.is_empty()).then_some(DeliveryReport { reporter, recipients, original: None })
}

fn named(block: &Fields) -> &str {
    let named = |name| Some(block.typed(name)).filter(|value| !value.is_empty());
    named("Final-Recipient").or_else(|| named("Original-Recipient")).unwrap_or_default()
}

fn status(block: &Fields) -> DeliveryStatus {
    let word = |value: &str| value.split([' ', '(', ';']).next().unwrap_or_default().to_owned();
    let status = word(block.get("Status"));
    let action = match word(block.get("Action")).to_ascii_lowercase().as_str() {
        "delayed" => DeliveryAction::Delayed,
        "delivered" | "deliverable" => DeliveryAction::Delivered,
        "relayed" => DeliveryAction::Relayed,
        "expanded" => DeliveryAction::Expanded,
        // What says nothing is told by its code: 2 is good, 4 is not yet.
        "" if status.starts_with('2') => DeliveryAction::Delivered,
        "" if status.starts_with('4') => DeliveryAction::Delayed,
        _ => DeliveryAction::Failed,
    };
    // The address that was written to says more than what it was turned into on the way.
    let original = block.typed("Original-Recipient");
    let recipient = if original.contains('@') { original } else { named(block) };
    DeliveryStatus {
        recipient: recipient.trim_matches(['<', '>']).to_owned(),
        action,
        status,
        diagnostic: block.typed("Diagnostic-Code").to_owned(),
        remote: block.typed("Remote-MTA").to_owned(),
        retry_until: header::date(block.get("Will-Retry-Until")),
    }
}

/// Reads a message/disposition-notification; none where it says nothing of a disposition.
pub(super) fn disposition(bytes: &[u8]) -> Option<DispositionReport> {
    let blocks = blocks(bytes);
    let block = blocks.iter().find(|block| !block.get("Disposition").is_empty())?;
    let (mode, kind) = block.get("Disposition").split_once(';').unwrap_or_default();
    let kind = kind.split(['/', ',']).next().unwrap_or_default().trim().to_ascii_lowercase();
    let message_id = id(block.get("Original-Message-ID"));
    let original = Original { message_id, ..Original::default() };
    Some(DispositionReport {
        recipient: named(block).trim_matches(['<', '>']).to_owned(),
        disposition: match kind.as_str() {
            "displayed" => Disposition::Displayed,
            "dispatched" => Disposition::Dispatched,
            "processed" => Disposition::Processed,
            "deleted" => Disposition::Deleted,
            "denied" => Disposition::Denied,
            "failed" => Disposition::Failed,
            _ => Disposition::Other,
        },
        automatic: mode.to_ascii_lowercase().contains("automatic-action"),
        reporter: block.get("Reporting-UA").to_owned(),
        original: Some(original).filter(|original| !original.message_id.is_empty()),
    })
}

/// Reads a message/feedback-report; none where it has no type.
pub(super) fn abuse(bytes: &[u8]) -> Option<AbuseReport> {
    let blocks = blocks(bytes);
    let block = blocks.iter().find(|block| !block.get("Feedback-Type").is_empty())?;
    let arrived = Some(block.get("Arrival-Date")).filter(|date| !date.is_empty());
    Some(AbuseReport {
        kind: block.get("Feedback-Type").to_ascii_lowercase(),
        reporter: block.get("User-Agent").to_owned(),
        source: block.get("Source-IP").to_owned(),
        sender: block.get("Original-Mail-From").trim_matches(['<', '>']).to_owned(),
        arrived_at: header::date(arrived.unwrap_or_else(|| block.get("Received-Date"))),
        original: None,
    })
}

/// The message that a report is about, by its header block.
pub(super) fn original(block: &[u8]) -> Option<Original> {
    let headers = header::headers(block);
    let first = |list: &[postern_shared::address::Address]| {
        list.first().map(|address| address.email.clone()).unwrap_or_default()
    };
    let original = Original {
        message_id: headers.message_id.unwrap_or_default(),
        subject: headers.subject,
        from: first(&headers.from),
        to: first(&headers.to),
    };
    (original != Original::default()).then_some(original)
}

fn id(value: &str) -> String {
    value.trim().trim_matches(['<', '>']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_report_names_everybody() {
        let report = delivery(
            b"Reporting-MTA: dns; mx.example.test\nArrival-Date: x\n\n\
              Original-Recipient: rfc822;ann@example.test\nFinal-Recipient: rfc822; ann@b.test\n\
              Action: failed\nStatus: 5.1.1 (bad)\nRemote-MTA: dns; b.test\n\
              Diagnostic-Code: smtp; 550 5.1.1\n  no such user\n\n\
              Final-Recipient: rfc822;<bo@example.test>\nStatus: 4.4.7\n\
              Will-Retry-Until: Thu, 01 Jan 1970 00:01:00 +0000\n",
        )
        .expect("a report");
        assert_eq!(report.reporter, "mx.example.test");
        let [first, second] = &report.recipients[..] else { panic!("two recipients") };
        assert_eq!(
            (first.recipient.as_str(), first.action),
            ("ann@example.test", DeliveryAction::Failed)
        );
        assert_eq!(
            (first.status.as_str(), first.diagnostic.as_str()),
            ("5.1.1", "550 5.1.1 no such user")
        );
        assert_eq!(
            (second.recipient.as_str(), second.action),
            ("bo@example.test", DeliveryAction::Delayed)
        );
        assert_eq!(second.retry_until, Some(60));
        assert_eq!(delivery(b"Reporting-MTA: dns; x\n"), None);
    }

    #[test]
    fn a_disposition_says_who_did_what() {
        let report = disposition(
            b"Reporting-UA: x; Mail 1\nFinal-Recipient: rfc822; ann@example.test\n\
              Original-Message-ID: <1@x>\n\
              Disposition: manual-action/MDN-sent-manually; Displayed/warning\n",
        )
        .expect("a report");
        assert_eq!((report.disposition, report.automatic), (Disposition::Displayed, false));
        assert_eq!(report.original.expect("it is named").message_id, "1@x");
    }

    #[test]
    fn a_complaint_has_its_kind() {
        let report = abuse(b"Feedback-Type: Abuse\nSource-IP: 192.0.2.1\nVersion: 1\n");
        let report = report.expect("a report");
        assert_eq!((report.kind.as_str(), report.source.as_str()), ("abuse", "192.0.2.1"));
        assert_eq!(abuse(b"Version: 1"), None);
    }
}
