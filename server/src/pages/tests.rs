use std::{collections::BTreeSet, fs, path::Path};

use onbeat_core::{rules::FindingKind, words::Language};

use super::Words;

/// Every template, and every source that says words.
fn saying() -> Vec<String> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pages")];
    let mut texts = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("the entry is there").path();
            let kind = path.extension().and_then(|kind| kind.to_str());
            match kind {
                None => folders.push(path),
                Some("html" | "rs") => texts.push(fs::read_to_string(path).expect("the file is text")),
                Some(_) => {}
            }
        }
    }
    texts
}

fn blanks(text: &str) -> BTreeSet<&str> {
    let parts = text.split('{').skip(1);
    parts
        .filter_map(|part| part.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn both_languages_have_the_same_keys_and_blanks() {
    let (en, zh) = (Words(Language::En).catalogue(), Words(Language::Zh).catalogue());
    let keys = |catalogue: &super::words::Catalogue| catalogue.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys(en), keys(zh));
    for (key, text) in en {
        assert_eq!(blanks(text), blanks(&zh[key]), "{key}");
        assert!(!text.trim().is_empty() && !zh[key].trim().is_empty(), "{key}");
    }
}

#[test]
fn whatever_is_said_has_words_and_no_words_are_left_over() {
    let en = Words(Language::En).catalogue();
    let saying = saying();
    let quoted: BTreeSet<&str> = saying.iter().flat_map(|text| text.split('"')).collect();
    for text in &saying {
        for said in text.split(".t(\"").skip(1).chain(text.split(".fill(\"").skip(1)) {
            let key = said.split('"').next().unwrap_or_default();
            assert!(en.contains_key(key), "{key} has no words");
        }
    }
    for kind in FindingKind::ALL {
        assert!(
            en.contains_key(&format!("kind.{}", kind.code())),
            "{kind:?} has no words"
        );
    }
    for key in en.keys() {
        let heading = key.rsplit_once('.').map_or("", |(heading, _)| heading);
        // Codes that come from below.
        let is_below = matches!(
            heading,
            "error" | "exceptions.state" | "flag" | "look.day" | "provider" | "ruled"
        );
        let by_code = is_below || quoted.contains(heading);
        assert!(by_code || quoted.contains(key.as_str()), "nobody says {key}");
    }
}
