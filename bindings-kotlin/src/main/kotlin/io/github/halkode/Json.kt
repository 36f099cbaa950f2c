package io.github.halkode

import java.math.BigDecimal
import java.math.BigInteger

/**
 * A value of JSON: numbers keep their digits, members their order, secrets their silence.
 *
 * `toString` gives a JSON text in which secrets are redacted.
 */
public sealed class Json {
    /** `null`. */
    public object Null : Json()

    /** `true` or `false`. */
    public data class Bool(public val value: Boolean) : Json() {
        override fun toString(): String = print(this)
    }

    /** A number as it is written, for instance `21.20`; equal to another when written the same way. */
    public data class Number(public val text: String) : Json() {
        init {
            require(NUMBER.matches(text)) { "not a number as JSON writes it" }
        }

        /** A whole number. */
        public constructor(value: Long) : this(value.toString())

        /** An exact decimal. Amounts are given as [Text], though: see [of]. */
        public constructor(value: BigDecimal) : this(value.toString())

        /** The number, exact. */
        public fun toBigDecimal(): BigDecimal = BigDecimal(text)

        override fun toString(): String = text
    }

    /** A text. */
    public data class Text(public val text: String) : Json() {
        override fun toString(): String = print(this)
    }

    /** A text that is never shown; sent in the clear, printed as `[redacted]`. */
    public data class Hidden(public val secret: Secret) : Json() {
        override fun toString(): String = print(this)
    }

    /** A list. */
    public data class Array(public val items: List<Json>) : Json() {
        override fun toString(): String = print(this)
    }

    /** An object with its members in order. */
    public data class Object(public val members: Map<String, Json>) : Json() {
        override fun toString(): String = print(this)
    }

    /** As a JSON text, secrets redacted. */
    override fun toString(): String = print(this)

    public companion object {
        private val NUMBER = Regex("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")

        /** Reads a JSON text; every digit of a number is kept. The exception never repeats the text. */
        @JvmStatic
        @Throws(HalkodeException::class)
        public fun parse(text: String): Json = Native.parse(text)

        /**
         * The JSON value of a Kotlin value: null, a Boolean, a text, a whole number, a [Secret], a list, a map with texts as keys, a [Json].
         *
         * A `BigDecimal` becomes a text, as amounts are written here. A `Float` or a `Double` is refused: it may be money, and would be
         * inexact.
         */
        @JvmStatic
        public fun of(value: Any?): Json = when (value) {
            null -> Null
            is Json -> value
            is Boolean -> Bool(value)
            is CharSequence -> Text(value.toString())
            is Int, is Long, is Short, is Byte, is BigInteger -> Number(value.toString())
            is BigDecimal -> Codec.amount.write(value)
            is Secret -> Hidden(value)
            is Word -> Text(value.word)
            is Model -> value.toJson()
            is Iterable<*> -> Array(value.map(::of))
            is Map<*, *> -> Object(
                value.entries.associate { (name, member) ->
                    require(name is CharSequence) { "the names of an object's members are texts" }
                    name.toString() to of(member)
                },
            )
            is Float, is Double -> throw IllegalArgumentException("a binary fraction is inexact; use BigDecimal or text")
            else -> throw IllegalArgumentException("${value.javaClass.name} has no form in JSON")
        }

        /** The members of an object, each value as [of] takes it. */
        @JvmStatic
        public fun members(vararg members: Pair<String, Any?>): Map<String, Json> =
            members.associate { (name, value) -> name to of(value) }

        private fun print(json: Json): String = StringBuilder().also { print(json, it) }.toString()

        private fun print(json: Json, to: StringBuilder) {
            when (json) {
                is Null -> to.append("null")
                is Bool -> to.append(json.value)
                is Number -> to.append(json.text)
                is Text -> quote(json.text, to)
                is Hidden -> quote(json.secret.toString(), to)
                is Array -> {
                    to.append('[')
                    json.items.forEachIndexed { at, item ->
                        if (at > 0) to.append(',')
                        print(item, to)
                    }
                    to.append(']')
                }
                is Object -> {
                    to.append('{')
                    json.members.entries.forEachIndexed { at, (name, value) ->
                        if (at > 0) to.append(',')
                        quote(name, to)
                        to.append(':')
                        print(value, to)
                    }
                    to.append('}')
                }
            }
        }

        private fun quote(text: String, to: StringBuilder) {
            to.append('"')
            for (c in text) {
                when {
                    c == '"' || c == '\\' -> to.append('\\').append(c)
                    c == '\n' -> to.append("\\n")
                    c == '\r' -> to.append("\\r")
                    c == '\t' -> to.append("\\t")
                    c < ' ' -> to.append("\\u%04x".format(c.code))
                    else -> to.append(c)
                }
            }
            to.append('"')
        }
    }
}
