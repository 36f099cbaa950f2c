package io.github.halkode.conformance

import io.github.halkode.Json

/** Notes every way in which something is not what a case expects. Numbers are compared as they are written. */
internal class Comparison {
    val found = mutableListOf<String>()

    /** Bundles and hashes in the reply, each with the rule that says what it must open to, or be of. */
    val hashes = mutableListOf<Pair<Json, String>>()

    fun differ(at: String, expected: Json, actual: Json) {
        when {
            expected is Json.Object && expected.members.keys.any { it.startsWith("$") } -> byRule(at, expected, actual)
            expected is Json.Object && actual is Json.Object -> {
                for ((name, value) in expected.members) {
                    when (val member = actual.members[name]) {
                        null -> found += "$at.$name: expected $value, got nothing"
                        else -> differ("$at.$name", value, member)
                    }
                }
                for ((name, value) in actual.members - expected.members.keys) {
                    found += "$at.$name: expected nothing, got $value"
                }
            }
            expected is Json.Array && actual is Json.Array && expected.items.size == actual.items.size ->
                expected.items.zip(actual.items).forEachIndexed { n, (expected, actual) -> differ("$at[$n]", expected, actual) }
            actual is Json.Hidden -> differ(at, expected, Json.Text(actual.secret.expose()))
            expected != actual -> found += "$at: expected $expected, got $actual"
        }
    }

    private fun byRule(at: String, rule: Json.Object, actual: Json) {
        if (rule.members["\$subset"] == Json.Bool(true)) return subset(at, rule.members - "\$subset", actual)
        val (name, value) = rule.members.entries.first()
        when {
            name == "\$any" && value == Json.Bool(true) ->
                if (actual is Json.Null || actual == Json.Text("")) found += "$at: expected any value, got $actual"
            name == "\$contains" && value is Json.Array && actual is Json.Text ->
                value.items.map { it.text() }.filter { it !in actual.text }
                    .forEach { found += "$at: expected a text with \"$it\", got \"${actual.text}\"" }
            isHash(name, value) && actual is Json.Text -> hashes += rule to actual.text
            actual is Json.Hidden -> byRule(at, rule, Json.Text(actual.secret.expose()))
            else -> found += "$at: expected $rule, got $actual"
        }
    }

    private fun isHash(name: String, value: Json) =
        (name == "\$hash" && value is Json.Text) || (name == "\$ver3" && value is Json.Array)

    private fun subset(at: String, expected: Map<String, Json>, actual: Json) {
        if (actual !is Json.Object) {
            found += "$at: expected an object, got $actual"
            return
        }
        for ((name, value) in expected) {
            val member = actual.members[name]
            when {
                value is Json.Null && (member == null || member is Json.Null) -> Unit
                member == null -> found += "$at.$name: expected $value, got nothing"
                else -> differ("$at.$name", value, member)
            }
        }
    }
}
