use crate::{
    desk::reports::{Course, Sums},
    pages::Frame,
};

/// Rows of a table that are drawn with a line each: more would weigh more than they tell.
pub(super) const ROWS_MOST: usize = 300;
/// Between two days, and from nothing kept to all, in units of the drawing.
const STEP: usize = 3;
const RISE: i64 = 12;

/// The share that was kept, day by day: a line that breaks where nothing is known.
pub(super) struct Spark {
    /// Points of each stretch, `x,y x,y`.
    pub(super) lines: Vec<String>,
    pub(super) width: usize,
    /// Its lowest day in words.
    pub(super) label: String,
}

impl Spark {
    /// `None` where fewer than two days are known: that is no course.
    pub(super) fn new(frame: &Frame, course: &Course) -> Option<Self> {
        let known = course
            .iter()
            .filter_map(|(day, sums)| Some((sums.kept_permille()?, *day)));
        let (lowest, day) = known.clone().min().filter(|_| known.count() > 1)?;
        let told = [("share", &*frame.local.share(lowest)), ("day", &*frame.local.date(day))];
        Some(Self {
            lines: lines(course),
            width: (course.len() - 1) * STEP,
            label: frame.words.fill("reports.lowest", &told),
        })
    }
}

fn lines(course: &Course) -> Vec<String> {
    let days: Vec<(usize, Option<i64>)> = course.values().map(Sums::kept_permille).enumerate().collect();
    let point = |(n, permille): (usize, i64)| format!("{},{}", n * STEP, RISE - permille * RISE / 1000);
    let stretches = days.split(|(_, permille)| permille.is_none());
    let lines = stretches.filter(|stretch| !stretch.is_empty()).map(|stretch| {
        let known = stretch
            .iter()
            .filter_map(|(n, permille)| Some(point((*n, (*permille)?))));
        let mut points: Vec<String> = known.collect();
        // A day between unknown ones is drawn as a dot.
        if points.len() == 1 {
            points.extend_from_within(..);
        }
        points.join(" ")
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn a_course_breaks_where_nothing_is_known() {
        let first = NaiveDate::from_ymd_opt(2026, 5, 11).expect("a day");
        let days = first.iter_days().zip([(10, 0), (5, 5), (0, 0), (0, 10), (0, 0)]);
        let sums = |(inside_s, outside_s)| Sums {
            inside_s,
            outside_s,
            ..Sums::default()
        };
        let course: Course = days.map(|(day, seconds)| (day, sums(seconds))).collect();
        assert_eq!(lines(&course), ["0,0 3,6", "9,12 9,12"]);
    }
}
