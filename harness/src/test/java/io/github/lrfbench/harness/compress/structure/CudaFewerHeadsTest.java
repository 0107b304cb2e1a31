package io.github.lrfbench.harness.compress.structure;

import java.util.List;
import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaFewerHeadsTest extends FewerHeadsTest {
  @Override
  String deviceId() {
    return "cuda";
  }

  @Override
  List<String> models() {
    return List.of("bert", "gpt2-whole");
  }
}
