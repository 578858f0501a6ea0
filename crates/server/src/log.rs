//! What the server tells those who run it. Never anything of a post.

/// Where lines for people go.
pub trait Log: Send + Sync + 'static {
    /// Something to know.
    fn note(&self, text: &str);

    /// Something went wrong; the server goes on.
    fn warning(&self, text: &str);
}
