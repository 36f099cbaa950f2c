// The pages of the shop. Whatever came from a buyer is escaped; a card number is never shown again.

const escape = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const page = (title, body) => `<!doctype html>
<html lang="tr">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(title)}</title>
<style>body { font: 16px/1.5 sans-serif; max-width: 32rem; margin: 2rem auto; padding: 0 1rem } label { display: block; margin: .5rem 0 }
input { display: block; width: 100%; box-sizing: border-box; padding: .4rem } button { padding: .4rem 1rem; margin: .5rem 0 }</style>
<h1>${escape(title)}</h1>
${body}
</html>
`;

const field = (name, label, more = '') => `<label>${label}<input name="${name}" required ${more}></label>`;

export const checkoutPage = () =>
  page(
    'Ödeme',
    `<h2>Kartla öde</h2>
<form method="post" action="/pay" autocomplete="off">
${field('total', 'Tutar (TL)', 'value="149.90" inputmode="decimal"')}
${field('holder_name', 'Kart üzerindeki ad')}
${field('card_number', 'Kart numarası', 'inputmode="numeric"')}
${field('expiry_month', 'Ay', 'inputmode="numeric" maxlength="2"')}
${field('expiry_year', 'Yıl', 'inputmode="numeric" maxlength="4"')}
${field('cvv', 'Güvenlik kodu', 'inputmode="numeric" maxlength="4"')}
<button>Öde</button>
</form>
<h2>3-D Secure ile öde</h2>
<form method="post" action="/pay-3d">
${field('total', 'Tutar (TL)', 'value="75.50" inputmode="decimal"')}
<button>Bankaya git</button>
</form>
<h2>Halkbank ile öde</h2>
<form method="post" action="/halkbank/pay">
${field('total', 'Tutar (TL)', 'value="75.50" inputmode="decimal"')}
<button>Halkbank'a git</button>
</form>`,
  );

const STATES = {
  waiting: 'Ödeme bekleniyor',
  in_doubt: 'Ödemenin sonucu soruluyor',
  paid: 'Ödendi',
  failed: 'Ödenmedi',
  partially_refunded: 'Kısmen iade edildi',
  refunded: 'İade edildi',
  voided: 'İptal edildi',
};

export const orderPage = ({ invoiceId, gateway, state, total, refunded, message }) => {
  const refundable = gateway === 'halkode' && (state === 'paid' || state === 'partially_refunded');
  const cancellable = gateway === 'halkbank' && state === 'paid';
  return page(
    `Sipariş ${invoiceId}`,
    `<p><strong>${STATES[state]}</strong></p>
<p>Tutar: ${escape(total)} TL, iade edilen: ${escape(refunded)} TL</p>
${message === '' ? '' : `<p>${escape(message)}</p>`}
${
  refundable
    ? `<form method="post" action="/orders/${escape(invoiceId)}/refund">
<label>İade tutarı (boş bırakılırsa kalanın tümü)<input name="amount" inputmode="decimal"></label><button>İade et</button></form>`
    : ''
}
${cancellable ? `<form method="post" action="/orders/${escape(invoiceId)}/cancel"><button>İptal et</button></form>` : ''}
<p><a href="/">Yeni ödeme</a></p>`,
  );
};

const LABELS = {
  total: 'Tutar',
  amount: 'İade tutarı',
  name: 'Ad ve soyad',
  surname: 'Ad ve soyad',
  'card.holderName': 'Kart üzerindeki ad',
  'card.number': 'Kart numarası',
  'card.expiryMonth': 'Son kullanma ayı',
  'card.expiryYear': 'Son kullanma yılı',
  'card.cvv': 'Güvenlik kodu',
};

/** A problem in a sentence, or that of a request that was refused before anything was sent: its reason repeats no value. */
export const problemPage = (sentence, refused) =>
  page(
    'Olmadı',
    `<p>${escape(sentence ?? `${LABELS[refused.field] ?? 'Bir alan'} geçerli değil; hiçbir ödeme alınmadı.`)}</p>
${refused === undefined ? '' : `<p><small>${escape(refused.reason)}</small></p>`}
<p><a href="/">Ödeme sayfasına dön</a></p>`,
  );
