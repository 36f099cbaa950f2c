import io.github.halkode.Card
import io.github.halkode.CheckStatus
import io.github.halkode.CodeKind
import io.github.halkode.ConfirmReturn
import io.github.halkode.Confirmation
import io.github.halkode.Halkode
import io.github.halkode.HalkodeException
import io.github.halkode.Json
import io.github.halkode.LookUpStatusCode
import io.github.halkode.Pay2d
import io.github.halkode.Pay3dForm
import io.github.halkode.PaymentState
import io.github.halkode.Refund
import io.github.halkode.Secret
import io.github.halkode.Settle
import java.util.UUID

/** How orders are paid at HALKÖDE, and given back. */
class Shop(private val client: Halkode, private val orders: Orders) {
    /** The order as it is. One whose outcome is in doubt is asked for once more; asking charges nothing. */
    fun order(invoiceId: String): Order? = orders.at(Gateway.HALKODE, invoiceId)?.also { order ->
        synchronized(order) { if (order.state == "in_doubt") refresh(order) }
    }

    /** Charges a card without 3-D Secure. */
    fun pay(form: Map<String, String>): Order {
        val order = Orders.new(Gateway.HALKODE, form["total"])
        val (name, surname) = nameAndSurname(form["holder_name"].orEmpty())
        val request = Pay2d(
            invoiceId = order.invoiceId,
            total = order.total,
            name = name,
            surname = surname,
            card = Card(
                holderName = form["holder_name"].orEmpty(),
                number = Secret(form["card_number"].orEmpty()),
                expiryMonth = form["expiry_month"].orEmpty(),
                expiryYear = form["expiry_year"].orEmpty(),
                cvv = Secret(form["cvv"].orEmpty()),
            ),
        )
        synchronized(order) {
            // Kept before the money moves: should this program die meanwhile, there is something to ask about.
            orders.keep(order)
            try {
                client.pay2d(request)
                order.state = "paid"
            } catch (refused: HalkodeException.Request) {
                orders.forget(order)
                throw BadInput(Orders.explain(refused))
            } catch (failed: HalkodeException) {
                settle(order, failed)
            }
        }
        return order
    }

    /** The page that asks the buyer for the card and sends it straight to the gateway: this shop never sees it. */
    fun begin3d(form: Map<String, String>, returnUrl: String): String {
        val order = Orders.new(Gateway.HALKODE, form["total"])
        val request = Pay3dForm(
            invoiceId = order.invoiceId,
            total = order.total,
            name = "Ayşe",
            surname = "Yılmaz",
            returnUrl = returnUrl,
            cancelUrl = returnUrl,
        )
        try {
            return client.pay3dForm(request).html.expose().also { orders.keep(order) }
        } catch (refused: HalkodeException.Request) {
            throw BadInput(Orders.explain(refused))
        }
    }

    /** The browser is back from the bank. What it carries may be forged: only what the gateway itself says counts. */
    fun returned(fields: Map<String, String>): Order? {
        val order = orders.at(Gateway.HALKODE, fields["invoice_id"].orEmpty()) ?: return null
        synchronized(order) {
            // A reload finds the order as it is.
            if (order.state !in listOf("waiting", "in_doubt")) return order
            val request = ConfirmReturn(
                fields = fields.mapValues { Json.of(it.value) },
                invoiceId = order.invoiceId,
                total = order.total, // The shop's own, not what came back.
            )
            try {
                val confirmed = client.confirmReturn(request)
                when {
                    confirmed.paid -> order.state = "paid"
                    confirmed.state == PaymentState.FAILED -> order.fail(why(confirmed))
                    else -> order.message = "Ödemeniz henüz tamamlanmadı."
                }
            } catch (failed: HalkodeException) {
                // Forged fields change nothing: neither paid nor failed.
                if (failed.inDoubt) settle(order, failed) else order.message = "Ödemeniz doğrulanamadı."
            }
        }
        return order
    }

    /** Gives money back: an amount, or all that is left. */
    fun refund(invoiceId: String, amount: String): Order? {
        val order = orders.at(Gateway.HALKODE, invoiceId) ?: return null
        synchronized(order) {
            val request = Refund(
                invoiceId = invoiceId,
                amount = amount.takeIf { it.isNotBlank() }?.let(Orders::amount),
                // With a number of its own, a refund is not made twice.
                refundTransactionId = UUID.randomUUID().toString(),
            )
            order.message = ""
            try {
                client.refund(request)
            } catch (refused: HalkodeException.Request) {
                throw BadInput(Orders.explain(refused))
            } catch (failed: HalkodeException) {
                order.message = if (failed.inDoubt) "İadenin sonucu henüz bilinmiyor." else Orders.explain(failed)
            }
            refresh(order)
        }
        return order
    }

    /** Nothing came of a payment, or nobody knows what did. It is never made again: the gateway is asked until it knows. */
    private fun settle(order: Order, failed: HalkodeException) {
        if (!failed.inDoubt) return order.fail(Orders.explain(failed))
        order.state = "in_doubt"
        order.message = "Ödemenizin sonucu bankadan bekleniyor; lütfen yeniden ödemeyin."
        try {
            val settled = client.settle(Settle(order.invoiceId, deadline = 30, spacing = 2))
            if (settled.decided) become(order, settled.state)
        } catch (unknown: HalkodeException) {
            // Still in doubt: the order's page asks again.
            System.err.println("${order.invoiceId}: $unknown")
        }
    }

    private fun refresh(order: Order) {
        try {
            val status = client.checkStatus(CheckStatus(order.invoiceId))
            status.totalRefundedAmount?.let { order.refunded = it.setScale(2) }
            // A payment that the gateway does not know yet may still be on its way.
            if (status.state != PaymentState.NOT_FOUND) become(order, status.state)
        } catch (unknown: HalkodeException) {
            System.err.println("${order.invoiceId}: $unknown")
        }
    }

    private fun become(order: Order, state: PaymentState) = when (state) {
        PaymentState.PAID, PaymentState.AUTHORIZED -> {
            if (order.state == "in_doubt") order.message = ""
            order.state = "paid"
        }
        PaymentState.PARTIALLY_REFUNDED, PaymentState.REFUNDED -> order.state = state.word
        PaymentState.FAILED, PaymentState.NOT_FOUND -> order.fail("Ödeme alınamadı; kartınızdan para çekilmedi.")
        PaymentState.PENDING, PaymentState.UNKNOWN -> Unit
    }

    private fun why(confirmed: Confirmation): String {
        val code = confirmed.claim.statusCode ?: 41
        return client.statusCode(LookUpStatusCode("$code", CodeKind.APPLICATION)).tr ?: "Ödeme tamamlanmadı."
    }

    private fun nameAndSurname(holder: String): Pair<String, String> =
        holder.substringBeforeLast(' ').trim() to holder.substringAfterLast(' ')
}
