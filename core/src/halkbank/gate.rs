//! The form with which the buyer's browser goes to the 3-D gate (docs/protocol-halkbank.md#gate-fields).

use rand::TryRng;

use super::client::{CARD_FIELDS, Halkbank};
use super::payment::{
    BankCard, RecurringOrder, check_installments, check_order_id, currency_number, installments_text,
};
use super::ver3;
use crate::amount::Amount;
use crate::check;
use crate::config::{UrlUse, check_url};
use crate::delivery::no_stray_pan;
use crate::error::HalkodeError;
use crate::halkode::{BrowserForm, Currency, TransactionType};
use crate::html::Screen;
use crate::json::Object;
use crate::model::{Value, choice, model};
use crate::operation::{Kind, Operation};

choice! {
    /// How card, authentication and payment are shared between shop and bank. A merchant number is set up for particular ones
    /// (docs/protocol-halkbank.md#models).
    StoreType {
        /// The card is asked for by the shop, 3-D Secure by the bank; the shop takes the money with `provision`.
        ThreeD = "3d",
        /// The card is asked for by the shop; the bank authenticates and takes the money.
        ThreeDPay = "3d_pay",
        /// The bank asks for the card, authenticates and takes the money.
        ThreeDPayHosting = "3d_pay_hosting",
        /// The bank asks for the card and authenticates; the shop takes the money with `provision`. The bank's test document has this word.
        ThreeDHosting = "3d_hosting",
        /// The same as `3d_hosting`, by the word other banks of the platform use.
        ThreeDHost = "3d_host",
        /// The bank asks for the card and takes the money, without 3-D Secure.
        PayHosting = "pay_hosting",
    }
}

impl StoreType {
    /// Whether the shop asks for the card.
    fn has_card(self) -> bool {
        matches!(self, Self::ThreeD | Self::ThreeDPay)
    }
}

choice! {
    /// The language of the bank's pages.
    PageLanguage {
        /// Turkish.
        Tr = "tr",
        /// English.
        En = "en",
    }
}

model! {
    /// Makes the form with which the buyer's browser goes to the 3-D gate; nothing is sent.
    request MakeGateForm {
        /// How card, authentication and payment are shared; what the merchant number is set up for.
        store_type: StoreType,
        /// The merchant's own number of the order, up to 64 letters, digits, `-`, `_` and `.`. After a success it is used up;
        /// after a refusal it may be used again. A long number that could be a card's is refused here; a letter in it avoids that.
        order_id: String,
        /// The amount in lira (or in `currency`), at most two decimals.
        total: Amount,
        /// TRY when left out.
        currency: Option<Currency>,
        /// A sale when left out.
        transaction_type: Option<TransactionType>,
        /// How many instalments; left out (or 1) for a single payment.
        installments: Option<u32>,
        /// Where the browser comes back to after a success, by POST. Absolute; https outside development.
        ok_url: String,
        /// Where it comes back to after a failure, by POST.
        fail_url: String,
        /// Where the bank's own server posts the outcome when the buyer does not come back. Only where the bank has allowed it, and never
        /// the page that calls `provision` (docs/protocol-halkbank.md#callbackurl).
        callback_url: Option<String>,
        /// Seconds the bank's last page waits before it sends the browser back.
        refresh_time: Option<u32>,
        /// The card: for `3d` and `3d_pay`, and only for them. It is in the form and in the hash, so it passes through the merchant's server
        /// (PCI DSS SAQ D); the hosting models keep it away.
        card: Option<BankCard>,
        /// Turkish when left out.
        language: Option<PageLanguage>,
        /// The buyer's e-mail address, up to 64 characters.
        email: Option<String>,
        /// The buyer's telephone number, up to 32 characters.
        phone: Option<String>,
        /// What the buyer pays for, up to 255 characters.
        description: Option<String>,
        /// The buyer's name, for the bill.
        bill_to_name: Option<String>,
        /// The buyer's firm, for the bill.
        bill_to_company: Option<String>,
        /// Makes this the first charge of a recurring order; for the hosting models.
        recurring: Option<RecurringOrder>,
        /// Further fields of the form, as text, hashed like all others; the bank posts them back.
        additional: Object,
    }
}

/// Names that this library writes itself, or that must never be in a form.
const OWN: &[&str] = &[
    "clientid",
    "storetype",
    "amount",
    "currency",
    "oid",
    "okurl",
    "failurl",
    "callbackurl",
    "rnd",
    "hashalgorithm",
    "hash",
    "trantype",
    "islemtipi",
    "instalment",
    "taksit",
    "lang",
    "pan",
    "cv2",
    "ecom_payment_card_expdate_month",
    "ecom_payment_card_expdate_year",
    "storekey",
    "encoding",
];

impl MakeGateForm {
    fn check(&self) -> Result<(), HalkodeError> {
        let wrong = |field: &str, reason: &str| Err(HalkodeError::request(field, reason));
        no_stray_pan(&self.write().unwrap_or_default(), "", CARD_FIELDS)?;
        check_order_id(&self.order_id)?;
        check::amount("total", self.total)?;
        check_installments(self.installments, self.currency)?;
        for (field, url) in [
            ("ok_url", Some(&self.ok_url)),
            ("fail_url", Some(&self.fail_url)),
            ("callback_url", self.callback_url.as_ref()),
        ] {
            if let Some(url) = url {
                check::text(field, url, 2000)?;
                check_url(field, url, UrlUse::Shop)?;
            }
        }
        for (field, value, most) in [
            ("email", &self.email, 64),
            ("phone", &self.phone, 32),
            ("description", &self.description, 255),
            ("bill_to_name", &self.bill_to_name, 255),
            ("bill_to_company", &self.bill_to_company, 255),
        ] {
            check::optional_text(field, value.as_deref(), most)?;
        }
        match (self.store_type.has_card(), &self.card) {
            (true, None) => return wrong("card", "is required: with this store_type the shop asks for it"),
            (false, Some(_)) => {
                return wrong("card", "must be left out: with this store_type the bank's page asks for it");
            }
            _ => {}
        }
        if let Some(recurring) = &self.recurring {
            if self.transaction_type == Some(TransactionType::PreAuth) {
                return wrong("recurring", "and a pre-authorisation exclude each other");
            }
            recurring.check(self.installments)?;
        }
        no_stray_pan(&self.additional.clone().into(), "additional", &[])?;
        for (name, value) in self.additional.iter() {
            let field = format!("additional.{name}");
            if OWN.contains(&name.to_ascii_lowercase().as_str()) {
                return wrong(&field, "is a field this library writes itself, or one that must not be in a form");
            }
            match value.as_text() {
                // A browser posts line breaks in a form of its own, which the hash would not fit.
                Some(text) if text.chars().any(char::is_control) => {
                    return wrong(&field, "has a line break or another control character in it");
                }
                Some(_) if !name.trim().is_empty() => {}
                _ => return wrong(&field, "must be a text under a name"),
            }
        }
        Ok(())
    }

    /// The fields in the order they are posted, without the hash.
    fn fields(&self, client_id: &str) -> Result<Vec<(String, String)>, HalkodeError> {
        let mut fields = Vec::new();
        let mut add = |name: &str, value: &str| fields.push((name.to_owned(), value.to_owned()));
        add("clientid", client_id);
        add("storetype", self.store_type.as_str());
        add("TranType", self.transaction_type.unwrap_or_default().as_str());
        add("amount", &self.total.to_string());
        add("currency", currency_number(self.currency));
        add("oid", &self.order_id);
        add("okUrl", &self.ok_url);
        add("failUrl", &self.fail_url);
        add("lang", self.language.unwrap_or_default().as_str());
        add("Instalment", &installments_text(self.installments));
        add("rnd", &random_text());
        add("hashAlgorithm", "ver3");
        let refresh_time = self.refresh_time.map(|seconds| seconds.to_string());
        for (name, value) in [
            ("callbackUrl", &self.callback_url),
            ("refreshtime", &refresh_time),
            ("Email", &self.email),
            ("tel", &self.phone),
            ("description", &self.description),
            ("BillToName", &self.bill_to_name),
            ("BillToCompany", &self.bill_to_company),
        ] {
            if let Some(value) = value {
                add(name, value);
            }
        }
        if let Some(recurring) = &self.recurring {
            add("RecurringPaymentNumber", &recurring.number.to_string());
            add("RecurringFrequencyUnit", recurring.cycle.as_str());
            add("RecurringFrequency", &recurring.interval.to_string());
        }
        for (name, value) in self.additional.iter() {
            add(name, value.as_text().unwrap_or_default());
        }
        if let Some(card) = &self.card {
            let (month, year) = card.checked()?;
            add("pan", card.number.expose());
            add("cv2", card.cvv.as_ref().map_or("", |cvv| cvv.expose()));
            add("Ecom_Payment_Card_ExpDate_Month", &month);
            add("Ecom_Payment_Card_ExpDate_Year", &year[2..]);
        }
        Ok(fields)
    }
}

/// Refuses a name that is there twice: the gate compares names without regard to case, and nobody knows which value it would take.
fn check_names(fields: &[(String, String)]) -> Result<(), HalkodeError> {
    for (at, (name, _)) in fields.iter().enumerate() {
        if fields[..at].iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
            return Err(HalkodeError::request(
                format!("additional.{name}"),
                "is in the form twice; letter case does not count",
            ));
        }
    }
    Ok(())
}

/// Twenty random letters and digits, as the vendor's document wants.
fn random_text() -> String {
    let mut bytes = [0; 10];
    rand::rngs::SysRng.try_fill_bytes(&mut bytes).expect("the system's random generator answers");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Operation for MakeGateForm {
    type Client = Halkbank;
    type Reply = BrowserForm;
    const KIND: Kind = Kind::Pure;

    fn run(&self, client: &Halkbank) -> Result<BrowserForm, HalkodeError> {
        self.check()?;
        let keys = client.keys();
        let mut fields = self.fields(keys.client_id.expose())?;
        check_names(&fields)?;
        let hash = ver3::sign(&fields, keys.store_key()?);
        fields.push(("hash".to_owned(), hash));
        let fields = fields.into_iter().map(|(name, value)| (name, value.into())).collect();
        Ok(BrowserForm::new(format!("{}/est3Dgate", client.base()?), fields, &Screen::Submits))
    }
}
