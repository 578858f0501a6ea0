//! The one shape of every answer that is no result: that of text-embeddings-inference, with the field that is wrong.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// What kind of trouble; the first four are those of text-embeddings-inference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) enum ErrorType {
    /// The request cannot be used as it is.
    Validation,
    /// Too much to do; come back later.
    Overloaded,
    /// The model failed.
    Backend,
    /// The server cannot work, or is being stopped.
    Unhealthy,
    /// The API key is missing or wrong.
    Unauthorized,
    /// The body came too slowly.
    Timeout,
    /// No such address, or not with this method.
    NotFound,
}

impl ErrorType {
    /// The value of the label `err` in the metrics.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Validation => "validation",
            Self::Overloaded => "overloaded",
            Self::Backend => "backend",
            Self::Unhealthy => "unhealthy",
            Self::Unauthorized => "unauthorized",
            Self::Timeout => "timeout",
            Self::NotFound => "not_found",
        }
    }
}

/// The body of a refusal.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Error)]
pub(crate) struct ErrorBody {
    /// What is wrong and what to do, in words. Nothing of a post's text.
    error: String,
    /// What kind of trouble.
    error_type: ErrorType,
    /// Where in the request: a field such as `[3].text` or `inputs`, or `body`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    field: Option<String>,
}

/// Why a request gets no result.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    kind: ErrorType,
    message: String,
    field: Option<String>,
    /// Seconds.
    retry_after: Option<u64>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, kind: ErrorType, message: impl Into<String>) -> Self {
        Self { status, kind, message: message.into(), field: None, retry_after: None }
    }

    /// A field that cannot be used (422).
    pub(crate) fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, ErrorType::Validation, message).at(field)
    }

    /// A field that is larger than the server takes (413).
    pub(crate) fn too_large(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, ErrorType::Validation, message).at(field)
    }

    /// Name the place in the request.
    pub(crate) fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Too much to do (429).
    pub(crate) fn overloaded(seconds: u64) -> Self {
        Self::later(seconds, &format!("as many posts wait as the server takes on; come back in {seconds} s"))
    }

    /// Too many long bodies at once (429).
    pub(crate) fn no_room(seconds: u64) -> Self {
        let message = "so many long bodies come in that there is no room for this one";
        Self::later(seconds, &format!("{message}; come back in {seconds} s, or send fewer posts at a time"))
    }

    fn later(seconds: u64, message: &str) -> Self {
        let refusal = Self::new(StatusCode::TOO_MANY_REQUESTS, ErrorType::Overloaded, message);
        Self { retry_after: Some(seconds), ..refusal }
    }

    /// The model failed (500). Why is for those who run the server.
    pub(crate) fn backend() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, ErrorType::Backend, "the model failed; the server's log says why")
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = ErrorBody { error: self.message, error_type: self.kind, field: self.field };
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self.kind);
        response
    }
}
