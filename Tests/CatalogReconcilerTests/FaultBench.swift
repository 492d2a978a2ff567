import CatalogIndex
import CatalogReconciler
import CatalogTestSupport
import Foundation
import LocalTree
import ManifestModel
import ManifestStore
import Testing

/// A small tree with an index, and what is done to both.
struct FaultBench {
  /// How an operation ended.
  enum Outcome {
    case done
    case failed(IndexError.Code, String)
    case surprised(any Error)
  }

  private static let now = Timestamp(microseconds: 1_800_000_000_000_000)
  static let isLong = ProcessInfo.processInfo.environment["ASSET_CATALOG_SOAK"] != nil
  static let stride = isLong ? 1 : 23
  /// By the day, so that all calls have their turn in the end and a failure can be repeated.
  static let firstCall = Int(Date().timeIntervalSince1970 / 86_400) % stride

  let bench: ReconcilerBench
  private let state = State()

  private final class State {
    var serial = 0
    var written: [WrittenAsset] = []
  }

  init() throws {
    bench = try ReconcilerBench(ScratchTree())
    for name in ["a", "b", "c"] {
      try write(name, signature: "s0")
      for run in ["r1", "r2"] {
        try bench.tree.write(
          #"{"id": "\#(run)", "asset_path": "\#(name)", "artifacts": [{"path": "p/\#(name)"}]}"#,
          to: .run(name, "1", run))
      }
    }
    try bench.tree.write("{", to: .manifest("damaged", "1"))
    _ = try bench.reconciler().reconcile()
  }

  var indexFolder: String { bench.location.folder }

  private func write(_ name: String, signature: String) throws {
    try bench.tree.write(
      #"{"asset_name": "\#(name)", "asset_id": "1", "asset_signature": "\#(signature)", "last_artifacts": ["p/\#(name)"]}"#,
      to: .manifest(name, "1"))
  }

  /// Makes it so that the operation has something to do.
  func prepare(_ operation: DatabaseFaultTests.Operation) throws {
    state.serial += 1
    try bench.tree.awaitTick()
    switch operation {
    case .create: try removeIndex()
    case .migrate:
      try removeIndex()
      let old = try IndexFile.open(bench.location, .writing, migrator: Migrator(steps: [Migrator.standard.steps[0]]))
      #expect(old.outcome == .created)
    case .replace:
      for ending in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: "\(databasePath())\(ending)") }
      let file = try #require(FileHandle(forUpdatingAtPath: databasePath()))
      try file.write(contentsOf: Data(repeating: 0x5A, count: 4096))
      try file.close()
    case .reconcile, .rebuild, .record, .ask:
      try write("b", signature: "s\(state.serial)")
      try bench.tree.makeFolder(.asset("a", "n\(state.serial % 2)"))
      let former = TreePath.asset("a", "n\((state.serial + 1) % 2)")
      if bench.tree.status(former) != nil { try bench.tree.remove(former) }
    }
    // The record is in the tree before the index has a part in it.
    if operation == .record {
      let tree = try MetadataTree.openForWriting(
        root: bench.tree.root, metadataFolder: "_asset_metadata", fileSystem: LinuxFileSystem())
      let writer = AssetWriter(LocalPublisher(tree, through: LinuxFileSystem()), now: Self.now)
      let event = RunReport.Event.failed(RunError(type: nil, message: "\(state.serial)"))
      let report = RunReport(event, of: AssetIdentifier(name: "c", id: "1"), runID: "r3")
      state.written = writer.write([report]).assets
    }
  }

  private func databasePath() throws -> String {
    bench.location.folder + "/"
      + (try FileManager.default.destinationOfSymbolicLink(atPath: bench.location.path))
  }

  private func removeIndex() throws { try bench.tree.remove("_asset_metadata/.index") }

  func run(_ operation: DatabaseFaultTests.Operation) -> Outcome {
    do {
      switch operation {
      case .create, .reconcile, .migrate: _ = try bench.reconciler { $0.threads = .one }.reconcile()
      case .rebuild, .replace: _ = try bench.reconciler { $0.threads = .one }.rebuild()
      case .record:
        let tree = try MetadataTree(
          root: bench.tree.root, metadataFolder: "_asset_metadata", fileSystem: bench.fileSystem)
        try RecordMirror(bench.location).mirror(state.written, in: tree, at: Self.now)
      case .ask: _ = try bench.rows()
      }
      return .done
    } catch let error as IndexError {
      return .failed(error.code, error.message)
    } catch {
      return .surprised(error)
    }
  }

  /// All files of the tree but those of the index.
  func files() -> [String: [UInt8]] {
    var result: [String: [UInt8]] = [:]
    func walk(_ path: TreePath) {
      for entry in ScratchTree.entries(bench.tree.absolute(path)) where entry != Array(".index".utf8) {
        let child = path.appending(entry)
        if let bytes = bench.tree.read(child) { result["\(child)"] = bytes } else { walk(child) }
      }
    }
    walk(.metadata)
    return result
  }

  /// One reconcile, and the index is the same as a rebuilt one, row by row.
  func heal(_ place: String) throws {
    do { _ = try bench.reconciler { $0.threads = .one }.reconcile() } catch {
      Issue.record("the next reconcile fails after \(place): \(error)")
    }
    let healed = try bench.rows()
    #expect(healed.contains { $0.hasPrefix("b|1|s\(state.serial)|") || $0.hasPrefix("b|1|s0|") || state.serial == 0 })
    try bench.reconciler().check { Issue.record("after \(place): \($0)") }
    _ = try bench.reconciler { $0.threads = .one }.rebuild()
    #expect(try bench.rows() == healed, "after \(place)")
  }
}
