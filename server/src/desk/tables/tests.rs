#![allow(clippy::unwrap_used)]

use onbeat_core::{
    record::Payload,
    reference::Document,
    rules::visit::{Outcome, Report, VisitView},
};

use super::{Asked, By, What, Which};
use crate::{
    auth::{Actor, Role},
    desk::{Books, Desk, audit, customers, records::DataExported},
    files::export::{Cell, VisitRow},
    store::{Change, Field, ViewRow},
    testing::{CENTRE, World, at, customer},
};

fn actor(role: Role, team: &str) -> Actor {
    Actor {
        user: role.as_str().into(),
        role,
        teams: vec![team.into()],
    }
}

fn asked(what: What) -> Asked {
    Asked {
        what,
        which: Which {
            from: "2026-11-23".parse().ok(),
            to: "2026-11-23".parse().ok(),
            ..Which::default()
        },
        by: By::Rep,
    }
}

async fn put_visit(world: &World, rep: &str, team: &str, content: &str) {
    let visit = VisitView {
        visit: format!("visit of {rep}"),
        customer: "c1".into(),
        customer_name: None,
        from_ms: at(10, 0),
        to_ms: None,
        dwell_s: None,
        distance_mm: Some(12_300),
        purpose: "order".into(),
        report: Some(Report {
            visit: format!("visit of {rep}"),
            purpose: "order".into(),
            content: content.into(),
            feedback: String::new(),
            next_step: String::new(),
            outcome: Outcome::Met,
        }),
        photos: Vec::new(),
        records: Vec::new(),
        in_window: true,
    };
    let row = VisitRow {
        rep: rep.into(),
        day: "2026-11-23".into(),
        visit,
    };
    let view = ViewRow {
        kind: "visit".into(),
        key: row.visit.visit.clone(),
        scope: format!("team/{team}"),
        at_ms: at(10, 0),
        body: serde_json::to_string(&row).unwrap(),
        fields: vec![("rep".into(), Field::Text(rep.into()))],
    };
    let change = Change {
        views: vec![view],
        ..Change::default()
    };
    world.app.commit(change).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_holds_what_the_page_shows_and_no_formula() {
    let world = World::new().await;
    world.set_time(at(17, 0));
    let desk = Desk::new(world.app.clone());
    put_visit(&world, "wang", "t1", "=HYPERLINK(\"http://evil\")").await;
    put_visit(&world, "li", "t2", "+li's secret").await;
    world.put("c9", Document::Customer(customer("c9", CENTRE))).await;
    customers::set_landline(&desk, &actor(Role::Clerk, ""), "c1", Some("021 5888 1234"))
        .await
        .unwrap();
    let (admin, boss, auditor) = (
        actor(Role::Admin, ""),
        actor(Role::Supervisor, "t1"),
        actor(Role::Auditor, ""),
    );
    let books = Books::now(&desk);
    for (who, numbers) in [(&admin, 1), (&boss, 1), (&auditor, 0)] {
        let shown = customers::seen(&books, who)
            .into_values()
            .map(|customer| customers::shown(customer, who));
        assert_eq!(
            shown.filter(|customer| customer.landline.is_some()).count(),
            numbers,
            "{who:?}"
        );
    }
    // Who takes what out, what stands in it, and what does not.
    for (who, what, has, lacks) in [
        (
            &admin,
            What::Visits,
            vec!["'=HYPERLINK", "'+li's secret", "12.3", "UTC+08:00,2026-11-23 10:00:00,"],
            vec![",=", ",\"="],
        ),
        (&boss, What::Visits, vec!["'=HYPERLINK"], vec!["secret"]),
        (&admin, What::Customers, vec!["c1", "c9", "02158881234"], vec![]),
        (&boss, What::Customers, vec!["c1", "02158881234"], vec!["c9"]),
        (&auditor, What::Customers, vec!["c1", "c9"], vec!["02158881234"]),
        (&boss, What::Register, vec!["wang"], vec![]),
        (&boss, What::Adherence, vec!["outside_s"], vec!["wang"]),
        (&boss, What::Days, vec!["window_from"], vec![]),
        (&boss, What::Findings, vec!["finding,rep,name"], vec![]),
        (&boss, What::Exceptions, vec!["decided_by"], vec![]),
        (&boss, What::Month, vec!["confirmed"], vec![]),
    ] {
        let csv = asked(what).table(&desk, who).await.unwrap().csv();
        for text in has {
            assert!(csv.contains(text), "{who:?} {what:?} has {text:?}: {csv}");
        }
        for text in lacks {
            assert!(!csv.contains(text), "{who:?} {what:?} lacks {text:?}: {csv}");
        }
    }
    let places = asked(What::Visits).places(&desk, &boss).await.unwrap();
    assert_eq!(places.len(), 1, "the own team's visit alone");
    let refused = asked(What::Days).places(&desk, &boss).await.unwrap_err();
    assert_eq!(refused.code, "no_places");

    asked(What::Visits).note(&desk, &boss, "csv").await.unwrap();
    let (noted, _) = audit::page(&desk, None, &[DataExported::TYPE], |_| true, 10)
        .await
        .unwrap();
    assert_eq!(noted.len(), 1);
    assert_eq!(
        (&noted[0].fields["what"], &noted[0].fields["by"]),
        (&"visits".into(), &"supervisor".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_register_of_a_period_has_each_day_that_somebody_was_waited_for() {
    let world = World::new().await;
    let (desk, boss) = (Desk::new(world.app.clone()), actor(Role::Supervisor, "t1"));
    let mut weekend = asked(What::Register);
    weekend.which.from = "2026-11-21".parse().ok();
    weekend.which.to = "2026-11-25".parse().ok();
    // Monday at five, and the next morning: Saturday and Sunday are off, Wednesday has not begun.
    for (now_ms, days) in [
        (at(17, 0), vec!["2026-11-23"]),
        (at(32, 0), vec!["2026-11-23", "2026-11-24"]),
    ] {
        world.set_time(now_ms);
        let table = weekend.table(&desk, &boss).await.unwrap();
        let wang = Cell::Text("wang".into());
        let rows = table.rows.iter().filter(|row| row[1] == wang);
        let of_wang: Vec<Cell> = rows.map(|row| row[0].clone()).collect();
        let expected: Vec<Cell> = days.iter().map(|day| Cell::Day(day.parse().unwrap())).collect();
        assert_eq!(of_wang, expected);
    }
    weekend.which.rep = Some("nobody".into());
    assert_eq!(weekend.table(&desk, &boss).await.unwrap().rows, Vec::<Vec<Cell>>::new());
}
