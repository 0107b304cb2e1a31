package io.github.lrfbench.harness.peer;

import io.github.lrfbench.kernels.InputException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A process that runs {@code lrfbench_peer.py}, whose head says what is asked and answered: a line
 * each, numbers of the logits as bytes after their line.
 */
final class PythonPeer implements Peer {
  private static final List<String> SCRIPTS = List.of("lrfbench_peer.py", "lrfbench_loader.py");
  private static final int LONGEST_LINE = 1000;

  private final Duration limit;
  private final TemporaryFolder folder = TemporaryFolder.create();
  private final Process process;
  private final DataInputStream answers;
  private long lastNanos;

  /**
   * Starts Python.
   *
   * @param runtime what shall run there
   * @param threads of a pass
   * @param limit of time for each answer
   */
  PythonPeer(List<String> command, String runtime, int threads, Duration limit) {
    this.limit = limit;
    for (String script : SCRIPTS) {
      try (InputStream text = PythonPeer.class.getResourceAsStream(script)) {
        Files.copy(text, path(script));
      } catch (IOException e) {
        folder.close();
        throw new InputException("cannot write " + path(script) + ": " + e.getMessage());
      }
    }
    List<String> line = new ArrayList<>(command);
    line.add(path(SCRIPTS.get(0)).toString());
    line.add(runtime);
    line.add(Integer.toString(threads));
    ProcessBuilder builder = new ProcessBuilder(line).redirectError(Redirect.to(errors().toFile()));
    builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
    // All is in files here, and on the processor.
    builder.environment().put("HF_HUB_OFFLINE", "1");
    builder.environment().put("CUDA_VISIBLE_DEVICES", "");
    try {
      process = builder.start();
    } catch (IOException e) {
      folder.close();
      throw new PeerException(e.getMessage());
    }
    answers = new DataInputStream(new BufferedInputStream(process.getInputStream()));
  }

  /** The version of the runtime. */
  String version() {
    return ask("version", "version ", rest -> rest);
  }

  void load(Path model) {
    ask("load " + model.toAbsolutePath(), "loaded", rest -> rest);
  }

  @Override
  public float[] read(List<int[]> sequences) {
    String ids =
        sequences.stream()
            .map(
                sequence ->
                    Arrays.stream(sequence)
                        .mapToObj(Integer::toString)
                        .collect(Collectors.joining(" ")))
            .collect(Collectors.joining(";"));
    return ask("read " + ids, "logits ", this::floats);
  }

  private float[] floats(String count) throws IOException {
    int numbers = Integer.parseInt(count);
    if (numbers < 0) {
      throw new NumberFormatException();
    }
    byte[] bytes = new byte[Math.multiplyExact(numbers, Float.BYTES)];
    answers.readFully(bytes);
    float[] floats = new float[numbers];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
    return floats;
  }

  /** Where the command is a script that starts Python, that too. */
  @Override
  public List<ProcessHandle> processes() {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
  }

  @Override
  public void run() {
    lastNanos = ask("run", "ran ", Long::parseLong);
  }

  @Override
  public long lastNanos() {
    return lastNanos;
  }

  /** Reads what follows the first word of an answer. */
  @FunctionalInterface
  private interface Answer<T> {
    T of(String rest) throws IOException;
  }

  private <T> T ask(String question, String expected, Answer<T> answer) {
    FutureTask<T> task = new FutureTask<>(() -> exchange(question, expected, answer));
    Thread thread = new Thread(task, "lrfbench-peer");
    thread.setDaemon(true);
    thread.start();
    String what = question.split(" ", 2)[0];
    try {
      return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      process.destroyForcibly();
      throw new PeerException(
          "the peer did not answer '" + what + "' within " + limit.toMillis() / 1e3 + " s");
    } catch (ExecutionException e) {
      process.destroyForcibly();
      if (e.getCause() instanceof PeerException failure) {
        throw failure;
      }
      throw new PeerException("the peer ended at '" + what + "': " + lastWords());
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new PeerException("interrupted");
    }
  }

  private <T> T exchange(String question, String expected, Answer<T> answer) throws IOException {
    process.getOutputStream().write((question + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
    String line = readLine();
    if (line.startsWith("failed ")) {
      throw new PeerException(line.substring("failed ".length()));
    }
    if (!line.startsWith(expected)) {
      throw new PeerException("the peer answered '" + line + "'");
    }
    try {
      return answer.of(line.substring(expected.length()));
    } catch (ArithmeticException | NumberFormatException e) {
      throw new PeerException("the peer answered '" + line + "'");
    }
  }

  private String readLine() throws IOException {
    byte[] line = new byte[LONGEST_LINE];
    int length = 0;
    for (byte next = answers.readByte(); next != '\n'; next = answers.readByte()) {
      if (length < LONGEST_LINE) {
        line[length++] = next;
      }
    }
    return new String(line, 0, length, StandardCharsets.UTF_8);
  }

  /** The last line that the process wrote to stderr. */
  private String lastWords() {
    try {
      process.waitFor(1, TimeUnit.SECONDS);
      String text = new String(Files.readAllBytes(errors()), StandardCharsets.UTF_8).strip();
      return text.isEmpty() ? "it said nothing" : text.substring(text.lastIndexOf('\n') + 1);
    } catch (IOException e) {
      return e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      // Of the processor it shall have nothing when the next is timed.
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    folder.close();
  }

  private Path errors() {
    return path("stderr");
  }

  private Path path(String name) {
    return folder.path().resolve(name);
  }
}
