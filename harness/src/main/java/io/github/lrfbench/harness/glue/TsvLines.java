package io.github.lrfbench.harness.glue;

import io.github.lrfbench.kernels.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The lines of a tab-separated file without quoting, in strict UTF-8. A line ends at LF alone, so
 * that no other separator inside a text breaks it; CR before LF and a byte order mark at the start
 * are dropped; nothing else is trimmed.
 */
final class TsvLines {
  private static final int LONGEST_LINE = 1 << 20;
  private static final int BYTE_ORDER_MARK = 0xFEFF;

  private final String source;
  private final InputStream in;
  private final byte[] buffer = new byte[1 << 16];
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);
  private int position;
  private int end;
  private int number;

  /**
   * Reads a stream.
   *
   * @param source the file's name for messages
   */
  TsvLines(String source, InputStream in) {
    this.source = source;
    this.in = in;
  }

  /** The fields of the next line (a blank line has an empty one), or null at the end. */
  List<String> next() throws IOException {
    String line = nextLine();
    return line == null ? null : split(line);
  }

  /** Reads to the end without looking at fields; returns whether there was another line of text. */
  boolean skipToEnd() throws IOException {
    boolean any = false;
    while (position < end || fill()) {
      for (; position < end; position++) {
        any |= buffer[position] != '\n' && buffer[position] != '\r';
      }
    }
    return any;
  }

  /** A failure at the line whose fields were read last. */
  InputException failure(String fault) {
    return new InputException(source + ": line " + Math.max(1, number) + ": " + fault);
  }

  private static List<String> split(String line) {
    List<String> fields = new ArrayList<>();
    int start = 0;
    for (int tab = line.indexOf('\t'); tab >= 0; tab = line.indexOf('\t', start)) {
      fields.add(line.substring(start, tab));
      start = tab + 1;
    }
    fields.add(line.substring(start));
    return fields;
  }

  private String nextLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    boolean any = false;
    boolean complete = false;
    while (!complete && (position < end || fill())) {
      if (!any) {
        any = true;
        number++;
      }
      int start = position;
      while (position < end && buffer[position] != '\n') {
        position++;
      }
      line.write(buffer, start, position - start);
      if (line.size() > LONGEST_LINE) {
        throw failure("longer than " + LONGEST_LINE + " bytes; is this a TSV file?");
      }
      if (position < end) {
        position++;
        complete = true;
      }
    }
    return any ? decode(line.toByteArray()) : null;
  }

  private boolean fill() throws IOException {
    position = 0;
    end = Math.max(0, in.read(buffer));
    return end > 0;
  }

  private String decode(byte[] line) {
    int length = line.length;
    while (length > 0 && line[length - 1] == '\r') {
      length--;
    }
    try {
      String text = decoder.decode(ByteBuffer.wrap(line, 0, length)).toString();
      boolean marked = number == 1 && !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
      return marked ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw failure("not valid UTF-8");
    }
  }
}
