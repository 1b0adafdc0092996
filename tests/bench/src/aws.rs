//! The AWS services that a function needs in order to start, on loopback over plain HTTP: Secrets Manager with our two
//! documents, and empty answers for the rest. What the real ones cost on top (TLS, distance) is not in the figures.

use std::{net::SocketAddr, sync::Arc};

use anyhow::Context as _;
use serde_json::json;

use crate::http::{Handler, Request, Response, serve};

/// What the vault holds, by the end of the secret's name.
pub struct Aws {
    /// `…/gh/app`: the App's document.
    pub app: String,
    /// `…/gh/webhook`: the webhook secret.
    pub webhook: String,
}

impl Aws {
    /// Serves until the process ends.
    ///
    /// # Errors
    /// When there is no free port.
    pub fn start(self) -> anyhow::Result<SocketAddr> {
        serve(Arc::new(self)).context("no loopback port")
    }

    fn secret(&self, name: &str) -> Response {
        let value = match name.rsplit_once("/gh/") {
            Some((_, "app")) => &self.app,
            Some((_, "webhook")) => &self.webhook,
            _ => {
                let body = json!({"__type": "ResourceNotFoundException", "Message": "there is no such secret"});
                return Response::json(400, &body);
            }
        };
        Response::json(
            200,
            &json!({"Name": name, "SecretString": value, "VersionId": "00000000-0000-4000-8000-000000000001"}),
        )
    }
}

impl Handler for Aws {
    fn handle(&self, request: Request) -> Option<Response> {
        if request.header("x-amz-target") != Some("secretsmanager.GetSecretValue") {
            return Some(Response::json(200, &json!({})));
        }
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap_or_default();
        Some(self.secret(body["SecretId"].as_str().unwrap_or_default()))
    }
}
