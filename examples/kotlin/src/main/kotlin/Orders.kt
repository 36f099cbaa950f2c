import io.github.halkode.HalkodeException
import java.math.BigDecimal
import java.security.SecureRandom
import java.util.concurrent.ConcurrentHashMap

/** Where an order is paid. */
enum class Gateway { HALKODE, HALKBANK }

/** What the shop knows of an order. A real shop keeps this in its database. */
class Order(val invoiceId: String, val total: BigDecimal, val gateway: Gateway) {
    var state = "waiting"
    var refunded: BigDecimal = BigDecimal("0.00")
    var message = ""

    /** What Halkbank's page posted, as long as the bank could not be asked about it. */
    var posted = ""

    fun fail(message: String) {
        state = "failed"
        this.message = message
    }
}

/** What the buyer typed, or what came in his name, cannot be; the message may be shown to him. */
class BadInput(message: String) : Exception(message)

/** The orders of both gateways. Each order is worked on by one request at a time. */
class Orders {
    private val orders = ConcurrentHashMap<String, Order>()

    fun at(gateway: Gateway, invoiceId: String): Order? = orders[invoiceId]?.takeIf { it.gateway == gateway }

    fun keep(order: Order) {
        orders[order.invoiceId] = order
    }

    fun forget(order: Order) {
        orders.remove(order.invoiceId)
    }

    companion object {
        private const val LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
        private val RANDOM = SecureRandom()
        private val AMOUNT = Regex("[0-9]{1,7}(\\.[0-9]{1,2})?")

        /** An order that is not kept yet. Every attempt needs a new number, even after a failure. */
        fun new(gateway: Gateway, total: String?): Order {
            val number = (1..12).map { LETTERS[RANDOM.nextInt(LETTERS.length)] }.joinToString("")
            return Order("SHOP-$number", amount(total.orEmpty()), gateway)
        }

        fun amount(text: String): BigDecimal {
            if (!AMOUNT.matches(text)) throw BadInput("Tutar 149.90 biçiminde yazılmalıdır.")
            return BigDecimal(text).setScale(2)
        }

        /** For the buyer, in Turkish. */
        fun explain(failed: HalkodeException): String = failed.explanationTr ?: when (failed) {
            is HalkodeException.Request -> "Geçersiz bilgi: ${failed.field}"
            is HalkodeException.Transport -> "Bankaya ulaşılamadı; kartınızdan para çekilmedi."
            else -> "Ödeme alınamadı."
        }
    }
}
