package io.github.lrfbench.kernels.cuda.module;

import java.util.ArrayList;
import java.util.List;

/** Compiles kernels for one compute capability, unless the cache has them. */
final class KernelCompiler {
  private final Nvrtc nvrtc;
  private final BinaryCache cache;
  private final int capability;

  KernelCompiler(Nvrtc nvrtc, BinaryCache cache, int capability) {
    this.nvrtc = nvrtc;
    this.cache = cache;
    this.capability = capability;
  }

  /**
   * Machine code for the capability, or PTX where the compiler is older than the device.
   *
   * @throws CompileException if the source has errors
   */
  byte[] compile(KernelVariant variant) {
    String source = KernelSource.of(variant.operation());
    return cache.read(key(variant, source)).orElseGet(() -> compileAnew(variant));
  }

  /** The same without looking into the cache, whose entry is replaced. */
  byte[] compileAnew(KernelVariant variant) {
    String source = KernelSource.of(variant.operation());
    byte[] binary = nvrtc.compile(variant.operation() + ".cu", source, options(variant)).binary();
    cache.write(key(variant, source), binary);
    return binary;
  }

  private String key(KernelVariant variant, String source) {
    return BinaryCache.key(source, String.join(" ", options(variant)), nvrtc.version());
  }

  private List<String> options(KernelVariant variant) {
    String architecture =
        nvrtc.supports(capability) ? "sm_" + capability : "compute_" + nvrtc.newestUpTo(capability);
    List<String> options = new ArrayList<>();
    options.add("--gpu-architecture=" + architecture);
    options.add("--std=c++17");
    options.addAll(variant.options());
    return options;
  }
}
