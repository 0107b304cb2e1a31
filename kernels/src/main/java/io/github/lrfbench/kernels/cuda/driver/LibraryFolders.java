package io.github.lrfbench.kernels.cuda.driver;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where CUDA's libraries may lie. The first that has a library counts:
 *
 * <ol>
 *   <li>the folder named by the system property {@code lrfbench.cuda.libraries};
 *   <li>{@code java.library.path} and {@code LD_LIBRARY_PATH};
 *   <li>what the dynamic linker knows, {@code /etc/ld.so.cache};
 *   <li>a toolkit, by {@code CUDA_HOME}, {@code CUDA_PATH}, or in {@code /usr/local/cuda*};
 *   <li>{@code /usr/local/nvidia}, where some clusters put the driver's libraries in containers;
 *   <li>{@code nvidia/*&#47;lib} of the Python packages, of the Python named by {@code
 *       LRFBENCH_PYTHON} and of those on {@code PATH}.
 * </ol>
 */
final class LibraryFolders {
  static final String OVERRIDE = "lrfbench.cuda.libraries";

  /** How the places are called in messages. */
  static final String DESCRIPTION =
      "LD_LIBRARY_PATH, the linker's cache, CUDA_HOME, /usr/local/cuda*, /usr/local/nvidia, and nvidia/*/lib of the"
          + " Python on PATH or in LRFBENCH_PYTHON";

  private static final Pattern CACHED =
      Pattern.compile("(/[^\0]*)/lib(?:cuda|cublas|cusolver|cusparse|nvrtc|nvJitLink)[^/\0]*\0");

  private final UnaryOperator<String> environment;
  private final UnaryOperator<String> properties;
  private final Path root;
  private Set<Path> all;

  LibraryFolders(UnaryOperator<String> environment, UnaryOperator<String> properties, Path root) {
    this.environment = environment;
    this.properties = properties;
    this.root = root;
  }

  static LibraryFolders ofThisProcess() {
    return new LibraryFolders(System::getenv, System::getProperty, Path.of("/"));
  }

  /** The file of this name in the first folder that has one. */
  synchronized Optional<Path> find(String name) {
    if (all == null) {
      all = all();
    }
    return all.stream()
        .map(folder -> folder.resolve(name))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  /** The folders, the preferred first. */
  private Set<Path> all() {
    Set<Path> folders = new LinkedHashSet<>();
    folders.addAll(list(properties.apply(OVERRIDE)));
    folders.addAll(list(properties.apply("java.library.path")));
    folders.addAll(list(environment.apply("LD_LIBRARY_PATH")));
    folders.addAll(linkerCache());
    for (String variable : List.of("CUDA_HOME", "CUDA_PATH")) {
      list(environment.apply(variable)).forEach(toolkit -> addToolkit(toolkit, folders));
    }
    matching(root.resolve("usr/local"), "cuda*").forEach(toolkit -> addToolkit(toolkit, folders));
    folders.add(root.resolve("usr/local/nvidia/lib64"));
    pythons().forEach(python -> addPackages(python, folders));
    return folders;
  }

  private static void addToolkit(Path toolkit, Set<Path> folders) {
    folders.add(toolkit.resolve("lib64"));
    folders.add(toolkit.resolve("lib"));
    folders.add(toolkit.resolve("targets/x86_64-linux/lib"));
  }

  private Set<Path> linkerCache() {
    Set<Path> folders = new LinkedHashSet<>();
    try {
      byte[] cache = Files.readAllBytes(root.resolve("etc/ld.so.cache"));
      Matcher matcher = CACHED.matcher(new String(cache, StandardCharsets.ISO_8859_1));
      while (matcher.find()) {
        folders.add(Path.of(matcher.group(1)));
      }
    } catch (IOException | InvalidPathException e) {
      // No cache, or none of a form that we know: the other places remain.
    }
    return folders;
  }

  private List<Path> pythons() {
    List<Path> pythons = new ArrayList<>(list(environment.apply("LRFBENCH_PYTHON")));
    for (Path folder : list(environment.apply("PATH"))) {
      for (String name : List.of("python3", "python")) {
        if (Files.isExecutable(folder.resolve(name))) {
          pythons.add(folder.resolve(name));
        }
      }
    }
    return pythons;
  }

  /** The packages of a Python lie beside its bin folder; a virtual environment's is a link. */
  private static void addPackages(Path python, Set<Path> folders) {
    Set<Path> prefixes = new LinkedHashSet<>();
    addPrefix(python, prefixes);
    try {
      addPrefix(python.toRealPath(), prefixes);
    } catch (IOException e) {
      // A name that leads nowhere has no packages.
    }
    for (Path prefix : prefixes) {
      for (Path version : matching(prefix.resolve("lib"), "python3*")) {
        for (String packages : List.of("site-packages", "dist-packages")) {
          for (Path part : matching(version.resolve(packages).resolve("nvidia"), "*")) {
            folders.add(part.resolve("lib"));
          }
        }
      }
    }
  }

  private static void addPrefix(Path python, Set<Path> prefixes) {
    Path bin = python.toAbsolutePath().normalize().getParent();
    if (bin != null && bin.getParent() != null) {
      prefixes.add(bin.getParent());
    }
  }

  private static List<Path> list(String folders) {
    List<Path> paths = new ArrayList<>();
    if (folders != null) {
      for (String folder : folders.split(File.pathSeparator)) {
        try {
          if (!folder.isBlank()) {
            paths.add(Path.of(folder));
          }
        } catch (InvalidPathException e) {
          // The linker skips it too.
        }
      }
    }
    return paths;
  }

  /** Newer versions sort last by name and come first. */
  private static List<Path> matching(Path folder, String glob) {
    List<Path> paths = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, glob)) {
      stream.forEach(paths::add);
    } catch (IOException e) {
      // Not there, or not ours to read.
    }
    paths.sort(Comparator.reverseOrder());
    return paths;
  }
}
