use onbeat_tests::{
    story::Story,
    world::{Binaries, World},
};

use crate::{
    bytes::{explanations_of_the_day_are_equal, verdicts_of_the_day_are_equal},
    discreet::the_log_of_the_day_is_discreet,
};

#[test]
fn demo_day_comes_out_as_scripted() {
    let folder = tempfile::tempdir().unwrap();
    let story = Story::new(include_str!("../data/nyc-boroughs.geojson"), 1);
    let mut world = World::start(story, &Binaries::find().unwrap(), folder.path(), "127.0.0.1:0").unwrap();
    world.play_day(|line| println!("{line}")).unwrap();
    let results = world.results().unwrap();
    let wrong: Vec<_> = results.iter().filter(|rep| !rep.ok).collect();
    for rep in &wrong {
        println!(
            "{}: {}\n  got {}\n  wrong: {:#?}",
            rep.rep, rep.truth, rep.got, rep.wrong
        );
    }
    assert_eq!(results.len(), 16);
    assert!(
        wrong.is_empty(),
        "{} of 16 reps came out otherwise than the story says",
        wrong.len()
    );
    verdicts_of_the_day_are_equal(&world);
    explanations_of_the_day_are_equal(&mut world);
    the_log_of_the_day_is_discreet(&world);
}
