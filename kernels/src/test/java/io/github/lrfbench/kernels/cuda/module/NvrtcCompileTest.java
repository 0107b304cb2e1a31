package io.github.lrfbench.kernels.cuda.module;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kernel compiles for every device, where NVIDIA's compiler is found. It needs no GPU. */
class NvrtcCompileTest {
  private static final int[] CAPABILITIES = {70, 75, 80, 86, 89, 90};
  private static final Pattern SPILLED = Pattern.compile("(\\d+) bytes spill stores");

  /** A few registers are spilled here and there where that lets more blocks run. */
  private static final int MOST_SPILLED_BYTES = 64;

  private static Nvrtc nvrtc;

  @BeforeAll
  static void load() {
    try {
      nvrtc = Nvrtc.load();
    } catch (InputException e) {
      abort(e.getMessage());
    }
  }

  static Stream<String> operations() throws IOException {
    Path folder =
        TestData.repositoryRoot()
            .resolve("kernels/src/main/resources/io/github/lrfbench/kernels/cuda");
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".cu"))
          .map(name -> name.substring(0, name.length() - ".cu".length()))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("operations")
  void compilesForEveryDeviceWithoutSpilling(String operation) {
    String source = KernelSource.of(operation);
    List<Runnable> compilations = new ArrayList<>();
    for (int capability : CAPABILITIES) {
      if (nvrtc.supports(capability)) {
        for (String type : List.of("float", "double", "half", "bf16")) {
          // All variants for one device, the widest accesses for the others.
          List<KernelVariant> variants = KernelVariants.of(operation, type, capability);
          int first = capability == 90 ? 0 : Math.max(0, variants.size() - 1);
          for (KernelVariant variant : variants.subList(first, variants.size())) {
            compilations.add(() -> compile(variant, source, capability));
          }
        }
      }
    }
    assertFalse(compilations.isEmpty());
    IntStream.range(0, compilations.size()).parallel().forEach(i -> compilations.get(i).run());
  }

  private static void compile(KernelVariant variant, String source, int capability) {
    List<String> options = new ArrayList<>(variant.options());
    options.add("--gpu-architecture=sm_" + capability);
    options.add("--std=c++17");
    options.add("--ptxas-options=-v");
    Nvrtc.Compiled compiled = nvrtc.compile(variant.operation(), source, options);
    assertTrue(compiled.binary().length > 0);
    Matcher spilled = SPILLED.matcher(compiled.log());
    while (spilled.find()) {
      assertTrue(
          Integer.parseInt(spilled.group(1)) <= MOST_SPILLED_BYTES,
          () -> variant + " for sm_" + capability + ": " + compiled.log());
    }
    assertFalse(
        compiled.log().lines().anyMatch(l -> l.contains("warning") && !l.contains("deprecated")),
        compiled.log());
  }

  @Test
  void devicesNewerThanTheCompilerGetPtx(@TempDir Path folder) {
    KernelCompiler compiler = new KernelCompiler(nvrtc, new BinaryCache(folder), 999);
    byte[] binary = compiler.compile(KernelVariant.of("zero_upper").with("ELEMENT", "float"));
    assertEquals(0, binary[binary.length - 1]);
    assertTrue(new String(binary, StandardCharsets.US_ASCII).contains(".entry"));
  }

  @Test
  void devicesOlderThanTheCompilerAreRefused() {
    assertThrows(CompileException.class, () -> nvrtc.newestUpTo(10));
  }

  @Test
  void errorsCarryTheLogWithFileAndLine() {
    KernelCompiler compiler =
        new KernelCompiler(nvrtc, new BinaryCache(Path.of("/nonexistent/folder")), 80);
    KernelVariant variant = KernelVariant.of("zero_upper").with("ELEMENT", "nothing");
    CompileException e = assertThrows(CompileException.class, () -> compiler.compile(variant));
    assertTrue(e.getMessage().contains("prelude.cuh("), e.getMessage());
    assertTrue(e.getMessage().contains("identifier \"nothing\" is undefined"), e.getMessage());
  }

  @Test
  void compiledKernelsAreKeptAndDamagedOnesMadeAnew(@TempDir Path folder) throws IOException {
    KernelCompiler compiler = new KernelCompiler(nvrtc, new BinaryCache(folder), 80);
    KernelVariant variant = KernelVariant.of("zero_upper").with("ELEMENT", "float");
    byte[] first = compiler.compile(variant);
    Path entry;
    try (Stream<Path> entries = Files.list(folder)) {
      entry = entries.findFirst().orElseThrow();
    }
    byte[] file = Files.readAllBytes(entry);
    file[file.length / 2] ^= 1;
    Files.write(entry, file);
    assertEquals(first.length, compiler.compile(variant).length);
    file[file.length / 2] ^= 1;
    assertEquals(file.length, Files.size(entry));
    assumeTrue(Arrays.equals(file, Files.readAllBytes(entry)), "compiled differently");
  }
}
