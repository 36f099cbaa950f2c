package io.github.halkode

import io.github.halkode.internal.NativeClient
import io.github.halkode.internal.NativeStop
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.util.concurrent.CancellationException
import java.util.concurrent.atomic.AtomicBoolean

/**
 * What every client has, whatever its gateway. Any number of threads may use one client at a time.
 *
 * A call ends early when its thread is interrupted, or its coroutine cancelled: before anything is sent, between two tries, and between
 * two questions of an operation that asks until something is known. What is on its way to the gateway is never abandoned, since its answer
 * may be that money moved: the call then returns, or throws, what came of it, in the cancelled coroutine as well.
 */
public sealed class Client(gateway: String, config: Json.Object?) : AutoCloseable {
    private val native: NativeClient = Native.client(gateway, config)

    /**
     * Calls an operation by name, with a request and a reply in the form [Model.toJson] gives them.
     *
     * Secrets of the reply are [Json.Hidden]; numbers that a double cannot hold are texts.
     */
    @Throws(HalkodeException::class)
    public fun call(operation: String, request: Map<String, Json> = emptyMap()): Map<String, Json> {
        val thread = Thread.currentThread()
        return send(operation, Json.Object(request)) { thread.isInterrupted }.members
    }

    /** [call], suspending. */
    @Throws(HalkodeException::class, CancellationException::class)
    public suspend fun callAsync(operation: String, request: Map<String, Json> = emptyMap()): Map<String, Json> =
        suspending { stop -> send(operation, Json.Object(request), stop).members }

    /** Lets the client go, once the calls that are on their way are finished. Further calls throw [IllegalStateException]. */
    override fun close() {
        native.close()
    }

    /** Names the class only: a client holds secrets. */
    override fun toString(): String = "${javaClass.simpleName}()"

    internal fun <T : Model> typed(operation: String, request: Model, reply: Codec<T>): T {
        val thread = Thread.currentThread()
        return understood(send(operation, request.toJson()) { thread.isInterrupted }, reply)
    }

    internal suspend fun <T : Model> typedAsync(operation: String, request: Model, reply: Codec<T>): T =
        suspending { stop -> understood(send(operation, request.toJson(), stop), reply) }

    internal fun send(operation: String, request: Json, stop: () -> Boolean): Json.Object {
        check(!native.uniffiIsDestroyed) { "this client is closed" }
        val asked = object : NativeStop {
            override fun stopped() = stop()
        }
        return Native.call(native, operation, request, asked)
    }

    private fun <T : Model> understood(reply: Json.Object, codec: Codec<T>): T = try {
        codec.read(reply)
    } catch (unfit: Unfit) {
        throw Native.bug(Sent.UNKNOWN, unfit)
    }

    /**
     * Runs blocking work off the caller's thread, and tells it to stop when the caller is cancelled.
     *
     * What came of it must reach a caller that was cancelled meanwhile. Changing the dispatcher would drop it on the way back; so the change
     * happens inside a context that is never cancelled.
     */
    private suspend fun <T> suspending(work: (stop: () -> Boolean) -> T): T {
        val context = currentCoroutineContext()
        context.ensureActive()
        val stop = AtomicBoolean()
        val watch = CoroutineScope(context).launch(Dispatchers.Unconfined, CoroutineStart.UNDISPATCHED) {
            try {
                awaitCancellation()
            } finally {
                stop.set(true)
            }
        }
        try {
            return withContext(NonCancellable) { withContext(Dispatchers.IO) { work(stop::get) } }
        } catch (failed: HalkodeException) {
            // Nothing happened, and nobody waits any more: an ordinary cancellation.
            if (!context.isActive && failed.sent == Sent.NO) throw CancellationException(failed.reason).apply { initCause(failed) }
            throw failed
        } finally {
            watch.cancel()
        }
    }
}
