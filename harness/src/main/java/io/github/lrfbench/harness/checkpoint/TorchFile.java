package io.github.lrfbench.harness.checkpoint;

import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.InputFile;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * Reads tensors from what {@code torch.save} made of a state dict, {@code pytorch_model.bin} for
 * example, in its two formats. Nothing that such a file holds is run.
 */
final class TorchFile extends StoredTensors {
  private static final int START_BYTES = 512;
  private static final String ZIP = "PK\u0003\u0004";
  private static final char PROTOCOL = 0x80;
  private static final int TAR_MARK_AT = 257;

  private TorchFile(Path file, FileChannel channel, Map<String, StoredTensor> tensors) {
    super(file, channel, 0, tensors);
  }

  /**
   * Opens a file and checks where its tensors lie.
   *
   * @throws InputException if it holds no state dict, or more than one
   */
  static TorchFile open(Path file) {
    InputFile.requireRegular(file, "a file of PyTorch");
    try {
      FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
      try {
        return new TorchFile(file, channel, tensors(file, channel));
      } catch (IOException | RuntimeException | Error e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw Faults.of(file, e);
    }
  }

  private static Map<String, StoredTensor> tensors(Path file, FileChannel channel)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(channel.size(), START_BYTES));
    readFully(file, channel, bytes, 0);
    String start = new String(bytes.array(), StandardCharsets.ISO_8859_1);
    if (start.startsWith(ZIP)) {
      return TorchZip.read(file, channel);
    }
    if (!start.isEmpty() && start.charAt(0) == PROTOCOL) {
      return TorchLegacy.read(file, channel);
    }
    throw Faults.of(file, unknown(start));
  }

  private static String unknown(String start) {
    if (start.isEmpty()) {
      return "is empty";
    }
    if (start.startsWith(SafetensorsFile.LFS_POINTER)) {
      return SafetensorsFile.IS_LFS_POINTER;
    }
    return start.startsWith("ustar", TAR_MARK_AT)
        ? "is a tar archive of PyTorch before 0.1.10, which is not read; load it with torch.load and save its state_dict() anew"
        : "is no file that torch.save wrote";
  }
}
