//! Frames that no page of ours sends: the link refuses them and the bridge lives on.

use anyhow::Result;
use futures_util::SinkExt;
use postern_shared::error::ErrorCode;
use postern_shared::frame::{self, MAX_INBOUND, PROTOCOL_VERSION, ToBridge, ToPage};
use postern_tests::link::{Link, receive, send, upgrade};
use postern_tests::scene::Scene;
use postern_tests::wait;
use tokio_tungstenite::tungstenite::Message;

fn hello() -> ToBridge {
    ToBridge::Hello { protocol: PROTOCOL_VERSION, build: "tests".into() }
}

/// Opens a link, sends `bytes` after hello, and expects the bridge to close it, in this or that way.
async fn check_closed(scene: &Scene, bytes: Vec<u8>) -> Result<()> {
    let handshake = scene.visitor("anna").await?.handshake();
    let mut stream = upgrade(&handshake).await?;
    send(&mut stream, &hello()).await?;
    // The bridge may hang up while the frame is still on its way.
    let _ = stream.send(Message::Binary(bytes.into())).await;
    wait::within("the link's end", async {
        while let Ok(Some(frame)) = receive(&mut stream).await {
            if let ToPage::Goodbye(error) = frame {
                assert!(matches!(error.code, ErrorCode::Invalid | ErrorCode::Limit), "{error:?}");
            }
        }
        Ok(())
    })
    .await?;
    Link::open(&handshake).await?;
    Ok(())
}

#[tokio::test]
async fn what_is_no_frame_closes_the_link() -> Result<()> {
    let scene = Scene::in_memory().await?;
    for bytes in [vec![], vec![7, 1, 2, 3], vec![0, 250, 250], vec![1, 0xff, 0xff, 0xff]] {
        check_closed(&scene, bytes).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_frame_beyond_the_limit_closes_the_link() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let mut long = frame::encode(&ToBridge::Heartbeat);
    long.resize(MAX_INBOUND + 2, 0);
    check_closed(&scene, long).await
}

#[tokio::test]
async fn a_page_of_another_protocol_version_is_told_so() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let mut stream = upgrade(&scene.visitor("anna").await?.handshake()).await?;
    let old = ToBridge::Hello { protocol: PROTOCOL_VERSION + 1, build: "tests".into() };
    send(&mut stream, &old).await?;
    match wait::within("the goodbye", receive(&mut stream)).await? {
        Some(ToPage::Goodbye(error)) => assert_eq!(error.code, ErrorCode::VersionMismatch),
        other => panic!("{other:?}"),
    }
    Ok(())
}

#[tokio::test]
async fn a_link_without_hello_is_closed() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let mut stream = upgrade(&scene.visitor("anna").await?.handshake()).await?;
    wait::within("the bridge to lose patience", async {
        while receive(&mut stream).await?.is_some() {}
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_heartbeat_is_answered() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let mut stream = upgrade(&scene.visitor("anna").await?.handshake()).await?;
    send(&mut stream, &hello()).await?;
    send(&mut stream, &ToBridge::Heartbeat).await?;
    wait::within("the heartbeat", async {
        while let Some(frame) = receive(&mut stream).await? {
            if frame == ToPage::Heartbeat {
                return Ok(());
            }
        }
        anyhow::bail!("the link ended")
    })
    .await
}
