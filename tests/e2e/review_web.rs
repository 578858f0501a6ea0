//! The review page against those who should not get in, not further, or not with that.
#![cfg(unix)]

use grens_review::store::{Lane, ListState, Role};
use grens_review::web::{Method, ROUTES, Route};

use super::http::Answer;
use super::review_site::{PASSWORD, Site, Visitor, between, finding, form, harmless};

/// Who may open each page: everybody (`*`), or researchers (R), moderators (M), leads (L). A page that is missing here fails the first test.
const MAY: [(&str, &str, &str); 41] = [
    ("GET", "/assets/{version}/{file}", "*"),
    ("GET", "/login", "*"),
    ("POST", "/login", "*"),
    ("GET", "/start", "*"),
    ("POST", "/start", "*"),
    ("POST", "/language", "*"),
    ("GET", "/", "RML"),
    ("POST", "/logout", "RML"),
    ("GET", "/account", "RML"),
    ("POST", "/account", "RML"),
    ("GET", "/judge", "ML"),
    ("GET", "/judge/ahead", "ML"),
    ("POST", "/judge/filter", "ML"),
    ("POST", "/judge/undo", "ML"),
    ("POST", "/judge/renew", "ML"),
    ("POST", "/judge/continue", "ML"),
    ("POST", "/judge/{item}", "ML"),
    ("POST", "/judge/{item}/skip", "ML"),
    ("GET", "/mine", "ML"),
    ("GET", "/items", "L"),
    ("POST", "/items", "L"),
    ("GET", "/items/{item}", "ML"),
    ("GET", "/items/{item}/explain", "ML"),
    ("GET", "/items/{item}/correct", "ML"),
    ("POST", "/items/{item}/correct", "ML"),
    ("POST", "/items/{item}/reopen", "L"),
    ("GET", "/items/{item}/repeats", "ML"),
    ("POST", "/items/{item}/repeats", "ML"),
    ("GET", "/dashboard", "L"),
    ("GET", "/statistics", "RML"),
    ("GET", "/statistics.csv", "RML"),
    ("GET", "/export", "RL"),
    ("GET", "/export.jsonl", "RL"),
    ("GET", "/labels.jsonl", "L"),
    ("GET", "/users", "L"),
    ("POST", "/users", "L"),
    ("POST", "/users/{user}/active", "L"),
    ("POST", "/users/{user}/password", "L"),
    ("POST", "/users/{user}/role", "L"),
    ("GET", "/settings", "L"),
    ("POST", "/settings", "L"),
];

const PEOPLE: [(char, &str, Role); 3] =
    [('R', "onderzoek", Role::Researcher), ('M', "roos", Role::Moderator), ('L', "lead", Role::Lead)];

/// Every name of a field that any form or address has.
const FIELDS: [&str; 42] = [
    "csrf",
    "name",
    "password",
    "again",
    "old",
    "code",
    "back",
    "to",
    "q",
    "state",
    "from",
    "by",
    "item",
    "after",
    "entry",
    "verdict",
    "article",
    "ground",
    "group",
    "why",
    "reason",
    "quote",
    "quote_start",
    "quote_end",
    "publicity",
    "context",
    "note",
    "online",
    "online_at",
    "route",
    "objection",
    "platform",
    "band",
    "lane",
    "order",
    "min_age",
    "max_age",
    "min_score",
    "max_score",
    "role",
    "active",
    "blind",
];

fn method(route: &Route) -> &'static str {
    if route.method == Method::Get { "GET" } else { "POST" }
}

/// An address of a route that names things there are.
fn address(path: &str) -> String {
    path.replace("{item}", "1").replace("{user}", "999").replace("{version}", "0").replace("{file}", "page.css")
}

/// A request with everything that a form of ours has, and nothing filled in.
fn ask(visitor: &mut Visitor<'_>, method: &str, path: &str) -> Answer {
    if method == "GET" { visitor.open(&address(path)) } else { visitor.post(&address(path), &[]) }
}

#[test]
fn every_page_has_a_rule_and_keeps_to_it() {
    let site = Site::start(&harmless(3));
    for route in &ROUTES {
        let rule = MAY.iter().find(|(m, path, _)| (*m, *path) == (method(route), route.path));
        let (_, _, may) =
            rule.unwrap_or_else(|| panic!("{} {} is not in the table: who may open it?", method(route), route.path));
        for (letter, _, role) in PEOPLE {
            assert_eq!(route.who.lets(Some(role)), *may == "*" || may.contains(letter), "{} for {role:?}", route.path);
        }
        assert_eq!(route.who.lets(None), *may == "*", "{}", route.path);
    }
    assert_eq!(ROUTES.len(), MAY.len());
    // Last, since it ends the session.
    let order = |(_, path, _): &&(&str, &str, &str)| *path == "/logout";
    for (letter, name, _) in PEOPLE {
        let mut visitor = site.signed_in(name);
        for (method, path, may) in MAY.iter().filter(|r| !order(r)).chain(MAY.iter().filter(order)) {
            let answer = ask(&mut visitor, method, path);
            let allowed = *may == "*" || may.contains(letter);
            assert_eq!(answer.status == 403, !allowed, "{name}: {method} {path}: {answer:?}");
            assert!(
                answer.status < 500 && answer.status != 401 || *path == "/login",
                "{name}: {method} {path}: {answer:?}"
            );
        }
    }
    let mut stranger = site.stranger();
    for (method, path, may) in MAY {
        let answer = ask(&mut stranger, method, path);
        match (may, method) {
            ("*", _) => assert!(answer.status < 500 && answer.status != 403, "{path}: {answer:?}"),
            (_, "GET") => {
                assert!(answer.head.contains("location: /login"), "{path}: {answer:?}");
            }
            _ => assert_eq!(answer.status, 401, "{path}"),
        }
    }
}

#[test]
fn a_form_that_is_not_ours_changes_nothing() {
    let site = Site::start(&harmless(2));
    let (lead, other) = (site.signed_in("lead"), site.signed_in("roos"));
    let own = format!("http://{}", site.address);
    let fields = |csrf: &str| {
        form(&[
            ("csrf", csrf),
            ("name", "indringer"),
            ("password", PASSWORD),
            ("role", "lead"),
            ("to", "en"),
            ("verdict", "unsure"),
        ])
    };
    for route in ROUTES.iter().filter(|route| route.method == Method::Post) {
        let path = address(route.path);
        for csrf in ["", "0", &other.csrf, &"0".repeat(64)] {
            let answer = lead.raw("POST", &path, &[("Origin", &own)], &fields(csrf));
            assert_eq!(answer.status, 403, "{path} with the token {csrf:?}");
        }
        let foreign =
            ["http://evil.example", "null", "http://127.0.0.1", "https://localhost", "http://127.0.0.1.evil.example"];
        for origin in foreign {
            assert_eq!(
                lead.raw("POST", &path, &[("Origin", origin)], &fields(&lead.csrf)).status,
                403,
                "{path} from {origin}"
            );
        }
        assert_eq!(lead.raw("POST", &path, &[], &fields(&lead.csrf)).status, 403, "{path} from nowhere");
        assert_eq!(
            lead.raw("POST", &path, &[("Origin", &own), ("Origin", &own)], &fields(&lead.csrf)).status,
            403,
            "{path}"
        );
        assert_eq!(lead.raw("DELETE", &path, &[("Origin", &own)], "").status, 405, "{path}");
    }
    assert_eq!(site.store().users().unwrap().len(), 4);
}

#[test]
fn another_host_gets_nothing() {
    let site = Site::start(&harmless(1));
    let visitor = site.signed_in("lead");
    let port = site.address.port();
    for host in
        ["evil.example", &format!("evil.example:{port}"), "", "127.0.0.1", &format!("127.0.0.1.evil.example:{port}")]
    {
        let answer = visitor.raw("GET", "/judge", &[("Host", host)], "");
        assert_eq!(answer.status, 421, "{host}");
        assert!(!answer.body.contains("Zwolle"));
    }
    let own = site.address.to_string();
    assert_ne!(visitor.raw("GET", "/judge", &[("Host", &own), ("Host", "evil.example")], "").status, 200);
    assert_eq!(visitor.raw("GET", "http://evil.example/judge", &[("Host", &own)], "").status, 421);
    assert_eq!(visitor.raw("GET", "/judge", &[("Host", &format!("localhost:{port}"))], "").status, 200);
}

#[test]
fn no_path_leads_anywhere_else() {
    let site = Site::start(&harmless(1));
    let mut visitor = site.signed_in("lead");
    let long = format!("/items/{}", "9".repeat(20_000));
    for path in [
        "/assets/../queue.db",
        "/assets/..%2f..%2fqueue.db",
        "/assets/%2e%2e/queue.db",
        "/assets/0/..%2Fpage.css",
        "/assets/0/page.css%00",
        "/queue.db",
        "/.git/config",
        "/items/1/../../users",
        "/items/%2e%2e/users",
        "/items/1%00",
        "/items/99999999999999999999",
        "/items/-1",
        "/items/1e0",
        "/items/0x1",
        "/items/1;drop",
        "/items/%ff",
        "/judge/1/skip/",
        "/users/",
        "//users",
        "/./users",
        "/%75sers/..",
        long.as_str(),
    ] {
        let answer = visitor.open(path);
        assert!((400..500).contains(&answer.status) && !answer.body.contains("SQLite"), "{path}: {answer:?}");
    }
    for back in ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)"]
    {
        let answer = visitor.post("/language", &[("to", "en"), ("back", back)]).expect(303);
        assert_eq!(between(&answer.head, "location: ", "\r\n"), Some("/"), "{back}");
    }
}

#[test]
fn sql_and_nonsense_in_every_field_break_nothing() {
    let site = Site::start(&harmless(3));
    let mut lead = site.signed_in("lead");
    let values = [
        "' OR 1=1 --",
        "'; DROP TABLE item; DROP TABLE user; --",
        "1; UPDATE user SET role = 3",
        "\" OR \"\"=\"",
        "\0",
        "%00%ff",
        "../../etc/passwd",
        "-1",
        "999999999999999999999999",
        "1e999",
        "NaN",
        "{{7*7}}",
        "<script>alert(1)</script>",
        "\u{202e}\u{1f4a9}",
    ];
    for route in ROUTES.iter().filter(|route| route.path != "/logout") {
        for value in values {
            let fields: Vec<(&str, &str)> = FIELDS.iter().filter(|f| **f != "csrf").map(|f| (*f, value)).collect();
            let path = address(route.path);
            let answer = match route.method {
                Method::Get => lead.open(&format!("{path}?{}", form(&fields))),
                Method::Post => lead.post(&path, &fields),
            };
            assert!(answer.status < 500 && answer.status != 403, "{} {path} with {value:?}: {answer:?}", method(route));
            assert!(!answer.body.contains("<script>alert"), "{path}");
        }
    }
    let store = site.store();
    assert_eq!(store.users().unwrap().len(), 4);
    let me = store.user("lead").unwrap();
    let open = store.list(&me, &Default::default(), ListState::Open(Lane::Rate), 10, 0).unwrap();
    assert_eq!(open.len(), 3);
    assert_eq!(me.role, Role::Lead);
}

#[test]
fn what_is_too_long_or_no_form_is_refused() {
    let site = Site::start(&harmless(1));
    let lead = site.signed_in("lead");
    let own = format!("http://{}", site.address);
    let body = form(&[("csrf", &lead.csrf), ("reason", &"x".repeat(100_000))]);
    assert_eq!(lead.raw("POST", "/judge/1", &[("Origin", &own)], &body).status, 413);
    let head =
        format!("POST /judge/1 HTTP/1.1\r\nHost: {}\r\nOrigin: {own}\r\nCookie: {}\r\n", site.address, lead.cookie);
    for (kind, status) in [("application/json", 422), ("multipart/form-data; boundary=x", 422), ("text/plain", 422)] {
        let request = format!("{head}Connection: close\r\nContent-Type: {kind}\r\nContent-Length: 2\r\n\r\n{{}}");
        assert_eq!(site.send(request.as_bytes()).status, status, "{kind}");
    }
    let many = "a=b&".repeat(50_000);
    assert_eq!(lead.raw("POST", "/judge/1", &[("Origin", &own)], &many).status, 403);
    let answer = lead.raw("GET", "/login", &[("X-Long", &"y".repeat(60_000))], "");
    assert_eq!(answer.status, 431);
}

#[test]
fn hostile_texts_are_shown_and_do_nothing() {
    let long = "lang ".repeat(10_000);
    let texts = [
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "\"'><svg onload=alert(1)> {{7*7}} </textarea></main>",
        "a\u{202e}b\u{2067}c\u{7}d",
        "]]><!--",
        "&lt;script&gt;",
        long.as_str(),
    ];
    let mut findings: Vec<_> = texts.iter().enumerate().map(|(i, text)| finding(&format!("h{i}"), text)).collect();
    findings[1]["url"] = "javascript:alert(1)".into();
    findings[1]["platform"] = "<b>x</b>\u{202e}".into();
    findings[2]["thread"] = serde_json::json!([{"text": "<iframe src=//evil.example></iframe>"}]);
    let site = Site::start(&findings);
    let mut roos = site.signed_in("roos");
    let mut seen = String::new();
    for _ in &findings {
        let page = roos.open("/judge").expect(200);
        let id = between(&page.body, "data-item=\"", "\"").unwrap().to_owned();
        inert(&page);
        inert(&roos.open(&format!("/items/{id}")).expect(200));
        inert(&roos.open(&format!("/items/{id}/repeats")).expect(200));
        seen.push_str(&page.body);
        roos.post(&format!("/judge/{id}/skip"), &[]).expect(303);
    }
    for shown in ["&#60;script&#62;alert(1)", "{{7*7}}", "a□b□c□d", "&#60;iframe", "javascript:alert(1)"] {
        assert!(seen.contains(shown), "{shown} is not shown");
    }
    let log = site.stop();
    assert!(!log.contains("lang lang") && !log.contains("alert"), "{log}");
}

/// Whether a page does nothing but what we wrote.
fn inert(page: &Answer) {
    let body = page.body.to_lowercase();
    for part in body.split("<script").skip(1) {
        assert!(part.starts_with(" type=\"module\" src=\"/assets/") && part.contains("></script>"), "{part:.80}");
    }
    for bad in ["<img", "<svg", "<iframe", "<style", " style=", "<b>", "href=\"javascript:", "\u{202e}", "\u{2067}"] {
        assert!(!body.contains(bad), "{bad} stands in the page");
    }
    for tag in body.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
        assert!(!tag.contains(" on"), "<{tag}>");
    }
}

#[test]
fn every_answer_is_sealed() {
    let site = Site::start(&harmless(1));
    let mut visitor = site.signed_in("lead");
    let own = visitor.open("/judge").expect(200);
    let css = between(&own.body, "href=\"/assets/", "\"").unwrap().to_owned();
    let answers = [
        own,
        visitor.open("/nergens"),
        visitor.open(&format!("/assets/{css}")).expect(200),
        visitor.raw("GET", "/", &[("Host", "x")], ""),
        visitor.post("/users", &[]),
        visitor.open("/statistics.csv"),
        site.stranger().open("/judge"),
    ];
    for answer in &answers {
        for line in [
            "content-security-policy: default-src 'none'; script-src 'self'",
            "x-content-type-options: nosniff",
            "x-frame-options: deny",
            "referrer-policy: same-origin",
            "cross-origin-opener-policy: same-origin",
            "cache-control: ",
        ] {
            assert!(answer.head.contains(line), "{line}: {answer:?}");
        }
        let kept = answer.head.contains("immutable");
        assert_eq!(answer.head.contains("cache-control: no-store"), !kept, "{}", answer.head);
        assert!(!answer.head.contains("access-control-allow"), "{}", answer.head);
    }
}

#[test]
fn sessions_begin_anew_and_end() {
    let site = Site::start(&harmless(1));
    let mut visitor = site.stranger();
    let (planted, csrf) = (visitor.cookie.clone(), visitor.csrf.clone());
    let answer = visitor.post("/login", &[("name", "roos"), ("password", PASSWORD)]).expect(303);
    assert!(answer.head.contains("httponly; samesite=strict"), "{}", answer.head);
    assert_ne!(visitor.cookie, planted);
    visitor.open("/judge").expect(200);
    assert_ne!(visitor.csrf, csrf);
    let before = visitor.cookie.clone();
    visitor.post("/logout", &[]).expect(303);
    let ended = site.stranger();
    let name = format!("grens_session_{}", site.address.port());
    for cookie in
        [before, planted, format!("{name}="), format!("{name}={}", "a".repeat(64)), format!("{name}=' OR 1=1")]
    {
        let answer = Visitor { cookie, ..site.stranger() }.raw("GET", "/judge", &[], "");
        assert!(answer.head.contains("location: /login"), "{answer:?}");
    }
    assert!(ended.raw("GET", "/judge", &[], "").head.contains("location: /login?back=%2fjudge"));
    let store = site.store();
    let roos = store.user("roos").unwrap();
    let mut again = site.signed_in("roos");
    site.store().set_role(roos.id, Role::Researcher).unwrap();
    again.open("/judge").expect(403);
    site.store().set_active(roos.id, false).unwrap();
    assert!(again.open("/account").head.contains("location: /login"));
}

#[test]
fn a_link_of_another_site_signs_nobody_out() {
    let site = Site::start(&harmless(1));
    let roos = site.signed_in("roos");
    // With such a link a browser sends what is `Lax` and withholds what is `Strict`; what the answers set it keeps.
    let mut outside = Visitor { cookie: String::new(), ..site.stranger() };
    assert!(outside.open("/judge").head.contains("location: /login?back=%2fjudge"));
    let page = outside.open("/login?back=%2Fjudge").expect(200);
    assert!(page.head.contains("set-cookie: grens_visit") && page.head.contains("samesite=lax"), "{}", page.head);
    assert!(!page.head.contains("grens_session"), "{}", page.head);
    assert!(page.body.contains("<a href=\"/judge\">"), "no way back in: {}", page.body);
    assert!(roos.raw("GET", "/judge", &[], "").expect(200).body.contains("Zwolle"));
    // The form that was shown to a stranger is sent with the session again.
    let cookie = format!("{}; {}", outside.cookie, roos.only("session"));
    let both = || Visitor { site: &site, cookie: cookie.clone(), csrf: outside.csrf.clone() };
    both().post("/account", &[]).expect(403);
    both().post("/judge/1", &[("verdict", "unsure")]).expect(403);
    both().post("/language", &[("to", "en"), ("back", "/")]).expect(303);
    let mut again = both();
    again.post("/login", &[("name", "roos"), ("password", PASSWORD)]).expect(303);
    again.open("/judge").expect(200);
    // A style sheet is the same for everybody.
    let css = between(&page.body, "href=\"/assets/", "\"").unwrap();
    let kept = Visitor { cookie: String::new(), ..site.stranger() }.open(&format!("/assets/{css}")).expect(200);
    assert!(kept.head.contains("immutable") && !kept.head.contains("set-cookie"), "{}", kept.head);
}

#[test]
fn an_account_gets_no_other_role_than_was_asked_for() {
    let site = Site::start(&harmless(1));
    let mut lead = site.signed_in("lead");
    let page = lead.post("/users", &[("name", "nieuw"), ("role", "researcher"), ("password", "kort")]).expect(422);
    let add = between(&page.body, "id=\"add\"", "</section>").unwrap();
    assert!(add.contains("value=\"researcher\" selected") && !add.contains("value=\"moderator\" selected"), "{add}");
}

#[test]
fn one_wrong_number_does_not_cost_the_others() {
    let site = Site::start(&harmless(1));
    let mut lead = site.signed_in("lead");
    let numbers = [("second_share", "37"), ("lease_minutes", "x"), ("batch", "41"), ("break_minutes", "43")];
    let page = lead.post("/settings", &numbers).expect(422);
    for shown in ["value=\"37\"", "value=\"41\"", "value=\"43\""] {
        assert!(page.body.contains(shown), "{}", page.body);
    }
}

#[test]
fn what_is_looked_for_stands_in_no_address() {
    let site = Site::start(&harmless(3));
    let mut lead = site.signed_in("lead");
    let list = lead.open("/items?q=https%3A%2F%2Fforum.example%2Fp1").expect(200);
    assert!(!list.body.contains("p1"), "{}", list.body);
    let found = lead.post("/items", &[("q", "https://forum.example/p1")]).expect(303);
    let path = between(&found.head, "location: ", "\r\n").unwrap().to_owned();
    assert!(path.starts_with("/items/") && lead.open(&path).expect(200).body.contains("<bdi>p1</bdi>"), "{path}");
}

#[test]
fn guessing_passwords_gets_slow() {
    let site = Site::start(&harmless(1));
    let mut visitor = site.stranger();
    let mut statuses = vec![];
    for _ in 0..7 {
        statuses.push(visitor.post("/login", &[("name", "roos"), ("password", "fout wachtwoord")]).status);
    }
    assert_eq!(statuses.first(), Some(&401));
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    visitor.post("/login", &[("name", "roos"), ("password", PASSWORD)]).expect(429);
    visitor.post("/login", &[("name", "linde"), ("password", PASSWORD)]).expect(303);
    let log = site.stop();
    assert!(
        log.contains("a sign-in was refused") && !log.contains("fout wachtwoord") && !log.contains("roos"),
        "{log}"
    );
}

#[test]
fn the_first_account_needs_the_code_and_only_the_first() {
    let dir = tempfile::tempdir().unwrap();
    let store = grens_review::Store::create(&dir.path().join("queue.db")).unwrap();
    let options = grens_review::web::Options {
        bind: "0.0.0.0:0".parse().unwrap(),
        behind_proxy: None,
        proxies: vec![],
        policy: None,
    };
    let refused = grens_review::web::Listening::bind(&options, store.another().unwrap()).unwrap_err().to_string();
    assert!(refused.contains("proxy"), "{refused}");
    let bind = "127.0.0.1:0".parse().unwrap();
    let listening = grens_review::web::Listening::bind(&grens_review::web::Options { bind, ..options }, store).unwrap();
    let code = listening.setup_token().unwrap().0.clone();
    let site = Site::with(dir, listening);
    let mut visitor = site.stranger();
    let mut begin = |code: &str, name: &str, password: &str| {
        visitor.post("/start", &[("code", code), ("name", name), ("password", password), ("again", password)]).status
    };
    assert_eq!(begin("0", "lead", PASSWORD), 422);
    // The code is looked at before the password, and no password is hashed for a wrong one.
    let refused =
        site.stranger().post("/start", &[("code", "0"), ("name", "lead"), ("password", "kort"), ("again", "kort")]);
    assert!(refused.body.contains("De code klopt niet"), "{refused:?}");
    assert_eq!(begin(&code, "lead", "kort"), 422);
    assert_eq!(begin(&code, "lead", PASSWORD), 303);
    assert_eq!(site.store().users().unwrap().len(), 1);
    // Once somebody leads there is no such page.
    let mut second = site.stranger();
    second.open("/start").expect(404);
    second
        .post("/start", &[("code", &code), ("name", "nog een"), ("password", PASSWORD), ("again", PASSWORD)])
        .expect(404);
    assert_eq!(site.store().users().unwrap().len(), 1);
}

#[test]
fn an_item_walks_from_verdict_to_objection() {
    let site = Site::start(&harmless(2));
    let (mut roos, mut linde) = (site.signed_in("roos"), site.signed_in("linde"));
    let item = |page: &Answer| between(&page.body, "data-item=\"", "\"").unwrap().to_owned();
    let (first, second) = (item(&roos.open("/judge").expect(200)), item(&linde.open("/judge").expect(200)));
    assert_ne!(first, second, "two people have the same item in hand");
    let judge = format!("/judge/{first}");
    linde.post(&judge, &[("verdict", "unsure")]).expect(409);
    let answer = roos.post(&judge, &[("verdict", "candidate"), ("article", "137c"), ("ground", "gender")]).expect(422);
    assert!(answer.body.contains("href=\"#reason\"") && answer.body.contains("href=\"#grounds\""), "{}", answer.body);
    let page = [("verdict", "not_candidate"), ("why", "person"), ("quote", "weer in Zwolle")];
    roos.post(&judge, &page).expect(303);
    let next = roos.open("/judge").expect(200);
    let entry = between(&next.body, "name=\"entry\" value=\"", "\"").unwrap().to_owned();
    let undone = roos.post("/judge/undo", &[("entry", &entry)]).expect(303);
    assert!(undone.head.contains(&format!("location: /judge?item={first}\r\n")), "{}", undone.head);
    assert_eq!(item(&roos.open(&format!("/judge?item={first}"))), first);
    linde.post("/judge/undo", &[("entry", &entry)]).expect(409);
    roos.post(&judge, &page).expect(303);
    let mut lead = site.signed_in("lead");
    let path = format!("/items/{first}");
    lead.post(&format!("{path}/reopen"), &[("objection", "wrongly_not"), ("reason", " ")]).expect(422);
    lead.post(&format!("{path}/reopen"), &[("objection", "wrongly_not"), ("reason", "de afzender belde")]).expect(303);
    let past = lead.open(&path).expect(200).body;
    assert!(
        past.contains("Heropend") && past.contains("de afzender belde") && past.contains("gaat over één persoon"),
        "{past}"
    );
    lead.open(&format!("{path}/explain")).expect(200);
    // Not by who judged it, nor by who reopened it.
    assert!(between(&lead.open("/judge?lane=objection").expect(200).body, "data-item=\"", "\"").is_none());
    linde.post(&format!("/judge/{second}/skip"), &[]).expect(303);
    assert_eq!(item(&linde.open("/judge?lane=objection").expect(200)), first);
}

#[test]
fn small_counts_are_for_who_leads() {
    let site = Site::start(&harmless(3));
    for (name, items) in [("lead", "3"), ("roos", "&#60; 5"), ("onderzoek", "&#60; 5")] {
        let mut visitor = site.signed_in(name);
        let page = visitor.open("/statistics").expect(200).body;
        assert!(page.contains(&format!("<td class=\"n\">{items}</td>")), "{name}: {page}");
        let csv = visitor.open("/statistics.csv").expect(200).body;
        assert_eq!(csv.contains(",open,3\r\n"), name == "lead", "{name}: {csv}");
        assert_eq!(csv.contains(",open,<5\r\n"), name != "lead", "{name}: {csv}");
    }
}

#[test]
fn bytes_that_are_no_text_become_signs_and_a_megabyte_is_refused() {
    let site = Site::start(&harmless(1));
    let roos = site.signed_in("roos");
    let own = format!("http://{}", site.address);
    let post = |note: &str| {
        let body = format!("csrf={}&verdict=unsure&note={note}", roos.csrf);
        roos.raw("POST", "/judge/1", &[("Origin", &own)], &body).status
    };
    assert_eq!(roos.raw("GET", "/judge", &[], "").status, 200);
    assert_eq!(post(&"n".repeat(1_000_000)), 413);
    assert_eq!(post(&"n".repeat(5_000)), 422);
    assert_eq!(post("a%ff%fe%00b"), 303);
    let page = site.signed_in("lead").open("/items/1").expect(200).body;
    assert!(page.contains("a\u{fffd}\u{fffd}□b"), "{page}");
}
