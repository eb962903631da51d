//! Mail that is taken out as a file and brought in again: as it was, each message once, also when the
//! bridge is killed on the way.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use postern_mailhost::{Capabilities, ImapEffect, MailHost, Trigger};
use postern_shared::api::transfers::{ExportMessages, ImportMessages, ListTransfers, StopTransfer};
use postern_shared::error::ErrorCode;
use postern_shared::mailbox::{MailboxId, Role};
use postern_shared::transfer::{Form, Stage, Transfer, TransferId};
use postern_shared::upload::UploadId;
use postern_shared::window::{Scope, View};
use postern_tests::bridge::Home;
use postern_tests::dovecot::Setup;
use postern_tests::imap::RawImap;
use postern_tests::program::Program;
use postern_tests::scene::Scene;
use postern_tests::visitor::{Tab, Visitor, action};
use postern_tests::world::World;
use postern_tests::{Person, message, wait};

use crate::crossing::contents;
use crate::uploads::{begin, put};

/// Messages of every kind, with flags and dates of their own.
async fn fill(session: &mut RawImap, to: &Person, count: usize) -> Result<()> {
    fill_mailbox(session, to, "INBOX", count).await
}

/// The same in another mailbox.
pub(crate) async fn fill_mailbox(
    session: &mut RawImap,
    to: &Person,
    mailbox: &str,
    count: usize,
) -> Result<()> {
    let from = Person::named("sender");
    let flags =
        ["\\Seen", "\\Seen \\Answered $Forwarded", "", "\\Flagged Work", "\\Draft \\Deleted"];
    let mut messages = Vec::new();
    for number in 1..=count {
        let text = match number % 7 {
            0 => "From here on\r\n>From there\r\n\r\nFrom a@b Thu Jan  1 00:00:00 1970",
            1 => "Zażółć gęślą jaźń 发票",
            2 => "\r\n\r\n",
            3 => "Status: RO\r\n.",
            _ => "plain",
        };
        let begin = format!(
            "({}) \"{:02}-Nov-20{:02} 10:{:02}:{:02} +0000\"",
            flags[number % flags.len()],
            1 + number % 28,
            number % 27,
            number / 60 % 60,
            number % 60
        );
        messages.push((begin, message::plain(&from, to, &format!("Nr {number} / 报告"), text)));
    }
    for batch in messages.chunks(200) {
        let batch = batch.iter().map(|(begin, text)| (begin.as_str(), text.as_slice()));
        session.append_each(mailbox, batch).await?;
    }
    Ok(())
}

async fn state(tab: &mut Tab, id: &TransferId) -> Result<Transfer> {
    let all = tab.link.call(ListTransfers).await?;
    all.into_iter().find(|one| one.id == *id).context("it is listed")
}

pub(crate) async fn ended(tab: &mut Tab, id: &TransferId) -> Result<Transfer> {
    let work = async {
        loop {
            let transfer = state(tab, id).await?;
            if !matches!(transfer.stage, Stage::Waiting | Stage::Running) {
                return Ok(transfer);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let ended = tokio::time::timeout(wait::LONG_PATIENCE, work).await;
    match ended {
        Ok(ended) => ended,
        Err(_) => bail!("waited in vain for its end: {:?}", state(tab, id).await?),
    }
}

pub(crate) async fn taken_out(
    visitor: &Visitor,
    tab: &mut Tab,
    view: View,
    form: Form,
) -> Result<Vec<u8>> {
    let id = tab.link.call(ExportMessages { action: action(), view, form }).await?;
    let response = visitor.fetch(&format!("api/export/{}", id.0)).await?;
    ensure!(response.status == 200, "{}", response.status);
    let name = response.header("content-disposition");
    let end = if form == Form::Mbox { ".mbox\"" } else { ".zip\"" };
    ensure!(name.starts_with("attachment; filename=\"") && name.contains(end), "{name}");
    let transfer = ended(tab, &id).await?;
    assert_eq!((transfer.stage, transfer.failed), (Stage::Done, 0));
    assert_eq!(transfer.done, transfer.total);
    Ok(response.body)
}

pub(crate) async fn uploaded(
    home: &Home,
    visitor: &Visitor,
    name: &str,
    bytes: &[u8],
) -> Result<UploadId> {
    crate::uploads::upload(home, visitor, name, bytes).await.and_then(|enclosed| {
        match enclosed.source {
            postern_shared::draft::Source::Upload(id) => Ok(id),
            postern_shared::draft::Source::Part(..) => bail!("no upload"),
        }
    })
}

pub(crate) fn import(tab: &Tab, mailbox: Option<MailboxId>, upload: UploadId) -> ImportMessages {
    ImportMessages { action: action(), account: tab.id(), mailbox, upload, skip_known: false }
}

#[tokio::test]
async fn what_is_taken_out_comes_in_as_it_was() -> Result<()> {
    const MESSAGES: usize = 40;
    for scene in [Scene::real().await?, Scene::in_memory().await?] {
        let (anna, home) = (scene.person("anna"), scene.home());
        let mut session = scene.world.session(&anna).await?;
        fill(&mut session, &anna, MESSAGES).await?;
        let large = message::with_attachment(&anna, &anna, "Large", 600_000);
        session.append_dated("INBOX", "\\Seen \" 3-Nov-2026 10:00:00 +0000\"", &large).await?;
        let before = contents(&mut session, "INBOX").await?;
        assert_eq!(before.len(), MESSAGES + 1);
        let visitor = scene.visitor("anna").await?;
        let mut tab = visitor.tab().await?;
        let inbox = tab.mailbox(Role::Inbox).await?.id;
        let archive = tab.mailbox(Role::Archive).await?;
        for form in [Form::Mbox, Form::Zip] {
            let view = View::of_mailbox(tab.id(), inbox.clone());
            let file = taken_out(&visitor, &mut tab, view, form).await?;
            let upload = uploaded(home, &visitor, "mail", &file).await?;
            let call = import(&tab, Some(archive.id.clone()), upload.clone());
            let id = tab.link.call(call).await?;
            let transfer = ended(&mut tab, &id).await?;
            assert_eq!((transfer.stage, transfer.done as usize), (Stage::Done, MESSAGES + 1));
            assert_eq!(transfer.total, transfer.done);
            assert_eq!(contents(&mut session, &archive.name).await?, before, "{form:?}");
            // All of it again, without what is there.
            let gone = tab.link.refusal(import(&tab, Some(archive.id.clone()), upload)).await?;
            assert_eq!(gone.code, ErrorCode::NonExistent, "the file is not kept");
            let upload = uploaded(home, &visitor, "mail", &file).await?;
            let again = import(&tab, Some(archive.id.clone()), upload);
            let id = tab.link.call(ImportMessages { skip_known: true, ..again }).await?;
            let transfer = ended(&mut tab, &id).await?;
            assert_eq!((transfer.done, transfer.known as usize), (0, MESSAGES + 1));
            assert_eq!(session.count(&archive.name).await?, MESSAGES + 1);
            session.ok("STORE 1:* +FLAGS.SILENT (\\Deleted)").await?;
            session.ok("EXPUNGE").await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_server_that_says_little_and_hangs_up_gets_each_message_once() -> Result<()> {
    const MESSAGES: usize = 150;
    for without in
        [&["uidplus", "multi_append", "literal_plus"][..], &["uidplus"], &["multi_append"]]
    {
        let offered = without.iter().fold(Capabilities::every(), |all, name| all.without(name));
        let people = Setup::default().people;
        let host = people.iter().fold(MailHost::builder(), |host, person| {
            host.user(&person.address, person.local(), &person.password)
        });
        let host = Box::new(host.capabilities(offered).start().await?);
        let scene = Scene::of(World::InMemory { host, people }, "").await?;
        let (anna, home) = (scene.person("anna"), scene.home());
        let mut session = scene.world.session(&anna).await?;
        if without.contains(&"multi_append") {
            fill_one_by_one(&mut session, &anna, MESSAGES).await?;
        } else {
            fill(&mut session, &anna, MESSAGES).await?;
        }
        let before = contents(&mut session, "INBOX").await?;
        let visitor = scene.visitor("anna").await?;
        let mut tab = visitor.tab().await?;
        let inbox = tab.mailbox(Role::Inbox).await?.id;
        let archive = tab.mailbox(Role::Archive).await?;
        let view = View::of_mailbox(tab.id(), inbox);
        let file = taken_out(&visitor, &mut tab, view, Form::Mbox).await?;
        // The same file twice over, and answers that never come.
        let file = [&file[..], &file].concat();
        let upload = uploaded(home, &visitor, "mail.mbox", &file).await?;
        let faults = scene.world.host().faults();
        let cut = faults.imap(Trigger::on("APPEND").after(1).times(2), ImapEffect::Close);
        let call = import(&tab, Some(archive.id), upload);
        let id = tab.link.call(call).await?;
        let transfer = ended(&mut tab, &id).await?;
        assert_eq!((transfer.stage, transfer.done as usize), (Stage::Done, 2 * MESSAGES));
        ensure!(faults.struck(cut) > 0, "nothing was cut");
        let mut twice = [before.clone(), before].concat();
        twice.sort();
        assert_eq!(contents(&mut session, &archive.name).await?, twice, "{without:?}");
    }
    Ok(())
}

async fn fill_one_by_one(session: &mut RawImap, to: &Person, count: usize) -> Result<()> {
    for number in 0..count {
        let text = message::plain(&Person::named("sender"), to, &format!("Nr {number}"), "text");
        session.append("INBOX", "\\Seen", [text.as_slice()]).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_whole_account_goes_into_the_mailboxes_that_the_file_names() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let (anna, home) = (scene.person("anna"), scene.home());
    let mut session = scene.world.session(&anna).await?;
    session.ok("CREATE \"Plans\"").await?;
    session.ok("CREATE \"Plans/2026\"").await?;
    for mailbox in ["INBOX", "Plans", "Plans/2026", "Trash"] {
        scene.world.file(&anna, mailbox, &format!("In {mailbox}")).await?;
    }
    let visitor = scene.visitor("anna").await?;
    let mut tab = visitor.tab().await?;
    let scope = Scope::Account(tab.id());
    let view = View { scope, ..View::of_mailbox(tab.id(), MailboxId(String::new())) };
    let file = taken_out(&visitor, &mut tab, view, Form::Zip).await?;
    let ben = scene.person("ben");
    let visitor = scene.visitor("ben").await?;
    let mut tab = visitor.tab().await?;
    let upload = uploaded(home, &visitor, "mail.zip", &file).await?;
    let call = import(&tab, None, upload);
    let id = tab.link.call(call).await?;
    assert_eq!(ended(&mut tab, &id).await?.done, 4);
    let mut his = scene.world.session(&ben).await?;
    for mailbox in ["INBOX", "Plans", "Plans/2026", "Trash"] {
        let (hers, his) =
            (contents(&mut session, mailbox).await?, contents(&mut his, mailbox).await?);
        assert_eq!(hers, his, "{mailbox}");
    }
    Ok(())
}

#[tokio::test]
async fn what_is_no_mail_is_refused_and_what_runs_can_be_stopped() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let home = scene.home();
    let visitor = scene.visitor("anna").await?;
    let mut tab = visitor.tab().await?;
    let inbox = tab.mailbox(Role::Inbox).await?.id;
    let upload = uploaded(home, &visitor, "x.pdf", b"%PDF-1.4\n").await?;
    let call = import(&tab, Some(inbox.clone()), upload);
    let id = tab.link.call(call).await?;
    assert_eq!(ended(&mut tab, &id).await?.stage, Stage::Failed(ErrorCode::Invalid));
    let open = begin(home, &visitor, "x.mbox", 9).await?;
    let open: postern_shared::upload::Upload = serde_json::from_slice(&open.body)?;
    let call = import(&tab, Some(inbox.clone()), open.id.clone());
    assert_eq!(tab.link.refusal(call).await?.code, ErrorCode::Invalid);
    put(home, &visitor, &open.id, 0, b"From x\n\n\n").await?;
    let strange = import(&tab, Some(MailboxId("none".into())), open.id);
    assert_eq!(tab.link.refusal(strange).await?.code, ErrorCode::NonExistent);
    let (none, other) = (TransferId("none".into()), scene.visitor("ben").await?);
    let stop = StopTransfer { action: action(), transfer: none };
    assert_eq!(tab.link.refusal(stop).await?.code, ErrorCode::NonExistent);
    let view = View::of_mailbox(tab.id(), inbox);
    let call = ExportMessages { action: action(), view, form: Form::Mbox };
    let id = tab.link.call(call).await?;
    let path = format!("api/export/{}", id.0);
    assert_eq!(other.fetch(&path).await?.status, 404, "nobody else's");
    let stop = StopTransfer { action: action(), transfer: id.clone() };
    tab.link.call(stop).await?;
    assert_eq!(state(&mut tab, &id).await?.stage, Stage::Stopped);
    Ok(())
}

#[tokio::test]
async fn an_import_that_was_killed_goes_on_and_doubles_nothing() -> Result<()> {
    const MESSAGES: usize = 60;
    /// Many groups of messages, so that a kill falls between two of them also where all goes fast.
    const COPIES: usize = 20;
    const ALL: usize = COPIES * MESSAGES;
    let world = World::real().await?;
    let anna = world.person("anna");
    let mut session = world.session(&anna).await?;
    fill(&mut session, &anna, MESSAGES).await?;
    let mut program = Program::start(Home::new(&world.provider(), "/", "")?).await?;
    let visitor = Visitor::sign_in(&program.home, &anna).await?;
    let mut tab = visitor.tab().await?;
    let inbox = tab.mailbox(Role::Inbox).await?.id;
    let archive = tab.mailbox(Role::Archive).await?;
    let view = View::of_mailbox(tab.id(), inbox);
    let file = taken_out(&visitor, &mut tab, view, Form::Mbox).await?;
    // The same file many times over: messages that are the same are each wanted.
    let file = file.repeat(COPIES);
    let upload = uploaded(&program.home, &visitor, "mail.mbox", &file).await?;
    let call = import(&tab, Some(archive.id.clone()), upload);
    let id = tab.link.call(call).await?;
    let mut kills = 0;
    for pause in [0_u64, 25, 10] {
        let there = session.count(&archive.name).await?;
        wait::within("some to arrive", async {
            while session.count(&archive.name).await? <= there && there < ALL {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Ok(())
        })
        .await?;
        tokio::time::sleep(Duration::from_millis(pause)).await;
        kills += usize::from(session.count(&archive.name).await? < ALL);
        program.kill()?;
        program.launch().await?;
        // It goes on once its user is here.
        tab = Visitor::sign_in(&program.home, &anna).await?.tab().await?;
    }
    ensure!(kills > 0, "it was never killed in the middle");
    let transfer = ended(&mut tab, &id).await?;
    assert_eq!((transfer.stage, transfer.done as usize), (Stage::Done, ALL));
    let mut copies = vec![contents(&mut session, "INBOX").await?; COPIES].concat();
    copies.sort();
    let there = contents(&mut session, &archive.name).await?;
    ensure!(there == copies, "{} messages in place of {ALL}", there.len());
    program.stop()
}
