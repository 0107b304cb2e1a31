package io.github.lrfbench.harness.train;

import io.github.lrfbench.harness.exchange.Exchanged;
import io.github.lrfbench.harness.exchange.GradientCompression;
import io.github.lrfbench.harness.measure.Link;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Workers that train in parallel, each on its share of every batch, and exchange their gradients.
 * They are simulated one after another in this process.
 *
 * @param count number of workers
 * @param compression of the gradients that they exchange
 * @param links for which the time of the exchange is modelled
 */
public record Workers(int count, GradientCompression compression, List<Link> links) {
  private static final List<String> COLUMNS =
      List.of(
          "payload_bytes",
          "sent_bytes",
          "gradient_cosine",
          "gradient_relative_error",
          "compression_seconds");

  /** Checks the numbers. */
  public Workers {
    if (count < 1) {
      throw new InputException("--workers must be at least 1, but is " + count);
    }
    if (links.stream().map(Workers::column).distinct().count() < links.size()) {
      throw new InputException("--link names a link twice");
    }
  }

  /**
   * Checks that every worker has something to do.
   *
   * @throws InputException if a batch has fewer examples than there are workers
   */
  public void requireWork(int batchSize) {
    if (batchSize < count) {
      throw new InputException(
          "--batch-size "
              + batchSize
              + " leaves some of the "
              + count
              + " workers without an example: it is shared out among them");
    }
  }

  /** The name of the column of a link, such as {@code modelled_seconds_1.25GBps_50us}. */
  private static String column(Link link) {
    return "modelled_seconds_"
        + plain(link.gigabytesPerSecond())
        + "GBps_"
        + plain(link.latencyMicros())
        + "us";
  }

  private static String plain(double value) {
    return value == Math.rint(value) && value < 1e9
        ? String.format(Locale.ROOT, "%.0f", value)
        : Double.toString(value);
  }

  /** What a training's log tells of each exchange. */
  List<String> columns() {
    List<String> columns = new ArrayList<>(COLUMNS);
    links.forEach(link -> columns.add(column(link)));
    return columns;
  }

  /**
   * The values of these columns.
   *
   * @param exchange null where there was none
   */
  List<String> cells(Exchanged exchange) {
    if (exchange == null) {
      return Collections.nCopies(COLUMNS.size() + links.size(), "");
    }
    List<String> cells = new ArrayList<>();
    cells.add(Long.toString(exchange.cost().payloadBytes()));
    cells.add(String.format(Locale.ROOT, "%.0f", exchange.cost().sentBytes()));
    cells.add(known(exchange.cosine()));
    cells.add(known(exchange.relativeError()));
    cells.add(String.format(Locale.ROOT, "%.6f", exchange.cost().compressionSeconds()));
    links.forEach(
        link ->
            cells.add(String.format(Locale.ROOT, "%.6g", exchange.cost().modelledSeconds(link))));
    return cells;
  }

  private static String known(double value) {
    return Double.isNaN(value) ? "" : Double.toString(value);
  }
}
