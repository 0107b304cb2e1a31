package io.github.lrfbench.kernels.cuda.nvml;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import io.github.lrfbench.kernels.cuda.driver.CudaLibrary;
import java.nio.file.Path;

/** The library NVML, which comes with the driver; its functions are called by name. */
final class Nvml {
  static final int SUCCESS = 0;
  static final int INSUFFICIENT_SIZE = 7;

  /** What NVML says of functions that a driver lacks, and we where the library does. */
  static final int FUNCTION_NOT_FOUND = 13;

  private static final String FILE = "libnvidia-ml.so.1";

  private final NativeLibrary library;

  private Nvml(NativeLibrary library) {
    this.library = library;
  }

  /** There is no NVML, or it does not work; the message says why in a line. */
  static final class NvmlException extends Exception {
    private static final long serialVersionUID = 1L;

    private NvmlException(String message) {
      super(message);
    }
  }

  /** The driver's library, ready to be asked. */
  static Nvml load() throws NvmlException {
    return load(CudaLibrary.installed(FILE).map(Path::toString).orElse(FILE));
  }

  /**
   * Loads and initializes a library, which stays so as long as the process: it counts its users.
   *
   * @param file a path, or a name for the linker
   */
  static Nvml load(String file) throws NvmlException {
    try {
      Nvml nvml = new Nvml(NativeLibrary.getInstance(file));
      nvml.require("nvmlInit_v2");
      return nvml;
    } catch (LinkageError e) {
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new NvmlException("NVML cannot be loaded: " + reason);
    }
  }

  /**
   * The GPU at an address of the bus. Not by number: NVML counts all GPUs, in an order of its own.
   */
  Pointer device(String pciBusId) throws NvmlException {
    PointerByReference device = new PointerByReference();
    require("nvmlDeviceGetHandleByPciBusId_v2", pciBusId, device);
    return device.getValue();
  }

  private void require(String function, Object... arguments) throws NvmlException {
    int result = call(function, arguments);
    if (result != SUCCESS) {
      throw new NvmlException(function + ": " + describe(result));
    }
  }

  /** Calls a function and answers its status; {@link #FUNCTION_NOT_FOUND} if there is none. */
  int call(String function, Object... arguments) {
    try {
      return library.getFunction(function).invokeInt(arguments);
    } catch (UnsatisfiedLinkError e) {
      return FUNCTION_NOT_FOUND;
    }
  }

  /** What a status means, in NVML's words. */
  String describe(int result) {
    try {
      Object[] arguments = {result};
      return library.getFunction("nvmlErrorString").invokeString(arguments, false);
    } catch (UnsatisfiedLinkError e) {
      return "error " + result;
    }
  }
}
