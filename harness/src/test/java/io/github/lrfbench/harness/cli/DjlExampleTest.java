package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.util.JsonUtils;
import com.google.gson.JsonArray;
import io.github.lrfbench.harness.demo.DemoModel;
import io.github.lrfbench.kernels.TestData;
import java.io.File;
import java.io.IOException;
import java.net.Proxy;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example of {@code docs/djl.md}, compiled and run as it stands there. */
@Timeout(240)
class DjlExampleTest {
  static final Path DOCUMENT = TestData.repositoryRoot().resolve("docs/djl.md");

  private static final String CLASS_PATH = System.getProperty("java.class.path");

  @TempDir Path folder;

  @Test
  void theExampleClassifiesAndOpensNoConnection() throws Exception {
    Path source = folder.resolve("Classify.java");
    Files.writeString(source, block(Files.readString(DOCUMENT), "java"));
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-cp", CLASS_PATH, "-d", folder.toString(), source.toString());
    assertEquals(0, compiled);
    Path model = DemoModel.BERT.unpack(folder.resolve("cache"), "demo-sst2");
    String out = run("Classify", model.toString(), "a good film");
    JsonArray classes = JsonUtils.GSON.fromJson(out, JsonArray.class);
    assertEquals(2, classes.size(), out);
    double sum = 0;
    for (int i = 0; i < classes.size(); i++) {
      assertFalse(classes.get(i).getAsJsonObject().get("className").getAsString().isEmpty());
      sum += classes.get(i).getAsJsonObject().get("probability").getAsDouble();
    }
    assertEquals(1, sum, 1e-6);
  }

  /** The spy would tell, so the test above could fail. */
  @Test
  void theSpySeesConnections() throws Exception {
    String out = run("ai.djl.util.Ec2Utils");
    assertTrue(out.startsWith("opens http://169.254.169.254/"), out);
  }

  /** The code between fences of a language. */
  static String block(String document, String language) {
    Matcher block = Pattern.compile("(?s)```" + language + "\n(.*?)```").matcher(document);
    assertTrue(block.find(), "no " + language + " in " + DOCUMENT);
    return block.group(1);
  }

  private String run(String... arguments) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            folder + File.pathSeparator + CLASS_PATH,
            Spied.class.getName());
    builder.command().addAll(List.of(arguments));
    Map<String, String> environment = builder.environment();
    List.of("OPT_OUT_TRACKING", "DJL_OFFLINE", "DJL_CACHE_DIR", "ENGINE_CACHE_DIR")
        .forEach(environment::remove);
    environment.put("LRFBENCH_CACHE", folder.resolve("cache").toString());
    Path err = folder.resolve("err");
    Process process = builder.redirectError(err.toFile()).start();
    try {
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor(), Files.readString(err));
      return out;
    } finally {
      process.destroyForcibly();
    }
  }

  /** Runs a program that prints every URL that it opens as well, or has DJL call home. */
  static final class Spied {
    private Spied() {}

    public static void main(String[] arguments) throws Exception {
      URL.setURLStreamHandlerFactory(scheme -> scheme.startsWith("http") ? new Spy() : null);
      if (arguments.length == 1) {
        Class.forName(arguments[0]).getMethod("callHome", String.class).invoke(null, "control");
        return;
      }
      String[] rest = {arguments[1], arguments[2]};
      Class.forName(arguments[0]).getMethod("main", String[].class).invoke(null, (Object) rest);
    }
  }

  /** Tells of a connection and refuses it. */
  private static final class Spy extends URLStreamHandler {
    @Override
    protected URLConnection openConnection(URL url) throws IOException {
      System.out.println("opens " + url);
      throw new IOException("no network in this test");
    }

    @Override
    protected URLConnection openConnection(URL url, Proxy proxy) throws IOException {
      return openConnection(url);
    }
  }
}
