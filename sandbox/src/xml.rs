//! XML as gateways speak it: elements and text. Attributes are noticed and not kept; document types, and entities of one's
//! own with them, are refused.

use crate::charset::Charset;
use crate::json::Json;

/// Nesting beyond this is refused; no gateway message comes near it.
const MAX_DEPTH: usize = 32;

/// An element.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Node {
    pub name: String,
    /// The text; beside children only what is no white space.
    pub text: String,
    pub children: Vec<Node>,
    pub has_attributes: bool,
}

/// A whole message.
#[derive(Debug)]
pub(crate) struct Document {
    /// As the declaration names it, UTF-8 where it names none.
    pub charset: Charset,
    /// The declaration's own word.
    pub declared: Option<String>,
    pub root: Node,
}

impl Node {
    pub(crate) fn text(name: &str, text: impl Into<String>) -> Self {
        Self { name: name.to_owned(), text: text.into(), ..Self::default() }
    }

    pub(crate) fn parent(name: &str, children: Vec<Node>) -> Self {
        Self { name: name.to_owned(), children, ..Self::default() }
    }

    /// The first child of this name.
    pub(crate) fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child of this name, trimmed; empty where there is none.
    pub(crate) fn text_of(&self, name: &str) -> String {
        self.child(name).map(|child| child.text.trim().to_owned()).unwrap_or_default()
    }

    /// The elements that a JSON value under a name stands for: a list is the element repeated, an object has children.
    pub(crate) fn from_json(name: &str, json: &Json) -> Vec<Node> {
        match json {
            Json::List(elements) => elements.iter().flat_map(|element| Self::from_json(name, element)).collect(),
            Json::Object(members) => {
                vec![Self::parent(
                    name,
                    members.iter().flat_map(|(name, value)| Self::from_json(name, value)).collect(),
                )]
            }
            other => vec![Self::text(name, other.scalar().unwrap_or_default())],
        }
    }

    /// Its children as an object, its text where it has none.
    pub(crate) fn to_json(&self) -> Json {
        match self.children.is_empty() {
            true => Json::from(self.text.as_str()),
            false => Json::Object(self.children.iter().map(|child| (child.name.clone(), child.to_json())).collect()),
        }
    }
}

/// Reads a message in the charset that its declaration names.
pub(crate) fn parse(bytes: &[u8]) -> Result<Document, String> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    // Up to its end a declaration is ASCII in every charset that is read here.
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    let declared = head.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")).and_then(|(declaration, _)| {
        let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        Some(value[1..].split(quote).next()?.to_owned())
    });
    let charset = match &declared {
        None => Charset::Utf8,
        Some(name) => Charset::named(name).ok_or_else(|| format!("the charset {name:?} is not known"))?,
    };
    let text = charset.decode(bytes).ok_or_else(|| format!("the bytes are not {}", charset.name()))?;
    Ok(Document { charset, declared, root: parse_text(&text)? })
}

/// Reads a message whose letters are known already.
pub(crate) fn parse_text(text: &str) -> Result<Node, String> {
    let mut reader = Reader { rest: text };
    reader.skip_misc()?;
    let root = reader.element(0)?;
    reader.skip_misc()?;
    match reader.rest.is_empty() {
        true => Ok(root),
        false => Err("something follows the root element".into()),
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    /// Blanks, comments and processing instructions, the declaration among them.
    fn skip_misc(&mut self) -> Result<(), String> {
        loop {
            self.rest = self.rest.trim_start();
            match self.rest {
                rest if rest.starts_with("<?") => self.take_until("?>")?,
                rest if rest.starts_with("<!--") => self.take_until("-->")?,
                rest if rest.starts_with("<!") => return Err("document types are not read".into()),
                _ => return Ok(()),
            };
        }
    }

    /// Everything before a mark, which is taken too.
    fn take_until(&mut self, mark: &str) -> Result<&str, String> {
        let (before, after) = self.rest.split_once(mark).ok_or_else(|| format!("there is no {mark:?}"))?;
        self.rest = after;
        Ok(before)
    }

    fn name(&mut self) -> Result<String, String> {
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')));
        let (name, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return Err("an element has no name".into());
        }
        self.rest = rest;
        Ok(name.to_owned())
    }

    fn element(&mut self, depth: usize) -> Result<Node, String> {
        if depth > MAX_DEPTH {
            return Err("nested too deeply".into());
        }
        self.rest = self.rest.strip_prefix('<').ok_or("there is no element")?;
        let mut node = Node { name: self.name()?, ..Node::default() };
        if self.head(&mut node)? {
            self.content(&mut node, depth)?;
        }
        Ok(node)
    }

    /// The rest of an opening tag; whether content follows.
    fn head(&mut self, node: &mut Node) -> Result<bool, String> {
        loop {
            self.rest = self.rest.trim_start();
            if let Some(rest) = self.rest.strip_prefix("/>") {
                self.rest = rest;
                return Ok(false);
            }
            if let Some(rest) = self.rest.strip_prefix('>') {
                self.rest = rest;
                return Ok(true);
            }
            let attribute = self.name()?;
            self.rest =
                self.rest.trim_start().strip_prefix('=').ok_or(format!("{attribute} has no value"))?.trim_start();
            let quote = self.rest.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or("a value has no quotes")?;
            self.rest = &self.rest[1..];
            self.take_until(&quote.to_string())?;
            node.has_attributes = true;
        }
    }

    fn content(&mut self, node: &mut Node, depth: usize) -> Result<(), String> {
        loop {
            if let Some(rest) = self.rest.strip_prefix("</") {
                self.rest = rest;
                let closed = self.name()?;
                self.rest = self.rest.trim_start().strip_prefix('>').ok_or("a closing tag does not end")?;
                if closed != node.name {
                    return Err(format!("{} is closed as {closed}", node.name));
                }
                if !node.children.is_empty() {
                    node.text = node.text.trim().to_owned();
                }
                return Ok(());
            } else if let Some(rest) = self.rest.strip_prefix("<![CDATA[") {
                self.rest = rest;
                let text = self.take_until("]]>")?.to_owned();
                node.text.push_str(&text);
            } else if self.rest.starts_with("<!--") {
                self.take_until("-->")?;
            } else if self.rest.starts_with("<?") {
                self.take_until("?>")?;
            } else if self.rest.starts_with("<!") {
                return Err("document types are not read".into());
            } else if self.rest.starts_with('<') {
                let child = self.element(depth + 1)?;
                node.children.push(child);
            } else {
                let end = self.rest.find('<').ok_or_else(|| format!("{} is not closed", node.name))?;
                let (text, rest) = self.rest.split_at(end);
                self.rest = rest;
                node.text.push_str(&unescaped(text)?);
            }
        }
    }
}

/// Text with its references resolved: the five of XML itself and numeric ones.
fn unescaped(text: &str) -> Result<String, String> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let (reference, after) = after.split_once(';').ok_or("an & stands for nothing")?;
        plain.push(match reference {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => numeric(reference).ok_or_else(|| format!("the entity {reference:?} is not known"))?,
        });
        rest = after;
    }
    plain.push_str(rest);
    match plain.chars().all(allowed) {
        true => Ok(plain),
        false => Err("a character is not allowed in XML".into()),
    }
}

fn numeric(reference: &str) -> Option<char> {
    let digits = reference.strip_prefix('#')?;
    let number = match digits.strip_prefix('x') {
        Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16),
        None if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse(),
        _ => return None,
    };
    number.ok().and_then(char::from_u32)
}

fn allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}

/// Writes a message with its declaration. Letters that the charset lacks become numeric references; with `entities` every
/// letter beyond ASCII does.
pub(crate) fn write(root: &Node, charset: Charset, entities: bool) -> Vec<u8> {
    let mut bytes = format!("<?xml version=\"1.0\" encoding=\"{}\"?>\n", charset.name()).into_bytes();
    write_node(root, 0, &mut |c| {
        match charset.encode(c).filter(|_| c.is_ascii() || !entities) {
            Some(encoded) => bytes.extend(encoded),
            None => bytes.extend(format!("&#x{:X};", u32::from(c)).bytes()),
        };
    });
    bytes
}

fn write_node(node: &Node, depth: usize, out: &mut impl FnMut(char)) {
    let mut put = |text: &str| text.chars().for_each(&mut *out);
    let indent = "  ".repeat(depth);
    if node.children.is_empty() && node.text.is_empty() {
        return put(&format!("{indent}<{}/>\n", node.name));
    }
    put(&format!("{indent}<{}>", node.name));
    for c in node.text.chars().filter(|c| allowed(*c)) {
        match c {
            '&' => put("&amp;"),
            '<' => put("&lt;"),
            '>' => put("&gt;"),
            '\r' => put("&#13;"),
            c => put(c.encode_utf8(&mut [0; 4])),
        }
    }
    if !node.children.is_empty() {
        put("\n");
        for child in &node.children {
            write_node(child, depth + 1, out);
        }
        indent.chars().for_each(&mut *out);
    }
    format!("</{}>\n", node.name).chars().for_each(&mut *out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let extra = Node::parent(
            "Extra",
            vec![Node::text("HOSTMSG", "İşlem <onaylanmadı> & \"bitti\"\t₺"), Node::text("E", "")],
        );
        let root = Node::parent("CC5Response", vec![Node::text("OrderId", "a\\b|c"), extra]);
        for charset in [Charset::Iso8859_9, Charset::Utf8] {
            for entities in [false, true] {
                let bytes = write(&root, charset, entities);
                let document = parse(&bytes).unwrap();
                assert_eq!((&document.root, document.charset), (&root, charset));
                assert_eq!(bytes.is_ascii(), entities, "the lira sign is a reference in ISO-8859-9 either way");
            }
        }
        let turkish = write(&Node::text("a", "ZİRAAT"), Charset::Iso8859_9, false);
        assert!(turkish.ends_with(b"<a>Z\xDDRAAT</a>\n"));
        assert!(write(&Node::text("a", "ZİRAAT"), Charset::Iso8859_9, true).ends_with(b"<a>Z&#x130;RAAT</a>\n"));
    }

    #[test]
    fn reads_what_others_write() {
        let text = "\u{feff}<?xml version='1.0' encoding='utf-8' ?>\n<!-- c --><A x=\"1\" y='2'>\n <B>1 <![CDATA[<&]]>2</B><B/><C> &#351;&#x15F;&lt; </C>\n</A>\n<?p?>";
        let root = parse(text.as_bytes()).unwrap().root;
        assert!(root.has_attributes && root.text.is_empty());
        assert_eq!(root.children[0], Node::text("B", "1 <&2"));
        assert_eq!(root.text_of("C"), "şş<");
        assert_eq!(root.to_json().to_string(), r#"{"B":"1 <&2","B":"","C":" şş< "}"#);
        let again = Node::from_json("A", &Json::parse(r#"{"B":["1 <&2",""],"C":" şş< "}"#).unwrap());
        assert_eq!(again[0].children, root.children);
    }

    #[test]
    fn refuses_what_is_dangerous_or_broken() {
        let deep = format!("{}{}", "<a>".repeat(100), "</a>".repeat(100));
        for text in [
            "",
            "x",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>x",
            "<a b></a>",
            "<a b=1/>",
            "<a>&x;</a>",
            "<a>&#0;</a>",
            "<a>& b</a>",
            "<a>&#xZZ;</a>",
            "<a>&#+5;</a>",
            "<1/>",
            "<a>\u{1}</a>",
            "<a><![CDATA[x</a>",
            "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
            "<a><!DOCTYPE b></a>",
            &deep,
        ] {
            assert!(parse_text(text).is_err(), "{text}");
        }
        assert!(parse(b"<?xml version=\"1.0\" encoding=\"KOI8-R\"?><a/>").is_err());
        assert!(parse(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?><a>\xFE</a>").is_err());
        assert_eq!(parse(b"<?xml version=\"1.0\" encoding=\"iso-8859-9\"?><a>\xFE</a>").unwrap().root.text, "ş");
    }
}
