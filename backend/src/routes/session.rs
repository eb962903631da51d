//! `/api/session`: sign in, who am I, sign out.

use crate::AppState;
use crate::error::Failure;
use crate::middleware::ClientIp;
use crate::middleware::auth::SignedIn;
use crate::secret::Secret;
use crate::session::{self, Session, SignIn, Wanted};
use crate::user::Entrant;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Extension, Json, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue, SET_COOKIE};
use axum::response::{IntoResponse, Response};
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::session as wire;

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");
const NO_STORE: (HeaderName, HeaderValue) = (CACHE_CONTROL, HeaderValue::from_static("no-store"));

/// 200 and the cookie, or what went wrong.
pub(super) async fn sign_in(
    State(state): State<AppState>,
    Extension(ClientIp(client)): Extension<ClientIp>,
    previous: Option<SignedIn>,
    body: Result<Json<wire::SignInWith>, JsonRejection>,
) -> Result<Response, Failure> {
    let Json(wire::SignInWith { sign_in, protocol, servers }) =
        body.map_err(|_| Failure::from(ErrorCode::Invalid))?;
    let wire::SignIn { address, password, keep } = sign_in;
    let wanted = Wanted::new(protocol, servers);
    let typed = SignIn { address, password: Secret::new(password), keep, wanted };
    let outcome = state.sessions.sign_in(typed, client).await;
    let session::SignedIn { session, token, connection } = outcome.map_err(|error| {
        if let session::SignInError::Database(error) = &error {
            tracing::error!(%error, "a session could not be kept");
        }
        CallError::from(&error)
    })?;
    if let Some(SignedIn(previous)) = previous {
        end(&state, &previous).await;
    }
    // The page is about to open its link: its account goes on with the connection meanwhile.
    let entrant = Entrant { connection, ..Entrant::from(&session) };
    if let Some(maildrop) = entrant.maildrop() {
        state.users.keep_maildrop(&maildrop).await.map_err(|error| CallError::from(&error))?;
    }
    state.users.enter(entrant);
    let cookie = state.cookie.set(&token, session.keep());
    Ok(([NO_STORE, (SET_COOKIE, cookie)], Json(describe(&session))).into_response())
}

/// 200 and the person, or 401. A kept session's cookie is given anew, so that it slides too.
pub(super) async fn who(
    State(state): State<AppState>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
) -> Response {
    let mut response = ([NO_STORE], Json(describe(&session))).into_response();
    if let Some(token) = state.cookie.find(&headers).filter(|_| session.keep()) {
        response.headers_mut().insert(SET_COOKIE, state.cookie.set(&token, true));
    }
    response
}

/// 204 whether or not there was a session; the browser drops what it kept.
pub(super) async fn sign_out(State(state): State<AppState>, session: Option<SignedIn>) -> Response {
    if let Some(SignedIn(session)) = session {
        end(&state, &session).await;
        // Its links let the user go where there are any; a session need not have one.
        let (users, user) = (state.users.clone(), session.user());
        tokio::spawn(async move { users.leave(user).await });
    }
    let clear = HeaderValue::from_static("\"cache\", \"storage\"");
    let headers = [NO_STORE, (SET_COOKIE, state.cookie.clear()), (CLEAR_SITE_DATA, clear)];
    (StatusCode::NO_CONTENT, headers).into_response()
}

async fn end(state: &AppState, session: &Session) {
    if let Err(error) = state.sessions.end(session.id()).await {
        tracing::error!(%error, "a session that ended could not be removed");
    }
}

fn describe(session: &Session) -> wire::SignedIn {
    wire::SignedIn { address: session.account().address.clone(), keep: session.keep() }
}
