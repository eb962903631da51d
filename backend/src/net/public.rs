//! Connections to servers that a stranger or a user named: only to addresses that are allowed.
//!
//! The name is looked up once, every address of it is weighed, and the connection goes to one of
//! those very addresses: an answer that changes in between changes nothing. No proxy of the
//! environment is asked.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use tokio::net::TcpStream;
use url::{Host, Url};

use super::guard::is_public;
use super::{CONNECT_TIMEOUT, Error, Stream, Trust, Unreachable, dial, tls};
use crate::config::{Endpoint, Security};

type Found = Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>>;

/// How names are looked up, and where connections may go. Cheap to clone.
#[derive(Clone)]
pub struct Reach {
    lookup: Arc<dyn Fn(String) -> Found + Send + Sync>,
    may: fn(SocketAddr) -> bool,
    /// Where a port is really listened on: elsewhere in tests alone, which cannot have every port.
    ports: Option<Arc<dyn Fn(u16) -> u16 + Send + Sync>>,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// It is no web address, or names a port that web servers do not use.
    #[error("no address of a web server")]
    Address,
    /// The name is unknown.
    #[error("its name is not known")]
    Name,
    /// It has an address that is not on the public internet.
    #[error("an address that is not public")]
    NotPublic,
    /// It is public, but cannot be reached.
    #[error(transparent)]
    Net(#[from] Error),
}

/// Ports of web servers.
fn is_public_web(address: SocketAddr) -> bool {
    matches!(address.port(), 80 | 443 | 8080 | 8443) && is_public(address.ip())
}

/// Ports of mail servers: IMAP, POP3 and submission, each with TLS and without.
#[must_use]
pub fn is_mail_port(port: u16) -> bool {
    matches!(port, 110 | 143 | 465 | 587 | 993 | 995)
}

fn is_mail(address: SocketAddr) -> bool {
    is_mail_port(address.port())
}

fn is_public_mail(address: SocketAddr) -> bool {
    is_mail(address) && is_public(address.ip())
}

impl Reach {
    /// The system's names, and web servers on the public internet.
    #[must_use]
    pub fn public() -> Self {
        let lookup = |host: String| -> Found {
            Box::pin(async move {
                let found = tokio::net::lookup_host((host, 0)).await?;
                Ok(found.map(|address| address.ip()).collect())
            })
        };
        Self { lookup: Arc::new(lookup), may: is_public_web, ports: None }
    }

    /// The system's names, and mail servers on the public internet; on networks of one's own too
    /// where the administrator says so.
    #[must_use]
    pub fn mail(private_networks: bool) -> Self {
        let may = if private_networks { is_mail } else { is_public_mail };
        Self { may, ..Self::public() }
    }

    /// Other names and another rule, for tests.
    #[doc(hidden)]
    pub fn with(
        lookup: impl Fn(String) -> std::io::Result<Vec<IpAddr>> + Send + Sync + 'static,
        may: fn(SocketAddr) -> bool,
    ) -> Self {
        let lookup = move |host: String| -> Found { Box::pin(std::future::ready(lookup(host))) };
        Self { lookup: Arc::new(lookup), may, ports: None }
    }

    /// The same, where what is allowed by its port is found at another one, for tests.
    #[doc(hidden)]
    #[must_use]
    pub fn and_ports(self, ports: impl Fn(u16) -> u16 + Send + Sync + 'static) -> Self {
        Self { ports: Some(Arc::new(ports)), ..self }
    }

    /// A network that never answers, for tests.
    #[cfg(test)]
    pub(super) fn silent() -> Self {
        let lookup = |_| -> Found { Box::pin(std::future::pending()) };
        Self { lookup: Arc::new(lookup), ..Self::public() }
    }

    /// Connects to the server of a web address, with TLS for https.
    ///
    /// # Errors
    /// See [`Refused`]. One address that is not public refuses the whole name.
    pub async fn connect(&self, url: &Url, trust: &Trust) -> Result<Stream, Refused> {
        let security = match url.scheme() {
            "https" => Security::Tls,
            "http" => Security::Plain,
            _ => return Err(Refused::Address),
        };
        let port = url.port_or_known_default().ok_or(Refused::Address)?;
        let (host, named) = match url.host().ok_or(Refused::Address)? {
            Host::Ipv4(ip) => (ip.to_string(), ip.to_string()),
            Host::Ipv6(ip) => (ip.to_string(), ip.to_string()),
            Host::Domain(name) => (name.trim_end_matches('.').to_owned(), name.to_owned()),
        };
        let endpoint = Endpoint { host, port, security };
        let tcp = self.tcp(&endpoint, named).await?;
        match security {
            Security::Tls => Ok(tls::handshake(tcp, &endpoint, trust).await?.0),
            _ => Ok(Box::new(tcp)),
        }
    }

    /// Connects to a mail server; whatever keeps it from that looks the same.
    pub(super) async fn dial(&self, endpoint: &Endpoint) -> Result<TcpStream, Error> {
        let work = self.tcp(endpoint, endpoint.host.clone());
        let tcp = tokio::time::timeout(CONNECT_TIMEOUT, work).await.ok().and_then(Result::ok);
        let tcp = tcp.ok_or_else(|| Error::unreachable(endpoint, Unreachable::Network))?;
        tcp.set_nodelay(true).map_err(|error| Error::lost(endpoint, error))?;
        Ok(tcp)
    }

    /// One address that is not allowed refuses the whole name.
    async fn tcp(&self, endpoint: &Endpoint, name: String) -> Result<TcpStream, Refused> {
        let ips = match name.parse::<IpAddr>() {
            Ok(ip) => vec![ip],
            Err(_) => (self.lookup)(name).await.map_err(|_| Refused::Name)?,
        };
        let port = endpoint.port;
        let addresses: Vec<SocketAddr> =
            ips.into_iter().map(|ip| SocketAddr::new(ip.to_canonical(), port)).collect();
        if addresses.is_empty() {
            return Err(Refused::Name);
        }
        if !addresses.iter().all(|address| (self.may)(*address)) {
            return Err(Refused::NotPublic);
        }
        // A password travels in the clear only where nobody but one's own network hears it.
        let is_mail = is_mail_port(port);
        let plain = is_mail && endpoint.security == Security::Plain;
        if plain && addresses.iter().any(|address| is_public(address.ip())) {
            return Err(Refused::NotPublic);
        }
        let real = |at: SocketAddr| {
            let port = self.ports.as_ref().map_or(at.port(), |ports| ports(at.port()));
            SocketAddr::new(at.ip(), port)
        };
        let addresses = addresses.into_iter().map(real).collect();
        Ok(dial::race_within(endpoint, addresses).await?)
    }
}
