package io.github.lrfbench.kernels.cpu.blas;

import com.sun.jna.NativeLibrary;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.host.NativesFolder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * Loads OpenBLAS once, with one thread of its own. LAPACK is loaded when it is first asked for: its
 * bindings are large, and most commands do without.
 */
public final class OpenBlasLibrary {
  /** Bytes that its files take, and some more. */
  private static final long ROOM = 64 << 20;

  private static final String UNKNOWN = "unknown";

  private static boolean blasIsLoaded;
  private static boolean lapackIsLoaded;
  private static Path folder;

  private OpenBlasLibrary() {}

  /**
   * Loads the matrix products.
   *
   * @throws InputException if there are no natives for this platform
   */
  public static synchronized void loadBlas() {
    if (!blasIsLoaded) {
      folder = Path.of(load(openblas_nolapack.class)).getParent();
      blasIsLoaded = true;
    }
  }

  /**
   * Loads the factorizations too.
   *
   * @throws InputException if there are no natives for this platform
   */
  public static synchronized void loadLapack() {
    loadBlas();
    if (!lapackIsLoaded) {
      load(openblas.class);
      // CpuLapack checks its input once; LAPACKE would do so again in every call.
      openblas.LAPACKE_set_nancheck(0);
      lapackIsLoaded = true;
    }
  }

  /** The file of the matrix products, which may not be there on other systems than Linux. */
  static synchronized Path products() {
    loadBlas();
    return folder.resolve("libopenblas_nolapack.so.0");
  }

  /**
   * The processor whose kernels the library has chosen for this one, such as {@code Zen}; {@code
   * unknown} where it cannot be asked.
   */
  public static String kernel() {
    Path library = products();
    if (!Files.isRegularFile(library)) {
      return UNKNOWN;
    }
    try {
      return NativeLibrary.getInstance(library.toString())
          .getFunction("openblas_get_corename")
          .invokeString(new Object[0], false);
    } catch (LinkageError e) {
      // Another build of OpenBLAS, or no place for JNA's own library.
      return UNKNOWN;
    }
  }

  /** The version of the library and of its bindings. */
  public static String version() {
    try {
      return Loader.getVersion("org.bytedeco", "openblas");
    } catch (IOException e) {
      return UNKNOWN;
    }
  }

  /** JavaCPP passes over a disk that is full, and then misses the file. */
  private static String shortage() {
    File cache = new File(System.getProperty("org.bytedeco.javacpp.cachedir", "."));
    long free = cache.getUsableSpace();
    return free < ROOM ? "; only " + free + " bytes are free in " + cache : "";
  }

  /** Loads a library, and says which file it was. */
  private static String load(Class<?> bindings) {
    // Tensors are freed by scopes; JavaCPP's finalizer-like registry would only cost time.
    System.setProperty("org.bytedeco.javacpp.nopointergc", "true");
    try (NativesFolder folder = NativesFolder.lockForJavaCpp()) {
      String file = Loader.load(bindings);
      openblas_nolapack.blas_set_num_threads(1);
      return file;
    } catch (LinkageError e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      String reason = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
      throw new InputException(
          "the natives of OpenBLAS for "
              + Loader.Detector.getPlatform()
              + " cannot be loaded: "
              + reason
              + shortage()
              + NativesFolder.SETTING,
          e);
    }
  }
}
