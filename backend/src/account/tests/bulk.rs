//! Actions on any number of messages, and their way back.

use postern_shared::api::messages::{ArchiveBy, Verdict};
use postern_shared::flag::FlagChange;
use postern_shared::message::MessageKey;

use super::*;
use crate::store::MailboxName;

fn all(open: &OpenWindow, except: Vec<MessageKey>) -> Targets {
    Targets::View { view: open.view.clone(), except }
}

impl Stage {
    fn count(&self, mailbox: &str) -> usize {
        self.host.mailbox(ALICE, mailbox).unwrap().messages.len()
    }

    fn flags(&self, mailbox: &str, subject: &str) -> String {
        let mailbox = self.host.mailbox(ALICE, mailbox).unwrap();
        format!("{:?}", mailbox.find(subject).unwrap().flags)
    }
}

#[tokio::test]
async fn all_in_a_view_go_without_being_named_and_come_back() {
    let mut stage = Stage::new(1200).await;
    stage.open(0, 10).await;
    let window = stage.open(0, 10).await;
    let spared = window.rows[0].clone().unwrap().key;
    let trash = stage.mailbox("Trash").await;
    let targets = all(&stage.inbox(0, 10).await, vec![spared]);
    let done = stage.account.move_messages(targets, trash).await.unwrap();
    assert_eq!((done.outcome.done, done.outcome.failure), (1199, None));
    assert!(done.outcome.undoable && done.outcome.moved.is_empty());
    assert_eq!((stage.count("INBOX"), stage.count("Trash")), (1, 1199));
    while stage.delta().await.total != Total::Exact(1) {}
    let back = stage.account.take_back(done.undo).await.unwrap();
    assert_eq!((back.outcome.done, stage.count("INBOX"), stage.count("Trash")), (1199, 1200, 0));
    // Taking back can itself be taken back.
    stage.account.take_back(back.undo).await.unwrap();
    assert_eq!((stage.count("INBOX"), stage.count("Trash")), (1, 1199));
}

#[tokio::test]
async fn what_was_done_before_a_failure_is_told_and_can_be_undone() {
    let stage = Stage::new(1200).await;
    let trash = stage.mailbox("Trash").await;
    let refusal = ImapEffect::No("[LIMIT] Enough for today".into());
    stage.host.faults().imap(Trigger::on("UID MOVE").after(1), refusal);
    let targets = all(&stage.inbox(0, 10).await, vec![]);
    let done = stage.account.move_messages(targets, trash).await.unwrap();
    let failure = done.outcome.failure.unwrap();
    assert_eq!(failure.code, postern_shared::error::ErrorCode::Limit);
    assert_eq!((done.outcome.done as usize, stage.count("Trash")), (500, 500));
    stage.host.faults().clear_all();
    stage.account.take_back(done.undo).await.unwrap();
    assert_eq!(stage.count("INBOX"), 1200);
}

#[tokio::test]
async fn a_click_overtakes_a_bulk_action() {
    let stage = Stage::new(4000).await;
    let (inbox, trash) = (stage.inbox(0, 10).await, stage.mailbox("Trash").await);
    let slow = ImapEffect::Slow(Duration::from_millis(100));
    stage.host.faults().imap(Trigger::on("UID MOVE"), slow);
    let account = stage.account.clone();
    let bulk = tokio::spawn(async move { account.move_messages(all(&inbox, vec![]), trash).await });
    while stage.host.connections().commands(ALICE, "UID MOVE") == 0 {
        tokio::task::yield_now().await;
    }
    stage.look_aside().await;
    assert!(!bulk.is_finished(), "the click waited for the whole of it");
    assert_eq!(bulk.await.unwrap().unwrap().outcome.done, 4000);
}

#[tokio::test]
async fn flags_come_back_only_where_they_changed() {
    let stage = Stage::new(3).await;
    stage.host.set_flags((ALICE, "INBOX"), 2, &["\\Seen"]).unwrap();
    let inbox = stage.mailbox("inbox").await;
    let done = stage.account.mark_all_seen(inbox).await.unwrap();
    assert_eq!(done.outcome.done, 2);
    assert_eq!(stage.host.mailbox(ALICE, "INBOX").unwrap().unseen(), 0);
    stage.account.take_back(done.undo).await.unwrap();
    assert_eq!(stage.host.mailbox(ALICE, "INBOX").unwrap().unseen(), 2);
    assert!(stage.flags("INBOX", "Number 2").contains("Seen"));
}

#[tokio::test]
async fn messages_are_archived_by_the_month_they_came_in() {
    let stage = Stage::new(0).await;
    for (number, day) in [(1, 1_704_067_199), (2, 1_709_164_800)] {
        let append = actor::verb(move |actor| {
            let text = message(number).into_bytes();
            async move {
                let inbox = MailboxName::from_text("INBOX");
                actor.store()?.append(&inbox, &[], Some(day), text).await?;
                Ok(())
            }
            .boxed()
        });
        stage.account.ask(Urgency::Now, append).await.unwrap();
    }
    let targets = all(&stage.inbox(0, 10).await, vec![]);
    let done = stage.account.archive_messages(targets.clone(), ArchiveBy::Month).await.unwrap();
    assert_eq!((done.outcome.done, done.outcome.failure), (2, None));
    assert_eq!((stage.count("Archive/2023/12"), stage.count("Archive/2024/02")), (1, 1));
    stage.account.take_back(done.undo).await.unwrap();
    assert_eq!(stage.count("INBOX"), 2);
    let names = stage.host.mailbox_names(ALICE);
    assert!(!names.iter().any(|name| name.starts_with("Archive/")), "made for it: {names:?}");
    let done = stage.account.archive_messages(targets, ArchiveBy::Flat).await.unwrap();
    assert_eq!((done.outcome.done, stage.count("Archive")), (2, 2));
}

#[tokio::test]
async fn junk_is_marked_moved_and_taken_back() {
    let stage = Stage::new(2).await;
    let key = stage.open(0, 10).await.rows[0].clone().unwrap().key;
    let targets = Targets::Keys(vec![key]);
    let done = stage.account.judge_messages(targets, Verdict::Junk).await.unwrap();
    assert!(stage.flags("Junk", "Number 2").contains("$Junk"));
    let moved = done.outcome.moved[0].to.clone().unwrap();
    stage.account.take_back(done.undo).await.unwrap();
    assert!(!stage.flags("INBOX", "Number 2").contains("$Junk"));
    assert_eq!(stage.count("Junk"), 0);
    // It no longer is where it lay in between: nothing to do, and nothing to complain about.
    let gone = Targets::Keys(vec![moved]);
    let done = stage.account.judge_messages(gone, Verdict::NotJunk).await.unwrap();
    assert!(!done.outcome.undoable);
}

#[tokio::test]
async fn any_number_of_keywords_is_kept() {
    let stage = Stage::new(1).await;
    let key = stage.open(0, 10).await.rows[0].clone().unwrap().key;
    let tags: Vec<Flag> = (0..20).map(|n| Flag::Keyword(format!("tag-{n}"))).collect();
    let change = FlagChange { add: tags.clone(), remove: vec![] };
    stage.account.change_flags(Targets::Keys(vec![key.clone()]), change).await.unwrap();
    let row = stage.open(0, 10).await.rows[0].clone().unwrap();
    assert!(tags.iter().all(|tag| row.flags.has(tag)), "{:?}", row.flags);
}

#[tokio::test]
async fn moves_are_followed_and_taken_back_on_a_server_that_does_not_say_where_they_went() {
    for moves in [true, false] {
        let capabilities = Capabilities { uidplus: false, moves, ..Capabilities::default() };
        let host = MailHost::builder().capabilities(capabilities).user(ALICE, "Alice", "secret");
        let stage = Stage::on(host.start().await.unwrap(), 3).await;
        let key = stage.open(0, 10).await.rows[1].clone().unwrap().key;
        let (trash, one) = (stage.mailbox("Trash").await, Targets::Keys(vec![key]));
        let done = stage.account.move_messages(one, trash.clone()).await.unwrap();
        let to = done.outcome.moved[0].to.clone().expect("it is found by what it is known by");
        let opened = stage.account.open_message(to, Urgency::Now).await.unwrap();
        assert_eq!(opened.summary.envelope.subject, "Number 2");
        let marked = |mailbox, subject| stage.flags(mailbox, subject).contains("Deleted");
        if moves {
            assert_eq!((stage.count("INBOX"), stage.count("Trash")), (2, 1));
            stage.account.take_back(done.undo).await.unwrap();
            assert_eq!((stage.count("INBOX"), stage.count("Trash")), (3, 0));
        } else {
            // The original could only be marked; afterwards the copy is.
            assert!(marked("INBOX", "Number 2") && !marked("Trash", "Number 2"));
            stage.account.take_back(done.undo).await.unwrap();
            assert!(!marked("INBOX", "Number 2") && marked("Trash", "Number 2"));
        }
    }
}

#[tokio::test]
async fn only_trash_and_junk_are_emptied_on_any_server() {
    for uidplus in [true, false] {
        let capabilities = Capabilities { uidplus, ..Capabilities::default() };
        let host = MailHost::builder().capabilities(capabilities).user(ALICE, "Alice", "secret");
        let stage = Stage::on(host.start().await.unwrap(), 700).await;
        let (inbox, trash) = (stage.mailbox("inbox").await, stage.mailbox("Trash").await);
        let refused = stage.account.empty_mailbox(inbox).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
        let targets = all(&stage.inbox(0, 10).await, vec![]);
        stage.account.move_messages(targets, trash.clone()).await.unwrap();
        assert_eq!(stage.count("Trash"), 700);
        let done = stage.account.empty_mailbox(trash).await.unwrap();
        assert_eq!((done.outcome.done, stage.count("Trash")), (700, 0));
        assert!(!done.outcome.undoable);
    }
}

#[tokio::test]
async fn a_move_in_two_steps_is_not_begun_again() {
    let capabilities = Capabilities { moves: false, ..Capabilities::default() };
    let host = MailHost::builder().capabilities(capabilities).user(ALICE, "Alice", "secret");
    let mut stage = Stage::on(host.start().await.unwrap(), 1).await;
    let key = stage.open(0, 10).await.rows[0].clone().unwrap().key;
    let trash = stage.mailbox("Trash").await;
    stage.event(|event| online(&event).then_some(())).await;
    let lost = Trigger::on("UID EXPUNGE").times(1);
    stage.host.faults().imap(lost, ImapEffect::Bye("gone".into()));
    let moved = stage.account.move_messages(Targets::Keys(vec![key]), trash).await;
    assert!(is_halfway(&moved), "{moved:?}");
    assert_eq!(stage.host.mailbox(ALICE, "Trash").unwrap().messages.len(), 1);
}

/// Whether it is answered, and so not repeated, and says that it was lost.
fn is_halfway(done: &Result<Done, Error>) -> bool {
    done.as_ref().is_ok_and(|done| done.outcome.failure.is_some() && done.outcome.done == 0)
}

#[tokio::test]
async fn a_copy_whose_answer_was_lost_is_answered_so_that_nobody_repeats_it() {
    let mut stage = Stage::new(1).await;
    let key = stage.open(0, 10).await.rows[0].clone().unwrap().key;
    let trash = stage.mailbox("Trash").await;
    stage.event(|event| online(&event).then_some(())).await;
    stage.host.faults().imap(Trigger::on("UID COPY").times(1), ImapEffect::Close);
    let copied = stage.account.copy_messages(Targets::Keys(vec![key]), trash).await;
    assert!(is_halfway(&copied), "{copied:?}");
    assert_eq!(stage.host.mailbox(ALICE, "Trash").unwrap().messages.len(), 1);
}
