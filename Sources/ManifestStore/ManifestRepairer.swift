internal import LinuxSystem
package import LocalTree
package import ManifestModel
package import StoredTree

/// Writes the manifests that the runs of their assets imply, so that each file is at any instant the old or the new one.
///
/// For each asset, under its lock: read the manifest and all runs, decide, write a draft, put it on the disk; then, if the
/// manifest is still the one that was read, rename the draft into its place and put the folder on the disk. A manifest that
/// another program rewrote meanwhile is decided on again. As with records, many assets share two calls for the whole file
/// system.
package final class ManifestRepairer {
  /// What became of one asset.
  package struct Outcome: Sendable {
    package var asset: AssetIdentifier
    /// The repair that was made, or is to be made; `nil` where there is nothing to repair.
    package var result: Result<ManifestRepair?, StoreError>
    /// What was written, for the index.
    package var written: WrittenAsset?
  }

  /// Assets whose locks are held at once: each takes two descriptors, and a process may have few.
  private static let chunk = 64
  /// Descriptors that are left to what is read beside them, to other threads and to the index.
  private static let reserve = 32
  /// Above this many, one call for the whole file system is cheaper than one for each file.
  private static let few = 16
  /// How often it is decided again when another program rewrites the manifest meanwhile.
  private static let decisions = 5
  /// How long to wait for the rest of what a writer has begun: mad_prefect writes a run, then the manifest.
  private static let pause: UInt32 = 250_000
  private static let again = "repair again"

  private let tree: MetadataTree
  private let fileSystem: any WritableFileSystem
  private let now: Timestamp
  private let layout: MetadataLayout
  private let locks: AssetLocks
  /// How often there may be such a pause, all assets taken together.
  private var pauses = 2

  package init(
    tree: MetadataTree, fileSystem: any WritableFileSystem, now: Timestamp,
    lockPatienceMicroseconds: Int64 = 10_000_000,
    onWarning: @escaping (String) -> Void = { _ in }
  ) {
    self.tree = tree
    self.fileSystem = fileSystem
    self.now = now
    layout = MetadataLayout(folder: tree.metadataFolder)
    locks = AssetLocks(tree, fileSystem, patienceMicroseconds: lockPatienceMicroseconds, onWarning: onWarning)
  }

  /// Says what is to be repaired, and changes nothing.
  package func plan(_ assets: [AssetIdentifier]) -> [Outcome] {
    assets.map { asset in
      do throws(StoreError) {
        let reader = TreeReader(tree)
        let repair = try reader.visiting(asset, at: layout) { () throws(StoreError) in try decide(asset, reader) }
        return Outcome(asset: asset, result: .success(repair ?? nil))
      } catch {
        return Outcome(asset: asset, result: .failure(error))
      }
    }
  }

  /// Repairs what is to be repaired.
  ///
  /// Assets that others are writing come last. No lock is held while waiting for one.
  package func repair(_ assets: [AssetIdentifier]) -> [Outcome] {
    var outcomes = assets.map { Outcome(asset: $0, result: .success(nil)) }
    var waiting = Array(assets.indices)
    let chunk = chunk(of: assets.count)
    var pause = AssetLocks.firstPause
    while true {
      var busy: [Int] = []
      for start in stride(from: 0, to: waiting.count, by: chunk) {
        busy += repair(waiting[start..<min(start + chunk, waiting.count)], &outcomes)
      }
      if busy.isEmpty { return outcomes }
      if busy.count < waiting.count {
        pause = AssetLocks.firstPause
      } else if !locks.wait(&pause) {
        for place in busy { outcomes[place].result = .failure(locks.busy(assets[place])) }
        return outcomes
      }
      waiting = busy
    }
  }

  /// How many of so many assets can be locked at once with the descriptors that the process has left.
  private func chunk(of count: Int) -> Int {
    guard count > Self.few, let left = fileSystem.freeDescriptors() else { return Self.chunk }
    return min(Self.chunk, max(1, (left - Self.reserve) / 2))
  }

  /// An asset on its way: its folder, the draft of its manifest, and what was on the disk when that was decided on.
  private final class Step {
    let folder: LockedAssetFolder
    var repair: ManifestRepair
    var draft: Draft?
    let seen: Revision?

    init(_ folder: LockedAssetFolder, _ repair: ManifestRepair, _ draft: Draft, seen: Revision?) {
      self.folder = folder
      self.repair = repair
      self.draft = draft
      self.seen = seen
    }
  }

  /// Repairs the assets at some places among those of the caller.
  ///
  /// - Returns: the places of those that others are writing.
  private func repair(_ places: ArraySlice<Int>, _ outcomes: inout [Outcome]) -> [Int] {
    let isLarge = places.count > Self.few && fileSystem.canSynchronizeFileSystem(of: tree.descriptor)
    var busy: [Int] = []
    var steps: [(place: Int, step: Step)] = []
    for place in places {
      do throws(StoreError) {
        switch try locks.tryLock(outcomes[place].asset) {
        case .locked(let folder):
          if let step = try prepare(folder, synchronizing: !isLarge) { steps.append((place, step)) }
        case .gone: break
        case .busy: busy.append(place)
        }
      } catch {
        outcomes[place].result = .failure(error)
      }
    }
    if isLarge { synchronize(&steps, &outcomes) }
    for index in steps.indices {
      let place = steps[index].place
      do throws(StoreError) {
        guard let step = try publish(steps[index].step, synchronizing: !isLarge) else { continue }
        steps[index].step = step
        outcomes[place].result = .success(step.repair)
        outcomes[place].written = written(step)
      } catch {
        outcomes[place].result = .failure(error)
      }
    }
    if isLarge { synchronize(&steps, &outcomes) }
    return busy
  }

  /// Puts on the disk what was written for all; if that fails, it has failed for all.
  private func synchronize(_ steps: inout [(place: Int, step: Step)], _ outcomes: inout [Outcome]) {
    guard let folder = steps.first?.step.folder else { return }
    do throws(SystemError) {
      try fileSystem.synchronizeFileSystem(of: folder.descriptor)
    } catch {
      for (place, step) in steps {
        discard(step)
        outcomes[place] = Outcome(
          asset: step.folder.asset, result: .failure(StoreError(writing: tree.path, error, again: Self.again)))
      }
      steps = []
    }
  }

  // MARK: One asset

  private func decide(_ asset: AssetIdentifier, _ reader: TreeReader) throws(StoreError) -> ManifestRepair? {
    let look = try reader.look(at: asset, at: now)
    let repair = try look.repair(of: asset, at: now, root: tree.root, layout: layout)
    guard repair != nil, look.isFresh, pauses > 0 else { return repair }
    pauses -= 1
    fileSystem.sleep(microseconds: Self.pause)
    return try reader.look(at: asset, at: now).repair(of: asset, at: now, root: tree.root, layout: layout)
  }

  private func prepare(_ folder: LockedAssetFolder, synchronizing: Bool) throws(StoreError) -> Step? {
    // Before the file is read: what is written after this is another file.
    let seen = try naming(folder) { () throws(SystemError) in try revision(in: folder) }
    let reader = TreeReader(folder.makeSession(), root: tree.root)
    guard let repair = try decide(folder.asset, reader) else { return nil }
    let bytes = ManifestCodec.encode(repair.after)
    guard bytes.count <= TreeFile.mostBytes else {
      throw StoreError(
        .cannotWrite,
        "\(manifestPath(of: folder.asset)) was left alone: it would have \(bytes.count) bytes, and 16 MiB is the limit."
      )
    }
    let draft = try naming(folder) { () throws(SystemError) in
      try self.draft(bytes, in: folder, replacing: seen != nil, synchronizing: synchronizing)
    }
    return Step(folder, repair, draft, seen: seen)
  }

  private func draft(
    _ bytes: [UInt8], in folder: LockedAssetFolder, replacing: Bool, synchronizing: Bool
  ) throws(SystemError) -> Draft {
    let drafts = DraftFolder(folder.descriptor, fileSystem)
    let target = PathBuffer(capacity: 32)
    target.set(MetadataLayout.manifestEntry)
    var draft = try drafts.write(bytes, replacing: replacing ? target.pointer : nil)
    guard synchronizing else {
      drafts.close(&draft)
      return draft
    }
    do throws(SystemError) {
      try drafts.synchronize(&draft)
    } catch {
      drafts.discard(draft)
      throw error
    }
    return draft
  }

  private func naming<R>(
    _ folder: LockedAssetFolder, _ body: () throws(SystemError) -> R
  ) throws(StoreError) -> R {
    do throws(SystemError) { return try body() } catch {
      throw StoreError(writing: manifestPath(of: folder.asset), error, again: Self.again)
    }
  }

  /// - Returns: what was published; `nil` where it turned out that there is nothing to repair any more.
  private func publish(_ first: Step, synchronizing: Bool) throws(StoreError) -> Step? {
    var step = first
    for _ in 0..<Self.decisions {
      do throws(SystemError) {
        if try revision(in: step.folder) == step.seen, let draft = step.draft {
          let drafts = DraftFolder(step.folder.descriptor, fileSystem)
          try drafts.publish(draft, as: MetadataLayout.manifestEntry, in: step.folder.descriptor)
          if synchronizing { try fileSystem.synchronizeFolder(step.folder.descriptor) }
          return step
        }
      } catch {
        discard(step)
        throw StoreError(writing: manifestPath(of: step.folder.asset), error, again: Self.again)
      }
      discard(step)
      guard let next = try prepare(step.folder, synchronizing: true) else { return nil }
      step = next
    }
    discard(step)
    throw StoreError(
      .busy, "\(manifestPath(of: step.folder.asset)) is rewritten by another program all the time: try again.")
  }

  private func written(_ step: Step) -> WrittenAsset {
    var written = WrittenAsset(asset: step.folder.asset)
    let found = try? revision(in: step.folder)
    let isOurs = found.flatMap { found in step.draft.map { $0.isSame(as: found) } } ?? false
    written.manifest = (step.repair.after, isOurs ? found : nil)
    return written
  }

  private func discard(_ step: Step) {
    guard let draft = step.draft.take() else { return }
    DraftFolder(step.folder.descriptor, fileSystem).discard(draft)
  }

  private func revision(in folder: LockedAssetFolder) throws(SystemError) -> Revision? {
    let path = PathBuffer(capacity: 32)
    path.set(MetadataLayout.manifestEntry)
    return try fileSystem.statusIfPresent(path.pointer, in: folder.descriptor)?.revision
  }

  private func manifestPath(of asset: AssetIdentifier) -> String { "\(tree.root)/\(layout.manifestPath(asset))" }
}
