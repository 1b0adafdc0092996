//! The feedback function.
