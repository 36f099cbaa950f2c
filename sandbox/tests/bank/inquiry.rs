//! Instalments, prices, commissions and lists of transactions.

use halkode_sandbox::TransactionsShape;
use serde_json::{Value, json};

use crate::client::*;

#[test]
fn instalments_prices_and_commissions() {
    let shop = Shop::open();
    let counts = shop.ask("/api/installments", &keyed(json!({})));
    assert_eq!((&counts["message"], &counts["installments"][1]), (&json!("Merchant Active Installment"), &json!(2)));
    let refused = shop.ask("/api/installments", &json!({"merchant_key": "x"}));
    assert_eq!((&refused["status_code"], refused["message"].is_string()), (&json!(14), true));

    let pos = |more: Value| {
        let mut body = keyed(json!({"credit_card": "415565", "amount": "100.00", "currency_code": "TRY"}));
        merge(&mut body, more);
        shop.post_json("/api/getpos", &body)
    };
    let rows = pos(json!({})).json();
    assert_eq!(rows["data"].as_array().unwrap().len(), 6);
    assert!(pos(json!({})).text().contains("\"payable_amount\":102.04081632653,"), "as many digits as PHP prints");
    assert_eq!((&rows["data"][1]["amount_to_be_paid"], &rows["data"][1]["title"]), (&json!("102.04"), &json!(2)));
    assert_eq!(rows["data"][0]["title"], "Single payment");
    assert_eq!(pos(json!({"commission_by": "merchant"})).json()["data"][1]["amount_to_be_paid"], "100.00");
    assert_eq!(pos(json!({"credit_card": "650170"})).json()["data"].as_array().unwrap().len(), 1);
    assert_eq!(pos(json!({"is_recurring": 1})).json()["data"].as_array().unwrap().len(), 1);
    code(&pos(json!({"credit_card": "41556"})).json(), 1);
    code(&pos(json!({"merchant_key": "x"})).json(), 3);

    let bearer = format!("Bearer {}", shop.token);
    let by_get =
        shop.request("GET", "/ccpayment/api/commissions?currency_code=TRY", &[("authorization", &bearer)], b"").json();
    let by_post = shop.ask("/api/commissions", &json!({"currency_code": "TRY"}));
    assert_eq!(by_get, by_post);
    let table = by_post["data"].as_object().unwrap();
    let values: Vec<&Value> = table
        .values()
        .flat_map(|rows| rows.as_array().unwrap())
        .map(|row| &row["user_commission_percentage"])
        .collect();
    assert!(
        values.contains(&&json!("x")) && values.contains(&&json!("-")) && values.iter().any(|value| value.is_number())
    );
    code(&shop.ask("/api/commissions", &json!({"currency_code": "XAU"})), 0);

    let mut body = payment_in("A-1", "100.00", INSTALLMENTS, 2);
    body["is_comission_from_user"] = json!("1");
    let answer = shop.ask("/api/paySmart2D", &body);
    code(&answer, 100);
    assert!(
        opened(&answer["data"]["hash_key"]).unwrap().starts_with("1|100.00|A-1|"),
        "the hash names what was asked for"
    );
    let status = shop.status("A-1");
    assert_eq!(
        (&status["product_price"], &status["transaction_amount"], &status["user_commission"]),
        (&json!("100.00"), &json!(102.04), &json!("2.04"))
    );
    code(&shop.ask("/api/paySmart2D", &payment_in("A-2", "100.00", INSTALLMENTS, 9)), 102);
    code(&shop.ask("/api/paySmart2D", &payment_in("A-2", "100.00", INSTALLMENTS, 7)), 40);
    code(&shop.ask("/api/paySmart2D", &payment_in("A-2", "100.00", "6501700139082826", 2)), 102);
}

#[test]
fn lists_of_transactions_in_every_shape() {
    let shop = Shop::open();
    for n in 1..=12 {
        code(
            &shop.pay(&format!("A-{n}"), &format!("{n}.00"), if n == 3 { NO_FUNDS } else { GOOD }),
            if n == 3 { 41 } else { 100 },
        );
    }
    let list = |path: &str, more: Value| {
        let text = |name: &str| more[name].as_str().unwrap_or_default().to_owned();
        let parts =
            ["date", "invoiceid", "currency_id", "paymentmethodid", "minamount", "maxamount", "transactionState"]
                .map(text);
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let mut body = keyed(json!({"hash_key": sealed_with(MERCHANT_KEY, &parts)}));
        merge(&mut body, more.clone());
        shop.ask(path, &body)
    };
    let today = shop.control("GET", "clock", Value::Null)["now"].as_str().unwrap()[..10].to_owned();
    let first = list("/api/getTransactions", json!({"date": today}));
    assert_eq!(first["data"]["transactions"].as_array().unwrap().len(), 10);
    assert_eq!(first["data"]["transactions"][0]["invoice_id"], "A-12");
    assert_eq!(
        (&first["data"]["paginate_data"]["total"], &first["data"]["paginate_data"]["previous_page_url"]),
        (&json!(12), &Value::Null)
    );
    let second = list("/api/getTransactions?page=2", json!({"date": today}));
    assert_eq!(second["data"]["transactions"].as_array().unwrap().len(), 2);
    assert_eq!(list("/api/getTransactions", json!({"date": "2001-01-01"}))["data"]["transactions"], json!([]));
    assert_eq!(
        list("/api/getTransactions", json!({"date": today, "minamount": "12"}))["data"]["paginate_data"]["total"],
        1
    );
    assert_eq!(list("/api/getTransactions", json!({"invoiceid": "A-7"}))["data"]["paginate_data"]["total"], 1);
    assert_eq!(list("/api/getTransactions", json!({"transactionState": "1"}))["data"]["paginate_data"]["total"], 11);
    let range =
        json!({"type": "range", "from_date": format!("{today} 00:00:00"), "to_date": format!("{today} 23:59:59")});
    assert_eq!(list("/api/getTransactions", range)["data"]["paginate_data"]["total"], 12);
    code(&list("/api/getTransactions", json!({"hash_key": sealed(&["", "", "", "", "", "", ""])})), 90);
    shop.bank.configure(|settings| settings.transactions = TransactionsShape::List);
    assert!(list("/api/getTransactions", json!({"date": today}))["data"][0]["refund_history"].is_array());

    let all = |more: Value| shop.ask("/api/alltransaction", &more);
    let page = &all(json!({}))["data"];
    assert_eq!(
        (&page["total"], &page["per_page"], &page["prev_page_url"], &page["data"][0]["gross"]),
        (&json!(12), &json!(10), &json!(""), &json!("12"))
    );
    assert!(page["next_page_url"].as_str().unwrap().ends_with("/api/alltransaction?page=2"));
    assert_eq!(all(json!({"page_limit": "5", "order": "asc"}))["data"]["data"][0]["invoice_id"], "A-1");
    assert_eq!(all(json!({"page_limit": "5"}))["data"]["per_page"], "5");
    let dates = today.replace('-', "/");
    for (filter, total) in [
        (json!({"invoice_id": "A-2"}), 1),
        (json!({"minamount": "5", "maxamount": "6.00"}), 2),
        (json!({"amount": 5}), 1),
        (json!({"transactionState": 2}), 1),
        (json!({"currency_code": "USD"}), 0),
        (json!({"search_key": "a-1"}), 4),
        (json!({"date_range": format!("{dates} - {dates}")}), 12),
        (json!({"date_range": "2001/01/01 - 2001/01/02"}), 0),
    ] {
        assert_eq!(all(filter.clone())["data"]["total"], json!(total), "{filter}");
    }
    let wrong = all(json!({"date_range": "yesterday"}));
    assert_eq!((&wrong["status_code"], &wrong["data"]), (&json!(99), &json!([])));
}
