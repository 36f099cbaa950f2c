//! The little HTML this library writes and reads: self-submitting forms out, the gateway's forms in.

use zeroize::Zeroizing;

/// Appends text for an attribute value or between tags.
fn escape(text: &str, page: &mut String) {
    for c in text.chars() {
        match c {
            '&' => page.push_str("&amp;"),
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            '"' => page.push_str("&quot;"),
            '\'' => page.push_str("&#39;"),
            c => page.push(c),
        }
    }
}

/// What the page shows while it takes the buyer to the bank, or while the buyer types the card.
pub(crate) enum Screen<'a> {
    /// Goes on by itself; a button is there for browsers that run no scripts, or are forbidden to by the shop's own policy.
    Submits,
    /// Asks for the card first, and says what is to be paid.
    Asks(&'a str),
}

/// A page with a form for the browser.
pub(crate) fn form_page(
    action: &str,
    fields: &[(String, Zeroizing<String>)],
    screen: &Screen<'_>,
) -> Zeroizing<String> {
    // Room for everything from the start, every character escaped: growing would leave copies of the card in freed memory.
    let room: usize = fields.iter().map(|(name, value)| (name.len() + value.len()) * 6 + 50).sum();
    let mut page = Zeroizing::new(String::with_capacity(4096 + action.len() * 6 + room));
    let (title, button, script) = match screen {
        Screen::Submits => {
            let script = "<script>document.getElementById(\"halkode-form\").submit()</script>\n";
            ("Bankaya yönlendiriliyorsunuz", "Devam et", script)
        }
        Screen::Asks(_) => ("Kart bilgileri", "Öde", ""),
    };
    page.push_str(HEAD);
    page.push_str(title);
    page.push_str("</title>\n</head>\n<body>\n<h1>");
    page.push_str(title);
    page.push_str("</h1>\n<form id=\"halkode-form\" method=\"post\" action=\"");
    escape(action, &mut page);
    page.push_str("\">\n");
    for (name, value) in fields {
        page.push_str("<input type=\"hidden\" name=\"");
        escape(name, &mut page);
        page.push_str("\" value=\"");
        escape(value, &mut page);
        page.push_str("\">\n");
    }
    match screen {
        Screen::Submits => {
            page.push_str("<noscript><p>Tarayıcınızda betikler kapalı; sürdürmek için düğmeye basın.</p></noscript>\n");
        }
        Screen::Asks(amount) => {
            page.push_str("<p>Ödenecek tutar: <strong>");
            escape(amount, &mut page);
            page.push_str("</strong></p>\n");
            for input in CARD_INPUTS {
                for text in [
                    "<label>",
                    input.label,
                    "<input name=\"",
                    input.name,
                    "\" ",
                    input.attributes,
                    " required></label>\n",
                ] {
                    page.push_str(text);
                }
            }
        }
    }
    for text in ["<button type=\"submit\">", button, "</button>\n</form>\n", script, "</body>\n</html>\n"] {
        page.push_str(text);
    }
    page
}

const HEAD: &str = concat!(
    "<!DOCTYPE html>\n<html lang=\"tr\">\n<head>\n<meta charset=\"utf-8\">\n",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
    "<meta name=\"referrer\" content=\"no-referrer\">\n",
    "<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:22rem;margin:2rem auto;padding:0 1rem}h1{font-size:1.25rem}",
    "label{display:block;margin:.75rem 0}input,button{display:block;box-sizing:border-box;width:100%;padding:.5rem;font:inherit}",
    "button{margin-top:1.25rem}</style>\n<title>",
);

/// A field of the card that the buyer types in the browser.
struct CardInput {
    /// The name the gateway reads.
    name: &'static str,
    label: &'static str,
    attributes: &'static str,
}

/// The card's fields as the gateway names them.
const CARD_INPUTS: &[CardInput] = &[
    CardInput {
        name: "cc_holder_name",
        label: "Kart üzerindeki ad",
        attributes: "autocomplete=\"cc-name\" maxlength=\"100\"",
    },
    CardInput {
        name: "cc_no",
        label: "Kart numarası",
        attributes: "autocomplete=\"cc-number\" inputmode=\"numeric\" pattern=\"[0-9]{12,19}\" maxlength=\"19\"",
    },
    CardInput {
        name: "expiry_month",
        label: "Son kullanma ayı",
        attributes: "autocomplete=\"cc-exp-month\" inputmode=\"numeric\" pattern=\"0[1-9]|1[0-2]\" maxlength=\"2\" placeholder=\"AA\"",
    },
    CardInput {
        name: "expiry_year",
        label: "Son kullanma yılı",
        attributes: "autocomplete=\"cc-exp-year\" inputmode=\"numeric\" pattern=\"20[0-9]{2}\" maxlength=\"4\" placeholder=\"YYYY\"",
    },
    CardInput {
        name: "cvv",
        label: "Güvenlik kodu (CVV)",
        attributes: "autocomplete=\"cc-csc\" inputmode=\"numeric\" pattern=\"[0-9]{3,4}\" maxlength=\"4\"",
    },
];

/// A form in a page of the gateway.
#[derive(Debug, PartialEq)]
pub(crate) struct Form {
    /// Where it posts to.
    pub action: String,
    /// Its inputs' names and values.
    pub inputs: Vec<(String, String)>,
}

/// The first form of a page.
pub(crate) fn first_form(html: &str) -> Option<Form> {
    let mut form = None;
    for tag in tags(html) {
        match (tag.name.as_str(), &mut form) {
            ("form", None) => form = Some(Form { action: tag.attribute("action")?, inputs: Vec::new() }),
            ("input", Some(form)) => {
                if let Some(name) = tag.attribute("name") {
                    form.inputs.push((name, tag.attribute("value").unwrap_or_default()));
                }
            }
            ("/form", Some(_)) => break,
            _ => {}
        }
    }
    form
}

struct Tag<'a> {
    name: String,
    rest: &'a str,
}

/// The tags of a page in order; a `>` inside a quoted attribute does not end one.
fn tags(html: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut rest = html;
    std::iter::from_fn(move || {
        let inside = &rest[rest.find('<')? + 1..];
        let mut quote = None;
        let end = inside.find(|c| match (quote, c) {
            (None, '>') => true,
            (None, '"' | '\'') => {
                quote = Some(c);
                false
            }
            (Some(open), c) if open == c => {
                quote = None;
                false
            }
            _ => false,
        });
        let tag = &inside[..end.unwrap_or(inside.len())];
        rest = &inside[end.map_or(inside.len(), |end| end + 1)..];
        let name_end = tag.find(char::is_whitespace).unwrap_or(tag.len());
        Some(Tag { name: tag[..name_end].to_ascii_lowercase(), rest: &tag[name_end..] })
    })
}

impl Tag<'_> {
    fn attribute(&self, name: &str) -> Option<String> {
        let mut rest = self.rest;
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
            if end == 0 {
                return None;
            }
            let (key, after) = rest.split_at(end);
            let after = after.trim_start();
            let (value, after) = match after.strip_prefix('=').map(str::trim_start) {
                None => ("", after),
                Some(quoted) if quoted.starts_with(['"', '\'']) => {
                    let body = &quoted[1..];
                    let end = body.find(&quoted[..1]).unwrap_or(body.len());
                    (&body[..end], body.get(end + 1..).unwrap_or_default())
                }
                Some(bare) => bare.split_at(bare.find(char::is_whitespace).unwrap_or(bare.len())),
            };
            if key.eq_ignore_ascii_case(name) {
                return Some(unescape(value));
            }
            rest = after;
        }
    }
}

pub(crate) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = rest.find(';').and_then(|end| Some((end, entity(&rest[1..end])?)));
        match known {
            Some((end, c)) => {
                plain.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                plain.push('&');
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    plain
}

pub(crate) fn entity(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

/// Text in ISO-8859-9, which is Latin-1 with six Turkish letters.
pub(crate) fn latin5(bytes: &[u8]) -> String {
    let letter = |byte: &u8| match byte {
        0xD0 => 'Ğ',
        0xDD => 'İ',
        0xDE => 'Ş',
        0xF0 => 'ğ',
        0xFD => 'ı',
        0xFE => 'ş',
        byte => char::from(*byte),
    };
    bytes.iter().map(letter).collect()
}

/// The parameters of a query string or of a form's body.
pub(crate) fn query(text: &str) -> Vec<(String, String)> {
    let decode = |part: &str| {
        let mut bytes = Vec::with_capacity(part.len());
        let mut rest = part.as_bytes();
        while let Some((&first, tail)) = rest.split_first() {
            let pair = (first == b'%').then(|| tail.get(..2)).flatten();
            let byte = pair.and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
            match byte {
                Some(byte) => {
                    bytes.push(byte);
                    rest = &tail[2..];
                }
                None => {
                    bytes.push(if first == b'+' { b' ' } else { first });
                    rest = tail;
                }
            }
        }
        // UTF-8, or else Turkish Latin.
        String::from_utf8(bytes).unwrap_or_else(|other| latin5(other.as_bytes()))
    };
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_cannot_be_broken_out_of() {
        let fields =
            [("invoice\"><script>".to_owned(), Zeroizing::new("'\"><img src=x onerror=alert(1)>&".to_owned()))];
        let page = form_page("https://h/?a=1&b=\"", &fields, &Screen::Submits);
        assert!(!page.contains("<img") && !page.contains("\"><script>"), "{}", *page);
        let form = first_form(&page).unwrap();
        assert_eq!(form.action, "https://h/?a=1&b=\"");
        assert_eq!(form.inputs, [("invoice\"><script>".to_owned(), "'\"><img src=x onerror=alert(1)>&".to_owned())]);
        assert!(page.contains("<noscript>") && page.contains("<button") && page.contains(".submit()"));
        let asks = form_page("https://h/", &[], &Screen::Asks("1 <b>TRY</b>"));
        assert!(asks.contains("name=\"cc_no\"") && asks.contains("1 &lt;b&gt;TRY") && !asks.contains("<script"));
    }

    #[test]
    fn forms_of_any_style_are_read() {
        let html = "<HTML><!-- x > --><body onload='go(\"a>b\")'><FORM id=the-form METHOD=post ACTION='https://h/cancel?x=1&amp;y=2'>\
                    <input type=hidden name=status_code value=41><INPUT NAME='status_description' VALUE=\"Ba&#351;ar&#x131;s&#305;z &quot;x&quot;\" /><input name=empty></form><input name=after value=1>";
        let form = first_form(html).unwrap();
        assert_eq!(form.action, "https://h/cancel?x=1&y=2");
        let expected = [("status_code", "41"), ("status_description", "Başarısız \"x\""), ("empty", "")];
        assert_eq!(form.inputs, expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
        for odd in ["", "<", "<form", "<form action", "<form action=", "<form action='", "no form", "&#999999999;"] {
            first_form(odd);
            unescape(odd);
        }
    }

    #[test]
    fn queries_are_decoded() {
        let read = query("status_description=%C5%9Eifre+yanl%C4%B1%C5%9F&status_code=41&flag&bad=%zz%&latin=%DEi%FEe");
        let expected = [
            ("status_description", "Şifre yanlış"),
            ("status_code", "41"),
            ("flag", ""),
            ("bad", "%zz%"),
            ("latin", "Şişe"),
        ];
        assert_eq!(read, expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
    }
}
