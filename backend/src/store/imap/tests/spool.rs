//! Large literals: handed on, cut to what was asked for, or let go by; never held.

use std::time::Duration;

use super::script::{Step, connected_with, limits, script, selected, selected_with};
use crate::store::imap::Limits;
use crate::store::{Error, MailboxName};

fn octets(count: usize) -> Vec<u8> {
    (0..count).map(|at| b"0123456789abcdef\r\n({\"\\"[at % 22]).collect()
}

fn answer(item: &str, body: &[u8]) -> Step {
    let head = format!("* 2 FETCH (UID 12 {item} {{{}}}\r\n", body.len());
    let tail = " FLAGS (\\Seen))\r\n{tag} OK -\r\n";
    Step::Raw([head.as_bytes(), body, tail.as_bytes()].concat())
}

#[tokio::test]
async fn a_part_of_any_size_goes_into_a_sink() {
    for size in [0, 10, 70_000, 3_000_000] {
        let whole = octets(size);
        let mut steps = script("C: UID FETCH 12 (UID BODY.PEEK[2])");
        steps.push(answer("BODY[2]", &whole));
        steps.extend(script("C: NOOP\n S: {tag} OK -"));
        let tight = Limits { literal: 100_000, ..limits() };
        let (mut connection, _server) = selected_with("", 3, steps, tight).await;
        let mut sink = Vec::new();
        assert_eq!(connection.download(12, "2", &mut sink).await.unwrap(), size as u64);
        assert!(sink == whole, "{size}");
        connection.noop().await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_ignores_partials_is_cut_to_what_was_asked_for() {
    let whole = octets(2_000_000);
    for (offset, end) in [(0, false), (1_500_000, false), (1_999_950, true), (5_000_000, true)] {
        let mut steps = script("C: UID FETCH 12 (UID BODY.PEEK[]<");
        steps.push(answer("BODY[]", &whole));
        let tight = Limits { literal: 100_000, ..limits() };
        let (mut connection, _server) = selected_with("", 3, steps, tight).await;
        let slice = connection.body(12, "", offset, 1000).await.unwrap();
        let start = (offset as usize).min(whole.len());
        let expect = &whole[start..(start + 1000).min(whole.len())];
        assert!(slice.bytes == expect, "at {offset}");
        assert_eq!(slice.end, end, "at {offset}");
    }
}

#[tokio::test]
async fn a_literal_that_is_too_large_costs_its_response_alone() {
    let tight = Limits { literal: 10_000, skip: 1_000_000, ..limits() };
    let large = "x".repeat(500_000);
    let mut steps = script("C: NOOP\n S: * 4 EXISTS");
    steps.push(Step::Say(
        format!("* LIST () \"/\" {{{}}}\r\n{large}\r\n* 5 EXISTS\r\n{{tag}} OK -\r\n", large.len())
            .into_bytes(),
    ));
    steps.extend(script("C: NOOP\n S: {tag} OK -"));
    let (mut connection, _server) = connected_with("", steps, tight).await;
    connection.noop().await.unwrap();
    assert_eq!(connection.changes.take().len(), 1);
    assert_eq!(connection.defects(), 1);
    connection.noop().await.unwrap();
}

#[tokio::test]
async fn a_message_that_is_gone_or_garbled_is_not_an_empty_part() {
    let steps = "C: UID FETCH 12
                 S: {tag} OK -
                 C: UID FETCH 12
                 S: * 2 FETCH (UID 12 BODY[2] \"abc
                 S: {tag} OK -";
    let (mut connection, _server) = selected("", 3, script(steps)).await;
    let mut sink = Vec::new();
    assert!(matches!(connection.download(12, "2", &mut sink).await, Err(Error::NonExistent)));
    assert!(matches!(connection.download(12, "2", &mut sink).await, Err(Error::Garbled(_))));
    assert!(sink.is_empty());
    let name = MailboxName::from_text("INBOX");
    assert_eq!(connection.selected().unwrap().0, &name);
}

#[tokio::test]
async fn a_part_is_decoded_by_the_server_where_it_can() {
    let steps = "C: UID FETCH 12 (UID BINARY.PEEK[2]<0.4>)
                 S: * 2 FETCH (UID 12 BINARY[2]<0> ~{4}
                 S: ab
                 S: )
                 S: {tag} OK -
                 C: UID FETCH 12 (UID BINARY.PEEK[2]<0.4>)
                 S: {tag} NO [UNKNOWN-CTE] -";
    let (mut connection, _server) = selected("BINARY", 3, script(steps)).await;
    let slice = connection.decoded(12, "2", 0, 4).await.unwrap();
    assert_eq!((&slice.bytes[..], slice.end), (&b"ab\r\n"[..], false));
    assert!(matches!(connection.decoded(12, "2", 0, 4).await, Err(Error::Unsupported(_))));
    let (mut connection, _server) = selected("", 3, vec![]).await;
    assert!(matches!(connection.decoded(12, "2", 0, 4).await, Err(Error::Unsupported(_))));
}

#[tokio::test(start_paused = true)]
async fn a_literal_that_is_shorter_than_announced_is_noticed_soon() {
    let steps = "C: UID FETCH 12 (UID BODY.PEEK[1]<0.99>)
                 S: * 2 FETCH (UID 12 BODY[1]<0> {90}
                 S: P9 OK is what a message may say
                 S: short)
                 S: {tag} OK Fetched";
    let patient = Limits { silence: Duration::from_secs(30), ..limits() };
    let (mut connection, _server) = selected_with("", 3, script(steps), patient).await;
    let soon = tokio::time::timeout(Duration::from_secs(10), connection.body(12, "1", 0, 99)).await;
    assert!(matches!(soon, Ok(Err(Error::TimedOut))), "{soon:?}");
}
