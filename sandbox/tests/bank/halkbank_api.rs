//! Halkbank's XML API: payments, queries, what it refuses, and every irregular answer.

use halkode_sandbox::{FailureWord, Fault};
use serde_json::{Value, json};

use crate::nestpay::*;

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
    with("no_extra", json!(true));
    assert_eq!(shop.auth("A-6", "1.00").approved().get("Extra"), None);
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
