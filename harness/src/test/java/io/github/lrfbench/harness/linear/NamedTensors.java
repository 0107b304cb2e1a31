package io.github.lrfbench.harness.linear;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.util.Map;
import java.util.function.Supplier;

/** Tensors by their names, and the constants of all modules. */
record NamedTensors(Map<String, Tensor> byName, JsonNode all, Scope scope)
    implements ModuleTensors {
  @Override
  public Tensor tensor(String name, DType dtype, long... dims) {
    assertArrayEquals(dims, shape(name).toArray());
    assertEquals(dtype, byName.get(name).dtype());
    return byName.get(name);
  }

  @Override
  public Matrix transposed(String name, int rows, int cols) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <T> T once(String name, Supplier<T> maker) {
    throw new UnsupportedOperationException();
  }

  @Override
  public JsonNode constants(String module) {
    return all.path(module);
  }

  @Override
  public boolean has(String name) {
    return byName.containsKey(name);
  }

  @Override
  public boolean hasBelow(String path) {
    return false;
  }

  @Override
  public Shape shape(String name) {
    return byName.get(name).shape();
  }
}
