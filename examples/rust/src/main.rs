//! A shop's whole day with HALKÖDE: `make demo` runs it against the sandbox bank on this machine.
//!
//! The keys and the bank's address come from the environment, as in a real shop. What the buyer does in a browser, and the
//! fault that loses an answer, are played at the end of this file.

mod halkbank;

use std::error::Error;

use halkode::{
    Amount, Card, CheckStatus, Config, ConfirmPayment, ConfirmReturn, GetPos, GetToken, Halkode, HalkodeError, Item,
    MakeInstallmentTable, Pay2d, Pay3dForm, Refund, Settle, TransactionType, fields_of,
};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Card numbers that the sandbox knows; its start page lists them all.
const GOOD_CARD: &str = "4155650100416111";
const NO_FUNDS_CARD: &str = "4155650100000519";

fn main() -> Outcome {
    let client = Halkode::new(Config::from_env()?)?;
    // An invoice number is used once, even when the attempt failed.
    let run = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_millis();
    let invoice = |name: &str| format!("RS{name}{run}");

    heading("Token");
    let token = client.token(&GetToken::default())?;
    say("the keys are good; is_3d", token.is_3d.unwrap_or_default());

    heading("What does this card cost in instalments?");
    let amount: Amount = "300.00".parse()?;
    let pos = client.get_pos(&GetPos::new(&GOOD_CARD[..6], amount))?;
    for row in client.installment_table(&MakeInstallmentTable { amount, data: pos.data })?.rows {
        let parts: Vec<String> = row.installments.iter().map(Amount::to_string).collect();
        println!("  {:>2} × {:<24} = {} TRY", row.count, compact(&parts), row.total);
    }

    heading("A sale without 3-D Secure, partly refunded");
    let sale = order(&invoice("SALE"), GOOD_CARD, "149.90")?;
    let paid = client.pay_2d(&sale)?;
    say("order", paid.order_id.unwrap_or_default());
    show_status(&client, &sale.invoice_id)?;
    let part = Some("49.90".parse()?);
    client.refund(&Refund { invoice_id: sale.invoice_id.clone(), amount: part, ..Default::default() })?;
    say("refunded", "49.90 TRY");
    show_status(&client, &sale.invoice_id)?;

    heading("A sale with 3-D Secure, completed by the shop");
    let invoice_3d = invoice("3D");
    let form = client.pay_3d_form(&Pay3dForm {
        invoice_id: invoice_3d.clone(),
        total: "75.50".parse()?,
        name: "Ayşe".into(),
        surname: "Yılmaz".into(),
        card: Some(card(GOOD_CARD)),
        return_url: "http://127.0.0.1:9/donus".into(),
        cancel_url: "http://127.0.0.1:9/iptal".into(),
        ..Default::default()
    })?;
    say("the buyer's browser posts to", &form.action);
    let query = buyer::passes_3d(&form, &invoice_3d)?;
    let confirmed = client.confirm_return(&ConfirmReturn {
        fields: fields_of(&query),
        invoice_id: invoice_3d,
        total: "75.50".parse()?,
        ..Default::default()
    })?;
    say("paid", confirmed.paid);
    ensure(confirmed.paid && confirmed.completed_now, "the 3-D payment should be completed")?;

    heading("A pre-authorisation, captured in part");
    let held =
        Pay2d { transaction_type: Some(TransactionType::PreAuth), ..order(&invoice("PRE"), GOOD_CARD, "200.00")? };
    client.pay_2d(&held)?;
    show_status(&client, &held.invoice_id)?;
    let part = Some("180.00".parse()?);
    client.confirm_payment(&ConfirmPayment { invoice_id: held.invoice_id.clone(), action: None, total: part })?;
    say("captured", "180.00 TRY");
    show_status(&client, &held.invoice_id)?;

    heading("A card without funds");
    match client.pay_2d(&order(&invoice("DECLINED"), NO_FUNDS_CARD, "20.00")?) {
        Err(HalkodeError::Declined(failure)) => {
            say(
                "code",
                format!(
                    "{:?}, bank {:?}",
                    failure.status_code.unwrap_or_default(),
                    failure.bank_code.unwrap_or_default()
                ),
            );
            say("to the buyer", failure.explanation_tr.unwrap_or_default());
            say("to the shop", failure.advice_tr.unwrap_or_default());
        }
        other => return Err(format!("the card should have been declined, but: {other:?}").into()),
    }

    heading("A sale whose answer is lost");
    let lost = order(&invoice("LOST"), GOOD_CARD, "60.00")?;
    bank::loses_the_next_answer("paySmart2D")?;
    match client.pay_2d(&lost) {
        Err(error) if error.in_doubt => say("no answer", format!("{error}; not sent again")),
        other => return Err(format!("the answer should have been lost, but: {other:?}").into()),
    }
    let settled =
        client.settle(&Settle { invoice_id: lost.invoice_id.clone(), deadline: Some(30), spacing: Some(2) })?;
    say("settled as", settled.state);
    let charges = bank::charges(&lost.invoice_id)?;
    say("times charged", charges);
    ensure(settled.decided && settled.state.as_str() == "paid" && charges == 1, "it should be paid exactly once")?;

    halkbank::day(run)
}

fn card(number: &str) -> Card {
    Card {
        holder_name: "Ayşe Yılmaz".into(),
        number: number.into(),
        expiry_month: "12".into(),
        expiry_year: "2040".into(),
        cvv: Some("555".into()),
    }
}

fn order(invoice_id: &str, number: &str, total: &str) -> Outcome<Pay2d> {
    let total = total.parse()?;
    Ok(Pay2d {
        invoice_id: invoice_id.into(),
        total,
        items: vec![Item { name: "Çanta".into(), price: total, quantity: 1, description: None }],
        name: "Ayşe".into(),
        surname: "Yılmaz".into(),
        card: card(number),
        ..Default::default()
    })
}

fn show_status(client: &Halkode, invoice_id: &str) -> Outcome {
    let status = client.check_status(&CheckStatus { invoice_id: invoice_id.into(), ..Default::default() })?;
    let refunded = status.total_refunded_amount.unwrap_or_default();
    say(
        "status",
        format!("{} ({} TRY, refunded {refunded} TRY)", status.state, status.product_price.unwrap_or_default()),
    );
    Ok(())
}

/// `33.34 + 33.33 + …` for long lists.
fn compact(parts: &[String]) -> String {
    match parts {
        [first, second, _, ..] => format!("{first} + {second} + …"),
        parts => parts.join(" + "),
    }
}

fn heading(text: &str) {
    println!("\n{text}");
}

fn say(what: &str, value: impl std::fmt::Display) {
    println!("  {what}: {value}");
}

fn ensure(holds: bool, otherwise: &str) -> Outcome {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}

/// What the buyer does in the browser.
mod buyer {
    use halkode::BrowserForm;
    use serde_json::json;

    use super::Outcome;

    /// Posts the form, types the one-time code at the bank, and gives back the query with which the browser returns to the shop.
    pub(crate) fn passes_3d(form: &BrowserForm, invoice_id: &str) -> Outcome<String> {
        let fields = form.fields.iter().map(|field| (field.name.as_str(), field.value.expose()));
        ureq::post(&form.action).send_form(fields)?;
        let answer: serde_json::Value =
            super::bank::control(&format!("orders/{invoice_id}/3d"), &json!({ "outcome": "approve" }))?;
        let url = answer["location"].as_str().ok_or("the sandbox gave no address to return to")?;
        Ok(url.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default())
    }

    /// Goes to the bank's page with the form, pays there, and gives back the body of the POST with which the browser returns.
    pub(crate) fn pays_at_the_bank(form: &BrowserForm, order_id: &str) -> Outcome<String> {
        let fields = form.fields.iter().map(|field| (field.name.as_str(), field.value.expose()));
        ureq::post(&form.action).send_form(fields)?;
        let answer = super::bank::control(&format!("halkbank/orders/{order_id}/3d"), &json!({ "outcome": "approve" }))?;
        let fields = answer["fields"].as_object().ok_or("the sandbox gave no fields")?;
        let pairs = fields.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default()));
        Ok(form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
    }
}

/// What only a sandbox lets one do with a bank.
mod bank {
    use serde_json::{Value, json};

    use super::Outcome;

    pub(crate) fn control(path: &str, body: &Value) -> Outcome<Value> {
        Ok(ureq::post(format!("{}/sandbox/{path}", address()?)).send_json(body)?.body_mut().read_json()?)
    }

    /// The next payment is carried out, but its answer never arrives.
    pub(crate) fn loses_the_next_answer(path: &str) -> Outcome {
        control("faults", &json!({ "path": path, "fault": "done_no_answer", "times": 1 }))?;
        Ok(())
    }

    /// How often an invoice was charged.
    pub(crate) fn charges(invoice_id: &str) -> Outcome<usize> {
        let orders: Value = ureq::get(format!("{}/sandbox/orders", address()?)).call()?.body_mut().read_json()?;
        let orders = orders.as_array().ok_or("the sandbox does not list its orders")?;
        Ok(orders.iter().filter(|order| order["invoice_id"] == invoice_id && order["state"] == "Completed").count())
    }

    fn address() -> Outcome<String> {
        let base = std::env::var("HALKODE_BASE_URL")?;
        Ok(base.trim_end_matches('/').trim_end_matches("/ccpayment").to_owned())
    }
}
