package io.github.lrfbench.harness.model;

import static io.github.lrfbench.harness.model.Embedded.embed;
import static io.github.lrfbench.harness.model.Embedded.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.DType;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("cuda")
class CudaSafeEmbeddingsTest extends SafeEmbeddingsTest {
  @Override
  String kind() {
    return "cuda";
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void halfPrecisionGivesNearlyTheSame(DType dtype) throws IOException {
    open("bert");
    TokenSequence[] texts = {text(3, 299, 7, 0, 41), text(9)};
    try (Model model = RandomSafe.in(dense(), 8, 2);
        Model half = model.copy(dtype)) {
      assertArrayEquals(
          embed(model, texts), embed(half, texts), dtype == DType.F16 ? 0.02f : 0.15f);
    }
  }
}
