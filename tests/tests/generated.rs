//! The generated files are what the generators write now, and the schema says what is true.

use halkode_tests::api::{Api, api};
use halkode_tests::validator::Validator;
use halkode_tests::{generate, generate_kotlin, generate_node, generate_php, generate_python, generate_schema};
use serde_json::{Value, json};

#[test]
fn the_header_is_up_to_date() {
    generate::check("include/halkode.h", &generate::header()).unwrap();
}

#[test]
fn the_schema_is_up_to_date() {
    generate::check("include/halkode.schema.json", &generate_schema::schema()).unwrap();
}

fn check_all(files: fn(&Api) -> Vec<(&'static str, String)>) {
    let files = files(&api());
    assert!(!files.is_empty());
    for (file, text) in files {
        generate::check(file, &text).unwrap();
    }
}

#[test]
fn the_python_package_is_up_to_date() {
    check_all(generate_python::files);
}

#[test]
fn the_node_package_is_up_to_date() {
    check_all(generate_node::files);
}

#[test]
fn the_php_package_is_up_to_date() {
    check_all(generate_php::files);
}

#[test]
fn the_kotlin_sources_are_up_to_date() {
    check_all(generate_kotlin::files);
}

#[test]
fn every_operation_and_every_kind_of_error_has_its_constant() {
    let header = generate::header();
    for (group, operations) in [("HALKODE", halkode::Halkode::OPERATIONS), ("HALKBANK", halkode::Halkbank::OPERATIONS)]
    {
        for operation in operations {
            let define = format!("\n#define {group}_OP_{} \"{operation}\"\n", operation.to_uppercase());
            assert!(header.contains(&define), "{group} {operation}");
        }
    }
    use halkode::HalkodeError::*;
    let all =
        [Request, Credentials, Transport, Declined, Signature, Protocol, Internal].map(|kind| kind(Box::default()));
    for error in &all {
        let define = format!("\n#define HALKODE_KIND_{} \"{}\"\n", error.kind().to_uppercase(), error.kind());
        assert!(header.contains(&define), "{define}");
    }
    assert_eq!(header.matches("#define HALKODE_KIND_").count(), all.len());
    assert!(!header.contains("\\\n"), "a macro over several lines, which PHP cannot read");
}

#[test]
fn the_schema_is_valid_and_every_reference_leads_somewhere() {
    let text = generate_schema::schema();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let validator = Validator::new(&text).unwrap();
    for (client, listed) in [("halkode", halkode::Halkode::OPERATIONS), ("halkbank", halkode::Halkbank::OPERATIONS)] {
        let operations = schema["clients"][client]["operations"].as_object().unwrap();
        assert_eq!(operations.keys().collect::<Vec<_>>(), listed);
        for name in operations.keys() {
            for side in ["request", "reply"] {
                let wrong = validator.check(&["clients", client, "operations", name, side], "7").unwrap_err();
                assert!(wrong.contains("want object"), "{client} {name} {side}: {wrong}");
            }
        }
    }
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        assert!(definition["description"].as_str().is_some_and(|text| text.len() > 3), "{name} is undocumented");
    }
}

#[test]
fn the_schema_accepts_and_refuses_what_the_library_does() {
    let good = json!({
        "invoice_id": "A-1", "total": "12.50", "name": "Ayşe", "surname": "Yılmaz", "currency": null, "installments_number": 3,
        "items": [{ "name": "Çanta", "price": 5, "quantity": 2 }, { "name": "Kayış", "price": "2.500", "quantity": 1 }],
        "card": { "holder_name": "Ayşe Yılmaz", "number": "4132260000000003", "expiry_month": "12", "expiry_year": "2040", "cvv": "555" },
        "return_url": "https://shop.example/donus", "cancel_url": "https://shop.example/iptal",
    });
    let client = halkode::Client::from_json(
        &json!({
            "app_id": "a2a7cb8131890a35353629182274c756", "app_secret": "a9b5c28211388c7a6a705122a24e6f46",
            "merchant_key": "$2y$10$e8Mzadv9523RVrAqL7K3.efxdERBrbaVZNaJ3AwlmZriYNrygSH72",
            "base_url": "https://testapp.halkode.com.tr/ccpayment",
        })
        .to_string(),
    )
    .unwrap();
    let reply = client.call_json("pay_3d_form", &good.to_string()).unwrap();
    let validator = Validator::new(&generate_schema::schema()).unwrap();
    let request = ["clients", "halkode", "operations", "pay_3d_form", "request"];
    validator.check(&request, &good.to_string()).unwrap();
    validator.check(&["clients", "halkode", "operations", "pay_3d_form", "reply"], &reply).unwrap();

    for (change, path, value) in [
        ("three decimals", "/total", json!("12.505")),
        ("a comma", "/total", json!("12,50")),
        ("a float", "/total", json!(12.5)),
        ("an unknown word", "/currency", json!("TL")),
        ("a wrong type", "/items/0/quantity", json!("2")),
        ("a list that is none", "/items", json!({})),
        ("a missing field", "/invoice_id", Value::Null),
        ("an unknown field", "/card", json!({ "pan": "4132260000000003" })),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(path).unwrap() = value;
        assert_eq!(client.call_json("pay_3d_form", &bad.to_string()).unwrap_err().kind(), "request", "{change}");
        validator.check(&request, &bad.to_string()).expect_err(change);
    }
}

#[test]
fn an_error_is_as_the_schema_says() {
    let declined = halkode::HalkodeError::Declined(Box::new(halkode::Failure {
        reason: "no".into(),
        status_code: Some(41),
        sent: Some(halkode::Sent::Yes),
        ..Default::default()
    }));
    let validator = Validator::new(&generate_schema::schema()).unwrap();
    validator.check(&["error"], &declined.to_json()).unwrap();
    validator.check(&["error"], r#"{"kind":"declined"}"#).expect_err("the reason is missing");
}

/// What is left of the header when comments, `#` lines and the two lines for C++ are gone: PHP's `FFI::cdef` reads this and no more.
#[test]
fn php_can_read_the_header() {
    let header = generate::header();
    let code: String =
        header.split("/*").enumerate().fold(String::new(), |code, (at, part)| match (at, part.split_once("*/")) {
            (0, _) => code + part,
            (_, Some((_, behind))) => code + behind,
            (_, None) => panic!("a comment without an end"),
        });
    let kept: Vec<&str> = code.lines().filter(|line| !line.starts_with('#')).collect();
    let (opening, kept): (Vec<&str>, Vec<&str>) =
        kept.into_iter().partition(|line| ["extern \"C\" {", "}  // extern \"C\""].contains(line));
    assert_eq!(opening.len(), 2);
    let statements = kept.join("\n");
    let statements: Vec<&str> = statements.trim().trim_end_matches(';').split(';').map(str::trim).collect();
    assert_eq!(statements.len(), 12, "two types and ten functions: {statements:?}");
    for statement in statements {
        let words = statement.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
        let plain = "typedef struct const char void uint32_t client error out config_json operation request_json reply_json string";
        for word in words {
            assert!(
                word.starts_with("halkode_") || plain.split(' ').any(|known| known == word),
                "{word} in {statement}"
            );
        }
    }
}
