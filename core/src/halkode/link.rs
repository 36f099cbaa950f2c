//! Payment pages hosted by the gateway (docs/protocol-halkode.md#purchase-link). The card never touches the merchant (PCI DSS SAQ A).

use super::answer::Answer;
use super::payment::{Billing, CommissionBy, Currency, Item, Order, Recurring, TransactionType, payment};
use super::three_d::check_urls;
use crate::amount::Amount;
use crate::config::Keys;
use crate::error::HalkodeError;
use crate::json::{Json, Object};
use crate::model::model;
use crate::operation::Exchange;
use crate::secret::Secret;
use crate::transport::{HttpAnswer, HttpRequest};

payment! {
    /// Asks for a link to a payment page.
    MakePurchaseLink {
        /// Where the browser comes back to after success.
        return_url: String,
        /// Where the browser comes back to after a failure.
        cancel_url: String,
        /// With `1`, the page does not ask for the security code.
        is_cvv_less: Option<String>,
        /// The highest instalment count the page offers; the merchant's own when left out.
        max_installment: Option<u32>,
    }
}

model! {
    /// A link to a payment page.
    reply PurchaseLink {
        /// 100.
        status_code: i64,
        /// The gateway's text.
        success_message: Option<String>,
        /// The page to send the buyer to.
        link: String,
        /// The gateway's number of the order.
        order_id: Option<String>,
    }
}

/// Whether a key belongs into the JSON text `invoice`; the others stand beside it.
fn inside(name: &str) -> bool {
    const INSIDE: &[&str] = &[
        "invoice_id",
        "invoice_description",
        "total",
        "items",
        "discount",
        "coupon",
        "return_url",
        "cancel_url",
        "max_installment",
    ];
    INSIDE.contains(&name) || name.starts_with("bill_")
}

impl Exchange for MakePurchaseLink {
    type Reply = PurchaseLink;
    const MONEY: bool = true;

    fn check(&self) -> Result<(), HalkodeError> {
        self.order().check()?;
        check_urls(Some(&self.return_url), Some(&self.cancel_url))
    }

    fn invoice(&self) -> Option<&str> {
        Some(&self.invoice_id)
    }

    fn request(&self, keys: &Keys) -> Result<HttpRequest, HalkodeError> {
        let mut all = self.order_body(keys);
        // This endpoint takes no hash; a count that was not asked for would keep the page from offering a choice.
        all.take("hash_key");
        if self.installments_number.is_none() {
            all.take("installments_number");
        }
        let (mut body, mut invoice) = (Object::new(), Object::new());
        for (name, value) in all {
            let (place, value) = match (name.as_str(), value) {
                ("total", Json::Text(total)) => (&mut invoice, Json::Number(total)),
                ("installments_number", Json::Number(count)) => (&mut body, Json::Text(count)),
                (name, value) => (if inside(name) { &mut invoice } else { &mut body }, value),
            };
            place.set(name, value);
        }
        body.set("invoice", Json::from(invoice).expose());
        Ok(HttpRequest::post("/purchase/link", body))
    }

    fn reply(&self, _keys: &Keys, answer: &HttpAnswer) -> Result<PurchaseLink, HalkodeError> {
        let answer = Answer::read(answer)?;
        if answer.object.get("status") == Some(&Json::Bool(false)) {
            return Err(answer.declined());
        }
        let link = PurchaseLink::from(answer.accept(&[100])?);
        if link.link.is_empty() {
            return Err(HalkodeError::protocol("the answer says success but gives no link"));
        }
        Ok(link)
    }
}
