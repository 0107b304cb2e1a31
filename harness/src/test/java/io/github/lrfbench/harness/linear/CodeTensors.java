package io.github.lrfbench.harness.linear;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.util.function.Supplier;

/** The tensors of a module "m" of codes and scales, and what a configuration says of it. */
record CodeTensors(Tensor codes, Tensor scales, String constants) implements ModuleTensors {
  @Override
  public Tensor tensor(String name, DType dtype, long... dims) {
    Tensor found = name.endsWith("codes") ? codes : scales;
    assertArrayEquals(dims, found.shape().toArray());
    return found;
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
  public Scope scope() {
    throw new UnsupportedOperationException();
  }

  @Override
  public JsonNode constants(String module) {
    try {
      return new ObjectMapper().readTree(constants).path("m");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Override
  public boolean has(String name) {
    return !name.endsWith("zeros");
  }

  @Override
  public boolean hasBelow(String path) {
    return false;
  }

  @Override
  public Shape shape(String name) {
    return scales.shape();
  }
}
