use serde::{Deserialize, Serialize};

/// A part of the policy: its fields, each with its default.
macro_rules! part {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty = $default:expr,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }
    };
}

part! {
    /// When visits happen (R1).
    WindowRule {
        /// IANA zone of the district.
        zone: String = "Asia/Shanghai".into(),
        /// First minute of the window, `HH:MM`.
        from: String = "08:00".into(),
        /// First minute after it, `HH:MM`; at or before `from` it lies on the next day.
        to: String = "16:30".into(),
        /// Workdays of a week without holidays, `mon` to `sun`.
        workdays: Vec<String> = ["mon", "tue", "wed", "thu", "fri"].map(String::from).to_vec(),
    }
}
part! {
    /// Which fixes count, and how far one is trusted.
    FixUse {
        /// A fix reported wider than this decides nothing.
        accuracy_max_m: f64 = 150.0,
        /// A fix older than this at its reading decides nothing.
        age_max_s: i64 = 30,
        /// Reported accuracies below this are not believed.
        accuracy_floor_m: f64 = 20.0,
        /// Phones understate: the accuracy reckoned with is this times the reported.
        accuracy_factor: f64 = 1.5,
        /// Radius over sigma of the platform's figure: 1.515 for a 68 % radius (Android), 1.414 for an RMS (iOS).
        radius_per_sigma: f64 = 1.515,
        /// How surely a disc around the fix holds the true position.
        confidence: f64 = 0.99,
        /// Metres beyond the edge that are still edge.
        edge_tolerance_m: f64 = 50.0,
        /// Simulated fixes count, since the admin registered an external receiver.
        external_receiver: bool = false,
    }
}
part! {
    /// The day's ruling.
    Ruling {
        /// Half width of the window whose median position is judged.
        half_width_s: i64 = 300,
        /// Fixes that window needs.
        fixes_min: u32 = 5,
        /// How long outside before it counts.
        outside_min_s: i64 = 480,
        /// The same where the phone was there at once, and at once back where it had been: it may have jumped.
        leap_min_s: i64 = 660,
        /// Fixes outside that it takes.
        outside_fixes: u32 = 8,
        /// Radii beyond tolerance that half of its medians must be clear by.
        proof_radii: f64 = 1.67,
        /// Satellite-backed fixes that have to lie where the median does.
        backing_fixes: u32 = 3,
        /// Satellites that corroborate a fix.
        satellites_min: u32 = 5,
        /// With a valid speed, an accuracy that corroborates a fix.
        accuracy_proof_m: f64 = 30.0,
        /// Fixes inside, then outside, that show a crossing.
        crossing_fixes: u32 = 2,
        /// Longest step of a way that counts as seen.
        step_max_m: f64 = 450.0,
        /// Share of such a way that one step may be.
        way_share: f64 = 0.7,
        /// How far Wi-Fi may be mapped off where satellites agree with it.
        wifi_off_m: f64 = 200.0,
        /// Speeds beyond this are impossible, the fix is set aside.
        speed_max_kmh: f64 = 150.0,
    }
}
part! {
    /// Provisional status.
    Live {
        /// Length of one vote.
        vote_s: i64 = 180,
        /// Usable fixes a vote needs.
        vote_fixes_min: u32 = 2,
        /// Votes in a row until the rep is told.
        tell_rep_votes: u32 = 2,
        /// Votes in a row until the board says "possibly outside".
        board_votes: u32 = 3,
        /// Longest interval between fixes while a span outside may be opening.
        sample_s: i64 = 60,
        /// After a check-in fixes come at that interval for so long.
        visit_s: i64 = 60,
    }
}
part! {
    /// Gaps.
    Unknown {
        /// How far outside a rep would have to go in a gap for it to matter.
        reach_m: f64 = 200.0,
        /// Fastest travel.
        top_speed_kmh: f64 = 60.0,
        /// A gap that leaves less time than this outside is covered.
        outside_max_s: i64 = 600,
        /// A still gap's ends may lie this far apart.
        still_m: f64 = 100.0,
        /// "Outside when the window opened" needs its fixes by then.
        opening_s: i64 = 900,
        /// Longest wait until the next fix is due.
        sample_max_s: i64 = 600,
        /// Longest silence of a phone that is well.
        heartbeat_s: i64 = 900,
        /// Unaccounted minutes of a day that the rep is asked about.
        ask_day_min: i64 = 30,
        /// Unaccounted minutes of a day that count towards a help task.
        help_day_min: i64 = 60,
        /// So many such days …
        help_days: u32 = 3,
        /// … of so many workdays.
        help_of_days: u32 = 10,
    }
}
part! {
    /// In transit between two points of the area.
    Transit {
        /// Time that is always allowed.
        base_s: i64 = 600,
        /// Times the straight distance …
        detour_factor: f64 = 1.5,
        /// … at this speed.
        speed_kmh: f64 = 20.0,
        /// Radius of a customer's disc, part of the area.
        customer_disc_m: f64 = 200.0,
    }
}
part! {
    /// The rep's break: its start and end are recorded, no place.
    BreakTime {
        /// Earliest start, `HH:MM`.
        from: String = "11:00".into(),
        /// Latest end, `HH:MM`.
        to: String = "14:00".into(),
        /// Minutes a day.
        max_min: i64 = 60,
    }
}
part! {
    /// The rep's private time: a button, the reason goes to nobody.
    PrivateTime {
        /// Minutes a month.
        max_month_min: i64 = 240,
    }
}
part! {
    /// Reasons by one tap.
    Reasons {
        /// Working days in which a reason can be given.
        give_workdays: u32 = 3,
        /// Working days in which it is decided.
        decide_workdays: u32 = 3,
    }
}
part! {
    /// No-go places, such as the service hall (R3).
    NoGo {
        /// A pick-up may take this long.
        pick_up_min: i64 = 15,
    }
}
part! {
    /// A stay is asked about, no home address is kept (R2).
    GoingHome {
        /// Shortest stay.
        stay_min: i64 = 45,
        /// All its fixes lie within this.
        within_m: f64 = 100.0,
        /// No customer or approved place lies within this plus the accuracy.
        customer_m: f64 = 150.0,
    }
}
part! {
    /// The market-entry sign-in (R4).
    SignIn {
        /// Minutes after the first inside fix.
        late_min: i64 = 30,
    }
}
part! {
    /// Visits (R5).
    Visits {
        /// Farther from the customer than this plus the fix's radius is far.
        far_m: f64 = 200.0,
        /// A place counts as known after so many visits there (or an approved photo).
        known_visits: u32 = 3,
        /// A shorter dwell is asked about.
        dwell_min: i64 = 3,
        /// So many check-ins …
        burst_visits: u32 = 5,
        /// … in so many minutes are asked about.
        burst_min: i64 = 20,
        /// So many identical coordinates in a row are asked about.
        identical_fixes: u32 = 10,
        /// Two reps' phones this close …
        together_m: f64 = 30.0,
        /// … for so long are asked about.
        together_min: i64 = 120,
    }
}
part! {
    /// Clocks.
    Clock {
        /// A wall clock that moves more than this against time since boot is recorded.
        jump_s: i64 = 60,
        /// How far a quartz may drift, in parts per million.
        drift_ppm: i64 = 100,
    }
}
part! {
    /// How long things are kept.
    Retention {
        /// Days of raw fixes.
        fixes_days: u32 = 90,
        /// Days of spans and findings.
        days_days: u32 = 365,
    }
}
