package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.text.OneLine;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * What people read, in UTF-8: names and texts of others cannot give orders to the terminal, since
 * all that is not plain becomes a space. Line breaks and tabs stay.
 */
final class PlainPrintStream extends PrintStream {
  private final PrintStream raw;

  PlainPrintStream(PrintStream raw) {
    super(new Plain(raw), true, StandardCharsets.UTF_8);
    this.raw = raw;
  }

  /** The stream behind a stream, for one's own orders to the terminal. */
  static PrintStream raw(PrintStream stream) {
    return stream instanceof PlainPrintStream plain ? plain.raw : stream;
  }

  private static final class Plain extends FilterOutputStream {
    private static final int BUFFER = 1 << 13;

    private final CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER);
    private final CharBuffer chars = CharBuffer.allocate(BUFFER);

    Plain(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] source, int offset, int length) throws IOException {
      for (int done = 0; done < length; ) {
        int count = Math.min(bytes.remaining(), length - done);
        bytes.put(source, offset + done, count).flip();
        // The beginning of a character stays until its rest comes.
        decoder.decode(bytes, chars, false);
        bytes.compact();
        done += count;
        out.write(plain(chars.flip().toString()).getBytes(StandardCharsets.UTF_8));
        chars.clear();
      }
    }

    private static String plain(String text) {
      StringBuilder plain = new StringBuilder(text.length());
      for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
        int c = text.codePointAt(i);
        boolean ends =
            c == '\n' || c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n';
        plain.appendCodePoint(ends || c == '\t' || OneLine.isPlain(c) ? c : ' ');
      }
      return plain.toString();
    }
  }
}
