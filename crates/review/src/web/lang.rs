//! The language of the page: Dutch unless somebody asks for English.

use super::strings::{EN, NL, Strings};

/// A language of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Lang {
    /// Dutch.
    #[default]
    Nl,
    /// English.
    En,
}

impl Lang {
    /// The language of a tag, as the cookie and the switch have it; Dutch for anything else.
    pub(crate) fn of(tag: &str) -> Self {
        if tag == "en" { Self::En } else { Self::Nl }
    }

    /// The tag for `lang` attributes and the cookie.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::Nl => "nl",
            Self::En => "en",
        }
    }

    /// The other one, which the switch offers.
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Nl => Self::En,
            Self::En => Self::Nl,
        }
    }

    /// All words of the page.
    pub(crate) const fn strings(self) -> &'static Strings {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }

    /// A number with the separator of the language.
    pub(crate) fn number(self, n: u64) -> String {
        let digits = n.to_string();
        let mut out = String::new();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push(match self {
                    Self::Nl => '.',
                    Self::En => ',',
                });
            }
            out.push(digit);
        }
        out
    }

    /// A share or a score with two decimals.
    pub(crate) fn decimal(self, value: f64) -> String {
        let text = format!("{value:.2}");
        match self {
            Self::Nl => text.replace('.', ","),
            Self::En => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_language_has_them() {
        assert_eq!([Lang::Nl, Lang::En].map(|l| l.number(1_234_567)), ["1.234.567", "1,234,567"]);
        assert_eq!([Lang::Nl, Lang::En].map(|l| l.decimal(0.456)), ["0,46", "0.46"]);
    }

    #[test]
    fn anything_else_is_dutch() {
        assert_eq!(["en", "nl", "", "de", "EN"].map(Lang::of), [Lang::En, Lang::Nl, Lang::Nl, Lang::Nl, Lang::Nl]);
    }
}
