use clap::ValueEnum;
use serde::Serialize;

/// Kinds of rep-days that are counted apart, since what is fair on one need not be on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stratum {
    /// Deep inside: never nearer to the edge than 400 m.
    Deep,
    /// The same with an open sky and a phone that says what it knows: how much stays unknown or edge.
    Clean,
    /// Customers within 100 m of the edge, of holes too.
    Edge,
    /// All day in a market of 60 m.
    Market,
    /// All day in a mall whose Wi-Fi is mapped wrongly.
    Mall,
    /// Between towers: jumps all day.
    Canyon,
    /// The app is killed, the phone is silent, the platform hands out approximate or simulated positions.
    Gaps,
    /// A district along a street, 120 to 200 m wide.
    Strip,
    /// A phone that says neither satellites nor speed, in a town.
    Mute,
}

/// What a phone has to see through.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sky {
    /// Jumps an hour, from and to.
    pub(crate) jumps_per_h: (f64, f64),
    /// Radius that the phone claims in the open.
    pub(crate) claims_m: (f64, f64),
    /// How many times the claimed radius the true one is.
    pub(crate) understated: (f64, f64),
    /// Share of stays under a roof, without satellites.
    pub(crate) roofs: f64,
    /// Share of stays under a roof with a while of coarse network positions.
    pub(crate) coarse: f64,
    /// How far all Wi-Fi positions of the day are off.
    pub(crate) bias_m: Option<(f64, f64)>,
    /// Silences in a day, from and to.
    pub(crate) silences: (u64, u64),
    /// The platform tells neither satellites nor speed.
    pub(crate) mute: bool,
}

impl Stratum {
    pub(crate) fn sky(self) -> Sky {
        let street = Sky {
            jumps_per_h: (0.0, 1.0),
            claims_m: (4.0, 30.0),
            understated: (0.7, 2.5),
            roofs: 0.5,
            coarse: 0.15,
            bias_m: None,
            silences: (0, 0),
            mute: false,
        };
        match self {
            Self::Deep | Self::Edge => street,
            Self::Clean => Sky {
                jumps_per_h: (0.0, 0.0),
                claims_m: (4.0, 12.0),
                understated: (0.7, 1.2),
                coarse: 0.0,
                ..street
            },
            Self::Market => Sky {
                jumps_per_h: (0.0, 2.0),
                claims_m: (5.0, 40.0),
                roofs: 0.7,
                coarse: 0.25,
                ..street
            },
            Self::Mall => Sky {
                roofs: 1.0,
                coarse: 0.15,
                bias_m: Some((20.0, 150.0)),
                ..street
            },
            Self::Canyon => Sky {
                jumps_per_h: (2.0, 6.0),
                claims_m: (5.0, 60.0),
                ..street
            },
            Self::Gaps => Sky {
                jumps_per_h: (0.0, 2.0),
                silences: (1, 6),
                ..street
            },
            Self::Strip => Sky {
                jumps_per_h: (0.0, 2.0),
                ..street
            },
            Self::Mute => Sky { mute: true, ..street },
        }
    }

    /// A number that draws its days apart from those of others.
    pub(crate) fn number(self) -> u64 {
        self as u64
    }

    /// What the tables call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Deep => "deep inside",
            Self::Clean => "deep inside, clean sky",
            Self::Edge => "within 100 m of the edge",
            Self::Market => "60 m market",
            Self::Mall => "mall, constant Wi-Fi bias",
            Self::Canyon => "street canyon",
            Self::Gaps => "app killed and gaps",
            Self::Strip => "district along a street",
            Self::Mute => "phone without satellites' word",
        }
    }
}
