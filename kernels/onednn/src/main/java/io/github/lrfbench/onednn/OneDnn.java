package io.github.lrfbench.onednn;

import com.sun.jna.NativeLibrary;
import io.github.lrfbench.kernels.host.NativesFolder;
import java.io.File;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;

/** The library, loaded once. */
final class OneDnn {
  private static final String OPENMP = "libgomp.so.1";

  private static OneDnn instance;

  private final dnnl_engine engine = new dnnl_engine();
  private final ThreadLocal<dnnl_stream> streams = ThreadLocal.withInitial(this::openStream);
  private final NativeLibrary openMp;
  private final String version;
  private final int instructions;

  private OneDnn() {
    String file;
    try (NativesFolder folder = NativesFolder.lockForJavaCpp()) {
      file = Loader.load(dnnl.class);
    }
    openMp = NativeLibrary.getInstance(new File(new File(file).getParentFile(), OPENMP).getPath());
    limitThreads();
    check(dnnl.dnnl_engine_create(engine, dnnl.dnnl_cpu, 0), "dnnl_engine_create");
    dnnl_version_t numbers = dnnl.dnnl_version();
    version = numbers.major() + "." + numbers.minor() + "." + numbers.patch();
    instructions = dnnl.dnnl_get_effective_cpu_isa();
  }

  /**
   * The library.
   *
   * @throws LinkageError if there are no natives for this platform
   */
  static synchronized OneDnn get() {
    if (instance == null) {
      instance = new OneDnn();
    }
    return instance;
  }

  String version() {
    return version;
  }

  /** Whether oneDNN uses all of some instructions, an {@code isa} of its own. */
  boolean has(int isa) {
    return (instructions & isa) == isa;
  }

  dnnl_engine engine() {
    return engine;
  }

  /** A stream for the calling thread, in which nothing runs in other threads. */
  dnnl_stream stream() {
    return streams.get();
  }

  private dnnl_stream openStream() {
    limitThreads();
    dnnl_stream stream = new dnnl_stream();
    check(dnnl.dnnl_stream_create(stream, engine, 0), "dnnl_stream_create");
    return stream;
  }

  /** The calling thread shares its work with no others: that is ours to do. */
  private void limitThreads() {
    openMp.getFunction("omp_set_num_threads").invokeVoid(new Object[] {1});
  }

  static void check(int status, String call) {
    if (status != dnnl.dnnl_success) {
      throw new IllegalStateException(call + " of oneDNN failed with status " + status);
    }
  }
}
