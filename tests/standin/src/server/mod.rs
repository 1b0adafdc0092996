//! HTTP on loopback: connections, routing, authentication, limits, pagination. Knows no single endpoint.
//!
//! A request takes one way: match the route's template, meet the faults on order, authenticate, be served by a plain
//! function over the locked state, be written into the journal.

mod answer;
mod auth;
mod body;
mod client;
mod destination;
mod exchange;
mod jwt;
mod limits;
mod listener;
mod paginate;
mod record;
mod request;
mod router;
mod trouble;

pub(crate) use answer::{Answer, Body, Outcome};
pub(crate) use auth::{Caller, Needs, suspended};
pub(crate) use body::Fields;
pub(crate) use client::post;
#[cfg(test)]
pub(crate) use client::send;
pub(crate) use limits::RateLimits;
pub(crate) use listener::{Server, Shared};
pub(crate) use paginate::{paginate, paginate_shown, paginate_wrapped};
pub(crate) use request::{Call, Request};
pub(crate) use router::Route;
