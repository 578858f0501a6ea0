//! Routes, and what happens to every request on its way to one.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use grens_batch::Decider;
use grens_infer::ModelInfo;

use crate::api_key::ApiKey;
use crate::body::{self, Body, Room};
use crate::json::Wanted;
use crate::lanes::Lanes;
use crate::limits::Limits;
use crate::log::Log;
use crate::metrics::Metrics;
use crate::queue::Queue;
use crate::refusal::{ErrorType, Refusal};
use crate::{classify, health, info, metrics, openapi, predict};

/// What all requests share.
pub(crate) struct App {
    pub(crate) decider: Arc<Decider>,
    pub(crate) facts: ModelInfo,
    pub(crate) limits: Limits,
    pub(crate) key: Option<ApiKey>,
    pub(crate) room: Room,
    pub(crate) queue: Queue,
    pub(crate) lanes: Arc<Lanes>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) log: Arc<dyn Log>,
}

/// As handlers get it.
pub(crate) type Shared = Arc<App>;

impl App {
    /// What is wanted of a request's body, as JSON.
    pub(crate) async fn json(&self, request: Request, wanted: Wanted<'_>) -> Result<Body, Refusal> {
        body::read(request, wanted, &self.limits, &self.room).await
    }
}

/// All routes.
pub(crate) fn router(app: Shared) -> Router {
    let guarded = Router::new()
        .route("/v1/classify", post(classify::classify))
        .route("/predict", post(predict::predict))
        .route("/", post(predict::predict_at_root))
        .route("/info", get(info::info))
        .route("/metrics", get(metrics::metrics))
        .route("/openapi.json", get(openapi::openapi))
        .route_layer(from_fn_with_state(Arc::clone(&app), check_key));
    Router::new()
        .route("/health", get(health::health))
        .route("/ready", get(health::ready))
        .merge(guarded)
        .fallback(not_found)
        .method_not_allowed_fallback(other_method)
        .layer(from_fn_with_state(Arc::clone(&app), watch))
        .with_state(app)
}

async fn check_key(State(app): State<Shared>, request: Request, next: Next) -> Response {
    match &app.key {
        Some(key) if !key.is_in(request.headers()) => {
            let message = "send the server's API key as `Authorization: Bearer KEY`";
            Refusal::new(StatusCode::UNAUTHORIZED, ErrorType::Unauthorized, message).into_response()
        }
        _ => next.run(request).await,
    }
}

/// Limits the time of a request and counts its answer.
async fn watch(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let response = match tokio::time::timeout(app.limits.request_time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let message =
                format!("it took longer than {} s; send fewer posts at a time", app.limits.request_time.as_secs());
            Refusal::new(StatusCode::SERVICE_UNAVAILABLE, ErrorType::Overloaded, message).into_response()
        }
    };
    app.metrics.answered(&response, began.elapsed());
    response
}

async fn not_found() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, ErrorType::NotFound, "there is nothing here; /openapi.json lists what there is")
}

async fn other_method() -> Refusal {
    Refusal::new(
        StatusCode::METHOD_NOT_ALLOWED,
        ErrorType::NotFound,
        "not with this method; the header `Allow` says with which",
    )
}
