package io.github.lrfbench.kernels.cuda.emulator;

/** What the emulated driver answers to tests; see {@code driver/hooks.cpp}. */
final class EmulatorHooks {
  private EmulatorHooks() {}

  /** Device memory in bytes; 0 for the default. What is allocated already stays. */
  static native void setDeviceMemory(long bytes);

  /** Ten times the major plus the minor number. */
  static native void setCapability(int capability);

  /** Up to four. */
  static native void setDevices(int count);

  static native void setLost(int device, boolean lost);

  /** Whether diagnoses are printed to the standard error stream. */
  static native void setPrinting(boolean on);

  /** Writes what was diagnosed to memory of that capacity; returns the length of the whole text. */
  static native long diagnoses(long address, long capacity);

  static native void clearDiagnoses();

  /** As {@link #diagnoses}: a line for each live allocation. */
  static native long liveAllocations(long address, long capacity);
}
