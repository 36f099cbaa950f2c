package io.github.halkode;

import java.math.BigDecimal;
import java.util.Map;

/** A shop in Java, which has neither named arguments nor defaults. */
final class JavaCaller {
    private JavaCaller() {
    }

    /** Refunds a part and asks for the state. */
    static String refunded(Config config, String invoiceId) throws HalkodeException {
        try (Halkode client = new Halkode(config)) {
            client.token();
            client.refund(new Refund(invoiceId, new BigDecimal("5.00")));
            Map<String, Json> status = client.call("check_status", Map.of("invoice_id", Json.of(invoiceId)));
            return ((Json.Text) status.get("state")).getText();
        }
    }

    /** Voids an order at Halkbank and asks for its state; a method that Java has a word for has an underscore. */
    static OrderState voided(HalkbankConfig config, String orderId) throws HalkodeException {
        try (Halkbank bank = new Halkbank(config)) {
            bank.void_(new VoidOrder(orderId));
            return bank.orderStatus(new GetOrderStatus(orderId)).getState();
        }
    }

    /** The word for how a refund of an unknown invoice fails. */
    static String kind(Config config) {
        try (Halkode client = new Halkode(config)) {
            client.refund(new Refund("NOBODYS-1"));
            return "";
        } catch (HalkodeException.Declined declined) {
            return declined.getInDoubt() ? "in doubt" : declined.getKind();
        } catch (HalkodeException other) {
            return other.getReason();
        }
    }
}
