//! Reports: what became of a message, who saw it, who complains (RFC 3464, 8098, 5965).

use leptos::prelude::*;
use postern_shared::card::{
    AbuseReport, DeliveryAction, DeliveryReport, DeliveryStatus, Disposition, DispositionReport,
    Original,
};

use super::{Fact, Sheet, written_moment};
use crate::i18n::{Key, text, text_with};
use crate::ui::icon::Icon;

/// Most recipients that are told one by one.
const MOST_RECIPIENTS: usize = 20;

/// What became of a message that was sent.
#[component]
pub fn Delivery(report: DeliveryReport) -> impl IntoView {
    let worst = report.recipients.iter().map(|one| one.action).min_by_key(|one| rank(*one));
    let worst = worst.unwrap_or(DeliveryAction::Failed);
    let shape = match worst {
        DeliveryAction::Failed | DeliveryAction::Delayed => Icon::Warning,
        _ => Icon::Check,
    };
    let facts = original_facts(report.original.as_ref()).into_iter();
    let facts = facts.chain([(Key::CardReporter, report.reporter)]).collect();
    let recipients = report.recipients.into_iter().take(MOST_RECIPIENTS);
    let several = recipients.len() > 1;
    let recipients = recipients.map(|status| {
        let said = (several || status.action != worst).then(|| text(title(status.action)));
        view! { <Recipient status said /> }
    });
    let recipients = recipients.collect_view();
    view! {
        <Sheet shape title=text(title(worst)) facts>
            <ul class="card-list">{recipients}</ul>
        </Sheet>
    }
}

/// One recipient: what became of it where several are told, and why.
#[component]
fn Recipient(status: DeliveryStatus, said: Option<String>) -> impl IntoView {
    let DeliveryStatus { recipient, action, status, diagnostic, remote, retry_until } = status;
    let reason = reason(action, &status).map(text);
    let until = retry_until
        .map(|until| text_with(Key::CardRetryUntil, &[("date", &written_moment(until))]));
    let server = if remote.is_empty() { status } else { remote };
    let words = (!diagnostic.is_empty()).then(|| {
        let said = text_with(Key::CardServerSaid, &[("server", &server)]);
        view! { <p class="card-words"><span>{said}</span> " " <q dir="auto">{diagnostic}</q></p> }
    });
    let lines = said.into_iter().chain(reason).chain(until);
    let lines = lines.map(|line| view! { <p>{line}</p> }).collect_view();
    view! {
        <li>
            <p class="card-name" dir="auto">{recipient}</p>
            {lines}
            {words}
        </li>
    }
}

/// The worse, the smaller.
fn rank(action: DeliveryAction) -> u8 {
    match action {
        DeliveryAction::Failed => 0,
        DeliveryAction::Delayed => 1,
        DeliveryAction::Relayed => 2,
        DeliveryAction::Expanded => 3,
        DeliveryAction::Delivered => 4,
    }
}

fn title(action: DeliveryAction) -> Key {
    match action {
        DeliveryAction::Failed => Key::CardNotDelivered,
        DeliveryAction::Delayed => Key::CardDelayed,
        DeliveryAction::Delivered => Key::CardDelivered,
        DeliveryAction::Relayed => Key::CardRelayed,
        DeliveryAction::Expanded => Key::CardExpanded,
    }
}

/// A status code in words (RFC 3463); none where it says no more than the action.
fn reason(action: DeliveryAction, status: &str) -> Option<Key> {
    if !matches!(action, DeliveryAction::Failed | DeliveryAction::Delayed) {
        return None;
    }
    let mut digits = status.split('.').skip(1);
    let (subject, detail) = (digits.next()?, digits.next()?);
    Some(match (subject, detail) {
        ("1", "1" | "2" | "3" | "6" | "10") => Key::CardNoAddress,
        ("2", "1") => Key::CardDisabled,
        ("2", "2") | ("3", "1") => Key::CardFull,
        ("2", "3") | ("3", "4") => Key::CardTooLarge,
        ("4", "1" | "2" | "4" | "7") => Key::CardUnreachable,
        ("7", _) => Key::CardRefused,
        _ => return None,
    })
}

fn original_facts(original: Option<&Original>) -> Vec<Fact> {
    let Some(original) = original else { return Vec::new() };
    vec![
        (Key::CardSubject, original.subject.clone()),
        (Key::MessageFrom, original.from.clone()),
        (Key::MessageTo, original.to.clone()),
    ]
}

/// What somebody's program did with a message.
#[component]
pub fn Receipt(report: DispositionReport) -> impl IntoView {
    let DispositionReport { recipient, disposition, automatic, reporter, original } = report;
    let key = match disposition {
        Disposition::Displayed => Key::CardDisplayed,
        Disposition::Dispatched => Key::CardDispatched,
        Disposition::Processed => Key::CardProcessed,
        Disposition::Deleted => Key::CardDeleted,
        Disposition::Denied => Key::CardDenied,
        Disposition::Failed => Key::CardUnhandled,
        Disposition::Other => Key::CardAnswered,
    };
    let said = text_with(key, &[("recipient", &recipient)]);
    let by_itself = automatic.then(|| text(Key::CardAutomatic));
    let said = [said].into_iter().chain(by_itself).collect::<Vec<_>>().join(" ");
    let facts = original_facts(original.as_ref()).into_iter();
    let facts = facts.chain([(Key::CardReporter, reporter)]).collect();
    view! { <Sheet shape=Icon::MailOpen title=text(Key::CardReceipt) said facts /> }
}

/// Somebody complains about a message.
#[component]
pub fn Complaint(report: AbuseReport) -> impl IntoView {
    let AbuseReport { kind, reporter, source, sender, arrived_at, original } = report;
    let said = match kind.as_str() {
        "abuse" => text(Key::CardAbuse),
        "fraud" => text(Key::CardFraud),
        "virus" => text(Key::CardVirus),
        "not-spam" => text(Key::CardNotSpam),
        "auth-failure" => text(Key::CardAuthFailure),
        other => text_with(Key::CardComplaintOf, &[("kind", other)]),
    };
    let mut facts = original_facts(original.as_ref());
    facts.extend([
        (Key::CardSource, source),
        (Key::CardSender, sender),
        (Key::CardArrived, arrived_at.map(written_moment).unwrap_or_default()),
        (Key::CardReporter, reporter),
    ]);
    view! { <Sheet shape=Icon::Flag title=text(Key::CardComplaint) said facts /> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_in_words_where_they_say_something() {
        let check = |action, status, expect| assert_eq!(reason(action, status), expect, "{status}");
        check(DeliveryAction::Failed, "5.1.1", Some(Key::CardNoAddress));
        check(DeliveryAction::Failed, "5.2.2", Some(Key::CardFull));
        check(DeliveryAction::Delayed, "4.4.1", Some(Key::CardUnreachable));
        check(DeliveryAction::Failed, "5.7.26", Some(Key::CardRefused));
        check(DeliveryAction::Failed, "5.0.0", None);
        check(DeliveryAction::Failed, "", None);
        check(DeliveryAction::Delivered, "2.1.1", None);
    }
}
