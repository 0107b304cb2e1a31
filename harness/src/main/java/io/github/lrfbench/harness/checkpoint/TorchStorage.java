package io.github.lrfbench.harness.checkpoint;

/**
 * What tensors of PyTorch share: numbers in a row.
 *
 * @param key names it in its file
 * @param type of its elements; U8 if it is a storage of bytes
 * @param elements how many it has
 * @param offset its first element in the key's storage, which may be larger
 * @param whole how many elements the key's storage has
 */
record TorchStorage(String key, StoredType type, long elements, long offset, long whole) {
  /** Bytes of the key's storage, or the largest number if there are more. */
  long bytes() {
    return whole > Long.MAX_VALUE / type.bytes() ? Long.MAX_VALUE : whole * type.bytes();
  }
}
