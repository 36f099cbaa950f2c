//! The choices a bank's answers leave open, or a merchant's panel decides.

use crate::halkbank::settings::HalkbankSettings;
use crate::json::{Json, object};

/// Which requests the gateway rejects when they come a second time within two seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RepeatGuard {
    /// None.
    Off,
    /// Those that move money, create a link or change a card; a repeated payment or refund meets its own, more telling code first.
    #[default]
    Money,
    /// Every authorised POST, queries too.
    All,
}

/// The shape of what `getTransactions` returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TransactionsShape {
    /// `data` is an object with `transactions` and `paginate_data`.
    #[default]
    Paginated,
    /// `data` is a bare list, as in the older document.
    List,
}

/// How a 3-D Secure payment that cannot begin is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThreeDFailure {
    /// JSON for a JSON request, a form that posts to `cancel_url` for a browser form, a redirect for a wrong merchant key.
    #[default]
    Auto,
    /// Always JSON.
    Json,
    /// Always an HTML form that posts itself to `cancel_url`.
    Form,
    /// Always an HTTP redirect to `cancel_url`.
    Redirect,
}

/// What can be set while the sandbox runs, by [`Options`](crate::Options), the command line or the control API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// `refund` and `checkstatus` insist on a `hash_key`; a wrong one is always refused.
    pub strict_hash: bool,
    /// The two-second rule against identical requests.
    pub repeat_guard: RepeatGuard,
    /// The shape of `getTransactions`.
    pub transactions: TransactionsShape,
    /// The shape of a 3-D Secure payment that cannot begin.
    pub three_d_failure: ThreeDFailure,
    /// A failed 3-D return carries only the few fields seen live; otherwise the documented ones.
    pub sparse_failure_return: bool,
    /// `checkstatus` says `Pending` only when asked with `include_pending_status`; otherwise `Failed`, still with code 69.
    pub pending_needs_flag: bool,
    /// Partial refunds are allowed; otherwise they are refused with 110.
    pub partial_refunds: bool,
    /// Refunds are answered with 101 (registered) instead of 100.
    pub refund_registered: bool,
    /// The buyer pays the instalment commission when a payment does not say who does.
    pub buyer_pays_commission: bool,
    /// What the token service says: 0 only 2D, 1 both, 2 only 3D, 4 hosted page. 2D is refused with 34 for 2 and 4.
    pub is_3d: u8,
    /// What is Halkbank's.
    pub halkbank: HalkbankSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            strict_hash: false,
            repeat_guard: RepeatGuard::default(),
            transactions: TransactionsShape::default(),
            three_d_failure: ThreeDFailure::default(),
            sparse_failure_return: true,
            pending_needs_flag: false,
            partial_refunds: true,
            refund_registered: false,
            buyer_pays_commission: false,
            is_3d: 1,
            halkbank: HalkbankSettings::default(),
        }
    }
}

const GUARDS: &[(&str, RepeatGuard)] =
    &[("off", RepeatGuard::Off), ("money", RepeatGuard::Money), ("all", RepeatGuard::All)];
const SHAPES: &[(&str, TransactionsShape)] =
    &[("paginated", TransactionsShape::Paginated), ("list", TransactionsShape::List)];
const FAILURES: &[(&str, ThreeDFailure)] = &[
    ("auto", ThreeDFailure::Auto),
    ("json", ThreeDFailure::Json),
    ("form", ThreeDFailure::Form),
    ("redirect", ThreeDFailure::Redirect),
];
pub(crate) const SWITCH: &[(&str, bool)] = &[("true", true), ("false", false)];
const INTEGRATIONS: &[(&str, u8)] = &[("0", 0), ("1", 1), ("2", 2), ("4", 4)];

impl Settings {
    /// Sets one setting by its name and value as text, as in `repeat_guard=off`.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        if let Some(name) = name.strip_prefix("halkbank_") {
            return self.halkbank.set(name, value);
        }
        match name {
            "strict_hash" => self.strict_hash = choice(name, value, SWITCH)?,
            "repeat_guard" => self.repeat_guard = choice(name, value, GUARDS)?,
            "transactions" => self.transactions = choice(name, value, SHAPES)?,
            "three_d_failure" => self.three_d_failure = choice(name, value, FAILURES)?,
            "sparse_failure_return" => self.sparse_failure_return = choice(name, value, SWITCH)?,
            "pending_needs_flag" => self.pending_needs_flag = choice(name, value, SWITCH)?,
            "partial_refunds" => self.partial_refunds = choice(name, value, SWITCH)?,
            "refund_registered" => self.refund_registered = choice(name, value, SWITCH)?,
            "buyer_pays_commission" => self.buyer_pays_commission = choice(name, value, SWITCH)?,
            "is_3d" => self.is_3d = choice(name, value, INTEGRATIONS)?,
            _ => return Err(format!("there is no setting {name:?}")),
        }
        Ok(())
    }

    pub(crate) fn to_json(self) -> Json {
        let mut settings = object! {
            "strict_hash": self.strict_hash,
            "repeat_guard": word(self.repeat_guard, GUARDS),
            "transactions": word(self.transactions, SHAPES),
            "three_d_failure": word(self.three_d_failure, FAILURES),
            "sparse_failure_return": self.sparse_failure_return,
            "pending_needs_flag": self.pending_needs_flag,
            "partial_refunds": self.partial_refunds,
            "refund_registered": self.refund_registered,
            "buyer_pays_commission": self.buyer_pays_commission,
            "is_3d": word(self.is_3d, INTEGRATIONS),
        };
        for (name, value) in self.halkbank.members() {
            settings.set(&name, value);
        }
        settings
    }
}

pub(crate) fn choice<T: Copy>(name: &str, value: &str, choices: &[(&str, T)]) -> Result<T, String> {
    let found = choices.iter().find(|(word, _)| *word == value);
    found.map(|(_, choice)| *choice).ok_or_else(|| {
        let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
        format!("{name} is one of {}, not {value:?}", words.join(", "))
    })
}

pub(crate) fn word<T: PartialEq>(value: T, choices: &[(&'static str, T)]) -> &'static str {
    choices.iter().find(|(_, choice)| *choice == value).map_or("", |(word, _)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_shown_can_be_set() {
        let mut settings = Settings::default();
        for (name, value) in Settings::default().to_json().members() {
            settings.set(name, &value.scalar().unwrap()).unwrap();
            assert!(settings.set(name, "neither").unwrap_err().contains(name.trim_start_matches("halkbank_")));
        }
        assert_eq!(settings, Settings::default());
        for unknown in ["color", "halkbank_color"] {
            assert!(settings.set(unknown, "red").is_err());
        }
    }
}
