//! The conversation above a finding: the post that it answers, the one that this answers, and so on, out of the findings themselves and out of files of posts that are
//! given beside them. Only what stands above a finding is kept, without its author, and it is erased with the item.

use std::collections::hash_map::DefaultHasher;
use std::collections::{HashMap, HashSet};
use std::hash::{Hash as _, Hasher as _};

use grens_input::{InputOptions, Inputs, Item, Source};
use grens_law::{FindingRecord, Place};

use super::read::Finding;
use crate::error::{Result, ReviewError};
use crate::store::ThreadPost;

/// Most posts of a conversation that are kept, those nearest to the finding.
pub(super) const THREAD: usize = 20;

/// Where the posts above findings stand: what was scanned, or more of it.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// Files of posts. They are read twice.
    pub sources: Vec<Source>,
    /// How they are read.
    pub reading: InputOptions,
}

/// A post by its platform and its id there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    platform: Option<String>,
    id: String,
}

impl Key {
    fn new(place: &Place, id: &str) -> Self {
        Self { platform: place.platform.clone(), id: id.to_owned() }
    }

    fn parent(place: &Place) -> Option<Self> {
        place.parent.as_deref().map(|id| Self::new(place, id))
    }

    /// Links between all posts of a file are kept as these, since there may be millions. Two posts that share one cost a text that nobody asks for.
    fn short(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

/// A post that stands above a finding.
struct Above {
    parent: Option<Key>,
    post: ThreadPost,
}

/// What is known of the conversations above the findings of one import. Filled in three rounds: who answers whom, whose texts are wanted, the texts.
#[derive(Default)]
pub(super) struct Threads {
    /// Findings that answer something.
    answers: HashSet<u64>,
    /// From a post to the one that it answers.
    links: HashMap<u64, u64>,
    wanted: HashSet<u64>,
    posts: HashMap<Key, Above>,
    /// Records of the files that could not be used.
    pub(super) rejected: u64,
}

impl Threads {
    /// First round: a finding.
    pub(super) fn meet(&mut self, finding: &FindingRecord) {
        if let Some(short) = self.link(&finding.place, &finding.decision.id) {
            self.answers.insert(short);
        }
    }

    fn link(&mut self, place: &Place, id: &str) -> Option<u64> {
        let (own, parent) = (Key::new(place, id).short(), Key::parent(place)?.short());
        self.links.insert(own, parent);
        Some(own)
    }

    /// Whether any finding answers a post: else there is nothing to look for.
    pub(super) fn is_needed(&self) -> bool {
        !self.answers.is_empty()
    }

    /// The other rounds over the files, after [`Threads::meet`] has met all findings. Then [`Threads::keep`] takes the findings.
    ///
    /// # Errors
    /// When a file cannot be opened.
    pub(super) fn look_up(&mut self, context: &Context) -> Result<()> {
        self.rejected = each_post(context, |place, id, _| {
            self.link(place, id);
        })?;
        for answer in &self.answers {
            let above = std::iter::successors(self.links.get(answer), |above| self.links.get(above));
            self.wanted.extend(above.take(THREAD));
        }
        each_post(context, |place, id, text| self.offer(place, id, text)).map(drop)
    }

    /// Last round: a finding, which may stand above another.
    pub(super) fn keep(&mut self, finding: &FindingRecord) {
        if let Some(text) = &finding.text {
            self.offer(&finding.place, &finding.decision.id, text);
        }
    }

    fn offer(&mut self, place: &Place, id: &str, text: &str) {
        let key = Key::new(place, id);
        if !self.wanted.contains(&key.short()) {
            return;
        }
        let post = ThreadPost { id: Some(id.to_owned()), text: text.to_owned(), created_at: place.created_at.clone() };
        self.posts.entry(key).or_insert(Above { parent: Key::parent(place), post });
    }

    /// Put the conversation above a finding to it, the uppermost first, unless its list gave one.
    pub(super) fn complete(&self, found: &mut Finding) {
        if !found.thread.is_empty() {
            return;
        }
        let parent = |key: &Key| self.posts.get(key);
        let first = Key::parent(&found.finding.place);
        let above =
            std::iter::successors(first.as_ref().and_then(parent), |above| above.parent.as_ref().and_then(parent));
        found.thread = above.take(THREAD).map(|above| above.post.clone()).collect();
        found.thread.reverse();
    }
}

/// Hand place, id and text of each post of the files to `take`. Returns how many records could not be used.
fn each_post(context: &Context, mut take: impl FnMut(&Place, &str, &str)) -> Result<u64> {
    if context.sources.is_empty() {
        return Ok(0);
    }
    // What stands above may be in any language; who wrote it is not asked.
    let reading = InputOptions { all_languages: true, pseudonyms: None, max_rejects: None, ..context.reading.clone() };
    let mut inputs = Inputs::open(context.sources.clone(), reading).map_err(ReviewError::Context)?;
    let mut rejected = 0;
    while let Some(item) = inputs.next() {
        match &item {
            Item::Post(post) => take(&post.place, &post.id, &post.text),
            Item::Reject(_) => rejected += 1,
            Item::Skip(_) | Item::TooManyRejects(_) => {}
        }
        inputs.reuse(vec![item]);
    }
    Ok(rejected)
}
