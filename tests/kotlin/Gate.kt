package io.github.halkode

import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import java.net.InetAddress
import java.net.InetSocketAddress
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.Executors
import java.util.concurrent.TimeUnit.SECONDS

/** A gateway that holds every request but those for a token until it is opened, so that a test knows what is on its way. */
internal class Gate(private val answer: String, expected: Int = 1) : AutoCloseable {
    private val arrived = CountDownLatch(expected)
    private val opened = CountDownLatch(1)
    private val pool = Executors.newCachedThreadPool()
    private val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)

    /** The paths of the requests so far. */
    val paths = ConcurrentLinkedQueue<String>()

    init {
        server.executor = pool
        server.createContext("/", ::serve)
        server.start()
    }

    val address get() = "http://127.0.0.1:${server.address.port}/ccpayment"

    fun client() = Halkode(Bank.config(address))

    fun bank() = Halkbank(Bank.bankConfig(address.replace("/ccpayment", "/fim")))

    /** Returns when the expected number of requests is at the gate. */
    fun awaitArrival() = check(arrived.await(60, SECONDS)) { "no request came" }

    fun open() = opened.countDown()

    private fun serve(exchange: HttpExchange) {
        exchange.requestBody.readAllBytes()
        val path = exchange.requestURI.path
        paths += path
        if (!path.endsWith("/api/token")) {
            arrived.countDown()
            opened.await()
        }
        val body = (if (path.endsWith("/api/token")) TOKEN else answer).toByteArray()
        exchange.responseHeaders.set("content-type", "application/json")
        exchange.sendResponseHeaders(200, body.size.toLong())
        exchange.responseBody.use { it.write(body) }
    }

    override fun close() {
        open()
        server.stop(0)
        pool.shutdown()
    }

    private companion object {
        const val TOKEN = """{"status_code":100,"data":{"token":"gate-token","is_3d":1,"expires_at":"2040-01-01 00:00:00"}}"""
    }
}
