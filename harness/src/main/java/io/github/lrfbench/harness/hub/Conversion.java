package io.github.lrfbench.harness.hub;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.util.Optional;

/**
 * Finds the pull request by which the hub's own bot offers a model's weights as safetensors. As for
 * transformers, it has to be the bot's, open, and of the model as it is now: others could offer
 * other weights.
 */
final class Conversion {
  private static final String AUTHOR = "SFconvertbot";
  private static final String TITLE = "Adding `safetensors` variant of this model";

  private Conversion() {}

  /**
   * The revision of the pull request, or nothing where there is none or the hub does not tell.
   *
   * @param commit what the main branch is at
   */
  static Optional<HubRepo> of(HubClient client, HubRepo repo, String commit) {
    if (!repo.revision().equals(HubRepo.MAIN)) {
      return Optional.empty();
    }
    try {
      JsonNode answer =
          client.ask(repo, "/discussions?type=pull_request&status=open&author=" + AUTHOR);
      for (JsonNode request : answer.path("discussions")) {
        if (isConversion(request)) {
          HubRepo converted = repo.at("refs/pr/" + request.path("num").intValue());
          JsonNode commits = client.ask(repo, "/commits/" + converted.escapedRevision());
          if (commits.path(1).path("id").asText().equals(commit)) {
            return Optional.of(converted);
          }
        }
      }
    } catch (IOException | InputException | HubException e) {
      // Discussions may be switched off; the weights are there in the other format.
    }
    return Optional.empty();
  }

  private static boolean isConversion(JsonNode request) {
    return request.path("title").asText().equals(TITLE)
        && request.path("author").path("name").asText().equals(AUTHOR)
        && request.path("status").asText().equals("open")
        && request.path("isPullRequest").asBoolean()
        && request.path("num").canConvertToInt()
        && request.path("num").intValue() > 0;
  }
}
