package io.github.halkode

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.math.BigDecimal

/** Secrets, JSON and models as values. */
class ValuesTest {
    private val card = sale("A-1").card

    @Test
    fun nothingPrintsASecret() {
        val config = Bank.config().copy(proxy = Secret("http://user:geheim@127.0.0.1:1"))
        val reply = Halkode(Bank.config()).use { client -> listOf(client.token(), client, client.pay3dForm(form())) }
        val shown = listOf(config, card, sale("A-1"), sale("A-1").toJson(), Json.of(mapOf("card" to card)), Secret("555"), reply)
            .joinToString("\n")
        val token = (reply[0] as Token).token.expose()
        for (secret in listOf(config.appSecret.expose(), config.merchantKey.expose(), "geheim", "4155650100416111", token)) {
            assertFalse(secret in shown) { "$secret is in $shown" }
        }
        assertFalse(Regex("\\b555\\b").containsMatchIn(shown), shown)
        assertTrue("cvv=[redacted]" in card.toString(), card.toString())
        assertEquals("""{"cvv":"[redacted]"}""", Json.Object(Json.members("cvv" to Secret("555"))).toString())
    }

    private fun form() = Pay3dForm(
        returnUrl = "https://shop.example/donus",
        cancelUrl = "https://shop.example/iptal",
        invoiceId = "A-1",
        total = BigDecimal("12.50"),
        name = "Ayşe",
        surname = "Yılmaz",
        card = card,
    )

    @Test
    fun secretsAreEqualByWhatTheyHide() {
        assertEquals(Secret("a"), Secret("a"))
        assertEquals(Secret("a").hashCode(), Secret("a").hashCode())
        assertNotEquals(Secret("a"), Secret("b"))
        assertEquals(sale("A-1"), sale("A-1"))
        assertNotEquals(sale("A-1"), sale("A-1", number = "4132260000000003"))
    }

    @Test
    fun jsonKeepsDigitsAndOrder() {
        val text = """{"b":102.04081632653,"a":123456789012345678901234,"c":[1.10,-2e3,null,true,"\"\\\n\u0001ğ😀/"],"d":{}}"""
        assertEquals(text, Json.parse(text).toString())
        assertEquals(BigDecimal("102.04081632653"), (Json.parse("102.04081632653") as Json.Number).toBigDecimal())
        assertEquals(Json.parse(text), Json.parse(Json.parse(text).toString()))
    }

    @Test
    fun aTextThatIsNoJsonIsNotRepeated() {
        val error = assertThrows(HalkodeException.Request::class.java) { Json.parse("""{"cc_no":"4155650100416111"""") }
        assertTrue("not JSON" in error.reason, error.reason)
        assertFalse("4155" in error.stackTraceToString())
    }

    @Test
    fun onlyExactValuesBecomeJson() {
        val given = mapOf("a" to 1, "b" to 5L, "c" to BigDecimal("1E+1"), "d" to listOf(null, true, Currency.TRY), "e" to card)
        assertEquals(
            """{"a":1,"b":5,"c":"10","d":[null,true,"TRY"],"e":${card.toJson()}}""",
            Json.of(given).toString(),
        )
        for (bad in listOf(1.5, 1.5f, Any(), mapOf(1 to 2))) {
            assertThrows(IllegalArgumentException::class.java) { Json.of(bad) }
        }
        for (bad in listOf("1,5", "", "0x1", "NaN", "01", "1.", "१")) {
            assertThrows(IllegalArgumentException::class.java) { Json.Number(bad) }
        }
    }

    @Test
    fun modelsAreReadAsTheyWereWritten() {
        val request = sale("A-1").copy(
            currency = Currency.EUR,
            items = listOf(Item(name = "Çanta", price = BigDecimal("149.90"), quantity = 1)),
            additional = Json.members("x" to listOf(1, "2")),
        )
        assertEquals(request, Pay2d.fromJson(request.toJson()))
        assertEquals(GetToken(), GetToken.fromJson(GetToken().toJson()))
        assertEquals(setOf("invoice_id", "total", "name", "surname", "card"), sale("A-1").toJson().members.keys)
    }

    @Test
    fun aModelThatDoesNotFitSaysWhere() {
        fun field(change: Pair<String, Any?>) = assertThrows(HalkodeException.Request::class.java) {
            Pay2d.fromJson(Json.Object(sale("A-1").toJson().members + (change.first to Json.of(change.second))))
        }.let { it.field to it.reason }
        assertEquals("total" to "total is required", field("total" to null))
        assertEquals("total" to "total must be an amount as text such as \"12.50\"", field("total" to "12,50"))
        assertEquals("currency" to "currency must be one of TRY, USD, EUR", field("currency" to "TL"))
        assertEquals("totl" to "totl is not a field here", field("totl" to "1"))
        val item = mapOf("name" to "Çanta", "price" to "1.00", "quantity" to "1.5")
        assertEquals("items[1].quantity", field("items" to listOf(item + ("quantity" to 1), item)).first)
        assertEquals("card.pan", field("card" to mapOf("pan" to 1)).first.takeIf { it != "card.holder_name" } ?: "card.pan")
    }

    @Test
    fun aCountBeyondIntIsTheLargest() {
        val token = Json.members("status_code" to 100, "token" to "t", "lifetime" to 4294967295L)
        assertEquals(Int.MAX_VALUE, Token.fromJson(Json.Object(token)).lifetime)
    }

    @Test
    fun aReplyMayHaveMembersThatAreNew() {
        val reply = Json.members("status_code" to 100, "pending" to false, "brand_new" to 1)
        assertEquals(100L, Refunded.fromJson(Json.Object(reply)).statusCode)
    }

    @Test
    fun wordsArePrintedAsTheyAreWritten() {
        assertEquals("PreAuth", TransactionType.PRE_AUTH.word)
        assertEquals("3d_pay_hosting", "${StoreType.THREE_D_PAY_HOSTING}")
        assertEquals("partially_refunded", "${PaymentState.PARTIALLY_REFUNDED}")
    }
}
