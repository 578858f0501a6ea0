//! The fields of a form or of a query, in order, as they came.

use url::form_urlencoded;

/// Most fields that are read; a form of ours has far fewer.
const MOST: usize = 2_000;

/// Names and values, decoded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Out of `a=b&c=d`.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        Self(
            form_urlencoded::parse(bytes)
                .take(MOST)
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// As a form would send them; empty values are left out.
    pub(crate) fn of(fields: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        Self(
            fields
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    }

    /// The first value of a name, without white space around; empty when there is none.
    pub(crate) fn one(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The first value of a name as it came: passwords keep their spaces.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    /// All values of a name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The first value, when it says something.
    pub(crate) fn some(&self, name: &str) -> Option<&str> {
        Some(self.one(name)).filter(|value| !value.is_empty())
    }

    /// Whether any value of the name is `value`.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|v| v == value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_name() {
        let pairs = Pairs::parse(b"a=+x%20&b=1&b=2&%c3%28=bad");
        assert_eq!((pairs.one("a"), pairs.raw("a"), pairs.some("c")), ("x", " x ", None));
        assert_eq!(pairs.all("b").collect::<Vec<_>>(), ["1", "2"]);
        assert!(pairs.has("b", "2") && !pairs.has("b", "3"));
    }
}
