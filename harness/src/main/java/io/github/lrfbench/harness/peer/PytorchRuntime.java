package io.github.lrfbench.harness.peer;

import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** PyTorch with transformers, in a Python of the user's; models are read by our own loader. */
public final class PytorchRuntime implements PeerRuntime {
  static final String NAME = "pytorch";

  private static final String PYTHON = "LRFBENCH_PYTHON";

  /** A large model takes a while to read; nothing takes longer than that but what hangs. */
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final List<String> command;
  private final Duration limit;
  private String version;

  /**
   * A runtime.
   *
   * @param command starts Python; the script's path follows
   * @param limit of time for each answer
   */
  PytorchRuntime(List<String> command, Duration limit) {
    this.command = List.copyOf(command);
    this.limit = limit;
  }

  static PytorchRuntime ofEnvironment() {
    String python = Objects.requireNonNullElse(System.getenv(PYTHON), "python3");
    return new PytorchRuntime(List.of(python), LIMIT);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String version() {
    if (version == null) {
      try (PythonPeer peer = new PythonPeer(command, 1, limit)) {
        version = NAME + " " + peer.version();
      } catch (PeerException e) {
        throw new InputException(
            "--peer "
                + NAME
                + " wants torch, transformers and safetensors in the Python that "
                + PYTHON
                + " names, python3 by default: "
                + e.getMessage());
      }
    }
    return version;
  }

  @Override
  public Peer open(Path directory, int threads) {
    PythonPeer peer = new PythonPeer(command, threads, limit);
    try {
      peer.load(directory);
      return peer;
    } catch (RuntimeException | Error e) {
      peer.close();
      throw e;
    }
  }
}
