package io.github.lrfbench.kernels.cuda.driver;

import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.host.NativesFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import jcuda.JCudaVersion;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcusolver.JCusolver;
import jcuda.nvrtc.JNvrtc;

/** CUDA's libraries that this program calls, each with JCuda's bindings to it. */
public enum CudaLibrary {
  /** {@code libcuda}, which comes with the driver. */
  DRIVER("driver", "JCudaDriver", () -> JCudaDriver.setExceptionsEnabled(false)),
  /** {@code libnvrtc}, the compiler of kernels. */
  NVRTC("NVRTC", "JNvrtc", () -> JNvrtc.setExceptionsEnabled(false)),
  /** {@code libcublas}, matrix products. */
  CUBLAS("cuBLAS", "JCublas2", () -> JCublas2.setExceptionsEnabled(false)),
  /** {@code libcusolver}, factorizations. */
  CUSOLVER("cuSOLVER", "JCusolver", JCusolver::initialize);

  /** What is found of a library. */
  public record Presence(boolean found, String detail) {}

  private static final LibrarySource SOURCE = new LibrarySource(LibraryFolders.ofThisProcess());
  private static final CudaRelease RELEASE =
      CudaRelease.among(name -> SOURCE.whereIs(name).isPresent());
  private static final String TEMPORARY_FOLDER = "java.io.tmpdir";
  private static final int LAST_MINOR_VERSION = 9;

  private final String label;
  private final String bindings;
  private final Runnable initialize;
  private boolean loaded;
  private Path file;

  CudaLibrary(String label, String bindings, Runnable initialize) {
    this.label = label;
    this.bindings = bindings;
    this.initialize = initialize;
  }

  /**
   * The library's own file, not those that it needs.
   *
   * @throws IllegalStateException if it is not loaded
   */
  Path file() {
    synchronized (CudaLibrary.class) {
      if (file == null) {
        throw new IllegalStateException(label + " is not loaded");
      }
      return file;
    }
  }

  /**
   * What the library's file is in the end, where it is a link; nothing as long as it is not loaded.
   */
  public Optional<Path> loadedFrom() {
    synchronized (CudaLibrary.class) {
      try {
        return file == null ? Optional.empty() : Optional.of(file.toRealPath());
      } catch (IOException e) {
        return Optional.of(file);
      }
    }
  }

  /** The file of a library that comes with the driver or CUDA, if it is installed. */
  public static Optional<Path> installed(String name) {
    return SOURCE.installed(name);
  }

  /** What users call it. */
  public String label() {
    return label;
  }

  /** The major version of CUDA whose libraries are used, such as 12. */
  public static int major() {
    return RELEASE.major();
  }

  /** Whether JCuda's natives are made for this platform. */
  static boolean isPlatformSupported() {
    return System.getProperty("os.name").equals("Linux")
        && Set.of("amd64", "x86_64").contains(System.getProperty("os.arch"));
  }

  /**
   * Looks for the library and those that it needs, without loading them.
   *
   * @return where they are, or what is missing and how to get it
   */
  public Presence presence() {
    if (!isPlatformSupported()) {
      return new Presence(false, "JCuda has natives for Linux on x86_64 alone");
    }
    Set<String> missing = new TreeSet<>();
    List<String> places = new ArrayList<>();
    try {
      look(needed(), new HashSet<>(), missing, places);
      return missing.isEmpty()
          ? new Presence(true, String.join(", ", places))
          : new Presence(false, missingMessage(missing));
    } catch (IOException e) {
      return new Presence(false, e.getMessage());
    }
  }

  /**
   * Finds and loads the library with those that it needs, and JCuda's bindings to it. Does nothing
   * the second time.
   *
   * @throws InputException if one is missing; the message says which and how to get it
   */
  public void load() {
    synchronized (CudaLibrary.class) {
      if (!loaded) {
        Presence presence = presence();
        if (!presence.found()) {
          throw new InputException(presence.detail());
        }
        try (NativesFolder cache = NativesFolder.lock()) {
          Path natives = LibrarySource.jcuda(fileName(), RELEASE, cache);
          loadNeeded(natives, cache, new HashSet<>());
          file = SOURCE.find(firstOfCuda(natives), cache).orElseThrow();
          initializeFrom(natives.getParent());
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        } catch (LinkageError e) {
          String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
          throw new InputException(bindings + " cannot be loaded: " + reason, e);
        }
        loaded = true;
      }
    }
  }

  private static String firstOfCuda(Path natives) throws IOException {
    return ElfFile.needed(natives).stream()
        .filter(LibrarySource::isOfCuda)
        .findFirst()
        .orElseThrow(() -> new IOException(natives + " needs no library of CUDA"));
  }

  private String fileName() {
    return "lib" + bindings + "-" + JCudaVersion.get() + "-linux-x86_64.so";
  }

  private String missingMessage(Set<String> missing) {
    if (this == DRIVER) {
      return "no CUDA driver ("
          + String.join(" and ", missing)
          + "): install NVIDIA's driver; in a container, start it with --gpus all";
    }
    return String.join(" and ", missing)
        + (missing.size() == 1 ? " is" : " are")
        + " not found on "
        + LibraryFolders.DESCRIPTION
        + ": "
        + RELEASE.remedy()
        + ", or build with ./mvnw -Pcuda-libs";
  }

  private List<String> needed() throws IOException {
    if (this == DRIVER) {
      // Not read from its bindings, which are not unpacked on the many machines without a driver.
      return List.of("libcuda.so.1");
    }
    try (NativesFolder cache = NativesFolder.lock()) {
      return ElfFile.needed(LibrarySource.jcuda(fileName(), RELEASE, cache));
    }
  }

  private static void look(
      List<String> needed, Set<String> seen, Set<String> missing, List<String> places)
      throws IOException {
    for (String name : needed) {
      if (LibrarySource.isOfCuda(name) && seen.add(name)) {
        Optional<String> place = SOURCE.whereIs(name);
        if (place.isEmpty()) {
          missing.add(name);
        } else {
          places.add(place.get());
          Optional<Path> installed = SOURCE.installed(name);
          if (installed.isPresent()) {
            look(ElfFile.needed(installed.get()), seen, missing, places);
          }
        }
      }
    }
  }

  /** The linker finds by name what is loaded already, wherever it came from. */
  private static void loadNeeded(Path library, NativesFolder cache, Set<String> seen)
      throws IOException {
    for (String name : ElfFile.needed(library)) {
      if (LibrarySource.isOfCuda(name) && seen.add(name)) {
        Optional<Path> file = SOURCE.find(name, cache);
        if (file.isPresent()) {
          loadNeeded(file.get(), cache, seen);
          loadBuiltins(name, file.get(), cache);
          System.load(file.get().toAbsolutePath().toString());
        }
      }
    }
  }

  /**
   * The compiler asks for its builtins by a name with a minor version, and where it does not look
   * beside itself, which CUDA 13's does not, finds them only if they are loaded.
   */
  private static void loadBuiltins(String name, Path compiler, NativesFolder cache) {
    if (name.startsWith("libnvrtc.so.")) {
      String version = name.substring("libnvrtc.so.".length());
      for (int minor = 0; minor <= LAST_MINOR_VERSION; minor++) {
        String builtins = "libnvrtc-builtins.so." + version + "." + minor;
        SOURCE.find(builtins, cache);
        Path beside = compiler.resolveSibling(builtins);
        if (Files.isRegularFile(beside)) {
          System.load(beside.toAbsolutePath().toString());
        }
      }
    }
  }

  /**
   * Lets JCuda's class load its natives. It looks on java.library.path, and then for a file in the
   * temporary folder, where it would unpack one without care for other processes; for that moment
   * the temporary folder is the one that we unpacked to.
   */
  private void initializeFrom(Path folder) {
    String before = System.getProperty(TEMPORARY_FOLDER);
    System.setProperty(TEMPORARY_FOLDER, folder.toAbsolutePath().toString());
    try {
      initialize.run();
    } finally {
      System.setProperty(TEMPORARY_FOLDER, before);
    }
  }
}
