//! The `Link` header, and listings that do not end.

use proptest::prelude::*;
use serde_json::json;

use super::support::{Fake, INSTALLATION, reply_with};
use crate::{Error, page::next_page};

#[test]
fn githubs_own_example_is_read() {
    let header = "<https://api.github.com/repositories/1300192/issues?page=2>; rel=\"prev\", \
                  <https://api.github.com/repositories/1300192/issues?page=4>; rel=\"next\", \
                  <https://api.github.com/repositories/1300192/issues?page=515>; rel=\"last\", \
                  <https://api.github.com/repositories/1300192/issues?page=1>; rel=\"first\"";
    assert_eq!(next_page(header), Some(4));
}

#[test]
fn other_spellings_of_the_header_are_read() {
    assert_eq!(next_page("</x?per_page=100&page=3>;rel=next"), Some(3));
    assert_eq!(next_page("<x?page=3>; title=\"a, b\"; REL=\"last next\""), Some(3));
    assert_eq!(next_page("<x?q=a,b&page=5#page=9>; rel=\"next\""), Some(5));
}

#[test]
fn what_names_no_next_page_has_none() {
    for header in ["", "<", "<>", "<x?page=2>", "<x?page=2>; rel=\"last\"", "<x?page=two>; rel=\"next\"", "x; rel=next"]
    {
        assert_eq!(next_page(header), None, "{header}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(header in ".{0,200}") {
        let _ = next_page(&header);
    }

    #[test]
    fn the_next_page_is_found_wherever_it_stands(page in 1_u32.., before in 0_usize..4, after in 0_usize..4) {
        let other = |n: usize| format!("<https://host/x?page={n}>; rel=\"last\"");
        let next = format!("<https://host/x?per_page=100&page={page}>; rel=\"next\"");
        let links: Vec<String> = (0..before).map(other).chain([next]).chain((0..after).map(other)).collect();
        prop_assert_eq!(next_page(&links.join(", ")), Some(page));
    }
}

async fn page_with_link(page: u32, link: &'static str) -> Result<Option<u32>, Error> {
    let body = json!({ "repositories": [{ "id": 42, "full_name": "acme/widgets" }] });
    let fake = Fake::with_tokens(move |_, _| reply_with(200, &[("link", link)], body.clone())).await;
    let page = fake.github().installation_client(INSTALLATION).repositories_page(page).await?;
    assert_eq!(page.items.len(), 1);
    Ok(page.next)
}

#[tokio::test]
async fn a_page_names_the_next_one() {
    assert_eq!(page_with_link(1, "<https://elsewhere/x?page=2>; rel=\"next\"").await.unwrap(), Some(2));
    assert_eq!(page_with_link(2, "<https://elsewhere/x?page=1>; rel=\"prev\"").await.unwrap(), None);
}

#[tokio::test]
async fn a_listing_that_stands_still_is_an_error() {
    let error = page_with_link(2, "<https://elsewhere/x?page=2>; rel=\"next\"").await.unwrap_err();
    assert!(matches!(error, Error::Malformed { .. }), "{error}");
}

#[tokio::test]
async fn a_listing_that_never_ends_is_an_error() {
    let error = page_with_link(1_000, "<https://elsewhere/x?page=1001>; rel=\"next\"").await.unwrap_err();
    assert!(matches!(error, Error::TooManyPages { pages: 1_000, .. }), "{error}");
}
