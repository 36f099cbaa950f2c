import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import io.github.halkode.Halkbank
import io.github.halkode.Halkode
import io.github.halkode.Json
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.URLDecoder
import java.security.MessageDigest
import java.util.UUID
import java.util.concurrent.Executors

/** A small shop on the JDK's own HTTP server: keys and the gateways' places come from the environment, the port from PORT. */
fun main() {
    val client = Halkode.fromEnv()
    val bank = Halkbank.fromEnv()
    val orders = Orders()
    val port = System.getenv("PORT")?.toInt() ?: 8000
    val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0)
    val base = "http://127.0.0.1:${server.address.port}"
    val shop = Shop(client, orders)
    val bankShop = BankShop(bank, orders)
    val pool = Executors.newFixedThreadPool(16)
    server.executor = pool
    server.createContext("/") { exchange -> exchange.use { Request(it).answer(shop, bankShop, base) } }
    Runtime.getRuntime().addShutdownHook(
        Thread {
            // Requests that are being answered may be moving money: they are finished first.
            server.stop(5)
            pool.shutdown()
            client.close()
            bank.close()
        },
    )
    server.start()
    println("listening on $base")
}

/** One request of a browser, and its answer. */
private class Request(private val exchange: HttpExchange) {
    private val path = exchange.requestURI.path
    private val isPost = exchange.requestMethod == "POST"
    private val query = decoded(exchange.requestURI.rawQuery.orEmpty())
    private val body = if (isPost) exchange.requestBody.readNBytes(MOST).decodeToString() else ""
    private val form = decoded(body)
    private val cookie = exchange.requestHeaders.getFirst("cookie").orEmpty().split("; ")
        .firstOrNull { it.startsWith("csrf=") }?.substringAfter('=')
    private val token = cookie ?: UUID.randomUUID().toString()

    fun answer(shop: Shop, bankShop: BankShop, base: String) = try {
        val order = Regex("/orders/([A-Z0-9-]+)").matchEntire(path)
        val refund = Regex("/orders/([A-Z0-9-]+)/refund").matchEntire(path)
        val cancel = Regex("/orders/([A-Z0-9-]+)/cancel").matchEntire(path)
        when {
            // The bank sends the browser here, from another site: neither a cookie nor a token can be asked for.
            path == "/return" -> shop.returned(query + form)?.let(::redirect) ?: missing()
            isPost && path == "/halkbank/return" ->
                bankShop.returned(form["oid"].orEmpty(), body)?.let(::redirect) ?: missing()
            isPost && !isOurs() -> html(403, Pages.problem("Geçersiz istek", "Lütfen sayfayı yenileyip yeniden deneyin."))
            isPost && path == "/pay" -> redirect(shop.pay(form))
            isPost && path == "/pay-3d" -> html(200, shop.begin3d(form, "$base/return"))
            isPost && path == "/halkbank/pay" -> html(200, bankShop.begin(form, "$base/halkbank/return"))
            // A real shop asks its own staff to log in before it gives money back.
            isPost && refund != null -> shop.refund(refund.groupValues[1], form["amount"].orEmpty())?.let(::redirect) ?: missing()
            isPost && cancel != null -> bankShop.cancel(cancel.groupValues[1])?.let(::redirect) ?: missing()
            !isPost && path == "/" -> html(200, Pages.checkout(token))
            !isPost && order != null -> (shop.order(order.groupValues[1]) ?: bankShop.order(order.groupValues[1]))?.let(::show) ?: missing()
            else -> missing()
        }
    } catch (bad: BadInput) {
        html(400, Pages.problem("Geçersiz bilgi", bad.message.orEmpty()))
    }

    private fun show(order: Order) {
        if (exchange.requestHeaders.getFirst("accept") != "application/json") return html(200, Pages.order(order, token))
        val members = Json.members(
            "invoice_id" to order.invoiceId,
            "state" to order.state,
            "total" to order.total,
            "refunded" to order.refunded,
            "message" to order.message,
        )
        send(200, "application/json", Json.Object(members).toString())
    }

    private fun redirect(order: Order) {
        exchange.responseHeaders.set("location", "/orders/${order.invoiceId}")
        send(303, "text/plain", "")
    }

    private fun missing() = html(404, Pages.problem("Bulunamadı", "Böyle bir sipariş ya da sayfa yok."))

    private fun html(status: Int, page: String) = send(status, "text/html", page)

    private fun send(status: Int, type: String, text: String) {
        val body = text.toByteArray()
        exchange.responseHeaders.apply {
            set("content-type", "$type; charset=utf-8")
            // The 3-D page may hold card data; no page of a checkout is for keeping.
            set("cache-control", "no-store")
            if (cookie == null) set("set-cookie", "csrf=$token; HttpOnly; SameSite=Lax; Path=/")
        }
        exchange.sendResponseHeaders(status, if (body.isEmpty()) -1 else body.size.toLong())
        exchange.responseBody.use { it.write(body) }
    }

    /** Whether a form comes from one of our own pages: it repeats what our cookie says. */
    private fun isOurs(): Boolean =
        cookie != null && MessageDigest.isEqual(cookie.toByteArray(), form["csrf"].orEmpty().toByteArray())

    private companion object {
        /** No form of ours, and none of a gateway's, is longer. */
        const val MOST = 64 * 1024

        fun decoded(fields: String): Map<String, String> = fields.split('&').filter { it.isNotEmpty() }.associate {
            URLDecoder.decode(it.substringBefore('='), Charsets.UTF_8) to URLDecoder.decode(it.substringAfter('=', ""), Charsets.UTF_8)
        }
    }
}

/** Runs and closes; an exception that nobody expected is a 500 without a word about it. */
private inline fun HttpExchange.use(work: (HttpExchange) -> Unit) {
    try {
        work(this)
    } catch (unexpected: Exception) {
        System.err.println("${requestURI.path}: $unexpected")
        runCatching { sendResponseHeaders(500, -1) }
    } finally {
        close()
    }
}
