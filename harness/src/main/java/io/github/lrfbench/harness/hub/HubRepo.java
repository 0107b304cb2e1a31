package io.github.lrfbench.harness.hub;

import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A repository of a hub in one revision.
 *
 * @param kind what it holds
 * @param id {@code owner/name}; some old models have no owner
 * @param revision a branch, a tag or a commit
 */
public record HubRepo(Kind kind, String id, String revision) {
  /** What a user writes before the name of a model on the hub. */
  public static final String PREFIX = "hf:";

  /** The revision where none is given. */
  static final String MAIN = "main";

  private static final Pattern NAME =
      Pattern.compile("hf:((?:[\\w-][\\w.-]*/)?[\\w-][\\w.-]*)(?:@([\\w.-]+(?:/[\\w.-]+)*))?");
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  /** What a repository holds; the two have different addresses. */
  public enum Kind {
    /** A model. */
    MODEL("models", ""),

    /** A data set. */
    DATASET("datasets", "datasets/");

    private final String plural;
    private final String path;

    Kind(String plural, String path) {
      this.plural = plural;
      this.path = path;
    }
  }

  /**
   * The model that a user names.
   *
   * @param name {@code hf:owner/name} or {@code hf:owner/name@revision}
   * @throws InputException if it is no such name
   */
  public static HubRepo model(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches() || name.contains("..")) {
      throw new InputException(
          OneLine.quote(name)
              + " names no repository; write hf:owner/name or hf:owner/name@revision");
    }
    return new HubRepo(
        Kind.MODEL, matcher.group(1), matcher.group(2) == null ? MAIN : matcher.group(2));
  }

  /** A data set on its main branch. */
  public static HubRepo dataset(String id) {
    return new HubRepo(Kind.DATASET, id, MAIN);
  }

  /** True if the text is the name of a commit, whose files never change. */
  static boolean isCommit(String revision) {
    return COMMIT.matcher(revision).matches();
  }

  /** Where the hub lists the files; the slashes of a revision belong to its name. */
  String listingPath() {
    return "/api/" + kind.plural + "/" + id + "/revision/" + escapedRevision() + "?blobs=true";
  }

  /** Where the hub tells more of the repository. */
  String apiPath() {
    return "/api/" + kind.plural + "/" + id;
  }

  /** The revision as a part of an address. */
  String escapedRevision() {
    return revision.replace("/", "%2F");
  }

  /** The same repository in another revision. */
  HubRepo at(String other) {
    return new HubRepo(kind, id, other);
  }

  /** Where the hub has a file's content at a commit, not yet encoded. */
  String filePath(String commit, String file) {
    return "/" + kind.path + id + "/resolve/" + commit + "/" + file;
  }

  /** The name of the repository's folder in the cache. */
  String folder() {
    return kind.plural + "--" + id.replace("/", "--");
  }

  @Override
  public String toString() {
    return (kind == Kind.MODEL ? PREFIX : "hf:datasets/")
        + id
        + (revision.equals(MAIN) ? "" : "@" + revision);
  }
}
