//! What the gateway's codes mean and what to do about them: the application codes of an answer's body, the HTTP status
//! of the answer itself, and the codes with which the card's bank refuses (docs/protocol-halkode.md#status-codes).
//! Halkbank's own table, `halkbank/codes.rs`, has the same form and shares the codes of the banks.
//!
//! Nothing decides on these texts; a code that is not listed is not an error. Explanations of refused cards may be shown
//! to a buyer, advice is for the shop.

pub(crate) mod iso;

/// Whether the very same request may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resend {
    /// No need: the operation is done or registered.
    Done,
    /// No: it will be refused again until something in it is changed; a fresh `invoice_id` counts as a change.
    Never,
    /// Yes, once the cause is mended, with the same `invoice_id` or a new one as the advice says.
    AfterFix,
    /// Yes, later; a money operation only after `check_status` (`order_status` at the bank) says that nothing happened.
    Later,
    /// Not before `check_status` or `order_status` (or the listing the advice names) has told what happened.
    AskFirst,
}

impl Resend {
    const ALL: [(&'static str, Self); 5] = [
        ("Done", Self::Done),
        ("Never", Self::Never),
        ("AfterFix", Self::AfterFix),
        ("Later", Self::Later),
        ("AskFirst", Self::AskFirst),
    ];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, resend)| resend)
    }
}

/// The meaning of one code and what a shop should do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Text {
    /// The code, spelled as the tables spell it.
    pub(crate) code: &'static str,
    /// What it means, in English; all meanings where the gateway gave it several.
    pub(crate) en: &'static str,
    /// What it means, in Turkish.
    pub(crate) tr: &'static str,
    /// What to do, in English.
    pub(crate) advice_en: &'static str,
    /// What to do, in Turkish.
    pub(crate) advice_tr: &'static str,
    /// Whether the same request may be sent again.
    pub(crate) resend: Resend,
}

/// The meaning of an answer's `status_code`.
pub(crate) fn application(code: i64) -> Option<Text> {
    rows(APPLICATION).find(|row| row.code.parse() == Ok(code))
}

/// The meaning of an answer's HTTP status.
pub(crate) fn server(code: i64) -> Option<Text> {
    rows(SERVER).find(|row| row.code.parse() == Ok(code))
}

/// The meaning of an `original_bank_error_code`; `5` is read as `05`, since a number in JSON has no leading zero.
pub(crate) fn bank(code: &str) -> Option<Text> {
    iso(code).or_else(|| TEST_HOSTS.find(&spelled(code)))
}

/// The meaning of a code of the interbank networks, whichever gateway passes it on: two digits or letters. The advice
/// names nothing that belongs to one gateway.
pub(crate) fn iso(code: &str) -> Option<Text> {
    iso::CODES.find(&spelled(code))
}

fn spelled(code: &str) -> String {
    format!("{:0>2}", code.trim().to_ascii_uppercase())
}

// Each table is one text, a line per code and a tab between the columns: several hundred separate texts would cost the
// shared library a relocation each, at every start of every process.

fn columns<const N: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    table.lines().filter_map(|line| {
        let mut columns = line.split('\t');
        let row = std::array::from_fn(|_| columns.next().unwrap_or_default());
        columns.next().is_none().then_some(row)
    })
}

fn rows(table: &'static str) -> impl Iterator<Item = Text> {
    columns(table).filter_map(|[code, resend, en, tr, advice_en, advice_tr]| {
        Some(Text { code, en, tr, advice_en, advice_tr, resend: Resend::named(resend)? })
    })
}

/// A table in which many codes call for the same advice: each row names its advice.
pub(crate) struct Table {
    /// Made with [`explained!`].
    pub(crate) rows: &'static str,
    /// Made with [`advice!`]; the first that has the name counts.
    pub(crate) advice: &'static [&'static str],
}

impl Table {
    /// The row of one code, spelled as the table spells it.
    pub(crate) fn find(&self, code: &str) -> Option<Text> {
        columns(self.rows).find(|row| row[0] == code).and_then(|row| self.text(row))
    }

    /// Every row.
    #[cfg(test)]
    pub(crate) fn texts(&self) -> impl Iterator<Item = Text> {
        columns(self.rows).filter_map(|row| self.text(row))
    }

    fn text(&self, [code, named, en, tr]: [&'static str; 4]) -> Option<Text> {
        let mut all = self.advice.iter().flat_map(|table| columns::<4>(table));
        let [_, resend, advice_en, advice_tr] = all.find(|advice| advice[0] == named)?;
        Some(Text { code, en, tr, advice_en, advice_tr, resend: Resend::named(resend)? })
    }
}

/// One row: code, whether to send again, meaning in English and Turkish, advice in English and Turkish.
macro_rules! codes {
    ($($code:literal $resend:ident $en:literal $tr:literal $advice_en:literal $advice_tr:literal)*) => {
        concat!($($code, "\t", stringify!($resend), "\t", $en, "\t", $tr, "\t", $advice_en, "\t", $advice_tr, "\n"),*)
    };
}

/// One row: code, the name of its advice, meaning in English and Turkish. For tables in which many codes call for the same
/// advice.
macro_rules! explained {
    ($($code:literal $advice:ident $en:literal $tr:literal)*) => {
        concat!($($code, "\t", stringify!($advice), "\t", $en, "\t", $tr, "\n"),*)
    };
}

/// One row: the name of an advice, whether to send again, the advice in English and Turkish.
macro_rules! advice {
    ($($name:ident $resend:ident $en:literal $tr:literal)*) => {
        concat!($(stringify!($name), "\t", stringify!($resend), "\t", $en, "\t", $tr, "\n"),*)
    };
}

pub(crate) use {advice, explained};

/// Every documented application code, ascending.
static APPLICATION: &str = codes! {
    0 AfterFix
    "There are no commission rates to list."
    "Listelenecek komisyon oranı yok."
    "Ask HALKÖDE support to have commissions defined for the merchant and the currency."
    "Üye işyeri ve para birimi için komisyon tanımlanmasını HALKÖDE desteğinden isteyin."

    1 AfterFix
    "The request failed basic validation: a field is missing or malformed."
    "İstek temel doğrulamadan geçmedi: bir alan eksik ya da hatalı biçimde."
    "Read status_description for the field, correct it and send the request again."
    "Hangi alan olduğunu status_description metninden okuyun, düzeltip isteği yeniden gönderin."

    2 AfterFix
    "The token service does not accept these credentials."
    "Jeton servisi bu kimlik bilgilerini kabul etmiyor."
    "Check app_id and app_secret, and that they belong to the environment (test or live) you are calling."
    "app_id ve app_secret değerlerini ve bunların bağlandığınız ortama (test ya da canlı) ait olduğunu denetleyin."

    3 AskFirst
    "This invoice_id was already used or is being processed right now, even if the earlier attempt failed (from get_pos: merchant not found)."
    "Bu fatura numarası (invoice_id) önceki deneme başarısız olsa bile kullanılmış ya da şu anda işleniyor (get_pos yanıtında: üye işyeri bulunamadı)."
    "Ask check_status for this invoice_id; only if it is not paid, start a new attempt with a fresh invoice_id."
    "Bu invoice_id için check_status ile durumu sorun; ödenmemişse yeni bir invoice_id ile yeniden deneyin."

    12 AfterFix
    "The items are not an array or are badly formed, or the currency code is invalid."
    "Kalemler dizi değil ya da biçimi hatalı, veya para birimi kodu geçersiz."
    "Send items as an array of name, price, quantity and description, and a currency such as TRY."
    "items alanını name, price, quantity ve description içeren bir dizi olarak, para birimini TRY gibi bir kodla gönderin."

    13 AfterFix
    "The sum of price × quantity over the items (less any discount) is not the total."
    "Kalemlerin birim fiyat × miktar toplamı (varsa indirim düşülerek) fatura toplamına eşit değil."
    "Put the unit price, not the line total, into price, and make the sum equal total exactly."
    "price alanına satır toplamını değil birim fiyatı yazın ve toplamı total ile kuruşu kuruşuna eşitleyin."

    14 AfterFix
    "The merchant was not found: the merchant key is wrong or cut short."
    "Üye işyeri bulunamadı: üye işyeri anahtarı yanlış ya da eksik."
    "Check that all 60 characters of the merchant key arrive: a `$` is eaten by unquoted .env files, shells and double quotes in PHP."
    "Üye işyeri anahtarının 60 karakterinin de ulaştığını denetleyin: `$` işareti tırnaksız .env dosyalarında, kabukta ve PHP çift tırnağında kaybolur."

    30 AfterFix
    "The credentials are invalid."
    "Kimlik bilgileri geçersiz."
    "Check app_id and app_secret, and that test keys are not used on the live address or the other way round."
    "app_id ve app_secret değerlerini, test anahtarlarının canlı adreste ya da canlı anahtarların test adresinde kullanılmadığını denetleyin."

    31 AskFirst
    "The transaction was not found (when completing: there is no sale waiting for completion)."
    "İşlem bulunamadı (tamamlama isteğinde: tamamlanmayı bekleyen satış yok)."
    "Check invoice_id and order_id and ask check_status; a staged 3D sale lapses after 15 minutes and needs a fresh invoice_id."
    "invoice_id ve order_id değerlerini denetleyip check_status ile sorun; bekletilen 3D satış 15 dakika sonra düşer ve yeni bir invoice_id ister."

    32 Later
    "The gateway knows no completed order with this invoice_id."
    "Sistemde bu fatura numarasıyla (invoice_id) tamamlanmış bir sipariş yok."
    "Check the spelling of invoice_id; if it is right, ask again a little later before treating the order as unpaid."
    "invoice_id yazımını denetleyin; doğruysa siparişi ödenmemiş saymadan önce biraz sonra yeniden sorun."

    33 AfterFix
    "The quantity of an item must be a whole number."
    "Kalem miktarı tam sayı olmalıdır."
    "Send whole quantities; sell a fraction as quantity 1 with the price of the fraction."
    "Miktarı tam sayı gönderin; kesirli satışı miktar 1 ve o kısmın fiyatı olarak yazın."

    34 AfterFix
    "The merchant may not use this way of taking payments (2D, 3D or hosted page)."
    "Üye işyerinin bu ödeme yöntemini (2D, 3D ya da ortak ödeme sayfası) kullanma izni yok."
    "Look at is_3d in the token answer for what is allowed, or ask HALKÖDE support to open it."
    "İzin verilen yöntem için jeton yanıtındaki is_3d alanına bakın ya da HALKÖDE desteğinden açılmasını isteyin."

    35 AfterFix
    "Card payments are not defined for the merchant."
    "Üye işyeri için kartla ödeme tanımlı değil."
    "Ask HALKÖDE support to define card payments."
    "HALKÖDE desteğinden kartla ödemenin tanımlanmasını isteyin."

    36 AfterFix
    "No POS was found for this payment."
    "Bu ödeme için POS bulunamadı."
    "Check the currency and the instalment count with get_pos; otherwise ask HALKÖDE support to assign a POS."
    "Para birimini ve taksit sayısını get_pos ile denetleyin; sorun sürerse HALKÖDE desteğinden POS tanımı isteyin."

    37 AfterFix
    "The POS commission of the merchant is not set."
    "Üye işyerinin POS komisyonu tanımlı değil."
    "Ask HALKÖDE support to set the POS commission."
    "HALKÖDE desteğinden POS komisyonunun tanımlanmasını isteyin."

    38 AfterFix
    "No commission is set for this currency and payment method."
    "Bu para birimi ve ödeme yöntemi için komisyon tanımlı değil."
    "Offer another currency or method, or ask HALKÖDE support to set the commission."
    "Başka bir para birimi ya da yöntem sunun veya HALKÖDE desteğinden komisyon tanımı isteyin."

    39 AfterFix
    "The commission was not found."
    "Komisyon bulunamadı."
    "Ask HALKÖDE support to set the commission for this card programme and instalment count."
    "Bu kart programı ve taksit sayısı için HALKÖDE desteğinden komisyon tanımı isteyin."

    40 AfterFix
    "This instalment count is not available."
    "Bu taksit sayısı kullanılamıyor."
    "Choose a count that get_pos lists for the card and send it with a fresh invoice_id."
    "get_pos yanıtında kart için listelenen bir taksit sayısını yeni bir invoice_id ile gönderin."

    41 Never
    "The order or its payment failed (in the saved card services: the merchant key is invalid)."
    "Sipariş ya da ödeme başarısız oldu (kayıtlı kart servislerinde: üye işyeri anahtarı geçersiz)."
    "Read the bank's code and text, let the buyer try again or use another card, and take a fresh invoice_id for the next attempt."
    "Bankanın kodunu ve metnini okuyun; alıcı yeniden denesin ya da başka kart kullansın, yeni denemede yeni bir invoice_id kullanın."

    42 AfterFix
    "The price is lower than the commission or the cost."
    "Tutar komisyondan ya da maliyetten düşük."
    "Raise the amount or have the commission changed, then pay with a fresh invoice_id."
    "Tutarı yükseltin ya da komisyonu değiştirtin, sonra yeni bir invoice_id ile ödeme alın."

    43 AfterFix
    "The settlement date of the merchant is not set."
    "Üye işyerinin ödeme vadesi (valör) tanımlı değil."
    "Ask HALKÖDE support to set the settlement date."
    "HALKÖDE desteğinden ödeme vadesinin tanımlanmasını isteyin."

    44 Never
    "The card is blocked, or the merchant's daily number of transactions is used up."
    "Kart bloke edilmiş ya da üye işyerinin günlük işlem adedi sınırı dolmuş."
    "Read status_description: for a blocked card ask for another one, for the limit wait until tomorrow or have it raised; use a fresh invoice_id."
    "status_description metnine bakın: kart blokeyse başka kart isteyin, sınır dolduysa yarını bekleyin ya da sınırı yükselttirin; yeni bir invoice_id kullanın."

    45 Later
    "The merchant's daily amount limit is used up."
    "Üye işyerinin günlük işlem tutarı sınırı dolmuş."
    "Wait until tomorrow or ask HALKÖDE support for a higher limit, then pay with a fresh invoice_id."
    "Yarını bekleyin ya da HALKÖDE desteğinden sınırın yükseltilmesini isteyin, sonra yeni bir invoice_id ile ödeme alın."

    46 Later
    "The merchant's monthly number of transactions is used up."
    "Üye işyerinin aylık işlem adedi sınırı dolmuş."
    "Ask HALKÖDE support for a higher limit or wait for the next month, then pay with a fresh invoice_id."
    "HALKÖDE desteğinden sınırın yükseltilmesini isteyin ya da gelecek ayı bekleyin, sonra yeni bir invoice_id ile ödeme alın."

    47 Later
    "The merchant's monthly amount limit is used up."
    "Üye işyerinin aylık işlem tutarı sınırı dolmuş."
    "Ask HALKÖDE support for a higher limit or wait for the next month, then pay with a fresh invoice_id."
    "HALKÖDE desteğinden sınırın yükseltilmesini isteyin ya da gelecek ayı bekleyin, sonra yeni bir invoice_id ile ödeme alın."

    48 AfterFix
    "The amount is below the minimum for one transaction, or the currency is not the one of the POS."
    "Tutar işlem başına alt sınırın altında ya da para birimi POS'un para birimiyle uyuşmuyor."
    "Check amount and currency, and pay with a fresh invoice_id."
    "Tutarı ve para birimini denetleyip yeni bir invoice_id ile ödeme alın."

    49 AskFirst
    "The refund failed (more than the net amount, no such sale, not enough balance, a state that cannot be refunded, or less than 30 seconds since the last refund), or the amount is above the maximum for one transaction."
    "İade başarısız (net tutar aşıldı, satış yok, bakiye yetersiz, işlem iade edilemez durumda ya da son iadenin üzerinden 30 saniye geçmedi) veya tutar işlem başına üst sınırın üzerinde."
    "Wait 30 seconds, ask check_status what has been refunded so far, and refund no more than what is left; split a payment that is too large."
    "30 saniye bekleyin, şimdiye dek iade edilen tutarı check_status ile sorun ve kalandan fazlasını iade etmeyin; çok büyük ödemeyi bölün."

    55 AfterFix
    "The parameters of the recurring payment are invalid: count 2 to 121, interval 1 to 99, cycle D, M or Y, a known web-hook key, no instalments."
    "Yinelenen ödeme parametreleri geçersiz: adet 2–121, aralık 1–99, döngü D, M ya da Y olmalı, web-hook anahtarı panelde tanımlı olmalı, taksit olmamalı."
    "Correct the recurring fields and send the payment with a fresh invoice_id."
    "Yinelenen ödeme alanlarını düzeltip ödemeyi yeni bir invoice_id ile gönderin."

    56 AfterFix
    "The sale web-hook key does not exist in the merchant panel."
    "Satış web-hook anahtarı üye işyeri panelinde tanımlı değil."
    "Define the key in the panel's API settings, or leave sale_web_hook_key out."
    "Anahtarı panelin API ayarlarında tanımlayın ya da sale_web_hook_key alanını göndermeyin."

    60 Never
    "The merchant may not take payments with this card."
    "Üye işyerinin bu kartla işlem yapmasına izin verilmiyor."
    "Ask the buyer for another card and use a fresh invoice_id."
    "Alıcıdan başka bir kart isteyin ve yeni bir invoice_id kullanın."

    62 AfterFix
    "No instalment count is assigned to the merchant."
    "Üye işyerine taksit tanımlanmamış."
    "Take single payments, or ask HALKÖDE support to assign instalments."
    "Tek çekim alın ya da HALKÖDE desteğinden taksit tanımı isteyin."

    68 AfterFix
    "The hash_key does not fit the request: total, currency, merchant key, instalment count, POS id or invoice_id differ."
    "hash_key istekle uyuşmuyor: toplam tutar, para birimi, üye işyeri anahtarı, taksit sayısı, POS numarası ya da fatura numarası farklı."
    "Compare with explain_hash: wrong layout for the operation, wrong app_secret, or a value changed after hashing."
    "explain_hash ile karşılaştırın: işleme uymayan alan sırası, yanlış app_secret ya da hash hesaplandıktan sonra değişen bir değer."

    69 Later
    "The order is not processed yet, or its pre-authorisation is pending."
    "Sipariş henüz işlenmedi ya da ön provizyonu bekliyor."
    "Treat it as neither paid nor failed and ask check_status again later."
    "Ödenmiş ya da başarısız saymayın, check_status ile daha sonra yeniden sorun."

    70 AfterFix
    "The card programme does not fit, or the recurring plan was not found."
    "Kart programı uyuşmuyor ya da yinelenen ödeme planı bulunamadı."
    "Send the card_program that get_pos gives for the card, or check plan_code and recurring_number."
    "Kart için get_pos yanıtındaki card_program değerini gönderin ya da plan_code ve recurring_number değerlerini denetleyin."

    71 AskFirst
    "The recurring plan could not be updated."
    "Yinelenen ödeme planı güncellenemedi."
    "Ask recurring_plan for the plan as it stands, then send the update again."
    "Planın son durumunu recurring_plan ile sorun, sonra güncellemeyi yeniden gönderin."

    72 AskFirst
    "The recurring plan could not be deleted, or an old payment of it could not be processed."
    "Yinelenen ödeme planı silinemedi ya da planın eski bir ödemesi işlenemedi."
    "Ask recurring_plan whether the plan still runs, then delete it again."
    "Planın sürüp sürmediğini recurring_plan ile sorun, sonra silmeyi yeniden deneyin."

    73 AskFirst
    "The card could not be added to the recurring plan."
    "Kart yinelenen ödeme planına eklenemedi."
    "Ask recurring_plan which cards the plan has before trying again."
    "Yeniden denemeden önce planın kartlarını recurring_plan ile sorun."

    76 Never
    "Foreign cards are not allowed for this merchant."
    "Bu üye işyerinde yurt dışı kartlar kapalı."
    "Ask the buyer for a Turkish card, or have foreign cards opened by HALKÖDE support."
    "Alıcıdan Türkiye'de verilmiş bir kart isteyin ya da HALKÖDE desteğinden yurt dışı kartların açılmasını isteyin."

    77 AfterFix
    "No commission is set for foreign cards."
    "Yurt dışı kartlar için komisyon tanımlı değil."
    "Ask the buyer for a Turkish card, or have the foreign card commission set by HALKÖDE support."
    "Alıcıdan Türkiye'de verilmiş bir kart isteyin ya da HALKÖDE desteğinden yurt dışı kart komisyonu tanımı isteyin."

    79 AfterFix
    "The merchant may not take payments with saved cards."
    "Üye işyerinin kayıtlı kartla (kart jetonu) ödeme alma izni yok."
    "Ask HALKÖDE support for the permission."
    "HALKÖDE desteğinden bu iznin verilmesini isteyin."

    80 AfterFix
    "The sub-merchant was not found."
    "Alt üye işyeri bulunamadı."
    "Check the sub-merchant number, or have it defined by HALKÖDE support."
    "Alt üye işyeri numarasını denetleyin ya da HALKÖDE desteğinden tanımlanmasını isteyin."

    81 Later
    "The currency conversion failed."
    "Kur çevrimi yapılamadı."
    "Try again a little later with a fresh invoice_id, or charge in TRY."
    "Biraz sonra yeni bir invoice_id ile yeniden deneyin ya da TRY ile ödeme alın."

    85 AfterFix
    "A field contains a character that is not allowed."
    "Bir alanda izin verilmeyen bir karakter var."
    "Use plain letters and digits in invoice_id and remove special characters from names and descriptions."
    "invoice_id alanında yalnız harf ve rakam kullanın, ad ve açıklamalardan özel karakterleri çıkarın."

    86 AskFirst
    "The card could not be saved."
    "Kart kaydedilemedi."
    "Look in saved_cards whether it is there; otherwise check the card's data and the customer number and save again."
    "Kayıtlı olup olmadığına saved_cards ile bakın; değilse kart bilgilerini ve müşteri numarasını denetleyip yeniden kaydedin."

    87 AfterFix
    "The card token or the customer number is invalid."
    "Kart jetonu ya da müşteri numarası geçersiz."
    "Take the pair of card_token and customer_number from saved_cards."
    "card_token ve customer_number çiftini saved_cards yanıtından alın."

    88 AskFirst
    "The saved card could not be deleted."
    "Kayıtlı kart silinemedi."
    "Look in saved_cards whether it is still there before deleting again."
    "Yeniden silmeden önce hâlâ kayıtlı olup olmadığına saved_cards ile bakın."

    89 AskFirst
    "The saved card could not be changed."
    "Kayıtlı kart güncellenemedi."
    "Look at the card in saved_cards, check the new values and send them again."
    "Karta saved_cards ile bakın, yeni değerleri denetleyip yeniden gönderin."

    90 AfterFix
    "The hash_key is invalid."
    "hash_key geçersiz."
    "Compare with explain_hash; the listing of transactions is hashed with the merchant key, everything else with app_secret."
    "explain_hash ile karşılaştırın; işlem listesinde hash üye işyeri anahtarıyla, diğer her yerde app_secret ile hesaplanır."

    91 AfterFix
    "The merchant key differs from the one in the hash_key."
    "Üye işyeri anahtarı hash_key içindekiyle uyuşmuyor."
    "Hash and send the same merchant key."
    "Hash içinde ve istekte aynı üye işyeri anahtarını kullanın."

    92 AfterFix
    "The customer number differs from the one in the hash_key."
    "Müşteri numarası hash_key içindekiyle uyuşmuyor."
    "Hash and send the same customer_number."
    "Hash içinde ve istekte aynı customer_number değerini kullanın."

    93 AfterFix
    "The card holder's name differs from the one in the hash_key."
    "Kart sahibinin adı hash_key içindekiyle uyuşmuyor."
    "Hash and send the same name, both in UTF-8."
    "Hash içinde ve istekte aynı adı UTF-8 olarak kullanın."

    94 AfterFix
    "The card number differs from the one in the hash_key."
    "Kart numarası hash_key içindekiyle uyuşmuyor."
    "Hash and send the same digits, without blanks."
    "Hash içinde ve istekte aynı rakamları boşluksuz kullanın."

    95 AfterFix
    "The expiry month differs from the one in the hash_key."
    "Son kullanma ayı hash_key içindekiyle uyuşmuyor."
    "Hash and send the same month in the same form, for instance 09."
    "Hash içinde ve istekte ayı aynı biçimde yazın, örneğin 09."

    96 AfterFix
    "The expiry year differs from the one in the hash_key."
    "Son kullanma yılı hash_key içindekiyle uyuşmuyor."
    "Hash and send the same year in the same form, for instance 2028."
    "Hash içinde ve istekte yılı aynı biçimde yazın, örneğin 2028."

    97 AfterFix
    "The card token differs from the one in the hash_key."
    "Kart jetonu hash_key içindekiyle uyuşmuyor."
    "Hash and send the same card_token."
    "Hash içinde ve istekte aynı card_token değerini kullanın."

    99 AskFirst
    "An unknown error happened (in the listing of all transactions: nothing was found)."
    "Bilinmeyen bir hata oluştu (tüm işlemler listesinde: kayıt bulunamadı)."
    "Ask check_status what became of the invoice; if the error stays, send invoice_id and time to HALKÖDE support."
    "Faturanın durumunu check_status ile sorun; hata sürerse invoice_id ve saat bilgisini HALKÖDE desteğine iletin."

    100 Done
    "The operation succeeded."
    "İşlem başarılı."
    "Nothing to do; for a payment, compare invoice, amount and currency with the order before delivering."
    "Yapılacak bir şey yok; ödemede teslimden önce fatura, tutar ve para birimini siparişle karşılaştırın."

    101 Done
    "The refund request is registered and will be completed later."
    "İade talebi alındı, daha sonra tamamlanacak."
    "Do not refund again; follow the refund with check_status or its web-hook."
    "Yeniden iade etmeyin; iadeyi check_status ya da web-hook ile izleyin."

    102 AfterFix
    "No POS is defined for this instalment count."
    "Bu taksit sayısı için POS tanımlı değil."
    "Choose a count that get_pos lists, with a fresh invoice_id, or ask HALKÖDE support for the POS."
    "get_pos yanıtındaki bir taksit sayısını yeni bir invoice_id ile seçin ya da HALKÖDE desteğinden POS tanımı isteyin."

    103 AfterFix
    "The commission for payments with saved cards is not set."
    "Kayıtlı kartla ödeme komisyonu tanımlı değil."
    "Ask HALKÖDE support to set the commission for card tokens."
    "HALKÖDE desteğinden kart jetonu komisyonunun tanımlanmasını isteyin."

    104 AskFirst
    "This refund_transaction_id was used before."
    "Bu iade işlem numarası (refund_transaction_id) daha önce kullanılmış."
    "Ask check_status whether that refund was made; take a new refund_transaction_id only for a further refund."
    "O iadenin yapılıp yapılmadığını check_status ile sorun; yalnız başka bir iade için yeni bir refund_transaction_id kullanın."

    105 AskFirst
    "The transaction is not approved."
    "İşlem onaylanmadı."
    "Ask check_status for the state of the pre-authorisation before confirming or cancelling again."
    "Yeniden onaylamadan ya da iptal etmeden önce ön provizyonun durumunu check_status ile sorun."

    106 AfterFix
    "The type of the merchant does not allow this operation."
    "Üye işyeri türü bu işlem için geçersiz."
    "Ask HALKÖDE support which type the merchant account needs."
    "Hesabın hangi türde olması gerektiğini HALKÖDE desteğine sorun."

    107 AfterFix
    "The one-time password sent for the API was not verified."
    "API için gönderilen tek kullanımlık şifre doğrulanmadı."
    "Finish the verification with the code that was sent, then send the request again."
    "Gönderilen kodla doğrulamayı tamamlayıp isteği yeniden gönderin."

    108 AfterFix
    "The card number is invalid."
    "Kart numarası geçersiz."
    "Ask the buyer to check the number and pay with a fresh invoice_id."
    "Alıcıdan kart numarasını denetlemesini isteyin ve yeni bir invoice_id ile ödeme alın."

    109 AskFirst
    "A file could not be processed."
    "Dosya işlenirken hata oluştu."
    "Ask check_status what was carried out and give the details to HALKÖDE support."
    "Neyin gerçekleştiğini check_status ile sorun ve ayrıntıları HALKÖDE desteğine iletin."

    110 Never
    "This transaction cannot be refunded in part."
    "Bu işlem için kısmi iade yapılamaz."
    "Refund the whole amount."
    "Tutarın tamamını iade edin."

    112 AskFirst
    "The operation succeeded only in part."
    "İşlem kısmen başarılı oldu."
    "Ask check_status which part was done before sending anything again."
    "Yeniden bir şey göndermeden önce hangi kısmın yapıldığını check_status ile sorun."

    113 AskFirst
    "There is no pre-authorisation for this operation (a sister platform gives this code for an empty cancel_url)."
    "Bu işlem için ön provizyon bulunamadı (kardeş bir platform bu kodu boş cancel_url için verir)."
    "Ask check_status whether the pre-authorisation was already captured or released; in a payment, send a cancel_url."
    "Ön provizyonun kapatılıp kapatılmadığını check_status ile sorun; ödeme isteğinde cancel_url gönderin."

    117 AskFirst
    "This invoice_id was already processed (a code of a sister platform; HALKÖDE answers 3)."
    "Bu fatura numarası (invoice_id) zaten işlenmiş (kardeş platformun kodu; HALKÖDE 3 verir)."
    "Ask check_status for this invoice_id; only if it is not paid, start a new attempt with a fresh invoice_id."
    "Bu invoice_id için check_status ile durumu sorun; ödenmemişse yeni bir invoice_id ile yeniden deneyin."

    404 AfterFix
    "The cancel_url is empty (a sister platform gives this code for an invoice_id that was already processed)."
    "cancel_url boş (kardeş bir platform bu kodu zaten işlenmiş fatura numarası için verir)."
    "Send a full https cancel_url with a fresh invoice_id; if one was sent, ask check_status first."
    "Tam bir https cancel_url adresini yeni bir invoice_id ile gönderin; gönderdiyseniz önce check_status ile sorun."
};

/// The HTTP statuses that the merchant guide lists, and four that proxies in front of such gateways answer, ascending.
static SERVER: &str = codes! {
    200 AskFirst
    "The server answered; whether the operation succeeded stands in the status_code of the body."
    "Sunucu yanıt verdi; işlemin başarılı olup olmadığı gövdedeki status_code alanındadır."
    "Decide by status_code; if the body cannot be read, ask check_status."
    "Kararı status_code ile verin; gövde okunamıyorsa check_status ile sorun."

    201 AskFirst
    "The server created something; the result stands in the body."
    "Sunucu kaydı oluşturdu; sonuç gövdededir."
    "Decide by status_code; if the body cannot be read, ask check_status."
    "Kararı status_code ile verin; gövde okunamıyorsa check_status ile sorun."

    202 AskFirst
    "The request was accepted and queued; it is not carried out yet."
    "İstek kabul edilip sıraya alındı; henüz yürütülmedi."
    "Ask check_status for the outcome."
    "Sonucu check_status ile sorun."

    400 AfterFix
    "The server found the request malformed."
    "Sunucu isteği hatalı buldu."
    "Check the types and spelling of the fields; the body usually names the field."
    "Alanların türünü ve yazımını denetleyin; gövde çoğu kez alanın adını verir."

    401 AfterFix
    "The token is missing, expired or not valid here."
    "Jeton eksik, süresi dolmuş ya da burada geçersiz."
    "Fetch a new token with keys of the same environment and send the request again; nothing was carried out."
    "Aynı ortamın anahtarlarıyla yeni jeton alıp isteği yeniden gönderin; hiçbir işlem yapılmadı."

    403 AfterFix
    "The server forbids this request."
    "Sunucu bu isteğe izin vermiyor."
    "Check the merchant's permissions, and whether a firewall stops your address."
    "Üye işyerinin izinlerini ve adresinizin bir güvenlik duvarında durdurulup durdurulmadığını denetleyin."

    404 AfterFix
    "There is nothing at this address; paySmart3D also answers this, with an empty body, for an invalid card number."
    "Bu adreste bir kaynak yok; paySmart3D geçersiz kart numarasında da boş gövdeyle bu yanıtı verir."
    "Check that the base URL ends in /ccpayment, and the card number."
    "Ana adresin /ccpayment ile bittiğini ve kart numarasını denetleyin."

    405 AfterFix
    "The address exists but not for this HTTP method."
    "Adres var, ancak bu HTTP yöntemiyle değil."
    "Use the method of the documentation, nearly always POST, and check that no redirect turned it into GET."
    "Belgedeki yöntemi (neredeyse her zaman POST) kullanın ve bir yönlendirmenin onu GET yapmadığını denetleyin."

    409 AskFirst
    "The request conflicts with the present state."
    "İstek şu anki durumla çakışıyor."
    "Ask check_status what the state is before sending anything again."
    "Yeniden bir şey göndermeden önce durumu check_status ile sorun."

    412 AfterFix
    "A precondition of the request is not met."
    "İsteğin bir önkoşulu sağlanmıyor."
    "Read the body for the condition, meet it and send the request again."
    "Koşulu gövdeden okuyun, sağlayıp isteği yeniden gönderin."

    413 AfterFix
    "The request is too large."
    "İstek çok büyük."
    "Send fewer or shorter items."
    "Daha az ya da daha kısa kalem gönderin."

    422 AfterFix
    "A field has the wrong type or an impossible value."
    "Bir alanın türü yanlış ya da değeri geçersiz."
    "The errors object in the body names the fields; correct them and send the request again."
    "Gövdedeki errors nesnesi alanları adlandırır; düzeltip isteği yeniden gönderin."

    429 Later
    "Too many requests in a short time."
    "Kısa sürede çok fazla istek gönderildi."
    "Wait as long as Retry-After says, at least two seconds between equal requests."
    "Retry-After kadar, eş istekler arasında en az iki saniye bekleyin."

    500 AskFirst
    "The server failed; the operation may or may not have been carried out."
    "Sunucuda hata oluştu; işlem yapılmış da yapılmamış da olabilir."
    "Do not pay again; ask check_status (or settle) for the invoice."
    "Yeniden ödeme almayın; faturanın durumunu check_status (ya da settle) ile sorun."

    501 Never
    "The server does not offer this operation."
    "Sunucu bu işlemi sunmuyor."
    "Use another operation, or ask HALKÖDE support."
    "Başka bir işlem kullanın ya da HALKÖDE desteğine sorun."

    502 AskFirst
    "A proxy got no valid answer from the gateway; the operation may or may not have been carried out."
    "Aracı sunucu geçitten geçerli yanıt alamadı; işlem yapılmış da yapılmamış da olabilir."
    "Do not pay again; ask check_status (or settle) for the invoice."
    "Yeniden ödeme almayın; faturanın durumunu check_status (ya da settle) ile sorun."

    503 Later
    "The service is not available at the moment."
    "Hizmet şu anda kullanılamıyor."
    "Wait as long as Retry-After says; repeat a payment only after check_status says that nothing happened."
    "Retry-After kadar bekleyin; ödemeyi ancak check_status hiçbir işlem olmadığını söylerse yineleyin."

    504 AskFirst
    "A proxy waited too long for the gateway; the operation may or may not have been carried out."
    "Aracı sunucu geçidi beklerken süre doldu; işlem yapılmış da yapılmamış da olabilir."
    "Do not pay again; ask check_status (or settle) for the invoice."
    "Yeniden ödeme almayın; faturanın durumunu check_status (ya da settle) ile sorun."
};

/// Codes that HALKÖDE's own test hosts put where the bank's code stands.
static TEST_HOSTS: Table = Table {
    advice: &[iso::ADVICE],
    rows: explained! {
        "V004" AskAcquirer "No POS is defined behind this environment." "Bu ortamın arkasında POS tanımlı değil."
        "V111" OtherCard "This card is not defined for testing." "Bu kart test için tanımlı değil."
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_unique_and_found() {
        for (table, find) in [(APPLICATION, application as fn(i64) -> _), (SERVER, server)] {
            let codes: Vec<i64> = rows(table).filter_map(|row| row.code.parse().ok()).collect();
            assert_eq!(codes.len(), table.lines().count(), "every line is a row");
            assert!(codes.windows(2).all(|pair| pair[0] < pair[1]));
            assert!(rows(table).zip(codes).all(|(row, code)| find(code) == Some(row)));
            assert_eq!(find(-1), None);
        }
        for table in [&iso::CODES, &TEST_HOSTS] {
            let codes: Vec<&str> = table.texts().map(|row| row.code).collect();
            assert_eq!(codes.len(), table.rows.lines().count(), "every line is a row");
            assert!(codes.windows(2).all(|pair| pair[0] < pair[1]));
            assert!(table.texts().all(|row| bank(row.code) == Some(row)));
        }
        assert_eq!(bank(" 5 "), bank("05"));
        assert_eq!(bank("gk"), bank("GK"));
        assert!(["", "0", "00", "XX"].into_iter().all(|code| bank(code).is_none()));
        assert!(bank("v004").is_some() && iso("V004").is_none(), "the networks have no V codes");
    }

    #[test]
    fn every_text_is_a_sentence_in_its_language() {
        let pairs = rows(APPLICATION)
            .chain(rows(SERVER))
            .chain(iso::CODES.texts())
            .chain(TEST_HOSTS.texts())
            .flat_map(|row| [(row.en, row.tr), (row.advice_en, row.advice_tr)]);
        for (en, tr) in pairs {
            assert_ne!(en, tr);
            for text in [en, tr] {
                assert!(text.len() > 5 && text.ends_with('.'), "{text}");
                assert_eq!(text, text.trim(), "{text}");
                assert!(!text.contains("  "), "{text}");
            }
            assert!(!en.contains(['ğ', 'ı', 'İ', 'ş', 'Ş']), "not English: {en}");
        }
    }

    #[test]
    fn every_documented_code_is_there() {
        let documented = [1, 3, 12, 13, 14]
            .into_iter()
            .chain(30..=49)
            .chain([55, 56, 60, 68, 69, 70, 71, 72, 73, 76, 77, 79, 80, 81])
            .chain(85..=97)
            .chain([99, 100])
            .chain(102..=110)
            .chain([112, 113, 404])
            // Not in the guide's table, but in the documents of single services: 0, 2, 62, and 101 and 117 of sister platforms.
            .chain([0, 2, 62, 101, 117]);
        for code in documented {
            assert!(application(code).is_some(), "{code}");
        }
        for code in [200, 201, 202, 400, 401, 403, 404, 405, 409, 412, 413, 500, 501, 503] {
            assert!(server(code).is_some(), "{code}");
        }
    }

    #[test]
    fn nothing_that_may_have_moved_money_is_sent_again_unasked() {
        for code in [3, 31, 49, 99, 104, 112, 117] {
            assert_eq!(application(code).map(|row| row.resend), Some(Resend::AskFirst), "{code}");
        }
        for code in [500, 502, 504] {
            assert_eq!(server(code).map(|row| row.resend), Some(Resend::AskFirst), "{code}");
        }
        let done: Vec<&str> = rows(APPLICATION).filter(|row| row.resend == Resend::Done).map(|row| row.code).collect();
        assert_eq!(done, ["100", "101"]);
    }
}
