//! Payment pages hosted by the gateway (docs/protocol-halkode.md#purchase-link). The card never touches the merchant (PCI DSS SAQ A).

use super::payment::{Billing, CommissionBy, Currency, Item, Order, Recurring, TransactionType, payment};
use super::three_d::check_urls;
use crate::amount::Amount;
use crate::client::Answer;
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

/// The keys that stand outside the JSON text `invoice`.
const OUTSIDE: &[&str] = &[
    "merchant_key",
    "currency_code",
    "name",
    "surname",
    "transaction_type",
    "sale_web_hook_key",
    "ip",
    "vpos_type",
    "identity_number",
    "is_cvv_less",
    "installments_number",
    "order_type",
    "recurring_payment_number",
    "recurring_payment_cycle",
    "recurring_payment_interval",
    "recurring_web_hook_key",
];

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
        let mut body = Object::new();
        for name in OUTSIDE {
            if let Some(value) = all.take(name) {
                body.set(*name, value);
            }
        }
        if let Some(Json::Text(total)) = all.take("total") {
            all.set("total", Json::Number(total));
        }
        body.set("invoice", Json::from(all).expose());
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
