//! TLS with rustls: the trust anchors, the handshake, and what its failures mean.

use super::{CertificateProblem, Error, Stream, TLS_TIMEOUT, Unreachable};
use crate::config::Endpoint;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Which authorities a connection trusts. Cheap to clone.
#[derive(Clone)]
pub struct Trust(Arc<ClientConfig>);

/// A `ca_file` that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("ca_file {path}: {reason}", path = path.display())]
pub struct TrustError {
    path: PathBuf,
    reason: String,
}

impl Trust {
    /// The system's anchors (built-in ones where the system has none) and those of `ca_file`.
    pub fn new(ca_file: Option<&Path>) -> Result<Self, TrustError> {
        static SYSTEM: OnceLock<RootCertStore> = OnceLock::new();
        let mut roots = SYSTEM.get_or_init(system_roots).clone();
        if let Some(path) = ca_file {
            add_file(&mut roots, path)
                .map_err(|reason| TrustError { path: path.to_path_buf(), reason })?;
        }
        Ok(Self::from_roots(roots))
    }

    fn from_roots(roots: RootCertStore) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self(Arc::new(config))
    }
}

fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}

fn add_file(roots: &mut RootCertStore, path: &Path) -> Result<(), String> {
    let mut found = false;
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| error.to_string())? {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
        found = true;
    }
    if found { Ok(()) } else { Err("holds no certificate".into()) }
}

/// Runs the handshake over `tcp` and names the version agreed on.
pub(super) async fn handshake(
    tcp: TcpStream,
    endpoint: &Endpoint,
    trust: &Trust,
) -> Result<(Stream, Option<&'static str>), Error> {
    let name = ServerName::try_from(endpoint.host.clone())
        .map_err(|_| Error::unreachable(endpoint, Unreachable::Name))?;
    let connector = TlsConnector::from(Arc::clone(&trust.0));
    let stream = tokio::time::timeout(TLS_TIMEOUT, connector.connect(name, tcp))
        .await
        .map_err(|_| Error::unreachable(endpoint, Unreachable::TimedOut))?
        .map_err(|error| explain(endpoint, error))?;
    let version = stream.get_ref().1.protocol_version().and_then(|version| version.as_str());
    Ok((Box::new(stream), version))
}

/// rustls reports through `io::Error`; its own error is inside.
fn explain(endpoint: &Endpoint, error: std::io::Error) -> Error {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(problem)) => Error::UntrustedCertificate {
            endpoint: endpoint.to_string(),
            reason: certificate_problem(problem),
        },
        Some(other) => Error::protocol(endpoint, format!("TLS: {other}")),
        None => Error::lost(endpoint, error),
    }
}

fn certificate_problem(problem: &CertificateError) -> CertificateProblem {
    use CertificateError as E;
    match problem {
        E::Expired | E::ExpiredContext { .. } => CertificateProblem::Expired,
        E::NotValidYet | E::NotValidYetContext { .. } => CertificateProblem::NotYetValid,
        E::NotValidForName | E::NotValidForNameContext { .. } => CertificateProblem::WrongName,
        E::UnknownIssuer => CertificateProblem::UnknownIssuer,
        E::Revoked => CertificateProblem::Revoked,
        // A self-signed certificate that is no authority: to the reader, nobody vouches for it.
        E::Other(_) => CertificateProblem::UnknownIssuer,
        _ => CertificateProblem::Invalid,
    }
}
