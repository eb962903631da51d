//! Messages of which only the header is here: whatever takes them elsewhere takes them whole, or
//! says that it cannot, and once they are whole everything that shows them knows.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use postern_mailhost::{FaultId, Pop3Effect, Pop3Quirks, Quirks, Trigger};
use postern_shared::account::AccountId;
use postern_shared::api::collecting::{CollectNow, ReadCollecting, SetPolicy, StopCollecting};
use postern_shared::api::messages::{
    CopyMessages, MoveMessages, OpenMessage, Outcome, Targets, Urgency,
};
use postern_shared::api::submissions::SubmitMessage;
use postern_shared::api::transfers::{ExportMessages, ImportMessages};
use postern_shared::collecting::{Collecting, Policy, Stage as Collects};
use postern_shared::draft::{Draft, Enclosed, Origin, Source};
use postern_shared::error::ErrorCode;
use postern_shared::mailbox::{MailboxId, Role};
use postern_shared::message::{MessageKey, MessageSummary};
use postern_shared::submission::{Plan, SubmissionState};
use postern_shared::transfer::{Form, Stage as Transfers};
use postern_shared::window::{Scope, View, Within};
use postern_tests::imap::RawImap;
use postern_tests::list::List;
use postern_tests::scene::Scene;
use postern_tests::visitor::{OpenList, Tab, Visitor, action};
use postern_tests::{message, wait};

use crate::crossing::mailbox;
use crate::send::{letter, outcome};
use crate::transfers::{ended, taken_out, uploaded};
use crate::transfers_here::{both, counted};
use crate::verbs::run;

/// Octets of the files in the messages of [`SUBJECTS`], which tell them apart.
const SIZES: [usize; 3] = [20_000, 30_000, 1_600_000];
const SUBJECTS: [&str; 3] = ["Large one", "Large two", "Large three"];

/// An account of IMAP, and beside it ben's maildrop, of whose messages only headers came.
struct Headers {
    scene: Scene,
    visitor: Visitor,
    tab: Tab,
    here: AccountId,
    inbox: OpenList,
}

async fn reading(tab: &mut Tab, here: &AccountId) -> Result<Collecting> {
    tab.link.call(ReadCollecting { account: here.clone() }).await
}

/// Waits until the collection is as wished.
async fn until(tab: &mut Tab, here: &AccountId, is_so: impl Fn(&Collecting) -> bool) -> Result<()> {
    let read = async {
        while !is_so(&reading(tab, here).await?) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    };
    wait::within("the collection", read).await
}

fn inbox_of(here: &AccountId, inbox: MailboxId) -> View {
    View::of_mailbox(here.clone(), inbox)
}

impl Headers {
    async fn come() -> Result<Self> {
        Self::come_from(0).await
    }

    /// From a maildrop whose server wants to be left alone for so many seconds after that.
    async fn come_from(login_delay: u64) -> Result<Self> {
        let (scene, visitor, mut tab, here) = both().await?;
        let (host, ben) = (scene.world.host(), scene.person("ben"));
        let policy = Policy { whole_up_to_kib: 1, ..Policy::default() };
        tab.link.call(SetPolicy { action: action(), account: here.clone(), policy }).await?;
        for (subject, size) in SUBJECTS.into_iter().zip(SIZES) {
            let text = message::with_attachment(&scene.person("anna"), &ben, subject, size);
            host.deliver(&ben.address, text)?;
        }
        if login_delay > 0 {
            // It speaks of it and does not refuse yet.
            let words = "TOP\r\nUIDL\r\nUSER\r\nSASL PLAIN\r\nRESP-CODES\r\nAUTH-RESP-CODE";
            let words = format!("+OK\r\n{words}\r\nLOGIN-DELAY {login_delay}\r\n.\r\n");
            host.faults().pop3(Trigger::on("CAPA"), Pop3Effect::Garbage(words.into_bytes()));
        }
        let view = inbox_of(&here, mailbox(&mut tab, &here, Role::Inbox).await?);
        let mut inbox = tab.open_view(view).await?;
        tab.link.call(CollectNow { account: here.clone() }).await?;
        let all = |list: &List| list.rows.len() == SUBJECTS.len();
        tab.follow(&mut inbox, "the headers", all).await?;
        let one = |row: &MessageSummary| !row.has_attachment;
        ensure!(inbox.list.rows.iter().flatten().all(one), "they came whole");
        let delay = Some(Duration::from_secs(login_delay)).filter(|delay| !delay.is_zero());
        let pop3 = Pop3Quirks { login_delay: delay, ..Pop3Quirks::default() };
        host.set_quirks(Quirks { pop3, ..Quirks::default() });
        // No round comes between.
        tab.link.call(StopCollecting { account: here.clone() }).await?;
        until(&mut tab, &here, |it| it.stage == Collects::Stopped).await?;
        Ok(Self { scene, visitor, tab, here, inbox })
    }

    fn row(&self, subject: &str) -> Result<&MessageSummary> {
        self.inbox.list.row(subject).context("a row")
    }

    fn key(&self, subject: &str) -> Result<MessageKey> {
        Ok(self.row(subject)?.key.clone())
    }

    fn view(&self) -> View {
        self.inbox.call.view.clone()
    }

    /// All that a search finds, or all of the inbox.
    fn targets(&self) -> Targets {
        let scope = Scope::Search {
            query: "subject:large".into(),
            within: Within::Account(self.here.clone()),
        };
        Targets::View { view: View { scope, ..self.view() }, except: Vec::new() }
    }

    /// Counts from now on how often somebody signs in to the maildrop.
    fn sign_ins(&self) -> FaultId {
        let slow = Pop3Effect::Slow(Duration::ZERO);
        self.scene.world.host().faults().pop3(Trigger::on("AUTH"), slow)
    }

    fn counted(&self, sign_ins: FaultId) -> usize {
        self.scene.world.host().faults().struck(sign_ins)
    }

    /// Takes a message away at its server.
    fn lose(&self, subject: &str) -> Result<()> {
        let (host, ben) = (self.scene.world.host(), self.scene.person("ben"));
        let at = SUBJECTS.iter().position(|it| *it == subject).context("a subject")?;
        let uid = host.mailbox(&ben.address, "INBOX").context("an inbox")?.messages[at].uid;
        Ok(host.expunge((&ben.address, "INBOX"), uid)?)
    }

    async fn move_all(&mut self, to: &MailboxId) -> Result<Outcome> {
        let call = MoveMessages { action: action(), targets: self.targets(), to: to.clone() };
        self.tab.link.call(call).await
    }

    /// What somebody has in a mailbox at the server, and what was delivered to ben.
    async fn there(&self, local: &str, mailbox: &str) -> Result<(Vec<String>, Vec<String>)> {
        let (who, ben) = (self.scene.person(local), self.scene.person("ben"));
        let mut session = self.scene.world.session(&who).await?;
        let mut his = self.scene.world.session(&ben).await?;
        Ok((bodies(&mut session, mailbox).await?, bodies(&mut his, "INBOX").await?))
    }
}

/// The bytes of all messages of a mailbox.
async fn bodies(session: &mut RawImap, mailbox: &str) -> Result<Vec<String>> {
    if session.count(mailbox).await? == 0 {
        return Ok(Vec::new());
    }
    let answer = session.ok("FETCH 1:* (BODY.PEEK[])").await?;
    let body = |text: &String| Some(text.split_once(" FETCH (BODY[]")?.1.to_owned());
    let mut all: Vec<String> = answer.untagged.iter().filter_map(body).collect();
    all.sort();
    Ok(all)
}

/// Whether two mailboxes are the same; unequal ones are too long to be printed.
fn check(found: &[String], expect: &[String]) -> Result<()> {
    let sizes = |all: &[String]| all.iter().map(String::len).collect::<Vec<_>>();
    assert_eq!(sizes(found), sizes(expect));
    ensure!(found == expect, "other bytes");
    Ok(())
}

#[tokio::test]
async fn an_export_holds_them_whole_and_counts_those_that_it_cannot_have() -> Result<()> {
    for form in [Form::Mbox, Form::Zip] {
        let mut it = Headers::come().await?;
        let (view, sign_ins) = (it.view(), it.sign_ins());
        let file = taken_out(&it.visitor, &mut it.tab, view, form).await?;
        assert_eq!((counted(&file)?, it.counted(sign_ins)), (3, 1));
        let upload = uploaded(it.scene.home(), &it.visitor, "mail", &file).await?;
        let own = it.tab.id();
        let archive = mailbox(&mut it.tab, &own, Role::Archive).await?;
        let call = ImportMessages {
            action: action(),
            account: own,
            mailbox: Some(archive),
            upload,
            skip_known: false,
        };
        let id = it.tab.link.call(call).await?;
        assert_eq!(ended(&mut it.tab, &id).await?.done, 3);
        let (found, expect) = it.there("anna", "Archive").await?;
        check(&found, &expect)?;
        // Of one that is gone there the header is not given out as a message.
        let mut it = Headers::come().await?;
        it.lose("Large two")?;
        let view = it.view();
        let id = it.tab.link.call(ExportMessages { action: action(), view, form }).await?;
        let response = it.visitor.fetch(&format!("api/export/{}", id.0)).await?;
        let done = ended(&mut it.tab, &id).await?;
        assert_eq!((done.stage, done.done, done.failed, done.total), (Transfers::Done, 2, 1, 3));
        assert_eq!(counted(&response.body)?, 2);
    }
    Ok(())
}

#[tokio::test]
async fn the_command_line_has_none_of_them_and_says_so() -> Result<()> {
    let mut it = Headers::come().await?;
    let (ben, place) = (it.scene.person("ben"), tempfile::tempdir()?);
    let call = OpenMessage { key: it.key("Large two")?, urgency: Urgency::Now };
    it.tab.link.call(call).await?;
    let says = "of 2 messages only the header is here";
    for end in ["mbox", "zip"] {
        let file = place.path().join(format!("beside.{end}"));
        let arguments = ["export", &ben.address, file.to_str().context("a path")?];
        run(it.scene.home(), &arguments, b"").await?.ends(1, says);
        assert_eq!(counted(&std::fs::read(&file)?)?, 1);
    }
    let Headers { scene: Scene { bridge, world: _world }, tab, .. } = it;
    drop(tab);
    let (home, file) = (bridge.stop().await, place.path().join("without.mbox"));
    let arguments = ["export", &ben.address, file.to_str().context("a path")?];
    run(&home, &arguments, b"").await?.ends(1, says);
    assert_eq!(counted(&std::fs::read(&file)?)?, 1);
    Ok(())
}

#[tokio::test]
async fn they_cross_whole_in_one_session_or_stay() -> Result<()> {
    let mut it = Headers::come().await?;
    let own = it.tab.id();
    let (archive, inbox) = (
        mailbox(&mut it.tab, &own, Role::Archive).await?,
        mailbox(&mut it.tab, &own, Role::Inbox).await?,
    );
    let sign_ins = it.sign_ins();
    let (targets, to) = (it.targets(), archive.clone());
    let copied = it.tab.link.call(CopyMessages { action: action(), targets, to }).await?;
    assert_eq!((copied.done, copied.failure), (3, None));
    let moved = it.move_all(&inbox).await?;
    assert_eq!((moved.done, moved.failure), (3, None));
    assert_eq!(it.counted(sign_ins), 1);
    for mailbox in ["Archive", "INBOX"] {
        let (found, expect) = it.there("anna", mailbox).await?;
        check(&found, &expect)?;
    }
    it.tab.follow(&mut it.inbox, "nothing to be left", |list| list.rows.is_empty()).await?;
    // One that cannot be had stays, with a word why.
    let mut it = Headers::come().await?;
    it.lose("Large three")?;
    let (own, sign_ins) = (it.tab.id(), it.sign_ins());
    let archive = mailbox(&mut it.tab, &own, Role::Archive).await?;
    let call = MoveMessages {
        action: action(),
        targets: Targets::Keys(vec![it.key("Large three")?]),
        to: archive.clone(),
    };
    assert_eq!(it.tab.link.refusal(call).await?.code, ErrorCode::Incomplete);
    let faults = it.scene.world.host().faults();
    faults.pop3(Trigger::on("RETR").after(1), Pop3Effect::Error("not now".into()));
    let before = it.counted(sign_ins);
    let outcome = it.move_all(&archive).await.map(|it| it.done);
    ensure!(outcome.as_ref().is_ok_and(|done| *done <= 1) || outcome.is_err(), "{outcome:?}");
    assert_eq!(it.counted(sign_ins), before + 1);
    faults.clear_all();
    let (found, expect) = it.there("anna", "Archive").await?;
    ensure!(found.iter().all(|one| expect.contains(one)), "part of a message");
    let view = it.view();
    let left = it.tab.open_view(view).await?.list.rows.len();
    assert_eq!(left + found.len(), 3);
    Ok(())
}

#[tokio::test]
async fn they_are_passed_on_whole() -> Result<()> {
    let mut it = Headers::come().await?;
    let (chen, here) = (it.scene.person("chen"), it.here.clone());
    let ben = it.scene.person("ben");
    let draft = |it: &Headers, subject: &str| {
        let mut draft = letter(&it.tab, &chen, subject);
        draft.account = here.clone();
        draft.from.email.clone_from(&ben.address);
        draft
    };
    // As a file: all of it.
    let file = Enclosed {
        name: "first.eml".into(),
        content_type: "message/rfc822".into(),
        size: 0,
        source: Source::Part(it.key("Large one")?, "source".into()),
        content_id: None,
    };
    let enclosing = Draft { attachments: vec![file], ..draft(&it, "Enclosed") };
    // In place: what it has as files travels along, named before it was ever here.
    let origin = Origin::Forward {
        original: it.key("Large two")?,
        message_id: String::new(),
        references: Vec::new(),
        sections: vec!["2".into()],
    };
    let passing = Draft { origin: origin.clone(), ..draft(&it, "In place") };
    for draft in [enclosing, passing] {
        let call = SubmitMessage { action: action(), draft, plan: Plan::Now };
        let id = it.tab.link.call(call).await?;
        assert_eq!(outcome(&mut it.tab, &id).await?, SubmissionState::Sent);
    }
    let (all, _) = it.there("chen", "INBOX").await?;
    let zeros = |text: &str| text.matches('A').count();
    let sent = |subject: &str| all.iter().find(|text| text.contains(subject)).context("a message");
    ensure!(zeros(sent("Subject: Enclosed")?) > SIZES[0], "a part of the message");
    ensure!(sent("Subject: Enclosed")?.contains("--edge--"), "no end of the message");
    ensure!(zeros(sent("Subject: In place")?) > SIZES[1], "a part of the file");
    // What cannot be had is not sent as if it were.
    it.lose("Large three")?;
    let origin = match origin {
        Origin::Forward { message_id, references, sections, .. } => {
            let original = it.key("Large three")?;
            Origin::Forward { original, message_id, references, sections }
        }
        other => other,
    };
    let draft = Draft { origin, ..draft(&it, "Lost") };
    let call = SubmitMessage { action: action(), draft, plan: Plan::Now };
    assert_eq!(it.tab.link.refusal(call).await?.code, ErrorCode::Incomplete);
    Ok(())
}

#[tokio::test]
async fn once_whole_they_are_found_and_shown_as_what_they_are() -> Result<()> {
    let mut it = Headers::come().await?;
    let scope = Scope::Search {
        query: "\"see the file\"".into(),
        within: Within::Account(it.here.clone()),
    };
    let view = View { scope, ..it.view() };
    let mut tab = it.visitor.tab().await?;
    let search = tab.open_view(view.clone()).await?;
    assert_eq!(search.list.rows.len(), 0, "nobody knows its words yet");
    let before = it.row("Large one")?.clone();
    let call = OpenMessage { key: before.key.clone(), urgency: Urgency::Now };
    it.tab.link.call(call).await?;
    let is_whole = |list: &List| {
        let row = list.row("Large one");
        row.is_some_and(|row| row.has_attachment && row.preview.contains("See the file."))
    };
    it.tab.follow(&mut it.inbox, "the row of the whole", is_whole).await?;
    let text = message::with_attachment(
        &it.scene.person("anna"),
        &it.scene.person("ben"),
        "Large one",
        SIZES[0],
    );
    // Words in bodies are looked for when a search is opened.
    let mut again = tab.open_view(view).await?;
    tab.follow(&mut again, "the search to find it", is_whole).await?;
    for list in [&it.inbox.list, &again.list] {
        let row = list.row("Large one").context("a row")?;
        assert_eq!((&row.key, row.size as usize), (&before.key, text.len()));
        assert_eq!(row.size, before.size);
        assert_eq!(row.received_at, before.received_at);
    }
    ensure!(!it.row("Large two")?.has_attachment, "that one was not opened");
    let fresh = it.view();
    ensure!(is_whole(&tab.open_view(fresh).await?.list), "a fresh window");
    Ok(())
}

#[tokio::test]
async fn a_server_that_wants_to_be_left_alone_is_waited_for_a_moment_or_named() -> Result<()> {
    let mut it = Headers::come_from(3).await?;
    let call = OpenMessage { key: it.key("Large one")?, urgency: Urgency::Now };
    assert_eq!(it.tab.link.call(call).await?.attachments.len(), 1, "it comes, after a moment");
    let mut it = Headers::come_from(600).await?;
    let (own, sign_ins) = (it.tab.id(), it.sign_ins());
    let archive = mailbox(&mut it.tab, &own, Role::Archive).await?;
    let key = it.key("Large one")?;
    for _ in 0..2 {
        let call = OpenMessage { key: key.clone(), urgency: Urgency::Now };
        let refused = it.tab.link.refusal(call).await?;
        assert_eq!(refused.code, ErrorCode::Limit);
        let after = refused.retry_after;
        ensure!((400..=601).contains(&after), "{after}");
    }
    let (targets, to) = (it.targets(), archive);
    let refused = it.tab.link.refusal(MoveMessages { action: action(), targets, to }).await?;
    assert_eq!(refused.code, ErrorCode::Limit);
    assert_eq!(it.counted(sign_ins), 0, "it is left alone");
    let view = it.view();
    assert_eq!(it.tab.open_view(view).await?.list.rows.len(), 3, "nothing is lost");
    Ok(())
}
