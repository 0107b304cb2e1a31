package io.github.lrfbench.kernels.cuda.emulator;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;

/** The emulated devices of this process, and what tests may ask of it. */
public final class Emulator {
  /** Set to {@code true}, the tests tagged {@code cuda} run on the emulator. */
  public static final String PROPERTY = "lrfbench.test.emulator";

  private static final String LIBRARIES_PROPERTY = "lrfbench.cuda.libraries";
  private static final String KERNELS_PROPERTY = "lrfbench.cache";
  private static final String CACHE_PROPERTY = "lrfbench.test.emulator.cache";
  private static final int CAPACITY = 1 << 21;

  private Emulator() {}

  /** Whether it was asked for. */
  static boolean isWanted() {
    return Boolean.getBoolean(PROPERTY);
  }

  /**
   * Builds the libraries where that was not done yet, and makes them this process's CUDA. To be
   * called before the first class of JCuda is loaded.
   *
   * @throws IOException if they cannot be built
   */
  static void install() throws IOException {
    Path home = EmulatorBuild.in(cache());
    System.setProperty(LIBRARIES_PROPERTY, home.resolve("lib").toString());
    // Kernels hold a part of the emulator: those of another must not be taken from the cache.
    System.setProperty(KERNELS_PROPERTY, home.resolve("kernels").toString());
    System.load(home.resolve("lib/libcuda.so.1").toString());
  }

  /** The folder of the emulated libraries. */
  static Path libraries() {
    return Path.of(System.getProperty(LIBRARIES_PROPERTY));
  }

  private static Path cache() {
    String named = System.getProperty(CACHE_PROPERTY);
    return named != null
        ? Path.of(named)
        : Path.of(
            System.getProperty("java.io.tmpdir"),
            "lrfbench-emulator-" + System.getProperty("user.name"));
  }

  /** Device memory in bytes; 0 for the default of 2 GiB. What is allocated already stays. */
  public static void setDeviceMemory(long bytes) {
    EmulatorHooks.setDeviceMemory(bytes);
  }

  /** How many devices there are, up to four; one unless set. They have the same memory each. */
  public static void setDevices(int count) {
    EmulatorHooks.setDevices(count);
  }

  /**
   * Whether every call on a device fails from now on, as after a fault that a GPU does not recover
   * from.
   */
  public static void setLost(int device, boolean lost) {
    EmulatorHooks.setLost(device, lost);
  }

  /** What the device says of its compute capability, such as 80 for 8.0. */
  public static void setCapability(int capability) {
    EmulatorHooks.setCapability(capability);
  }

  /** Whether diagnoses are printed, too. */
  public static void setPrinting(boolean on) {
    EmulatorHooks.setPrinting(on);
  }

  /** What was diagnosed since {@link #clearDiagnoses}: faults of kernels, wrong calls, leaks. */
  public static List<String> diagnoses() {
    return lines(EmulatorHooks::diagnoses);
  }

  /** Forgets the diagnoses. */
  public static void clearDiagnoses() {
    EmulatorHooks.clearDiagnoses();
  }

  /** Memory that is not freed: its kind (device or pinned), address and bytes. */
  public static List<String> liveAllocations() {
    return lines(EmulatorHooks::liveAllocations);
  }

  private interface Text {
    long writeTo(long address, long capacity);
  }

  private static List<String> lines(Text text) {
    try (BytePointer buffer = new BytePointer(CAPACITY)) {
      int length = (int) Math.min(text.writeTo(buffer.address(), CAPACITY), CAPACITY - 1);
      byte[] bytes = new byte[length];
      buffer.get(bytes);
      return new String(bytes, StandardCharsets.UTF_8).lines().toList();
    }
  }
}
