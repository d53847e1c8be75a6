//! Record lines and pushes: what can be read is written as it came, and reads again as the same, hashes too.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onbeat_core::record::{Batch, Line, read_lines};

fuzz_target!(|text: &str| {
    for line in read_lines(text).flatten() {
        let written = line.to_ndjson();
        let again: Vec<_> = read_lines(&written).collect();
        assert_eq!(again, [Ok(line.clone())], "{written}");
        if let Line::Record(record) = line {
            assert!(text.contains(&record.head_line), "a head was written anew: {written}");
            let _ = record.body();
        }
    }
    if let Ok(batch) = Batch::parse(text) {
        assert_eq!(Batch::parse(&batch.to_ndjson()), Ok(batch));
    }
});
