#![allow(clippy::unwrap_used)]

use onbeat_core::rules::visit::{Outcome, Report, VisitView};

use super::{LOOKED_MOST, PAGE, VisitRow, Wanted, find, says, words};
use crate::{
    auth::{Actor, Role},
    desk::{Desk, days::Which},
    store::{Change, Field, ViewRow},
    testing::{MINUTE, World, at},
};

fn row(id: &str, customer: &str, content: &str, next_step: &str) -> VisitRow {
    let visit = VisitView {
        visit: id.into(),
        customer: "c1".into(),
        customer_name: Some(customer.into()),
        from_ms: 0,
        to_ms: None,
        dwell_s: None,
        distance_mm: None,
        purpose: "order".into(),
        report: Some(Report {
            visit: id.into(),
            purpose: "order".into(),
            content: content.into(),
            feedback: "wants \"samples\"".into(),
            next_step: next_step.into(),
            outcome: Outcome::Met,
        }),
        photos: Vec::new(),
        records: Vec::new(),
        in_window: true,
    };
    VisitRow {
        rep: "wang".into(),
        day: "2026-11-23".into(),
        visit,
    }
}

#[test]
fn a_visit_is_found_by_all_the_words_in_any_case_and_script() {
    let row = row("v1", "晨光超市", "Spoke of the NEW shelf", "下周送货");
    for (asked, found) in [
        ("", true),
        ("  ", true),
        ("shelf", true),
        ("new Shelf", true),
        ("shelf order", true),
        ("送货", true),
        ("晨光 shelf", true),
        ("\"samples\"", true),
        ("shelf invoice", false),
        ("wang", false),
    ] {
        assert_eq!(says(&row, &words(asked)), found, "{asked:?}");
    }
    assert_eq!(words(&"word ".repeat(100)).len(), 8, "bounded");
}

/// Visits a minute apart, the oldest first; each tenth speaks of a shelf, the oldest of an invoice.
async fn put_visits(world: &World, team: &str, count: usize) {
    let views = (0..count).map(|n| {
        let content = match n {
            0 => "the invoice",
            n if n % 10 == 0 => "the shelf",
            _ => "nothing new",
        };
        let id = format!("{team}-{n:05}");
        let visit = row(&id, "shop", content, "");
        ViewRow {
            kind: "visit".into(),
            key: id,
            scope: format!("team/{team}"),
            at_ms: at(8, 0) + i64::try_from(n).unwrap() * MINUTE,
            body: serde_json::to_string(&visit).unwrap(),
            fields: vec![
                ("rep".into(), Field::Text("wang".into())),
                ("customer".into(), Field::Text("c1".into())),
            ],
        }
    });
    let change = Change {
        views: views.collect(),
        ..Change::default()
    };
    world.app.commit(change).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_reach_the_end_and_no_search_reads_without_bound() {
    let world = World::new().await;
    put_visits(&world, "t1", LOOKED_MOST + 10).await;
    put_visits(&world, "t2", 3).await;
    let desk = Desk::new(world.app.clone());
    let boss = Actor {
        user: "boss".into(),
        role: Role::Supervisor,
        teams: vec!["t1".into()],
    };
    // Words, of whom, how many are found in all, in at most how many pages.
    for (asked, team, all, pages) in [
        ("", None, LOOKED_MOST + 10, (LOOKED_MOST + 10).div_ceil(PAGE) + 1),
        ("shelf", None, LOOKED_MOST / 10, LOOKED_MOST / 10 / PAGE + 2),
        ("invoice", None, 1, 2),
        ("no such word", None, 0, 2),
        ("", Some("t2"), 0, 1),
    ] {
        let mut wanted = Wanted {
            words: asked.into(),
            which: Which {
                team: team.map(str::to_owned),
                ..Which::default()
            },
            ..Wanted::default()
        };
        let (mut found, mut read) = (Vec::new(), 0);
        loop {
            let page = find(&desk, &boss, &wanted).await.unwrap();
            assert!(page.visits.len() <= PAGE);
            found.extend(page.visits.into_iter().map(|row| row.visit.visit));
            read += 1;
            match page.next {
                Some(next) => wanted.after = Some(next),
                None => break,
            }
        }
        assert_eq!(found.len(), all, "{asked:?}");
        assert!(read <= pages, "{asked:?}: {read} pages");
        assert!(found.iter().all(|id| id.starts_with("t1-")), "another team's");
        assert!(found.is_sorted_by(|a, b| a > b), "newest first, none twice");
    }
}
