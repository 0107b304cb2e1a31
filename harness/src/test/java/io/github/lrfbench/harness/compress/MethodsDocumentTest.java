package io.github.lrfbench.harness.compress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.compress.allocate.Allocation.Policy;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.Compressors;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/methods.md explains what there is, and nothing else. */
class MethodsDocumentTest {
  private static final Pattern SECTION = Pattern.compile("(?m)^## (\\S+)$");
  private static final Pattern POLICY = Pattern.compile("(?m)^\\| `(\\S+)` \\|");

  private static String document() throws IOException {
    return Files.readString(TestData.repositoryRoot().resolve("docs/methods.md"));
  }

  private static List<String> found(Pattern pattern) throws IOException {
    return pattern.matcher(document()).results().map(match -> match.group(1)).sorted().toList();
  }

  @Test
  void everyMethodHasASection() throws IOException {
    assertEquals(
        Compressors.all().stream().map(method -> method.info().name()).sorted().toList(),
        found(SECTION));
  }

  @Test
  void everyOptionIsNamed() throws IOException {
    String text = document();
    for (Compressor method : Compressors.all()) {
      for (MethodOption option : method.info().options()) {
        assertTrue(
            Pattern.compile("`" + option.name() + "\\b").matcher(text).find(),
            method.info().name() + ": " + option.name());
      }
    }
  }

  @Test
  void everyPolicyHasARow() throws IOException {
    assertEquals(
        List.of(Policy.values()).stream().map(Policy::label).sorted().toList(), found(POLICY));
  }
}
