//! The test cards and what the bank behind each one does; instalment counts and commissions.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::json::{Json, object};
use crate::log::luhn;

/// What the issuing bank does with a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Pays.
    Approve,
    /// Refuses with this bank code and text.
    Decline(&'static str, &'static str),
    /// Authentication fails (`md_status` 0).
    NotAuthenticated,
    /// Authentication is half done (`md_status` 4), which is not enough to charge.
    HalfAuthenticated,
    /// The bank is silent at first; ten seconds later it has paid, or has not.
    InDoubt {
        /// Whether it has.
        paid: bool,
    },
    /// A foreign card, which this merchant may not charge (code 76).
    Foreign,
}

/// A card of the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestCard {
    /// All digits.
    pub number: &'static str,
    /// Two digits.
    pub expiry_month: &'static str,
    /// Four digits.
    pub expiry_year: &'static str,
    /// Three digits.
    pub cvv: &'static str,
    /// What happens when it is charged.
    pub outcome: Outcome,
    /// The most instalments it offers; 1 for none.
    pub max_installments: u32,
    /// A debit card.
    pub debit: bool,
    /// The bank's card programme, as `getpos` names it.
    pub program: &'static str,
    /// VISA, MASTER CARD or TROY.
    pub scheme: &'static str,
    /// What it is for, in Turkish.
    pub turkish: &'static str,
    /// What it is for, in English.
    pub english: &'static str,
}

/// A credit card of Halkbank, as most test cards are.
const PARAF: TestCard = TestCard {
    number: "",
    // Not the printed dates: those pass, and a client rightly refuses an expired card before it sends anything.
    expiry_month: "12",
    expiry_year: "2040",
    cvv: "555",
    outcome: Outcome::Approve,
    max_installments: 1,
    debit: false,
    program: "PARAF",
    scheme: "VISA",
    turkish: "",
    english: "",
};

const fn declined(
    number: &'static str,
    code: &'static str,
    text: &'static str,
    turkish: &'static str,
    english: &'static str,
) -> TestCard {
    TestCard { number, outcome: Outcome::Decline(code, text), max_installments: 6, turkish, english, ..PARAF }
}

/// Every card that this bank knows; any other valid number is refused with V111 (card not defined for test).
pub(crate) const CARDS: &[TestCard] = &[
    TestCard {
        number: "4132260000000003",
        cvv: "193",
        turkish: "Onaylanır, tek çekim",
        english: "Approved, single payment",
        ..PARAF
    },
    TestCard {
        number: "4155650100416111",
        max_installments: 6,
        turkish: "Onaylanır, 1–6 taksit",
        english: "Approved, 1–6 instalments",
        ..PARAF
    },
    TestCard {
        number: "4111111111111111",
        cvv: "123",
        program: "",
        turkish: "Onaylanır, kart programı yok",
        english: "Approved, no card programme",
        ..PARAF
    },
    TestCard {
        number: "5456160140225418",
        cvv: "276",
        max_installments: 12,
        program: "CARD_FNS",
        scheme: "MASTER CARD",
        turkish: "Onaylanır, 1–12 taksit",
        english: "Approved, 1–12 instalments",
        ..PARAF
    },
    TestCard {
        number: "6501700139082826",
        cvv: "000",
        debit: true,
        program: "",
        scheme: "TROY",
        turkish: "Onaylanır, banka kartı (taksit yok)",
        english: "Approved, debit card (no instalments)",
        ..PARAF
    },
    declined("4155650100000519", "51", "Yetersiz bakiye", "Reddedilir: limit yetersiz", "Declined: insufficient funds"),
    declined(
        "4155650100000436",
        "43",
        "Çalıntı Kart-Karta el koyunuz",
        "Reddedilir: çalıntı kart",
        "Declined: stolen card",
    ),
    declined("4155650100000543", "54", "Vadesi dolmuş kart", "Reddedilir: vadesi dolmuş", "Declined: expired card"),
    declined("4155650100000055", "05", "İşlem onaylanmadı", "Reddedilir: onaylanmadı", "Declined: do not honour"),
    declined("4155650100000824", "82", "Hatalı CVV", "Reddedilir: CVV hatalı", "Declined: wrong CVV"),
    declined(
        "4155650100000618",
        "61",
        "Para çekme limiti aşıldı",
        "Reddedilir: limit aşımı",
        "Declined: limit exceeded",
    ),
    TestCard {
        number: "4155650100000006",
        outcome: Outcome::NotAuthenticated,
        turkish: "3D doğrulaması başarısız (md_status 0)",
        english: "3D authentication fails (md_status 0)",
        ..PARAF
    },
    TestCard {
        number: "4155650100000048",
        outcome: Outcome::HalfAuthenticated,
        turkish: "Yarım 3D doğrulama (md_status 4)",
        english: "Half-secure 3D (md_status 4)",
        ..PARAF
    },
    TestCard {
        number: "4155650100000915",
        outcome: Outcome::InDoubt { paid: true },
        turkish: "Banka yanıt vermez, 10 saniye sonra ödendiği anlaşılır",
        english: "Bank silent; paid, as turns out 10 seconds later",
        ..PARAF
    },
    TestCard {
        number: "4155650100000683",
        outcome: Outcome::InDoubt { paid: false },
        turkish: "Banka yanıt vermez, 10 saniye sonra ödenmediği anlaşılır",
        english: "Bank silent; not paid, as turns out 10 seconds later",
        ..PARAF
    },
    TestCard {
        number: "5440931443094530",
        outcome: Outcome::Foreign,
        program: "",
        scheme: "MASTER CARD",
        turkish: "Yabancı kart, kabul edilmez (76)",
        english: "Foreign card, not accepted (76)",
        ..PARAF
    },
    TestCard {
        number: "4155141122223339",
        outcome: Outcome::Decline("V111", "Kart test ortamında tanımlı değil"),
        turkish: "Kılavuzdaki örnek kart, tanımlı değil (V111)",
        english: "The guide's sample card, not defined (V111)",
        ..PARAF
    },
];

/// What any other number with a valid check digit is.
static UNKNOWN: TestCard =
    TestCard { outcome: Outcome::Decline("V111", "Kart test ortamında tanımlı değil"), program: "", ..PARAF };

/// Instalment counts of the sandbox's merchant.
pub(crate) const INSTALLMENTS: &[u32] = &[1, 2, 3, 4, 5, 6, 9, 12];

/// The card with this number; nothing for a number with a wrong check digit or length.
pub(crate) fn find(number: &str) -> Option<&'static TestCard> {
    let valid = (12..=19).contains(&number.len()) && luhn(number);
    valid.then(|| CARDS.iter().find(|card| card.number == number).unwrap_or(&UNKNOWN))
}

/// The card that a bank identification number (or more digits) leads to; an unknown one is a credit card without instalments.
pub(crate) fn by_prefix(digits: &str) -> &'static TestCard {
    CARDS
        .iter()
        .find(|card| card.number.starts_with(digits))
        .or_else(|| CARDS.iter().find(|card| digits.starts_with(&card.number[..6])))
        .map_or(&UNKNOWN, |card| {
            // A BIN is asked about before the card is known: the best its cards offer.
            let same_bin = CARDS.iter().filter(|other| other.number[..6] == card.number[..6] && digits.len() < 16);
            same_bin.max_by_key(|other| other.max_installments).unwrap_or(card)
        })
}

/// The commission of an instalment count: nothing for one, a hundredth per instalment from two.
pub(crate) fn commission_rate(installments: u32) -> Decimal {
    if installments < 2 { Decimal::ZERO } else { Decimal::new(i64::from(installments), 2) }
}

/// What the buyer pays in total when the commission is the buyer's: amount / (1 − rate), with PHP's 14 significant digits.
pub(crate) fn with_commission(amount: Decimal, installments: u32) -> Decimal {
    let exact = amount / (Decimal::ONE - commission_rate(installments));
    exact.round_sf_with_strategy(14, RoundingStrategy::MidpointAwayFromZero).unwrap_or(exact).normalize()
}

/// Two decimals, as amounts to be paid are written.
pub(crate) fn two_decimals(amount: Decimal) -> Decimal {
    let mut rounded = amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(2);
    rounded
}

/// The cards for the start page and the control API.
pub(crate) fn to_json() -> Json {
    let cards = CARDS.iter().map(|card| {
        object! {
            "number": card.number, "expiry_month": card.expiry_month, "expiry_year": card.expiry_year, "cvv": card.cvv,
            "max_installments": card.max_installments, "program": card.program, "scheme": card.scheme, "debit": card.debit,
            "turkish": card.turkish, "english": card.english,
        }
    });
    Json::List(cards.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_card_is_valid_and_stands_once() {
        for card in CARDS {
            assert!(luhn(card.number), "{}", card.number);
            assert_eq!(find(card.number), Some(card));
        }
        assert_eq!(find("4111111111111112"), None);
        assert_eq!(find("4132260000000052").map(|card| card.outcome), Some(UNKNOWN.outcome));
    }

    #[test]
    fn commission_is_added_as_published() {
        assert_eq!(with_commission(Decimal::from(100), 2).to_string(), "102.04081632653");
        assert_eq!(two_decimals(with_commission(Decimal::from(100), 2)).to_string(), "102.04");
        assert_eq!(with_commission(Decimal::from(100), 1).to_string(), "100");
    }

    #[test]
    fn a_bin_offers_what_its_best_card_does() {
        assert_eq!(by_prefix("415565").max_installments, 6);
        assert_eq!(by_prefix("4155650100000048").max_installments, 1);
        assert_eq!(by_prefix("999999").max_installments, 1);
    }
}
