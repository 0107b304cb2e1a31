package org.example.blocks;

import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LinearFormat;
import io.github.lrfbench.harness.linear.LinearFormats;
import io.github.lrfbench.harness.linear.ModuleTensors;
import io.github.lrfbench.harness.linear.TensorShapes;
import java.util.ArrayList;
import java.util.List;

/** In a checkpoint the blocks stand below their module as {@code .blocks.0}, {@code .blocks.1}. */
public final class BlocksFormat implements LinearFormat {
  static final String PART = ".blocks.";

  @Override
  public boolean holds(TensorShapes tensors, String module) {
    return tensors.hasBelow(module + PART);
  }

  @Override
  public int outputs(TensorShapes tensors, String module) {
    return count(tensors, module) * LinearFormats.outputs(tensors, module + PART + 0);
  }

  @Override
  public Linear read(ModuleTensors tensors, Place place) {
    int count = count(tensors, place.module());
    List<Linear> blocks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String block = place.module() + PART + i;
      Place own = new Place(block, place.outputs() / count, place.inputs() / count, 1);
      blocks.add(LinearFormats.read(tensors, own));
    }
    return new Blocks(blocks, null);
  }

  private static int count(TensorShapes tensors, String module) {
    int count = 0;
    while (tensors.hasBelow(module + PART + count + ".")) {
      count++;
    }
    return Math.max(1, count);
  }
}
