//! An Enterprise Server's address, looked at before anything is sent there: HTTPS, a machine that may be asked, a
//! certificate that is trusted, and an answer as only GitHub gives it.
//!
//! Whoever holds the set-up code chooses the address, so a wish must not reach what only this machine can: its own
//! services, the cloud's metadata service, and, unless the operator says that GitHub lives there, the private network. The
//! name is looked up once, and the machine that was found fit is the one that is asked.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use covermark_github::{Endpoints, Error, MetaProblem, meta};
use covermark_service::http_client::{self, ClientError};
use url::{Host, Url};

use crate::house::House;

/// How long a name may take to be looked up.
const LOOK_UP: Duration = Duration::from_secs(5);
/// The longest address that is read.
const LONGEST: usize = 300;

/// Which machines may be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Those of private networks: right where Covermark itself lives in one.
    pub private: bool,
    /// This machine itself: right on a laptop.
    pub this_machine: bool,
}

/// A GitHub that answered.
pub(crate) struct Found {
    pub(crate) endpoints: Endpoints,
    pub(crate) version: Option<String>,
}

/// Looks at the GitHub at `address`. The error is a sentence or two for the form.
pub(crate) async fn look(house: &House, address: &str, private_ca: Option<&str>) -> Result<Found, String> {
    if address.len() > LONGEST {
        return Err("This address is too long to be one.".to_owned());
    }
    let endpoints = Endpoints::named(address).map_err(|problem| format!("This cannot be used: {problem}."))?;
    let host = endpoints.api.host_str().unwrap_or_default().to_owned();
    let addresses = resolve(&endpoints.api, &host).await?;
    for address in &addresses {
        let ip = address.ip();
        let at = if host.trim_matches(['[', ']']).parse().is_ok_and(|given: IpAddr| given == ip) {
            format!("This is {ip}")
        } else {
            format!("{host} is at {ip}")
        };
        house.app.reach.permits(ip).map_err(|why| format!("{at}, {why}"))?;
    }
    let http = http_client::build_pinned(private_ca.map(str::as_bytes), &host, &addresses);
    let http = http.map_err(|error| unusable_authority(&error))?;
    match meta(http, &endpoints, house.app.clock.clone()).await {
        Ok(meta) => Ok(Found { endpoints, version: meta.version }),
        Err(problem) => {
            tracing::info!(cause = %problem, "an address was not taken for a GitHub");
            Err(sentence(&host, &problem))
        }
    }
}

async fn resolve(api: &Url, host: &str) -> Result<Vec<SocketAddr>, String> {
    let port = api.port_or_known_default().unwrap_or(443);
    let found = match api.host() {
        Some(Host::Ipv4(ip)) => vec![SocketAddr::from((ip, port))],
        Some(Host::Ipv6(ip)) => vec![SocketAddr::from((ip, port))],
        _ => match tokio::time::timeout(LOOK_UP, tokio::net::lookup_host((host, port))).await {
            Ok(Ok(found)) => found.collect(),
            Ok(Err(_)) | Err(_) => Vec::new(),
        },
    };
    if found.is_empty() {
        return Err(format!(
            "{host} has no address that can be looked up from here. It is mistyped, or known in another network only."
        ));
    }
    Ok(found)
}

impl Reach {
    fn permits(self, ip: IpAddr) -> Result<(), &'static str> {
        let ip = ip.to_canonical();
        if ip.is_loopback() && !self.this_machine {
            return Err("which is this machine itself. Give the address under which other machines know the server.");
        }
        if is_special(ip) {
            return Err("which is no machine’s address (link-local, multicast or reserved). Give the server’s own.");
        }
        if is_private(ip) && !self.private {
            return Err(
                "which is a private address. From here only public ones are asked. On AWS, put the functions into a VPC that \
                 reaches the server, and set the parameter PrivateNetworks to true.",
            );
        }
        Ok(())
    }
}

fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || is_shared(ip),
        IpAddr::V6(ip) => ip.is_unique_local(),
    }
}

/// 100.64.0.0/10, for carriers' and clouds' own networks.
fn is_shared(ip: Ipv4Addr) -> bool {
    let [first, second, ..] = ip.octets();
    first == 100 && (64..128).contains(&second)
}

fn is_special(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            ip.is_link_local() || ip.is_multicast() || ip.is_broadcast() || ip.octets()[0] == 0 || ip.octets()[0] >= 240
        }
        IpAddr::V6(ip) => ip.is_unicast_link_local() || ip.is_multicast() || ip.is_unspecified(),
    }
}

/// A certificate authority that somebody pasted and that cannot be read.
pub(crate) fn unusable_authority(error: &ClientError) -> String {
    tracing::info!(cause = %error, "a certificate authority could not be read");
    "The certificate authority cannot be read. It is a PEM text, one or more blocks that begin with -----BEGIN \
     CERTIFICATE-----."
        .to_owned()
}

fn sentence(host: &str, problem: &MetaProblem) -> String {
    let no_github = || {
        format!(
            "What answers at {host} is no GitHub: GET /api/v3/meta should say what GitHub says about itself, and does not."
        )
    };
    match problem {
        MetaProblem::NotGitHub => no_github(),
        MetaProblem::Failed(error) => match error {
            Error::Redirected { to, .. } => {
                format!("{host} sends whoever asks on to {to}. If that is your GitHub, give its address.")
            }
            Error::Unreachable { reason, .. } => unreachable(host, reason),
            Error::Unavailable { answer, .. } => {
                format!("{host} is in trouble: it answered {}. Try again when it is up.", answer.status)
            }
            Error::RateLimited { .. } => format!("{host} asks us to wait: its rate limit is reached. Try again later."),
            _ => no_github(),
        },
    }
}

/// What TLS says is told by its words: the libraries hand it up as text.
fn unreachable(host: &str, reason: &str) -> String {
    let says = |words: &str| reason.contains(words);
    if says("UnknownIssuer") {
        return format!(
            "The certificate of {host} is from an authority that is not a public one. If it is your organisation’s own, paste \
             the authority’s certificate below."
        );
    }
    if says("certificate expired") {
        return format!("The certificate of {host} has expired. It must be renewed there.");
    }
    if says("not valid for name") {
        return format!("The certificate of {host} is for another name. Give the address that it was made for.");
    }
    if says("invalid peer certificate") {
        return format!("The certificate of {host} cannot be trusted: {reason}.");
    }
    if says("timed out") || says("no answer within") {
        return format!("{host} does not answer. A firewall may be in between.");
    }
    if says("refused") {
        return format!("{host} refuses the connection. Is the port right, and the server up?");
    }
    format!("{host} cannot be reached: {reason}.")
}

#[cfg(test)]
mod tests {
    use super::Reach;

    #[test]
    fn nothing_is_asked_that_only_this_machine_reaches() {
        let (nowhere, laptop, office) = (
            Reach::default(),
            Reach { this_machine: true, private: false },
            Reach { this_machine: false, private: true },
        );
        for (ip, from_nowhere, from_laptop, from_office) in [
            ("140.82.121.4", true, true, true),
            ("127.0.0.1", false, true, false),
            ("::1", false, true, false),
            ("::ffff:127.0.0.1", false, true, false),
            ("10.1.2.3", false, false, true),
            ("192.168.0.7", false, false, true),
            ("100.100.100.200", false, false, true),
            ("fd00:ec2::254", false, false, true),
            // The clouds' metadata service, and what is no machine: never.
            ("169.254.169.254", false, false, false),
            ("::ffff:169.254.169.254", false, false, false),
            ("fe80::1", false, false, false),
            ("0.0.0.0", false, false, false),
            ("::", false, false, false),
            ("224.0.0.1", false, false, false),
            ("255.255.255.255", false, false, false),
        ] {
            let ip = ip.parse().expect("an address");
            assert_eq!(nowhere.permits(ip).is_ok(), from_nowhere, "{ip}");
            assert_eq!(laptop.permits(ip).is_ok(), from_laptop, "{ip}");
            assert_eq!(office.permits(ip).is_ok(), from_office, "{ip}");
        }
    }
}
