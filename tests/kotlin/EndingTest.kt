package io.github.halkode

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.isActive
import kotlinx.coroutines.job
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import java.util.concurrent.FutureTask

/** How a call ends early, by interrupt or cancellation, and how it does not. */
@Timeout(60)
class EndingTest {
    @Test
    fun anInterruptedThreadSendsNothing() = Gate("{}").use { gate ->
        gate.client().use { client ->
            Thread.currentThread().interrupt()
            val error = assertThrows(HalkodeException.Transport::class.java) { client.pay2d(sale(invoice("INT"))) }
            assertTrue(Thread.interrupted(), "the thread stays interrupted")
            assertEquals(listOf(Sent.NO, false), listOf(error.sent, error.inDoubt))
            assertTrue(gate.paths.isEmpty(), "nothing was sent")
        }
    }

    @Test
    fun anInterruptEndsTheWaitForAnOutcome() = Gate(PENDING).use { gate ->
        gate.client().use { client ->
            val call = FutureTask { runCatching { client.settle(Settle("A-1", deadline = 3600, spacing = 300)) } }
            val thread = Thread(call).apply { start() }
            gate.awaitArrival()
            thread.interrupt()
            gate.open()
            val error = call.get().exceptionOrNull() as HalkodeException.Transport
            assertEquals(listOf(true, "A-1"), listOf(error.inDoubt, error.invoiceId))
        }
    }

    @Test
    fun aCancelledCoroutineSendsNothing() = Gate("{}").use { gate ->
        gate.client().use { client ->
            val ended = runBlocking {
                val call = async(Dispatchers.Default, CoroutineStart.LAZY) {
                    coroutineContext.job.cancel()
                    runCatching { client.pay2dAsync(sale(invoice("CAN"))) }.exceptionOrNull()
                }
                runCatching { call.await() }.exceptionOrNull()
            }
            assertTrue(ended is CancellationException, "$ended")
            assertTrue(gate.paths.isEmpty(), "nothing was sent")
        }
    }

    @Test
    fun whatIsOnItsWayReachesTheCancelledCoroutine() = Gate(DONE).use { gate ->
        gate.client().use { client ->
            var reply: RawReply? = null
            var active = true
            runBlocking {
                val call = launch(Dispatchers.Default) {
                    reply = client.rawAsync(Raw("/api/money"))
                    active = isActive
                }
                withContext(Dispatchers.IO) { gate.awaitArrival() }
                call.cancel()
                gate.open()
                call.join()
                assertTrue(call.isCancelled)
            }
            assertEquals(100L, reply?.statusCode)
            assertFalse(active, "the coroutine knows that it is cancelled")
        }
    }

    @Test
    fun aFailureOnItsWayReachesTheCancelledCoroutineToo() = Gate("""{"status_code":41,"status_description":"no"}""").use { gate ->
        gate.client().use { client ->
            var failure: HalkodeException? = null
            runBlocking {
                val call = launch(Dispatchers.Default) {
                    try {
                        client.refundAsync(Refund("A-1"))
                    } catch (error: HalkodeException) {
                        failure = error
                    }
                }
                withContext(Dispatchers.IO) { gate.awaitArrival() }
                call.cancel()
                gate.open()
                call.join()
            }
            assertEquals(Sent.YES, failure?.sent)
        }
    }

    @Test
    fun cancellingEndsTheWaitForAnOutcome() = Gate(PENDING).use { gate ->
        gate.client().use { client ->
            var failure: HalkodeException? = null
            runBlocking {
                val call = launch(Dispatchers.Default) {
                    try {
                        client.settleAsync(Settle("A-1", deadline = 3600, spacing = 300))
                    } catch (error: HalkodeException) {
                        failure = error
                    }
                }
                withContext(Dispatchers.IO) { gate.awaitArrival() }
                gate.open()
                call.cancelAndJoin()
            }
            assertTrue(failure is HalkodeException.Transport, "$failure")
            assertEquals(true, failure?.inDoubt)
        }
    }

    @Test
    fun suspendedCallsDoNotBlockTheirThread() = Gate(DONE, expected = 5).use { gate ->
        gate.client().use { client ->
            runBlocking {
                // All five are at the gate at once, though this coroutine's dispatcher has a single thread.
                val calls = List(5) { launch { assertEquals(100L, client.rawAsync(Raw("/api/$it")).statusCode) } }
                withContext(Dispatchers.IO) { gate.awaitArrival() }
                gate.open()
                calls.joinAll()
            }
        }
    }

    private companion object {
        const val DONE = """{"status_code":100}"""
        const val PENDING = """{"status_code":69,"status_description":"pending","transaction_status":"Pending"}"""
    }
}
