<?php

declare(strict_types=1);

namespace Shop;

use Halkode\CallbackOutcome;
use Halkode\Error;
use Halkode\Halkbank;
use Halkode\OrderState;
use Halkode\RequestError;
use Halkode\SignatureError;
use Halkode\StoreType;

/** What this shop does at Halkbank: the buyer pays on the bank's own page, and may change their mind. */
final class BankPayments
{
    public const GATEWAY = 'halkbank';

    private const NOT_CHARGED = 'Ödeme alınamadı; kartınızdan para çekilmedi.';

    public function __construct(private readonly Halkbank $bank, private readonly Orders $orders)
    {
    }

    /** The page that takes the buyer to the bank's. The card never comes near this server: PCI DSS SAQ A. */
    public function begin(string $total, string $return): string
    {
        $order = $this->orders->add(self::GATEWAY, liras($total));
        try {
            return $this->bank->gateForm([
                'store_type' => StoreType::THREE_D_PAY_HOSTING,
                'order_id' => $order['invoice_id'],
                'total' => $order['total'],
                'ok_url' => $return,
                'fail_url' => $return,
            ])->html;
        } catch (RequestError $error) {
            $this->orders->forget($order['invoice_id']);
            throw $error;
        }
    }

    /**
     * The buyer is back from the bank, whose page posted `$body`. A payment counts when the bank has signed it, for this very
     * order and its total.
     *
     * @throws SignatureError when somebody made this return up: it says nothing about the order
     */
    public function confirm(string $invoice, #[\SensitiveParameter] string $body): array
    {
        return $this->orders->change($invoice, function (array $order) use ($body): array {
            $said = $this->bank->verifyCallback(['body' => $body, 'order_id' => $order['invoice_id'], 'total' => $order['total']]);
            // A failure need not be signed, so anybody can bring one: it is never the last word on an order, and none on a paid one.
            return match (\in_array($order['state'], ['waiting', 'failed'], true) ? $said->outcome : null) {
                CallbackOutcome::PAID => ['state' => 'paid', 'message' => ''] + $order,
                CallbackOutcome::NOT_PAID => ['state' => 'failed', 'message' => $said->explanation_tr ?? self::NOT_CHARGED] + $order,
                // What the model 3d_pay_hosting does not give: "authenticated" would have to be followed by provision().
                default => $order,
            };
        });
    }

    /** Gives an order's money back: voids it on the day of the sale, refunds it later. */
    public function cancel(string $invoice): array
    {
        return $this->orders->change($invoice, function (array $order): array {
            $order['message'] = '';
            try {
                $this->bank->cancelOrRefund(['order_id' => $order['invoice_id']]);
            } catch (RequestError $error) {
                throw $error;
            } catch (Error $error) {
                \error_log((string) $error);
                // Whether it was cancelled all the same is what the question below answers.
                $order['message'] = $error->in_doubt
                    ? 'İptalin yanıtı alınamadı; aşağıda bankanın bildiği durum var.'
                    : $error->explanation_tr ?? 'İptal yapılamadı.';
            }
            return match ($this->bank->orderStatus(['order_id' => $order['invoice_id']])->state) {
                OrderState::VOIDED => ['state' => 'voided'] + $order,
                OrderState::REFUNDED => ['state' => 'refunded', 'refunded' => $order['total']] + $order,
                default => $order,
            };
        });
    }
}
