//! Words that a reader may ask to have masked (slurs follow). Short on purpose: it spares the reader, it judges nothing, and the model does not see it.

/// Beginnings of words, lower case. A word that begins so is masked whole, so that plurals and compounds are too.
const BEGINNINGS: [&str; 12] = [
    "neger",
    "nikker",
    "kutmarokk",
    "kankermarokk",
    "kutturk",
    "kankerturk",
    "kankerjo",
    "flikker",
    "mongool",
    "geitenneuk",
    "makak",
    "spleetog",
];

/// Whether a word is one to mask.
pub(crate) fn is_slur(word: &str) -> bool {
    let word = word.to_lowercase();
    BEGINNINGS.iter().any(|beginning| word.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_masked_by_its_beginning() {
        assert!(is_slur("Flikkers") && !is_slur("flik") && !is_slur("Marokkaan"));
    }
}
