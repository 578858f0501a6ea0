//! The review queue: people decide what is borderline.
