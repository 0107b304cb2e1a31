package io.github.lrfbench.benchmarks.demo;

import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.WeightSource;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/** Weights on the host, by the names of a checkpoint. */
final class NamedWeights implements WeightSource {
  private record Entry(Shape shape, float[] values) {}

  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /** A copy of a model's weights. */
  static NamedWeights of(Model model) {
    NamedWeights weights = new NamedWeights();
    for (Parameter parameter : model.weights()) {
      weights.put(parameter.name(), parameter.shape(), parameter.read());
    }
    return weights;
  }

  /** Adds a tensor, or replaces the one of this name. */
  void put(String name, Shape shape, float[] values) {
    if (values.length != shape.size()) {
      throw new IllegalArgumentException(name + ": " + values.length + " numbers for " + shape);
    }
    entries.put(name, new Entry(shape, values));
  }

  /** The elements of a tensor, row-major; changes are seen by later readers. */
  float[] values(String name) {
    return entry(name).values;
  }

  /** Keeps only some rows of a matrix, or elements of a vector. */
  void keepRows(String name, int from, int to) {
    Entry entry = entry(name);
    long[] dims = entry.shape.toArray();
    int width = Math.toIntExact(entry.shape.size() / dims[0]);
    dims[0] = to - from;
    put(name, Shape.of(dims), Arrays.copyOfRange(entry.values, from * width, to * width));
  }

  /** Hands every tensor's name and shape to a receiver, in the order in which they came. */
  void forEach(BiConsumer<String, Shape> receiver) {
    entries.forEach((name, entry) -> receiver.accept(name, entry.shape));
  }

  private Entry entry(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new InputException("no weights of the name " + name);
    }
    return entry;
  }

  @Override
  public boolean has(String name) {
    return entries.containsKey(name);
  }

  @Override
  public Shape shape(String name) {
    return entry(name).shape;
  }

  @Override
  public void read(String name, Tensor target) {
    float[] values = entry(name).values;
    target.write(0, values, 0, values.length);
  }
}
