//! `/api/export/{transfer}`: messages as one file, made while the browser takes it.
//!
//! What fails on the way ends the answer before its end, so that the browser keeps no part of a file
//! as all of it.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use postern_shared::error::CallError;
use postern_shared::transfer::TransferId;

use super::blob::{disposition, header, headers};
use crate::AppState;
use crate::error::Failure;
use crate::middleware::auth::SignedIn;
use crate::user::Export;

/// Streams the file.
pub(super) async fn serve(
    State(state): State<AppState>,
    SignedIn(session): SignedIn,
    Path(transfer): Path<String>,
) -> Result<Response, Failure> {
    let user = state.users.enter(&session);
    let export = user.export(&TransferId(transfer)).await.map_err(CallError::from)?;
    let Export { name, content_type, bytes } = export;
    let headers = headers(header(content_type)?, header(&disposition(false, &name))?);
    let bytes = stream::unfold(bytes, async |mut bytes| Some((bytes.recv().await?, bytes)));
    Ok((headers, Body::from_stream(bytes)).into_response())
}
