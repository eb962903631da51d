//! The only opener of sockets: resolve, connect, TLS or STARTTLS, with a limit on every step.
//!
//! `connect` gives a stream that is protected as the endpoint demands, or an error that tells an
//! unreachable server from an untrusted one. TLS is never downgraded.

mod dial;
pub mod discovery;
mod error;
pub mod exchange;
pub mod guard;
pub mod names;
pub mod one_click;
pub mod picture;
mod provider;
pub mod public;
mod setup;
mod starttls;
mod tls;

use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

pub use crate::config::{Endpoint, Protocol, Security};
pub use error::{CertificateProblem, Error, Unreachable};
pub use provider::{Own, Provider, Providers};
pub use setup::{Setup, Ticket};
pub use tls::{Trust, TrustError};

/// Longest time to a connected TCP stream, over all addresses of a host.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest TLS handshake, and longest STARTTLS dialogue before it.
const TLS_TIMEOUT: Duration = Duration::from_secs(10);

/// What a `Stream` is made of.
pub trait AsyncReadWrite: AsyncRead + AsyncWrite {}
impl<T: AsyncRead + AsyncWrite> AsyncReadWrite for T {}

/// A connected stream of any protection.
pub type Stream = Box<dyn AsyncReadWrite + Send + Unpin>;

/// A connection, ready for its protocol.
pub struct Opened {
    /// The protected stream.
    pub stream: Stream,
    /// STARTTLS has read the server's greeting already (no second one follows).
    pub greeting_consumed: bool,
    /// The address that answered.
    pub peer: SocketAddr,
    /// The TLS version spoken, none on a plaintext connection.
    pub tls_version: Option<&'static str>,
}

/// Opens a plaintext connection to a bridge on this machine, for `postern healthcheck`.
///
/// # Errors
/// `Unreachable`.
pub async fn connect_locally(address: SocketAddr) -> Result<Stream, Error> {
    let endpoint = Endpoint {
        host: address.ip().to_string(),
        port: address.port(),
        security: Security::Plain,
    };
    Ok(Box::new(dial::dial(&endpoint).await?))
}

/// Opens a connection to `endpoint`, trusting the anchors of `trust`.
///
/// # Errors
/// `Unreachable` for name, network and time-out; `UntrustedCertificate` when TLS ends at the
/// certificate; `Protocol` when the server does not speak `protocol` or refuses STARTTLS.
pub async fn connect(
    endpoint: &Endpoint,
    trust: &Trust,
    protocol: Protocol,
) -> Result<Opened, Error> {
    protect(dial::dial(endpoint).await?, endpoint, trust, protocol).await
}

/// The same to a server that a user named: only to addresses that are within reach.
///
/// # Errors
/// As `connect`; an address out of reach is as unreachable as one where nobody is.
pub async fn connect_within(
    reach: &public::Reach,
    endpoint: &Endpoint,
    trust: &Trust,
    protocol: Protocol,
) -> Result<Opened, Error> {
    protect(reach.dial(endpoint).await?, endpoint, trust, protocol).await
}

async fn protect(
    tcp: TcpStream,
    endpoint: &Endpoint,
    trust: &Trust,
    protocol: Protocol,
) -> Result<Opened, Error> {
    if protocol == Protocol::Imap {
        dial::notice_silence(&tcp);
    }
    let peer = tcp.peer_addr().map_err(|error| Error::lost(endpoint, error))?;
    let (tcp, greeting_consumed) = match endpoint.security {
        Security::Plain => {
            return Ok(Opened {
                stream: Box::new(tcp),
                greeting_consumed: false,
                peer,
                tls_version: None,
            });
        }
        Security::Tls => (tcp, false),
        Security::StartTls => (starttls::upgrade(tcp, endpoint, protocol).await?, true),
    };
    let (stream, tls_version) = tls::handshake(tcp, endpoint, trust).await?;
    Ok(Opened { stream, greeting_consumed, peer, tls_version })
}

#[cfg(test)]
mod tests;
