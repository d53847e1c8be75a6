//! `/metrics`, on an address of its own: whoever can reach it may read it, so it belongs on the loopback or in the
//! monitoring's network. It is never served beside the API, where a proxy's callers would look like the loopback.

use std::sync::Arc;

use axum::{Router, extract::State, http::header::CONTENT_TYPE, response::IntoResponse, routing::get};

use crate::{app::App, ready};

/// Marks are counted up to so many.
const MARKS_MOST: usize = 1_000;

/// The one route.
pub fn router(app: Arc<App>) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(app)
}

async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    look(&app).await;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, kind)], app.metrics.text())
}

/// Looks up what is not counted as it happens.
async fn look(app: &App) {
    let now = &app.metrics.now;
    now.fold_lag_s.set(app.folding.lag().as_secs_f64());
    now.folds_failing.set(app.folding.count_failing() as i64);
    now.disk_free_bytes
        .set(app.store.free_bytes().map_or(f64::NAN, |bytes| bytes as f64));
    // A store that does not answer is what `ready` says.
    if let Ok(marks) = app.store.marks(MARKS_MOST).await {
        now.marks.set(marks.len() as i64);
    }
    now.ready.set(i64::from(ready::reasons(app).await.is_empty()));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use axum::{body::Body, http::Request};
    use tower::ServiceExt;

    use super::*;
    use crate::{
        desk::Desk,
        fold, router,
        serve::Limits,
        testing::{REP, World, at},
    };

    #[tokio::test(flavor = "multi_thread")]
    async fn what_happens_is_counted_and_nobody_is_named() {
        let world = World::new().await;
        let mut phone = world.enrol(REP).await;
        phone.fix(at(9, 0), 0);
        assert!(world.push(&phone, 0).await.0.is_success());
        assert!(world.push(&phone, 0).await.0.is_success());
        fold::drain(&world.app).await.unwrap();
        let routes = router::router(&Desk::new(world.app.clone()), "http://x", &Limits::default());
        for path in [&*format!("/api/v1/days/{REP}/2026-11-23"), "/nowhere/wang"] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            routes.clone().oneshot(request).await.unwrap();
        }
        look(&world.app).await;
        let text = world.app.metrics.text();
        for line in [
            "onbeat_intake_records_total{outcome=\"stored\"} 1",
            "onbeat_intake_records_total{outcome=\"known\"} 1",
            "onbeat_folds_total{outcome=\"done\"} 1",
            "onbeat_refusals_total{route=\"/api/v1/days/{rep}/{day}\",code=\"not_logged_in\"} 1",
            "onbeat_requests_total{route=\"none\",method=\"GET\",status=\"404\"} 1",
            "onbeat_marks_waiting 0",
            "onbeat_folds_failing 0",
            "onbeat_ready 1",
            "# EOF",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} not in\n{text}");
        }
        for series in [
            "onbeat_store_commit_seconds_bucket{le=\"0.001\"}",
            "onbeat_disk_free_bytes ",
            "onbeat_fold_lag_seconds ",
        ] {
            assert!(text.contains(series), "{series} not in\n{text}");
        }
        assert!(!text.contains(REP), "{text}");
    }
}
