//! `postern serve`: the bridge, until it is told to stop.

use super::{End, log};
use postern::clock::Clock;
use postern::config::Config;
use postern::{Bridge, Outside};
use tokio::signal;

/// Serves until SIGTERM or SIGINT.
pub async fn serve(config: Config) -> Result<(), End> {
    log::start(&config.log)?;
    let access = &config.access;
    if config.provider.is_empty() && !access.custom_servers && !access.discovery {
        tracing::warn!("no [[provider]] is configured: nobody can sign in");
    }
    let outside = Outside::real(&config)?;
    let bridge = Bridge::start(config, Clock::system(), outside).await?;
    tracing::info!(listen = %bridge.local_addr(), url = bridge.url(), "serving");
    until_told_to_stop().await?;
    tracing::info!("stopping");
    bridge.stop().await;
    Ok(())
}

/// Resolves at SIGINT, and at SIGTERM where there is such a thing.
#[cfg(unix)]
pub async fn until_told_to_stop() -> Result<(), End> {
    let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    Ok(())
}

/// Resolves at SIGINT, and at SIGTERM where there is such a thing.
#[cfg(not(unix))]
pub async fn until_told_to_stop() -> Result<(), End> {
    Ok(signal::ctrl_c().await?)
}
