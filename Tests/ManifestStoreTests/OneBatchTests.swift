import CatalogTestSupport
import Glibc
internal import LocalTree
import ManifestModel
internal import StoredTree
import Synchronization
import Testing

@testable import ManifestStore

/// Reports whose writing depends on what the reports before them in one call say.
@Suite("Reports of one asset in one batch")
struct OneBatchTests {
  private static let now = Timestamp(microseconds: 1_700_000_000_000_000)
  private static let day: Int64 = 86_400_000_000
  private let scratch: ScratchTree
  private let asset = AssetIdentifier(name: "a", id: "1")

  init() throws {
    scratch = try ScratchTree()
  }

  private func write(
    _ reports: [RunReport], through fileSystem: FaultyFileSystem = .init(), at now: Timestamp = now,
    ifAllowedBy permission: WritePermission? = nil
  ) throws -> WriteOutcome {
    let tree = try MetadataTree.openForWriting(
      root: scratch.root, metadataFolder: "_asset_metadata", fileSystem: fileSystem)
    return AssetWriter(LocalPublisher(tree, through: fileSystem), now: now, lockPatienceMicroseconds: 20_000)
      .write(reports, ifAllowedBy: permission)
  }

  private func beginning(_ run: String, window: Int64? = day) -> RunReport {
    var report = RunReport(.started, of: asset, runID: run)
    report.runningWindowMicroseconds = window
    return report
  }

  private func end(_ run: String = "-") -> RunReport {
    var report = RunReport(.succeeded, of: asset, runID: run)
    report.choice = .unfinished(since: nil)
    return report
  }

  private func codes(_ outcome: WriteOutcome) -> [StoreError.Code?] {
    outcome.results.map { if case .failure(let error) = $0 { error.code } else { nil } }
  }

  /// Whether the tree is an asset folder without a run: nothing was written.
  private func isUntouched() -> Bool { ScratchTree.entries(scratch.absolute(.asset("a", "1"))).isEmpty }

  @Test("a beginning is refused while a run is under way that began just before it in the same batch")
  func twoBeginnings() throws {
    #expect(codes(try write([beginning("r1"), beginning("r2"), beginning("r1")])) == [nil, .running, nil])
    #expect(scratch.read(.run("a", "1", "r1")) != nil)
    #expect(scratch.read(.run("a", "1", "r2")) == nil)
  }

  @Test("an end finds the unfinished run that began just before it in the same batch, and a second end finds none")
  func beginningAndEnd() throws {
    let outcome = try write([beginning("r1"), end(), end(), beginning("r2")])
    #expect(codes(outcome) == [nil, nil, .noSuchRun, nil])
    let run = try ManifestCodec.decodeRunMetadata(try #require(scratch.read(.run("a", "1", "r1"))))
    #expect(run.status == .success)
  }

  @Test("a run that begins again in the batch is under way, though its file says that it failed")
  func begunAgain() throws {
    _ = try write(
      [RunReport(.failed(RunError(message: "no")), of: asset, runID: "r1")], at: Self.now.advanced(byMilliseconds: -1))
    #expect(codes(try write([beginning("r1"), beginning("r2"), end()])) == [nil, .running, nil])
  }

  @Test(
    "a worker with a slow clock begins nothing that another has just begun, be its own clock right or fast",
    arguments: [-3_600, -600, 0, 600] as [Int64], [0, 600] as [Int64])
  func slowClock(own: Int64, other: Int64) throws {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let now = Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000)
    #expect(codes(try write([beginning("r1")], at: now.advanced(byMilliseconds: other * 1_000))) == [nil])
    #expect(codes(try write([beginning("r2")], at: now.advanced(byMilliseconds: own * 1_000))) == [.running])
    // A clock that is slow by more than the window says nothing any more.
    #expect(codes(try write([beginning("r3")], at: now.advanced(byMilliseconds: -90_000_000))) == [nil])
  }

  // MARK: Permission

  @Test("permission is asked with what the reports before it began, and the folder is read once for all of them")
  func permission() throws {
    for number in 0..<5 { _ = try write([RunReport(.succeeded, of: asset, runID: "old\(number)")]) }
    let fileSystem = FaultyFileSystem()
    let outcome = try write(
      [beginning("r1", window: nil), beginning("r2", window: nil)], through: fileSystem,
      ifAllowedBy: { _, look throws(StoreError) in
        if look.runs.contains(where: { !$0.hasEnded }) { throw StoreError(.running, "a run is under way") }
      })
    #expect(codes(outcome) == [nil, .running])
    #expect(fileSystem.log.count { $0.hasPrefix("openFile") && $0.contains("asset_run_id=old0/") } == 1)
  }

  @Test("a refusal leaves nothing of a new asset")
  func refusal() throws {
    let outcome = try write(
      [beginning("r1"), beginning("r2")], ifAllowedBy: { _, _ throws(StoreError) in throw StoreError(.refused, "no") })
    #expect(codes(outcome) == [.refused, .refused])
    #expect(isUntouched())
    #expect(scratch.status(.asset("a", "1")) == nil)
  }

  @Test("where descriptors run out while the runs are listed for it, fewer assets are written at once")
  func exhaustion() throws {
    let reports = ["a", "b", "c"].map { RunReport(.succeeded, of: AssetIdentifier(name: $0, id: "1"), runID: "r1") }
    _ = try write(reports)
    let sound = FaultyFileSystem()
    _ = try write(reports, through: sound, ifAllowedBy: { _, _ in })
    let places = sound.log.indices.filter { sound.log[$0] == "openFolder ." }
    #expect(places.count == 3)
    for place in places {
      let fileSystem = FaultyFileSystem(failing: place + 1, with: .error(EMFILE))
      #expect(codes(try write(reports, through: fileSystem, ifAllowedBy: { _, _ in })) == [nil, nil, nil])
      #expect(fileSystem.hasFailed)
    }
  }

  // MARK: Rights

  @Test("the draft of a file that only its owner may read is at no moment open to others")
  func rightsOfDrafts() throws {
    _ = try write([end("r1").named, beginning("r2")])
    #expect(chmod(scratch.absolute(.manifest("a", "1")), 0o600) == 0)
    #expect(chmod(scratch.absolute(.run("a", "1", "r1")), 0o600) == 0)
    let modes = Mutex<[mode_t]>([])
    let root = scratch.root
    let fileSystem = FaultyFileSystem(afterwards: { operation in
      guard case .create(let path) = operation else { return }
      var status = stat()
      if stat("\(root)/\(path)", &status) == 0 { modes.withLock { $0.append(status.st_mode & 0o777) } }
    })
    #expect(codes(try write([end("r1").named], through: fileSystem)) == [nil])
    #expect(modes.withLock { $0 } == [0o600, 0o600])
    #expect(scratch.status(.manifest("a", "1")).map { $0.st_mode & 0o777 } == 0o600)
  }

  @Test("a draft gets the rights of a new file where the one that it was to replace is gone")
  func rightsOfReplacedFileThatIsGone() throws {
    let (folder, fileSystem) = (open(scratch.root, O_RDONLY | O_DIRECTORY), FaultyFileSystem())
    defer { close(folder) }
    let drafts = DraftFolder(folder, fileSystem)
    var modes: [mode_t] = []
    for target in [nil, "gone"] as [String?] {
      var draft =
        try target.map { try $0.withCString { try drafts.write([1], replacing: $0) } }
        ?? drafts.write([1], replacing: nil)
      drafts.close(&draft)
      var status = stat()
      #expect(stat("\(scratch.root)/\(draft.name)", &status) == 0)
      modes.append(status.st_mode & 0o777)
      drafts.discard(draft)
    }
    #expect(modes[0] == modes[1])
    #expect(fileSystem.openDescriptors == 0)
  }
}

extension RunReport {
  /// The same about the run that it names.
  fileprivate var named: RunReport {
    var result = self
    result.choice = .named
    return result
  }
}
