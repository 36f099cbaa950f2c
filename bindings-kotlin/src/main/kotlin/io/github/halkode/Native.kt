package io.github.halkode

import io.github.halkode.internal.InternalException
import io.github.halkode.internal.NativeClient
import io.github.halkode.internal.NativeException
import io.github.halkode.internal.NativeMember
import io.github.halkode.internal.NativeStop
import io.github.halkode.internal.NativeValue
import io.github.halkode.internal.nativeParse
import io.github.halkode.internal.nativeVersion
import io.github.halkode.internal.uniffiEnsureInitialized

/** The way into the native library; the only code that knows the generated glue. */
internal object Native {
    /** How deep lists and objects may nest, as in the core: deeper ones would fill the native stack. */
    private const val DEEPEST = 64

    /** Why the native library cannot be used here, if so. */
    private val broken: LinkageError? = try {
        uniffiEnsureInitialized()
        val version = nativeVersion()
        if (version == VERSION) null else LinkageError("libhalkode_kotlin is release $version, the classes are $VERSION")
    } catch (error: LinkageError) {
        error
    }

    fun client(name: String, config: Json.Object?): NativeClient =
        calling(Sent.NO) { NativeClient(name, config?.let { lower(it, 0) }) }

    /** A closed client throws [IllegalStateException]. */
    fun call(client: NativeClient, operation: String, request: Json, stop: NativeStop): Json.Object =
        calling(Sent.UNKNOWN) {
            encodable(operation)
            lift(client.call(operation, lower(request, 0), stop)) as Json.Object
        }

    fun parse(text: String): Json = calling(Sent.NO) {
        encodable(text)
        lift(nativeParse(text))
    }

    /** Runs what crosses the border; [sent] is what must be assumed when the border itself fails. */
    private fun <T> calling(sent: Sent, work: () -> T): T {
        broken?.let {
            throw UnsatisfiedLinkError(
                "halkode has no usable native library for ${com.sun.jna.Platform.RESOURCE_PREFIX}: ${it.message}",
            ).apply { initCause(it) }
        }
        return try {
            reading(work)
        } catch (failed: NativeException.Failed) {
            throw exception(failed)
        } catch (broke: InternalException) {
            throw bug(sent, broke)
        }
    }

    private fun exception(failed: NativeException.Failed): HalkodeException {
        val attributes = lift(failed.attributes) as Json.Object
        return HalkodeException.of((attributes.members["kind"] as Json.Text).text, Failure.fromJson(attributes))
    }

    fun bug(sent: Sent, cause: Throwable) = HalkodeException.Internal(
        Failure(
            reason = "a bug in this library (at its border to Kotlin); please report it",
            inDoubt = sent == Sent.UNKNOWN,
            sent = sent,
        ),
    ).apply { initCause(cause) }

    /** UTF-8 has no form for half a surrogate pair. */
    private fun encodable(text: String): String {
        var at = 0
        while (at < text.length) {
            val c = text[at]
            val isPair = c.isHighSurrogate() && at + 1 < text.length && text[at + 1].isLowSurrogate()
            if (c.isSurrogate() && !isPair) throw Unfit("is not text: it has half of a surrogate pair")
            at += if (isPair) 2 else 1
        }
        return text
    }

    private fun lower(json: Json, depth: Int): NativeValue {
        if (depth > DEEPEST) throw Unfit("is nested more than $DEEPEST levels deep")
        return when (json) {
            is Json.Null -> NativeValue.Null
            is Json.Bool -> NativeValue.Flag(json.value)
            is Json.Number -> NativeValue.Number(json.text)
            is Json.Text -> NativeValue.Text(encodable(json.text))
            is Json.Hidden -> NativeValue.Hidden(encodable(json.secret.expose()))
            is Json.Array -> NativeValue.Items(
                json.items.mapIndexed { at, item -> within("[$at]") { lower(item, depth + 1) } },
            )
            is Json.Object -> NativeValue.Members(
                json.members.map { (name, value) ->
                    NativeMember(encodable(name), within(name) { lower(value, depth + 1) })
                },
            )
        }
    }

    private fun lift(value: NativeValue): Json = when (value) {
        is NativeValue.Null -> Json.Null
        is NativeValue.Flag -> Json.Bool(value.value)
        is NativeValue.Number -> Json.Number(value.text)
        is NativeValue.Text -> Json.Text(value.text)
        is NativeValue.Hidden -> Json.Hidden(Secret(value.text))
        is NativeValue.Items -> Json.Array(value.items.map(::lift))
        is NativeValue.Members -> Json.Object(value.members.associate { it.name to lift(it.value) })
    }
}
