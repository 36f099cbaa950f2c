package io.github.halkode

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import java.math.BigDecimal
import java.util.concurrent.FutureTask

/** The second client: what is its own. */
@Timeout(60)
class HalkbankTest {
    private val total = BigDecimal("75.50")

    private inline fun <reified T : HalkodeException> refused(crossinline work: () -> Unit): T =
        assertThrows(T::class.java) { work() }

    private fun gateForm(orderId: String, storeType: StoreType = StoreType.THREE_D_PAY_HOSTING) = MakeGateForm(
        storeType = storeType,
        orderId = orderId,
        total = total,
        okUrl = "https://shop.example/donus",
        failUrl = "https://shop.example/donus",
    )

    private fun json(fields: Map<String, String>) = fields.mapValues { Json.of(it.value) }

    @Test
    fun aSaleOnTheBanksPageAndItsVoid() = withBank { bank ->
        val order = invoice("PAGE")
        val form = bank.gateForm(gateForm(order))
        assertEquals(emptySet<String>(), form.fields.map { it.name.lowercase() }.toSet() intersect setOf("pan", "cv2", "storekey"))
        val back = Buyer.visitsHalkbank(form)
        val request = VerifyCallback(order, total, body = Bank.encoded(back))
        val callback = bank.verifyCallback(request)
        assertEquals(CallbackOutcome.PAID to true, callback.outcome to callback.signed)
        assertEquals(total, callback.total)
        assertEquals(callback, bank.verifyCallback(VerifyCallback(order, total, fields = json(back))))

        fun altered(change: Pair<String, String>) = request.copy(body = Bank.encoded(back + change))
        val wrong = listOf(
            altered("amount" to "1.00"),
            altered("amount" to "1.00").copy(total = BigDecimal("1.00")),
            altered("HASH" to ""),
            request.copy(total = BigDecimal("75.51")),
            request.copy(orderId = invoice("OTHER")),
            request.copy(currency = Currency.USD),
        )
        for (request in wrong) {
            val error = refused<HalkodeException.Signature> { bank.verifyCallback(request) }
            assertEquals(listOf("verify_callback", request.orderId), listOf(error.operation, error.invoiceId))
        }
        assertEquals("75.50", Bank.net(order))
        assertEquals(UndoneBy.VOID, bank.cancelOrRefund(CancelOrRefund(order)).by)
        assertEquals(UndoneBy.BEFORE, bank.cancelOrRefund(CancelOrRefund(order)).by)
        assertEquals("0.00", Bank.net(order))
    }

    @Test
    fun theBankIsAskedBeforeAnythingIsDelivered() = withBank { bank ->
        val order = invoice("CONFIRM")
        val request = ConfirmCallback(order, total, body = Bank.encoded(Buyer.visitsHalkbank(bank.gateForm(gateForm(order)))))
        val confirmed = bank.confirmCallback(request)
        assertEquals(listOf(true, OrderState.PAID), listOf(confirmed.paid, confirmed.state))
        bank.void(VoidOrder(order))
        val voided = bank.confirmCallback(request)
        assertEquals(listOf(false, OrderState.VOIDED), listOf(voided.paid, voided.state))
        assertEquals(confirmed.callback, voided.callback, "the callback alone still says paid")
    }

    @Test
    fun moneyTakenWithoutTheAuthenticationAskedForIsNeitherPaidNorLost() = withBank { bank ->
        val order = invoice("HALF")
        val back = Buyer.visitsHalkbank(bank.gateForm(gateForm(order)), card = "5404350000000026")
        val request = ConfirmCallback(order, total, body = Bank.encoded(back))
        val confirmed = bank.confirmCallback(request)
        assertEquals(CallbackOutcome.UNACCEPTED to false, confirmed.callback.outcome to confirmed.paid)
        assertEquals("75.50", Bank.net(order))
        Halkbank(Bank.bankConfig().copy(mdStatus = MdStatusPolicy.HALF)).use { content ->
            assertTrue(content.confirmCallback(request).paid)
        }
        assertEquals(UndoneBy.VOID, bank.cancelOrRefund(CancelOrRefund(order)).by)
    }

    @Test
    fun aBuyerWhoGivesUpHasNotPaid() = withBank { bank ->
        val order = invoice("GIVEUP")
        val back = Buyer.visitsHalkbank(bank.gateForm(gateForm(order)), "cancel")
        assertEquals(CallbackOutcome.NOT_PAID, bank.verifyCallback(VerifyCallback(order, total, body = Bank.encoded(back))).outcome)
    }

    @Test
    fun theFieldsOfACallbackPassUntouched() {
        val order = invoice("FIELDS")
        val fields = mapOf(
            "ReturnOid" to order,
            "EXTRA.CARDISSUER" to "TÜRKİYE İŞ BANKASI ",
            "maskedCreditCard" to "",
            "order_id" to "my_own",
            " blank " to " both sides ",
            "firmaadi" to "a|b\\c",
            "metadata" to "x\n",
        )
        Halkbank(Bank.bankConfig().copy(storeKey = Secret("anahtar|1"))).use { bank ->
            val hash = bank.ver3Hash(MakeVer3Hash(json(fields))).hash
            val request = VerifyCallback(order, total, fields = json(fields + ("HASH" to hash)))
            assertTrue(bank.verifyCallback(request).signed)
            val changes = mapOf("EXTRA.CARDISSUER" to "TÜRKİYE İŞ BANKASI", "order_id" to "my own", "firmaadi" to "a|bc", " blank " to "")
            for ((name, value) in changes) {
                val spoilt = request.copy(fields = request.fields + (name to Json.of(value)))
                assertFalse(bank.verifyCallback(spoilt).signed, name)
            }
        }
    }

    @Test
    fun anAuthenticationIsProvisionedOnce() = withBank { bank ->
        val order = invoice("AUTH")
        val back = Buyer.visitsHalkbank(bank.gateForm(gateForm(order, StoreType.THREE_D_HOSTING)))
        val callback = bank.verifyCallback(VerifyCallback(order, total, body = Bank.encoded(back)))
        assertEquals(CallbackOutcome.AUTHENTICATED, callback.outcome)
        assertEquals("0.00", Bank.net(order))
        val md = callback.md!!
        assertFalse(md.expose() in "$callback")
        val provision = Provision(order, total, md = md, xid = callback.xid!!, eci = callback.eci, cavv = callback.cavv)
        assertEquals("00", bank.provision(provision).procReturnCode)
        val again = assertThrows(HalkodeException::class.java) { bank.provision(provision) }
        assertFalse(md.expose() in again.stackTraceToString() + again.failure)
        assertEquals("75.50", Bank.net(order))
    }

    @Test
    fun aLostAnswerIsInDoubtAndSettled() = withBank { bank ->
        val order = invoice("BANKLOST")
        Bank.fault("fim/api", "done_no_answer")
        val error = refused<HalkodeException.Transport> { bank.sale(bankSale(order)) }
        assertEquals(listOf(Sent.UNKNOWN, true, order), listOf(error.sent, error.inDoubt, error.invoiceId))
        val settled = bank.settle(SettleOrder(order, deadline = 30, spacing = 2))
        assertEquals(OrderState.PAID to true, settled.state to settled.decided)
        assertEquals("149.90", Bank.net(order))
        assertEquals(BigDecimal("149.90"), settled.status?.capturedAmount)
    }

    @Test
    fun aDeclinedCardSaysWhyAndARefundTooEarlyToo() = withBank { bank ->
        val poor = bankSale(invoice("BANKPOOR"), number = "4920940000000519", cvv = "000")
        val declined = refused<HalkodeException.Declined> { bank.sale(poor) }
        assertEquals(listOf("sale", "51", false), listOf(declined.operation, declined.bankCode, declined.inDoubt))
        assertTrue(declined.explanationTr!!.isNotBlank())
        assertFalse("4920940000000519" in declined.stackTraceToString() + declined.failure)

        val order = invoice("EARLY")
        bank.sale(bankSale(order))
        val early = refused<HalkodeException.Declined> { bank.refund(BankRefund(order, BigDecimal("49.90"))) }
        assertEquals("CORE-2508", early.errorCode)
        assertEquals(Json.Text("CORE-2508"), early.failure.toJson().members["error_code"])
        assertTrue("CORE-2508" in "${early.failure}")
        Bank.tell("halkbank/dayclose")
        bank.refund(BankRefund(order, BigDecimal("49.90")))
        assertEquals("100.00", Bank.net(order))
    }

    @Test
    fun aWrongPasswordIsToldWithoutIt() {
        val password = "YANLIS-PAROLA-7"
        val order = invoice("PASSWORD")
        Halkbank(Bank.bankConfig().copy(apiPassword = Secret(password))).use { bank ->
            val error = refused<HalkodeException.Credentials> { bank.sale(bankSale(order)) }
            assertFalse(error.inDoubt)
            assertFalse(password in error.stackTraceToString() + error.failure + error.failure.toJson())
        }
        withBank { bank -> assertEquals(OrderState.NOT_FOUND, bank.orderStatus(GetOrderStatus(order)).state) }
    }

    @Test
    fun nothingPrintsASecret() {
        val config = Bank.bankConfig().copy(
            clientId = Secret("509876543"),
            storeKey = Secret("GIZLI-ANAHTAR-9"),
            apiUser = Secret("gizlikullanici"),
            proxy = Secret("http://user:geheim@127.0.0.1:1"),
        )
        val secrets = listOf("GIZLI-ANAHTAR-9", "gizlikullanici", config.apiPassword!!.expose(), "geheim")
        val sale = bankSale("A-1", cvv = "987")
        Halkbank(config).use { bank ->
            val form = bank.gateForm(gateForm("A-1", StoreType.THREE_D_PAY).copy(card = sale.card))
            val shown = listOf(config, config.toJson(), bank, sale, sale.toJson(), form, form.toJson()).joinToString("\n")
            for (secret in secrets + "509876543" + "4531444531442283") assertFalse(secret in shown) { "$secret is in $shown" }
            assertFalse(Regex("\\b987\\b").containsMatchIn(shown), shown)
            // The buyer's browser sees all of a form: the key with which it is hashed is not in it.
            val open = form.html.expose() + form.fields.joinToString { it.value.expose() }
            assertTrue("4531444531442283" in open)
            for (secret in secrets) assertFalse(secret in open)
        }
        for ((name, wrong) in listOf(
            "client_id" to config.copy(clientId = Secret("x123456789")),
            "store_key" to config.copy(storeKey = Secret(" GIZLI-ANAHTAR-9")),
            "api_user" to config.copy(apiUser = Secret("gizlikullanici\n")),
            "api_password" to config.copy(apiPassword = Secret("")),
        )) {
            val error = refused<HalkodeException.Request> { Halkbank(wrong) }
            assertEquals(name, error.field)
            val shown = error.stackTraceToString() + error.failure
            for (secret in secrets + "x123456789") assertFalse(secret in shown) { "$secret is in $shown" }
        }
    }

    @Test
    fun whatTheConfigurationLacksIsNamed() {
        Halkbank(HalkbankConfig(Secret("500100000"), environment = Environment.TEST)).use { bank ->
            val form = refused<HalkodeException.Request> { bank.gateForm(gateForm("A-1")) }
            assertEquals("store_key" to "gate_form", form.field to form.operation)
            val sale = refused<HalkodeException.Request> { bank.sale(bankSale("A-1")) }
            assertEquals("api_user" to Sent.NO, sale.field to sale.sent)
        }
        val others = Json.Object(Json.members("app_id" to "a", "app_secret" to "b", "merchant_key" to "c"))
        assertEquals("app_id", refused<HalkodeException.Request> { Halkbank.fromJson(others) }.field)
        val ours = Bank.bankConfig().toJson()
        assertEquals("client_id", refused<HalkodeException.Request> { Halkode.fromJson(ours) }.field)
    }

    @Test
    fun theEnvironmentAndJsonMakeAClientToo() {
        for (made in listOf(Halkbank.fromEnv(), Halkbank.fromJson(Bank.bankConfig().toJson()))) {
            made.use { assertEquals(OrderState.NOT_FOUND, it.orderStatus(GetOrderStatus(invoice("NOBODY"))).state) }
        }
    }

    @Test
    fun operationsOfOneNameAreEachGatewaysOwn() = withBank { bank ->
        withClient { client ->
            val (invoice, order) = invoice("SAME") to invoice("SAME")
            client.pay2d(sale(invoice))
            bank.sale(bankSale(order))
            assertEquals(PaymentState.PAID, client.settle(Settle(invoice)).state)
            assertEquals(OrderState.PAID, bank.settle(SettleOrder(order)).state)
            val books = bank.reconcile(ReconcileOrders(listOf(ShopRecord(order, BigDecimal("149.90")))))
            assertEquals(listOf(true, 1, RecordState.PAID), listOf(books.done, books.matched, books.rows.single().gatewayState))
            val asked = bank.raw(BankRaw(Json.members("OrderId" to order, "Extra" to mapOf("ORDERSTATUS" to "QUERY"))))
            assertEquals(Json.Text(order), (asked.document["Extra"] as Json.Object).members["ORD_ID"])
            client.refund(Refund(invoice))

            for ((call, field) in listOf<Pair<() -> Any, String>>(
                { bank.call("refund", Json.members("invoice_id" to "A-1")) } to "invoice_id",
                { client.call("refund", Json.members("order_id" to "A-1")) } to "order_id",
                { bank.call("settle", Json.members("invoice_id" to "A-1")) } to "invoice_id",
                { client.call("settle", Json.members("order_id" to "A-1")) } to "order_id",
                { bank.call("raw", Json.members("path" to "/api/refund")) } to "path",
                { client.call("raw", Json.members("document" to mapOf<String, Any>())) } to "document",
                { bank.call("reconcile", Json.members("from_date" to "2026-01-01")) } to "from_date",
                { client.call("reconcile", Json.members("limit" to 1)) } to "limit",
                { bank.call("pay_2d") } to "operation",
                { client.call("gate_form") } to "operation",
            )) {
                val error = refused<HalkodeException.Request> { call() }
                assertEquals(field to Sent.NO, error.field to error.sent)
            }
        }
    }

    @Test
    fun anInterruptEndsTheWaitForAnOutcome() = Gate(IN_PROGRESS).use { gate ->
        gate.bank().use { bank ->
            val call = FutureTask { runCatching { bank.settle(SettleOrder("A-1", deadline = 3600, spacing = 300)) } }
            val thread = Thread(call).apply { start() }
            gate.awaitArrival()
            thread.interrupt()
            gate.open()
            val error = call.get().exceptionOrNull() as HalkodeException.Transport
            assertEquals(listOf(true, "A-1"), listOf(error.inDoubt, error.invoiceId))
            assertEquals(listOf("/fim/api"), gate.paths.toList())
        }
    }

    private companion object {
        const val IN_PROGRESS = """<?xml version="1.0"?><CC5Response><OrderId>A-1</OrderId><Response>Approved</Response>""" +
            """<ProcReturnCode>00</ProcReturnCode><Extra><ORD_ID>A-1</ORD_ID><TRANS_STAT>NW</TRANS_STAT></Extra></CC5Response>"""
    }
}
