//! `GET /health`: does it work? `GET /ready`: does it take requests? Both answer without a key, for whoever starts and stops servers. A server that is being stopped
//! takes no connections, so that nobody can ask it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::Shared;
use crate::refusal::{ErrorBody, ErrorType, Refusal};

/// All is well.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Status {
    /// `ok` or `ready`.
    #[schema(value_type = String)]
    status: &'static str,
}

fn unhealthy(message: &str) -> Refusal {
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, ErrorType::Unhealthy, message)
}

/// Whether the server works.
#[utoipa::path(
    get,
    path = "/health",
    tag = "watching",
    security(()),
    responses(
        (status = 200, description = "It works", body = Status),
        (status = 503, description = "It does not, and has to be started again", body = ErrorBody),
        crate::openapi::Any,
    ),
)]
pub(crate) async fn health(State(app): State<Shared>) -> Result<Json<Status>, Refusal> {
    if app.lanes.are_working() {
        Ok(Json(Status { status: "ok" }))
    } else {
        Err(unhealthy("a scoring thread has ended"))
    }
}

/// Whether the server takes requests.
#[utoipa::path(
    get,
    path = "/ready",
    tag = "watching",
    security(()),
    responses(
        (status = 200, description = "It takes requests", body = Status),
        (status = 503, description = "It does not, and has to be started again", body = ErrorBody),
        crate::openapi::Any,
    ),
)]
pub(crate) async fn ready(State(app): State<Shared>) -> Result<Json<Status>, Refusal> {
    health(State(app)).await.map(|_| Json(Status { status: "ready" }))
}
