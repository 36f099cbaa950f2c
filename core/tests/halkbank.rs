//! How documents travel to the bank: never a payment twice, a lost answer in doubt, one provision for one authentication.

#![allow(missing_docs)]

mod common;

use common::{Do, Gateway, Got};
use halkode::{
    BankCard, BankSale, CancelOrRefund, GetOrderStatus, Halkbank, HalkbankConfig, HalkodeError, Provision, Sent,
    UndoneBy,
};

fn client(gateway: &Gateway) -> Halkbank {
    Halkbank::new(HalkbankConfig {
        client_id: "500100000".into(),
        store_key: Some("123456".into()),
        api_user: Some("halkbankapi".into()),
        api_password: Some("HALKBANK-05".into()),
        base_url: Some(gateway.url.replace("/ccpayment", "/fim")),
        timeout: Some(10),
        connect_timeout: Some(2),
        ..Default::default()
    })
    .unwrap()
}

fn sale() -> BankSale {
    BankSale {
        order_id: "A-1".into(),
        total: "12.50".parse().unwrap(),
        card: BankCard {
            number: "4531444531442283".into(),
            expiry_month: "12".into(),
            expiry_year: "2040".into(),
            cvv: Some("001".into()),
        },
        ..Default::default()
    }
}

fn provision(xid: &str) -> Provision {
    Provision {
        order_id: "A-1".into(),
        total: "12.50".parse().unwrap(),
        md: "453144:0123456789ABCDEF:3545:##500100000".into(),
        xid: xid.into(),
        eci: Some("05".into()),
        cavv: Some("AAABBBCCC=".into()),
        ..Default::default()
    }
}

fn approved() -> Do {
    Do::Answer(200, "<?xml version=\"1.0\" encoding=\"ISO-8859-9\"?><CC5Response><OrderId>A-1</OrderId><Response>Approved</Response>\
        <AuthCode>P78955</AuthCode><ProcReturnCode>00</ProcReturnCode><TransId>24002V</TransId><ErrMsg></ErrMsg><Extra></Extra></CC5Response>".into())
}

fn refused(code: &str) -> Do {
    Do::Answer(
        200,
        format!(
            "<CC5Response><OrderId></OrderId><Response>Error</Response><ProcReturnCode>99</ProcReturnCode>\
        <ErrMsg>no</ErrMsg><Extra><ERRORCODE>{code}</ERRORCODE></Extra></CC5Response>"
        ),
    )
}

/// The document, url-decoded.
fn document(got: &Got) -> String {
    let text = got.body.strip_prefix("DATA=").expect("one form field");
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let hex: Vec<u8> = rest.by_ref().take(2).collect();
                bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_sale_is_one_document_and_its_lost_answer_is_in_doubt() {
    for lost in [|| Do::Close, || Do::Answer(502, "<html>".into()), || Do::Answer(200, "<html>".into())] {
        let gateway = Gateway::start(move |_| lost());
        let error = client(&gateway).sale(&sale()).unwrap_err();
        assert_eq!((error.sent, error.in_doubt, error.invoice_id.as_deref()), (Some(Sent::Unknown), true, Some("A-1")));
        let sent = gateway.requests("/fim/api");
        assert_eq!(sent.len(), 1, "{error}");
        let document = document(&sent[0]);
        assert!(document.contains("<Number>4531444531442283</Number><Expires>12/2040</Expires><Cvv2Val>001</Cvv2Val>"));
        assert!(!format!("{error:?} {}", error.to_json()).contains("4531444531442283"));
    }
}

#[test]
fn a_query_is_repeated() {
    let gateway = Gateway::start(|got| {
        match got.earlier {
        0 => Do::Answer(503, String::new()),
        _ => Do::Answer(200, "<CC5Response><Response>Approved</Response><Extra><TRANS_STAT>C</TRANS_STAT><CHARGE_TYPE_CD>S</CHARGE_TYPE_CD>\
            <PROC_RET_CD>00</PROC_RET_CD><CAPTURE_AMT>101</CAPTURE_AMT></Extra></CC5Response>".into()),
    }
    });
    let status = client(&gateway).order_status(&GetOrderStatus { order_id: "A-1".into() }).unwrap();
    assert_eq!((status.state.as_str(), status.captured_amount.unwrap().to_string()), ("paid", "1.01".into()));
    assert_eq!(gateway.requests("/fim/api").len(), 2);
}

#[test]
fn an_authentication_is_provisioned_once() {
    let gateway = Gateway::start(|_| approved());
    let client = client(&gateway);
    client.provision(&provision("X-1")).unwrap();
    let error = client.provision(&provision("X-1")).unwrap_err();
    assert_eq!((error.kind(), error.field.as_deref(), error.in_doubt), ("request", Some("xid"), true));
    client.provision(&provision("X-2")).unwrap();
    assert_eq!(gateway.requests("/fim/api").len(), 2);
}

#[test]
fn a_provision_that_never_left_may_be_tried_again() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/fim", closed.local_addr().unwrap());
    drop(closed);
    let client = Halkbank::new(HalkbankConfig {
        client_id: "500100000".into(),
        api_user: Some("u".into()),
        api_password: Some("p".into()),
        base_url: Some(url),
        timeout: Some(3),
        ..Default::default()
    })
    .unwrap();
    for _ in 0..2 {
        let error = client.provision(&provision("X-1")).unwrap_err();
        assert_eq!((error.kind(), error.sent, error.in_doubt), ("transport", Some(Sent::No), false), "{error}");
    }
}

fn undo(answers: fn(&str) -> Do) -> (Gateway, Result<halkode::Undone, HalkodeError>) {
    let gateway = Gateway::start(move |got| answers(&document(got)));
    let undone = client(&gateway).cancel_or_refund(&CancelOrRefund { order_id: "A-1".into(), ..Default::default() });
    (gateway, undone)
}

fn status(trans_stat: &str) -> Do {
    Do::Answer(
        200,
        format!(
            "<CC5Response><Response>Approved</Response><ProcReturnCode>00</ProcReturnCode><Extra>\
        <TRANS_STAT>{trans_stat}</TRANS_STAT><CHARGE_TYPE_CD>S</CHARGE_TYPE_CD><PROC_RET_CD>00</PROC_RET_CD><CAPTURE_AMT>1250</CAPTURE_AMT>\
        </Extra></CC5Response>"
        ),
    )
}

#[test]
fn money_is_given_back_one_way_only() {
    let (gateway, undone) = undo(|document| match document {
        _ if document.contains("ORDERSTATUS") => status("C"),
        _ if document.contains("<Type>Void</Type>") => approved(),
        _ => panic!("a refund after a void"),
    });
    assert_eq!((undone.unwrap().by, gateway.requests("").len()), (UndoneBy::Void, 2));

    let (gateway, undone) = undo(|document| match document {
        _ if document.contains("ORDERSTATUS") => status("C"),
        _ if document.contains("<Type>Void</Type>") => refused("CORE-2511"),
        _ => approved(),
    });
    assert_eq!((undone.unwrap().by, gateway.requests("").len()), (UndoneBy::Refund, 3));
    assert!(
        document(&gateway.requests("")[2]).contains("<Type>Credit</Type><OrderId>A-1</OrderId><Total>12.50</Total>")
    );

    // A void whose answer is lost may have happened: no refund then.
    let (gateway, undone) = undo(|document| if document.contains("ORDERSTATUS") { status("C") } else { Do::Close });
    assert!(undone.unwrap_err().in_doubt);
    assert_eq!(gateway.requests("").len(), 2);

    let (gateway, undone) = undo(|document| if document.contains("ORDERSTATUS") { status("S") } else { approved() });
    assert_eq!((undone.unwrap().by, gateway.requests("").len()), (UndoneBy::Refund, 2));
}
