//! The conformance suite, and the checks that its data is what it claims to be.
//!
//! `cargo test -p halkode-tests --test conformance`; `CASE=text` runs the cases whose file or name contains the text.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use halkode::{Halkbank, Halkode, Json, ModelInfo, Object, OperationInfo, Shape};
use halkode_sandbox::{Options, Sandbox};
use halkode_tests::conformance::{Case, Replays, files, in_rust, load, run, run_all};

/// Both gateways: the folder of the cases, and fewer cases than this mean that files were lost.
const GATEWAYS: [(&str, usize); 2] = [("halkode", 1200), ("halkbank", 1300)];
/// The same of both.
const AT_LEAST: usize = GATEWAYS[0].1 + GATEWAYS[1].1;

fn operations(gateway: &str) -> Vec<OperationInfo> {
    if gateway == "halkode" { Halkode::operations() } else { Halkbank::operations() }
}

fn all() -> Vec<Case> {
    files().unwrap().iter().flat_map(|path| load(path).unwrap()).collect()
}

#[test]
fn every_case_holds() {
    let filter = std::env::var("CASE").unwrap_or_default();
    let cases: Vec<Case> = all().into_iter().filter(|case| case.title.contains(&filter)).collect();
    let bank = Sandbox::start(Options::default()).unwrap();
    let summary = run_all(&cases, bank.url(), &in_rust);
    println!("{} cases ran", summary.ran);
    assert!(summary.failed.is_empty(), "{}", summary.report());
    assert!(summary.ran >= AT_LEAST || !filter.is_empty(), "only {} cases ran", summary.ran);
    assert!(summary.ran > 0, "no case is called {filter:?}");
}

fn text<'a>(object: &'a Object, name: &str) -> &'a str {
    object.get(name).and_then(Json::as_text).unwrap_or_default()
}

/// The anchors of a page's headings, as GitHub makes them.
fn anchors(page: &str) -> BTreeSet<String> {
    let heading = |line: &str| {
        let name = line.trim_start_matches('#').trim().to_lowercase().replace('`', "");
        name.chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
            .collect::<String>()
            .replace(' ', "-")
    };
    page.lines().filter(|line| line.starts_with('#')).map(heading).collect()
}

#[test]
fn every_operation_has_its_file_and_every_case_its_form() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = |gateway: &str| std::fs::read_to_string(root.join(format!("docs/protocol-{gateway}.md"))).unwrap();
    let anchors: BTreeMap<String, BTreeSet<String>> =
        GATEWAYS.iter().map(|(gateway, _)| (format!("docs/protocol-{gateway}.md"), anchors(&page(gateway)))).collect();
    let mut wrong = Vec::new();
    let mut found: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut titles = BTreeSet::new();
    for path in files().unwrap() {
        let file = Json::parse(&std::fs::read_to_string(&path).unwrap()).unwrap().into_object().unwrap();
        let cases = load(&path).unwrap();
        let named = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        if text(&file, "operation") != named || text(&file, "about").is_empty() {
            wrong.push(format!("{}: operation or about is wrong", path.display()));
        }
        for case in cases {
            *found.entry((case.gateway.clone(), named.clone())).or_default() += 1;
            let mut complain = |reason: String| wrong.push(format!("{}: {reason}", case.title));
            if !titles.insert(case.title.clone()) {
                complain("the name is not unique".into());
            }
            let known = ["name", "source", "config", "request", "sealed", "exchanges", "token_calls", "reply", "error"];
            for (name, _) in case.content.iter().filter(|(name, _)| !known.contains(name)) {
                complain(format!("{name} means nothing"));
            }
            match text(&case.content, "source").split_once('#') {
                // Its own gateway's page: the other one speaks of something else.
                Some((page, anchor))
                    if page.ends_with(&format!("-{}.md", case.gateway))
                        && anchors.get(page).is_some_and(|anchors| anchors.contains(anchor)) => {}
                None if text(&case.content, "source") == "docs/architecture.md" => {}
                _ => complain(format!("there is no source {:?}", text(&case.content, "source"))),
            }
            match (case.content.get("reply"), case.content.get("error").and_then(Json::as_object)) {
                (Some(_), None) => {}
                (None, Some(error)) => {
                    if text(error, "kind").is_empty() {
                        complain("the error has no kind".into());
                    }
                    if text(error, "kind") == "transport"
                        && (text(error, "sent").is_empty() || error.get("in_doubt").is_none())
                    {
                        complain("a transport error must say sent and in_doubt".into());
                    }
                }
                _ => complain("has not exactly one of reply and error".into()),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (gateway, at_least) in GATEWAYS {
        let expected: BTreeSet<&str> = operations(gateway).iter().map(|operation| operation.name).collect();
        let mine: Vec<_> = found.iter().filter(|((of, _), _)| of == gateway).collect();
        assert_eq!(mine.iter().map(|((_, name), _)| name.as_str()).collect::<BTreeSet<_>>(), expected, "{gateway}");
        let total: usize = mine.iter().map(|(_, count)| **count).sum();
        assert!(total >= at_least, "only {total} cases of {gateway}");
    }
}

/// Fields of models and words of choices, by their definition's name: all there are, and those some case has.
#[derive(Default)]
struct Seen {
    all: BTreeSet<String>,
    found: BTreeSet<String>,
}

impl Seen {
    fn walk(&mut self, model: &ModelInfo, values: &[&Object]) {
        for field in &model.fields {
            let name = format!("{}.{}", model.name, field.name);
            let mut given: Vec<&Json> = values.iter().filter_map(|value| value.get(field.name)).collect();
            if !given.is_empty() {
                self.found.insert(name.clone());
            }
            self.all.insert(name);
            let mut shape = field.shape.clone();
            while let Shape::Optional(inner) | Shape::List(inner) = shape {
                shape = *inner;
                given = given
                    .into_iter()
                    .flat_map(|value| if let Json::List(list) = value { list.iter().collect() } else { vec![value] })
                    .collect();
            }
            match shape {
                Shape::Model(inner) => {
                    self.walk(&inner(), &given.iter().filter_map(|value| value.as_object()).collect::<Vec<_>>())
                }
                Shape::Choice(choice) => {
                    let choice = choice();
                    self.all.extend(choice.words.iter().map(|(word, _)| format!("{} {word}", choice.name)));
                    self.found.extend(
                        given.iter().filter_map(|value| value.as_text()).map(|word| format!("{} {word}", choice.name)),
                    );
                }
                _ => {}
            }
        }
    }
}

#[test]
fn every_field_and_every_word_occurs_in_a_case() {
    let cases = all();
    let mut seen = Seen::default();
    for (gateway, operation) in
        GATEWAYS.iter().flat_map(|(name, _)| operations(name).into_iter().map(move |op| (name, op)))
    {
        let mine = cases.iter().filter(|case| case.gateway == *gateway && case.operation == operation.name);
        let mine: Vec<&Case> = mine.collect();
        let good = mine.iter().filter(|case| case.content.get("reply").is_some());
        let requests: Vec<&Object> = good.filter_map(|case| case.content.get("request")?.as_object()).collect();
        let replies: Vec<&Object> = mine.iter().filter_map(|case| case.content.get("reply")?.as_object()).collect();
        seen.walk(&(operation.request)(), &requests);
        seen.walk(&(operation.reply)(), &replies);
    }
    let missing: Vec<&str> = seen.all.difference(&seen.found).map(String::as_str).collect();
    assert!(missing.is_empty(), "no case has\n{}", missing.join("\n"));
}

/// A case of the suite, with one thing about it changed.
fn changed(title: &str, change: impl FnOnce(&mut Object)) -> Case {
    let mut case = all().into_iter().find(|case| case.title == title).unwrap();
    change(&mut case.content);
    case
}

fn with(object: &Object, path: &[&str], value: Json) -> Json {
    let mut object = object.clone();
    let value = match path {
        [name] => {
            return {
                object.set(*name, value);
                object.into()
            };
        }
        [name, rest @ ..] => match object.get(name) {
            Some(Json::Object(inner)) => with(inner, rest, value),
            Some(Json::List(list)) => {
                let mut list = list.clone();
                list[0] = with(list[0].as_object().unwrap(), rest, value);
                list.into()
            }
            _ => panic!("there is no {name}"),
        },
        [] => value,
    };
    object.set(path[0], value);
    object.into()
}

#[test]
fn a_case_that_does_not_hold_is_told() {
    const SALE: &str = "halkode/pay_2d.json: minimal request, whole reply";
    const DECLINED: &str = "halkode/pay_2d.json: declined by the bank: its code explains";
    const REFUSED: &str = "halkode/pay_2d.json: total zero";
    const HASH: &str = "halkode/hash.json: refund";
    const RETURN: &str = "halkode/verify_return.json: success bound to the order, whole claim";
    const STATUS: &str = "halkode/check_status.json: paid, whole reply: the answer is flat";
    const BANK: &str = "halkbank/sale.json: whole reply: the document in the form field DATA, in UTF-8";
    const FORM: &str = "halkbank/gate_form.json: 3d_pay_hosting: no card, the bank asks for it";
    const LOST: &str = "halkbank/sale.json: the answer is cut in the middle";
    let bank = Sandbox::start(Options::default()).unwrap();
    let replays = Replays::new(bank.url());
    let set = |path: &'static [&'static str], value: &'static str| {
        move |case: &mut Object| *case = with(case, path, Json::parse(value).unwrap()).into_object().unwrap()
    };
    for title in [SALE, DECLINED, REFUSED, HASH, RETURN, STATUS, BANK, FORM, LOST] {
        assert_eq!(run(&changed(title, |_| ()), &replays, &in_rust), Vec::<String>::new(), "{title}");
    }
    // The hash of the form as that of fields which it does not have.
    let hash_of_others = |case: &mut Object| {
        let Some(Json::List(fields)) = case.get("reply").unwrap().as_object().unwrap().get("fields").cloned() else {
            panic!("the form has no fields")
        };
        let mut fields = fields.clone();
        let rule = Json::parse(r#"{"$ver3":[["oid","A-1"]]}"#).unwrap();
        let last = fields.pop().unwrap();
        fields.push(with(last.as_object().unwrap(), &["value"], rule));
        *case = with(case, &["reply", "fields"], fields.into()).into_object().unwrap();
    };
    type Change = Box<dyn FnOnce(&mut Object)>;
    let cases: Vec<(&str, Change, &str)> = vec![
        (SALE, Box::new(set(&["reply", "payment_method"], "2")), "reply.payment_method: expected 2"),
        (SALE, Box::new(set(&["reply", "merchant_commission"], "\"0.0\"")), "reply.merchant_commission"),
        (SALE, Box::new(set(&["reply", "more"], "1")), "reply.more: expected 1, got nothing"),
        (SALE, Box::new(set(&["reply"], r#"{"status_code":100}"#)), "expected nothing, got"),
        (
            SALE,
            Box::new(set(&["exchanges", "expect", "body", "total"], "22.00")),
            "body.total: expected 22.00, got \"22.00\"",
        ),
        (
            SALE,
            Box::new(set(&["exchanges", "expect", "body", "hash_key"], r#"{"$hash":"22|1|TRY|x|A-1"}"#)),
            "expected a hash of",
        ),
        (SALE, Box::new(set(&["exchanges", "expect", "path"], "\"/api/paySmart3D\"")), "/api/paySmart3D"),
        (SALE, Box::new(set(&["exchanges"], "[]")), "was not expected"),
        (SALE, Box::new(set(&["token_calls"], "2")), "expected 2 requests for a token, 1 came"),
        (DECLINED, Box::new(set(&["error", "kind"], "\"credentials\"")), "error.kind"),
        (DECLINED, Box::new(set(&["error", "in_doubt"], "true")), "error.in_doubt: expected true"),
        (DECLINED, Box::new(set(&["error", "bank_code"], "null")), "error.bank_code"),
        (DECLINED, Box::new(set(&["reply"], "{}")), ""),
        (
            REFUSED,
            Box::new(set(&["error", "reason_contains"], r#"["more than one"]"#)),
            "expected a text with \"more than one\"",
        ),
        (
            REFUSED,
            Box::new(set(&["exchanges"], r#"[{"expect":{"path":"/api/paySmart2D","body":{}},"answer":{"json":{}}}]"#)),
            "expected 1 requests, 0 came",
        ),
        (HASH, Box::new(set(&["reply", "hash_key"], r#"{"$hash":"5.00|A-2|x"}"#)), "expected a hash of"),
        (
            HASH,
            Box::new(set(&["reply", "hash_key"], r#"{"$hash":"5.00|A-1|x","secret":"merchant_key"}"#)),
            "does not open",
        ),
        (HASH, Box::new(set(&["reply", "plaintext"], r#"{"$contains":["A-2"]}"#)), "expected a text with \"A-2\""),
        (HASH, Box::new(set(&["reply", "plaintext"], r#"{"$anything":true}"#)), "expected {\"$anything\":true}"),
        (RETURN, Box::new(set(&["sealed"], "\"1|23.00|A-1|VP17459141322115179|TRY\"")), "sealed: "),
        (STATUS, Box::new(set(&["reply", "transaction_amount"], "\"23.1\"")), "reply.transaction_amount"),
        (BANK, Box::new(set(&["exchanges", "expect", "xml", "CC5Request", "Total"], "\"100.26\"")), "CC5Request.Total"),
        (
            BANK,
            Box::new(set(&["exchanges", "expect", "xml", "CC5Request", "More"], "\"\"")),
            "the elements Name, Password",
        ),
        (BANK, Box::new(set(&["exchanges", "expect", "charset"], "\"ISO-8859-9\"")), "declared charset ISO-8859-9"),
        (BANK, Box::new(set(&["exchanges", "expect", "form"], "false")), "expected XML as the body itself"),
        (BANK, Box::new(set(&["exchanges", "expect", "path"], "\"/est3Dgate\"")), "/est3Dgate"),
        (
            BANK,
            Box::new(set(&["exchanges", "answer", "xml", "CC5Response", "TransId"], "\"X\"")),
            "reply.transaction_id",
        ),
        (BANK, Box::new(set(&["reply", "extra", "NUMCODE"], "\"0\"")), "reply.extra.NUMCODE: expected"),
        (BANK, Box::new(set(&["token_calls"], "1")), "expected 1 requests for a token"),
        (FORM, Box::new(set(&["reply", "action"], "\"https://x.example\"")), "reply.action"),
        (FORM, Box::new(set(&["reply", "fields"], "[]")), "reply.fields: expected"),
        (FORM, Box::new(set(&["reply", "html"], r#"{"$ver3":"fields"}"#)), "expected"),
        (FORM, Box::new(hash_of_others), "the ver3 hash of"),
        (LOST, Box::new(set(&["error", "in_doubt"], "false")), "error.in_doubt: expected false"),
    ];
    for (title, change, told) in cases {
        let mut case = changed(title, change);
        if case.content.get("reply").is_some() && case.content.get("error").is_some() {
            case.content.take("error");
        }
        let problems = run(&case, &replays, &in_rust);
        assert!(problems.iter().any(|problem| problem.contains(told)), "{title}: {told:?} is not in {problems:?}");
    }
}

#[test]
fn an_error_that_repeats_a_secret_is_told() {
    // Errors name the operation called; a "secret" of that name therefore occurs in one.
    let bank = Sandbox::start(Options::default()).unwrap();
    let replays = Replays::new(bank.url());
    for (member, value, told) in [
        ("app_secret", "installment_table", "repeats the secret"),
        ("app_secret", "a9b5c28211388c7a6a705122a24e6f46", ""),
    ] {
        let case = changed("halkode/installment_table.json: amount missing", |case| {
            case.set("config", Object::from_iter([(member.to_owned(), Json::from(value))]));
        });
        let mut case = case;
        case.content.set("error", Json::parse(r#"{"kind":"request","operation":"installment_table"}"#).unwrap());
        let problems = run(&case, &replays, &in_rust);
        match told {
            "" => assert_eq!(problems, Vec::<String>::new()),
            told => assert!(problems.iter().any(|problem| problem.contains(told)), "{problems:?}"),
        }
    }
    let case = changed("halkode/pay_2d.json: month 13", |case| {
        let request = case.get("request").unwrap().as_object().unwrap();
        let request = with(request, &["card", "cvv"], "100".into());
        case.set("request", with(request.as_object().unwrap(), &["card", "holder_name"], Json::from("A".repeat(101))));
        case.set("error", Json::parse(r#"{"kind":"request"}"#).unwrap());
    });
    let problems = run(&case, &replays, &in_rust);
    assert!(problems.iter().any(|problem| problem.contains("security code 100")), "{problems:?}");
}
