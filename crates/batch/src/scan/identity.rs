//! What makes two items the same for a run that goes on.

use crate::input::Item;

/// Bytes that most items take.
const AN_ITEM: usize = 256;

/// The items of a window as bytes, one after another. All are put together before any is hashed: what they are made of lies all over the memory, and
/// hashing between would wait for each.
#[derive(Default)]
pub(crate) struct Identities {
    /// Number of the first item.
    first: u64,
    bytes: Vec<u8>,
    /// Where each item ends.
    ends: Vec<usize>,
    /// Bytes that were handed out.
    handed_out: usize,
}

impl Identities {
    /// Those of `items`, of which the first has the number `first`, in memory that was used before.
    pub(crate) fn refill(&mut self, first: u64, items: &[Item]) {
        self.first = first;
        self.bytes.clear();
        self.ends.clear();
        self.handed_out = 0;
        self.bytes.reserve(AN_ITEM * items.len());
        for item in items {
            identify(item, &mut self.bytes);
            self.ends.push(self.bytes.len());
        }
    }

    /// What was not handed out yet of the items before number `seq`.
    pub(crate) fn before(&mut self, seq: u64) -> &[u8] {
        let items = usize::try_from(seq - self.first).unwrap_or(usize::MAX);
        let end = items.checked_sub(1).and_then(|last| self.ends.get(last)).copied().unwrap_or_default();
        let from = std::mem::replace(&mut self.handed_out, end);
        self.bytes.get(from..end).unwrap_or_default()
    }
}

/// Append what makes two items the same.
fn identify(item: &Item, identity: &mut Vec<u8>) {
    let mut field = |bytes: &[u8]| {
        identity.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        identity.extend_from_slice(bytes);
    };
    match item {
        Item::Post(post) => {
            field(b"post");
            field(post.file.as_bytes());
            field(&post.line.to_le_bytes());
            field(post.id.as_bytes());
            field(&post.text_sha256.0);
            let p = &post.place;
            for part in [&p.url, &p.platform, &p.created_at, &p.parent, &p.visibility, &p.author] {
                field(part.as_deref().unwrap_or_default().as_bytes());
            }
        }
        Item::Skip(skip) => {
            field(b"skip");
            field(skip.file.as_bytes());
            field(&skip.line.to_le_bytes());
            field(skip.lang.as_bytes());
        }
        Item::Reject(reject) => {
            field(b"reject");
            field(reject.file.as_bytes());
            field(&reject.line.to_le_bytes());
            field(reject.reason.as_bytes());
        }
        // The end of the input, not a part of it.
        Item::TooManyRejects(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Post;

    #[test]
    fn every_item_is_handed_out_once() {
        let post = |id: &str| Item::Post(Box::new(Post::new(id.into(), "x".into(), "nl".into(), "-".into(), 1)));
        let items = [post("a"), post("bb"), post("c")];
        let mut identities = Identities::default();
        identities.refill(5, &items);
        let whole = identities.before(8).to_vec();
        assert!(identities.before(8).is_empty());
        identities.refill(5, &items);
        let parts: Vec<u8> = [5, 6, 6, 8].into_iter().flat_map(|seq| identities.before(seq).to_vec()).collect();
        assert_eq!(parts, whole);
        identities.refill(6, &items[1..]);
        assert!(whole.ends_with(identities.before(8)));
    }
}
