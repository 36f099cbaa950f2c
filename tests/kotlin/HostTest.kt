package io.github.halkode

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File
import java.nio.file.Path
import java.util.concurrent.TimeUnit

/** The library among its neighbours: Java, and a JVM that cannot load it. */
class HostTest {
    @Test
    fun javaTakesPaymentsToo() {
        val invoice = invoice("JAVA")
        Halkode(Bank.config()).use { it.pay2d(sale(invoice)) }
        assertEquals("partially_refunded", JavaCaller.refunded(Bank.config(), invoice))
        assertEquals("declined", JavaCaller.kind(Bank.config()))
        val order = invoice("JAVABANK")
        withBank { it.sale(bankSale(order)) }
        assertEquals(OrderState.VOIDED, JavaCaller.voided(Bank.bankConfig(), order))
    }

    @Test
    fun aMissingNativeLibraryIsNamed() {
        val java = Path.of(System.getProperty("java.home"), "bin", "java").toString()
        val classes = System.getProperty("java.class.path").split(File.pathSeparator)
        val process = ProcessBuilder(java, "-cp", classes.joinToString(File.pathSeparator), "io.github.halkode.WithoutLibrary")
            .redirectErrorStream(true)
            .start()
        val said = process.inputStream.reader().readText()
        assertTrue(process.waitFor(60, TimeUnit.SECONDS))
        assertEquals(0, process.exitValue(), said)
        assertEquals(2, said.lines().count { "halkode has no usable native library for" in it }, said)
    }
}

/** Run in a JVM of its own, without the native library: the second attempt must say the same as the first. */
internal object WithoutLibrary {
    @JvmStatic
    fun main(arguments: Array<String>) {
        repeat(2) {
            try {
                Json.parse("1")
                println("loaded")
            } catch (missing: UnsatisfiedLinkError) {
                println(missing.message?.lines()?.first())
            }
        }
    }
}
