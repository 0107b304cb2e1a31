package io.github.lrfbench.harness.tokenize;

import ai.djl.util.Ec2Utils;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.net.Proxy;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.file.Path;
import java.util.Arrays;

/** A program that tokenizes in a process of its own, and prints every URL that it opens. */
final class TokenizerProcess {
  private TokenizerProcess() {}

  /** Tokenizes "hello" with the tokenizer in a directory, or calls home if told so. */
  public static void main(String[] arguments) {
    URL.setURLStreamHandlerFactory(scheme -> scheme.startsWith("http") ? new Spy() : null);
    if (arguments[0].equals("call-home")) {
      Ec2Utils.callHome("control");
      return;
    }
    try (Tokenizer tokenizer = Tokenizers.open(Path.of(arguments[0]), TokenizerFiles.config())) {
      System.out.println(Arrays.toString(tokenizer.encode("hello", null, 8).ids()));
    } catch (InputException e) {
      System.out.println(e.getMessage());
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
