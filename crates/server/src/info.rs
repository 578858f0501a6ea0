//! `GET /info`: what is served, in the words of text-embeddings-inference; its clients look here for the kind of the model.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use grens_law::Scores;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::Shared;

/// What is served.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Info {
    /// Name and version of the model.
    model_id: String,
    /// SHA-256 over the model's files, hexadecimal.
    model_sha: String,
    /// Numbers that the model is computed in.
    #[schema(value_type = String)]
    model_dtype: &'static str,
    model_type: ModelType,
    /// Which policy `/v1/classify` decides by.
    policy: String,
    /// Which statute table.
    law: String,
    /// Most open connections.
    max_concurrent_requests: usize,
    /// Tokens that the model reads of a text.
    max_input_length: usize,
    /// Tokens of a batch.
    max_batch_tokens: usize,
    /// Not limited.
    max_batch_requests: Option<usize>,
    /// Most texts in a request.
    max_client_batch_size: usize,
    /// Whether long texts are cut when a request does not say.
    auto_truncate: bool,
    /// Threads that score.
    tokenization_workers: usize,
    /// Version of grens.
    #[schema(value_type = String)]
    version: &'static str,
    /// Not known.
    sha: Option<String>,
    /// None.
    docker_label: Option<String>,
}

/// The kind of the model.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelType {
    classifier: Labels,
}

/// The heads that the model has.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Labels {
    /// Name by number.
    #[schema(value_type = BTreeMap<String, String>)]
    id2label: BTreeMap<String, &'static str>,
    /// Number by name.
    #[schema(value_type = BTreeMap<String, usize>)]
    label2id: BTreeMap<&'static str, usize>,
}

/// What is served.
#[utoipa::path(
    get,
    path = "/info",
    tag = "watching",
    responses((status = 200, description = "What is served", body = Info), crate::openapi::Guarded),
)]
pub(crate) async fn info(State(app): State<Shared>) -> Json<Info> {
    let (decider, limits, facts) = (&app.decider, &app.limits, &app.facts);
    let heads = || Scores::HEADS.into_iter().filter(|head| decider.has_head(head)).enumerate();
    Json(Info {
        model_id: decider.model().name.clone(),
        model_sha: decider.model().hash.clone(),
        model_dtype: match (facts.in_int8, facts.in_bf16) {
            (true, _) => "int8",
            (_, true) => "bfloat16",
            _ => "float32",
        },
        model_type: ModelType {
            classifier: Labels {
                id2label: heads().map(|(i, head)| (i.to_string(), head)).collect(),
                label2id: heads().map(|(i, head)| (head, i)).collect(),
            },
        },
        policy: decider.policy().id.clone(),
        law: decider.statute().version.clone(),
        max_concurrent_requests: limits.connections,
        max_input_length: facts.max_tokens,
        max_batch_tokens: limits.batch_tokens,
        max_batch_requests: None,
        max_client_batch_size: limits.posts,
        auto_truncate: true,
        tokenization_workers: facts.threads,
        version: env!("CARGO_PKG_VERSION"),
        sha: None,
        docker_label: None,
    })
}
