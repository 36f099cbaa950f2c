//! Payment links: `purchase/link` and the hosted page behind it, where the buyer types the card.

use std::time::Duration;

use rust_decimal::Decimal;

use super::cards::{CARDS, INSTALLMENTS};
use super::order::Status;
use super::sale::{CURRENCIES, card_of, check_items, offers};
use super::three_d::WayBack;
use super::{Ask, Bank, Refusal, Reply, decimal};
use crate::http::{Answer, Call};
use crate::json::{Json, object};
use crate::pages::{self, Input, error_page, escape};
use crate::world::World;

/// A link is good for a day; the bank does not say for how long its own are.
const LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// A link that was handed out.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    invoice_id: String,
    return_url: String,
    cancel_url: String,
    post: bool,
    /// The only instalment count offered, if it was fixed.
    installments: Option<u32>,
}

/// `status` false, and the text under `success_message` too.
pub(super) fn refused(refusal: &Refusal) -> Json {
    object! { "status": false, "status_code": refusal.code, "success_message": refusal.text.as_str(), "status_description": refusal.text.as_str() }
}

impl Bank {
    pub(super) fn purchase_link(&mut self, world: &mut World, ask: &Ask) -> Reply {
        ask.merchant()?;
        let currency = ask.required("currency_code")?;
        ask.required("name")?;
        ask.required("surname")?;
        let invoice = match ask.fields.get("invoice") {
            Some(Json::Text(text)) => Json::parse(text).ok().filter(|json| matches!(json, Json::Object(_))),
            _ => None,
        };
        let invoice = invoice.ok_or_else(|| Refusal::new(1, "The invoice must be a valid JSON string."))?;
        if !CURRENCIES.iter().any(|(code, _)| *code == currency) {
            return Err(Refusal::new(12, "Invalid Currency code"));
        }
        // What may stand inside the invoice or beside it.
        let mut fields = ask.fields.clone().without("invoice");
        for (key, value) in invoice.members() {
            fields.set(key, value.clone());
        }
        let inner = Ask { call: ask.call, fields };
        let fields = &inner.fields;
        let invoice_id = inner.required("invoice_id")?;
        let total = inner.amount("total")?;
        if total <= Decimal::ZERO {
            return Err(Refusal::new(1, "The total must be greater than 0."));
        }
        check_items(fields.get("items"), total, decimal(&fields.text("discount")).unwrap_or_default())?;
        let hook = fields.text("sale_web_hook_key");
        if !hook.is_empty() && !world.hooks.knows(&hook) {
            return Err(Refusal::new(56, "Invalid sale web hook key! Please check key name on Halkode"));
        }
        let fixed =
            if fields.text("installments_number").is_empty() { None } else { Some(super::sale::installments(fields)?) };
        let terms = super::recurring::Terms::read(world, fields, fixed.unwrap_or(1))?;
        let way = WayBack::read(fields)?;
        if self.order(&invoice_id).is_some() {
            return Err(Refusal::new(3, "The invoice id already processed"));
        }
        let text = match fields.get("total") {
            Some(Json::Number(_)) => total.normalize().to_string(),
            _ => fields.text("total"),
        };
        let mut order = self.new_order(world, &invoice_id, total, text, &currency, fields);
        order.status = Status::Waiting { until: world.now().plus(LIFETIME) };
        order.terms = terms;
        order.by_merchant = false;
        let order_id = order.order_id.clone();
        let link = format!("{}/ccpayment/makepayment/{order_id}", world.base);
        self.links.insert(
            order_id.clone(),
            Link {
                invoice_id,
                return_url: way.return_url,
                cancel_url: way.cancel_url,
                post: way.post,
                installments: fixed,
            },
        );
        self.orders.push(order);
        Ok(Answer::json(
            &object! { "status": true, "status_code": 100, "success_message": "Success !", "link": link, "order_id": order_id },
        ))
    }

    /// The page behind a link: shows the card form, takes the card and goes on to the bank.
    pub(super) fn hosted_page(&mut self, world: &mut World, call: &Call, order_id: &str) -> Answer {
        let Some(link) = self.links.get(order_id).cloned() else {
            return error_page(404, "Böyle bir ödeme linki yok · No such payment link");
        };
        if call.method != "POST"
            || self.order(&link.invoice_id).is_some_and(|order| !matches!(order.status, Status::Waiting { .. }))
        {
            return self.show_hosted_page(&link, "");
        }
        let ask = Ask { call, fields: call.fields() };
        match self.take_card(&link, &ask) {
            Ok(visit) => Answer::see_other(format!("{}/ccpayment/acs/{visit}", world.base)),
            Err(refusal) => self.show_hosted_page(&link, &format!("{} ({})", refusal.text, refusal.code)),
        }
    }

    fn take_card(&mut self, link: &Link, ask: &Ask) -> Result<String, Refusal> {
        let card = card_of(ask)?;
        let count = match link.installments {
            Some(count) => count,
            None => super::sale::installments(&ask.fields)?,
        };
        if card.known.outcome == super::cards::Outcome::Foreign {
            return Err(Refusal::new(76, "Foreign Cards are not Allowed for this Merchant."));
        }
        offers(card.known, count)?;
        let way = WayBack { return_url: link.return_url.clone(), cancel_url: link.cancel_url.clone(), post: link.post };
        let order = self.order_mut(&link.invoice_id).ok_or_else(|| Refusal::new(31, "Transaction Not Found"))?;
        order.installments = count;
        order.take_card(card);
        let order = order.clone();
        Ok(self.visit(&order, &way))
    }

    fn show_hosted_page(&self, link: &Link, problem: &str) -> Answer {
        let Some(order) = self.order(&link.invoice_id) else { return error_page(404, "Not Found") };
        let head = format!(
            "<dl><dt>İşyeri <span lang=en>Merchant</span><dd>HALKÖDE Sandbox Mağazası<dt>Açıklama <span lang=en>For</span><dd>{}\
             <dt>Tutar <span lang=en>Amount</span><dd class=amount>{:.2} {}</dl>",
            escape(&order.description),
            order.total,
            escape(&order.currency)
        );
        if !matches!(order.status, Status::Waiting { .. }) {
            return pages::used_page(&head, "Bu ödeme linki kullanıldı.", "This payment link has been used.");
        }
        let counts: String = match link.installments {
            Some(count) => format!("<option value={count}>{count}</option>"),
            None => INSTALLMENTS.iter().map(|count| format!("<option value={count}>{count}</option>")).collect(),
        };
        let more = format!(
            "<label for=installments_number>Taksit <span lang=en>Instalments</span></label>\
             <select id=installments_number name=installments_number>{counts}</select>"
        );
        let samples: String = CARDS
            .iter()
            .map(|card| {
                let expiry = (card.expiry_month, card.expiry_year);
                pages::sample_card(card.number, expiry, card.cvv, "", (card.turkish, card.english))
            })
            .collect();
        let inputs = [
            Input::new("cc_holder_name", "Kart üzerindeki ad", "Name on card", "autocomplete=cc-name"),
            Input::new("cc_no", "Kart numarası", "Card number", "inputmode=numeric autocomplete=cc-number"),
            Input::new("expiry_month", "Ay", "Month", "inputmode=numeric autocomplete=cc-exp-month maxlength=2"),
            Input::new("expiry_year", "Yıl", "Year", "inputmode=numeric autocomplete=cc-exp-year maxlength=4"),
            Input::new("cvv", "CVV", "Security code", "inputmode=numeric autocomplete=cc-csc maxlength=4"),
        ];
        pages::card_page(&head, problem, &inputs, &more, "", &samples)
    }
}
