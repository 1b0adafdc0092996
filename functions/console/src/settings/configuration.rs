//! The configuration that holds on the default branch: where it is from, what is wrong in it, and what follows from it.

use covermark_github::{Error, Permission, RepositoryClient, Resource, resources::contents::LISTED};
use covermark_policy::{Layers, MAX_BYTES, Policy, choose};
use covermark_service::{credentials::CredentialsError, pages::ErrorPage};
use covermark_state::rows::repository::Repository;

use crate::House;

/// What is shown of it.
pub(super) struct Configuration {
    /// Where it was found, in words.
    pub(super) from: String,
    pub(super) problems: Vec<String>,
    /// The whole, as a file with every default filled in.
    pub(super) effective: String,
}

/// Reads it from GitHub, below it the defaults of the owner and the instance. What GitHub does not give is said.
pub(super) async fn read(house: &House, repository: &Repository) -> Result<Configuration, ErrorPage> {
    let login = repository.name.owner().to_ascii_lowercase();
    let of_owner = format!("defaults/{}/{login}.yml", repository.provider);
    let (instance, owner) = (default(house, "defaults/instance.yml").await?, default(house, &of_owner).await?);
    let (from, file) = match file(house, repository).await {
        Ok(Some((path, file))) => (format!("{path} on {}", repository.default_branch), Some(file)),
        Ok(None) => (format!("No file on {}: the defaults hold.", repository.default_branch), None),
        Err(why) => (format!("The file was not read: {why} The defaults are shown."), None),
    };
    let layers = Layers { instance: instance.as_deref(), owner: owner.as_deref(), repository: file.as_deref() };
    let (policy, problems) = Policy::layered(&layers);
    Ok(Configuration {
        from,
        problems: problems.iter().map(ToString::to_string).collect(),
        effective: policy.explain(),
    })
}

async fn default(house: &House, key: &str) -> Result<Option<String>, ErrorPage> {
    let bytes = house.app.blobs.get(key, MAX_BYTES as u64).await?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

async fn file(house: &House, repository: &Repository) -> Result<Option<(&'static str, String)>, &'static str> {
    let Some(installation) = repository.installation else { return Err("the App is not installed.") };
    let provider = &repository.provider;
    let github = house.app.apps.github_for(provider, Some(installation)).await.map_err(|error| match error {
        CredentialsError::NotConfigured(_) => "no App is connected.",
        _ => "the App's credentials cannot be read.",
    })?;
    let rights = [Permission::read(Resource::Contents)];
    let client = github.repository_client(installation, repository.id, &repository.name, &rights);
    let fetched = fetch(&client, &repository.default_branch).await;
    house.app.apps.keep_budgets(provider).await;
    match fetched {
        Ok(found) => Ok(found),
        // A token with a permission that was not granted is refused as invalid.
        Err(Error::Forbidden(_) | Error::Rejected(_)) => Err("the App lacks `contents: read`."),
        Err(Error::TooLarge { .. }) => Err("it is too large."),
        Err(Error::RateLimited { .. }) => Err("GitHub limits our requests at the moment."),
        Err(error) => {
            tracing::warn!(cause = %error, "a repository's configuration could not be read for its settings");
            Err("GitHub does not answer.")
        }
    }
}

async fn fetch(client: &RepositoryClient, branch: &str) -> Result<Option<(&'static str, String)>, Error> {
    let root = client.root_files(branch).await?;
    // A listing that is full proves nothing.
    let listed = (root.len() < LISTED).then_some(root.as_slice());
    let mut candidates = choose(listed, Some(&[]), Some(&[]));
    if candidates.is_empty() {
        let folder = async |name: &str| {
            let there = root.iter().any(|entry| entry == name);
            if there { client.folder_files(name, branch).await } else { Ok(Vec::new()) }
        };
        let (github, dev) = (folder(".github").await?, folder("dev").await?);
        candidates = choose(Some(&root), Some(&github), Some(&dev));
    }
    for path in candidates {
        if let Some(bytes) = client.file(path, branch).await? {
            return Ok(Some((path, String::from_utf8_lossy(&bytes).into_owned())));
        }
    }
    Ok(None)
}
