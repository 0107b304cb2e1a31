package io.github.lrfbench.harness.compress.spi;

import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The method {@code dense}: nothing is compressed. */
public final class DenseBaseline implements Compressor {
  /** The method's name. */
  public static final String NAME = "dense";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        NAME, "the model as it is, the baseline of every comparison", "", Set.<Need>of());
  }

  @Override
  public Compression compress(CompressionRequest request) {
    return new Compression(Map.of(), List.of(), Map.of());
  }
}
