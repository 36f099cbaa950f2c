//! The XML of the bank's API: objects out, objects in (docs/protocol-halkbank.md#xml-transport).
//!
//! `quick-xml` does the lexing; only the tree is ours, and it is the one of the rest of the crate. Nothing is ever expanded: a document
//! type is refused, and an entity that XML itself does not know is no text.

use quick_xml::Reader;
use quick_xml::events::Event;
use zeroize::Zeroizing;

use crate::html::{self, latin5};
use crate::json::{Json, Object};

/// How deep elements may nest; the bank's answers need three levels.
const MAX_DEPTH: usize = 16;
/// How many elements an answer may have; a long order history has some hundreds.
const MAX_ELEMENTS: usize = 20_000;

/// A document in UTF-8 with its declaration, secrets in the clear: for the wire only.
pub(crate) fn write(root: &str, body: &Object) -> Zeroizing<String> {
    // Room for everything from the start, every character escaped: growing would leave copies of the card in freed memory.
    let mut text = Zeroizing::new(String::with_capacity(64 + root.len() * 2 + room(body)));
    text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    element(root, &Json::Object(body.clone()), &mut text);
    text
}

fn room(body: &Object) -> usize {
    body.iter().map(|(name, value)| room_of(name, value)).sum()
}

fn room_of(name: &str, value: &Json) -> usize {
    let inside = match value {
        Json::List(list) => return list.iter().map(|item| room_of(name, item)).sum(),
        Json::Object(object) => room(object),
        Json::Secret(secret) => secret.expose().len() * 6,
        other => other.as_text().map_or(8, |text| text.len() * 6),
    };
    2 * name.len() + 5 + inside
}

fn element(name: &str, value: &Json, text: &mut String) {
    if let Json::List(items) = value {
        return items.iter().for_each(|item| element(name, item, text));
    }
    for part in ["<", name, ">"] {
        text.push_str(part);
    }
    match value {
        Json::Object(object) => object.iter().for_each(|(name, value)| element(name, value, text)),
        Json::Secret(secret) => escape(secret.expose(), text),
        Json::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        other => escape(other.as_text().unwrap_or_default(), text),
    }
    for part in ["</", name, ">"] {
        text.push_str(part);
    }
}

fn escape(value: &str, text: &mut String) {
    for c in value.chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            c => text.push(c),
        }
    }
}

/// Whether a name can be that of an element.
pub(crate) fn is_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// Whether a text can be that of an element: without what XML cannot carry, and without a carriage return, which it would turn into
/// a line feed.
pub(crate) fn is_text(text: &str) -> bool {
    text.chars().all(|c| (c >= ' ' || matches!(c, '\t' | '\n')) && !matches!(c, '\u{fffe}' | '\u{ffff}'))
}

/// Reads a document by its own declaration: the root's name, and its children. Of a repeated element comes a list, of one without
/// children its text. The error never quotes the document, which may hold a card number.
pub(crate) fn read(bytes: &[u8]) -> Result<(String, Object), &'static str> {
    let text = decode(bytes)?;
    let mut reader = Reader::from_str(&text);
    // The elements that are open: name, text so far, children so far.
    let mut open: Vec<(String, String, Object)> = Vec::new();
    let mut elements = 0;
    loop {
        let event = reader.read_event().map_err(|_| "not XML")?;
        let closed = match event {
            Event::Start(start) => {
                elements += 1;
                if open.len() == MAX_DEPTH || elements > MAX_ELEMENTS {
                    return Err("XML with too many elements");
                }
                open.push((start.name().as_ref().to_owned(), String::new(), Object::new()));
                continue;
            }
            Event::Empty(start) => {
                elements += 1;
                if elements > MAX_ELEMENTS {
                    return Err("XML with too many elements");
                }
                (start.name().as_ref().to_owned(), String::new(), Object::new())
            }
            Event::End(_) => open.pop().ok_or("not XML")?,
            Event::DocType(_) => return Err("XML with a document type, which is not read"),
            Event::Eof => return Err("XML that ends too early"),
            event => {
                if let Some((_, so_far, _)) = open.last_mut() {
                    match event {
                        Event::Text(part) => so_far.push_str(&part.xml10_content()),
                        Event::CData(part) => so_far.push_str(&part.xml10_content()),
                        Event::GeneralRef(name) => so_far.push(entity(&name).ok_or("XML with an unknown entity")?),
                        _ => {}
                    }
                }
                continue;
            }
        };
        let (name, text, children) = closed;
        let Some((_, _, parent)) = open.last_mut() else { return Ok((name, children)) };
        let value = if children.is_empty() { Json::Text(text.trim().to_owned()) } else { Json::Object(children) };
        match parent.take(&name) {
            None => parent.set(name, value),
            Some(Json::List(mut items)) => {
                items.push(value);
                parent.set(name, items);
            }
            Some(first) => parent.set(name, vec![first, value]),
        }
    }
}

/// The five entities of XML and the numeric ones, but for control characters.
fn entity(name: &str) -> Option<char> {
    let known = if name == "nbsp" { None } else { html::entity(name) };
    known.filter(|c| *c >= ' ' || matches!(c, '\t' | '\n' | '\r'))
}

/// The text in the charset its declaration names; without one it is UTF-8, or else Turkish Latin.
fn decode(bytes: &[u8]) -> Result<Zeroizing<String>, &'static str> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    let declared = head.split_once("?>").map_or("", |(declaration, _)| declaration);
    let quoted = |rest: &str| {
        let rest = rest.trim_start().strip_prefix('=')?.trim_start().to_owned();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        Some(rest[1..].split(quote).next()?.to_ascii_lowercase())
    };
    let charset = declared.split_once("encoding").and_then(|(_, rest)| quoted(rest));
    match (charset.as_deref(), std::str::from_utf8(bytes)) {
        (None | Some("utf-8" | "utf8" | "us-ascii"), Ok(text)) => {
            Ok(Zeroizing::new(text.trim_start_matches('\u{feff}').to_owned()))
        }
        (None | Some("iso-8859-9" | "iso8859-9" | "windows-1254" | "latin5"), _) => Ok(Zeroizing::new(latin5(bytes))),
        (Some("utf-8" | "utf8" | "us-ascii"), Err(_)) => Err("XML whose bytes are not in the charset it declares"),
        (Some(_), _) => Err("XML in a charset this library does not know"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn object(json: &str) -> Object {
        Json::parse(json).unwrap().into_object().unwrap()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let body = object(
            r#"{"Name":"api","Extra":{"ORDERSTATUS":"QUERY"},"Item":[{"Id":"1"},{"Id":"2"}],"Desc":"Çağrı & <Şöğüt> \"İş\"","Empty":""}"#,
        );
        let text = write("CC5Request", &body);
        assert!(
            text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?><CC5Request><Name>api</Name>"),
            "{}",
            *text
        );
        assert_eq!(read(text.as_bytes()).unwrap(), ("CC5Request".into(), body));
    }

    #[test]
    fn secrets_are_written_and_room_is_enough() {
        let mut body = Object::new();
        body.set("Password", Json::Secret("<&>".repeat(50).into()));
        body.set("Extra", Object::from_iter([("A".to_owned(), Json::from("&".repeat(99)))]));
        let text = write("R", &body);
        assert!(text.contains(&"&lt;&amp;&gt;".repeat(50)));
        assert!(text.capacity() < 64 + 2 + room(&body) + 16, "it grew");
    }

    #[test]
    fn answers_are_decoded_by_their_declaration() {
        let latin = b"<?xml version='1.0' encoding='ISO-8859-9'?><R><M>Yetersiz bakiye \xFD\xFE\xF0\xDD</M><N>Z&#x130;RAAT</N></R>";
        let (_, read_latin) = read(latin).unwrap();
        assert_eq!(read_latin.get("M"), Some(&Json::from("Yetersiz bakiye ışğİ")));
        assert_eq!(read_latin.get("N"), Some(&Json::from("ZİRAAT")));
        let utf8 = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><R><M>Şifre</M></R>";
        assert_eq!(read(utf8.as_bytes()).unwrap().1.get("M"), Some(&Json::from("Şifre")));
        assert_eq!(read("<R><M>Şifre</M></R>".as_bytes()).unwrap().1.get("M"), Some(&Json::from("Şifre")));
        assert_eq!(read(b"<R><M>\xDEifre</M></R>").unwrap().1.get("M"), Some(&Json::from("Şifre")));
        assert!(read(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?><R>\xDE</R>").is_err());
        assert!(read(b"<?xml version=\"1.0\" encoding=\"UTF-7\"?><R/>").is_err());
    }

    #[test]
    fn odd_documents_are_refused_and_nothing_is_expanded() {
        for odd in [
            "",
            "<R>",
            "<R></S>",
            "plain",
            "<R>&unknown;</R>",
            "<R>&#0;</R>",
            "<!DOCTYPE R [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;\">]><R>&b;</R>",
            "<!DOCTYPE R SYSTEM \"file:///etc/passwd\"><R/>",
        ] {
            assert!(read(odd.as_bytes()).is_err(), "{odd}");
        }
        let deep = "<a>".repeat(20) + &"</a>".repeat(20);
        assert!(read(deep.as_bytes()).is_err());
        let many = format!("<R>{}</R>", "<a/>".repeat(MAX_ELEMENTS));
        assert!(read(many.as_bytes()).is_err());
        assert_eq!(read(b"<R><![CDATA[<x>]]><Extra></Extra></R>").unwrap().1.get("Extra"), Some(&Json::from("")));
    }

    /// A text as one comes out of XML: without white space around it.
    fn text() -> impl Strategy<Value = String> {
        let any = proptest::collection::vec(any::<char>(), 0..12).prop_map(String::from_iter);
        let telling = "[a-z <>&;\"'#\\]\\[!?|/\t\nçğıİöşüÇĞÖŞÜ₺]{0,20}";
        prop_oneof![any, telling].prop_map(|text| {
            let text: String = text.chars().filter(|c| is_text(&c.to_string())).collect();
            text.trim().to_owned()
        })
    }

    fn object_of(value: impl Strategy<Value = Json>) -> impl Strategy<Value = Object> {
        proptest::collection::vec(("[A-Za-z_][A-Za-z0-9_.-]{0,6}", value), 1..5).prop_map(Object::from_iter)
    }

    /// A tree in the form in which it is read: a list has two elements at least, an object one member.
    fn tree() -> impl Strategy<Value = Object> {
        let leaf = text().prop_map(Json::from);
        let value = leaf.prop_recursive(4, 40, 5, |inner| {
            let single = inner.prop_filter("a list in a list is no XML", |value| !matches!(value, Json::List(_)));
            let list = proptest::collection::vec(single.clone(), 2..4).prop_map(Json::List);
            prop_oneof![single.clone(), list, object_of(single).prop_map(Json::Object)]
        });
        object_of(value)
    }

    /// Bytes of a text in ISO-8859-9.
    fn latin(text: &str) -> Vec<u8> {
        let byte = |c: char| (0..=255).find(|byte| latin5(&[*byte]) == c.to_string()).unwrap();
        text.chars().map(byte).collect()
    }

    proptest! {
        #[test]
        fn any_tree_is_read_back_and_has_room(body in tree()) {
            let text = write("CC5Request", &body);
            prop_assert!(text.len() <= 64 + 2 * "CC5Request".len() + room(&body));
            prop_assert_eq!(read(text.as_bytes()), Ok(("CC5Request".to_owned(), body)));
        }

        #[test]
        fn secrets_are_written_like_texts(secret in text()) {
            let object = |value: Json| Object::from_iter([("Number".to_owned(), Json::from(vec![value.clone(), value]))]);
            let written = write("R", &object(Json::Secret(secret.as_str().into())));
            prop_assert!(written.len() <= 64 + 2 + room(&object(Json::Secret(secret.as_str().into()))));
            prop_assert_eq!(&*written, &*write("R", &object(secret.into())));
        }

        #[test]
        fn nothing_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _whatever = read(&bytes);
        }

        #[test]
        fn no_heap_of_fragments_makes_it_panic(parts in proptest::collection::vec(prop_oneof![
            Just("<R>"), Just("</R>"), Just("<A"), Just("/>"), Just(">"), Just("&amp;"), Just("&#x130;"), Just("&#0;"), Just("&a"), Just(";"),
            Just("<![CDATA["), Just("]]>"), Just("<!--"), Just("-->"), Just("<?xml encoding=\""), Just("\"?>"), Just("<!DOCTYPE"), Just("ş"),
        ], 0..30)) {
            let text = parts.concat();
            let read = read(text.as_bytes());
            // Outside of comments and CDATA there is no way to a document type.
            prop_assert!(!text.starts_with("<!DOCTYPE") || read.is_err(), "{}", text);
        }

        #[test]
        fn letters_of_turkish_latin_arrive(text in "[a-zA-Z0-9 çğıİöşüÇĞÖŞÜéÿ¡]{0,30}") {
            let mut bytes = b"<?xml version=\"1.0\" encoding=\"ISO-8859-9\"?><R><M>".to_vec();
            bytes.extend(latin(&text));
            bytes.extend(b"</M></R>");
            let expected = Object::from_iter([("M".to_owned(), Json::from(text.trim()))]);
            prop_assert_eq!(read(&bytes), Ok(("R".to_owned(), expected)));
        }

        #[test]
        fn character_references_mean_their_letters(text in text()) {
            let references: String = text.chars().map(|c| format!("&#x{:X};&#{};", u32::from(c), u32::from(c))).collect();
            let twice: String = text.chars().flat_map(|c| [c, c]).collect();
            let (_, read) = read(format!("<R><M>{references}</M></R>").as_bytes()).unwrap();
            prop_assert_eq!(read.get("M"), Some(&Json::from(twice)));
        }
    }
}
