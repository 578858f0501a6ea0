//! The review queue from the command line: from a night's scan to verdicts, and back into the work.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use grens_law::{Article, Ground, Judgement, Statute};
use grens_review::Store;
use grens_review::store::{Clock, Filter, Form, Hand, Order};
use serde_json::Value;

use super::http::{Answer, HANG};
use super::night::{Night, made_up};
use super::review_site::{PASSWORD, Site, between, form, harmless};
use super::support::{Ran, fixture, grens, read_lines, root, run, run_with, text};

/// A queue, and people to judge in it.
struct Queue {
    dir: tempfile::TempDir,
}

impl Queue {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// With these findings and a moderator `roos` and a lead `lead`.
    fn with(findings: &[Value]) -> Self {
        let queue = Self::new();
        let list = queue.path("list.jsonl");
        std::fs::write(&list, findings.iter().map(|f| format!("{f}\n")).collect::<String>()).unwrap();
        queue.run(&["import", text(&list)]).expect(0);
        queue.people();
        queue
    }

    fn people(&self) {
        for (name, role) in [("roos", "moderator"), ("lead", "lead")] {
            let args = ["review", "user", "add", name, "--role", role, "--password-file", "-", "--pseudonym"];
            let (queue, pseudonym) = (self.path("review.db"), format!("b-{name}"));
            run_with(&[&args[..], &[&pseudonym, "--queue", text(&queue)]].concat(), PASSWORD.as_bytes()).expect(0);
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn run(&self, args: &[&str]) -> Ran {
        let queue = self.path("review.db");
        run(&[&["review"], args, &["--queue", text(&queue)]].concat())
    }

    /// The store a minute ago, so that nothing of it can still be undone.
    fn store(&self) -> Store {
        let mut store = Store::open(&self.path("review.db")).unwrap();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        store.set_clock(Clock::Set(Arc::new(AtomicI64::new(i64::try_from(now).unwrap() - 60_000))));
        store
    }

    /// Let `name` judge the next item. Returns its number.
    fn judge(&self, name: &str, form: &Form) -> String {
        let mut store = self.store();
        let (user, hand) = (store.user(name).unwrap(), Hand("browser".to_owned()));
        let item = store.take(&user, &hand, &Filter::default(), Order::Severity).unwrap().unwrap().id;
        store.judge(&user, &hand, item, form, Statute::shipped()).unwrap();
        item.to_string()
    }
}

fn yes() -> Form {
    Form {
        articles: vec![Article::A137c],
        grounds: vec![Ground::Race],
        reason: Some("stelt een groep voor als minder".to_owned()),
        ..Form::new(Judgement::Candidate)
    }
}

fn no() -> Form {
    Form { reason: Some("gaat over het weer".to_owned()), ..Form::new(Judgement::NotCandidate) }
}

#[test]
fn a_night_is_judged_and_goes_to_the_gateway_and_an_objection_takes_it_back() {
    let night = Night::new(&made_up(40));
    night.scan("nacht", &[]).expect(3);
    let (queue, folder, policy) = (Queue::new(), night.path("nacht"), night.path("policy.toml"));
    queue.run(&["import", text(&folder)]).expect(0).says(&["put in: "]);
    queue.run(&["import", text(&folder)]).expect(0).says(&["put in: 0 items"]);
    queue.people();
    let item = queue.judge("roos", &yes());
    let verdicts = queue.path("verdicts.jsonl");
    queue.run(&["export", "--verdicts", text(&verdicts)]).expect(0).says(&["1 verdicts"]);
    let outbox = queue.path("outbox.db");
    let add = |folder: &[&str]| {
        let args =
            ["outbox", "add", "--verdicts", text(&verdicts), "--outbox", text(&outbox), "--policy", text(&policy)];
        run(&[&args[..], folder].concat()).expect(0)
    };
    add(&[text(&folder)]).says(&["put in: 1 notice drafts"]);
    // The same draft, straight out of the queue: known already by its key.
    queue
        .run(&["export", "--outbox", text(&outbox), "--policy", text(&policy)])
        .expect(0)
        .says(&["put in: 0 notice drafts", "1 were there already"]);
    let to = queue.path("sent");
    std::fs::create_dir(&to).unwrap();
    run(&["deliver", "--to", text(&to), "--outbox", text(&outbox), "--policy", text(&policy)]).expect(0);
    {
        let mut store = queue.store();
        let lead = store.user("lead").unwrap();
        store.reopen(&lead, item.parse().unwrap(), "de schrijver citeerde iemand").unwrap();
    }
    queue.run(&["export", "--verdicts", text(&verdicts)]).expect(0);
    assert_eq!(read_lines(&verdicts)[0]["verdict"], "reopened");
    assert!(!std::fs::read_to_string(&verdicts).unwrap().contains("citeerde"));
    add(&[]).says(&["1 corrections"]);
}

/// Every item as it is kept, whatever its number.
fn kept(queue: &Queue) -> Vec<String> {
    let db = rusqlite::Connection::open(queue.path("review.db")).unwrap();
    let columns = "post, platform, band, articles, grounds, confidence, stands_for, finding, text";
    let mut query = db.prepare(&format!("SELECT json_array({columns}) FROM item ORDER BY post")).unwrap();
    query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn a_scan_is_the_same_items_in_every_format() {
    // Among the posts some that a table could spoil: formulas, quotes, line breaks, separators.
    let odd =
        ["=1+1; \"mooi\", zei ze", "'=al een aanhalingsteken", "eerste regel\ntweede | derde, vierde", "-5 graden"];
    let odd: String = odd
        .iter()
        .enumerate()
        .map(|(i, text)| serde_json::json!({"id": format!("-odd{i}"), "text": text, "parent": "=p"}).to_string() + "\n")
        .collect();
    let night = Night::new(&(made_up(40) + &odd));
    let queue = Queue::new();
    let mut all = vec![];
    for format in ["jsonl", "csv", "parquet"] {
        night.scan(format, &["--format", format, "--keep-clear"]).expect(3);
        let fresh = Queue::new();
        fresh.run(&["import", text(&night.path(format))]).expect(0).says(&["near repeats"]);
        all.push(kept(&fresh));
        // What is there already is known, in whichever format it comes again.
        let again = queue.run(&["import", text(&night.path(format))]).expect(0);
        assert_eq!(again.stderr.contains("put in: 0 items"), format != "jsonl", "{format}: {}", again.stderr);
    }
    assert!(all[0].iter().any(|item| item.contains("=1+1")) && all[0].len() > 10, "{:?}", all[0]);
    let same =
        |other: &[String]| all[0].iter().zip(other).find(|(a, b)| a != b).is_none() && all[0].len() == other.len();
    assert!(same(&all[1]) && same(&all[2]), "a format changes an item");
    let list = night.path("parquet").join("candidates.parquet");
    queue.run(&["import", text(&list)]).expect(0).says(&["put in: 0 items"]);
    // A folder with a list of another run beside its own.
    std::fs::copy(night.path("csv").join("candidates.csv"), night.path("parquet").join("candidates.csv")).unwrap();
    queue.run(&["import", text(&night.path("parquet"))]).expect(4).says(&["holds candidates more than once"]);
    // The gateway reads them too.
    let (outbox, policy, csv) = (queue.path("outbox.db"), night.path("policy.toml"), night.path("csv"));
    let add = ["outbox", "add", text(&csv), "--outbox", text(&outbox), "--policy", text(&policy)];
    run(&add).expect(0).says(&["findings stay in"]);
}

#[test]
fn a_reply_is_shown_under_what_it_answers() {
    let post = |id: &str, text: &str, parent: &str| {
        serde_json::json!({"id": id, "text": text, "platform": "forum", "parent": parent}).to_string() + "\n"
    };
    let night = Night::new(&post("a1", "Dat vind ik helemaal niks, en dat mag je weten", "v1"));
    night.scan("nacht", &[]).expect(0);
    let (queue, context) = (Queue::new(), night.path("gesprek.jsonl"));
    std::fs::write(&context, post("v1", "Wat vinden jullie van het nieuwe plein?", "v0")).unwrap();
    queue
        .run(&["import", text(&night.path("nacht")), "--context", text(&context)])
        .expect(0)
        .says(&["put in: 1 items", "1 items have posts above them"]);
    queue.run(&["import", text(&night.path("nacht")), "--context", "-"]).expect(2).says(&["read twice"]);
    queue.people();
    let page = Page::start(&queue);
    let shown = Site::elsewhere(page.address).signed_in("roos").open("/judge").expect(200);
    page.kill();
    let above = between(&shown.body, "Gesprek erboven (1)", "</details>").unwrap_or_default();
    assert!(above.contains("Wat vinden jullie van het nieuwe plein?"), "{}", shown.body);
}

#[test]
fn the_queue_says_what_it_holds_and_explains_itself() {
    let queue = Queue::with(&harmless(3));
    let item = queue.judge("roos", &no());
    let status = queue.run(&["status"]).expect(0).stdout;
    for line in ["open (rate)            2", "done (not_candidate)   1", "end of the chain       4:"] {
        assert!(status.contains(line), "{line}: {status}");
    }
    let dutch = queue.run(&["explain", &item]).expect(0).stdout;
    assert!(
        dutch.contains("geen kandidaat") && dutch.contains("nl-sr-2026-01-01") && !dutch.contains("roos"),
        "{dutch}"
    );
    let english = queue.run(&["explain", &item, "--lang", "en"]).expect(0).stdout;
    assert!(english.contains("no candidate") && english.contains("Do you disagree?"), "{english}");
    queue.run(&["explain", "99"]).expect(4).says(&["there is no item 99"]);
    let csv = queue.run(&["statistics", "--year"]).expect(0).stdout;
    assert!(
        csv.starts_with("period,article,ground,platform,outcome,items\r\n")
            && csv.contains(",all,all,forum,open,2\r\n"),
        "{csv}"
    );
    let few = queue.run(&["statistics", "--year", "--protect"]).expect(0).stdout;
    assert!(few.contains(",all,all,forum,open,<5\r\n"), "{few}");
    queue.run(&["purge", "--dry-run"]).expect(0).says(&["0 items would be erased"]);
    queue.run(&["statistics"]).expect(2);
}

#[test]
fn labelled_rows_are_read_by_eval() {
    let queue = Queue::with(&harmless(6));
    for form in [yes(), no(), yes(), no(), yes(), no()] {
        queue.judge("roos", &form);
    }
    for name in ["labels.tsv", "labels.jsonl"] {
        let (labels, model, out) = (queue.path(name), fixture("bert"), queue.path("own.toml"));
        queue.run(&["export", "--labels", text(&labels)]).expect(0).says(&["6 labelled rows"]);
        run(&["eval", text(&labels), "--format", "rows", "--model", text(&model)]).expect(0);
        // Six rows answer for nothing, and threshold says so of the article that they label.
        let threshold = ["threshold", text(&labels), "--format", "rows", "--name", "own", "--out", text(&out)];
        run(&[&threshold[..], &["--model", text(&model), "--precision", "0.9"]].concat())
            .expect(8)
            .says(&["no policy was written", "137c: "]);
    }
    // The training script's own reader and what it makes of a row.
    let read = "import sys; from scripts.sources import dutch_rows; from scripts.train.mix import dutch_target\n\
                rows, broken = dutch_rows(sys.argv[1], 'labels.tsv')\n\
                print(broken, [dutch_target(row) for row in rows[:2]], len({row['family'] for row in rows}))";
    let python = std::process::Command::new("python3")
        .args(["-c", read, text(queue.dir.path())])
        .current_dir(root())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&python.stdout);
    assert_eq!(
        said.trim(),
        "0 [[1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]] 6",
        "{}",
        String::from_utf8_lossy(&python.stderr)
    );
    queue.run(&["export", "--labels", "labels.csv"]).expect(2).says(&["tells no format", ".tsv or .jsonl"]);
    let rows = queue.run(&["export", "--pseudonymised", "-"]).expect(0);
    assert_eq!(rows.records().len(), 6);
    assert!(!rows.stdout.contains("Zwolle") && !rows.stdout.contains("roos"));
    queue.run(&["export"]).expect(2);
}

#[test]
fn a_tampered_queue_is_reported() {
    let queue = Queue::with(&harmless(2));
    queue.judge("roos", &no());
    let whole = queue.run(&["verify"]).expect(0);
    let end = whole.stdout.trim().to_owned();
    queue.run(&["verify", "--noted", &end]).expect(0);
    queue.run(&["verify", "--noted", "2:00"]).expect(8).says(&["entry 2 is not the one that was noted"]);
    let db = rusqlite::Connection::open(queue.path("review.db")).unwrap();
    db.execute_batch("DROP TRIGGER entry_stays; UPDATE entry SET body = replace(body, 'not_candidate', 'candidate')")
        .unwrap();
    drop(db);
    queue.run(&["verify"]).expect(8).says(&[
        "the trigger entry_stays",
        "entry 4 was changed",
        "was changed from outside",
        "hint: ",
    ]);
}

#[test]
fn a_copy_is_made_while_people_judge() {
    let queue = Queue::with(&harmless(2));
    let (store, copy) = (queue.store(), queue.path("copy.db"));
    queue.judge("roos", &no());
    queue.run(&["backup", text(&copy)]).expect(0);
    queue.run(&["backup", text(&copy)]).expect(6).says(&["cannot write"]);
    run(&["review", "verify", "--queue", text(&copy)]).expect(0);
    drop(store);
}

#[test]
fn accounts_are_kept_on_the_command_line_and_passwords_are_not() {
    let queue = Queue::with(&harmless(1));
    let list = queue.run(&["user", "list"]).expect(0).stdout;
    assert_eq!(list, "lead\tb-lead\tlead\nroos\tb-roos\tmoderator\n");
    queue.run(&["user", "disable", "roos"]).expect(0);
    assert!(queue.run(&["user", "list"]).stdout.contains("roos\tb-roos\tmoderator  (not in use)"));
    queue.run(&["user", "role", "roos", "--role", "researcher"]).expect(0);
    queue.run(&["user", "disable", "niemand"]).expect(4).says(&["there is no user of that name"]);
    let short = queue.path("short");
    std::fs::write(&short, "kort\n").unwrap();
    queue
        .run(&["user", "password", "roos", "--password-file", text(&short)])
        .expect(2)
        .says(&["at least 12 characters"]);
    queue.run(&["user", "add", "nieuw", "--role", "lead"]).expect(2).says(&["no terminal", "--password-file"]);
    queue.run(&["reopen", "1", "--reason", "bezwaar", "--by", "lead"]).expect(2).says(&["no verdict that stands"]);
    queue.run(&["set", "--second-share", "2"]).expect(2).says(&["`second_share`"]);
    assert!(queue.run(&["set", "--blind", "true"]).expect(0).stdout.contains("blind            true"));
}

#[test]
fn what_is_no_queue_is_named_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (none, other) = (dir.path().join("none.db"), dir.path().join("other.db"));
    run(&["review", "status", "--queue", text(&none)]).expect(4).says(&["there is no review queue at", "hint: "]);
    assert!(!none.exists());
    std::fs::write(&other, "geen database, maar iets anders dat lang genoeg is").unwrap();
    run(&["review", "status", "--queue", text(&other)]).expect(6).says(&["is no review queue"]);
}

#[test]
fn words_that_weigh_most_are_found_once() {
    let dir = tempfile::tempdir().unwrap();
    let (model, policy) = (fixture("bert"), dir.path().join("policy.toml"));
    std::fs::write(&policy, super::night::POLICY).unwrap();
    let decider = ["--model", text(&model), "--policy", text(&policy), "--threads", "1"];
    let post = b"{\"id\": \"1\", \"text\": \"Wat een mooie dag in Zwolle.\"}\n";
    let scored = run_with(&[&["score", "-"], &decider[..]].concat(), post).expect(0).records();
    let mut findings = harmless(4);
    findings.iter_mut().take(3).for_each(|finding| finding["model"] = scored[0]["model"].clone());
    let queue = Queue::with(&findings);
    let why = [&["why"], &decider[..]].concat();
    queue.run(&[&why[..], &["--limit", "2"]].concat()).expect(0).says(&["2 items have their words; 2 are left"]);
    // The fourth was scored by another model: its words would explain another score.
    queue.run(&why).expect(0).says(&["1 items have their words; 1 are left", "scored by another model"]);
    queue.run(&why).expect(0).says(&["0 items have their words"]);
}

/// The page in a process of its own.
struct Page {
    child: Child,
    address: SocketAddr,
}

impl Page {
    fn start(queue: &Queue) -> Self {
        let mut child = grens(&["review", "serve", "--bind", "127.0.0.1:0", "--queue", text(&queue.path("review.db"))])
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.find_map(|line| line.strip_prefix("listening on http://")?.parse().ok()).unwrap();
        Self { child, address }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Send a request to a page that may be dead.
fn ask(address: SocketAddr, method: &str, path: &str, cookie: &str, body: &str) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(HANG)).unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nConnection: close\r\nCookie: {cookie}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    Some(Answer::read(stream)).filter(|answer| answer.status != 0)
}

/// Judge until the page is gone. Returns the items of which it said that they are saved.
fn judge_until_killed(address: SocketAddr, cookie: &str, saved: &AtomicUsize) -> Vec<i64> {
    let mut items = vec![];
    while let Some(page) = ask(address, "GET", "/judge", cookie, "") {
        let (Some(item), Some(csrf)) =
            (between(&page.body, "data-item=\"", "\""), between(&page.body, "name=\"csrf\" value=\"", "\""))
        else {
            break;
        };
        let body = form(&[("csrf", csrf), ("verdict", "not_candidate"), ("reason", "gaat over het weer")]);
        let Some(answer) = ask(address, "POST", &format!("/judge/{item}"), cookie, &body) else { break };
        answer.expect(303);
        items.push(item.parse().unwrap());
        saved.fetch_add(1, Ordering::Relaxed);
    }
    items
}

#[test]
fn a_page_that_is_killed_loses_no_saved_verdict() {
    let queue = Queue::with(&harmless(60));
    let mut saved = vec![];
    for life in 1..=4 {
        let page = Page::start(&queue);
        let (address, count) = (page.address, AtomicUsize::new(0));
        let cookie = Site::elsewhere(address).signed_in("roos").cookie;
        let items = std::thread::scope(|scope| {
            let person = scope.spawn(|| judge_until_killed(address, &cookie, &count));
            while count.load(Ordering::Relaxed) < life && !person.is_finished() {
                std::thread::yield_now();
            }
            page.kill();
            person.join().unwrap()
        });
        assert!(items.len() >= life, "{items:?}");
        saved.extend(items);
        queue.run(&["verify"]).expect(0);
    }
    let db = rusqlite::Connection::open(queue.path("review.db")).unwrap();
    let mut query = db.prepare("SELECT item FROM entry WHERE kind = 'verdict' ORDER BY item").unwrap();
    let judged: Vec<i64> = query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(saved.iter().all(|item| judged.contains(item)), "{saved:?} {judged:?}");
    assert!(judged.windows(2).all(|pair| pair[0] < pair[1]), "an item was judged twice: {judged:?}");
}
