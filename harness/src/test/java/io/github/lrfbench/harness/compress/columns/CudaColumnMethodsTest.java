package io.github.lrfbench.harness.compress.columns;

import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaColumnMethodsTest extends ColumnMethodsTest {
  @Override
  String kind() {
    return "cuda";
  }
}
