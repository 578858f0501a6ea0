//! Made-up exports in each platform's published form, under `tests/fixtures/presets`, and what is read from them.

use std::fs::File;
use std::path::Path;

use super::{PRESETS, Preset, template};
use crate::{Format, InputOptions, Inputs, Item, Post, PseudonymKey, SourceState};

/// Posts, rejects and the state of the source of a fixture.
fn read(file: &str, preset: &'static Preset) -> (Vec<Post>, Vec<String>, SourceState) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/presets").join(file);
    let options = InputOptions {
        preset: Some(preset),
        format: Format::of_name(&path),
        pseudonyms: PseudonymKey::new(b"een sleutel die alleen hier geldt").ok(),
        ..InputOptions::default()
    };
    let opened = File::open(&path).unwrap_or_else(|e| panic!("{file}: {e}"));
    let mut inputs = Inputs::from_reader(file, opened, options).unwrap_or_else(|e| panic!("{e}"));
    let (mut posts, mut rejects) = (vec![], vec![]);
    for item in inputs.by_ref() {
        match item {
            Item::Post(post) => posts.push(*post),
            Item::Reject(reject) => rejects.push(reject.reason),
            Item::Skip(skip) => rejects.push(format!("skipped as {}", skip.lang)),
            Item::TooManyRejects(over) => rejects.push(over.to_string()),
        }
    }
    let state = inputs.sources().last().cloned().unwrap_or_else(|| panic!("a source"));
    (posts, rejects, state)
}

fn preset(name: &str) -> &'static Preset {
    name.parse().unwrap_or_else(|e| panic!("{e}"))
}

/// Everything of a post's place but its author, which must be a pseudonym.
fn place(post: &Post) -> [Option<&str>; 5] {
    assert!(post.place.author.as_ref().is_none_or(|a| a.len() == 64 && a.bytes().all(|b| b.is_ascii_hexdigit())));
    let place = &post.place;
    [&place.url, &place.platform, &place.created_at, &place.parent, &place.visibility].map(|field| field.as_deref())
}

#[test]
fn mastodon_statuses() {
    let (posts, rejects, state) = read("mastodon-statuses.json", preset("mastodon"));
    assert_eq!((posts.len(), rejects.len(), state.no_posts), (2, 1, 2));
    assert_eq!(rejects, ["nothing that the preset mastodon knows"]);
    assert_eq!(posts[0].text, "Hoi @buur,\n\nde markt is < 5 minuten & leuk\nhttps://voorbeeld.example/markt");
    assert_eq!((posts[0].id.as_str(), &*posts[0].lang), ("https://toot.example/users/ans/statuses/1001", "nl"));
    let url = Some("https://toot.example/@ans/1001");
    let time = Some("2026-11-20T17:01:06.120Z");
    assert_eq!(place(&posts[0]), [url, Some("mastodon"), time, Some("1000"), Some("unlisted")]);
    assert_eq!(posts[1].text, "over eten\n\nIk lust geen spruitjes");
    assert_eq!(posts[0].place.author, posts[1].place.author);
    assert!(posts[0].place.author.is_some());
}

#[test]
fn mastodon_outbox() {
    let (posts, rejects, state) = read("mastodon-outbox.json", preset("mastodon"));
    assert_eq!((posts.len(), rejects.len(), state.no_posts), (2, 0, 1));
    assert_eq!(posts[0].text, "Goedemorgen allemaal");
    assert_eq!(posts[0].lang, "nl");
    let visibility: Vec<_> = posts.iter().map(|p| p.place.visibility.as_deref()).collect();
    assert_eq!(visibility, [Some("public"), Some("private")]);
    assert_eq!(posts[1].place.parent.as_deref(), Some("https://toot.example/users/bo/statuses/7"));
}

#[test]
fn bluesky_feed_and_jetstream() {
    let (posts, rejects, state) = read("bluesky-feed.json", preset("bluesky"));
    assert_eq!((posts.len(), rejects.len(), state.no_posts), (2, 0, 1));
    let url = Some("https://bsky.app/profile/did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/post/3lbgrens2a");
    let time = Some("2026-11-20T17:01:06.120Z");
    assert_eq!(place(&posts[0]), [url, Some("bluesky"), time, None, Some("public")]);
    assert_eq!(posts[0].lang, "nl");
    assert_eq!(posts[1].lang, "und", "two languages are no hint");
    assert_eq!(posts[1].place.parent.as_deref(), Some(posts[0].id.as_str()));

    let (posts, rejects, state) = read("bluesky-jetstream.jsonl", preset("bluesky"));
    assert_eq!((posts.len(), rejects.len(), state.no_posts), (1, 0, 4));
    assert_eq!(posts[0].id, "at://did:plc:bbbbbbbbbbbbbbbbbbbbbbbb/app.bsky.feed.post/3lbgrens5d");
}

#[test]
fn reddit_dumps_and_listing() {
    let (posts, rejects, state) = read("reddit-comments.jsonl", preset("reddit"));
    assert_eq!((posts.len(), rejects.len(), state.no_posts), (2, 1, 1));
    let url = Some("https://www.reddit.com/r/voorbeeld/comments/abc12/fietsen/def34/");
    let time = Some("2026-11-20T17:01:06Z");
    assert_eq!(place(&posts[0]), [url, Some("reddit"), time, Some("t3_abc12"), Some("public")]);
    assert_eq!((posts[0].id.as_str(), posts[0].text.as_str()), ("t1_def34", "> vroeger & nu\n\nhelemaal mee eens"));
    assert_eq!(posts[1].place.author, None, "a deleted account is nobody");

    let (posts, _, state) = read("reddit-submissions.jsonl", preset("reddit"));
    let texts: Vec<_> = posts.iter().map(|p| p.text.as_str()).collect();
    assert_eq!(texts, ["Waar koop je fietslampen?\n\nIk zoek er twee.", "Een foto van de haven"]);
    assert_eq!(state.no_posts, 0);

    let (posts, rejects, state) = read("reddit-listing.json", preset("reddit"));
    assert_eq!((posts.len(), rejects.len(), state.no_posts), (2, 0, 1));
}

#[test]
fn youtube_threads() {
    let (posts, rejects, _) = read("youtube-threads.json", preset("youtube"));
    assert_eq!((posts.len(), rejects.len()), (3, 0));
    let url = Some("https://www.youtube.com/watch?v=aaaaaaaaaaa&lc=UgxEen");
    assert_eq!(place(&posts[0]), [url, Some("youtube"), Some("2026-11-20T17:01:06Z"), None, None]);
    assert_eq!(posts[0].text, "Mooie video & <3\ngroeten uit Zwolle");
    assert_eq!(posts[1].place.parent.as_deref(), Some("UgxEen"));
    assert_eq!(posts[2].text, "Kan het geluid harder?");
}

#[test]
fn x_archive_and_api() {
    let (posts, rejects, state) = read("x-tweets.js", preset("x"));
    assert_eq!((posts.len(), rejects.len(), state.no_posts), (2, 0, 1));
    let url = Some("https://x.com/i/status/1990000000000000001");
    assert_eq!(place(&posts[0]), [url, Some("x"), Some("2026-11-20T17:01:06Z"), Some("1989999999999999999"), None]);
    assert_eq!(posts[0].text, "Brood & kaas < taart");

    let (posts, rejects, state) = read("x-api-v2.json", preset("x"));
    assert_eq!((posts.len(), rejects.len(), state.no_posts), (2, 0, 1));
    assert_eq!(posts[0].place.parent.as_deref(), Some("1989999999999999999"));
    assert!(posts[0].place.author.is_some());
    assert!(posts[1].text.ends_with("tot hier en niet verder"), "the whole of a long post is read");
}

#[test]
fn the_template_works() {
    let (posts, rejects, state) = read("template.json", &template::PRESET);
    assert_eq!((posts.len(), rejects.len(), state.no_posts), (1, 1, 1));
    assert_eq!(posts[0].text, "Een post");
    assert!(place(&posts[0]).iter().all(Option::is_some));
}

#[test]
fn no_name_survives() {
    for (file, name) in
        [("mastodon-statuses.json", "mastodon"), ("x-api-v2.json", "x"), ("youtube-threads.json", "youtube")]
    {
        let (posts, ..) = read(file, preset(name));
        for post in posts {
            let all = format!("{post:?}");
            assert!(!all.contains("Ans de Vries") && !all.contains("UCans"), "{all}");
        }
    }
}

#[test]
fn presets_are_called_by_their_names() {
    for one in PRESETS {
        assert_eq!(preset(one.name).name, one.name);
    }
    assert!("facebook".parse::<&Preset>().is_err_and(|e| e.contains("bluesky, mastodon, reddit, x, youtube")));
}
