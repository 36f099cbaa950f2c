//! A shop at Halkbank in a few lines: the gate's form with a hash by code of its own, XML by hand, answers read by eye.

use aws_lc_rs::digest::{SHA512, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::client::*;

pub const STORE_KEY: &str = "123456";
pub const CLIENT_ID: &str = "500100000";
pub const GOOD_VISA: &str = "4531444531442283";
pub const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

pub type Pairs = Vec<(String, String)>;

/// A shop whose bank has noon, so that no test meets a day-close that it did not ask for.
pub fn open() -> Shop {
    let shop = Shop::open();
    let clock = shop.control("GET", "clock", Value::Null);
    let now: Vec<u64> = clock["now"].as_str().unwrap()[11..].split(':').map(|part| part.parse().unwrap()).collect();
    shop.seconds((36 * 3600 - now[0] * 3600 - now[1] * 60 - now[2]) % 86_400);
    shop
}

/// The hash of these fields, made with a key.
pub fn ver3_with(key: &str, fields: &[(String, String)]) -> String {
    let mut sorted: Vec<(String, &str)> = Vec::new();
    for (name, value) in fields {
        let name = name.to_uppercase();
        if !["HASH", "ENCODING", "COUNTDOWN"].contains(&name.as_str()) {
            sorted.push((name, value));
        }
    }
    sorted.sort();
    let mut plain = String::new();
    for value in sorted.iter().map(|(_, value)| *value).chain([key]) {
        for c in value.chars() {
            if matches!(c, '\\' | '|') {
                plain.push('\\');
            }
            plain.push(c);
        }
        plain.push('|');
    }
    plain.pop();
    STANDARD.encode(digest(&SHA512, plain.as_bytes()))
}

/// Sets fields, or takes those away whose value is `-`.
pub fn changed(mut fields: Pairs, more: &[(&str, &str)]) -> Pairs {
    for (name, value) in more {
        match fields.iter_mut().find(|(own, _)| own == name) {
            Some((_, old)) => *old = (*value).to_owned(),
            None => fields.push(((*name).to_owned(), (*value).to_owned())),
        }
    }
    fields.retain(|(_, value)| value != "-");
    fields
}

/// The fields of a gate form, with changes, then hashed.
pub fn gate_fields(storetype: &str, oid: &str, more: &[(&str, &str)]) -> Pairs {
    let mut fields: Pairs = [
        ("clientid", CLIENT_ID),
        ("storetype", storetype),
        ("amount", "22.50"),
        ("oid", oid),
        ("okUrl", "http://shop.test/ok?a=1"),
        ("failUrl", "http://shop.test/fail"),
        ("rnd", "0123456789abcdefghij"),
        ("lang", "tr"),
        ("currency", "949"),
        ("Instalment", ""),
        ("TranType", "Auth"),
        ("hashAlgorithm", "ver3"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    if !storetype.to_lowercase().contains("host") {
        let card = [("pan", GOOD_VISA), ("cv2", "001"), ("Ecom_Payment_Card_ExpDate_Month", "12")];
        fields = changed(changed(fields, &card), &[("Ecom_Payment_Card_ExpDate_Year", "40")]);
    }
    let fields = changed(fields, more);
    let hash = ver3_with(STORE_KEY, &fields);
    changed(fields, &[("hash", &hash)])
}

/// Another card's fields.
pub fn card(number: &str) -> [(&str, &str); 2] {
    [("pan", number), ("cv2", if number == GOOD_VISA { "001" } else { "000" })]
}

pub fn post_gate(shop: &Shop, fields: &[(String, String)]) -> Got {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    shop.post_form("/fim/est3Dgate", &fields)
}

/// Posts a form to the gate and goes where the browser is sent; its path.
pub fn to_the_bank(shop: &Shop, fields: &[(String, String)]) -> String {
    let (action, hidden) = post_gate(shop, fields).form();
    assert_eq!(action, format!("{}/redirect", shop.bank.halkbank_url()));
    let got = shop.post_form("/fim/redirect", &[("transaction", &field(&hidden, "transaction"))]);
    got.header("location").unwrap().strip_prefix(shop.bank.url()).unwrap().to_owned()
}

/// What the gate posts back at once.
pub fn back_at_once(shop: &Shop, fields: &[(String, String)]) -> (String, Pairs) {
    post_gate(shop, fields).form()
}

/// Visits the bank, which ends as the control API says; where the browser goes.
pub fn visit(shop: &Shop, fields: &[(String, String)], outcome: &str) -> (String, Pairs) {
    to_the_bank(shop, fields);
    finish(shop, &field(fields, "oid"), json!({"outcome": outcome}))
}

/// Ends a visit.
pub fn finish(shop: &Shop, oid: &str, body: Value) -> (String, Pairs) {
    let back = shop.control("POST", &format!("halkbank/orders/{}/3d", path_part(oid)), body);
    assert_eq!(back["method"], "POST");
    let fields = back["fields"].as_object().unwrap().iter();
    let fields = fields.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
    (back["url"].as_str().unwrap().to_owned(), fields.collect())
}

pub fn path_part(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The value of a field that may be absent.
pub fn maybe(fields: &[(String, String)], name: &str) -> Option<String> {
    fields.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone())
}

#[track_caller]
pub fn assert_signed(fields: &[(String, String)]) {
    assert_eq!(field(fields, "HASH"), ver3_with(STORE_KEY, fields));
}

/// An element with its children or its text, already escaped.
pub fn element(name: &str, content: &str) -> String {
    format!("<{name}>{content}</{name}>")
}

/// A CC5Request with the merchant's name, the elements given, and whatever XML follows them.
pub fn request(elements: &[(&str, &str)], more: &str) -> String {
    let mut all = vec![("Name", "sandboxapi"), ("Password", "SANDBOX19"), ("ClientId", CLIENT_ID)];
    for (name, value) in elements {
        match all.iter_mut().find(|(own, _)| own == name) {
            Some(own) => own.1 = value,
            None => all.push((name, value)),
        }
    }
    let body: String = all.iter().map(|(name, value)| element(name, value)).collect();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{}", element("CC5Request", &(body + more)))
}

/// An answer in XML.
#[derive(Debug)]
pub struct Xml(pub String);

impl Xml {
    pub fn read(got: &Got) -> Self {
        assert_eq!(got.status, 200, "{}", got.text());
        assert_eq!(got.header("content-type").unwrap(), "text/xml;charset=ISO-8859-9");
        assert!(got.body.starts_with(b"<?xml version=\"1.0\" encoding=\"ISO-8859-9\"?>"));
        let letter = |byte: &u8| match byte {
            0xD0 => 'Ğ',
            0xDD => 'İ',
            0xDE => 'Ş',
            0xF0 => 'ğ',
            0xFD => 'ı',
            0xFE => 'ş',
            other => char::from(*other),
        };
        Self(got.body.iter().map(letter).collect())
    }

    /// The text of the first element of this name; nothing where there is none.
    pub fn get(&self, name: &str) -> Option<String> {
        if self.0.contains(&format!("<{name}/>")) {
            return Some(String::new());
        }
        let (_, rest) = self.0.split_once(&format!("<{name}>"))?;
        Some(rest.split_once("</")?.0.to_owned())
    }

    #[track_caller]
    pub fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_else(|| panic!("no {name} in {}", self.0))
    }

    /// Names of the elements under the root.
    pub fn top(&self) -> Vec<String> {
        let lines = self.0.lines().filter(|line| line.starts_with("  <") && !line.starts_with("  </"));
        lines.map(|line| line[3..].split(['>', '/']).next().unwrap().to_owned()).collect()
    }

    #[track_caller]
    pub fn approved(self) -> Self {
        assert_eq!(
            (self.text("Response"), self.text("ProcReturnCode")),
            ("Approved".into(), "00".into()),
            "{}",
            self.0
        );
        self
    }

    #[track_caller]
    pub fn refused(self, error_code: &str) -> Self {
        assert_eq!(self.text("ERRORCODE"), error_code, "{}", self.0);
        assert_ne!(self.text("Response"), "Approved");
        self
    }
}

impl Shop {
    /// Sends a request to the XML API as the form field DATA.
    pub fn api(&self, xml: &str) -> Xml {
        let body = form_urlencoded::Serializer::new(String::new()).append_pair("DATA", xml).finish();
        Xml::read(&self.request("POST", "/fim/api", &[FORM], body.as_bytes()))
    }

    /// A sale or a pre-authorisation with a card.
    pub fn card_payment(&self, kind: &str, oid: &str, total: &str, number: &str, more: &[(&str, &str)]) -> Xml {
        let [(_, number), (_, cvv)] = card(number);
        let mut elements = vec![
            ("Type", kind),
            ("IPAddress", "127.0.0.1"),
            ("OrderId", oid),
            ("Total", total),
            ("Currency", "949"),
            ("Taksit", ""),
            ("Number", number),
            ("Expires", "12/2040"),
            ("Cvv2Val", cvv),
            ("Mode", "P"),
        ];
        for (name, value) in more {
            match elements.iter_mut().find(|(own, _)| own == name) {
                Some(own) => own.1 = value,
                None => elements.push((name, value)),
            }
        }
        self.api(&request(&elements, ""))
    }

    pub fn auth(&self, oid: &str, total: &str) -> Xml {
        self.card_payment("Auth", oid, total, GOOD_VISA, &[])
    }

    /// PostAuth, Void or Credit of an order.
    pub fn after(&self, kind: &str, oid: &str, more: &[(&str, &str)]) -> Xml {
        self.api(&request(&[&[("Type", kind), ("OrderId", oid)], more].concat(), ""))
    }

    pub fn order_query(&self, oid: &str, what: &str) -> Xml {
        self.api(&request(&[("OrderId", oid)], &element("Extra", &element(what, "QUERY"))))
    }

    /// CHARGE_TYPE_CD, TRANS_STAT and PROC_RET_CD of an order.
    pub fn order_state(&self, oid: &str) -> [String; 3] {
        let status = self.order_query(oid, "ORDERSTATUS");
        ["CHARGE_TYPE_CD", "TRANS_STAT", "PROC_RET_CD"].map(|name| status.text(name))
    }

    pub fn day_close(&self) -> Value {
        self.control("POST", "halkbank/dayclose", Value::Null)
    }
}
