//! What NestPay's answers leave open, or a bank's set-up decides.

use crate::json::Json;
use crate::settings::{SWITCH, choice, word};

/// What becomes of the `HASH` of a return.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReturnHash {
    /// It is right.
    #[default]
    Right,
    /// It is made with another store key.
    Wrong,
    /// It is not there.
    Absent,
    /// It is not there where the payment failed.
    AbsentOnFailure,
}

/// Whether a return has `NATIONALIDNO`, as Ziraat's have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NationalId {
    /// No.
    #[default]
    Absent,
    /// Yes, left out of the hash.
    Unhashed,
    /// Yes, hashed like any other field.
    Hashed,
}

/// Where `_` stands when names are ordered for a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Collation {
    /// Names are compared in upper case: after the letters.
    #[default]
    Upper,
    /// Names are compared in lower case: before the letters.
    Lower,
}

/// The word for a payment that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FailureWord {
    /// `Declined` for the issuing bank's refusals, `Error` for the gateway's, as mostly seen.
    #[default]
    Auto,
    /// Always `Declined`.
    Declined,
    /// Always `Error`.
    Error,
}

/// What can be set for Halkbank; on the command line and in the control API the names begin with `halkbank_`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HalkbankSettings {
    /// A merchant number is set up for the one model it was published for; otherwise each does all.
    pub one_model: bool,
    /// The gate charges what is only half secure (`mdStatus` 2, 3, 4), and the API provisions it.
    pub half_secure: bool,
    /// Sales can be refunded before day-close, as on the shared test store of another bank.
    pub same_day_credit: bool,
    /// The caller's address is on the merchant's list; otherwise every XML call ends with CORE-2254.
    pub ip_allowed: bool,
    /// The `HASH` of returns.
    pub return_hash: ReturnHash,
    /// Another amount stands in returns than was hashed.
    pub altered_amount: bool,
    /// Returns carry `countdown`, which is not hashed.
    pub countdown: bool,
    /// Returns carry `NATIONALIDNO`.
    pub national_id: NationalId,
    /// The values of returns have their `&`, `<`, `>` and quotes as HTML entities, after hashing.
    pub entity_values: bool,
    /// The values of returns end with a line break, after hashing.
    pub trailing_newline: bool,
    /// The order of names under a hash, for requests and returns.
    pub collation: Collation,
    /// The word for failures in XML and returns.
    pub failure_word: FailureWord,
    /// In XML `ERRORCODE` stands beside `Extra`, not in it.
    pub root_error_code: bool,
    /// In XML `Extra` is an empty element.
    pub empty_extra: bool,
    /// In XML there is no `Extra`.
    pub no_extra: bool,
    /// In XML `AuthCode`, `ProcReturnCode`, `TransId` and `GroupId` are left out where nothing was approved.
    pub missing_fields: bool,
    /// In XML `OrderId` is empty in every error; otherwise only where that was seen.
    pub empty_order_id: bool,
    /// In XML `OrderId` names another order.
    pub other_order_id: bool,
    /// In XML every letter beyond ASCII is a numeric character reference.
    pub entities: bool,
    /// XML is answered in UTF-8.
    pub utf8: bool,
}

impl Default for HalkbankSettings {
    fn default() -> Self {
        Self {
            one_model: false,
            half_secure: true,
            same_day_credit: false,
            ip_allowed: true,
            return_hash: ReturnHash::default(),
            altered_amount: false,
            countdown: false,
            national_id: NationalId::default(),
            entity_values: false,
            trailing_newline: false,
            collation: Collation::default(),
            failure_word: FailureWord::default(),
            root_error_code: false,
            empty_extra: false,
            no_extra: false,
            missing_fields: false,
            empty_order_id: false,
            other_order_id: false,
            entities: false,
            utf8: false,
        }
    }
}

const HASHES: &[(&str, ReturnHash)] = &[
    ("right", ReturnHash::Right),
    ("wrong", ReturnHash::Wrong),
    ("absent", ReturnHash::Absent),
    ("absent_on_failure", ReturnHash::AbsentOnFailure),
];
const NATIONAL_IDS: &[(&str, NationalId)] =
    &[("absent", NationalId::Absent), ("unhashed", NationalId::Unhashed), ("hashed", NationalId::Hashed)];
const COLLATIONS: &[(&str, Collation)] = &[("upper", Collation::Upper), ("lower", Collation::Lower)];
const WORDS: &[(&str, FailureWord)] =
    &[("auto", FailureWord::Auto), ("declined", FailureWord::Declined), ("error", FailureWord::Error)];

macro_rules! switches { ($($name:ident),* $(,)?) => {
    const SWITCHES: &[&str] = &[$(stringify!($name)),*];

    impl HalkbankSettings {
        fn switch(&mut self, name: &str) -> Option<&mut bool> {
            match name {
                $(stringify!($name) => Some(&mut self.$name),)*
                _ => None,
            }
        }
    }
} }
switches! {
    one_model, half_secure, same_day_credit, ip_allowed, altered_amount, countdown, entity_values, trailing_newline,
    root_error_code, empty_extra, no_extra, missing_fields, empty_order_id, other_order_id, entities, utf8,
}

impl HalkbankSettings {
    /// Sets one setting by its name without `halkbank_` and its value as text.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "return_hash" => self.return_hash = choice(name, value, HASHES)?,
            "national_id" => self.national_id = choice(name, value, NATIONAL_IDS)?,
            "collation" => self.collation = choice(name, value, COLLATIONS)?,
            "failure_word" => self.failure_word = choice(name, value, WORDS)?,
            _ => match self.switch(name) {
                Some(switch) => *switch = choice(name, value, SWITCH)?,
                None => return Err(format!("there is no setting \"halkbank_{name}\"")),
            },
        }
        Ok(())
    }

    /// Names and values, as they are set.
    pub(crate) fn members(mut self) -> Vec<(String, Json)> {
        let switches: Vec<_> =
            SWITCHES.iter().filter_map(|name| Some((*name, Json::from(*self.switch(name)?)))).collect();
        let words = [
            ("return_hash", word(self.return_hash, HASHES)),
            ("national_id", word(self.national_id, NATIONAL_IDS)),
            ("collation", word(self.collation, COLLATIONS)),
            ("failure_word", word(self.failure_word, WORDS)),
        ];
        let words = words.map(|(name, word)| (name, Json::from(word)));
        switches.into_iter().chain(words).map(|(name, value)| (format!("halkbank_{name}"), value)).collect()
    }
}
