//! The story's readings through the engine alone, without phones and a server: fast enough for many seeds,
//! and what the figures of the engine are measured on.

use crate::story::{self, DATE, DayStory, Happening, Story, What, ZONE};
use onbeat_core::{
    place::{Datum, NamedShape, Point, Shape, read_districts, union},
    policy::Policy,
    reading::Stamp,
    record::{Body, Hash, Payload},
    reference::{AreaBlob, Customer, District, Document, Exception, ExceptionKind, Rep},
    rules::{
        Basis, DayView, Entry, Name,
        clock::ClockMoved,
        fold_day,
        log::{BatchQuarantined, StreamForked},
        presence::{BreakEnded, BreakStarted, FixTaken},
        sign_in::SignedIn,
        visit::{CheckedIn, CheckedOut},
    },
    time::Trusted,
};

/// A stream that has only main-line records of epoch 1, all with trusted times.
struct Log {
    rep: &'static str,
    entries: Vec<Entry>,
}

impl Log {
    fn append(&mut self, at_ms: i64, payload: &impl Payload) -> u64 {
        let seq = self.entries.len() as u64 + 1;
        let stamp = Stamp {
            at_ms,
            elapsed_ms: at_ms - story::at("06:00"),
            boot: "0123456789abcdef".into(),
        };
        self.entries.push(Entry {
            name: Name {
                stream: self.rep.into(),
                epoch: 1,
                branch: String::new(),
                seq,
            },
            hash: Hash::of(format!("{} {seq}", self.rep)),
            when: Trusted {
                at_ms,
                error_ms: Some(500),
            },
            body: Body::new([0; 16], stamp, payload).into(),
        });
        seq
    }

    fn fix(&mut self, step: &Happening) -> Option<u64> {
        let fix = step.fix.clone()?;
        Some(self.append(step.at_ms, &FixTaken { fix, seen: None }))
    }

    fn happen(&mut self, day: &DayStory, step: &Happening, visit: &mut String) {
        let at_ms = step.at_ms;
        let (fix_epoch, fix_seq) = (Some(1), self.fix(step));
        let stream = || self.rep.to_owned();
        match &step.what {
            What::SignIn => self.append(
                at_ms,
                &SignedIn {
                    fix_seq,
                    fix_epoch,
                    note: String::new(),
                },
            ),
            What::CheckIn(site) => {
                *visit = format!("{at_ms:032x}");
                let (visit, customer) = (visit.clone(), day.customer_id(*site));
                self.append(
                    at_ms,
                    &CheckedIn {
                        visit,
                        customer,
                        fix_epoch,
                        fix_seq,
                        purpose: "restock".into(),
                    },
                )
            }
            What::CheckOut => self.append(
                at_ms,
                &CheckedOut {
                    visit: visit.clone(),
                    fix_epoch,
                    fix_seq,
                },
            ),
            What::BreakStart => self.append(at_ms, &BreakStarted {}),
            What::BreakEnd => self.append(at_ms, &BreakEnded {}),
            What::MoveClock(by_ms) => self.append(at_ms, &ClockMoved { by_ms: *by_ms }),
            What::RestoreFolder => self.append(
                at_ms,
                &StreamForked {
                    rep: stream(),
                    stream: stream(),
                    epoch: 1,
                    seq: 9,
                },
            ),
            What::EditLog => {
                let (fault, blob) = ("body_hash".into(), Hash([7; 32]));
                self.append(
                    at_ms,
                    &BatchQuarantined {
                        rep: stream(),
                        stream: stream(),
                        epoch: 1,
                        seq: 9,
                        fault,
                        blob,
                    },
                )
            }
            _ => 0,
        };
    }
}

/// The story's districts as the engine reads them.
///
/// # Panics
/// If it can't: the boroughs are data of ours.
pub fn shapes(story: &Story) -> Vec<NamedShape> {
    read_districts(&story.map.to_geojson(), "name", Datum::Wgs84).expect("the story's districts are sound")
}

/// What is in force for a rep.
///
/// # Panics
/// If his district is not among the shapes.
pub fn basis(story: &Story, shapes: &[NamedShape], day: &DayStory) -> Basis {
    let named = shapes.iter().find(|named| named.name == day.district);
    let district = &named.expect("each rep has a district of the story").shape;
    let own: Vec<_> = story.customers.iter().filter(|c| c.rep == day.rep).collect();
    let discs = own.iter().map(|c| Shape::disc(c.place.into(), 200.0));
    let area = union(&discs.chain([district.clone()]).collect::<Vec<_>>()).to_bytes();
    let district = district.to_bytes();
    let mut policy = Policy::default();
    policy.window.zone = ZONE.to_string();
    let mut documents = vec![
        ("policy".to_owned(), Document::Policy(policy)),
        (day.rep.to_owned(), Document::Area(area_blob(day, &area, &district))),
        (day.rep.to_owned(), Document::Rep(rep(day, &own))),
    ];
    documents.extend(own.into_iter().map(|c| (c.id.clone(), Document::Customer(customer(c)))));
    documents.extend(exceptions(day).map(|e| (e.id.clone(), Document::Exception(e))));
    let blob = |hash: &Hash| [&area, &district].into_iter().find(|b| Hash::of(b) == *hash).cloned();
    Basis::new(day.rep, &documents, blob).expect("all that it is made of is given")
}

fn area_blob(day: &DayStory, area: &[u8], district: &[u8]) -> AreaBlob {
    let district = District {
        name: day.district.into(),
        shape: Hash::of(district),
        edge_tolerance_m: None,
    };
    AreaBlob {
        area: Hash::of(area),
        districts: vec![district],
        no_go: Vec::new(),
        edge_tolerance_m: 50,
    }
}

fn rep(day: &DayStory, customers: &[&story::Customer]) -> Rep {
    Rep {
        name: day.name.into(),
        team: "all".into(),
        role: None,
        districts: vec![day.district.into()],
        customers: customers.iter().map(|c| c.id.clone()).collect(),
    }
}

impl From<story::map::Point> for Point {
    fn from(point: story::map::Point) -> Self {
        Self {
            lat: point.lat,
            lon: point.lon,
        }
    }
}

fn customer(customer: &story::Customer) -> Customer {
    Customer {
        id: customer.id.clone(),
        name: customer.name.clone(),
        lat_e9: (customer.place.lat * 1e9).round() as i64,
        lon_e9: (customer.place.lon * 1e9).round() as i64,
        place_confirmed: customer.confirmed,
        landline: Some(customer.landline.clone()),
    }
}

fn exceptions(day: &DayStory) -> impl Iterator<Item = Exception> {
    day.happenings.iter().filter_map(|(_, what)| match *what {
        What::Approve(from_ms, to_ms, reason) => Some(Exception {
            id: "exception".into(),
            rep: day.rep.into(),
            reason,
            from_ms,
            to_ms,
            approved_by: "nora".into(),
        }),
        _ => None,
    })
}

/// Whether the phone keeps the place: not on leave, not in the break.
fn keeps_places(day: &DayStory, at_ms: i64) -> bool {
    let on_leave = exceptions(day).any(|e| e.reason == ExceptionKind::Leave);
    let mut before = day.happenings.iter().filter(|(t, _)| *t <= at_ms).map(|(_, what)| what);
    let in_break = before.rfind(|what| matches!(what, What::BreakStart | What::BreakEnd)) == Some(&What::BreakStart);
    !on_leave && !in_break
}

/// The records of a day whose phone has no fault: main line, epoch 1, all times trusted.
pub fn records(day: &DayStory) -> Vec<Entry> {
    let mut log = Log {
        rep: day.rep,
        entries: Vec::new(),
    };
    let mut visit = String::new();
    for mut step in day.timeline() {
        if !keeps_places(day, step.at_ms) {
            step.fix = None;
        }
        match step.what {
            What::Fix => drop(log.fix(&step)),
            _ => log.happen(day, &step, &mut visit),
        }
    }
    log.entries
}

/// The ruling on the evening of the day.
pub fn judge(basis: &Basis, records: &[Entry]) -> DayView {
    fold_day(basis, DATE, records, story::at("18:40"))
}
