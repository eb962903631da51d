//! Drafts kept while something else goes on: another sign-in saves too, a file is on its way.

use std::time::Duration;

use anyhow::Result;
use postern_mailhost::{ImapEffect, Trigger};
use postern_shared::api::drafts::{OpenDraft, SaveDraft, Saved};
use postern_shared::draft::{Enclosed, Source};
use postern_shared::upload::{Upload, UploadId};
use postern_tests::http;
use postern_tests::scene::Scene;
use postern_tests::visitor::{Visitor, action};

use crate::drafts::{drafts, keep};
use crate::send::letter;
use crate::uploads::{begin, put, upload};

/// The smallest picture.
const GIF: &[u8] = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;";

#[tokio::test]
async fn sign_ins_by_different_passwords_save_one_after_the_other() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let mut anna = scene.person("anna");
    let mut desk = scene.tab("anna").await?;
    scene.world.host().add_password(&anna.address, "for the phone")?;
    anna.password = "for the phone".into();
    let mut phone = Visitor::sign_in(scene.home(), &anna).await?.tab().await?;
    let mut mine = letter(&desk, &scene.person("ben"), "Both at once");
    let kept = keep(&mut desk, &mut mine).await?;
    let mut theirs = phone.link.call(OpenDraft { key: kept.key }).await?;
    let faults = scene.world.host().faults();
    faults.imap(Trigger::on("APPEND"), ImapEffect::Slow(Duration::from_millis(400)));
    (mine.text, theirs.text) = ("from the desk".into(), "from the phone".into());
    let call = |draft| SaveDraft { action: action(), draft, mine: vec![] };
    let (first, second) =
        tokio::join!(desk.link.call(call(mine.clone())), phone.link.call(call(theirs.clone())));
    let (first, second) = (first?, second?);
    assert_eq!(drafts(&scene).await?, 1, "one of them: {first:?} {second:?}");
    let (kept, told) = match (first, second) {
        (Saved::Kept(kept), Saved::Changed(told)) => ((kept, "from the desk"), told),
        (Saved::Changed(told), Saved::Kept(kept)) => ((kept, "from the phone"), told),
        other => anyhow::bail!("nobody was told of the other: {other:?}"),
    };
    assert_eq!(kept.0.key, told);
    assert_eq!(desk.link.call(OpenDraft { key: told }).await?.text, kept.1);
    Ok(())
}

#[tokio::test]
async fn a_file_on_its_way_is_named_in_the_copy_and_joins_it_when_it_is_there() -> Result<()> {
    for scene in [Scene::real().await?, Scene::in_memory().await?] {
        let (visitor, other) = (scene.visitor("anna").await?, scene.visitor("anna").await?);
        let (mut tab, mut there) = (visitor.tab().await?, other.tab().await?);
        let mut draft = letter(&tab, &scene.person("ben"), "Half");
        let begun = begin(scene.home(), &visitor, "报告; a=b.pdf", 8).await?;
        let begun: Upload = serde_json::from_slice(&begun.body)?;
        put(scene.home(), &visitor, &begun.id, 0, b"half").await?;
        let on_its_way = |id: UploadId, name: &str| Enclosed {
            name: name.into(),
            content_type: "application/pdf".into(),
            size: 8,
            source: Source::Upload(id),
            content_id: None,
        };
        let half = on_its_way(begun.id.clone(), "报告; a=b.pdf");
        let unknown = on_its_way(UploadId("new-0123".into()), "later.pdf");
        let whole = upload(scene.home(), &visitor, "here.bin", b"here").await?;
        draft.attachments = vec![half.clone(), whole, unknown.clone()];
        let kept = keep(&mut tab, &mut draft).await?;
        let sources: Vec<_> = kept.attachments.iter().map(|file| &file.source).collect();
        assert_eq!((sources[0], sources[2]), (&half.source, &unknown.source));
        assert!(matches!(sources[1], Source::Part(key, _) if *key == kept.key), "{sources:?}");
        let opened = there.link.call(OpenDraft { key: kept.key }).await?;
        assert_eq!(opened.attachments.len(), 3);
        assert_eq!(opened.attachments[1..], [half, unknown], "named, in the end");
        put(scene.home(), &visitor, &begun.id, 4, b"done").await?;
        let mut opened = opened;
        opened.attachments.pop();
        let kept = keep(&mut there, &mut opened).await?;
        let again = there.link.call(OpenDraft { key: kept.key.clone() }).await?;
        let [_, Enclosed { source: Source::Part(key, section), name, .. }] = &again.attachments[..]
        else {
            anyhow::bail!("two parts: {:?}", again.attachments);
        };
        assert_eq!(name, "报告; a=b.pdf");
        let path = format!("api/blob/{}/{section}", key.path());
        let response = http::fetch(visitor.port(), &visitor.get(&path)).await?;
        assert_eq!(response.body, b"halfdone");
        assert_eq!(drafts(&scene).await?, 1);
    }
    Ok(())
}

#[tokio::test]
async fn files_of_a_draft_are_fetched_once_however_often_it_is_saved() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let visitor = scene.visitor("anna").await?;
    let mut tab = visitor.tab().await?;
    let bytes: Vec<u8> = (0..3_usize << 20).map(|n| (n.wrapping_mul(31) >> 3) as u8).collect();
    let mut draft = letter(&tab, &scene.person("ben"), "Again and again");
    draft.attachments = vec![upload(scene.home(), &visitor, "large.bin", &bytes).await?];
    keep(&mut tab, &mut draft).await?;
    let mut fetches = Vec::new();
    for text in ["one", "two", "three"] {
        let faults = scene.world.host().faults();
        let seen = faults.imap(Trigger::on("FETCH"), ImapEffect::Slow(Duration::ZERO));
        draft.text = text.into();
        keep(&mut tab, &mut draft).await?;
        fetches.push(faults.struck(seen));
        faults.clear(seen);
    }
    assert!(fetches[0] > 12, "it was not fetched in slices: {fetches:?}");
    assert!(fetches[1] < 6 && fetches[2] < 6, "fetched anew: {fetches:?}");
    let [Enclosed { source: Source::Part(key, section), .. }] = &draft.attachments[..] else {
        anyhow::bail!("one part");
    };
    let path = format!("api/blob/{}/{section}", key.path());
    let response = http::fetch(visitor.port(), &visitor.get(&path)).await?;
    assert!(response.body == bytes, "other bytes");
    Ok(())
}

#[tokio::test]
async fn an_uploaded_picture_is_shown_to_its_owner_only_and_as_a_picture_only() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let (anna, ben) = (scene.visitor("anna").await?, scene.visitor("ben").await?);
    let get = async |visitor: &Visitor, file: &Enclosed| {
        let Source::Upload(id) = &file.source else { anyhow::bail!("an upload") };
        let path = format!("api/upload/{}/picture", id.0);
        http::fetch(visitor.port(), &visitor.get(&path)).await
    };
    let picture = upload(scene.home(), &anna, "p.gif", GIF).await?;
    let shown = get(&anna, &picture).await?;
    assert_eq!((shown.status, shown.header("content-type")), (200, "image/gif"));
    assert_eq!(shown.body, GIF);
    assert!(shown.header("content-security-policy").contains("sandbox"));
    assert_eq!(get(&ben, &picture).await?.status, 404);
    let page = upload(scene.home(), &anna, "p.gif", b"<script>alert(1)</script>").await?;
    let saved = get(&anna, &page).await?;
    assert_eq!(saved.header("content-type"), "application/octet-stream");
    assert!(saved.header("content-disposition").starts_with("attachment"));
    let begun = begin(scene.home(), &anna, "half.gif", 9).await?;
    let begun: Upload = serde_json::from_slice(&begun.body)?;
    let half = Enclosed { source: Source::Upload(begun.id), ..picture };
    assert!(get(&anna, &half).await?.status >= 400);
    Ok(())
}
