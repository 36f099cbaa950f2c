//! What holds for every input, not only for the ones somebody thought of.

#![allow(missing_docs)]

mod common;

use halkode::{
    Amount, CheckStatus, CompletePayment, Exchange, ExplainHash, Halkode, HttpAnswer, Item, Json, Keys, Layout,
    MakeHash, Object, OpenHash, Pay2d, Pay3d, Refund, VerifyReturn, fields_of,
};
use proptest::prelude::*;

fn client() -> Halkode {
    Halkode::new(common::keys()).unwrap()
}

fn keys() -> Keys {
    common::keys().keys().unwrap()
}

/// JSON of any shape, leaning towards what a gateway might say.
fn json() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        Just("status_code"),
        Just("data"),
        Just("invoice_id"),
        Just("payment_status"),
        Just("hash_key"),
        Just("product_price"),
        Just("transaction_status"),
        Just("order_id"),
        Just("total"),
        Just("extra"),
        Just("transactions"),
        Just("x"),
    ];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("100".to_owned()),
        Just("\"100\"".to_owned()),
        Just("\"\"".to_owned()),
        Just("1e999".to_owned()),
        Just("-0.00".to_owned()),
        Just("99999999999999999999999999999999".to_owned()),
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
        any::<i64>().prop_map(|n| n.to_string()),
        (any::<i32>(), 0..99_u8).prop_map(|(n, f)| format!("{n}.{f:02}")),
    ];
    let value = leaf.prop_recursive(3, 24, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((name.clone(), inner), 0..6).prop_map(|members| format!(
                "{{{}}}",
                members.iter().map(|(n, v)| format!("\"{n}\":{v}")).collect::<Vec<_>>().join(",")
            )),
        ]
    });
    prop_oneof![value.clone(), value.prop_map(|value| format!(r#"{{"status_code":100,"data":{value}}}"#))]
}

fn answer(status: u16, body: impl Into<Vec<u8>>) -> HttpAnswer {
    HttpAnswer { status, body: body.into().into(), ..HttpAnswer::default() }
}

fn parts(given: &[(&str, &str)]) -> Object {
    given.iter().map(|(name, value)| ((*name).to_owned(), Json::from(*value))).collect()
}

proptest! {
    #[test]
    fn an_amount_is_the_same_after_any_number_of_writings(minor in -10_000_000_000_i64..10_000_000_000) {
        let amount = Amount::from_minor(minor);
        let text = amount.to_string();
        prop_assert_eq!(text.parse::<Amount>(), Ok(amount));
        prop_assert_eq!(text.rsplit('.').next().map(str::len), Some(2));
        prop_assert_eq!((amount + amount - amount).to_string(), text);
    }

    #[test]
    fn no_text_makes_the_amount_panic(text in any::<String>()) {
        if let Ok(amount) = text.parse::<Amount>() {
            prop_assert_eq!(amount.to_string().parse::<Amount>(), Ok(amount));
        }
    }

    #[test]
    fn json_is_printed_as_it_was_read(text in json()) {
        let read = Json::parse(&text).unwrap();
        prop_assert_eq!(Json::parse(&read.to_string()).unwrap(), read);
    }

    #[test]
    fn what_is_sealed_can_be_opened(invoice in "[^|\\p{C}]{1,40}", order in "[0-9A-Z]{1,24}", minor in 1_i64..1_000_000_000) {
        let total = Amount::from_minor(minor).to_string();
        let given = parts(&[("status", "1"), ("total", &total), ("invoice_id", &invoice), ("order_id", &order), ("currency_code", "TRY")]);
        let made = client().hash(&MakeHash { layout: Layout::PaymentAnswer, parts: given, ..MakeHash::default() }).unwrap();
        prop_assert!(!made.hash_key.contains('/'));
        let opened = client().open_hash(&OpenHash { hash_key: made.hash_key, layout: None }).unwrap();
        prop_assert!(opened.fits);
        prop_assert_eq!(&opened.parts[1].value, &total);
        prop_assert_eq!(&opened.parts[3].value, &order);
    }

    #[test]
    fn a_changed_bundle_never_passes_for_the_order(at in 22_usize..80, letter in "[A-Za-z0-9]") {
        let given = [("status", "1"), ("total", "10.00"), ("invoice_id", "A-1"), ("order_id", "VP17134385953683872"), ("currency_code", "TRY")];
        let made = client().hash(&MakeHash { layout: Layout::PaymentAnswer, parts: parts(&given), ..MakeHash::default() }).unwrap();
        let mut changed = made.hash_key.clone().into_bytes();
        let at = at.min(changed.len() - 3);
        changed[at] = letter.as_bytes()[0];
        let changed = String::from_utf8(changed).unwrap();
        let mut fields = Object::new();
        fields.set("hash_key", changed.as_str());
        fields.set("status_code", "100");
        let claim = client().verify_return(&VerifyReturn {
            fields, invoice_id: Some("A-1".into()), total: Some("10.00".parse().unwrap()), currency: None,
        });
        // CBC lets a flipped block through where only the order number stands; never with another invoice or amount.
        if let Ok(claim) = claim {
            prop_assert_eq!(claim.invoice_id.as_deref(), Some("A-1"));
            prop_assert_eq!(claim.total, Some("10.00".parse().unwrap()));
        }
    }

    #[test]
    fn no_bundle_makes_the_explanation_panic(text in any::<String>(), middle in "[0-9a-f]{16}:[0-9a-f]{1,5}:[A-Za-z0-9+/_=]{0,64}") {
        for hash_key in [text, middle] {
            let given = parts(&[("amount", "1.00"), ("invoice_id", "A-1")]);
            let told = client().explain_hash(&ExplainHash { hash_key, layout: Layout::Refund, parts: given }).unwrap();
            prop_assert!(!told.fits && !told.explanation_tr.is_empty());
        }
    }

    #[test]
    fn no_answer_makes_reading_panic_and_only_a_clear_one_is_success(status in prop_oneof![Just(200_u16), 100_u16..600], body in json()) {
        let (keys, answer) = (keys(), answer(status, body));
        let refund = Refund { invoice_id: "A-1".into(), ..Refund::default() };
        if let Ok(reply) = refund.reply(&keys, &answer) {
            prop_assert!(matches!(reply.status_code, 100 | 101) && status < 300);
        }
        let complete = CompletePayment { invoice_id: "A-1".into(), order_id: "VP1".into(), ..CompletePayment::default() };
        if let Ok(reply) = complete.reply(&keys, &answer) {
            prop_assert!(reply.status_code == 100 && reply.payment_status != Some(false) && status < 300);
        }
        if let Ok(reply) = (CheckStatus { invoice_id: "A-1".into(), ..CheckStatus::default() }).reply(&keys, &answer) {
            prop_assert!(reply.invoice_id.is_none_or(|invoice| invoice == "A-1") || reply.status_code == 32);
        }
    }

    #[test]
    fn no_page_makes_reading_panic(page in any::<String>(), tags in prop::collection::vec(
        prop_oneof![Just("<form action="), Just("'"), Just("\""), Just(">"), Just("<input name=a value="), Just("&#x;"), Just("</form>"), Just("http://h/")], 0..12)) {
        let request = Pay3d { cancel_url: "http://h/".into(), return_url: "http://h/r".into(), ..Pay3d::default() };
        for body in [page, tags.concat()] {
            // Only that it returns: what a page means is told elsewhere.
            prop_assert!(request.reply(&keys(), &answer(200, body)).map_or_else(|e| !e.reason.is_empty(), |page| !page.html.is_empty()));
        }
    }

    #[test]
    fn a_query_comes_apart_into_the_fields_it_was_made_of(fields in prop::collection::btree_map("[a-z_]{1,8}", any::<String>(), 0..6)) {
        let escape = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let query = fields.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect::<Vec<_>>().join("&");
        let read = fields_of(&query);
        prop_assert_eq!(read.len(), fields.len());
        for (name, value) in &fields {
            prop_assert_eq!(read.get(name).and_then(Json::as_text), Some(value.as_str()));
        }
    }

    #[test]
    fn a_basket_passes_exactly_when_its_sum_is_the_total(
        lines in prop::collection::vec((1_i64..1_000_000, 1_u32..50), 1..8), discount in 0_i64..10_000, off in prop_oneof![Just(0_i64), -3_i64..3],
    ) {
        let sum = lines.iter().map(|(price, quantity)| price * i64::from(*quantity)).sum::<i64>() - discount;
        prop_assume!(sum + off > 0);
        let items = lines.iter().map(|(price, quantity)| Item { name: "x".into(), price: Amount::from_minor(*price), quantity: *quantity, description: None });
        let request = Pay2d {
            invoice_id: "A-1".into(), total: Amount::from_minor(sum + off), items: items.collect(), discount: Some(Amount::from_minor(discount)),
            name: "A".into(), surname: "B".into(),
            card: halkode::Card { holder_name: "A B".into(), number: "4132260000000003".into(), expiry_month: "12".into(), expiry_year: "40".into(), cvv: Some("193".into()) },
            ..Pay2d::default()
        };
        match request.check() {
            Ok(()) => prop_assert_eq!(off, 0),
            Err(error) => {
                prop_assert!(off != 0);
                prop_assert_eq!(error.field.as_deref(), Some("items"));
                prop_assert!(error.reason.contains(&Amount::from_minor(sum).to_string()));
            }
        }
    }
}
