//! One exchange with a stranger's web server (RFC 9112), with nothing of the user.

use hyper::body::{Body, Incoming};
use hyper::header::{ACCEPT_ENCODING, HOST, HeaderValue, USER_AGENT};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use url::{Position, Url};

use super::public::{Reach, Refused};
use super::{Trust, TrustError};

/// Where strangers' servers may be, and whom their certificates are believed from. Cheap to clone.
#[derive(Clone)]
pub struct Web {
    /// Names and addresses.
    pub reach: Reach,
    /// Certificates.
    pub trust: Trust,
}

impl Web {
    /// The public internet.
    ///
    /// # Errors
    /// The system's trust anchors cannot be read.
    pub fn public() -> Result<Self, TrustError> {
        Ok(Self { reach: Reach::public(), trust: Trust::new(None)? })
    }

    /// Sends a request to the server of `url` and awaits the head of its answer; no redirect is
    /// followed. The request's own address is set here, as are the fields that every one has.
    pub(super) async fn send<B, E>(
        &self,
        url: &Url,
        mut request: Request<B>,
    ) -> Result<Response<Incoming>, E>
    where
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
        E: From<Refused> + From<hyper::Error>,
    {
        let path = url[Position::BeforePath..Position::AfterQuery].parse();
        let host = HeaderValue::from_str(&url[Position::BeforeHost..Position::AfterPort]);
        let (Ok(path), Ok(host)) = (path, host) else { return Err(Refused::Address.into()) };
        *request.uri_mut() = path;
        let fields = request.headers_mut();
        fields.insert(HOST, host);
        fields.insert(USER_AGENT, HeaderValue::from_static("Mozilla/5.0 (compatible; mail proxy)"));
        fields.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let stream = self.reach.connect(url, &self.trust).await?;
        let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
            .max_buf_size(64 << 10)
            .handshake(TokioIo::new(stream))
            .await?;
        // Ends with the response's body, or when that is dropped.
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a stranger's server ended the connection");
            }
        });
        Ok(sender.send_request(request).await?)
    }
}
