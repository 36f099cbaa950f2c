//! Why a request is not carried out: the gateway's own errors, the issuing bank's refusals, and what is in doubt.

use super::order::new_trans_id;
use super::settings::{FailureWord, HalkbankSettings};
use crate::clock::Time;
use crate::hash::random_hex;
use crate::xml::Node;

/// A refusal and how it is told.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    kind: Kind,
    pub text: String,
    word: &'static str,
    /// Whether the answer names the order; some do not, though one was sent.
    names_order: bool,
}

#[derive(Debug, Clone)]
enum Kind {
    /// `CORE-2508`, by its number.
    Core(u16),
    /// `ISO8583-51`, by its code.
    Issuer(&'static str),
    /// Between gateway and bank, or in the message itself: `BM-9100`.
    Message(&'static str),
    /// Nothing is left to be refunded: ERRORCODE 215021, and no ProcReturnCode.
    Net,
    /// No code at all.
    Bare,
}

/// The gateway's errors. Where a text was seen live it is that one, with or without its Turkish letters.
const CORE: &[(u16, &str)] = &[
    (1006, "Mode değeri geçersiz."),
    (1007, "PbOrder/OrderType değeri geçersiz."),
    (1015, "Sipariş numarası çok uzun."),
    (1018, "Tutar geçerli biçimde değil."),
    (1024, "Tutar negatif olamaz."),
    (2001, "İşlem tipi geçersiz."),
    (2003, "İşlem tipi boş."),
    (2007, "Tutar bir sayı değil."),
    (2008, "İptal edilmeye uygun satış işlemi bulunamadı."),
    (2009, "Tutar sıfır olamaz."),
    (2010, "Kartın son kullanma tarihi geçmiş."),
    (2011, "Son kullanma tarihi formati hatali. AA/YY olmali."),
    (2012, "Kredi karti numarasi gecerli formatta degil."),
    (2015, "Kart numarası yok."),
    (2020, "Tekrarlanan ödeme kaydı bulunamadı."),
    (2021, "Tekrarlanan ödeme sayısı geçersiz."),
    (2022, "Tekrarlanan ödeme aralığı geçersiz."),
    (2023, "Tekrarlanan ödeme değiştirilemez."),
    (2024, "Tekrarlanan ödeme yalnızca satış olabilir."),
    (2029, "Tekrarlanan ödeme süresi çok uzun."),
    (2034, "Tekrarlanan ödemede taksit yapılamaz."),
    (2105, "Para birimi geçersiz."),
    (2106, "Para birimi siparişinkinden farklı."),
    (2121, "XID/CAVV/ECI değerleri 3D doğrulamasıyla uyuşmuyor."),
    (2124, "Yabancı para ile taksit yapılamaz."),
    (2127, "XID daha önce kullanılmıştır."),
    (2133, "Siparişte iptal edilebilecek birden fazla işlem var."),
    (2201, "Kullanıcı doğrulanamadı."),
    (2202, "Kullanıcının bu işlem için yetkisi yok."),
    (2204, "Bu kart ile taksit yapılamaz."),
    (2206, "mdStatus değeri işleme uygun değil."),
    (2208, "CVV girilmeli."),
    (2254, "Bu IP adresinden işlem yapılamaz."),
    (2304, "Bu sipariş için devam eden bir işlem var."),
    (2505, "Kapama tutarı ön otorizasyon tutarından büyük olamaz."),
    (2506, "Kapama tutarı sıfır olamaz."),
    (2507, "Bu siparis numarasi ile zaten basarili bir siparis var."),
    (2508, "Iade yapilamaz, siparis gunsonuna girmemis."),
    (2509, "Kapatılacak ön otorizasyon bulunamadı."),
    (2511, "İptal yapılamaz, sipariş gün sonuna girmiş."),
    (2513, "Ön otorizasyonun süresi geçmiş."),
    (2601, "Taksit sayısı 3D doğrulamasındakinden farklı."),
    (2603, "Taksit tablosunda bu taksit sayısı yok."),
    (4000, "Gün sonu elle başlatılamaz."),
];

/// The gateway's error of this number.
pub(super) fn core(number: u16) -> Refusal {
    let text = CORE.iter().find(|(own, _)| *own == number).map_or("", |(_, text)| text);
    // Seen live: a void without anything to void and a second payment of an order do not name the order.
    let names_order = !matches!(number, 2008 | 2507);
    Refusal { kind: Kind::Core(number), text: text.to_owned(), word: "Error", names_order }
}

impl Refusal {
    /// The issuing bank's.
    pub(super) fn issuer(code: &'static str, text: &str, word: &'static str) -> Self {
        Self { kind: Kind::Issuer(code), text: text.to_owned(), word, names_order: true }
    }

    /// Nobody knows yet what became of it, or the message could not be read.
    pub(super) fn message(code: &'static str, text: impl Into<String>) -> Self {
        Self { kind: Kind::Message(code), text: text.into(), word: "Error", names_order: true }
    }

    /// Nothing is left to be refunded.
    pub(super) fn net() -> Self {
        Self { kind: Kind::Net, text: "Net Tutar 0.".to_owned(), word: "Declined", names_order: true }
    }

    /// Refused without a code.
    pub(super) fn bare(text: &str) -> Self {
        Self { kind: Kind::Bare, text: text.to_owned(), word: "Error", names_order: true }
    }

    /// `ERRORCODE`.
    pub(super) fn error_code(&self) -> String {
        match self.kind {
            Kind::Core(number) => format!("CORE-{number}"),
            Kind::Issuer(code) => format!("ISO8583-{code}"),
            Kind::Message(code) => code.to_owned(),
            Kind::Net => "215021".to_owned(),
            Kind::Bare => String::new(),
        }
    }

    /// `ProcReturnCode`, where there is one.
    pub(super) fn proc_return_code(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Issuer(code) => Some(code),
            Kind::Net => None,
            _ => Some("99"),
        }
    }

    fn num_code(&self) -> String {
        match self.kind {
            Kind::Core(number) => format!("99{number}"),
            _ => self.proc_return_code().unwrap_or_default().to_owned(),
        }
    }

    /// `Response`.
    pub(super) fn word(&self, settings: &HalkbankSettings) -> &'static str {
        match settings.failure_word {
            FailureWord::Auto => self.word,
            FailureWord::Declined => "Declined",
            FailureWord::Error => "Error",
        }
    }

    /// The answer in XML.
    pub(super) fn to_xml(&self, settings: &HalkbankSettings, now: Time, oid: &str) -> Node {
        let trace = || Node::text("TRACEID", random_hex(32));
        let date = || Node::text("TRXDATE", now.dense_stamp());
        let word = self.word(settings);
        let host_ref = format!("{}{}", &now.year_day()[1..], &now.dense_stamp().replace(':', "")[9..]);
        // Another way in which the same refusal was seen.
        let declined_void = word == "Declined" && matches!(self.kind, Kind::Core(2008));
        let oid = if self.names_order || declined_void { oid } else { "" };
        let mut fields = vec![("OrderId", oid.to_owned())];
        if !matches!(self.kind, Kind::Net) {
            fields.push(("GroupId", oid.to_owned()));
        }
        fields.push(("Response", word.to_owned()));
        if !matches!(self.kind, Kind::Net) && !declined_void {
            fields.push(("AuthCode", String::new()));
        }
        let reached_host = declined_void || matches!(self.kind, Kind::Net | Kind::Issuer(_));
        fields.push(("HostRefNum", if reached_host { host_ref } else { String::new() }));
        if let Some(code) = self.proc_return_code() {
            fields.push(("ProcReturnCode", code.to_owned()));
        }
        fields.push(("TransId", if declined_void { String::new() } else { new_trans_id(now) }));
        fields.push(("ErrMsg", self.text.clone()));
        let code = Node::text("ERRORCODE", self.error_code());
        let extra = match self.kind {
            Kind::Net => vec![date(), trace(), code],
            _ if declined_void => {
                vec![date(), Node::text("EXTENDED_ERROR_CODE", "215001"), trace(), Node::text("NUMCODE", "99"), code]
            }
            _ => {
                let mut extra = vec![Node::text("SETTLEID", ""), date(), code, Node::text("NUMCODE", self.num_code())];
                if let Kind::Issuer(_) = self.kind {
                    extra.push(Node::text("HOSTMSG", self.text.clone()));
                }
                extra
            }
        };
        let mut children: Vec<Node> = fields.into_iter().map(|(name, value)| Node::text(name, value)).collect();
        children.push(Node::parent("Extra", extra));
        Node::parent("CC5Response", children)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_a_text_and_its_number() {
        for (number, _) in CORE {
            let refusal = core(*number);
            assert!(!refusal.text.is_empty());
            assert_eq!((refusal.error_code(), refusal.num_code()), (format!("CORE-{number}"), format!("99{number}")));
        }
        assert_eq!(Refusal::issuer("51", "", "Declined").error_code(), "ISO8583-51");
        assert_eq!(Refusal::net().proc_return_code(), None);
    }
}
