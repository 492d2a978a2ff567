import CatalogTestSupport
import Glibc
internal import LocalTree
import ManifestModel
internal import StoredTree
import Synchronization
import Testing

@testable import ManifestStore

/// Repairs and removals in which a system call fails, or another program is at work.
@Suite("Mending the tree when something goes wrong")
struct RepairFaultTests {
  private static let now = Timestamp(microseconds: 1_700_000_000_000_000)
  private static let assets = (0..<3).map { AssetIdentifier(name: "n", id: "\($0)") }

  /// Each error in its turn, but those that say that a file is not there, which would be the truth to go by.
  private static func fault(_ call: Int) -> FaultyFileSystem.Fault {
    let errors = FaultyFileSystem.errors.filter { $0 != ENOENT && $0 != ENOTDIR }
    return .error(errors[call % errors.count])
  }

  private func contents(_ scratch: ScratchTree) -> [String: [UInt8]] {
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

  /// Assets with six runs each; the manifest of the first is missing, that of the second behind, that of the third
  /// sound.
  private func prepared(assets: [AssetIdentifier] = assets) throws -> ScratchTree {
    let scratch = try ScratchTree()
    for (index, asset) in assets.enumerated() {
      for number in 0..<6 {
        var run = RunText(
          id: "r\(number)", name: asset.name, assetID: asset.id,
          startedAt: Self.now.microseconds - Int64(10 - number) * 86_400_000_000)
        run.materialized = run.startedAt + 1_000_000
        try scratch.write(run.text, to: .run(asset.name, asset.id, run.id))
        var manifest = ManifestText(
          name: asset.name, id: asset.id, signature: "s", updatedAt: run.startedAt + 1_000_000)
        manifest.take(
          ManifestText.Run(id: run.id, materialized: run.materialized, artifacts: []), status: "success", error: nil,
          signature: nil, updatedAt: run.startedAt + 1_000_000)
        if index % 3 == 2 || (index % 3 == 1 && number == 3) {
          try scratch.write(manifest.text, to: .manifest(asset.name, asset.id))
        }
      }
    }
    return scratch
  }

  private func repair(
    _ scratch: ScratchTree, _ fileSystem: any WritableFileSystem, _ assets: [AssetIdentifier] = assets
  ) throws -> [ManifestRepairer.Outcome] {
    let tree = try MetadataTree(root: scratch.root, metadataFolder: "_asset_metadata", fileSystem: fileSystem)
    return ManifestRepairer(LocalPublisher(tree, through: fileSystem), now: Self.now, lockPatienceMicroseconds: 20_000)
      .repair(assets)
  }

  private func prune(
    _ scratch: ScratchTree, _ fileSystem: any WritableFileSystem
  ) throws -> [RunPruner.Outcome] {
    let tree = try MetadataTree(root: scratch.root, metadataFolder: "_asset_metadata", fileSystem: fileSystem)
    let rule = RetentionRule(keepLast: 2, keepWithin: nil, runningWindow: 1)
    return RunPruner(tree, rule: rule, now: Self.now).prune(
      Self.assets, through: LocalPublisher(tree, through: fileSystem), lockPatienceMicroseconds: 20_000,
      onWarning: { _ in })
  }

  @Test(
    "a repair leaves every file old or new, no draft and no open descriptor, whichever system call fails",
    arguments: [false, true], [3, 18])
  func repairFaults(forever: Bool, count: Int) throws {
    let assets = (0..<count).map { AssetIdentifier(name: "n", id: "\($0)") }
    let model = try prepared(assets: assets)
    let old = contents(model)
    let sound = FaultyFileSystem()
    #expect(try repair(model, sound, assets).allSatisfy { $0.error == nil })
    let new = contents(model)
    #expect(Set(new.filter { $0.value != old[$0.key] }.keys).count == count - count / 3)
    for failing in stride(from: 1, through: sound.calls, by: count > 3 ? 131 : forever ? 3 : 1) {
      let scratch = try prepared(assets: assets)
      let fileSystem = FaultyFileSystem(failing: failing, forever: forever, with: Self.fault(failing))
      var outcomes: [ManifestRepairer.Outcome] = []
      do { outcomes = try repair(scratch, fileSystem, assets) } catch { #expect(error is StoreError) }
      #expect(fileSystem.hasFailed)
      let place = "\(fileSystem.log.last ?? ""), call \(failing)"
      let found = contents(scratch)
      for (path, bytes) in found where bytes != old[path] && bytes != new[path] {
        #expect(forever && path.hasSuffix(".tmp"), "\(path) is neither old nor new after \(place)")
      }
      for path in old.keys { #expect(found[path] != nil, "\(path) is gone after \(place)") }
      for outcome in outcomes where outcome.written != nil {
        let path = "\(TreePath.manifest(outcome.asset.name, outcome.asset.id))"
        #expect(found[path] == new[path], "said to be repaired, but is not, after \(place)")
      }
      #expect(fileSystem.openDescriptors == 0, "descriptors are left open after \(place)")
      #expect(fileSystem.retriedSyncs == 0)
    }
  }

  @Test(
    "a removal leaves every run whole or gone, and nothing else touched, whichever system call fails",
    arguments: [false, true])
  func pruneFaults(forever: Bool) throws {
    let model = try prepared()
    let old = contents(model)
    let sound = FaultyFileSystem()
    #expect(try prune(model, sound).map(\.expired.count) == [4, 3, 4])
    let new = contents(model)
    for failing in stride(from: 1, through: sound.calls, by: forever ? 5 : 1) {
      let scratch = try prepared()
      let fileSystem = FaultyFileSystem(failing: failing, forever: forever, with: Self.fault(failing))
      var outcomes: [RunPruner.Outcome] = []
      do { outcomes = try prune(scratch, fileSystem) } catch { #expect(error is StoreError) }
      #expect(fileSystem.hasFailed)
      let place = "\(fileSystem.log.last ?? ""), call \(failing)"
      let found = contents(scratch)
      for (path, bytes) in old where found[path] != bytes {
        #expect(found[path] == nil && new[path] == nil, "\(path) after \(place)")
        #expect(path.contains("asset_run_id="), "\(path) after \(place)")
      }
      for path in found.keys where old[path] == nil {
        #expect(!path.contains("asset_run_id="), "\(path): a run is neither whole nor gone after \(place)")
      }
      for outcome in outcomes {
        for run in outcome.expired {
          #expect(found["\(TreePath.run(outcome.asset.name, outcome.asset.id, run.id))"] == nil)
        }
      }
      #expect(fileSystem.openDescriptors == 0, "descriptors are left open after \(place)")
    }
  }

  // MARK: Other writers

  @Test("a repair waits for another writer of an asset with no lock of its own, after it has repaired the others")
  func waitsWithoutLocks() throws {
    let scratch = try prepared()
    let other = open(scratch.absolute(.asset("n", "1")), O_RDONLY | O_DIRECTORY)
    #expect(flock(other, LOCK_EX | LOCK_NB) == 0)
    let isFree = Mutex<[Bool]>([])
    let first = scratch.absolute(.asset("n", "0"))
    let fileSystem = FaultyFileSystem(onSleep: { microseconds in
      // The pause in which another writer may come to an end with what it has begun is a longer one.
      guard microseconds < 250_000 else { return }
      let folder = open(first, O_RDONLY | O_DIRECTORY)
      isFree.withLock { $0.append(flock(folder, LOCK_EX | LOCK_NB) == 0) }
      close(folder)
      if isFree.withLock({ $0.count }) == 2 { close(other) }
    })
    let outcomes = try repair(scratch, fileSystem)
    #expect(outcomes.map(\.asset) == Self.assets)
    #expect(outcomes.map { $0.error == nil } == [true, true, true])
    #expect(outcomes.map { $0.written != nil } == [true, true, false])
    #expect(isFree.withLock { $0 } == [true, true])
  }

  @Test("a repair gives an asset up that stays with another writer, and repairs the others")
  func givesUp() throws {
    let scratch = try prepared()
    let other = open(scratch.absolute(.asset("n", "0")), O_RDONLY | O_DIRECTORY)
    defer { close(other) }
    #expect(flock(other, LOCK_EX | LOCK_NB) == 0)
    let outcomes = try repair(scratch, FaultyFileSystem())
    #expect(outcomes.map { $0.error?.code } == [.busy, nil, nil])
    #expect(outcomes.map { $0.written != nil } == [false, true, false])
  }

  // MARK: Power failures

  /// A disk on which the prepared tree is, and which forgets what it is not told to keep from there on.
  private func disk(of scratch: ScratchTree) -> ForgetfulDisk {
    var disk = ForgetfulDisk()
    func copy(_ path: TreePath) {
      disk.apply(.makeFolder("\(path)"))
      for entry in ScratchTree.entries(scratch.absolute(path)) {
        let child = path.appending(entry)
        guard let bytes = scratch.read(child) else {
          copy(child)
          continue
        }
        disk.apply(.create("\(child)"))
        disk.apply(.write("\(child)", bytes))
      }
    }
    copy(.metadata)
    disk.apply(.synchronizeAll)
    return disk
  }

  /// Calls `check` with what a power failure may leave after each step of what was done.
  private func playBack(
    _ operations: [Operation], on disk: ForgetfulDisk, _ check: (_ files: [String: [UInt8]], _ isOver: Bool) -> Void
  ) {
    var disk = disk
    var random = SplitMix64(seed: 3)
    for (index, operation) in operations.enumerated() {
      disk.apply(operation)
      for round in 0..<40 {
        let kept = (0..<disk.openCount).map { _ in round == 0 ? false : Bool.random(using: &random) }
        check(disk.files(withFolders: true) { kept[$0] }, index == operations.count - 1)
      }
    }
  }

  @Test("a power failure leaves every manifest old or new, and what was said to be repaired is", arguments: [3, 18])
  func powerFailureOfRepair(count: Int) throws {
    let assets = (0..<count).map { AssetIdentifier(name: "n", id: "\($0)") }
    let scratch = try prepared(assets: assets)
    let (old, disk) = (contents(scratch), disk(of: scratch))
    let fileSystem = FaultyFileSystem()
    _ = try repair(scratch, fileSystem, assets)
    let new = contents(scratch)
    playBack(fileSystem.operations, on: disk) { files, isOver in
      for (path, bytes) in files where !path.hasSuffix(".tmp") {
        #expect(bytes == old[path] || bytes == new[path], "\(path)")
      }
      for path in old.keys { #expect(files[path] != nil) }
      if isOver { for (path, bytes) in new { #expect(files[path] == bytes) } }
    }
  }

  @Test("a power failure leaves every run whole or gone, and what was said to be removed is")
  func powerFailureOfPrune() throws {
    let scratch = try prepared()
    let (old, disk) = (contents(scratch), disk(of: scratch))
    let fileSystem = FaultyFileSystem()
    _ = try prune(scratch, fileSystem)
    let new = contents(scratch)
    playBack(fileSystem.operations, on: disk) { files, isOver in
      for (path, bytes) in files where !path.contains("/.m.") {
        #expect(bytes == old[path], "\(path)")
      }
      for path in new.keys { #expect(files[path] != nil) }
      if isOver { #expect(Set(files.keys.filter { !$0.contains("/.m.") }) == Set(new.keys)) }
    }
  }

  @Test("what a removal that was killed left behind goes with a later look, and what is not ours stays")
  func leftovers() throws {
    let scratch = try ScratchTree()
    let folder = TreePath.asset("n", "0")
    try scratch.write("{}", to: folder / ".m.1.a.tmp" / "metadata.json")
    try scratch.makeFolder(folder / ".m.1.b.tmp")
    try scratch.write("x", to: folder / ".m.1.c.tmp" / "notes.txt")
    let names = [".m.1.a.tmp", ".m.1.b.tmp", ".m.1.c.tmp"].map { Array($0.utf8) }
    func left(after seconds: Int64) throws -> [String] {
      let tree = try MetadataTree(root: scratch.root, metadataFolder: "_asset_metadata", fileSystem: LinuxFileSystem())
      var clock = tree.clock(probingIn: tree.path)
      clock.nanoseconds += seconds * 1_000_000_000
      let reader = LocalSession(tree: tree, clock: clock)
      let asset = try reader.openFolder("asset_name=", "n")
      let folder = try reader.openFolder("asset_id=", "0", in: asset)
      _ = reader.removeAbandoned(names, in: folder)
      reader.close(folder)
      reader.close(asset)
      return ScratchTree.entries(scratch.absolute(.asset("n", "0"))).map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(try left(after: 60) == [".m.1.a.tmp", ".m.1.b.tmp", ".m.1.c.tmp"])
    #expect(try left(after: 3_700) == [".m.1.c.tmp"])
    #expect(scratch.isFile(folder / ".m.1.c.tmp" / "notes.txt"))
  }

  @Test("a manifest that mad_prefect writes meanwhile is not overwritten by what was known before")
  func intrusion() throws {
    let scratch = try prepared()
    let asset = Self.assets[0]
    var manifest = ManifestText(name: "n", id: "0", signature: "theirs", updatedAt: Self.now.microseconds)
    manifest.take(
      ManifestText.Run(
        id: "r5", materialized: Self.now.microseconds - 5 * 86_400_000_000 + 1_000_000, artifacts: ["p"]),
      status: "success", error: nil, signature: nil, updatedAt: Self.now.microseconds)
    let text = manifest.text
    let fileSystem = FaultyFileSystem(afterwards: { operation in
      if case .create = operation { try? scratch.write(text, to: .manifest("n", "0")) }
    })
    let outcome = try #require(try repair(scratch, fileSystem, [asset]).first)
    #expect(outcome.written == nil)
    #expect(outcome.error == nil)
    #expect(scratch.read(.manifest("n", "0")) == Array(text.utf8))
    #expect(!contents(scratch).keys.contains { $0.hasSuffix(".tmp") })
  }

  @Test("a manifest that another program rewrites all the time is left to it")
  func endlessIntrusion() throws {
    let scratch = try prepared()
    let count = Mutex(0)
    let fileSystem = FaultyFileSystem(afterwards: { operation in
      guard case .create = operation else { return }
      let number = count.withLock { count in
        count += 1
        return count
      }
      let text = ManifestText(name: "n", id: "0", signature: "\(number)", updatedAt: 0).text
      try? scratch.write(text, to: .manifest("n", "0"))
    })
    let outcome = try #require(try repair(scratch, fileSystem, [Self.assets[0]]).first)
    #expect(outcome.error?.code == .busy)
    #expect(fileSystem.openDescriptors == 0)
    #expect(!contents(scratch).keys.contains { $0.hasSuffix(".tmp") })
  }

  @Test("an asset that another writer holds is busy, and its files stay")
  func locked() throws {
    let scratch = try prepared()
    let old = contents(scratch)
    let lock = open(scratch.absolute(.asset("n", "0")), O_RDONLY | O_DIRECTORY)
    defer { close(lock) }
    #expect(flock(lock, LOCK_EX) == 0)
    let fileSystem = FaultyFileSystem()
    #expect(try repair(scratch, fileSystem).map { $0.error?.code } == [.busy, nil, nil])
    #expect(try prune(scratch, fileSystem).map { $0.failure?.code } == [.busy, nil, nil])
    for (path, bytes) in old where path.contains("asset_id=0") { #expect(contents(scratch)[path] == bytes) }
  }

  @Test("a file that is put into a run's folder at the last moment brings the run back")
  func lateFile() throws {
    let scratch = try prepared()
    let fileSystem = FaultyFileSystem(afterwards: { operation in
      guard case .rename(let path, let target) = operation, path.hasSuffix("asset_run_id=r1"), target.hasSuffix(".tmp")
      else { return }
      try? scratch.write("late", to: TreePath(bytes: Array(target.utf8)) / "notes.txt")
    })
    let outcomes = try prune(scratch, fileSystem)
    #expect(outcomes.map { $0.expired.map(\.id) } == [["r0", "r2", "r3"], ["r0", "r2"], ["r0", "r2", "r3"]])
    #expect(outcomes.allSatisfy { $0.left.count == 1 && $0.failure == nil })
    #expect(scratch.isFile(.run("n", "0", "r1")))
    #expect(scratch.isFile(.runFolder("n", "0", "r1") / "notes.txt"))
  }
}

extension ManifestRepairer.Outcome {
  fileprivate var error: StoreError? { if case .failure(let error) = result { error } else { nil } }
}
