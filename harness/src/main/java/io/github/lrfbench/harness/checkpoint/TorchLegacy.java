package io.github.lrfbench.harness.checkpoint;

import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.pickle.PickleInput;
import io.github.lrfbench.harness.pickle.Unpickler;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The format of {@code torch.save} before 1.6: pickles of a magic number, a version, the machine,
 * the state dict and the storages' keys, then the storages.
 */
final class TorchLegacy {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long VERSION = 1001;

  private final Path file;
  private final FileChannel channel;
  private final TorchVocabulary vocabulary;
  private final PickleInput in;

  private TorchLegacy(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    this.vocabulary = new TorchVocabulary(file);
    this.in = new PickleInput(file, channel, 0, channel.size());
  }

  /**
   * The tensors of a file by name.
   *
   * @throws InputException if it is no file of {@code torch.save}
   */
  static Map<String, StoredTensor> read(Path file, FileChannel channel) throws IOException {
    return new TorchLegacy(file, channel).read();
  }

  private Map<String, StoredTensor> read() throws IOException {
    if (!MAGIC.equals(next())) {
      throw Faults.of(file, "is a pickle, but not one that torch.save wrote");
    }
    if (!Long.valueOf(VERSION).equals(next())) {
      throw Faults.of(file, "is of an unknown version of torch.save's old format");
    }
    if (!(next() instanceof Map<?, ?> machine)
        || !Boolean.TRUE.equals(machine.get("little_endian"))) {
      throw Faults.of(file, "was written on a big-endian machine, which is not read");
    }
    Map<String, TorchTensor> tensors = StateDict.of(file, next());
    if (!(next() instanceof List<?> keys)) {
      throw Faults.of(file, "lacks the list of its storages");
    }
    TorchLayout layout = new TorchLayout(file, channel.size());
    Set<String> missing = new TreeSet<>(vocabulary.storages().keySet());
    long position = in.position();
    for (Object key : keys) {
      TorchStorage storage = key instanceof String ? vocabulary.storages().get(key) : null;
      if (storage == null || !missing.remove(storage.key())) {
        throw Faults.of(file, "lists a storage that no tensor has, or one twice");
      }
      long elements = elements(position);
      if (elements != storage.whole()) {
        throw wrong(storage, elements);
      }
      position += Long.BYTES;
      layout.place(storage, position, Math.min(storage.bytes(), channel.size() - position));
      position += storage.bytes();
    }
    if (!missing.isEmpty()) {
      throw Faults.of(file, "lacks the storage " + Faults.quote(missing.iterator().next()));
    }
    return layout.of(tensors);
  }

  private Object next() {
    return Unpickler.read(in, vocabulary);
  }

  private long elements(long position) throws IOException {
    if (position > channel.size() - Long.BYTES) {
      throw Faults.of(file, "ends before its storages do; is it truncated?");
    }
    ByteBuffer number = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    StoredTensors.readFully(file, channel, number, position);
    return number.getLong(0);
  }

  private InputException wrong(TorchStorage storage, long elements) {
    return Faults.of(
        file,
        "the storage "
            + Faults.quote(storage.key())
            + " holds "
            + elements
            + " numbers, but "
            + storage.whole()
            + " are announced");
  }
}
