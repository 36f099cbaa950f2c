import io.github.halkode.Callback
import io.github.halkode.CallbackOutcome
import io.github.halkode.CancelOrRefund
import io.github.halkode.GetOrderStatus
import io.github.halkode.Halkbank
import io.github.halkode.HalkodeException
import io.github.halkode.MakeGateForm
import io.github.halkode.OrderState
import io.github.halkode.StoreType
import io.github.halkode.UndoneBy
import io.github.halkode.VerifyCallback

/** How orders are paid on Halkbank's own page, and given back. */
class BankShop(private val bank: Halkbank, private val orders: Orders) {
    /** The order as it is. */
    fun order(orderId: String): Order? = orders.at(Gateway.HALKBANK, orderId)

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

    /** The browser is back from the bank. The body goes to the library as it came: the bank has signed every letter of it. */
    fun returned(orderId: String, body: String): Order? {
        val order = orders.at(Gateway.HALKBANK, orderId) ?: return null
        // The order's number and total are the shop's own, not what came back.
        val request = VerifyCallback(orderId = order.invoiceId, total = order.total, body = body)
        synchronized(order) {
            val callback = try {
                bank.verifyCallback(request)
            } catch (_: HalkodeException.Signature) {
                throw BadInput("Bankanın yanıtı doğrulanamadı.")
            } catch (_: HalkodeException.Request) {
                throw BadInput("Bankanın yanıtı okunamadı.")
            }
            take(order, callback)
        }
        return order
    }

    private fun take(order: Order, callback: Callback) {
        // A reload finds the order as it is: the answer that made it paid must not do so again once it is voided. After a refusal the buyer may
        // have tried again on the bank's page, so a later approval counts.
        if (order.state != "waiting" && order.state != "failed") return
        val why = callback.explanationTr ?: "Ödeme tamamlanmadı; kartınızdan para çekilmedi."
        when {
            callback.outcome == CallbackOutcome.PAID -> {
                order.state = "paid"
                order.message = ""
            }
            callback.outcome == CallbackOutcome.NOT_PAID && callback.signed -> order.fail(why)
            // Without the bank's signature anybody may have posted it.
            else -> order.message = why
        }
    }

    /** Gives all the money back: voids before the bank's day-close, refunds afterwards. */
    fun cancel(orderId: String): Order? {
        val order = orders.at(Gateway.HALKBANK, orderId) ?: return null
        synchronized(order) {
            order.message = ""
            try {
                when (bank.cancelOrRefund(CancelOrRefund(order.invoiceId)).by) {
                    UndoneBy.VOID, UndoneBy.BEFORE -> order.state = "voided"
                    UndoneBy.REFUND -> refunded(order)
                }
            } catch (_: HalkodeException.Request) {
                throw BadInput("Bu siparişin geri verilecek bir ödemesi yok.")
            } catch (failed: HalkodeException) {
                // In doubt or not, it is not tried again from here: the bank says how the order stands.
                order.message = if (failed.inDoubt) "İptalin sonucu henüz bilinmiyor." else Orders.explain(failed)
                refresh(order)
            }
        }
        return order
    }

    private fun refresh(order: Order) {
        try {
            when (bank.orderStatus(GetOrderStatus(order.invoiceId)).state) {
                OrderState.VOIDED -> order.state = "voided"
                // This shop gives back all or nothing.
                OrderState.REFUNDED -> refunded(order)
                else -> return
            }
            order.message = ""
        } catch (unknown: HalkodeException) {
            System.err.println("${order.invoiceId}: $unknown")
        }
    }

    private fun refunded(order: Order) {
        order.state = "refunded"
        order.refunded = order.total
    }
}
