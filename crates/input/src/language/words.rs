//! Counting common Dutch words, as many of a post as are needed.
//!
//! Every post goes through here, and most no further. So words are taken eight bytes at a time and looked up as numbers.

use super::is_passed_over;

/// So many words of a post are looked at.
const MAX_WORDS: usize = 60;

/// Of this many words one Dutch one is enough to score a post.
const WORDS_A_DUTCH_ONE: usize = 12;

/// Common Dutch words, Flemish, Frisian and chat spellings among them, that are no common words of English, German, French, Spanish or
/// Turkish. Sorted.
const DUTCH: [&str; 155] = [
    "aan", "achter", "alleen", "allemaal", "allez", "altijd", "amai", "andere", "anders", "bent", "bij", "bijna",
    "binne", "daar", "dat", "denk", "denken", "deze", "dit", "doen", "dus", "dyn", "echt", "een", "eens", "eerst",
    "effe", "egt", "eigen", "elke", "ff", "gaan", "gaat", "geen", "gelijk", "gewoon", "gij", "goed", "goeie", "haar",
    "hawwe", "heb", "hebben", "hebt", "heeft", "heel", "het", "hij", "hjir", "hjoed", "hoe", "hoor", "hoort", "houden",
    "hun", "iedereen", "iemand", "iets", "ik", "jaar", "jij", "jimme", "joh", "jou", "jouw", "jullie", "keer", "kijk",
    "kijken", "komen", "komt", "krijg", "krijgt", "kunnen", "kweenie", "laat", "leuk", "maar", "maken", "mee", "meer",
    "meisje", "mensen", "mij", "mijn", "mn", "moarn", "moest", "moet", "moeten", "mooi", "myn", "naar", "nee",
    "niemand", "niet", "niets", "niks", "noar", "nog", "nooit", "nou", "oan", "ofzo", "omdat", "ons", "onze", "ook",
    "overal", "peisde", "soe", "staat", "straks", "tegen", "terug", "tige", "toch", "toen", "uit", "van", "vandaag",
    "veel", "vind", "vinden", "volgens", "voor", "wa", "waar", "waarom", "wat", "weer", "weet", "wel", "wij", "wilt",
    "worden", "wordt", "wrm", "wurdt", "yn", "zal", "ze", "zeg", "zeggen", "zei", "zelf", "zich", "zien", "zijn",
    "zit", "zn", "zo", "zonder", "zou", "zulke",
];

/// Words of a text that were looked at: all of them up to [`MAX_WORDS`], or as many as settle it that the post is Dutch.
#[derive(Default)]
pub(super) struct Words {
    pub(super) seen: usize,
    dutch: usize,
}

impl Words {
    pub(super) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut words = Self::default();
        let (mut at, mut begins_token) = (0, true);
        while let Some(&byte) = bytes.get(at) {
            let eight = Eight::from(bytes, at);
            if begins_token && eight.may_be_passed_over() && is_passed_over(&text[at..]) {
                at = behind(text, at, |c| !c.is_whitespace());
                continue;
            }
            let (length, number) = eight.letters();
            let end = end_of_word(text, at + length, length);
            if end > at {
                words.seen += 1;
                words.dutch += usize::from((end - at == length) & is_dutch(number));
                if words.are_enough(bytes.len() - end) {
                    break;
                }
                // Mostly a space stands behind a word, and the next word behind that.
                begins_token = bytes.get(end) == Some(&b' ');
                at = end + usize::from(begins_token);
            } else if byte.is_ascii() {
                begins_token = matches!(byte, b'\t'..=b'\r' | b' ');
                at += 1;
            } else {
                begins_token = text[at..].starts_with(char::is_whitespace);
                at = text.ceil_char_boundary(at + 1);
            }
        }
        words
    }

    /// Whether enough of them are Dutch words for the post to count as Dutch.
    pub(super) const fn are_dutch(&self) -> bool {
        self.dutch * WORDS_A_DUTCH_ONE > self.seen
    }

    /// Whether the words in the `left` bytes of a text change nothing any more. Most Dutch posts are through here after a dozen words.
    fn are_enough(&self, left: usize) -> bool {
        // A word and what parts it from the next are two bytes at least.
        let most = MAX_WORDS.min(self.seen + left.div_ceil(2));
        self.seen >= MAX_WORDS || self.dutch * WORDS_A_DUTCH_ONE > most
    }
}

/// Where a word ends of which `length` letters, up to `at`, are known.
fn end_of_word(text: &str, mut at: usize, length: usize) -> usize {
    if length == LONGEST {
        let mut more = LONGEST;
        while more == LONGEST {
            more = Eight::from(text.as_bytes(), at).letters().0;
            at += more;
        }
    }
    // What is not ASCII is looked at as characters.
    if text.as_bytes().get(at).is_some_and(|b| !b.is_ascii()) { behind(text, at, char::is_alphabetic) } else { at }
}

/// Where the characters of a kind end that stand from `at` on.
fn behind(text: &str, at: usize, kind: fn(char) -> bool) -> usize {
    text.len() - text[at..].trim_start_matches(kind).len()
}

/// Eight bytes of a text as a number, the first of them lowest; zeros stand behind its end.
#[derive(Clone, Copy)]
struct Eight(u64);

impl Eight {
    fn from(bytes: &[u8], at: usize) -> Self {
        let bytes = bytes.get(at..).unwrap_or_default();
        let mut eight = [0; LONGEST];
        match bytes.first_chunk() {
            Some(chunk) => eight = *chunk,
            None => eight.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from),
        }
        Self(u64::from_le_bytes(eight))
    }

    /// Whether a name, a hashtag or a link may begin here. Nearly never: one look at the first four bytes saves three comparisons for each word that
    /// begins as a link does, and such words are common in Dutch.
    fn may_be_passed_over(self) -> bool {
        let [first, second, third, fourth, ..] = self.0.to_le_bytes();
        let four = [first, second, third, fourth];
        (first == b'@') | (first == b'#') | (four == *b"http") | (four == *b"www.")
    }

    /// How many of them are ASCII letters, up to the first that is none, and the word of these as a number, as [`packed`] makes it. All are looked at in
    /// one step.
    fn letters(self) -> (usize, u64) {
        const fn each(byte: u8) -> u64 {
            u64::from_le_bytes([byte; LONGEST])
        }
        let small = self.0 | each(0x20);
        // The upper bit of each byte tells: from `a` on, beyond `z`, not ASCII. No sum leaves its byte.
        let low = small & each(0x7f);
        let is_letter = (low + each(0x80 - b'a')) & !(low + each(0x7f - b'z')) & !small & each(0x80);
        let bits = (!is_letter & each(0x80)).trailing_zeros() & !7;
        (bits as usize / 8, small & u64::MAX.checked_shr(64 - bits).unwrap_or(0))
    }
}

/// Bytes of the longest word of [`DUTCH`].
const LONGEST: usize = 8;

/// A word of letters, of at most [`LONGEST`] bytes, as a number. The bit that is set makes ASCII letters small.
const fn packed(word: &[u8]) -> u64 {
    let (mut number, mut at) = (0, word.len());
    while at > 0 {
        at -= 1;
        number = number << 8 | (word[at] | 0x20) as u64;
    }
    number
}

/// Places of [`PLACED`], and how many words share one at most: so each look-up is one step of the same length, and nothing has to be guessed.
const PLACES: usize = 128;
const AT_A_PLACE: usize = 4;

/// The words of [`DUTCH`] as numbers, at the places of their hashes; 0 stands where there is none.
static PLACED: [[u64; AT_A_PLACE]; PLACES] = {
    let (mut placed, mut word) = ([[0; AT_A_PLACE]; PLACES], 0);
    while word < DUTCH.len() {
        assert!(DUTCH[word].len() <= LONGEST);
        let number = packed(DUTCH[word].as_bytes());
        let (here, mut at) = (place(number), 0);
        // Were there more than have room at a place, this would not build.
        while placed[here][at] != 0 {
            at += 1;
        }
        placed[here][at] = number;
        word += 1;
    }
    placed
};

/// Multiplicative hashing (Knuth, The Art of Computer Programming 3, 6.4), with a factor of SplitMix64, which spreads these words well.
#[allow(clippy::cast_possible_truncation, reason = "seven bits are left")]
const fn place(number: u64) -> usize {
    (number.wrapping_mul(0x94d0_49bb_1331_11eb) >> (64 - PLACES.ilog2())) as usize
}

/// Whether a word of one letter or more, as [`packed`] makes it, is one of [`DUTCH`].
fn is_dutch(number: u64) -> bool {
    PLACED[place(number)].iter().fold(false, |found, &word| found | (word == number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_list_is_sorted_and_lower_case() {
        assert!(DUTCH.is_sorted_by(|a, b| a < b));
        assert!(DUTCH.iter().all(|w| w.bytes().all(|b| b.is_ascii_lowercase())));
        let counted = |text: &str| {
            // With room for more words behind it, so that none is left out because it would change nothing.
            let Words { seen, dutch } = Words::of(&format!("{text}{:120}", ""));
            (seen, dutch)
        };
        assert!(DUTCH.iter().all(|w| counted(w) == (1, 1) && counted(&w.to_uppercase()) == (1, 1)));
        assert!(["zzz", "aaa", "één", "iedereens", "é", "ß"].iter().all(|w| counted(w) == (1, 0)));
        assert!(DUTCH.iter().all(|w| counted(&format!("{w}é")) == (1, 0) && counted(&format!("é{w}")) == (1, 0)));
        assert_eq!(counted("@ik #ik www.ik.nl Ik!ben, 'n—dat… 12ik34 «niet»"), (6, 4));
        assert_eq!(counted(&"yes ".repeat(100)), (MAX_WORDS, 0));
    }

    #[test]
    fn words_that_change_nothing_are_left_out() {
        let texts =
            ["een twee", "een two three four five six seven eight nine ten eleven", "een b c d e f g h i j k l"];
        let looked_at = texts.map(|text| Words::of(text).seen);
        assert_eq!(looked_at, [1, 11, 12]);
        assert_eq!(texts.map(|text| Words::of(text).are_dutch()), [true, true, false]);
        assert_eq!(Words::of(&"niet ".repeat(100)).seen, 6);
    }
}
