//! A whole export against its keys: any text gets a report, and every fault it names lies in the text.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use onbeat_core::record::{KeyRing, verify::verify};

static KEYS: LazyLock<KeyRing> = LazyLock::new(|| {
    KeyRing::parse(include_str!("../../tests/vectors/keys.json")).expect("the vectors' keys can be trusted")
});

fuzz_target!(|text: &str| {
    let report = verify(text, &KEYS, &[]);
    let lines = text.split('\n').count() as u64;
    for fault in &report.faults {
        assert!(
            fault.file_line <= lines,
            "line {} of {lines}: {fault:?}",
            fault.file_line
        );
    }
    let records: u64 = report.lines.iter().map(|line| line.records).sum();
    assert!(2 * records <= lines, "{records} records in {lines} lines");
});
