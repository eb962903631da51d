//! `/api/upload`: files on their way here, piece by piece, so that one that was cut off goes on.

use std::io;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::TryStreamExt;
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::upload::{NewUpload, Upload, UploadId};
use serde::Deserialize;
use tokio_util::io::StreamReader;

use crate::AppState;
use crate::error::Failure;
use crate::middleware::auth::SignedIn;
use crate::user;

const NO_STORE: (HeaderName, HeaderValue) = (CACHE_CONTROL, HeaderValue::from_static("no-store"));

/// Where a piece begins.
#[derive(Deserialize)]
pub(super) struct At {
    offset: u64,
}

/// Announces a file.
pub(super) async fn begin(
    State(state): State<AppState>,
    SignedIn(session): SignedIn,
    body: Result<Json<NewUpload>, JsonRejection>,
) -> Result<Response, Failure> {
    let Json(new) = body.map_err(|_| Failure::from(ErrorCode::Invalid))?;
    let user = state.users.enter(&session);
    answer(StatusCode::CREATED, user.begin_upload(new).await)
}

/// Adds a piece; its bytes go to the disk as they come.
pub(super) async fn add(
    State(state): State<AppState>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    at: Result<Query<At>, QueryRejection>,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let Query(At { offset }) = at.map_err(|_| Failure::from(ErrorCode::Invalid))?;
    let user = state.users.enter(&session);
    let bytes = request.into_body().into_data_stream().map_err(io::Error::other);
    let bytes = StreamReader::new(bytes);
    answer(StatusCode::OK, user.add_to_upload(&UploadId(id), offset, bytes).await)
}

/// How far it has come.
pub(super) async fn look(
    State(state): State<AppState>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let user = state.users.enter(&session);
    answer(StatusCode::OK, user.upload(&UploadId(id)).await)
}

/// Gives it up.
pub(super) async fn end(
    State(state): State<AppState>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    let user = state.users.enter(&session);
    user.drop_upload(&UploadId(id)).await.map_err(CallError::from)?;
    Ok(StatusCode::NO_CONTENT)
}

fn answer(status: StatusCode, done: Result<Upload, user::Error>) -> Result<Response, Failure> {
    let upload = done.map_err(CallError::from)?;
    Ok((status, [NO_STORE], Json(upload)).into_response())
}
