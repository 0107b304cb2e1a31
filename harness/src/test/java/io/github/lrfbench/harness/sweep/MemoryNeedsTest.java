package io.github.lrfbench.harness.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.recover.Recovery;
import io.github.lrfbench.harness.measure.RoundRule;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.source.TextSource;
import io.github.lrfbench.harness.sweep.MemoryNeed.Step;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which cells are certain to take as much memory as another. */
class MemoryNeedsTest {
  private static final Budget HALF = new Budget.Keep(0.5);

  private Device device;

  @BeforeEach
  void open() {
    device = Devices.open("cpu", new DeviceOptions(1), line -> {});
  }

  @AfterEach
  void close() {
    device.close();
  }

  private static SweepConfig config(int batchSize, int maxLength, LatencyKind latency) {
    return new SweepConfig(
        List.of("m"),
        List.of("sst2"),
        List.of("svd"),
        List.of(HALF),
        List.of(Allocation.UNIFORM),
        List.of(Recovery.NONE),
        64,
        List.of(0L),
        List.of(),
        "cpu",
        "fp32",
        1,
        latency,
        batchSize,
        0,
        RoundRule.DEFAULT,
        false,
        maxLength,
        0,
        Gpt2Options.DEFAULT,
        null,
        TextSource.NONE,
        Path.of("out"),
        KeptPredictions.AUTO,
        List.of(),
        List.of());
  }

  private MemoryNeeds needs(int batchSize, int seqLen) {
    return new MemoryNeeds(config(batchSize, 128, LatencyKind.FORWARD), device, seqLen);
  }

  private static Variant variant(String method, Budget budget, long seed) {
    return new Variant(MethodChain.parse(method), budget, Recovery.NONE, seed);
  }

  private static Cell cell(Variant variant) {
    return new Cell("m", "abc", "sst2", "", variant);
  }

  private static Cell svd(double keep) {
    return cell(variant("svd", new Budget.Keep(keep), 0));
  }

  /** Whether, after a cell's step failed, another is not run. */
  private static boolean refuses(
      MemoryNeeds then, Cell failed, Step step, MemoryNeeds now, Cell other) {
    MemoryFailures failures = new MemoryFailures(List.of());
    failures.add(MemoryFailure.now("f", then.of(failed, step)));
    return failures.repeatedBy(now.of(other)).isPresent();
  }

  @Test
  void aLargerShapeOfTheSameModelIsRefused() {
    Cell half = svd(0.5);
    MemoryNeeds then = needs(64, 128);
    assertTrue(refuses(then, half, Step.TIME, needs(64, 128), half));
    assertTrue(refuses(then, half, Step.TIME, needs(65, 128), half));
    assertTrue(refuses(then, half, Step.TIME, needs(64, 129), half));
    assertFalse(refuses(then, half, Step.TIME, needs(63, 128), half));
    assertFalse(refuses(then, half, Step.TIME, needs(64, 127), half));
    assertFalse(refuses(then, half, Step.TIME, needs(128, 64), half));
  }

  @Test
  void aLargerFractionIsRefusedAndASmallerOneIsNot() {
    for (Step step : Step.values()) {
      MemoryNeeds needs = needs(1, 128);
      assertTrue(refuses(needs, svd(0.5), step, needs, svd(0.7)), step + "");
      assertFalse(refuses(needs, svd(0.5), step, needs, svd(0.4)), step + "");
      // All matrices are dense then, and shared with the dense model.
      assertFalse(refuses(needs, svd(0.5), step, needs, svd(1)), step + "");
    }
  }

  @Test
  void otherBudgetsMethodsAndAllocationsAreNotCompared() {
    MemoryNeeds needs = needs(1, 128);
    Cell rank = cell(variant("svd", new Budget.Rank(8), 0));
    assertTrue(refuses(needs, rank, Step.TIME, needs, rank));
    Cell more = cell(variant("svd", new Budget.Rank(9), 0));
    assertFalse(refuses(needs, rank, Step.TIME, needs, more));
    assertFalse(refuses(needs, rank, Step.TIME, needs, svd(0.9)));
    assertFalse(refuses(needs, svd(0.5), Step.TIME, needs, cell(variant("fwsvd", HALF, 0))));
    Allocation greedy = new Allocation(Allocation.Policy.GREEDY, 1);
    for (double keep : new double[] {0.5, 0.9}) {
      Variant shared =
          new Variant(MethodChain.parse("svd"), new Budget.Keep(keep), greedy, Recovery.NONE, 0);
      assertFalse(refuses(needs, svd(0.5), Step.TIME, needs, cell(shared)));
    }
  }

  @Test
  void theDenseModelRunsBesideEveryOther() {
    Cell dense = cell(Variant.dense(0));
    assertTrue(refuses(needs(64, 128), dense, Step.TIME, needs(64, 128), svd(0.1)));
    assertTrue(refuses(needs(64, 128), dense, Step.EVALUATE, needs(1, 8), svd(0.1)));
    assertFalse(refuses(needs(64, 128), svd(0.5), Step.TIME, needs(64, 128), dense));
    // Both are timed in the throughput shape, too, which is then the larger.
    assertTrue(refuses(needs(8, 128), dense, Step.TIME, needs(8, 128), svd(0.1)));
    assertTrue(refuses(needs(8, 128), dense, Step.TIME, needs(1, 128), svd(0.1)));
    assertFalse(refuses(needs(33, 128), dense, Step.TIME, needs(8, 128), svd(0.1)));
  }

  @Test
  void seedsMatterWhereTheyChooseExamples() {
    MemoryNeeds needs = needs(1, 128);
    Cell svd = cell(variant("svd", HALF, 1));
    assertTrue(refuses(needs, svd(0.5), Step.COMPRESS, needs, svd));
    Cell zero = cell(variant("fwsvd", HALF, 0));
    Cell one = cell(variant("fwsvd", HALF, 1));
    assertTrue(refuses(needs, zero, Step.COMPRESS, needs, zero));
    assertFalse(refuses(needs, zero, Step.COMPRESS, needs, one));
  }

  @Test
  void otherTasksAndLengthsAreNotCompared() {
    MemoryNeeds then = needs(1, 128);
    Cell sst2 = svd(0.5);
    Cell cola = new Cell("m", "abc", "cola", "", sst2.variant());
    assertFalse(refuses(then, sst2, Step.EVALUATE, then, cola));
    assertTrue(refuses(then, sst2, Step.TIME, then, cola));
    assertFalse(
        refuses(then, sst2, Step.TIME, then, new Cell("m", "x", "sst2", "", sst2.variant())));
    MemoryNeeds longer = new MemoryNeeds(config(1, 256, LatencyKind.FORWARD), device, 128);
    assertFalse(refuses(then, sst2, Step.EVALUATE, longer, sst2));
    MemoryNeeds decoding = new MemoryNeeds(config(1, 128, LatencyKind.DECODE), device, 128);
    assertFalse(refuses(then, sst2, Step.TIME, decoding, sst2));
  }

  private static RunRow row(String cell, String status, Map<String, Object> extra) {
    return RunRow.builder()
        .set(RunColumns.RUN_ID, "r")
        .set(RunColumns.CELL_ID, cell)
        .set(RunColumns.STATUS, status)
        .set(RunColumns.EXTRA, extra)
        .build();
  }

  @Test
  void rowsRememberUntilTheCellIsRunAgainOrThereIsMoreMemory() {
    MemoryNeeds needs = needs(64, 128);
    MemoryFailure failure = MemoryFailure.now("c", needs.of(svd(0.5), Step.TIME));
    RunRow failed = row("c", RunRow.FAILED, failure.extra());
    assertEquals(failure, MemoryFailure.of(failed).orElseThrow());
    assertTrue(new MemoryFailures(List.of(failed)).repeatedBy(needs.of(svd(0.5))).isPresent());
    RunRow ok = row("c", RunRow.OK, Map.of());
    assertFalse(new MemoryFailures(List.of(failed, ok)).repeatedBy(needs.of(svd(0.5))).isPresent());
    MemoryFailure less =
        new MemoryFailure("c", failure.need(), failure.heapBytes() - 1, failure.memoryBytes());
    RunRow smaller = row("c", RunRow.FAILED, less.extra());
    assertFalse(new MemoryFailures(List.of(smaller)).repeatedBy(needs.of(svd(0.5))).isPresent());
    RunRow edited = row("c", RunRow.FAILED, Map.of("out_of_memory", Map.of("step", "time")));
    assertTrue(MemoryFailure.of(edited).isEmpty());
  }
}
