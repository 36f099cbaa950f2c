package io.github.halkode

import java.net.URI
import java.net.URLEncoder
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.nio.file.Path

/** The sandbox bank of this test run, as scripts/with-sandbox.sh started it. */
internal object Bank {
    /** The root of the project. */
    val root: Path = Path.of(System.getProperty("halkode.root"))

    /** Where the bank listens, without the gateway's path. */
    val address: String = variable("HALKODE_BASE_URL").removeSuffix("/").removeSuffix("/ccpayment")

    private val http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()

    fun variable(name: String): String =
        System.getenv(name) ?: error("$name is not set: run the tests with scripts/with-sandbox.sh")

    /** The test merchant's configuration. */
    fun config(baseUrl: String = "$address/ccpayment", timeout: Int? = null) = Config(
        appId = variable("HALKODE_APP_ID"),
        appSecret = Secret(variable("HALKODE_APP_SECRET")),
        merchantKey = Secret(variable("HALKODE_MERCHANT_KEY")),
        baseUrl = baseUrl,
        timeout = timeout,
    )

    /** The same of Halkbank's test merchant. */
    fun bankConfig(baseUrl: String = variable("HALKBANK_BASE_URL")) = HalkbankConfig(
        clientId = Secret(variable("HALKBANK_CLIENT_ID")),
        storeKey = Secret(variable("HALKBANK_STORE_KEY")),
        apiUser = Secret(variable("HALKBANK_API_USER")),
        apiPassword = Secret(variable("HALKBANK_API_PASSWORD")),
        baseUrl = baseUrl,
    )

    /** Asks what only a sandbox answers. */
    fun ask(method: String, path: String, body: String = ""): Json {
        val request = HttpRequest.newBuilder(URI("$address/$path"))
            .header("content-type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build()
        val answer = http.send(request, HttpResponse.BodyHandlers.ofString())
        check(answer.statusCode() == 200) { "sandbox: $method $path: HTTP ${answer.statusCode()}: ${answer.body()}" }
        return Json.parse(answer.body())
    }

    /** What the sandbox says of a POST with these members. */
    fun tell(path: String, vararg members: Pair<String, Any?>): Json =
        ask("POST", "sandbox/$path", Json.of(mapOf(*members)).toString())

    /** Posts a form, as a browser does. */
    fun post(url: String, fields: Map<String, String>) {
        val request = HttpRequest.newBuilder(URI(url))
            .header("content-type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(encoded(fields)))
            .build()
        val answer = http.send(request, HttpResponse.BodyHandlers.ofString())
        check(answer.statusCode() in listOf(200, 302, 303)) { "$url: HTTP ${answer.statusCode()}" }
    }

    /** The body of a form's POST. */
    fun encoded(fields: Map<String, String>): String = fields.entries.joinToString("&") { (name, value) ->
        "${URLEncoder.encode(name, Charsets.UTF_8)}=${URLEncoder.encode(value, Charsets.UTF_8)}"
    }

    /** The next request to this path goes wrong. Test classes run one after the other, so nobody else meets it. */
    fun fault(path: String, fault: String) {
        tell("faults", "path" to path, "fault" to fault, "times" to 1)
    }

    /** How often an invoice was charged. */
    fun charges(invoiceId: String): Int {
        val orders = ask("GET", "sandbox/orders") as Json.Array
        return orders.items.map { (it as Json.Object).members }
            .count { it["invoice_id"] == Json.Text(invoiceId) && it["state"] == Json.Text("Completed") }
    }

    /** What Halkbank has taken for an order and not given back. */
    fun net(orderId: String): String {
        val order = ask("GET", "sandbox/halkbank/orders/$orderId") as Json.Object
        return (order.members.getValue("net") as Json.Text).text
    }
}

/** A test with a client of its own; it returns nothing, whatever its last line is, since JUnit passes over tests that do. */
internal fun withClient(test: (Halkode) -> Unit): Unit = Halkode(Bank.config()).use(test)

/** The same with a client of Halkbank. */
internal fun withBank(test: (Halkbank) -> Unit): Unit = Halkbank(Bank.bankConfig()).use(test)

/** A sale that succeeds, unless it is told otherwise. */
internal fun sale(invoiceId: String, number: String = "4155650100416111", total: String = "149.90") = Pay2d(
    invoiceId = invoiceId,
    total = java.math.BigDecimal(total),
    name = "Ayşe",
    surname = "Yılmaz",
    card = Card(
        holderName = "Ayşe Yılmaz",
        number = Secret(number),
        expiryMonth = "12",
        expiryYear = "2040",
        cvv = Secret("555"),
    ),
)

/** The same at Halkbank. */
internal fun bankSale(orderId: String, number: String = "4531444531442283", cvv: String = "001") = BankSale(
    orderId = orderId,
    total = java.math.BigDecimal("149.90"),
    card = BankCard(number = Secret(number), expiryMonth = "12", expiryYear = "2040", cvv = Secret(cvv)),
)

private val counter = java.util.concurrent.atomic.AtomicInteger()

/** An invoice number that nobody had before. */
internal fun invoice(name: String): String =
    "KT$name${System.nanoTime().toString(36).uppercase()}${counter.incrementAndGet()}"

/** What the buyer does in the browser. */
internal object Buyer {
    /** Fills in the form, passes the bank's page, and gives the fields with which the browser comes back. */
    fun passes3d(form: BrowserForm, invoiceId: String): Map<String, String> {
        val typed = mapOf(
            "cc_holder_name" to "Ayşe Yılmaz",
            "cc_no" to "4155650100416111",
            "expiry_month" to "12",
            "expiry_year" to "2040",
            "cvv" to "555",
        )
        Bank.post(form.action, form.fields.associate { it.name to it.value.expose() } + typed)
        val back = Bank.tell("orders/$invoiceId/3d", "outcome" to "approve") as Json.Object
        return (back.members["fields"] as Json.Object).members.mapValues { (it.value as Json.Text).text }
    }

    /** Goes to Halkbank with the form, ends the visit there, and gives the fields that its page posts to the shop. */
    fun visitsHalkbank(form: BrowserForm, outcome: String = "approve", card: String? = null): Map<String, String> {
        val fields = form.fields.associate { it.name to it.value.expose() }
        Bank.post(form.action, fields)
        val done = listOfNotNull("outcome" to outcome, card?.let { "card" to it }).toTypedArray()
        val back = Bank.tell("halkbank/orders/${fields.getValue("oid")}/3d", *done) as Json.Object
        return (back.members["fields"] as Json.Object).members.mapValues { (it.value as Json.Text).text }
    }
}
