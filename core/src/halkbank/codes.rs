//! What NestPay's codes mean and what to do about them: the bank's answers, the gateway's own refusals, and how the buyer
//! was authenticated (docs/protocol-halkbank.md#codes).
//!
//! Nothing decides on these texts; a code that is not listed is not an error. What they say of refused cards may be shown
//! to a buyer; advice is for the shop.

use crate::codes::{self, Table, Text, advice, explained, iso};

/// The meaning of a `ProcReturnCode`, `ERRORCODE`, `ErrorCode`, `ErrCode` or `NUMCODE`, as it comes: `51`, `ISO8583-51`,
/// `CORE-2508`, `2508`, `992508`, `BM-9100`, `HPP-1001`, `3D-1004`. Case and blanks around do not matter.
pub(crate) fn lookup(code: &str) -> Option<Text> {
    let code = code.trim().to_ascii_uppercase();
    if let Some(bank) = code.strip_prefix("ISO8583-") {
        return interbank(bank);
    }
    // NUMCODE says 99 and the four digits; ERRORCODE was seen without its letters as well. The networks use two numbers of
    // four digits themselves.
    let core = match code.len() {
        6 => code.strip_prefix("99"),
        4 if !matches!(code.as_str(), "9998" | "9999") => Some(code.as_str()),
        _ => None,
    };
    match core.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit())) {
        Some(digits) => CODES.find(&format!("CORE-{digits}")),
        None => interbank(&code).or_else(|| CODES.find(&code)),
    }
}

/// The meaning of an `mdStatus`.
pub(crate) fn md_status(code: &str) -> Option<Text> {
    MD_STATUS.find(code.trim())
}

fn interbank(code: &str) -> Option<Text> {
    codes::iso(code).or_else(|| (code == "00").then(|| CODES.find(code)).flatten())
}

/// The bank's approval and every published code of the gateway itself, ascending.
static CODES: Table = Table {
    advice: &[ADVICE, iso::ADVICE],
    rows: explained! {
        "00" Approved "Approved."
        "Onaylandı."

        "215001" LookAtOrder "There is no transaction that could be voided."
        "İptal edilebilecek bir işlem yok."
        "215021" RefundLess "The net amount is zero: there is nothing left to refund."
        "Net tutar sıfır: iade edilecek tutar kalmadı."

        "3D-1004" Hash "The hash of the request is wrong; the gateway speaks of a wrong security code, but does not mean the CVV."
        "İsteğin hash değeri yanlış; ödeme geçidi \"güvenlik kodu hatalı\" der ama CVV'yi kastetmez."
        "3D-1007" Model "The merchant number is not set up for this payment model."
        "Üye işyeri numarası bu ödeme modeline açık değil."

        "BM-1001" Unknown "A field in the message between gateway and bank has the wrong length."
        "Ödeme geçidi ile banka arasındaki iletide bir alanın uzunluğu hatalı."
        "BM-1002" Unknown "A reversal message between gateway and bank is not valid."
        "Ödeme geçidi ile banka arasındaki ters işlem iletisi geçersiz."
        "BM-1003" Unknown "A message between gateway and bank was faulty (code without a published meaning)."
        "Ödeme geçidi ile banka arasındaki ileti hatalı (anlamı yayımlanmamış kod)."
        "BM-1004" Unknown "A message between gateway and bank was faulty (code without a published meaning)."
        "Ödeme geçidi ile banka arasındaki ileti hatalı (anlamı yayımlanmamış kod)."
        "BM-1005" Unknown "A message between gateway and bank was faulty (code without a published meaning)."
        "Ödeme geçidi ile banka arasındaki ileti hatalı (anlamı yayımlanmamış kod)."
        "BM-1006" Unknown "The bank's message is for another merchant."
        "Bankanın iletisindeki üye işyeri numarası uyuşmuyor."
        "BM-1007" Unknown "The bank's message is for another terminal."
        "Bankanın iletisindeki terminal numarası uyuşmuyor."
        "BM-1008" Unknown "The gateway could not build its message to the bank."
        "Ödeme geçidi bankaya gidecek iletiyi oluşturamadı."
        "BM-9100" Unknown "The gateway does not know the bank's host by its name."
        "Ödeme geçidi bankanın sunucusunu adıyla bulamadı."
        "BM-9101" Unknown "The bank's host does not accept the gateway's connection."
        "Bankanın sunucusu ödeme geçidinin bağlantısını kabul etmedi."
        "BM-9102" Unknown "The connection between gateway and bank broke."
        "Ödeme geçidi ile banka arasındaki bağlantı koptu."
        "BM-9103" Unknown "The gateway could not reach the bank's host."
        "Ödeme geçidi bankanın sunucusuna ulaşamadı."

        "CORE-1000" Unknown "System error at the gateway: the request could not be passed on."
        "Ödeme geçidinde sistem hatası: istek iletilemedi."
        "CORE-1001" Unknown "System error at the gateway while starting the transaction."
        "Ödeme geçidinde sistem hatası: işlem başlatılamadı."
        "CORE-1002" Unknown "System error at the gateway while storing the transaction for the first time."
        "Ödeme geçidinde sistem hatası: işlemin ilk kaydı yapılamadı."
        "CORE-1003" Unknown "System error at the gateway while speaking to the bank."
        "Ödeme geçidinde sistem hatası: bankayla görüşme aşamasında hata oluştu."
        "CORE-1004" Unknown "System error at the gateway while preparing the answer."
        "Ödeme geçidinde sistem hatası: yanıt hazırlanamadı."
        "CORE-1005" Unknown "System error at the gateway while storing the outcome."
        "Ödeme geçidinde sistem hatası: sonuç kaydedilemedi."
        "CORE-1006" Field "Mode has an impossible value."
        "Mode alanının değeri geçersiz."
        "CORE-1007" Recurring "OrderType in PbOrder has an impossible value."
        "PbOrder içindeki OrderType değeri geçersiz."
        "CORE-1008" Authentication "The eci value is not valid."
        "eci değeri geçersiz."
        "CORE-1010" Currency "The currency cannot be read."
        "Para birimi çözümlenemedi."
        "CORE-1011" Credentials "The name of the API user is missing."
        "API kullanıcı adı eksik."
        "CORE-1012" Credentials "The name of the API user is too long (up to 254 characters)."
        "API kullanıcı adı çok uzun (en çok 254 karakter)."
        "CORE-1013" Credentials "The merchant number is missing."
        "Üye işyeri numarası eksik."
        "CORE-1014" Credentials "The merchant number is too long (up to 15 characters)."
        "Üye işyeri numarası çok uzun (en çok 15 karakter)."
        "CORE-1015" Field "The order number is too long (up to 64 letters and digits)."
        "Sipariş numarası çok uzun (en çok 64 harf ve rakam)."
        "CORE-1016" Field "The search criterion is too long (up to 64 characters)."
        "Arama ölçütü çok uzun (en çok 64 karakter)."
        "CORE-1017" Field "The transaction number is too long (up to 64 characters)."
        "İşlem numarası çok uzun (en çok 64 karakter)."
        "CORE-1018" Field "The amount is too long (up to 17 digits)."
        "Tutar çok uzun (en çok 17 basamak)."
        "CORE-1019" Currency "The currency code has the wrong length."
        "Para birimi kodunun uzunluğu hatalı."
        "CORE-1020" Field "The version of the API is too long (up to 32 characters)."
        "API sürümü alanı çok uzun (en çok 32 karakter)."
        "CORE-1021" Field "The description is too long (up to 255 characters)."
        "Açıklama çok uzun (en çok 255 karakter)."
        "CORE-1022" Field "The buyer's IP address is too long (up to 39 characters)."
        "Alıcının IP adresi çok uzun (en çok 39 karakter)."
        "CORE-1023" Instalments "The instalment count is too long (up to 3 digits) or not valid."
        "Taksit sayısı çok uzun (en çok 3 basamak) ya da geçersiz."
        "CORE-1024" Field "The amount is negative."
        "Tutar eksi olamaz."
        "CORE-1025" Field "The points are negative."
        "Puan eksi olamaz."
        "CORE-1026" Instalments "The instalment count is negative."
        "Taksit sayısı eksi olamaz."
        "CORE-1027" Field "The amount is smaller than the points to be used."
        "Tutar, kullanılacak puandan küçük."
        "CORE-1028" Field "A transaction number is allowed in a void only."
        "İşlem numarası (TransId) yalnız iptal isteğinde gönderilebilir."
        "CORE-1029" Instalments "This query needs an instalment count."
        "Bu sorgu için taksit sayısı gerekli."

        "CORE-2001" Field "The kind of transaction is not one of Auth, PreAuth, PostAuth, Credit and Void."
        "İşlem türü Auth, PreAuth, PostAuth, Credit ya da Void değil."
        "CORE-2002" Field "The void does not say what to void."
        "İptal isteğinde neyin iptal edileceği belirtilmemiş."
        "CORE-2003" Field "The kind of transaction is missing."
        "İşlem türü eksik."
        "CORE-2004" Unknown "The gateway's own number of the transaction is missing."
        "Ödeme geçidinin iç işlem numarası eksik."
        "CORE-2005" Field "A required field is missing."
        "Zorunlu bir alan eksik."
        "CORE-2006" Field "A field is too long."
        "Bir alan çok uzun."
        "CORE-2007" Field "A number cannot be read."
        "Bir sayı çözümlenemedi."
        "CORE-2008" LookAtOrder "There is no transaction that could be voided."
        "İptal edilebilecek bir işlem yok."
        "CORE-2009" Field "A sale or pre-authorisation of zero is not possible."
        "Satış ya da ön provizyon tutarı sıfır olamaz."
        "CORE-2010" CheckCard "The card has expired."
        "Kartın süresi dolmuş."
        "CORE-2011" CheckCard "The card's expiry date is badly formed."
        "Kartın son kullanma tarihi hatalı biçimde."
        "CORE-2012" CheckCard "The card number is wrong."
        "Kart numarası hatalı."
        "CORE-2013" Settlement "The settlement request is badly formed."
        "Gün sonu isteği hatalı."
        "CORE-2014" Field "The query is badly formed."
        "Sorgu isteği hatalı."
        "CORE-2015" CheckCard "The card number is missing."
        "Kart numarası eksik."
        "CORE-2016" Running "A transaction of this order is still waiting."
        "Bu siparişin bekleyen bir işlemi var."
        "CORE-2020" Recurring "The unit of the recurring period is missing."
        "Yineleme döneminin birimi eksik."
        "CORE-2021" Recurring "The unit of the recurring period is not D, W, M or Y."
        "Yineleme döneminin birimi D, W, M ya da Y değil."
        "CORE-2022" Recurring "The recurring period is not valid."
        "Yineleme aralığı geçersiz."
        "CORE-2023" Recurring "The number of recurring payments is not valid."
        "Yinelenen ödeme sayısı geçersiz."
        "CORE-2024" Recurring "Only a sale can be repeated, not a pre-authorisation."
        "Yalnız satış yinelenebilir, ön provizyon yinelenemez."
        "CORE-2025" Recurring "A planned start date is not allowed with 3-D Secure."
        "3-D Secure işlemde ileri başlangıç tarihi verilemez."
        "CORE-2026" Field "A second card number is not allowed with 3-D Secure."
        "3-D Secure işlemde ikinci kart numarası verilemez."
        "CORE-2027" Field "A second card number is not allowed in follow-up transactions of an order."
        "Siparişin sonraki işlemlerinde ikinci kart numarası verilemez."
        "CORE-2028" Recurring "The unit of the retry period is not valid."
        "Yeniden deneme aralığının birimi geçersiz."
        "CORE-2029" Recurring "The plan reaches too far into the future (about 120 payments are possible)."
        "Plan çok uzun süreli (yaklaşık 120 ödeme olabilir)."
        "CORE-2034" Recurring "Recurring payments cannot have instalments."
        "Yinelenen ödemede taksit yapılamaz."

        "CORE-2100" Unknown "The gateway could not begin the transaction."
        "Ödeme geçidi işlemi başlatamadı."
        "CORE-2104" Unknown "The gateway could not begin the transaction."
        "Ödeme geçidi işlemi başlatamadı."
        "CORE-2105" Currency "The merchant may not use this currency."
        "Üye işyeri bu para birimine açık değil."
        "CORE-2106" Currency "The currency is not a code of ISO 4217."
        "Para birimi bir ISO 4217 kodu değil."
        "CORE-2115" LookAtOrder "Only a pre-authorisation can be captured."
        "Yalnız ön provizyon kapatılabilir."
        "CORE-2116" LookAtOrder "The order has no successful transaction."
        "Siparişin başarılı bir işlemi yok."
        "CORE-2117" LookAtOrder "The order has no captured or settled transaction to refund."
        "Siparişin iade edilebilecek bir satışı yok."
        "CORE-2118" Currency "The currency of the request is not defined."
        "İstekteki para birimi tanımlı değil."
        "CORE-2119" Currency "The currency is not the one of the original transaction."
        "Para birimi ilk işleminkiyle aynı değil."
        "CORE-2120" LookAtOrder "Only a successful transaction can be voided."
        "Yalnız başarılı bir işlem iptal edilebilir."
        "CORE-2121" Authentication "xid, cavv or eci are not those of the authentication."
        "xid, cavv ya da eci kimlik doğrulamadakiyle aynı değil."
        "CORE-2122" LookAtOrder "The order has no authorised transaction."
        "Siparişin provizyon işlemi yok."
        "CORE-2123" LookAtOrder "There is no order that fits this refund."
        "Bu iadeye uyan bir sipariş yok."
        "CORE-2124" Instalments "There are no instalments in foreign currencies."
        "Yabancı para biriminde taksit yapılamaz."
        "CORE-2125" NoPoints "Points cannot be used in foreign currencies."
        "Yabancı para biriminde puan kullanılamaz."
        "CORE-2126" Support "The merchant is closed."
        "Üye işyeri kapalı."
        "CORE-2127" UsedAlready "This authentication (xid) was already used for a payment."
        "Bu kimlik doğrulama (xid) bir ödemede zaten kullanılmış."
        "CORE-2128" LookAtOrder "The delivery address is not the one of the original transaction."
        "Teslimat adresi ilk işleminkiyle aynı değil."
        "CORE-2129" LookAtOrder "The extra fields are not those of the original transaction."
        "Ek alanlar ilk işleminkiyle aynı değil."
        "CORE-2130" Support "No section is allowed for this merchant."
        "Üye işyeri için tanımlı bölüm yok."
        "CORE-2131" Field "The section is not the right one."
        "Bölüm bilgisi uyuşmuyor."
        "CORE-2133" VoidByTransaction "The order has several transactions that could be voided."
        "Siparişte iptal edilebilecek birden çok işlem var."

        "CORE-2201" Credentials "The gateway does not accept this API user."
        "API kullanıcısı doğrulanamadı."
        "CORE-2202" Permission "The API user may not do this."
        "API kullanıcısının bu işlem için yetkisi yok."
        "CORE-2204" Instalments "This card does not allow instalments."
        "Bu kartla taksit yapılamaz."
        "CORE-2205" NoPoints "This card does not allow the use of points."
        "Bu kartla puan kullanılamaz."
        "CORE-2206" Authentication "The mdStatus is not valid for this transaction."
        "mdStatus değeri bu işlem için geçersiz."
        "CORE-2207" NoPoints "Points cannot be used together with instalments."
        "Taksitli işlemde puan kullanılamaz."
        "CORE-2208" CheckCard "The security code (CVV) is required."
        "Güvenlik kodu (CVV) gerekli."
        "CORE-2209" Field "The user number must consist of digits."
        "Kullanıcı numarası rakamlardan oluşmalı."
        "CORE-2250" Risk "The card was stopped by the fraud rules."
        "Kart, dolandırıcılık denetimine takıldı."
        "CORE-2251" Risk "The buyer's IP address was stopped by the fraud rules."
        "Alıcının IP adresi dolandırıcılık denetimine takıldı."
        "CORE-2252" Hours "The merchant's settings do not allow transactions at this day or hour."
        "Üye işyeri ayarları bu gün ya da saatte işleme izin vermiyor."
        "CORE-2253" Risk "The transaction was stopped by a rule of the merchant or the bank."
        "İşlem, üye işyerinin ya da bankanın bir kuralına takıldı."
        "CORE-2254" AllowList "Your server's IP address is not on the merchant's allow-list."
        "Sunucunuzun IP adresi üye işyerinin izin listesinde değil."
        "CORE-2255" AllowList "Your server's IP address is not on the allow-list of the merchant's group."
        "Sunucunuzun IP adresi üye işyeri grubunun izin listesinde değil."
        "CORE-2256" Hours "The settings of the merchant's group do not allow transactions at this day or hour."
        "Üye işyeri grubunun ayarları bu gün ya da saatte işleme izin vermiyor."

        "CORE-2301" Field "The order number is not valid."
        "Sipariş numarası geçersiz."
        "CORE-2302" PaidAlready "The order number is in use."
        "Sipariş numarası kullanımda."
        "CORE-2304" Running "A transaction of this order is going on."
        "Bu siparişin sürmekte olan bir işlemi var."
        "CORE-2311" Locked "The merchant's virtual terminal is locked."
        "Üye işyerinin sanal terminali kilitli."
        "CORE-2312" Support "The virtual terminal is not defined."
        "Sanal terminal tanımlı değil."
        "CORE-2313" Support "The merchant of the virtual terminal is not defined."
        "Sanal terminalin üye işyeri tanımlı değil."
        "CORE-2314" Locked "The merchant's virtual terminal is locked."
        "Üye işyerinin sanal terminali kilitli."
        "CORE-2315" Locked "The virtual terminal has no free number left before the day-close."
        "Sanal terminalin gün sonuna kadarki işlem numaraları tükendi."
        "CORE-2316" OtherCard "The card is not among the cards the bank allows here."
        "Kart, bankanın burada izin verdiği kartlar arasında değil."
        "CORE-2400" Unknown "System error at the gateway while looking at the terminal's lock."
        "Ödeme geçidinde sistem hatası: terminal kilidi denetlenemedi."

        "CORE-2500" Unknown "System error at the gateway: the transaction's values could not be made."
        "Ödeme geçidinde sistem hatası: işlem değerleri üretilemedi."
        "CORE-2501" Unknown "System error at the gateway before locking the order."
        "Ödeme geçidinde sistem hatası: sipariş kilitlenemedi."
        "CORE-2502" CheckCard "The card's expiry date is required."
        "Kartın son kullanma tarihi gerekli."
        "CORE-2503" RefundLess "The refund is higher than what is left of the payment."
        "İade tutarı ödemeden kalan net tutarı aşıyor."
        "CORE-2504" RefundLess "There is nothing left to refund."
        "İade edilecek tutar kalmadı."
        "CORE-2505" CaptureLess "The capture is higher than the amount held."
        "Kapatma tutarı ön provizyon tutarını aşıyor."
        "CORE-2506" LookAtOrder "The amount held is zero: there is nothing left to capture."
        "Ön provizyonun net tutarı sıfır: kapatılacak tutar kalmadı."
        "CORE-2507" PaidAlready "This order already has a successful transaction."
        "Bu siparişin zaten başarılı bir işlemi var."
        "CORE-2508" VoidInstead "The payment cannot be refunded yet, since its day is not closed."
        "Ödemenin gün sonu alınmadığından henüz iade yapılamaz."
        "CORE-2509" LookAtOrder "There is no pre-authorisation that fits this capture."
        "Bu kapatmaya uyan bir ön provizyon yok."
        "CORE-2510" NoPoints "Points can only be used in a sale and the void of a sale."
        "Puan yalnız satışta ve satış iptalinde kullanılabilir."
        "CORE-2511" RefundInstead "The transaction cannot be voided any more, since its day is closed."
        "İşlemin gün sonu alındığından artık iptal edilemez."
        "CORE-2512" CaptureLess "The merchant may not capture more than the amount held."
        "Üye işyerinin ön provizyon tutarını aşma yetkisi yok."
        "CORE-2513" PayAnew "The pre-authorisation is older than 15 days and cannot be captured any more."
        "Ön provizyonun üzerinden 15 gün geçtiğinden artık kapatılamaz."
        "CORE-2514" RefundOtherwise "The payment is too old to be refunded here."
        "Ödeme buradan iade edilemeyecek kadar eski."
        "CORE-2515" CheckCard "The security code (CVV) is not valid."
        "Güvenlik kodu (CVV) geçersiz."
        "CORE-2516" Field "An expiry date was sent without a card number."
        "Kart numarası olmadan son kullanma tarihi gönderilmiş."
        "CORE-2517" RefundOtherwise "Payments with a debit card cannot be refunded here."
        "Banka kartıyla yapılan ödeme buradan iade edilemez."
        "CORE-2601" Instalments "The instalment count is given twice and differs."
        "Taksit sayısı iki kez ve farklı verilmiş."
        "CORE-2603" Instalments "The merchant's instalment table does not hold this count."
        "Üye işyerinin taksit tablosunda bu taksit sayısı yok."
        "CORE-2700" Unknown "System error at the gateway while sending to the bank."
        "Ödeme geçidinde sistem hatası: bankaya iletim aşamasında hata oluştu."
        "CORE-2800" Unknown "System error at the gateway while reading the bank's answer."
        "Ödeme geçidinde sistem hatası: bankanın yanıtı denetlenemedi."
        "CORE-2900" Unknown "System error at the gateway while preparing the answer."
        "Ödeme geçidinde sistem hatası: yanıt hazırlanamadı."
        "CORE-3000" Unknown "System error at the gateway while storing the outcome."
        "Ödeme geçidinde sistem hatası: sonuç kaydedilemedi."

        "CORE-4000" Settlement "This merchant's day cannot be closed by hand."
        "Bu üye işyerinin gün sonu elle başlatılamaz."
        "CORE-4001" Settlement "Day-close: the virtual terminal was not found."
        "Gün sonu: sanal terminal bulunamadı."
        "CORE-4002" Settlement "Day-close: the virtual terminal is locked."
        "Gün sonu: sanal terminal kilitli."
        "CORE-4003" Settlement "Day-close: the virtual terminal is busy."
        "Gün sonu: sanal terminal meşgul."
        "CORE-4004" Settlement "The day-close could not be finished."
        "Gün sonu tamamlanamadı."
        "CORE-4005" Settlement "Day-close: the batch to be closed again was not found."
        "Gün sonu: yeniden kapatılacak işlem grubu bulunamadı."
        "CORE-4006" Settlement "The day-close failed (code without a published meaning)."
        "Gün sonu başarısız (anlamı yayımlanmamış kod)."
        "CORE-4007" Settlement "Day-close: the virtual terminal is not locked."
        "Gün sonu: sanal terminal kilitli değil."
        "CORE-4008" Settlement "Day-close: the pool of batches was not found."
        "Gün sonu: işlem grubu havuzu bulunamadı."
        "CORE-4009" Settlement "Day-close: the pool of batches is locked."
        "Gün sonu: işlem grubu havuzu kilitli."
        "CORE-4010" Settlement "The day was already closed."
        "Gün sonu zaten başarıyla alınmış."
        "CORE-4011" Settlement "Day-close: the terminal's batch was not found."
        "Gün sonu: terminalin işlem grubu bulunamadı."
        "CORE-4012" Settlement "Day-close: an error happened while speaking to the bank."
        "Gün sonu: bankayla görüşme aşamasında hata oluştu."
        "CORE-4013" Settlement "The day-close could not begin."
        "Gün sonu başlatılamadı."
        "CORE-4014" Settlement "The day-close has not begun completely."
        "Gün sonu başlatması tamamlanmadı."
        "CORE-4015" Settlement "Day-close: the terminal has no currency."
        "Gün sonu: terminalin para birimi tanımlı değil."
        "CORE-4201" Support "The virtual terminal for the test message was not found."
        "Deneme iletisi için sanal terminal bulunamadı."
        "CORE-4202" Support "The test message could not be sent."
        "Deneme iletisi gönderilemedi."

        "HPP-1001" CheckCard "The card number is badly formed."
        "Kart numarası hatalı biçimde."
    },
};

/// How the buyer was authenticated, ascending.
static MD_STATUS: Table = Table {
    advice: &[ADVICE],
    rows: explained! {
        "0" NotAuthenticated "The card holder was not authenticated."
        "Kart sahibinin kimliği doğrulanamadı."
        "1" Authenticated "The card holder was authenticated with 3-D Secure."
        "Kart sahibinin kimliği 3-D Secure ile doğrulandı."
        "2" HalfSecure "The card holder or the card's bank does not take part in 3-D Secure."
        "Kart sahibi ya da kartı veren banka 3-D Secure'e kayıtlı değil."
        "3" HalfSecure "The card's bank does not take part in 3-D Secure."
        "Kartı veren banka 3-D Secure'e kayıtlı değil."
        "4" HalfSecure "An authentication was attempted; the card holder is not enrolled yet."
        "Kimlik doğrulama denendi; kart sahibi henüz kayıtlı değil."
        "5" AuthenticateLater "The authentication is not available at the moment."
        "Kimlik doğrulama şu anda yapılamıyor."
        "6" AuthenticateLater "3-D Secure reports an error."
        "3-D Secure hatası oluştu."
        "7" SystemError "The 3-D Secure system reports an error."
        "3-D Secure sisteminde hata oluştu."
        "8" UnknownCard "3-D Secure does not know this card number."
        "Kart numarası 3-D Secure sisteminde tanınmıyor."
    },
};

/// What to do, where the answer lies with this gateway.
const ADVICE: &str = advice! {
    Approved Done
    "Nothing to do; compare order, amount and currency with your own before delivering."
    "Yapılacak bir şey yok; teslimden önce siparişi, tutarı ve para birimini kendi kaydınızla karşılaştırın."

    Field AfterFix
    "Correct the field and send the request again; nothing was carried out."
    "Alanı düzeltip isteği yeniden gönderin; hiçbir işlem yapılmadı."

    Currency AfterFix
    "Send a currency the merchant number is open for, in follow-ups the one of the payment; Halkbank can open more."
    "Üye işyeri numarasının açık olduğu para birimini, sonraki işlemlerde ödemeninkini gönderin; yenisini Halkbank açabilir."

    Instalments AfterFix
    "Send a count that the merchant's agreement has for this card, or leave the count empty for a single payment."
    "Sözleşmenizde bu kart için bulunan bir taksit sayısı gönderin ya da tek çekim için taksit sayısını boş bırakın."

    NoPoints AfterFix
    "Send the payment again without points."
    "Ödemeyi puan kullanmadan yeniden gönderin."

    Recurring AfterFix
    "Correct the plan: a sale in one payment, cycle D, W, M or Y, interval up to 99, about 120 payments at most."
    "Planı düzeltin: tek çekim satış, döngü D, W, M ya da Y, aralık en çok 99, ödeme sayısı en çok yaklaşık 120."

    Credentials AfterFix
    "Check merchant number, API user and password, and that they belong to the host (test or live) you call; the user must have the API role, other roles' passwords lapse after three months."
    "Üye işyeri numarasını, API kullanıcısını, şifresini ve bunların bağlandığınız sunucuya (test ya da canlı) ait olduğunu denetleyin; kullanıcı API rolünde olmalı, diğer rollerin şifresi üç ayda geçersiz olur."

    Permission AfterFix
    "Give the API user this right in the merchant panel, or ask Halkbank to open the operation."
    "API kullanıcısına bu yetkiyi üye işyeri panelinden verin ya da işlemin açılmasını Halkbank'tan isteyin."

    AllowList AfterFix
    "Have the public IP address of your server put on the allow-list, in the merchant panel or by Halkbank."
    "Sunucunuzun dış IP adresini üye işyeri panelinden ya da Halkbank'a bildirerek izin listesine ekletin."

    Hours Later
    "Try again within the allowed hours, or change them in the merchant panel or through Halkbank."
    "İzin verilen saatlerde yeniden deneyin ya da saatleri üye işyeri panelinden veya Halkbank aracılığıyla değiştirin."

    Risk Never
    "Look into the rules and fraud records in the merchant panel; offer the buyer another way to pay."
    "Üye işyeri panelindeki kurallara ve risk kayıtlarına bakın; alıcıya başka bir ödeme yolu sunun."

    Support AfterFix
    "Ask Halkbank's virtual POS support to set up the merchant number."
    "Üye işyeri tanımının düzeltilmesini Halkbank sanal POS desteğinden isteyin."

    Model AfterFix
    "Use the payment model the merchant number is set up for, or ask Halkbank to change it; 3d and 3d_pay are different models."
    "Üye işyeri numarasının tanımlı olduğu modeli kullanın ya da Halkbank'tan değiştirilmesini isteyin; 3d ve 3d_pay ayrı modellerdir."

    Hash AfterFix
    "Check the store key and its host (test or live), and that the merchant number uses hash ver3 and no field was added or changed after hashing."
    "Güvenlik anahtarını ve ait olduğu sunucuyu (test ya da canlı), üye işyerinin hash ver3 kullandığını ve hash hesaplandıktan sonra hiçbir alanın eklenmediğini ya da değişmediğini denetleyin."

    Authentication AskFirst
    "Send md, xid, eci and cavv exactly as they came back for this order, each once; if the order's status shows no charge, let the buyer authenticate again."
    "md, xid, eci ve cavv değerlerini bu sipariş için döndükleri gibi ve bir kez gönderin; siparişin durumu tahsilat göstermiyorsa alıcı kimliğini yeniden doğrulasın."

    UsedAlready AskFirst
    "Ask for the order's status before anything else: the payment was most likely taken by the first request. Guard the step after the return so that it runs once."
    "Önce siparişin durumunu sorgulayın: ödeme büyük olasılıkla ilk istekle alınmıştır. Dönüşten sonraki adımın yalnız bir kez çalışmasını sağlayın."

    PaidAlready AskFirst
    "Ask for the order's status: it may be paid already. Take a new order number for another order only."
    "Siparişin durumunu sorgulayın: ödenmiş olabilir. Yeni sipariş numarasını yalnız başka bir sipariş için kullanın."

    Running AskFirst
    "Wait for the other request, then ask for the order's status."
    "Diğer isteğin bitmesini bekleyip siparişin durumunu sorgulayın."

    Locked Later
    "Look at the order's status and, if it shows no charge, try again in a few minutes, at the latest after the day-close."
    "Siparişin durumuna bakın; tahsilat yoksa birkaç dakika sonra, en geç gün sonundan sonra yeniden deneyin."

    Unknown AskFirst
    "Whether money moved is not known: ask for the order's status before sending anything again; if the error stays, give order and time to Halkbank's support."
    "Para çekilip çekilmediği bilinmiyor: yeniden bir şey göndermeden önce siparişin durumunu sorgulayın; hata sürerse sipariş ve saat bilgisini Halkbank desteğine iletin."

    VoidByTransaction AfterFix
    "Take the transaction number from the order's history and void by it."
    "İşlem numarasını (TransId) siparişin geçmişinden alıp iptali onunla yapın."

    VoidInstead Later
    "Void the whole payment now, or refund it after the day-close."
    "Ödemenin tamamını şimdi iptal edin ya da iadeyi gün sonundan sonra yapın."

    RefundInstead Never
    "Refund the payment instead; for a pre-authorisation ask Halkbank to release it."
    "Ödemeyi iptal yerine iade edin; ön provizyonun çözülmesi için Halkbank'a başvurun."

    RefundLess AskFirst
    "Ask for the order's history to see what was refunded so far, and refund no more than is left."
    "Şimdiye dek iade edilenleri siparişin geçmişinden öğrenin ve kalandan fazlasını iade etmeyin."

    RefundOtherwise Never
    "Give the money back in another way, or ask Halkbank's support."
    "Parayı başka bir yolla geri ödeyin ya da Halkbank desteğine başvurun."

    CaptureLess AfterFix
    "Capture no more than was held; a higher amount needs Halkbank's permission and the held amount beside it."
    "Ön provizyon tutarından fazlasını kapatmayın; daha yüksek tutar Halkbank'ın iznini ve ön provizyon tutarının da gönderilmesini gerektirir."

    PayAnew Never
    "Take a new payment from the buyer."
    "Alıcıdan yeniden ödeme alın."

    Settlement Later
    "Halkbank closes the day by itself: wait for it, and ask the support if payments stay open."
    "Gün sonunu Halkbank kendiliğinden alır: bekleyin, işlemler açık kalırsa desteğe başvurun."

    Authenticated Done
    "Check the hash, then compare order, amount and currency; in the models 3d and 3d_hosting the payment itself is still to be taken."
    "Hash değerini, sonra siparişi, tutarı ve para birimini denetleyin; 3d ve 3d_hosting modellerinde ödemenin kendisi henüz alınmamıştır."

    NotAuthenticated AfterFix
    "Take no payment; let the buyer try again with the right password or another card."
    "Ödeme almayın; alıcı doğru şifreyle ya da başka bir kartla yeniden denesin."

    HalfSecure Never
    "Take the payment only if your agreement allows it, since a dispute may be at your cost; otherwise ask for another card."
    "Ödemeyi yalnız sözleşmeniz izin veriyorsa alın, itiraz hâlinde zarar size kalabilir; yoksa başka bir kart isteyin."

    AuthenticateLater Later
    "Take no payment; let the buyer try again a little later or with another card."
    "Ödeme almayın; alıcı biraz sonra ya da başka bir kartla yeniden denesin."

    SystemError Later
    "Take no payment; read the code and text beside it (3D-1007 is the wrong payment model), and otherwise let the buyer try again a little later."
    "Ödeme almayın; yanındaki koda ve metne bakın (3D-1007 yanlış ödeme modelidir), değilse alıcı biraz sonra yeniden denesin."

    UnknownCard AfterFix
    "Take no payment; let the buyer check the card number or use another card."
    "Ödeme almayın; alıcı kart numarasını denetlesin ya da başka bir kart kullansın."
};

#[cfg(test)]
#[path = "codes_tests.rs"]
mod tests;
