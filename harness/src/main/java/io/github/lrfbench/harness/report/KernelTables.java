package io.github.lrfbench.harness.report;

import io.github.lrfbench.harness.result.KernelColumns;
import io.github.lrfbench.harness.result.KernelRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What {@code kernels} measured, for people: of every shape the speedup by rank, which is the curve
 * that crosses 1 at the break-even, how near to the roofline products come, and what decompositions
 * take.
 */
public final class KernelTables {
  private static final int PERCENT = 100;

  /** Up to this many times the optimum, an error is that of the algorithm's rounding. */
  private static final double OPTIMAL = 1.001;

  private KernelTables() {}

  /**
   * The rows as tables under a heading for each device, type and number of threads. Of one
   * measurement that is there several times, the last counts.
   */
  public static String render(List<KernelRow> rows) {
    return groups(rows).entrySet().stream()
        .map(
            group ->
                group.getKey()
                    + "\n\n"
                    + tables(group.getValue()).stream()
                        .map(KernelTable::text)
                        .collect(Collectors.joining("\n")))
        .collect(Collectors.joining("\n"));
  }

  /** The latest rows by what they were measured on. */
  static Map<String, List<KernelRow>> groups(List<KernelRow> rows) {
    return latest(rows).stream()
        .collect(
            Collectors.groupingBy(KernelTables::heading, LinkedHashMap::new, Collectors.toList()));
  }

  /** The tables of one device, type and number of threads. */
  static List<KernelTable> tables(List<KernelRow> rows) {
    List<KernelTable> tables = new ArrayList<>();
    Roofline roofline = Roofline.of(rows);
    byShape(rows, KernelRow.DENSE_MATMUL, KernelRow.LOWRANK_MATMUL)
        .forEach(
            (shape, own) -> {
              List<KernelRow> others =
                  rows.stream().filter(row -> shape(row).equals(shape)).toList();
              tables.add(speedups(shape, others));
              tables.add(shares(shape, others, roofline));
            });
    KernelTable svd = decompositions(rows);
    if (!svd.rows().isEmpty()) {
      tables.add(svd);
    }
    return tables;
  }

  private static Collection<KernelRow> latest(List<KernelRow> rows) {
    Map<List<Object>, KernelRow> latest = new LinkedHashMap<>();
    for (KernelRow row : rows) {
      latest.put(
          Arrays.asList(
              heading(row),
              row.get(KernelColumns.KIND),
              shape(row),
              row.get(KernelColumns.BATCH_ROWS),
              row.get(KernelColumns.RANK),
              row.get(KernelColumns.SVD_ALGORITHM)),
          row);
    }
    return latest.values();
  }

  private static String heading(KernelRow row) {
    Long threads = row.get(KernelColumns.THREADS);
    return Stream.of(
            row.get(KernelColumns.DEVICE),
            row.get(KernelColumns.DEVICE_NAME),
            row.get(KernelColumns.DTYPE),
            threads == null ? null : threads + (threads == 1 ? " thread" : " threads"))
        .filter(Objects::nonNull)
        .collect(Collectors.joining(", "));
  }

  private static String shape(KernelRow row) {
    return row.get(KernelColumns.ROWS) + "x" + row.get(KernelColumns.COLS);
  }

  private static Map<String, List<KernelRow>> byShape(List<KernelRow> rows, String... kinds) {
    return rows.stream()
        .filter(row -> List.of(kinds).contains(row.get(KernelColumns.KIND)))
        .collect(
            Collectors.groupingBy(KernelTables::shape, LinkedHashMap::new, Collectors.toList()));
  }

  private static KernelTable speedups(String shape, List<KernelRow> rows) {
    String equal =
        rows.stream()
            .map(row -> row.get(KernelColumns.BREAK_EVEN_RANK))
            .filter(Objects::nonNull)
            .findFirst()
            .map(rank -> "; equal operations at rank " + Figures.fixed(rank, 1))
            .orElse("");
    return byRank(
        "products of " + shape + ": speedup over the dense product, by rank" + equal,
        rows,
        row -> Figures.milliseconds(row.get(KernelColumns.LATENCY_MS_P50)),
        row -> Figures.factor(row.get(KernelColumns.SPEEDUP)),
        true);
  }

  private static KernelTable shares(String shape, List<KernelRow> rows, Roofline roofline) {
    String title =
        "products of "
            + shape
            + ": % of the roofline, by rank; it is "
            + Figures.fixed(roofline.peak(), 1)
            + " GFLOP/s, or "
            + Figures.fixed(roofline.bandwidth(), 1)
            + " GB/s where memory limits (m)";
    Function<KernelRow, String> share =
        row ->
            Roofline.isProduct(row)
                ? Figures.fixed(PERCENT * roofline.share(row), 0)
                    + (roofline.isMemoryBound(row) ? " m" : "")
                : "";
    return byRank(title, rows, share, share, false);
  }

  /** A line for every number of rows and way to multiply, a column for every rank. */
  private static KernelTable byRank(
      String title,
      List<KernelRow> rows,
      Function<KernelRow, String> dense,
      Function<KernelRow, String> lowRank,
      boolean withBreakEven) {
    TreeSet<Long> ranks =
        values(rows, row -> row.get(KernelColumns.RANK), KernelRow.LOWRANK_MATMUL);
    List<String> columns = new ArrayList<>(List.of("rows", "dense"));
    ranks.forEach(rank -> columns.add("r=" + rank));
    if (withBreakEven) {
      columns.add("break-even");
    }
    KernelTable table = new KernelTable(title, columns);
    BiFunction<String, Long, List<KernelRow>> of =
        (kind, batch) ->
            rows.stream()
                .filter(row -> kind.equals(row.get(KernelColumns.KIND)))
                .filter(row -> batch.equals(row.get(KernelColumns.BATCH_ROWS)))
                .toList();
    for (long batch :
        values(rows, row -> row.get(KernelColumns.BATCH_ROWS), KernelRow.DENSE_MATMUL)) {
      for (String kind : List.of(KernelRow.LOWRANK_MATMUL, KernelRow.LOWRANK_TWO_PRODUCTS)) {
        Map<Long, String> cells =
            of.apply(kind, batch).stream()
                .collect(Collectors.toMap(row -> row.get(KernelColumns.RANK), lowRank));
        boolean first = kind.equals(KernelRow.LOWRANK_MATMUL);
        if (first || !cells.isEmpty()) {
          List<String> line = new ArrayList<>();
          line.add(first ? Long.toString(batch) : batch + ", two products");
          line.add(first ? first(of.apply(KernelRow.DENSE_MATMUL, batch), dense) : "");
          ranks.forEach(rank -> line.add(cells.getOrDefault(rank, "")));
          if (withBreakEven) {
            List<KernelRow> crossing = of.apply(KernelRow.BREAK_EVEN, batch);
            line.add(first ? first(crossing, KernelTables::breakEven) : "");
          }
          table.add(line);
        }
      }
    }
    return table;
  }

  private static String first(List<KernelRow> rows, Function<KernelRow, String> cell) {
    return rows.isEmpty() ? "" : cell.apply(rows.get(0));
  }

  /** Where the crossing was not seen, on which side of the measured ranks it is. */
  private static String breakEven(KernelRow row) {
    String verdict = row.get(KernelColumns.BREAK_EVEN_VERDICT);
    if (KernelRow.FOUND.equals(verdict)) {
      return Figures.fixed(row.get(KernelColumns.BREAK_EVEN_RANK_MEASURED), 0);
    }
    return "below".equals(verdict) ? "below all" : "not reached";
  }

  private static KernelTable decompositions(List<KernelRow> rows) {
    List<String> algorithms =
        rows.stream()
            .map(row -> row.get(KernelColumns.SVD_ALGORITHM))
            .filter(Objects::nonNull)
            .distinct()
            .toList();
    List<String> columns = new ArrayList<>(List.of("shape", "rank"));
    columns.addAll(algorithms);
    KernelTable table =
        new KernelTable(
            "truncated SVD: time for a matrix, and error / smallest possible error where above "
                + OPTIMAL,
            columns);
    byShape(rows, KernelRow.SVD)
        .forEach(
            (shape, own) -> {
              for (long rank : values(own, row -> row.get(KernelColumns.RANK), KernelRow.SVD)) {
                Map<String, String> cells =
                    own.stream()
                        .filter(row -> row.get(KernelColumns.RANK) == rank)
                        .collect(
                            Collectors.toMap(
                                row -> row.get(KernelColumns.SVD_ALGORITHM),
                                KernelTables::decomposition));
                List<String> line = new ArrayList<>(List.of(shape, Long.toString(rank)));
                algorithms.forEach(name -> line.add(cells.getOrDefault(name, "")));
                table.add(line);
              }
            });
    return table;
  }

  private static String decomposition(KernelRow row) {
    Double ratio = row.get(KernelColumns.ERROR_OVER_OPTIMUM);
    String used = row.get(KernelColumns.SVD_USED);
    boolean chosen = "auto".equals(row.get(KernelColumns.SVD_ALGORITHM)) && used != null;
    return (chosen ? used + " " : "")
        + Figures.milliseconds(row.get(KernelColumns.MS_PER_MATRIX))
        + (ratio != null && ratio > OPTIMAL ? " (" + Figures.fixed(ratio, 3) + ")" : "");
  }

  private static TreeSet<Long> values(
      List<KernelRow> rows, Function<KernelRow, Long> value, String kind) {
    return rows.stream()
        .filter(row -> kind.equals(row.get(KernelColumns.KIND)))
        .map(value)
        .filter(Objects::nonNull)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
