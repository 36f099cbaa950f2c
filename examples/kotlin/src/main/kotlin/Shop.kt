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
import java.math.BigDecimal
import java.security.SecureRandom
import java.util.UUID
import java.util.concurrent.ConcurrentHashMap

/** What the shop knows of an order. A real shop keeps this in its database. */
class Order(val invoiceId: String, val total: BigDecimal) {
    var state = "waiting"
    var refunded: BigDecimal = BigDecimal("0.00")
    var message = ""
}

/** What the buyer typed cannot be; the message may be shown to him. */
class BadInput(message: String) : Exception(message)

/** The shop: orders, and how they are paid. Each order is worked on by one request at a time. */
class Shop(private val client: Halkode) {
    private val orders = ConcurrentHashMap<String, Order>()

    /** The order as it is. One whose outcome is in doubt is asked for once more; asking charges nothing. */
    fun order(invoiceId: String): Order? = orders[invoiceId]?.also { order ->
        synchronized(order) { if (order.state == "in_doubt") refresh(order) }
    }

    /** Charges a card without 3-D Secure. */
    fun pay(form: Map<String, String>): Order {
        val order = newOrder(form["total"])
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
            orders[order.invoiceId] = order
            try {
                client.pay2d(request)
                order.state = "paid"
            } catch (refused: HalkodeException.Request) {
                orders.remove(order.invoiceId)
                throw BadInput(explain(refused))
            } catch (failed: HalkodeException) {
                settle(order, failed)
            }
        }
        return order
    }

    /** The page that asks the buyer for the card and sends it straight to the gateway: this shop never sees it. */
    fun begin3d(form: Map<String, String>, returnUrl: String): String {
        val order = newOrder(form["total"])
        val request = Pay3dForm(
            invoiceId = order.invoiceId,
            total = order.total,
            name = "Ayşe",
            surname = "Yılmaz",
            returnUrl = returnUrl,
            cancelUrl = returnUrl,
        )
        try {
            return client.pay3dForm(request).html.expose().also { orders[order.invoiceId] = order }
        } catch (refused: HalkodeException.Request) {
            throw BadInput(explain(refused))
        }
    }

    /** The browser is back from the bank. What it carries may be forged: only what the gateway itself says counts. */
    fun returned(fields: Map<String, String>): Order? {
        val order = orders[fields["invoice_id"].orEmpty()] ?: return null
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
                    confirmed.state == PaymentState.FAILED -> fail(order, why(confirmed))
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
        val order = orders[invoiceId] ?: return null
        synchronized(order) {
            val request = Refund(
                invoiceId = invoiceId,
                amount = amount.takeIf { it.isNotBlank() }?.let(::amount),
                // With a number of its own, a refund is not made twice.
                refundTransactionId = UUID.randomUUID().toString(),
            )
            order.message = ""
            try {
                client.refund(request)
            } catch (refused: HalkodeException.Request) {
                throw BadInput(explain(refused))
            } catch (failed: HalkodeException) {
                order.message = if (failed.inDoubt) "İadenin sonucu henüz bilinmiyor." else explain(failed)
            }
            refresh(order)
        }
        return order
    }

    /** Nothing came of a payment, or nobody knows what did. It is never made again: the gateway is asked until it knows. */
    private fun settle(order: Order, failed: HalkodeException) {
        if (!failed.inDoubt) return fail(order, explain(failed))
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
        PaymentState.FAILED, PaymentState.NOT_FOUND -> fail(order, "Ödeme alınamadı; kartınızdan para çekilmedi.")
        PaymentState.PENDING, PaymentState.UNKNOWN -> Unit
    }

    private fun fail(order: Order, message: String) {
        order.state = "failed"
        order.message = message
    }

    /** For the buyer, in Turkish. */
    private fun explain(failed: HalkodeException): String = failed.explanationTr ?: when (failed) {
        is HalkodeException.Request -> "Geçersiz bilgi: ${failed.field}"
        is HalkodeException.Transport -> "Bankaya ulaşılamadı; kartınızdan para çekilmedi."
        else -> "Ödeme alınamadı."
    }

    private fun why(confirmed: Confirmation): String {
        val code = confirmed.claim.statusCode ?: 41
        return client.statusCode(LookUpStatusCode("$code", CodeKind.APPLICATION)).tr ?: "Ödeme tamamlanmadı."
    }

    /** Every attempt needs a new invoice number, even after a failure. */
    private fun newOrder(total: String?): Order {
        val number = (1..12).map { LETTERS[RANDOM.nextInt(LETTERS.length)] }.joinToString("")
        return Order("SHOP-$number", amount(total.orEmpty()))
    }

    private fun amount(text: String): BigDecimal {
        if (!AMOUNT.matches(text)) throw BadInput("Tutar 149.90 biçiminde yazılmalıdır.")
        return BigDecimal(text).setScale(2)
    }

    private fun nameAndSurname(holder: String): Pair<String, String> =
        holder.substringBeforeLast(' ').trim() to holder.substringAfterLast(' ')

    private companion object {
        const val LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
        val RANDOM = SecureRandom()
        val AMOUNT = Regex("[0-9]{1,7}(\\.[0-9]{1,2})?")
    }
}
