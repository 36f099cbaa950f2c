//! Halkbank's test cards and what the bank behind each one does.

use crate::clock::Time;
use crate::json::{Json, object};
use crate::log::luhn;

/// What the issuing bank does with a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HalkbankOutcome {
    /// Pays.
    Approve,
    /// Refuses with this ISO 8583 code and text, answered as `Declined`.
    Decline(&'static str, &'static str),
    /// The same, answered as `Error`.
    DeclineAsError(&'static str, &'static str),
    /// Half secure: this `mdStatus` (2, 3 or 4), and pays.
    HalfSecure(u8),
    /// Not authenticated: this `mdStatus` (0 or 5 to 8).
    NotAuthenticated(u8),
    /// The bank cannot be reached (BM-9100); ten seconds later it has paid, or has not.
    InDoubt {
        /// Whether it has.
        paid: bool,
    },
}

/// A card of the sandbox at Halkbank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HalkbankCard {
    /// All digits.
    pub number: &'static str,
    /// Two digits.
    pub expiry_month: &'static str,
    /// Four digits.
    pub expiry_year: &'static str,
    /// Three digits.
    pub cvv: &'static str,
    /// What happens when it is charged.
    pub outcome: HalkbankOutcome,
    /// The most instalments it offers; 1 for none.
    pub max_installments: u32,
    /// VISA, MASTERCARD or TROY.
    pub brand: &'static str,
    /// The bank that issued it.
    pub issuer: &'static str,
    /// What it is for, in Turkish.
    pub turkish: &'static str,
    /// What it is for, in English.
    pub english: &'static str,
}

const CARD: HalkbankCard = HalkbankCard {
    number: "",
    expiry_month: "12",
    expiry_year: "2040",
    cvv: "000",
    outcome: HalkbankOutcome::Approve,
    max_installments: 12,
    brand: "VISA",
    issuer: "HALK BANKASI",
    turkish: "",
    english: "",
};

const fn declined(
    number: &'static str,
    code: &'static str,
    text: &'static str,
    turkish: &'static str,
    english: &'static str,
) -> HalkbankCard {
    HalkbankCard { number, outcome: HalkbankOutcome::Decline(code, text), turkish, english, ..CARD }
}

const fn failing(
    number: &'static str,
    code: &'static str,
    text: &'static str,
    turkish: &'static str,
    english: &'static str,
) -> HalkbankCard {
    HalkbankCard { number, outcome: HalkbankOutcome::DeclineAsError(code, text), turkish, english, ..CARD }
}

const fn secure(
    number: &'static str,
    outcome: HalkbankOutcome,
    turkish: &'static str,
    english: &'static str,
) -> HalkbankCard {
    HalkbankCard { number, outcome, turkish, english, brand: "MASTERCARD", ..CARD }
}

/// Every card that this bank knows; any other valid number is refused with 14, at the gate with `mdStatus` 8.
pub(crate) const CARDS: &[HalkbankCard] = &[
    HalkbankCard {
        number: "4531444531442283",
        cvv: "001",
        turkish: "Onaylanır, 2–12 taksit (bankanın yayımladığı)",
        english: "Approved, 2–12 instalments (published by the bank)",
        ..CARD
    },
    HalkbankCard {
        number: "5818775818772285",
        cvv: "001",
        brand: "MASTERCARD",
        turkish: "Onaylanır, 2–12 taksit (bankanın yayımladığı)",
        english: "Approved, 2–12 instalments (published by the bank)",
        ..CARD
    },
    HalkbankCard {
        number: "4920950000000005",
        max_installments: 6,
        issuer: "ZİRAAT BANKASI",
        turkish: "Onaylanır, 2–6 taksit, bankasının adı Türkçe harfli",
        english: "Approved, 2–6 instalments, issuer with Turkish letters",
        ..CARD
    },
    HalkbankCard {
        number: "5262890000000006",
        max_installments: 1,
        brand: "MASTERCARD",
        turkish: "Onaylanır, banka kartı (taksit yok)",
        english: "Approved, debit card (no instalments)",
        ..CARD
    },
    HalkbankCard {
        number: "9792000000000003",
        max_installments: 1,
        brand: "TROY",
        turkish: "Onaylanır, Troy (taksit yok)",
        english: "Approved, Troy (no instalments)",
        ..CARD
    },
    declined("4920940000000055", "05", "Genel red", "Reddedilir: onaylanmadı", "Declined: do not honour"),
    failing(
        "4920940000000121",
        "12",
        "Geçersiz işlem",
        "Reddedilir (Error): geçersiz işlem",
        "Error: invalid transaction",
    ),
    declined(
        "4920940000000345",
        "34",
        "Şüpheli işlem",
        "Reddedilir: dolandırıcılık şüphesi",
        "Declined: suspected fraud",
    ),
    declined("4920940000000436", "43", "Çalıntı kart", "Reddedilir: çalıntı kart", "Declined: stolen card"),
    declined("4920940000000519", "51", "Limit yetersiz", "Reddedilir: limit yetersiz", "Declined: insufficient funds"),
    declined("4920940000000543", "54", "Kartın süresi dolmuş", "Reddedilir: süresi dolmuş", "Declined: expired card"),
    declined(
        "4920940000000576",
        "57",
        "Kart sahibi bu işlemi yapamaz",
        "Reddedilir: karta kapalı işlem",
        "Declined: not permitted to cardholder",
    ),
    declined("4920940000000618", "61", "Limit aşımı", "Reddedilir: limit aşımı", "Declined: over the limit"),
    failing("4920940000000824", "82", "CVV hatalı", "Reddedilir (Error): CVV hatalı", "Error: wrong CVV"),
    declined(
        "4920940000000915",
        "91",
        "Kartı veren banka hizmet dışı",
        "Reddedilir: bankası hizmet dışı",
        "Declined: issuer down",
    ),
    failing(
        "4920940000000964",
        "96",
        "Sistem arızası",
        "Reddedilir (Error): sistem arızası",
        "Error: system malfunction",
    ),
    secure("5404350000000026", HalkbankOutcome::HalfSecure(2), "Yarım 3D (mdStatus 2)", "Half secure (mdStatus 2)"),
    secure("5404350000000034", HalkbankOutcome::HalfSecure(3), "Yarım 3D (mdStatus 3)", "Half secure (mdStatus 3)"),
    secure("5404350000000042", HalkbankOutcome::HalfSecure(4), "Yarım 3D (mdStatus 4)", "Half secure (mdStatus 4)"),
    secure(
        "5404350000000059",
        HalkbankOutcome::NotAuthenticated(5),
        "3D doğrulama yapılamaz (mdStatus 5)",
        "3D unavailable (mdStatus 5)",
    ),
    secure("5404350000000067", HalkbankOutcome::NotAuthenticated(6), "3D hatası (mdStatus 6)", "3D error (mdStatus 6)"),
    secure(
        "5404350000000075",
        HalkbankOutcome::NotAuthenticated(7),
        "Sistem hatası (mdStatus 7)",
        "System error (mdStatus 7)",
    ),
    secure(
        "5404350000000083",
        HalkbankOutcome::NotAuthenticated(8),
        "Bilinmeyen kart (mdStatus 8)",
        "Unknown card (mdStatus 8)",
    ),
    secure(
        "5404350000000000",
        HalkbankOutcome::NotAuthenticated(0),
        "3D doğrulaması başarısız (mdStatus 0)",
        "3D authentication fails (mdStatus 0)",
    ),
    secure(
        "5213780000000918",
        HalkbankOutcome::InDoubt { paid: true },
        "Bankaya ulaşılamaz, 10 saniye sonra ödendiği anlaşılır",
        "Bank unreachable; paid, as turns out 10 seconds later",
    ),
    secure(
        "5213780000000926",
        HalkbankOutcome::InDoubt { paid: false },
        "Bankaya ulaşılamaz, 10 saniye sonra ödenmediği anlaşılır",
        "Bank unreachable; not paid, as turns out 10 seconds later",
    ),
];

/// What any other number with a valid check digit is.
static UNKNOWN: HalkbankCard =
    HalkbankCard { outcome: HalkbankOutcome::Decline("14", "Hatalı kart numarası"), issuer: "", ..CARD };

/// Instalment counts of the sandbox's merchant.
pub(super) const INSTALLMENTS: &[u32] = &[2, 3, 4, 5, 6, 9, 12];

/// A card as a buyer gives it, checked for its form.
#[derive(Debug, Clone)]
pub(super) struct Payer {
    pub number: String,
    /// Two digits each.
    pub month: String,
    pub year: String,
    pub known: &'static HalkbankCard,
    /// What the issuing bank says to the expiry or CVV given.
    pub wrong: Option<(&'static str, &'static str)>,
}

/// Why a card cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BadCard {
    Number,
    Expiry,
    Expired,
    Cvv,
}

impl Payer {
    /// A card by number, expiry (month, and year with two or four digits) and CVV, which may be empty.
    pub(super) fn read(now: Time, number: &str, month: &str, year: &str, cvv: &str) -> Result<Self, BadCard> {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !(13..=19).contains(&number.len()) || !luhn(number) {
            return Err(BadCard::Number);
        }
        let year = if year.len() == 2 { format!("20{year}") } else { year.to_owned() };
        if !digits(month) || !digits(&year) || year.len() != 4 || !(1..=12).contains(&month.parse().unwrap_or(0)) {
            return Err(BadCard::Expiry);
        }
        let month = format!("{:0>2}", month.trim_start_matches('0'));
        let (this_year, this_month) = now.year_month();
        if (year.as_str(), month.as_str()) < (this_year.to_string().as_str(), format!("{this_month:02}").as_str()) {
            return Err(BadCard::Expired);
        }
        if !cvv.is_empty() && (!digits(cvv) || !(3..=4).contains(&cvv.len())) {
            return Err(BadCard::Cvv);
        }
        let known = CARDS.iter().find(|card| card.number == number).unwrap_or(&UNKNOWN);
        let mut payer = Self { number: number.to_owned(), month, year: year[2..].to_owned(), known, wrong: None };
        if known.number == number {
            payer.wrong = payer.wrong_details(cvv);
        }
        Ok(payer)
    }

    fn wrong_details(&self, cvv: &str) -> Option<(&'static str, &'static str)> {
        // The bank's own document prints 12/26 for its two cards.
        let printed = self.known.cvv == "001" && self.year == "26";
        if self.month != self.known.expiry_month || !(printed || self.year == self.known.expiry_year[2..]) {
            return Some(("54", "Son kullanma tarihi hatalı"));
        }
        (!cvv.is_empty() && cvv != self.known.cvv).then_some(("82", "CVV hatalı"))
    }

    /// `4355 08** **** 4358`.
    pub(super) fn masked(&self) -> String {
        let number = &self.number;
        format!("{} {}** **** {}", &number[..4], &number[4..6], &number[number.len() - 4..])
    }

    /// `435508***4358`.
    pub(super) fn short_masked(&self) -> String {
        format!("{}***{}", &self.number[..6], &self.number[self.number.len() - 4..])
    }

    pub(super) fn bin(&self) -> &str {
        &self.number[..6]
    }
}

/// The cards for the start page and the control API.
pub(crate) fn to_json() -> Json {
    let cards = CARDS.iter().map(|card| {
        object! {
            "number": card.number, "expiry_month": card.expiry_month, "expiry_year": card.expiry_year, "cvv": card.cvv,
            "max_installments": card.max_installments, "brand": card.brand, "issuer": card.issuer,
            "turkish": card.turkish, "english": card.english,
        }
    });
    Json::List(cards.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(number: &str, month: &str, year: &str, cvv: &str) -> Result<Payer, BadCard> {
        Payer::read(Time::of_date("2026-11-23").unwrap(), number, month, year, cvv)
    }

    #[test]
    fn every_card_is_valid_and_stands_once() {
        for (n, card) in CARDS.iter().enumerate() {
            let payer = read(card.number, card.expiry_month, card.expiry_year, card.cvv).unwrap();
            assert_eq!((payer.known, payer.wrong), (card, None));
            assert!(CARDS[..n].iter().all(|other| other.number != card.number));
        }
    }

    #[test]
    fn cards_as_they_are_given() {
        let number = CARDS[0].number;
        for (month, year) in [("12", "40"), ("12", "2040"), ("12", "26")] {
            assert_eq!(read(number, month, year, "001").unwrap().wrong, None);
        }
        assert_eq!(read(number, "11", "40", "001").unwrap().wrong.unwrap().0, "54");
        assert_eq!(read(number, "12", "40", "002").unwrap().wrong.unwrap().0, "82");
        assert_eq!(read(number, "12", "40", "").unwrap().wrong, None);
        for (number, month, year, cvv, problem) in [
            ("4531444531442284", "12", "40", "001", BadCard::Number),
            ("45314445", "12", "40", "001", BadCard::Number),
            (number, "13", "40", "001", BadCard::Expiry),
            (number, "", "40", "001", BadCard::Expiry),
            (number, "12", "4", "001", BadCard::Expiry),
            (number, "10", "26", "001", BadCard::Expired),
            (number, "12", "40", "0a1", BadCard::Cvv),
        ] {
            assert_eq!(read(number, month, year, cvv).unwrap_err(), problem);
        }
        let payer = read(number, "12", "2040", "001").unwrap();
        assert_eq!((payer.masked().as_str(), payer.short_masked().as_str()), ("4531 44** **** 2283", "453144***2283"));
        assert_eq!(read("4111111111111111", "01", "30", "1234").unwrap().known.outcome, UNKNOWN.outcome);
    }
}
