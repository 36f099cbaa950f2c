<?php

declare(strict_types=1);

namespace Shop;

use Halkode\Error;
use Halkode\Halkode;
use Halkode\PaymentState;
use Halkode\RequestError;
use Halkode\SignatureError;

/** What this shop does at HALKÖDE. Values that cannot be come out as RequestError: nothing was sent then. */
final class Payments
{
    public const GATEWAY = 'halkode';

    private const NOT_CHARGED = 'Ödeme alınamadı; kartınızdan para çekilmedi.';

    public function __construct(private readonly Halkode $bank, private readonly Orders $orders)
    {
    }

    /** A sale without 3-D Secure. The card passes this server: PCI DSS SAQ D. */
    public function pay(string $total, #[\SensitiveParameter] array $card): array
    {
        $order = $this->orders->add(self::GATEWAY, liras($total));
        return $this->orders->change($order['invoice_id'], function (array $order) use ($card): array {
            try {
                $this->bank->pay2d($this->sale($order) + ['card' => $card]);
                return ['state' => 'paid'] + $order;
            } catch (RequestError $error) {
                $this->orders->forget($order['invoice_id']);
                throw $error;
            } catch (Error $error) {
                return $this->failed($order, $error);
            }
        });
    }

    /** The page that asks the buyer for the card and posts it straight to the gateway: PCI DSS SAQ A-EP. */
    public function begin3d(string $total, string $return): string
    {
        $order = $this->orders->add(self::GATEWAY, liras($total));
        try {
            return $this->bank->pay3dForm($this->sale($order) + ['return_url' => $return, 'cancel_url' => $return])->html;
        } catch (RequestError $error) {
            $this->orders->forget($order['invoice_id']);
            throw $error;
        }
    }

    /**
     * The buyer is back from the bank. Nothing that the browser brings is believed before the gateway confirms it.
     *
     * @throws SignatureError when somebody made this return up: it says nothing about the order
     */
    public function confirm(string $invoice, #[\SensitiveParameter] array $fields): array
    {
        return $this->orders->change($invoice, function (array $order) use ($fields): array {
            // A reload by a buyer who has paid changes nothing.
            if (!\in_array($order['state'], ['waiting', 'failed'], true)) {
                return $order;
            }
            try {
                // The shop's own number and total: the return must be about this very order.
                $own = ['invoice_id' => $order['invoice_id'], 'total' => $order['total']];
                $said = $this->bank->confirmReturn(['fields' => $fields] + $own);
            } catch (SignatureError $error) {
                return $error->in_doubt ? $this->failed($order, $error) : throw $error;
            } catch (Error $error) {
                return $this->failed($order, $error);
            }
            if ($said->paid) {
                return ['state' => 'paid', 'message' => ''] + $order;
            }
            $code = $this->bank->statusCode(['code' => (string) $said->claim->status_code]);
            return ['message' => $code->tr ?? self::NOT_CHARGED] + self::taken($order, $said->state);
        });
    }

    /** Gives back an amount, or all that is left when it is empty. */
    public function refund(string $invoice, string $amount): array
    {
        return $this->orders->change($invoice, function (array $order) use ($amount): array {
            $order['message'] = '';
            try {
                $this->bank->refund(['invoice_id' => $order['invoice_id'], 'amount' => $amount === '' ? null : $amount]);
            } catch (RequestError $error) {
                throw $error;
            } catch (Error $error) {
                \error_log((string) $error);
                // Whether the money went back all the same is what the question below answers.
                $order['message'] = $error->in_doubt
                    ? 'İadenin yanıtı alınamadı; aşağıda bankanın bildiği tutar var.'
                    : $error->explanation_tr ?? 'İade yapılamadı.';
            }
            $status = $this->bank->checkStatus(['invoice_id' => $order['invoice_id']]);
            $refunded = liras($status->total_refunded_amount ?? $order['refunded']);
            return ['refunded' => $refunded] + self::taken($order, $status->state);
        });
    }

    /** An order whose payment is in doubt is asked about; asking charges nothing. */
    public function look(array $order): array
    {
        if ($order['state'] !== 'in_doubt') {
            return $order;
        }
        return $this->orders->change($order['invoice_id'], function (array $order): array {
            $status = $this->bank->checkStatus(['invoice_id' => $order['invoice_id'], 'include_pending_status' => true]);
            // "Unknown" is no answer yet: the payment may still be on its way through the bank.
            $order = self::taken($order, $status->state);
            return $order['state'] === 'in_doubt' ? $order : ['message' => ''] + $order;
        });
    }

    /** A payment that failed: in doubt it is settled, otherwise nothing was charged. Never pay again by yourself. */
    private function failed(array $order, Error $error): array
    {
        // There are no secrets in an error.
        \error_log((string) $error);
        if (!$error->in_doubt) {
            return ['state' => 'failed', 'message' => $error->explanation_tr ?? self::NOT_CHARGED] + $order;
        }
        $order = ['state' => 'in_doubt', 'message' => 'Bankanın yanıtı alınamadı; ödemenin sonucu soruluyor.'] + $order;
        try {
            $settled = $this->bank->settle(['invoice_id' => $order['invoice_id'], 'deadline' => 30, 'spacing' => 2]);
        } catch (Error $error) {
            // It stays in doubt; the order's page asks again.
            \error_log((string) $error);
            return $order;
        }
        if (!$settled->decided) {
            return $order;
        }
        // Only settle() may take "never heard of it" for a failure, since it has waited long enough.
        $state = $settled->state === PaymentState::NOT_FOUND ? PaymentState::FAILED : $settled->state;
        $order = self::taken($order, $state);
        return ['message' => $order['state'] === 'failed' ? self::NOT_CHARGED : ''] + $order;
    }

    /** The order as the gateway's word has it. What it does not know yet changes nothing. */
    private static function taken(array $order, string $state): array
    {
        $state = match ($state) {
            PaymentState::PAID, PaymentState::AUTHORIZED => 'paid',
            PaymentState::FAILED, PaymentState::PARTIALLY_REFUNDED, PaymentState::REFUNDED => $state,
            default => $order['state'],
        };
        return ['state' => $state] + $order;
    }

    /** What every payment says; the buyer is whoever is logged in. */
    private function sale(array $order): array
    {
        return ['invoice_id' => $order['invoice_id'], 'total' => $order['total'], 'name' => 'Ayşe', 'surname' => 'Yılmaz'];
    }
}
