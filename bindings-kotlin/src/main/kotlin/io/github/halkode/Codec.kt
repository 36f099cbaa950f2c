package io.github.halkode

import java.math.BigDecimal

/** A request, a part of one, or a reply. */
public interface Model {
    /** As JSON, under the names the core uses; what is left out is not there. Secrets stay hidden in it. */
    public fun toJson(): Json.Object
}

/** A word of a closed set. */
public interface Word {
    /** The word as it stands in JSON. */
    public val word: String
}

/** Reads and writes the values of one type. */
internal class Codec<T : Any>(val read: (Json) -> T, val write: (T) -> Json) {
    companion object {
        val text = Codec({ it.text("text") }, { Json.Text(it) })

        val secret = Codec(
            { if (it is Json.Hidden) it.secret else Secret(it.text("text")) },
            { Json.Hidden(it) },
        )

        val amount = Codec(
            { BigDecimal(it.number("an amount as text such as \"12.50\"")) },
            { Json.Text(plain(it)) },
        )

        val integer = Codec(
            { it.number("a whole number").toLongOrNull() ?: throw Unfit("must be a whole number in range") },
            { Json.Number(it) },
        )

        /** A count beyond `Int` is given as the largest one: no odd field of an answer may cost the whole answer. */
        val count = Codec(
            { integer.read(it).coerceIn(Int.MIN_VALUE.toLong(), Int.MAX_VALUE.toLong()).toInt() },
            { Json.Number(it.toLong()) },
        )

        val flag = Codec(
            { if (it is Json.Bool) it.value else throw Unfit("must be true or false") },
            { Json.Bool(it) },
        )

        val any = Codec(
            { if (it is Json.Object) it.members else throw Unfit("must be an object") },
            { Json.Object(it) },
        )

        fun <T : Word> word(words: List<T>): Codec<T> = Codec(
            { json ->
                val given = json.text("text")
                words.find { it.word == given }
                    ?: throw Unfit("must be one of ${words.joinToString(", ") { it.word }}")
            },
            { Json.Text(it.word) },
        )

        /** A request or a part of one: members it does not have are refused. */
        fun <T : Model> strict(make: Reader.() -> T): Codec<T> = model { members ->
            val reader = Reader(members)
            val made = reader.make()
            members.keys.find { it !in reader.known }?.let { throw Unfit("is not a field here", it) }
            made
        }

        /** A reply: members it does not have are left aside. */
        fun <T : Model> open(make: Reader.() -> T): Codec<T> = model { Reader(it).make() }

        private fun <T : Model> model(make: (Map<String, Json>) -> T): Codec<T> = Codec(
            { make(any.read(it)) },
            { it.toJson() },
        )

        fun <T : Any> list(items: Codec<T>): Codec<List<T>> = Codec(
            { json ->
                if (json !is Json.Array) throw Unfit("must be a list")
                json.items.mapIndexed { at, item -> within("[$at]") { items.read(item) } }
            },
            { list -> Json.Array(list.map(items.write)) },
        )

        private fun Json.text(expected: String): String =
            if (this is Json.Text) text else throw Unfit("must be $expected")

        /** Numbers that a double cannot hold come from the core as text. */
        private fun Json.number(expected: String): String = when {
            this is Json.Number -> text
            this is Json.Text && WRITTEN.matches(text) -> text
            else -> throw Unfit("must be $expected")
        }

        private val WRITTEN = Regex("-?[0-9]+(\\.[0-9]+)?")

        /** Without an exponent; an absurd number keeps it, since its zeros might fill the memory: it is refused anyway. */
        private fun plain(amount: BigDecimal): String =
            if (amount.scale() in -40..40) amount.toPlainString() else amount.toString()
    }
}

/** A value that does not fit: where it stands, and why. */
internal class Unfit(private val reason: String, private val field: String = "") : Exception(reason, null, false, false) {
    fun within(outer: String) = Unfit(
        reason,
        when {
            field.isEmpty() -> outer
            field.startsWith("[") -> outer + field
            else -> "$outer.$field"
        },
    )

    fun refused(): HalkodeException.Request = HalkodeException.Request(
        Failure(
            reason = if (field.isEmpty()) reason else "$field $reason",
            field = field.ifEmpty { null },
            inDoubt = false,
            sent = Sent.NO,
        ),
    )
}

internal inline fun <T> within(outer: String, work: () -> T): T = try {
    work()
} catch (unfit: Unfit) {
    throw unfit.within(outer)
}

/** Writes the fields of a model that are there. */
internal class Writer {
    private val members = LinkedHashMap<String, Json>()

    fun <T : Any> put(name: String, codec: Codec<T>, value: T?): Writer {
        val isThere = when (value) {
            null -> false
            is Collection<*> -> value.isNotEmpty()
            is Map<*, *> -> value.isNotEmpty()
            else -> true
        }
        if (value != null && isThere) members[name] = codec.write(value)
        return this
    }

    fun toJson(): Json.Object = Json.Object(members)
}

/** Reads the fields of a model. */
internal class Reader(private val members: Map<String, Json>) {
    val known = HashSet<String>()

    fun <T : Any> optional(name: String, codec: Codec<T>): T? {
        known += name
        val json = members[name]
        return if (json == null || json is Json.Null) null else within(name) { codec.read(json) }
    }

    fun <T : Any> required(name: String, codec: Codec<T>): T =
        optional(name, codec) ?: throw Unfit("is required", name)
}

/** What does not fit is a request refused. */
internal inline fun <T> reading(read: () -> T): T = try {
    read()
} catch (unfit: Unfit) {
    throw unfit.refused()
}
