//! `hash_key`: the sealed bundle by which the gateway and the merchant recognise each other (docs/protocol-halkode.md#hash).

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use rand::TryRng;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::client::Halkode;
use crate::amount::Amount;
use crate::config::Keys;
use crate::error::HalkodeError;
use crate::json::{Json, Object};
use crate::model::{choice, model};
use crate::operation::{Kind, Operation};
use crate::secret::{Secret, mask_pan};

choice! {
    /// What is sealed, part by part (docs/protocol-halkode.md#hash).
    Layout {
        /// Every payment request: `total`, `installments_number`, `currency_code`, merchant key, `invoice_id`.
        Payment = "payment",
        /// A refund: `amount`, `invoice_id`, merchant key.
        Refund = "refund",
        /// A status query: `invoice_id`, merchant key.
        CheckStatus = "check_status",
        /// The capture or release of a pre-authorisation: merchant key, `invoice_id`, `status`.
        ConfirmPayment = "confirm_payment",
        /// The completion of a 3-D Secure payment: merchant key, `invoice_id`, `order_id`, `status`.
        CompletePayment = "complete_payment",
        /// A transaction list, sealed with the merchant key instead of the app secret: `date`, `invoiceid`, `currency_id`,
        /// `paymentmethodid`, `minamount`, `maxamount`, `transactionState`, each empty when it is not sent.
        Transactions = "transactions",
        /// Saving a card: merchant key, `customer_number`, `card_holder_name`, `card_number`, `expiry_month`, `expiry_year`.
        SaveCard = "save_card",
        /// Changing or deleting a saved card: merchant key, `customer_number`, `card_token`.
        Card = "card",
        /// What the gateway seals into a payment's answer, a browser return or a sale web-hook: `status`, `total`,
        /// `invoice_id`, `order_id`, `currency_code`.
        PaymentAnswer = "payment_answer",
        /// What the gateway seals into a refund web-hook: `status`, `amount`, `invoice_id`, `order_id`.
        RefundHook = "refund_hook",
    }
}

/// The part that is not the caller's to give.
pub(super) const MERCHANT_KEY: &str = "merchant_key";

impl Layout {
    /// The names of the parts in their order.
    pub(super) fn parts(self) -> &'static [&'static str] {
        match self {
            Layout::Payment => &["total", "installments_number", "currency_code", MERCHANT_KEY, "invoice_id"],
            Layout::Refund => &["amount", "invoice_id", MERCHANT_KEY],
            Layout::CheckStatus => &["invoice_id", MERCHANT_KEY],
            Layout::ConfirmPayment => &[MERCHANT_KEY, "invoice_id", "status"],
            Layout::CompletePayment => &[MERCHANT_KEY, "invoice_id", "order_id", "status"],
            Layout::Transactions => {
                &["date", "invoiceid", "currency_id", "paymentmethodid", "minamount", "maxamount", "transactionState"]
            }
            Layout::SaveCard => {
                &[MERCHANT_KEY, "customer_number", "card_holder_name", "card_number", "expiry_month", "expiry_year"]
            }
            Layout::Card => &[MERCHANT_KEY, "customer_number", "card_token"],
            Layout::PaymentAnswer => &["status", "total", "invoice_id", "order_id", "currency_code"],
            Layout::RefundHook => &["status", "amount", "invoice_id", "order_id"],
        }
    }

    pub(super) fn secret(self, keys: &Keys) -> &Secret {
        match self {
            Layout::Transactions => &keys.merchant_key,
            _ => &keys.app_secret,
        }
    }
}

impl Keys {
    /// The bundle over the parts of a layout, named so that none can stand in another's place.
    pub(crate) fn seal(&self, layout: Layout, parts: &[(&str, &str)]) -> String {
        let value = |name: &&'static str| match *name {
            MERCHANT_KEY => self.merchant_key.expose(),
            name => parts.iter().find(|(given, _)| *given == name).map_or("", |(_, value)| value),
        };
        debug_assert!(parts.iter().all(|(name, _)| layout.parts().contains(name)), "{layout} has no such part");
        let plain = Zeroizing::new(layout.parts().iter().map(value).collect::<Vec<_>>().join("|"));
        seal(&plain, layout.secret(self).expose(), &Iv::random())
    }

    /// The bundle over parts in the caller's own order.
    pub(crate) fn seal_parts(&self, parts: &[String], with_merchant_key: bool) -> String {
        let secret = if with_merchant_key { &self.merchant_key } else { &self.app_secret };
        seal(&Zeroizing::new(parts.join("|")), secret.expose(), &Iv::random())
    }

    /// The parts of a bundle that the gateway made, or `None` when it was not sealed with this merchant's secret.
    pub(crate) fn open(&self, layout: Layout, bundle: &str) -> Option<Vec<String>> {
        let plain = open(bundle, layout.secret(self).expose())?;
        Some(plain.split('|').map(str::to_owned).collect())
    }
}

/// The two random texts of a bundle: 16 and 4 hexadecimal digits, used as characters.
pub(super) struct Iv {
    pub(super) iv: String,
    pub(super) salt: String,
}

impl Iv {
    fn random() -> Self {
        let mut bytes = [0; 10];
        rand::rngs::SysRng.try_fill_bytes(&mut bytes).expect("the system's random generator answers");
        let hex = hex(&bytes);
        Self { iv: hex[..16].to_owned(), salt: hex[16..].to_owned() }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 of the lowercase hex SHA-1 of the secret, followed by the salt.
pub(super) fn digest(secret: &str, salt: &str) -> Zeroizing<[u8; 32]> {
    let password = Zeroizing::new(hex(&Sha1::digest(secret)));
    Zeroizing::new(Sha256::new().chain_update(&*password).chain_update(salt).finalize().into())
}

/// The key: the first 32 **characters** of the digest in hexadecimal.
pub(super) fn key(secret: &str, salt: &str) -> Zeroizing<[u8; 32]> {
    let text = Zeroizing::new(hex(&digest(secret, salt)[..16]));
    let mut key = Zeroizing::new([0; 32]);
    key.copy_from_slice(text.as_bytes());
    key
}

fn seal(plain: &str, secret: &str, random: &Iv) -> String {
    let cipher = cbc::Encryptor::<aes::Aes256>::new_from_slices(&*key(secret, &random.salt), random.iv.as_bytes());
    let sealed = cipher.expect("32 and 16 bytes").encrypt_padded_vec::<Pkcs7>(plain.as_bytes());
    format!("{}:{}:{}", random.iv, random.salt, BASE64.encode(sealed)).replace('/', "__")
}

fn open(bundle: &str, secret: &str) -> Option<Zeroizing<String>> {
    let (random, sealed) = split(bundle)?;
    text(decrypt(&key(secret, &random.salt), &random.iv, &sealed)?)
}

pub(super) fn split(bundle: &str) -> Option<(Iv, Vec<u8>)> {
    let bundle = bundle.replace("__", "/");
    let mut parts = bundle.splitn(3, ':');
    let (iv, salt, sealed) = (parts.next()?, parts.next()?, parts.next()?);
    if iv.len() != 16 {
        return None;
    }
    Some((Iv { iv: iv.to_owned(), salt: salt.to_owned() }, BASE64.decode(sealed.trim()).ok()?))
}

pub(super) fn decrypt(key: &[u8; 32], iv: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let cipher = cbc::Decryptor::<aes::Aes256>::new_from_slices(key, iv.as_bytes()).ok()?;
    cipher.decrypt_padded_vec::<Pkcs7>(sealed).ok()
}

pub(super) fn text(plain: Vec<u8>) -> Option<Zeroizing<String>> {
    String::from_utf8(plain).ok().map(Zeroizing::new)
}

model! {
    /// Asks for a sealed `hash_key`.
    request MakeHash {
        /// What is sealed.
        layout: Layout,
        /// The parts by name, as texts exactly as they stand in the request's body; the merchant key is put in by the client.
        parts: Object,
        /// The 16 characters to use as initialisation vector; random when left out, and it should be, except to check a known vector.
        iv: Option<String>,
        /// The salt, of any length; random when left out.
        salt: Option<String>,
    }
}

model! {
    /// A sealed `hash_key`.
    result HashKey {
        /// The value of the field `hash_key`.
        hash_key: String,
        /// What was sealed, with secrets redacted.
        plaintext: String,
    }
}

/// The parts a caller gave, in the layout's order, or which one is missing or does not belong.
pub(super) fn parts_of(layout: Layout, given: &Object, keys: &Keys) -> Result<Vec<String>, HalkodeError> {
    let names = layout.parts();
    if let Some((name, _)) = given.iter().find(|(name, _)| !names.contains(name) || *name == MERCHANT_KEY) {
        let names: Vec<_> = names.iter().copied().filter(|name| *name != MERCHANT_KEY).collect();
        return Err(HalkodeError::request(
            format!("parts.{name}"),
            format!("is not a part to give for the layout {layout}; it takes {}", names.join(", ")),
        ));
    }
    let optional = layout == Layout::Transactions;
    let part = |name: &&'static str| match (*name, given.get(name)) {
        (MERCHANT_KEY, _) => Ok(keys.merchant_key.expose().to_owned()),
        (_, Some(Json::Text(text))) => Ok(text.clone()),
        (_, Some(Json::Number(text))) if text.parse::<i64>().is_ok() => Ok(text.clone()),
        (_, None) if optional => Ok(String::new()),
        (name, None) => Err(HalkodeError::request(format!("parts.{name}"), "is missing")),
        (name, Some(_)) => {
            Err(HalkodeError::request(format!("parts.{name}"), "must be text, exactly as it stands in the body"))
        }
    };
    names.iter().map(part).collect()
}

pub(super) fn redacted(layout: Layout, name: &str, value: &str) -> String {
    match name {
        MERCHANT_KEY | "card_token" => Secret::REDACTED.to_owned(),
        "card_number" if value.len() >= 12 && value.is_ascii() => mask_pan(value),
        "card_number" => Secret::REDACTED.to_owned(),
        _ => {
            debug_assert!(layout.parts().contains(&name));
            crate::secret::without_pans(value)
        }
    }
}

impl Operation for MakeHash {
    type Client = Halkode;
    type Reply = HashKey;
    const KIND: Kind = Kind::Pure;

    fn run(&self, client: &Halkode) -> Result<HashKey, HalkodeError> {
        let keys = client.keys();
        let parts = parts_of(self.layout, &self.parts, keys)?;
        let mut random = Iv::random();
        if let Some(iv) = &self.iv {
            if iv.len() != 16 {
                return Err(HalkodeError::request("iv", "must be 16 characters"));
            }
            random.iv.clone_from(iv);
        }
        if let Some(salt) = &self.salt {
            if salt.is_empty() || salt.contains(':') {
                return Err(HalkodeError::request("salt", "must be text without a colon"));
            }
            random.salt.clone_from(salt);
        }
        let plain = Zeroizing::new(parts.join("|"));
        let shown = self.layout.parts().iter().zip(&parts).map(|(name, value)| redacted(self.layout, name, value));
        Ok(HashKey {
            hash_key: seal(&plain, self.layout.secret(keys).expose(), &random),
            plaintext: shown.collect::<Vec<_>>().join("|"),
        })
    }
}

model! {
    /// Asks what is in a `hash_key`.
    request OpenHash {
        /// The bundle, as it came.
        hash_key: String,
        /// What it should be; decides which secret opens it. `payment_answer` when left out, which is what the gateway sends back.
        layout: Option<Layout>,
    }
}

model! {
    /// What is in a `hash_key`. That it opens proves nothing about its content: it carries no signature.
    result OpenedHash {
        /// Whether the parts are as many as the layout has.
        fits: bool,
        /// The parts in order, secrets redacted.
        parts: Vec<HashPart>,
    }
}

model! {
    /// One part of a `hash_key`.
    result HashPart {
        /// Its name in the layout; empty for a part too many.
        name: String,
        /// Its value, secrets redacted.
        value: String,
    }
}

fn named(layout: Layout, values: &[String]) -> Vec<HashPart> {
    let name = |i: usize| layout.parts().get(i).copied().unwrap_or_default();
    let part = |(i, value): (usize, &String)| match name(i) {
        "" => HashPart { name: String::new(), value: crate::secret::without_pans(value) },
        name => HashPart { name: name.to_owned(), value: redacted(layout, name, value) },
    };
    values.iter().enumerate().map(part).collect()
}

impl Operation for OpenHash {
    type Client = Halkode;
    type Reply = OpenedHash;
    const KIND: Kind = Kind::Pure;

    fn run(&self, client: &Halkode) -> Result<OpenedHash, HalkodeError> {
        let layout = self.layout.unwrap_or(Layout::PaymentAnswer);
        let parts = client.keys().open(layout, &self.hash_key).ok_or_else(|| {
            HalkodeError::signature("the bundle does not open with this merchant's secret, or was altered on its way")
        })?;
        // Parts that are the merchant's own secrets are redacted by value too: the layout may not be what it was sealed with.
        let mut named = named(layout, &parts);
        for (part, value) in named.iter_mut().zip(&parts) {
            if value == client.keys().merchant_key.expose() {
                part.value = Secret::REDACTED.to_owned();
            }
        }
        Ok(OpenedHash { fits: parts.len() == layout.parts().len(), parts: named })
    }
}

/// What the gateway sealed into an answer, a browser return or a web-hook.
#[derive(Debug, PartialEq)]
pub(crate) struct Sealed {
    pub status: String,
    pub total: String,
    pub invoice_id: String,
    pub order_id: String,
    /// Absent in a refund web-hook.
    pub currency: Option<String>,
}

impl Sealed {
    /// Opens a bundle of the gateway; `None` when it is not this merchant's or has not the right parts.
    pub(crate) fn open(keys: &Keys, layout: Layout, bundle: &str) -> Option<Self> {
        let parts = keys.open(layout, bundle)?;
        match <[String; 5]>::try_from(parts) {
            Ok([status, total, invoice_id, order_id, currency]) if layout == Layout::PaymentAnswer => {
                Some(Self { status, total, invoice_id, order_id, currency: Some(currency) })
            }
            Ok(_) => None,
            Err(parts) => match <[String; 4]>::try_from(parts) {
                Ok([status, total, invoice_id, order_id]) if layout == Layout::RefundHook => {
                    Some(Self { status, total, invoice_id, order_id, currency: None })
                }
                _ => None,
            },
        }
    }

    /// Whether the sealed status says success: `1` or `Completed`, in any case.
    pub(crate) fn succeeded(&self) -> bool {
        self.status == "1" || self.status.eq_ignore_ascii_case("completed")
    }

    /// Why this does not belong to the shop's order, if it does not. Amounts are compared as numbers.
    pub(crate) fn mismatch(
        &self,
        invoice_id: Option<&str>,
        total: Option<Amount>,
        currency: Option<&str>,
    ) -> Option<&'static str> {
        if invoice_id.is_some_and(|invoice| invoice != self.invoice_id) {
            return Some("invoice_id");
        }
        if total.is_some_and(|total| self.total.parse::<Amount>() != Ok(total)) {
            return Some("total");
        }
        match (currency, &self.currency) {
            (Some(meant), Some(sealed)) if !meant.eq_ignore_ascii_case(sealed) => Some("currency"),
            _ => None,
        }
    }
}

#[cfg(test)]
#[path = "hash_tests.rs"]
mod tests;
