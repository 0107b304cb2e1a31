package io.github.lrfbench.harness.exits;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A GPU stops where the processor does. */
@Tag("cuda")
class CudaEarlyExitTest {
  private static final List<TokenSequence> SEQUENCES =
      List.of(
          new TokenSequence(new int[] {2, 5, 3}, new int[3]),
          new TokenSequence(new int[] {2, 8, 9, 7, 3}, new int[5]));

  @TempDir private Path folder;

  private static float[] outputs(Path directory, String on, String policy) {
    try (Device device = Devices.open(on, new DeviceOptions(1), line -> {});
        LoadedModel loaded = LoadedModel.open(directory, device);
        ExitModel model = ExitModel.draw(loaded.model().copy(), ExitTraining.TWO_STAGE, 3);
        Scope scope = device.openScope();
        Ops ops = new EagerOps(device)) {
      EarlyExit early = new EarlyExit(model, ExitPolicy.parse(policy));
      return early.forward(ops, TokenBatch.of(scope, SEQUENCES, model.info())).toFloats();
    }
  }

  @Test
  void outputsAreThoseOfTheProcessor() throws IOException {
    Path directory = TinyCheckpoint.distilbert(folder.resolve("model"), 2);
    for (String policy : List.of("entropy:0", "layer:1", "entropy:9")) {
      assertArrayEquals(
          outputs(directory, "cpu", policy), outputs(directory, "cuda", policy), 1e-5f, policy);
    }
  }
}
