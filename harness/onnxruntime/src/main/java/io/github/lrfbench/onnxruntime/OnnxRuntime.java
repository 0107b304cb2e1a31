package io.github.lrfbench.onnxruntime;

import io.github.lrfbench.harness.peer.Peer;
import io.github.lrfbench.harness.peer.PeerRuntime;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;

/**
 * ONNX Runtime in this process, on the processor. Without its library this class loads, and tells
 * what is missing.
 */
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
      return NAME + " " + OnnxPeer.version();
    } catch (LinkageError e) {
      throw new InputException(
          "--peer onnxruntime: its library does not load; lib/onnxruntime-*.jar must lie beside"
              + " lrfbench-onnxruntime.jar: "
              + e.getMessage());
    }
  }

  @Override
  public Peer open(Path model, int threads) {
    return OnnxPeer.open(model, threads);
  }
}
