//! The oauth function.
