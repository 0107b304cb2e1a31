package io.github.lrfbench.harness.peer;

import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.ServiceLoader;

/**
 * Another runtime. Those that the program does not bring are found by {@link ServiceLoader}, on the
 * class path that {@code LRFBENCH_CLASSPATH} adds to.
 */
public interface PeerRuntime {
  /** What {@code --peer} calls it, and ids of cells. */
  String name();

  /** What it reads. */
  Format format();

  /**
   * Name and version, as rows tell them.
   *
   * @throws InputException if it is not there
   */
  String version();

  /**
   * Opens a model.
   *
   * @param model in the format that it reads
   * @param threads that it may use
   * @throws PeerException if it does not open
   */
  Peer open(Path model, int threads);

  /** How a model is handed over. */
  enum Format {
    /** A folder, as {@code compress --out} writes it. */
    CHECKPOINT,
    /** A file, as {@link io.github.lrfbench.harness.onnx.OnnxExport#writeForward} writes it. */
    ONNX
  }

  /**
   * A runtime by its name: of a jar of the user's, or one of ours.
   *
   * @throws InputException if there is none
   */
  static PeerRuntime of(String name) {
    for (PeerRuntime runtime : ServiceLoader.load(PeerRuntime.class)) {
      if (runtime.name().equals(name)) {
        return runtime;
      }
    }
    for (PythonRuntime.Library library : PythonRuntime.Library.values()) {
      if (library.label().equals(name)) {
        return PythonRuntime.ofEnvironment(library);
      }
    }
    throw new InputException("--peer " + name + " is unknown; known are pytorch, onnxruntime");
  }
}
