package io.github.lrfbench.harness.peer;

import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;

/**
 * Another runtime.
 *
 * @see PytorchRuntime
 */
public interface PeerRuntime {
  /** What {@code --peer} calls it, and ids of cells. */
  String name();

  /**
   * Name and version, as rows tell them.
   *
   * @throws InputException if it is not there
   */
  String version();

  /**
   * Opens a model.
   *
   * @param directory a checkpoint, as {@code compress --out} writes it
   * @param threads that it may use
   * @throws PeerException if it does not open
   */
  Peer open(Path directory, int threads);

  /**
   * A runtime by its name.
   *
   * @throws InputException if there is none
   */
  static PeerRuntime of(String name) {
    if (!name.equals(PytorchRuntime.NAME)) {
      throw new InputException("--peer " + name + " is unknown; known is " + PytorchRuntime.NAME);
    }
    return PytorchRuntime.ofEnvironment();
  }
}
