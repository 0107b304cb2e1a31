package io.github.lrfbench.kernels.cpu;

import io.github.lrfbench.kernels.InputException;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.openblas.global.openblas_nolapack;

/** Loads OpenBLAS once, with one thread of its own. */
final class OpenBlasLibrary {
  private OpenBlasLibrary() {}

  static synchronized void load() {
    // Tensors are freed by scopes; JavaCPP's finalizer-like registry would only cost time.
    System.setProperty("org.bytedeco.javacpp.nopointergc", "true");
    try {
      Loader.load(openblas.class);
      openblas_nolapack.blas_set_num_threads(1);
      // CpuLapack checks its input once; LAPACKE would do so again in every call.
      openblas.LAPACKE_set_nancheck(0);
    } catch (UnsatisfiedLinkError e) {
      throw new InputException(
          "the natives of OpenBLAS for "
              + Loader.Detector.getPlatform()
              + " cannot be loaded: "
              + e.getMessage(),
          e);
    }
  }
}
