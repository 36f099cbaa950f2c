//! Payments through the XML API: sale, pre-authorisation, provision after 3-D Secure, capture, void and refund.

use super::answer::Answer;
use super::client::{Exchange, Halkbank, exchanges};
use super::xml;
use crate::amount::Amount;
use crate::check;
use crate::delivery::no_stray_pan;
use crate::error::{HalkodeError, Sent};
use crate::halkode::{Currency, TransactionType};
use crate::json::{Json, Object};
use crate::model::{choice, model};
use crate::operation::{Kind, Operation};
use crate::secret::Secret;

model! {
    /// A card as its holder typed it. It is zeroed after use, never logged, and kept out of every error.
    part BankCard {
        /// The card number (PAN): 12 to 19 digits without blanks.
        number: Secret,
        /// Month of expiry, `01` to `12`.
        expiry_month: String,
        /// Year of expiry, two or four digits.
        expiry_year: String,
        /// The security code, three or four digits; some merchants may leave it out.
        cvv: Option<Secret>,
    }
}

impl BankCard {
    /// Checks everything on the card; gives month and year as `MM` and `YYYY`.
    pub(super) fn checked(&self) -> Result<(String, String), HalkodeError> {
        check::pan("card.number", &self.number)?;
        if let Some(cvv) = &self.cvv {
            check::cvv("card.cvv", cvv)?;
        }
        check::expiry("card.expiry_month", &self.expiry_month, "card.expiry_year", &self.expiry_year)
    }
}

choice! {
    /// The unit in which the distance of recurring charges is counted.
    OrderCycle {
        /// Days.
        Day = "D",
        /// Weeks.
        Week = "W",
        /// Months.
        Month = "M",
        /// Years.
        Year = "Y",
    }
}

model! {
    /// Makes a sale the first of a recurring order. No instalments then (docs/protocol-halkbank.md#recurring).
    part RecurringOrder {
        /// How many charges in all, 2 to 120.
        number: u32,
        /// The unit of the interval.
        cycle: OrderCycle,
        /// How many units lie between two charges, 1 to 99.
        interval: u32,
    }
}

impl RecurringOrder {
    pub(super) fn check(&self, installments: Option<u32>) -> Result<(), HalkodeError> {
        if installments.is_some_and(|count| count > 1) {
            return Err(HalkodeError::request("installments", "and recurring exclude each other"));
        }
        if !(2..=120).contains(&self.number) {
            return Err(HalkodeError::request("recurring.number", "must be 2 to 120"));
        }
        if !(1..=99).contains(&self.interval) {
            return Err(HalkodeError::request("recurring.interval", "must be 1 to 99"));
        }
        Ok(())
    }
}

/// An order number: 1 to 64 letters, digits, `-`, `_` or `.`. The documents say alphanumeric; one production shop keeps to 20 of those.
pub(super) fn check_order_id(value: &str) -> Result<(), HalkodeError> {
    check_order_number("order_id", value)
}

/// The same in a field of any name.
pub(crate) fn check_order_number(field: &str, value: &str) -> Result<(), HalkodeError> {
    check::text(field, value, 64)?;
    match value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
        true => Ok(()),
        false => Err(HalkodeError::request(field, "must be letters (a to z), digits, '-', '_' and '.' only")),
    }
}

/// The currency's ISO 4217 number.
pub(super) fn currency_number(currency: Option<Currency>) -> &'static str {
    match currency.unwrap_or_default() {
        Currency::Try => "949",
        Currency::Usd => "840",
        Currency::Eur => "978",
    }
}

/// A single payment is an empty text, never 0 or 1.
pub(super) fn installments_text(count: Option<u32>) -> String {
    count.filter(|count| *count > 1).map(|count| count.to_string()).unwrap_or_default()
}

pub(super) fn check_installments(count: Option<u32>, currency: Option<Currency>) -> Result<(), HalkodeError> {
    match count {
        Some(count) if count > 99 => Err(HalkodeError::request("installments", "must be up to 99")),
        Some(count) if count > 1 && currency.unwrap_or_default() != Currency::Try => {
            Err(HalkodeError::request("installments", "are for payments in lira only"))
        }
        _ => Ok(()),
    }
}

/// Adds what the caller wants in `Extra`.
pub(super) fn add_extra(document: &mut Object, extra: &Object) -> Result<(), HalkodeError> {
    if extra.is_empty() {
        return Ok(());
    }
    no_stray_pan(&extra.clone().into(), "additional", &[])?;
    let mut whole = document.take("Extra").and_then(Json::into_object).unwrap_or_default();
    for (name, value) in extra.iter() {
        let wrong = |reason| Err(HalkodeError::request(format!("additional.{name}"), reason));
        match value.as_text() {
            Some(text) if !xml::is_text(text) => return wrong("has a control character in it"),
            Some(_) if xml::is_name(name) => whole.set(name, value.clone()),
            _ => return wrong("must be a text under a name of letters and digits"),
        }
    }
    document.set("Extra", whole);
    Ok(())
}

/// What a charge says, with a card or without.
struct Charge<'a> {
    kind: TransactionType,
    order_id: &'a str,
    total: Amount,
    currency: Option<Currency>,
    installments: Option<u32>,
    ip: Option<&'a str>,
    email: Option<&'a str>,
}

impl Charge<'_> {
    fn check(&self) -> Result<(), HalkodeError> {
        check_order_id(self.order_id)?;
        check::amount("total", self.total)?;
        check_installments(self.installments, self.currency)?;
        check::optional_text("ip", self.ip, 39)?;
        check::optional_text("email", self.email, 64)
    }

    /// Writes the charge; `card` are the elements between currency and instalments.
    fn write(&self, document: &mut Object, card: &[(&str, Json)]) {
        document.set("Type", self.kind.as_str());
        document.set("Mode", "P");
        document.set("IPAddress", self.ip.unwrap_or_default());
        document.set("Email", self.email.unwrap_or_default());
        document.set("OrderId", self.order_id);
        document.set("Total", self.total.to_string());
        document.set("Currency", currency_number(self.currency));
        for (name, value) in card {
            document.set(*name, value.clone());
        }
        document.set("Taksit", installments_text(self.installments));
    }
}

/// The fields of a charge with a card, written once; `$own` are the further ones of a kind.
macro_rules! card_charge {
    ($(#[doc = $doc:expr])* $name:ident as $kind:ident { $($own:tt)* }) => {
        model! {
            $(#[doc = $doc])*
            request $name {
                /// The merchant's own number of the order, up to 64 letters, digits, `-`, `_` and `.`. After a success it is used up;
                /// after a refusal it may be used again. A long number that could be a card's is refused here; a letter in it avoids that.
                order_id: String,
                /// The amount in lira (or in `currency`), at most two decimals.
                total: Amount,
                /// TRY when left out.
                currency: Option<Currency>,
                /// How many instalments; left out (or 1) for a single payment.
                installments: Option<u32>,
                /// The card.
                card: BankCard,
                /// The buyer's IP address.
                ip: Option<String>,
                /// The buyer's e-mail address, up to 64 characters.
                email: Option<String>,
                $($own)*
                /// Further elements of `Extra`, sent as they are: for what this library does not know, such as a bank's loyalty points.
                additional: Object,
            }
        }

        impl $name {
            fn charge(&self) -> Charge<'_> {
                Charge {
                    kind: TransactionType::$kind,
                    order_id: &self.order_id,
                    total: self.total,
                    currency: self.currency,
                    installments: self.installments,
                    ip: self.ip.as_deref(),
                    email: self.email.as_deref(),
                }
            }

            fn write_charge(&self, document: &mut Object) -> Result<(), HalkodeError> {
                let (month, year) = self.card.checked()?;
                let mut card = vec![
                    ("Number", Json::from(self.card.number.clone())),
                    ("Expires", Json::from(format!("{month}/{year}"))),
                ];
                card.extend(self.card.cvv.clone().map(|cvv| ("Cvv2Val", Json::from(cvv))));
                self.charge().write(document, &card);
                Ok(())
            }
        }
    };
}

card_charge! {
    /// Charges a card without 3-D Secure (docs/protocol-halkbank.md#sale).
    BankSale as Auth {
        /// Makes this the first charge of a recurring order.
        recurring: Option<RecurringOrder>,
    }
}

card_charge! {
    /// Holds an amount on a card without 3-D Secure, until `post_auth` captures or `void` releases it
    /// (docs/protocol-halkbank.md#pre-authorisation).
    BankPreAuth as PreAuth {}
}

model! {
    /// A payment the bank has carried out.
    reply BankPayment {
        /// The order's number.
        order_id: Option<String> = "OrderId",
        /// The bank's number of this transaction.
        transaction_id: Option<String> = "TransId",
        /// The authorisation code of the card's bank, six characters.
        auth_code: Option<String> = "AuthCode",
        /// The reference number at the host, twelve digits.
        host_ref_num: Option<String> = "HostRefNum",
        /// `Approved`.
        response: Option<String> = "Response",
        /// `00`.
        proc_return_code: Option<String> = "ProcReturnCode",
        /// The bank's text, where it has one.
        error_message: Option<String> = "ErrMsg",
        /// The order's group.
        group_id: Option<String> = "GroupId",
        /// The batch with which it is settled.
        settle_id: Option<String> = "SETTLEID",
        /// When, as `YYYYMMDD HH:MM:SS`, Turkish time.
        transaction_date: Option<String> = "TRXDATE",
        /// The card's scheme, for instance `VISA`.
        card_brand: Option<String> = "CARDBRAND",
        /// The bank that issued the card.
        card_issuer: Option<String> = "CARDISSUER",
        /// The number of the recurring order that this sale began.
        recurring_id: Option<String> = "RECURRINGID",
    }
}

/// Reads the answer to what moves money: approved, and about this order.
fn read_payment(answer: Answer<'_>, order_id: Option<&str>) -> Result<BankPayment, HalkodeError> {
    let other = match (answer.text("OrderId"), order_id) {
        (Some(told), Some(own)) => told != own,
        _ => false,
    };
    if other {
        return Err(answer.odd("the answer is about another order"));
    }
    answer.approved().map(BankPayment::from)
}

impl Exchange for BankSale {
    type Reply = BankPayment;
    const MONEY: bool = true;

    fn check(&self) -> Result<(), HalkodeError> {
        self.charge().check()?;
        self.recurring.as_ref().map_or(Ok(()), |recurring| recurring.check(self.installments))
    }

    fn order(&self) -> Option<&str> {
        Some(&self.order_id)
    }

    fn document(&self, document: &mut Object) -> Result<(), HalkodeError> {
        self.write_charge(document)?;
        if let Some(recurring) = &self.recurring {
            let mut order = Object::new();
            order.set("OrderType", "0");
            order.set("TotalNumberPayments", recurring.number.to_string());
            order.set("OrderFrequencyCycle", recurring.cycle.as_str());
            order.set("OrderFrequencyInterval", recurring.interval.to_string());
            document.set("PbOrder", order);
        }
        add_extra(document, &self.additional)
    }

    fn reply(&self, answer: Answer<'_>) -> Result<BankPayment, HalkodeError> {
        read_payment(answer, Some(&self.order_id))
    }
}

impl Exchange for BankPreAuth {
    type Reply = BankPayment;
    const MONEY: bool = true;

    fn check(&self) -> Result<(), HalkodeError> {
        self.charge().check()
    }

    fn order(&self) -> Option<&str> {
        Some(&self.order_id)
    }

    fn document(&self, document: &mut Object) -> Result<(), HalkodeError> {
        self.write_charge(document)?;
        add_extra(document, &self.additional)
    }

    fn reply(&self, answer: Answer<'_>) -> Result<BankPayment, HalkodeError> {
        read_payment(answer, Some(&self.order_id))
    }
}

model! {
    /// Takes the money of a payment that 3-D Secure authenticated, for the models in which the shop does so (`3d`, `3d_host`, `3d_hosting`):
    /// with what `verify_callback` read, and the shop's own amount. Never twice for one `xid`
    /// (docs/protocol-halkbank.md#provision).
    request Provision {
        /// The merchant's own number of the order.
        order_id: String,
        /// The order's own amount in lira (or in `currency`); never the one that came through the browser.
        total: Amount,
        /// TRY when left out.
        currency: Option<Currency>,
        /// How many instalments; left out (or 1) for a single payment.
        installments: Option<u32>,
        /// A sale when left out; as the form to the gate said.
        transaction_type: Option<TransactionType>,
        /// What stands in for the card, from the callback.
        md: Secret,
        /// The number of the authentication, from the callback.
        xid: String,
        /// The electronic commerce indicator, from the callback; may be missing for half authentication.
        eci: Option<String>,
        /// The proof of authentication, from the callback; may be missing for half authentication.
        cavv: Option<String>,
        /// The buyer's IP address.
        ip: Option<String>,
        /// The buyer's e-mail address, up to 64 characters.
        email: Option<String>,
        /// Further elements of `Extra`, sent as they are.
        additional: Object,
    }
}

impl Provision {
    fn charge(&self) -> Charge<'_> {
        Charge {
            kind: self.transaction_type.unwrap_or_default(),
            order_id: &self.order_id,
            total: self.total,
            currency: self.currency,
            installments: self.installments,
            ip: self.ip.as_deref(),
            email: self.email.as_deref(),
        }
    }
}

/// The one exchange of [`Provision`].
impl Exchange for Provision {
    type Reply = BankPayment;
    const MONEY: bool = true;

    fn check(&self) -> Result<(), HalkodeError> {
        self.charge().check()?;
        if self.md.expose().trim().is_empty() {
            return Err(HalkodeError::request("md", "is empty"));
        }
        check::text("xid", &self.xid, 64)?;
        check::optional_text("eci", self.eci.as_deref(), 2)?;
        check::optional_text("cavv", self.cavv.as_deref(), 64)
    }

    fn order(&self) -> Option<&str> {
        Some(&self.order_id)
    }

    fn document(&self, document: &mut Object) -> Result<(), HalkodeError> {
        self.charge().write(document, &[("Number", Json::from(self.md.clone()))]);
        document.set("PayerSecurityLevel", self.eci.as_deref().unwrap_or_default());
        document.set("PayerTxnId", self.xid.as_str());
        document.set("PayerAuthenticationCode", self.cavv.as_deref().unwrap_or_default());
        add_extra(document, &self.additional)
    }

    fn reply(&self, answer: Answer<'_>) -> Result<BankPayment, HalkodeError> {
        read_payment(answer, Some(&self.order_id))
    }
}

impl Operation for Provision {
    type Client = Halkbank;
    type Reply = BankPayment;
    const KIND: Kind = Kind::Money;

    fn run(&self, client: &Halkbank) -> Result<BankPayment, HalkodeError> {
        self.check()?;
        if !client.begin_provision(&self.xid) {
            let mut error = HalkodeError::request("xid", "was provisioned before; ask settle what became of the order");
            let failure = error.failure_mut();
            (failure.in_doubt, failure.invoice_id) = (true, Some(self.order_id.clone()));
            return Err(error);
        }
        let outcome = client.exchange(self);
        if outcome.as_ref().is_err_and(|error| error.sent == Some(Sent::No)) {
            client.provision_not_sent(&self.xid);
        }
        outcome
    }
}

model! {
    /// Captures a pre-authorisation, in full, in part, or above it (docs/protocol-halkbank.md#capture).
    request Capture {
        /// The order's number.
        order_id: String,
        /// How much to capture in lira; all that was pre-authorised when left out.
        total: Option<Amount>,
        /// The amount that was pre-authorised: to be given when `total` is more than it, by 15 % at most.
        preauthorized: Option<Amount>,
    }
}

impl Exchange for Capture {
    type Reply = BankPayment;
    const MONEY: bool = true;

    fn check(&self) -> Result<(), HalkodeError> {
        check_order_id(&self.order_id)?;
        self.total.map_or(Ok(()), |total| check::amount("total", total))?;
        match (self.preauthorized, self.total) {
            (Some(_), None) => Err(HalkodeError::request("preauthorized", "belongs to a capture with a total")),
            (Some(preauthorized), _) => check::amount("preauthorized", preauthorized),
            (None, _) => Ok(()),
        }
    }

    fn order(&self) -> Option<&str> {
        Some(&self.order_id)
    }

    fn document(&self, document: &mut Object) -> Result<(), HalkodeError> {
        document.set("Type", "PostAuth");
        document.set("OrderId", self.order_id.as_str());
        if let Some(total) = self.total {
            document.set("Total", total.to_string());
        }
        if let Some(preauthorized) = self.preauthorized {
            document.set("Extra", Object::from_iter([("PREAMT".to_owned(), Json::from(preauthorized.to_string()))]));
        }
        Ok(())
    }

    fn reply(&self, answer: Answer<'_>) -> Result<BankPayment, HalkodeError> {
        read_payment(answer, Some(&self.order_id))
    }
}

model! {
    /// Takes back a transaction of today as if it had never been: before the day-close only (docs/protocol-halkbank.md#void).
    request VoidOrder {
        /// The order's number: its one live transaction. Give this or `transaction_id`.
        order_id: Option<String>,
        /// The bank's number of one transaction of an order that has several.
        transaction_id: Option<String>,
    }
}

impl Exchange for VoidOrder {
    type Reply = BankPayment;
    const MONEY: bool = true;

    fn check(&self) -> Result<(), HalkodeError> {
        match (&self.order_id, &self.transaction_id) {
            (Some(order), None) => check_order_id(order),
            (None, Some(transaction)) => check::text("transaction_id", transaction, 64),
            _ => Err(HalkodeError::request("order_id", "or transaction_id must be given, one of them")),
        }
    }

    fn order(&self) -> Option<&str> {
        self.order_id.as_deref()
    }

    fn document(&self, document: &mut Object) -> Result<(), HalkodeError> {
        document.set("Type", "Void");
        for (name, value) in [("OrderId", &self.order_id), ("TransId", &self.transaction_id)] {
            if let Some(value) = value {
                document.set(name, value.as_str());
            }
        }
        Ok(())
    }

    fn reply(&self, answer: Answer<'_>) -> Result<BankPayment, HalkodeError> {
        read_payment(answer, self.order_id.as_deref())
    }
}

model! {
    /// Gives money back, in full or in part, after the day-close (docs/protocol-halkbank.md#refund). It may be repeated until nothing is left.
    request BankRefund {
        /// The order's number.
        order_id: String,
        /// How much to give back, in lira (or in `currency`).
        amount: Amount,
        /// TRY when left out.
        currency: Option<Currency>,
    }
}

impl Exchange for BankRefund {
    type Reply = BankPayment;
    const MONEY: bool = true;

    fn check(&self) -> Result<(), HalkodeError> {
        check_order_id(&self.order_id)?;
        check::amount("amount", self.amount)
    }

    fn order(&self) -> Option<&str> {
        Some(&self.order_id)
    }

    fn document(&self, document: &mut Object) -> Result<(), HalkodeError> {
        document.set("Type", "Credit");
        document.set("OrderId", self.order_id.as_str());
        document.set("Total", self.amount.to_string());
        document.set("Currency", currency_number(self.currency));
        Ok(())
    }

    fn reply(&self, answer: Answer<'_>) -> Result<BankPayment, HalkodeError> {
        read_payment(answer, Some(&self.order_id))
    }
}

exchanges!(BankSale -> BankPayment, BankPreAuth -> BankPayment, Capture -> BankPayment, VoidOrder -> BankPayment, BankRefund -> BankPayment);
