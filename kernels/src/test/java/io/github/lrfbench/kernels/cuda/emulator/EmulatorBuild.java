package io.github.lrfbench.kernels.cuda.emulator;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

/**
 * Builds the emulator's libraries with g++, once for a state of its sources. They are built in a
 * folder of its own and moved into place as a whole, so that several processes may do it at once.
 */
final class EmulatorBuild {
  /** Libraries whose names are asked for, but none of their functions. */
  private static final List<String> EMPTY_LIBRARIES =
      List.of(
          "libcublasLt.so.12", "libcusparse.so.12", "libnvJitLink.so.12", "libcusolverMg.so.11");

  private static final Set<String> VERSIONED = Set.of("compiler", "blas", "solver");
  private static final List<String> VECTOR_FEATURES = List.of("avx2", "fma", "f16c");

  private final EmulatorSources sources;
  private final List<String> options;

  private EmulatorBuild(EmulatorSources sources, List<String> options) {
    this.sources = sources;
    this.options = options;
  }

  /**
   * The folder with the libraries, built if it is not there yet.
   *
   * @param cache where the folder lies or is to lie
   * @throws NoCompilerException if there is no g++
   * @throws IOException if it fails; the message says with what
   */
  static Path in(Path cache) throws IOException {
    EmulatorSources sources = EmulatorSources.read();
    List<String> options = new ArrayList<>(List.of("-std=c++17", "-O3", "-fPIC"));
    options.addAll(List.of("-fvisibility=hidden", "-Wall", "-Wextra", "-Werror"));
    options.addAll(vectorOptions());
    Path home = cache.resolve(sources.hash(String.join(" ", options)));
    if (!Files.isDirectory(home)) {
      Files.createDirectories(cache);
    }
    requireOwn(cache);
    if (!Files.isDirectory(home)) {
      Path workshop = Files.createTempDirectory(cache, "build");
      try {
        new EmulatorBuild(sources, options).build(workshop);
        moveIntoPlace(workshop, home);
      } finally {
        delete(workshop);
      }
    }
    return home;
  }

  /** Where all may write, another user could lay libraries of theirs for us to load. */
  static void requireOwn(Path cache) throws IOException {
    Path own = Files.createTempFile("lrfbench", "");
    String user = Files.getOwner(own).getName();
    Files.delete(own);
    String owner = Files.getOwner(cache, LinkOption.NOFOLLOW_LINKS).getName();
    if (!owner.equals(user) || Files.isSymbolicLink(cache)) {
      throw new IOException(cache + " is a link or belongs to " + owner + ", not to " + user);
    }
    if (Files.getPosixFilePermissions(cache).contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IOException(cache + " can be written by everybody; remove it");
    }
  }

  private void build(Path home) throws IOException {
    Path lib = Files.createDirectories(home.resolve("lib"));
    sources.writeTo(home.resolve("source"));
    run(home, List.of(compiler(), "--version"));
    library(home, "driver", "libcuda.so.1", List.of());
    List<Runnable> steps = new ArrayList<>();
    steps.add(() -> unchecked(() -> runtime(home)));
    steps.add(() -> unchecked(() -> library(home, "compiler", "libnvrtc.so.12", List.of())));
    steps.add(() -> unchecked(() -> library(home, "blas", "libcublas.so.12", driver(lib))));
    steps.add(() -> unchecked(() -> library(home, "solver", "libcusolver.so.11", driver(lib))));
    steps.add(() -> unchecked(() -> library(home, "nvml", "libnvidia-ml.so.1", List.of())));
    steps.add(() -> unchecked(() -> library(home, "nvml_old", "libnvidia-ml-old.so", List.of())));
    for (String name : EMPTY_LIBRARIES) {
      steps.add(() -> unchecked(() -> library(home, "empty", name, List.of())));
    }
    try {
      steps.parallelStream().forEach(Runnable::run);
    } catch (CompletionException e) {
      throw new IOException(e.getCause().getMessage(), e);
    }
  }

  private static List<String> driver(Path lib) {
    return List.of("-L" + lib, "-l:libcuda.so.1");
  }

  /** What every kernel object is linked with. */
  private void runtime(Path home) throws IOException {
    List<String> command = new ArrayList<>(List.of(compiler(), "-r", "-nostdlib"));
    command.addAll(options);
    sources.units("device").forEach(unit -> command.add("source/" + unit));
    command.addAll(List.of("-o", "lib/runtime.o"));
    run(home, command);
  }

  private void library(Path home, String folder, String name, List<String> libraries)
      throws IOException {
    // JCuda's natives ask for symbols of a version, which is the library's name.
    Path versions = home.resolve("lib/" + name + ".versions");
    boolean versioned = VERSIONED.contains(folder);
    List<String> command = new ArrayList<>(List.of(compiler(), "-shared"));
    command.addAll(options);
    if (versioned) {
      Files.writeString(versions, name + " { global: cu*; nvrtc*; local: *; };\n");
      command.add("-Wl,--version-script=" + versions);
    }
    command.add("-Wl,-soname," + name);
    sources.units(folder).forEach(unit -> command.add("source/" + unit));
    if (folder.equals("empty")) {
      command.addAll(List.of("-x", "c++", "/dev/null"));
    }
    command.addAll(libraries);
    command.addAll(List.of("-o", "lib/" + name, "-ldl", "-lpthread"));
    run(home, command);
  }

  private static String compiler() {
    String named = System.getenv("CXX");
    return named == null || named.isBlank() ? "g++" : named;
  }

  /** For vectors, where this processor has them. */
  private static List<String> vectorOptions() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      String flags = lines.filter(line -> line.startsWith("flags")).findFirst().orElse("") + " ";
      boolean all = VECTOR_FEATURES.stream().allMatch(f -> flags.contains(" " + f + " "));
      return all ? VECTOR_FEATURES.stream().map(f -> "-m" + f).toList() : List.of();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static void run(Path folder, List<String> command) throws IOException {
    Process process;
    try {
      process =
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new NoCompilerException(command.get(0) + " cannot be started; install g++", e);
    }
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + " failed:\n" + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while g++ ran", e);
    }
  }

  /** There is no C++ compiler on this machine. */
  static final class NoCompilerException extends IOException {
    private static final long serialVersionUID = 1L;

    private NoCompilerException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private static void unchecked(Step step) {
    try {
      step.run();
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  /** Leaves the folder that is there, if another process was faster. */
  private static void moveIntoPlace(Path workshop, Path home) throws IOException {
    try {
      Files.move(workshop, home, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw e;
    } catch (FileSystemException e) {
      if (!Files.isDirectory(home)) {
        throw e;
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      try (Stream<Path> paths = Files.walk(folder)) {
        for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
