package io.github.halkode.conformance

import io.github.halkode.HalkodeException
import io.github.halkode.Json

/** Looks for secrets of the client and card data of the request in what an exception shows. */
internal class Leaks(keys: Map<String, Json>, request: Json) {
    private val secrets = mutableListOf("replay-token")
    private val codes = mutableListOf<String>()

    init {
        secrets += listOf("app_secret", "merchant_key", "store_key", "api_password").mapNotNull { keys[it] as? Json.Text }.map { it.text }
        collect(request, "")
    }

    fun of(exception: HalkodeException): List<String> {
        val attributes = Runner.describe(exception).toString()
        val found = mutableListOf<String>()
        for (shown in listOf(attributes, exception.failure.toString(), exception.stackTraceToString())) {
            secrets.filter { it.length >= 8 && it in shown }.forEach { found += "error: repeats the secret $it: $shown" }
        }
        // A security code is short: it counts where it stands alone, but for the random letters and digits of a sealed bundle.
        val numbers = BUNDLE.replace(attributes + exception, "").split(Regex("[^0-9]"))
        codes.filter { it in numbers }.forEach { found += "error: repeats the security code $it: $attributes" }
        return found
    }

    private fun collect(value: Json, name: String) {
        when (value) {
            is Json.Object -> value.members.forEach { (name, member) -> collect(member, name) }
            is Json.Array -> value.items.forEach { collect(it, name) }
            is Json.Text, is Json.Number -> when (name) {
                "cvv" -> if (value.text().length >= 3) codes += value.text()
                "number", "card_number", "card_token", "identity_number", "md" -> secrets += value.text()
                // Whatever field a card number came in by, no error repeats it.
                else -> secrets += cardNumbers(value.text())
            }
            else -> Unit
        }
    }

    /** Every card number in a text, as it stands there and as bare digits. */
    private fun cardNumbers(text: String): List<String> = text.split(Regex("[^0-9 -]")).map(String::trim).flatMap { run ->
        val digits = run.filter(Char::isDigit)
        val sum = digits.reversed().mapIndexed { place, digit ->
            val doubled = digit.digitToInt() * 2
            if (place % 2 == 0) doubled / 2 else doubled / 10 + doubled % 10
        }.sum()
        if (digits.length in 13..19 && sum % 10 == 0) listOf(run, digits) else emptyList()
    }

    private companion object {
        val BUNDLE = Regex("[0-9a-f]{16}:[0-9a-f]{4}:[A-Za-z0-9+/=_\\\\]+")
    }
}
