import Support
import SystemPackage
import Testing

/// Secrets in a task's paths: used, and never shown or kept.
@Suite(.timeLimit(.minutes(20))) struct SecretPathTests {
  @Test func `a secret in a path is used, and is in no listing, log, error or file of ours`()
    async throws
  {
    try await withSkyRoom { room in
      try await room.good(
        """
        mkdir -p work-hushhush data-hushhush && echo 1 >work-hushhush/a && echo 2 >data-hushhush/b
        cat >t.yaml <<'E'
        workdir: work-${TOKEN}
        secrets: {TOKEN: null}
        file_mounts: {~/data: "data-${TOKEN}"}
        run: cat a ~/data/b; echo "$TOKEN" | wc -c
        E
        """)
      try await room.expect(
        [
          ScriptStep(
            "SKY_LARGE_SOURCE=1 sky launch -y -c s --secret TOKEN t.yaml >out 2>&1; cat out",
            says: ["\n1\n2\n9\n", "work-${TOKEN} is large"]),
          ScriptStep(
            "sky status s >>out; sky status --json >>out; sky launch --dryrun -c s --secret TOKEN t.yaml >>out; sky sync s 2>>out",
            status: 64),
          ScriptStep(
            "grep -c hushhush out; grep -rl hushhush .sky --exclude-dir=nodes",
            status: 1, prints: "0\n"),
          ScriptStep("ssh s 'grep -rl hushhush ~'", status: 1, prints: ""),
          ScriptStep(
            "rm -r data-hushhush; sky launch -y -c s --secret TOKEN t.yaml", status: 66,
            complains: ["file mount source data-${TOKEN}: data-${TOKEN} does not exist"]),
          ScriptStep(
            "rm -r work-hushhush; sky launch -y -c s --secret TOKEN t.yaml", status: 66,
            complains: ["workdir work-${TOKEN}: work-${TOKEN} does not exist"]),
          // What others would see, no secret goes into.
          ScriptStep(
            "printf 'secrets: {T: null}\\nfile_mounts: {\"~/x-${T}\": t.yaml}\\n' >u.yaml; sky launch -y --secret T=hushhush u.yaml",
            status: 65, complains: ["u.yaml:2:15: `file_mounts[~/x-${T}]` uses a secret"]),
          ScriptStep(
            "printf 'secrets: {T: null}\\nfile_mounts: {~/x: {name: abc, source: \"d-${T}\"}}\\n' >u.yaml; sky launch -y --secret T=hushhush u.yaml",
            status: 65, complains: ["`file_mounts[~/x].source` uses a secret"]),
        ], environment: ["TOKEN": "hushhush"])
    }
  }
}
