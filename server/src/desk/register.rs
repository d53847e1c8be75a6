//! The register of market-entry sign-ins (R4): who signed in when, where and how, who has not, and the
//! clerk's entry for a rep who called.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use onbeat_core::{
    place::Point,
    reference::{Customer, Rep},
    rules::{
        DayCounts, Name,
        sign_in::{SignInEntered, SignInView, SignInWay},
    },
    time::Interval,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Books, Deed, Desk, DeskError, DeskResult, customers,
    days::{self, Which, is_excused},
    excused::Excused,
    reports,
    version::Version,
};
use crate::{auth::Actor, files::import::phone_digits, fold, store::LogLine};

/// A call is entered at most this long after it came.
const ENTRY_MAX_MS: i64 = 7 * 86_400_000;
/// An entry that comes so long after its call is marked.
const LATE_MS: i64 = 15 * 60_000;
/// Who calls so long before the window is early, and no earlier.
const EARLY_MS: i64 = 2 * 3_600_000;
/// Most lines of the registers of a period.
const ROWS_MOST: usize = 100_000;
const MINUTE_MS: i64 = 60_000;
/// Longest note, in characters.
const NOTE_MAX_CHARS: usize = 500;

/// A line of the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RegisterRow {
    /// The rep's id.
    pub rep: String,
    /// Name as people say it.
    pub name: String,
    /// Team id.
    pub team: String,
    /// When the sign-in is due, known once the rep was seen inside; none on a day with leave in its window.
    pub due_ms: Option<i64>,
    /// When the rep signed in; `None`: not yet.
    pub at_ms: Option<i64>,
    /// `app`, `landline` or `other_number`.
    #[schema(value_type = Option<String>)]
    pub way: Option<SignInWay>,
    /// District that held it.
    pub district: Option<String>,
    /// Signed distance to the edge there, positive inside.
    pub edge_mm: Option<i64>,
    /// Leave touches the window, or all of it so far is excused: nobody is waited for.
    pub excused: bool,
    /// The day's window; none where the rep is off.
    #[serde(skip)]
    pub window: Option<Interval>,
    /// The clerk's entry, where the rep called.
    pub entered: Option<Entered>,
}

/// A sign-in that the clerk entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Entered {
    /// Caller's number, digits only.
    pub number: String,
    /// The customer whose landline it is; none otherwise.
    pub customer: Option<String>,
    /// Words, may be empty.
    pub note: String,
    /// Who entered it.
    pub by: String,
    /// How long after the call, milliseconds.
    pub after_ms: i64,
    /// That is more than 15 minutes.
    pub late: bool,
}

/// A customer whose landline a number is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The customer's id.
    pub customer: String,
    /// The customer's name.
    pub name: String,
    /// He is assigned to the rep who calls.
    pub of_rep: bool,
    /// His place is where the rep who calls may be today: the call is evidence of it.
    pub in_area: bool,
}

/// A call that the clerk enters.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Who called.
    pub rep: String,
    /// Caller's number, as people write it.
    pub number: String,
    /// When the call came, milliseconds since 1970 (UTC).
    pub called_at_ms: i64,
    /// Words, may be empty.
    #[serde(default)]
    pub note: String,
}

/// What the entry came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CallEntered {
    /// The day it counts for.
    #[schema(value_type = String, format = Date)]
    pub day: NaiveDate,
    /// Caller's number, digits only.
    pub number: String,
    /// The customer whose landline it is: evidence of the place; none otherwise.
    pub customer: Option<String>,
    /// The same call had been entered before, and stands once.
    #[serde(skip)]
    pub stood: bool,
}

/// What the register reads of a day's view.
#[derive(Deserialize)]
struct DayState {
    rep: String,
    counts: DayCounts,
    sign_in: SignInView,
}

/// The register of a day, by rep.
///
/// # Errors
/// The store's.
pub async fn of_day(desk: &Desk, actor: &Actor, day: NaiveDate) -> DeskResult<Vec<RegisterRow>> {
    let days = days::on::<DayState>(desk, actor, day).await?;
    let mut days: BTreeMap<_, _> = days.into_iter().map(|state| (state.rep.clone(), state)).collect();
    let (documents, known, mut rows) = (desk.app.documents(), Excused::on(desk, day), Vec::new());
    let is_read: BTreeSet<String> = days.keys().cloned().collect();
    for (id, rep) in days::roster(&documents, actor, day, desk.now_ms(), |id| is_read.contains(id)) {
        let state = days.remove(id);
        let waived = known.waives_sign_in(id);
        let excused = waived || state.as_ref().is_some_and(|state| is_excused(&state.counts));
        let sign_in = state.map(|state| state.sign_in).unwrap_or_default();
        let entered = match &sign_in.record {
            Some(record) if sign_in.way != Some(SignInWay::App) => entered(desk, record).await?,
            _ => None,
        };
        let entered = entered.map(|entered| Entered {
            customer: entered.customer.filter(|id| names(desk, actor, rep, id)),
            ..entered
        });
        rows.push(RegisterRow {
            entered,
            rep: id.to_owned(),
            name: rep.name.clone(),
            team: rep.team.clone(),
            due_ms: sign_in.due_ms.filter(|_| !waived),
            at_ms: sign_in.at_ms,
            way: sign_in.way,
            district: sign_in.district,
            edge_mm: sign_in.edge_mm,
            excused,
            window: documents.schedule_of(id, day).window(day),
        });
    }
    Ok(rows)
}

/// A line of the register, and its day.
pub type OfDay = (NaiveDate, RegisterRow);

/// The registers of days that have begun, oldest first: of whom each day's window waited, or who signed in.
///
/// # Errors
/// `bad_range`, `too_many`; the store's.
pub async fn of_days(desk: &Desk, actor: &Actor, which: &Which) -> DeskResult<Vec<OfDay>> {
    let (from, to) = reports::bounded(which)?;
    let documents = desk.app.documents();
    let is_wanted = |row: &RegisterRow| {
        let is_of = |wanted: &Option<String>, own: &String| wanted.as_ref().is_none_or(|wanted| wanted == own);
        is_of(&which.team, &row.team) && is_of(&which.rep, &row.rep)
    };
    let mut rows: Vec<OfDay> = Vec::new();
    for day in from.iter_days().take_while(|day| *day <= to) {
        if documents.schedule_of("", day).whole_day(day).from_ms > desk.now_ms() {
            break;
        }
        let of_day = of_day(desk, actor, day).await?.into_iter().filter(is_wanted);
        let counting = of_day.filter(|row| row.at_ms.is_some() || row.window.is_some());
        rows.extend(counting.map(|row| (day, row)));
        if rows.len() > ROWS_MOST {
            let why = format!("more than {ROWS_MOST} lines: choose a shorter period, or a team");
            return Err(DeskError::input("too_many", why));
        }
    }
    Ok(rows)
}

/// What the desk's record of a call says.
async fn entered(desk: &Desk, record: &Name) -> DeskResult<Option<Entered>> {
    let line = LogLine {
        stream: record.stream.clone(),
        epoch: record.epoch,
        branch: record.branch.clone(),
    };
    let row = desk.app.store.records(&line, record.seq, 1).await?.pop();
    let body = row.filter(|row| row.seq == record.seq).and_then(|row| row.read());
    let Some(body) = body else {
        return Ok(None);
    };
    let call = body.read::<SignInEntered>().and_then(Result::ok);
    Ok(call.map(|call| {
        let after_ms = body.at.at_ms - call.called_at_ms;
        Entered {
            number: call.number,
            customer: call.customer,
            note: call.note,
            by: call.by,
            after_ms,
            late: after_ms > LATE_MS,
        }
    }))
}

/// Whose landline a number is, among the customers that this person sees, those of the rep who calls first.
pub async fn owner(desk: &Desk, actor: &Actor, rep: &str, number: &str) -> Option<Owner> {
    let (books, number) = (Books::now(desk), phone_digits(number)?);
    let own = books.reps.get(rep).map_or(&[][..], |rep| &rep.customers);
    let customer = whose(customers::seen(&books, actor).into_values(), own, &number)?;
    let today = desk.app.documents().day_at(rep, desk.now_ms());
    Some(Owner {
        customer: customer.id.clone(),
        name: customer.name.clone(),
        of_rep: own.contains(&customer.id),
        in_area: is_in_area(desk, rep, today, customer).await,
    })
}

/// Whether a customer's place is where a rep may be on a day; of nobody's day it is not.
async fn is_in_area(desk: &Desk, rep: &str, day: NaiveDate, customer: &Customer) -> bool {
    let stands = fold::standing(&desk.app, rep, day).await;
    let place = Point::from_e9(customer.lat_e9, customer.lon_e9);
    stands.is_ok_and(|(basis, _)| basis.area.contains(place))
}

/// The customers whose landlines stand in registers.
pub fn callers(rows: &[RegisterRow]) -> impl Iterator<Item = &String> {
    rows.iter().filter_map(|row| row.entered.as_ref()?.customer.as_ref())
}

/// Enters a call, also of a rep who has left since. A number that is a customer's landline is evidence of the place
/// (当地固定电话).
///
/// # Errors
/// No such rep when it came; `bad_number`; `not_come` for a call that is yet to come, `bad_time` for one that came long ago, `too_soon` before the window.
pub async fn enter(desk: &Desk, actor: &Actor, call: Call) -> DeskResult<CallEntered> {
    let (books, documents, now_ms) = (Books::now(desk), desk.app.documents(), desk.now_ms());
    let missing = || DeskError::missing("rep", &call.rep);
    let as_of = |at_ms| documents.rep(&call.rep, at_ms);
    let rep = as_of(now_ms).or_else(|| as_of(call.called_at_ms)).ok_or_else(missing)?;
    let day = documents.day_at(&call.rep, call.called_at_ms);
    if !days::sees(desk, actor, &call.rep, day).await? {
        return Err(missing());
    }
    let number = phone_digits(&call.number)
        .ok_or_else(|| DeskError::input("bad_number", format!("{:?} is no phone number", call.number)))?;
    if call.called_at_ms > now_ms {
        return Err(DeskError::input("not_come", "the call is yet to come"));
    }
    if call.called_at_ms < now_ms - ENTRY_MAX_MS {
        return Err(DeskError::input(
            "bad_time",
            "a call is entered within 7 days after it came",
        ));
    }
    let window = documents.schedule_at(&call.rep, call.called_at_ms).window(day);
    if window.is_some_and(|window| call.called_at_ms < window.from_ms - EARLY_MS) {
        let why = "a sign-in comes no earlier than two hours before the working window";
        return Err(DeskError::input("too_soon", why));
    }
    if call.note.chars().count() > NOTE_MAX_CHARS {
        return Err(DeskError::input(
            "bad_note",
            format!("a note has at most {NOTE_MAX_CHARS} characters"),
        ));
    }
    // Two who enter one call at once enter it once.
    let version = Version::read(desk, format!("call/{}/{}", call.rep, minute(call.called_at_ms))).await?;
    let customer = whose(books.customers.values(), &rep.customers, &number);
    let entered = CallEntered {
        day,
        customer: customer.map(|customer| customer.id.clone()),
        stood: is_entered(desk, &call, &number, day).await?,
        number,
    };
    let in_area = match customer {
        Some(customer) => is_in_area(desk, &call.rep, entered.day, customer).await,
        None => false,
    };
    let mut deed = Deed::new(actor);
    version.raise(&mut deed, now_ms);
    deed.record(&SignInEntered {
        rep: call.rep,
        called_at_ms: call.called_at_ms,
        number: entered.number.clone(),
        customer: entered.customer.clone(),
        in_area,
        note: call.note,
        by: actor.user.clone(),
    });
    if !entered.stood {
        deed.commit_and_fold(desk).await?;
    }
    Ok(CallEntered {
        customer: entered.customer.filter(|id| names(desk, actor, rep, id)),
        ..entered
    })
}

fn minute(at_ms: i64) -> i64 {
    at_ms.div_euclid(MINUTE_MS)
}

/// Whether a call of the same rep, line and minute stands in the log, and what is noted of it: other words stand beside it.
async fn is_entered(desk: &Desk, call: &Call, number: &str, day: NaiveDate) -> DeskResult<bool> {
    let is_same = |entered: SignInEntered| {
        entered.rep == call.rep
            && same_line(&entered.number, number)
            && (call.note.is_empty() || entered.note == call.note)
            && minute(entered.called_at_ms) == minute(call.called_at_ms)
    };
    let rows = desk.app.store.records_of(&fold::day_key(&call.rep, day)).await?;
    let mut entered = rows.iter().filter_map(|row| row.read()?.read::<SignInEntered>()?.ok());
    Ok(entered.any(is_same))
}

/// Whether somebody is told that the line is a customer's: the rep's own, or one whom he sees. Evidence it is all the same.
fn names(desk: &Desk, actor: &Actor, rep: &Rep, customer: &String) -> bool {
    rep.customers.contains(customer) || customers::sees(desk, actor, customer)
}

/// The customer whose landline it is, one of the rep's first.
fn whose<'a>(customers: impl Iterator<Item = &'a Customer>, own: &[String], number: &str) -> Option<&'a Customer> {
    let calls = |customer: &&Customer| customer.landline.as_deref().is_some_and(|line| same_line(line, number));
    customers
        .filter(calls)
        .min_by_key(|customer| !own.contains(&customer.id))
}

/// Fewest digits that name a line within a country: area and number, without the 0 before them.
const NATIONAL_MIN_DIGITS: usize = 9;

/// Whether two numbers are one line. A country's code may stand before one of them instead of the 0
/// (ITU-T E.164); a number without its area is of many lines, and no evidence.
fn same_line(a: &str, b: &str) -> bool {
    let (long, short) = if a.len() > b.len() { (a, b) } else { (b, a) };
    let national = short.trim_start_matches('0');
    long == short || (national.len() >= NATIONAL_MIN_DIGITS && long.ends_with(national))
}

#[cfg(test)]
mod tests {
    use super::same_line;

    #[test]
    fn a_number_is_a_line_with_or_without_its_countrys_code() {
        for (a, b, same) in [
            ("02158881234", "02158881234", true),
            ("862158881234", "02158881234", true),
            ("02158881234", "862158881234", true),
            ("2125550142", "12125550142", true),
            ("58881234", "02158881234", false),
            ("02158881235", "02158881234", false),
        ] {
            assert_eq!(same_line(a, b), same, "{a} {b}");
        }
    }
}
