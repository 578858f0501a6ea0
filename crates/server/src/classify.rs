//! `POST /v1/classify`: posts in, the decision records of `grens score` out.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use grens_batch::Post;
use grens_law::DecisionRecord;
use serde_json::Value;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::app::Shared;
use crate::body::{Body, kind};
use crate::json::Wanted;
use crate::limits::Limits;
use crate::metrics::Shape;
use crate::refusal::Refusal;
use crate::scoring::{answer, check_count, check_length, judge};

/// Longest id, in characters.
const MAX_ID: usize = 1024;
/// Longest language tag (RFC 5646, 4.4.1), in characters.
const MAX_LANG: usize = 35;

/// A post. Other fields may be there and are not read.
#[derive(ToSchema)]
#[schema(as = Post)]
#[allow(dead_code, reason = "its shape for the OpenAPI document; what comes in is read by hand")]
pub(crate) struct PostIn {
    /// The post's id; it comes back in its record.
    #[schema(schema_with = id_schema)]
    id: String,
    /// The post's text, plain.
    #[schema(min_length = 1, max_length = 65536, pattern = r"\S")]
    text: String,
    /// Language tag, such as `nl`. It comes back in the record; posts in all languages are scored.
    #[schema(max_length = 35)]
    lang: Option<String>,
}

fn id_schema() -> Schema {
    let text = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .min_length(Some(1))
        .max_length(Some(MAX_ID))
        .pattern(Some(r"\S"));
    // Platforms count in 64 bits, signed or not.
    let number = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::Integer))
        .minimum(Some(i64::MIN))
        .maximum(Some(u64::MAX));
    OneOfBuilder::new().item(text).item(number).description(Some("A string or a whole number")).into()
}

/// One post, or a list of them.
#[derive(ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "its shape for the OpenAPI document")]
pub(crate) enum ClassifyRequest {
    /// One post.
    One(PostIn),
    /// Some posts.
    Many(Posts),
}

/// Posts to score together.
pub(crate) struct Posts;

impl PartialSchema for Posts {
    fn schema() -> RefOr<Schema> {
        let limits = Limits::default();
        let post = utoipa::openapi::Ref::from_schema_name(PostIn::name());
        let list = utoipa::openapi::ArrayBuilder::new().items(post);
        list.min_items(Some(1)).max_items(Some(limits.posts)).build().into()
    }
}

impl ToSchema for Posts {}

/// The record of the post, or a list of records in the order of the posts.
#[derive(serde::Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum ClassifyAnswer {
    /// For one post.
    One(Box<DecisionRecord>),
    /// For a list.
    Many(Vec<DecisionRecord>),
}

/// Score one post or some.
#[utoipa::path(
    post,
    path = "/v1/classify",
    tag = "scoring",
    request_body = ClassifyRequest,
    responses(
        (status = 200, description = "What is proposed for each post", body = ClassifyAnswer),
        crate::openapi::Scoring,
        crate::openapi::Guarded,
    ),
)]
pub(crate) async fn classify(State(app): State<Shared>, request: Request) -> Result<Response, Refusal> {
    // One post more than may be shows that there are too many.
    let wanted = Wanted { fields: &["id", "text", "lang"], elements: &[app.limits.posts.saturating_add(1)] };
    let Body { json, room } = app.json(request, wanted).await?;
    let (shape, posts) = read(json, &app.limits)?;
    drop(room);
    app.metrics.understood(shape);
    let (posts, judged) = judge(&app, posts, |_| Ok(())).await?;
    let mut records = posts.iter().zip(judged).map(|(post, judged)| app.decider.record(&post.0, judged));
    let body = match shape {
        Shape::Single => ClassifyAnswer::One(Box::new(records.next().ok_or_else(Refusal::backend)?)),
        Shape::Batch => ClassifyAnswer::Many(records.collect()),
    };
    Ok(answer(shape, body))
}

/// A post as the scoring takes it.
struct Read(Post);

impl AsRef<str> for Read {
    fn as_ref(&self) -> &str {
        &self.0.text
    }
}

fn read(body: Value, limits: &Limits) -> Result<(Shape, Vec<Read>), Refusal> {
    let source: Arc<str> = "http".into();
    match body {
        Value::Array(posts) => {
            check_count("body", posts.len(), limits)?;
            let posts = posts.into_iter().enumerate();
            let posts = posts.map(|(i, value)| post(value, &format!("[{i}]"), &source, limits));
            Ok((Shape::Batch, posts.collect::<Result<_, _>>()?))
        }
        one => Ok((Shape::Single, vec![post(one, "", &source, limits)?])),
    }
}

/// `at` is where the post stands in the request.
fn post(value: Value, at: &str, source: &Arc<str>, limits: &Limits) -> Result<Read, Refusal> {
    let field = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
    let Value::Object(mut fields) = value else {
        let place = if at.is_empty() { "body" } else { at };
        return Err(Refusal::field(place, format!("a post is an object with id and text, not {}", kind(&value))));
    };
    let id = match fields.remove("id") {
        Some(Value::String(id)) if id.chars().count() > MAX_ID => {
            return Err(Refusal::field(field("id"), format!("the id has more than {MAX_ID} characters")));
        }
        Some(Value::String(id)) if !id.trim().is_empty() => id,
        Some(Value::Number(number)) if whole(&number).is_some() => whole(&number).unwrap_or_default(),
        found => return Err(wrong(field("id"), found.as_ref(), "a string or a whole number")),
    };
    let text = match fields.remove("text") {
        Some(Value::String(text)) if !text.trim().is_empty() => text,
        found => return Err(wrong(field("text"), found.as_ref(), "a string")),
    };
    check_length(|| field("text"), &text, limits)?;
    let lang = match fields.remove("lang") {
        None | Some(Value::Null) => Cow::Borrowed("und"),
        Some(Value::String(lang)) if lang.chars().count() > MAX_LANG => {
            return Err(Refusal::field(field("lang"), format!("a language tag has at most {MAX_LANG} characters")));
        }
        Some(Value::String(lang)) if lang.trim().is_empty() => Cow::Borrowed("und"),
        Some(Value::String(lang)) => Cow::Owned(lang),
        found => return Err(wrong(field("lang"), found.as_ref(), "a string or null")),
    };
    Ok(Read(Post::new(id, text, lang, Arc::clone(source), 0)))
}

/// A whole number of 64 bits as an id. JSON writes some of them with a fraction of nothing; beyond 2^53 those are not exact any more.
fn whole(number: &serde_json::Number) -> Option<String> {
    if number.is_f64() {
        let value = number.as_f64()?;
        return (value.fract() == 0.0 && value.abs() < 9e15).then(|| format!("{value:.0}"));
    }
    Some(number.to_string())
}

fn wrong(field: String, found: Option<&Value>, wanted: &str) -> Refusal {
    let message = match found {
        None | Some(Value::Null) => format!("the field is missing; it must be {wanted}"),
        Some(Value::String(_)) => "the field is empty".to_owned(),
        Some(other) => format!("the field is {}; it must be {wanted}", kind(other)),
    };
    Refusal::field(field, message)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ids(body: Value) -> Vec<String> {
        read(body, &Limits::default()).unwrap().1.into_iter().map(|post| post.0.id).collect()
    }

    #[test]
    fn one_post_or_a_list() {
        assert_eq!(ids(json!({"id": "a", "text": "Hoi", "url": 5})), ["a"]);
        assert_eq!(ids(json!([{"id": 7, "text": "Hoi", "lang": null}, {"id": 8.0, "text": "Dag"}])), ["7", "8"]);
    }

    #[test]
    fn a_field_that_is_wrong_is_named_and_not_quoted() {
        let hurt = "geheim";
        for (body, field) in [
            (json!(hurt), "body"),
            (json!([]), "body"),
            (json!([{"id": "a", "text": "Hoi"}, hurt]), "[1]"),
            (json!({"text": hurt}), "id"),
            (json!({"id": 1.5, "text": hurt}), "id"),
            (json!({"id": 1e20, "text": hurt}), "id"),
            (json!({"id": " ", "text": hurt}), "id"),
            (json!({"id": "a"}), "text"),
            (json!([{"id": "a", "text": [hurt]}]), "[0].text"),
            (json!({"id": "a", "text": " \n"}), "text"),
            (json!({"id": "a", "text": "Hoi", "lang": [hurt]}), "lang"),
            (json!({"id": "a", "text": hurt.repeat(20_000)}), "text"),
        ] {
            let refusal = format!("{:?}", read(body, &Limits::default()).err().unwrap());
            assert!(refusal.contains(&format!("field: Some(\"{field}\")")), "{refusal}");
            assert!(!refusal.contains(hurt), "{refusal}");
        }
    }
}
