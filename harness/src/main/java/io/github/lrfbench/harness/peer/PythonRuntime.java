package io.github.lrfbench.harness.peer;

import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** A runtime in a Python of the user's. */
final class PythonRuntime implements PeerRuntime {
  private static final String PYTHON = "LRFBENCH_PYTHON";

  /** A large model takes a while to read; nothing takes longer than that but what hangs. */
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final Library library;
  private final List<String> command;
  private final Duration limit;
  private String version;

  /** What is asked of Python. */
  enum Library {
    /** PyTorch with transformers, for which our own loader reads checkpoints. */
    PYTORCH(Format.CHECKPOINT, "wants torch, transformers and safetensors in"),
    /** ONNX Runtime. */
    ONNXRUNTIME(
        Format.ONNX,
        "wants lrfbench-onnxruntime.jar in LRFBENCH_CLASSPATH (see docs/peers.md), or onnxruntime"
            + " and numpy in");

    private final Format format;
    private final String wants;

    Library(Format format, String wants) {
      this.format = format;
      this.wants = wants;
    }

    /** What {@code --peer} calls it. */
    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A runtime.
   *
   * @param command starts Python; the script's path follows
   * @param limit of time for each answer
   */
  PythonRuntime(Library library, List<String> command, Duration limit) {
    this.library = library;
    this.command = List.copyOf(command);
    this.limit = limit;
  }

  /** A runtime in the Python that the user's environment names. */
  static PythonRuntime ofEnvironment(Library library) {
    String python = Objects.requireNonNullElse(System.getenv(PYTHON), "python3");
    return new PythonRuntime(library, List.of(python), LIMIT);
  }

  @Override
  public String name() {
    return library.label();
  }

  @Override
  public Format format() {
    return library.format;
  }

  @Override
  public String version() {
    if (version == null) {
      try (PythonPeer peer = start(1)) {
        version = name() + " " + peer.version();
      } catch (PeerException e) {
        throw new InputException(
            "--peer "
                + name()
                + " "
                + library.wants
                + " the Python that "
                + PYTHON
                + " names, python3 by default: "
                + e.getMessage());
      }
    }
    return version;
  }

  @Override
  public Peer open(Path model, int threads) {
    PythonPeer peer = start(threads);
    try {
      peer.load(model);
      return peer;
    } catch (RuntimeException | Error e) {
      peer.close();
      throw e;
    }
  }

  private PythonPeer start(int threads) {
    return new PythonPeer(command, name(), threads, limit);
  }
}
