#![allow(clippy::unwrap_used)]

use std::collections::VecDeque;

use grens_law::Statute;
use tempfile::TempDir;

use super::*;
use crate::example::{self, ago, found_lately as found, verdict_on};

/// A receiver that answers by a script, then takes everything.
#[derive(Default)]
struct Scripted {
    answers: VecDeque<Answer>,
    seen: Vec<String>,
    stops: bool,
    address: String,
}

static STOP: AtomicBool = AtomicBool::new(false);
static NEVER: AtomicBool = AtomicBool::new(false);

impl Target for Scripted {
    fn name(&self) -> String {
        "script".to_owned()
    }

    fn address(&self) -> String {
        self.address.clone()
    }

    fn deliver(&mut self, entry: &Entry) -> Result<Answer> {
        self.seen.push(entry.key.clone());
        if self.stops {
            STOP.store(true, Ordering::Relaxed);
        }
        Ok(self.answers.pop_front().unwrap_or(Answer::Taken))
    }
}

fn script(answers: impl IntoIterator<Item = Answer>) -> Scripted {
    Scripted { answers: answers.into_iter().collect(), ..Scripted::default() }
}

fn outbox(posts: u32) -> (TempDir, Outbox) {
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = Outbox::create(&dir.path().join("outbox.db")).unwrap();
    let added = outbox.add(&example::policy(), Statute::shipped(), |adding| {
        (0..posts).try_for_each(|i| {
            let id = format!("p{i}");
            adding.finding(&found(&id), Some(&verdict_on(&id, "candidate", &ago(48))))
        })
    });
    assert_eq!(added.unwrap().notices, u64::from(posts));
    (dir, outbox)
}

fn options() -> DeliverOptions {
    let backoff = Backoff { base: Duration::from_millis(1), most: Duration::from_millis(4) };
    DeliverOptions { max_tries: 3, backoff, ..DeliverOptions::default() }
}

fn run(outbox: &Outbox, target: &mut Scripted, options: &DeliverOptions) -> Delivered {
    deliver(outbox, target, options, &NEVER, &mut |_| {}).unwrap()
}

fn pause(after: Option<Duration>) -> Answer {
    Answer::Pause { why: "HTTP 503".to_owned(), after }
}

#[test]
fn all_that_is_due_goes_out_once() {
    let (_dir, outbox) = outbox(5);
    let mut target = script([]);
    assert_eq!(run(&outbox, &mut target, &options()), Delivered { sent: 5, ..Delivered::default() });
    assert_eq!(run(&outbox, &mut target, &options()), Delivered::default());
    assert_eq!(target.seen.len(), 5);
}

#[test]
fn a_record_is_given_up_after_its_last_try_and_taken_up_again_on_request() {
    let (_dir, outbox) = outbox(1);
    let mut target = script((0..5).map(|_| Answer::again("HTTP 500")));
    let done = run(&outbox, &mut target, &options());
    assert_eq!((done.given_up, done.left, target.seen.len()), (1, 0, 3));
    let letters = outbox.status().unwrap().dead_letters;
    assert_eq!((letters[0].why.as_str(), letters[0].tries), ("HTTP 500", 3));
    assert_eq!(outbox.retry(Some("none")).unwrap(), 0);
    assert_eq!(outbox.retry(Some(&target.seen[0])).unwrap(), 1);
    assert_eq!(run(&outbox, &mut target, &options()).sent, 1);
}

#[test]
fn a_refusal_is_final_at_once() {
    let (_dir, outbox) = outbox(2);
    let mut target = script([Answer::Refused { why: "HTTP 422: unknown_law".to_owned() }]);
    let done = run(&outbox, &mut target, &options());
    assert_eq!((done.refused, done.sent, target.seen.len()), (1, 1, 2));
    assert_eq!(outbox.status().unwrap().dead_letters[0].why, "HTTP 422: unknown_law");
}

#[test]
fn a_receiver_that_is_away_makes_no_dead_letters() {
    let (_dir, outbox) = outbox(2);
    let mut target = script((0..50).map(|_| pause(None)));
    let done = run(&outbox, &mut target, &options());
    assert_eq!((done.sent, done.given_up, target.seen.len()), (2, 0, 52));
}

#[test]
fn what_the_receiver_asks_for_is_waited_by_every_run() {
    let (_dir, outbox) = outbox(2);
    let options = DeliverOptions { wait: false, ..options() };
    let hour = Some(Duration::from_secs(3600));
    let left = Delivered { left: 2, ..Delivered::default() };
    assert_eq!(run(&outbox, &mut script([pause(hour)]), &options), left);
    // The next run is as if killed and started anew: it sends no other record either.
    let mut target = script([]);
    assert_eq!(run(&outbox, &mut target, &options), left);
    assert!(target.seen.is_empty());
    assert!(matches!(outbox.next(options.rule).unwrap(), Next::In(wait) if wait > Duration::from_secs(3500)));
    assert!(outbox.status().unwrap().paused_until.is_some());
    // A person who knows better ends it.
    assert_eq!(outbox.retry(None).unwrap(), 0);
    assert_eq!(run(&outbox, &mut script([]), &options).sent, 1);
    assert_eq!(outbox.status().unwrap().paused_until, None);
}

#[test]
fn pauses_grow_from_run_to_run_until_there_is_an_answer() {
    let (_dir, outbox) = outbox(2);
    let options = DeliverOptions { wait: false, ..options() };
    for in_a_row in 1..=3 {
        outbox.change("UPDATE receiver SET pause_until_ms = 0", &[]).unwrap();
        outbox.change("UPDATE record SET next_try_ms = 0", &[]).unwrap();
        run(&outbox, &mut script([pause(None)]), &options);
        assert_eq!(outbox.pause().unwrap().in_a_row, in_a_row);
    }
    let patient = DeliverOptions { wait: true, ..options };
    assert_eq!(run(&outbox, &mut script([Answer::again("HTTP 500")]), &patient).sent, 2);
    assert_eq!(outbox.pause().unwrap(), crate::outbox::Pause::default());
}

#[test]
fn what_never_left_needs_no_correction() {
    for (answer, corrections) in [(Answer::away("it cannot be reached"), 0), (pause(None), 1)] {
        let (_dir, mut outbox) = outbox(1);
        let options = DeliverOptions { wait: false, ..options() };
        run(&outbox, &mut script([answer]), &options);
        let no = verdict_on("p0", "not_candidate", &ago(24));
        let added = outbox.add(&example::policy(), Statute::shipped(), |adding| adding.verdict(&no, false)).unwrap();
        assert_eq!(added.corrections, corrections);
    }
}

#[test]
fn who_waits_sees_what_is_put_in_meanwhile() {
    let (dir, outbox) = outbox(1);
    let path = dir.path().join("outbox.db");
    let done = std::sync::Arc::new(AtomicBool::new(false));
    let stop: &'static AtomicBool = Box::leak(Box::default());
    let ended = std::sync::Arc::clone(&done);
    let other = std::thread::spawn(move || {
        let mut outbox = Outbox::open(&path).unwrap();
        let is_waiting = |outbox: &Outbox| outbox.status().unwrap().next_try.is_some();
        // Twenty seconds at most, all together: a delivery that sleeps for its hour is ended by force.
        for _ in 0..1000 {
            if is_waiting(&outbox) {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let yes = verdict_on("p9", "candidate", &ago(24));
        let add = outbox.add(&example::policy(), Statute::shipped(), |adding| adding.finding(&found("p9"), Some(&yes)));
        assert_eq!(add.unwrap().notices, 1);
        for _ in 0..1500 {
            let sent = outbox.status().unwrap().counts.iter().any(|count| count.state == "sent");
            if sent || ended.load(Ordering::Relaxed) {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        stop.store(true, Ordering::Relaxed);
    });
    let again = Answer::Again { why: "HTTP 500".to_owned(), after: Some(Duration::from_secs(3600)) };
    let options = DeliverOptions { look_again: Duration::from_millis(20), ..options() };
    let delivered = deliver(&outbox, &mut script([again]), &options, stop, &mut |_| {}).unwrap();
    done.store(true, Ordering::Relaxed);
    other.join().unwrap();
    assert_eq!((delivered.sent, delivered.left), (1, 1));
}

#[test]
fn an_outbox_belongs_to_the_receiver_that_took_something() {
    let (_dir, outbox) = outbox(3);
    let at = |address: &str| Scripted { address: address.to_owned(), ..Scripted::default() };
    let once = DeliverOptions { wait: false, ..options() };
    // What took nothing binds nothing: an address may be corrected.
    let mut wrong = Scripted { answers: [Answer::away("its name is not found")].into(), ..at("https://a.example/x") };
    run(&outbox, &mut wrong, &once);
    let mut first = Scripted { answers: [Answer::Taken, pause(None)].into(), ..at("https://b.example/x") };
    outbox.retry(None).unwrap();
    assert_eq!(run(&outbox, &mut first, &once).sent, 1);
    outbox.retry(None).unwrap();
    let mut other = at("https://b.example/y");
    let error = deliver(&outbox, &mut other, &once, &NEVER, &mut |_| {}).unwrap_err();
    assert!(matches!(error, GatewayError::OtherReceiver { .. }), "{error}");
    assert!(other.seen.is_empty());
    let moved = DeliverOptions { has_moved: true, ..options() };
    assert_eq!(run(&outbox, &mut other, &moved).sent, 2);
    assert!(deliver(&outbox, &mut first, &once, &NEVER, &mut |_| {}).is_err());
}

#[test]
fn a_record_that_waits_holds_up_no_other() {
    let (_dir, outbox) = outbox(3);
    let options = DeliverOptions { wait: false, ..options() };
    let again = Answer::Again { why: "HTTP 500".to_owned(), after: Some(Duration::from_secs(3600)) };
    assert_eq!(run(&outbox, &mut script([again]), &options), Delivered { sent: 2, left: 1, ..Delivered::default() });
}

#[test]
fn records_of_one_post_leave_in_order() {
    let (_dir, mut outbox) = outbox(1);
    let options = DeliverOptions { wait: false, ..options() };
    let again = Answer::Again { why: "HTTP 500".to_owned(), after: Some(Duration::from_secs(3600)) };
    run(&outbox, &mut script([]), &options);
    let mut other = verdict_on("p0", "candidate", &ago(24));
    other.grounds.push(grens_law::Ground::Religion);
    outbox.add(&example::policy(), Statute::shipped(), |adding| adding.finding(&found("p0"), Some(&other))).unwrap();
    // The correction waits; the notice that comes after it waits with it.
    assert_eq!(run(&outbox, &mut script([again]), &options), Delivered { left: 2, ..Delivered::default() });
}

#[test]
fn one_who_is_turned_away_stops_and_keeps_all() {
    let (_dir, outbox) = outbox(3);
    let once = DeliverOptions { max_tries: 1, ..options() };
    let mut target = script([Answer::Turned { status: 401 }]);
    let error = deliver(&outbox, &mut target, &once, &NEVER, &mut |_| {}).unwrap_err();
    assert!(matches!(error, GatewayError::Turned { status: 401, .. }));
    assert_eq!((target.seen.len(), outbox.left(SendRule::HumanConfirmed).unwrap()), (1, 3));
    // The next run begins with another record: one alone cannot bar the way.
    assert_eq!(run(&outbox, &mut target, &options()).sent, 3);
    assert_ne!(target.seen[0], target.seen[1]);
}

#[test]
fn a_stop_ends_after_the_record_in_hand() {
    let (_dir, outbox) = outbox(3);
    let mut target = Scripted { stops: true, ..script([]) };
    let done = deliver(&outbox, &mut target, &options(), &STOP, &mut |_| {}).unwrap();
    assert_eq!(done, Delivered { sent: 1, left: 2, stopped: true, ..Delivered::default() });
}

#[test]
fn two_do_not_deliver_at_once() {
    let (_dir, outbox) = outbox(1);
    let held = Lock::take(outbox.path()).unwrap();
    let error = deliver(&outbox, &mut script([]), &options(), &NEVER, &mut |_| {}).unwrap_err();
    assert!(matches!(error, GatewayError::Delivering { .. }), "{error}");
    drop(held);
    assert_eq!(run(&outbox, &mut script([]), &options()).sent, 1);
}

#[test]
fn a_folder_holds_each_record_whole() {
    let (dir, outbox) = outbox(3);
    let to = dir.path().join("uit");
    assert!(matches!(Folder::open(&to), Err(GatewayError::NoFolder { .. })), "an address would become a folder");
    std::fs::create_dir(&to).unwrap();
    let mut folder = Folder::open(&to).unwrap();
    let deliver = |folder: &mut Folder| deliver(&outbox, folder, &options(), &NEVER, &mut |_| {}).unwrap();
    assert_eq!(deliver(&mut folder).sent, 3);
    let mut names = vec![];
    for entry in std::fs::read_dir(&to).unwrap() {
        let path = entry.unwrap().path();
        let record: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(path.file_name().unwrap().to_str().unwrap(), format!("{}.json", record["key"].as_str().unwrap()));
        names.push(path);
    }
    assert_eq!(names.len(), 3);
    // A process that died between the file and the outbox's mark: once more, and nothing is doubled.
    outbox.change("UPDATE record SET state = 'pending', cause = NULL", &[]).unwrap();
    assert_eq!(deliver(&mut folder).sent, 3);
    assert_eq!(std::fs::read_dir(&to).unwrap().count(), 3);
}
