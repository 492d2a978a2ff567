import CatalogIndex
import CatalogReconciler
import CatalogTestSupport
import Foundation
import ManifestModel
import ManifestStore
import Synchronization
import Testing

/// Whatever the stamps of files are worth, the index is the tree once the tree is quiet.
///
/// `ASSET_CATALOG_SOAK=1` asks for many more seeds.
@Suite("Stamps that come close together")
struct RacyStampTests {
  /// How coarsely a file system ticks.
  enum Quantum: Int64, CaseIterable, CustomTestStringConvertible {
    case nanosecond = 1
    case tick = 4_000_000
    case second = 1_000_000_000
    case twoSeconds = 2_000_000_000

    var testDescription: String { "\(Double(rawValue) / 1e9) s" }
  }

  private static let seeds = ProcessInfo.processInfo.environment["ASSET_CATALOG_SOAK"] == nil ? 12 : 1000

  @Test(
    "after random writes in place and steps of the clock, one reconcile makes the index exact",
    arguments: Quantum.allCases)
  func exact(quantum: Quantum) throws {
    for seed in 0..<Self.seeds {
      let wrong = try WritingStory(seed: seed, quantum: quantum.rawValue, isRacyRuleOff: false).play()
      #expect(wrong == [], "seed \(seed)")
    }
  }

  /// The test above could find a stale row, then: this is what it would find if there were no rule.
  @Test(
    "without the rule that a fresh stamp proves nothing, rows stay stale",
    arguments: [Quantum.tick, .second, .twoSeconds])
  func mutation(quantum: Quantum) throws {
    for seed in 0..<Self.seeds {
      if try !WritingStory(seed: seed, quantum: quantum.rawValue, isRacyRuleOff: true).play().isEmpty { return }
    }
    Issue.record("no seed of \(Self.seeds) needs the rule")
  }
}

/// Writers in place, reconciles between and beside them, and a clock that steps: all by a seed.
private final class WritingStory: Sendable {
  private struct State {
    var random: SplitMix64
    /// What each file says now.
    var texts: [TreePath: String] = [:]
    var serial = 0
  }

  private static let files: [TreePath] = [
    .manifest("a", "1"), .manifest("a", "2"), .manifest("b", "1"), .run("a", "1", "r"), .run("b", "1", "r"),
  ]
  private static let hour: Int64 = 3_600_000_000_000

  private let bench: ReconcilerBench
  private let fileSystem: QuantizedFileSystem
  private let quantum: Int64
  private let state: Mutex<State>

  init(seed: Int, quantum: Int64, isRacyRuleOff: Bool) throws {
    bench = try ReconcilerBench(ScratchTree())
    self.quantum = quantum
    fileSystem = QuantizedFileSystem(
      now: 1_790_000_000_000_000_000, quantum: quantum, isRacyRuleOff: isRacyRuleOff)
    state = Mutex(State(random: SplitMix64(seed: UInt64(seed))))
    for file in Self.files { try write(file) }
  }

  /// - Returns: the files of which the index says something else than is in them, and what `check` finds.
  func play() throws -> [String] {
    for _ in 0..<6 {
      for _ in 0..<draw(4) {
        try write(Self.files[draw(Self.files.count)])
        fileSystem.step(Int64(draw(Int(quantum * 3 / 2) + 2)))
      }
      if draw(8) == 0 { fileSystem.step(draw(2) == 0 ? Self.hour : -Self.hour) }
      if draw(6) == 0 { try replace(Self.files[draw(Self.files.count)]) }
      // A writer beside the reconcile, between two of its calls.
      fileSystem.before { [unowned self] in
        guard draw(25) == 0 else { return }
        do { try write(Self.files[draw(Self.files.count)]) } catch { Issue.record("\(error)") }
      }
      _ = try reconciler.reconcile()
      fileSystem.before(nil)
      if draw(3) == 0 { fileSystem.step(Int64(draw(3_000_000_000))) }
    }
    // Quiet: by now every stamp but those ahead of the clock is old.
    fileSystem.step(10_000_000_000)
    _ = try reconciler.reconcile()
    let rows = try bench.rows()
    var wrong = state.withLock { state in
      state.texts.filter { text in !rows.contains { $0.contains(text.value) } }.map { "\($0.key)" }
    }
    try reconciler.check { wrong.append("\($0)") }
    return wrong
  }

  private var reconciler: Reconciler {
    Reconciler(
      location: bench.location, root: bench.tree.root, metadataFolder: "_asset_metadata", fileSystem: fileSystem,
      options: {
        var options = ReconcileOptions(now: { Timestamp(microseconds: 1_800_000_000_000_000) })
        options.threads = .one
        return options
      }())
  }

  /// A number below `bound`.
  private func draw(_ bound: Int) -> Int { state.withLock { Int.random(in: 0..<bound, using: &$0.random) } }

  /// Another text of the same length in the same place, as mad_prefect does it: same inode, same size.
  private func write(_ file: TreePath) throws {
    let isNew = bench.tree.status(file) == nil
    try bench.tree.write(nextDocument(of: file), to: file)
    fileSystem.touch(file, in: bench.tree)
    guard isNew else { return }
    // What was made moves the times of the folder that it is in.
    var folder = file
    while folder.bytes.count > TreePath.metadata.bytes.count {
      folder = folder.parent
      fileSystem.touch(folder, in: bench.tree)
    }
  }

  /// The same, by another file that takes its place.
  private func replace(_ file: TreePath) throws {
    try bench.tree.replace(file, with: Array(nextDocument(of: file).utf8))
    fileSystem.touch(file, in: bench.tree)
    fileSystem.touch(file.parent, in: bench.tree)
  }

  private func nextDocument(of file: TreePath) -> String {
    let text = state.withLock { state in
      state.serial += 1
      let text = "text-\(100_000 + state.serial)"
      state.texts[file] = text
      return text
    }
    let parts = "\(file)".split(separator: "/")
    let (name, id) = (parts[1].dropFirst("asset_name=".count), parts[2].dropFirst("asset_id=".count))
    return parts.count == 4
      ? #"{"asset_name": "\#(name)", "asset_id": "\#(id)", "asset_signature": "\#(text)"}"#
      : #"{"id": "r", "asset_path": "\#(text)"}"#
  }
}
