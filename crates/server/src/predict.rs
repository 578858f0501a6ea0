//! `POST /predict`: what clients of text-embeddings-inference (TEI) send to a classifier, and what they expect back.
//! <https://huggingface.github.io/text-embeddings-inference/>
//!
//! It gives the calibrated probabilities of the heads, the same numbers as `/v1/classify`, without a proposal. One thing is otherwise than in
//! TEI: a list of strings is a list of posts, since this model reads no pairs of texts.

use axum::extract::{Request, State};
use axum::response::Response;
use grens_batch::Judged;
use grens_infer::Encoded;
use grens_law::{Article, Ground, Scores};
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, OneOfBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::app::Shared;
use crate::body::{Body, kind};
use crate::json;
use crate::limits::Limits;
use crate::metrics::Shape;
use crate::refusal::Refusal;
use crate::scoring::{answer, check_count, check_length, judge};

/// Texts to score.
#[derive(ToSchema)]
#[allow(dead_code, reason = "its shape for the OpenAPI document; what comes in is read by hand")]
pub(crate) struct PredictRequest {
    #[schema(inline)]
    inputs: Inputs,
    /// Logits before calibration instead of probabilities.
    #[schema(default = false)]
    raw_scores: Option<bool>,
    /// Whether a text that is longer than the model reads is scored by its beginning; otherwise it is refused (413).
    #[schema(default = true)]
    truncate: Option<bool>,
}

/// One text, some texts, or each text in a list of its own.
struct Inputs;

impl PartialSchema for Inputs {
    fn schema() -> RefOr<Schema> {
        let Limits { posts, text_chars, .. } = Limits::default();
        let text = ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .min_length(Some(1))
            .max_length(Some(text_chars))
            .build();
        let list =
            |items: RefOr<Schema>, most| ArrayBuilder::new().items(items).min_items(Some(1)).max_items(Some(most));
        let alone = list(text.clone().into(), 1);
        OneOfBuilder::new()
            .item(text.clone())
            .item(list(text.into(), posts))
            .item(list(alone.into(), posts))
            .description(Some("A text, a list of texts, or a list of lists with one text each"))
            .into()
    }
}

impl ToSchema for Inputs {}

/// A head and its score.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(crate) struct Prediction {
    /// Probability in 0..=1, or with `raw_scores` a logit.
    score: f32,
    /// Name of the head: `group_hate`, `art137c`, `art137d`, `race`, `religion`, `orientation`, `disability` or `gender`.
    #[schema(value_type = String)]
    label: &'static str,
}

/// The heads of one text, highest score first; for lists of more, a list of those.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum PredictAnswer {
    /// For a text, and for a list that holds one text.
    Single(Vec<Prediction>),
    /// For a list of texts and for a list of lists.
    Batch(Vec<Vec<Prediction>>),
}

/// Score texts as text-embeddings-inference does.
#[utoipa::path(
    post,
    path = "/predict",
    tag = "scoring",
    request_body = PredictRequest,
    responses(
        (status = 200, description = "The scores of each text", body = PredictAnswer),
        crate::openapi::Scoring,
        crate::openapi::Guarded,
    ),
)]
pub(crate) async fn predict(State(app): State<Shared>, request: Request) -> Result<Response, Refusal> {
    let fields = &["inputs", "raw_scores", "truncate", "truncation_direction"];
    // One text more than may be shows that there are too many, in the list and in the lists in it.
    let elements = &[app.limits.posts.saturating_add(1), 2];
    let Body { json, room } = app.json(request, json::Wanted { fields, elements }).await?;
    let Wanted { shape, texts, raw_scores, truncate } = read(json, &app.limits)?;
    drop(room);
    app.metrics.understood(shape);
    let whole = |texts: &[Encoded]| match texts.iter().position(|text| text.truncated) {
        Some(i) if !truncate => {
            let field = if texts.len() == 1 { "inputs".to_owned() } else { format!("inputs[{i}]") };
            let most = app.facts.max_tokens;
            Err(Refusal::too_large(
                field,
                format!("the text has more than {most} tokens; `truncate` scores its beginning"),
            ))
        }
        _ => Ok(()),
    };
    let (_, judged) = judge(&app, texts, whole).await?;
    let mut all = judged.iter().map(|judged| predictions(judged, raw_scores, |head| app.decider.has_head(head)));
    let body = match shape {
        Shape::Single => PredictAnswer::Single(all.next().ok_or_else(Refusal::backend)?),
        Shape::Batch => PredictAnswer::Batch(all.collect()),
    };
    Ok(answer(shape, body))
}

/// As `/predict`, for clients that know the server's address alone.
#[utoipa::path(
    post,
    path = "/",
    tag = "scoring",
    request_body = PredictRequest,
    responses(
        (status = 200, description = "The scores of each text", body = PredictAnswer),
        crate::openapi::Scoring,
        crate::openapi::Guarded,
    ),
)]
pub(crate) async fn predict_at_root(app: State<Shared>, request: Request) -> Result<Response, Refusal> {
    predict(app, request).await
}

/// The heads of a text that the model has, highest score first.
fn predictions(judged: &Judged, raw: bool, has_head: impl Fn(&str) -> bool) -> Vec<Prediction> {
    let Scores { articles, .. } = judged.scores;
    let articles = [articles.group_hate].into_iter().chain(Article::ALL.map(|a| judged.scores.article(a)));
    let probabilities = articles.chain(Ground::ALL.map(|g| judged.scores.ground(g)));
    let heads = Scores::HEADS.into_iter().zip(probabilities).zip(judged.logits);
    let mut found: Vec<Prediction> = heads
        .filter(|((label, _), _)| has_head(label))
        .map(|((label, probability), logit)| Prediction {
            score: if raw { logit.unwrap_or(0.0) } else { probability },
            label,
        })
        .collect();
    // Equal scores stand the other way round than their heads, as TEI has them.
    found.sort_by(|a, b| a.score.total_cmp(&b.score));
    found.reverse();
    found
}

struct Wanted {
    shape: Shape,
    texts: Vec<String>,
    raw_scores: bool,
    truncate: bool,
}

fn read(body: Value, limits: &Limits) -> Result<Wanted, Refusal> {
    let Value::Object(mut fields) = body else {
        return Err(Refusal::field("body", format!("it must be an object with inputs, not {}", kind(&body))));
    };
    let mut flag = |name: &str, default: bool| match fields.remove(name) {
        None | Some(Value::Null) => Ok(default),
        Some(Value::Bool(flag)) => Ok(flag),
        Some(other) => Err(Refusal::field(name, format!("the field is {}; it must be a boolean", kind(&other)))),
    };
    let (raw_scores, truncate) = (flag("raw_scores", false)?, flag("truncate", true)?);
    if truncate && fields.get("truncation_direction").is_some_and(|side| side == "Left") {
        return Err(Refusal::field(
            "truncation_direction",
            "a long text is read from its beginning: only Right is possible",
        ));
    }
    let (shape, texts) = inputs(fields.remove("inputs").unwrap_or_default(), limits)?;
    Ok(Wanted { shape, texts, raw_scores, truncate })
}

fn inputs(inputs: Value, limits: &Limits) -> Result<(Shape, Vec<String>), Refusal> {
    let list = match inputs {
        Value::String(_) => return Ok((Shape::Single, vec![text(inputs, || "inputs".to_owned(), limits)?])),
        Value::Array(list) => list,
        Value::Null => return Err(Refusal::field("inputs", "the field is missing; it must be a string or a list")),
        other => {
            let message =
                format!("the field is {}; it must be a string, a list of strings or a list of lists", kind(&other));
            return Err(Refusal::field("inputs", message));
        }
    };
    check_count("inputs", list.len(), limits)?;
    let nested = list.iter().any(Value::is_array);
    // TEI answers a list of one string as it answers the string.
    let shape = if list.len() == 1 && !nested { Shape::Single } else { Shape::Batch };
    let one = |(i, value): (usize, Value)| match value {
        Value::Array(mut alone) if alone.len() == 1 => text(alone.remove(0), || format!("inputs[{i}][0]"), limits),
        Value::Array(several) => {
            let many = if several.is_empty() { "no text" } else { "more than one text" };
            let message = format!("the list has {many}; the model reads one at a time, no pairs");
            Err(Refusal::field(format!("inputs[{i}]"), message))
        }
        other if nested => {
            let message = format!("it is {} among lists; give all texts alike", kind(&other));
            Err(Refusal::field(format!("inputs[{i}]"), message))
        }
        other => text(other, || format!("inputs[{i}]"), limits),
    };
    Ok((shape, list.into_iter().enumerate().map(one).collect::<Result<_, _>>()?))
}

fn text(value: Value, field: impl Fn() -> String, limits: &Limits) -> Result<String, Refusal> {
    match value {
        Value::String(text) if text.is_empty() => Err(Refusal::field(field(), "the text is empty")),
        Value::String(text) => check_length(field, &text, limits).map(|()| text),
        other => Err(Refusal::field(field(), format!("the field is {}; it must be a string", kind(&other)))),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shape(inputs: Value) -> (Shape, usize) {
        let wanted = read(json!({"inputs": inputs, "parameters": {}}), &Limits::default()).unwrap();
        (wanted.shape, wanted.texts.len())
    }

    #[test]
    fn inputs_are_a_text_a_list_or_a_list_of_lists() {
        assert_eq!(shape(json!("Hoi")), (Shape::Single, 1));
        assert_eq!(shape(json!(["Hoi"])), (Shape::Single, 1));
        assert_eq!(shape(json!(["Hoi", "Dag"])), (Shape::Batch, 2));
        assert_eq!(shape(json!([["Hoi"]])), (Shape::Batch, 1));
        assert_eq!(shape(json!([["Hoi"], ["Dag"]])), (Shape::Batch, 2));
    }

    #[test]
    fn what_cannot_be_used_is_named_and_not_quoted() {
        let hurt = "geheim";
        for (body, field) in [
            (json!([hurt]), "body"),
            (json!({}), "inputs"),
            (json!({"inputs": 3}), "inputs"),
            (json!({"inputs": []}), "inputs"),
            (json!({"inputs": ""}), "inputs"),
            (json!({"inputs": [hurt, 3]}), "inputs[1]"),
            (json!({"inputs": [[hurt, hurt]]}), "inputs[0]"),
            (json!({"inputs": [[hurt], hurt]}), "inputs[1]"),
            (json!({"inputs": [[]]}), "inputs[0]"),
            (json!({"inputs": hurt, "raw_scores": hurt}), "raw_scores"),
            (json!({"inputs": hurt, "truncation_direction": "Left"}), "truncation_direction"),
        ] {
            let refusal = format!("{:?}", read(body, &Limits::default()).err().unwrap());
            assert!(refusal.contains(&format!("field: Some(\"{field}\")")), "{refusal}");
            assert!(!refusal.contains(hurt), "{refusal}");
        }
    }
}
