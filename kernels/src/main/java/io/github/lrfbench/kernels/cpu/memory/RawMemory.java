package io.github.lrfbench.kernels.cpu.memory;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Typed pointers to an address that somebody else owns: making one allocates and registers nothing
 * native.
 */
public final class RawMemory extends Pointer {
  RawMemory(long address, long bytes) {
    super((Pointer) null);
    this.address = address;
    this.limit = bytes;
    this.capacity = bytes;
  }

  /** So many bytes at an address. */
  public static ByteBuffer bytes(long address, long count) {
    return new RawMemory(address, count).asByteBuffer();
  }

  /** A pointer to floats at an address. */
  public static FloatPointer floats(long address) {
    return new Floats(address);
  }

  /** A pointer to doubles at an address. */
  public static DoublePointer doubles(long address) {
    return new Doubles(address);
  }

  private static final class Floats extends FloatPointer {
    Floats(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }

  private static final class Doubles extends DoublePointer {
    Doubles(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }
}
