package io.github.lrfbench.harness.djl;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.util.passthrough.PassthroughNDManager;
import io.github.lrfbench.harness.result.Provenance;

/**
 * An engine that loads what LRF-Bench loads, and computes no arrays: between DJL and a model go
 * token ids and outputs, which stay on the host.
 */
final class LrfBenchEngine extends Engine {
  static final String NAME = "LRFBench";

  /** DJL takes the engine of the lowest rank by default; those of its own have up to 15. */
  static final int RANK = 1000;

  static final LrfBenchEngine INSTANCE = new LrfBenchEngine();

  private LrfBenchEngine() {}

  @Override
  public Engine getAlternativeEngine() {
    return null;
  }

  @Override
  public String getEngineName() {
    return NAME;
  }

  @Override
  public int getRank() {
    return RANK;
  }

  @Override
  public String getVersion() {
    return Provenance.current().version();
  }

  @Override
  public boolean hasCapability(String capability) {
    return false;
  }

  @Override
  public Model newModel(String name, Device device) {
    return new LrfBenchModel(name, device);
  }

  @Override
  public NDManager newBaseManager() {
    return newBaseManager(null);
  }

  @Override
  public NDManager newBaseManager(Device device) {
    return new PassthroughNDManager(this, device);
  }
}
