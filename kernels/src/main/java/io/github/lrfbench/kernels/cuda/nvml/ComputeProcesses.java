package io.github.lrfbench.kernels.cuda.nvml;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The processes that compute on a GPU, of which this one is one. */
final class ComputeProcesses {
  private static final String FUNCTION = "nvmlDeviceGetComputeRunningProcesses";

  private static final int FIRST_CAPACITY = 64;
  private static final int MOST = 1 << 16;
  private static final int ATTEMPTS = 4;
  private static final int MEMORY_OFFSET = 8;

  private ComputeProcesses() {}

  /**
   * A process.
   *
   * @param bytes memory that it uses on the GPU; -1, and in some containers 0, if not known
   */
  record Entry(long id, long bytes) {}

  /** The function's forms, the newest first: its suffix and the bytes of an entry. */
  private record Form(String suffix, int entryBytes) {}

  private static final List<Form> FORMS =
      List.of(new Form("_v3", 24), new Form("_v2", 24), new Form("", 16));

  /** All of them; empty if the driver does not tell. */
  static Optional<List<Entry>> list(Nvml nvml, Pointer device) {
    for (Form form : FORMS) {
      int capacity = FIRST_CAPACITY;
      // Between two calls there may be more of them.
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        try (Memory entries = new Memory((long) capacity * form.entryBytes())) {
          IntByReference count = new IntByReference(capacity);
          int result = nvml.call(FUNCTION + form.suffix(), device, count, entries);
          if (result == Nvml.SUCCESS) {
            return Optional.of(read(entries, Math.min(count.getValue(), capacity), form));
          }
          if (result == Nvml.FUNCTION_NOT_FOUND) {
            break;
          }
          if (result != Nvml.INSUFFICIENT_SIZE || count.getValue() > MOST) {
            return Optional.empty();
          }
          capacity = Math.max(2 * capacity, count.getValue());
        }
      }
    }
    return Optional.empty();
  }

  private static List<Entry> read(Memory entries, int count, Form form) {
    List<Entry> processes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long offset = (long) i * form.entryBytes();
      processes.add(
          new Entry(
              Integer.toUnsignedLong(entries.getInt(offset)),
              entries.getLong(offset + MEMORY_OFFSET)));
    }
    return processes;
  }

  /**
   * How many are others. This process is always one of those listed, under another number where it
   * runs in a container; where none is listed, the container hides them.
   */
  static OptionalInt others(List<Entry> processes) {
    long distinct = processes.stream().mapToLong(Entry::id).distinct().count();
    return distinct == 0 ? OptionalInt.empty() : OptionalInt.of((int) distinct - 1);
  }

  /** What this process uses; empty if the driver does not tell or it is not known which it is. */
  static OptionalLong ownBytes(List<Entry> processes) {
    long id = ProcessHandle.current().pid();
    return processes.stream()
        .filter(process -> process.id() == id || processes.size() == 1)
        .mapToLong(Entry::bytes)
        .filter(bytes -> bytes > 0)
        .findFirst();
  }
}
