package foz.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The promises of capture and ship, each with the tests that hold it: whoever renames or removes
/// one is asked which test holds the promise now.
class InvariantsTest {

    private static final Map<String, List<String>> PROMISES = new TreeMap<>();

    static {
        promise(
                "P01 every committed change reaches the replica",
                "AgentCrashTest.killedAtAnyPointItLosesNothing",
                "MariadbCrashTest.killedAtAnyPointItLosesNothing",
                "PgbenchTest.pgbenchRunsAsEverAndTheReplicaIsAsItsTables",
                "NorthwindTest.northwindIsProposedCapturedVerifiedAndOnADevice");
        promise("P02 no row goes back", "LogCaptureTest.noRowGoesBackWhileItsTableIsRead");
        promise(
                "P03 a batch sent again has the effect of one",
                "ReplicaTest.aBatchAppliedTwiceHasTheEffectOfOne");
        promise(
                "P04 what was acknowledged outlives the server",
                "KillTest.nothingIsLostOrDoubledWhateverIsKilled");
        promise(
                "P05 the source is told to forget only what the server has",
                "AgentDiskTest.aFullSpoolHoldsNothingAtTheSourceAndLosesNothing");
        promise(
                "P06 one agent at a time appends",
                "RecoveryTest.aCopyOfAnAgentNeverWorksBesideTheFirst");
        promise(
                "P07 gaps and divergence are refused",
                "DoorsTest.badBatchesAreRefusedInWordsAndChangeNothing",
                "ReplicaTest.aGapIsNoticedAndNothingAfterItIsApplied");
        promise(
                "P08 a stop costs one chunk",
                "LogCaptureTest.aStopCostsOneChunkAtMost",
                "TableCaptureTest.aFirstCaptureGoesOnWithThePageInWhichItStopped");
        promise(
                "P09 a chunk beside changes of its rows ends as the source",
                "LogCaptureTest.stopsUnderAWriterLoseNothing",
                "MariadbLogTest.stopsUnderAWriterLoseNothing");
        promise(
                "P10 parts of a transaction are seen together only",
                "ReplicaTest.partsOfATransactionAreSeenTogetherOnly",
                "LogCaptureTest.aLargeTransactionArrivesWholeAndWithoutWhatWasRolledBack");
        promise(
                "P11 another history of the source is noticed",
                "MariadbLogTest.aBinlogPurgedMeanwhileIsNoticedAndTheTablesAreReadAnew",
                "LogCaptureTest.aSlotThatIsGoneIsNoticedAndTheTablesAreReadAnew");
        promise(
                "P12 tenants do not reach each other's streams",
                "DoorsTest.anAgentReachesOnlyItsOwnTenantAndSource");
        promise(
                "P13 disk and spool are bounded while the server is away",
                "AgentDiskTest.aFullDiskLosesNothing",
                "AgentDiskTest.aFullSpoolHoldsNothingAtTheSourceAndLosesNothing");
        promise(
                "P14 values are the source's, whichever way they come",
                "MariadbLogTest.theValuesOfEachTypeAreThoseOfASelect",
                "MariadbCaptureTest.theValuesOfEachTypeAreThoseOfTheSourceInTheSnapshotAndReadAgain",
                "LogCaptureTest.valuesThatTheLogLeavesOutStay");
        promise(
                "P15 no statement at the source fails or waits because of the agent",
                "PgbenchTest.pgbenchRunsAsEverAndTheReplicaIsAsItsTables",
                "AgentDiskTest.aFullSpoolHoldsNothingAtTheSourceAndLosesNothing");
        promise(
                "P16 a command is applied once, and its echo makes no loop",
                "KillTest.nothingIsLostOrDoubledWhateverIsKilled",
                "OneProcessTest.aRepsDayOnOneServerProcess");
    }

    private static void promise(String what, String... tests) {
        PROMISES.put(what, List.of(tests));
    }

    @Test
    void eachPromiseHasItsTests() throws IOException {
        Map<String, String> sources = new TreeMap<>();
        Path root = Path.of(System.getProperty("foz.root", ".."));
        for (String module : List.of("agent", "server", "e2e")) {
            try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src/test/java"))) {
                for (Path file : files.filter(f -> f.toString().endsWith("Test.java")).toList()) {
                    String name = file.getFileName().toString().replace(".java", "");
                    sources.put(name, Files.readString(file));
                }
            }
        }
        List<String> missing = new ArrayList<>();
        PROMISES.forEach((promise, tests) -> {
            for (String test : tests) {
                String[] parts = test.split("\\.", 2);
                String source = sources.getOrDefault(parts[0], "");
                if (!source.contains("@Test\n    void " + parts[1] + "()")) {
                    missing.add(promise + ": " + test);
                }
            }
        });
        assertEquals(List.of(), missing);
        assertEquals(16, PROMISES.size());
    }
}
