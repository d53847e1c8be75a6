//! A database that answers nobody for longer than anybody waits, whose connections are cut, and that is shut down, all
//! of it under load.

use std::thread;

use onbeat_tests::{load, story::at};
use reqwest::header::{COOKIE, RETRY_AFTER};
use tokio::runtime::Runtime;

use crate::{
    bed::{Bed, seed},
    cluster::Cluster,
    kills::fixes_by_time,
    pushing::{Phone, Pushing, each_second},
};

const REPS: [&str; 3] = ["ada", "ben", "leo"];
/// More than they can push until the end.
const FIXES: usize = 3_000;
/// How often all connections are cut.
const CUTS: usize = 8;

/// What somebody at the desk is answered now: status, and whether he is told when to come again.
fn at_the_desk(address: &str, cookie: &str) -> (u16, bool) {
    Runtime::new().unwrap().block_on(async {
        let request = load::client().get(format!("{address}/api/v1/exceptions"));
        let answer = request.header(COOKIE, cookie).send().await.unwrap();
        (answer.status().as_u16(), answer.headers().contains_key(RETRY_AFTER))
    })
}

fn cut_all(cluster: &Cluster) {
    cluster.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'onbeat'");
}

#[test]
fn while_the_database_is_away_all_are_told_to_come_again_and_nothing_acknowledged_is_lost() {
    let mut random = seed("outage");
    let mut cluster = Cluster::start(&[]);
    let bed = Bed::on(&cluster.url);
    let (address, desk) = (bed.server.address(), bed.desk("admin"));
    let mut pushing = Pushing::to(vec![address.clone()]);
    for rep in REPS {
        pushing.enrol(&bed.server.enrolment_link(rep).unwrap(), at("10:30"), FIXES);
    }
    bed.server.set_clock(at("15:00")).unwrap();
    pushing.begin(&mut random);
    pushing.each_once_more(Phone::taken);

    cluster.pause(true);
    thread::scope(|scope| {
        let asking = scope.spawn(|| at_the_desk(&address, desk.cookie()));
        pushing.each_once_more(Phone::told_later);
        assert_eq!(asking.join().unwrap(), (503, true));
    });
    cluster.pause(false);
    pushing.each_once_more(Phone::taken);

    for _ in 0..CUTS {
        cut_all(&cluster);
        pushing.each_once_more(Phone::taken);
    }

    // As `pg_ctl stop -m fast` does.
    cluster.kill("INT");
    pushing.each_once_more(Phone::told_later);
    assert_eq!(at_the_desk(&address, desk.cookie()), (503, true));
    cluster.restart();
    pushing.each_once_more(Phone::taken);

    let pushed = pushing.end();
    assert_eq!(at_the_desk(&address, desk.cookie()).0, 200);
    for (rep, pushed) in REPS.iter().zip(pushed) {
        let stored = fixes_by_time(&bed.verified_log(rep));
        assert_eq!(stored, each_second(at("10:30"), pushed), "of {rep}");
    }
}
