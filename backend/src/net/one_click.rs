//! Leaving a mailing list by one POST (RFC 8058), with nothing of the user.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ACCEPT, CONTENT_TYPE};
use hyper::{Request, StatusCode};
use url::Url;

use super::exchange::Web;
use super::public::Refused;

/// What is posted (RFC 8058 §3.2).
const BODY: &[u8] = b"List-Unsubscribe=One-Click";
/// The longest time from the first connection to the answer.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// Why the list was not left.
#[derive(Debug, thiserror::Error)]
pub enum LeaveError {
    /// The server may not be asked, or does not answer.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The server said no, or points elsewhere, which it must not (§3.1) and is not followed.
    #[error("the server answered {0}")]
    Status(StatusCode),
    /// It took too long: whether the list was left is not known.
    #[error("too slow")]
    TimedOut,
    /// It does not speak HTTP.
    #[error(transparent)]
    Http(#[from] hyper::Error),
}

/// Posts to an `https` address that a list gave for it.
///
/// # Errors
/// See [`LeaveError`]; only a 2xx is success.
pub async fn leave(url: &Url, web: &Web) -> Result<(), LeaveError> {
    let bare = url.username().is_empty() && url.password().is_none();
    if url.scheme() != "https" || !bare {
        return Err(Refused::Address.into());
    }
    tokio::time::timeout(TIME_LIMIT, post(url, web)).await.unwrap_or(Err(LeaveError::TimedOut))
}

async fn post(url: &Url, web: &Web) -> Result<(), LeaveError> {
    let request = Request::post("/")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(ACCEPT, "*/*")
        .body(Full::new(Bytes::from_static(BODY)))
        .map_err(|_| Refused::Address)?;
    let response = web.send::<_, LeaveError>(url, request).await?;
    match response.status() {
        status if status.is_success() => Ok(()),
        status => Err(LeaveError::Status(status)),
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::net::Trust;
    use crate::net::public::Reach;

    /// A web in which `list.test` is on this machine, and nothing else is public.
    fn web() -> Web {
        let lookup = |host: String| match host.as_str() {
            "list.test" => Ok(vec![Ipv4Addr::LOCALHOST.into()]),
            _ => Ok(vec![Ipv4Addr::new(10, 0, 0, 1).into()]),
        };
        let reach = Reach::with(lookup, |address| address.ip() == Ipv4Addr::LOCALHOST);
        Web { reach, trust: Trust::new(None).unwrap() }
    }

    /// Posts to a server that answers so; what came of it, and what the server heard.
    async fn check(answer: &'static str) -> (Result<(), LeaveError>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut heard = Vec::new();
            while !heard.ends_with(BODY) {
                heard.push(stream.read_u8().await.unwrap());
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8(heard).unwrap()
        });
        let url = Url::parse(&format!("http://list.test:{port}/leave?who=7")).unwrap();
        (post(&url, &web()).await, heard.await.unwrap())
    }

    #[tokio::test]
    async fn one_post_says_nothing_but_that() {
        let (left, heard) = check("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").await;
        left.unwrap();
        assert!(heard.starts_with("POST /leave?who=7 HTTP/1.1\r\n"), "{heard}");
        let heard = heard.to_ascii_lowercase();
        assert!(heard.contains("content-type: application/x-www-form-urlencoded\r\n"), "{heard}");
        assert!(!heard.contains("cookie") && !heard.contains("referer"), "{heard}");
    }

    #[tokio::test]
    async fn a_redirect_is_a_no_and_is_not_followed() {
        let answer =
            "HTTP/1.1 307 Elsewhere\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n";
        let (left, _) = check(answer).await;
        assert!(
            matches!(left, Err(LeaveError::Status(StatusCode::TEMPORARY_REDIRECT))),
            "{left:?}"
        );
        let (left, _) = check("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n").await;
        assert!(matches!(left, Err(LeaveError::Status(_))), "{left:?}");
    }

    #[tokio::test]
    async fn only_https_on_the_public_internet_is_asked() {
        for address in ["http://list.test/", "https://a:b@list.test/", "ftp://list.test/"] {
            let left = leave(&Url::parse(address).unwrap(), &web()).await;
            assert!(matches!(left, Err(LeaveError::Refused(Refused::Address))), "{left:?}");
        }
        for address in ["https://other.test/", "https://192.168.7.7/", "https://[::1]/"] {
            let left = leave(&Url::parse(address).unwrap(), &web()).await;
            assert!(matches!(left, Err(LeaveError::Refused(Refused::NotPublic))), "{left:?}");
        }
    }
}
