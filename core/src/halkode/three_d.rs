//! Payments with 3-D Secure: the form for the browser, and the page for it (docs/protocol-halkode.md#three-d-flow).

use zeroize::Zeroizing;

use super::CARD_FIELDS;
use super::answer::Answer;
use super::client::Halkode;
use super::payment::{Card, Order, check_card_token, normalise_expiry, payment, saved_card};
use crate::amount::Amount;
use crate::check;
use crate::config::{Keys, UrlUse, check_url};
use crate::delivery::no_stray_pan;
use crate::error::{Failure, HalkodeError, Sent};
use crate::html;
use crate::json::{Json, Object};
use crate::model::{Value, choice, model};
use crate::operation::{Exchange, Kind, Operation};
use crate::secret::Secret;
use crate::transport::{HttpAnswer, HttpRequest};

// Items and amounts are named by the macro below.
use super::payment::{Billing, CommissionBy, Currency, Item, Recurring, TransactionType};

choice! {
    /// Who takes the money once the buyer has passed 3-D Secure.
    CompletedBy {
        /// The shop, with `complete_payment` (or `confirm_return`), within 15 minutes: nothing is charged that the shop has not seen.
        Merchant = "merchant",
        /// The gateway, at once, even if the buyer's browser never comes back to the shop.
        App = "app",
    }
}

choice! {
    /// How the browser comes back to the shop.
    ResponseMethod {
        /// With the fields in the address. Session cookies with SameSite=Lax are sent.
        Get = "GET",
        /// With the fields in a form. A cross-site POST: session cookies with SameSite=Lax are **not** sent.
        Post = "POST",
    }
}

/// The fields of every 3-D Secure payment, written once, behind its own and in front of those of every payment.
macro_rules! three_d {
    ($(#[doc = $doc:expr])* $name:ident { $($own:tt)* }) => {
        payment! {
            $(#[doc = $doc])*
            $name {
                $($own)*
                /// Where the browser comes back to after success.
                return_url: String,
                /// Where the browser comes back to after a failure.
                cancel_url: String,
                /// `merchant` when left out.
                completed_by: Option<CompletedBy> = "payment_completed_by",
                /// `GET` when left out.
                response_method: Option<ResponseMethod>,
            }
        }
    };
}

three_d! {
    /// A 3-D Secure payment that the buyer's browser starts. With the card left out, the page asks the buyer for it and the card
    /// never passes through the merchant's server.
    Pay3dForm {
        /// The card; left out, the page asks the buyer for it.
        card: Option<Card>,
    }
}

three_d! {
    /// A 3-D Secure payment that the server starts. The card passes through the merchant's server (PCI DSS SAQ D).
    Pay3d {
        /// The card.
        card: Card,
    }
}

saved_card! {
    three_d: /// A 3-D Secure payment with a saved card, started by the buyer's browser.
    PayCardToken3dForm
}

model! {
    /// A form for the buyer's browser.
    result BrowserForm {
        /// Where the form posts to.
        action: String,
        /// The fields in order.
        fields: Vec<FormField>,
        /// A whole page with the form, which submits itself (or asks for the card first); send it as `text/html; charset=utf-8`
        /// and never store it: it may hold the card.
        html: Secret,
    }
}

model! {
    /// A field of a form.
    result FormField {
        /// Its name.
        name: String,
        /// Its value.
        value: Secret,
    }
}

model! {
    /// The page that takes the buyer to the bank.
    result BankPage {
        /// The page; send it to the buyer's browser as `text/html; charset=utf-8`, unchanged. No money has moved yet.
        html: Secret,
    }
}

pub(crate) fn check_urls(return_url: Option<&str>, cancel_url: Option<&str>) -> Result<(), HalkodeError> {
    for (field, url) in [("return_url", return_url), ("cancel_url", cancel_url)] {
        if let Some(url) = url {
            check::text(field, url, 2000)?;
            check_url(field, url, UrlUse::Shop)?;
        }
    }
    Ok(())
}

/// What the three 3-D requests add to an order.
fn three_d_body(mut body: Object, completed_by: Option<CompletedBy>) -> Object {
    body.set("payment_completed_by", completed_by.unwrap_or_default().as_str());
    body
}

fn browser_form(
    client: &Halkode,
    path: &str,
    body: Object,
    screen: &html::Screen<'_>,
) -> Result<BrowserForm, HalkodeError> {
    let action = format!("{}{path}", client.base()?);
    let text = |value: Json| match value {
        // A form has no types: lists and objects travel as JSON text.
        Json::List(_) | Json::Object(_) => Zeroizing::new(value.expose()),
        Json::Secret(secret) => Zeroizing::new(secret.expose().to_owned()),
        Json::Bool(value) => Zeroizing::new(if value { "1".into() } else { "0".into() }),
        other => Zeroizing::new(other.as_text().unwrap_or_default().to_owned()),
    };
    let fields = body.into_iter().map(|(name, value)| (name, text(value))).collect();
    Ok(BrowserForm::new(action, fields, screen))
}

impl BrowserForm {
    pub(crate) fn new(action: String, fields: Vec<(String, Zeroizing<String>)>, screen: &html::Screen<'_>) -> Self {
        let page = html::form_page(&action, &fields, screen);
        Self {
            action,
            fields: fields.into_iter().map(|(name, value)| FormField { name, value: value.as_str().into() }).collect(),
            html: page.as_str().into(),
        }
    }
}

impl Operation for Pay3dForm {
    type Client = Halkode;
    type Reply = BrowserForm;
    const KIND: Kind = Kind::Pure;

    fn run(&self, client: &Halkode) -> Result<BrowserForm, HalkodeError> {
        let order = self.order();
        no_stray_pan(&self.write().unwrap_or_default(), "", CARD_FIELDS)?;
        order.check()?;
        check_urls(Some(&self.return_url), Some(&self.cancel_url))?;
        let amount = format!("{} {}", order.total, order.currency);
        let mut body = self.order_body(client.keys());
        let screen = match &self.card {
            Some(card) => {
                card.check(order.insurance())?;
                body = normalise_expiry(body, &card.expiry_month, &card.expiry_year)?;
                html::Screen::Submits
            }
            None => html::Screen::Asks(&amount),
        };
        browser_form(client, "/api/paySmart3D", three_d_body(body, self.completed_by), &screen)
    }
}

impl Operation for PayCardToken3dForm {
    type Client = Halkode;
    type Reply = BrowserForm;
    const KIND: Kind = Kind::Pure;

    fn run(&self, client: &Halkode) -> Result<BrowserForm, HalkodeError> {
        no_stray_pan(&self.write().unwrap_or_default(), "", CARD_FIELDS)?;
        self.order().check()?;
        check_card_token(&self.card_token, &self.customer_number)?;
        check_urls(Some(&self.return_url), Some(&self.cancel_url))?;
        let body = self.order_body(client.keys());
        browser_form(client, "/api/payByCardToken", three_d_body(body, self.completed_by), &html::Screen::Submits)
    }
}

impl Exchange for Pay3d {
    type Reply = BankPage;
    const MONEY: bool = true;

    fn check(&self) -> Result<(), HalkodeError> {
        self.card.check(self.order().insurance())?;
        self.order().check()?;
        check_urls(Some(&self.return_url), Some(&self.cancel_url))
    }

    fn invoice(&self) -> Option<&str> {
        Some(&self.invoice_id)
    }

    fn request(&self, keys: &Keys) -> Result<HttpRequest, HalkodeError> {
        let body = normalise_expiry(self.order_body(keys), &self.card.expiry_month, &self.card.expiry_year)?;
        Ok(HttpRequest::post("/api/paySmart3D", three_d_body(body, self.completed_by)))
    }

    /// Tells the bank's page from the four shapes in which a refusal comes: JSON, a form that posts to `cancel_url`, a redirect to
    /// `cancel_url`, and an empty 404.
    fn reply(&self, _keys: &Keys, answer: &HttpAnswer) -> Result<BankPage, HalkodeError> {
        let page = |url: &str| url.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').to_owned();
        let to_shop = |url: &str| page(url) == page(&self.cancel_url) || page(url) == page(&self.return_url);
        if (300..400).contains(&answer.status) {
            let target = answer.location.as_deref().unwrap_or_default();
            if to_shop(target) {
                let fields = target.split_once('?').map(|(_, query)| html::query(query)).unwrap_or_default();
                return Err(refused(answer, fields, "the gateway redirected to cancel_url"));
            }
        }
        if answer.status == 404 && answer.body.is_empty() {
            return Err(HalkodeError::Declined(Box::new(Failure {
                reason: "the gateway answered HTTP 404 without a text, which is how it refuses a card number".into(),
                sent: Some(Sent::Yes),
                http_status: Some(404),
                explanation_en: Some("The card number was refused.".into()),
                explanation_tr: Some("Kart numarası kabul edilmedi.".into()),
                advice_en: Some("Ask the buyer to check the card number or to use another card.".into()),
                advice_tr: Some(
                    "Alıcıdan kart numarasını denetlemesini ya da başka bir kart kullanmasını isteyin.".into(),
                ),
                ..Failure::default()
            })));
        }
        if answer.status == 200
            && let Some(form) = std::str::from_utf8(&answer.body).ok().and_then(html::first_form)
        {
            if to_shop(&form.action) {
                return Err(refused(answer, form.inputs, "the gateway's page leads to cancel_url"));
            }
            return Ok(BankPage { html: String::from_utf8_lossy(&answer.body).into_owned().into() });
        }
        // JSON says no; anything else is no answer. A JSON success would be one without a page to show.
        let answer = Answer::read(answer)?;
        match answer.code {
            Some(100) => Err(HalkodeError::protocol("the answer says success but is not a page for the buyer")),
            _ => answer.accept(&[]).map(|_| BankPage::default()),
        }
    }
}

/// A refusal told in form fields or query parameters.
fn refused(answer: &HttpAnswer, fields: Vec<(String, String)>, how: &str) -> HalkodeError {
    let object: Object = fields.into_iter().map(|(name, value)| (name, Json::from(value))).collect();
    let code = object.get("status_code").and_then(Json::as_int);
    if code == Some(100) {
        return HalkodeError::Protocol(Failure::unclear(
            answer,
            &format!("{how} with a success nobody could have given yet"),
        ));
    }
    if code.is_none() {
        return HalkodeError::Declined(Box::new(Failure {
            reason: format!("{how} without saying why; a merchant key that does not fit does this"),
            sent: Some(Sent::Yes),
            http_status: Some(answer.status.into()),
            ..Failure::default()
        }));
    }
    let told =
        HttpAnswer { status: 200, body: Json::from(object).to_string().into_bytes().into(), ..HttpAnswer::default() };
    match Answer::read(&told) {
        Ok(answer) => answer.declined(),
        Err(error) => error,
    }
}
