package io.github.halkode.conformance

import io.github.halkode.Client
import io.github.halkode.HalkodeException
import io.github.halkode.Json
import io.github.halkode.Model
import kotlinx.coroutines.runBlocking
import java.lang.reflect.InvocationTargetException
import java.lang.reflect.Method
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.Continuation
import kotlin.coroutines.intrinsics.suspendCoroutineUninterceptedOrReturn

/** What came of a call. */
internal sealed class Outcome {
    data class Reply(val json: Json) : Outcome()

    data class Refused(val exception: HalkodeException) : Outcome()
}

/** Carries out a case's operation: gateway, configuration, operation, request. */
internal typealias Call = (Gateway, Json.Object, String, Json) -> Outcome

/**
 * Calls through the typed classes where they can say what a case says, and by name where they cannot: a misspelled field, a wrong type, a
 * number that would be written otherwise. Every other typed call is made by the suspending function.
 */
internal class Calls : Call {
    val typed = AtomicInteger()
    val suspended = AtomicInteger()
    val named = AtomicInteger()

    override fun invoke(gateway: Gateway, config: Json.Object, operation: String, request: Json): Outcome = try {
        val name = operation.split('_').reduce { name, word -> name + word.replaceFirstChar(Char::uppercase) }
        // What Java could not say has an underscore for it.
        val method = gateway.client.methods.single { it.name.removeSuffix("_") == name && it.parameterCount == 1 }
        val typedConfig = expressed(gateway.config, config)
        val typedRequest = expressed(method.parameterTypes[0], request)
        val isTyped = typedRequest != null
        val turn = if (isTyped) typed.incrementAndGet() else named.incrementAndGet()
        val client = when (typedConfig) {
            null -> gateway.fromJson(config)
            else -> unwrapped { gateway.client.getConstructor(gateway.config).newInstance(typedConfig) }
        }
        client.use {
            val reply = if (!isTyped) {
                // Behind the by-name call, whose types already refuse a request that is not an object.
                client.send(operation, request) { false }
            } else if (turn % 2 == 0) {
                (unwrapped { method.invoke(client, typedRequest) } as Model).toJson()
            } else {
                suspended.incrementAndGet()
                val suspending = gateway.client.getMethod("${name}Async", method.parameterTypes[0], Continuation::class.java)
                (runBlocking { suspending.await(client, typedRequest) } as Model).toJson()
            }
            Outcome.Reply(reply)
        }
    } catch (refused: HalkodeException) {
        Outcome.Refused(refused)
    }

    private suspend fun Method.await(client: Client, request: Model?): Any? =
        suspendCoroutineUninterceptedOrReturn { continuation -> unwrapped { invoke(client, request, continuation) } }

    /** The model that says exactly this, if there is one. */
    private fun expressed(type: Class<*>, json: Json): Model? {
        if (json !is Json.Object) return null
        val model = try {
            unwrapped { type.getMethod("fromJson", Json.Object::class.java).invoke(null, json) } as Model
        } catch (_: HalkodeException.Request) {
            return null
        }
        return model.takeIf { same(json, it.toJson()) }
    }

    private fun same(said: Json, written: Json?): Boolean = when (said) {
        is Json.Object ->
            (written == null && said.members.isEmpty()) || (
                written is Json.Object &&
                    (said.members.keys + written.members.keys).all { name ->
                        val member = said.members[name]
                        if (member == null || member is Json.Null) name !in written.members else same(member, written.members[name])
                    }
            )
        is Json.Array ->
            (written == null && said.items.isEmpty()) || (
                written is Json.Array && said.items.size == written.items.size &&
                    said.items.zip(written.items).all { (said, written) -> same(said, written) }
            )
        // Amounts may be given as whole numbers and are written as text.
        is Json.Number -> written == said || (written is Json.Text && written.text == said.text && '.' !in said.text)
        is Json.Text -> written == said || (written is Json.Hidden && written.secret.expose() == said.text)
        else -> written == said
    }

    private inline fun <T> unwrapped(work: () -> T): T = try {
        work()
    } catch (wrapped: InvocationTargetException) {
        throw wrapped.targetException
    }
}
