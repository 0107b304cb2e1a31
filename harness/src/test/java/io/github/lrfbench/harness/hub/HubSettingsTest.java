package io.github.lrfbench.harness.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the environment and the names of repositories mean. */
class HubSettingsTest {
  private static final Path CACHE = Path.of("/cache");

  @Test
  void withoutAnySettingItIsHuggingFaceAndTheProjectsCache() {
    HubSettings settings = HubSettings.of(Map.of("HF_TOKEN", " "), CACHE);
    assertEquals(URI.create("https://huggingface.co"), settings.endpoint());
    assertEquals(CACHE.resolve("hub"), settings.cache());
    assertNull(settings.token());
    assertFalse(settings.offline());
  }

  @Test
  void theCacheOfOtherToolsIsShared() {
    assertEquals(Path.of("/hf/hub"), HubSettings.of(Map.of("HF_HOME", "/hf"), CACHE).cache());
    assertEquals(
        Path.of("/own"),
        HubSettings.of(Map.of("HF_HOME", "/hf", "HF_HUB_CACHE", "/own"), CACHE).cache());
  }

  @ParameterizedTest
  @CsvSource({"1,true", "True,true", "yes,true", "on,true", "0,false", "no,false"})
  void offlineIsSaidAsElsewhere(String value, boolean offline) {
    assertEquals(offline, HubSettings.of(Map.of("HF_HUB_OFFLINE", value), CACHE).offline());
  }

  @ParameterizedTest
  @ValueSource(strings = {"huggingface.co", "ftp://x", "http://", "https://x?y", "http://a b"})
  void anEndpointIsAnAddress(String value) {
    assertThrows(InputException.class, () -> HubSettings.of(Map.of("HF_ENDPOINT", value), CACHE));
  }

  @Test
  void aNameIsOwnerNameAndRevision() {
    assertEquals(
        new HubRepo(HubRepo.Kind.MODEL, "google/bert_uncased-L.2", "main"),
        HubRepo.model("hf:google/bert_uncased-L.2"));
    assertEquals(
        new HubRepo(HubRepo.Kind.MODEL, "gpt2", "refs/pr/1"), HubRepo.model("hf:gpt2@refs/pr/1"));
    assertTrue(
        HubRepo.model("hf:gpt2@refs/pr/1")
            .listingPath()
            .startsWith("/api/models/gpt2/revision/refs%2Fpr%2F1?"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hf:",
        "hf:/x",
        "hf:a/b/c",
        "hf:a/..",
        "hf:../x",
        "hf:a/b@",
        "hf:a/b@../x",
        "hf:a b"
      })
  void otherNamesAreRefused(String name) {
    assertThrows(InputException.class, () -> HubRepo.model(name));
  }
}
