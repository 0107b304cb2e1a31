package io.github.lrfbench.kernels.contract;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/** A device for all tests of a class, and a scope for each. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ContractTest {
  private Device device;
  private Scope scope;

  /** Opens the device under test. */
  protected abstract Device openDevice();

  /** The types in which the device computes. */
  protected List<DType> dtypes() {
    return List.of(DType.F32, DType.F64);
  }

  /** How far a result may be from the reference, as a part of the largest magnitude. */
  protected double tolerance(DType dtype) {
    return switch (dtype) {
      case F64 -> 1e-13;
      case F32 -> 2e-6;
      case F16 -> 2e-3;
      case BF16 -> 2e-2;
      case I32, I8, U8 -> 0;
    };
  }

  @BeforeAll
  final void open() {
    device = openDevice();
  }

  @AfterAll
  final void close() {
    device.close();
  }

  @BeforeEach
  final void openScope() {
    scope = device.openScope();
  }

  @AfterEach
  final void closeScope() {
    scope.close();
  }

  final Device device() {
    return device;
  }

  final Scope scope() {
    return scope;
  }

  final Matrix packed(DType dtype, Grid grid) {
    return Placed.of(scope, dtype, Placed.Layout.PACKED, grid).matrix();
  }

  final Tensor vector(DType dtype, double... values) {
    Tensor tensor = scope.allocate(dtype, values.length);
    tensor.write(0, values, 0, values.length);
    return tensor;
  }

  final Tensor ints(int... values) {
    return scope.ints(values, values.length);
  }
}
