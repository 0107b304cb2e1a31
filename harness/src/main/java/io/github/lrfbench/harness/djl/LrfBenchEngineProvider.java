package io.github.lrfbench.harness.djl;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineProvider;

/** How DJL finds the engine: by {@code ServiceLoader}, under the name {@code LRFBench}. */
public final class LrfBenchEngineProvider implements EngineProvider {
  static {
    // DJL calls home once its providers are loaded, which is the last moment to forbid it.
    System.setProperty("OPT_OUT_TRACKING", "true");
  }

  @Override
  public String getEngineName() {
    return LrfBenchEngine.NAME;
  }

  @Override
  public int getEngineRank() {
    return LrfBenchEngine.RANK;
  }

  @Override
  public Engine getEngine() {
    return LrfBenchEngine.INSTANCE;
  }
}
