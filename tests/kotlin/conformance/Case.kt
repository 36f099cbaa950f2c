package io.github.halkode.conformance

import io.github.halkode.Bank
import io.github.halkode.Json
import java.nio.file.Path
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.readText

/** One case, with everything it borrows from its file put in. */
internal data class Case(
    val gateway: Gateway,
    /** The file below `tests/conformance` and the case's name. */
    val title: String,
    val operation: String,
    /** The case as an object: `config`, `request`, `exchanges`, `reply` or `error`, … */
    val content: Map<String, Json>,
) {
    companion object {
        val directory: Path = Bank.root.resolve("tests/conformance")

        private val FOLDERS = listOf("halkode/waiting", "halkbank/waiting", "halkode", "halkbank")

        /** Every case; those that wait come first, so that they are not left for the end. */
        fun all(): List<Case> = FOLDERS.flatMap { folder ->
            directory.resolve(folder).listDirectoryEntries("*.json").sorted().flatMap(::load)
        }

        private fun load(path: Path): List<Case> {
            val name = directory.relativize(path).joinToString("/")
            val gateway = Gateway.of(name.substringBefore('/'))
            val file = Json.parse(path.readText()).members()
            val operation = file.getValue("operation").text()
            val shared = file["shared"]?.members().orEmpty()
            return file.getValue("cases").items().map { case ->
                val content = case.members().toMutableMap()
                content["request"] = request(content.getValue("request"), shared)
                content["exchanges"]?.let { exchanges ->
                    content["exchanges"] = Json.Array(exchanges.items().map { exchange(it, shared) })
                }
                Case(gateway, "$name: ${content.getValue("name").text()}", operation, content)
            }
        }

        /** A text stands for the shared value of that name. */
        private fun named(value: Json, shared: Map<String, Json>): Json =
            if (value is Json.Text) shared[value.text] ?: error("nothing shared is called ${value.text}") else value

        private fun request(request: Json, shared: Map<String, Json>): Json {
            val whole = named(request, shared)
            val base = (whole as? Json.Object)?.members?.get("\$with") ?: return whole
            return Json.Object(named(base, shared).members() + whole.members - "\$with")
        }

        private fun exchange(exchange: Json, shared: Map<String, Json>): Json =
            Json.Object(exchange.members().mapValues { named(it.value, shared) })
    }
}

internal fun Json.members(): Map<String, Json> = (this as Json.Object).members

internal fun Json.items(): List<Json> = (this as Json.Array).items

/** The text of a text or a number, and of a secret, which a test may see. */
internal fun Json.text(): String = when (this) {
    is Json.Text -> text
    is Json.Number -> text
    is Json.Hidden -> secret.expose()
    else -> error("not a text")
}
