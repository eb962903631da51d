//! `postern healthcheck`: asks the bridge of this configuration whether it is well.

use super::End;
use anyhow::{Context, ensure};
use futures_util::{SinkExt, StreamExt};
use postern::config::Config;
use postern::net;
use postern_shared::frame::{self, PROTOCOL_VERSION, ToBridge, ToPage};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;

const PATIENCE: Duration = Duration::from_secs(5);
/// Longest answer of `/readyz` that is read.
const MOST: u64 = 16 * 1024;

/// Fails where the bridge does not answer, or with `deep` where its link does not.
pub async fn healthcheck(config: Config, deep: bool) -> Result<(), End> {
    let work = async {
        ready(&config).await?;
        if deep { link(&config).await } else { Ok(()) }
    };
    let checked = tokio::time::timeout(PATIENCE, work).await;
    Ok(checked.context("the bridge does not answer in time")??)
}

/// The name by which a bridge without `public_url` can be asked.
fn host(config: &Config) -> String {
    format!("localhost:{}", config.listen.port())
}

/// Where the bridge is, seen from its own machine.
fn local(config: &Config) -> SocketAddr {
    let ip = match config.listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, config.listen.port())
}

async fn ready(config: &Config) -> anyhow::Result<()> {
    let mut stream = net::connect_locally(local(config)).await?;
    let request =
        format!("GET /readyz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", host(config));
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(MOST).read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    let (status, body) =
        (answer.lines().next().unwrap_or_default(), answer.lines().last().unwrap_or_default());
    ensure!(status.starts_with("HTTP/1.1 200"), "not ready: {status}: {body}");
    Ok(())
}

/// Opens a link and says hello. Without a session the bridge refuses in its own words: it lives.
async fn link(config: &Config) -> anyhow::Result<()> {
    let stream = net::connect_locally(local(config)).await?;
    let origin = match &config.public_url {
        Some(url) => url.origin().to_owned(),
        None => format!("http://{}", host(config)),
    };
    let mut request =
        format!("ws://{}{}ws", host(config), config.base_path()).into_client_request()?;
    request.headers_mut().insert("origin", HeaderValue::try_from(origin)?);
    let (mut link, _) = client_async(request, stream).await.context("the link does not open")?;
    let hello = ToBridge::Hello { protocol: PROTOCOL_VERSION, build: String::new() };
    link.send(Message::binary(frame::encode(&hello))).await?;
    while let Some(message) = link.next().await {
        if let Message::Binary(bytes) = message? {
            frame::decode::<ToPage>(&bytes).context("the link answers something else")?;
            return Ok(());
        }
    }
    anyhow::bail!("the link closed without an answer")
}
