//! A running bridge: listeners, housekeeping, and an orderly end.

use crate::clock::Clock;
use crate::config::Config;
use crate::session;
use crate::{App, AppState, Outside, db, net, routes};
use axum::Router;
use axum::serve::{ListenerExt, TapIo};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// How long stopping may take.
const STOP_WITHIN: Duration = Duration::from_secs(5);
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Why a bridge does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// `listen` or `metrics_listen`.
        address: SocketAddr,
        /// The system's error.
        #[source]
        source: std::io::Error,
    },
    /// `data_dir` or the database in it.
    #[error(transparent)]
    Database(#[from] db::Error),
    /// The server key.
    #[error(transparent)]
    Key(#[from] session::KeyError),
    /// A provider's `ca_file`.
    #[error(transparent)]
    Trust(#[from] net::TrustError),
}

/// A bridge that listens. Dropped, it ends at once; `stop` lets it finish.
pub struct Bridge {
    state: AppState,
    local_addr: SocketAddr,
    metrics_addr: Option<SocketAddr>,
    tasks: JoinSet<()>,
}

impl Bridge {
    /// Opens and serves what the configuration names.
    ///
    /// # Errors
    /// Whatever keeps it from listening or from its durable state.
    pub async fn start(config: Config, clock: Clock, outside: Outside) -> Result<Self, StartError> {
        // Before the database: a second bridge is then told about its port first.
        let listener = listen(config.listen).await?;
        let metrics = match config.metrics_listen {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        let state = App::open(config, clock, outside).await?;
        let address = |listener: &TcpListener| listener.local_addr();
        let failed = |source| StartError::Listen { address: state.config.listen, source };
        let local_addr = address(&listener).map_err(failed)?;
        let metrics_addr = metrics.as_ref().map(address).transpose().map_err(failed)?;
        state.users.finish_removals().await;
        let mut tasks = JoinSet::new();
        tasks.spawn(serve(listener, routes::router(state.clone()), state.clone()));
        if let Some(metrics) = metrics {
            tasks.spawn(serve(metrics, routes::metrics_router(state.clone()), state.clone()));
        }
        tasks.spawn(housekeeping(state.clone()));
        let leaving = state.clone();
        tasks.spawn(async move {
            tokio::select! {
                () = leaving.closing.cancelled() => leaving.users.shutdown().await,
                () = leaving.users.run() => {}
            }
        });
        Ok(Self { state, local_addr, metrics_addr, tasks })
    }

    /// Where the page is.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Where the numbers are.
    #[must_use]
    pub fn metrics_addr(&self) -> Option<SocketAddr> {
        self.metrics_addr
    }

    /// What a browser on this machine opens.
    #[must_use]
    pub fn url(&self) -> String {
        match &self.state.config.public_url {
            Some(url) => format!("{}{}", url.origin(), url.base_path()),
            None => format!("http://{}/", self.local_addr),
        }
    }

    /// Its parts.
    #[must_use]
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// Takes no more requests, lets links and accounts say goodbye, and closes the database.
    pub async fn stop(mut self) {
        self.state.closing.cancel();
        let orderly = async {
            while self.tasks.join_next().await.is_some() {}
            if let Err(error) = self.state.sessions.sweep().await {
                tracing::error!(%error, "the last use of sessions could not be written down");
            }
        };
        if tokio::time::timeout(STOP_WITHIN, orderly).await.is_err() {
            tracing::warn!("some requests did not end in time");
        }
        self.tasks.abort_all();
        self.state.db.close().await;
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })
}

/// Has every answer leave at once: Nagle's algorithm holds the one behind an event back until the
/// page acknowledges that, which takes it 40 ms (RFC 9293 §3.7.4).
fn prompt(listener: TcpListener) -> TapIo<TcpListener, fn(&mut TcpStream)> {
    listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "small answers to a page are gathered");
        }
    })
}

async fn serve(listener: TcpListener, router: Router, state: AppState) {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let closing = state.closing.clone();
    let served = axum::serve(prompt(listener), service)
        .with_graceful_shutdown(async move { closing.cancelled().await })
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "the listener failed");
    }
}

/// What is due every minute; an error is logged and the next minute tries again.
async fn housekeeping(state: AppState) {
    loop {
        tokio::select! {
            () = state.closing.cancelled() => return,
            () = state.clock.sleep(SWEEP_EVERY) => {}
        }
        let swept = state.sessions.sweep().await;
        let forgotten = db::actions::forget_old(&state.db, state.clock.unix_ms()).await;
        for error in [swept.err(), forgotten.err()].into_iter().flatten() {
            tracing::error!(%error, "housekeeping");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::serve::Listener;
    use tokio::net::TcpSocket;

    #[tokio::test]
    async fn answers_to_a_page_leave_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut listener = prompt(listener);
        let accepted = Listener::accept(&mut listener);
        let page = TcpSocket::new_v4().unwrap().connect(address);
        let (page, (stream, _)) = tokio::join!(page, accepted);
        page.unwrap();
        assert!(stream.nodelay().unwrap());
    }
}
