//! Content lines (RFC 5545, section 3.1): unfolded, with the line of the file they begin on.

use super::IcsError;

/// `NAME;PARAM=value:value`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Property {
    /// Line of the file, from 1.
    pub(super) line: usize,
    /// In capitals.
    pub(super) name: String,
    /// Names in capitals, values without quotes.
    params: Vec<(String, String)>,
    /// As it stands: TEXT is still escaped.
    pub(super) value: String,
}

impl Property {
    /// The value of a parameter.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.params
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The content lines of a file.
pub(super) fn properties(text: &str) -> Result<Vec<Property>, IcsError> {
    let mut unfolded: Vec<(usize, String)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        match (line.strip_prefix([' ', '\t']), unfolded.last_mut()) {
            (Some(more), Some((_, before))) => before.push_str(more),
            _ if line.trim().is_empty() => {}
            _ => unfolded.push((index + 1, line.into())),
        }
    }
    unfolded.iter().map(|(line, text)| property(*line, text)).collect()
}

fn property(line: usize, text: &str) -> Result<Property, IcsError> {
    let what = || {
        format!(
            "{:?} is no property (NAME:value)",
            text.chars().take(40).collect::<String>()
        )
    };
    let (head, value) = split_unquoted(text, ':').ok_or_else(|| IcsError::Structure { line, what: what() })?;
    let mut parts = pieces(head, ';').into_iter();
    let name = parts.next().unwrap_or_default().to_ascii_uppercase();
    let params = parts
        .filter_map(|part| part.split_once('='))
        .map(|(key, value)| (key.to_ascii_uppercase(), value.trim_matches('"').to_owned()));
    Ok(Property {
        line,
        name,
        params: params.collect(),
        value: value.trim_end().into(),
    })
}

/// The first `at` that does not stand between quotes parts the text.
fn split_unquoted(text: &str, at: char) -> Option<(&str, &str)> {
    let mut quoted = false;
    let found = text.char_indices().find(|&(_, char)| {
        quoted ^= char == '"';
        char == at && !quoted
    });
    found.map(|(index, _)| (&text[..index], &text[index + at.len_utf8()..]))
}

fn pieces(mut text: &str, at: char) -> Vec<&str> {
    let mut pieces = Vec::new();
    while let Some((piece, rest)) = split_unquoted(text, at) {
        pieces.push(piece);
        text = rest;
    }
    pieces.push(text);
    pieces
}

/// A TEXT value without its escapes (RFC 5545, section 3.3.11).
pub(super) fn unescape(value: &str) -> String {
    let mut chars = value.chars();
    let mut text = String::with_capacity(value.len());
    while let Some(char) = chars.next() {
        match char {
            '\\' => text.extend(
                chars
                    .next()
                    .map(|escaped| if matches!(escaped, 'n' | 'N') { '\n' } else { escaped }),
            ),
            _ => text.push(char),
        }
    }
    text
}
