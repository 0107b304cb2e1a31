package io.github.lrfbench.harness.tensorparallel;

import io.github.lrfbench.harness.model.GoldenInputs;
import io.github.lrfbench.harness.model.GoldenModel;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shards on CUDA. */
@Tag("cuda")
class CudaTensorParallelModelTest {
  private static Device open() {
    return Devices.open("cuda", new DeviceOptions(1), line -> {});
  }

  /** The second device is the same GPU opened once more, with a stream of its own. */
  @ParameterizedTest
  @ValueSource(strings = {"bert-cls", "gpt2-lm"})
  void shardsOfReferenceModelsGiveTheirLogits(String name) throws IOException {
    Path golden = TestData.require("golden/" + name);
    List<TokenSequence> sequences = GoldenInputs.read(golden);
    try (Device device = open();
        Device second = open();
        GoldenModel model = GoldenModel.load(golden, device);
        Model factored = TensorParallelModelTest.factored(model.model(), 3)) {
      TensorParallelModelTest.compare(model.model(), sequences, 2, LowRankSplit.OUTPUTS, device);
      for (LowRankSplit split : LowRankSplit.values()) {
        TensorParallelModelTest.compare(factored, sequences, 4, split, device);
        TensorParallelModelTest.compare(factored, sequences, 4, split, device, second);
      }
    }
  }
}
