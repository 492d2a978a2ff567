internal import Glibc
internal import ManifestModel

/// What is written to one asset's folder at once: metadata of its runs, then its manifest.
///
/// All drafts lie in the asset's own folder, also those of run metadata: a rename from there is as atomic, and whoever
/// clears up after a writer that died need list no run folders. The steps are taken in the order of the functions here;
/// between them the caller sees to it that what was written is on the disk, unless `syncsEachFile`.
final class AssetTransaction {
  /// How often the merge is redone when another program rewrites the manifest meanwhile.
  private static let merges = 5

  private struct Run {
    let id: String
    var metadata: RunMetadata
    /// Whether there was no metadata before, so that the run's folder may not be on the disk yet.
    let isNew: Bool
    var madeFolder = false
    var draft: String?
    var isPublished = false
  }

  let folder: LockedAssetFolder
  private let tree: MetadataTree
  private let fileSystem: any WritableFileSystem
  private let layout: MetadataLayout
  private let now: Timestamp
  private let syncsEachFile: Bool
  private let onWarning: (String) -> Void
  private var reader: TreeReader
  private var path = PathBuffer()
  private var target = PathBuffer()

  private var runs: [Run] = []
  /// Where each run is in ``runs``, by the bytes of its id.
  private var places: [[UInt8]: Int] = [:]
  /// Reports of ends, with the metadata that each led to: the manifest is merged from them in this order.
  private var ends: [(report: RunReport, metadata: RunMetadata)] = []
  private var seenManifest: Fingerprint?
  private var manifest: Manifest?
  private var manifestDraft: String?

  private var asset: AssetIdentifier { folder.asset }

  init(
    _ folder: LockedAssetFolder, in tree: MetadataTree, _ fileSystem: any WritableFileSystem, reader: TreeReader,
    now: Timestamp, syncsEachFile: Bool, onWarning: @escaping (String) -> Void
  ) {
    self.folder = folder
    self.tree = tree
    self.fileSystem = fileSystem
    self.reader = reader
    self.now = now
    self.syncsEachFile = syncsEachFile
    self.onWarning = onWarning
    layout = MetadataLayout(folder: tree.metadataFolder)
  }

  // MARK: Drafts

  /// Takes in one report: what it makes of the run's metadata, and later of the manifest.
  func add(_ report: RunReport) throws(StoreError) -> RunMetadata {
    let key = Array(report.runID.utf8)
    let metadata: RunMetadata
    if let place = places[key] {
      metadata = report.metadata(after: runs[place].metadata, at: now)
      runs[place].metadata = metadata
    } else {
      let former = try readRun(report.runID)
      metadata = report.metadata(after: former, at: now)
      places[key] = runs.count
      runs.append(Run(id: report.runID, metadata: metadata, isNew: former == nil))
    }
    if report.isEnd { ends.append((report, metadata)) }
    return metadata
  }

  /// Writes the drafts of all files.
  func writeDrafts() throws(StoreError) {
    for index in runs.indices {
      let file = layout.runMetadataPath(asset, runID: runs[index].id)
      let bytes = ManifestCodec.encode(runs[index].metadata)
      try check(size: bytes.count, of: file)
      path.set("asset_run_id=", runs[index].id)
      do throws(SystemError) {
        runs[index].madeFolder = try fileSystem.makeFolder(path.pointer, in: folder.descriptor)
        target.set("asset_run_id=", runs[index].id, "/metadata.json")
        runs[index].draft = try writeDraft(bytes)
      } catch {
        throw StoreError(writing: absolute(file), error)
      }
    }
    if !ends.isEmpty { try draftManifest() }
    if syncsEachFile { try synchronizeParents() }
  }

  /// Merges the reports into the manifest as it is on the disk, and writes the draft.
  private func draftManifest() throws(StoreError) {
    let file = layout.manifestPath(asset)
    var merged = try readManifest()
    for (report, metadata) in ends {
      merged = report.manifest(after: merged, metadata: metadata, layout: layout, at: now)
    }
    guard let merged else { return }
    let bytes = ManifestCodec.encode(merged)
    try check(size: bytes.count, of: file)
    do throws(SystemError) {
      target.set("manifest.json", "")
      manifestDraft = try writeDraft(bytes)
    } catch {
      throw StoreError(writing: absolute(file), error)
    }
    manifest = merged
  }

  private func check(size: Int, of file: String) throws(StoreError) {
    guard size > TreeReader.largestFile else { return }
    throw StoreError(
      .refused, "\(absolute(file)) would have \(size) bytes; 16 MiB is the limit, so record less of the error.")
  }

  /// Writes a draft of the file at the path in `target`, and says what it is called.
  private func writeDraft(_ bytes: [UInt8]) throws(SystemError) -> String {
    let name = DraftName.make()
    path.set("", name)
    let descriptor = try fileSystem.createFile(path.pointer, in: folder.descriptor)
    do throws(SystemError) {
      fileSystem.adoptRights(of: target.pointer, in: folder.descriptor, for: descriptor)
      try write(bytes, to: descriptor)
      if syncsEachFile { try fileSystem.synchronize(descriptor) }
    } catch {
      fileSystem.close(descriptor)
      remove(name)
      throw error
    }
    fileSystem.close(descriptor)
    return name
  }

  private func write(_ bytes: [UInt8], to descriptor: Int32) throws(SystemError) {
    var start = 0
    while start < bytes.count {
      let outcome = bytes.withUnsafeBytes { all -> Result<Int, SystemError> in
        let rest = UnsafeRawBufferPointer(rebasing: all[start...])
        do throws(SystemError) { return .success(try fileSystem.write(descriptor, rest)) } catch {
          return .failure(error)
        }
      }
      switch outcome {
      case .success(let count) where count > 0: start += count
      case .success: throw SystemError(EIO)
      case .failure(let error): if error.number != EINTR { throw error }
      }
    }
  }

  /// Puts the folders above on the disk, unless a manifest proves that an earlier writer did.
  private func synchronizeParents() throws(StoreError) {
    if seenManifest != nil { return }
    do throws(SystemError) {
      try fileSystem.synchronizeFolder(folder.nameFolder)
      try fileSystem.synchronizeFolder(tree.descriptor)
    } catch {
      throw StoreError(writing: absolute(layout.assetPath(asset)), error)
    }
  }

  // MARK: Publishing

  /// Puts the runs' metadata in place.
  func publishRuns() throws(StoreError) {
    for index in runs.indices {
      guard let draft = runs[index].draft else { continue }
      do throws(SystemError) {
        // Opened, so that a link in the place of the folder is refused and not followed.
        path.set("asset_run_id=", runs[index].id)
        let runFolder = try fileSystem.openFolder(path.pointer, in: folder.descriptor)
        defer { fileSystem.close(runFolder) }
        path.set("", draft)
        target.set("metadata.json", "")
        try fileSystem.rename(path.pointer, in: folder.descriptor, to: target.pointer, in: runFolder)
        runs[index].draft = nil
        runs[index].isPublished = true
        if syncsEachFile { try fileSystem.synchronizeFolder(runFolder) }
      } catch {
        throw StoreError(writing: absolute(layout.runMetadataPath(asset, runID: runs[index].id)), error)
      }
    }
    if syncsEachFile, runs.contains(where: \.isNew) { try synchronizeAssetFolder() }
  }

  /// Puts the manifest in place, if there is one to write.
  func publishManifest() throws(StoreError) {
    for _ in 0..<Self.merges {
      guard let draft = manifestDraft else { return }
      let isUnchanged: Bool
      do throws(SystemError) {
        isUnchanged = try manifestFingerprint() == seenManifest
        if isUnchanged {
          path.set("", draft)
          target.set("manifest.json", "")
          try fileSystem.rename(path.pointer, in: folder.descriptor, to: target.pointer, in: folder.descriptor)
          manifestDraft = nil
        }
      } catch {
        throw StoreError(writing: absolute(layout.manifestPath(asset)), error)
      }
      if isUnchanged {
        if syncsEachFile { try synchronizeAssetFolder() }
        return
      }
      remove(draft)
      manifestDraft = nil
      try draftManifest()
      if !syncsEachFile { try synchronizeRedraft() }
    }
    throw StoreError(
      .busy, "\(absolute(layout.manifestPath(asset))) is rewritten by another program all the time: try again.")
  }

  private func synchronizeAssetFolder() throws(StoreError) {
    do throws(SystemError) {
      try fileSystem.synchronizeFolder(folder.descriptor)
    } catch {
      throw StoreError(writing: absolute(layout.assetPath(asset)), error)
    }
  }

  /// A draft that was written after the others were put on the disk must be put there, too.
  private func synchronizeRedraft() throws(StoreError) {
    do throws(SystemError) {
      try fileSystem.synchronizeFileSystem(of: folder.descriptor)
    } catch {
      throw StoreError(writing: absolute(layout.manifestPath(asset)), error)
    }
  }

  // MARK: Ending

  /// What was written, with the fingerprints that the files have now, while the lock still holds.
  func result() -> WrittenAsset {
    var written = WrittenAsset(asset: asset)
    if let manifest, manifestDraft == nil, let fingerprint = try? manifestFingerprint() {
      written.manifest = (manifest, fingerprint)
    }
    for run in runs where run.isPublished {
      path.set("asset_run_id=", run.id, "/metadata.json")
      guard let status = try? fileSystem.status(path.pointer, in: folder.descriptor) else { continue }
      written.runs.append((run.id, run.metadata, status.fingerprint))
    }
    written.runs.sort { $0.id.precedesInBytes($1.id) }
    return written
  }

  /// Takes away what was not published. What was, stays: each file is the old or the new one.
  func discard() {
    if let manifestDraft { remove(manifestDraft) }
    manifestDraft = nil
    for index in runs.indices {
      if let draft = runs[index].draft { remove(draft) }
      runs[index].draft = nil
      guard runs[index].madeFolder, !runs[index].isPublished else { continue }
      path.set("asset_run_id=", runs[index].id)
      try? fileSystem.removeFolder(path.pointer, in: folder.descriptor)
    }
    folder.removeIfMadeForNothing()
  }

  /// What cannot be removed now is removed by a later reconcile.
  private func remove(_ draft: String) {
    path.set("", draft)
    try? fileSystem.remove(path.pointer, in: folder.descriptor)
  }

  // MARK: Reading

  private func manifestFingerprint() throws(SystemError) -> Fingerprint? {
    path.set("manifest.json", "")
    do throws(SystemError) {
      return try fileSystem.status(path.pointer, in: folder.descriptor).fingerprint
    } catch {
      if error.isAbsence { return nil }
      throw error
    }
  }

  /// The manifest to merge with: `nil` where there is none, or none that mad_prefect would load.
  private func readManifest() throws(StoreError) -> Manifest? {
    let file = layout.manifestPath(asset)
    do throws(SystemError) {
      seenManifest = try manifestFingerprint()
    } catch {
      throw StoreError(writing: absolute(file), error)
    }
    if seenManifest == nil { return nil }
    return try value(of: file) { reader throws(StoreError) in try reader.readWholeManifest(in: folder.descriptor) }
  }

  /// The metadata of a run as it is on the disk, if it is of that run.
  private func readRun(_ id: String) throws(StoreError) -> RunMetadata? {
    let file = layout.runMetadataPath(asset, runID: id)
    let found = try value(of: file) { reader throws(StoreError) in
      try reader.readWholeRun(id, in: folder.descriptor)
    }
    if let other = found?.id, !other.hasSameBytes(as: id) {
      throw StoreError(
        .refused, "\(absolute(file)) holds the metadata of the run \(other), not of \(id): choose another run id.")
    }
    return found
  }

  private func value<Value: Sendable>(
    of file: String, _ read: (TreeReader) throws(StoreError) -> FileObservation<Value>
  ) throws(StoreError) -> Value? {
    var found = try read(reader)
    if case .torn = found {
      // The patience of the shared reader may have been spent on other assets.
      found = try read(TreeReader(tree: tree, clock: reader.clock))
    }
    switch found {
    case .absent: return nil
    case .good(let value, _): return value
    case .torn:
      onWarning("\(absolute(file)) was half-written, as far as could be seen, and was written anew.")
      return nil
    case .bad(.invalidJSON, let message, _), .bad(.invalidManifest, let message, _), .bad(.invalidRun, let message, _):
      onWarning("\(absolute(file)) was damaged and was written anew: \(message)")
      return nil
    case .bad(let kind, let message, _):
      throw StoreError(
        kind == .unreadable ? .inputOutput : .cannotWrite, "\(absolute(file)) was left alone: \(message)")
    }
  }

  private func absolute(_ file: String) -> String { tree.root + "/" + file }
}

/// Names of files that are not finished: hidden, and matched by no pattern that a reader of the tree uses.
enum DraftName {
  private static let prefix = ".m."
  private static let suffix = ".tmp"

  static func make() -> String {
    var generator = SystemRandomNumberGenerator()
    return "\(prefix)\(getpid()).\(String(generator.next() as UInt64, radix: 16))\(suffix)"
  }

  static func matches(_ name: UnsafeRawBufferPointer) -> Bool {
    name.count > prefix.utf8.count + suffix.utf8.count && name.starts(with: prefix.utf8)
      && name.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
  }
}
