package io.github.halkode

import io.github.halkode.internal.FfiConverterTypeNativeStop
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import java.io.ByteArrayInputStream
import java.io.ByteArrayOutputStream
import java.io.ObjectInputStream
import java.io.ObjectOutputStream
import java.math.BigDecimal
import java.net.ServerSocket
import java.util.concurrent.Callable
import java.util.concurrent.Executors
import java.util.concurrent.FutureTask

/** Payments, and every way in which one fails, as a shop meets them. */
@Timeout(60)
class ClientTest {
    private inline fun <reified T : HalkodeException> refused(crossinline work: () -> Unit): T =
        assertThrows(T::class.java) { work() }

    @Test
    fun aSaleItsStatusAndItsRefund() = withClient { client ->
        val invoice = invoice("SALE")
        val payment = client.pay2d(sale(invoice))
        assertEquals(invoice, payment.invoiceId)
        val refunded = client.refund(Refund(invoiceId = invoice, amount = BigDecimal("49.90")))
        assertFalse(refunded.pending)
        val status = client.checkStatus(CheckStatus(invoice))
        assertEquals(PaymentState.PARTIALLY_REFUNDED, status.state)
        assertEquals(BigDecimal("49.90"), status.totalRefundedAmount)
        val again = client.call("check_status", Json.members("invoice_id" to invoice))
        assertEquals(status, Status.fromJson(Json.Object(again)))
    }

    @Test
    fun theEnvironmentMakesAClientToo() = Halkode.fromEnv().use { client ->
        assertEquals(100, client.token().statusCode)
    }

    @Test
    fun anAmountIsExactOrRefused() = withClient { client ->
        val invoice = invoice("ROUND")
        client.pay2d(sale(invoice, total = "1E+2"))
        assertEquals(BigDecimal("100.00"), client.checkStatus(CheckStatus(invoice)).productPrice)
        for (total in listOf("12.505", "1E-3", "-1", "0", "1E+999999999", "1E-999999999")) {
            val error = refused<HalkodeException.Request> { client.pay2d(sale(invoice("BAD"), total = total)) }
            assertEquals(listOf("total", Sent.NO, false), listOf(error.field, error.sent, error.inDoubt), total)
        }
        val comma = sale(invoice("COMMA")).toJson().members + ("total" to Json.Text("12,50"))
        assertEquals("total", refused<HalkodeException.Request> { client.call("pay_2d", comma) }.field)
        val number = sale(invoice("NUMBER")).toJson().members + ("total" to Json.Number("12.50"))
        assertEquals("total", refused<HalkodeException.Request> { client.call("pay_2d", number) }.field)
        assertThrows(IllegalArgumentException::class.java) { Json.members("total" to 12.5) }
    }

    @Test
    fun aDeclinedCardSaysWhy() = withClient { client ->
        val invoice = invoice("POOR")
        val error = refused<HalkodeException.Declined> { client.pay2d(sale(invoice, number = "4155650100000519")) }
        assertEquals(error.reason, error.message)
        assertEquals("declined", error.kind)
        assertEquals("pay_2d", error.operation)
        assertEquals("51", error.bankCode)
        assertEquals(Sent.YES, error.sent)
        assertFalse(error.inDoubt)
        assertTrue(error.explanationTr!!.isNotBlank() && error.adviceTr!!.isNotBlank())
        assertFalse("4155650100000519" in error.stackTraceToString() + error.failure + error.failure.toJson())
    }

    @Test
    fun wrongKeysAreTold() {
        val wrong = Bank.config().copy(appSecret = Secret("0".repeat(32)))
        Halkode(wrong).use { client -> refused<HalkodeException.Credentials> { client.token() } }
        val cut = Bank.config().copy(merchantKey = Secret("y0.efxdERBrbaVZNaJ3AwlmZriYNrygSH72"))
        val error = refused<HalkodeException.Request> { Halkode(cut) }
        assertEquals("merchant_key", error.field)
        assertFalse("efxd" in error.stackTraceToString())
    }

    @Test
    fun withoutNetworkNothingHappened() {
        val closed = ServerSocket(0).use { it.localPort }
        Halkode(Bank.config("http://127.0.0.1:$closed/ccpayment")).use { client ->
            val error = refused<HalkodeException.Transport> { client.pay2d(sale(invoice("CLOSED"))) }
            assertEquals(Sent.NO, error.sent)
            assertFalse(error.inDoubt)
        }
    }

    @Test
    fun aLostAnswerIsInDoubtAndSettled() = withClient { client ->
        val invoice = invoice("LOST")
        Bank.fault("paySmart2D", "done_no_answer")
        val error = refused<HalkodeException.Transport> { client.pay2d(sale(invoice)) }
        assertEquals(listOf(Sent.UNKNOWN, true, invoice), listOf(error.sent, error.inDoubt, error.invoiceId))
        val settled = client.settle(Settle(invoice, deadline = 30, spacing = 2))
        assertEquals(PaymentState.PAID, settled.state)
        assertTrue(settled.decided)
        assertEquals(1, Bank.charges(invoice))
    }

    @Test
    fun aSilentGatewayEndsWithTheTime() = Gate("{}").use { gate ->
        val config = Bank.config(gate.address, timeout = 1)
        Halkode(config).use { client ->
            val error = refused<HalkodeException.Transport> { client.raw(Raw("/api/silence")) }
            assertEquals(listOf(Sent.UNKNOWN, true), listOf(error.sent, error.inDoubt))
        }
    }

    @Test
    fun oneClientServesManyThreads() = withClient { client ->
        val pool = Executors.newFixedThreadPool(8)
        val invoices = List(40) { invoice("T$it") }
        val paid = invoices.map { pool.submit(Callable { client.pay2d(sale(it)).invoiceId }) }
        assertEquals(invoices, paid.map { it.get() })
        pool.shutdown()
    }

    @Test
    fun closingWaitsForNobodyAndBreaksNothing() = Gate("""{"status_code":100}""").use { gate ->
        val client = gate.client()
        val call = FutureTask { client.raw(Raw("/api/anything")) }
        Thread(call).start()
        gate.awaitArrival()
        client.close()
        client.close()
        val error = assertThrows(IllegalStateException::class.java) { client.token() }
        assertEquals("this client is closed", error.message)
        gate.open()
        assertEquals(100L, call.get().statusCode)
    }

    @Test
    fun noCallLeavesAnythingBehind() = withClient { client ->
        val before = FfiConverterTypeNativeStop.handleMap.size
        repeat(10) {
            client.installmentTable(MakeInstallmentTable(BigDecimal("10.00")))
            refused<HalkodeException.Request> { client.checkStatus(CheckStatus("")) }
        }
        assertEquals(before, FfiConverterTypeNativeStop.handleMap.size)
    }

    @Test
    fun anUnknownOperationIsRefused() = withClient { client ->
        assertEquals("operation", refused<HalkodeException.Request> { client.call("pay_4d") }.field)
        refused<HalkodeException.Request> { client.call("pay_2d\u0000") }
    }

    @Test
    fun whatCannotBeSentIsRefusedBeforeTheBorder() = withClient { client ->
        val half = sale(invoice("HALF")).copy(name = "Ay\uD83D")
        assertEquals("name", refused<HalkodeException.Request> { client.pay2d(half) }.field)
        val hidden = sale(invoice("HALF")).let { it.copy(card = it.card.copy(cvv = Secret("\uDE00"))) }
        assertEquals("card.cvv", refused<HalkodeException.Request> { client.pay2d(hidden) }.field)
        refused<HalkodeException.Request> { client.call("\uD83D") }
        refused<HalkodeException.Request> { Json.parse("\"\uD83D\"") }
        val deep = (1..10_000).fold(Json.Null as Json) { inner, _ -> Json.Array(listOf(inner)) }
        val error = refused<HalkodeException.Request> { client.raw(Raw("/api/deep", body = mapOf("deep" to deep))) }
        assertTrue("levels deep" in error.reason, error.reason)
        val pair = client.hash(MakeHash(Layout.REFUND, parts = Json.members("amount" to "5.00", "invoice_id" to "\uD83D\uDE00")))
        assertTrue("\uD83D\uDE00" in pair.plaintext, "a whole pair passes")
    }

    @Test
    fun anExceptionSurvivesSerialization() = withClient { client ->
        val error = refused<HalkodeException.Request> { client.checkStatus(CheckStatus("")) }
        val bytes = ByteArrayOutputStream().also { ObjectOutputStream(it).writeObject(error) }.toByteArray()
        val copy = ObjectInputStream(ByteArrayInputStream(bytes)).readObject() as HalkodeException.Request
        assertEquals(error.failure, copy.failure)
        assertEquals(error.message, copy.message)
        assertNull(copy.httpStatus)
    }
}
