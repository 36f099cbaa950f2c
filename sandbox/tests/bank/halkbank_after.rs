//! Halkbank: what happens to a payment afterwards, with the state behind it: capture, void, refund, day-close, plans.

use serde_json::{Value, json};

use crate::client::*;
use crate::nestpay::*;

const DAY: u64 = 86_400;

#[test]
fn a_preauthorisation_is_captured_in_one_row() {
    let shop = open();
    let open = shop.card_payment("PreAuth", "A-1", "10.00", GOOD_VISA, &[]).approved();
    assert!(open.text("AuthCode").starts_with('T'));
    let status = shop.order_query("A-1", "ORDERSTATUS");
    assert_eq!([status.text("TRANS_STAT"), status.text("CAPTURE_AMT"), status.text("CAPTURE_DTTM")], ["A", "", ""]);
    shop.after("Credit", "A-1", &[("Total", "1.00")]).refused("215021");
    shop.after("PostAuth", "A-1", &[("Total", "10.01")]).refused("CORE-2505");
    shop.after("PostAuth", "A-1", &[("Total", "0")]).refused("CORE-2506");
    shop.after("PostAuth", "A-1", &[("Total", "5"), ("Currency", "840")]).refused("CORE-2106");
    shop.after("PostAuth", "none", &[]).refused("CORE-2509");
    shop.seconds(2 * DAY);
    let captured = shop.after("PostAuth", "A-1", &[("Total", "8.00"), ("Currency", "949")]).approved();
    assert_eq!(captured.text("AuthCode"), open.text("AuthCode"));
    shop.after("PostAuth", "A-1", &[]).refused("CORE-2509");
    let history = shop.order_query("A-1", "ORDERHISTORY");
    assert!(history.text("TRX2").starts_with("S\tC\t800\t800\t"), "{}", history.0);
    assert!(history.text("TRX1").starts_with("C\tD\t100\t100\t"), "the refund that failed");

    // More than was authorised, with PREAMT, up to 15 per cent.
    let extra = |amount: &str, total: &str| {
        shop.api(&request(
            &[("Type", "PostAuth"), ("OrderId", "A-2"), ("Total", total)],
            &element("Extra", &element("PREAMT", amount)),
        ))
    };
    shop.card_payment("PreAuth", "A-2", "10.00", GOOD_VISA, &[]).approved();
    extra("9.00", "11.00").refused("CORE-2505");
    extra("10.00", "11.51").refused("CORE-2505");
    extra("10.00", "11.50").approved();
    assert_eq!(shop.order_query("A-2", "ORDERSTATUS").text("CAPTURE_AMT"), "1150");

    shop.card_payment("PreAuth", "A-3", "10.00", GOOD_VISA, &[]).approved();
    shop.seconds(15 * DAY + 1);
    shop.after("PostAuth", "A-3", &[]).refused("CORE-2513");
}

#[test]
fn voids_before_and_refunds_after_day_close() {
    let shop = open();
    shop.auth("A-1", "10.00").approved();
    shop.after("Credit", "A-1", &[("Total", "1.00"), ("Currency", "949")]).refused("CORE-2508");
    let voided = shop.after("Void", "A-1", &[]).approved();
    assert_eq!(voided.text("OrderId"), "A-1");
    assert_eq!(shop.order_state("A-1"), ["S", "V", "00"]);
    assert_eq!(shop.order_query("A-1", "ORDERSTATUS").text("VOID_DTTM").len(), 23);
    let again = shop.after("Void", "A-1", &[]).refused("CORE-2008");
    assert_eq!([again.text("OrderId"), again.text("ErrMsg")], ["", "İptal edilmeye uygun satış işlemi bulunamadı."]);
    shop.after("Void", "none", &[]).refused("CORE-2008");
    shop.auth("A-1", "10.00").refused("CORE-2507");

    let paid = shop.auth("A-2", "10.00").approved();
    assert_eq!(shop.day_close()["settled"], 1);
    shop.after("Void", "A-2", &[]).refused("CORE-2511");
    assert_eq!(shop.order_state("A-2"), ["S", "S", "00"]);
    assert_eq!(shop.order_query("A-2", "ORDERSTATUS").text("SETTLEID"), paid.text("SETTLEID"));
    shop.after("Credit", "A-2", &[("Total", "4.00"), ("Currency", "840")]).refused("CORE-2106");
    for _ in 0..2 {
        shop.after("Credit", "A-2", &[("Total", "4.00"), ("Currency", "949")]).approved();
    }
    let beyond = shop.after("Credit", "A-2", &[("Total", "2.01")]).refused("215021");
    assert_eq!(beyond.top(), ["OrderId", "Response", "HostRefNum", "TransId", "ErrMsg", "Extra"]);
    assert_eq!([beyond.text("Response"), beyond.text("ErrMsg")], ["Declined", "Net Tutar 0."]);
    let last = shop.after("Credit", "A-2", &[("Total", "2.00")]).approved();
    shop.after("Credit", "A-2", &[("Total", "0.01")]).refused("215021");
    // The refund is what a query tells of, and the day's refunds can be voided one by one.
    let status = shop.order_query("A-2", "ORDERSTATUS");
    assert_eq!(
        [status.text("CHARGE_TYPE_CD"), status.text("TRANS_STAT"), status.text("CAPTURE_AMT")],
        ["C", "C", "200"]
    );
    shop.after("Void", "A-2", &[]).refused("CORE-2133");
    shop.api(&request(&[("Type", "Void"), ("TransId", &last.text("TransId"))], "")).approved();
    shop.api(&request(&[("Type", "Void"), ("TransId", &last.text("TransId"))], "")).refused("CORE-2008");
    shop.api(&request(&[("Type", "Void"), ("TransId", &paid.text("TransId"))], "")).refused("CORE-2511");
    shop.after("Credit", "A-2", &[("Total", "2.00")]).approved();
    let order = shop.control("GET", "halkbank/orders/A-2", Value::Null);
    assert_eq!((&order["net"], &order["refunded"]), (&json!("0.00"), &json!("10.00")));

    // Midnight is a day-close, and the clock can reach it.
    shop.auth("A-3", "1.00").approved();
    shop.seconds(DAY);
    assert_eq!(shop.order_state("A-3"), ["S", "S", "00"]);
    shop.after("Void", "A-3", &[]).refused("CORE-2511");
    shop.after("Credit", "A-3", &[]).approved();

    shop.bank.configure(|settings| settings.halkbank.same_day_credit = true);
    shop.auth("A-4", "3.00").approved();
    shop.after("Credit", "A-4", &[("Total", "1.00")]).approved();
    shop.after("Void", "A-4", &[]).refused("CORE-2133");
    assert_eq!(shop.control("GET", "halkbank/orders/A-4", Value::Null)["net"], "2.00");
}

#[test]
fn an_unreachable_bank_is_in_doubt() {
    let shop = open();
    for (number, before, after) in [("5213780000000918", "NW", "C"), ("5213780000000926", "NW", "ERR")] {
        let refused = shop.card_payment("Auth", number, "1.00", number, &[]).refused("BM-9100");
        assert_eq!(refused.text("ProcReturnCode"), "99");
        assert_eq!(shop.order_state(number)[1], before);
        shop.card_payment("Auth", number, "1.00", GOOD_VISA, &[]).refused("CORE-2304");
        shop.seconds(10);
        assert_eq!(shop.order_state(number)[1], after);
    }
    shop.auth("5213780000000918", "1.00").refused("CORE-2507");
    shop.auth("5213780000000926", "1.00").approved();
}

fn plan(shop: &Shop, oid: &str, [count, cycle, interval]: [&str; 3], more: &[(&str, &str)]) -> Xml {
    let terms = element("OrderType", "0")
        + &element("TotalNumberPayments", count)
        + &element("OrderFrequencyCycle", cycle)
        + &element("OrderFrequencyInterval", interval);
    let elements = [
        ("Type", "Auth"),
        ("OrderId", oid),
        ("Total", "5.00"),
        ("Currency", "949"),
        ("Number", GOOD_VISA),
        ("Expires", "12/40"),
        ("Cvv2Val", "001"),
    ];
    let mut elements = elements.to_vec();
    for (name, value) in more {
        match elements.iter_mut().find(|(own, _)| own == name) {
            Some(own) => own.1 = value,
            None => elements.push((name, value)),
        }
    }
    shop.api(&request(&elements, &element("PbOrder", &terms)))
}

#[test]
fn recurring_payments_are_made_watched_and_cancelled() {
    let shop = open();
    let paid = plan(&shop, "A", ["4", "M", "1"], &[]).approved();
    let id = paid.text("RECURRINGID");
    let status = || {
        shop.api(&request(&[], &element("Extra", &(element("ORDERSTATUS", "QUERY") + &element("RECURRINGID", &id)))))
    };
    let told = status();
    assert_eq!(told.top(), ["ErrMsg", "Extra"]);
    for (name, value) in [
        ("RECURRINGID", id.as_str()),
        ("RECURRINGCOUNT", "4"),
        ("ORD_ID_1", "A"),
        ("ORD_ID_4", "A-4"),
        ("TRANS_STAT_1", "C"),
        ("TRANS_STAT_2", "PN"),
        ("ORIG_TRANS_AMT_2", "500"),
    ] {
        assert_eq!(told.text(name), value, "{name}");
    }
    assert_eq!([told.get("PLANNED_START_DTTM_1"), told.get("AUTH_CODE_2")], [None, None]);
    assert_eq!(
        told.text("ORDERSTATUS_2"),
        format!(
            "ORD_ID:A-2\tCHARGE_TYPE_CD:S\tORIG_TRANS_AMT:500\tTRANS_STAT:PN\tPLANNED_START_DTTM:{}",
            told.text("PLANNED_START_DTTM_2")
        )
    );
    // Its day comes, with the clock or by hand.
    shop.seconds(31 * DAY);
    assert_eq!(shop.order_state("A-2")[1], "S", "made and settled since");
    let made = shop.control("POST", "halkbank/recurring/charge", json!({"recurring_id": id, "decline": true}));
    assert_eq!((&made["oid"], &made["state"], &made["code"]), (&json!("A-3"), &json!("D"), &json!("51")));

    let operation = |operation: &str, kind: &str, record: &str, more: &str| {
        let extra = element("RECURRINGOPERATION", operation)
            + &element("RECORDTYPE", kind)
            + &element("RECORDID", record)
            + more;
        shop.api(&request(&[], &element("Extra", &extra)))
    };
    let changed = operation(
        "Update",
        "Order",
        "A-4",
        &(element("AMOUNT", "7.50") + &element("CURRENCY", "949") + &element("STARTDATE", "20991231")),
    );
    assert_eq!(changed.text("RESULT"), "Successfull");
    let told = status();
    assert!(told.text("ORIG_TRANS_AMT_4") == "750" && told.text("PLANNED_START_DTTM_4").starts_with("2099-12-31"));
    operation("Update", "Order", "A-4", &element("STARTDATE", "2001-01-01")).refused("CORE-2023");
    operation("Update", "Order", "A-1", "").refused("CORE-2020");
    let cancelled = operation("Cancel", "Order", "A-4", "");
    assert_eq!(cancelled.top(), ["RECURRINGOPERATION", "RECORDTYPE", "RECORDID", "RESULT", "Extra"]);
    assert_eq!(
        ["RECURRINGOPERATION", "RECORDTYPE", "RECORDID", "RESULT", "Extra"].map(|name| cancelled.text(name)),
        ["CANCEL", "ORDER", "A-4", "Successfull", ""]
    );
    operation("Cancel", "Order", "A-4", "").refused("CORE-2023");
    assert_eq!(shop.order_state_of_planned("A-4"), "CNCL");
    assert!(shop.bank.control("POST", "halkbank/recurring/charge", &json!({"oid": "A"})).is_err());

    let other = plan(&shop, "B", ["3", "W", "2"], &[]).approved().text("RECURRINGID");
    assert_eq!(operation("Cancel", "Recurring", &other, "").text("RECORDTYPE"), "RECURRING");
    operation("Cancel", "Recurring", "none", "").refused("CORE-2020");
    let plans = shop.control("GET", "halkbank/plans", Value::Null);
    assert_eq!(
        (&plans[1]["oid"], &plans[1]["payments"], &plans[1]["waiting"], &plans[1]["next"]),
        (&json!("B"), &json!(3), &json!(0), &Value::Null)
    );
    shop.api(&request(&[], "<Extra><ORDERSTATUS>QUERY</ORDERSTATUS><RECURRINGID>none</RECURRINGID></Extra>"))
        .refused("CORE-2020");

    for (terms, more, code) in [
        (["1", "M", "1"], &[][..], 2021),
        (["121", "M", "1"], &[], 2029),
        (["3", "H", "1"], &[], 2022),
        (["3", "M", "100"], &[], 2022),
        (["3", "M", "1"], &[("Taksit", "3")], 2034),
        (["3", "M", "1"], &[("Type", "PreAuth")], 2024),
    ] {
        plan(&shop, "C", terms, more).refused(&format!("CORE-{code}"));
    }
    shop.api(&request(
        &[("Type", "Auth"), ("Total", "1"), ("Currency", "949")],
        "<PbOrder><OrderType>1</OrderType></PbOrder>",
    ))
    .refused("CORE-1007");
    // The gate can begin a plan as well.
    let fields = gate_fields(
        "3d_pay",
        "G",
        &[("RecurringPaymentNumber", "2"), ("RecurringFrequencyUnit", "D"), ("RecurringFrequency", "3")],
    );
    let (_, back) = visit(&shop, &fields, "approve");
    assert!(!field(&back, "EXTRA.RECURRINGID").is_empty());
}

impl Shop {
    fn order_state_of_planned(&self, oid: &str) -> String {
        self.order_query(oid, "ORDERSTATUS").text("TRANS_STAT")
    }
}
