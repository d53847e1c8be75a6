/// At most `most`, in order. What decides has half the room before the rest is let in; of what does not fit, every
/// n-th stays, with the smallest n that fits, the first among them.
pub(super) fn thin<T>(all: Vec<T>, most: usize, decides: impl Fn(&T) -> bool) -> Vec<T> {
    if all.len() <= most {
        return all;
    }
    let deciding = all.iter().filter(|one| decides(one)).count();
    let every_deciding = every(deciding, most / 2);
    let kept = deciding.div_ceil(every_deciding);
    let every_other = every(all.len() - deciding, most - kept);
    let (mut of_deciding, mut of_others) = (0, 0);
    let stays = |one: &T| {
        let (nth, every) = if decides(one) {
            (&mut of_deciding, every_deciding)
        } else {
            (&mut of_others, every_other)
        };
        *nth += 1;
        (*nth - 1) % every == 0
    };
    all.into_iter().filter(stays).collect()
}

/// The smallest n that leaves at most `room` of so many, if each n-th stays.
fn every(count: usize, room: usize) -> usize {
    count.div_ceil(room.max(1)).max(1)
}

#[cfg(test)]
mod tests {
    use super::thin;

    #[test]
    fn what_decides_stays_and_the_rest_evenly() {
        // How many, how many of them decide (every so many-th), how many stay, of these deciding.
        let cases = [
            (5, 2, 5, 3),
            (10, 100, 10, 1),
            (11, 100, 6, 1),
            (1_000, 250, 10, 4),
            (1_000, 100, 10, 5),
            (1_000, 1, 5, 5),
        ];
        for (count, every, stay, deciding) in cases {
            let kept = thin((0..count).collect(), 10, |n| n % every == 0);
            assert_eq!(kept.len(), stay, "{count} of which each {every}-th decides: {kept:?}");
            assert_eq!(kept.iter().filter(|n| *n % every == 0).count(), deciding, "{kept:?}");
            assert!(kept.is_sorted() && kept[0] == 0);
        }
    }
}
