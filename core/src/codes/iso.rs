//! The codes of the interbank networks, whichever gateway passes them on.

use super::{Table, advice, explained};

/// The answers of Turkish card banks (ISO 8583 response codes as the interbank networks use them, with the letters some
/// gateways add), ascending. 00, the bank's approval, is left out: beside a failure it would explain nothing.
pub(super) static CODES: Table = Table {
    advice: &[ADVICE],
    rows: explained! {
        "01" CallBank "The card's bank wants a call before it decides." "Kartı veren banka karar için aranmayı istiyor."
        "02" CallBank "The card's bank wants a call (special condition)." "Kartı veren banka aranmayı istiyor (özel durum)."
        "03" AskAcquirer "The bank does not know this merchant." "Üye işyeri bankada tanımlı değil."
        "04" Withdrawn "The card's bank has withdrawn this card." "Kart bankası tarafından geri çekilmiş."
        "05" OtherCard "The card's bank did not approve." "Kartı veren banka onay vermedi."
        "06" TryLater "The bank reports an error." "Bankada hata oluştu."
        "07" Withdrawn "The card's bank has withdrawn this card (special condition)." "Kart bankası tarafından geri çekilmiş (özel durum)."
        "08" CheckApproval "Approved on condition that the card holder's identity is checked." "Kimlik denetimi koşuluyla onaylandı."
        "09" TryLater "The bank is still working on it; try again." "Banka işlemi sürdürüyor; yeniden deneyin."
        "11" CheckApproval "Approved, special handling." "Onaylandı, özel işlem."
        "12" CheckRequest "The transaction is not valid for this card." "İşlem bu kart için geçersiz."
        "13" CheckRequest "The amount is not valid." "Tutar geçersiz."
        "14" CheckCard "The card number is wrong." "Kart numarası hatalı."
        "15" CheckCard "There is no bank for this card number." "Bu kart numarasının bankası bulunamadı."
        "19" TryLater "The bank asks to enter the transaction again." "Banka işlemin yeniden girilmesini istiyor."
        "20" CheckRequest "The amount is not valid." "Tutar geçersiz."
        "21" LookAtOrder "The transaction could not be undone." "İşlem geri alınamadı."
        "25" LookAtOrder "The record was not found at the bank." "Kayıt bankada bulunamadı."
        "26" LookAtOrder "The transaction was not found at the bank." "İşlem bankada bulunamadı."
        "27" OtherCard "The bank declined." "Banka reddetti."
        "28" LookAtOrder "The original transaction was denied." "İlk işlem reddedilmiş."
        "29" LookAtOrder "The original transaction was not found." "İlk işlem bulunamadı."
        "30" CheckRequest "The bank could not read the message." "Banka iletiyi çözemedi (biçim hatası)."
        "32" CallBank "The card's bank wants a call." "Kartı veren banka aranmayı istiyor."
        "33" Withdrawn "The card has expired and was withdrawn." "Kartın süresi dolmuş, kart geri çekilmiş."
        "34" Withdrawn "The bank suspects fraud." "Banka dolandırıcılıktan şüpheleniyor."
        "36" Withdrawn "The card is restricted and was withdrawn." "Kart kısıtlı, geri çekilmiş."
        "37" Withdrawn "The card's bank wants the card back." "Banka kartın geri alınmasını istiyor."
        "38" Withdrawn "The PIN was entered wrongly too often; the card was withdrawn." "Şifre çok kez yanlış girilmiş, kart geri çekilmiş."
        "41" Withdrawn "The card was reported lost." "Kart kayıp olarak bildirilmiş."
        "43" Withdrawn "The card was reported stolen." "Kart çalıntı olarak bildirilmiş."
        "51" WaitOrOtherCard "There is not enough money or credit on the card." "Kartın bakiyesi ya da limiti yetersiz."
        "52" OtherCard "The card has no current account." "Karta bağlı vadesiz hesap yok."
        "53" OtherCard "The card has no savings account." "Karta bağlı tasarruf hesabı yok."
        "54" CheckCard "The card has expired, or the expiry date is wrong." "Kartın süresi dolmuş ya da son kullanma tarihi yanlış."
        "55" CheckCard "The PIN is wrong." "Kart şifresi hatalı."
        "56" OtherCard "The bank does not know this card." "Kart bankada tanımlı değil."
        "57" OtherCard "The card may not be used for this kind of transaction, for instance on the Internet." "Kart bu işlem türüne, örneğin internet alışverişine kapalı."
        "58" CheckRequest "The merchant's terminal may not do this kind of transaction." "Üye işyeri terminali bu işlem türüne kapalı."
        "59" Withdrawn "The bank suspects fraud." "Banka dolandırıcılıktan şüpheleniyor."
        "61" WaitOrOtherCard "The amount is over the card's limit; the card holder should call the bank." "Tutar kartın limitini aşıyor; kart sahibi bankasını aramalı."
        "62" OtherCard "The card is restricted." "Kart kısıtlı."
        "63" OtherCard "A security rule was violated." "Güvenlik kuralı ihlali."
        "65" WaitOrOtherCard "The card was used too often within its limit period." "Kartın işlem adedi sınırı aşıldı."
        "75" Withdrawn "The PIN was entered wrongly too often." "Şifre çok kez yanlış girildi."
        "76" TryLater "The bank's encryption keys do not match." "Bankanın şifreleme anahtarları uyuşmuyor."
        "77" CheckCard "The data contradict each other; the bank refused." "Veriler çelişkili, banka reddetti."
        "80" CheckRequest "The date is not valid." "Tarih geçersiz."
        "81" TryLater "The bank reports an encryption error." "Bankada şifreleme hatası oluştu."
        "82" CheckCard "The security code (CVV) is wrong." "Güvenlik kodu (CVV) hatalı."
        "83" OtherCard "The PIN could not be verified." "Kart şifresi doğrulanamadı."
        "84" CheckCard "The security code (CVV) is not valid." "Güvenlik kodu (CVV) geçersiz."
        "85" OtherCard "The bank declined." "Banka reddetti."
        "91" TryLater "The card's bank or the network does not answer." "Kartı veren bankaya ya da ağa ulaşılamıyor."
        "92" Reversing "The card's bank did not answer in time; the transaction is being reversed." "Kartı veren bankanın yanıt süresi doldu, işlem geri alınıyor."
        "93" SinglePayment "The transaction breaks a rule of the card (instalments, points, or closed to e-commerce)." "İşlem kart kurallarına aykırı (taksit, puan ya da e-ticarete kapalı kart)."
        "96" TryLater "The bank's system failed." "Bankanın sisteminde arıza oluştu."
        "98" LookAtOrder "The transaction was already reversed." "İşlem zaten geri alınmış."
        "99" ReadText "The gateway refused before the bank did; its own text says why." "Bankadan önce ödeme geçidi reddetti; nedeni kendi metnindedir."
        "9998" Undefined "The bank's code is not a number." "Bankanın kodu sayısal değil."
        "9999" Undefined "The bank's code is undefined." "Bankanın kodu tanımsız."
        "GK" OtherCard "Foreign cards are not allowed at this merchant." "Bu üye işyerinde yurt dışı kartlar kapalı."
        "SF" ReadText "The bank's own text says why." "Nedeni bankanın kendi metnindedir."
        "YK" Withdrawn "The card is on a black list." "Kart kara listede."
    },
};

/// What to do about them, in words that fit every gateway. [`CODES`] and the tables of the gateways name these.
pub(crate) const ADVICE: &str = advice! {
    CallBank Never
    "Ask the card holder to call the card's bank, or take another card; the same card is refused until its bank has spoken to its holder."
    "Kart sahibinden bankasını aramasını ya da başka bir kart kullanmasını isteyin; banka kart sahibiyle görüşene dek aynı kart reddedilir."

    OtherCard Never
    "Ask the buyer for another card; only the card's bank can say more about this one."
    "Alıcıdan başka bir kart isteyin; bu kart hakkında yalnız kartı veren banka bilgi verebilir."

    Withdrawn Never
    "Do not try this card again; ask the buyer for another one. Its holder should call the card's bank."
    "Bu kartı yeniden denemeyin, alıcıdan başka bir kart isteyin. Kart sahibi bankasını aramalı."

    CheckApproval AskFirst
    "Not a plain approval: ask for the order's status, and the support of your POS, before delivering."
    "Koşulsuz bir onay değil: teslimden önce siparişin durumunu sorgulayın ve POS desteğine danışın."

    TryLater Later
    "Nothing is wrong with the order: if its status shows no charge, try again in a few minutes, or with another card."
    "Siparişte hata yok: durumu tahsilat yapılmadığını gösteriyorsa birkaç dakika sonra ya da başka bir kartla yeniden deneyin."

    CheckRequest AfterFix
    "Check amount, currency, instalments, date and kind of transaction; if all are right, ask the support of your POS."
    "Tutarı, para birimini, taksiti, tarihi ve işlem türünü denetleyin; hepsi doğruysa POS desteğine başvurun."

    CheckCard AfterFix
    "Let the buyer check the card number, the expiry date and the security code and try again, or use another card."
    "Alıcı kart numarasını, son kullanma tarihini ve güvenlik kodunu denetleyip yeniden denesin ya da başka bir kart kullansın."

    AskAcquirer AfterFix
    "Ask the support of your POS to define what is missing, or to open what is closed."
    "Eksik tanımın yapılmasını ya da kapalı olanın açılmasını POS desteğinden isteyin."

    LookAtOrder AskFirst
    "Look at the status and history of the order before sending anything again: what you refer to may be done, undone or unknown."
    "Yeniden bir şey göndermeden önce siparişin durumuna ve geçmişine bakın: sözünü ettiğiniz işlem yapılmış, geri alınmış ya da hiç olmamış olabilir."

    WaitOrOtherCard Later
    "Ask for another card or a smaller amount; the same card may pass once its balance or limit is renewed."
    "Başka bir kart ya da daha küçük bir tutar isteyin; aynı kart bakiyesi ya da limiti yenilenince onay alabilir."

    Reversing AskFirst
    "Do not charge again until the order's status says that nothing was charged or that the charge is undone."
    "Siparişin durumu tahsilat yapılmadığını ya da geri alındığını gösterene dek yeniden çekim yapmayın."

    SinglePayment Never
    "Offer a single payment without points, or ask for another card."
    "Puansız tek çekim önerin ya da başka bir kart isteyin."

    ReadText AskFirst
    "Read the code and the text that came with it; they say whether the request, the merchant's settings or the card is at fault."
    "Yanındaki kodu ve metni okuyun; hatanın istekte mi, üye işyeri ayarlarında mı yoksa kartta mı olduğunu onlar söyler."

    Undefined AskFirst
    "Ask for the order's status; if the code returns, give order and time to the support of your POS."
    "Siparişin durumunu sorgulayın; kod yinelenirse sipariş ve saat bilgisini POS desteğine iletin."
};
