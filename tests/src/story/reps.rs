//! Sixteen days. Coordinates were picked by hand; `tests` checks each against what is said of it here.

use onbeat_core::{
    reference::ExceptionKind,
    rules::{FindingKind, presence::Cause},
};

use super::{Adverse, DayStory, MARKET, MARKET_DISTRICT, Minutes, Noise, What, YARD_DISTRICT, at, map::Point};

const fn p(lat: f64, lon: f64) -> Point {
    Point::new(lat, lon)
}

/// Driving in the city.
const CITY_KMH: f64 = 25.0;

/// The sixteen.
pub(super) fn all(seed: u64) -> Vec<DayStory> {
    let days = [
        good,
        out_without_a_word,
        out_with_a_reason,
        at_home_at_opening,
        along_the_boundary,
        across_the_yard,
        in_the_market,
        drifting,
        mocked,
        clock_set_back,
        offline,
        killed,
        restored,
        edited,
        location_off,
        on_leave,
    ];
    days.into_iter().map(|day| day(seed)).collect()
}

/// A day of four visits that fills the window: at each customer's from before check-in until after check-out.
fn works(day: DayStory, sites: [(&'static str, Point); 4]) -> DayStory {
    let [_, second, third, fourth] = sites.map(|(_, place)| place);
    day.customers(&sites)
        .signs_in("08:06")
        .visits(0, "08:15", "09:20")
        .path(|path| path.stay_until("09:30").go(second, CITY_KMH))
        .visits(1, "10:05", "11:10")
        .path(|path| path.stay_until("11:20").go(third, CITY_KMH))
        .visits(2, "11:50", "12:45")
        .path(|path| path.stay_until("13:35").go(fourth, CITY_KMH))
        .visits(3, "14:10", "15:40")
}

fn good(seed: u64) -> DayStory {
    let sites = [
        ("Park Slope Grocery", p(40.6720, -73.9780)),
        ("Parkside Deli", p(40.6500, -73.9620)),
        ("Flatbush Market", p(40.6350, -73.9500)),
        ("Midwood Corner", p(40.6180, -73.9580)),
    ];
    works(DayStory::new("ada", "Ada Brooks", "Brooklyn", sites[0].1, seed), sites)
        .truth("a plain good day in Brooklyn, with a break from 12:50 to 13:30")
        .then("08:40", What::Photo)
        .then("12:50", What::BreakStart)
        .then("13:30", What::BreakEnd)
        .must(|expect| expect.minutes = Minutes::INSIDE.with(|m| &mut m.excused, 39.0, 41.0))
}

/// By ferry from Tribeca to Newport in New Jersey, 1.6 km from the shore of Manhattan.
const TRIBECA_SHORE: Point = p(40.723983, -74.012042);
const NEWPORT: Point = p(40.7270, -74.0345);

fn out_without_a_word(seed: u64) -> DayStory {
    let sites = [
        ("Canal Street Goods", p(40.7225, -74.0010)),
        ("Village Wines", p(40.7330, -73.9990)),
    ];
    let [canal, village] = sites.map(|(_, place)| place);
    DayStory::new("ben", "Ben Castle", "Manhattan", canal, seed)
        .truth("in Manhattan, but from 12:10 to 12:55 over in New Jersey, without a word")
        .customers(&sites)
        .signs_in("08:04")
        .visits(0, "08:30", "09:40")
        .path(|path| {
            path.stay_until("12:07")
                .arrive("12:10", TRIBECA_SHORE)
                .arrive("12:15", NEWPORT)
        })
        .path(|path| {
            path.stay_until("12:50")
                .arrive("12:55", TRIBECA_SHORE)
                .go(village, CITY_KMH)
        })
        .visits(1, "13:30", "15:00")
        .must(|expect| {
            expect.findings = vec![Adverse::new(FindingKind::LeftArea, "12:09", "12:56", 30.0)];
            expect.minutes = Minutes::INSIDE.with(|m| &mut m.outside, 30.0, 46.0);
        })
}

/// From Bushwick over the border to Ridgewood in Queens, 1.3 km beyond it.
const BUSHWICK_BORDER: Point = p(40.705435, -73.915176);
const RIDGEWOOD: Point = p(40.7110, -73.9000);

fn out_with_a_reason(seed: u64) -> DayStory {
    let sites = [
        ("Broadway Store", p(40.7000, -73.9300)),
        ("Grand Street Kiosk", p(40.7080, -73.9480)),
    ];
    let [broadway, grand] = sites.map(|(_, place)| place);
    let (from_ms, to_ms) = (at("12:10"), at("12:55"));
    DayStory::new("cleo", "Cleo Dunn", "Brooklyn", broadway, seed)
        .truth("in Brooklyn, from 12:10 to 12:55 in Queens since a customer called her there: given and approved")
        .customers(&sites)
        .signs_in("08:10")
        .visits(0, "08:30", "09:45")
        .path(|path| {
            path.stay_until("12:06")
                .arrive("12:10", BUSHWICK_BORDER)
                .arrive("12:15", RIDGEWOOD)
        })
        .path(|path| {
            path.stay_until("12:50")
                .arrive("12:55", BUSHWICK_BORDER)
                .go(grand, CITY_KMH)
        })
        .then("13:05", What::Reason(from_ms, to_ms, ExceptionKind::CustomerCalled))
        .visits(1, "13:40", "15:10")
        .then("14:20", What::Approve(from_ms, to_ms, ExceptionKind::CustomerCalled))
        .must(|expect| {
            expect.excused_by = Some(ExceptionKind::CustomerCalled);
            expect.minutes = Minutes::INSIDE.with(|m| &mut m.excused, 44.0, 46.0);
        })
}

/// In Nassau County, 2 km east of Queens, and where the road into Queens crosses the border.
const NASSAU_HOME: Point = p(40.7330, -73.6770);
const NASSAU_BORDER: Point = p(40.730712, -73.705829);

fn at_home_at_opening(seed: u64) -> DayStory {
    let sites = [
        ("Braddock Foods", p(40.7280, -73.7400)),
        ("Springfield Mart", p(40.7180, -73.7450)),
    ];
    let [braddock, springfield] = sites.map(|(_, place)| place);
    DayStory::new("dan", "Dan Evers", "Queens", NASSAU_HOME, seed)
        .truth("still at home, 2 km out, when the window opens; leaves at 08:40, enters Queens at 08:50")
        .customers(&sites)
        .path(|path| {
            path.stay_until("08:40")
                .arrive("08:50", NASSAU_BORDER)
                .go(braddock, CITY_KMH)
        })
        .signs_in("08:59")
        .visits(0, "09:15", "10:30")
        .path(|path| path.stay_until("11:00").go(springfield, CITY_KMH))
        .visits(1, "11:20", "12:40")
        .must(|expect| {
            expect.findings = vec![Adverse::new(FindingKind::OutsideAtOpening, "08:00", "08:51", 35.0)];
            expect.minutes = Minutes::INSIDE.with(|m| &mut m.outside, 35.0, 51.0);
        })
}

/// 40 to 70 m inside Queens, along its border with Brooklyn.
pub(super) const BORDER_WALK: [Point; 4] = [
    p(40.687525, -73.900300),
    p(40.686577, -73.899074),
    p(40.685335, -73.898446),
    p(40.684387, -73.897220),
];

fn along_the_boundary(seed: u64) -> DayStory {
    let [a, b, c, d] = BORDER_WALK;
    let mut day = DayStory::new("eva", "Eva Frost", "Queens", a, seed)
        .truth("walks to and fro all day along the border with Brooklyn, 40 to 70 m inside Queens")
        .signs_in("08:05")
        .path(|path| path.stay_until("07:55"))
        .must(|expect| expect.minutes = Minutes::COMPLIANT);
    day.edge_matters = true;
    while day.path.last().0 < at("16:45") {
        day = day.path(|path| {
            [b, c, d, c, b, a]
                .into_iter()
                .fold(path, |path, next| path.go(next, 2.5))
        });
    }
    day
}

fn across_the_yard(seed: u64) -> DayStory {
    let sites = [
        ("Westerleigh Stores", p(40.6200, -74.1400)),
        ("Willowbrook Stores", p(40.5900, -74.1400)),
    ];
    let [north, south] = sites.map(|(_, place)| place);
    let mut day = DayStory::new("fay", "Fay Greene", YARD_DISTRICT, north, seed)
        .truth("drives twice across the 900 m of a yard that is cut out of her district, in under two minutes each")
        .customers(&sites)
        .signs_in("08:07")
        .visits(0, "08:20", "09:50")
        .path(|path| path.stay_until("10:30").go(south, 30.0))
        .visits(1, "10:50", "12:30")
        .path(|path| path.stay_until("14:00").go(north, 30.0))
        // Two crossings of 108 s are in transit: at most 10 min each are excused so, or none if unseen.
        .must(|expect| expect.minutes = Minutes::INSIDE.with(|m| &mut m.excused, 0.0, 20.0));
    day.edge_matters = true;
    day
}

fn in_the_market(seed: u64) -> DayStory {
    let sites = [
        ("Stall 4", MARKET.moved(12.0, -15.0)),
        ("Stall 17", MARKET.moved(-14.0, 16.0)),
    ];
    let [fourth, seventeenth] = sites.map(|(_, place)| place);
    let mut day = DayStory::new("gus", "Gus Hale", MARKET_DISTRICT, fourth, seed)
        .truth("all day under the roof of a market 60 m wide; positions by network, some 300 to 900 m off")
        .customers(&sites)
        .signs_in("08:09")
        .visits(0, "08:30", "10:00")
        .path(|path| path.stay_until("10:30").go(seventeenth, 3.0))
        .visits(1, "10:40", "12:20")
        .must(|expect| expect.minutes = Minutes::COMPLIANT);
    day.noise = Noise::ROOF;
    day.edge_matters = true;
    day
}

fn drifting(seed: u64) -> DayStory {
    let sites = [
        ("Times Square Gifts", p(40.7540, -73.9850)),
        ("Sixth Avenue Snacks", p(40.7610, -73.9780)),
        ("Herald Square News", p(40.7480, -73.9880)),
        ("Plaza Tobacco", p(40.7640, -73.9730)),
    ];
    let mut day = works(DayStory::new("hal", "Hal Irwin", "Manhattan", sites[0].1, seed), sites)
        .truth("in Midtown all day; between the towers his fixes jump 300 to 1,400 m and claim 5 to 60 m")
        .must(|expect| expect.minutes = Minutes::COMPLIANT);
    day.noise = Noise::CANYON;
    day
}

/// In Yonkers, 1.9 km north of the Bronx.
pub(super) const YONKERS_HOME: Point = p(40.9250, -73.8800);

fn mocked(seed: u64) -> DayStory {
    let sites = [
        ("Webster Foods", p(40.8700, -73.8800)),
        ("Fordham Deli", p(40.8600, -73.8900)),
    ];
    let [webster, fordham] = sites.map(|(_, place)| place);
    DayStory::new("ida", "Ida Jones", "Bronx", fordham, seed)
        .truth("from 13:00 to 14:30 a mock provider shows her in the Bronx; she is at home in Yonkers meanwhile")
        .customers(&sites)
        .signs_in("08:05")
        .visits(1, "08:20", "09:50")
        .path(|path| path.stay_until("10:10").go(webster, CITY_KMH))
        .visits(0, "10:30", "12:10")
        .then("13:00", What::MockOn(webster))
        .path(|path| {
            path.stay_until("13:02")
                .go(YONKERS_HOME, 40.0)
                .stay_until("14:15")
                .go(webster, 40.0)
        })
        .then("14:30", What::MockOff)
        // Where she was can't be proved: no finding, but nobody counts it as inside either.
        .must(|expect| {
            expect.questions = vec![
                Adverse::new(FindingKind::SimulatedFixes, "12:59", "14:31", 60.0),
                Adverse::new(FindingKind::Unaccounted, "12:58", "14:32", 60.0),
            ];
            expect.minutes = Minutes::INSIDE.with(|m| &mut m.unknown, 80.0, 96.0);
        })
}

fn clock_set_back(seed: u64) -> DayStory {
    let sites = [
        ("Bay Ridge Bakery", p(40.6200, -74.0100)),
        ("Dyker Deli", p(40.6150, -73.9950)),
        ("Borough Park Kiosk", p(40.6280, -73.9980)),
        ("Bensonhurst Grocery", p(40.6080, -73.9900)),
    ];
    works(DayStory::new("jim", "Jim Kerr", "Brooklyn", sites[0].1, seed), sites)
        .truth("works his district, and sets his phone's clock back 40 min at 13:10; it stays so")
        .then("13:10", What::MoveClock(-40 * 60_000))
        .must(|expect| expect.questions = vec![Adverse::new(FindingKind::ClockChanged, "12:29", "13:13", 0.0)])
}

fn offline(seed: u64) -> DayStory {
    let sites = [
        ("Eltingville Deli", p(40.5600, -74.1700)),
        ("Annadale Stores", p(40.5450, -74.1750)),
        ("Arden Foods", p(40.5550, -74.1900)),
        ("Woodrow Kiosk", p(40.5480, -74.1900)),
    ];
    works(
        DayStory::new("kay", "Kay Lowe", "Staten Island", sites[0].1, seed),
        sites,
    )
    .truth("works her district without a network until 18:00")
    .then("07:45", What::AirplaneOn)
    .then("18:00", What::AirplaneOff)
}

fn killed(seed: u64) -> DayStory {
    let sites = [
        ("Jackson Heights Sweets", p(40.7500, -73.8800)),
        ("Elmhurst Market", p(40.7430, -73.8700)),
        ("Corona Foods", p(40.7360, -73.8600)),
        ("Junction Deli", p(40.7460, -73.8640)),
    ];
    works(DayStory::new("leo", "Leo Marsh", "Queens", sites[0].1, seed), sites)
        .truth("his app is killed (-9) in the middle of a visit, at 10:40, and goes on at 10:44")
        .then("10:30", What::Photo)
        .then("10:40", What::Kill)
        .then("10:44", What::Start)
}

fn restored(seed: u64) -> DayStory {
    let sites = [
        ("White Plains Road Foods", p(40.8850, -73.8600)),
        ("Gun Hill Deli", p(40.8760, -73.8500)),
        ("Allerton Kiosk", p(40.8650, -73.8550)),
        ("Pelham Parkway Goods", p(40.8570, -73.8580)),
    ];
    works(DayStory::new("mia", "Mia North", "Bronx", sites[0].1, seed), sites)
        .truth("copies her phone's folder at 09:50 and puts that old copy back at 13:02")
        .then("09:50", What::CopyFolder)
        .then("13:02", What::RestoreFolder)
        // A fork alone is a question, and both copies are kept: all four visits are there.
        .must(|expect| expect.questions = vec![Adverse::new(FindingKind::LogForked, "00:00", "23:59", 0.0)])
}

fn edited(seed: u64) -> DayStory {
    let sites = [
        ("Remsen Foods", p(40.6450, -73.9100)),
        ("Canarsie Deli", p(40.6380, -73.9200)),
        ("Utica Stores", p(40.6520, -73.9300)),
        ("Ralph Avenue Kiosk", p(40.6500, -73.9180)),
    ];
    works(DayStory::new("ned", "Ned Olsen", "Brooklyn", sites[0].1, seed), sites)
        .truth("changes a record in his phone's database at 13:06, before it is sent")
        .then("13:06", What::EditLog)
        .must(|expect| expect.findings = vec![Adverse::new(FindingKind::LogBroken, "00:00", "23:59", 0.0)])
}

fn location_off(seed: u64) -> DayStory {
    let sites = [
        ("Hillside Foods", p(40.7050, -73.7950)),
        ("Merrick Deli", p(40.6950, -73.7850)),
        ("Baisley Kiosk", p(40.6850, -73.7800)),
        ("Linden Goods", p(40.6900, -73.7700)),
    ];
    works(DayStory::new("ora", "Ora Pike", "Queens", sites[0].1, seed), sites)
        .truth("works her district; location is switched off from 12:50 to 14:50, a visit begins meanwhile")
        .then("12:50", What::LocationOff)
        .then("12:50:20", What::Cause(Cause::LocationOff))
        .then("14:50", What::LocationOn)
        .then("14:50:20", What::Cause(Cause::LocationOn))
        .must(|expect| {
            expect.questions = vec![Adverse::new(FindingKind::Unaccounted, "12:48", "14:52", 100.0)];
            expect.minutes = Minutes::INSIDE.with(|m| &mut m.unknown, 100.0, 124.0);
        })
}

/// In Jersey City, 3.3 km from Manhattan.
pub(super) const JERSEY_HOME: Point = p(40.7500, -74.0500);

fn on_leave(seed: u64) -> DayStory {
    let (from_ms, to_ms) = (at("00:00"), at("23:59"));
    DayStory::new("pia", "Pia Quinn", "Manhattan", JERSEY_HOME, seed)
        .truth("on approved leave, at home in New Jersey, her phone switched on")
        .customers(&[("Columbus Avenue Foods", p(40.7900, -73.9700))])
        .then("07:20", What::Approve(from_ms, to_ms, ExceptionKind::Leave))
        .must(|expect| {
            expect.excused_by = Some(ExceptionKind::Leave);
            expect.minutes = Minutes {
                inside: (0.0, 0.0),
                compliant: (0.0, 0.0),
                outside: (0.0, 0.0),
                unknown: (0.0, 0.0),
                excused: (509.0, 510.0),
            };
        })
}
