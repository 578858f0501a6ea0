//! Which field of a record is what.

/// Names of the fields that are read. A name with dots reaches into objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields {
    /// The post's id: a string or a whole number.
    pub id: String,
    /// The post's text.
    pub text: String,
    /// Language tag. Optional in the input, as are all below.
    pub lang: String,
    /// Web address of the post.
    pub url: String,
    /// Platform it was posted on.
    pub platform: String,
    /// When it was posted.
    pub created_at: String,
    /// The post that it answers.
    pub parent: String,
    /// Who can see it.
    pub visibility: String,
    /// Who wrote it; read only to make a pseudonym.
    pub author: String,
}

impl Default for Fields {
    fn default() -> Self {
        Self {
            id: "id".to_owned(),
            text: "text".to_owned(),
            lang: "lang".to_owned(),
            url: "url".to_owned(),
            platform: "platform".to_owned(),
            created_at: "created_at".to_owned(),
            parent: "parent".to_owned(),
            visibility: "visibility".to_owned(),
            author: "author".to_owned(),
        }
    }
}

/// The fields of [`Fields`], as places in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Id,
    Text,
    Lang,
    Url,
    Platform,
    CreatedAt,
    Parent,
    Visibility,
    Author,
}

/// How many slots there are.
pub(super) const COUNT: usize = 9;

impl Slot {
    pub(super) const ALL: [Self; COUNT] = [
        Self::Id,
        Self::Text,
        Self::Lang,
        Self::Url,
        Self::Platform,
        Self::CreatedAt,
        Self::Parent,
        Self::Visibility,
        Self::Author,
    ];
}

impl Fields {
    /// Every slot with the name that its field has in the input.
    pub(super) fn names(&self) -> [(Slot, &str); COUNT] {
        [
            (Slot::Id, &self.id),
            (Slot::Text, &self.text),
            (Slot::Lang, &self.lang),
            (Slot::Url, &self.url),
            (Slot::Platform, &self.platform),
            (Slot::CreatedAt, &self.created_at),
            (Slot::Parent, &self.parent),
            (Slot::Visibility, &self.visibility),
            (Slot::Author, &self.author),
        ]
    }
}
