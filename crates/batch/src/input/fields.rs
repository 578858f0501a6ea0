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
