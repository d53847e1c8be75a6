//! What people type for other people to read.

use super::{DeskError, DeskResult};

/// Words that can be seen, without what stands around them: the rep reads them.
///
/// # Errors
/// `no_reason` where nothing is to be read, `too_long` beyond `most` characters.
pub(super) fn seen(words: &str, most: usize) -> DeskResult<String> {
    let seen: String = words.chars().filter(|c| !is_hidden(*c)).collect();
    let seen = seen.trim();
    if !seen.chars().any(char::is_alphanumeric) {
        let why = "a reason is needed, in words: the rep reads it";
        return Err(DeskError::input("no_reason", why));
    }
    let count = seen.chars().count();
    if count > most {
        let why = format!("{count} characters, at most {most} are taken: shorten it");
        return Err(DeskError::input("too_long", why));
    }
    Ok(seen.to_owned())
}

/// Characters without a shape of their own, such as spaces of no width and marks of direction: what hides words or turns
/// them round (Unicode Standard Annex 9 and 44: control and format characters). A line break and what joins emoji stay.
fn is_hidden(c: char) -> bool {
    let is_format = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200c}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    is_format || (c.is_control() && c != '\n')
}

#[cfg(test)]
mod tests {
    use super::seen;

    #[test]
    fn words_are_what_can_be_read_of_them() {
        let cases = [
            ("  Road closed \r\n", Ok("Road closed")),
            ("道路封闭", Ok("道路封闭")),
            ("a\u{202e}b\u{200b}", Ok("ab")),
            ("ok 👩\u{200d}🔧", Ok("ok 👩\u{200d}🔧")),
            ("\u{200b}\u{feff} ", Err("no_reason")),
            ("…!", Err("no_reason")),
            ("", Err("no_reason")),
            ("0123456789 0123456789", Err("too_long")),
        ];
        for (typed, expected) in cases {
            let got = seen(typed, 20).map_err(|error| error.code.to_string());
            assert_eq!(got.as_deref().map_err(String::as_str), expected, "{typed:?}");
        }
    }
}
