//! What tokens are looked up in: words, positions, and the type that all tokens of a post have.

use crate::packed::PackedBatch;
use crate::weights::Table;

/// The tables of a model.
pub(super) struct Embeddings {
    pub(super) words: Table,
    pub(super) positions: Table,
    /// Row 0 of the token-type table, where there is one: a post is one segment.
    pub(super) token_type: Vec<f32>,
    /// Position of the first token.
    pub(super) first_position: usize,
}

impl Embeddings {
    /// The sums of all tokens' rows, `[tokens, hidden]` row-major, made on this thread.
    pub(super) fn rows(&self, batch: &PackedBatch) -> Vec<f32> {
        let mut data = vec![0.0; batch.ids().len() * self.words.cols()];
        self.write_rows(batch, &mut data);
        data
    }

    /// The same in `to`.
    pub(super) fn write_rows(&self, batch: &PackedBatch, to: &mut [f32]) {
        let mut rows = to.chunks_exact_mut(self.words.cols());
        for post in batch.posts() {
            for ((place, &id), row) in post.iter().enumerate().zip(&mut rows) {
                row.copy_from_slice(&self.token_type);
                self.words.add_row(id as usize, row);
                self.positions.add_row(self.first_position + place, row);
            }
        }
    }
}
