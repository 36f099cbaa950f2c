<?php

// The pages of the shop, and how it writes amounts.

declare(strict_types=1);

namespace Shop;

/** Text as it must stand in a page. */
function text(string $text): string
{
    return \htmlspecialchars($text, \ENT_QUOTES | \ENT_SUBSTITUTE);
}

/** With two decimals, as text, since money is never a float; what is no amount stays as it is, for the library to refuse. */
function liras(string $amount): string
{
    if (\preg_match('/^\d+(\.\d{1,2})?$/D', $amount) !== 1) {
        return $amount;
    }
    [$whole, $kurus] = \explode('.', "$amount.");
    return $whole . '.' . \str_pad($kurus, 2, '0');
}

function page(string $title, string $body): string
{
    $title = text($title);
    return <<<HTML
        <!doctype html>
        <html lang="tr">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>$title</title>
        <style>
            body { font: 1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 2rem auto; padding: 0 1rem }
            form { display: grid; gap: .5rem; margin: 1rem 0 2rem }
            input, button { font: inherit; padding: .4rem .6rem }
        </style>
        <h1>$title</h1>
        $body
        </html>
        HTML;
}

function checkoutPage(string $csrf): string
{
    return page('Ödeme', <<<HTML
        <h2>Kartla öde</h2>
        <form method="post" action="/pay" autocomplete="on">
            <input type="hidden" name="csrf" value="$csrf">
            <label>Tutar (TL) <input name="total" value="149.90" inputmode="decimal" required></label>
            <label>Kart üzerindeki ad <input name="holder_name" autocomplete="cc-name" required></label>
            <label>Kart numarası <input name="card_number" autocomplete="cc-number" inputmode="numeric" required></label>
            <label>Ay <input name="expiry_month" autocomplete="cc-exp-month" placeholder="12" required></label>
            <label>Yıl <input name="expiry_year" autocomplete="cc-exp-year" placeholder="2040" required></label>
            <label>Güvenlik kodu <input name="cvv" autocomplete="cc-csc" inputmode="numeric" required></label>
            <button>Öde</button>
        </form>
        <h2>3-D Secure ile öde</h2>
        <p>Kart bilgilerinizi bir sonraki sayfada doğrudan bankaya verirsiniz.</p>
        <form method="post" action="/pay-3d">
            <input type="hidden" name="csrf" value="$csrf">
            <label>Tutar (TL) <input name="total" value="75.50" inputmode="decimal" required></label>
            <button>3-D Secure ile öde</button>
        </form>
        <h2>Halkbank ile öde</h2>
        <p>Kart bilgilerinizi Halkbank'ın sayfasında verirsiniz.</p>
        <form method="post" action="/halkbank/pay">
            <input type="hidden" name="csrf" value="$csrf">
            <label>Tutar (TL) <input name="total" value="75.50" inputmode="decimal" required></label>
            <button>Halkbank ile öde</button>
        </form>
        HTML);
}

function orderPage(array $order, string $csrf): string
{
    [$invoice, $total, $refunded, $message] =
        \array_map(text(...), [$order['invoice_id'], $order['total'], $order['refunded'], $order['message']]);
    $state = match ($order['state']) {
        'waiting' => 'Ödeme bekleniyor',
        'in_doubt' => 'Ödemenin sonucu bekleniyor; lütfen yeniden ödemeyin',
        'paid' => 'Ödendi',
        'failed' => 'Ödenmedi',
        'partially_refunded' => 'Bir kısmı iade edildi',
        'refunded' => 'İade edildi',
        'voided' => 'İptal edildi',
    };
    $refund = <<<HTML
        <form method="post" action="/orders/$invoice/refund">
            <input type="hidden" name="csrf" value="$csrf">
            <label>İade tutarı (boşsa kalanın tamamı) <input name="amount" inputmode="decimal"></label>
            <button>İade et</button>
        </form>
        HTML;
    $cancel = <<<HTML
        <form method="post" action="/orders/$invoice/cancel">
            <input type="hidden" name="csrf" value="$csrf">
            <button>İptal et</button>
        </form>
        HTML;
    $back = match (true) {
        !\in_array($order['state'], ['paid', 'partially_refunded'], true) => '',
        $order['gateway'] === BankPayments::GATEWAY => $cancel,
        default => $refund,
    };
    return page("Sipariş $invoice", <<<HTML
        <p><strong>$state</strong></p>
        <p>$message</p>
        <p>Tutar: $total TL, iade edilen: $refunded TL</p>
        $back
        <p><a href="/">Yeni sipariş</a></p>
        HTML);
}

function problemPage(string $problem): string
{
    return page('Bir sorun var', '<p>' . text($problem) . '</p><p><a href="/">Geri</a></p>');
}
