package io.github.lrfbench.harness.hub;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.harness.text.OneLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a repository holds at a commit.
 *
 * @param commit the commit that its revision means now
 * @param files in the hub's order
 */
record HubListing(String commit, List<Entry> files) {
  /**
   * A file as it is listed.
   *
   * @param path where it lies in the repository
   * @param known its size and checksum, where the listing tells them
   */
  record Entry(String path, Optional<HubFile> known) {}

  /**
   * Reads the hub's answer. Its names become paths on the disk, so that none may lead out of the
   * folder.
   *
   * @throws HubException if it is not as a hub answers
   */
  static HubListing parse(JsonNode answer, HubRepo repo) {
    String commit = answer.path("sha").asText();
    JsonNode siblings = answer.path("siblings");
    if (!HubRepo.isCommit(commit) || !siblings.isArray()) {
      throw new HubException(repo + ": the hub's answer names no commit and no files");
    }
    List<Entry> files = new ArrayList<>();
    for (JsonNode sibling : siblings) {
      String path = sibling.path("rfilename").asText();
      if (!isPlain(path)) {
        throw new HubException(repo + ": lists a file of the name " + OneLine.quote(path));
      }
      files.add(new Entry(path, known(path, sibling)));
    }
    return new HubListing(commit, List.copyOf(files));
  }

  private static Optional<HubFile> known(String path, JsonNode sibling) {
    JsonNode large = sibling.path("lfs");
    JsonNode size = large.isObject() ? large.path("size") : sibling.path("size");
    String hex = large.isObject() ? large.path("sha256").asText() : sibling.path("blobId").asText();
    return size.canConvertToLong() && size.isIntegralNumber() && size.longValue() >= 0
        ? Checksum.of(hex).map(sum -> new HubFile(path, size.longValue(), sum))
        : Optional.empty();
  }

  /**
   * True for a relative path without steps upwards, without what only some systems allow, and
   * without what a terminal does not show.
   */
  private static boolean isPlain(String path) {
    for (String part : path.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        return false;
      }
    }
    return path.codePoints().allMatch(c -> OneLine.isPlain(c) && c != '\\' && c != ':');
  }
}
