//! `/ws`: the door of the link.

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::response::Response;
use postern_shared::error::ErrorCode;

use crate::AppState;
use crate::link::{self, Greeting};
use crate::middleware::auth::SignedIn;

/// Opens a link; whoever may not have one is told so in the link's own words.
pub(super) async fn open(
    State(state): State<AppState>,
    session: Option<SignedIn>,
    upgrade: WebSocketUpgrade,
) -> Response {
    link::bounded(upgrade).on_upgrade(async move |socket| {
        let Some(SignedIn(session)) = session else {
            return link::refuse(socket, ErrorCode::NotSignedIn.into()).await;
        };
        let Some(_place) = state.links.take_place(*session.id()) else {
            return link::refuse(socket, ErrorCode::Limit.into()).await;
        };
        let user = state.users.enter(&session);
        let unlocking = {
            let (state, session, user) = (state.clone(), session.clone(), user.clone());
            tokio::spawn(async move { super::account::unlock(&state, &session, &user).await })
        };
        let greeting =
            Greeting { build: state.assets.build(), limits: state.config.limits.shown() };
        link::serve(socket, (&session, user), greeting, state.closing.clone()).await;
        // It holds the user, whom the last link of a session lets go.
        let _ = unlocking.await;
        if session.is_over() {
            state.users.leave(session.user()).await;
        }
    })
}
