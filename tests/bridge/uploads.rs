//! Uploads: piece by piece, past a cut and a crash; nobody else's; streamed into the message.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use postern::mime;
use postern_shared::api::submissions::SubmitMessage;
use postern_shared::draft::{Enclosed, Source};
use postern_shared::error::ErrorCode;
use postern_shared::mailbox::Role;
use postern_shared::submission::{Plan, SubmissionState};
use postern_shared::transfer::Stage;
use postern_shared::upload::{MAX_PIECE, NewUpload, Purpose, Upload, UploadId};
use postern_tests::bridge::Home;
use postern_tests::http::{self, Request, Response};
use postern_tests::program::Program;
use postern_tests::scene::Scene;
use postern_tests::visitor::{Visitor, action};
use postern_tests::world::World;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::send::{letter, outcome};

fn request(home: &Home, visitor: &Visitor, method: &'static str, path: &str) -> Request {
    let mut request = visitor.get(&format!("api/upload{path}"));
    request.method = method;
    request.headers.push(("Origin", home.origin()));
    request
}

pub(crate) async fn begin(
    home: &Home,
    visitor: &Visitor,
    name: &str,
    size: usize,
) -> Result<Response> {
    begin_for(home, visitor, (name, size), Purpose::Attachment).await
}

async fn begin_for(
    home: &Home,
    visitor: &Visitor,
    (name, size): (&str, usize),
    purpose: Purpose,
) -> Result<Response> {
    let mut request = request(home, visitor, "POST", "");
    request.headers.push(("Content-Type", "application/json".into()));
    let (name, content_type, size) = (name.into(), String::new(), size as u64);
    let new = NewUpload { name, content_type, size, purpose };
    request.body = serde_json::to_vec(&new)?;
    http::fetch(home.port, &request).await
}

pub(crate) async fn put(
    home: &Home,
    visitor: &Visitor,
    id: &UploadId,
    offset: usize,
    piece: &[u8],
) -> Result<Response> {
    let mut request = request(home, visitor, "PUT", &format!("/{}?offset={offset}", id.0));
    request.body = piece.to_vec();
    http::fetch(home.port, &request).await
}

async fn look(home: &Home, visitor: &Visitor, id: &UploadId) -> Result<Upload> {
    let response =
        http::fetch(home.port, &request(home, visitor, "GET", &format!("/{}", id.0))).await?;
    ensure!(response.status == 200, "{} {}", response.status, response.text());
    Ok(serde_json::from_slice(&response.body)?)
}

/// Uploads a whole file in pieces.
pub(crate) async fn upload(
    home: &Home,
    visitor: &Visitor,
    name: &str,
    bytes: &[u8],
) -> Result<Enclosed> {
    let response = begin(home, visitor, name, bytes.len()).await?;
    ensure!(response.status == 201, "{} {}", response.status, response.text());
    let upload: Upload = serde_json::from_slice(&response.body)?;
    for (number, piece) in bytes.chunks(4 << 20).enumerate() {
        let response = put(home, visitor, &upload.id, number * (4 << 20), piece).await?;
        ensure!(response.status == 200, "{} {}", response.status, response.text());
    }
    Ok(Enclosed {
        name: String::new(),
        content_type: upload.content_type,
        size: upload.size,
        source: Source::Upload(upload.id),
        content_id: None,
    })
}

fn noise(count: usize) -> Vec<u8> {
    (0..count).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a browser whose network breaks in mid-piece")]
async fn an_upload_goes_on_after_a_cut_and_a_crash_and_arrives_whole() -> Result<()> {
    let world = World::in_memory().await?;
    let (anna, ben) = (world.person("anna"), world.person("ben"));
    let mut bridge =
        Program::start(Home::new(&world.provider(), "/", "[limits]\nupload_mb = 2\n")?).await?;
    let visitor = Visitor::sign_in(&bridge.home, &anna).await?;
    let bytes = noise(300_000);
    let response = begin(&bridge.home, &visitor, "报告.bin", bytes.len()).await?;
    let id = serde_json::from_slice::<Upload>(&response.body)?.id;
    let half = &bytes[..150_000];
    assert_eq!(put(&bridge.home, &visitor, &id, 0, half).await?.status, 200);
    // The network is cut in the middle of the second piece.
    let mut stream = TcpStream::connect(("127.0.0.1", bridge.home.port)).await?;
    let head = format!(
        "PUT /api/upload/{}?offset=150000 HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nOrigin: {}\r\n\
         Cookie: {}\r\nContent-Length: 150000\r\n\r\n",
        id.0,
        bridge.home.port,
        bridge.home.origin(),
        visitor.cookie
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&bytes[150_000..200_000]).await?;
    drop(stream);
    assert_eq!(look(&bridge.home, &visitor, &id).await?.offset, 150_000, "half a piece is none");
    bridge.kill()?;
    bridge.launch().await?;
    assert_eq!(look(&bridge.home, &visitor, &id).await?.offset, 150_000);
    assert_eq!(put(&bridge.home, &visitor, &id, 0, half).await?.status, 400, "it stands elsewhere");
    assert_eq!(put(&bridge.home, &visitor, &id, 150_000, &noise(150_001)).await?.status, 429);
    let done = put(&bridge.home, &visitor, &id, 150_000, &bytes[150_000..]).await?;
    assert!(serde_json::from_slice::<Upload>(&done.body)?.is_complete());

    let stranger = Visitor::sign_in(&bridge.home, &ben).await?;
    let theirs = request(&bridge.home, &stranger, "GET", &format!("/{}", id.0));
    let theirs = http::fetch(bridge.home.port, &theirs);
    assert_eq!(theirs.await?.status, 404);
    assert_eq!(begin(&bridge.home, &visitor, "big", (2 << 20) + 1).await?.status, 429);

    let mut tab = visitor.tab().await?;
    let mut draft = letter(&tab, &ben, "With a file");
    let size = bytes.len() as u64;
    let enclosed = |name: &str| Enclosed {
        name: name.into(),
        content_type: String::new(),
        size,
        source: Source::Upload(id.clone()),
        content_id: None,
    };
    draft.attachments = vec![enclosed(""), enclosed("twice.bin")];
    let call = SubmitMessage { action: action(), draft, plan: Plan::Now };
    let submission = tab.link.call(call).await?;
    assert_eq!(outcome(&mut tab, &submission).await?, SubmissionState::Sent);
    let inbox = world.host().mailbox(&ben.address, "INBOX").context("an inbox")?;
    let parsed = mime::parse(inbox.messages[0].raw.to_vec(), &mime::Limits::default());
    let files: Vec<_> = parsed.parts.iter().filter(|part| part.name.is_some()).collect();
    let names: Vec<_> = files.iter().filter_map(|part| part.name.as_deref()).collect();
    assert_eq!(names, ["报告.bin", "twice.bin"]);
    assert!(files.iter().all(|part| parsed.decoded(part).as_ref() == bytes), "other bytes");
    Ok(())
}

#[tokio::test]
async fn a_large_file_is_never_held_whole() -> Result<()> {
    const LARGE: usize = 25 << 20;
    assert!(MAX_PIECE < LARGE as u64);
    let world = World::real().await?;
    let (anna, ben) = (world.person("anna"), world.person("ben"));
    let bridge = Program::start(Home::new(&world.provider(), "/", "")?).await?;
    let visitor = Visitor::sign_in(&bridge.home, &anna).await?;
    let mut tab = visitor.tab().await?;
    let idle = bridge.heap()?;
    let most = Arc::new(AtomicU64::new(0));
    let bridge = Arc::new(bridge);
    let (watched, seen) = (bridge.clone(), most.clone());
    let watching = tokio::spawn(async move {
        while let Ok(heap) = watched.heap() {
            seen.fetch_max(heap, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    let enclosed = upload(&bridge.home, &visitor, "large.bin", &noise(LARGE)).await?;
    let uploaded = most.load(Ordering::Relaxed);
    let mut draft = letter(&tab, &ben, "Large");
    draft.attachments = vec![enclosed];
    let call = SubmitMessage { action: action(), draft, plan: Plan::Now };
    let submission = tab.link.call(call).await?;
    assert_eq!(outcome(&mut tab, &submission).await?, SubmissionState::Sent);
    world.session(&anna).await?.wait_for("Sent", "SUBJECT Large").await?;
    world.session(&ben).await?.wait_for("INBOX", "SUBJECT Large").await?;
    watching.abort();
    let above = |heap: u64| heap.saturating_sub(idle) as f64 / f64::from(1 << 20);
    let (uploaded, most) = (above(uploaded), above(most.load(Ordering::Relaxed)));
    let told = format!("25 MB: {uploaded:.1} MB above idle while uploading, {most:.1} MB at most");
    writeln!(std::io::stderr(), "{told}")?;
    assert!(most < 40.0, "{most} MB above idle");
    Ok(())
}

#[tokio::test]
async fn mail_to_bring_in_has_a_limit_of_its_own_and_is_no_attachment() -> Result<()> {
    let scene = Scene::of(World::in_memory().await?, "[limits]\nupload_mb = 1\nimport_mb = 3\n");
    let scene = scene.await?;
    let (home, ben) = (scene.home(), scene.person("ben"));
    let visitor = scene.visitor("anna").await?;
    let mut tab = visitor.tab().await?;
    let large = (("mail.mbox", 2 << 20), ("mail.mbox", 4 << 20));
    let refused = begin(home, &visitor, "file.bin", 2 << 20).await?;
    assert_eq!(refused.status, 429, "{}", refused.text());
    let refused = begin_for(home, &visitor, large.1, Purpose::Import).await?;
    assert_eq!(refused.status, 429, "{}", refused.text());
    let begun = begin_for(home, &visitor, large.0, Purpose::Import).await?;
    assert_eq!(begun.status, 201, "{}", begun.text());
    let refused = begin_for(home, &visitor, large.0, Purpose::Import).await?;
    assert_eq!(refused.status, 429, "both would be more than there is room for");
    assert_eq!(begin(home, &visitor, "file.bin", 1 << 20).await?.status, 201, "as ever");
    let upload: Upload = serde_json::from_slice(&begun.body)?;
    let line = b"From x Thu Jan  1 00:00:00 1970\nSubject: Large\n\n".to_vec();
    let rest = vec![b'x'; (2 << 20) - line.len()];
    let mail = [line, rest].concat();
    let put = put(home, &visitor, &upload.id, 0, &mail).await?;
    assert_eq!(put.status, 200, "{}", put.text());
    let mut draft = letter(&tab, &ben, "With it");
    let source = Source::Upload(upload.id.clone());
    let (name, content_type, size) = (String::new(), String::new(), upload.size);
    draft.attachments = vec![Enclosed { name, content_type, size, source, content_id: None }];
    let call = SubmitMessage { action: action(), draft, plan: Plan::Now };
    assert_eq!(tab.link.refusal(call).await?.code, ErrorCode::NonExistent);
    let inbox = tab.mailbox(Role::Inbox).await?.id;
    let call = crate::transfers::import(&tab, Some(inbox), upload.id);
    let id = tab.link.call(call).await?;
    let transfer = crate::transfers::ended(&mut tab, &id).await?;
    assert_eq!((transfer.stage, transfer.done), (Stage::Done, 1));
    Ok(())
}
