package io.github.halkode.conformance

import io.github.halkode.Bank
import io.github.halkode.HalkodeException
import io.github.halkode.Json

/** Runs cases as tests/conformance/README.md says. */
internal class Runner(private val call: Call) {
    /** Runs a case; what comes back is empty when everything is as it should be. */
    fun run(case: Case): List<String> {
        val overrides = case.content["config"]?.members().orEmpty()
        val gateway = case.gateway
        val keys = gateway.keys + overrides.filterKeys { it in gateway.keys }
        val exchanges = case.content["exchanges"]
        val replay = exchanges?.let { Replay.open(it, keys, gateway.address) }
        var config = keys
        if (replay != null) config = config + ("base_url" to Json.Text(replay.baseUrl))
        config = (config + overrides).filterValues { it !is Json.Null }
        val request = case.content.getValue("request")
        val comparison = Comparison()

        val expectedReply = case.content["reply"]
        val expectedError = case.content["error"]
        when (val outcome = call(gateway, Json.Object(config), case.operation, request)) {
            is Outcome.Reply -> when (expectedReply) {
                null -> comparison.found += "reply: expected an error, got ${outcome.json}"
                else -> comparison.differ("reply", withFields(expectedReply, outcome.json), outcome.json)
            }
            is Outcome.Refused -> when (expectedError) {
                null -> comparison.found += "error: expected a reply, got ${describe(outcome.exception)}"
                else -> {
                    compareError(expectedError.members(), outcome.exception, comparison)
                    comparison.found += Leaks(keys, request).of(outcome.exception)
                }
            }
        }
        if (replay != null) {
            val count = exchanges.items().size
            val tokens = case.content["token_calls"]?.text()?.toInt() ?: if (count > 0) gateway.tokens else 0
            comparison.found += replay.close(count, tokens)
        }
        for ((rule, bundle) in comparison.hashes) {
            comparison.found += Replay.checkHash(rule, bundle, keys).map { "reply: \$hash: $it" }
        }
        case.content["sealed"]?.let { sealed ->
            val rule = Json.of(mapOf("\$hash" to sealed))
            comparison.found += Replay.checkHash(rule, hashIn(request), keys).map { "sealed: $it" }
        }
        return comparison.found
    }

    private fun compareError(expected: Map<String, Json>, exception: HalkodeException, comparison: Comparison) {
        val before = comparison.found.size
        val wanted = when (val contains = expected["reason_contains"]) {
            null -> emptyList()
            is Json.Array -> contains.items
            else -> listOf(contains)
        }
        for (text in wanted.map { it.text() }) {
            if (text !in exception.reason) {
                comparison.found += "error.reason: expected a text with \"$text\", got \"${exception.reason}\""
            }
        }
        if (exception.message != exception.reason) comparison.found += "error: its message is not its reason"
        val subset = expected - "reason_contains" + ("\$subset" to Json.Bool(true))
        comparison.differ("error", Json.Object(subset), describe(exception))
        if (comparison.found.size > before) comparison.found += "the whole error: ${describe(exception)}"
    }

    /**
     * The expected reply with every `{"$ver3": "fields"}` made a rule about the fields of the form that came: the hash covers a random text,
     * so it can only be held against what stands beside it.
     */
    private fun withFields(expected: Json, reply: Json): Json = when {
        expected is Json.Object && expected.members["\$ver3"] == Json.Text("fields") -> {
            val fields = (reply as? Json.Object)?.members?.get("fields") as? Json.Array
            val pairs = fields?.items.orEmpty().map { field ->
                listOf("name", "value").map { Json.Text(field.members().getValue(it).text()) }
            }
            Json.Object(Json.members("\$ver3" to pairs))
        }
        expected is Json.Object -> Json.Object(expected.members.mapValues { withFields(it.value, reply) })
        expected is Json.Array -> Json.Array(expected.items.map { withFields(it, reply) })
        else -> expected
    }

    /** The bundle in a request: its own `hash_key`, or that of its `fields`. */
    private fun hashIn(request: Json): String {
        val fields = request.members()["fields"]?.members() ?: request.members()
        return fields.entries.first { it.key.equals("hash_key", ignoreCase = true) }.value.text()
    }

    companion object {
        /** An exception as the object the core makes of an error, from its class and its properties. */
        fun describe(exception: HalkodeException): Json.Object {
            check(exception.kind == exception.javaClass.simpleName.lowercase()) { "${exception.javaClass} is ${exception.kind}" }
            return Json.Object(Json.members("kind" to exception.kind) + exception.failure.toJson().members)
        }
    }
}

/** A conversation that the sandbox holds a client to. */
private class Replay(private val id: String, val baseUrl: String) {
    /** What the sandbox says of the conversation, which it then forgets. */
    fun verdict(): Map<String, Json> {
        val verdict = Bank.ask("GET", "sandbox/replay/$id").members()
        Bank.ask("DELETE", "sandbox/replay/$id")
        return verdict
    }

    fun close(exchanges: Int, tokens: Int): List<String> {
        val verdict = verdict()
        val found = verdict.getValue("problems").items().map { it.text() }.toMutableList()
        val seen = verdict.getValue("seen").text().toInt()
        if (seen != exchanges || verdict["complete"] != Json.Bool(true)) {
            found += "conversation: expected $exchanges requests, $seen came"
        }
        val asked = verdict.getValue("token_calls").text().toInt()
        if (asked != tokens) found += "conversation: expected $tokens requests for a token, $asked came"
        return found
    }

    companion object {
        fun open(exchanges: Json, keys: Map<String, Json>, address: String = "base_url"): Replay {
            val opened = Bank.tell("replay", "exchanges" to exchanges, "keys" to keys).members()
            return Replay(opened.getValue("id").text(), opened.getValue(address).text())
        }

        /** Lets the sandbox open a bundle, or make a hash of its own, with crypto that is not the core's. */
        fun checkHash(rule: Json, bundle: String, keys: Map<String, Json>): List<String> {
            val exchange = mapOf(
                "expect" to mapOf("path" to "/hash", "body" to mapOf("hash_key" to rule)),
                "answer" to mapOf("json" to mapOf("opened" to true)),
            )
            val replay = open(Json.of(listOf(exchange)), keys)
            val path = replay.baseUrl.removePrefix("${Bank.address}/") + "/hash"
            Bank.ask("POST", path, Json.of(mapOf("hash_key" to bundle)).toString())
            return replay.verdict().getValue("problems").items().map { it.text() }
        }
    }
}
