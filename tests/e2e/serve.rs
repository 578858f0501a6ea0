//! `grens serve`: what is asked, what is answered, what is refused.

use serde_json::{Value, json};

use super::http::{Server, post};
use super::support::{posts, read_lines, root, run_with, sample, text};

const TEXTS: [&str; 3] = ["Wat een mooie dag in Zwolle.", "Is er nog brood?", "Ik kom morgen niet."];

fn bodies(texts: &[&str]) -> Vec<Value> {
    texts.iter().enumerate().map(|(i, text)| json!({"id": format!("p{i}"), "text": text})).collect()
}

#[test]
fn classify_gives_the_records_of_score() {
    let lines: Vec<Value> = read_lines(&sample()).into_iter().take(12).collect();
    let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let wanted = run_with(&["score", "-", "--all-languages"], input.as_bytes()).expect(0).records();
    let server = Server::start_shipped(&[]);
    let found = server.post("/v1/classify", &json!(lines)).expect(200).json();
    assert_eq!(found, json!(wanted));
    assert_eq!(server.post("/v1/classify", &lines[3]).expect(200).json(), wanted[3]);
    assert_eq!(server.stop().0, 0);
}

#[test]
fn predict_answers_as_tei_does() {
    let server = Server::start(&[]);
    let predict = |inputs: Value| server.post("/predict", &json!({"inputs": inputs})).expect(200).json();
    let [one, two, _] = TEXTS;
    let (first, second) = (predict(json!(one)), predict(json!(two)));
    let scores: Vec<f64> = first.as_array().unwrap().iter().map(|p| p["score"].as_f64().unwrap()).collect();
    assert!(scores.len() > 1 && scores.windows(2).all(|w| w[0] >= w[1]), "{first}");
    assert_eq!(predict(json!([one])), first);
    assert_eq!(predict(json!([one, two])), json!([first, second]));
    assert_eq!(predict(json!([[one]])), json!([first]));
    assert_eq!(predict(json!([[one], [two]])), json!([first, second]));
    let root = server.post("/", &json!({"inputs": one, "parameters": {}, "truncate": null})).expect(200).json();
    assert_eq!(root, first);

    // The same numbers as in the record.
    let record = server.post("/v1/classify", &bodies(&TEXTS)[0]).expect(200).json();
    for prediction in first.as_array().unwrap() {
        let (label, score) = (prediction["label"].as_str().unwrap(), &prediction["score"]);
        let group = if record["scores"].get(label).is_some() { "scores" } else { "ground_scores" };
        assert_eq!(&record[group][label], score, "{label}");
    }
    let raw = server.post("/predict", &json!({"inputs": one, "raw_scores": true})).expect(200).json();
    assert_eq!(raw.as_array().unwrap().len(), scores.len());
    for prediction in raw.as_array().unwrap() {
        let probability = 1.0 / (1.0 + (-prediction["score"].as_f64().unwrap()).exp());
        let same = first.as_array().unwrap().iter().find(|p| p["label"] == prediction["label"]).unwrap();
        // The fixture model has no calibration.
        assert!((same["score"].as_f64().unwrap() - probability).abs() < 1e-4, "{prediction} {same}");
    }
}

#[test]
fn a_long_text_is_cut_or_refused_as_the_client_wishes() {
    let server = Server::start(&[]);
    let long = "lang verhaal ".repeat(400);
    server.post("/predict", &json!({"inputs": long})).expect(200);
    server.post("/predict", &json!({"inputs": long, "truncate": false})).refuses(413, "Validation", Some("inputs"));
    server.post("/predict", &json!({"inputs": ["Hoi", long], "truncate": false})).refuses(
        413,
        "Validation",
        Some("inputs[1]"),
    );
    let record = server.post("/v1/classify", &json!({"id": 1, "text": long})).expect(200).json();
    assert_eq!((&record["id"], &record["truncated"]), (&json!("1"), &json!(true)));
}

#[test]
fn what_is_wrong_is_named_by_field_and_never_quoted() {
    let server = Server::start(&["--max-posts", "3", "--max-body-bytes", "5000", "--max-text-chars", "1000"]);
    let hurt = "geheimwoord";
    let classify = |body: Value| server.post("/v1/classify", &body);
    let mut answers = vec![
        classify(json!({"id": 1})).refuses(422, "Validation", Some("text")),
        classify(json!([{"id": 1, "text": "Hoi"}, {"id": 2, "text": 5}])).refuses(422, "Validation", Some("[1].text")),
        classify(json!(hurt)).refuses(422, "Validation", Some("body")),
        classify(json!([])).refuses(422, "Validation", Some("body")),
        classify(json!(bodies(&[hurt; 4]))).refuses(413, "Validation", Some("body")),
        classify(json!({"id": 1, "text": hurt.repeat(100)})).refuses(413, "Validation", Some("text")),
        classify(json!({"id": 1, "text": hurt.repeat(1000)})).refuses(413, "Validation", Some("body")),
        server.post("/predict", &json!({"inputs": [hurt, hurt, [hurt]]})).refuses(422, "Validation", Some("inputs[0]")),
        server.post("/predict", &json!({"inputs": ""})).refuses(422, "Validation", Some("inputs")),
        server.send(&post("/predict", &format!("{{\"inputs\": \"{hurt}"))).refuses(400, "Validation", Some("body")),
        server.send(&post("/predict", &format!("{hurt} {hurt}"))).refuses(400, "Validation", Some("body")),
        server.send(&post("/predict", &"[".repeat(4000))).refuses(400, "Validation", Some("body")),
        server.send(&post("/predict", "{}").replace("application/json", "text/plain")).refuses(415, "Validation", None),
        server.get("/nergens").refuses(404, "NotFound", None),
    ];
    // A body of unknown length is counted while it comes.
    let chunk = format!("400\r\n{}\r\n", "x".repeat(1024)).repeat(8);
    let head = post("/predict", "").replace("Content-Length: 0", "Transfer-Encoding: chunked");
    answers.push(server.send(&format!("{head}{chunk}0\r\n\r\n")).refuses(413, "Validation", Some("body")));
    for (path, method, allow) in [("/predict", "GET", "allow: post"), ("/health", "DELETE", "allow: get,head")] {
        let answer = server.send(&post(path, "").replacen("POST", method, 1)).refuses(405, "NotFound", None);
        assert!(answer.head.contains(allow), "{}", answer.head);
    }
    assert!(answers.iter().all(|answer| !answer.body.contains(hurt)));
    let (code, stderr) = server.stop();
    assert_eq!(code, 0);
    assert!(!stderr.contains(hurt), "{stderr}");
}

#[test]
fn without_the_key_nothing_but_health_is_answered() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("sleutel");
    std::fs::write(&file, "een-lange-sleutel-3f9a\n").unwrap();
    private(&file);
    let server = Server::start(&["--api-key-file", text(&file)]);
    let ask = |path: &str, key: &str| {
        let request = post(path, &json!({"inputs": "Hoi"}).to_string());
        server.send(&request.replacen("\r\n", &format!("\r\nAuthorization: {key}\r\n"), 1))
    };
    ask("/predict", "Bearer een-lange-sleutel-3f9a").expect(200);
    for key in ["Bearer een-lange-sleutel-3f9b", "Bearer ", "Basic een-lange-sleutel-3f9a", "een-lange-sleutel-3f9a"] {
        let answer = ask("/predict", key).refuses(401, "Unauthorized", None);
        assert!(answer.head.contains("www-authenticate: bearer"), "{}", answer.head);
    }
    for path in ["/metrics", "/info", "/openapi.json"] {
        server.get(path).refuses(401, "Unauthorized", None);
    }
    server.get("/health").expect(200);
    server.get("/ready").expect(200);
    assert!(!server.stop().1.contains("sleutel-3f9"));
}

#[test]
fn an_open_address_demands_a_good_key() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("sleutel");
    let serve = |bind: &str, more: &[&str]| {
        let mut command = super::support::grens(&[&["serve", "--bind", bind], more].concat());
        command.env_remove("GRENS_API_KEY");
        command
    };
    let refused = |mut command: std::process::Command, says: &[&str]| {
        super::support::Ran::new(command.output().unwrap()).expect(2).says(says);
    };
    refused(serve("0.0.0.0:0", &[]), &["0.0.0.0:0 can be reached from other machines", "--api-key-file"]);
    std::fs::write(&file, "kort").unwrap();
    private(&file);
    refused(serve("0.0.0.0:0", &["--api-key-file", text(&file)]), &["needs at least 16", "hint:"]);
    let mut command = serve("127.0.0.1:0", &[]);
    command.env("GRENS_API_KEY", "zwak");
    refused(command, &["needs at least 16"]);
    let mut command = serve("127.0.0.1:0", &[]);
    command.env("GRENS_API_KEY", "");
    refused(command, &["needs at least 16"]);
    refused(serve("127.0.0.1:0", &["--api-key-file", "nergens"]), &["cannot read the API key nergens"]);
    refused(serve("127.0.0.1:0", &["--max-queue", "1"]), &["a queue of 1 posts has no room for a request of 256"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::write(&file, "een-lange-sleutel-3f9a").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        refused(
            serve("127.0.0.1:0", &["--api-key-file", text(&file)]),
            &["can be read by everybody on this machine (mode 644)"],
        );
    }
}

fn private(file: &std::path::Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let _ = file;
}

#[test]
fn a_taken_address_is_named() {
    let server = Server::start(&[]);
    let address = server.address.to_string();
    let second = super::support::run(&["serve", "--bind", &address]);
    second.expect(1).says(&["cannot listen on", &address, "hint: give another --bind"]);
}

#[test]
fn info_says_what_tei_says() {
    let server = Server::start(&[]);
    let info = server.get("/info").expect(200).json();
    let labels = info["model_type"]["classifier"]["id2label"].as_object().unwrap();
    let predicted = server.post("/predict", &json!({"inputs": "Hoi"})).expect(200).json();
    assert_eq!(predicted.as_array().unwrap().len(), labels.len());
    for prediction in predicted.as_array().unwrap() {
        assert!(labels.values().any(|label| *label == prediction["label"]), "{prediction}");
    }
    for field in ["model_id", "model_sha", "model_dtype", "max_input_length", "max_client_batch_size", "version"] {
        assert!(!info[field].is_null(), "{field}");
    }
}

#[test]
fn metrics_have_the_names_of_tei_with_our_prefix() {
    let server = Server::start(&[]);
    server.post("/v1/classify", &json!(bodies(&TEXTS))).expect(200);
    server.post("/predict", &json!({"inputs": "Hoi"})).expect(200);
    server.post("/predict", &json!({"inputs": ""})).expect(422);
    let answer = server.get("/metrics").expect(200);
    assert!(answer.head.contains("content-type: text/plain"), "{}", answer.head);
    for line in [
        "grens_request_count{method=\"single\"} 1",
        "grens_request_count{method=\"batch\"} 1",
        "grens_request_success{method=\"batch\"} 1",
        "grens_request_failure{err=\"validation\"} 1",
        "grens_request_duration_count 2",
        "grens_request_queue_duration_count 4",
        "grens_request_input_length_count 4",
        "grens_predict_count 4",
        "grens_predict_success 4",
        "grens_queue_size 0",
        "grens_http_responses{code=\"422\"} 1",
    ] {
        assert!(answer.body.lines().any(|found| found == line), "{line} is not in:\n{}", answer.body);
    }
    for name in ["grens_batch_next_size_sum 4", "grens_batch_next_tokens_sum", "grens_request_inference_duration_sum"] {
        assert!(answer.body.contains(name), "{name}");
    }
}

#[test]
fn the_openapi_document_is_the_committed_one_with_the_limits_of_the_server() {
    let committed: Value =
        serde_json::from_slice(&std::fs::read(root().join("schemas/openapi.json")).unwrap()).unwrap();
    let served = Server::start(&[]).get("/openapi.json").expect(200).json();
    assert_eq!(served, committed);
    let other = Server::start(&["--max-posts", "7", "--max-text-chars", "9"]).get("/openapi.json").expect(200).json();
    let schemas = &other["components"]["schemas"];
    assert_eq!(
        (&schemas["Posts"]["maxItems"], &schemas["Post"]["properties"]["text"]["maxLength"]),
        (&json!(7), &json!(9))
    );
}

#[test]
fn a_text_given_to_score_and_to_the_server_has_one_hash() {
    let server = Server::start(&[]);
    let record = server.post("/v1/classify", &bodies(&TEXTS)[1]).expect(200).json();
    let scored = run_with(&["score", "-"], &posts(&TEXTS)).expect(0).records();
    assert_eq!(record["text_sha256"], scored[1]["text_sha256"]);
}
