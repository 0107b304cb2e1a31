package io.github.lrfbench.kernels.cuda.emulator;

import com.sun.jna.NativeLibrary;
import java.nio.file.Path;

/** NVML beside the emulated device, and what its answers are; the names are in its source. */
public final class EmulatedNvml implements AutoCloseable {
  private final Path file;

  private EmulatedNvml(String name) {
    file = Emulator.libraries().resolve(name);
  }

  /** The one that the program finds. It counts no energy until told to. */
  public static EmulatedNvml ofNow() {
    return new EmulatedNvml("libnvidia-ml.so.1");
  }

  /** One of an old driver. */
  public static EmulatedNvml ofOldDriver() {
    return new EmulatedNvml("libnvidia-ml-old.so");
  }

  /** The library's path. */
  public String file() {
    return file.toString();
  }

  /** Sets what a function returns or tells, until this is closed. */
  public EmulatedNvml set(String name, long value) {
    NativeLibrary library = NativeLibrary.getInstance(file());
    library.getFunction("lrfbench_nvml_set").invokeVoid(new Object[] {name, value});
    return this;
  }

  @Override
  public void close() {
    set("", 0);
  }
}
