//! What async-imap and imap-proto get wrong, each cured (the wire's reason to be).

use super::script::{Step, connected, connected_with, limits, open, script, selected};
use crate::store::change::Change;
use crate::store::{Criteria, Error, MailboxName, Refusal, Stretch};

fn inbox() -> MailboxName {
    MailboxName::from_text("INBOX")
}

#[tokio::test]
async fn a_refused_search_is_an_error_and_never_empty() {
    let steps = "C: UID SEARCH ALL
                 S: {tag} NO [SERVERBUG] not today
                 C: UID SEARCH ALL
                 S: {tag} BAD what
                 C: NOOP
                 S: {tag} OK -";
    let (mut connection, _server) = selected("", 3, script(steps)).await;
    let refused = connection.uids().await.unwrap_err();
    assert!(matches!(refused, Error::Refused { refusal: Refusal::No, .. }), "{refused:?}");
    let refused = connection.uids().await.unwrap_err();
    assert!(matches!(refused, Error::Refused { refusal: Refusal::Bad, .. }), "{refused:?}");
    connection.noop().await.unwrap();
}

#[tokio::test]
async fn a_search_without_an_answer_is_not_empty() {
    let steps = "C: UID SEARCH ALL
                 S: {tag} OK -
                 C: UID SEARCH UNSEEN
                 S: * SEARCH 1 x
                 S: {tag} OK -";
    let (mut connection, _server) = selected("", 3, script(steps)).await;
    assert!(matches!(connection.uids().await, Err(Error::Garbled(_))));
    assert!(matches!(connection.search(Criteria::Unseen).await, Err(Error::Garbled(_))));
}

#[tokio::test]
async fn the_end_of_the_stream_amid_a_command_is_lost() {
    let steps = "C: UID SEARCH ALL
                 S: * SEARCH 1 2
                 CLOSE";
    let (mut connection, _server) = selected("", 3, script(steps)).await;
    assert!(matches!(connection.uids().await, Err(Error::Lost(_))));
    assert!(!connection.is_alive());
    assert!(matches!(connection.noop().await, Err(Error::Lost(_))));
}

#[tokio::test]
async fn a_garbled_line_costs_that_line_alone() {
    let steps = "C: NOOP
                 S: * 4 EXISTS
                 S: ?? what is this
                 S: * OK [ALERT]é
                 S: * LIST garbled \"
                 S: * 5 EXISTS
                 S: {tag} OK -
                 C: NOOP
                 S: {tag} OK -";
    let (mut connection, _server) = selected("", 3, script(steps)).await;
    connection.noop().await.unwrap();
    let news = [Change::Exists(4), Change::Alert("é".into()), Change::Exists(5)];
    assert_eq!(connection.changes.take(), news);
    assert_eq!(connection.defects(), 2);
    connection.noop().await.unwrap();
}

#[tokio::test]
async fn a_garbled_row_is_asked_for_again() {
    let envelope = "ENVELOPE (NIL \"a\" NIL NIL NIL NIL NIL NIL NIL NIL)";
    let text = "BODYSTRUCTURE (\"text\" \"plain\" NIL NIL NIL \"7bit\" 3 1)";
    let header = "Subject: second\r\n\r\n";
    let steps = format!(
        "C: FETCH 1:3 (UID FLAGS
         S: * 1 FETCH (UID 11 FLAGS () INTERNALDATE NIL RFC822.SIZE 3 {envelope} {text})
         S: * 2 FETCH (UID 12 FLAGS () ENVELOPE (\"unterminated
         S: * 3 FETCH (UID 13 FLAGS () INTERNALDATE NIL RFC822.SIZE -3 {envelope} {text})
         S: {{tag}} OK -
         C: FETCH 2 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER]<0.65536>)"
    );
    let mut steps = script(&steps);
    let answer = format!(
        "* 2 FETCH (UID 12 FLAGS (\\Seen) BODY[HEADER]<0> {{{}}}\r\n{header})\r\n{{tag}} OK -\r\n",
        header.len()
    );
    steps.push(Step::Say(answer.into_bytes()));
    let (mut connection, _server) = selected("", 3, steps).await;
    let stretch = Stretch { newest_first: false, offset: 0, count: 50 };
    let (_, rows) = connection.rows_of(stretch).await.unwrap();
    let rows: Vec<_> = rows.into_iter().map(Option::unwrap).collect();
    let seen: Vec<_> = rows.iter().map(|row| (row.uid, row.envelope.subject.as_str())).collect();
    assert_eq!(seen, [(11, "a"), (12, "second"), (13, "a")]);
    assert_eq!((rows[0].internal_date, rows[2].size), (0, 0));
}

#[tokio::test]
async fn nesting_without_end_costs_one_row() {
    let deep = "(".repeat(100_000);
    let mut steps = script("C: UID FETCH 12 (UID");
    steps.push(Step::Say(
        format!("* 2 FETCH (UID 12 BODYSTRUCTURE {deep})\r\n{{tag}} OK -\r\n").into_bytes(),
    ));
    steps.extend(script("C: UID FETCH 12 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER]"));
    steps.extend(script("S: {tag} OK -"));
    steps.extend(script("C: NOOP\n S: {tag} OK -"));
    let (mut connection, _server) = selected("", 3, steps).await;
    assert_eq!(connection.message(12).await.unwrap(), None);
    assert_eq!(connection.defects(), 1);
    connection.noop().await.unwrap();
}

#[tokio::test]
async fn a_giant_literal_is_refused_when_it_is_announced() {
    let steps = "C: UID FETCH 12 (UID BODY.PEEK[1]<0.10>)
                 S: * 2 FETCH (UID 12 BODY[1]<0> {5000000000}";
    let (mut connection, _server) = selected("", 3, script(steps)).await;
    let error = connection.body(12, "1", 0, 10).await.unwrap_err();
    assert!(matches!(error, Error::Limit("a literal")), "{error:?}");
    assert!(!connection.is_alive());
}

#[tokio::test]
async fn a_line_without_end_is_refused() {
    let tight = crate::store::imap::Limits { line: 100_000, ..limits() };
    let mut steps = script("C: NOOP");
    steps.push(Step::Say(vec![b'x'; 300_000]));
    let (mut connection, _server) = connected_with("", steps, tight).await;
    assert!(matches!(connection.noop().await, Err(Error::Limit("a line"))));
}

#[tokio::test]
async fn a_search_line_of_megabytes_is_read_whole() {
    let count = 600_000;
    let uids: Vec<String> = (1..=count).map(|uid: u32| uid.to_string()).collect();
    let mut steps = script("C: UID SEARCH ALL");
    steps.push(Step::Say(format!("* SEARCH {}\r\n{{tag}} OK -\r\n", uids.join(" ")).into_bytes()));
    let (mut connection, _server) = selected("", count, steps).await;
    assert_eq!(connection.uids().await.unwrap(), (1..=count).collect::<Vec<_>>());
}

#[tokio::test]
async fn news_are_never_lost_to_a_full_channel() {
    let mut steps = script("C: NOOP");
    let news: String = (0..1000).map(|_| "* 1 EXPUNGE\r\n").collect();
    steps.push(Step::Say(format!("{news}{{tag}} OK -\r\n").into_bytes()));
    let (mut connection, _server) = selected("", 1500, steps).await;
    connection.noop().await.unwrap();
    assert_eq!(connection.changes.take().len(), 1000);
    assert_eq!(connection.selected().unwrap().1.exists, 500);
}

#[tokio::test]
async fn the_end_of_the_stream_while_idle_is_an_error() {
    let steps = "C: IDLE
                 S: + idling
                 CLOSE";
    let (mut connection, _server) = selected("IDLE", 3, script(steps)).await;
    let ended = connection.idle(std::future::pending()).await;
    assert!(matches!(ended, Err(Error::Lost(_))), "{ended:?}");
}

#[tokio::test]
async fn an_idle_that_the_server_ends_without_news_is_an_error() {
    let steps = "C: IDLE
                 S: + idling
                 S: {tag} OK done
                 C: IDLE
                 S: + idling
                 S: * 4 EXISTS
                 S: {tag} OK done";
    let (mut connection, _server) = selected("IDLE", 3, script(steps)).await;
    let ended = connection.idle(std::future::pending()).await;
    assert!(matches!(ended, Err(Error::Garbled("IDLE"))), "{ended:?}");
    assert!(connection.idle(std::future::pending()).await.unwrap());
    assert_eq!(connection.changes.take(), [Change::Exists(4)]);
}

#[tokio::test]
async fn a_refused_idle_is_an_error() {
    let steps = "C: IDLE
                 S: {tag} BAD
                 C: IDLE
                 S: {tag} NO busy
                 C: NOOP
                 S: {tag} OK -";
    let (mut connection, _server) = selected("IDLE", 3, script(steps)).await;
    for refusal in [Refusal::Bad, Refusal::No] {
        let refused = connection.idle(std::future::pending()).await.unwrap_err();
        assert!(matches!(refused, Error::Refused { refusal: found, .. } if found == refusal));
    }
    connection.noop().await.unwrap();
}

#[tokio::test]
async fn append_stands_news_before_the_go_ahead() {
    let steps = "C: APPEND \"Sent\" (\\Seen) {5}
                 S: * 4 EXISTS
                 S: + go on
                 C# 5
                 S: {tag} OK [APPENDUID 38505 3955] -
                 C: APPEND \"Sent\" () \" 1-Jan-1970 00:00:00 +0000\" {5}
                 S: {tag} NO [OVERQUOTA] full
                 C: NOOP
                 S: {tag} OK -";
    let (mut connection, _server) = connected("", script(steps)).await;
    let sent = MailboxName::from_text("Sent");
    let seen = [postern_shared::flag::Flag::Seen];
    let added = connection.append(&sent, &seen, None, b"a\r\nb\n".to_vec()).await.unwrap();
    assert_eq!(added, Some((38505, 3955)));
    assert_eq!(connection.changes.take(), [Change::Exists(4)]);
    let refused = connection.append(&sent, &[], Some(0), b"12345".to_vec()).await;
    assert!(matches!(refused, Err(Error::OverQuota)), "{refused:?}");
    connection.noop().await.unwrap();
}

#[tokio::test]
async fn a_verb_that_was_dropped_midway_ends_the_connection() {
    let (mut connection, _server) = connected("", script("C: NOOP")).await;
    {
        let noop = connection.noop();
        tokio::pin!(noop);
        assert!(futures_util::poll!(noop).is_pending());
    }
    assert!(matches!(connection.noop().await, Err(Error::Lost(_))));
    assert!(!connection.is_alive());
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_given_up() {
    let (mut connection, _server) = connected("", script("C: SELECT \"INBOX\"")).await;
    assert!(matches!(connection.select(&inbox()).await, Err(Error::TimedOut)));
    assert!(!connection.is_alive());
}

#[tokio::test]
async fn wrong_credentials_are_told_from_a_full_house() {
    let check = async |answer: &str| {
        let steps = format!("S: * OK [CAPABILITY IMAP4rev1] -\n C: LOGIN\n {answer}");
        format!("{:?}", open(&steps).await.err().unwrap())
    };
    let wrong = check("S: {tag} NO [AUTHENTICATIONFAILED] no\nCLOSE").await;
    assert!(wrong.starts_with("AuthenticationFailed"), "{wrong}");
    let later = check("S: {tag} NO [UNAVAILABLE] later\nCLOSE").await;
    assert!(later.starts_with("Refused"), "{later}");
    let full = check("S: {tag} NO [ALERT] Too many simultaneous connections\nCLOSE").await;
    assert!(full.starts_with("TooManyConnections"), "{full}");
    let gone = check("CLOSE").await;
    assert!(gone.starts_with("Lost"), "{gone}");
}

#[tokio::test]
async fn a_message_whose_answer_is_garbled_is_not_gone() {
    let steps = "C: UID FETCH 12 (UID FLAGS
                 S: * 2 FETCH (UID 12 FLAGS (\\Seen
                 S: {tag} OK -
                 C: UID FETCH 12 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER]
                 S: * 2 FETCH (UID 12 FLAGS () BODY[HEADER] \"Subject: a\")
                 S: {tag} OK -
                 C: UID FETCH 12 (UID BODY.PEEK[1]
                 S: * 2 FETCH (UID 12 BODY[1]<0> \"abc
                 S: {tag} OK -
                 C: UID FETCH 12 (UID FLAGS)
                 S: * 2 FETCH (UID 12 FLAGS (
                 S: {tag} OK -";
    let (mut connection, _server) = selected("", 3, script(steps)).await;
    let opened = connection.message(12).await.unwrap().unwrap();
    assert_eq!((opened.row.envelope.subject.as_str(), opened.structure), ("a", None));
    assert!(matches!(connection.body(12, "1", 0, 9).await, Err(Error::Garbled(_))));
    assert!(matches!(connection.flags_by_uid(&[12]).await, Err(Error::Garbled(_))));
}

#[tokio::test]
async fn a_signed_in_greeting_is_not_trusted() {
    let refused = open("S: * PREAUTH welcome\nCLOSE").await;
    assert!(matches!(refused, Err(Error::Garbled(_))));
    let refused = open("S: * BYE Too many connections from your address\nCLOSE").await;
    assert!(matches!(refused, Err(Error::TooManyConnections { .. })));
}

#[tokio::test]
async fn what_async_imap_would_parse_again_and_again_passes_it_by() {
    let tight = crate::store::imap::Limits { typed_line: 1000, ..limits() };
    let mut steps = script("C: NOOP");
    let flags: Vec<String> = (0..1000).map(|number| format!("$k{number}")).collect();
    let flags = flags.join(" ");
    steps.push(Step::Say(
        format!(
            "* FLAGS ({flags})\r\n* OK [PERMANENTFLAGS ({flags})] -\r\n{{tag}} OK [X {flags}] -\r\n"
        )
        .into_bytes(),
    ));
    steps.extend(script("C: NOOP\n S: {tag} OK -"));
    let (mut connection, _server) = connected_with("", steps, tight).await;
    connection.noop().await.unwrap();
    connection.noop().await.unwrap();
}
