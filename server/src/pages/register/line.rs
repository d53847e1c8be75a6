use crate::{
    desk::{Books, register::RegisterRow},
    pages::Frame,
};

/// A rep in the register.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) team: String,
    pub(super) at: String,
    pub(super) how: String,
    pub(super) place: String,
    pub(super) late: bool,
    pub(super) standing: Standing,
    pub(super) call: Option<CallLine>,
}

/// Where a rep stands on a day.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Signed,
    /// Waited for.
    Missing,
    /// Not signed in, and not waited for.
    Excused,
    /// The window has not begun.
    ToCome,
    /// The day has no window.
    Off,
}

impl Standing {
    pub(super) fn of(row: &RegisterRow, now_ms: i64) -> Self {
        match row.window {
            _ if row.at_ms.is_some() => Self::Signed,
            _ if row.excused => Self::Excused,
            None => Self::Off,
            Some(window) if window.from_ms > now_ms => Self::ToCome,
            Some(_) => Self::Missing,
        }
    }

    /// The words for who has not signed in.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Signed => "register.signed",
            Self::Missing => "register.missing",
            Self::Excused => "today.excused",
            Self::ToCome => "register.to_come",
            Self::Off => "register.not_waited",
        }
    }
}

/// The clerk's entry of it.
pub(super) struct CallLine {
    pub(super) number: String,
    pub(super) by: String,
    pub(super) note: String,
    /// How long after the call, where that was too long.
    pub(super) after: Option<String>,
}

impl Line {
    /// The line of a rep.
    pub(super) fn new(frame: &Frame, books: &Books, row: &RegisterRow, now_ms: i64) -> Self {
        let due = row
            .due_ms
            .map(|due_ms| (frame.local.time(due_ms), due_ms < row.at_ms.unwrap_or(now_ms)));
        Self {
            name: row.name.clone(),
            team: books.team_name(&row.team).to_owned(),
            at: row.at_ms.map_or_else(String::new, |at_ms| frame.local.time(at_ms)),
            how: row.way.map_or_else(String::new, |way| frame.of_code("way", &way)),
            place: match (place(frame, books, row), &due) {
                (Some(place), _) => place,
                (None, Some((due, _))) if row.at_ms.is_none() => frame.words.fill("register.due", &[("time", due)]),
                _ => String::new(),
            },
            late: due.is_some_and(|(_, late)| late) && !row.excused,
            standing: Standing::of(row, now_ms),
            call: row.entered.as_ref().map(|entered| CallLine {
                number: entered.number.clone(),
                by: entered.by.clone(),
                note: entered.note.clone(),
                after: entered.late.then(|| frame.local.duration(entered.after_ms / 1000)),
            }),
        }
    }
}

/// Where it was: the customer whose landline it is, else the district.
fn place(frame: &Frame, books: &Books, row: &RegisterRow) -> Option<String> {
    if let Some(id) = row.entered.as_ref().and_then(|entered| entered.customer.as_ref()) {
        let name = books.customer_name(id);
        return Some(frame.words.fill("register.landline_of", &[("customer", name)]));
    }
    let district = row.district.as_ref()?;
    Some(books.district_name(district).to_owned())
}

#[cfg(test)]
mod tests {
    use onbeat_core::words::Language;

    use super::Standing;
    use crate::pages::words::Words;

    #[test]
    fn the_words_of_how_somebody_stands_differ() {
        for language in [Language::En, Language::Zh] {
            let all = [
                Standing::Signed,
                Standing::Missing,
                Standing::Excused,
                Standing::ToCome,
                Standing::Off,
            ];
            let mut said: Vec<&str> = all.iter().filter_map(|one| Words(language).find(one.key())).collect();
            said.sort_unstable();
            said.dedup();
            assert_eq!(said.len(), all.len(), "{said:?}");
        }
    }
}
