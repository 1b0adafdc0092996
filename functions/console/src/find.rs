//! What an address names.

use covermark_service::pages::{ErrorPage, Site};
use covermark_types::{Provider, RepositoryName};

/// A repository's page.
pub(crate) struct Address {
    /// Which GitHub.
    pub(crate) provider: Provider,
    /// The repository, as the address has it.
    pub(crate) name: RepositoryName,
    /// The whole path, without a slash before it and without the public address's own path.
    pub(crate) path: String,
}

impl Address {
    /// Reads the parts of a path; `rest` is what stands after the repository.
    pub(crate) fn read(
        site: &Site,
        provider: &str,
        owner: &str,
        repository: &str,
        rest: &str,
    ) -> Result<Self, ErrorPage> {
        let known = provider.parse::<Provider>().ok();
        let name = format!("{owner}/{repository}").parse::<RepositoryName>().ok();
        match known.zip(name) {
            Some((provider, name)) => {
                let path = format!("{provider}/{}/{}/{rest}", name.owner(), name.name());
                Ok(Self { provider, name, path })
            }
            None => Err(ErrorPage::not_found(site)),
        }
    }
}
