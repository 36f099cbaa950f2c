//! Requests and answers as the banks see them: whole, in memory, without a connection.

use crate::fault::Fault;
use crate::json::Json;

/// A request that has been read to its end.
#[derive(Debug, Clone, Default)]
pub(crate) struct Call {
    pub method: String,
    pub path: String,
    pub query: String,
    /// Names in lower case, in the order and as often as they came.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Call {
    /// The first header of this name; empty where it is absent.
    pub(crate) fn header(&self, name: &str) -> String {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// Whether it is a bank's, so that faults can happen to it; not the control API's or a replay's.
    pub(crate) fn is_for_a_bank(&self) -> bool {
        ["/ccpayment/", "/fim/"].iter().any(|base| self.path.starts_with(base))
    }

    /// Whether it speaks to Halkbank, replayed or not.
    pub(crate) fn is_for_halkbank(&self) -> bool {
        self.path.starts_with("/fim/") || (self.path.starts_with("/replay/") && self.path.contains("/fim/"))
    }

    /// The parameters, from wherever a lenient server takes them: JSON, form, multipart form, and the query for what is
    /// not in the body. A body that cannot be read counts as empty, so that its fields are missed one by one.
    pub(crate) fn fields(&self) -> Json {
        let mut fields = self.body_fields();
        for (name, value) in form_urlencoded::parse(self.query.as_bytes()).into_owned() {
            if fields.get(&name).is_none() {
                fields.set(&name, value);
            }
        }
        fields
    }

    fn body_fields(&self) -> Json {
        let kind = self.header("content-type");
        if kind.starts_with("application/x-www-form-urlencoded") {
            return Json::of_pairs(form_urlencoded::parse(&self.body).into_owned());
        }
        let text = String::from_utf8_lossy(&self.body);
        if let Some((_, boundary)) = kind.split_once("boundary=").filter(|_| kind.starts_with("multipart/form-data")) {
            return Json::of_pairs(
                text.split(&format!("--{}", boundary.trim_matches('"'))).filter_map(multipart_field),
            );
        }
        match Json::parse(&text) {
            Ok(object @ Json::Object(_)) => object,
            _ => Json::Object(Vec::new()),
        }
    }
}

/// One text field of a multipart form.
fn multipart_field(part: &str) -> Option<(String, String)> {
    let (head, value) = part.split_once("\r\n\r\n")?;
    let (_, name) = head.split_once("name=\"")?;
    Some((name.split_once('"')?.0.to_owned(), value.strip_suffix("\r\n").unwrap_or(value).to_owned()))
}

/// The fields of a form as bytes, for values in a charset that is not UTF-8.
pub(crate) fn form_bytes(body: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let pairs = body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| {
        let at = pair.iter().position(|byte| *byte == b'=');
        let (name, value) = at.map_or((pair, &[][..]), |at| (&pair[..at], &pair[at + 1..]));
        (unescaped(name), unescaped(value))
    });
    pairs.collect()
}

fn unescaped(text: &[u8]) -> Vec<u8> {
    let hex = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match (byte, hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                at += 2;
            }
            (b'+', ..) => bytes.push(b' '),
            (byte, ..) => bytes.push(*byte),
        }
        at += 1;
    }
    bytes
}

/// An answer before it is given to a connection.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub status: u16,
    pub content_type: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// What is to happen to it on its way; a replayed conversation asks for that.
    pub fault: Option<Fault>,
}

impl Answer {
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, content_type: content_type.to_owned(), headers: Vec::new(), body: body.into(), fault: None }
    }

    pub(crate) fn json(body: &Json) -> Self {
        Self::json_status(200, body)
    }

    pub(crate) fn json_status(status: u16, body: &Json) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    pub(crate) fn html(page: String) -> Self {
        Self::new(200, "text/html; charset=UTF-8", page)
    }

    /// Sends the browser on with GET, whatever method it came with.
    pub(crate) fn see_other(location: String) -> Self {
        Self::new(303, "text/html; charset=UTF-8", "").with_header("location", location)
    }

    pub(crate) fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

/// An address with fields added to its query.
pub(crate) fn url_with(address: &str, fields: &[(String, String)]) -> String {
    let (address, fragment) =
        address.split_once('#').map_or((address, None), |(address, fragment)| (address, Some(fragment)));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let mut url = format!("{address}{}{query}", if address.contains('?') { '&' } else { '?' });
    if let Some(fragment) = fragment {
        url.push('#');
        url.push_str(fragment);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_every_kind_of_body() {
        let call = |kind: &str, body: &str| Call {
            headers: vec![("content-type".into(), kind.into())],
            query: "page=2".into(),
            body: body.into(),
            ..Call::default()
        };
        assert_eq!(call("application/json", r#"{"a":1.50}"#).fields().to_string(), r#"{"a":1.50,"page":"2"}"#);
        assert_eq!(
            call("application/x-www-form-urlencoded", "a=1%2C5&b=%C5%9F").fields().to_string(),
            r#"{"a":"1,5","b":"ş","page":"2"}"#
        );
        let multipart = "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n2\r\n--X--\r\n";
        assert_eq!(
            call("multipart/form-data; boundary=X", multipart).fields().to_string(),
            r#"{"a":"1\r\n2","page":"2"}"#
        );
        assert_eq!(call("application/json", "{").fields().to_string(), r#"{"page":"2"}"#);
    }

    #[test]
    fn forms_in_any_charset() {
        let fields = form_bytes(b"DATA=a%FE+%26%zz%&b&&c=");
        let expected: [(&[u8], &[u8]); 3] = [(b"DATA", b"a\xFE &%zz%"), (b"b", b""), (b"c", b"")];
        assert!(fields.iter().map(|(name, value)| (&name[..], &value[..])).eq(expected), "{fields:?}");
    }

    #[test]
    fn fields_join_a_query() {
        let fields = [("a".to_owned(), "x y&".to_owned())];
        assert_eq!(url_with("http://shop/r", &fields), "http://shop/r?a=x+y%26");
        assert_eq!(url_with("http://shop/r?o=1#top", &fields), "http://shop/r?o=1&a=x+y%26#top");
    }
}
