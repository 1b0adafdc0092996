//! Stories of the feedback function against the stand-in GitHub, an embedded table and a folder of blobs.

mod bad_input;
mod base;
mod calls;
mod checks;
mod comebacks;
mod crowds;
mod direct;
mod events;
mod flags;
mod heads;
mod house;
mod invocations;
mod outsiders;
mod parts;
mod posting;
mod rules;
mod storm;
mod timing;
mod trouble;
mod uploads;
