import CatalogTestSupport
import Glibc
internal import LinuxSystem
internal import LocalTree
import ManifestModel
internal import StoredTree
import Synchronization
import Testing

@testable import ManifestStore

@Suite("Reports that are written together")
struct NeighbourTests {
  private let scratch: ScratchTree
  private let asset = AssetIdentifier(name: "a", id: "1")

  init() throws {
    scratch = try ScratchTree()
  }

  private func write(
    _ reports: [RunReport], through fileSystem: FaultyFileSystem = .init(), patience: Int64 = 20_000,
    at time: Timestamp = Timestamp(microseconds: 1_700_000_000_000_000)
  ) throws -> WriteOutcome {
    let tree = try MetadataTree.openForWriting(
      root: scratch.root, metadataFolder: "_asset_metadata", fileSystem: fileSystem)
    return AssetWriter(
      LocalPublisher(tree, through: fileSystem), now: time, lockPatienceMicroseconds: patience
    ).write(reports)
  }

  private func success(_ run: String, of name: String = "a") -> RunReport {
    RunReport(.succeeded, of: AssetIdentifier(name: name, id: "1"), runID: run)
  }

  private func code(_ result: Result<RunMetadata, StoreError>) -> StoreError.Code? {
    if case .failure(let error) = result { error.code } else { nil }
  }

  private func lastRun() throws -> String? {
    try ManifestCodec.decodeManifest(try #require(scratch.read(.manifest("a", "1")))).lastRun?.id
  }

  /// The runs that have a folder.
  private func runs() -> [String] {
    ScratchTree.entries(scratch.absolute(.asset("a", "1"))).map { String(decoding: $0, as: UTF8.self) }
      .filter { $0.hasPrefix("asset_run_id=") }.sorted()
  }

  @Test("one that is too large, or whose place is taken, fails alone")
  func badNeighbours() throws {
    try scratch.write("", to: .runFolder("a", "1", "r2"))
    try scratch.write(#"{"id": "other"}"#, to: .run("a", "1", "r3"))
    var large = success("r4")
    large.event = .failed(RunError(message: String(repeating: "x", count: 17 << 20)))
    let results = try write([success("r1"), success("r2"), success("r3"), large]).results
    #expect(results.map(code) == [nil, .cannotWrite, .refused, .refused])
    #expect(try lastRun() == "r1")
    #expect(runs() == ["asset_run_id=r1", "asset_run_id=r2", "asset_run_id=r3"])
  }

  @Test("one whose file cannot be put in place is not told of in the manifest")
  func failedRename() throws {
    let folder = scratch.absolute(.runFolder("a", "1", "r2"))
    // The draft of the manifest is the last one that is written.
    let count = Mutex(0)
    let fileSystem = FaultyFileSystem(afterwards: { operation in
      guard case .create = operation,
        count.withLock({
          $0 += 1; return $0 == 3
        })
      else { return }
      rmdir(folder)
      symlink("/nowhere", folder)
    })
    let results = try write([success("r1"), success("r2")], through: fileSystem).results
    #expect(results.map(code) == [nil, .cannotWrite])
    #expect(try lastRun() == "r1")
  }

  @Test("beginnings do not need a manifest that can be read")
  func beginnings() throws {
    try scratch.makeFolder(.manifest("a", "1"))
    let results = try write([RunReport(.started, of: asset, runID: "r1"), success("r2")]).results
    #expect(results.map(code) == [nil, .cannotWrite])
    #expect(runs() == ["asset_run_id=r1"])
    #expect(scratch.read(.run("a", "1", "r1")) != nil)
  }

  @Test("a signature that makes the manifest too large fails alone")
  func largeManifest() throws {
    var large = success("r2")
    large.signature = String(repeating: "x", count: 17 << 20)
    let results = try write([success("r1"), large, success("r3")]).results
    #expect(results.map(code) == [nil, .refused, nil])
    #expect(try lastRun() == "r3")
    #expect(runs() == ["asset_run_id=r1", "asset_run_id=r3"])
  }

  @Test("a run whose later report makes the manifest too large is not told of in it at all")
  func largeLaterReport() throws {
    var late = success("r1")
    late.event = .failed(RunError(message: "no"))
    late.signature = String(repeating: "x", count: 17 << 20)
    var early = success("r1")
    early.artifacts = [ArtifactFacts(path: "out/r1")]
    early.signature = "of r1"
    let results = try write([success("r2"), early, late]).results
    #expect(results.map(code) == [nil, .refused, .refused])
    let manifest = try ManifestCodec.decodeManifest(try #require(scratch.read(.manifest("a", "1"))))
    #expect(manifest.lastRun?.id == "r2")
    #expect(manifest.signature == nil)
    #expect(manifest.lastArtifacts == [])
    #expect(runs() == ["asset_run_id=r2"])
    // Nothing is left of a batch that consists of such a run.
    #expect(try write([early, late]).results.map(code) == [.refused, .refused])
    #expect(try lastRun() == "r2")
    #expect(runs() == ["asset_run_id=r2"])
  }

  // MARK: A run that has ended

  @Test("a run that has succeeded does not begin again, also within one batch")
  func noRestart() throws {
    let start = RunReport(.started, of: asset, runID: "r1")
    let results = try write([start, success("r1"), start]).results
    #expect(results.map(code) == [nil, nil, .refused])
    let metadata = scratch.read(.run("a", "1", "r1"))
    guard case .failure(let error) = try write([start]).results[0] else { throw Unexpected() }
    #expect(error.code == .refused)
    #expect(error.message.contains("r1 has succeeded already; choose another run id"))
    #expect(scratch.read(.run("a", "1", "r1")) == metadata)
    // As mad_prefect writes it.
    try scratch.write(#"{"id": "r2", "materialized": "2024-01-01T00:00:00Z"}"#, to: .run("a", "1", "r2"))
    #expect(try write([RunReport(.started, of: asset, runID: "r2")]).results.map(code) == [.refused])
  }

  @Test("a run that failed or was never finished begins anew, and an end replaces the end before it")
  func retry() throws {
    var failure = success("r1")
    failure.event = .failed(RunError(message: "no"))
    let start = RunReport(.started, of: asset, runID: "r1")
    for reports in [[start], [start, failure], [start], [success("r1")], [success("r1")], [failure], [start]] {
      #expect(try write(reports).results.allSatisfy { code($0) == nil })
    }
    let metadata = try ManifestCodec.decodeRunMetadata(try #require(scratch.read(.run("a", "1", "r1"))))
    #expect(metadata.status == nil)
    #expect(metadata.error == nil)
    #expect(metadata.materialized == nil)
  }

  // MARK: Others at work

  @Test("assets that others hold come last, wait without any lock, and share one patience")
  func busy() throws {
    var held: [Int32] = []
    for name in ["a", "c"] {
      try scratch.makeFolder(.asset(name, "1"))
      held.append(open(scratch.absolute(.asset(name, "1")), O_RDONLY | O_DIRECTORY))
      #expect(flock(held.last!, LOCK_EX) == 0)
    }
    let other = scratch.absolute(.asset("b", "1"))
    let slept = Atomic(0)
    let blocked = Atomic(0)
    let fileSystem = FaultyFileSystem(onSleep: { microseconds in
      slept.add(Int(microseconds), ordering: .relaxed)
      let folder = open(other, O_RDONLY | O_DIRECTORY)
      if folder < 0 || flock(folder, LOCK_EX | LOCK_NB) != 0 { blocked.add(1, ordering: .relaxed) }
      close(folder)
    })
    let results = try write(
      [success("r1", of: "a"), success("r1", of: "b"), success("r1", of: "c")], through: fileSystem
    ).results
    #expect(results.map(code) == [.busy, nil, .busy])
    #expect(slept.load(ordering: .relaxed) == 20_000)
    #expect(blocked.load(ordering: .relaxed) == 0)
    for descriptor in held { close(descriptor) }
  }

  @Test("an asset that becomes free in time is written")
  func freed() throws {
    try scratch.makeFolder(.asset("a", "1"))
    let held = open(scratch.absolute(.asset("a", "1")), O_RDONLY | O_DIRECTORY)
    #expect(flock(held, LOCK_EX) == 0)
    let sleeps = Atomic(0)
    let fileSystem = FaultyFileSystem(onSleep: { _ in
      if sleeps.add(1, ordering: .relaxed).newValue == 3 { close(held) }
    })
    let results = try write([success("r1", of: "a"), success("r1", of: "b")], through: fileSystem).results
    #expect(results.map(code) == [nil, nil])
    #expect(sleeps.load(ordering: .relaxed) == 3)
  }

  @Test(
    "a file that another program is writing is waited for, whatever the time of the report",
    arguments: [0, 1_700_000_000, 4_102_444_800] as [Int64])
  func halfWritten(seconds: Int64) throws {
    try scratch.write("", to: .manifest("a", "1"))
    let scratch = scratch
    let sleeps = Atomic(0)
    let fileSystem = FaultyFileSystem(onSleep: { _ in
      guard sleeps.add(1, ordering: .relaxed).newValue == 2 else { return }
      let text = #"{"asset_name": "a", "asset_id": "1", "last_artifacts": ["theirs"], "owner": "them"}"#
      try? scratch.write(text, to: .manifest("a", "1"))
    })
    var failure = success("r1")
    failure.event = .failed(RunError(message: "no"))
    let time = Timestamp(microseconds: seconds * 1_000_000)
    #expect(try write([failure], through: fileSystem, at: time).results.map(code) == [nil])
    let bytes = try #require(scratch.read(.manifest("a", "1")))
    #expect(try ManifestCodec.decodeManifest(bytes).lastArtifacts == ["theirs"])
    #expect(String(decoding: bytes, as: UTF8.self).contains(#""owner": "them""#))
    #expect(sleeps.load(ordering: .relaxed) == 2)
  }

  @Test("what another program overwrites after the rename has no revision of ours")
  func overwritten() throws {
    let manifest = scratch.absolute(.manifest("a", "1"))
    let fileSystem = FaultyFileSystem(afterwards: { operation in
      guard case .rename(_, let path) = operation, path.hasSuffix("manifest.json") else { return }
      // In place, to the same size, as mad_prefect would.
      let descriptor = open(manifest, O_RDWR)
      var byte = [UInt8](repeating: 0, count: 1)
      pread(descriptor, &byte, 1, 0)
      pwrite(descriptor, byte, 1, 0)
      close(descriptor)
    })
    let written = try #require(try write([success("r1")], through: fileSystem).assets.first)
    #expect(written.manifest != nil)
    #expect(written.manifest?.revision == nil)
    #expect(written.runs.map { $0.revision == nil } == [false])
    #expect(try #require(try write([success("r2")]).assets.first?.manifest).revision != nil)
  }

  @Test(
    "an error that is thrown says what to do",
    arguments: [
      ENOSPC, EACCES, EROFS, ELOOP, ENOTDIR, EEXIST, ENAMETOOLONG, EMFILE, ENOMEM, ENOENT, EFBIG, EIO, EUCLEAN,
    ])
  func wayOut(number: Int32) throws {
    let fault = TreeFault(SystemError(number))
    for (task, verb) in [(TreeTask.record, "record"), (.repair, "repair"), (.prune, "prune"), (.clear, "prune")] {
      for (error, what) in [
        (StoreError(writing: "/root/file", fault, for: task), "written"),
        (StoreError(removing: "/root/file", fault, for: task), "removed"),
      ] {
        let parts = error.message.split(separator: "; ")
        #expect(error.message.hasPrefix("/root/file cannot be \(what): "))
        #expect(parts.count == 2 && parts[1].hasSuffix("."))
        // What is to be done is what the caller was at.
        for other in ["record", "repair", "prune"] where other != verb {
          #expect(!error.message.contains(other), "\(error.message)")
        }
      }
    }
    // A file that is left alone, too.
    try scratch.makeFolder(.manifest("a", "1"))
    guard case .failure(let error) = try write([success("r1")]).results[0] else { throw Unexpected() }
    #expect(error.message.hasSuffix("Move it away, and record the run again."))
  }

  @Test(
    "errors of the whole file system are trusted from Linux 5.8 on",
    arguments: [
      ("5.8.0", true), ("5.7.19-generic", false), ("4.19.0", false), ("6.1.0-18-amd64", true), ("10.0", true),
      ("", false),
      ("6", false),
    ])
  func kernels(release: String, isTrusted: Bool) {
    #expect(FileSystemType.isSynchronizationReported(by: release) == isTrusted)
  }
}

private struct Unexpected: Error {}
