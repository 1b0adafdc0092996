//! Plugs a router or an event handler into the Lambda runtime.

use std::{future::Future, pin::Pin, sync::Arc};

use axum::{Router, middleware};
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::Value;

use crate::problem::{Chain, request_id};

/// Serves `router` behind API Gateway's HTTP API until the environment is taken down.
///
/// # Errors
/// When the Runtime API cannot be reached.
pub async fn http(router: Router) -> Result<(), lambda_http::Error> {
    lambda_http::run(router.layer(middleware::from_fn(request_id))).await
}

/// Hands every event to `handle`; its error becomes a failed invocation with a named type, so that it can be counted.
///
/// # Errors
/// When the Runtime API cannot be reached.
pub async fn events<A, F, Fut, E>(app: Arc<A>, handle: F) -> Result<(), lambda_runtime::Error>
where
    F: Fn(Arc<A>, Value) -> Fut + Copy,
    Fut: Future<Output = Result<Value, E>> + Send + 'static,
    E: std::error::Error + Send + 'static,
    A: Send + Sync + 'static,
{
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        // Behind a pointer: a function's work is a future of many layers, more than the compiler likes to nest into the
        // runtime's own.
        let work: Pin<Box<dyn Future<Output = Result<Value, E>> + Send>> = Box::pin(handle(app.clone(), event.payload));
        async move {
            work.await.map_err(|error| Diagnostic {
                error_type: std::any::type_name::<E>().to_owned(),
                error_message: Chain(&error).to_string(),
            })
        }
    }))
    .await
}
