//! How far people judge alike.
