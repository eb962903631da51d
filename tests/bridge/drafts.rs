//! Drafts in the store: one copy each, whole again when opened, never lost while it is replaced.

use anyhow::{Context, Result, ensure};
use postern_mailhost::{Capabilities, ImapEffect, MailHost, Trigger};
use postern_shared::account::Protocol;
use postern_shared::address::Address;
use postern_shared::api::Call as _;
use postern_shared::api::drafts::{
    DiscardDraft, KeptDraft, OpenDraft, ReadSizeLimits, SaveDraft, Saved,
};
use postern_shared::api::messages::{OpenMessage, Urgency};
use postern_shared::api::submissions::SubmitMessage;
use postern_shared::draft::{Draft, Enclosed, Origin, Source};
use postern_shared::mailbox::Role;
use postern_shared::submission::{Plan, SubmissionState};
use postern_shared::uid::Uid;
use postern_tests::bridge::Home;
use postern_tests::list::List;
use postern_tests::program::Program;
use postern_tests::scene::Scene;
use postern_tests::visitor::{Tab, Visitor, action};
use postern_tests::world::World;
use postern_tests::{http, wait};

use crate::send::{letter, outcome};
use crate::uploads::upload;

/// The mail host without UIDPLUS: it neither says where a copy is nor removes a single one.
async fn plain_host() -> Result<World> {
    let people = postern_tests::dovecot::Setup::default().people;
    let builder = people.iter().fold(MailHost::builder(), |builder, person| {
        builder.user(&person.address, person.local(), &person.password)
    });
    let less = Capabilities { uidplus: false, ..Capabilities::default() };
    let host = Box::new(builder.capabilities(less).start().await?);
    Ok(World::InMemory { host, people })
}

async fn scenes() -> Result<[Scene; 4]> {
    Ok([
        Scene::real().await?,
        Scene::in_memory().await?,
        Scene::of(plain_host().await?, "").await?,
        Scene::of_maildrops(World::in_memory().await?, "").await?,
    ])
}

async fn save(tab: &mut Tab, draft: &Draft) -> Result<Saved> {
    let call = SaveDraft { action: action(), draft: draft.clone(), mine: vec![] };
    // A large one takes its time on a machine that is busy with other tests.
    let reply = tab.link.ask(call).await?.1;
    let reply = tokio::time::timeout(wait::LONG_PATIENCE, reply).await???;
    SaveDraft::unwrap(reply).context("another call's reply")
}

/// Saves, and takes down in the draft where it is, as a page does.
pub(crate) async fn keep(tab: &mut Tab, draft: &mut Draft) -> Result<KeptDraft> {
    let Saved::Kept(kept) = save(tab, draft).await? else { anyhow::bail!("not kept") };
    draft.options.message_id.clone_from(&kept.message_id);
    draft.options.stored = Some(kept.key.clone());
    draft.attachments.clone_from(&kept.attachments);
    Ok(kept)
}

/// How many messages Drafts holds; none where there is no such mailbox.
pub(crate) async fn drafts(scene: &Scene) -> Result<usize> {
    if scene.protocol()? == Protocol::Pop3 {
        let mut tab = scene.tab("anna").await?;
        return Ok(tab.open(Role::Drafts).await?.list.rows.len());
    }
    let mut session = scene.world.session(&scene.person("anna")).await?;
    session.count("Drafts").await
}

#[tokio::test]
async fn a_draft_is_one_copy_opens_as_it_was_and_leaves_when_it_is_sent() -> Result<()> {
    for scene in scenes().await? {
        let (anna, ben) = (scene.person("anna"), scene.person("ben"));
        scene.world.deliver(&ben, &anna, "Question").await?;
        let mut tab = scene.tab("anna").await?;
        let mut inbox = tab.open(Role::Inbox).await?;
        let is_there = |list: &List| list.row("Question").is_some();
        tab.follow(&mut inbox, "the question", is_there).await?;
        let original = inbox.list.row("Question").context("it was delivered")?.key.clone();
        let call = OpenMessage { key: original.clone(), urgency: Urgency::Now };
        let message_id = tab.link.call(call).await?.summary.envelope.message_id;
        let mut draft = letter(&tab, &ben, "");
        draft.subject = "Re: Zażółć 你好 مرحبا".into();
        draft.text = "half a sent".into();
        draft.html = Some("<p>half a <b>sent</b> <img src=\"cid:p@x\"></p>".into());
        draft.cc = vec![Address { name: "Chen 陈".into(), email: "chen@example.test".into() }];
        draft.bcc = vec![Address { name: String::new(), email: "anna@example.test".into() }];
        draft.origin = Origin::Reply { original, message_id, references: vec![] };
        draft.options.zone_minutes = 330;
        draft.options.ask_read = true;
        draft.options.ask_delivered = true;
        let visitor = scene.visitor("anna").await?;
        let mut picture = upload(scene.home(), &visitor, "p.png", b"a picture").await?;
        picture.content_id = Some("p@x".into());
        draft.attachments =
            vec![picture, upload(scene.home(), &visitor, "报告 .bin", &[0, 255, 13, 10]).await?];
        for text in ["half a sentence", "half a sentence more", "a whole sentence."] {
            draft.text = text.into();
            keep(&mut tab, &mut draft).await?;
            assert_eq!(drafts(&scene).await?, 1, "a trail of copies");
        }
        let key = draft.options.stored.clone().context("it is kept")?;
        let opened = tab.link.call(OpenDraft { key }).await?;
        let mut expect = draft.clone();
        for (expect, opened) in expect.attachments.iter_mut().zip(&opened.attachments) {
            // The names that were uploaded, and sizes as the store tells them.
            expect.name.clone_from(&opened.name);
            (expect.size, expect.content_type) = (opened.size, opened.content_type.clone());
        }
        assert_eq!(opened, expect);
        assert_eq!(opened.attachments[1].name, "报告 .bin");
        let mut theirs = scene.world.session(&ben).await?;
        let call = SubmitMessage { action: action(), draft: opened, plan: Plan::Now };
        let id = tab.link.call(call).await?;
        assert_eq!(outcome(&mut tab, &id).await?, SubmissionState::Sent);
        let sought = format!("HEADER Message-ID {}", draft.options.message_id);
        theirs.wait_for("INBOX", &sought).await?;
        let raw = theirs.ok("FETCH 1 BODY.PEEK[]").await?.untagged.concat();
        ensure!(!raw.contains("X-Postern"), "it tells of us: {raw}");
        wait::until("the draft to leave", || async {
            Ok((drafts(&scene).await? == 0).then_some(()))
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn two_devices_are_told_of_each_other() -> Result<()> {
    for scene in scenes().await? {
        let ben = scene.person("ben");
        let (mut desk, mut phone) = (scene.tab("anna").await?, scene.tab("anna").await?);
        let mut draft = letter(&desk, &ben, "Both");
        let kept = keep(&mut desk, &mut draft).await?;
        let mut other = phone.link.call(OpenDraft { key: kept.key }).await?;
        assert_eq!(other.text, "Dear reader,\n.\nFrom here");
        other.text = "from the phone".into();
        let theirs = keep(&mut phone, &mut other).await?;
        draft.text = "from the desk".into();
        let call = SaveDraft { action: action(), draft: draft.clone(), mine: vec![] };
        assert_eq!(desk.link.call(call.clone()).await?, Saved::Changed(theirs.key.clone()));
        assert_eq!(drafts(&scene).await?, 1, "nothing was done");
        // The desk's user takes the desk's.
        draft.options.stored = Some(theirs.key);
        let kept = keep(&mut desk, &mut draft).await?;
        assert_eq!(
            desk.link.call(OpenDraft { key: kept.key.clone() }).await?.text,
            "from the desk"
        );
        assert_eq!(drafts(&scene).await?, 1);
        let (account, message_id) = (desk.id(), kept.message_id);
        let stored = Some(kept.key);
        let call = DiscardDraft { action: action(), account, message_id, stored };
        desk.link.call(call).await?;
        assert_eq!(drafts(&scene).await?, 0, "discarded");
        assert_eq!(save(&mut phone, &other).await?, Saved::Gone);
        assert_eq!(drafts(&scene).await?, 0, "it does not come back by itself");
    }
    Ok(())
}

#[tokio::test]
async fn an_answer_that_was_lost_makes_no_second_copy() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let mut tab = scene.tab("anna").await?;
    let mut draft = letter(&tab, &scene.person("ben"), "Lost");
    draft.options.message_id = "<fixed@example.test>".into();
    let first = action();
    let call = SaveDraft { action: first, draft: draft.clone(), mine: vec![] };
    // Nobody hears the answer.
    let Saved::Kept(_) = tab.link.call(call).await? else { anyhow::bail!("not kept") };
    draft.text = "more".into();
    let call = SaveDraft { action: action(), draft: draft.clone(), mine: vec![first] };
    let Saved::Kept(kept) = tab.link.call(call).await? else { anyhow::bail!("not kept") };
    assert_eq!(drafts(&scene).await?, 1);
    // Its page is gone, and so is what it knew: somebody else's, for all that the bridge knows.
    assert_eq!(save(&mut tab, &draft).await?, Saved::Changed(kept.key));
    Ok(())
}

#[tokio::test]
async fn a_bridge_killed_between_the_copies_leaves_one_in_the_end() -> Result<()> {
    for world in [World::in_memory().await?, plain_host().await?] {
        let (anna, ben) = (world.person("anna"), world.person("ben"));
        let mut bridge = Program::start(Home::new(&world.provider(), "/", "")?).await?;
        let visitor = Visitor::sign_in(&bridge.home, &anna).await?;
        let mut tab = visitor.tab().await?;
        let mut draft = letter(&tab, &ben, "Killed");
        keep(&mut tab, &mut draft).await?;
        draft.text = "the newer text".into();
        // Both copies are there, and the old one cannot be marked.
        let stalled = world.host().faults().imap(Trigger::on("STORE"), ImapEffect::Stall);
        let call = SaveDraft { action: action(), draft: draft.clone(), mine: vec![] };
        let saving = tokio::time::timeout(wait::PATIENCE, async {
            tokio::join!(tab.link.call(call.clone()), async {
                wait::until("the new copy", || async {
                    Ok((world.host().faults().struck(stalled) > 0).then_some(()))
                })
                .await?;
                bridge.kill()
            })
        });
        let (answer, killed) = saving.await?;
        killed?;
        assert!(answer.is_err(), "nobody answered");
        let mut session = world.session(&anna).await?;
        assert_eq!(session.count("Drafts").await?, 2, "killed too early or too late");
        world.host().faults().clear_all();
        bridge.launch().await?;
        let mut tab = visitor.tab().await?;
        wait::until("the old copy to go", || async {
            let mut session = world.session(&anna).await?;
            Ok((session.count("Drafts").await? == 1).then_some(()))
        })
        .await?;
        let Saved::Kept(kept) = tab.link.call(call).await? else { anyhow::bail!("not kept") };
        assert_eq!(session.count("Drafts").await?, 1);
        assert_eq!(tab.link.call(OpenDraft { key: kept.key }).await?.text, "the newer text");
    }
    Ok(())
}

#[tokio::test]
async fn a_refused_replacement_leaves_the_copy_before() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let mut tab = scene.tab("anna").await?;
    let mut draft = letter(&tab, &scene.person("ben"), "Refused");
    let before = keep(&mut tab, &mut draft).await?;
    let faults = scene.world.host().faults();
    faults.imap(Trigger::on("APPEND").times(1), ImapEffect::No("[OVERQUOTA] full".into()));
    draft.text = "more".into();
    let call = SaveDraft { action: action(), draft: draft.clone(), mine: vec![] };
    tab.link.refusal(call).await?;
    assert_eq!(drafts(&scene).await?, 1);
    assert_ne!(tab.link.call(OpenDraft { key: before.key.clone() }).await?.text, "more");
    faults.imap(Trigger::on("EXPUNGE").times(1), ImapEffect::No("not now".into()));
    let kept = keep(&mut tab, &mut draft).await?;
    assert_eq!(drafts(&scene).await?, 2, "the old one could not go");
    draft.text = "still more".into();
    keep(&mut tab, &mut draft).await?;
    assert_eq!(drafts(&scene).await?, 1, "the next save takes it along");
    assert_ne!(draft.options.stored, Some(kept.key));
    Ok(())
}

#[tokio::test]
async fn what_others_marked_outlives_a_save_without_uidplus() -> Result<()> {
    let scene = Scene::of(plain_host().await?, "").await?;
    let anna = scene.person("anna");
    let mut tab = scene.tab("anna").await?;
    let mut draft = letter(&tab, &scene.person("ben"), "Mine");
    keep(&mut tab, &mut draft).await?;
    scene.world.file(&anna, "Drafts", "Theirs").await?;
    let mut session = scene.world.session(&anna).await?;
    session.count("Drafts").await?;
    session.ok("STORE 2 +FLAGS (\\Deleted)").await?;
    draft.text = "more".into();
    keep(&mut tab, &mut draft).await?;
    assert_eq!(session.count("Drafts").await?, 2);
    assert_eq!(session.search("DELETED SUBJECT Theirs").await?.len(), 1, "kept, and marked again");
    Ok(())
}

#[tokio::test]
async fn a_large_attachment_is_saved_replaced_and_opened_whole() -> Result<()> {
    const LARGE: usize = 5 << 20;
    for scene in [Scene::real().await?, Scene::in_memory().await?] {
        let visitor = scene.visitor("anna").await?;
        let mut tab = visitor.tab().await?;
        let bytes: Vec<u8> = (0..LARGE).map(|n| (n.wrapping_mul(31) >> 3) as u8).collect();
        let mut draft = letter(&tab, &scene.person("ben"), "Large");
        draft.attachments = vec![upload(scene.home(), &visitor, "large.bin", &bytes).await?];
        keep(&mut tab, &mut draft).await?;
        // From here on it is a part of the copy that each save replaces.
        draft.text = "one".into();
        keep(&mut tab, &mut draft).await?;
        draft.text = "two".into();
        let kept = keep(&mut tab, &mut draft).await?;
        let opened = tab.link.call(OpenDraft { key: kept.key }).await?;
        assert_eq!((opened.text.as_str(), opened.attachments.len()), ("two", 1));
        let [Enclosed { source: Source::Part(key, section), name, .. }] = &opened.attachments[..]
        else {
            anyhow::bail!("one part");
        };
        assert_eq!(name, "large.bin");
        let path = format!("api/blob/{}/{section}", key.path());
        let response = http::fetch(visitor.port(), &visitor.get(&path)).await?;
        assert!(response.body == bytes, "other bytes");
        assert_eq!(drafts(&scene).await?, 1);
    }
    Ok(())
}

#[tokio::test]
async fn a_draft_of_another_program_opens_with_its_links_and_is_replaced() -> Result<()> {
    let scene = Scene::real().await?;
    let (anna, ben) = (scene.person("anna"), scene.person("ben"));
    scene.world.deliver(&ben, &anna, "Question").await?;
    let mut tab = scene.tab("anna").await?;
    let inbox = tab.open(Role::Inbox).await?;
    let original = inbox.list.row("Question").context("it was delivered")?.key.clone();
    let call = OpenMessage { key: original.clone(), urgency: Urgency::Now };
    let parent = tab.link.call(call).await?.summary.envelope.message_id;
    let foreign = format!(
        "From: Anna <anna@example.test>\r\nTo: Ben <ben@example.test>\r\nBcc: chen@example.test\r\n\
         Subject: Re: Question\r\nIn-Reply-To: {parent}\r\nReferences: <0@x> {parent}\r\n\
         Content-Type: multipart/mixed; boundary=b\r\nMIME-Version: 1.0\r\n\r\n\
         --b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p onclick=x()>Gr\u{fc}\u{df}e</p>\
         <script>y()</script><a href='javascript:z()'></a>\r\n\
         --b\r\nContent-Type: application/pdf; name=a.pdf\r\n\
         Content-Disposition: attachment\r\n\r\nPDF\r\n--b--\r\n"
    );
    let mut session = scene.world.session(&anna).await?;
    let made = session.command("CREATE Drafts").await?;
    assert!(made.tagged.starts_with("OK") || made.tagged.starts_with("NO"), "{}", made.tagged);
    session.append("Drafts", "\\Draft", [foreign.as_bytes()]).await?;
    let listed = tab.open(Role::Drafts).await?;
    let key = listed.list.row("Re: Question").context("it is listed")?.key.clone();
    let mut draft = tab.link.call(OpenDraft { key: key.clone() }).await?;
    assert_eq!(
        (draft.text.as_str(), draft.html.as_deref()),
        ("Grüße", Some("<p>Grüße</p><a></a>"))
    );
    assert_eq!(draft.attachments[0].name, "a.pdf");
    assert_eq!((draft.bcc.len(), draft.options.message_id.as_str()), (1, ""));
    let Origin::Reply { original: found, message_id, references } = draft.origin.clone() else {
        anyhow::bail!("no reply: {:?}", draft.origin);
    };
    assert_eq!((message_id, references), (parent, vec!["<0@x>".to_owned()]));
    assert!(found == original || found.uid == Uid(0), "{found:?}");
    draft.subject = "Re: Question, again".into();
    let kept = keep(&mut tab, &mut draft).await?;
    assert_ne!(kept.key, key);
    assert!(kept.message_id.ends_with("@example.test>"), "{}", kept.message_id);
    assert_eq!(drafts(&scene).await?, 1, "the other program's copy is replaced");
    Ok(())
}

#[tokio::test]
async fn drafts_is_made_where_there_is_none_and_another_s_is_not_touched() -> Result<()> {
    let scene = Scene::real().await?;
    let (anna, ben) = (scene.person("anna"), scene.person("ben"));
    let mut session = scene.world.session(&anna).await?;
    session.command("DELETE Drafts").await?;
    let mut tab = scene.tab("anna").await?;
    let mut draft = letter(&tab, &ben, "First");
    let kept = keep(&mut tab, &mut draft).await?;
    assert_eq!(drafts(&scene).await?, 1);
    let mut theirs = scene.tab("ben").await?;
    let foreign = OpenDraft { key: kept.key.clone() };
    theirs.link.refusal(foreign).await?;
    let mut stolen = letter(&theirs, &anna, "Stolen");
    stolen.attachments = vec![Enclosed {
        name: "x".into(),
        content_type: String::new(),
        size: 0,
        source: Source::Part(kept.key, "source".into()),
        content_id: None,
    }];
    let call = SaveDraft { action: action(), draft: stolen, mine: vec![] };
    theirs.link.refusal(call).await?;
    Ok(())
}

#[tokio::test]
async fn what_a_message_may_measure_is_the_smaller_word() -> Result<()> {
    let world = World::real().await?;
    let scene = Scene::of(world, "[limits]\nupload_mb = 3\nmessage_mb = 1000\n").await?;
    let mut tab = scene.tab("anna").await?;
    let account = tab.id();
    let limits = tab.link.call(ReadSizeLimits { account: account.clone() }).await?;
    // Postfix's own default, and the configuration's.
    assert!(limits.message_bytes < 1000 << 20, "{limits:?}: the server said nothing");
    assert_eq!(limits.file_bytes, 3 << 20);
    let mut theirs = scene.tab("ben").await?;
    theirs.link.refusal(ReadSizeLimits { account }).await?;
    Ok(())
}
