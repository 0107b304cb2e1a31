package io.github.lrfbench.harness.exchange;

import io.github.lrfbench.harness.measure.Link;
import io.github.lrfbench.kernels.Device;
import java.util.ArrayList;
import java.util.List;

/**
 * What the exchange of one step costs a worker: the bytes that it sends, which are counted, and the
 * time in which it compresses and expands, which is measured on this machine.
 */
public final class ExchangeCost {
  private final Device device;
  private final int workers;
  private final List<Long> payloads = new ArrayList<>();
  private double seconds;

  /** Nothing so far. */
  public ExchangeCost(Device device, int workers) {
    this.device = device;
    this.workers = workers;
  }

  /** An all-reduce of so many bytes of each worker. */
  void allReduced(long bytes) {
    payloads.add(bytes);
  }

  /** Does what all the workers do, each with its own numbers: a worker takes its share of it. */
  void each(Runnable work) {
    seconds += device.time(work).wallMillis() / 1e3 / workers;
  }

  /** Does what every worker does alike, and is done here once for all of them. */
  void alike(Runnable work) {
    seconds += device.time(work).wallMillis() / 1e3;
  }

  /** Bytes of each of the step's all-reduces. */
  List<Long> payloads() {
    return List.copyOf(payloads);
  }

  /** Bytes that are summed over the workers. */
  public long payloadBytes() {
    return payloads.stream().mapToLong(bytes -> bytes).sum();
  }

  /** Bytes that a worker sends in the ring, 2 (N - 1) / N of the payload; the mean over workers. */
  public double sentBytes() {
    return 2.0 * (workers - 1) * payloadBytes() / workers;
  }

  /** What the all-reduces take by a model of the link, in seconds: 2 (N - 1) messages each. */
  public double modelledSeconds(Link link) {
    return link.seconds(sentBytes(), 2.0 * (workers - 1) * payloads.size());
  }

  /** Seconds in which a worker compresses and expands. */
  public double compressionSeconds() {
    return seconds;
  }
}
