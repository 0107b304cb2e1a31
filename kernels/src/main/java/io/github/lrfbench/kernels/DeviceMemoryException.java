package io.github.lrfbench.kernels;

/** A device has no memory for a request. What was there before stays usable. */
public final class DeviceMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long requestedBytes;
  private final long freeBytes;

  /**
   * A failed request.
   *
   * @param device its id
   * @param requestedBytes that were asked for
   * @param freeBytes that no process uses
   * @param usedBytes that tensors of this process use
   */
  public DeviceMemoryException(String device, long requestedBytes, long freeBytes, long usedBytes) {
    super(
        "out of memory on "
            + device
            + ": "
            + requestedBytes
            + " bytes asked, "
            + freeBytes
            + " free, "
            + usedBytes
            + " used by this program's tensors; a smaller batch needs less");
    this.requestedBytes = requestedBytes;
    this.freeBytes = freeBytes;
  }

  /** Bytes that were asked for. */
  public long requestedBytes() {
    return requestedBytes;
  }

  /** Bytes that were free. */
  public long freeBytes() {
    return freeBytes;
  }
}
