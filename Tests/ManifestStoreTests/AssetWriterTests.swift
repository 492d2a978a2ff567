import CatalogTestSupport
import Glibc
internal import LocalTree
import ManifestModel
internal import StoredTree
import Testing

@testable import ManifestStore

@Suite("Writing into the tree")
struct AssetWriterTests {
  static let now = Timestamp(microseconds: 1_700_000_000_123_456)
  static let former = Timestamp(microseconds: 1_600_000_000_000_000)
  private let asset = AssetIdentifier(name: "a", id: "1")

  func write(
    _ reports: [RunReport], in scratch: ScratchTree, at time: Timestamp = now,
    through fileSystem: any WritableFileSystem = FaultyFileSystem(), durable: DurableFiles = DurableFiles(),
    warnings: (String) -> Void = { _ in }
  ) throws -> WriteOutcome {
    let tree = try MetadataTree.openForWriting(
      root: scratch.root, metadataFolder: "_asset_metadata", fileSystem: fileSystem)
    return withoutActuallyEscaping(warnings) { warnings in
      AssetWriter(
        LocalPublisher(tree, through: fileSystem, durable: durable), now: time, lockPatienceMicroseconds: 20_000,
        onWarning: warnings
      ).write(reports)
    }
  }

  func success(_ run: String, of asset: AssetIdentifier? = nil) -> RunReport {
    RunReport(.succeeded, of: asset ?? self.asset, runID: run, artifacts: [ArtifactFacts(path: "out/\(run)")])
  }

  /// The paths and contents of all files below the metadata folder, and the paths of empty folders.
  func contents(_ scratch: ScratchTree) -> [String: [UInt8]] {
    var result: [String: [UInt8]] = [:]
    func walk(_ path: TreePath) {
      let entries = ScratchTree.entries(scratch.absolute(path))
      if entries.isEmpty { result["\(path)/"] = [] }
      for entry in entries {
        let child = path.appending(entry)
        if let bytes = scratch.read(child) { result["\(child)"] = bytes } else { walk(child) }
      }
    }
    walk(.metadata)
    return result
  }

  @Test("puts the metadata of a run on the disk before the manifest names it")
  func order() throws {
    let scratch = try ScratchTree()
    let folder = "_asset_metadata/asset_name=a/asset_id=1"
    /// The steps of one report, with the names of drafts left out.
    func steps(_ report: RunReport, _ durable: DurableFiles) throws -> [String] {
      let fileSystem = FaultyFileSystem()
      let outcome = try write([report], in: scratch, through: fileSystem, durable: durable)
      #expect(throws: Never.self) { try outcome.results[0].get() }
      return fileSystem.log
        .filter { $0.hasPrefix("rename") || $0.hasPrefix("synchronize") || $0.hasPrefix("write") }
        .map { step in
          let name = step.split(separator: "/").last ?? ""
          return name.hasPrefix(".m.") ? String(step.dropLast(name.utf8.count)) + "draft" : step
        }
    }
    let drafts = ["write", "write", "synchronize \(folder)/draft", "synchronize \(folder)/draft"]
    let parents = ["synchronize _asset_metadata/asset_name=a", "synchronize _asset_metadata", "synchronize "]
    func publishing(_ run: String, isNew: Bool) -> [String] {
      ["rename metadata.json", "synchronize \(folder)/asset_run_id=\(run)"] + (isNew ? ["synchronize \(folder)"] : [])
        + ["rename manifest.json", "synchronize \(folder)"]
    }
    let durable = DurableFiles()
    #expect(try steps(success("r1"), durable) == drafts + parents + publishing("r1", isNew: true))
    // What this process has put there needs no folders above it to be put on the disk again.
    #expect(try steps(success("r2"), durable) == drafts + publishing("r2", isNew: true))
    #expect(
      try steps(RunReport(.started, of: asset, runID: "r3"), durable) == [
        "write", "synchronize \(folder)/draft", "rename metadata.json", "synchronize \(folder)/asset_run_id=r3",
        "synchronize \(folder)",
      ])
    #expect(try steps(success("r3"), durable) == drafts + publishing("r3", isNew: false))
    // What anybody else may have put there proves nothing.
    #expect(try steps(success("r3"), DurableFiles()) == drafts + parents + publishing("r3", isNew: true))
    try scratch.write(#"{"asset_name": "a", "asset_id": "1"}"#, to: .manifest("a", "1"))
    #expect(try steps(success("r4"), durable) == drafts + parents + publishing("r4", isNew: true))

    let many = FaultyFileSystem()
    _ = try write(
      (0..<20).map { success("r2", of: AssetIdentifier(name: "b", id: "\($0)")) }, in: scratch, through: many)
    let phases = many.log.filter { $0.hasPrefix("rename") || $0.hasPrefix("synchronize") }
    #expect(
      phases == ["synchronizeFileSystem"] + Array(repeating: "rename metadata.json", count: 20)
        + ["synchronizeFileSystem"] + Array(repeating: "rename manifest.json", count: 20) + ["synchronizeFileSystem"])
  }

  // MARK: Merging

  @Test("merges many reports of one asset in their order, and writes each file once")
  func manyOfOne() throws {
    let scratch = try ScratchTree()
    let fileSystem = FaultyFileSystem()
    var failure = success("r2")
    failure.event = .failed(RunError(message: "no"))
    failure.artifacts = nil
    let outcome = try write(
      [RunReport(.started, of: asset, runID: "r1", assetPath: "p"), success("r1"), failure], in: scratch,
      through: fileSystem)
    #expect(fileSystem.log.count { $0.hasPrefix("rename") } == 3)
    let manifest = try ManifestCodec.decodeManifest(try #require(scratch.read(.manifest("a", "1"))))
    #expect(manifest.lastRun?.id == "r2")
    #expect(manifest.lastStatus == .failed)
    #expect(manifest.lastError == "no")
    #expect(manifest.lastMaterialized == Self.now)
    #expect(manifest.lastArtifacts == ["out/r1"])
    #expect(outcome.assets.map { $0.runs.map(\.id) } == [["r1", "r2"]])
    let run = try ManifestCodec.decodeRunMetadata(try #require(scratch.read(.run("a", "1", "r1"))))
    #expect(run.assetPath == "p")
    #expect(run.status == .success)
  }

  @Test("gives up no field that it does not know")
  func unknownFields() throws {
    let scratch = try ScratchTree()
    try scratch.write(
      #"{"asset_name": "a", "asset_id": "1", "owner": {"team": "é"}}"#, to: .manifest("a", "1"))
    try scratch.write(#"{"id": "r1", "host": [1, 2.50]}"#, to: .run("a", "1", "r1"))
    _ = try write([success("r1")], in: scratch)
    #expect(String(decoding: scratch.read(.manifest("a", "1")) ?? [], as: UTF8.self).contains(#""team": "\u00e9""#))
    #expect(String(decoding: scratch.read(.run("a", "1", "r1")) ?? [], as: UTF8.self).contains("2.50"))
  }

  @Test("refuses to overwrite the metadata of another run")
  func otherRun() throws {
    let scratch = try ScratchTree()
    try scratch.write(#"{"id": "r7"}"#, to: .run("a", "1", "r1"))
    let before = contents(scratch)
    let outcome = try write([success("r1")], in: scratch)
    guard case .failure(let error) = outcome.results[0] else { throw Unexpected() }
    #expect(error.code == .refused)
    #expect(error.message.contains("r7"))
    #expect(contents(scratch) == before)
  }

  @Test(
    "takes a damaged manifest for none, as mad_prefect does, and says so",
    arguments: [
      "", "{", "[]", #"{"asset_name": 1}"#, #"{"manifest_version": null, "asset_name": "a", "asset_id": "1"}"#,
    ])
  func damagedManifest(text: String) throws {
    let scratch = try ScratchTree()
    try scratch.write(text, to: .manifest("a", "1"))
    var warnings: [String] = []
    let outcome = try write([success("r1")], in: scratch, warnings: { warnings.append($0) })
    #expect(throws: Never.self) { try outcome.results[0].get() }
    #expect(warnings.count == 1)
    #expect(warnings.first?.contains("asset_name=a/asset_id=1/manifest.json") == true)
    #expect(try ManifestCodec.decodeManifest(try #require(scratch.read(.manifest("a", "1")))).lastRun?.id == "r1")
  }

  @Test("leaves alone what is no file, what is too large, and what lies behind a link")
  func strangePlaces() throws {
    func failure(_ prepare: (ScratchTree) throws -> Void) throws -> StoreError {
      let scratch = try ScratchTree()
      try prepare(scratch)
      let outcome = try write([success("r1")], in: scratch)
      guard case .failure(let error) = outcome.results[0] else { throw Unexpected() }
      #expect(error.message.contains("asset_name=a"))
      return error
    }
    let link = try failure { scratch in
      try scratch.write("{}", to: "elsewhere")
      try scratch.makeFolder(.asset("a", "1"))
      #expect(symlink(scratch.root + "/elsewhere", scratch.absolute(.manifest("a", "1"))) == 0)
    }
    #expect(link.code == .cannotWrite)
    let folderLink = try failure { scratch in
      try scratch.makeFolder("elsewhere")
      try scratch.makeFolder(.asset("a", "1"))
      #expect(symlink(scratch.root + "/elsewhere", scratch.absolute(.runFolder("a", "1", "r1"))) == 0)
    }
    #expect(folderLink.code == .cannotWrite)
    let folder = try failure { scratch in try scratch.makeFolder(.manifest("a", "1")) }
    #expect(folder.code == .cannotWrite)
    let large = try failure { scratch in
      try scratch.makeFolder(.asset("a", "1"))
      let path = scratch.absolute(.manifest("a", "1"))
      let descriptor = open(path, O_CREAT | O_WRONLY, 0o644)
      #expect(ftruncate(descriptor, 17 << 20) == 0)
      close(descriptor)
    }
    #expect(large.code == .cannotWrite)
    let file = try failure { scratch in try scratch.write("", to: .name("a")) }
    #expect(file.code == .cannotWrite)
  }

  @Test("refuses to write what no reader would read")
  func tooLarge() throws {
    let scratch = try ScratchTree()
    var report = success("r1")
    report.event = .failed(RunError(message: String(repeating: "x", count: 17 << 20)))
    let outcome = try write([report], in: scratch)
    guard case .failure(let error) = outcome.results[0] else { throw Unexpected() }
    #expect(error.code == .refused)
    #expect(contents(scratch) == ["_asset_metadata/": []])
  }

  // MARK: Others at work

  @Test("waits for another writer of the asset, and says when that takes too long")
  func busy() throws {
    let scratch = try ScratchTree()
    try scratch.makeFolder(.asset("a", "1"))
    let other = open(scratch.absolute(.asset("a", "1")), O_RDONLY | O_DIRECTORY)
    #expect(flock(other, LOCK_EX) == 0)
    let outcome = try write([success("r1"), success("r1", of: AssetIdentifier(name: "b", id: "1"))], in: scratch)
    guard case .failure(let error) = outcome.results[0] else { throw Unexpected() }
    #expect(error.code == .busy)
    #expect(throws: Never.self) { try outcome.results[1].get() }
    close(other)
    #expect(throws: Never.self) { try write([success("r1")], in: scratch).results[0].get() }
  }

  @Test("merges again when another program rewrites the manifest meanwhile")
  func rewritten() throws {
    let scratch = try ScratchTree()
    _ = try write([success("r0")], in: scratch, at: Self.former)
    let intruder = IntrudingFileSystem(times: 2) { count in
      try? scratch.write(
        #"{"asset_name": "a", "asset_id": "1", "asset_signature": "by-\#(count)"}"#, to: .manifest("a", "1"))
    }
    let outcome = try write([success("r1")], in: scratch, through: intruder)
    #expect(throws: Never.self) { try outcome.results[0].get() }
    let manifest = try ManifestCodec.decodeManifest(try #require(scratch.read(.manifest("a", "1"))))
    #expect(manifest.signature == "by-2")
    #expect(manifest.lastRun?.id == "r1")
    #expect(contents(scratch).keys.allSatisfy { !$0.hasSuffix(".tmp") })

    let restless = IntrudingFileSystem(times: .max) { count in
      try? scratch.write(
        #"{"asset_name": "a", "asset_id": "1", "asset_signature": "\#(count)"}"#, to: .manifest("a", "1"))
    }
    guard case .failure(let error) = try write([success("r2")], in: scratch, through: restless).results[0] else {
      throw Unexpected()
    }
    #expect(error.code == .busy)
    #expect(contents(scratch).keys.allSatisfy { !$0.hasSuffix(".tmp") })
  }

  @Test("keeps the rights that somebody gave a manifest")
  func rights() throws {
    let scratch = try ScratchTree()
    _ = try write([success("r0")], in: scratch)
    #expect(chmod(scratch.absolute(.manifest("a", "1")), 0o664) == 0)
    _ = try write([success("r1")], in: scratch)
    #expect(scratch.status(.manifest("a", "1")).map { $0.st_mode & 0o777 } == 0o664)
  }

  // MARK: Clearing up

  @Test("removes only drafts that are an hour old, and tells whether some are left")
  func drafts() throws {
    let scratch = try ScratchTree()
    let folder = TreePath.asset("a", "1")
    for (name, age) in [(".m.1.a.tmp", 7200), (".m.2.b.tmp", 3500), (".m.tmp", 7200), ("m.1.a.tmp", 7200)] {
      try scratch.write("x", to: folder / name)
      var times = [timeval(), timeval()]
      gettimeofday(&times[0], nil)
      times[0].tv_sec -= age
      times[1] = times[0]
      #expect(utimes(scratch.absolute(folder / name), times) == 0)
    }
    #expect(symlink("m.1.a.tmp", scratch.absolute(folder / ".m.3.c.tmp")) == 0)
    let tree = try MetadataTree(root: scratch.root, metadataFolder: "_asset_metadata")
    let reader = LocalSession(tree: tree, clock: tree.clock(probingIn: scratch.root))
    let nameFolder = try reader.openFolder("asset_name=", "a")
    let descriptor = try reader.openFolder("asset_id=", "1", in: nameFolder)
    defer {
      reader.close(descriptor)
      reader.close(nameFolder)
    }
    let listing = try reader.list(descriptor, prefix: "asset_run_id=")
    #expect(listing.drafts.count == 3)
    #expect(reader.removeAbandoned(listing.drafts, in: descriptor))
    #expect(
      ScratchTree.entries(scratch.absolute(folder)).map { String(decoding: $0, as: UTF8.self) } == [
        ".m.2.b.tmp", ".m.3.c.tmp", ".m.tmp", "m.1.a.tmp",
      ])
    #expect(!reader.removeAbandoned([], in: descriptor))
  }
}

private struct Unexpected: Error {}
