package io.github.lrfbench.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import io.github.lrfbench.harness.peer.Peer;
import io.github.lrfbench.harness.peer.PeerException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A model that ONNX Runtime has read, with all of its optimizations. */
final class OnnxPeer implements Peer {
  /**
   * Idle threads of either side turn in circles for a moment before they sleep; the other shall not
   * be timed meanwhile.
   */
  private static final long PAUSE_MILLIS = 2;

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Map<String, OnnxTensor> inputs = new HashMap<>();
  private long lastNanos;

  private OnnxPeer(Path model, int threads) throws OrtException {
    this.environment = environment();
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      // Its threads would go on spinning after a call, and take processors from ours in ours.
      options.addConfigEntry("session.force_spinning_stop", "1");
      options.setInterOpNumThreads(1);
      options.setOptimizationLevel(OptLevel.ALL_OPT);
      this.session = environment.createSession(model.toString(), options);
    }
  }

  static Peer open(Path model, int threads) {
    try {
      return new OnnxPeer(model, threads);
    } catch (OrtException e) {
      throw failure(e);
    }
  }

  static String version() {
    return environment().getVersion();
  }

  private static OrtEnvironment environment() {
    // What it warns of is for those who made the runtime.
    return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
  }

  private static PeerException failure(OrtException cause) {
    return new PeerException("ONNX Runtime: " + String.join(" ", cause.getMessage().split("\\s+")));
  }

  @Override
  public float[] read(List<int[]> sequences) {
    int length = sequences.get(0).length;
    long[] shape = {sequences.size(), length};
    LongBuffer ids = LongBuffer.allocate(sequences.size() * length);
    for (int[] sequence : sequences) {
      for (int id : sequence) {
        ids.put(id);
      }
    }
    closeInputs();
    try {
      for (String name : session.getInputNames()) {
        LongBuffer values =
            name.equals("input_ids") ? ids.rewind() : LongBuffer.allocate(ids.capacity());
        inputs.put(name, OnnxTensor.createTensor(environment, values, shape));
      }
      try (OrtSession.Result result = session.run(inputs)) {
        FloatBuffer logits = ((OnnxTensor) result.get(0)).getFloatBuffer();
        float[] copy = new float[logits.remaining()];
        logits.get(copy);
        return copy;
      }
    } catch (OrtException e) {
      throw failure(e);
    }
  }

  @Override
  public List<ProcessHandle> processes() {
    return List.of(ProcessHandle.current());
  }

  @Override
  public void run() {
    pause();
    long start = System.nanoTime();
    try {
      session.run(inputs).close();
    } catch (OrtException e) {
      throw failure(e);
    }
    lastNanos = System.nanoTime() - start;
    pause();
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PeerException("interrupted");
    }
  }

  @Override
  public long lastNanos() {
    return lastNanos;
  }

  private void closeInputs() {
    inputs.values().forEach(OnnxTensor::close);
    inputs.clear();
  }

  @Override
  public void close() {
    closeInputs();
    try {
      session.close();
    } catch (OrtException e) {
      throw failure(e);
    }
  }
}
