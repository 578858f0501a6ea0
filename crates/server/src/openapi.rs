//! The OpenAPI document: `GET /openapi.json`, and `schemas/openapi.json` in the repository.

use axum::Json;
use axum::extract::State;
use serde_json::Value;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{IntoResponses, Modify, OpenApi};

use crate::app::Shared;
use crate::limits::Limits;
use crate::refusal::ErrorBody;
use crate::{classify, health, info, metrics, predict};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "grens",
        description = "Finds candidate posts under Articles 137c and 137d of the Dutch Penal Code. It proposes; people decide.",
    ),
    paths(
        classify::classify,
        predict::predict,
        predict::predict_at_root,
        health::health,
        health::ready,
        info::info,
        metrics::metrics,
        openapi,
    ),
    components(schemas(classify::PostIn)),
    modifiers(&Key),
    security((), ("api_key" = [])),
    tags(
        (name = "scoring", description = "Posts in, proposals out."),
        (name = "watching", description = "How the server is, and what it is."),
    ),
)]
struct Document;

/// The API key, where the server has one.
struct Key;

impl Modify for Key {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("Where the server has a key"));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("api_key", SecurityScheme::Http(bearer.build()));
    }
}

/// Refusals of both scoring routes.
#[derive(IntoResponses)]
#[allow(dead_code, reason = "for the OpenAPI document")]
pub(crate) enum Scoring {
    /// The body is no JSON.
    #[response(status = 400)]
    NoJson(ErrorBody),
    /// The body came too slowly.
    #[response(status = 408)]
    Slow(ErrorBody),
    /// The body, the number of posts or a text is too large.
    #[response(status = 413)]
    TooLarge(ErrorBody),
    /// The body does not say that it is JSON.
    #[response(status = 415)]
    OtherType(ErrorBody),
    /// A field is missing or is not what it must be.
    #[response(status = 422)]
    Field(ErrorBody),
    /// As many posts wait, or as many long bodies come in, as the server takes on; `Retry-After` says when to come back.
    #[response(status = 429, headers(("retry-after" = u64, description = "Seconds")))]
    Full(ErrorBody),
    /// The model failed.
    #[response(status = 500)]
    Backend(ErrorBody),
    /// It took too long.
    #[response(status = 503)]
    TooLong(ErrorBody),
}

/// Refusals of all routes that need the API key.
#[derive(IntoResponses)]
#[allow(dead_code, reason = "for the OpenAPI document")]
pub(crate) enum Guarded {
    /// The API key is missing or wrong.
    #[response(status = 401)]
    NoKey(ErrorBody),
    /// Not with this method.
    #[response(status = 405)]
    Method(ErrorBody),
}

/// Refusals of the other routes.
#[derive(IntoResponses)]
#[allow(dead_code, reason = "for the OpenAPI document")]
pub(crate) enum Any {
    /// Not with this method.
    #[response(status = 405)]
    Method(ErrorBody),
}

/// This document.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "watching",
    responses((status = 200, description = "This document", body = Object), Guarded),
)]
pub(crate) async fn openapi(State(app): State<Shared>) -> Json<Value> {
    Json(document(&app.limits))
}

/// The document of a server with these limits.
#[must_use]
pub fn document(limits: &Limits) -> Value {
    let mut document = serde_json::to_value(Document::openapi()).unwrap_or_default();
    let schemas = document.get_mut("components").and_then(|c| c.get_mut("schemas"));
    schemas.into_iter().for_each(|schemas| set_limits(schemas, limits));
    document
}

/// Numbers in the schemas are those of the default limits; put others in their place.
fn set_limits(schema: &mut Value, limits: &Limits) {
    let default = Limits::default();
    match schema {
        Value::Object(fields) => {
            for (name, value) in fields {
                if name == "maxItems" && *value == default.posts {
                    *value = limits.posts.into();
                } else if name == "maxLength" && *value == default.text_chars {
                    *value = limits.text_chars.into();
                } else {
                    set_limits(value, limits);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| set_limits(item, limits)),
        _ => {}
    }
}
