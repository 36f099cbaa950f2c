//! Halkbank's XML API: payments and what happens to them afterwards, with the state behind them and every irregular answer.

use std::io::{Read, Write};
use std::net::TcpListener;

use halkode_sandbox::{FailureWord, Fault};
use serde_json::{Value, json};

use crate::client::*;
use crate::nestpay::*;

const DAY: u64 = 86_400;

#[test]
fn a_sale_and_its_documented_answer() {
    let shop = open();
    let paid = shop
        .card_payment("Auth", "A-1", "22,50", "4920950000000005", &[("Taksit", "3"), ("Cvv2Val", "000")])
        .approved();
    assert_eq!(
        paid.top(),
        ["OrderId", "GroupId", "Response", "AuthCode", "HostRefNum", "ProcReturnCode", "TransId", "ErrMsg", "Extra"]
    );
    for (name, value) in [
        ("OrderId", "A-1"),
        ("GroupId", "A-1"),
        ("ErrMsg", ""),
        ("ERRORCODE", ""),
        ("NUMCODE", "00"),
        ("CARDBRAND", "VISA"),
        ("CARDISSUER", "ZİRAAT BANKASI"),
    ] {
        assert_eq!(paid.text(name), value, "{name}");
    }
    assert_eq!([paid.text("AuthCode").len(), paid.text("HostRefNum").len(), paid.text("TransId").len()], [6, 12, 14]);
    shop.auth("A-1", "1.00").refused("CORE-2507");

    let status = shop.order_query("A-1", "ORDERSTATUS").approved();
    assert_eq!(status.top(), ["ErrMsg", "ProcReturnCode", "Response", "OrderId", "TransId", "Extra"]);
    for (name, value) in [
        ("ErrMsg", "Record(s) found for A-1"),
        ("ORIG_TRANS_AMT", "2250"),
        ("CAPTURE_AMT", "2250"),
        ("CHARGE_TYPE_CD", "S"),
        ("TRANS_STAT", "C"),
        ("PROC_RET_CD", "00"),
        ("PAN", "4920 95** **** 0005"),
        ("SETTLEID", ""),
        ("NUMCODE", "0"),
        ("XID_3D", ""),
    ] {
        assert_eq!(status.text(name), value, "{name}");
    }
    assert_eq!(status.text("TRANS_ID"), paid.text("TransId"));
    let (at, code) = (status.text("AUTH_DTTM"), paid.text("AuthCode"));
    assert_eq!(at.len(), "2024-01-03 21:37:57.259".len());
    assert_eq!(
        status.text("ORDERSTATUS"),
        format!(
            "ORD_ID:A-1\tCHARGE_TYPE_CD:S\tORIG_TRANS_AMT:2250\tCAPTURE_AMT:2250\tTRANS_STAT:C\tAUTH_DTTM:{at}\tCAPTURE_DTTM:{at}\tAUTH_CODE:{code}\tTRANS_ID:{}",
            paid.text("TransId")
        )
    );
    let history = shop.order_query("A-1", "ORDERHISTORY").approved();
    assert_eq!(history.text("TRXCOUNT"), "1");
    assert_eq!(
        history.text("TRX1"),
        format!("S\tC\t2250\t2250\t{at}\t{at}\t\t{}\t{code}\t00\t{}", paid.text("HostRefNum"), paid.text("TransId"))
    );
}

#[test]
fn nothing_found() {
    let shop = open();
    let status = shop.order_query("none", "ORDERSTATUS");
    for (name, value) in [
        ("ErrMsg", "No record found for none"),
        ("ProcReturnCode", "99"),
        ("Response", "Declined"),
        ("OrderId", ""),
        ("TransId", ""),
    ] {
        assert_eq!(status.text(name), value, "{name}");
    }
    assert_eq!(
        status.text("ORDERSTATUS"),
        "ORD_ID:\tCHARGE_TYPE_CD:\tORIG_TRANS_AMT:\tCAPTURE_AMT:\tTRANS_STAT:\tAUTH_DTTM:\tCAPTURE_DTTM:\tAUTH_CODE:"
    );
    let history = shop.order_query("none", "ORDERHISTORY");
    assert_eq!(
        [history.text("ProcReturnCode"), history.text("Response"), history.text("TRXCOUNT")],
        ["05", "Declined", "0"]
    );
    // A visit that has not paid anything is no record either.
    to_the_bank(&shop, &gate_fields("3d", "A-1", &[]));
    assert_eq!(shop.order_query("A-1", "ORDERSTATUS").text("ProcReturnCode"), "99");
}

#[test]
fn issuers_refuse_and_the_order_may_try_again() {
    let shop = open();
    for (number, code, word) in [
        ("4920940000000055", "05", "Declined"),
        ("4920940000000121", "12", "Error"),
        ("4920940000000436", "43", "Declined"),
        ("4920940000000519", "51", "Declined"),
        ("4920940000000543", "54", "Declined"),
        ("4920940000000824", "82", "Error"),
        ("4111111111111111", "14", "Declined"),
    ] {
        let refused = shop.card_payment("Auth", "A-1", "1.00", number, &[]).refused(&format!("ISO8583-{code}"));
        assert_eq!([refused.text("ProcReturnCode"), refused.text("Response")], [code, word]);
        assert_eq!([refused.text("OrderId"), refused.text("NUMCODE"), refused.text("AuthCode")], ["A-1", code, ""]);
        assert_eq!(shop.order_state("A-1"), ["S", "D", code]);
    }
    for (wrong, code) in [(("Cvv2Val", "999"), "82"), (("Expires", "11/40"), "54")] {
        shop.card_payment("Auth", "A-1", "1.00", GOOD_VISA, &[wrong]).refused(&format!("ISO8583-{code}"));
    }
    shop.auth("A-1", "1.00").approved();
    // The last that succeeded is what a query tells of; the history keeps all.
    assert_eq!(shop.order_state("A-1"), ["S", "C", "00"]);
    assert_eq!(shop.order_query("A-1", "ORDERHISTORY").text("TRXCOUNT"), "10");
}

#[test]
fn what_the_gateway_does_not_take() {
    let shop = open();
    for (wrong, code) in [
        (("Total", "0"), 2009),
        (("Total", "abc"), 2007),
        (("Total", "-5"), 1024),
        (("Total", "1.005"), 1018),
        (("Currency", ""), 2105),
        (("Currency", "826"), 2105),
        (("Taksit", "7"), 2603),
        (("Taksit", "1"), 2603),
        (("Instalment", "0"), 2603),
        (("Number", ""), 2015),
        (("Number", "4531444531442284"), 2012),
        (("Expires", "2040"), 2011),
        (("Expires", "01/20"), 2010),
        (("Cvv2Val", ""), 2208),
        (("Type", "Sale"), 2001),
        (("Type", ""), 2003),
        (("Mode", "X"), 1006),
        (("Name", "nobody"), 2201),
        (("Password", "wrong"), 2201),
        (("ClientId", "1"), 2201),
        (("Name", "sandboxrapor"), 2202),
        (("OrderId", "12345678901234567890123456789012345678901234567890123456789012345"), 1015),
    ] {
        let refused = shop.card_payment("Auth", "A-1", "1.00", GOOD_VISA, &[wrong]).refused(&format!("CORE-{code}"));
        assert_eq!(
            [refused.text("ProcReturnCode"), refused.text("Response"), refused.text("NUMCODE")],
            ["99".to_owned(), "Error".to_owned(), format!("99{code}")]
        );
    }
    shop.card_payment("Auth", "A-1", "1.00", GOOD_VISA, &[("Currency", "840"), ("Taksit", "3")]).refused("CORE-2124");
    shop.card_payment("Auth", "A-1", "1.00", "5262890000000006", &[("Taksit", "2")]).refused("CORE-2204");
    shop.card_payment("Auth", "A-1", "1.00", "4920950000000005", &[("Taksit", "12"), ("Cvv2Val", "000")])
        .refused("CORE-2204");
    shop.api(&request(&[], "<Extra><SETTLE>SETTLE</SETTLE></Extra>")).refused("CORE-4000");
    shop.bank.configure(|settings| settings.halkbank.ip_allowed = false);
    shop.auth("A-1", "1.00").refused("CORE-2254");
    assert_eq!(shop.control("GET", "halkbank/orders", Value::Null), json!([]));
    shop.bank.configure(|settings| settings.halkbank.ip_allowed = true);
    for (currency, expires, mode) in [("840", "12/40", "T"), ("978", "1240", "P"), ("949", "12.2040", "")] {
        shop.card_payment(
            "Auth",
            &format!("ok-{currency}"),
            "1",
            GOOD_VISA,
            &[("Currency", currency), ("Expires", expires), ("Mode", mode)],
        )
        .approved();
    }
    let made = shop.auth("", "1.00").approved();
    assert!(made.text("OrderId").starts_with("ORDER-"));
}

#[test]
fn xml_in_every_form_it_is_sent_in() {
    let shop = open();
    let xml = |oid: &str| {
        request(
            &[
                ("Type", "Auth"),
                ("OrderId", oid),
                ("Total", "1"),
                ("Currency", "949"),
                ("Number", GOOD_VISA),
                ("Expires", "12/40"),
                ("Cvv2Val", "001"),
            ],
            "<BillTo><Name>Ş&#305;k &amp; Ç</Name></BillTo>",
        )
    };
    let raw = |headers: &[(&str, &str)], body: &[u8]| Xml::read(&shop.request("POST", "/fim/api", headers, body));
    raw(&[], xml("A-1").as_bytes()).approved();
    raw(&[("content-type", "text/xml")], xml("A-2").as_bytes()).approved();
    raw(&[FORM], xml("A-3").as_bytes()).approved();
    // Without a declaration it is UTF-8; in ISO-8859-9 every byte is a letter.
    raw(&[], xml("şş").split_once("?>").unwrap().1.as_bytes()).approved();
    assert_eq!(shop.order_state("şş"), ["S", "C", "00"]);
    let turkish: Vec<u8> = xml("A-ş")
        .replace("UTF-8", "ISO-8859-9")
        .chars()
        .map(|c| match c {
            'ş' => 0xFE,
            'Ş' => 0xDE,
            'Ç' => 0xC7,
            c => c as u8,
        })
        .collect();
    assert_eq!(raw(&[], &turkish).approved().text("OrderId"), "A-ş");
    let encoded: String = turkish.iter().map(|byte| format!("%{byte:02X}")).collect();
    raw(&[FORM], format!("DATA={encoded}").as_bytes()).refused("CORE-2507");
    for (broken, word) in [
        ("", "XML"),
        ("DATA=", "XML"),
        ("<CC5Request>", "XML"),
        ("<Other/>", "CC5Request"),
        ("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><CC5Request>&x;</CC5Request>", "XML"),
    ] {
        let refused = raw(&[], broken.as_bytes()).refused("BM-1001");
        assert!(refused.text("ErrMsg").contains(word) && refused.text("ProcReturnCode") == "99", "{broken}");
    }
    assert_eq!(shop.get("/fim/api").status, 405);
    assert_eq!(shop.get("/fim/other").status, 404);
}

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

#[test]
fn answers_can_be_irregular_in_every_way() {
    let shop = open();
    let with = |name: &str, value: Value| {
        shop.bank.configure(|settings| settings.halkbank = Default::default());
        shop.control("POST", "settings", json!({format!("halkbank_{name}"): value}));
    };
    with("root_error_code", json!(true));
    let paid = shop.auth("A-1", "1.00").approved();
    assert_eq!(paid.top()[7..], ["ErrMsg", "ERRORCODE", "Extra"]);
    with("empty_extra", json!(true));
    assert_eq!(shop.auth("A-2", "1.00").approved().text("Extra"), "");
    with("missing_fields", json!(true));
    assert_eq!(shop.after("Void", "none", &[]).top(), ["OrderId", "Response", "HostRefNum", "ErrMsg", "Extra"]);
    assert_eq!(shop.auth("A-3", "1.00").approved().top().len(), 9);
    with("empty_order_id", json!(true));
    assert_eq!(shop.after("Credit", "A-3", &[("Total", "1")]).refused("CORE-2508").text("OrderId"), "");
    with("other_order_id", json!(true));
    assert_eq!(shop.auth("A-4", "1.00").text("OrderId"), "BASKA-SIPARIS");
    with("entities", json!(true));
    let refused = shop.after("Void", "none", &[]);
    assert!(refused.0.is_ascii() && refused.text("ErrMsg").starts_with("&#x130;ptal edilmeye uygun sat&#x131;&#x15F;"));
    with("utf8", json!(true));
    let got = shop.request("POST", "/fim/api", &[], request(&[("Type", "Void"), ("OrderId", "none")], "").as_bytes());
    assert!(got.header("content-type").unwrap().ends_with("charset=UTF-8") && got.text().contains("İptal"));
    with("failure_word", json!("declined"));
    let void = shop.after("Void", "none", &[]).refused("CORE-2008");
    assert_eq!(
        [void.text("Response"), void.text("OrderId"), void.text("EXTENDED_ERROR_CODE")],
        ["Declined", "none", "215001"]
    );
    assert_eq!(void.get("AuthCode"), None);
    shop.bank.configure(|settings| settings.halkbank.failure_word = FailureWord::Error);
    assert_eq!(shop.card_payment("Auth", "A-5", "1", "4920940000000519", &[]).text("Response"), "Error");
}

#[test]
fn faults_of_the_api() {
    for (fault, status, done) in [
        ("garbage", 200, false),
        ("empty", 200, false),
        ("html", 200, false),
        ("500", 500, false),
        ("401", 401, false),
        ("redirect", 302, false),
        ("done_500", 500, true),
        ("cut", 200, false),
        ("done_cut", 200, true),
        ("reset", 0, false),
        ("done_no_answer", 0, true),
        ("delay:30", 200, true),
    ] {
        let shop = open();
        shop.control("POST", "faults", json!({"path": "fim/api", "fault": fault}));
        let xml = request(
            &[
                ("Type", "Auth"),
                ("OrderId", "A"),
                ("Total", "1"),
                ("Currency", "949"),
                ("Number", GOOD_VISA),
                ("Expires", "12/40"),
                ("Cvv2Val", "001"),
            ],
            "",
        );
        let got = shop.request("POST", "/fim/api", &[], xml.as_bytes());
        assert_eq!((got.status, got.reset), (status, status == 0), "{fault}");
        if matches!(fault, "cut" | "done_cut" | "garbage" | "empty") {
            assert!(
                got.header("content-type").unwrap().starts_with("text/xml") && !got.text().contains("</CC5Response>")
            );
        }
        assert_eq!(shop.control("GET", "halkbank/orders", Value::Null) != json!([]), done, "{fault}");
    }
    let shop = open();
    shop.auth("A-1", "5.00").approved();
    shop.bank.fault("api", Fault::WrongAmount, 1);
    assert_eq!(shop.order_query("A-1", "ORDERSTATUS").text("CAPTURE_AMT"), "600");
    assert_eq!(shop.order_query("A-1", "ORDERSTATUS").text("CAPTURE_AMT"), "500");
}

#[test]
fn the_bank_calls_back_when_the_buyer_does_not() {
    let shop = open();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/callback", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let mut bodies = Vec::new();
        for text in ["Approved", "OK"] {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut all, mut part) = (Vec::new(), [0; 16 * 1024]);
            let body = loop {
                let n = read_some(&mut stream, &mut part).unwrap();
                all.extend_from_slice(&part[..n]);
                let request = String::from_utf8_lossy(&all).into_owned();
                let Some((head, body)) = request.split_once("\r\n\r\n") else { continue };
                let length = head
                    .to_lowercase()
                    .split_once("content-length: ")
                    .unwrap()
                    .1
                    .split("\r\n")
                    .next()
                    .unwrap()
                    .parse::<usize>()
                    .unwrap();
                if body.len() == length {
                    break body.to_owned();
                }
            };
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}", text.len())
                .unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            stream.read_to_end(&mut Vec::new()).unwrap();
            bodies.push(form_urlencoded::parse(body.as_bytes()).into_owned().collect::<Pairs>());
        }
        bodies
    });
    let fields = gate_fields("3d_pay", "A-1", &[("callbackUrl", &url), ("note", "ş|")]);
    to_the_bank(&shop, &fields);
    assert!(shop.bank.control("POST", "halkbank/orders/A-1/callback", &Value::Null).is_err(), "still at the bank");
    let (_, browser) = finish(&shop, "A-1", json!({"outcome": "approve"}));
    for result in ["answered with HTTP 200: Approved", "answered with HTTP 200, not with Approved"] {
        let sent = shop.control("POST", "halkbank/orders/A-1/callback", Value::Null);
        assert_eq!(sent["url"], json!(url));
        let told = shop.control("GET", "webhooks", Value::Null);
        assert_eq!(told["deliveries"].as_array().unwrap().last().unwrap()["result"], result);
    }
    for body in server.join().unwrap() {
        assert_signed(&body);
        assert!(
            field(&body, "mdErrorMsg").contains("creq;token=") && field(&browser, "mdErrorMsg").contains("creq?token=")
        );
        assert_eq!(
            (field(&body, "Response").as_str(), field(&body, "TransId")),
            ("Approved", field(&browser, "TransId"))
        );
        assert_ne!(field(&body, "HASH"), field(&browser, "HASH"));
    }
    visit(&shop, &gate_fields("3d_pay", "A-2", &[]), "approve");
    assert!(
        shop.bank.control("POST", "halkbank/orders/A-2/callback", &Value::Null).unwrap_err().contains("callbackUrl")
    );
    visit(&shop, &gate_fields("3d_pay", "A-3", &[("callbackUrl", "https://shop.test/")]), "approve");
    assert!(shop.bank.control("POST", "halkbank/orders/A-3/callback", &Value::Null).unwrap_err().contains("http://"));
}
