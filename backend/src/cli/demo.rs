//! `postern demo`: bridge and mail host in one process, keeping nothing.

use super::serve::until_told_to_stop;
use super::{End, log, say};
use postern::clock::{self, Clock};
use postern::config::{Config, Endpoint, Log, Provider, Security};
use postern::secret::Secret;
use postern::{Bridge, Outside, StartError};
use postern_mailhost::{MailHost, SampleUser, sample_users};
use std::fmt::Write;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};

const USUAL_PORT: u16 = 8080;

/// Serves the sample users until SIGTERM or SIGINT.
pub async fn demo(listen: Option<String>) -> Result<(), End> {
    log::start(&Log { level: "warn".into(), ..Log::default() })?;
    let asked = match &listen {
        Some(text) => Some(text.parse::<SocketAddr>().map_err(|_| {
            End::Misused(format!("--listen \"{text}\" is not an address such as 127.0.0.1:8080"))
        })?),
        None => None,
    };
    if asked.is_some_and(|address| !address.ip().is_loopback()) {
        return Err(End::Misused(
            "the demo is for this machine: --listen needs a loopback address".into(),
        ));
    }
    let folder = tempfile::Builder::new().prefix("postern-demo-").tempdir()?;
    let host = MailHost::demo().start().await?;
    let users = sample_users();
    let config = Config {
        data_dir: folder.path().join("kept"),
        secret_key: Secret::new(
            clock::random::<32>().iter().map(|byte| format!("{byte:02x}")).collect(),
        ),
        provider: vec![provider(&users, host.imap_addr(), host.smtp_addr())],
        ..Config::default()
    };
    let bridge = start(config, asked).await?;
    let mut text = format!("Postern demo: http://{}/\n", bridge.local_addr());
    for SampleUser { address, password, .. } in &users {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{address} {password}");
    }
    say(&text)?;
    until_told_to_stop().await?;
    bridge.stop().await;
    host.stop().await;
    Ok(folder.close()?)
}

/// On the address that was asked for; else on the usual port, or any where that one is taken.
async fn start(config: Config, asked: Option<SocketAddr>) -> Result<Bridge, StartError> {
    let on = async |listen| {
        let config = Config { listen, ..config.clone() };
        let outside = Outside::real(&config)?;
        Bridge::start(config, Clock::system(), outside).await
    };
    let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, USUAL_PORT));
    match on(asked.unwrap_or(usual)).await {
        Err(StartError::Listen { source, .. })
            if asked.is_none() && source.kind() == ErrorKind::AddrInUse =>
        {
            on(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await
        }
        other => other,
    }
}

fn provider(users: &[SampleUser], imap: SocketAddr, smtp: SocketAddr) -> Provider {
    let plain = |address: SocketAddr| {
        Some(Endpoint {
            host: address.ip().to_string(),
            port: address.port(),
            security: Security::Plain,
        })
    };
    let domain = |SampleUser { address, .. }: &SampleUser| {
        address.rsplit_once('@').map(|(_, domain)| domain.to_owned())
    };
    let mut domains: Vec<String> = users.iter().filter_map(domain).collect();
    domains.dedup();
    Provider {
        imap: plain(imap),
        smtp: plain(smtp),
        allow_plaintext: true,
        // The samples' own server; see `mailhost/src/samples`.
        authserv_ids: vec!["mx.postern.example".to_owned()],
        ..Provider::named("Demo", domains)
    }
}
