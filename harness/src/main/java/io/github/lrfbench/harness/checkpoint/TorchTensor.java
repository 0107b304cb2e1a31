package io.github.lrfbench.harness.checkpoint;

import io.github.lrfbench.harness.pickle.Unpickler;
import io.github.lrfbench.kernels.Shape;
import java.util.List;

/**
 * A tensor as a pickle describes it.
 *
 * @param offset its first element in the storage, counted in elements of its type
 * @param strides how many elements lie between neighbours along each axis
 */
record TorchTensor(
    TorchStorage storage, StoredType type, long offset, Shape shape, List<Long> strides)
    implements Unpickler.Attributed {}
