//! What an operator may set about uploads. Read from the environment, the same on AWS and in `covermark serve`.

use covermark_service::config;

/// The limits and liberties of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Most uploads of one commit.
    pub uploads_per_commit: u64,
    /// Most bytes that one repository uploads in one day (UTC).
    pub bytes_per_day: u64,
    /// Whether everybody may upload for public repositories without a token.
    pub public_without_token: bool,
    /// Whether OIDC tokens for `https://codecov.io` are taken too, while workflows are moved.
    pub codecov_audience: bool,
    /// The slug of an enterprise of github.com that has its own issuer of OIDC tokens.
    pub oidc_enterprise: Option<String>,
}

impl Default for Settings {
    /// 400 uploads of a commit, more than large matrices make; 50 GiB a day; no liberties.
    fn default() -> Self {
        Self {
            uploads_per_commit: 400,
            bytes_per_day: 50 * 1024 * 1024 * 1024,
            public_without_token: false,
            codecov_audience: false,
            oidc_enterprise: None,
        }
    }
}

impl Settings {
    /// Reads them through `lookup`, such as [`config::from_environment`]; what is not set has its default.
    ///
    /// # Errors
    /// A sentence that names every variable that is wrong.
    pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        let default = Self::default();
        let mut wrong = Vec::new();
        let given = |name: &str| lookup(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let mut number = |name: &str, default: u64| match given(name).map(|text| text.parse::<u64>()) {
            None => default,
            Some(Ok(number)) if number > 0 => number,
            Some(_) => {
                wrong.push(format!("{name} must be a whole number above zero"));
                default
            }
        };
        let uploads_per_commit = number(config::UPLOADS_PER_COMMIT, default.uploads_per_commit);
        let bytes_per_day = number(config::UPLOAD_BYTES_PER_DAY, default.bytes_per_day);
        let mut switch = |name: &str| match given(name).as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                wrong.push(format!("{name} must be true or false"));
                false
            }
        };
        let public_without_token = switch(config::PUBLIC_WITHOUT_TOKEN);
        let codecov_audience = switch(config::OIDC_CODECOV_AUDIENCE);
        let oidc_enterprise = given(config::OIDC_ENTERPRISE);
        if oidc_enterprise.as_deref().is_some_and(|slug| !slug.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
        {
            wrong.push(format!(
                "{} must be an enterprise's slug, as in github.com/enterprises/SLUG",
                config::OIDC_ENTERPRISE
            ));
        }
        if wrong.is_empty() {
            Ok(Self { uploads_per_commit, bytes_per_day, public_without_token, codecov_audience, oidc_enterprise })
        } else {
            Err(wrong.join("; "))
        }
    }
}

#[cfg(test)]
mod tests {
    use covermark_service::config;

    use super::Settings;

    #[test]
    fn what_is_not_set_has_its_default_and_what_is_wrong_is_named_all_at_once() {
        assert_eq!(Settings::read(&|_| None), Ok(Settings::default()));
        assert_eq!(Settings::read(&|_| Some(String::new())), Ok(Settings::default()));
        let set = |name: &str| match name {
            config::UPLOADS_PER_COMMIT => Some(" 400 ".to_owned()),
            config::PUBLIC_WITHOUT_TOKEN => Some("true".to_owned()),
            config::OIDC_ENTERPRISE => Some("acme-corp".to_owned()),
            _ => None,
        };
        let settings = Settings::read(&set).expect("settings");
        assert_eq!((settings.uploads_per_commit, settings.public_without_token), (400, true));
        assert_eq!(settings.oidc_enterprise.as_deref(), Some("acme-corp"));
        let wrong = Settings::read(&|_| Some("0/..".to_owned())).expect_err("all of it");
        assert_eq!(wrong.split("; ").count(), 5, "{wrong}");
    }
}
