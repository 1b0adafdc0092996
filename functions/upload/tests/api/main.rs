//! The upload API as its clients see it: requests in, answers out, over a real table.

mod calls;
mod forks;
mod oidc;
mod refusals;
mod replies;
mod support;
mod tokens;
mod town;
