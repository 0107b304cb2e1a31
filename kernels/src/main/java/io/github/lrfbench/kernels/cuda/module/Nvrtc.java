package io.github.lrfbench.kernels.cuda.module;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkCompiler;

import io.github.lrfbench.kernels.cuda.driver.CudaLibrary;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import jcuda.nvrtc.JNvrtc;
import jcuda.nvrtc.nvrtcProgram;
import jcuda.nvrtc.nvrtcResult;

/** The compiler of kernels, {@code libnvrtc}. It needs no GPU. */
public final class Nvrtc {
  private final String version;
  private final int[] capabilities;

  private Nvrtc(String version, int[] capabilities) {
    this.version = version;
    this.capabilities = capabilities;
  }

  /**
   * Finds and loads the library.
   *
   * @throws io.github.lrfbench.kernels.InputException if it is missing
   */
  public static Nvrtc load() {
    CudaLibrary.NVRTC.load();
    int[] major = new int[1];
    int[] minor = new int[1];
    checkCompiler(JNvrtc.nvrtcVersion(major, minor), "nvrtcVersion");
    int[] count = new int[1];
    checkCompiler(JNvrtc.nvrtcGetNumSupportedArchs(count), "nvrtcGetNumSupportedArchs");
    int[] capabilities = new int[count[0]];
    checkCompiler(JNvrtc.nvrtcGetSupportedArchs(capabilities), "nvrtcGetSupportedArchs");
    Arrays.sort(capabilities);
    return new Nvrtc(major[0] + "." + minor[0], capabilities);
  }

  /** The compiler's version, such as 12.6. */
  public String version() {
    return version;
  }

  /** Whether it makes machine code for a compute capability, a number such as 86. */
  public boolean supports(int capability) {
    return Arrays.binarySearch(capabilities, capability) >= 0;
  }

  /**
   * The capability to compile for where the device has another: the newest one up to it.
   *
   * @throws CompileException if the device is older than all that the compiler knows
   */
  int newestUpTo(int capability) {
    for (int i = capabilities.length - 1; i >= 0; i--) {
      if (capabilities[i] <= capability) {
        return capabilities[i];
      }
    }
    throw new CompileException(
        "NVRTC "
            + version
            + " compiles for devices from compute capability "
            + capabilities[0]
            + " on, but this one has "
            + capability
            + "; an older CUDA toolkit may still know it");
  }

  /**
   * Compiles a program.
   *
   * @param name what messages call it
   * @param options as NVRTC takes them; {@code --gpu-architecture=sm_..} gives machine code, {@code
   *     compute_..} PTX
   * @throws CompileException if it has errors; the message carries the log
   */
  Compiled compile(String name, String source, List<String> options) {
    nvrtcProgram program = new nvrtcProgram();
    checkCompiler(
        JNvrtc.nvrtcCreateProgram(program, source, name, 0, null, null),
        "nvrtcCreateProgram of " + name);
    try {
      int result =
          JNvrtc.nvrtcCompileProgram(program, options.size(), options.toArray(String[]::new));
      String log = log(program);
      if (result != nvrtcResult.NVRTC_SUCCESS) {
        throw new CompileException(
            "NVRTC "
                + version
                + " cannot compile "
                + name
                + " with "
                + String.join(" ", options)
                + ": "
                + nvrtcResult.stringFor(result)
                + "\n"
                + log);
      }
      boolean machineCode = options.stream().anyMatch(o -> o.startsWith("--gpu-architecture=sm_"));
      return new Compiled(machineCode ? machineCode(program) : ptx(program), log);
    } finally {
      checkCompiler(JNvrtc.nvrtcDestroyProgram(program), "nvrtcDestroyProgram of " + name);
    }
  }

  private static String log(nvrtcProgram program) {
    String[] log = new String[1];
    checkCompiler(JNvrtc.nvrtcGetProgramLog(program, log), "nvrtcGetProgramLog");
    return log[0] == null ? "" : log[0].strip();
  }

  private static byte[] machineCode(nvrtcProgram program) {
    long[] size = new long[1];
    checkCompiler(JNvrtc.nvrtcGetCUBINSize(program, size), "nvrtcGetCUBINSize");
    byte[] binary = new byte[Math.toIntExact(size[0])];
    checkCompiler(JNvrtc.nvrtcGetCUBIN(program, binary), "nvrtcGetCUBIN");
    return binary;
  }

  /** The text with the zero at its end by which the driver knows its length. */
  private static byte[] ptx(nvrtcProgram program) {
    String[] text = new String[1];
    checkCompiler(JNvrtc.nvrtcGetPTX(program, text), "nvrtcGetPTX");
    byte[] bytes = text[0].getBytes(StandardCharsets.US_ASCII);
    return Arrays.copyOf(bytes, bytes.length + 1);
  }

  /**
   * A compiled program.
   *
   * @param binary machine code or PTX
   * @param log the compiler's warnings and, if asked for, its report on resources
   */
  record Compiled(byte[] binary, String log) {}
}
