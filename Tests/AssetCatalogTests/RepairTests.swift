import AssetCatalog
import CatalogTestSupport
import Glibc
import ManifestModel
import Testing

/// Trees as mad_prefect and the catalog write them, damaged and repaired, against the manifests that were lost.
@Suite("Repairing manifests")
struct RepairTests {
  private static let now: Int64 = 1_700_000_000_000_000

  private func catalog(_ tree: ScratchTree) throws -> Catalog {
    try CatalogUnderTest(tree, now: Self.now, reconciling: .never).catalog
  }

  private func repair(
    _ catalog: Catalog, _ selection: AssetSelection = .all, dryRun: Bool = false
  ) throws -> (manifests: [RepairedManifest], failures: [TreeWorkFailure]) {
    var work = try catalog.repair(selection, dryRun: dryRun)
    var result: (manifests: [RepairedManifest], failures: [TreeWorkFailure]) = ([], [])
    while let findings = try work.next() {
      for finding in findings {
        switch finding {
        case .manifest(let manifest): result.manifests.append(manifest)
        case .failure(let failure): result.failures.append(failure)
        }
      }
    }
    return result
  }

  /// The history of one asset: its runs one after the other, and the manifest after each.
  private struct History {
    let name: String
    let id: String
    var runs: [RunText] = []
    /// What mad_prefect alone knows of the artifacts of a run.
    var artifacts: [[String]] = []
    var manifests: [ManifestText?] = []

    init(name: String, id: String, _ random: inout SplitMix64) {
      self.name = name
      self.id = id
      var time = RepairTests.now - 400 * 86_400_000_000
      var manifest: ManifestText?
      for number in 0..<Int.random(in: 1...6, using: &random) {
        time += Int64.random(in: 1...86_400_000_000, using: &random)
        var run = RunText(
          id: "\(UInt8.random(in: 0...255, using: &random))-\(number)", name: name, assetID: id, startedAt: time)
        let milliseconds = Int64.random(in: 0...100_000, using: &random)
        let end = time + milliseconds * 1_000
        var paths: [String] = []
        var isOver = true
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
          // mad_prefect: only the manifest knows what was written.
          (run.materialized, run.durationMilliseconds) = (end, milliseconds)
          paths = ["bronze/\(name)-\(number).parquet"]
          artifacts.append([])
        case 1:
          (run.materialized, run.durationMilliseconds, run.status) = (end, milliseconds, "success")
          paths = ["silver/é-\(number).csv", "silver/b.csv"]
          run.artifacts = paths.map { ArtifactFacts(path: $0, rowCount: 3) }
          artifacts.append(paths)
        case 2:
          (run.status, run.error, run.durationMilliseconds) = ("failed", ("E", "boom \(number)"), milliseconds)
          artifacts.append([])
        default:
          isOver = false
          artifacts.append([])
        }
        if Bool.random(using: &random) { run.isBare = true }
        runs.append(run)
        if isOver {
          manifest = after(manifest, run, paths, end, signature: "sig-\(number)")
        }
        manifests.append(manifest)
        time = end
      }
    }

    func after(
      _ former: ManifestText?, _ run: RunText, _ paths: [String], _ end: Int64, signature: String?
    ) -> ManifestText {
      var manifest = former ?? ManifestText(name: name, id: id, updatedAt: end)
      manifest.take(
        ManifestText.Run(id: run.id, materialized: run.materialized, artifacts: paths),
        status: run.materialized == nil ? "failed" : "success",
        error: run.error.map { "\($0.type): \($0.message)" }, signature: signature, updatedAt: end)
      return manifest
    }

    /// What can be known after the manifest of step `start` was the last that is left.
    func restored(from start: Int?) -> ManifestText? {
      var manifest = start.flatMap { manifests[$0] }
      for index in ((start ?? -1) + 1)..<runs.count where runs[index].isFinished {
        let run = runs[index]
        let end = run.startedAt + (run.durationMilliseconds ?? 0) * 1_000
        manifest = after(manifest, run, artifacts[index], end, signature: nil)
      }
      return manifest
    }
  }

  @Test("what was deleted, torn or lost comes back as the same runs would have written it", arguments: 0..<30)
  func restores(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let tree = try ScratchTree()
    var expected: [(path: TreePath, text: String?)] = []
    var reasons: [String] = []
    var damage: [(TreePath, String?)] = []
    for number in 0..<20 {
      let history = History(name: "n\(number / 2)", id: "i\(number)", &random)
      let path = TreePath.manifest(history.name, history.id)
      for run in history.runs { try tree.write(run.text, to: .run(history.name, history.id, run.id)) }
      guard let last = history.manifests.last ?? nil else { continue }
      try tree.write(last.text, to: path)
      switch Int.random(in: 0..<4, using: &random) {
      case 0:
        damage.append((path, nil))
        expected.append((path, history.restored(from: nil)?.text))
        reasons.append("\(path) missing")
      case 1:
        let bytes = Array(last.text.utf8)
        let torn = bytes.prefix(Int.random(in: 0..<bytes.count, using: &random))
        damage.append((path, String(decoding: torn, as: UTF8.self)))
        expected.append((path, history.restored(from: nil)?.text))
        reasons.append("\(path) unreadable")
      case 2:
        let step = Int.random(in: 0..<history.runs.count, using: &random)
        damage.append((path, history.manifests[step]?.text))
        expected.append((path, history.restored(from: step)?.text))
        let isBehind = history.runs[(step + 1)...].contains(where: \.isFinished)
        if isBehind { reasons.append("\(path) \(history.manifests[step] == nil ? "missing" : "behind")") }
      default:
        expected.append((path, last.text))
      }
    }
    let catalog = try catalog(tree)
    for (path, text) in damage {
      if let text { try tree.write(text, to: path) } else { try tree.remove(path) }
    }
    _ = try catalog.reconcile()
    let before = expected.map { tree.status($0.path)?.st_ino }

    let plan = try repair(catalog, dryRun: true)
    #expect(plan.manifests.map { "\($0.path) \($0.reason.rawValue)" } == reasons)
    #expect(plan.manifests.allSatisfy { !$0.isWritten })
    #expect(expected.map { tree.status($0.path)?.st_ino } == before)

    let done = try repair(catalog)
    #expect(done.manifests.map { "\($0.path) \($0.reason.rawValue)" } == reasons)
    #expect(done.manifests.allSatisfy { $0.isWritten })
    #expect(done.failures.isEmpty)
    for (index, (path, text)) in expected.enumerated() {
      #expect(tree.read(path).map { String(decoding: $0, as: UTF8.self) } == text, "\(path)")
      let isRepaired = reasons.contains { $0.hasPrefix("\(path) ") }
      if !isRepaired { #expect(tree.status(path)?.st_ino == before[index]) }
    }
    // The index has it already, and a second repair finds nothing.
    #expect(try catalog.check().rows.map(\.path) == [])
    #expect(try repair(catalog).manifests.isEmpty)
  }

  // MARK: What stays

  private let asset = AssetIdentifier(name: "n", id: "a1")

  private func run(_ id: String, at start: Int64, in tree: ScratchTree) throws {
    var run = RunText(id: id, name: "n", assetID: "a1", startedAt: Self.now - start)
    run.materialized = run.startedAt + 1_000_000
    try tree.write(run.text, to: .run("n", "a1", id))
  }

  private static let deep = String(repeating: "[", count: 1_100) + String(repeating: "]", count: 1_100)

  private static let causes: [(name: String, text: String, code: CatalogError.Code)] = [
    (
      "nested too deep", #"{"manifest_version": "1", "asset_name": "n", "asset_id": "a1", "x": \#(deep)}"#, .cannotWrite
    ),
    ("too large", String(repeating: " ", count: (16 << 20) + 1), .cannotWrite),
    ("of another class", #"{"__class__": "ours.Manifest", "data": {}}"#, .cannotWrite),
  ]

  @Test("a manifest beyond a limit is left alone, and the others are repaired", arguments: 0..<3)
  func limits(index: Int) throws {
    let cause = Self.causes[index]
    let tree = try ScratchTree()
    try run("r1", at: 10_000_000_000, in: tree)
    try tree.write(cause.text, to: .manifest("n", "a1"))
    var other = RunText(id: "r1", name: "o", assetID: "a1", startedAt: Self.now - 99_000_000)
    other.materialized = Self.now - 98_000_000
    try tree.write(other.text, to: .run("o", "a1", "r1"))
    for dryRun in [true, false] {
      let found = try repair(try catalog(tree), dryRun: dryRun)
      #expect(found.failures.map { "\($0.error.code)" } == ["\(cause.code)"])
      #expect(found.failures.first?.error.message.contains("left alone") == true)
      #expect(found.manifests.map(\.asset.name) == ["o"])
    }
    #expect(tree.read(.manifest("n", "a1")) == Array(cause.text.utf8))
  }

  @Test("what is in the place of a manifest and is no file stays")
  func notAFile() throws {
    let tree = try ScratchTree()
    try run("r1", at: 10_000_000_000, in: tree)
    try tree.makeFolder(.manifest("n", "a1"))
    #expect(try repair(try catalog(tree)).failures.map { "\($0.error.code)" } == ["cannotWrite"])
    try tree.remove(.manifest("n", "a1"))
    try tree.write("{", to: "elsewhere.json")
    symlink(tree.root + "/elsewhere.json", tree.absolute(.manifest("n", "a1")))
    #expect(try repair(try catalog(tree)).failures.map { "\($0.error.code)" } == ["cannotWrite"])
    #expect(tree.read("elsewhere.json") == Array("{".utf8))
  }

  @Test("a damaged manifest stays where no run tells what it should say, and a missing one is none")
  func nothingToTell() throws {
    let tree = try ScratchTree()
    let begun = RunText(id: "r1", name: "n", assetID: "a1", startedAt: Self.now - 10_000_000_000)
    try tree.write(begun.text, to: .run("n", "a1", "r1"))
    let none = try repair(try catalog(tree))
    #expect(none.manifests.isEmpty && none.failures.isEmpty)
    try tree.write("{", to: .manifest("n", "a1"))
    #expect(try repair(try catalog(tree)).failures.map { "\($0.error.code)" } == ["badData"])
    #expect(tree.read(.manifest("n", "a1")) == Array("{".utf8))
  }

  @Test("a manifest that was touched just now and does not parse is left to its writer")
  func beingWritten() throws {
    let tree = try ScratchTree()
    try run("r1", at: 10_000_000_000, in: tree)
    try tree.write("{", to: .manifest("n", "a1"))
    let catalog = try Catalog(root: tree.root)
    #expect(try repair(catalog).failures.map { "\($0.error.code)" } == ["busy"])
    #expect(tree.read(.manifest("n", "a1")) == Array("{".utf8))
  }

  @Test("runs that cannot be read, or lie in the folder of another, are passed over")
  func badRuns() throws {
    let tree = try ScratchTree()
    try run("r1", at: 10_000_000_000, in: tree)
    try tree.write("{", to: .run("n", "a1", "r2"))
    try tree.write(tree.read(.run("n", "a1", "r1")) ?? [], to: .run("n", "a1", "r3"))
    try tree.makeFolder(.runFolder("n", "a1", "r4"))
    let found = try repair(try catalog(tree)).manifests
    #expect(found.map { $0.after.lastRun?.id } == ["r1"])
  }

  @Test("a manifest stays as it is where a run beyond a limit, or one that cannot be read, may be the newest")
  func obstacles() throws {
    let tree = try ScratchTree()
    try run("r1", at: 10_000_000_000, in: tree)
    try tree.write(#"{"id": "r2", "runtime": "0001-01-01T00:00:00+14:00"}"#, to: .run("n", "a1", "r2"))
    #expect(try repair(try catalog(tree)).failures.map { "\($0.error.code)" } == ["cannotWrite"])
    try tree.write(#"{"id": "r2", "x": \#(Self.deep)}"#, to: .run("n", "a1", "r2"))
    let found = try repair(try catalog(tree)).failures
    #expect(found.map { "\($0.error.code)" } == ["cannotWrite"])
    #expect(found.first?.error.message.contains("the run r2 may be the newest") == true)
    #expect(tree.status(.manifest("n", "a1")) == nil)
    if geteuid() != 0 {
      chmod(tree.absolute(.run("n", "a1", "r2")), 0)
      #expect(try repair(try catalog(tree)).failures.map { "\($0.error.code)" } == ["inputOutput"])
    }
  }

  @Test("only the assets that are meant are repaired")
  func selection() throws {
    let tree = try ScratchTree()
    let assets = [("a.x", "1"), ("a.x", "2"), ("a.y", "1"), ("b", "1")]
    for (name, id) in assets {
      var run = RunText(id: "r", name: name, assetID: id, startedAt: Self.now - 99_000_000)
      run.materialized = Self.now - 98_000_000
      try tree.write(run.text, to: .run(name, id, "r"))
    }
    func found(_ selection: AssetSelection) throws -> [String] {
      try repair(try catalog(tree), selection, dryRun: true).manifests.map { "\($0.asset.name) \($0.asset.id)" }
    }
    #expect(try found(.named("a.x")) == ["a.x 1", "a.x 2"])
    #expect(try found(.named("a.x", id: "2")) == ["a.x 2"])
    #expect(try found(.named("a.*")) == [])
    #expect(try found(.matching(["*.x", "[b-c]"])) == ["a.x 1", "a.x 2", "b 1"])
    #expect(try found(.all) == ["a.x 1", "a.x 2", "a.y 1", "b 1"])
    var work = try catalog(tree).repair(.named("c"))
    #expect(try work.next() == nil)
    #expect(work.assetCount == 0)
    #expect(tree.status(.name("c")) == nil)
  }
}
