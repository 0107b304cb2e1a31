package io.github.lrfbench.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import io.github.lrfbench.harness.peer.Peer;
import io.github.lrfbench.harness.peer.PeerException;
import io.github.lrfbench.harness.peer.PeerRuntime;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;

/** ONNX Runtime in this process, on the processor. */
public final class OnnxRuntime implements PeerRuntime {
  private static final String NAME = "onnxruntime";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Format format() {
    return Format.ONNX;
  }

  @Override
  public String version() {
    try {
      return NAME + " " + environment().getVersion();
    } catch (LinkageError e) {
      throw new InputException(
          "--peer onnxruntime: its library does not load; lib/onnxruntime-*.jar must lie beside"
              + " lrfbench-onnxruntime.jar: "
              + e.getMessage());
    }
  }

  @Override
  public Peer open(Path model, int threads) {
    try {
      return new OnnxPeer(environment(), model, threads);
    } catch (OrtException e) {
      throw failure(e);
    }
  }

  private static OrtEnvironment environment() {
    // What it warns of is for those who made the runtime.
    return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
  }

  static PeerException failure(OrtException cause) {
    return new PeerException("ONNX Runtime: " + String.join(" ", cause.getMessage().split("\\s+")));
  }
}
