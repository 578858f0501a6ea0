//! Judging on the review page when things do not go straight: time runs out, a session ends, a verdict is taken back.
#![cfg(unix)]

use std::sync::atomic::Ordering;

use super::http::Answer;
use super::review_site::{Site, between, finding, harmless};

const MINUTE: i64 = 60_000;

/// The item on a page.
fn item(page: &Answer) -> &str {
    between(&page.body, "data-item=\"", "\"").unwrap_or_else(|| panic!("no item: {page:?}"))
}

#[test]
fn what_is_shown_is_held_again() {
    let (site, clock) = Site::with_clock(&harmless(4));
    let (mut roos, mut linde) = (site.signed_in("roos"), site.signed_in("linde"));
    let first = item(&roos.open("/judge").expect(200)).to_owned();
    clock.fetch_add(20 * MINUTE, Ordering::Relaxed);
    // Her time ran out and nobody took it: she goes on with it, and nobody else is given it any more.
    assert_eq!(item(&roos.open("/judge").expect(200)), first);
    assert_ne!(item(&linde.open("/judge").expect(200)), first);
    let ahead = roos.open(&format!("/judge/ahead?after={first}")).expect(200);
    let second = item(&ahead).to_owned();
    // The same for what was loaded ahead.
    clock.fetch_add(20 * MINUTE, Ordering::Relaxed);
    assert_eq!(item(&roos.open(&format!("/judge/ahead?after={first}")).expect(200)), second);
    assert!(!linde.open("/judge").expect(200).body.contains(&format!("data-item=\"{second}\"")));
    roos.post(&format!("/judge/{first}"), &[("verdict", "unsure")]).expect(303);
    roos.post(&format!("/judge/{second}"), &[("verdict", "unsure")]).expect(303);
}

#[test]
fn from_what_somebody_else_has_there_is_a_way_on() {
    let (site, clock) = Site::with_clock(&harmless(2));
    let (mut roos, mut linde) = (site.signed_in("roos"), site.signed_in("linde"));
    let first = item(&roos.open("/judge").expect(200)).to_owned();
    clock.fetch_add(20 * MINUTE, Ordering::Relaxed);
    assert_eq!(item(&linde.open("/judge").expect(200)), first);
    // The script hears of it before anything is filled in.
    roos.open(&format!("/judge/ahead?after={first}")).expect(409);
    let refused = roos.post(&format!("/judge/{first}"), &[("verdict", "unsure")]).expect(409);
    assert!(refused.body.contains("<a href=\"/judge\">"), "{}", refused.body);
    roos.step(&format!("/judge/{first}/skip"), &[]).expect(204);
    roos.post(&format!("/judge/{first}/skip"), &[]).expect(303);
    assert_ne!(item(&roos.open("/judge").expect(200)), first);
    linde.post(&format!("/judge/{first}"), &[("verdict", "unsure")]).expect(303);
}

#[test]
fn signing_in_again_goes_on_where_the_session_ended() {
    let (site, clock) = Site::with_clock(&harmless(3));
    let mut roos = site.signed_in("roos");
    let first = item(&roos.open("/judge").expect(200)).to_owned();
    clock.fetch_add(70 * MINUTE, Ordering::Relaxed);
    roos.step(&format!("/judge/{first}"), &[("verdict", "unsure")]).expect(401);
    // In another tab of the same browser: the cookie is the new session's, the form in the old tab still has the old token.
    let (old, mut again) = (roos.csrf.clone(), site.signed_in("roos"));
    let new = std::mem::replace(&mut again.csrf, old);
    again.step(&format!("/judge/{first}"), &[("verdict", "unsure")]).expect(403);
    again.csrf = new;
    again.step(&format!("/judge/{first}"), &[("verdict", "unsure")]).expect(200);
    // What somebody has in a session that goes on stays there.
    let second = item(&again.open("/judge").expect(200)).to_owned();
    let mut elsewhere = site.signed_in("roos");
    assert_ne!(item(&elsewhere.open("/judge").expect(200)), second);
    again.post(&format!("/judge/{second}"), &[("verdict", "unsure")]).expect(303);
}

#[test]
fn undoing_dismissed_repeats_takes_them_all_back() {
    let mut wave: Vec<_> =
        (0..4).map(|i| finding(&format!("golf-{i}"), &format!("Regen in Zwolle, keer {i}."))).collect();
    wave[0]["stands_for"] = 4.into();
    for repeat in &mut wave[1..] {
        repeat["head"] = "golf-0".into();
    }
    let site = Site::start(&wave);
    let mut roos = site.signed_in("roos");
    let head = item(&roos.open("/judge").expect(200)).to_owned();
    roos.post(&format!("/judge/{head}"), &[("verdict", "not_candidate"), ("why", "person")]).expect(303);
    let repeats = format!("/items/{head}/repeats");
    let open = |page: Answer| page.body.matches("<details class=\"post\"").count();
    assert_eq!(open(roos.open(&repeats).expect(200)), 3);
    roos.post(&repeats, &[("why", "person")]).expect(303);
    assert_eq!(open(roos.open(&repeats).expect(200)), 0);
    let flash = roos.open("/judge").expect(200);
    let entry = between(&flash.body, "name=\"entry\" value=\"", "\"").unwrap().to_owned();
    roos.post("/judge/undo", &[("entry", &entry)]).expect(303);
    assert_eq!(open(roos.open(&repeats).expect(200)), 3);
}

#[test]
fn everybody_finds_back_what_he_judged() {
    let (site, clock) = Site::with_clock(&harmless(3));
    let (mut roos, mut linde) = (site.signed_in("roos"), site.signed_in("linde"));
    let first = item(&roos.open("/judge").expect(200)).to_owned();
    let link = format!("<a href=\"/items/{first}\">");
    let flash = roos.step(&format!("/judge/{first}"), &[("verdict", "not_candidate"), ("why", "person")]).expect(200);
    assert!(flash.body.contains(&link), "{}", flash.body);
    // Long after it could be undone.
    clock.fetch_add(10 * MINUTE, Ordering::Relaxed);
    assert!(!roos.open("/judge").expect(200).body.contains("/judge/undo"));
    let mine = roos.open("/mine").expect(200);
    assert!(mine.body.contains(&link) && mine.body.contains("geen kandidaat"), "{}", mine.body);
    assert!(!linde.open("/mine").expect(200).body.contains(&link));
    assert!(roos.open(&format!("/items/{first}")).expect(200).body.contains(&format!("/items/{first}/correct")));
    // The correction begins with what was said.
    let form = roos.open(&format!("/items/{first}/correct")).expect(200).body;
    for filled in ["value=\"not_candidate\" data-key=\"2\" checked", "value=\"person\" data-key=\"7\" checked"] {
        assert!(form.contains(filled), "{filled}: {form}");
    }
    roos.post(&format!("/items/{first}/correct"), &[("verdict", "unsure")]).expect(303);
    assert!(roos.open("/mine").expect(200).body.contains("twijfel"));
}

#[test]
fn slurs_can_be_masked_wherever_a_post_is_shown() {
    let slur = "In het dictee stond fl\u{200b}ikker.";
    let mut wave: Vec<_> = (0..2).map(|i| finding(&format!("golf-{i}"), &format!("{slur} Regel {i}."))).collect();
    wave[0]["stands_for"] = 2.into();
    wave[0]["thread"] = serde_json::json!([{"text": slur}]);
    wave[1]["head"] = "golf-0".into();
    let site = Site::start(&wave);
    let mut roos = site.signed_in("roos");
    let page = roos.open("/judge").expect(200);
    let masked = "<span class=\"slur\">fl□ikker</span>";
    assert_eq!(page.body.matches(masked).count(), 2, "the post and the conversation: {}", page.body);
    let head = item(&page).to_owned();
    let fields = [("verdict", "not_candidate"), ("why", "person"), ("quote_start", "20"), ("quote_end", "28")];
    roos.post(&format!("/judge/{head}"), &fields).expect(303);
    // Post, conversation, and on the item's page the quote in its history.
    for (path, times) in [("", 3), ("/correct", 2), ("/repeats", 1)] {
        let page = roos.open(&format!("/items/{head}{path}")).expect(200);
        assert_eq!(page.body.matches(masked).count(), times, "{path}: {}", page.body);
        assert!(page.body.contains("/mask.js\"") && page.body.contains("class=\"plain script mask\""), "{path}");
    }
}
