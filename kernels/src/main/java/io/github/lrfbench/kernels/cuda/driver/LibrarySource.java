package io.github.lrfbench.kernels.cuda.driver;

import io.github.lrfbench.kernels.host.NativesFolder;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Loader;

/** Finds the files of CUDA's libraries and of JCuda's natives. */
final class LibrarySource {
  private static final Pattern OF_CUDA =
      Pattern.compile(
          "lib(cuda|cudart|cublas|cublasLt|cusolver|cusolverMg|cusparse|nvJitLink|nvrtc)\\.so.*");
  private static final String REDISTRIBUTED = "/org/bytedeco/cuda/linux-x86_64/";

  private final LibraryFolders folders;

  LibrarySource(LibraryFolders folders) {
    this.folders = folders;
  }

  /** Whether a library is one of CUDA's, not of the system. */
  static boolean isOfCuda(String name) {
    return OF_CUDA.matcher(name).matches();
  }

  /** Whether a library of CUDA can be had; nothing is unpacked. */
  Optional<String> whereIs(String name) {
    return folders
        .find(name)
        .map(Path::toString)
        .or(() -> Optional.ofNullable(redistributed(name)).map(jar -> "the class path"));
  }

  /** The file of a library of CUDA, if it is installed. */
  Optional<Path> installed(String name) {
    return folders.find(name);
  }

  /** The file of a library of CUDA, unpacked from bytedeco's archive if it is nowhere else. */
  Optional<Path> find(String name, NativesFolder cache) {
    Optional<Path> installed = folders.find(name);
    URL archived = redistributed(name);
    return installed.isPresent() || archived == null
        ? installed
        : Optional.of(unpack(archived, cache));
  }

  /**
   * The file of a native of JCuda: from {@code java.library.path} if it is there, else unpacked;
   * made to ask for the libraries of a release.
   *
   * @param fileName such as {@code libJCudaDriver-12.6.0-linux-x86_64.so}
   */
  static Path jcuda(String fileName, CudaRelease release, NativesFolder cache) throws IOException {
    Path made = jcuda(fileName, cache);
    List<String> needed = ElfFile.needed(made);
    if (needed.stream().allMatch(name -> release.nameOf(name).equals(name))) {
      return made;
    }
    if (onLibraryPath(fileName).isPresent()) {
      // JCuda would load this one, whatever else there is.
      throw new IOException(
          made
              + " on java.library.path asks for libraries of CUDA 12, but those of CUDA "
              + release.major()
              + " were found: remove it from there, or "
              + CudaRelease.CUDA_12.remedy());
    }
    return cache.keep(ElfFile.renamed(made, release::nameOf), "cuda-" + release.major(), fileName);
  }

  private static Path jcuda(String fileName, NativesFolder cache) throws IOException {
    Optional<Path> onPath = onLibraryPath(fileName);
    if (onPath.isPresent()) {
      return onPath.get();
    }
    URL packed = LibrarySource.class.getResource("/lib/" + fileName);
    if (packed == null) {
      throw new IOException(fileName + " is neither on java.library.path nor on the class path");
    }
    return cache.unpack(packed, fileName);
  }

  private static Optional<Path> onLibraryPath(String fileName) {
    return Arrays.stream(System.getProperty("java.library.path", "").split(File.pathSeparator))
        .map(folder -> Path.of(folder, fileName))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  private static URL redistributed(String name) {
    return LibrarySource.class.getResource(REDISTRIBUTED + name);
  }

  private static Path unpack(URL archived, NativesFolder cache) {
    cache.useForJavaCpp();
    try {
      return Loader.cacheResource(archived).toPath();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack " + archived, e);
    }
  }
}
