package io.github.lrfbench.kernels.cuda.module;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/**
 * Compiled kernels on disk, named by the hash of all that went into them. Each file starts with the
 * hash of the rest, so that a damaged one is as good as none. Where the folder cannot be written,
 * nothing is kept.
 */
final class BinaryCache {
  private static final int DIGEST_BYTES = 32;

  private final Path folder;

  BinaryCache(Path folder) {
    this.folder = folder;
  }

  /** The cache of this user, below {@code LRFBENCH_CACHE}. */
  static BinaryCache ofUser() {
    return new BinaryCache(UserCache.folder("cuda"));
  }

  /** The name of an entry that depends on the given texts and on their order. */
  static String key(String... parts) {
    MessageDigest digest = sha256();
    for (String part : parts) {
      digest.update(part.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The entry, or nothing if there is none that is whole. */
  Optional<byte[]> read(String key) {
    try {
      byte[] file = Files.readAllBytes(folder.resolve(key));
      byte[] binary = Arrays.copyOfRange(file, Math.min(DIGEST_BYTES, file.length), file.length);
      byte[] digest = Arrays.copyOf(file, Math.min(DIGEST_BYTES, file.length));
      return Arrays.equals(digest, sha256().digest(binary))
          ? Optional.of(binary)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Stores an entry; readers see all of it or nothing. */
  void write(String key, byte[] binary) {
    try {
      Files.createDirectories(folder);
      Path temporary = folder.resolve("." + key + "." + UUID.randomUUID() + ".part");
      try {
        byte[] file = Arrays.copyOf(sha256().digest(binary), DIGEST_BYTES + binary.length);
        System.arraycopy(binary, 0, file, DIGEST_BYTES, binary.length);
        Files.write(temporary, file);
        Files.move(
            temporary,
            folder.resolve(key),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      // The next process compiles again.
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
