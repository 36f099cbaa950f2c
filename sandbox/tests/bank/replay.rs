//! Replays: what is right passes, and everything that can be wrong is noticed.

use serde_json::{Value, json};

use crate::client::*;

struct Replay<'a> {
    shop: &'a Shop,
    id: String,
    path: String,
}

impl<'a> Replay<'a> {
    fn new(shop: &'a Shop, exchanges: Value) -> Self {
        let made = shop.control("POST", "replay", json!({"exchanges": exchanges}));
        let path = made["base_url"].as_str().unwrap().strip_prefix(shop.bank.url()).unwrap().to_owned();
        Self { shop, id: made["id"].as_str().unwrap().to_owned(), path }
    }

    fn send(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Got {
        self.shop.request("POST", &format!("{}{path}", self.path), headers, body.as_bytes())
    }

    fn token(&self) -> String {
        let body = json!({"app_id": self.shop.bank.credentials().app_id, "app_secret": APP_SECRET});
        self.send("/api/token", &[("content-type", "application/json")], &body.to_string()).json()["data"]["token"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn report(&self) -> Value {
        self.shop.control("GET", &format!("replay/{}", self.id), Value::Null)
    }
}

fn refund() -> Value {
    json!({
        "expect": {
            "method": "POST", "path": "/api/refund", "headers": {"content-type": "application/json", "authorization": "Bearer {{token}}"},
            "body": {"invoice_id": "A-1", "amount": "5.00", "app_secret": "{{app_secret}}", "more": {"$json": {"a": [1, "b"]}}, "name": {"$any": true},
                "hash_key": {"$hash": "5.00|A-1|{{merchant_key}}"}},
        },
        "answer": {"json": {"status_code": 100, "total": 5.00, "url": "{{base_url}}/x", "hash_key": {"$sign": "1|5.00|A-1|VP1|TRY"}, "forged": {"$sign": "a", "secret": "wrong"}}},
    })
}

fn good_body() -> Value {
    json!({"invoice_id": "A-1", "amount": "5.00", "app_secret": APP_SECRET, "more": "{\"a\":[1,\"b\"]}", "name": "x", "hash_key": sealed(&["5.00", "A-1", MERCHANT_KEY])})
}

#[test]
fn a_right_request_completes_the_replay() {
    let shop = Shop::open();
    let replay = Replay::new(&shop, json!([refund()]));
    assert_eq!(replay.report(), json!({"complete": false, "problems": [], "seen": 0, "token_calls": 0}));
    let token = replay.token();
    assert_eq!(token, "replay-token");
    let got = replay.send(
        "/api/refund",
        &[("Content-Type", "application/json"), ("authorization", "Bearer replay-token")],
        &good_body().to_string(),
    );
    let answer = got.json();
    assert_eq!(answer["url"], json!(format!("{}{}/x", shop.bank.url(), replay.path)));
    assert_eq!(opened(&answer["hash_key"]).unwrap(), "1|5.00|A-1|VP1|TRY");
    assert!(opened(&answer["forged"]).is_none_or(|plain| plain != "a"));
    assert_eq!(replay.report(), json!({"complete": true, "problems": [], "seen": 1, "token_calls": 1}));

    let extra = replay.send("/api/refund", &[], "{}");
    assert_eq!(extra.status, 500);
    assert_eq!(replay.report()["problems"], json!(["exchange 2: POST /api/refund was not expected"]));
    shop.control("DELETE", &format!("replay/{}", replay.id), Value::Null);
    assert!(shop.bank.control("GET", &format!("replay/{}", replay.id), &Value::Null).is_err());
    assert_eq!(replay.send("/api/refund", &[], "{}").status, 404);
}

#[test]
fn every_difference_is_a_problem() {
    let shop = Shop::open();
    let text = good_body().to_string();
    let with = |name: &str, value: Value| {
        let mut body = good_body();
        body[name] = value;
        body.to_string()
    };
    let json_type = ("content-type", "application/json");
    let right = ("authorization", "Bearer replay-token");
    let cases = [
        ("/api/refunds", vec![json_type, right], text.clone(), "expected POST /api/refund, got POST /api/refunds"),
        (
            "/api/refund?x=1",
            vec![json_type, right],
            text.clone(),
            "expected POST /api/refund, got POST /api/refund?x=1",
        ),
        ("/api/refund", vec![right], text.clone(), "header content-type: expected \"application/json\", got null"),
        (
            "/api/refund",
            vec![json_type, ("authorization", "Bearer old")],
            text.clone(),
            "header authorization: expected",
        ),
        ("/api/refund", vec![json_type, right, json_type], text.clone(), "header content-type is sent 2 times"),
        ("/api/refund", vec![json_type, right], "no json".into(), "body: not JSON"),
        ("/api/refund", vec![json_type, right], with("amount", json!(5)), "body.amount: expected \"5.00\", got 5"),
        (
            "/api/refund",
            vec![json_type, right],
            with("amount", json!("5.0")),
            "body.amount: expected \"5.00\", got \"5.0\"",
        ),
        ("/api/refund", vec![json_type, right], with("extra", json!(1)), "body: expected the keys"),
        (
            "/api/refund",
            vec![json_type, right],
            with("more", json!("{\"a\":[1,\"c\"]}")),
            "body.more.a[1]: expected \"b\", got \"c\"",
        ),
        (
            "/api/refund",
            vec![json_type, right],
            with("more", json!("{\"a\":[1]}")),
            "body.more.a: expected 2 elements, got 1",
        ),
        ("/api/refund", vec![json_type, right], with("name", json!("")), "body.name: expected any text"),
        ("/api/refund", vec![json_type, right], with("name", json!(7)), "body.name: expected a text"),
        (
            "/api/refund",
            vec![json_type, right],
            with("hash_key", json!(sealed(&["5", "A-1", MERCHANT_KEY]))),
            "body.hash_key: expected a hash of",
        ),
        (
            "/api/refund",
            vec![json_type, right],
            with("hash_key", json!(sealed_with("x", &["5.00", "A-1", MERCHANT_KEY]))),
            "body.hash_key: ",
        ),
        (
            "/api/refund",
            vec![json_type, right],
            with("hash_key", json!(sealed(&["5.00", "A-1", MERCHANT_KEY]).replace("beef", "BEEF"))),
            "body.hash_key: not a hash a careful client makes: its salt",
        ),
        (
            "/api/refund",
            vec![json_type, right],
            text.replacen(
                "\"invoice_id\":\"A-1\",\"amount\":\"5.00\"",
                "\"amount\":\"5.00\",\"invoice_id\":\"A-1\"",
                1,
            ),
            "body: expected the keys invoice_id, amount",
        ),
        (
            "/api/refund",
            vec![json_type, right],
            text.replacen("\"amount\":\"5.00\"", "\"amount\":\"5.00\",\"amount\":\"5.00\"", 1),
            "body: expected the keys",
        ),
    ];
    for (path, headers, body, problem) in cases {
        let replay = Replay::new(&shop, json!([refund()]));
        replay.token();
        replay.send(path, &headers, &body);
        let problems = replay.report()["problems"].clone();
        let found = problems
            .as_array()
            .unwrap()
            .iter()
            .any(|found| found.as_str().unwrap().starts_with(&format!("exchange 1: {problem}")));
        assert!(found, "{problem} is not among {problems}");
    }
    let replay = Replay::new(&shop, json!([]));
    replay.send("/api/token", &[("content-type", "application/json")], "{\"app_id\":\"x\",\"app_secret\":\"y\"}");
    assert!(replay.report()["problems"][0].as_str().unwrap().starts_with("token call 1: body.app_id: expected"));
}

#[test]
fn forms_tokens_answers_and_faults() {
    let shop = Shop::open();
    let replay = Replay::new(
        &shop,
        json!([
            {"expect": {"path": "/a", "form": [["x", "1 2"], ["y", {"$any": true}]]}, "answer": {"status": 418, "text": "<p>{{merchant_key}}</p>", "headers": {"X-Note": "n", "content-type": "text/plain"}}},
            {"expect": {"path": "/a", "form": [["x", "1"], ["y", "2"]]}, "answer": {"base64": "AP8="}},
            {"expect": {"path": "/api/token", "body": {"app_id": "{{app_id}}"}}, "answer": {"json": {"data": {"token": "mine"}}}},
            {"expect": {"path": "/b", "headers": {"authorization": "Bearer {{token}}", "accept": null}}, "answer": {"fault": "reset"}},
            {"expect": {"method": "GET", "path": "/c?page=2"}, "answer": {"json": {"status_code": 100}, "fault": "cut"}},
        ]),
    );
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let got = replay.send("/a", &form, "x=1+2&y=z");
    assert_eq!(
        (got.status, got.header("x-note"), got.text()),
        (418, Some("n".into()), format!("<p>{MERCHANT_KEY}</p>"))
    );
    assert_eq!(got.header("content-type").unwrap(), "text/plain");
    assert_eq!(replay.send("/a", &form, "y=2&x=1").body, [0, 255]);
    let swapped = replay.report()["problems"].as_array().unwrap().len();
    assert_eq!(swapped, 4, "two names and two values in the wrong order");
    let body = json!({"app_id": shop.bank.credentials().app_id});
    assert_eq!(replay.send("/api/token", &[], &body.to_string()).json()["data"]["token"], "mine");
    assert!(replay.send("/b", &[("authorization", "Bearer mine")], "").reset);
    let got = shop.get(&format!("{}/c?page=2", replay.path));
    assert!(got.body.len() < got.header("content-length").unwrap().parse().unwrap());
    assert_eq!(
        replay.report(),
        json!({"complete": true, "problems": replay.report()["problems"], "seen": 5, "token_calls": 0})
    );
    assert_eq!(replay.report()["problems"].as_array().unwrap().len(), swapped);
    assert_eq!(replay.token(), "replay-token");
    assert_eq!(replay.token(), "replay-token-2");
}

#[test]
fn own_keys_and_mistyped_cases() {
    let shop = Shop::open();
    let add = |body: Value| shop.bank.control("POST", "replay", &body);
    let made = add(json!({"keys": {"app_secret": "s"}, "exchanges": [{"expect": {"path": "/x", "body": {"h": {"$hash": "{{app_secret}}", "secret": "app_secret"}}}, "answer": {}}]})).unwrap();
    let path = made["base_url"].as_str().unwrap().strip_prefix(shop.bank.url()).unwrap().to_owned();
    shop.request("POST", &format!("{path}/x"), &[], json!({"h": sealed_with("s", &["s"])}).to_string().as_bytes());
    assert_eq!(
        shop.control("GET", "replay/1", Value::Null),
        json!({"complete": true, "problems": [], "seen": 1, "token_calls": 0})
    );
    for (wrong, word) in [
        (json!({"exchange": []}), "exchange"),
        (json!({"exchanges": [{"expect": {"path": "x"}, "answer": {}}]}), "path"),
        (json!({"exchanges": [{"expect": {"path": "/x", "bdy": {}}, "answer": {}}]}), "bdy"),
        (json!({"exchanges": [{"expect": {"path": "/x"}, "answer": {"fault": "bend"}}]}), "bend"),
        (json!({"exchanges": [{"expect": {"path": "/x"}}]}), "answer"),
        (json!({"exchanges": [{"expect": {"path": "/x", "body": {}, "form": []}, "answer": {}}]}), "form"),
    ] {
        let error = add(wrong.clone()).unwrap_err();
        assert!(error.contains(word), "{wrong}: {error}");
    }
}
