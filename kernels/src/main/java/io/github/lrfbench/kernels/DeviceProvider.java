package io.github.lrfbench.kernels;

import java.util.List;

/** Makes devices of one kind; found by {@link java.util.ServiceLoader}. */
public interface DeviceProvider {
  /** The kind's name, the part of a device id before the colon: {@code cpu}, {@code cuda}. */
  String kind();

  /** Providers of higher rank are tried first by {@code auto}. */
  int rank();

  /** Whether devices of this kind can be opened here; cheap enough to call at start-up. */
  Availability availability();

  /**
   * What the makers call the devices of this kind that are here, by their numbers; none where it is
   * not {@linkplain #availability available}.
   */
  List<String> names();

  /** What devices of this kind need on this machine, for whoever looks for what is missing. */
  default List<Part> parts() {
    return List.of();
  }

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

  /**
   * Something that devices need, such as a library.
   *
   * @param name what users call it
   * @param found whether it is there
   * @param detail one line: where it is, or how to get it
   */
  record Part(String name, boolean found, String detail) {}
}
