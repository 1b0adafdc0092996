//! Stories about what is remembered, told through the real SDK: against an embedded DynamoDB, and against a server
//! that answers what it is told to.

mod aws;
mod commits;
mod deliveries;
mod faults;
mod installations;
mod leases;
mod ledger;
mod outcomes;
mod people;
mod providers;
mod pulls;
mod quotas;
mod repositories;
mod settings;
mod setup;
mod support;
mod timings;
mod tokens;
mod uploads;
