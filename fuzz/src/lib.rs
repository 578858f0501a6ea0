//! What every fuzz target asks of a reader.

use grens_input::{InputOptions, Inputs, Item, MAX_TEXT_BYTES};

/// Read `bytes` twice. No bytes may make a reader panic, hang, give an item without a place in its file, or give two sequences.
pub fn check(bytes: &[u8], options: &InputOptions) {
    assert_eq!(read(bytes, options), read(bytes, options), "the same bytes give the same items");
}

fn read(bytes: &[u8], options: &InputOptions) -> Vec<Item> {
    let input = std::io::Cursor::new(bytes.to_vec());
    let Ok(mut inputs) = Inputs::from_reader("fuzz", input, options.clone()) else { panic!("opening cannot fail") };
    let items: Vec<Item> = inputs.by_ref().inspect(well_formed).collect();
    assert!(inputs.next().is_none(), "an ended input stays ended");
    assert_eq!(inputs.sources().iter().map(|s| s.bytes).sum::<u64>(), bytes.len() as u64, "every byte is hashed");
    items
}

/// What holds for every item.
pub fn well_formed(item: &Item) {
    match item {
        Item::Post(post) => {
            assert!(!post.id.trim().is_empty() && !post.text.trim().is_empty() && post.text.len() <= MAX_TEXT_BYTES);
            assert!(post.line > 0 && post.place.author.is_none());
        }
        Item::Reject(reject) => assert!(!reject.reason.is_empty() && !reject.hint.is_empty()),
        Item::Skip(skip) => assert!(skip.line > 0 && skip.lang != "nl"),
        Item::TooManyRejects(_) => panic!("no limit was set"),
    }
}
