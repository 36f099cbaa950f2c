package io.github.halkode

import java.security.MessageDigest

/**
 * A text that is never shown: an app secret, a merchant key, a card number, a security code, a token.
 *
 * It prints as `[redacted]`, wherever it stands, and compares in constant time. The JVM cannot overwrite a `String`, so a copy stays in
 * memory until it is collected.
 */
public class Secret(private val text: String) {
    /** The text itself. Use it only to hand it to what needs it, never to print it. */
    public fun expose(): String = text

    override fun equals(other: Any?): Boolean =
        other is Secret && MessageDigest.isEqual(text.toByteArray(), other.text.toByteArray())

    override fun hashCode(): Int = text.hashCode()

    /** `[redacted]`. */
    override fun toString(): String = REDACTED

    private companion object {
        const val REDACTED = "[redacted]"
    }
}
