//! The real router without a socket: sessions, origin, base path, headers, probes.

use super::*;
use crate::clock::Clock;
use crate::config::Config;
use crate::session::FakeVerifier;
use crate::{App, Bridge, Outside};
use axum::body::to_bytes;
use axum::http::{HeaderName, Method};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

struct Bench {
    // Removed with everything in it when the test ends.
    _place: tempfile::TempDir,
    state: AppState,
    router: Router,
}

fn config(folder: &tempfile::TempDir, public_url: &str) -> Config {
    let provider =
        "[[provider]]\nname = \"Example\"\ndomains = [\"example.test\"]\nimap = \"imaps://a.test\"";
    let mut config: Config = toml::from_str(provider).unwrap();
    config.listen = "127.0.0.1:0".parse().unwrap();
    config.data_dir = folder.path().to_path_buf();
    config.public_url = (!public_url.is_empty()).then(|| public_url.parse().unwrap());
    config
}

fn outside() -> Outside {
    let real = Outside::real(&Config::default()).unwrap();
    Outside { verifier: Arc::new(FakeVerifier), ..real }
}

async fn bench(public_url: &str) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::fake(UNIX_EPOCH + Duration::from_secs(1_000_000_000));
    let state = App::open(config(&folder, public_url), clock, outside()).await.unwrap();
    Bench { _place: folder, router: router(state.clone()), state }
}

const LOCAL: (HeaderName, &str) = (header::HOST, "localhost:8080");
const OURS: (HeaderName, &str) = (header::ORIGIN, "http://localhost:8080");
const JSON: (HeaderName, &str) = (header::CONTENT_TYPE, "application/json");

impl Bench {
    async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(HeaderName, &str)],
        body: &str,
    ) -> Response {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn get(&self, path: &str) -> Response {
        self.ask(Method::GET, path, &[LOCAL], "").await
    }

    async fn sign_in(&self, password: &str, keep: bool) -> Response {
        let body =
            format!(r#"{{"address":"ann@example.test","password":"{password}","keep":{keep}}}"#);
        self.ask(Method::POST, "/api/session", &[LOCAL, OURS, JSON], &body).await
    }
}

fn cookie_of(response: &Response) -> String {
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

async fn text(response: Response) -> String {
    String::from_utf8(to_bytes(response.into_body(), 1_000_000).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn a_session_begins_and_ends() {
    let bench = bench("").await;
    assert_eq!(bench.get("/api/session").await.status(), StatusCode::UNAUTHORIZED);
    let response = bench.sign_in("right", false).await;
    assert_eq!(response.status(), StatusCode::OK);
    let cookie = cookie_of(&response);
    assert_eq!(text(response).await, r#"{"address":"ann@example.test","keep":false}"#);
    let with = [LOCAL, OURS, (header::COOKIE, cookie.as_str())];
    assert_eq!(bench.ask(Method::GET, "/api/session", &with, "").await.status(), StatusCode::OK);
    let gone = bench.ask(Method::DELETE, "/api/session", &with, "").await;
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    assert_eq!(gone.headers()["clear-site-data"], "\"cache\", \"storage\"");
    assert!(gone.headers()[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    let after = bench.ask(Method::GET, "/api/session", &with, "").await;
    assert_eq!(after.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        bench.ask(Method::DELETE, "/api/session", &with, "").await.status(),
        StatusCode::NO_CONTENT
    );
}

#[tokio::test]
async fn connections_end_with_a_session_that_had_no_link() {
    let bench = bench("").await;
    let cookie = cookie_of(&bench.sign_in("right", false).await);
    assert_eq!(bench.state.users.count(), 1);
    let with = [LOCAL, OURS, (header::COOKIE, cookie.as_str())];
    bench.ask(Method::DELETE, "/api/session", &with, "").await;
    let gone = async {
        while bench.state.users.count() > 0 {
            tokio::task::yield_now().await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(5), gone).await.is_ok());
}

#[tokio::test]
async fn a_kept_sessions_cookie_slides_and_a_new_sign_in_replaces_the_old_one() {
    let bench = bench("").await;
    let cookie = cookie_of(&bench.sign_in("right", true).await);
    let with = [LOCAL, OURS, JSON, (header::COOKIE, cookie.as_str())];
    let again = bench.ask(Method::GET, "/api/session", &with, "").await;
    assert!(again.headers()[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=2592000"));
    let body = r#"{"address":"ann@example.test","password":"right","keep":false}"#;
    let other = bench.ask(Method::POST, "/api/session", &with, body).await;
    assert_ne!(cookie_of(&other), cookie);
    let old = bench.ask(Method::GET, "/api/session", &with, "").await;
    assert_eq!(old.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(bench.state.sessions.count(), 1);
}

#[tokio::test]
async fn what_goes_wrong_is_told_by_status_and_code() {
    let bench = bench("").await;
    let check = async |response: Response, status: u16, code: &str| {
        assert_eq!(response.status().as_u16(), status);
        let text = text(response).await;
        assert!(text.contains(&format!("\"code\":\"{code}\"")), "{text}");
    };
    check(bench.sign_in("wrong", false).await, 403, "AuthenticationFailed").await;
    check(bench.sign_in("nowhere", false).await, 422, "Unsupported").await;
    let ask = async |body: &str| {
        bench.ask(Method::POST, "/api/session", &[LOCAL, OURS, JSON], body).await
    };
    check(ask("{}").await, 400, "Invalid").await;
    check(
        ask(r#"{"address":"a@b.test","password":"x","keep":true}"#).await,
        422,
        "UnknownProvider",
    )
    .await;
    check(ask(&" ".repeat(100_000)).await, 400, "Invalid").await;
    for _ in 0..4 {
        bench.sign_in("wrong", false).await;
    }
    let limited = bench.sign_in("right", false).await;
    assert_eq!(limited.headers()[header::RETRY_AFTER], "2");
    check(limited, 429, "Limit").await;
}

#[tokio::test]
async fn a_foreign_page_and_a_foreign_host_get_nothing() {
    let bench = bench("").await;
    let body = r#"{"address":"ann@example.test","password":"right","keep":true}"#;
    for origin in [None, Some("http://evil.test"), Some("null"), Some("https://localhost:8080")] {
        let mut headers = vec![LOCAL, JSON];
        headers.extend(origin.map(|origin| (header::ORIGIN, origin)));
        let response = bench.ask(Method::POST, "/api/session", &headers, body).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{origin:?}");
        let response = bench.ask(Method::GET, "/ws", &headers, "").await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{origin:?}");
    }
    for host in ["evil.test", "192.0.2.1:8080", "localhost.evil.test"] {
        let response = bench.ask(Method::GET, "/login", &[(header::HOST, host)], "").await;
        assert_eq!(response.status(), StatusCode::MISDIRECTED_REQUEST, "{host}");
    }
    let probe = bench.ask(Method::GET, "/healthz", &[(header::HOST, "10.1.2.3")], "").await;
    assert_eq!(probe.status(), StatusCode::OK);
}

#[tokio::test]
async fn every_answer_carries_the_pages_policy() {
    let bench = bench("").await;
    for path in ["/", "/login", "/nothing.js", "/api/nothing", "/api/session"] {
        let headers = bench.get(path).await.headers().clone();
        let expect = middleware::csp::page("http://localhost:8080", "/");
        assert_eq!(headers[header::CONTENT_SECURITY_POLICY], expect, "{path}");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(headers[header::REFERRER_POLICY], "no-referrer");
        assert_eq!(headers["cross-origin-opener-policy"], "same-origin");
        assert!(headers.contains_key("permissions-policy"));
        assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
    }
}

#[tokio::test]
async fn everything_is_below_the_base_path_and_the_probes_at_the_root_too() {
    let bench = bench("https://mail.example.test/webmail/").await;
    let status = async |path: &str| bench.get(path).await.status().as_u16();
    for path in ["/healthz", "/readyz", "/webmail/healthz", "/webmail/readyz"] {
        assert_eq!(status(path).await, 200, "{path}");
    }
    for path in ["/", "/webmail"] {
        let response = bench.get(path).await;
        assert_eq!(response.headers()[header::LOCATION], "/webmail/", "{path}");
    }
    for path in ["/api/session", "/login", "/webmailx", "/webmail/api/nothing"] {
        assert_eq!(status(path).await, 404, "{path}");
    }
    assert_eq!(status("/webmail/api/session").await, 401);
    let origin = (header::ORIGIN, "https://mail.example.test");
    let body = r#"{"address":"ann@example.test","password":"right","keep":true}"#;
    let response = bench.ask(Method::POST, "/webmail/api/session?x=1", &[origin, JSON], body).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(cookie_of(&response).starts_with("__Host-postern-"));
    assert!(response.headers().contains_key(header::STRICT_TRANSPORT_SECURITY));
}

#[tokio::test]
async fn numbers_are_on_their_own_listener() {
    let bench = bench("").await;
    bench.sign_in("right", true).await;
    let request = Request::builder().uri("/metrics").body(Body::empty()).unwrap();
    let response = metrics_router(bench.state.clone()).oneshot(request).await.unwrap();
    assert!(text(response).await.contains("\npostern_sessions 1\n"));
    assert_eq!(bench.get("/metrics").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_bridge_that_stopped_has_left_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(&folder, "");
    let clock = Clock::system();
    let bridge = Bridge::start(config.clone(), clock.clone(), outside()).await.unwrap();
    let second = Bridge::start(config.clone(), clock.clone(), outside()).await;
    let error = second.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("in use by another postern"), "{error}");
    bridge.stop().await;
    Bridge::start(config, clock, outside()).await.unwrap().stop().await;
}
