package io.github.lrfbench.kernels;

/** Makes devices of one kind; found by {@link java.util.ServiceLoader}. */
public interface DeviceProvider {
  /** The kind's name, the part of a device id before the colon: {@code cpu}, {@code cuda}. */
  String kind();

  /** Providers of higher rank are tried first by {@code auto}. */
  int rank();

  /** Whether devices of this kind can be opened here; cheap enough to call at start-up. */
  Availability availability();

  /**
   * Opens device number {@code index}.
   *
   * @throws InputException if there is no such device
   */
  Device open(int index, DeviceOptions options);

  /**
   * The answer of {@link #availability}.
   *
   * @param available true if a device can be opened
   * @param detail one line: what is there, or what is missing and how to get it
   */
  record Availability(boolean available, String detail) {}
}
