package foz.server.console;

import foz.server.capture.CaptureDesk;
import foz.server.capture.TableStatus;
import foz.server.settings.Role;
import foz.server.tenant.Tenant;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/// Each table's capture and what was asked of it, as the console shows them.
@Component
@Role("console")
final class CaptureFacts {

    private static final int ORDERS_MAX = 20;

    /// After so long a table that should be up to date is late.
    private static final long LATE_SECONDS = 120;

    /// @param check what a comparison found, once it began
    record Done(CaptureDesk.Order order, Optional<CaptureDesk.Check> check) {}

    record Capture(List<TableStatus> tables, List<Done> orders) {
        Capture {
            tables = List.copyOf(tables);
            orders = List.copyOf(orders);
        }

        public boolean isPaused(String table) {
            return isAsked(table, "pause");
        }

        public boolean isAsked(String table, String kind) {
            return orders.stream()
                    .map(Done::order)
                    .anyMatch(order ->
                            !order.isOver()
                                    && order.table().equals(table)
                                    && order.kind().equals(kind));
        }

        public boolean hasOpenOrders() {
            return orders.stream().anyMatch(done -> !done.order().isOver());
        }

        long count(String phase) {
            return tables.stream().filter(table -> table.phase().equals(phase)).count();
        }

        public String condition(TableStatus table) {
            return of(table).word();
        }

        public String condition(Done done) {
            return of(done).word();
        }

        private static Condition of(TableStatus table) {
            if (!table.agentAlive()) {
                return Condition.UNKNOWN;
            }
            return switch (table.phase()) {
                case "standing" -> Condition.STILL;
                case "paused", "waiting" -> Condition.UNKNOWN;
                case "snapshot" -> Condition.GOOD;
                default -> table.behindSeconds() > LATE_SECONDS ? Condition.SLOW : Condition.GOOD;
            };
        }

        private static Condition of(Done done) {
            return switch (done.order().state()) {
                case "failed" -> Condition.STILL;
                case "done" ->
                        done.check().filter(check -> !check.isClean()).isPresent()
                                ? Condition.STILL
                                : Condition.GOOD;
                default -> Condition.UNKNOWN;
            };
        }
    }

    private final CaptureDesk desk;

    CaptureFacts(CaptureDesk desk) {
        this.desk = desk;
    }

    Capture of(Tenant tenant) {
        return new Capture(
                desk.tables(tenant.id()),
                desk.orders(tenant.id(), ORDERS_MAX).stream()
                        .map(order ->
                                new Done(
                                        order,
                                        order.kind().equals("verify")
                                                ? desk.check(tenant.id(), order.id())
                                                : Optional.empty()))
                        .toList());
    }

    CaptureDesk desk() {
        return desk;
    }
}
