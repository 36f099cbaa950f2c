package io.github.halkode

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.math.BigDecimal
import kotlin.io.path.readText

/** What bindings-kotlin/README.md shows compiles and does what it says: each of its blocks stands in this file, line by line. */
class ReadmeTest {
    private class Order(val invoiceId: String, val total: BigDecimal)

    private val told = mutableListOf<String?>()

    private fun println(text: Any?) {
        told += "$text"
    }

    private fun tell(text: String?) = println(text)

    private fun report(text: String) = println(text)

    private fun settleLater(invoiceId: String?) = println("settle $invoiceId")

    private fun giveBack(order: Order) = println("give back ${order.invoiceId}")

    private fun provision(callback: Callback) = println("provision ${callback.xid}")

    private fun deliver(order: Order) = println("deliver ${order.invoiceId}")

    @Test
    fun everyBlockIsTested() {
        fun lines(text: String) = text.lines().map(String::trim).filter(String::isNotEmpty)
        val readme = Bank.root.resolve("bindings-kotlin/README.md").readText()
        val blocks = Regex("```kotlin\n(.*?)```", RegexOption.DOT_MATCHES_ALL).findAll(readme).map { lines(it.groupValues[1]) }.toList()
        val here = lines(Bank.root.resolve("tests/kotlin/ReadmeTest.kt").readText())
        assertEquals(8, blocks.size)
        for (block in blocks) {
            assertTrue(here.windowed(block.size).any { it == block }) { "not tested:\n${block.joinToString("\n")}" }
        }
    }

    @Test
    fun firstPayment() {
        val invoiceId = invoice("README")
        val config = Config(
            appId = System.getenv("HALKODE_APP_ID"),
            appSecret = Secret(System.getenv("HALKODE_APP_SECRET")),
            merchantKey = Secret(System.getenv("HALKODE_MERCHANT_KEY")),
            baseUrl = System.getenv("HALKODE_BASE_URL"), // or environment = Environment.TEST, or Environment.LIVE
        )
        Halkode(config).use { client ->
            val payment = client.pay2d(
                Pay2d(
                    invoiceId = invoiceId, // new for every attempt
                    total = BigDecimal("149.90"),
                    name = "Ayşe",
                    surname = "Yılmaz",
                    card = Card(
                        holderName = "Ayşe Yılmaz",
                        number = Secret("4155650100416111"),
                        expiryMonth = "12",
                        expiryYear = "2040",
                        cvv = Secret("555"),
                    ),
                ),
            )
            println("paid, order ${payment.orderId}")
            client.refund(Refund(invoiceId = invoiceId, amount = BigDecimal("49.90")))
        }
        withClient { client ->
            val status = client.call("check_status", Json.members("invoice_id" to invoiceId))
            println(status["state"]) // "partially_refunded"
        }
        assertTrue(told[0]!!.startsWith("paid, order "))
        assertEquals("\"partially_refunded\"", told[1])
    }

    @Test
    fun threeDSecure() = withClient { client ->
        val invoiceId = invoice("README3D")
        val form = client.pay3dForm(
            Pay3dForm(
                invoiceId = invoiceId,
                total = BigDecimal("75.50"),
                name = "Ayşe",
                surname = "Yılmaz",
                returnUrl = "https://shop.example/return",
                cancelUrl = "https://shop.example/return",
            ),
        )
        val page = form.html.expose() // send it as text/html; it asks the buyer for the card and posts it straight to the gateway
        assertTrue("cc_no" in page)

        val order = Order(invoiceId, BigDecimal("75.50"))
        val parameters = Buyer.passes3d(form, invoiceId)
        val confirmed = client.confirmReturn(
            ConfirmReturn(
                fields = parameters.mapValues { Json.of(it.value) },
                invoiceId = order.invoiceId, // the shop's own, not what came back
                total = order.total,
            ),
        )
        if (confirmed.paid) deliver(order)
        assertEquals(listOf<String?>("deliver $invoiceId"), told)
    }

    @Test
    fun halkbank() {
        val orderId = invoice("READMEBANK")
        val bank = Halkbank(
            HalkbankConfig(
                clientId = Secret(System.getenv("HALKBANK_CLIENT_ID")),
                storeKey = Secret(System.getenv("HALKBANK_STORE_KEY")), // for the gate
                apiUser = Secret(System.getenv("HALKBANK_API_USER")), // for everything else
                apiPassword = Secret(System.getenv("HALKBANK_API_PASSWORD")),
                baseUrl = System.getenv("HALKBANK_BASE_URL"), // or environment = Environment.TEST, or Environment.LIVE
            ),
        )
        val form = bank.gateForm(
            MakeGateForm(
                storeType = StoreType.THREE_D_PAY_HOSTING, // the bank asks for the card, authenticates and takes the money
                orderId = orderId,
                total = BigDecimal("75.50"),
                okUrl = "https://shop.example/halkbank/return",
                failUrl = "https://shop.example/halkbank/return",
            ),
        )
        val page = form.html.expose() // send it as text/html; it takes the buyer to the bank
        assertTrue("<form" in page)

        val order = Order(orderId, BigDecimal("75.50"))
        val posted = Buyer.visitsHalkbank(form)
        for (body in listOf(Bank.encoded(posted), Bank.encoded(posted + ("amount" to "1.00")))) {
            try {
                val confirmed = bank.confirmCallback(
                    ConfirmCallback(
                        orderId = order.invoiceId, // the shop's own, not what came back
                        total = order.total,
                        body = body,
                    ),
                )
                val callback = confirmed.callback
                when {
                    confirmed.paid -> deliver(order)
                    callback.outcome == CallbackOutcome.AUTHENTICATED -> provision(callback) // 3d, 3d_hosting: the shop takes the money
                    // Taken, but not authenticated as mdStatus demands.
                    confirmed.state == OrderState.PAID && callback.outcome != CallbackOutcome.NOT_PAID -> giveBack(order)
                    else -> tell(callback.explanationTr) // not paid; when callback.signed is false, anybody may have posted it
                }
            } catch (forged: HalkodeException.Signature) {
                report(forged.reason) // answer 400; the order stays as it was
            }
        }
        assertEquals("deliver $orderId", told[0])
        assertTrue("HASH does not fit" in told[1]!!, told[1])

        val undone = bank.cancelOrRefund(CancelOrRefund(orderId))
        println(undone.by) // "void"; `void` and `refund` do one of them only
        assertEquals("void", told[2])
        bank.close()
    }

    @Test
    fun errors() {
        withClient { client ->
            val poor = sale(invoice("README"), number = "4155650100000519")
            val lost = sale(invoice("README"))
            for (request in listOf(poor, sale(invoice("README"), total = "1.234"), lost)) {
                if (request == lost) Bank.fault("paySmart2D", "done_no_answer")
                try {
                    client.pay2d(request)
                } catch (error: HalkodeException) {
                    when {
                        error.inDoubt -> settleLater(error.invoiceId) // money may have moved: never pay again, ask client.settle(…)
                        error is HalkodeException.Declined -> tell(error.explanationTr) // for the buyer
                        error is HalkodeException.Request -> tell("${error.field}") // nothing was sent
                        else -> report(error.reason)
                    }
                }
            }
            assertEquals(listOf("Kartın bakiyesi ya da limiti yetersiz.", "total", "settle ${lost.invoiceId}"), told)
        }
    }
}
