package io.github.lrfbench.harness.hub;

/** Hears how a fetch goes. */
public interface FetchListener {
  /** One that does nothing. */
  FetchListener NONE =
      new FetchListener() {
        @Override
        public void started(String what, long bytes) {}

        @Override
        public void arrived(String file, long bytes) {}

        @Override
        public void note(String line) {}
      };

  /**
   * The fetch begins.
   *
   * @param what the repository
   * @param bytes of all files that are not in the cache
   */
  void started(String what, long bytes);

  /**
   * More of the files is in the cache.
   *
   * @param file the file that is being fetched
   * @param bytes of all files so far, with what an earlier fetch had left
   */
  void arrived(String file, long bytes);

  /** Something went wrong that is tried again. */
  void note(String line);

  /**
   * It was chosen which weights of a model are fetched.
   *
   * @param line says which
   */
  default void took(String line) {}
}
