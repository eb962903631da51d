//! The link's end, seen from a page that does not read.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{SinkExt, StreamExt};
use postern_shared::api::Call;
use postern_shared::api::accounts::ListAccounts;
use postern_shared::frame::{CallId, PROTOCOL_VERSION, ToBridge, encode};
use tokio::net::TcpSocket;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::clock::Clock;
use crate::config::Config;
use crate::secret::Secret;
use crate::session::{Account, SignIn, SignedIn, Verified, Verifier, Wanted};
use crate::{Bridge, Outside};

/// Confirms every password.
struct Trusting;

impl Verifier for Trusting {
    fn verify<'a>(&'a self, _: &'a Account, _: &'a Secret) -> BoxFuture<'a, Verified> {
        Box::pin(std::future::ready(Ok(None)))
    }
}

async fn bridge(place: &tempfile::TempDir) -> Bridge {
    let provider =
        "[[provider]]\nname = \"Example\"\ndomains = [\"example.test\"]\nimap = \"imaps://a.test\"";
    let mut config: Config = toml::from_str(provider).unwrap();
    config.listen = "127.0.0.1:0".parse().unwrap();
    config.data_dir = place.path().to_path_buf();
    let outside = Outside { verifier: Arc::new(Trusting), ..Outside::real(&config).unwrap() };
    Bridge::start(config, Clock::system(), outside).await.unwrap()
}

#[tokio::test]
async fn a_page_that_does_not_read_is_closed_with_its_session() {
    let place = tempfile::tempdir().unwrap();
    let bridge = bridge(&place).await;
    let (state, address) = (bridge.state().clone(), bridge.local_addr());
    let password = Secret::new("x".into());
    let wanted = Wanted::default();
    let typed = SignIn { address: "ann@example.test".into(), password, keep: false, wanted };
    let SignedIn { session, token, .. } =
        state.sessions.sign_in(typed, address.ip()).await.unwrap();

    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.set_send_buffer_size(4096).unwrap();
    let stream = socket.connect(address).await.unwrap();
    let mut request = format!("ws://{address}/ws").into_client_request().unwrap();
    request.headers_mut().insert("origin", format!("http://{address}").parse().unwrap());
    request.headers_mut().insert("cookie", state.cookie.set(&token, false));
    let (mut page, _) = client_async(request, stream).await.unwrap();
    let hello = ToBridge::Hello { protocol: PROTOCOL_VERSION, build: String::new() };
    page.send(Message::binary(encode(&hello))).await.unwrap();
    assert!(page.next().await.is_some());

    // Until the bridge is stuck with an answer and takes no more.
    let calls = (0..).map(|n| ToBridge::Call(CallId(n), ListAccounts.into_request()));
    for call in calls {
        let sent = page.send(Message::binary(encode(&call)));
        if tokio::time::timeout(Duration::from_secs(1), sent).await.is_err() {
            break;
        }
    }
    assert_eq!(state.links.count(), 1);
    state.sessions.end(session.id()).await.unwrap();
    let closed = async {
        while state.links.count() > 0 {
            tokio::task::yield_now().await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(3), closed).await.is_ok());
    bridge.stop().await;
}
