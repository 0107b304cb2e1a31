package io.github.lrfbench.harness.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a run's record tells of where it was made, and what it keeps to itself. */
class EnvironmentTest {
  @Test
  void settingsAreToldAndSecretsAreNot() {
    Map<String, String> told =
        Environment.variables(
            Map.of(
                "LRFBENCH_CACHE", "/cache",
                "HF_TOKEN", "hf_secret",
                "HUGGING_FACE_HUB_TOKEN", "hf_secret",
                "HF_ENDPOINT", "https://me:secret@hub.example/x",
                "SLURM_JWT", "secret",
                "SLURM_ARRAY_TASK_ID", "3",
                "AWS_SECRET_ACCESS_KEY", "secret",
                "OMP_NUM_THREADS", "4"));
    assertEquals(
        Map.of(
            "LRFBENCH_CACHE", "/cache",
            "HF_TOKEN", "(set)",
            "HF_ENDPOINT", "https://(hidden)@hub.example/x",
            "SLURM_JWT", "(set)",
            "SLURM_ARRAY_TASK_ID", "3",
            "OMP_NUM_THREADS", "4"),
        told);
  }

  @Test
  void secretPropertiesOfJavaAreNotTold() {
    assertEquals(
        "-Xmx1g -Dhttps.proxyPassword=(set) -Dhttps.proxyHost=proxy -Dapi.key=(set)",
        Environment.withoutSecrets(
            "-Xmx1g -Dhttps.proxyPassword=hunter2 -Dhttps.proxyHost=proxy -Dapi.key=abc"));
  }

  @Test
  void credentialsOfAllKindsAreHidden() {
    for (String name :
        List.of(
            "javax.net.ssl.trustStorePwd",
            "db.passwd",
            "key.passphrase",
            "http.proxyUser",
            "http.proxyAuth",
            "AWS.Credentials",
            "session.Cookie")) {
      assertEquals(
          "-D" + name + "=(set) -Xmx1g",
          Environment.withoutSecrets("-D" + name + "=one two=three -Xmx1g"));
    }
    for (String user : List.of("u:p", "u:p@ss", "u:p/w", "u")) {
      assertEquals(
          "http://(hidden)@proxy:8080/x",
          Environment.withoutSecrets("http://" + user + "@proxy:8080/x"));
    }
    assertEquals(
        Map.of("HF_PROXY_PWD", "(set)", "LRFBENCH_AUTH", "(set)"),
        Environment.variables(Map.of("HF_PROXY_PWD", "a", "LRFBENCH_AUTH", "b")));
  }

  @Test
  void theMachineIsDescribed() {
    Map<String, Object> environment = Environment.current();
    assertTrue((int) environment.get("processors") > 0);
    assertTrue((long) environment.get("memory_bytes") > 0);
    assertEquals(environment, Json.parseObject(Json.printPretty(environment)));
  }

  @Test
  void checkpointsAndDataAreToldOnceEach() {
    RunRow row =
        Rows.run("r", "c").toBuilder()
            .set(RunColumns.MODEL, "hf:someone/tiny")
            .set(RunColumns.MODEL_REVISION, "abc")
            .set(RunColumns.TASK, "rte")
            .set(RunColumns.EXAMPLES, 277)
            .set(RunColumns.DATA_HASH, "def")
            .build();
    RunRow other = row.toBuilder().set(RunColumns.TASK, "sst2").build();
    List<RunRow> rows = List.of(row, row, other);
    assertEquals(
        List.of(Map.of("model", "hf:someone/tiny", "model_revision", "abc")),
        RunInputs.models(rows));
    assertEquals(
        List.of(
            Map.of("task", "rte", "examples", 277L, "data_hash", "def"),
            Map.of("task", "sst2", "examples", 277L, "data_hash", "def")),
        RunInputs.data(rows));
  }
}
