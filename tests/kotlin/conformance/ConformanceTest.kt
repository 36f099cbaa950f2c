package io.github.halkode.conformance

import io.github.halkode.Json
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import java.util.concurrent.Callable
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.ExecutionException
import java.util.concurrent.Executors

/** Fewer cases than this means that files were lost. */
private val AT_LEAST = mapOf(Gateway.HALKODE to 1265, Gateway.HALKBANK to 1446)

/** Fewer typed calls than this means that the classes have lost what they could say. */
private const val AT_LEAST_TYPED = 2400

/** Most cases take a few milliseconds, some wait for seconds: enough threads that the slow ones wait side by side. */
private const val THREADS = 24

class ConformanceTest {
    @TestFactory
    fun everyCaseHolds(): List<DynamicTest> {
        val cases = Case.all()
        val calls = Calls()
        val runner = Runner(calls)
        val pool = Executors.newFixedThreadPool(THREADS) { Thread(it).apply { isDaemon = true } }
        val ran = ConcurrentHashMap.newKeySet<String>()
        val results = cases.map { case -> pool.submit(Callable { runner.run(case).also { ran += case.title } }) }
        pool.shutdown()
        val each = cases.zip(results) { case, result ->
            dynamicTest(case.title) {
                val problems = try {
                    result.get()
                } catch (broke: ExecutionException) {
                    throw AssertionError("the case could not be run", broke.cause)
                }
                assertTrue(problems.isEmpty()) { problems.joinToString("\n") }
            }
        }
        return each + dynamicTest("all cases ran, most through the typed classes") {
            println("${ran.size} cases ran: ${calls.typed} typed (${calls.suspended} suspending), ${calls.named} by name")
            assertEquals(emptySet<String>(), titlesInFiles() - ran, "cases that stand in the files and did not run")
            assertEquals(cases.size, ran.size, "two cases have one title")
            for ((gateway, least) in AT_LEAST) {
                val count = cases.count { it.gateway == gateway }
                println("$count cases of $gateway")
                assertTrue(count >= least) { "only $count cases of $gateway" }
            }
            assertTrue(calls.typed.get() >= AT_LEAST_TYPED) { "only ${calls.typed} went through the typed classes" }
        }
    }

    @Test
    fun aCaseThatDoesNotHoldIsTold() {
        val runner = Runner(Calls())
        val cases = Case.all().associateBy { it.title }
        for (title in listOf(SALE, DECLINED, REFUSED, HASH, RETURN, STATUS, BANK_SALE, BANK_REFUSED, FORM)) {
            assertEquals(emptyList<String>(), runner.run(cases.getValue(title)), title)
        }

        fun told(title: String, path: String, value: String, expected: String) {
            val case = cases.getValue(title)
            val content = with(Json.Object(case.content), path.split('.'), Json.parse(value)).members().toMutableMap()
            if (path.startsWith("reply")) content.remove("error")
            val problems = runner.run(case.copy(content = content))
            assertTrue(problems.any { expected in it }) { "$title: $path: \"$expected\" is not in $problems" }
        }
        told(SALE, "reply.payment_method", "2", "reply.payment_method: expected 2")
        told(SALE, "reply.merchant_commission", "\"0.0\"", "reply.merchant_commission")
        told(SALE, "reply.more", "1", "reply.more: expected 1, got nothing")
        told(SALE, "reply", """{"status_code":100}""", "expected nothing, got")
        told(SALE, "exchanges.expect.body.total", "22.00", "body.total: expected 22.00, got \"22.00\"")
        told(SALE, "exchanges.expect.body.hash_key", """{"${'$'}hash":"22|1|TRY|x|A-1"}""", "expected a hash of")
        told(SALE, "exchanges.expect.path", "\"/api/paySmart3D\"", "/api/paySmart3D")
        told(SALE, "exchanges", "[]", "was not expected")
        told(SALE, "token_calls", "2", "expected 2 requests for a token, 1 came")
        told(DECLINED, "error.kind", "\"credentials\"", "error.kind")
        told(DECLINED, "error.in_doubt", "true", "error.in_doubt: expected true")
        told(DECLINED, "error.bank_code", "null", "error.bank_code")
        told(DECLINED, "reply", "{}", "expected a reply, got")
        told(REFUSED, "error.reason_contains", """["more than one"]""", "expected a text with \"more than one\"")
        val call = """[{"expect":{"path":"/api/paySmart2D","body":{}},"answer":{"json":{}}}]"""
        told(REFUSED, "exchanges", call, "expected 1 requests, 0 came")
        told(HASH, "reply.hash_key", """{"${'$'}hash":"5.00|A-2|x"}""", "expected a hash of")
        told(HASH, "reply.hash_key", """{"${'$'}hash":"5.00|A-1|x","secret":"merchant_key"}""", "does not open")
        told(HASH, "reply.plaintext", """{"${'$'}contains":["A-2"]}""", "expected a text with \"A-2\"")
        told(HASH, "reply.plaintext", """{"${'$'}anything":true}""", "expected {\"\$anything\":true}")
        told(RETURN, "sealed", "\"1|23.00|A-1|VP17459141322115179|TRY\"", "sealed: ")
        told(STATUS, "reply.transaction_amount", "\"23.1\"", "reply.transaction_amount")
        told(BANK_SALE, "reply.auth_code", "\"P90326\"", "reply.auth_code: expected \"P90326\"")
        told(BANK_SALE, "exchanges.expect.xml.CC5Request.Total", "\"100.26\"", "100.26")
        told(BANK_SALE, "exchanges.expect.xml.CC5Request.Password", "\"{{store_key}}\"", "Password")
        told(BANK_SALE, "token_calls", "1", "expected 1 requests for a token, 0 came")
        told(BANK_REFUSED, "error.field", "\"recurring.cycle\"", "error.field: expected \"recurring.cycle\"")
        told(BANK_REFUSED, "config", """{"api_password":"HalkodeException"}""", "repeats the secret")
        val fields = cases.getValue(FORM).content.getValue("reply").members().getValue("fields").items()
        for ((rule, expected) in listOf("""[["oid","A-1"]]""" to "reply: \$hash: ", "\"nothing\"" to "expected {\"\$ver3\":\"nothing\"}")) {
            val hash = with(fields.last(), listOf("value"), Json.parse("""{"${'$'}ver3":$rule}"""))
            told(FORM, "reply.fields", Json.Array(fields.dropLast(1) + hash).toString(), expected)
        }
    }

    @Test
    fun anErrorThatRepeatsASecretIsTold() {
        // Errors name the operation called; a "secret" of that name therefore occurs in one.
        val runner = Runner(Calls())
        val case = Case.all().single { it.title == "halkode/installment_table.json: amount missing" }
        val error = Json.parse("""{"kind":"request","operation":"installment_table"}""")
        val leaking = Json.parse("""{"app_secret":"installment_table"}""")
        val problems = runner.run(case.copy(content = case.content + ("config" to leaking) + ("error" to error)))
        assertTrue(problems.any { "repeats the secret" in it }) { problems.toString() }
        assertEquals(emptyList<String>(), runner.run(case.copy(content = case.content + ("error" to error))))

        val card = Case.all().single { it.title == "halkode/pay_2d.json: month 13" }
        val request = with(card.content.getValue("request"), listOf("card", "cvv"), Json.Text("100"))
        val long = with(request, listOf("card", "holder_name"), Json.Text("A".repeat(101)))
        val shown = runner.run(card.copy(content = card.content + ("request" to long) + ("error" to Json.parse("""{"kind":"request"}"""))))
        assertTrue(shown.any { "security code 100" in it }) { shown.toString() }
    }

    /** The cases of every file there is, found without the runner's list of folders. */
    private fun titlesInFiles(): Set<String> = Case.directory.toFile().walk().filter { it.extension == "json" }.flatMap { file ->
        val name = file.relativeTo(Case.directory.toFile()).invariantSeparatorsPath
        Json.parse(file.readText()).members().getValue("cases").items().map { "$name: ${it.members().getValue("name").text()}" }
    }.toSet()

    /** The object with one member, somewhere inside, set; of a list, the first item is meant. */
    private fun with(json: Json, path: List<String>, value: Json): Json = when {
        path.isEmpty() -> value
        json is Json.Array -> Json.Array(listOf(with(json.items.first(), path, value)) + json.items.drop(1))
        else -> {
            val inner = json.members()[path[0]] ?: Json.Object(emptyMap())
            Json.Object(json.members() + (path[0] to with(inner, path.drop(1), value)))
        }
    }

    private companion object {
        const val SALE = "halkode/pay_2d.json: minimal request, whole reply"
        const val DECLINED = "halkode/pay_2d.json: declined by the bank: its code explains"
        const val REFUSED = "halkode/pay_2d.json: total zero"
        const val HASH = "halkode/hash.json: refund"
        const val RETURN = "halkode/verify_return.json: success bound to the order, whole claim"
        const val BANK_SALE = "halkbank/sale.json: whole reply: the document in the form field DATA, in UTF-8"
        const val BANK_REFUSED = "halkbank/sale.json: 121 recurring payments"
        const val FORM = "halkbank/gate_form.json: 3d_pay_hosting: no card, the bank asks for it"
        const val STATUS = "halkode/check_status.json: paid, whole reply: the answer is flat"
    }
}
