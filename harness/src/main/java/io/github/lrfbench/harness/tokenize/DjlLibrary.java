package io.github.lrfbench.harness.tokenize;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.host.NativesFolder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The way to DJL: its settings are made before the first of its classes is loaded. Left alone, it
 * calls home on first use, looks for other builds of its library on the network where it finds a
 * GPU, and unpacks into a folder of its own below the user's home.
 */
final class DjlLibrary {
  private static final String CACHE_PROPERTY = "DJL_CACHE_DIR";
  private static final String OFFLINE_PROPERTY = "ai.djl.offline";
  private static final String JNA_PROPERTY = "jna.tmpdir";
  private static final String LIBRARY_PROPERTY = "RUST_LIBRARY_PATH";
  private static final String CACHE_VARIABLE = "LRFBENCH_CACHE";

  private DjlLibrary() {}

  /** Hands a definition to the native library. */
  static HuggingFaceTokenizer open(TokenizerDefinition definition) {
    configure(System.getenv());
    byte[] json = definition.json().toString().getBytes(StandardCharsets.UTF_8);
    Map<String, String> options = Map.of("padding", "false", "truncation", "false");
    try {
      return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), options);
    } catch (LinkageError | EngineException e) {
      Throwable reason = e.getCause() == null ? e : e.getCause();
      throw new InputException(
          "the natives of DJL's tokenizers cannot be loaded: "
              + Faults.quote(String.valueOf(reason.getMessage())),
          e);
    } catch (RuntimeException e) {
      throw Faults.of(definition.file(), "is no valid tokenizer: " + e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory cannot fail", e);
    }
  }

  private static void configure(Map<String, String> environment) {
    System.setProperty("OPT_OUT_TRACKING", "true");
    // Whoever serves models of other engines beside ours may let DJL fetch these.
    if (System.getProperty(OFFLINE_PROPERTY) == null) {
      System.setProperty(OFFLINE_PROPERTY, "true");
    }
    if (environment.containsKey(CACHE_PROPERTY) || System.getProperty(CACHE_PROPERTY) != null) {
      return;
    }
    String cache = environment.get(CACHE_VARIABLE);
    Path folder =
        (cache == null || cache.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache", "lrfbench")
                : Path.of(cache))
            .resolve("djl");
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw unusable(folder);
    }
    boolean writable = Files.isWritable(folder);
    System.setProperty(CACHE_PROPERTY, folder.toString());
    // Unpacked here, since DJL takes what it finds, whole or not, and unpacks for one user alone.
    String name = System.mapLibraryName("tokenizers");
    URL library = DjlLibrary.class.getResource("/native/lib/" + platform() + "/cpu/" + name);
    if (library != null && System.getProperty(LIBRARY_PROPERTY) == null) {
      try (NativesFolder natives = NativesFolder.lock(folder.resolve("natives"))) {
        System.setProperty(LIBRARY_PROPERTY, natives.unpack(library, name).toString());
      }
    }
    // JNA, with which DJL looks for GPUs, unpacks a library of its own at every start.
    if (writable && System.getProperty(JNA_PROPERTY) == null) {
      System.setProperty(JNA_PROPERTY, folder.resolve("jna").toString());
    }
  }

  /** As DJL names it where it needs one library only. */
  private static String platform() {
    String system = System.getProperty("os.name").startsWith("Linux") ? "linux-" : "osx-";
    String machine = System.getProperty("os.arch");
    return system + (machine.equals("amd64") ? "x86_64" : machine);
  }

  private static InputException unusable(Path folder) {
    return Faults.of(
        folder, "cannot be written to; set " + CACHE_VARIABLE + " to a folder that can");
  }
}
