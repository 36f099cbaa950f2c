/** The shop's pages. Whatever comes from outside is escaped. */
object Pages {
    fun checkout(token: String) = page(
        "Ödeme",
        """
        <form method="post" action="/pay">
          <h2>Kartla ödeme</h2>
          ${hidden(token)}
          <label>Tutar (TL) <input name="total" value="149.90" inputmode="decimal"></label>
          <label>Kart üzerindeki ad <input name="holder_name" autocomplete="cc-name"></label>
          <label>Kart numarası <input name="card_number" autocomplete="cc-number" inputmode="numeric"></label>
          <label>Ay <input name="expiry_month" autocomplete="cc-exp-month"></label>
          <label>Yıl <input name="expiry_year" autocomplete="cc-exp-year"></label>
          <label>CVV <input name="cvv" autocomplete="cc-csc" inputmode="numeric"></label>
          <button>Öde</button>
        </form>
        <form method="post" action="/pay-3d">
          <h2>3-D Secure ile ödeme</h2>
          ${hidden(token)}
          <label>Tutar (TL) <input name="total" value="149.90" inputmode="decimal"></label>
          <button>Bankaya git</button>
        </form>
        <form method="post" action="/halkbank/pay">
          <h2>Halkbank'ın sayfasında ödeme</h2>
          ${hidden(token)}
          <label>Tutar (TL) <input name="total" value="149.90" inputmode="decimal"></label>
          <button>Halkbank'a git</button>
        </form>
        """,
    )

    fun order(order: Order, token: String): String {
        val refund = """
            <form method="post" action="/orders/${escaped(order.invoiceId)}/refund">
              <h2>İade</h2>
              ${hidden(token)}
              <label>Tutar (boş: kalanın tümü) <input name="amount" inputmode="decimal"></label>
              <button>İade et</button>
            </form>
        """
        val cancel = """
            <form method="post" action="/orders/${escaped(order.invoiceId)}/cancel">
              <h2>İptal</h2>
              ${hidden(token)}
              <button>İptal et</button>
            </form>
        """
        val undo = when {
            order.gateway == Gateway.HALKBANK && order.state == "paid" -> cancel
            order.gateway == Gateway.HALKODE && order.state in listOf("paid", "partially_refunded") -> refund
            else -> ""
        }
        return page(
            "Sipariş ${order.invoiceId}",
            """
            <p>Durum: <strong>${STATES.getValue(order.state)}</strong></p>
            <p>Tutar: ${order.total} TL, iade edilen: ${order.refunded} TL</p>
            <p>${escaped(order.message)}</p>
            $undo
            <p><a href="/">Yeni ödeme</a></p>
            """,
        )
    }

    fun problem(title: String, message: String) = page(title, "<p>${escaped(message)}</p><p><a href=\"/\">Geri dön</a></p>")

    private fun page(title: String, body: String) =
        """
        <!doctype html>
        <html lang="tr">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
        <style>body{font-family:sans-serif;max-width:30em;margin:2em auto}label{display:block;margin:.5em 0}</style></head>
        <body><h1>${escaped(title)}</h1>
        """.trimIndent() + body.trimIndent() + "\n</body></html>\n"

    private fun hidden(token: String) = """<input type="hidden" name="csrf" value="${escaped(token)}">"""

    private fun escaped(text: String) = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;")

    private val STATES = mapOf(
        "waiting" to "ödeme bekleniyor",
        "in_doubt" to "sonucu bekleniyor",
        "paid" to "ödendi",
        "failed" to "ödenmedi",
        "partially_refunded" to "kısmen iade edildi",
        "voided" to "iptal edildi",
        "refunded" to "iade edildi",
    )
}
