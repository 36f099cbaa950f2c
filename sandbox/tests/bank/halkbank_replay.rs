//! Replays of XML conversations: what is right passes, and everything that can be wrong is noticed.

use serde_json::{Value, json};

use crate::client::*;
use crate::nestpay::*;

struct Replay<'a> {
    shop: &'a Shop,
    id: String,
    path: String,
}

impl<'a> Replay<'a> {
    fn new(shop: &'a Shop, replay: Value) -> Self {
        let made = shop.control("POST", "replay", replay);
        let path = |name: &str| made[name].as_str().unwrap().strip_prefix(shop.bank.url()).unwrap().to_owned();
        assert_eq!(path("base_url").replace("/ccpayment", "/fim"), path("halkbank_url"));
        Self { shop, id: made["id"].as_str().unwrap().to_owned(), path: path("halkbank_url") }
    }

    fn raw(&self, headers: &[(&str, &str)], body: &[u8]) -> Got {
        self.shop.request("POST", &format!("{}/api", self.path), headers, body)
    }

    fn form(&self, xml: &str) -> Got {
        let body = form_urlencoded::Serializer::new(String::new()).append_pair("DATA", xml).finish();
        self.raw(&[FORM], body.as_bytes())
    }

    fn report(&self) -> Value {
        self.shop.control("GET", &format!("replay/{}", self.id), Value::Null)
    }

    fn problems(&self) -> Vec<String> {
        self.report()["problems"]
            .as_array()
            .unwrap()
            .iter()
            .map(|problem| problem.as_str().unwrap().to_owned())
            .collect()
    }
}

fn exchange(more: Value) -> Value {
    let mut exchange = json!({
        "expect": {"path": "/fim/api", "xml": {"CC5Request": {
            "Name": "{{api_user}}", "Password": "{{api_password}}", "ClientId": "{{client_id}}", "OrderId": "A-ş", "Mode": {"$any": true},
            "OrderItemList": {"OrderItem": [{"Id": "1"}, {"Id": "2"}]}, "Extra": {"ORDERSTATUS": "QUERY", "Note": ""}}}},
        "answer": {"xml": {"CC5Response": {"OrderId": "A-ş", "Url": "{{halkbank_url}}", "Item": ["1", "2"], "Extra": {"A": "", "HOSTMSG": "Onaylandı & ₺"}}}},
    });
    merge(&mut exchange["expect"], more["expect"].as_object().map_or(json!({}), |m| json!(m)));
    merge(&mut exchange["answer"], more["answer"].as_object().map_or(json!({}), |m| json!(m)));
    exchange
}

const GOOD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CC5Request>\n <Name>sandboxapi</Name><Password>SANDBOX19</Password>\
    <ClientId>500100000</ClientId><OrderId>A-ş</OrderId><Mode>P</Mode>\
    <OrderItemList><OrderItem><Id>1</Id></OrderItem><OrderItem><Id>2</Id></OrderItem></OrderItemList>\
    <Extra><ORDERSTATUS>QUERY</ORDERSTATUS><Note/></Extra>\n</CC5Request>";

#[test]
fn right_requests_in_either_form_and_charset() {
    let shop = Shop::open();
    let replay = Replay::new(
        &shop,
        json!({"exchanges": [exchange(json!({})), exchange(json!({})), exchange(json!({"expect": {"path": "/api"}}))]}),
    );
    let answer = Xml::read(&replay.form(GOOD));
    assert_eq!(
        [answer.text("OrderId"), answer.text("HOSTMSG"), answer.text("A")],
        ["A-ş", "Onaylandı &amp; &#x20BA;", ""]
    );
    assert_eq!(answer.text("Url"), format!("{}{}", shop.bank.url(), replay.path));
    assert!(answer.0.contains("<Item>1</Item>\n  <Item>2</Item>"));
    replay.raw(&[("content-type", "text/xml")], GOOD.as_bytes());
    let turkish: Vec<u8> =
        GOOD.replace("UTF-8", "ISO-8859-9").chars().map(|c| if c == 'ş' { 0xFE } else { c as u8 }).collect();
    replay.raw(&[], &turkish);
    assert_eq!(replay.report(), json!({"complete": true, "problems": [], "seen": 3, "token_calls": 0}));
    let extra = replay.form(GOOD);
    assert_eq!((extra.status, extra.header("content-type").unwrap().as_str()), (500, "text/xml;charset=ISO-8859-9"));
    assert_eq!(replay.problems(), ["exchange 4: POST /api was not expected"]);
}

#[test]
fn every_difference_is_a_problem() {
    let shop = Shop::open();
    let changed = |from: &str, to: &str| {
        assert!(GOOD.contains(from), "{from}");
        GOOD.replacen(from, to, 1)
    };
    for (xml, problem) in [
        (changed("A-ş", "A-s"), "xml.CC5Request.OrderId: expected \"A-ş\", got \"A-s\""),
        (changed("A-ş", " A-ş"), "xml.CC5Request.OrderId: expected"),
        (changed("<Mode>P</Mode>", "<Mode/>"), "xml.CC5Request.Mode: expected any text"),
        (
            changed("<Mode>P</Mode>", ""),
            "xml.CC5Request: expected the elements Name, Password, ClientId, OrderId, Mode, OrderItemList, Extra, got Name, Password, ClientId, OrderId, OrderItemList, Extra",
        ),
        (changed("<Id>2</Id>", "<Id>3</Id>"), "xml.CC5Request.OrderItemList.OrderItem.Id: expected \"2\", got \"3\""),
        (
            changed("<OrderItem><Id>2</Id></OrderItem>", ""),
            "xml.CC5Request.OrderItemList: expected the elements OrderItem, OrderItem, got OrderItem",
        ),
        (changed("<Note/>", "<Note/><More/>"), "xml.CC5Request.Extra: expected the elements"),
        (changed("<Note/>", "<Note/>x"), "xml.CC5Request.Extra: expected elements, got the text \"x\""),
        (changed("<Note/>", "<Note><A/></Note>"), "xml.CC5Request.Extra.Note: expected a text, got elements"),
        (changed("<Name>", "<Name a=\"1\">"), "xml.CC5Request.Name: it has attributes"),
        (
            changed(
                "<Name>sandboxapi</Name><Password>SANDBOX19</Password>",
                "<Password>SANDBOX19</Password><Name>sandboxapi</Name>",
            ),
            "xml.CC5Request: expected the elements Name, Password",
        ),
        (GOOD.replace("CC5Request", "CC6Request"), "xml: expected the elements CC5Request, got CC6Request"),
        (changed("<Note/>", "<Note>"), "body: not XML"),
        (String::new(), "body: not XML"),
    ] {
        let replay = Replay::new(&shop, json!({"exchanges": [exchange(json!({}))]}));
        replay.form(&xml);
        let problems = replay.problems();
        assert!(
            problems.iter().any(|found| found.starts_with(&format!("exchange 1: {problem}"))),
            "{problem} is not among {problems:?}"
        );
    }
}

#[test]
fn forms_charsets_and_places_can_be_fixed() {
    let shop = Shop::open();
    let problems = |expect: Value, send: &dyn Fn(&Replay)| {
        let replay = Replay::new(&shop, json!({"exchanges": [exchange(json!({"expect": expect}))]}));
        send(&replay);
        replay.problems()
    };
    let form = |replay: &Replay| drop(replay.form(GOOD));
    let raw = |replay: &Replay| drop(replay.raw(&[("content-type", "text/xml")], GOOD.as_bytes()));
    assert!(problems(json!({"form": true}), &form).is_empty() && problems(json!({"form": false}), &raw).is_empty());
    assert!(
        problems(json!({"form": true}), &raw)[0]
            .contains("expected XML in the form field DATA, got it as the body itself")
    );
    assert!(problems(json!({"form": false}), &form)[0].contains("expected XML as the body itself"));
    assert!(problems(json!({"content-type": "text/xml"}), &raw).is_empty());
    assert!(problems(json!({"content-type": "text/xml"}), &form)[0].contains("header content-type"));
    assert!(problems(json!({"charset": "UTF-8"}), &form).is_empty());
    assert!(
        problems(json!({"charset": "ISO-8859-9"}), &form)[0]
            .contains("expected the declared charset ISO-8859-9, got UTF-8")
    );
    let bare = |replay: &Replay| drop(replay.form(GOOD.split_once("?>").unwrap().1));
    assert!(
        problems(json!({"charset": "UTF-8"}), &bare)[0].contains("got none") && problems(json!({}), &bare).is_empty()
    );
    let wrong_bytes = |replay: &Replay| {
        drop(replay.raw(&[], &GOOD.chars().map(|c| if c == 'ş' { 0xFE } else { c as u8 }).collect::<Vec<u8>>()))
    };
    assert!(problems(json!({}), &wrong_bytes)[0].contains("the bytes are not UTF-8"));
    let two = |replay: &Replay| drop(replay.raw(&[FORM], b"DATA=%3CCC5Request/%3E&more=1"));
    assert!(problems(json!({}), &two)[0].contains("expected the one field DATA, got 2 fields"));
    let untyped = |replay: &Replay| drop(replay.raw(&[("content-type", "text/plain")], b"DATA=%3CCC5Request/%3E"));
    assert!(problems(json!({}), &untyped)[0].contains("not sent as application/x-www-form-urlencoded"));
    let elsewhere = |replay: &Replay| {
        drop(shop.request("POST", &format!("{}/api", replay.path.replace("/fim", "/ccpayment")), &[], GOOD.as_bytes()))
    };
    assert_eq!(problems(json!({}), &elsewhere), ["exchange 1: expected at halkbank_url, got at base_url"]);
}

#[test]
fn answers_in_every_way() {
    let shop = Shop::open();
    let replay = Replay::new(
        &shop,
        json!({"exchanges": [
            exchange(json!({"answer": {"entities": true}})),
            exchange(json!({"answer": {"charset": "UTF-8", "status": 503, "headers": {"content-type": "text/plain"}}})),
            exchange(json!({"answer": {"fault": "reset"}})),
            exchange(json!({"answer": {"fault": "done_cut"}})),
            {"expect": {"path": "/fim/api", "xml": {"A": ""}}, "answer": {"text": "<html>{{client_id}}</html>"}},
        ]}),
    );
    assert!(replay.form(GOOD).text().contains("<OrderId>A-&#x15F;</OrderId>"));
    let got = replay.form(GOOD);
    assert_eq!((got.status, got.header("content-type").unwrap().as_str()), (503, "text/plain"));
    assert!(
        got.text().starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")
            && got.text().contains("Onaylandı &amp; ₺")
    );
    assert!(replay.form(GOOD).reset);
    let cut = replay.form(GOOD);
    assert!(cut.body.len() < cut.header("content-length").unwrap().parse().unwrap());
    assert_eq!(replay.form("<A/>").text(), "<html>500100000</html>");
    assert_eq!(replay.report(), json!({"complete": true, "problems": [], "seen": 5, "token_calls": 0}));
}

#[test]
fn ver3_hashes_are_checked_and_made() {
    let shop = Shop::open();
    let fields = json!([
        ["oid", "{{client_id}}"],
        ["b_c", "a|b\\c"],
        ["Note", "ş"],
        ["empty", null],
        ["hash", "x"],
        ["encoding", "y"]
    ]);
    let pairs: Pairs = [("oid", CLIENT_ID), ("b_c", "a|b\\c"), ("Note", "ş"), ("empty", "")]
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .to_vec();
    let body = json!({"hash": {"$ver3": fields}});
    let ask = |keys: Value, hash: &str| {
        let exchanges = json!([{"expect": {"path": "/hash", "body": body}, "answer": {"json": {"hash": {"$ver3": fields}, "forged": {"$ver3": fields, "secret": "wrong"}}}}]);
        let replay = Replay::new(&shop, json!({"keys": keys, "exchanges": exchanges}));
        let path = format!("{}/hash", replay.path.replace("/fim", "/ccpayment"));
        let got = shop.request(
            "POST",
            &path,
            &[("content-type", "application/json")],
            json!({"hash": hash}).to_string().as_bytes(),
        );
        (replay.problems(), got.json())
    };
    let right = ver3_with(STORE_KEY, &pairs);
    let (problems, answer) = ask(json!({}), &right);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(answer["hash"], json!(right));
    assert_ne!(answer["forged"], json!(right));
    let (problems, answer) = ask(json!({"store_key": "SKEY|1\\2"}), &right);
    assert!(problems[0].contains("the ver3 hash of"), "{problems:?}");
    assert_eq!(answer["hash"], json!(ver3_with("SKEY|1\\2", &pairs)));
    for wrong in [right.to_lowercase(), String::new()] {
        assert_eq!(ask(json!({}), &wrong).0.len(), 1);
    }
}

#[test]
fn mistyped_cases_are_refused() {
    let shop = Shop::open();
    for (expect, answer, word) in [
        (json!({"xml": {"A": "", "B": ""}}), json!({}), "root element"),
        (json!({"xml": {"A": ""}, "form": []}), json!({}), "true or false"),
        (json!({"xml": {"A": ""}, "body": {}}), json!({}), "either"),
        (json!({"xml": {"A": ""}, "charset": "KOI8-R"}), json!({}), "KOI8-R"),
        (json!({"xml": {"A": ""}, "chrset": ""}), json!({}), "chrset"),
        (json!({}), json!({"xml": {}}), "root element"),
        (json!({}), json!({"charset": "x"}), "charset"),
    ] {
        let mut expect = expect;
        expect["path"] = json!("/fim/api");
        let error = shop
            .bank
            .control("POST", "replay", &json!({"exchanges": [{"expect": expect, "answer": answer}]}))
            .unwrap_err();
        assert!(error.contains(word), "{word}: {error}");
    }
    let error = shop.bank.control("POST", "replay", &json!({"keys": {"storekey": ""}, "exchanges": []})).unwrap_err();
    assert!(error.contains("client_id, store_key, api_user, api_password"), "{error}");
}
