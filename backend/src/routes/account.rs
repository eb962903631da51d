//! `/api/account`: adds an account to whoever is signed in, or gives one another password.

use crate::AppState;
use crate::error::Failure;
use crate::middleware::ClientIp;
use crate::middleware::auth::SignedIn;
use crate::secret::Secret;
use crate::session::{Confirmed, Session, Wanted};
use crate::store::imap;
use crate::user::{Entrant, User};
use axum::extract::rejection::JsonRejection;
use axum::extract::{Extension, Json, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::session::{AccountAdded, AddAccount};

/// 200 and the account's id, or what went wrong; the limits are those of signing in.
pub(super) async fn add(
    State(state): State<AppState>,
    Extension(ClientIp(client)): Extension<ClientIp>,
    SignedIn(session): SignedIn,
    body: Result<Json<AddAccount>, JsonRejection>,
) -> Result<Response, Failure> {
    let Json(AddAccount { address, password, protocol, servers }) =
        body.map_err(|_| Failure::from(ErrorCode::Invalid))?;
    let secret = Secret::new(password);
    let wanted = match Wanted::new(protocol, servers) {
        // Whoever only types a password in again means the account as it is.
        Wanted::Best => state.users.enter(&session).setup_of(&address).map(Wanted::As),
        said => Some(said),
    };
    let wanted = wanted.unwrap_or_default();
    let confirmed = state.sessions.confirm(&address, &secret, wanted, client).await;
    let Confirmed { account, connection } = confirmed.map_err(|error| CallError::from(&error))?;
    let entrant = Entrant {
        user: session.user(),
        address: account.address,
        provider: account.provider,
        protocol: account.protocol,
        credentials: imap::Credentials { login: account.login, secret },
        connection,
    };
    // To its end also where the page has gone meanwhile.
    let adding = tokio::spawn(async move {
        let vault = state.sessions.vault_to_fill(&session).await;
        let vault = vault.map_err(|error| CallError::from(&error))?;
        let user = state.users.enter(&session);
        user.add_account(vault, entrant).await.map_err(CallError::from)
    });
    let account = adding.await.map_err(|_| Failure::from(ErrorCode::Internal))??;
    Ok(([(CACHE_CONTROL, "no-store")], Json(AccountAdded { account })).into_response())
}

/// 200 and what was found of the servers that an account would have; nothing is added. The limits
/// are those of signing in.
pub(super) async fn check(
    State(state): State<AppState>,
    Extension(ClientIp(client)): Extension<ClientIp>,
    body: Result<Json<AddAccount>, JsonRejection>,
) -> Result<Response, Failure> {
    let Json(AddAccount { address, password, protocol, servers }) =
        body.map_err(|_| Failure::from(ErrorCode::Invalid))?;
    let (secret, wanted) = (Secret::new(password), Wanted::new(protocol, servers));
    let checked = state.sessions.check(&address, &secret, wanted, client).await;
    let checked = checked.map_err(|error| CallError::from(&error))?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(checked)).into_response())
}

/// Starts the accounts that a user added.
pub(super) async fn unlock(state: &AppState, session: &Session, user: &User) {
    let unlocked = match state.sessions.vault(session).await {
        Ok(vault) => user.unlock(vault).await,
        Err(error) => Err(error.into()),
    };
    if let Err(error) = unlocked {
        tracing::error!(%error, "the accounts of a user could not be read");
    }
}
