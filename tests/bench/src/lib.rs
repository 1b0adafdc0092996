//! What the benchmarks have in common: a fake of the AWS services that a function starts with, signed deliveries, HTTP that
//! measures nothing but itself, processes that end with their measurement, and order statistics.

pub mod aws;
pub mod events;
pub mod http;
pub mod process;
pub mod stats;
pub mod surroundings;
