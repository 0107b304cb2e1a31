package io.github.lrfbench.harness.checkpoint;

import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.pickle.PickleInput;
import io.github.lrfbench.harness.pickle.Unpickler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The format of {@code torch.save} since 1.6: a zip archive of a pickle and of the storages. */
final class TorchZip {
  private static final String PICKLE = "/data.pkl";
  private static final String SCRIPT = "/constants.pkl";

  private TorchZip() {}

  /**
   * The tensors of an archive by name.
   *
   * @throws io.github.lrfbench.kernels.InputException if it is none of {@code torch.save}
   */
  static Map<String, StoredTensor> read(Path file, FileChannel channel) throws IOException {
    ZipDirectory zip = ZipDirectory.read(file, channel);
    List<String> roots =
        zip.names().stream()
            .filter(name -> name.indexOf('/') == name.length() - PICKLE.length())
            .filter(name -> name.endsWith(PICKLE))
            .map(name -> name.substring(0, name.length() - PICKLE.length()))
            .toList();
    if (roots.size() != 1) {
      throw Faults.of(file, "is a zip archive, but not one that torch.save wrote");
    }
    String root = roots.get(0);
    if (zip.names().contains(root + SCRIPT)) {
      throw Faults.of(
          file, "is a TorchScript program, not a state dict; save the model's state_dict()");
    }
    requireLittleEndian(file, channel, zip, root + "/byteorder");
    ZipDirectory.Extent pickle = zip.extent(root + PICKLE);
    TorchVocabulary vocabulary = new TorchVocabulary(file);
    PickleInput in = new PickleInput(file, channel, pickle.begin(), pickle.end());
    TorchLayout layout = new TorchLayout(file, channel.size());
    Map<String, TorchTensor> tensors = StateDict.of(file, Unpickler.read(in, vocabulary));
    for (TorchStorage storage : vocabulary.storages().values()) {
      ZipDirectory.Extent extent = zip.extent(root + "/data/" + storage.key());
      layout.place(storage, extent.begin(), extent.length());
    }
    return layout.of(tensors);
  }

  private static void requireLittleEndian(
      Path file, FileChannel channel, ZipDirectory zip, String name) throws IOException {
    if (!zip.names().contains(name)) {
      return;
    }
    ZipDirectory.Extent extent = zip.extent(name);
    ByteBuffer order = ByteBuffer.allocate((int) Math.min(extent.length(), 10));
    StoredTensors.readFully(file, channel, order, extent.begin());
    String text = new String(order.array(), StandardCharsets.US_ASCII);
    if (!text.equals("little")) {
      throw Faults.of(file, "has the byte order " + Faults.quote(text) + "; only little is read");
    }
  }
}
