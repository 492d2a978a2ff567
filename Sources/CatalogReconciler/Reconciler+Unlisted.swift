internal import CatalogIndex
internal import ManifestModel
internal import ManifestStore
internal import StoredTree

/// What a rebuild owes to the index that it replaces, where a listing alone proves nothing.
extension Reconciler {
  /// Looks for every file that the index has had and the listing of another host has not: a listing can have holes, and
  /// only the store's own word says that a file is gone. What came since is added.
  ///
  /// Both are read in the order of their names, a page at a time, and no more files are looked for at once than
  /// ``UnlistedFile/mostAtOnce``, so that memory stays flat however many there are.
  ///
  /// - Throws: where a file is there, and is not listed now either.
  func addUnlisted(to scratch: borrowing IndexScratch, _ scan: Scan, _ report: inout ReconcileReport) throws {
    guard scan.storage.isRemote, let former = try formerIndex(of: scan) else { return }
    var known = AssetFilePages()
    var listed = AssetFilePages()
    var unlisted: [UnlistedFile] = []
    pages: while true {
      let files: AssetFiles?
      do throws(IndexError) {
        files = try known.next { after, most throws(IndexError) in try former.files(after: after, atMost: most) }
      } catch {
        // What is to be replaced may be so for that very reason, and has nothing more to tell then.
        if error.code == .damaged { break pages }
        throw error
      }
      guard let files else { break }
      let found = try listed.advance(to: files.asset) { after, most throws(IndexError) in
        try scratch.writer.files(after: after, atMost: most)
      }
      UnlistedFile.add(of: files, missingIn: found, to: &unlisted)
      if unlisted.count >= UnlistedFile.mostAtOnce { try look(for: &unlisted, scratch, scan, &report) }
    }
    try look(for: &unlisted, scratch, scan, &report)
  }

  /// Takes over those of some files that are there.
  private func look(
    for unlisted: inout [UnlistedFile], _ scratch: borrowing IndexScratch, _ scan: Scan,
    _ report: inout ReconcileReport
  ) throws {
    defer { unlisted.removeAll() }
    var found: [UnlistedFile] = []
    try OrderedPipeline.run(
      pieces: unlisted.indices, threads: options.threads ?? scan.threads,
      makeWorker: { [unlisted] in
        let session = scan.makeScanner().reader.session
        return { session.look(at: unlisted[$0].file, of: unlisted[$0].asset) != .absent ? unlisted[$0] : nil }
      },
      consume: { if let file = $0 { found.append(file) } })
    if found.isEmpty { return }
    // Records of this host, and what others wrote since, are listed by now.
    let tally = try scratch.amend { index in try add(Array(Set(found.map(\.asset))), to: index, scan) }
    report.added += tally.added
    report.filesRead += tally.added + tally.changed
    for file in found where try !file.isIn(scratch.writer.load(file.asset)) {
      let layout = MetadataLayout(folder: metadataFolder)
      let path =
        switch file.file {
        case .manifest: layout.manifestPath(file.asset)
        case .run(let run): layout.runMetadataPath(file.asset, runID: run)
        }
      throw StoreError(
        .inputOutput,
        "The store leaves \(root)/\(path) out of its listing, and does not say that it is gone: try again later.")
    }
  }

  /// The index that is to be replaced; `nil` where there is none, or one of another tree.
  private func formerIndex(of scan: Scan) throws(IndexError) -> KnownFolders.Reader? {
    do throws(IndexError) {
      guard let former = try FormerIndex(location).reader(), let state = try former.state(),
        state.isOf(
          root: root, metadataFolder: metadataFolder, device: scan.storage.identity.device,
          inode: scan.storage.identity.inode, at: location)
      else { return nil }
      return former
    } catch  where error.code == .damaged {
      return nil
    }
  }
}

/// Which files an index has of each asset, in the order of their names, read a page at a time.
struct AssetFilePages {
  /// Enough that the work is in the rows. One page of each of two indexes is in memory.
  static let pageLength = 1_000

  private let pageLength: Int
  private var page: ArraySlice<AssetFiles> = []
  private var last: AssetIdentifier?
  private var isAtEnd = false

  init(pageLength: Int = pageLength) {
    self.pageLength = pageLength
  }

  /// The next asset; `nil` after the last one.
  ///
  /// - Parameter read: reads no more than a number of assets after one.
  mutating func next(
    _ read: (AssetIdentifier?, Int) throws(IndexError) -> [AssetFiles]
  ) throws(IndexError) -> AssetFiles? {
    try fill(read)
    return page.popFirst()
  }

  /// Passes over the assets before one.
  ///
  /// - Returns: what there is of this asset; `nil` where it is not there.
  mutating func advance(
    to asset: AssetIdentifier, _ read: (AssetIdentifier?, Int) throws(IndexError) -> [AssetFiles]
  ) throws(IndexError) -> AssetFiles? {
    while true {
      try fill(read)
      guard let first = page.first else { return nil }
      if first.asset.precedesInBytes(asset) {
        page.removeFirst()
      } else {
        return first.asset.hasSameBytes(as: asset) ? page.popFirst() : nil
      }
    }
  }

  private mutating func fill(
    _ read: (AssetIdentifier?, Int) throws(IndexError) -> [AssetFiles]
  ) throws(IndexError) {
    guard page.isEmpty, !isAtEnd else { return }
    page = try read(last, pageLength)[...]
    last = page.last?.asset
    isAtEnd = page.count < pageLength
  }
}

extension AssetIdentifier {
  fileprivate func precedesInBytes(_ other: AssetIdentifier) -> Bool {
    name.precedesInBytes(other.name) || name.hasSameBytes(as: other.name) && id.precedesInBytes(other.id)
  }

  fileprivate func hasSameBytes(as other: AssetIdentifier) -> Bool {
    name.hasSameBytes(as: other.name) && id.hasSameBytes(as: other.id)
  }
}

/// A file that an index has, and a listing has not.
struct UnlistedFile: Hashable, Sendable {
  /// How many are looked for together: enough to keep every thread at work.
  static let mostAtOnce = 16_384

  let asset: AssetIdentifier
  let file: TreeFile

  /// - Parameter found: what was listed of the asset.
  static func add(of known: AssetFiles, missingIn found: AssetFiles?, to unlisted: inout [UnlistedFile]) {
    var listed = found?.runs[...] ?? []
    for run in known.runs {
      while let first = listed.first, first.precedesInBytes(run) { listed.removeFirst() }
      if let first = listed.first, first.hasSameBytes(as: run) { continue }
      guard MetadataLayout.isValidComponent(run) else { continue }
      unlisted.append(UnlistedFile(asset: known.asset, file: .run(run)))
    }
    if known.mayHaveManifest, found?.hasManifest != true {
      unlisted.append(UnlistedFile(asset: known.asset, file: .manifest))
    }
  }

  func isIn(_ found: IndexedAsset?) -> Bool {
    guard let found else { return false }
    return switch file {
    case .manifest: found.manifestState != .absent
    case .run(let id): found.runs.contains { $0.state != .manifestOnly && $0.id.hasSameBytes(as: id) }
    }
  }
}
