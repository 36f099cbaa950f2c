//! What every payment has in common, and the payments without 3-D Secure.

use super::Layout;
use super::answer::Answer;
use super::hash::Sealed;
use crate::amount::Amount;
use crate::check;
use crate::config::Keys;
use crate::error::{Failure, HalkodeError};
use crate::json::{Json, Object};
use crate::model::{Model, Value, choice, model};
use crate::operation::Exchange;
use crate::secret::Secret;
use crate::transport::{HttpAnswer, HttpRequest};

choice! {
    /// The currency of an amount, by its ISO 4217 letters.
    Currency {
        /// Turkish lira.
        Try = "TRY",
        /// US dollar.
        Usd = "USD",
        /// Euro.
        Eur = "EUR",
    }
}

choice! {
    /// Whether a payment takes the money or only holds it.
    TransactionType {
        /// A sale: the money is taken.
        Auth = "Auth",
        /// A pre-authorisation: the money is held until `confirm_payment` captures or releases it.
        PreAuth = "PreAuth",
    }
}

choice! {
    /// Who bears the commission of an instalment payment.
    CommissionBy {
        /// The buyer: the card is charged more than the total.
        User = "user",
        /// The merchant.
        Merchant = "merchant",
    }
}

choice! {
    /// The unit in which the distance of recurring charges is counted.
    RecurringCycle {
        /// Days.
        Day = "D",
        /// Months.
        Month = "M",
        /// Years.
        Year = "Y",
    }
}

model! {
    /// A card as its holder typed it. It is zeroed after use, never logged, and kept out of every error.
    flat Card {
        /// The holder's name, up to 100 characters.
        holder_name: String = "cc_holder_name",
        /// The card number (PAN): 12 to 19 digits without blanks; masked for an insurance payment.
        number: Secret = "cc_no",
        /// Month of expiry, `01` to `12`.
        expiry_month: String,
        /// Year of expiry, two or four digits.
        expiry_year: String,
        /// The security code, three or four digits; only an insurance payment can do without.
        cvv: Option<Secret>,
    }
}

impl Card {
    /// Checks everything on the card.
    pub(crate) fn check(&self, insurance: bool) -> Result<(), HalkodeError> {
        check::text("card.holder_name", &self.holder_name, 100)?;
        if insurance {
            check::masked_pan("card.number", &self.number)?;
        } else {
            check::pan("card.number", &self.number)?;
        }
        check::expiry("card.expiry_month", &self.expiry_month, "card.expiry_year", &self.expiry_year)?;
        match &self.cvv {
            Some(cvv) => check::cvv("card.cvv", cvv),
            None if insurance => Ok(()),
            None => Err(HalkodeError::request("card.cvv", "is required")),
        }
    }
}

/// Writes the expiry in a body as `MM` and `YYYY`, however the caller wrote it.
pub(crate) fn normalise_expiry(mut body: Object, month: &str, year: &str) -> Result<Object, HalkodeError> {
    let (month, year) = check::expiry("expiry_month", month, "expiry_year", year)?;
    body.set("expiry_month", month);
    body.set("expiry_year", year);
    Ok(body)
}

model! {
    /// A line of the basket. The sum of price × quantity over all lines, less the discount, must be the total.
    part Item {
        /// What is sold, up to 100 characters.
        name: String,
        /// Price of **one** piece in lira, at most two decimals; a discount line may be negative.
        price: Amount,
        /// How many, at least 1.
        quantity: u32,
        /// More about it, up to 255 characters.
        description: Option<String>,
    }
}

model! {
    /// The buyer's address for the bill.
    flat Billing {
        /// First line, up to 100 characters.
        address1: Option<String> = "bill_address1",
        /// Second line, up to 100 characters.
        address2: Option<String> = "bill_address2",
        /// City.
        city: Option<String> = "bill_city",
        /// Postal code.
        postcode: Option<String> = "bill_postcode",
        /// Province or state.
        state: Option<String> = "bill_state",
        /// Country.
        country: Option<String> = "bill_country",
        /// E-mail address.
        email: Option<String> = "bill_email",
        /// Telephone number.
        phone: Option<String> = "bill_phone",
    }
}

model! {
    /// Makes a payment the first of a recurring plan. No instalments then (docs/protocol-halkode.md#recurring).
    flat Recurring {
        /// How many charges in all, 2 to 121.
        number: u32 = "recurring_payment_number",
        /// The unit of the interval.
        cycle: RecurringCycle = "recurring_payment_cycle",
        /// How many units lie between two charges, 1 to 99.
        interval: u32 = "recurring_payment_interval",
        /// Name of the web-hook of the merchant panel that is told of the later charges.
        web_hook_key: Option<String> = "recurring_web_hook_key",
    }
}

/// The fields every payment request shares, written once.
macro_rules! payment {
    ($(#[doc = $doc:expr])* $name:ident { $($own:tt)* }) => {
        $crate::model::model! {
            $(#[doc = $doc])*
            request $name {
                $($own)*
                /// The merchant's own number of this payment, up to 64 characters. Use a new one for every attempt: the gateway
                /// refuses a known one (code 3), even after a failure. A long number that could be a card's is refused here; a letter in it
                /// avoids that.
                invoice_id: String,
                /// What the buyer pays for, up to 255 characters.
                invoice_description: Option<String>,
                /// The amount to pay in lira (or in `currency`), at most two decimals.
                total: Amount,
                /// TRY when left out.
                currency: Option<Currency> = "currency_code",
                /// 1 for a single payment, which is also meant when left out.
                installments_number: Option<u32>,
                /// The basket; when left out, one line over the whole total.
                items: Vec<Item>,
                /// The buyer's first name.
                name: String,
                /// The buyer's surname.
                surname: String,
                /// A discount on the whole basket, in lira.
                discount: Option<Amount>,
                /// The coupon behind the discount.
                coupon: Option<String>,
                /// The buyer's address for the bill.
                billing: Option<Billing>,
                /// The buyer's IP address.
                ip: Option<String>,
                /// A sale when left out.
                transaction_type: Option<TransactionType>,
                /// Makes this the first charge of a recurring plan.
                recurring: Option<Recurring>,
                /// Who bears the commission; the rule of the merchant panel when left out. The family's members spell this setting
                /// in two ways, and both are sent (docs/protocol-halkode.md#open-questions).
                commission_by: Option<CommissionBy>,
                /// The card programme as `get_pos` names it, for instance `PARAF`.
                card_program: Option<String>,
                /// Name of the web-hook of the merchant panel that is told of the outcome.
                sale_web_hook_key: Option<String>,
                /// Agriculture cards: months until payment, as `get_pos` names them.
                maturity_period: Option<u32>,
                /// Agriculture cards: payments a year, as `get_pos` names them.
                payment_frequency: Option<u32>,
                /// Insurance merchants: `insurance`.
                vpos_type: Option<String>,
                /// Insurance merchants: the insured person's identity number, 10 or 11 digits.
                identity_number: Option<Secret>,
                /// Fields this library does not know, sent as they are.
                additional: Object,
            }
        }

        impl $crate::halkode::payment::Order for $name {
            fn order(&self) -> $crate::halkode::payment::OrderFields<'_> {
                $crate::halkode::payment::OrderFields {
                    invoice_id: &self.invoice_id,
                    invoice_description: self.invoice_description.as_deref(),
                    total: self.total,
                    currency: self.currency.unwrap_or_default(),
                    installments_number: self.installments_number.unwrap_or(1),
                    items: &self.items,
                    name: &self.name,
                    surname: &self.surname,
                    discount: self.discount,
                    billing: self.billing.as_ref(),
                    ip: self.ip.as_deref(),
                    recurring: self.recurring.as_ref(),
                    commission_by: self.commission_by,
                    vpos_type: self.vpos_type.as_deref(),
                    identity_number: self.identity_number.as_ref(),
                    additional: &self.additional,
                }
            }
        }
    };
}
pub(crate) use payment;

/// The fields of every payment with a saved card, written once; `$payment` adds the others.
macro_rules! saved_card {
    ($payment:ident: $(#[doc = $doc:expr])* $name:ident) => {
        $payment! {
            $(#[doc = $doc])*
            $name {
                /// The saved card, as `save_card` gave it.
                card_token: Secret,
                /// The merchant's own number of the customer, as given to `save_card`.
                customer_number: String,
                /// The customer's name.
                customer_name: Option<String>,
                /// The customer's e-mail address.
                customer_email: Option<String>,
                /// The customer's telephone number.
                customer_phone: Option<String>,
                /// Whether the token is another provider's; false when left out.
                is_remote_card_token: Option<bool>,
            }
        }
    };
}
pub(crate) use saved_card;

/// A payment request, whatever pays it.
pub(crate) trait Order: Model {
    fn order(&self) -> OrderFields<'_>;

    /// The body: normalised, with merchant key and hash.
    fn order_body(&self, keys: &Keys) -> Object {
        self.order().complete(self.body(), keys)
    }
}

/// The shared fields of a payment, borrowed.
pub(crate) struct OrderFields<'a> {
    pub invoice_id: &'a str,
    pub invoice_description: Option<&'a str>,
    pub total: Amount,
    pub currency: Currency,
    pub installments_number: u32,
    pub items: &'a [Item],
    pub name: &'a str,
    pub surname: &'a str,
    pub discount: Option<Amount>,
    pub billing: Option<&'a Billing>,
    pub ip: Option<&'a str>,
    pub recurring: Option<&'a Recurring>,
    pub commission_by: Option<CommissionBy>,
    pub vpos_type: Option<&'a str>,
    pub identity_number: Option<&'a Secret>,
    pub additional: &'a Object,
}

impl OrderFields<'_> {
    /// Completes a body made of the request's own fields.
    fn complete(&self, mut body: Object, keys: &Keys) -> Object {
        body.take("additional");
        body.set("invoice_description", self.invoice_description.unwrap_or_default());
        body.set("currency_code", self.currency.as_str());
        body.set("installments_number", i64::from(self.installments_number));
        if self.items.is_empty() {
            let name = self.invoice_description.filter(|text| !text.trim().is_empty()).unwrap_or(self.invoice_id);
            let item = Item {
                name: name.chars().take(100).collect(),
                price: self.total + self.discount.unwrap_or_default(),
                quantity: 1,
                description: None,
            };
            let mut line = Object::new();
            vec![item].wire("items", &mut line);
            body.set("items", line.take("items").unwrap_or_default());
        }
        if let Some(Json::List(items)) = body.take("items") {
            // The gateway wants every key of a line, prices as numbers.
            let items: Vec<Json> = items
                .into_iter()
                .filter_map(Json::into_object)
                .map(|mut item| {
                    if let Some(Json::Text(price)) = item.get("price").cloned() {
                        item.set("price", Json::Number(price));
                    }
                    if item.get("description").is_none() {
                        item.set("description", "");
                    }
                    item.into()
                })
                .collect();
            body.set("items", items);
        }
        if self.recurring.is_some() {
            body.set("order_type", 1);
        }
        if let Some(payer) = self.commission_by {
            body.set("is_commission_from_user", "1");
            body.set("commission_by", payer.as_str());
            body.set("is_comission_from_user", if payer == CommissionBy::User { "1" } else { "2" });
        }
        for (name, value) in self.additional.iter() {
            if body.get(name).is_none() {
                body.set(name, value.clone());
            }
        }
        body.set("merchant_key", keys.merchant_key.clone());
        body.set(
            "hash_key",
            keys.seal(
                Layout::Payment,
                &[
                    ("total", &self.total.to_string()),
                    ("installments_number", &self.installments_number.to_string()),
                    ("currency_code", self.currency.as_str()),
                    ("invoice_id", self.invoice_id),
                ],
            ),
        );
        body
    }

    pub(crate) fn insurance(&self) -> bool {
        self.vpos_type == Some("insurance")
    }

    pub(crate) fn check(&self) -> Result<(), HalkodeError> {
        check::invoice_id(self.invoice_id)?;
        check::optional_text("invoice_description", self.invoice_description, 255)?;
        check::amount("total", self.total)?;
        check::text("name", self.name, 100)?;
        check::text("surname", self.surname, 100)?;
        check::optional_text("ip", self.ip, 45)?;
        if !(1..=99).contains(&self.installments_number) {
            return Err(HalkodeError::request("installments_number", "must be 1 (single payment) to 99"));
        }
        if let Some(billing) = self.billing {
            billing.check()?;
        }
        if let Some(recurring) = self.recurring {
            recurring.check(self.installments_number)?;
        }
        if let Some(identity) = self.identity_number {
            let digits = identity.expose();
            if !(10..=11).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(HalkodeError::request("identity_number", "must be 10 or 11 digits"));
            }
        }
        self.check_sum()
    }

    /// The gateway's own message for a wrong sum (code 13) prints two numbers that may look alike; this one shows the reckoning.
    fn check_sum(&self) -> Result<(), HalkodeError> {
        let discount = self.discount.unwrap_or_default();
        check::payable("discount", discount)?;
        if discount < Amount::ZERO {
            return Err(HalkodeError::request("discount", "must not be negative"));
        }
        if self.items.is_empty() {
            return Ok(());
        }
        for (i, item) in self.items.iter().enumerate() {
            check::text(&format!("items[{i}].name"), &item.name, 100)?;
            check::optional_text(&format!("items[{i}].description"), item.description.as_deref(), 255)?;
            check::payable(&format!("items[{i}].price"), item.price)?;
            if !(1..=1_000_000).contains(&item.quantity) {
                return Err(HalkodeError::request(format!("items[{i}].quantity"), "must be 1 to 1000000"));
            }
        }
        let sum = self.items.iter().map(|item| item.price.times(item.quantity)).sum::<Amount>() - discount;
        if sum == self.total {
            return Ok(());
        }
        let mut reckoning: Vec<String> =
            self.items.iter().take(10).map(|item| format!("{} × {}", item.quantity, item.price)).collect();
        if self.items.len() > 10 {
            reckoning.push(format!("{} more", self.items.len() - 10));
        }
        let less = if discount == Amount::ZERO { String::new() } else { format!(" − discount {discount}") };
        Err(HalkodeError::request(
            "items",
            format!(
                "add up to {}{less} = {sum}, but total is {}; price is the price of one piece",
                reckoning.join(" + "),
                self.total
            ),
        ))
    }
}

impl Billing {
    fn check(&self) -> Result<(), HalkodeError> {
        for (field, value) in [
            ("billing.address1", &self.address1),
            ("billing.address2", &self.address2),
            ("billing.city", &self.city),
            ("billing.postcode", &self.postcode),
            ("billing.state", &self.state),
            ("billing.country", &self.country),
            ("billing.email", &self.email),
            ("billing.phone", &self.phone),
        ] {
            check::optional_text(field, value.as_deref(), 100)?;
        }
        Ok(())
    }
}

impl Recurring {
    pub(crate) fn check(&self, installments: u32) -> Result<(), HalkodeError> {
        if installments != 1 {
            return Err(HalkodeError::request("installments_number", "must be 1 for a recurring payment"));
        }
        if !(2..=121).contains(&self.number) {
            return Err(HalkodeError::request("recurring.number", "must be 2 to 121"));
        }
        if !(1..=99).contains(&self.interval) {
            return Err(HalkodeError::request("recurring.interval", "must be 1 to 99"));
        }
        Ok(())
    }
}

payment! {
    /// A card payment without 3-D Secure. The card passes through the merchant's server (PCI DSS SAQ D).
    Pay2d {
        /// The card.
        card: Card,
        /// Where a page should lead after a payment; not needed here.
        return_url: Option<String>,
        /// Where a page should lead after a failure; not needed here.
        cancel_url: Option<String>,
    }
}

saved_card! {
    payment: /// A payment with a saved card, without 3-D Secure.
    PayCardToken2d
}

model! {
    /// A payment the gateway has carried out (or, in `confirm_return`, completed).
    reply Payment {
        /// 100.
        status_code: i64,
        /// The gateway's text.
        status_description: Option<String>,
        /// The gateway's number of the order, the same as `order_id`. Digits beyond a 64-bit number: text.
        order_no: Option<String>,
        /// The gateway's number of the order.
        order_id: Option<String>,
        /// The merchant's own number.
        invoice_id: Option<String>,
        /// The masked card number.
        credit_card_no: Option<String>,
        /// `Auth` or `Pre-Authorization`.
        transaction_type: Option<String>,
        /// True for a payment that was carried out.
        payment_status: Option<bool>,
        /// 1 card, 2 mobile, 3 wallet.
        payment_method: Option<i64>,
        /// 100 or the bank's code.
        error_code: Option<String>,
        /// The bank's text.
        error: Option<String>,
        /// The bank's authorisation code.
        auth_code: Option<String>,
        /// The merchant's commission in lira.
        merchant_commission: Option<Amount>,
        /// The buyer's commission in lira.
        user_commission: Option<Amount>,
        /// The merchant's commission in per cent.
        merchant_commission_percentage: Option<Amount>,
        /// The fixed part of the merchant's commission in lira.
        merchant_commission_fixed: Option<Amount>,
        /// The bank's own code; empty on success.
        original_bank_error_code: Option<String>,
        /// The bank's own text; empty on success.
        original_bank_error_description: Option<String>,
        /// The gateway's word for the state, when the payment was completed by the merchant, for instance `Completed`.
        status: Option<String>,
        /// True when the answer carried a hash and it fits the order.
        hash_verified: bool,
    }
}

/// What the answer to a payment must fit.
pub(crate) struct Expected<'a> {
    pub invoice_id: &'a str,
    pub total: Option<Amount>,
    pub currency: Option<Currency>,
}

/// Reads the answer to a payment: carried out, or why not.
pub(crate) fn read_payment(keys: &Keys, answer: &HttpAnswer, expected: &Expected<'_>) -> Result<Payment, HalkodeError> {
    let mut object = Answer::read(answer)?.accept(&[100])?;
    let odd = |reason| Err(HalkodeError::Protocol(Failure::unclear(answer, reason)));
    // The particulars lie under `data`; one flat reply serves better than the gateway's two levels.
    for (name, value) in object.take("data").and_then(Json::into_object).unwrap_or_default() {
        if object.get(&name).is_none() {
            object.set(name, value);
        }
    }
    let hash =
        object.take("hash_key").and_then(|hash| hash.as_text().map(str::to_owned)).filter(|hash| !hash.is_empty());
    let mut payment = Payment::from(object);
    payment.hash_verified = false;
    payment.extra.take("hash_verified");
    if payment.invoice_id.as_deref().is_some_and(|invoice| invoice != expected.invoice_id) {
        return odd("the answer is about another invoice");
    }
    // Success is 100 and payment_status 1; a hash that says success may stand for an absent payment_status.
    let unproven =
        payment.payment_status.is_none() && (hash.is_none() || payment.extra.get("payment_status").is_some());
    if payment.payment_status == Some(false) || unproven {
        return odd("the answer says success (100) but payment_status does not say that it was carried out");
    }
    if let Some(hash) = hash {
        let Some(sealed) = Sealed::open(keys, Layout::PaymentAnswer, &hash) else {
            return Err(HalkodeError::signature("the answer's hash_key does not open with this merchant's secret"));
        };
        let currency = expected.currency.map(Currency::as_str);
        if let Some(part) = sealed.mismatch(Some(expected.invoice_id), expected.total, currency) {
            return Err(HalkodeError::signature(format!("the answer's hash_key was made for another {part}")));
        }
        if !sealed.succeeded() {
            return Err(HalkodeError::signature("the answer says success but its hash_key says failure"));
        }
        payment.hash_verified = true;
    }
    Ok(payment)
}

pub(crate) fn order_expected<'a>(order: &OrderFields<'a>) -> Expected<'a> {
    Expected { invoice_id: order.invoice_id, total: Some(order.total), currency: Some(order.currency) }
}

impl Exchange for Pay2d {
    type Reply = Payment;
    const MONEY: bool = true;

    fn check(&self) -> Result<(), HalkodeError> {
        self.card.check(self.order().insurance())?;
        self.order().check()?;
        super::three_d::check_urls(self.return_url.as_deref(), self.cancel_url.as_deref())
    }

    fn invoice(&self) -> Option<&str> {
        Some(&self.invoice_id)
    }

    fn request(&self, keys: &Keys) -> Result<HttpRequest, HalkodeError> {
        let body = normalise_expiry(self.order_body(keys), &self.card.expiry_month, &self.card.expiry_year)?;
        Ok(HttpRequest::post("/api/paySmart2D", body))
    }

    fn reply(&self, keys: &Keys, answer: &HttpAnswer) -> Result<Payment, HalkodeError> {
        read_payment(keys, answer, &order_expected(&self.order()))
    }
}

/// The checks of a payment with a saved card.
pub(crate) fn check_card_token(card_token: &Secret, customer_number: &str) -> Result<(), HalkodeError> {
    if card_token.is_empty() {
        return Err(HalkodeError::request("card_token", "is empty"));
    }
    super::cards::check_customer_number(customer_number)
}

impl Exchange for PayCardToken2d {
    type Reply = Payment;
    const MONEY: bool = true;

    fn check(&self) -> Result<(), HalkodeError> {
        check_card_token(&self.card_token, &self.customer_number)?;
        self.order().check()
    }

    fn invoice(&self) -> Option<&str> {
        Some(&self.invoice_id)
    }

    fn request(&self, keys: &Keys) -> Result<HttpRequest, HalkodeError> {
        Ok(HttpRequest::post("/api/payByCardTokenNonSecure", self.order_body(keys)))
    }

    fn reply(&self, keys: &Keys, answer: &HttpAnswer) -> Result<Payment, HalkodeError> {
        read_payment(keys, answer, &order_expected(&self.order()))
    }
}
