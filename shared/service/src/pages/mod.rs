//! What every page of Covermark has in common: the frame around its content, the one stylesheet, the headers that keep
//! strangers out, the page of an error, and the local addresses that a browser may be sent to.
//!
//! A function makes only the content (an askama template of its own) and hands it over as a [`Page`]. Who is signed in
//! is found in [`crate::session`]; nothing here knows a route of a function, `/`, `/login` and `/account` of the frame
//! aside.

mod assets;
mod dress;
mod error_page;
mod local_path;
mod page;
mod site;

pub use assets::assets;
pub use dress::dress;
pub use error_page::ErrorPage;
pub use local_path::LocalPath;
pub use page::Page;
pub use site::Site;

#[cfg(test)]
mod tests;
