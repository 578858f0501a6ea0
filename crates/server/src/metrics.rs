//! Counters in the Prometheus text format. Names are those of text-embeddings-inference with `grens_` for its `te_`, so that its dashboards
//! need one replacement; what it does not have stands last.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use grens_law::Band;
use prometheus::{
    Encoder as _, Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
    exponential_buckets,
};

use crate::app::Shared;
use crate::refusal::ErrorType;

/// Whether a request brought one post or a list of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Single,
    Batch,
}

impl Shape {
    const fn label(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Batch => "batch",
        }
    }
}

/// All counters of a server.
pub(crate) struct Metrics {
    registry: Registry,
    request_count: IntCounterVec,
    request_success: IntCounterVec,
    request_failure: IntCounterVec,
    request_duration: Histogram,
    tokenization: Histogram,
    queue_duration: Histogram,
    inference: Histogram,
    input_length: Histogram,
    predict_count: IntCounter,
    predict_success: IntCounter,
    batch_size: Histogram,
    batch_tokens: Histogram,
    queue_size: IntGauge,
    posts: IntCounterVec,
    responses: IntCounterVec,
    connections: IntGauge,
}

impl Metrics {
    pub(crate) fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let counter = |name: &str, help: &str| {
            let counter = IntCounter::new(name, help)?;
            registry.register(Box::new(counter.clone())).map(|()| counter)
        };
        let counters = |name: &str, help: &str, label: &str| {
            let counters = IntCounterVec::new(Opts::new(name, help), &[label])?;
            registry.register(Box::new(counters.clone())).map(|()| counters)
        };
        let gauge = |name: &str, help: &str| {
            let gauge = IntGauge::new(name, help)?;
            registry.register(Box::new(gauge.clone())).map(|()| gauge)
        };
        let histogram = |name: &str, help: &str, buckets: Vec<f64>| {
            let histogram = Histogram::with_opts(HistogramOpts::new(name, help).buckets(buckets))?;
            registry.register(Box::new(histogram.clone())).map(|()| histogram)
        };
        // From a millisecond to a minute; from one to what a batch may hold.
        let seconds = || exponential_buckets(0.001, 2.0, 17);
        let numbers = |buckets| exponential_buckets(1.0, 2.0, buckets);
        Ok(Self {
            request_count: counters("grens_request_count", "Requests that were understood.", "method")?,
            request_success: counters("grens_request_success", "Requests that were answered.", "method")?,
            request_failure: counters("grens_request_failure", "Requests that were refused or failed.", "err")?,
            request_duration: histogram(
                "grens_request_duration",
                "Seconds from a request's head to its answer, of answered requests.",
                seconds()?,
            )?,
            tokenization: histogram(
                "grens_request_tokenization_duration",
                "Seconds that a request's posts were tokenised for.",
                exponential_buckets(0.00001, 3.0, 12)?,
            )?,
            queue_duration: histogram("grens_request_queue_duration", "Seconds that a post waited.", seconds()?)?,
            inference: histogram(
                "grens_request_inference_duration",
                "Seconds that a batch was scored for.",
                seconds()?,
            )?,
            input_length: histogram("grens_request_input_length", "Tokens of a post.", numbers(10)?)?,
            predict_count: counter("grens_predict_count", "Posts that were taken into the queue.")?,
            predict_success: counter("grens_predict_success", "Posts that were scored.")?,
            batch_size: histogram("grens_batch_next_size", "Posts of a batch.", numbers(13)?)?,
            batch_tokens: histogram("grens_batch_next_tokens", "Tokens of a batch.", numbers(18)?)?,
            queue_size: gauge("grens_queue_size", "Posts that wait or are being scored.")?,
            posts: counters("grens_posts", "Posts that were scored, by what is proposed.", "band")?,
            responses: counters("grens_http_responses", "Answers to all requests, by status.", "code")?,
            connections: gauge("grens_connections", "Open connections.")?,
            registry,
        })
    }

    /// A request was understood.
    pub(crate) fn understood(&self, shape: Shape) {
        self.request_count.with_label_values(&[shape.label()]).inc();
    }

    /// A request's posts, of so many tokens each, were tokenised and are in the queue.
    pub(crate) fn queued(&self, took: Duration, tokens: impl Iterator<Item = usize>) {
        self.tokenization.observe(took.as_secs_f64());
        for n in tokens {
            self.predict_count.inc();
            self.input_length.observe(n as f64);
        }
    }

    /// A batch was formed out of posts that have waited so long.
    pub(crate) fn batch(&self, posts: usize, tokens: usize, waited: impl Iterator<Item = Duration>) {
        self.batch_size.observe(posts as f64);
        self.batch_tokens.observe(tokens as f64);
        waited.for_each(|waited| self.queue_duration.observe(waited.as_secs_f64()));
    }

    /// A batch was scored.
    pub(crate) fn scored(&self, took: Duration, bands: impl Iterator<Item = Band>) {
        self.inference.observe(took.as_secs_f64());
        for band in bands {
            self.predict_success.inc();
            self.posts.with_label_values(&[band.name()]).inc();
        }
    }

    /// An answer leaves.
    pub(crate) fn answered(&self, response: &Response, took: Duration) {
        self.responses.with_label_values(&[response.status().as_str()]).inc();
        if let Some(kind) = response.extensions().get::<ErrorType>() {
            self.request_failure.with_label_values(&[kind.label()]).inc();
        } else if let Some(shape) = response.extensions().get::<Shape>() {
            self.request_success.with_label_values(&[shape.label()]).inc();
            self.request_duration.observe(took.as_secs_f64());
        }
    }

    /// The gauge of open connections.
    pub(crate) const fn connections(&self) -> &IntGauge {
        &self.connections
    }
}

/// Counters in the Prometheus text format.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "watching",
    responses(
        (status = 200, description = "Prometheus text format", body = String, content_type = "text/plain"),
        crate::openapi::Guarded,
    ),
)]
pub(crate) async fn metrics(State(app): State<Shared>) -> Response {
    app.metrics.queue_size.set(i64::try_from(app.queue.len()).unwrap_or(i64::MAX));
    let mut text = vec![];
    match TextEncoder::new().encode(&app.metrics.registry.gather(), &mut text) {
        Ok(()) => ([(header::CONTENT_TYPE, HeaderValue::from_static(prometheus::TEXT_FORMAT))], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
