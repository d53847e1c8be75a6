use std::{borrow::Cow, error::Error};

use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut};

/// Text as PostgreSQL can keep it. It keeps no NUL, which a record that nobody can read may hold: NUL is written as
/// 01 01, and 01 as 01 02. Every text comes back as it was, and the order of texts stays that of their bytes.
#[derive(Debug)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

/// A parameter.
pub(super) fn text(plain: &str) -> Text<'_> {
    // All bytes, without an early end: many at a time.
    if !plain.bytes().fold(false, |found, byte| found | (byte <= 1)) {
        return Text(plain.into());
    }
    Text(plain.replace('\u{1}', "\u{1}\u{2}").replace('\0', "\u{1}\u{1}").into())
}

/// Parameters of one array.
pub(super) fn texts<'a>(plain: impl Iterator<Item = &'a String>) -> Vec<Text<'a>> {
    plain.map(|plain| text(plain)).collect()
}

impl Text<'_> {
    fn plain(kept: &str) -> String {
        if !kept.contains('\u{1}') {
            return kept.to_owned();
        }
        let mut plain = String::with_capacity(kept.len());
        let mut rest = kept.chars();
        while let Some(c) = rest.next() {
            plain.push(match c {
                '\u{1}' if rest.next() == Some('\u{1}') => '\0',
                c => c,
            });
        }
        plain
    }
}

impl From<Text<'static>> for String {
    fn from(text: Text<'static>) -> Self {
        text.0.into_owned()
    }
}

impl ToSql for Text<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        (&*self.0).to_sql(kind, out)
    }

    fn accepts(kind: &Type) -> bool {
        <&str as ToSql>::accepts(kind)
    }

    tokio_postgres::types::to_sql_checked!();
}

impl<'a> FromSql<'a> for Text<'static> {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let kept = <&str as FromSql>::from_sql(kind, raw)?;
        Ok(Self(Self::plain(kept).into()))
    }

    fn accepts(kind: &Type) -> bool {
        <&str as FromSql>::accepts(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back_and_their_order_stays() {
        let texts = [
            "",
            "\0",
            "\0\0",
            "\0a",
            "\u{1}",
            "\u{1}\0",
            "\u{1}\u{1}",
            "\u{1}\u{2}",
            "\u{2}",
            "a",
            "a\0",
            "a\u{1}",
            "b",
            "库存",
        ];
        let kept: Vec<_> = texts.iter().map(|plain| text(plain).0).collect();
        assert!(kept.iter().all(|kept| !kept.contains('\0')));
        let back: Vec<_> = kept.iter().map(|kept| Text::plain(kept)).collect();
        assert_eq!(back, texts);
        assert!(kept.is_sorted_by(|a, b| a < b), "{kept:?}");
    }
}
