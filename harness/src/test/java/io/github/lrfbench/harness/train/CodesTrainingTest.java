package io.github.lrfbench.harness.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.linear.Forms;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.GoldenInputs;
import io.github.lrfbench.harness.model.GoldenModel;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Codes and their scales stay as they are where a model is trained that has some. */
class CodesTrainingTest {
  private static final TrainingSettings SETTINGS =
      new TrainingSettings(3, 1e-2, 2, 2, 0.1, AdamWSettings.DEFAULT, 1, 0, Selection.LAST, 1);

  @TempDir private Path temporary;

  private static Model model(GoldenModel golden, Scope scope) {
    Forms forms = new Forms(3, scope);
    Map<String, Linear> replacements = new HashMap<>();
    for (LinearSlot slot : golden.model().slots()) {
      String kind = Forms.KINDS.get(replacements.size() % Forms.KINDS.size());
      Linear linear = slot.linear();
      replacements.put(slot.name(), forms.of(kind, linear.outputs(), linear.inputs(), true));
    }
    return golden.model().with(replacements);
  }

  private static boolean equal(Parameter before, Parameter after) {
    return before.stored().isCode()
        ? Arrays.equals(before.readCodes(), after.readCodes())
        : Arrays.equals(before.read(), after.read());
  }

  @Test
  void codesStayAndEverythingElseIsTrained() throws IOException {
    Path folder = TestData.require("golden/bert-cls");
    LabelledExamples examples =
        new LabelledExamples(GoldenInputs.read(folder), new double[] {2, 0, 1}, false);
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        GoldenModel golden = GoldenModel.load(folder, device);
        Checkpoint checkpoint = Checkpoint.open(folder);
        Scope scope = device.openScope();
        Model before = model(golden, scope);
        Model trained = before.copy()) {
      try (GradientBuffers gradients = new GradientBuffers(device, trained.weights())) {
        List<Tensor> tensors = gradients.tensors();
        assertTrue(tensors.stream().allMatch(tensor -> tensor.dtype().isFloating()));
        assertTrue(
            trained.weights().stream()
                .filter(weight -> !weight.trainable())
                .noneMatch(weight -> tensors.contains(weight.value().data())));
      }
      Path out = temporary.resolve("out");
      TrainedCheckpoint output =
          new TrainedCheckpoint(
              trained, checkpoint.config(), JsonNodeFactory.instance.objectNode(), folder, null);
      FineTuning.run(
          new FineTuning.Job(trained, trained.weights(), output, out, "fingerprint", 1),
          examples,
          SETTINGS,
          null,
          TrainingListener.NONE);
      int frozen = 0;
      for (int i = 0; i < before.weights().size(); i++) {
        Parameter old = before.weights().get(i);
        assertEquals(!old.trainable(), equal(old, trained.weights().get(i)), old.name());
        frozen += old.trainable() ? 0 : 1;
      }
      assertTrue(frozen > 4, frozen + " tensors");
      assertFalse(frozen == before.weights().size());
      try (GoldenModel read = GoldenModel.load(out, device)) {
        assertArrayEquals(
            trained.weights().stream().map(Parameter::name).toArray(),
            read.model().weights().stream().map(Parameter::name).toArray());
        for (int i = 0; i < before.weights().size(); i++) {
          assertTrue(equal(trained.weights().get(i), read.model().weights().get(i)));
        }
      }
    }
  }
}
