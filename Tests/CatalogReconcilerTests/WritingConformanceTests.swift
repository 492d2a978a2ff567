import CatalogTestSupport
import LinuxSystem
import LocalTree
import ManifestModel
import ManifestStore
import StoredTree
import Synchronization
import Testing

/// What writing relies on, whatever a tree lies in. Every storage runs the same tests.
@Suite("Writing into a storage of a tree") struct WritingConformanceTests {
  enum Kind: String, CaseIterable, CustomTestStringConvertible {
    case local, memory, objects
    case real

    /// The last one is there where `Scripts/object_servers` runs the tests.
    static let allCases: [Kind] = [.local, .memory, .objects] + (RealBucket.endpoint == nil ? [] : [.real])

    /// Whether other writers are kept out.
    var keepsOthersOut: Bool { self == .local }

    var testDescription: String { rawValue }

    func makeBench() throws -> any WritingBench {
      switch self {
      case .local: InterferedBench(tree: try ScratchTree())
      case .memory: InterferedBench(tree: MemoryTree(root: "memory://tree"))
      case .objects: InterferedBench(objects: ShelfBench(shelf: ObjectShelf(order: .components)))
      case .real: InterferedBench(objects: try RealBench())
      }
    }
  }

  static let time = Timestamp(microseconds: 1_790_000_000_000_000)
  private let asset = AssetIdentifier(name: "a", id: "1")

  private func success(_ run: String, of asset: AssetIdentifier? = nil) -> RunReport {
    RunReport(.succeeded, of: asset ?? self.asset, runID: run, artifacts: [ArtifactFacts(path: "out/\(run)")])
  }

  private func write(
    _ reports: [RunReport], _ bench: any WritingBench, at time: Timestamp = time,
    ifAllowedBy permission: WritePermission? = nil
  ) throws -> WriteOutcome {
    AssetWriter(try bench.publisher(), now: time, lockPatienceMicroseconds: 10_000_000)
      .write(reports, ifAllowedBy: permission)
  }

  private func codes(_ outcome: WriteOutcome) -> [StoreError.Code?] {
    outcome.results.map { if case .failure(let error) = $0 { error.code } else { nil } }
  }

  private func manifest(_ bench: any WritingBench, of asset: AssetIdentifier? = nil) throws -> Manifest? {
    try bench.read(.manifest, of: asset ?? self.asset).map { try ManifestCodec.decodeManifest($0.bytes) }
  }

  // MARK: Sequences

  @Test(
    "holds after each of many reports what the rules of manifests say, byte for byte", arguments: Kind.allCases,
    [1, 2, 3] as [UInt64])
  func sequences(kind: Kind, seed: UInt64) throws {
    let bench = try kind.makeBench()
    var random = SplitMix64(seed: seed)
    var model = RecordedModel()
    let assets = StorageConformanceTests.assets
    for step in 0..<25 {
      let time = Self.time.advanced(byMilliseconds: Int64(step) * 1_000)
      let reports = (0..<Int.random(in: 1...30, using: &random)).map { _ -> RunReport in
        let asset = assets.randomElement(using: &random)!
        let run = "r\(Int.random(in: 0..<4, using: &random))"
        switch Int.random(in: 0..<6, using: &random) {
        case 0, 1: return RunReport(.started, of: asset, runID: run, parameters: "p\(step)")
        case 2: return RunReport(.alive, of: asset, runID: run)
        case 3: return RunReport(.failed(RunError(type: "E", message: "\(step)")), of: asset, runID: run)
        default: return success(run, of: asset)
        }
      }
      let outcome = try write(reports, bench, at: time)
      #expect(codes(outcome) == reports.map { model.take($0, at: time) }, "step \(step)")
      for (asset, files) in model.files {
        for (file, bytes) in files { #expect(try bench.read(file, of: asset)?.bytes == bytes, "\(asset) \(file)") }
        #expect(try Array(bench.open().makeSession(nil).runs(of: asset)) == model.runs(of: asset))
      }
      // What was written is told with the revision under which it is there.
      for written in outcome.assets {
        if let manifest = written.manifest {
          #expect(try manifest.revision == bench.read(.manifest, of: written.asset)?.revision)
        }
        for run in written.runs {
          #expect(run.revision != nil)
          #expect(try run.revision == bench.read(.run(run.id), of: written.asset)?.revision)
        }
      }
    }
  }

  @Test("lets no bad report of a batch keep the others from being written", arguments: Kind.allCases)
  func badNeighbours(kind: Kind) throws {
    let bench = try kind.makeBench()
    try bench.put(Array(#"{"id": "other"}"#.utf8), as: .run("r2"), of: asset)
    var large = success("r3")
    large.event = .failed(RunError(message: String(repeating: "x", count: 17 << 20)))
    let other = AssetIdentifier(name: "b", id: "1")
    let alive = RunReport(.alive, of: other, runID: "none")
    let outcome = try write(
      [success("r1"), success("r2"), large, alive, success("r1", of: other)]
        + (0..<20).map { success("r1", of: AssetIdentifier(name: "c", id: "\($0)")) }, bench)
    #expect(codes(outcome) == [nil, .refused, .refused, .noSuchRun, nil] + Array(repeating: nil, count: 20))
    #expect(try manifest(bench)?.lastRun?.id == "r1")
    #expect(try bench.read(.run("r2"), of: asset)?.bytes == Array(#"{"id": "other"}"#.utf8))
    #expect(try bench.read(.run("r3"), of: asset) == nil)
    #expect(outcome.assets.map(\.asset) == outcome.assets.map(\.asset).sorted())
    #expect(outcome.assets.count == 22)
  }

  // MARK: Other writers

  @Test("merges again what another program put into the manifest between read and write", arguments: Kind.allCases)
  func intrusion(kind: Kind) throws {
    let bench = try kind.makeBench()
    _ = try write([success("r0")], bench)
    let count = Mutex(0)
    try bench.beforePublishing { file in
      guard file == .manifest, let number = count.next(upTo: 3) else { return }
      try? bench.put(
        Array(#"{"asset_name": "a", "asset_id": "1", "owner": "them", "asset_signature": "\#(number)"}"#.utf8),
        as: .manifest, of: asset)
    }
    #expect(try codes(write([success("r1")], bench)) == [nil])
    try bench.beforePublishing(nil)
    #expect(count.withLock { $0 } == 3)
    let bytes = try #require(try bench.read(.manifest, of: asset)).bytes
    #expect(String(decoding: bytes, as: UTF8.self).contains(#""owner": "them""#))
    #expect(try manifest(bench)?.signature == "3")
    #expect(try manifest(bench)?.lastRun?.id == "r1")
  }

  @Test("gives a manifest up that is rewritten all the time, and keeps what the other wrote", arguments: Kind.allCases)
  func endlessIntrusion(kind: Kind) throws {
    let bench = try kind.makeBench()
    _ = try write([success("r0")], bench)
    let count = Mutex(0)
    try bench.beforePublishing { file in
      guard file == .manifest, let number = count.next() else { return }
      try? bench.put(
        Array(#"{"asset_name": "a", "asset_id": "1", "asset_signature": "\#(number)"}"#.utf8), as: .manifest, of: asset)
    }
    #expect(try codes(write([success("r1"), RunReport(.started, of: asset, runID: "r2")], bench)) == [.busy, nil])
    try bench.beforePublishing(nil)
    let written = try manifest(bench)
    #expect(written?.lastRun == nil)
    #expect(written?.signature == "\(count.withLock { $0 })")
    // The run is there, and the same report may come again.
    #expect(try bench.read(.run("r1"), of: asset) != nil)
    #expect(try codes(write([success("r1")], bench)) == [nil])
    #expect(try manifest(bench)?.lastRun?.id == "r1")
  }

  @Test("decides again on a run that another writer wrote meanwhile, unless nobody else can", arguments: Kind.allCases)
  func rewrittenRun(kind: Kind) throws {
    let bench = try kind.makeBench()
    let count = Mutex(0)
    func intrude(upTo limit: Int) throws {
      count.withLock { $0 = 0 }
      try bench.beforePublishing { file in
        guard file == .run("r1"), let number = count.next(upTo: limit) else { return }
        try? bench.put(Array(#"{"id": "r1", "host": \#(number)}"#.utf8), as: .run("r1"), of: asset)
      }
    }
    try intrude(upTo: 3)
    #expect(try codes(write([success("r1"), success("r2")], bench)) == [nil, nil])
    let bytes = try #require(try bench.read(.run("r1"), of: asset)).bytes
    // Under a lock nobody looks again whether a program that takes none was faster.
    #expect(String(decoding: bytes, as: UTF8.self).contains(#""host": 3"#) == !kind.keepsOthersOut)
    let manifest = try manifest(bench)
    #expect(manifest?.lastRun?.id == (!kind.keepsOthersOut ? "r1" : "r2"))
    try intrude(upTo: .max)
    let outcome = try write([success("r3"), success("r1")], bench)
    #expect(codes(outcome) == [nil, !kind.keepsOthersOut ? .busy : nil])
    #expect(outcome.assets.count == 1)
    #expect(try self.manifest(bench)?.lastRun?.id == (!kind.keepsOthersOut ? "r3" : "r1"))
    try bench.beforePublishing(nil)
  }

  @Test("lets no sign of life undo the end of a run that another program wrote", arguments: Kind.allCases)
  func heartbeat(kind: Kind) throws {
    let bench = try kind.makeBench()
    _ = try write([RunReport(.started, of: asset, runID: "r1")], bench)
    let end = Array(#"{"id": "r1", "materialized": "2024-01-01T00:00:00Z"}"#.utf8)
    try bench.beforePublishing { file in
      if file == .run("r1") { try? bench.put(end, as: .run("r1"), of: asset) }
    }
    #expect(try codes(write([RunReport(.alive, of: asset, runID: "r1")], bench)) == [.busy])
    try bench.beforePublishing(nil)
    #expect(try bench.read(.run("r1"), of: asset)?.bytes == end)
    #expect(try codes(write([RunReport(.alive, of: asset, runID: "r1")], bench)) == [.noSuchRun])
  }

  @Test("a run that cannot be put leaves the manifest as it was", arguments: Kind.allCases)
  func failingRun(kind: Kind) throws {
    let bench = try kind.makeBench()
    _ = try write([success("r0")], bench)
    let before = try #require(try bench.read(.manifest, of: asset))
    try bench.failPublishing { $0 == .run("r1") }
    let outcome = try write([success("r1")], bench)
    #expect(codes(outcome) == [.cannotWrite] && outcome.assets.isEmpty)
    #expect(try bench.read(.manifest, of: asset)! == before)
    #expect(try bench.read(.run("r1"), of: asset) == nil)
    // A neighbour is told of, the run that failed is not.
    #expect(try codes(write([success("r2"), success("r1")], bench)) == [nil, .cannotWrite])
    #expect(try manifest(bench)?.lastRun?.id == "r2")
  }

  @Test("a manifest that cannot be put leaves the run and the old manifest", arguments: Kind.allCases)
  func failingManifest(kind: Kind) throws {
    let bench = try kind.makeBench()
    _ = try write([success("r0")], bench)
    let before = try #require(try bench.read(.manifest, of: asset))
    try bench.failPublishing { $0 == .manifest }
    let start = RunReport(.started, of: asset, runID: "r2")
    #expect(try codes(write([success("r1"), start], bench)) == [.cannotWrite, nil])
    #expect(try bench.read(.manifest, of: asset)! == before)
    #expect(try bench.read(.run("r1"), of: asset) != nil)
    try bench.failPublishing(nil)
    #expect(try codes(write([success("r1")], bench)) == [nil])
    #expect(try manifest(bench)?.lastRun?.id == "r1")
  }

  // MARK: At once

  @Test("gives a claim of many threads to one of them", arguments: Kind.allCases)
  func claims(kind: Kind) throws {
    let bench = try kind.makeBench()
    for round in 0..<8 {
      let asset = AssetIdentifier(name: "claimed", id: "\(round)")
      let results = Mutex<[StoreError.Code?]>([])
      ThreadGroup(count: 16) { number in
        let outcome = try? write(
          [RunReport(.started, of: asset, runID: "r\(number)")], bench,
          ifAllowedBy: { _, look throws(StoreError) in
            if look.runs.contains(where: { !$0.hasEnded }) { throw StoreError(.running, "a run is under way") }
          })
        results.withLock { $0 += outcome.map { codes($0) } ?? [.inputOutput] }
      }.wait()
      let found = results.withLock { $0 }
      #expect(found.count { $0 == nil } == 1, "\(found)")
      #expect(found.count { $0 == .running } == 15, "\(found)")
      #expect(try bench.open().makeSession(nil).runs(of: asset).count == 1)
    }
  }

  @Test("loses nothing that was acknowledged to several writers of one asset", arguments: Kind.allCases)
  func manyWriters(kind: Kind) throws {
    let bench = try kind.makeBench()
    let acknowledged = Mutex<Set<String>>([])
    let others = Mutex<Set<StoreError.Code?>>([])
    ThreadGroup(count: 8) { number in
      for round in 0..<10 {
        let run = "r\(number).\(round)"
        guard let codes = try? codes(write([success(run), success("x\(run)", of: .init(name: "b", id: "1"))], bench))
        else { continue }
        if codes[0] == nil { acknowledged.withLock { _ = $0.insert(run) } }
        others.withLock { $0.formUnion(codes) }
      }
    }.wait()
    let runs = acknowledged.withLock { $0 }
    #expect(!runs.isEmpty)
    #expect(others.withLock { $0 }.isSubset(of: [nil, .busy]))
    for run in runs { #expect(try bench.read(.run(run), of: asset) != nil, "\(run)") }
    let last = try #require(try manifest(bench)?.lastRun?.id)
    #expect(try bench.read(.run(last), of: asset) != nil)
  }

  @Test("gives an unused id to each of several writers that ask for the same", arguments: Kind.allCases)
  func unusedIDs(kind: Kind) throws {
    let bench = try kind.makeBench()
    var report = RunReport(.started, of: asset, runID: "daily")
    report.choice = .unused
    let taken = Mutex<[String]>([])
    ThreadGroup(count: 5) { [report] _ in
      guard case .success(let run)? = try? write([report], bench).results[0], let id = run.id else { return }
      taken.withLock { $0.append(id) }
    }.wait()
    #expect(taken.withLock { $0.sorted() } == ["daily", "daily.2", "daily.3", "daily.4", "daily.5"])
  }

  @Test("takes no id for unused that another writer took just now", arguments: Kind.allCases)
  func takenJustNow(kind: Kind) throws {
    let bench = try kind.makeBench()
    let theirs = Array(#"{"id": "daily"}"#.utf8)
    let count = Mutex(0)
    try bench.afterLooking { file in
      if file == .run("daily"), count.next(upTo: 1) != nil { try? bench.put(theirs, as: file, of: asset) }
    }
    var report = RunReport(.started, of: asset, runID: "daily")
    report.choice = .unused
    let result = try write([report], bench).results[0]
    #expect(try result.get().id == "daily.2")
    #expect(try bench.read(.run("daily"), of: asset)?.bytes == theirs)
  }

  // MARK: Repair and removal

  @Test(
    "puts a repaired manifest in place, and decides again where another program was faster", arguments: Kind.allCases)
  func repair(kind: Kind) throws {
    let bench = try kind.makeBench()
    let assets = (0..<20).map { AssetIdentifier(name: "n", id: "\($0)") }
    _ = try write(assets.map { success("r1", of: $0) }, bench)
    let sound = try #require(try bench.read(.manifest, of: assets[3])).bytes
    for asset in assets { try bench.put([], as: .manifest, of: asset) }
    try bench.settle()
    let count = Mutex(0)
    try bench.beforePublishing { file in
      guard file == .manifest, count.next(upTo: 1) != nil else { return }
      try? bench.put(sound, as: .manifest, of: assets[0])
    }
    let outcomes = ManifestRepairer(try bench.publisher(), now: Self.time).repair(assets)
    try bench.beforePublishing(nil)
    for outcome in outcomes.dropFirst() {
      guard case .success(let repair?) = outcome.result else {
        Issue.record("\(outcome.asset): \(outcome.result)")
        continue
      }
      let found = try #require(try bench.read(.manifest, of: outcome.asset))
      #expect(found.bytes == ManifestCodec.encode(repair.after))
      #expect(outcome.written?.manifest?.revision == found.revision)
    }
    #expect(try bench.read(.manifest, of: assets[0])?.bytes == sound)
    #expect(outcomes[0].written == nil)
  }

  @Test("removes runs, or says that nothing is ever removed there", arguments: Kind.allCases)
  func removal(kind: Kind) throws {
    let bench = try kind.makeBench()
    for number in 1...3 {
      var report = success("r\(number)")
      report.startedAt = Self.time.advanced(byMilliseconds: Int64(number - 10) * 86_400_000)
      report.endedAt = report.startedAt
      _ = try write([report], bench)
    }
    let publisher = try bench.publisher()
    let rule = RetentionRule(keepLast: 1, keepWithin: nil, runningWindow: 1)
    let outcome = RunPruner(publisher.storage, rule: rule, now: Self.time).prune(
      [asset], through: publisher, lockPatienceMicroseconds: 0, onWarning: { _ in })[0]
    let left = try Array(bench.open().makeSession(nil).runs(of: asset))
    if publisher.traits.canRemove {
      #expect(outcome.failure == nil && outcome.expired.count == 2 && left.count == 1)
    } else {
      #expect(outcome.failure?.code == .refused && outcome.expired.isEmpty && left.count == 3)
    }
  }
}

extension Mutex<Int> {
  /// The next number; `nil` beyond a limit.
  fileprivate borrowing func next(upTo limit: Int = .max) -> Int? {
    withLock { count in
      guard count < limit else { return nil }
      count += 1
      return count
    }
  }
}

/// What reports make of files by the rules of manifests and runs alone, one report after the other.
private struct RecordedModel {
  private(set) var files: [AssetIdentifier: [TreeFile: [UInt8]]] = [:]

  func runs(of asset: AssetIdentifier) -> [String] {
    (files[asset] ?? [:]).keys.compactMap { if case .run(let id) = $0 { id } else { nil } }.sorted()
  }

  /// - Returns: why a report is refused.
  mutating func take(_ report: RunReport, at time: Timestamp) -> StoreError.Code? {
    let file = TreeFile.run(report.runID)
    let former = files[report.asset]?[file].map { try! ManifestCodec.decodeRunMetadata($0) }
    if report.isSignOfLife {
      guard let former, former.materialized == nil, former.status == nil else { return .noSuchRun }
    } else if !report.isEnd, former?.materialized != nil {
      return .refused
    }
    let metadata = report.metadata(after: former, at: time)
    files[report.asset, default: [:]][file] = ManifestCodec.encode(metadata)
    guard report.isEnd else { return nil }
    let manifest = files[report.asset]?[.manifest].map { try! ManifestCodec.decodeManifest($0) }
    files[report.asset]?[.manifest] = ManifestCodec.encode(
      report.manifest(
        after: manifest, metadata: metadata, layout: MetadataLayout(folder: "_asset_metadata"), at: time))
    return nil
  }
}
