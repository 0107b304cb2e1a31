package io.github.lrfbench.harness.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * By what a hub names a content: the SHA-256 of large files, the object name of git (a SHA-1 over a
 * header and the content) of small ones.
 *
 * @param hex digits in lower case: 64 of a SHA-256, 40 of a git object
 */
record Checksum(String hex) {
  private static final Pattern KNOWN = Pattern.compile("[0-9a-f]{64}|[0-9a-f]{40}");
  private static final int SHA256_DIGITS = 64;
  private static final int BUFFER = 1 << 20;

  /** The checksum of these digits, or nothing where they are of neither kind. */
  static Optional<Checksum> of(String hex) {
    return KNOWN.matcher(hex).matches() ? Optional.of(new Checksum(hex)) : Optional.empty();
  }

  /** The checksum in an entity tag, as in the headers {@code ETag} and {@code X-Linked-Etag}. */
  static Optional<Checksum> ofEntityTag(String tag) {
    return of(tag.replaceFirst("^W/", "").replace("\"", ""));
  }

  /** True if a file has this checksum. */
  boolean matches(Path file) throws IOException {
    return hex.equals(compute(file));
  }

  /** The checksum of the same kind of a file. */
  String compute(Path file) throws IOException {
    MessageDigest digest = digest();
    if (!isSha256()) {
      digest.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
    }
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The kind of the checksum, for messages. */
  String kind() {
    return isSha256() ? "SHA-256" : "git object name";
  }

  private boolean isSha256() {
    return hex.length() == SHA256_DIGITS;
  }

  private MessageDigest digest() {
    try {
      return MessageDigest.getInstance(isSha256() ? "SHA-256" : "SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256 and SHA-1", e);
    }
  }
}
