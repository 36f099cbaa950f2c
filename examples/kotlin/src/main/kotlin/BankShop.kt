import io.github.halkode.CallbackConfirmation
import io.github.halkode.CallbackOutcome
import io.github.halkode.CancelOrRefund
import io.github.halkode.ConfirmCallback
import io.github.halkode.GetOrderStatus
import io.github.halkode.Halkbank
import io.github.halkode.HalkodeException
import io.github.halkode.MakeGateForm
import io.github.halkode.OrderState
import io.github.halkode.StoreType
import io.github.halkode.UndoneBy

/** How orders are paid on Halkbank's own page, and given back. */
class BankShop(private val bank: Halkbank, private val orders: Orders) {
    /** The order as it is. One whose outcome is in doubt is asked for once more; asking charges nothing. */
    fun order(orderId: String): Order? = orders.at(Gateway.HALKBANK, orderId)?.also { order ->
        synchronized(order) { if (order.state == "in_doubt") confirm(order, order.posted) }
    }

    /** The page that takes the buyer to the bank, which asks for the card: this shop never sees it. */
    fun begin(form: Map<String, String>, returnUrl: String): String {
        val order = Orders.new(Gateway.HALKBANK, form["total"])
        val request = MakeGateForm(
            storeType = StoreType.THREE_D_PAY_HOSTING,
            orderId = order.invoiceId,
            total = order.total,
            okUrl = returnUrl,
            failUrl = returnUrl,
        )
        try {
            return bank.gateForm(request).html.expose().also { orders.keep(order) }
        } catch (refused: HalkodeException.Request) {
            throw BadInput(Orders.explain(refused))
        }
    }

    /**
     * The browser is back from the bank. The body goes to the library as it came, since the bank has signed every value in it; the library
     * then asks the bank, whose own word is what this shop delivers on.
     */
    fun returned(orderId: String, body: String): Order? {
        val order = orders.at(Gateway.HALKBANK, orderId) ?: return null
        synchronized(order) { confirm(order, body) }
        return order
    }

    private fun confirm(order: Order, body: String) {
        try {
            // The order's number and total are the shop's own, not what came back.
            take(order, bank.confirmCallback(ConfirmCallback(orderId = order.invoiceId, total = order.total, body = body)))
        } catch (_: HalkodeException.Signature) {
            throw BadInput("Bankanın yanıtı doğrulanamadı.")
        } catch (_: HalkodeException.Request) {
            throw BadInput("Bankanın yanıtı okunamadı.")
        } catch (unknown: HalkodeException) {
            // The bank could not be asked: the order's page asks again.
            System.err.println("${order.invoiceId}: $unknown")
            if (order.state !in OPEN) return
            order.state = "in_doubt"
            order.posted = body
            order.message = "Ödemenizin sonucu bankadan bekleniyor; lütfen yeniden ödemeyin."
        }
    }

    private fun take(order: Order, confirmed: CallbackConfirmation) {
        // A reload finds the order as it is: the answer that made it paid must not do so again once it is voided.
        if (order.state !in OPEN) return
        val (outcome, signed) = confirmed.callback.outcome to confirmed.callback.signed
        val isTaken = confirmed.state == OrderState.PAID || confirmed.state == OrderState.AUTHORIZED
        val why = confirmed.callback.explanationTr ?: "Ödeme tamamlanmadı; kartınızdan para çekilmedi."
        when {
            confirmed.paid -> {
                order.state = "paid"
                order.message = ""
            }
            // Taken, though the buyer was not authenticated as this shop demands it.
            isTaken && outcome != CallbackOutcome.NOT_PAID -> {
                order.state = "paid"
                giveBack(order)
                if (order.state != "paid") order.message = "Kartınız doğrulanamadı; ödeme geri alındı."
            }
            // A failure, which anybody may have posted, and money that was taken: the bank's word on that attempt is still to come.
            isTaken -> order.message = "Ödemenizin sonucu bankadan bekleniyor; lütfen yeniden ödemeyin."
            outcome != CallbackOutcome.NOT_PAID -> become(order, confirmed.state)
            signed -> order.fail(why)
            else -> order.message = why
        }
    }

    /** Gives all the money of an order back. */
    fun cancel(orderId: String): Order? {
        val order = orders.at(Gateway.HALKBANK, orderId) ?: return null
        synchronized(order) { giveBack(order) }
        return order
    }

    /** Voids before the bank's day-close, refunds afterwards: the bank knows which. */
    private fun giveBack(order: Order) {
        order.message = ""
        try {
            when (bank.cancelOrRefund(CancelOrRefund(order.invoiceId)).by) {
                UndoneBy.VOID, UndoneBy.BEFORE -> become(order, OrderState.VOIDED)
                UndoneBy.REFUND -> become(order, OrderState.REFUNDED)
            }
        } catch (_: HalkodeException.Request) {
            throw BadInput("Bu siparişin geri verilecek bir ödemesi yok.")
        } catch (failed: HalkodeException) {
            // In doubt or not, it is not tried again from here: the bank says how the order stands.
            order.message = if (failed.inDoubt) "İptalin sonucu henüz bilinmiyor." else failed.explanationTr ?: "Ödeme geri alınamadı."
            refresh(order)
        }
    }

    private fun refresh(order: Order) {
        try {
            become(order, bank.orderStatus(GetOrderStatus(order.invoiceId)).state)
        } catch (unknown: HalkodeException) {
            System.err.println("${order.invoiceId}: $unknown")
        }
    }

    private fun become(order: Order, state: OrderState) {
        when (state) {
            OrderState.PAID -> order.state = "paid"
            OrderState.VOIDED -> {
                order.state = "voided"
                order.message = ""
            }
            // This shop gives back all or nothing.
            OrderState.REFUNDED -> {
                order.state = "refunded"
                order.refunded = order.total
                order.message = ""
            }
            OrderState.FAILED -> order.fail("Ödeme alınamadı; kartınızdan para çekilmedi.")
            OrderState.AUTHORIZED, OrderState.PENDING, OrderState.NOT_FOUND, OrderState.UNKNOWN -> Unit
        }
    }

    private companion object {
        /** What a callback may still change. After a refusal the buyer may try again on the bank's page, so a later approval counts. */
        val OPEN = listOf("waiting", "in_doubt", "failed")
    }
}
