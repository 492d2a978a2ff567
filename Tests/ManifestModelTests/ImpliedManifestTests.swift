import ManifestModel
import Testing

@Suite("The manifest that runs imply")
struct ImpliedManifestTests {
  private static let asset = AssetIdentifier(name: "n", id: "a1")
  private static let hour: Int64 = 3_600_000_000
  /// Noon; times are hours from midnight.
  private static let now = at(12)

  private static func at(_ hours: Double) -> Timestamp {
    Timestamp(microseconds: 1_700_000_000_000_000 + Int64(hours * Double(hour)))
  }

  /// A run that materialized at its end, or failed; without an end it has none.
  private static func run(
    _ id: String, _ start: Double, _ end: Double? = nil, fails: Bool = false, artifacts: [String]? = nil,
    written: Double? = nil
  ) -> RunOnDisk {
    var metadata = RunMetadata(id: id, startedAt: at(start))
    if let end {
      metadata.materialized = fails ? nil : at(end)
      metadata.status = fails ? .failed : .success
      metadata.error = fails ? RunError(type: "E", message: id) : nil
      metadata.durationMilliseconds = Int64((end - start) * 3_600_000)
    }
    metadata.artifacts = artifacts?.map { ArtifactFacts(path: $0) }
    return RunOnDisk(id: id, metadata: metadata, writtenAt: at(written ?? end ?? start))
  }

  private static func manifest(
    _ id: String?, _ materialized: Double?, last: Double? = nil, status: ManifestStatus = .success,
    updated: Double? = nil
  ) -> Manifest {
    Manifest(
      asset: asset, signature: "s", lastMaterialized: (last ?? materialized).map(at),
      lastRun: id.map {
        ManifestRun(id: $0, metadataPath: "p", materialized: materialized.map(at), artifactPaths: ["m"])
      },
      lastStatus: status, lastArtifacts: ["m"], updatedAt: (updated ?? materialized).map(at),
      unknownFields: [JSONField(key: "x", rawValue: [UInt8(ascii: "1")])])
  }

  private static func implied(_ former: Manifest?, _ runs: [RunOnDisk]) -> Manifest? {
    Manifest.implied(by: runs, after: former, of: asset, layout: MetadataLayout(), at: now)
  }

  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let former: Manifest?
    let runs: [RunOnDisk]

    init(_ description: String, _ former: Manifest?, _ runs: RunOnDisk...) {
      testDescription = description
      self.former = former
      self.runs = runs
    }
  }

  @Test(
    "nothing is to be repaired",
    arguments: [
      Case("where no run has ended", nil, run("r1", 1)),
      Case("where the manifest tells of the newest run", manifest("r2", 4), run("r1", 1, 2), run("r2", 3, 4)),
      Case("where a newer run has not ended", manifest("r1", 2), run("r1", 1, 2), run("r2", 3)),
      Case(
        "where the manifest alone knows that the newest run failed",
        manifest("r2", nil, last: 2, status: .failed, updated: 4), run("r1", 1, 2), run("r2", 3)),
      Case("where the manifest's run is gone and was the newest", manifest("r9", 4), run("r1", 1, 2)),
      Case("where the manifest knows a later time than any run", manifest("r1", 2, last: 5), run("r1", 1, 2)),
      Case("where its run is running again", manifest("r1", 2), run("r1", 3)),
      Case(
        "where the newest run failed and the manifest says so",
        manifest("r1", nil, last: 0, status: .failed, updated: 2),
        run("r1", 1, 2, fails: true)),
      Case("where an old manifest says no status", manifest("r1", 2, status: .unknown), run("r1", 1, 2)),
      Case(
        "where another run begins in the year to come", manifest("r1", 2), run("r1", 1, 2),
        run("f", 9_000, 9_001, written: 0.5)),
      Case("where the manifest's own time is ahead", manifest("r1", 99), run("r1", 1, 99)),
    ])
  func sound(example: Case) {
    #expect(Self.implied(example.former, example.runs) == nil)
  }

  @Test(
    "without a manifest the runs are recorded in the order of their starts, however their ids and files are ordered")
  func missing() throws {
    let runs = [
      Self.run("b", 7, 8, fails: true), Self.run("c", 1, 2, artifacts: ["c"]), Self.run("z", 5),
      Self.run("a", 3, 4, artifacts: nil),
    ]
    for order in [runs, runs.reversed()] {
      let manifest = try #require(Self.implied(nil, Array(order)))
      #expect(manifest.lastRun?.id == "b")
      #expect(manifest.lastRun?.metadataPath == "_asset_metadata/asset_name=n/asset_id=a1/asset_run_id=b/metadata.json")
      #expect(manifest.lastRun?.materialized == nil)
      #expect(manifest.lastStatus == .failed)
      #expect(manifest.lastError == "E: b")
      #expect(manifest.lastMaterialized == Self.at(4))
      #expect(manifest.lastArtifacts == ["c"])
      #expect(manifest.signature == nil)
      #expect(manifest.updatedAt == Self.at(8))
      #expect(Self.implied(manifest, Array(order)) == nil)
    }
  }

  struct Behind: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let former: Manifest
    let runs: [RunOnDisk]
    let run: String
    let materialized: Timestamp?
    let artifacts: [String]
    let updated: Timestamp?

    init(
      _ description: String, _ former: Manifest, _ runs: [RunOnDisk], run: String, materialized: Double,
      artifacts: [String] = ["m"], updated: Double
    ) {
      testDescription = description
      self.former = former
      self.runs = runs
      self.run = run
      self.materialized = at(materialized)
      self.artifacts = artifacts
      self.updated = at(updated)
    }
  }

  private static let behind: [Behind] = [
    Behind(
      "a lost update", manifest("r1", 2), [run("r1", 1, 2), run("r2", 3, 4)], run: "r2", materialized: 4, updated: 4),
    Behind(
      "a lost update with artifacts", manifest("r1", 2), [run("r1", 1, 2), run("r2", 3, 4, artifacts: ["n"])],
      run: "r2",
      materialized: 4, artifacts: ["n"], updated: 4),
    Behind(
      "a lost update that names no artifact at all", manifest("r1", 2),
      [run("r1", 1, 2), run("r2", 3, 4, artifacts: [])],
      run: "r2", materialized: 4, artifacts: [], updated: 4),
    Behind(
      "a replay that came late", manifest("old", 2, updated: 11), [run("old", 1, 2), run("new", 3, 4)], run: "new",
      materialized: 4, updated: 4),
    Behind(
      "a failure that came late", manifest("old", nil, last: 4, status: .failed, updated: 11),
      [run("old", 1, 2, fails: true), run("new", 3, 4)], run: "new", materialized: 4, updated: 4),
    Behind(
      "a failure whose update was lost", manifest("r1", 2), [run("r1", 1, 2), run("r2", 3, 4, fails: true)], run: "r2",
      materialized: 2, updated: 4),
    Behind(
      "a success before the failure that the manifest knows", manifest("r3", nil, last: 2, status: .failed, updated: 6),
      [run("r1", 1, 2), run("r2", 3, 4), run("r3", 5, 6, fails: true)], run: "r3", materialized: 4, updated: 6),
    Behind("a run that was run again", manifest("r1", 2), [run("r1", 3, 4)], run: "r1", materialized: 4, updated: 4),
    Behind(
      "a run that was run again and failed", manifest("r1", 2), [run("r1", 3, 4, fails: true)], run: "r1",
      materialized: 2,
      updated: 4),
    Behind(
      "a run after one that is gone", manifest("gone", 2), [run("r2", 3, 4)], run: "r2", materialized: 4, updated: 4),
    Behind(
      "a manifest without a run", manifest(nil, nil, updated: 5), [run("r1", 1, 2)], run: "r1", materialized: 2,
      updated: 2),
    Behind(
      "a time that only the manifest knows", manifest("r1", 2, last: 8), [run("r1", 1, 2), run("r2", 3, 4)], run: "r2",
      materialized: 8, updated: 4),
    Behind(
      "a run that says it begins next year counts from when it was written", manifest("f", 9_001),
      [run("f", 9_000, 9_001, written: 2), run("r2", 3, 4)], run: "r2", materialized: 4, updated: 4),
  ]

  @Test("what is behind gets the newest run, and keeps what only it knows", arguments: behind)
  func repairs(example: Behind) throws {
    for runs in [example.runs, example.runs.reversed()] {
      let manifest = try #require(Self.implied(example.former, runs))
      #expect(manifest.lastRun?.id == example.run)
      #expect(manifest.lastMaterialized == example.materialized)
      #expect(manifest.lastArtifacts == example.artifacts)
      #expect(manifest.updatedAt == example.updated)
      #expect(manifest.signature == "s")
      #expect(manifest.unknownFields.map(\.key) == ["x"])
      #expect(Self.implied(manifest, runs) == nil, "a second repair must find nothing")
    }
  }

  @Test(
    "of random runs and manifests, a repair leaves nothing to repair, and no newer time is lost", arguments: 0..<200)
  func converges(seed: UInt64) {
    var random = SplitMix(seed)
    for _ in 0..<50 {
      let runs = (0..<random.below(6)).map { number in
        let start = Double(random.below(14))
        let end = random.below(4) == 0 ? nil : start + Double(random.below(5))
        return Self.run(
          "r\((number * 7 + 3) % 6)", start, end, fails: random.below(3) == 0,
          artifacts: [nil, [], ["q\(number)"]][random.below(3)], written: Double(random.below(12)))
      }
      let ids: [String?] = ["r0", "r3", "r4", "x", nil]
      let former =
        random.below(4) == 0
        ? nil
        : Self.manifest(
          ids[random.below(5)], random.below(3) == 0 ? nil : Double(random.below(16)),
          last: random.below(2) == 0 ? nil : Double(random.below(16)),
          status: ManifestStatus.allCases[random.below(3)],
          updated: random.below(3) == 0 ? nil : Double(random.below(14)))
      guard let manifest = Self.implied(former, runs) else { continue }
      #expect(Self.implied(manifest, runs) == nil)
      let order = RunOrder(at: Self.now)
      for time in runs.compactMap({ order.materialized($0) }) {
        #expect(manifest.lastMaterialized.map { $0 >= time } == true)
      }
    }
  }

  private struct SplitMix {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }
    mutating func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
  }
}
