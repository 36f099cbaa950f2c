//! The same shop at Halkbank Sanal POS: the buyer pays on the bank's own page, and changes their mind on the same day.

use halkode::{
    BankCard, BankSale, CancelOrRefund, ConfirmCallback, GetOrderStatus, Halkbank, HalkbankConfig, MakeGateForm,
    ReconcileOrders, SettleOrder, ShopRecord, StoreType, UndoneBy, VerifyCallback, fields_of,
};

use super::{Outcome, bank, buyer, ensure, heading, say};

pub(crate) fn day(run: u128) -> Outcome {
    let client = Halkbank::new(HalkbankConfig::from_env()?)?;
    let order = |name: &str| format!("RS{name}{run}");

    heading("Halkbank: a sale with 3-D Secure on the bank's page");
    let (order_3d, total) = (order("BANK"), "75.50".parse()?);
    let form = client.gate_form(&MakeGateForm {
        store_type: StoreType::ThreeDPayHosting,
        order_id: order_3d.clone(),
        total,
        ok_url: "http://127.0.0.1:9/donus".into(),
        fail_url: "http://127.0.0.1:9/donus".into(),
        ..Default::default()
    })?;
    say("the buyer's browser posts to", &form.action);
    let body = buyer::pays_at_the_bank(&form, &order_3d)?;
    // The body as it came: a framework might trim a value or rename a field, and the hash would not fit any more.
    let confirmed = client.confirm_callback(&ConfirmCallback {
        body: Some(body.clone()),
        order_id: order_3d.clone(),
        total,
        ..Default::default()
    })?;
    say("the callback says", confirmed.callback.outcome);
    say("the bank says", confirmed.state);
    ensure(confirmed.paid, "the order should be paid")?;
    let mut forged = fields_of(&body);
    forged.set("amount", "7550.00");
    let refused = client.verify_callback(&VerifyCallback {
        fields: forged,
        order_id: order_3d.clone(),
        total: "7550.00".parse()?,
        ..Default::default()
    });
    say("with another amount in it", refused.as_ref().err().map(|error| error.kind()).unwrap_or("accepted"));
    ensure(refused.is_err(), "an altered callback should be refused")?;

    heading("Halkbank: voided on the same day");
    let undone = client.cancel_or_refund(&CancelOrRefund { order_id: order_3d.clone(), ..Default::default() })?;
    say("given back by", undone.by);
    ensure(undone.by == UndoneBy::Void, "before the day-close, an order is voided")?;
    say("status", client.order_status(&GetOrderStatus { order_id: order_3d.clone() })?.state);

    heading("Halkbank: a sale whose answer is lost");
    let lost = BankSale {
        order_id: order("BANKLOST"),
        total: "60.00".parse()?,
        card: BankCard {
            number: BANK_CARD.into(),
            expiry_month: "12".into(),
            expiry_year: "2040".into(),
            cvv: Some("001".into()),
        },
        ..Default::default()
    };
    bank::loses_the_next_answer("fim/api")?;
    match client.sale(&lost) {
        Err(error) if error.in_doubt => say("no answer", format!("{error}; not sent again")),
        other => return Err(format!("the answer should have been lost, but: {other:?}").into()),
    }
    let settled =
        client.settle(&SettleOrder { order_id: lost.order_id.clone(), deadline: Some(30), spacing: Some(2) })?;
    say("settled as", settled.state);
    ensure(settled.decided && settled.state.as_str() == "paid", "it should be paid")?;

    heading("Halkbank: the shop's books against the bank's");
    let record = |invoice_id: &str, amount: &str| -> Outcome<ShopRecord> {
        Ok(ShopRecord { invoice_id: invoice_id.into(), amount: amount.parse()?, state: None })
    };
    let records = vec![record(&lost.order_id, "60.00")?, record(&order_3d, "75.50")?, record(&order("NEVER"), "1.00")?];
    let books = client.reconcile(&ReconcileOrders { records, ..Default::default() })?;
    for row in &books.rows {
        println!("  {}: {}", row.invoice_id, row.result);
    }
    ensure(books.done && (books.matched, books.different) == (1, 2), "one order matches, two do not")
}

/// The bank's published test card.
const BANK_CARD: &str = "4531444531442283";
