#![allow(clippy::unwrap_used)]

use super::*;

const KEY: &str = "0123";

fn receipt(json: &str) -> Option<Receipt> {
    serde_json::from_str(json).ok()
}

fn means(status: u16, body: &str) -> Answer {
    meaning(status, receipt(body).as_ref(), KEY, None)
}

const ACCEPTED: &str = r#"{"schema": "grens.receipt/1", "key": "0123", "status": "accepted"}"#;
const DUPLICATE: &str = r#"{"schema": "grens.receipt/1", "key": "0123", "status": "duplicate", "more": 1}"#;

#[test]
fn only_a_receipt_for_this_record_ends_it() {
    for (status, body) in [(200, ACCEPTED), (201, ACCEPTED), (202, DUPLICATE), (409, DUPLICATE)] {
        assert_eq!(means(status, body), Answer::Taken, "{status}");
    }
    for body in [
        "",
        "ok",
        "{}",
        "<html></html>",
        r#"{"schema": "grens.receipt/1", "key": "4567", "status": "accepted"}"#,
        r#"{"schema": "grens.receipt/1", "status": "accepted"}"#,
        r#"{"schema": "grens.receipt/2", "key": "0123", "status": "accepted"}"#,
        r#"{"schema": "grens.receipt/1", "key": "0123", "status": "refused"}"#,
        r#"{"schema": "grens.receipt/1", "key": "0123", "status": "perhaps"}"#,
    ] {
        assert!(matches!(means(200, body), Answer::Again { .. }), "{body}");
    }
}

#[test]
fn a_status_says_who_is_to_blame() {
    for status in [408, 425, 500, 505, 599] {
        assert!(matches!(means(status, ACCEPTED), Answer::Again { .. }), "{status}");
    }
    for status in [429, 502, 503, 504] {
        assert!(matches!(means(status, ""), Answer::Pause { .. }), "{status}");
    }
    for status in [301, 307, 401, 403, 404, 405, 410] {
        assert_eq!(means(status, ACCEPTED), Answer::Turned { status });
    }
    let of_this = r#"{"schema": "grens.receipt/1", "key": "0123", "status": "refused"}"#;
    let of_none = r#"{"schema": "grens.receipt/1", "status": "refused"}"#;
    let of_another = r#"{"schema": "grens.receipt/1", "key": "4567", "status": "refused"}"#;
    for status in [400, 409, 413, 415, 421, 422, 426, 451] {
        for refusal in [of_this, of_none] {
            assert_eq!(means(status, refusal), Answer::Refused { why: format!("HTTP {status}") });
        }
        // A proxy on the way, which never saw a record.
        for other in ["", "<html></html>", of_another] {
            assert_eq!(means(status, other), Answer::Turned { status }, "{status} {other}");
        }
    }
}

#[test]
fn of_a_refusal_only_a_code_is_kept() {
    let refused = |code: &str| {
        let body = serde_json::json!({"schema": "grens.receipt/1", "status": "refused", "code": code}).to_string();
        means(422, &body)
    };
    assert_eq!(refused("unknown_law"), Answer::Refused { why: "HTTP 422: unknown_law".to_owned() });
    for text in ["Alle mensen uit dat dorp", "", "Woord", &"a".repeat(41)] {
        assert_eq!(refused(text), Answer::Refused { why: "HTTP 422".to_owned() });
    }
}

#[test]
fn plain_http_stays_on_this_machine() {
    for url in ["https://poort.example/in", "http://127.0.0.1:8080/", "http://[::1]/", "http://localhost:1/x"] {
        assert!(address(url, false).is_ok(), "{url}");
    }
    for url in [
        "http://poort.example/",
        "http://192.0.2.1/",
        "http://127.0.0.1.example/",
        "ftp://127.0.0.1/",
        "poort.example",
        "http://",
    ] {
        assert!(address(url, false).is_err(), "{url}");
    }
    assert!(address("http://poort.example/", true).is_ok());
}

#[test]
fn an_address_holds_no_password_and_shows_no_path() {
    let error = address("https://jan:geheim@poort.example/in/def?token=abc", false).unwrap_err().to_string();
    for hidden in ["geheim", "abc", "def"] {
        assert!(!error.contains(hidden), "{error}");
    }
    assert!(error.contains("https://poort.example"), "{error}");
}
