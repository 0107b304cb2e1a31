package io.github.lrfbench.kernels.cuda.driver;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * A major version of CUDA. JCuda's natives are made for the first. Every function that is called
 * has the same signature in both, so that in natives that ask for the second one's libraries by
 * name all else may stay.
 */
enum CudaRelease {
  /** What JCuda's natives are made for. */
  CUDA_12(12, Map.of(), "nvidia-cuda-nvrtc-cu12 nvidia-cublas-cu12 nvidia-cusolver-cu12"),
  /** The same functions, by other names of libraries. */
  CUDA_13(
      13,
      Map.of(
          "libnvrtc.so.12", "libnvrtc.so.13",
          "libcublas.so.12", "libcublas.so.13",
          "libcusolver.so.11", "libcusolver.so.12",
          "libcusolverMg.so.11", "libcusolverMg.so.12"),
      "nvidia-cuda-nvrtc nvidia-cublas nvidia-cusolver");

  private static final List<String> CALLED =
      List.of("libnvrtc.so.12", "libcublas.so.12", "libcusolver.so.11");

  private final int major;
  private final Map<String, String> names;
  private final String packages;

  CudaRelease(int major, Map<String, String> names, String packages) {
    this.major = major;
    this.names = names;
    this.packages = packages;
  }

  /** The major version. */
  int major() {
    return major;
  }

  /** What a library is called that JCuda's natives ask for. */
  String nameOf(String asked) {
    return names.getOrDefault(asked, asked);
  }

  /** How to get its libraries. */
  String remedy() {
    return "pip install " + packages;
  }

  /**
   * The release to use: the first of which all libraries are there; if there is none, the first of
   * which most are.
   *
   * @param isThere whether a library of a name is
   */
  static CudaRelease among(Predicate<String> isThere) {
    CudaRelease best = CUDA_12;
    long most = 0;
    for (CudaRelease release : values()) {
      long found = CALLED.stream().map(release::nameOf).filter(isThere).count();
      if (found > most) {
        best = release;
        most = found;
      }
    }
    return best;
  }
}
