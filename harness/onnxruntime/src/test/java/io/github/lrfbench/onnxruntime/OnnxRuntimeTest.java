package io.github.lrfbench.onnxruntime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.onnx.OnnxExport;
import io.github.lrfbench.harness.peer.Peer;
import io.github.lrfbench.harness.peer.PeerException;
import io.github.lrfbench.harness.peer.PeerRuntime;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.ModelSources;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The runtime that sweeps find computes what we compute, and says what goes wrong. */
class OnnxRuntimeTest {
  private static final int[] IDS = {2, 45, 301, 17, 8, 3};
  private static final int[] OTHERS = {2, 9, 9, 120, 5, 3};

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"demo:bert, demo-sst2", "demo:gpt2, demo-sst2", "demo:gpt2, demo-lm"})
  void itComputesTheSame(String model, String task) {
    PeerRuntime runtime = PeerRuntime.of("onnxruntime");
    assertInstanceOf(OnnxRuntime.class, runtime);
    assertTrue(runtime.version().matches("onnxruntime \\d+\\.\\d+\\.\\d+"), runtime.version());
    Path directory = ModelSources.of(model, folder).directory(task);
    Path file = folder.resolve("model.onnx");
    try (Device device = Devices.open("cpu", new DeviceOptions(2), line -> {});
        LoadedModel loaded = LoadedModel.open(directory, device)) {
      OnnxExport.writeForward(loaded.model(), file);
      try (Peer peer = runtime.open(file, 2)) {
        float[] logits = peer.read(List.of(IDS, OTHERS));
        assertArrayEquals(forward(loaded.model(), IDS, OTHERS), logits, 1e-4f);
        peer.run();
        assertTrue(peer.lastNanos() > 0);
        assertEquals(logits.length / 2, peer.read(List.of(IDS)).length);
      }
    }
  }

  private static float[] forward(Model model, int[]... texts) {
    try (Scope scope = model.device().openScope();
        Ops ops = new EagerOps(model.device())) {
      List<TokenSequence> sequences =
          List.of(texts).stream().map(ids -> new TokenSequence(ids, new int[ids.length])).toList();
      return model.forward(ops, TokenBatch.of(scope, sequences, model.info())).toFloats();
    }
  }

  @Test
  void whatIsNoModelIsRefusedInOneLine() throws IOException {
    Path file = Files.writeString(folder.resolve("model.onnx"), "no model");
    String message =
        assertThrows(PeerException.class, () -> new OnnxRuntime().open(file, 1)).getMessage();
    assertTrue(message.startsWith("ONNX Runtime: ") && !message.contains("\n"), message);
  }

  /** As where its jar was taken along without the one beside it. */
  @Test
  void withoutTheLibraryItSaysWhatIsMissing() throws IOException, ReflectiveOperationException {
    String own = OnnxRuntime.class.getName();
    ClassLoader others =
        new ClassLoader(OnnxRuntime.class.getClassLoader()) {
          @Override
          protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("ai.onnxruntime.") || name.startsWith("io.github.lrfbench.onnx")) {
              throw new ClassNotFoundException(name);
            }
            return super.loadClass(name, resolve);
          }
        };
    URL[] classes = {OnnxRuntime.class.getProtectionDomain().getCodeSource().getLocation()};
    try (URLClassLoader loader = new URLClassLoader(classes, others)) {
      PeerRuntime runtime = (PeerRuntime) loader.loadClass(own).getConstructor().newInstance();
      String message = assertThrows(InputException.class, runtime::version).getMessage();
      assertTrue(message.contains("lib/onnxruntime-*.jar must lie beside"), message);
    }
  }
}
