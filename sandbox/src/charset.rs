//! The two charsets of NestPay's XML: ISO-8859-9 (Latin-1 with Turkish letters), in which it answers, and UTF-8.

/// How letters become bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Charset {
    #[default]
    Iso8859_9,
    Utf8,
}

/// Where ISO-8859-9 differs from Latin-1, whose bytes are the numbers of their letters.
const TURKISH: [(u8, char); 6] = [(0xD0, 'Ğ'), (0xDD, 'İ'), (0xDE, 'Ş'), (0xF0, 'ğ'), (0xFD, 'ı'), (0xFE, 'ş')];

impl Charset {
    /// The charset of this name, in any letter case.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "iso-8859-9" | "iso8859-9" | "iso8859_9" | "latin5" => Some(Self::Iso8859_9),
            "utf-8" | "utf8" => Some(Self::Utf8),
            _ => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Iso8859_9 => "ISO-8859-9",
            Self::Utf8 => "UTF-8",
        }
    }

    /// The text of these bytes; nothing where they are not in this charset.
    pub(crate) fn decode(self, bytes: &[u8]) -> Option<String> {
        match self {
            Self::Utf8 => String::from_utf8(bytes.to_vec()).ok(),
            Self::Iso8859_9 => Some(bytes.iter().map(|byte| letter(*byte)).collect()),
        }
    }

    /// The bytes of a letter; nothing where the charset has none for it.
    pub(crate) fn encode(self, c: char) -> Option<Vec<u8>> {
        match self {
            Self::Utf8 => Some(c.to_string().into_bytes()),
            Self::Iso8859_9 => byte(c).map(|byte| vec![byte]),
        }
    }
}

fn letter(byte: u8) -> char {
    TURKISH.iter().find(|(own, _)| *own == byte).map_or(char::from(byte), |(_, c)| *c)
}

fn byte(c: char) -> Option<u8> {
    match TURKISH.iter().find(|(_, turkish)| *turkish == c) {
        Some((own, _)) => Some(*own),
        // The Icelandic letters that the Turkish ones replaced have no byte any more.
        None => u8::try_from(u32::from(c)).ok().filter(|byte| letter(*byte) == c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turkish_letters_are_single_bytes() {
        let bytes = |text: &str| text.chars().flat_map(|c| Charset::Iso8859_9.encode(c).unwrap()).collect::<Vec<_>>();
        assert_eq!(bytes("İıŞşĞğÇçÖöÜü"), [0xDD, 0xFD, 0xDE, 0xFE, 0xD0, 0xF0, 0xC7, 0xE7, 0xD6, 0xF6, 0xDC, 0xFC]);
        assert_eq!(Charset::Iso8859_9.decode(&bytes("Çağrı Şöğüt İş")).as_deref(), Some("Çağrı Şöğüt İş"));
        for c in ['Ý', 'þ', '₺', '中'] {
            assert_eq!(Charset::Iso8859_9.encode(c), None, "{c}");
        }
        assert_eq!(Charset::Utf8.decode(&[0xFE]), None);
        assert_eq!(Charset::named("iso-8859-9").map(Charset::name), Some("ISO-8859-9"));
        assert_eq!(Charset::named("windows-1254"), None);
    }
}
