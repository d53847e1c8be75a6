//! A parameter that no route knows is refused: one that is mistyped would silently ask for everything.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::{MatchedPath, Query, Request, State},
    http::{Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use utoipa::openapi::{
    OpenApi, RefOr,
    path::{Operation, ParameterIn},
};

use crate::error::ApiError;

/// Method and path of each route that has query parameters, with their names in order.
pub(crate) type Queries = Arc<HashMap<(Method, String), Vec<String>>>;

/// The parameters as the API's own document names them.
pub(crate) fn queries(document: &OpenApi) -> Queries {
    let routes = document.paths.paths.iter().flat_map(|(path, item)| {
        let operations = [
            (Method::GET, &item.get),
            (Method::POST, &item.post),
            (Method::PUT, &item.put),
            (Method::DELETE, &item.delete),
        ];
        let known = operations
            .into_iter()
            .filter_map(|(method, operation)| Some((method, names(operation.as_ref()?))));
        known
            .map(|(method, names)| ((method, path.clone()), names))
            .collect::<Vec<_>>()
    });
    Arc::new(routes.collect())
}

fn names(operation: &Operation) -> Vec<String> {
    let parameters = operation
        .parameters
        .iter()
        .flatten()
        .filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        });
    let asked = parameters.filter(|parameter| parameter.parameter_in == ParameterIn::Query);
    let mut names: Vec<String> = asked.map(|parameter| parameter.name.clone()).collect();
    names.sort();
    names
}

/// Refuses a request whose query has a parameter that its route does not know.
pub(crate) async fn check(State(queries): State<Queries>, path: MatchedPath, request: Request, next: Next) -> Response {
    let method = match *request.method() {
        Method::HEAD => Method::GET,
        ref method => method.clone(),
    };
    let known = queries
        .get(&(method, path.as_str().to_owned()))
        .map_or(&[][..], Vec::as_slice);
    let Ok(Query(given)) = Query::<Vec<(String, String)>>::try_from_uri(request.uri()) else {
        return refusal("this query can't be read: write name=value, joined by &".into());
    };
    match given.iter().find(|(name, _)| !known.contains(name)) {
        Some((name, _)) if known.is_empty() => refusal(format!("{name:?} is no parameter: this route has none")),
        Some((name, _)) => refusal(format!(
            "{name:?} is no parameter of this route: it knows {}",
            known.join(", ")
        )),
        None => next.run(request).await,
    }
}

fn refusal(message: String) -> Response {
    ApiError::new(StatusCode::BAD_REQUEST, "bad_query", message).into_response()
}
