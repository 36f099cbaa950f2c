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
     * The buyer is back from the bank, whose page posted `$body`. The library checks the bank's signature and that all of it is about
     * this very order, and asks the bank: its own word is what a shop delivers on.
     *
     * @throws SignatureError when somebody made this return up: it says nothing about the order
     */
    public function confirm(string $invoice, #[\SensitiveParameter] string $body): array
    {
        return $this->orders->change($invoice, function (array $order) use ($body): array {
            // A reload by a buyer who has paid changes nothing.
            if (!\in_array($order['state'], ['waiting', 'in_doubt', 'failed'], true)) {
                return $order;
            }
            try {
                $own = ['order_id' => $order['invoice_id'], 'total' => $order['total']];
                $said = $this->bank->confirmCallback(['body' => $body] + $own);
            } catch (RequestError | SignatureError $error) {
                throw $error;
            } catch (Error $error) {
                // The bank could not be asked; the order's page asks again.
                \error_log((string) $error);
                return ['state' => 'in_doubt', 'message' => 'Ödemenin sonucu bankaya soruluyor.'] + $order;
            }
            // A failure need not be signed, so anybody can bring one: it is never the last word on an order.
            if ($said->callback->outcome === CallbackOutcome::NOT_PAID && !self::isTaken($said->state)) {
                return ['state' => 'failed', 'message' => $said->callback->explanation_tr ?? self::NOT_CHARGED] + $order;
            }
            return $this->decided($order, $said->state, $said->paid);
        });
    }

    /** An order whose payment is in doubt is asked about; asking charges nothing. */
    public function look(array $order): array
    {
        if ($order['state'] !== 'in_doubt') {
            return $order;
        }
        return $this->orders->change($order['invoice_id'], function (array $order): array {
            $status = $this->bank->orderStatus(['order_id' => $order['invoice_id']]);
            return $this->decided($order, $status->state, $status->md_status === '1');
        });
    }

    /** Gives an order's money back: voids it on the day of the sale, refunds it later. */
    public function cancel(string $invoice): array
    {
        return $this->orders->change($invoice, fn (array $order): array => $this->giveBack($order, ''));
    }

    private function giveBack(array $order, string $message): array
    {
        try {
            $this->bank->cancelOrRefund(['order_id' => $order['invoice_id']]);
        } catch (RequestError $error) {
            throw $error;
        } catch (Error $error) {
            \error_log((string) $error);
            // Whether it was cancelled all the same is what the question below answers.
            $message = $error->in_doubt
                ? 'İptalin yanıtı alınamadı; aşağıda bankanın bildiği durum var.'
                : $error->explanation_tr ?? 'İptal yapılamadı.';
        }
        $state = $this->bank->orderStatus(['order_id' => $order['invoice_id']])->state;
        return ['message' => $message] + self::taken($order, $state);
    }

    /** The order as the bank has it; `$secure` says whether 3-D Secure came out as this shop demands. */
    private function decided(array $order, string $state, bool $secure): array
    {
        if (self::isTaken($state) && !$secure) {
            // The shop would bear the loss of a fraud. The money is there until it is given back.
            return $this->giveBack(['state' => 'paid'] + $order, 'Kartınız doğrulanamadı; ödeme geri alındı.');
        }
        $taken = self::taken($order, $state);
        return match ($taken['state']) {
            'in_doubt' => $taken,
            'failed' => ['message' => self::NOT_CHARGED] + $taken,
            default => ['message' => ''] + $taken,
        };
    }

    private static function isTaken(string $state): bool
    {
        return \in_array($state, [OrderState::PAID, OrderState::AUTHORIZED], true);
    }

    /** The bank's word in the words of this shop. What it does not know yet changes nothing. */
    private static function taken(array $order, string $state): array
    {
        return match ($state) {
            OrderState::PAID, OrderState::AUTHORIZED => ['state' => 'paid'] + $order,
            OrderState::VOIDED => ['state' => 'voided'] + $order,
            // This shop gives back all or nothing.
            OrderState::REFUNDED => ['state' => 'refunded', 'refunded' => $order['total']] + $order,
            OrderState::FAILED => ['state' => 'failed'] + $order,
            default => $order,
        };
    }
}
