//! The upload API as its clients see it: requests in, answers out, over a real table.

mod refusals;
mod replies;
mod support;
