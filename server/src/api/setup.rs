//! Where the set-up link leads: a form without script, by which a person makes the first admin.
//!
//! The code stands in the link's fragment, which no browser sends: opening the link uses nothing up.

use axum::{
    Form,
    extract::State,
    http::{StatusCode, header::CONTENT_SECURITY_POLICY},
    response::{AppendHeaders, Html, IntoResponse, Response},
};

use super::session::SetUp;
use crate::desk::{Desk, Fault, users};

const POLICY: &str = "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The form of the set-up link.
#[utoipa::path(get, path = "/setup", tag = "session", responses(
    (status = 200, description = "How to finish the set-up", body = String, content_type = "text/html")
))]
pub(super) async fn form() -> impl IntoResponse {
    page(
        "<p>This makes the first admin. The code is what follows <code>#</code> in the link that the server printed; \
         it works once.</p>\n\
         <form method=\"post\" action=\"/setup\">\n\
         <p><label>Code <input name=\"code\" required autocomplete=\"off\"></label></p>\n\
         <p><label>Log-in name <input name=\"user\" required autocomplete=\"username\"></label></p>\n\
         <p><label>Password, 12 characters or more <input name=\"password\" type=\"password\" required minlength=\"12\" \
         autocomplete=\"new-password\"></label></p>\n\
         <p><button>Make the first admin</button></p>\n\
         </form>\n\
         <p>From a command line, on the same address:</p>\n\
         <pre>curl -H 'content-type: application/json' \\\n  \
         -d '{\"code\":\"…\",\"user\":\"admin\",\"password\":\"…\"}' …/api/v1/setup</pre>",
    )
}

/// Makes the first admin by the form.
#[utoipa::path(post, path = "/setup", tag = "session",
    request_body(content = SetUp, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 201, description = "Made", body = String, content_type = "text/html"),
    (status = 403, description = "The code is wrong or was used", body = String, content_type = "text/html"),
    (status = 422, description = "What is wrong with name or password", body = String, content_type = "text/html")
))]
pub(super) async fn finish(State(desk): State<Desk>, Form(wanted): Form<SetUp>) -> Response {
    match users::set_up(&desk, &wanted.code, &wanted.user, &wanted.password).await {
        Ok(admin) => {
            let done = format!(
                "<p>{} is the first admin. Next: import policy, districts, customers and people, and record the \
                 duties; <code>onbeat --help</code> says how.</p>",
                escaped(&admin.user)
            );
            (StatusCode::CREATED, page(&done)).into_response()
        }
        // What the machine said is for who runs it.
        Err(error) if error.fault == Fault::Environment => error.into_response(),
        Err(error) => {
            let why = format!(
                "<p>Nothing was made: {}.</p>\n<p><a href=\"/setup\">Try again</a></p>",
                escaped(&error.message)
            );
            (error.fault.status(), page(&why)).into_response()
        }
    }
}

fn page(body: &str) -> impl IntoResponse + use<> {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>Onbeat: set-up</title>\n\
         <h1>Onbeat: set-up</h1>\n{body}\n</html>\n"
    );
    (AppendHeaders([(CONTENT_SECURITY_POLICY, POLICY)]), Html(html))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
